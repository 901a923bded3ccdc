"""Who answered for somebody and from when to when: one lane for each book the reader reads, overlaps told in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from sijill.domain.access.queries import AuthorityRow
from sijill.domain.ledger.rules import OPEN
from sijill.domain.safeguards.queries import Stay
from sijill.interfaces.web import words
from sijill.interfaces.web.pages.standing import Gazetteer, Where

LANE = 1000  # the width of a lane in its own units
_THIN = 4  # so that a short stay is still seen

Interval = tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class Bar:
    """One stay on a lane: where it begins, how long it is, how it looks."""

    x: int
    width: int
    tone: str


@dataclass(frozen=True, slots=True)
class StayView:
    """One stay in words."""

    where: Where
    from_at: datetime
    to_at: datetime | None
    answers: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """One book: its stays in words, the same as bars."""

    book: AuthorityRow | None
    stays: tuple[StayView, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two books answered at the same time."""

    one: AuthorityRow | None
    other: AuthorityRow | None
    from_at: datetime
    to_at: datetime | None


def lanes(stays: Sequence[Stay], here: Gazetteer, at: datetime) -> list[Lane]:
    """A lane for each book, in the order in which they came to answer."""
    if not stays:
        return []
    start, books = min(s.from_at for s in stays), list(dict.fromkeys(s.account.book_id for s in stays))
    length = max((at - start).total_seconds(), 1.0)
    found = []
    for book_id in books:
        of_book = [s for s in stays if s.account.book_id == book_id]
        views = (StayView(here.where(s.account), s.from_at, s.to_at, s.account.kind in OPEN) for s in of_book)
        bars = (_bar(s, start, length, at) for s in of_book if s.account.kind in OPEN)
        found.append(Lane(here.authorities.get(book_id), tuple(views), tuple(bars)))
    return found


def _bar(stay: Stay, start: datetime, length: float, at: datetime) -> Bar:
    """A stay as a bar: never thinner than can be seen, never past the end."""
    x = (stay.from_at - start).total_seconds() / length * LANE
    end = ((stay.to_at or at) - start).total_seconds() / length * LANE
    left = min(max(int(x), 0), LANE - _THIN)
    return Bar(left, min(max(int(end) - left, _THIN), LANE - left), words.tone(stay.account.kind))


def overlaps(stays: Sequence[Stay], here: Gazetteer) -> list[Overlap]:
    """When two books answered for the same person, the earliest first."""
    answered: dict[int, list[Interval]] = {}
    for stay in sorted(stays, key=lambda s: s.from_at):
        if stay.account.kind in OPEN:
            _lengthen(answered.setdefault(stay.account.book_id, []), (stay.from_at, stay.to_at))
    found = [
        Overlap(here.authorities.get(one), here.authorities.get(other), *both)
        for one, other in combinations(answered, 2)
        for first in answered[one]
        for second in answered[other]
        if (both := _common(first, second))
    ]
    return sorted(found, key=lambda overlap: overlap.from_at)


def _lengthen(intervals: list[Interval], more: Interval) -> None:
    """Join a stay to the one before it when they touch."""
    if intervals and (intervals[-1][1] is None or intervals[-1][1] >= more[0]):
        start, end = intervals[-1]
        intervals[-1] = (start, None if end is None or more[1] is None else max(end, more[1]))
    else:
        intervals.append(more)


def _common(one: Interval, other: Interval) -> Interval | None:
    """The time two intervals share; None when they share none."""
    start = max(one[0], other[0])
    ends = [end for end in (one[1], other[1]) if end is not None]
    end = min(ends) if ends else None
    return (start, end) if end is None or start < end else None
