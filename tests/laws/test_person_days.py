"""Person-days from the ledger against a child's count, subject by subject and midnight by midnight, over any history."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sijill.domain.access.rules import REGISTER_ID
from sijill.domain.access.viewing import as_register, viewing
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger import queries
from sijill.domain.ledger.queries import Midnights
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind, NewEvent, NewSubject
from sijill.domain.ledger.write import record
from sijill.domain.sharing.rules import MIDNIGHT, nights
from tests.cast import Cast
from tests.laws.naive import NaiveBooks, Told

pytestmark = [pytest.mark.postgres15, pytest.mark.slow]
A = AccountKind
FIRST, LAST = date(2026, 3, 28), date(2026, 4, 4)  # Berlin's clocks go forward on 29 March
START = datetime(2026, 3, 23, tzinfo=UTC)


def specs(cast: Cast) -> list[AccountSpec]:
    """Accounts of every sort, at two facilities and at none."""
    main, side = cast.facility["A-MAIN"], cast.facility["A-SIDE"]
    return [
        AccountSpec(A.HELD, facility_id=main), AccountSpec(A.HELD, facility_id=side), AccountSpec(A.IN_TRANSIT),
        AccountSpec(A.HANDING_OVER, other_id=cast.authority["DELTA"]), AccountSpec(A.TEMPORARY_OUT, facility_id=main),
        AccountSpec(A.CONTROL_LOST, facility_id=main), AccountSpec(A.REPORTED_ESCAPED),
        AccountSpec(A.RELEASED_UNVERIFIED), AccountSpec(A.NAMES_PENDING, facility_id=side),
        AccountSpec(A.STATED, facility_id=side),
    ]  # fmt: skip


TALLY_SPECS = (0, 1, 2, 5, 8, 9)
KINDS = [Kind.ADMISSION, Kind.DEPARTURE, Kind.TEMPORARY_OUT, Kind.CONTROL_LOST, Kind.REPORTED_ESCAPED, Kind.RELEASE]
# who (3 = the tally), kind (None = a correction), where to, minutes after START, which report is superseded, void, n
REPORTS = st.lists(
    st.tuples(
        st.integers(0, 3), st.none() | st.sampled_from(KINDS), st.integers(0, 9),
        st.integers(0, 13 * 24 * 60) | st.integers(0, 13 * 24).map(lambda h: h * 60), st.integers(0, 8), st.booleans(),
        st.integers(0, 50),
    ),
    max_size=14,
)  # fmt: skip


def tell(cast: Cast, reports: Sequence[tuple[Any, ...]]) -> tuple[NaiveBooks, list[datetime]]:
    """Write the reports into ALPHA's book, one call each, and into the child's; returns it and the recording times."""
    book, people, places = cast.authority["ALPHA"], [uuid4() for _ in range(4)], specs(cast)
    naive, now = NaiveBooks(tallies={people[3]}), START + timedelta(days=20)
    told: dict[UUID, list[UUID]] = {p: [] for p in people}
    times = []
    with as_register():
        ledger.add_subjects(subjects=[NewSubject(p) for p in people[:3]], by=cast.viewer("alice"), at=now)
        ledger.open_tally(tally_id=people[3], basis="counted", label="x", by=cast.viewer("alice"), at=now)
    for who, kind, where, minutes, back, void, n in reports:
        now += timedelta(minutes=1)
        times.append(now)
        at, subject = START + timedelta(minutes=minutes), people[who]
        earlier = told[subject]
        real = kind or Kind.CORRECTION
        if who == 3 and kind is not None:
            real = Kind.TALLY_COUNTED
        supersedes = earlier[-1 - back] if real is Kind.CORRECTION and back < len(earlier) else None
        to = (
            None
            if real is Kind.CORRECTION and void and supersedes
            else places[TALLY_SPECS[where % 6] if who == 3 else where]
        )
        event = NewEvent(uuid4(), book, subject, real, to, at, at, n=n if who == 3 else None, supersedes=supersedes)
        naive.tell((book, subject), Told(event.id, real, to, at, now, event.n, supersedes))
        with as_register():
            record([event], by=REGISTER_ID, at=now)
        earlier.append(event.id)
    return naive, times


def counted_by_hand(
    naive: NaiveBooks, midnights: Midnights, known: datetime | None
) -> tuple[Counter[Any], Mapping[Any, set[UUID]]]:
    """Every subject at every midnight, one after the other."""
    days: Counter[Any] = Counter()
    who: dict[Any, set[UUID]] = {}
    for key in naive.told:
        for clock in midnights.clocks:
            for midnight in clock:
                stands = naive.place(key, midnight - timedelta(microseconds=1), known)
                if stands is None:
                    continue
                spec, n = stands
                mine = midnights.at_facility.get(spec.facility_id or 0, midnights.elsewhere)
                line = MIDNIGHT.lines.get(spec.kind.value)
                if line and n and mine == clock:
                    cell = (line, spec.facility_id, key[1] in naive.tallies)
                    days[cell] += n
                    who.setdefault(cell, set()).add(key[1])
    return days, who


def asked(cast: Cast, midnights: Midnights, known: datetime | None) -> tuple[Counter[Any], dict[Any, int]]:
    """The same from the ledger."""
    viewer = cast.viewer("fatima")
    with viewing(viewer.user_id):
        rows = queries.person_days(viewer, midnights, MIDNIGHT.lines, known_at=known)
    days = Counter({(r.line, r.facility_id, r.is_tally): r.days for r in rows})
    return days, {(r.line, r.facility_id, r.is_tally): r.subjects for r in rows}


ZONES = st.sampled_from(["Europe/Berlin", "Asia/Kathmandu", "Asia/Baghdad", "America/St_Johns"])


@given(REPORTS, ZONES, ZONES, ZONES, st.integers(0, 14))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_ledger_counts_as_a_child_would_day_by_day(
    cast: Cast, reports: list[tuple[Any, ...]], here: str, there: str, elsewhere: str, when: int
) -> None:
    """Any history with corrections, any clocks (daylight saving too), as known now and as known after any report."""
    late = START + timedelta(days=40)
    midnights = Midnights(
        nights(FIRST, LAST, elsewhere, late),
        {
            cast.facility["A-MAIN"]: nights(FIRST, LAST, here, late),
            cast.facility["A-SIDE"]: nights(FIRST, LAST, there, late),
        },
    )
    with transaction.atomic():
        naive, times = tell(cast, reports)
        for known in (None, times[when] if when < len(times) else None):
            by_hand, who = counted_by_hand(naive, midnights, known)
            days, subjects = asked(cast, midnights, known)
            assert days == by_hand
            assert {c: n for c, n in subjects.items() if not c[2]} == {c: len(s) for c, s in who.items() if not c[2]}
            assert_nights(cast, midnights, known, by_hand)
        transaction.set_rollback(True)


def assert_nights(cast: Cast, midnights: Midnights, known: datetime | None, by_hand: Counter[Any]) -> None:
    """The drill-down of a facility adds up to its cells."""
    viewer = cast.viewer("fatima")
    for name in ("A-MAIN", "A-SIDE"):
        with viewing(viewer.user_id):
            rows = queries.nights_at(viewer, cast.facility[name], midnights, MIDNIGHT.lines, known_at=known)
        sums: Counter[Any] = Counter()
        for row in rows:
            sums[row.line, cast.facility[name], row.is_tally] += row.n * (row.last - row.first)
        assert sums == Counter({c: n for c, n in by_hand.items() if c[1] == cast.facility[name]})
