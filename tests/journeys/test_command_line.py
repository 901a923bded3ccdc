"""Every command as the launcher runs it: results on standard output, messages on standard error, an exit status."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from sijill.host.roles import printed
from tests.journeys import command
from tests.journeys.command import Sijill, Told

pytestmark = pytest.mark.slow
ARABIC = ("الاسم", "اسم الأب", "اسم الجد", "اللقب", "تاريخ الميلاد", "رقم السجين")
WORDS = (
    "demo", "demo-facts", "drill", "serve", "stop", "migrate", "backup", "restore", "roles", "test", "authority", "facility", "user",
    "import-list", "balance", "roll", "findings", "check", "batch", "person-days",
)  # fmt: skip
VERBS = ("list", "show", "plan", "authorise", "manifest", "seal", "present", "count", "names", "acknowledge", "close")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Told:
    """A small register as it was told first."""
    return command.tell_small(tmp_path_factory, worker_id)


@pytest.fixture(scope="module")
def sijill(told: Told) -> Iterator[Sijill]:
    """One small register, for all tests here."""
    with command.restored(told) as restored:
        yield restored


@pytest.fixture
def nothing(tmp_path: Path) -> Sijill:
    """No register at all."""
    return Sijill(tmp_path / "none")


def refused(said: command.Said) -> str:
    """The one sentence of a command that could not do it, and wrote no result."""
    assert (said.status, said.out) == (1, "")
    messages = [line for line in said.err.splitlines() if line.startswith("sijill: ")]
    assert messages == said.err.splitlines()
    return messages[-1].removeprefix("sijill: ")


# without a register


def test_help_needs_neither_django_nor_a_register(nothing: Sijill) -> None:
    calls = [[word, "--help"] for word in WORDS] + [["batch", verb, "--help"] for verb in VERBS] + [["--help"]]
    program = (
        "import json, runpy, sys\n"
        "for call in json.loads(sys.argv[1]):\n"
        "    sys.argv = ['sijill', *call]\n"
        "    try: runpy.run_module('sijill', run_name='__main__')\n"
        "    except SystemExit as ended: assert not ended.code, (call, ended.code)\n"
        "    print('%%')\n"
        "assert not [m for m in sys.modules if m.split('.')[0] == 'django'], 'Django was loaded'\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, json.dumps(calls)], env=command.environment(nothing.data),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    pages = done.stdout.split("%%\n")[:-1]
    assert len(pages) == len(calls)
    assert all(page.startswith("usage: ./sijill") for page in pages)
    assert {line.split()[0] for line in pages[-1].splitlines() if line.startswith("  ")} == set(WORDS)
    assert not nothing.data.exists()


def test_the_commands_are_those_of_the_reference() -> None:
    reference = (command.ROOT / "docs" / "reference" / "commands.md").read_text()
    assert [word for word in WORDS if f"`{word}" not in reference] == []


def test_a_call_that_cannot_be_understood_is_2(nothing: Sijill) -> None:
    said = nothing("blance")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("sijill: there is no command 'blance'.\nusage: ")
    for call in (("roles",), ("serve", "--port", "65536"), ("balance", "--since", "2026-13-01"), ("roll", "N-TELL")):
        said = nothing(*call)
        assert (said.status, said.out) == (2, "")
        assert said.err.startswith("usage: ./sijill")
    assert not nothing.data.exists()


def test_without_a_register_reading_says_so_and_makes_none(nothing: Sijill, tmp_path: Path) -> None:
    for call in (("balance",), ("backup", str(tmp_path / "b"))):
        assert "no register here yet" in refused(nothing(*call))
    said = nothing("stop")
    assert (said.status, said.out) == (0, "nothing was running\n")
    assert nothing.ok("roles", "--sql") == printed().rstrip("\n")
    assert not nothing.data.exists()
    assert list(tmp_path.iterdir()) == []


# reading


def _whole(found: Mapping[str, Any]) -> None:
    """The documented keys and no others, and opening + in - out = closing everywhere."""
    assert set(found) - {"names_pending"} == {"difference", "people", "tallied", "books"}
    for book in found["books"]:
        assert set(book) == {"authority", "accounts", "difference"}
        assert book["difference"] == 0
        for account in book["accounts"]:
            assert set(account) == {"account", "opening", "in", "out", "closing"}
            assert account["opening"] + account["in"] - account["out"] == account["closing"]
    assert found["difference"] == 0


def _accounts(found: Mapping[str, Any], authority: str) -> dict[str, dict[str, int]]:
    (book,) = [b for b in found["books"] if b["authority"] == authority]
    return {a["account"]: a for a in book["accounts"]}


def test_balance_of_all_time_and_of_a_period(sijill: Sijill) -> None:
    now = sijill.json("balance")
    _whole(now)
    assert {b["authority"] for b in now["books"]} == {"NORTH", "CARRY", "SOUTH"}
    assert all(a["opening"] == 0 for b in now["books"] for a in b["accounts"])
    period = sijill.json("balance", "--since", "2026-01-21", "--until", "2026-01-22")
    _whole(period)
    assert (period["people"], period["tallied"]) == (300, 40)
    north, south = _accounts(period, "NORTH"), _accounts(period, "SOUTH")
    assert sum(a["opening"] for name, a in north.items() if name.startswith("held N-TELL")) == 300
    assert north["held N-WADI"] == {"account": "held N-WADI", "opening": 40, "in": 0, "out": 0, "closing": 40}
    assert south["names-pending S-HUB CARRY"]["in"] == 149  # counted that night, named after midnight


def test_findings_of_the_auditor_name_nobody(sijill: Sijill) -> None:
    counts = sijill.json("findings", "--all")
    assert len(counts) >= 8
    assert {f["subject"] for f in counts} == {None}
    mine = sijill.json("findings", "--as", "rami", "--all")
    assert {f["authority"] for f in mine} == {"SOUTH"}
    assert any(f["subject"] for f in mine)


def test_the_roll_is_for_those_who_may_read_it(sijill: Sijill) -> None:
    """As of the day after the demo's movement: nothing these tests do changes that."""
    at = ("--at", "2026-01-24T00:00Z")
    roll = sijill.json("roll", "S-HUB", "--as", "rami", *at)
    assert (roll["named"], roll["tallied"], len(roll["people"])) == (148, 0, 148)
    # given, father's, grandfather's and family name; the extra person is a numbered unknown
    assert sum(len(p["name"].split()) == 4 for p in roll["people"]) == 147
    stranger = sijill("roll", "S-HUB", "--as", "nadia", "--json", *at)
    assert json.loads(stranger.out)["people"] == []
    assert "may not read all people of S-HUB" in stranger.err
    assert "no facility 'NONE'" in refused(sijill("roll", "NONE", "--as", "rami"))


def test_check_recounts_everything(sijill: Sijill) -> None:
    found = sijill.json("check")
    assert found["wrong"] == 0
    assert found["events"] >= 1201


def test_results_may_be_cut_off(sijill: Sijill) -> None:
    """`./sijill balance | true`: no noise of Python's about the broken pipe."""
    reader, writer = socket.socketpair()
    reader.close()
    with writer:
        done = subprocess.run(
            sijill.argv("balance"), env=command.environment(sijill.data), stdout=writer.fileno(), stderr=subprocess.PIPE,
            check=False,
        )  # fmt: skip
    assert done.stderr == b""


# lists of people


def _workbook(path: Path, *rows: tuple[str, ...]) -> Path:
    book = Workbook()
    assert book.active is not None
    for row in (ARABIC, *rows):
        book.active.append(row)
    book.save(path)
    return path


def test_a_dry_run_writes_nothing_and_the_same_file_changes_nothing(sijill: Sijill, tmp_path: Path) -> None:
    path = _workbook(
        tmp_path / "list.xlsx",
        ("كريم", "سالم", "هادي", "الوادي", "1980-05-01", "W-1"),
        ("نبيل", "سالم", "هادي", "الوادي", "2999-01-01", "W-2"),
        ("", "", "", "", "1990", ""),
        ("سعيد", "سالم", "هادي", "الوادي", "1975", "W-3"),
    )
    call = ("import-list", str(path), "--facility", "N-WADI", "--as", "nadia")
    before = sijill.everything()
    dry = sijill(*call, "--dry-run")
    assert sijill.everything() == before
    assert dry.status == 0, dry.err
    assert dry.lines[-1] == (
        "dry run: 4 rows, 2 would be admitted, 0 are here already, 2 have errors; nothing was written"
    )
    errors = [line.strip() for line in dry.lines if ": error: " in line]
    assert [line.split(":")[0] for line in errors] == ["row 3, تاريخ الميلاد", "row 4"]
    assert "The date lies in the future. (2999-01-01)" in errors[0]
    assert sijill.ok(*call) == "imported: 4 rows, 2 admitted, 0 were here already, 2 had errors (done)"
    after = sijill.everything()
    assert after["people_person"] == before["people_person"] + 2
    assert after["ledger_event"] == before["ledger_event"] + 2
    assert "nothing changed" in sijill.ok(*call)
    assert "nothing would change" in sijill.ok(*call, "--dry-run")
    assert sijill.everything() == after
    names = [p["name"] for p in sijill.json("roll", "N-WADI", "--as", "nadia")["people"]]
    assert "كريم سالم هادي الوادي" in names


def test_a_list_that_cannot_come_in_says_why(sijill: Sijill, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Name,Number\nSome Body,Z-1\n")
    binary = tmp_path / "list.xlsx"
    binary.write_bytes(b"\x7fELF\0\0\0")
    before = sijill.everything()
    for file, facility, user, sentence in (
        (path, "NONE", "nadia", "There is no facility 'NONE'."),
        (path, "N-WADI", "nobody", "There is no user 'nobody' here."),
        (path, "S-RIVER", "nadia", "No duty of this user permits it there: import-list."),
        (tmp_path / "none.csv", "N-WADI", "nadia", "There is no file"),
        (binary, "N-WADI", "nadia", "The file is neither a text nor a workbook."),
    ):
        assert sentence in refused(sijill("import-list", str(file), "--facility", facility, "--as", user))
    assert sijill.everything() == before


# a batch, from the plan on, and knowing it late


def test_a_batch_from_its_plan_to_its_close(sijill: Sijill) -> None:
    """Ten people cross; one is absent and taken back. What was recorded late is known late."""
    start = datetime.now(UTC)
    at = {n: ("--at", (start - timedelta(minutes=90 - n)).isoformat()) for n in (0, 10, 20, 30, 40, 50, 60, 80)}

    def batch(*words: str, by: str, ok: bool = True) -> str:
        return sijill.ok("batch", *words, "--as", by) if ok else refused(sijill("batch", *words, "--as", by))

    plan = (
        "plan", "--operation", "DEMO-1", "--sender", "NORTH", "--carrier", "CARRY", "--receiver", "SOUTH", "--origin",
        "N-TELL", "--on", start.date().isoformat(), "--size",
    )  # fmt: skip
    assert "allows 200 people" in batch(*plan, "1000", by="karim", ok=False)
    code = batch(*plan, "10", by="karim")
    assert batch("authorise", code, by="karim") == f"{code} authorised"
    draw = ("manifest", code, "--vehicle", "Bus 9", "--destination", "S-HUB", "--first")
    paper = batch(*draw, "10", by="karim")
    said = sijill("batch", "seal", paper, "--as", "karim", password="not his password")
    assert "That is not your password." in refused(said)
    assert len(batch("seal", paper, by="karim")) == 64
    known_before = datetime.now(UTC).isoformat()

    assert batch("show", code, by="viola", ok=False) == "There is no such batch, manifest or place for you."

    first, second = ("--handover", "1"), ("--handover", "2")
    batch("present", paper, *first, *at[0], by="samir")
    assert "sign-handover" in batch("count", paper, *first, *at[10], "--bodies", "9", by="nadia", ok=False)
    batch("count", paper, *first, *at[10], "--bodies", "9", by="carla")
    before = sijill.everything()
    for line in ("3=absnt", "99=absent"):
        batch("names", paper, *first, "--line", line, by="carla", ok=False)
    assert sijill.everything() == before  # a slip of the hand signs nothing
    assert batch("names", paper, *first, *at[20], "--line", "3=absent", by="carla").endswith("9 received")
    batch("acknowledge", paper, *first, *at[30], "--line", "3=returned", by="samir")
    batch("present", paper, *second, *at[40], by="carla")
    batch("count", paper, *second, *at[50], "--bodies", "9", by="rami")
    assert batch("names", paper, *second, *at[60], by="rami").endswith("9 received")
    assert batch("acknowledge", paper, *second, *at[80], by="carla").endswith("batch reconciled")
    assert "still open" in batch("close", code, by="karim", ok=False)
    assert "1 absent" in batch("show", code, by="karim")

    asked = ("roll", "S-HUB", "--as", "rami", "--at", (start - timedelta(minutes=5)).isoformat())
    now, then = sijill.json(*asked), sijill.json(*asked, "--known-at", known_before)
    assert now["named"] == then["named"] + 9
    assert {p["id"] for p in then["people"]} < {p["id"] for p in now["people"]}
    _whole(sijill.json("balance"))


# copies and serving


def test_a_register_that_is_not_empty_takes_no_backup(sijill: Sijill, told: Told, tmp_path: Path) -> None:
    """The way back is proved by every test here: its register was restored."""
    before = sijill.everything()
    assert "only restored into an empty register" in refused(sijill("restore", told.backup))
    (tmp_path / "no.backup").write_text("this is no backup")
    assert "is not a backup" in refused(sijill("restore", str(tmp_path / "no.backup")))
    assert sijill.everything() == before
    assert Path(told.backup).stat().st_mode & 0o777 == 0o600


def _inet_listeners() -> dict[str, str]:
    """Inode -> address in hexadecimal of every listening TCP socket of the machine."""
    found = {}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            cells = line.split()
            if cells[3] == "0A":
                found[cells[9]] = cells[1]
    return found


def _listening(data: Path) -> set[str]:
    """Addresses that the processes of this register listen on."""
    listeners, found = _inet_listeners(), set()
    for process in Path("/proc").iterdir():
        try:
            mine = (
                str(data).encode() in (process / "environ").read_bytes() or (process / "cwd").readlink() == data / "pg"
            )
            links = [str(fd.readlink()) for fd in (process / "fd").iterdir()] if mine else []
        except OSError:
            continue  # no process, or it has ended
        found |= {listeners[link[8:-1]] for link in links if link.startswith("socket:[") and link[8:-1] in listeners}
    return found


def _answer(url: str, serving: "subprocess.Popen[str]") -> int:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        assert serving.poll() is None, serving.stderr.read() if serving.stderr else ""
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return int(answer.status)
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(url)


def test_serve_and_stop(told: Told) -> None:
    """It answers on 127.0.0.1 and listens nowhere else; after `stop` nothing runs; a command leaves it so."""
    with command.restored(told) as sijill, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        serving = subprocess.Popen(
            sijill.argv("serve", "--port", str(port)), env=command.environment(sijill.data), cwd="/",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert _answer(f"http://127.0.0.1:{port}/sign-in", serving) == 200
            if Path("/proc/net/tcp").exists():
                assert _listening(sijill.data) == {f"0100007F:{port:04X}"}
            assert "already being served" in refused(sijill("serve", "--port", str(port)))
            assert sijill.ok("stop") == "stopped"
            out, err = serving.communicate(timeout=90)
        finally:
            serving.kill()
        assert (serving.returncode, out) == (0, "")
        assert f"serving on http://127.0.0.1:{port}/" in err
        assert sijill.register is not None
        assert not sijill.register.is_up()
        assert sijill.json("balance")["difference"] == 0  # started for this command alone
        assert not sijill.register.is_up()
        assert sijill.ok("stop") == "nothing was running"
