"""Person-days and their price: the day rule, rates, what is hidden from whom. Pure; money is exact fractions."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

DAYS_MAX = 3_700  # ten years in one question
YEARS = range(1900, 2201)
LABEL_MAX, SOURCE_MAX = 120, 400
SMALL = 10  # a cell of fewer people is not shown to those who may not read people
COUNTED = "counted"


# ------------------------------------------------------------------ what a day is
@dataclass(frozen=True, slots=True)
class DayRule:
    """Which days count, as data: a later agreement may bring its own.

    A person is counted on a day when he stands in one of the `counted` accounts at the local midnight that ends it: the
    day of arrival counts, the day of departure does not. `beside` accounts get lines of their own and are not counted:
    those received with names pending (two answer), and those lost. All other accounts never enter.
    """

    code: str
    counted: tuple[str, ...]
    pending: tuple[str, ...]
    lost: tuple[str, ...]

    @property
    def lines(self) -> dict[str, str]:
        """Every kind of account that is read, with its line: the counted ones together, each other one by itself."""
        return dict.fromkeys(self.counted, COUNTED) | {kind: kind for kind in self.pending + self.lost}


MIDNIGHT = DayRule(
    code="midnight-that-ends-the-day",
    counted=("held", "handing-over", "in-transit", "temporary-out"),
    pending=("names-pending",),
    lost=("control-lost", "under-another", "whereabouts-unknown", "reported-escaped", "reported-dead"),
)
ZONES = {"IQ": "Asia/Baghdad", "SY": "Asia/Damascus"}  # country of a region -> local time there
ZONE_ELSEWHERE = "Asia/Baghdad"  # and on the way


def zone_of(region: str) -> str:
    """The time zone of a region such as SY-HA."""
    return ZONES.get(region[:2], ZONE_ELSEWHERE)


def local_day(at: datetime) -> date:
    """The local day of an instant where no facility says otherwise."""
    return at.astimezone(ZoneInfo(ZONE_ELSEWHERE)).date()


def period_fault(since: date, until: date) -> str:
    """Why this period will not do: period-backwards, period-too-long, period-unheard-of; "" when it will."""
    if until < since:
        return "period-backwards"
    if since.year not in YEARS or until.year not in YEARS:
        return "period-unheard-of"
    return "period-too-long" if (until - since).days >= DAYS_MAX else ""


def nights(since: date, until: date, zone: str, at: datetime) -> tuple[datetime, ...]:
    """The midnights that end each day of the period (both ends included) and have passed by `at`, in order."""
    local = ZoneInfo(zone)
    ends = (since + timedelta(days=n + 1) for n in range((until - since).days + 1))
    midnights = (datetime.combine(day, time(), local) for day in ends)
    return tuple(m for m in midnights if m <= at)


# ------------------------------------------------------------------ money
# Digits after the point in which an amount is shown. Practice, not ISO 4217: nobody pays in fils or Syrian piastres.
MINOR_UNITS = {"IQD": 0, "USD": 2, "EUR": 2, "SYP": 0}
_AMOUNT = re.compile(r"(?:\d{1,12}(?:\.\d{1,6})?|\d{1,15}/\d{1,15})", re.ASCII)


def amount_of(text: str) -> Fraction | None:
    """An exact amount from "12916", "9.78" or "6600000/511"; None when it is no such thing, or not above nought."""
    text = text.strip()
    if not _AMOUNT.fullmatch(text):
        return None
    try:
        found = Fraction(text)
    except ZeroDivisionError:
        return None
    return found if found > 0 else None


def rounded(amount: Fraction, currency: str) -> Decimal:
    """The amount in the currency's minor unit, halves away from nought: for showing, never for reckoning on."""
    places = MINOR_UNITS.get(currency, 2)
    whole, rest = divmod(abs(amount) * 10**places, 1)
    units = int(whole) + (rest >= Fraction(1, 2))
    return Decimal(f"{units if amount >= 0 else -units}E-{places}")  # from text: no sum is too long for it


@dataclass(frozen=True, slots=True)
class RateRow:
    """What one person-day costs by somebody's word: for an authority or all, a facility or all, from a day to a day."""

    id: UUID
    authority_id: int | None
    facility_id: int | None
    label: str
    amount: Fraction
    currency: str
    valid_from: date
    valid_to: date | None
    source: str
    illustrative: bool
    recorded_at: datetime

    def covers(self, authority_id: int, facility_id: int | None, day: date) -> bool:
        """True when the rate prices a person-day there, then."""
        return (
            self.authority_id in (None, authority_id)
            and self.facility_id in (None, facility_id)
            and self.valid_from <= day
            and (self.valid_to is None or day <= self.valid_to)
        )

    @property
    def nearness(self) -> tuple[bool, bool, datetime, str]:
        """Of two rates of one label the nearer one is used: for a facility, for an authority, then the newest word."""
        return (self.facility_id is not None, self.authority_id is not None, self.recorded_at, str(self.id))


def price(rates: Iterable[RateRow], authority_id: int, facility_id: int | None, day: date) -> dict[str, list[RateRow]]:
    """By currency, the rates that price one person-day there: one of each label. Currencies are never converted."""
    nearest: dict[tuple[str, str], RateRow] = {}
    for rate in rates:
        if rate.covers(authority_id, facility_id, day):
            key = (rate.currency, rate.label.casefold())
            if key not in nearest or nearest[key].nearness < rate.nearness:
                nearest[key] = rate
    found: dict[str, list[RateRow]] = {}
    for (currency, _label), rate in sorted(nearest.items()):
        found.setdefault(currency, []).append(rate)
    return found


def stretches(rates: Sequence[RateRow], since: date, until: date) -> list[tuple[date, date]]:
    """The period cut wherever a rate begins or ends: inside each piece every price stands still."""
    ends = (r.valid_to for r in rates if r.valid_to and r.valid_to < until)  # a later one may be the last day there is
    cuts = {since} | {r.valid_from for r in rates} | {end + timedelta(days=1) for end in ends}
    starts = sorted(c for c in cuts if since <= c <= until)
    return [(s, e - timedelta(days=1)) for s, e in zip(starts, [*starts[1:], until + timedelta(days=1)], strict=True)]


@dataclass(frozen=True, slots=True)
class Cost:
    """What the person-days of a period cost in one currency, and who has agreed to pay how much of it.

    `agreed` is nought until there are agreements (a later issue): all of it is unallocated.
    """

    currency: str
    amount: Fraction
    unpriced: int  # person-days for which nobody named a rate in this currency
    illustrative: bool
    agreed: Fraction = Fraction(0)

    @property
    def unallocated(self) -> Fraction:
        """What nobody has agreed to pay."""
        return self.amount - self.agreed


# ------------------------------------------------------------------ what is shown
@dataclass(frozen=True, slots=True)
class Cell:
    """Person-days of one authority at one facility (None: on the way, at no facility).

    `persons`: people by name, each once; `bodies`: people in tallies, the most at one time of each tally.
    """

    authority_id: int
    facility_id: int | None
    persons: int
    bodies: int
    named: int
    tallied: int
    costs: Mapping[str, Fraction]
    hidden: bool = False

    @property
    def days(self) -> int:
        """Person-days, by name and in tallies."""
        return self.named + self.tallied

    @property
    def behind(self) -> int:
        """At least so many different people: those of a tally may be the very ones that were registered later."""
        return max(self.persons, self.bodies)


@dataclass(frozen=True, slots=True)
class Beside:
    """Person-days that are not counted: names pending, or lost, in one book. `kind` is the account's."""

    authority_id: int
    kind: str
    persons: int
    days: int
    hidden: bool = False


def is_small(people: int) -> bool:
    """True for a cell of so few people that only those who may read people there may read it."""
    return people < SMALL


@dataclass(frozen=True, slots=True)
class Night:
    """One day at one facility: how many stood there at the midnight that ended it."""

    day: date
    named: int
    tallied: int
    pending: int
    lost: int
    hidden: bool = False

    @property
    def counted(self) -> int:
        """Person-days of this day."""
        return self.named + self.tallied
