"""Person-days: the day rule, midnights, what stands beside, what is hidden, rates, a billion (histories: tests/laws)."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from sijill.domain.access.rules import REGISTER_ID, NotAllowed, Refused, Viewer
from sijill.domain.access.viewing import as_register, viewing
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Admission, Kind, NewEvent, NewSubject
from sijill.domain.ledger.write import record
from sijill.domain.sharing import actions, queries
from sijill.domain.sharing.queries import Burden, Period
from sijill.domain.sharing.rules import COUNTED, MIDNIGHT, nights, period_fault, zone_of
from tests.cast import NOON, Cast

pytestmark = pytest.mark.postgres15
A = AccountKind
BERLIN, KATHMANDU, BAGHDAD = "Europe/Berlin", "Asia/Kathmandu", "Asia/Baghdad"


# ---------------------------------------------------------------------------- the day rule
def test_arrival_counts_departure_does_not_to_the_very_midnight(cast: Cast) -> None:
    """Arriving at 00:00 is that day's arrival and not the day's before; leaving at 00:00 leaves the whole day counted."""
    zone = ZoneInfo(BAGHDAD)
    for arrival, departure, days in (
        (datetime(2026, 4, 1, 0, 0, tzinfo=zone), datetime(2026, 4, 3, 0, 0, tzinfo=zone), 2),
        (datetime(2026, 4, 1, 23, 59, 59, 999_999, tzinfo=zone), datetime(2026, 4, 2, 0, 0, tzinfo=zone), 1),
        (datetime(2026, 4, 1, 0, 0, tzinfo=zone), datetime(2026, 4, 1, 23, 59, tzinfo=zone), 0),
        (datetime(2026, 4, 1, 12, 0, tzinfo=zone), datetime(2026, 4, 2, 12, 0, tzinfo=zone), 1),
        (datetime(2026, 3, 1, 12, 0, tzinfo=zone), datetime(2026, 4, 20, 12, 0, tzinfo=zone), 12),
    ):
        with transaction.atomic():
            stay(cast, 1, arrival, departure)
            found = ask(cast, "alice", date(2026, 3, 30), date(2026, 4, 10), datetime(2026, 5, 1, tzinfo=UTC))
            assert found.days == days
            transaction.set_rollback(True)


def test_a_day_counts_when_it_is_over(cast: Cast) -> None:
    """Today does not count yet; as known then, no later day does."""
    stay(cast, 1, NOON, None)
    first = date(2026, 2, 1)
    midnight = datetime(2026, 2, 3, 21, tzinfo=UTC)  # the end of 3 February in Baghdad
    assert ask(cast, "alice", first, date(2026, 2, 28), midnight).days == 3
    assert ask(cast, "alice", first, date(2026, 2, 28), midnight - timedelta(microseconds=1)).days == 2
    assert ask(cast, "alice", first, date(2026, 2, 28), midnight + timedelta(days=9), midnight).days == 3


@given(st.sampled_from([BERLIN, KATHMANDU, BAGHDAD, "Asia/Damascus", "America/St_Johns"]),
       st.dates(date(2015, 1, 1), date(2030, 1, 1)), st.integers(0, 400))  # fmt: skip
def test_midnights_are_those_of_the_wall_clock(zone: str, since: date, length: int) -> None:
    """As many as days, each the first instant of the next local day."""
    until = since + timedelta(days=length)
    found = nights(since, until, zone, datetime(2040, 1, 1, tzinfo=UTC))
    for n, midnight in enumerate(found):
        before, after = ((midnight.astimezone(UTC) + t).astimezone(ZoneInfo(zone)) for t in (-timedelta(microseconds=1), timedelta()))  # fmt: skip
        assert before.date() == since + timedelta(days=n)
        assert after.date() == since + timedelta(days=n + 1)
    assert len(found) == length + 1


def test_each_place_has_its_country_s_clock() -> None:
    """Iraq, Syria, and elsewhere as at the seat of the register."""
    assert (zone_of("IQ-BG"), zone_of("SY-HA"), zone_of("DE")) == ("Asia/Baghdad", "Asia/Damascus", "Asia/Baghdad")
    assert period_fault(date(2026, 1, 2), date(2026, 1, 1)) == "period-backwards"
    assert period_fault(date(2026, 1, 1), date(2026, 1, 1)) == ""
    assert period_fault(date(9999, 12, 30), date(9999, 12, 31)) == "period-unheard-of"
    assert period_fault(date(2000, 1, 1), date(2026, 1, 1)) == "period-too-long"


# ---------------------------------------------------------------------------- a period
def stay(
    cast: Cast, people: int, arrival: datetime, departure: datetime | None, *, facility: str = "A-MAIN",
    book: str = "ALPHA", at: datetime | None = None,
) -> list[UUID]:  # fmt: skip
    """People are admitted, and leave."""
    to = AccountSpec(A.HELD, facility_id=cast.facility[facility])
    out = AccountSpec(A.RELEASED_UNVERIFIED)
    ids = [uuid4() for _ in range(people)]
    with as_register():
        ledger.add_subjects(subjects=[NewSubject(i) for i in ids], by=cast.viewer("alice"), at=arrival)
        events = [NewEvent(uuid4(), cast.authority[book], i, Kind.ADMISSION, to, arrival, arrival) for i in ids]
        if departure:
            events += [NewEvent(uuid4(), cast.authority[book], i, Kind.RELEASE, out, departure, departure) for i in ids]
        record(events, by=REGISTER_ID, at=at or departure or arrival)
    return ids


def ask(cast: Cast, name: str, since: date, until: date, at: datetime, known_at: datetime | None = None) -> Burden:
    """The burden as somebody sees it."""
    viewer = cast.viewer(name)
    with viewing(viewer.user_id):
        return queries.burden(viewer, Period(since, until, known_at), at=at)


def rate(cast: Cast, amount: str, currency: str, since: date, until: date | None = None, **scope: Any) -> None:
    """The finance officer states a rate."""
    by: Viewer = cast.viewer("fatima")
    with viewing(by.user_id):
        actions.set_rate(
            **({"authority_id": None, "facility_id": None, "label": "Food"} | scope), rate_id=uuid4(), amount=amount,
            currency=currency, valid_from=since, valid_to=until, source="x", illustrative=True, by=by, at=NOON,
        )  # fmt: skip


MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))


def test_the_whole_cost_is_unallocated_and_exact(cast: Cast) -> None:
    """7,000 × 365 days at the derived rate is the published year; here 12 people for 28 days."""
    rate(cast, "6600000/511", "IQD", date(2026, 1, 1))
    rate(cast, "5000/511", "USD", date(2026, 1, 1))
    stay(cast, 12, NOON - timedelta(days=3), None)
    found = ask(cast, "fatima", *FEBRUARY, MARCH)
    assert (found.days, found.named, found.tallied) == (12 * 28, 12 * 28, 0)
    assert {c.currency: c.unallocated for c in found.costs} == {
        "IQD": Fraction(6_600_000, 511) * 336, "USD": Fraction(5000, 511) * 336,
    }  # fmt: skip
    assert all(c.illustrative and not c.unpriced and not c.agreed for c in found.costs)
    assert 7000 * 365 * Fraction(6_600_000, 511) == 33_000_000_000


def test_a_rate_that_changes_inside_the_period_prices_its_own_days(cast: Cast) -> None:
    """And days nobody named a rate for are said, not priced at nought."""
    rate(cast, "10", "IQD", date(2026, 2, 11), date(2026, 2, 20))
    rate(cast, "100", "IQD", date(2026, 2, 21), facility_id=cast.facility["A-SIDE"])
    stay(cast, 10, NOON - timedelta(days=3), None)
    stay(cast, 10, NOON - timedelta(days=3), None, facility="A-SIDE")
    (cost,) = ask(cast, "fatima", *FEBRUARY, MARCH).costs
    assert cost.amount == 20 * 10 * 10 + 10 * 8 * 100
    assert cost.unpriced == 20 * 10 + 10 * 8


def test_as_known_then_with_the_rates_of_then(cast: Cast) -> None:
    """A late report adds days now and none then."""
    stay(cast, 10, NOON, None)
    stay(cast, 10, NOON, None, at=MARCH)
    assert ask(cast, "alice", *FEBRUARY, MARCH).days == 20 * 28
    assert ask(cast, "alice", *FEBRUARY, MARCH, MARCH - timedelta(minutes=1)).days == 10 * 27 + 10
    rate(cast, "1", "IQD", date(2026, 1, 1))
    assert ask(cast, "alice", *FEBRUARY, MARCH, NOON - timedelta(minutes=1)).costs == ()


def test_an_end_nobody_knew_yet_was_no_end(cast: Cast) -> None:
    """Released in January, reported in March: as known in February they were there all February."""
    january = NOON - timedelta(days=25)
    ids = stay(cast, 10, january, None)
    gone = january + timedelta(days=9)
    events = [
        NewEvent(uuid4(), cast.authority["ALPHA"], i, Kind.RELEASE, AccountSpec(A.RELEASED_UNVERIFIED), gone, gone)
        for i in ids
    ]
    with as_register():
        record(events, by=REGISTER_ID, at=MARCH)
    at = MARCH + timedelta(days=1)
    assert ask(cast, "alice", *FEBRUARY, at, MARCH - timedelta(minutes=1)).days == 10 * 28
    assert ask(cast, "alice", *FEBRUARY, at, MARCH).days == ask(cast, "alice", *FEBRUARY, at).days == 0


def test_what_is_not_counted_stands_beside(cast: Cast) -> None:
    """Tallies count with their n; names pending and losses get lines; a stated population never enters."""
    by, alpha, main = cast.viewer("alice"), cast.authority["ALPHA"], cast.facility["A-MAIN"]
    with viewing(by.user_id):
        for kind, n, basis in ((A.HELD, 30, "counted"), (A.NAMES_PENDING, 20, "pending"), (A.STATED, 14_000, "stated")):
            ledger.count_tally(
                tally_id=uuid4(), event_id=uuid4(), book_id=alpha, to=AccountSpec(kind, facility_id=main), n=n,
                basis=basis, label="x", occurred_at=NOON, by=by, at=NOON,
            )  # fmt: skip
    ids = stay(cast, 12, NOON, None)
    with as_register():
        lost = AccountSpec(A.CONTROL_LOST, facility_id=main)
        at = NOON + timedelta(days=10)
        record([NewEvent(uuid4(), alpha, i, Kind.CONTROL_LOST, lost, at, at) for i in ids], by=REGISTER_ID, at=at)
    found = ask(cast, "fatima", *FEBRUARY, MARCH)
    assert (found.named, found.tallied) == (12 * 10, 30 * 28)
    assert [(b.kind, b.persons, b.days) for b in found.beside] == [
        ("names-pending", 20, 20 * 28), ("control-lost", 12, 12 * 18),
    ]  # fmt: skip
    viewer = cast.viewer("fatima")
    with viewing(viewer.user_id):
        days = queries.by_day(viewer, main, Period(*FEBRUARY), at=MARCH)
    assert len(days) == 28
    assert (sum(d.named for d in days), sum(d.tallied for d in days)) == (120, 840)
    assert (sum(d.pending for d in days), sum(d.lost for d in days)) == (560, 216)


def test_whom_two_books_both_count_is_said(cast: Cast) -> None:
    """Only somebody who reads both books sees that the same days stand in both."""
    ids = stay(cast, 10, NOON, None)
    to = AccountSpec(A.HELD, facility_id=cast.facility["C-HUB"])
    events = [NewEvent(uuid4(), cast.authority["CHARLIE"], i, Kind.ADMISSION, to, MARCH, MARCH) for i in ids[:3]]
    chiara = cast.viewer("chiara")
    with viewing(chiara.user_id):
        ledger.report(events=events, by=chiara, at=MARCH)
    until, at = date(2026, 3, 10), MARCH + timedelta(days=30)
    viewer = auditor(cast)
    with viewing(viewer.user_id):
        assert queries.burden(viewer, Period(FEBRUARY[0], until), at=at).twice == 3 * 10
    assert ask(cast, "alice", FEBRUARY[0], until, at).twice == 0


def auditor(cast: Cast) -> Viewer:
    """The built-in auditor."""
    from sijill.domain.access.queries import viewer_of
    from sijill.domain.access.rules import AUDITOR_ID

    with viewing(AUDITOR_ID):
        return viewer_of(AUDITOR_ID, NOON)


# ---------------------------------------------------------------------------- who sees what
def test_strangers_count_nothing_and_the_wrong_duty_is_refused(cast: Cast) -> None:
    """DELTA sees its own empty book; an administrator of users reads no counts; a limited duty its own place."""
    stay(cast, 12, NOON, None)
    stay(cast, 11, NOON, None, facility="A-SIDE")
    found = ask(cast, "dora", *FEBRUARY, MARCH)
    assert (found.cells, found.beside, found.days, found.twice) == ((), (), 0, 0)
    with pytest.raises(NotAllowed):
        ask(cast, "adil", *FEBRUARY, MARCH)
    with pytest.raises(Refused):
        ask(cast, "alice", date(2026, 2, 2), date(2026, 2, 1), MARCH)
    cells = ask(cast, "adnan", *FEBRUARY, MARCH).cells
    assert [(c.facility_id, c.persons) for c in cells] == [(cast.facility["A-SIDE"], 11)]


def test_a_small_cell_is_hidden_and_in_no_sum(cast: Cast) -> None:
    """Three people at one place: neither they nor, by subtraction, their days or their cost are told; who may, reads."""
    rate(cast, "1", "IQD", date(2026, 1, 1))
    stay(cast, 3, NOON, None)
    stay(cast, 12, NOON, None, facility="A-SIDE")
    mine = ask(cast, "alice", *FEBRUARY, MARCH)
    assert (mine.days, mine.hidden, mine.costs[0].amount) == (15 * 28, 0, Fraction(15 * 28))
    found = ask(cast, "fatima", *FEBRUARY, MARCH)
    assert {c.facility_id: c.hidden for c in found.cells} == {
        cast.facility["A-MAIN"]: True,
        cast.facility["A-SIDE"]: False,
    }
    assert (found.days, found.hidden, found.costs[0].amount, found.costs[0].unpriced) == (
        12 * 28,
        1,
        Fraction(12 * 28),
        0,
    )
    viewer = cast.viewer("fatima")
    with viewing(viewer.user_id):
        days = queries.by_day(viewer, cast.facility["A-MAIN"], Period(*FEBRUARY), at=MARCH)
    assert all(d.hidden for d in days)


def test_ten_people_of_one_tally_and_their_names_are_not_twenty(cast: Cast) -> None:
    """Nine counted, then registered one by one: still fewer than ten different people."""
    by, main = cast.viewer("alice"), cast.facility["A-MAIN"]
    tally, ids, later = uuid4(), [uuid4() for _ in range(9)], NOON + timedelta(days=2)
    to = AccountSpec(A.HELD, facility_id=main)
    with viewing(by.user_id):
        ledger.count_tally(
            tally_id=tally, event_id=uuid4(), book_id=cast.authority["ALPHA"], n=9, basis="counted", to=to, label="x",
            occurred_at=NOON, by=by, at=NOON,
        )  # fmt: skip
        ledger.add_subjects(subjects=[NewSubject(i) for i in ids], by=by, at=later)
        ledger.register_from_tally(
            tally_id=tally, registrations=[Admission(uuid4(), i) for i in ids], book_id=cast.authority["ALPHA"], to=to,
            occurred_at=later, by=by, at=later,
        )  # fmt: skip
    assert ask(cast, "alice", *FEBRUARY, MARCH).days == 9 * 28
    assert [c.hidden for c in ask(cast, "fatima", *FEBRUARY, MARCH).cells] == [True]


# ---------------------------------------------------------------------------- cost of asking
def test_a_billion_person_days_are_counted_from_one_interval(cast: Cast) -> None:
    """2,000,000 people in a tally for 500 days, exactly, in one row."""
    by, main = cast.viewer("alice"), cast.facility["A-MAIN"]
    since, until = date(2024, 1, 1), date(2025, 5, 14)
    at = datetime.combine(since, time(9), UTC)
    with viewing(by.user_id):
        ledger.count_tally(
            tally_id=uuid4(), event_id=uuid4(), book_id=cast.authority["ALPHA"], n=2_000_000, basis="estimated",
            to=AccountSpec(A.HELD, facility_id=main), label="x", occurred_at=at, by=by, at=NOON,
        )  # fmt: skip
    rate(cast, "6600000/511", "IQD", date(2024, 1, 1))
    found = ask(cast, "fatima", since, until, MARCH)
    assert found.days == 1_000_000_000
    assert found.costs[0].unallocated == Fraction(6_600_000, 511) * 10**9


def test_as_many_queries_however_many_people(cast: Cast) -> None:
    """The places, the days, the rates, the doubles; then one more for each piece of the period with its own price."""
    counts = []
    for people in (1, 60):
        stay(cast, people, NOON, None)
        with CaptureQueriesContext(connection) as captured:
            viewer = cast.viewer("fatima")
            before = len(captured)
            with viewing(viewer.user_id):
                queries.burden(viewer, Period(*FEBRUARY), at=MARCH)
            counts.append(len([q for q in captured.captured_queries[before:] if " from " in q["sql"].lower()]))
    assert counts[0] == counts[1] <= 7
    assert COUNTED not in MIDNIGHT.pending
