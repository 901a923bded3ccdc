"""What a place is: kinds, regions, aspects of control, capacities. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

LANGUAGES = frozenset({"en", "ar", "ckb"})
NAME_LENGTH_MAX = 200
PLACES_MAX = 1_000_000


class FacilityKind(StrEnum):
    """What sort of place it is; a decision may allow some kinds only."""

    PRISON = "prison"
    DETENTION_CENTRE = "detention-centre"
    JUVENILE_CENTRE = "juvenile-centre"
    CAMP = "camp"
    HOSPITAL = "hospital"
    COURT = "court"
    AIRFIELD = "airfield"
    CROSSING = "crossing"
    HUB = "hub"


class Aspect(StrEnum):
    """What a control statement speaks of; rivals on one aspect stand side by side."""

    GUARDS_INSIDE = "guards-inside"
    PERIMETER = "perimeter"
    ADMINISTERS = "administers"
    ANSWERS = "answers"


class CapacityKind(StrEnum):
    """Which of the signed numbers it is. Reserved places are a question to the room transfers, not a number here."""

    CERTIFIED = "certified"
    MAXIMUM = "maximum"
    WORKING = "working"


_REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_CODE = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,23}"
)  # no slash, no space: codes stand in addresses and account labels


def region_is_valid(region: str) -> bool:
    """True for an ISO 3166-2 code such as IQ-BG, or a bare country code."""
    return bool(_REGION.fullmatch(region))


def code_is_valid(code: str) -> bool:
    """True for a code of a facility or hall: at most 24 letters, digits, dots, dashes and underscores."""
    return bool(_CODE.fullmatch(code))


def names_fault(names: Mapping[str, str]) -> str:
    """Why these names will not do: names-missing, language-unknown, name-too-long; "" when they will."""
    if not names or not all(name.strip() for name in names.values()):
        return "names-missing"
    if not set(names) <= LANGUAGES:
        return "language-unknown"
    return "name-too-long" if max(len(name) for name in names.values()) > NAME_LENGTH_MAX else ""


def coordinates_fault(latitude: float | None, longitude: float | None) -> str:
    """Why these coordinates will not do: both or neither, and on this Earth; "" when they will."""
    if latitude is None and longitude is None:
        return ""
    if latitude is None or longitude is None:
        return "coordinate-missing"
    return "" if -90 <= latitude <= 90 and -180 <= longitude <= 180 else "coordinates-out-of-range"


def in_region(region: str, excluded: str) -> bool:
    """True when a facility's region is the excluded one, or lies in the excluded country."""
    return region == excluded or region.startswith(excluded + "-")


@dataclass(frozen=True, slots=True)
class FacilityRow:
    """A facility as read."""

    id: int
    code: str
    kind: FacilityKind
    names: dict[str, str]
    region: str
    latitude: float | None
    longitude: float | None
    authority_id: int | None

    def name(self, language: str) -> str:
        """The name in this language, else in English, else any, else the code."""
        return self.names.get(language) or self.names.get("en") or next(iter(self.names.values()), self.code)


@dataclass(frozen=True, slots=True)
class HallRow:
    """A hall of a facility as read."""

    id: int
    facility_id: int
    code: str
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class ControlRow:
    """One control statement: who said that who holds which aspect, from when.

    holder_id None: the holder is no authority here and named in holder_text; that empty too means "unclear".
    """

    id: UUID
    facility_id: int
    aspect: Aspect
    holder_id: int | None
    holder_text: str
    speaker: str
    since: datetime | None
    stated_at: datetime
    note: str

    @property
    def holder(self) -> int | str | None:
        """What tells two holders apart: the authority, else the words without case; None when unclear."""
        return self.holder_id if self.holder_id is not None else self.holder_text.strip().casefold() or None


def rivals(rows: Iterable[ControlRow]) -> frozenset[Aspect]:
    """Aspects on which the latest statements of different speakers name different holders (law 11).

    "Unclear" names nobody, so it rivals nobody. Of two statements of one speaker at one instant the later row counts.
    """
    latest: dict[tuple[Aspect, str], ControlRow] = {}
    for row in rows:
        key = (row.aspect, row.speaker.strip().casefold())
        if key not in latest or latest[key].stated_at <= row.stated_at:
            latest[key] = row
    named: dict[Aspect, set[int | str]] = {}
    for (aspect, _speaker), row in latest.items():
        if row.holder is not None:
            named.setdefault(aspect, set()).add(row.holder)
    return frozenset(aspect for aspect, holders in named.items() if len(holders) > 1)


@dataclass(frozen=True, slots=True)
class CapacityRow:
    """One approved capacity in force: category "" means the whole facility."""

    facility_id: int
    kind: CapacityKind
    category: str
    places: int
    approver: str
    approved_on: date
    document: str = ""


def capacity_fault(in_force: Iterable[CapacityRow], kind: CapacityKind, category: str, places: int) -> str:
    """Why this number cannot come into force beside the others: working never exceeds maximum of its category."""
    if places < 0:
        return "negative-places"
    if places > PLACES_MAX:
        return "too-many-places"
    now = {row.kind: row.places for row in in_force if row.category == category}
    if kind is CapacityKind.WORKING and places > now.get(CapacityKind.MAXIMUM, places):
        return "working-above-maximum"
    if kind is CapacityKind.MAXIMUM and places < now.get(CapacityKind.WORKING, places):
        return "maximum-below-working"
    return ""


def approved_in_future(approved_on: date, at: datetime) -> bool:
    """True for a day that has begun nowhere on Earth yet: local dates run up to 14 hours ahead of UTC."""
    return approved_on > (at + timedelta(hours=14)).date()
