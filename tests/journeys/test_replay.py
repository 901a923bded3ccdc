"""`drill replay`: invented movements through the real path; what cannot be read is said by row and never guessed."""

import os
import subprocess
import sys
from dataclasses import replace as with_other
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from sijill.domain.access import queries as access_queries
from sijill.domain.access.viewing import viewing
from sijill.exercises.escorting import carry_out
from sijill.exercises.movements import BadFile, Fault, openings, read_day, read_movements, read_places
from sijill.exercises.replay import Lost, World, arrive, build, check_day, in_turn, plan_day, renew_sessions, replay

ROOT = Path(__file__).resolve().parents[2]
MOVEMENTS = ROOT / "tests" / "fixtures" / "replay" / "movements.csv"
PLACES = ROOT / "tests" / "fixtures" / "replay" / "places.json"
REAL = ROOT.parent / "shared" / "data" / "prisons"
REAL_MOVEMENTS = REAL / "nz_inter_prison_transfers_2018_2021.csv"
REAL_PLACES = REAL / "nz_prison_locations_capacity.json"
FAULTS = (
    Fault(8, "same-place", "NB"),
    Fault(9, "unknown-place", "Westgate"),
    Fault(10, "unknown-place", "Nowhere"),
    Fault(11, "bad-date", "31-Jun-18"),
    Fault(12, "bad-date", "03/07/2018"),
    Fault(13, "bad-date", ""),
    Fault(14, "wrong-column-count", "3"),
    Fault(15, "wrong-column-count", "6"),
    Fault(16, "wrong-column-count", "0"),
    Fault(17, "unknown-place", "nb"),
)


def test_rows_that_cannot_be_moved_are_named_and_the_others_are_grouped() -> None:
    movements = read_movements(MOVEMENTS, read_places(PLACES))
    assert movements.faults == FAULTS
    assert movements.people == 26
    first, second, *_ = movements.groups
    assert (first.day, first.origin, first.destination, first.rows) == (date(2018, 7, 1), "NB", "SF", (29,))
    assert (second.day, second.origin, second.destination) == (date(2018, 7, 2), "NB", "Old Mill")
    assert [g.rows for g in movements.groups if g.day == date(2018, 7, 2)] == [(6,), (3, 4, 5), (7,)]
    assert [g.day for g in movements.groups] == sorted(g.day for g in movements.groups)


def test_the_first_rows_alone() -> None:
    movements = read_movements(MOVEMENTS, read_places(PLACES), rows=7)
    assert (movements.people, movements.faults) == (5, FAULTS[:2])


@pytest.mark.parametrize(
    "text", ["2-Jul-2018", "2-jul-18", "2-Juli-18", "0-Jul-18", "30-Feb-20", "2 Jul 18", "٢-Jul-18", "-", ""]
)
def test_no_day_is_guessed(text: str) -> None:
    assert read_day(text) is None


def test_days_are_read_without_the_locale() -> None:
    assert [read_day(t) for t in ("2-Jul-18", "29-Feb-20", " 31-Dec-21 ")] == [
        date(2018, 7, 2),
        date(2020, 2, 29),
        date(2021, 12, 31),
    ]


def test_a_place_opens_with_its_capacity_or_its_deficit() -> None:
    places = read_places(PLACES)
    # Old Mill sends four and has got one; SF sends twelve in all and has got five, but is built for less than it lacks.
    assert openings(read_movements(MOVEMENTS, places), places) == {"EG": 0, "NB": 6, "Old Mill": 3, "SF": 7}


def test_leaving_comes_before_arriving_within_a_day(tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text(
        "From,To,Reason,Transfer Date,Status At Transfer\nNB,EG,,1-Jul-18,\nEG,SF,,1-Jul-18,\nEG,SF,,2-Jul-18,\n"
    )
    places = read_places(PLACES)
    assert openings(read_movements(file, places), places)["EG"] == 1


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"From,To\nNB,SF\n", b"\xff\xfe\x00"])
def test_another_kind_of_file_is_refused_whole(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_bytes(content)
    with pytest.raises(BadFile):
        read_movements(file, read_places(PLACES))
    said: list[str] = []
    assert replay(file, PLACES, rows=None, say=said.append) == 2
    assert said[-1].startswith("replay: ")


@pytest.mark.parametrize("content", ["", "[]x", "{}x", '[{"Abbreviated": "NB"}]', '["NB"]'])
def test_capacities_that_are_none_are_refused(content: str, tmp_path: Path) -> None:
    file = tmp_path / "places.json"
    file.write_text(content)
    with pytest.raises(BadFile):
        read_places(file)


def test_everybody_is_moved_and_every_book_balances(db: None) -> None:
    said: list[str] = []
    assert replay(MOVEMENTS, PLACES, rows=None, say=said.append, workers=1) == 0
    assert said[: len(FAULTS)] == [
        "row 8 not moved: from NB to itself",
        "row 9 not moved: no such place: Westgate",
        "row 10 not moved: no such place: Nowhere",
        "row 11 not moved: not a day: 31-Jun-18",
        "row 12 not moved: not a day: 03/07/2018",
        "row 13 not moved: not a day: ",
        "row 14 not moved: 3 columns instead of 5",
        "row 15 not moved: 6 columns instead of 5",
        "row 16 not moved: 0 columns instead of 5",
        "row 17 not moved: no such place: nb",
    ]
    assert said[-1].startswith("replay: 26 moved in 9 batches, ")
    assert said[-1].endswith("difference 0")
    assert "0 days out of balance, 0 findings, 9 of 9 batches reconciled" in said


def _world(now: datetime) -> World:
    places = read_places(PLACES)
    movements = read_movements(MOVEMENTS, places)
    return build(places, openings(movements, places), movements.groups[0].day, now)


def test_who_stays_behind_is_missed_at_the_end_of_the_day(db: None) -> None:
    now = datetime.now(UTC)
    world = _world(now)
    renew_sessions(world, now)
    day = date(2018, 7, 2)
    groups = [g for g in read_movements(MOVEMENTS, read_places(PLACES)).groups if g.day == day]
    planned = plan_day(world, groups)
    for errand in in_turn(planned):
        if errand.destination is not world.prisons["Old Mill"]:
            carry_out(errand, lambda: now)
    arrive(world, planned)
    with pytest.raises(Lost, match="disagree about held"):
        check_day(world, day)
    [(_group, left)] = [(g, e) for g, e in planned if g.destination == "Old Mill"]
    carry_out(left, lambda: now)
    check_day(world, day)


def test_the_same_errand_twice_moves_nobody_twice(db: None) -> None:
    now = datetime.now(UTC)
    world = _world(now)
    renew_sessions(world, now)
    groups = [g for g in read_movements(MOVEMENTS, read_places(PLACES)).groups if g.day == date(2018, 7, 1)]
    planned = plan_day(world, groups)
    carry_out(planned[0][1], lambda: now)
    arrive(world, planned)
    check_day(world, date(2018, 7, 1))
    world.crowds["NB"].people += 1
    with pytest.raises(Lost):
        check_day(world, date(2018, 7, 1))
    assert with_other(planned[0][1], nth=3).key != planned[0][1].key


def test_the_longest_there_go_first_and_nobody_goes_twice_a_day(db: None) -> None:
    world = _world(datetime.now(UTC))
    groups = read_movements(MOVEMENTS, read_places(PLACES)).groups
    first = plan_day(world, [g for g in groups if g.day == date(2018, 7, 1)])
    arrive(world, first)
    arrived = first[0][1].people
    second = plan_day(world, [g for g in groups if g.day == date(2018, 7, 2)])
    assert [e.known for g, e in second if g.origin == "SF"] == [arrived]
    gone = [p for _g, e in second for p in e.people]
    assert len(gone) == len(set(gone)) == 5


def test_signing_sessions_are_renewed_before_they_end(db: None) -> None:
    now = datetime.now(UTC)
    world = _world(now)

    def session(at: datetime) -> object:
        with viewing(world.escort.viewer.user_id):
            return access_queries.open_session(world.escort.viewer, authority_id=world.escort.authority_id, at=at)

    renew_sessions(world, now)
    opened = session(now)
    assert opened is not None
    renew_sessions(world, now + timedelta(minutes=9))
    assert session(now + timedelta(minutes=9)) == opened
    renew_sessions(world, now + timedelta(minutes=14))
    assert session(now + timedelta(minutes=16)) not in (None, opened)


_PROGRAM = """
import sys
from pathlib import Path

if __name__ == "__main__":
    import django

    django.setup()
    from sijill.exercises.replay import replay

    sys.exit(replay(Path(sys.argv[1]), Path(sys.argv[2]), rows=int(sys.argv[3]), say=print, workers=2))
"""


def _drill(database: str, folder: Path, movements: Path, places: Path, rows: int) -> subprocess.CompletedProcess[str]:
    program = folder / "drill.py"
    program.write_text(_PROGRAM)
    env = os.environ | {
        "DATABASE_URL": database,
        "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "sijill.config.settings",
    }
    return subprocess.run(
        [sys.executable, str(program), str(movements), str(places), str(rows)],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


@pytest.mark.slow
def test_two_processes_side_by_side(new_database: str, tmp_path: Path) -> None:
    done = _drill(new_database, tmp_path, MOVEMENTS, PLACES, 1000)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("replay: 26 moved in 9 batches, ")


@pytest.mark.slow
@pytest.mark.skipif(not REAL_MOVEMENTS.exists(), reason="the published movements are not beside this checkout")
def test_real_movements(new_database: str, tmp_path: Path) -> None:
    done = _drill(new_database, tmp_path, REAL_MOVEMENTS, REAL_PLACES, 200)
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    assert last.startswith("replay: 200 moved in ")
    assert last.endswith("difference 0")
