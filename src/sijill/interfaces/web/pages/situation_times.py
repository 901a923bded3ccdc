"""Arrivals by day against the ceiling, as a drawing and as a table."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from sijill.domain.access.rules import Viewer
from sijill.domain.transfers.queries.arrivals import ArrivalRow, CeilingRow, arrivals, ceilings

WIDE, HIGH = 420, 230
LEFT, RIGHT, TOP, BOTTOM = 50, 22, 18, 28
TICKS_MAX = 6


@dataclass(frozen=True, slots=True)
class ArrivalDay:
    """What came on one day and in all up to its end, by the count of bodies and by signed names."""

    day: date
    batches: tuple[str, ...]
    counted: int
    named: int
    counted_so_far: int
    named_so_far: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Coordinates of the picture. Its time runs from right to left where the language does."""

    line: str
    dots: tuple[tuple[float, float], ...]
    ceiling_y: float
    numbers: tuple[Tick, ...]
    days: tuple[Tick, ...]
    start_x: float
    end_x: float
    numbers_x: float


@dataclass(frozen=True, slots=True)
class TimeLine:
    """One operation: its ceiling, its days of arrival, the picture (none before the first arrival)."""

    ceiling: CeilingRow
    days: tuple[ArrivalDay, ...]
    drawing: Drawing | None

    @property
    def counted(self) -> int:
        """All bodies counted at arrival."""
        return self.days[-1].counted_so_far if self.days else 0

    @property
    def named(self) -> int:
        """All people signed for by name."""
        return self.days[-1].named_so_far if self.days else 0

    @property
    def room(self) -> int:
        """How many more the ceiling allows; below nought when it is exceeded."""
        return self.ceiling.ceiling - max(self.counted, self.named)

    @property
    def over(self) -> int:
        """By how many the ceiling is exceeded."""
        return max(0, -self.room)


def time_lines(viewer: Viewer, *, at: datetime, known_at: datetime | None, mirrored: bool) -> list[TimeLine]:
    """Every operation with a ceiling that the viewer knows of."""
    limits = ceilings(viewer, until=timezone.localtime(at).date())
    ids = [limit.operation.id for limit in limits]
    rows = arrivals(viewer, ids, until=at, known_at=known_at) if ids else []
    found = []
    for limit in limits:
        days = arrival_days([row for row in rows if row.operation_id == limit.operation.id])
        found.append(TimeLine(limit, tuple(days), draw(days, limit.ceiling, mirrored=mirrored) if days else None))
    return found


def arrival_days(rows: Sequence[ArrivalRow]) -> list[ArrivalDay]:
    """The arrivals by local day, summed up."""
    found: list[ArrivalDay] = []
    by_day: dict[date, list[ArrivalRow]] = {}
    for row in rows:
        by_day.setdefault(timezone.localtime(row.occurred_at).date(), []).append(row)
    counted = named = 0
    for day, here in sorted(by_day.items()):
        came, told = sum(r.counted for r in here), sum(r.named for r in here)
        counted, named = counted + came, named + told
        codes = tuple(dict.fromkeys(r.batch_code for r in here if r.counted))
        found.append(ArrivalDay(day, codes, came, told, counted, named))
    return found


def draw(days: Sequence[ArrivalDay], ceiling: int, *, mirrored: bool) -> Drawing:
    """A stair of cumulative arrivals from the day before the first one, under the line of the ceiling."""
    first = days[0].day - timedelta(days=1)
    length = max(1, (days[-1].day - first).days)
    top = _round_up(max(ceiling, days[-1].counted_so_far))
    across = (WIDE - LEFT - RIGHT) / length

    def x(day: date) -> float:
        straight = LEFT + (day - first).days * across
        return round(WIDE - straight if mirrored else straight, 1)

    def y(n: int) -> float:
        return round(HIGH - BOTTOM - n / top * (HIGH - TOP - BOTTOM), 1)

    stair, level = f"M{x(first)} {y(0)}", 0
    for day in days:
        stair += f"H{x(day.day)}V{y(day.counted_so_far)}"
        level = day.counted_so_far
    every = math.ceil(length / TICKS_MAX)
    marked = [first + timedelta(days=i) for i in range(0, length + 1, every)]
    return Drawing(
        line=stair,
        dots=tuple((x(d.day), y(d.counted_so_far)) for d in days) if level else (),
        ceiling_y=y(ceiling),
        numbers=tuple(Tick(y(top * i // 4), f"{top * i // 4:,}") for i in range(5)),
        days=tuple(Tick(x(day), f"{day:%m-%d}") for day in marked),
        start_x=x(first),
        end_x=x(days[-1].day),
        numbers_x=WIDE - LEFT + 6 if mirrored else LEFT - 6,
    )


def _round_up(n: int) -> int:
    """The next number that is easy to read off, divisible by four."""
    step: int = 10 ** max(1, len(str(n)) - 1)
    return math.ceil(n / step) * step if step % 4 == 0 else math.ceil(n / (step * 2)) * step * 2
