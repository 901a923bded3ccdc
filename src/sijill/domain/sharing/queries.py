"""The only readers of the room sharing. Person-days come from the ledger each time they are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

from sijill.domain.access.rules import Act, NotAllowed, Refused, Viewer
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.queries import DaysRow, Midnights
from sijill.domain.places import queries as places
from sijill.domain.sharing.models import Rate
from sijill.domain.sharing.rules import (
    COUNTED,
    MIDNIGHT,
    ZONE_ELSEWHERE,
    Beside,
    Cell,
    Cost,
    Night,
    RateRow,
    is_small,
    nights,
    period_fault,
    price,
    stretches,
    zone_of,
)

CURRENCIES_MAX = 4
_COUNTED = dict.fromkeys(MIDNIGHT.counted, COUNTED)


@dataclass(frozen=True, slots=True)
class Period:
    """Which days, as known when. known_at None: as known now."""

    since: date
    until: date
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Burden:
    """The person-days of a period and what they cost. Sums are of the cells that are shown: others would be told."""

    period: Period
    cells: tuple[Cell, ...]
    beside: tuple[Beside, ...]
    costs: tuple[Cost, ...]
    rates: tuple[RateRow, ...]  # those that priced something
    named: int
    tallied: int
    twice: int | None  # person-days two books both have, of people whom two authorities claim; as known now only

    @property
    def days(self) -> int:
        """All person-days of the cells that are shown."""
        return self.named + self.tallied

    @property
    def hidden(self) -> int:
        """How many cells are too small to be shown to this viewer; their days are in no sum."""
        return sum(cell.hidden for cell in self.cells)


def _checked(viewer: Viewer, period: Period) -> None:
    """NotAllowed for those who may not read counts. Refused: period-backwards, period-too-long."""
    if not viewer.may(Act.READ_COUNTS):
        raise NotAllowed(Act.READ_COUNTS)
    if fault := period_fault(period.since, period.until):
        raise Refused(fault)


def _midnights(viewer: Viewer, period: Period, at: datetime) -> Midnights:
    """The midnights that had passed when this was known, in the time of each facility."""
    seen = at if period.known_at is None else min(at, period.known_at)
    clocks: dict[str, tuple[datetime, ...]] = {}

    def clock(zone: str) -> tuple[datetime, ...]:
        if zone not in clocks:
            clocks[zone] = nights(period.since, period.until, zone, seen)
        return clocks[zone]

    elsewhere = clock(ZONE_ELSEWHERE)
    return Midnights(elsewhere, {f.id: clock(zone_of(f.region)) for f in places.facilities(viewer)})


def rates(viewer: Viewer, *, known_at: datetime | None = None) -> list[RateRow]:
    """The rates that concern the viewer, by currency and label, the newest first; as recorded by then."""
    found = Rate.objects.order_by("currency", "label", "-recorded_at", "-id")
    if known_at is not None:
        found = found.filter(recorded_at__lte=known_at)
    return [
        RateRow(
            r.pk, r.authority_id, r.facility_id, r.label, Fraction(r.numerator, r.denominator), r.currency,
            r.valid_from, r.valid_to, r.source, r.illustrative, r.recorded_at,
        )
        for r in found
    ]  # fmt: skip


def burden(viewer: Viewer, period: Period, *, at: datetime) -> Burden:
    """Person-days of the viewer's books over a period, by authority and facility, with what they cost (law 10: by whose
    rate is said). NotAllowed without the duty to read counts; Refused for a period that cannot be."""
    _checked(viewer, period)
    midnights = _midnights(viewer, period, at)
    rows = ledger.person_days(viewer, midnights, MIDNIGHT.lines, known_at=period.known_at)
    known = [r for r in rates(viewer, known_at=period.known_at) if _touches(r, period)]
    charges = _charges(viewer, period, known, rows, at)
    cells = [replace(c, hidden=_too_small(viewer, c)) for c in _cells(rows, charges)]
    shown = {(c.authority_id, c.facility_id): c for c in cells if not c.hidden}
    charged = [charge for charge in charges if charge.key in shown]
    used = {rate for charge in charged for rate in charge.rates}
    return Burden(
        period=period,
        cells=tuple(cells),
        beside=_beside(viewer, rows),
        costs=_costs(charged),
        rates=tuple(r for r in known if r.id in used),
        named=sum(c.named for c in shown.values()),
        tallied=sum(c.tallied for c in shown.values()),
        twice=None if period.known_at else ledger.counted_twice(viewer, midnights, _COUNTED),
    )


def by_day(viewer: Viewer, facility_id: int, period: Period, *, at: datetime) -> list[Night]:
    """How many stood at one facility at the end of each day that is over, in the viewer's books."""
    _checked(viewer, period)
    place = places.facility_by_id(viewer, facility_id)
    midnights = _midnights(viewer, period, at)
    passed = len(midnights.at_facility[place.id])
    sums = {column: [0] * (passed + 1) for column in ("named", "tallied", "pending", "lost")}
    books = set()
    for row in ledger.nights_at(viewer, place.id, midnights, MIDNIGHT.lines, known_at=period.known_at):
        column = _column(row.line, is_tally=row.is_tally)
        sums[column][row.first] += row.n
        sums[column][row.last] -= row.n
        books.add(row.book_id)
    reads_all = all(viewer.may(Act.READ_PEOPLE, authority_id=book, facility_id=place.id) for book in books)
    found, now = [], dict.fromkeys(sums, 0)
    for n in range(passed):
        now = {column: now[column] + sums[column][n] for column in sums}
        small = any(count and is_small(count) for count in (now["named"] + now["tallied"], now["pending"], now["lost"]))
        found.append(Night(period.since + timedelta(days=n), **now, hidden=small and not reads_all))
    return found


def _too_small(viewer: Viewer, cell: Cell) -> bool:
    """True when the cell has few people and the viewer may not read people there."""
    may = viewer.may(Act.READ_PEOPLE, authority_id=cell.authority_id, facility_id=cell.facility_id)
    return is_small(cell.behind) and not may


def _column(line: str, *, is_tally: bool) -> str:
    """In which column of a day a line is shown."""
    if line == COUNTED:
        return "tallied" if is_tally else "named"
    return "pending" if line in MIDNIGHT.pending else "lost"


def _touches(rate: RateRow, period: Period) -> bool:
    return rate.valid_from <= period.until and (rate.valid_to is None or rate.valid_to >= period.since)


# ------------------------------------------------------------------ what it costs
@dataclass(frozen=True, slots=True)
class _Charge:
    """Person-days of one cell in one currency: what they cost by which rates, or None when nobody named one."""

    key: tuple[int, int | None]
    days: int
    currency: str
    amount: Fraction | None
    rates: tuple[UUID, ...]
    illustrative: bool


def _charges(
    viewer: Viewer, period: Period, known: Sequence[RateRow], rows: Sequence[DaysRow], at: datetime
) -> list[_Charge]:
    """Every cell priced, piece by piece wherever prices change; the ledger is asked once for each piece."""
    currencies = sorted({r.currency for r in known})[:CURRENCIES_MAX]
    pieces = stretches(known, period.since, period.until)
    found: list[_Charge] = []
    for since, until in pieces if currencies else []:
        if len(pieces) > 1:
            part = Period(since, until, period.known_at)
            rows = ledger.person_days(viewer, _midnights(viewer, part, at), _COUNTED, known_at=period.known_at)
        for key, days in _counted(rows).items():
            prices = price(known, *key, since)
            for currency in currencies:
                used = prices.get(currency, [])
                amount = days * sum((r.amount for r in used), Fraction(0)) if used else None
                ids, supposed = tuple(r.id for r in used), any(r.illustrative for r in used)
                found.append(_Charge(key, days, currency, amount, ids, supposed))
    return found


def _counted(rows: Sequence[DaysRow]) -> dict[tuple[int, int | None], int]:
    """Counted person-days by authority and facility."""
    found: dict[tuple[int, int | None], int] = {}
    for row in rows:
        if row.line == COUNTED:
            key = (row.book_id, row.facility_id)
            found[key] = found.get(key, 0) + row.days
    return found


def _costs(charges: Sequence[_Charge]) -> tuple[Cost, ...]:
    """The whole cost in each currency, all of it unallocated until there are agreements."""
    return tuple(
        Cost(
            currency=currency,
            amount=sum((c.amount for c in charges if c.currency == currency and c.amount is not None), Fraction(0)),
            unpriced=sum(c.days for c in charges if c.currency == currency and c.amount is None),
            illustrative=any(c.illustrative for c in charges if c.currency == currency),
        )
        for currency in sorted({c.currency for c in charges})
    )


# ------------------------------------------------------------------ what is shown
def _cells(rows: Sequence[DaysRow], charges: Sequence[_Charge]) -> list[Cell]:
    """The counted person-days as lines: by authority, the largest first."""
    costs: dict[tuple[int, int | None], dict[str, Fraction]] = {}
    for charge in charges:
        if charge.amount is not None:
            mine = costs.setdefault(charge.key, {})
            mine[charge.currency] = mine.get(charge.currency, Fraction(0)) + charge.amount
    sums: dict[tuple[int, int | None], list[int]] = {}
    for row in rows:
        if row.line == COUNTED:
            mine_too = sums.setdefault((row.book_id, row.facility_id), [0, 0, 0, 0])
            mine_too[row.is_tally] += row.subjects
            mine_too[2 + row.is_tally] += row.days
    cells = [
        Cell(*key, persons, bodies, named, tallied, costs.get(key, {}))
        for key, (persons, bodies, named, tallied) in sums.items()
    ]
    return sorted(cells, key=lambda c: (c.authority_id, -c.days, c.facility_id or 0))


def _beside(viewer: Viewer, rows: Sequence[DaysRow]) -> tuple[Beside, ...]:
    """What is not counted, by book and kind: names pending first, then each way of being lost."""
    sums: dict[tuple[int, str], list[int]] = {}
    for row in rows:
        if row.line != COUNTED:
            mine = sums.setdefault((row.book_id, row.line), [0, 0])
            mine[0] += row.subjects
            mine[1] += row.days
    return tuple(
        Beside(
            book, kind, persons, days,
            hidden=is_small(persons) and not viewer.may(Act.READ_PEOPLE, authority_id=book),
        )
        for (book, kind), (persons, days) in sorted(
            sums.items(), key=lambda item: (list(MIDNIGHT.lines).index(item[0][1]), item[0][0])
        )
    )  # fmt: skip
