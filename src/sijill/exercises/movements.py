"""Reading a file of real movements between places: row by row, what cannot be read is said and never guessed. Pure."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

COLUMNS = ["From", "To", "Reason", "Transfer Date", "Status At Transfer"]
ROWS_MAX = 1_000_000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CENTURY = 2000


class BadFile(Exception):
    """The whole file is not what it should be; the text says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """A prison of the capacities file: its short name, what else it is called, how many it is built for."""

    code: str
    name: str
    capacity: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that is not moved: its number in the file (as an editor shows it) and why."""

    row: int
    code: str
    value: str


@dataclass(frozen=True, slots=True)
class Group:
    """The people of one day, origin and destination: they become one batch. `rows` are the file's row numbers."""

    day: date
    origin: str
    destination: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Movements:
    """A file as read: who moves on which day, in order, and the rows that are not moved."""

    groups: tuple[Group, ...]
    faults: tuple[Fault, ...]

    @property
    def people(self) -> int:
        """How many moves there are."""
        return sum(len(group.rows) for group in self.groups)


def read_places(file: Path) -> dict[str, Place]:
    """The places by everything they are called: short name and name lead to the same place. BadFile when unreadable."""
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))
        places = [
            (Place(str(e["Abbreviated"]), str(e["Name"]), int(e["Capacity"])), str(e["Official Name"])) for e in entries
        ]
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise BadFile(f"the capacities cannot be read ({type(wrong).__name__})") from wrong
    found: dict[str, Place] = {}
    for place, official in places:
        for word in {place.code, place.name, official}:
            if found.setdefault(word, place) != place:
                raise BadFile("two places of the capacities have one name")
    return found


def read_day(text: str) -> date | None:
    """A day such as 2-Jul-18, of this century, or None. Months are spelt out here: names change with the locale."""
    parts = text.strip().split("-")
    if len(parts) != 3 or parts[1] not in _MONTHS or not all(p.isascii() and p.isdigit() for p in (parts[0], parts[2])):
        return None
    if len(parts[0]) > 2 or len(parts[2]) != 2:
        return None
    try:
        return date(_CENTURY + int(parts[2]), _MONTHS.index(parts[1]) + 1, int(parts[0]))
    except ValueError:
        return None


def read_movements(file: Path, places: dict[str, Place], *, rows: int | None = None) -> Movements:
    """Read the movements (the first `rows` of them), in the order of days. BadFile when it is another kind of file."""
    groups: dict[tuple[date, str, str], list[int]] = defaultdict(list)
    faults: list[Fault] = []
    for number, cells in _rows(file, rows):
        found = _read_row(number, cells, places)
        if isinstance(found, Fault):
            faults.append(found)
        else:
            groups[found].append(number)
    ordered = tuple(Group(*key, tuple(numbers)) for key, numbers in sorted(groups.items()))
    return Movements(ordered, tuple(faults))


def _rows(file: Path, limit: int | None) -> Iterator[tuple[int, list[str]]]:
    """Rows of the file with their number; blank lines before the header are skipped."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text)
            header = next((cells for cells in reader if cells), [])
            if [cell.strip() for cell in header] != COLUMNS:
                raise BadFile(f"the columns of the movements must be {', '.join(COLUMNS)}")
            for count, cells in enumerate(reader):
                if limit is not None and count >= limit:
                    return
                if count >= ROWS_MAX:
                    raise BadFile(f"the movements have more than {ROWS_MAX} rows")
                yield reader.line_num, cells
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        raise BadFile(f"the movements cannot be read ({type(wrong).__name__})") from wrong


def _read_row(number: int, cells: Sequence[str], places: dict[str, Place]) -> tuple[date, str, str] | Fault:
    """Day, origin and destination of a row, or why it is not moved."""
    if len(cells) != len(COLUMNS):
        return Fault(number, "wrong-column-count", str(len(cells)))
    origin, destination, day = cells[0].strip(), cells[1].strip(), read_day(cells[3])
    for word in (origin, destination):
        if word not in places:
            return Fault(number, "unknown-place", word)
    if day is None:
        return Fault(number, "bad-date", cells[3])
    if places[origin] == places[destination]:
        return Fault(number, "same-place", origin)
    return day, places[origin].code, places[destination].code


def openings(movements: Movements, places: dict[str, Place]) -> dict[str, int]:
    """How many each place must hold at first: its capacity, or what it sends beyond what it has got, if that is more.

    Within a day people leave before others come.
    """
    out: dict[tuple[str, date], int] = defaultdict(int)
    come: dict[tuple[str, date], int] = defaultdict(int)
    for group in movements.groups:
        out[group.origin, group.day] += len(group.rows)
        come[group.destination, group.day] += len(group.rows)
    found = {}
    for place in set(places.values()):
        stands = lowest = 0
        for day in sorted({day for code, day in (*out, *come) if code == place.code}):
            stands -= out[place.code, day]
            lowest = min(lowest, stands)
            stands += come[place.code, day]
        found[place.code] = max(place.capacity, -lowest)
    return dict(sorted(found.items()))
