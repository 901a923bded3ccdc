"""What is lost with people inside: three distinct acts, two officers, and how each person is found again.

Pure. A loss is stated by one officer and confirmed by another; only then do events follow (law 4).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sijill.domain.ledger.rules import YEARS, AccountKind, AccountSpec, Kind

GROUND_LENGTH_MAX = 400
EVIDENCE_LENGTH_MAX = 1000
CUSTODIAN_LENGTH_MAX = 80


class LossKind(StrEnum):
    """What happened to a place with people inside. Three acts: none is a weaker form of another."""

    CONTROL_LOST = "control-lost"  # we no longer hold the place; who does is not known
    CONTROL_CHANGED = "control-changed"  # somebody named holds it now; they are believed to be still inside
    WHEREABOUTS_UNKNOWN = "whereabouts-unknown"  # nobody can say where they are


class GroundCode(StrEnum):
    """What the statement of a loss rests on."""

    ATTACKED = "attacked"
    GUARDS_WITHDREW = "guards-withdrew"
    AGREEMENT = "agreement"
    NO_CONTACT = "no-contact"
    PUBLIC_STATEMENT = "public-statement"
    OTHER = "other"


class Grade(StrEnum):
    """How good the evidence is on which one person is resolved by name, the best first."""

    SEEN_BY_OFFICER = "seen-by-officer"
    DOCUMENT = "document"
    TWO_SOURCES = "two-sources"
    ONE_SOURCE = "one-source"
    HEARSAY = "hearsay"


class LossStep(StrEnum):
    """What happened to a stated loss."""

    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"  # taken back before anybody confirmed it
    UNDONE = "undone"  # taken back afterwards, by corrections


class LossState(StrEnum):
    """Where a stated loss is: waiting for a second officer, in force, or taken back."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    UNDONE = "undone"


class Outcome(StrEnum):
    """How one person of a loss is resolved by name."""

    RECAPTURED = "recapture"
    RESTORED = "whereabouts-restored"
    UNDER_ANOTHER = "control-changed"
    UNKNOWN = "whereabouts-unknown"
    ESCAPED = "reported-escaped"
    DEAD = "reported-dead"
    RELEASED = "release"


A = AccountKind
# What follows for each person: the event, the account reached, and the accounts at the place that it empties.
FOLLOWS: dict[LossKind, tuple[Kind, AccountKind, tuple[AccountKind, ...]]] = {
    LossKind.CONTROL_LOST: (Kind.CONTROL_LOST, A.CONTROL_LOST, (A.HELD,)),
    LossKind.CONTROL_CHANGED: (Kind.CONTROL_CHANGED, A.UNDER_ANOTHER, (A.HELD, A.CONTROL_LOST)),
    LossKind.WHEREABOUTS_UNKNOWN: (
        Kind.WHEREABOUTS_UNKNOWN,
        A.WHEREABOUTS_UNKNOWN,
        (A.HELD, A.CONTROL_LOST, A.UNDER_ANOTHER),
    ),
}
REACHES: dict[Outcome, AccountKind] = {
    Outcome.RECAPTURED: A.HELD,
    Outcome.RESTORED: A.HELD,
    Outcome.UNDER_ANOTHER: A.UNDER_ANOTHER,
    Outcome.UNKNOWN: A.WHEREABOUTS_UNKNOWN,
    Outcome.ESCAPED: A.REPORTED_ESCAPED,
    Outcome.DEAD: A.REPORTED_DEAD,
    Outcome.RELEASED: A.RELEASED_UNVERIFIED,
}
NEEDS_PLACE = frozenset({A.HELD, A.UNDER_ANOTHER})
# Where a person of a loss still waits to be resolved: the loss itself left him there.
UNRESOLVED = frozenset({A.CONTROL_LOST, A.UNDER_ANOTHER, A.WHEREABOUTS_UNKNOWN})


@dataclass(frozen=True, slots=True)
class LossReceipt:
    """What a confirmation or its undoing did: people and people in tallies moved, and reports that had no effect."""

    loss_id: UUID
    persons: int
    tallied: int
    without_effect: int
    repeated: bool = False


def account_lost(
    kind: LossKind, facility_id: int, hall_id: int | None, other_id: int | None, custodian: str
) -> AccountSpec:
    """The account that people reach by a loss. Whereabouts unknown is no place, so it names none."""
    reached = FOLLOWS[kind][1]
    if reached is A.WHEREABOUTS_UNKNOWN:
        return AccountSpec(reached)
    if reached is A.CONTROL_LOST:
        return AccountSpec(reached, facility_id, hall_id)
    return AccountSpec(reached, facility_id, hall_id, other_id, custodian)


def loss_fault(
    kind: LossKind, ground: str, other_id: int | None, custodian: str, occurred_at: datetime, at: datetime
) -> tuple[str, int]:
    """Why a loss cannot be stated like this: needs-ground, text-too-long (and how long it may be), needs-custodian,
    date-in-future, day-out-of-range; "" when it can."""
    if not ground.strip():
        return "needs-ground", 0
    for text, most in ((ground, GROUND_LENGTH_MAX), (custodian, CUSTODIAN_LENGTH_MAX)):
        if len(text.strip()) > most:
            return "text-too-long", most
    if kind is LossKind.CONTROL_CHANGED and other_id is None and not custodian.strip():
        return "needs-custodian", 0
    if occurred_at.year not in YEARS:
        return "day-out-of-range", 0
    return ("date-in-future" if occurred_at > at else ""), 0


class SearchKind(StrEnum):
    """What is written down about looking for somebody, or about confirming what was said of him."""

    OWNER = "owner"  # a named user looks for him; may hand it on
    SEARCHED = "searched"
    TOLD = "told"
    CONFIRMED = "confirmed"


# Findings about somebody who has to be found or confirmed; the event by which a second person confirms it, if any.
SEARCHES: dict[str, Kind | None] = {
    "escape-reported": None,
    "death-reported": Kind.DEATH_CONFIRMED,
    "release-unverified": Kind.RELEASE_VERIFIED,
    "whereabouts-unknown": None,
    "control-lost": None,
    "under-another": None,
}
CONFIRMED_AT: dict[Kind, AccountKind] = {
    Kind.DEATH_CONFIRMED: A.DEAD_CONFIRMED,
    Kind.RELEASE_VERIFIED: A.RELEASED_VERIFIED,
}
CONFIRMABLE = frozenset({"escape-reported", "death-reported", "release-unverified"})


def resolving_kind(outcome: Outcome, standing: AccountKind) -> Kind:
    """The event by which an outcome is reported of somebody who stands there.

    Somebody found under another's control, who was not lost with the place, is found again there.
    """
    if outcome is Outcome.UNDER_ANOTHER and standing not in (A.HELD, A.CONTROL_LOST):
        return Kind.WHEREABOUTS_RESTORED
    return Kind(outcome.value)


def evidence_fault(text: str, grade: str) -> tuple[str, int]:
    """Why this evidence will not do: needs-evidence, text-too-long (and how long it may be), unknown-grade; or ""."""
    if not text.strip():
        return "needs-evidence", 0
    if len(text.strip()) > EVIDENCE_LENGTH_MAX:
        return "text-too-long", EVIDENCE_LENGTH_MAX
    return ("" if grade in list(Grade) else "unknown-grade"), 0
