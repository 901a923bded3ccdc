"""The map of places: outlines of regions, and each place by who controls it according to what was said last."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

from sijill.domain.access.rules import Act, Viewer
from sijill.domain.ledger.queries.situation import Situation
from sijill.domain.ledger.rules import OPEN, AccountKind
from sijill.domain.places.rules import ControlRow, FacilityRow, rivals
from sijill.interfaces.web.pages.standing import Gazetteer

OUTLINES = Path(__file__).resolve().parent.parent / "static" / "vendor" / "adm1-syria-iraq.txt"
X_PER_DEGREE, Y_PER_DEGREE, WEST, NORTH = 50.033149, 60.0, 35.55, 37.45  # as the file of outlines says
COLOURS = 6
LEAST, MOST = 9.0, 24.0  # radius of a place
HALO_MOST = 30.0
GAP = 1.5


@dataclass(frozen=True, slots=True)
class Control:
    """Who controls a place, as the latest statements of each speaker have it.

    state: one; divided (aspects with different holders); unclear (somebody says so); rival; unsaid.
    """

    state: str
    holders: tuple[str, ...] = ()
    latest: datetime | None = None


@dataclass(slots=True)
class Spot:
    """A place on the map and in its table. colour 0: none of one holder's."""

    no: int
    facility: FacilityRow
    control: Control
    people: int | None  # None: not in the books the viewer reads; nought is only said of a place he does read
    stated: int
    colour: int = 0
    x: float = 0.0
    y: float = 0.0
    r: float = LEAST
    halo: float = 0.0
    from_x: float = 0.0
    from_y: float = 0.0

    @property
    def moved(self) -> bool:
        """Drawn beside its true position, because others lie there too."""
        return math.hypot(self.x - self.from_x, self.y - self.from_y) > self.r / 2

    @property
    def fill(self) -> str:
        """The class of its fill: a holder's colour, or the pattern of what is in doubt."""
        return f"holder-{self.colour}" if self.control.state == "one" else f"control-{self.control.state}"


@dataclass(frozen=True, slots=True)
class Map:
    """Everything the template draws. `spots` in the order of their numbers; `drawn` those with coordinates."""

    spots: tuple[Spot, ...]
    holders: tuple[tuple[int, str], ...]
    box: str = ""
    drawn: tuple[Spot, ...] = ()
    regions: tuple[tuple[str, str], ...] = field(default=())


@cache
def outlines() -> tuple[tuple[str, str], ...]:
    """(ISO 3166-2 code, SVG path) of every region."""
    lines = OUTLINES.read_text(encoding="utf-8").splitlines()
    return tuple((line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines if not line.startswith("#"))


def control_of(rows: Sequence[ControlRow], names: Gazetteer) -> Control:
    """What the latest statement of each speaker on each aspect comes to. Nothing is decided here: doubt stays doubt."""
    if not rows:
        return Control("unsaid")
    latest: dict[tuple[str, str], ControlRow] = {}
    for row in sorted(rows, key=lambda r: r.stated_at):
        latest[row.aspect.value, row.speaker.strip().casefold()] = row
    said = sorted(latest.values(), key=lambda r: r.stated_at, reverse=True)
    holders = tuple(dict.fromkeys(_holder(row, names) for row in said if row.holder is not None))
    newest = said[0].stated_at
    if rivals(rows):
        return Control("rival", holders, newest)
    if any(row.holder is None for row in said):
        return Control("unclear", holders, newest)
    return Control("one" if len(holders) == 1 else "divided", holders, newest)


def _holder(row: ControlRow, names: Gazetteer) -> str:
    known = names.authorities.get(row.holder_id or 0)
    return known.name(get_language() or "en") if known else row.holder_text


def map_of(now: Situation, said: Iterable[ControlRow], names: Gazetteer, viewer: Viewer) -> Map:
    """Places that matter at this instant: where people are or were said to be, or somebody said who holds them."""
    spoken: dict[int, list[ControlRow]] = {}
    for row in said:
        spoken.setdefault(row.facility_id, []).append(row)
    people, stated = _people(now)
    shown = [f for f in names.facilities.values() if f.id in people or f.id in stated or f.id in spoken]
    spots = [
        Spot(no, f, control_of(spoken.get(f.id, []), names), people.get(f.id, _nought(viewer, f)), stated.get(f.id, 0))
        for no, f in enumerate(sorted(shown, key=lambda f: (f.region, -people.get(f.id, 0), f.code)), 1)
    ]
    one = sorted({s.control.holders[0] for s in spots if s.control.state == "one"})
    colours = {name: i % COLOURS + 1 for i, name in enumerate(one)}
    for spot in spots:
        spot.colour = colours[spot.control.holders[0]] if spot.control.state == "one" else 0
    holders = tuple((i, name) for name, i in colours.items())
    drawn = [s for s in spots if s.facility.latitude is not None and s.facility.longitude is not None]
    if not drawn:
        return Map(tuple(spots), holders)
    _place(drawn)
    return Map(tuple(spots), holders, _box(drawn), tuple(drawn), outlines())


def _nought(viewer: Viewer, facility: FacilityRow) -> int | None:
    """What an empty place means to this viewer: nobody, where he reads the counts; else nothing he could say."""
    owner = facility.authority_id
    reads = owner is not None and viewer.may(Act.READ_COUNTS, authority_id=owner, facility_id=facility.id)
    return 0 if reads else None


def _people(now: Situation) -> tuple[dict[int, int], dict[int, int]]:
    """People by facility: in open accounts (each once), and stated beside the sums."""
    people: dict[int, int] = {}
    stated: dict[int, int] = {}
    for path in now.paths:
        here = {a.facility_id for a in path.stands if a.kind in OPEN and a.facility_id}
        for facility in here:
            people[facility] = people.get(facility, 0) + path.n
    for tally in now.tallies:
        if tally.account.kind is AccountKind.STATED and tally.account.facility_id:
            stated[tally.account.facility_id] = stated.get(tally.account.facility_id, 0) + tally.n
    return people, stated


def _place(spots: list[Spot]) -> None:
    """Where each is drawn and how large; those that would cover each other are moved apart."""
    most = max(1, *(s.people or 0 for s in spots))
    for s in spots:
        s.from_x = s.x = ((s.facility.longitude or 0.0) - WEST) * X_PER_DEGREE
        s.from_y = s.y = (NORTH - (s.facility.latitude or 0.0)) * Y_PER_DEGREE
        s.r = LEAST + (MOST - LEAST) * math.sqrt((s.people or 0) / most)
        s.halo = min(HALO_MOST, LEAST + 3 + (MOST - LEAST) * math.sqrt(s.stated / most)) if s.stated else 0.0
    for _round in range(80):
        pushed = [_push(one, other) for i, one in enumerate(spots) for other in spots[:i]]
        if not any(pushed):
            break


def _push(one: Spot, other: Spot) -> bool:
    dx, dy = one.x - other.x, one.y - other.y
    apart = math.hypot(dx, dy) or 0.01
    lacking = max(one.r, one.halo) + max(other.r, other.halo) + GAP - apart
    if lacking <= 0.1:
        return False
    dx, dy = (dx or 0.01) / apart, dy / apart
    one.x, one.y = one.x + dx * lacking / 2, one.y + dy * lacking / 2
    other.x, other.y = other.x - dx * lacking / 2, other.y - dy * lacking / 2
    return True


def _box(spots: Sequence[Spot]) -> str:
    """The part of the map that is shown: all places with room around them, never less than a few regions."""
    margin = 55.0
    left, right = min(s.x for s in spots) - margin, max(s.x for s in spots) + margin
    top, bottom = min(s.y for s in spots) - margin, max(s.y for s in spots) + margin
    wide, high = max(right - left, 300.0), max(bottom - top, 240.0)
    left, top = (left + right - wide) / 2, (top + bottom - high) / 2
    return f"{left:.0f} {top:.0f} {wide:.0f} {high:.0f}"
