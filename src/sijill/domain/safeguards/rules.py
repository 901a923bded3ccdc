"""What a legal basis may say, and what follows from several of them. Pure; answers are codes, never sentences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sijill.domain.ledger.rules import AccountKind

TEXT_MAX = 200
BASES_MAX = 25_000  # stated in one call
# Whom an authority holds in its own hands, and so needs a basis for. Whoever is lost, escaped or gone is not held.
# The functions that count and list them (see the migrations) name the same; a test compares.
IN_CUSTODY = (AccountKind.HELD, AccountKind.IN_TRANSIT, AccountKind.HANDING_OVER, AccountKind.TEMPORARY_OUT)


class Ground(StrEnum):
    """Why somebody is said to be held. The last two are statements too: that no ground is known, or none was named."""

    REMAND_ORDER = "remand-order"
    CONVICTION = "conviction"
    ARREST_WARRANT = "arrest-warrant"
    ADMINISTRATIVE = "administrative"
    TRANSFER_AGREEMENT = "transfer-agreement"
    OTHER = "other"
    UNKNOWN = "unknown"
    NONE_STATED = "none-stated"


NO_GROUND = frozenset({Ground.UNKNOWN, Ground.NONE_STATED})


class Standing(StrEnum):
    """What is recorded of somebody's legal basis. Never blank: its absence is a state of its own."""

    RECORDED = "recorded"
    EXPIRED = "expired"
    NONE_STATED = "none-stated"
    NOT_RECORDED = "not-recorded"


class Health(StrEnum):
    """What is recorded of somebody's health. First form: nothing, and that is said."""

    NOT_RECORDED = "not-recorded"


class Clearance(StrEnum):
    """What is recorded of the clearance of a past movement. First form: nothing, and that is said."""

    NOT_RECORDED = "not-recorded"


@dataclass(frozen=True, slots=True)
class NewBasis:
    """A legal basis to be recorded: a ground, who ordered it, by which paper, and who says so."""

    id: UUID
    subject_id: UUID
    ground: str
    source: str
    stated_on: date
    ordering_authority: str = ""
    document: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class BasisRow:
    """A legal basis as read; a withdrawn one says when, by whom and why."""

    id: UUID
    subject_id: UUID
    authority_id: int
    ground: Ground
    ordering_authority: str
    document: str
    source: str
    stated_on: date
    expires_on: date | None
    recorded_at: datetime
    by: UUID
    withdrawn_at: datetime | None = None
    withdrawn_reason: str = ""
    withdrawn_by: UUID | None = None

    @property
    def names_ground(self) -> bool:
        """True when it says why, and not that nobody knows."""
        return self.ground not in NO_GROUND

    def expired(self, on: date) -> bool:
        """True when its last day is over. Nobody is freed by that: it is a line on a list."""
        return self.expires_on is not None and self.expires_on < on

    def in_force(self, on: date) -> bool:
        """True when it names a ground, is not withdrawn and is not over."""
        return self.names_ground and self.withdrawn_at is None and not self.expired(on)


def standing(bases: Iterable[BasisRow], on: date) -> Standing:
    """What stands of these bases of one person on a day."""
    standing_now = [b for b in bases if b.withdrawn_at is None]
    if any(b.in_force(on) for b in standing_now):
        return Standing.RECORDED
    if any(b.names_ground for b in standing_now):
        return Standing.EXPIRED
    return Standing.NONE_STATED if standing_now else Standing.NOT_RECORDED


def flaw(basis: NewBasis, at: datetime) -> str:
    """The code of what is wrong with a basis; "" when it may be recorded."""
    if basis.ground not in set(Ground):
        return "ground-unknown"
    if not basis.source.strip():
        return "basis-needs-source"
    texts = (basis.ordering_authority, basis.document, basis.source)
    if any(len(text) > TEXT_MAX for text in texts):
        return "text-too-long"
    if any("\x00" in text for text in texts):
        return "claim-unreadable"
    # A day that has begun nowhere on Earth yet: local dates run up to 14 hours ahead of UTC.
    return "stated-in-future" if basis.stated_on > (at + timedelta(hours=14)).date() else ""
