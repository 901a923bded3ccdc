"""The picture of a topic: each claim on one line of the same scale, the register's count of its day across it.

Drawn here as percentages, so that it needs no script and fits every width. The table beside it says the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sijill.domain.figures.queries import RegisterCount
from sijill.domain.figures.rules import ClaimRow

_STEPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
_MARGIN = 3.0  # per cent at each end, so that nothing is cut off


@dataclass(frozen=True, slots=True)
class Scale:
    """From where to where the picture runs."""

    low: int
    high: int

    def at(self, n: int) -> str:
        """Where a number lies, in per cent."""
        return f"{_MARGIN + (100 - 2 * _MARGIN) * (n - self.low) / (self.high - self.low):.2f}%"


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of the picture. start and end are where the figure begins and ends; an open end runs to the edge."""

    start: str
    end: str
    is_point: bool
    opens_below: bool
    opens_above: bool
    then: str
    now: str


def scale_of(numbers: Iterable[int]) -> Scale | None:
    """A scale that holds these numbers: from nought, unless they all lie together far from it; None without numbers."""
    found = sorted(numbers)
    if not found:
        return None
    low, high = found[0], max(found[-1], 1)
    if low <= high / 2:
        return Scale(0, _round_up(high))
    step = _round_up(max((high - low) // 4, 1))
    return Scale(max(low // step * step - step, 0), high // step * step + 2 * step)


def bar_of(scale: Scale, claim: ClaimRow, register: RegisterCount) -> Bar | None:
    """The line of a claim; None when there is neither a figure nor a count to draw."""
    ends = [n for n in (claim.low, claim.high) if n is not None]
    then, now = (scale.at(c.total) if c and c.in_sums else "" for c in (register.then, register.now))
    if not ends:
        return Bar("", "", False, False, False, then, now) if then else None
    return Bar(
        start=scale.at(ends[0]), end=scale.at(ends[-1]), is_point=ends[0] == ends[-1],
        opens_below=claim.low is None, opens_above=claim.high is None, then=then, now=now,
    )  # fmt: skip


def _round_up(n: int) -> int:
    """The next number that is easy to read."""
    size = 10 ** (len(str(n)) - 1)
    return next(whole for step in _STEPS if (whole := int(step * size)) >= n and whole > 0)
