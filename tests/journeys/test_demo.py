"""`./sijill demo`: loads into an empty register, renews an older demo, refuses anything else."""

import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest

from tests.journeys import command
from tests.journeys.command import Sijill, Told

pytestmark = pytest.mark.slow
IDS = """
select 'person', id::text from people_person union all select 'event', id::text from ledger_event
union all select 'batch', id::text from transfers_batch union all select 'finding', id::text from ledger_finding
union all select 'statement', id::text from transfers_statement
"""
MARKS = "select kind, version from access_installation order by id"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Told:
    """The demo as it was loaded first."""
    return command.tell(tmp_path_factory, worker_id)


@pytest.fixture
def demo(told: Told) -> Iterator[Sijill]:
    """A register with the demo in it."""
    with command.restored(told) as sijill:
        yield sijill


def test_the_last_line_is_the_balance(told: Told) -> None:
    assert told.loading.status == 0, told.loading.err
    assert told.loading.lines == ["balance: 301 people and 40 tallied in 3 books, difference 0"]
    assert "the password of every demo user: " in told.loading.err
    assert json.loads(told.balance.out)["difference"] == 0


def test_a_second_demo_changes_nothing_and_a_restored_one_is_whole(demo: Sijill, told: Told) -> None:
    """The backup, restored, agrees with itself and is known as this very demo."""
    before = demo.everything()
    assert before["people_person"] == 301
    assert demo.ok("check").endswith("all agree")
    assert demo.json("balance") == json.loads(told.balance.out)
    again = demo("demo", "--no-serve")
    assert (again.status, again.lines) == (0, told.loading.lines)
    assert "the demo is there already" in again.err
    assert demo.everything() == before


def test_the_six_differences_are_findings(demo: Sijill) -> None:
    codes = Counter(f["code"] for f in demo.json("findings", "--all"))
    assert codes == {
        "line-absent": 1, "line-refused": 1, "line-not-the-person": 1, "line-extra": 1, "line-unnamed": 2,  # the six
        "count-differs": 1, "whereabouts-unknown": 1,
    }  # fmt: skip


def test_a_demo_cut_short_is_begun_again_and_every_loading_tells_the_same(demo: Sijill, told: Told) -> None:
    """An older demo is renewed; killed in the middle of that, the next `demo` finishes, with the same ids as any other."""
    assert demo.register is not None
    ids = Counter(demo.rows(IDS))
    owner = str(demo.register.endpoints().owner_url)
    with psycopg.connect(owner) as connection:
        connection.execute("select set_config('app.viewer', '00000000-0000-4000-8000-000000000001', true)")
        connection.execute("insert into access_installation (kind, version, at) values ('demo', 0, now())")
    _kill_when_begun(demo)
    assert demo.rows(MARKS) == [("demo", 0)]  # the older one is gone, this one is unfinished
    done = demo("demo", "--no-serve")
    assert (done.status, done.lines) == (0, told.loading.lines)
    assert "cut short" in done.err
    assert demo.rows(MARKS) == [("demo", 0), ("demo", 1)]
    assert Counter(demo.rows(IDS)) == ids
    assert demo.json("balance") == json.loads(told.balance.out)


def _kill_when_begun(demo: Sijill) -> None:
    """Start `demo` and kill -9 it as soon as it has entered the authorities anew."""
    loading = subprocess.Popen(
        demo.argv("demo", "--no-serve"), env=command.environment(demo.data), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    until = time.monotonic() + 120
    while time.monotonic() < until:
        assert loading.poll() is None, "it ended before it could be killed"
        if _begun(demo):
            break
        time.sleep(0.05)
    os.killpg(loading.pid, signal.SIGKILL)
    loading.wait()


def _begun(demo: Sijill) -> bool:
    """Whether the authorities are entered anew, and the first loading's mark is gone."""
    try:
        return demo.rows("select (select count(*) from access_authority), max(version) from access_installation") == [
            (3, 0)
        ]
    except psycopg.errors.UndefinedTable:  # just dropped, not yet made again
        return False


def test_a_newer_demo_is_left_alone(demo: Sijill) -> None:
    demo.rows("insert into access_installation (kind, version, at) values ('demo', 1000, now()) returning 1")
    before = demo.everything()
    said = demo("demo", "--no-serve")
    assert (said.status, said.out) == (1, "")
    assert "newer Sijill" in said.err
    assert demo.everything() == before


def test_a_register_of_ones_own_is_refused_and_untouched() -> None:
    """Entered by command, as an administrator would; a demo never mixes with it."""
    with command.empty() as own:
        own.ok("migrate")
        assert own.ok("authority", "MINE", "--name", "en=Mine", "--name", "ar=لي") == "MINE entered"
        own.ok("facility", "M-1", "--authority", "MINE", "--region", "SY-HA", "--name", "en=One", "--hall", "A")
        own.ok("user", "mona", "--full-name", "Mona", "--duty", "registrar", "--authority", "MINE", "--facility", "M-1")
        before = own.everything()
        assert (before["access_authority"], before["places_hall"]) == (1, 1)
        said = own("demo", "--no-serve")
        assert (said.status, said.out) == (1, "")
        assert "a register of your own" in said.err
        assert "SIJILL_DATA" in said.err
        assert own.everything() == before
        for wrong, sentence in (
            (("authority", "MINE", "--name", "en=Again"), "That code is already used."),
            (("authority", "OTHER", "--name", "nameless"), "write the language and the name"),
            (("facility", "M-2", "--authority", "NONE", "--region", "SY-HA", "--name", "en=X"), "There is no such"),
            (("user", "nora", "--full-name", "N", "--duty", "king", "--authority", "MINE"), "no duty 'king'"),
        ):
            refused = own(*wrong)
            assert refused.status in (1, 2)
            assert refused.out == ""
            assert sentence in refused.err
        assert own.everything() == before


def test_a_taken_port_is_said_before_anything_is_done() -> None:
    import socket

    with command.empty() as sijill, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = sijill("demo", "--port", str(taken.getsockname()[1]))
        assert (said.status, said.out) == (1, "")
        assert "is taken" in said.err
        assert sijill.everything() == {}
