"""The days of one facility as runs of equal number, and as a line. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sijill.domain.sharing.rules import Night


@dataclass(frozen=True, slots=True)
class Run:
    """Days in a row on which the same number stood there."""

    since: date
    until: date
    day: Night

    @property
    def length(self) -> int:
        """How many days."""
        return (self.until - self.since).days + 1

    @property
    def total(self) -> int:
        """Person-days of the run."""
        return self.length * self.day.counted


def _alike(day: Night) -> tuple[object, ...]:
    return (True,) if day.hidden else (day.named, day.tallied, day.pending, day.lost)


def runs_of(days: list[Night]) -> list[Run]:
    """The days, those of equal number taken together."""
    groups = (list(group) for _key, group in groupby(days, key=_alike))
    return [Run(group[0].day, group[-1].day, group[0]) for group in groups]


@dataclass(frozen=True, slots=True)
class Line:
    """The days as a line for the page: paths in a box of WIDTH by HEIGHT, and what its ends are called."""

    counted: str
    beside: str
    most: int
    first: Night
    last: Night
    gaps: bool = False  # some days are not shown

    width, height = 720, 150


def line_of(days: list[Night]) -> Line | None:
    """The line of these days; None where there is nothing to draw."""
    shown = [day for day in days if not day.hidden]
    most = max((max(day.counted, day.pending + day.lost) for day in shown), default=0)
    if len(days) < 2 or not most:
        return None
    beside = _steps(days, most, lambda day: day.pending + day.lost or None)
    return Line(_steps(days, most, lambda day: day.counted), beside, most, days[0], days[-1], len(shown) < len(days))


def _steps(days: list[Night], most: int, height: Callable[[Night], int | None]) -> str:
    """A line in steps, one for each day; where a day is hidden, or has no height, the line has a gap."""
    wide, path, drawing = Line.width / len(days), [], False
    for n, day in enumerate(days):
        high = None if day.hidden else height(day)
        if high is not None:
            y = round(Line.height * (1 - high / most), 1)
            path.append(f"V{y:g}" if drawing else f"M{n * wide:.1f} {y:g}")
            path.append(f"H{(n + 1) * wide:.1f}")
        drawing = high is not None
    return "".join(path)
