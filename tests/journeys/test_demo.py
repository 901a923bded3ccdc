"""`./sijill demo`: the operation as published, in an empty register; renews an older demo, refuses anything else."""

import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
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
VERSION = 2
FIXTURES = command.ROOT / "tests" / "fixtures" / "demo"
SHARED = command.ROOT.parent / "shared" / "data"
NAMES, SEED = SHARED / "names", SHARED / "seed-article.txt"
MARKS = "select kind, version from access_installation order by id"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Told:
    """The demo as it was loaded first."""
    return command.tell(tmp_path_factory, worker_id)


@pytest.fixture(scope="module")
def kept(told: Told) -> Iterator[Sijill]:
    """A register with the demo in it, for all tests that only read."""
    with command.restored(told) as sijill:
        yield sijill


@pytest.fixture
def demo(told: Told) -> Iterator[Sijill]:
    """A register with the demo in it."""
    with command.restored(told) as sijill:
        yield sijill


def test_the_last_line_is_the_balance(told: Told) -> None:
    assert told.loading.status == 0, told.loading.err
    assert told.loading.lines == ["balance: 7104 people and 60 tallied in 11 books, difference 0"]
    assert "the password of every demo user: " in told.loading.err
    assert json.loads(told.balance.out)["difference"] == 0


def test_a_second_demo_changes_nothing_and_a_restored_one_is_whole(demo: Sijill, told: Told) -> None:
    """The backup, restored, agrees with itself and is known as this very demo."""
    before = demo.everything()
    assert before["people_person"] == 7104
    assert demo.ok("check").endswith("all agree")
    assert demo.json("balance") == json.loads(told.balance.out)
    again = demo("demo", "--no-serve")
    assert (again.status, again.lines) == (0, told.loading.lines)
    assert "the demo is there already" in again.err
    assert demo.everything() == before


def test_every_figure_is_the_published_one(kept: Sijill) -> None:
    """Read through the rooms' queries, and compared with a table written by hand from what was published."""
    found = kept.json("demo-facts")
    claims = found.pop("claims")
    assert found == json.loads((FIXTURES / "facts.json").read_text())
    assert claims == json.loads((FIXTURES / "claims.json").read_text())
    assert "arrivals.01-21.named: 144" in kept.ok("demo-facts").splitlines()


def test_published_claims_have_their_source(kept: Sijill) -> None:
    rows = kept.rows("select speaker, outlet, coalesce(published_on, as_of)::text, quoted from figures_claim")
    assert len(rows) == sum(len(v) for v in json.loads((FIXTURES / "claims.json").read_text()).values())
    assert [r for r in rows if not r[0] or not r[1]] == []
    undated = [r[:2] for r in rows if r[2] is None]
    assert undated == [("One paper", "Outlet not kept")]  # its day was never published either; it was denied
    article = SEED.read_text() if SEED.exists() else ""
    assert [r[3] for r in rows if len(r[3].split()) > 8] == []
    assert [r[3] for r in rows if len(r[3]) > 60 and r[3] in article] == []


def test_no_name_is_anybody_s(kept: Sijill) -> None:
    """Neither a whole name nor any word of one stands in a public list of real names."""
    from sijill.domain.people.spelling import plain

    if not NAMES.exists():
        pytest.skip("the public lists of names are not on this machine")
    used = {plain(r[0]) for r in kept.rows("select data->>'full' from people_claim where kind = 'name'")}
    assert len(used) > 2 * 7000
    words = {w.removeprefix("ال") for name in used for w in re.findall(r"\w+", name)} - {"al", ""}
    listed: set[str] = set()
    for path in sorted(NAMES.iterdir()):
        if path.name == "README.md":
            continue
        text = path.read_text(errors="replace")
        if path.name.startswith("coling"):  # written letter by letter
            text = "\n".join(" ".join(c.replace(" ", "") for c in line.split("\t")) for line in text.splitlines())
        listed |= {w.removeprefix("ال") for w in re.findall(r"\w+", plain(text))}
    assert len(listed) > 50_000
    assert sorted(words & listed) == []


def test_no_small_group_has_named_people(kept: Sijill) -> None:
    """Nationalities are the published groups, none of fewer than ten people; the one not established has no name."""
    groups = kept.rows(
        "select c.data->>'code', count(distinct c.person_id) from people_claim c where c.kind = 'nationality' group by 1"
    )
    assert dict(groups) == {"IQ": 467, "SY": 3543, "other-arab": 710, "other": 983}
    assert min(n for _code, n in groups) >= 10
    unnamed = kept.rows(
        "select p.unknown_no from people_person p where not exists"
        " (select 1 from people_claim c where c.person_id = p.id and c.kind = 'name')"
    )
    assert unnamed == [(1,)]


def test_both_statements_about_an_age_stay(kept: Sijill) -> None:
    """The sender's list says adult, the court says under 18: 157 times both, and nobody withdrew either."""
    rows = kept.rows(
        "select count(*), min(n) from (select person_id, count(*) as n from people_claim c where c.kind = 'birth' and"
        " exists (select 1 from people_claim k where k.person_id = c.person_id and k.data->>'stated' like 'under 18%')"
        " group by 1) p"
    )
    assert rows[0][0] == 157
    sender = kept.rows(
        "select max((data->>'to_on')::date)::text from people_claim where kind = 'birth' and source_text <> ''"
    )
    assert sender[0][0] < "2008-01-01"  # everybody on the sender's lists is adult
    assert kept.rows("select count(*) from people_claimwithdrawn") == [(0,)]


def test_every_page_says_what_is_real_and_what_is_invented(demo: Sijill) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serving = subprocess.Popen(
        demo.argv("serve", "--port", str(port)), env=command.environment(demo.data), cwd="/",
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        text = _page(f"http://127.0.0.1:{port}/sign-in", serving)
        assert "Real operation, published figures; people and single events are invented" in text
        demo.ok("stop")
        serving.wait(60)
    finally:
        serving.kill()


def _page(url: str, serving: "subprocess.Popen[bytes]") -> str:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        assert serving.poll() is None
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(url)


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
    assert demo.rows(MARKS) == [("demo", 0), ("demo", VERSION)]
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
            (15, 0)
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
    with command.empty() as sijill, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = sijill("demo", "--port", str(taken.getsockname()[1]))
        assert (said.status, said.out) == (1, "")
        assert "is taken" in said.err
        assert sijill.everything() == {}
