"""Person-days: how many stood where at how many midnights, from intervals; no row per day is ever made or read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from sijill.domain.access.rules import Viewer
from sijill.domain.ledger.rules import FOREVER


@dataclass(frozen=True, slots=True)
class Midnights:
    """The midnights of a period, as instants in order, in the local time of `elsewhere` and of some facilities."""

    elsewhere: tuple[datetime, ...]
    at_facility: Mapping[int, tuple[datetime, ...]]

    @property
    def clocks(self) -> list[tuple[datetime, ...]]:
        """The different rows of midnights: usually one, for neighbouring countries often share their clock."""
        return list(dict.fromkeys([self.elsewhere, *self.at_facility.values()]))


@dataclass(frozen=True, slots=True)
class DaysRow:
    """Person-days of one line of the caller's at one place in one book.

    `subjects`: people, each once; or in tallies the most at one time of each tally.
    """

    book_id: int
    line: str
    facility_id: int | None
    is_tally: bool
    days: int
    subjects: int


@dataclass(frozen=True, slots=True)
class NightsRow:
    """`n` people stood somewhere from the midnight numbered `first` to the one before `last`."""

    book_id: int
    line: str
    is_tally: bool
    first: int
    last: int
    n: int


# A stay (from, to] holds a midnight that ends a day: who arrives at that very instant is not yet there on that day, and
# who leaves at it was there all day. width_bucket counts the midnights up to an instant by halving.
_STAYS = (
    " from ledger_position p join place on place.account_id = p.account_id"
    " cross join lateral (select {first} as first, {last} as last) m"
    " where p.n > 0 and p.from_at < %(end)s and {believed} and m.last > m.first"
)
_NOW = ("p.to_at", "p.to_at >= %(begin)s and p.known_to = %(forever)s")
_THEN = (
    "case when p.end_known > %(known)s then %(forever)s else p.to_at end",
    "p.known_from <= %(known)s and p.known_to > %(known)s and (p.to_at >= %(begin)s or p.end_known > %(known)s)",
)
_PLACE = (
    "with place as materialized (select a.id as account_id, a.book_id, k.line, a.facility_id,"
    " coalesce(z.number, 0) as clock from ledger_account a"
    " join unnest(%(kinds)s::text[], %(lines)s::text[]) as k(kind, line) on k.kind = a.kind"
    " left join unnest(%(places)s::bigint[], %(numbers)s::int[]) as z(place, number) on z.place = a.facility_id"
)


@dataclass(frozen=True, slots=True)
class _Question:
    """The stays that hold midnights of the period, as SQL, and its values."""

    stays: str
    values: dict[str, Any]


def _question(midnights: Midnights, lines: Mapping[str, str], known_at: datetime | None) -> _Question:
    clocks = midnights.clocks
    until, believed = _NOW if known_at is None else _THEN
    ticks = [m for clock in clocks for m in clock] or [FOREVER]
    values: dict[str, Any] = {f"clock{i}": list(clock) for i, clock in enumerate(clocks)} | {
        "kinds": list(lines),
        "lines": list(lines.values()),
        "places": list(midnights.at_facility),
        "numbers": [clocks.index(clock) for clock in midnights.at_facility.values()],
        "forever": FOREVER,
        "known": known_at,
        "begin": min(ticks),
        "end": max(ticks),
    }
    first, last = _bucket("p.from_at", len(clocks)), _bucket(until, len(clocks))
    return _Question(_STAYS.format(first=first, last=last, believed=believed), values)


def _bucket(instant: str, clocks: int) -> str:
    """How many of the midnights that hold at the place lie at or before the instant."""
    counted = [f"width_bucket({instant}, %(clock{i})s::timestamptz[])" for i in range(clocks)]
    cases = "".join(f" when {i} then {count}" for i, count in enumerate(counted))
    return counted[0] if clocks == 1 else f"case place.clock{cases} end"


def person_days(
    viewer: Viewer, midnights: Midnights, lines: Mapping[str, str], *, known_at: datetime | None = None
) -> list[DaysRow]:
    """Person-days of the viewer's books by line and place, as known now or as known then.

    `lines`: kind of account -> the line it is counted on. A person who stands in two accounts of one line at one place
    is one subject; kinds that are not named are not read.
    """
    asked = _question(midnights, lines, known_at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_PLACE}) select s.book_id, s.line, s.facility_id, s.is_tally, sum(s.days)::bigint, sum(s.most)::bigint"
            " from (select place.book_id, place.line, place.facility_id, p.is_tally,"
            f" sum(p.n::bigint * (m.last - m.first)) as days, max(p.n) as most{asked.stays}"
            " group by p.folio_id, place.book_id, place.line, place.facility_id, p.is_tally) s"
            " group by 1, 2, 3, 4 order by 1, 2, 3, 4",
            asked.values,
        )
        return [DaysRow(*row) for row in cursor.fetchall()]


def nights_at(
    viewer: Viewer,
    facility_id: int,
    midnights: Midnights,
    lines: Mapping[str, str],
    *,
    known_at: datetime | None = None,
) -> list[NightsRow]:
    """Who stood at one facility at which midnights, stays of the same midnights taken together. Nobody is named."""
    asked = _question(midnights, lines, known_at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_PLACE} where a.facility_id = %(here)s) select place.book_id, place.line, p.is_tally, m.first, m.last,"
            f" sum(p.n::bigint)::bigint{asked.stays} group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5",
            asked.values | {"here": facility_id},
        )
        return [NightsRow(*row) for row in cursor.fetchall()]


def counted_twice(viewer: Viewer, midnights: Midnights, lines: Mapping[str, str]) -> int:
    """Person-days that two books of the viewer both have, of people whom two authorities claim (finding two-claim)."""
    asked = _question(midnights, lines, None)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_PLACE}), claimed as materialized (select distinct f.id from ledger_finding w join ledger_folio f"
            " on f.subject_id = w.subject_id where w.code = 'two-claim'),"
            f" stay as materialized (select p.subject_id, p.book_id, m.first, m.last{asked.stays}"
            " and p.folio_id in (select id from claimed))"
            " select coalesce(sum(least(a.last, b.last) - greatest(a.first, b.first)), 0)::bigint from stay a"
            " join stay b on b.subject_id = a.subject_id and b.book_id > a.book_id"
            " and b.first < a.last and a.first < b.last",
            asked.values,
        )
        return int(cursor.fetchone()[0])
