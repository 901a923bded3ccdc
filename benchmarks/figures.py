"""A measured figure beside its limit, and the machine it was measured on."""

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report. `limit` None: printed, not judged."""

    name: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def missed(self) -> bool:
        """True when there is a limit and the value is beyond it."""
        return self.limit is not None and self.value > self.limit

    def line(self) -> str:
        """The figure as printed."""
        word = "MISSED" if self.missed else "ok"
        verdict = "" if self.limit is None else f"limit {self.limit:g} {self.unit}   {word}"
        return f"{self.name:<64} {self.value:>9,.2f} {self.unit:<9} {verdict}".rstrip()


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the measurements does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def timed(act: Callable[[], object]) -> float:
    """How long one act takes, in milliseconds."""
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def spread(name: str, values: Sequence[float]) -> str:
    """Median, p95 and slowest of a series, as text."""
    return (
        f"{name:<64} median {statistics.median(values):8,.2f} ms   p95 {percentile(values, 0.95):8,.2f} ms"
        f"   slowest {max(values):8,.2f} ms   of {len(values)}"
    )


def machine(postgresql: str) -> str:
    """The machine in one line: the figures mean nothing without it."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        found = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = found[0].split(":", 1)[1].strip() if found else model
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{model}, {os.cpu_count()} cores{load}; Python {platform.python_version()}; {postgresql}"


def progress(text: str) -> None:
    """Say how far it is, on standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
