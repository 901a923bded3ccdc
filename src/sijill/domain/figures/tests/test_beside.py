"""The register beside a claim: at the end of the local day, as known then and now; never nought for who may not look."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sijill.domain.access.queries import viewer_of
from sijill.domain.access.rules import AUDITOR_ID
from sijill.domain.access.viewing import viewing
from sijill.domain.figures import queries
from sijill.domain.figures.queries import RegisterCount, Shown
from sijill.domain.figures.tests.press import TODAY, acting, add_topic, admit, held_at, report
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger.queries import Counted
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Admission, Kind
from tests.cast import NOON, Cast

TOMORROW = TODAY + timedelta(days=1)
DAY = timedelta(days=1)


def beside(cast: Cast, who: str = "farid", day: date = TODAY, code: str = "held-in-all") -> RegisterCount:
    """What stands beside the topic on that day, for this viewer."""
    with acting(cast, who) as viewer:
        return queries.register_count(viewer, queries.topic(viewer, code), day)


def persons(n: int) -> Counted:
    """So many persons and nobody else."""
    return Counted(n, 0, 0)


def test_a_late_report_changes_what_is_known_now_and_not_what_was_known_then(cast: Cast) -> None:
    add_topic(cast, measure=held_at(cast, "A-MAIN"))
    early = admit(cast, 5)
    admit(cast, 2, occurred=NOON, at=NOON + 3 * DAY)  # they were there all the time, and nobody had said so
    gone = AccountKind.REPORTED_ESCAPED
    report(cast, early[:1], Kind.REPORTED_ESCAPED, gone, occurred=NOON + timedelta(hours=1), at=NOON + 4 * DAY)
    assert beside(cast) == RegisterCount(Shown.COUNTED, then=persons(5), now=persons(6))
    assert beside(cast, day=TODAY + 3 * DAY) == RegisterCount(Shown.COUNTED, persons(7), persons(6))
    assert beside(cast, day=TODAY + 4 * DAY) == RegisterCount(Shown.COUNTED, persons(6), persons(6))
    assert beside(cast, day=TODAY - DAY) == RegisterCount(Shown.COUNTED, persons(0), persons(0))


def test_the_day_ends_at_midnight_on_the_local_wall_clock(cast: Cast) -> None:
    add_topic(cast, measure=held_at(cast))
    midnight = datetime(2026, 2, 1, 21, tzinfo=UTC)  # in Baghdad
    admit(cast, 3, occurred=midnight - timedelta(microseconds=1), at=midnight - timedelta(microseconds=1))
    admit(cast, 4, occurred=midnight, at=midnight)
    assert beside(cast).then == persons(3)
    assert beside(cast, day=TOMORROW).then == persons(7)


def test_what_the_viewer_s_duties_do_not_show_is_never_nought(cast: Cast) -> None:
    add_topic(cast, measure=held_at(cast, "A-MAIN"))
    admit(cast, 5)
    for stranger in ("dora", "basil", "chiara"):
        assert beside(cast, stranger) == RegisterCount(Shown.NOT_IN_YOUR_BOOKS)
    assert beside(cast, "adnan") == RegisterCount(Shown.NOT_IN_YOUR_BOOKS)  # his duty is at A-SIDE
    for reader in ("alice", "farid", "amal"):
        assert beside(cast, reader).then == persons(5)


def test_a_duty_at_the_place_shows_the_count_of_that_place_alone(cast: Cast) -> None:
    add_topic(cast, measure=held_at(cast, "A-SIDE"))
    add_topic(cast, "everywhere", measure=held_at(cast))
    admit(cast, 5)
    admit(cast, 2, "A-SIDE")
    assert beside(cast, "adnan").then == persons(2)
    assert beside(cast, "adnan", code="everywhere") == RegisterCount(Shown.NOT_IN_YOUR_BOOKS)
    assert beside(cast, "alice", code="everywhere").then == persons(7)


def test_some_of_the_books_are_said_to_be_some(cast: Cast) -> None:
    both = [cast.authority["ALPHA"], cast.authority["CHARLIE"]]
    add_topic(cast, measure=held_at(cast) | {"books": both})
    admit(cast, 5)
    admit(cast, 3, "C-HUB", who="chiara", book="CHARLIE")
    assert beside(cast, "alice") == RegisterCount(Shown.PARTIAL, persons(5), persons(5))
    assert beside(cast, "chiara") == RegisterCount(Shown.PARTIAL, persons(3), persons(3))
    assert beside(cast, "dora") == RegisterCount(Shown.NOT_IN_YOUR_BOOKS)


def test_a_person_in_two_books_is_one_person(cast: Cast) -> None:
    both = [cast.authority["ALPHA"], cast.authority["CHARLIE"]]
    add_topic(cast, measure=held_at(cast) | {"books": both})
    (person,) = admit(cast, 1)
    with acting(cast, "chiara", NOON) as by:
        ledger.admit(
            admissions=[Admission(uuid4(), person)], book_id=both[1], facility_id=cast.facility["C-HUB"], hall_id=None,
            occurred_from=NOON, occurred_to=NOON, by=by, at=NOON,
        )  # fmt: skip
    with acting(cast, "alice") as viewer:
        topic = queries.topic(viewer, "held-in-all")
    with viewing(AUDITOR_ID):
        found = queries.register_count(viewer_of(AUDITOR_ID, NOON), topic, TODAY)
    assert found == RegisterCount(Shown.COUNTED, persons(1), persons(1))


def test_categories_narrow_the_count_and_a_disputed_age_is_a_child_s(cast: Cast) -> None:
    admit(cast, 4, nationality="IQ", age_class="adult")
    admit(cast, 3, nationality="SY", age_class="child")
    admit(cast, 2, nationality="unknown", age_class="disputed")
    narrowed = {"nationality": "IQ"}, {"not_nationality": "IQ"}, {"age_class": "child"}, {"age_class": "adult"}
    for n, more in enumerate(narrowed):
        add_topic(cast, f"topic-{n}", measure=held_at(cast, **more))
    assert [beside(cast, code=f"topic-{n}").then for n in range(4)] == [
        Counted(4, 0, 0, not_known=2), Counted(3, 0, 0, not_known=2), persons(5), persons(4),
    ]  # fmt: skip


def test_people_without_names_are_shown_apart_and_stated_ones_outside_the_sums(cast: Cast) -> None:
    add_topic(cast, measure=held_at(cast) | {"accounts": ["held", "stated"]})
    admit(cast, 5)
    with acting(cast, "alice", NOON) as by:
        for kind, basis, n in ((AccountKind.HELD, "declared", 60), (AccountKind.STATED, "stated", 14000)):
            ledger.count_tally(
                tally_id=uuid4(), event_id=uuid4(), book_id=cast.authority["ALPHA"], n=n, basis=basis, label="",
                to=AccountSpec(kind, facility_id=cast.facility["A-MAIN"]), occurred_at=NOON, by=by, at=NOON,
            )  # fmt: skip
    found = beside(cast).then
    assert found == Counted(persons=5, tallied=60, stated=14000)
    assert found.total == 65


def test_whom_events_brought_is_counted_once_each_until_that_day(cast: Cast) -> None:
    entered = {"what": "entered", "event": "reported-escaped", "books": [cast.authority["ALPHA"]]}
    add_topic(cast, measure=entered)
    add_topic(cast, "since", measure={**entered, "since": "2026-02-02"})
    people = admit(cast, 3)
    for n, person in enumerate(people):
        moment = NOON + n * DAY
        report(
            cast, [person], Kind.REPORTED_ESCAPED, AccountKind.REPORTED_ESCAPED, occurred=moment, at=moment + 2 * DAY
        )
    assert [beside(cast, day=TODAY + n * DAY).then for n in range(4)] == [persons(n) for n in (0, 0, 1, 2)]
    assert [beside(cast, day=TODAY + n * DAY).now for n in range(4)] == [persons(n) for n in (1, 2, 3, 3)]
    assert [beside(cast, day=TODAY + n * DAY, code="since").now for n in range(4)] == [
        persons(n) for n in (0, 1, 2, 2)
    ]  # fmt: skip
    held = AccountKind.HELD
    moment = NOON + 5 * DAY
    report(cast, people[:1], Kind.RECAPTURE, held, place="A-MAIN", occurred=moment, at=moment)
    assert beside(cast, day=TODAY + 6 * DAY).now == persons(3)  # they had escaped, whatever came after


def test_a_voided_event_no_longer_brings_anybody(cast: Cast) -> None:
    add_topic(cast, measure={"what": "entered", "event": "reported-escaped", "books": [cast.authority["ALPHA"]]})
    (person,) = admit(cast, 1)
    gone = AccountKind.REPORTED_ESCAPED
    (receipt,) = report(cast, [person], Kind.REPORTED_ESCAPED, gone, occurred=NOON, at=NOON)
    with acting(cast, "alice", NOON + 2 * DAY) as by:
        ledger.correct(
            event_id=uuid4(), target=receipt.event, to=None, occurred_at=None, ground="did-not-happen", by=by,
            at=NOON + 2 * DAY,
        )  # fmt: skip
    assert beside(cast) == RegisterCount(Shown.COUNTED, then=persons(1), now=persons(0))


def test_a_topic_without_a_measure_and_a_day_that_is_not_over_have_nothing_beside_them(cast: Cast) -> None:
    add_topic(cast)
    assert beside(cast) == RegisterCount(Shown.NO_MEASURE)
    add_topic(cast, "measured", measure=held_at(cast))
    with acting(cast) as viewer:
        topic = queries.topic(viewer, "measured")
        found = queries.register_counts(viewer, topic, [TODAY, TOMORROW], now=NOON + DAY)
    assert found[TODAY].shown is Shown.COUNTED
    assert found[TOMORROW] == RegisterCount(Shown.NOT_YET)


@pytest.mark.parametrize("days", [1, 9])
def test_many_days_are_one_query(cast: Cast, days: int) -> None:
    add_topic(cast, measure=held_at(cast, "A-MAIN"))
    admit(cast, 2)
    with acting(cast) as viewer:
        topic = queries.topic(viewer, "held-in-all")
        with CaptureQueriesContext(connection) as seen:
            found = queries.register_counts(viewer, topic, [TODAY + n * DAY for n in range(days)])
    assert len(seen) == 1 and len(found) == days


def test_people_in_tallies_have_no_nationality_and_are_said_to_be_not_known(cast: Cast) -> None:
    add_topic(cast, measure=held_at(cast, nationality="IQ"))
    admit(cast, 2, nationality="IQ")
    with acting(cast, "alice", NOON) as by:
        ledger.count_tally(
            tally_id=uuid4(), event_id=uuid4(), book_id=cast.authority["ALPHA"], n=60, basis="declared", label="",
            to=AccountSpec(AccountKind.HELD, facility_id=cast.facility["A-MAIN"]), occurred_at=NOON, by=by, at=NOON,
        )  # fmt: skip
    assert beside(cast).then == Counted(persons=2, tallied=0, stated=0, not_known=60)
