"""What a published figure is: how it was said, what became of it, and what of the register may stand beside it. Pure.

Law 10: a figure keeps its speaker. Nothing here averages, picks, or turns a claim into a count.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sijill.domain.ledger.rules import AccountKind, Kind

FIGURE_MAX = 1_000_000_000
QUOTED_LENGTH_MAX = 280  # a span of somebody's text, never the text
SOURCES_MAX = 20
YEARS = (1900, 2200)  # beyond them a day is a slip of the pen
_TOPIC_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TOPIC_CODE_LENGTH_MAX = 40


class Unit(StrEnum):
    """What a topic counts. WORDS: no number at all (who controls the camp, who pays)."""

    PERSONS = "persons"
    FAMILIES = "families"
    NATIONALITIES = "nationalities"
    PLACES = "places"
    WORDS = "words"


class Modality(StrEnum):
    """How the figure was said, from the firmest to the loosest. Derived: worked out here, by a named rule."""

    COUNTED = "counted"
    STATED = "stated"
    ESTIMATED = "estimated"
    REPORTED = "reported"
    MAY = "may"
    COULD = "could"
    FORECAST = "forecast"
    PLANNED = "planned"
    DERIVED = "derived"
    UNCLEAR = "unclear"


# What was said to be possible or to come: no count of a day stands against it.
NOT_YET = frozenset({Modality.COULD, Modality.FORECAST, Modality.PLANNED})
_MAY_LOOK_AHEAD = NOT_YET | {Modality.MAY, Modality.UNCLEAR}


class ClaimState(StrEnum):
    """What became of a claim. Each is a step somebody took, said by someone; the claim itself stays."""

    STANDING = "standing"
    WITHDRAWN = "withdrawn"
    DENIED = "denied"
    DISOWNED = "disowned"


TAKEN_BACK = frozenset({ClaimState.WITHDRAWN, ClaimState.DISOWNED})


class What(StrEnum):
    """What of the register a measure counts: who stands in some states, or whom events of a kind brought in."""

    STANDING = "standing"
    ENTERED = "entered"


class Beside(StrEnum):
    """Where the register's count of the day lies beside a claim. It says nothing about which of the two is right."""

    WITHIN = "within"
    BELOW = "below"
    ABOVE = "above"
    NOT_COMPARABLE = "not-comparable"


@dataclass(frozen=True, slots=True)
class Measure:
    """What of the register stands beside a topic. The books are always named: nobody's count is read as nought."""

    what: What
    books: tuple[int, ...]
    accounts: tuple[str, ...] = ()
    event: str = ""
    facility_id: int | None = None
    nationality: str = ""
    not_nationality: str = ""
    age_class: str = ""
    since: date | None = None


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic as read: one question that several speakers answer."""

    id: int
    code: str
    names: dict[str, str]
    unit: Unit
    measure: Measure | None

    def name(self, language: str) -> str:
        """The name in this language, else in English, else any, else the code."""
        return self.names.get(language) or self.names.get("en") or next(iter(self.names.values()), self.code)


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a claim's state: who said so, where, when."""

    state: ClaimState
    said_by: str
    outlet: str
    said_on: date
    address: str
    note: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A published figure as read, with the steps of its state, the first first."""

    id: UUID
    topic_id: int
    low: int | None
    high: int | None
    modality: Modality
    speaker: str
    outlet: str
    address: str
    published_on: date | None
    as_of: date | None
    quoted: str
    note: str
    derived_from: tuple[UUID, ...]
    rule: str
    recorded_at: datetime
    steps: tuple[StepRow, ...] = ()

    @property
    def state(self) -> ClaimState:
        """The last step's; a claim nobody has spoken of again stands."""
        return self.steps[-1].state if self.steps else ClaimState.STANDING

    @property
    def day(self) -> date | None:
        """The day at whose end the register is read beside it: what it speaks of, else when it was published."""
        return self.as_of or self.published_on


@dataclass(frozen=True, slots=True)
class Span:
    """The lowest and the highest that anybody says, and how many say something. Never a middle."""

    lowest: int | None
    highest: int | None
    claims: int
    speakers: int
    states: tuple[tuple[ClaimState, int], ...]


def topic_fault(code: str, unit: str) -> str:
    """Why this topic will not do: bad-topic-code, unknown-unit; "" when it will."""
    if len(code) > TOPIC_CODE_LENGTH_MAX or not _TOPIC_CODE.fullmatch(code):
        return "bad-topic-code"
    return "" if unit in {u.value for u in Unit} else "unknown-unit"


def figure_fault(unit: Unit, low: int | None, high: int | None, modality: Modality) -> str:
    """Why these numbers will not do: a range runs upwards, words carry none, and only "unclear" may lack them."""
    numbers = [n for n in (low, high) if n is not None]
    if any(n < 0 or n > FIGURE_MAX for n in numbers):
        return "figure-out-of-range"
    if low is not None and high is not None and low > high:
        return "low-above-high"
    if numbers and (unit is Unit.WORDS or modality is Modality.UNCLEAR):
        return "figure-not-wanted"
    return "" if numbers or unit is Unit.WORDS or modality is Modality.UNCLEAR else "figure-missing"


def source_fault(unit: Unit, speaker: str, outlet: str, quoted: str, note: str) -> str:
    """Why this source will not do: somebody said it somewhere, and a claim in words has its words."""
    if not speaker.strip() or not outlet.strip():
        return "source-missing"
    if len(quoted) > QUOTED_LENGTH_MAX:
        return "quoted-too-long"
    return "words-missing" if unit is Unit.WORDS and not (quoted.strip() or note.strip()) else ""


def derivation_fault(modality: Modality, derived_from: Iterable[UUID], rule: str) -> str:
    """Why this derivation will not do: a derived claim names what it follows from and the rule; no other does."""
    sources = list(derived_from)
    if len(sources) > SOURCES_MAX or len(set(sources)) < len(sources):
        return "sources-not-distinct"
    if modality is Modality.DERIVED:
        return "" if sources and rule.strip() else "derivation-missing"
    return "derivation-not-wanted" if sources or rule.strip() else ""


def dates_fault(modality: Modality, published_on: date | None, as_of: date | None, at: datetime) -> str:
    """Why these days will not do: nothing is published tomorrow, and only what may come speaks of tomorrow."""
    if any(day is not None and not YEARS[0] <= day.year <= YEARS[1] for day in (published_on, as_of)):
        return "day-out-of-range"
    if published_on is not None and in_future(published_on, at):
        return "published-in-future"
    ahead = as_of is not None and in_future(as_of, at)
    return "as-of-in-future" if ahead and modality not in _MAY_LOOK_AHEAD else ""


def in_future(day: date, at: datetime) -> bool:
    """True for a day that has begun nowhere on Earth yet: local dates run up to 14 hours ahead of UTC."""
    return day > (at + timedelta(hours=14)).date()


def beside(low: int | None, high: int | None, modality: Modality, n: int, more: int = 0) -> Beside:
    """Where a count lies beside a claim. Open ends stay open; what was to come is not compared with what was.

    more: so many may belong to the count and nobody knows. Where they could change the answer, there is none.
    """
    if modality in NOT_YET or (low is None and high is None):
        return Beside.NOT_COMPARABLE
    if more and beside(low, high, modality, n) is not beside(low, high, modality, n + more):
        return Beside.NOT_COMPARABLE
    if low is not None and n < low:
        return Beside.BELOW
    return Beside.ABOVE if high is not None and n > high else Beside.WITHIN


def span(claims: Iterable[ClaimRow]) -> Span:
    """The outer ends of what is said. What was taken back no longer stretches them; `states` counts it."""
    rows = list(claims)
    kept = [c for c in rows if c.state not in TAKEN_BACK]
    ends = [n for c in kept for n in (c.low, c.high) if n is not None]
    states = tuple((s, n) for s in ClaimState if (n := sum(c.state is s for c in rows)))
    speakers = {c.speaker.strip().casefold() for c in rows}
    return Span(min(ends, default=None), max(ends, default=None), len(rows), len(speakers), states)


_FIELDS = {"what", "books", "accounts", "event", "facility", "nationality", "not_nationality", "age_class", "since"}
_AGES = ("", "adult", "child", "unknown")


def measure_of(given: Mapping[str, Any]) -> Measure | None:
    """The measure these plain values describe; None for none. ValueError when nothing can be counted by it."""
    if not given:
        return None
    if not set(given) <= _FIELDS:
        raise ValueError("unknown field")
    facility, since = given.get("facility"), given.get("since")
    made = Measure(
        what=What(given.get("what", "")),
        books=tuple(sorted(_number(book) for book in given.get("books", ()))),
        accounts=tuple(sorted(AccountKind(kind).value for kind in given.get("accounts", ()))),
        event=Kind(given["event"]).value if given.get("event") else "",
        facility_id=_number(facility) if facility is not None else None,
        nationality=_text(given.get("nationality", "")),
        not_nationality=_text(given.get("not_nationality", "")),
        age_class=_text(given.get("age_class", "")),
        since=date.fromisoformat(_text(since)) if since else None,
    )
    if not _is_whole(made):
        raise ValueError("counts nothing")
    return made


def _is_whole(made: Measure) -> bool:
    """It names books, and just what its kind of question needs."""
    asks = bool(made.accounts) and not made.event and made.since is None
    if made.what is What.ENTERED:
        asks = bool(made.event) and not made.accounts
    counts = AccountKind.OUTSIDE.value not in made.accounts
    return bool(made.books) and asks and counts and made.age_class in _AGES and len(set(made.books)) == len(made.books)


def measure_as_json(measure: Measure | None) -> dict[str, Any]:
    """The plain values that `measure_of` reads, the same for the same measure."""
    if measure is None:
        return {}
    values = {
        "what": measure.what.value, "books": list(measure.books), "accounts": list(measure.accounts),
        "event": measure.event, "facility": measure.facility_id, "nationality": measure.nationality,
        "not_nationality": measure.not_nationality, "age_class": measure.age_class,
        "since": measure.since.isoformat() if measure.since else None,
    }  # fmt: skip
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("not a number")  # noqa: TRY004  (one kind of refusal for whatever is wrong)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > 20:
        raise ValueError("not a code")
    return value
