"""The law of the books: accounts, kinds of event, which account follows which, and who owns what does not fit. Pure.

What a history of events stands for is in `folding`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
YEARS = range(1900, 2201)  # beyond them a date is a slip of the pen; far beyond, no instant of UTC at all


class AccountKind(StrEnum):
    """Where a person can be in a book (law 1). OUTSIDE is the boundary; a person is never *in* it."""

    OUTSIDE = "outside"
    HELD = "held"
    IN_TRANSIT = "in-transit"
    HANDING_OVER = "handing-over"
    TEMPORARY_OUT = "temporary-out"
    CONTROL_LOST = "control-lost"
    UNDER_ANOTHER = "under-another"
    WHEREABOUTS_UNKNOWN = "whereabouts-unknown"
    REPORTED_ESCAPED = "reported-escaped"
    REPORTED_DEAD = "reported-dead"
    RELEASED_UNVERIFIED = "released-unverified"
    RELEASED_VERIFIED = "released-verified"
    TRANSFERRED_OUT = "transferred-out"
    DEAD_CONFIRMED = "dead-confirmed"
    DUPLICATE_OF = "duplicate-of"
    NAMES_PENDING = "names-pending"  # counted at reception, names not signed: two answer; outside the sums
    STATED = "stated"  # a population somebody stated and nobody verified; outside the sums


A = AccountKind
OPEN = frozenset(
    {
        A.HELD,
        A.IN_TRANSIT,
        A.HANDING_OVER,
        A.TEMPORARY_OUT,
        A.CONTROL_LOST,
        A.UNDER_ANOTHER,
        A.WHEREABOUTS_UNKNOWN,
        A.REPORTED_ESCAPED,
        A.REPORTED_DEAD,
    }
)
CLOSED = frozenset({A.RELEASED_UNVERIFIED, A.RELEASED_VERIFIED, A.TRANSFERRED_OUT, A.DEAD_CONFIRMED, A.DUPLICATE_OF})
BESIDE = frozenset({A.NAMES_PENDING, A.STATED})
LOST = frozenset({A.CONTROL_LOST, A.UNDER_ANOTHER, A.WHEREABOUTS_UNKNOWN, A.REPORTED_ESCAPED, A.REPORTED_DEAD})


class Kind(StrEnum):
    """What a custody event reports."""

    ADMISSION = "admission"
    ARRIVAL = "arrival"
    DEPARTURE = "departure"
    RETURN = "return"
    TEMPORARY_OUT = "temporary-out"
    TEMPORARY_RETURN = "temporary-return"
    TRANSFER_OUT = "transfer-out"
    TRANSFER_IN = "transfer-in"
    RELEASE = "release"
    RELEASE_VERIFIED = "release-verified"
    REPORTED_ESCAPED = "reported-escaped"
    RECAPTURE = "recapture"
    REPORTED_DEAD = "reported-dead"
    DEATH_CONFIRMED = "death-confirmed"
    BIRTH = "birth"
    CONTROL_LOST = "control-lost"
    CONTROL_CHANGED = "control-changed"
    WHEREABOUTS_UNKNOWN = "whereabouts-unknown"
    WHEREABOUTS_RESTORED = "whereabouts-restored"
    TALLY_COUNTED = "tally-counted"
    REGISTERED = "registered"
    DUPLICATE_RECORD = "duplicate-record"
    CORRECTION = "correction"


_NEW = frozenset({A.OUTSIDE}) | CLOSED
_ALIVE = OPEN - {A.REPORTED_DEAD}
# kind -> (accounts it may leave, accounts it may reach). A correction may do anything: a named person answers for it.
MOVES: dict[Kind, tuple[frozenset[AccountKind], frozenset[AccountKind]]] = {
    Kind.ADMISSION: (_NEW - {A.DEAD_CONFIRMED}, frozenset({A.HELD})),
    Kind.BIRTH: (frozenset({A.OUTSIDE}), frozenset({A.HELD, A.IN_TRANSIT})),
    Kind.REGISTERED: (frozenset({A.OUTSIDE}), OPEN),
    Kind.TRANSFER_IN: (_NEW - {A.DEAD_CONFIRMED}, frozenset({A.HELD, A.IN_TRANSIT})),
    Kind.DEPARTURE: (frozenset({A.HELD, A.HANDING_OVER}), frozenset({A.IN_TRANSIT, A.HANDING_OVER})),
    Kind.ARRIVAL: (frozenset({A.IN_TRANSIT, A.HANDING_OVER}), frozenset({A.HELD, A.HANDING_OVER})),
    Kind.RETURN: (frozenset({A.IN_TRANSIT, A.HANDING_OVER}), frozenset({A.HELD, A.IN_TRANSIT})),
    Kind.TEMPORARY_OUT: (frozenset({A.HELD}), frozenset({A.TEMPORARY_OUT})),
    Kind.TEMPORARY_RETURN: (frozenset({A.TEMPORARY_OUT}), frozenset({A.HELD})),
    Kind.TRANSFER_OUT: (frozenset({A.HANDING_OVER}), frozenset({A.TRANSFERRED_OUT})),
    Kind.RELEASE: (_ALIVE, frozenset({A.RELEASED_UNVERIFIED})),
    Kind.RELEASE_VERIFIED: (frozenset({A.RELEASED_UNVERIFIED}), frozenset({A.RELEASED_VERIFIED})),
    Kind.REPORTED_ESCAPED: (_ALIVE - {A.REPORTED_ESCAPED}, frozenset({A.REPORTED_ESCAPED})),
    Kind.RECAPTURE: (LOST - {A.REPORTED_DEAD}, frozenset({A.HELD})),
    Kind.REPORTED_DEAD: (_ALIVE, frozenset({A.REPORTED_DEAD})),
    Kind.DEATH_CONFIRMED: (frozenset({A.REPORTED_DEAD}), frozenset({A.DEAD_CONFIRMED})),
    Kind.CONTROL_LOST: (frozenset({A.HELD, A.TEMPORARY_OUT}), frozenset({A.CONTROL_LOST})),
    Kind.CONTROL_CHANGED: (frozenset({A.HELD, A.CONTROL_LOST}), frozenset({A.UNDER_ANOTHER})),
    Kind.WHEREABOUTS_UNKNOWN: (_ALIVE - {A.WHEREABOUTS_UNKNOWN}, frozenset({A.WHEREABOUTS_UNKNOWN})),
    Kind.WHEREABOUTS_RESTORED: (LOST, frozenset({A.HELD, A.UNDER_ANOTHER})),
    Kind.DUPLICATE_RECORD: (OPEN, frozenset({A.DUPLICATE_OF})),
}
TALLY_MOVES = frozenset({Kind.CONTROL_LOST, Kind.CONTROL_CHANGED, Kind.WHEREABOUTS_UNKNOWN, Kind.WHEREABOUTS_RESTORED})
TALLY_ACCOUNTS = frozenset({A.HELD, A.IN_TRANSIT, A.CONTROL_LOST, A.UNDER_ANOTHER}) | BESIDE


@dataclass(frozen=True, slots=True)
class AccountRef:
    """An account as the rules need it."""

    id: int
    kind: AccountKind


@dataclass(frozen=True, slots=True)
class AccountSpec:
    """An account described, not yet looked up. `other`: the carrier, the authority handed to or in control."""

    kind: AccountKind
    facility_id: int | None = None
    hall_id: int | None = None
    other_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A report to be recorded: what happened to whom, in whose book, where to, and when it happened (a range).

    `id` is made by the client, so sending twice records once. `n`: a tally's new count, or how many were drawn from it.
    `details` are codes and identifiers (a ground, a statement's id), never names.
    """

    id: UUID
    book_id: int
    subject_id: UUID
    kind: Kind
    to: AccountSpec | None
    occurred_from: datetime
    occurred_to: datetime
    n: int | None = None
    supersedes: UUID | None = None
    twin: UUID | None = None
    details: tuple[tuple[str, str], ...] = ()
    by: UUID | None = None  # who answers for it, when not the one who calls: the other side of a handover


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a report: recorded with effect, recorded without (and why), or already known."""

    event: UUID
    effect: str
    reason: str = ""
    repeated: bool = False


class Owner(StrEnum):
    """The duties that own findings."""

    REGISTRAR = "registrar"
    COORDINATOR = "coordinator"
    DUTY_OFFICER = "duty-officer"
    SENDING_OFFICER = "sending-officer"
    CARRYING_OFFICER = "carrying-officer"
    RECEIVING_OFFICER = "receiving-officer"
    LEGAL_OFFICER = "legal-officer"


# code -> (owning duty, hours until it is overdue)
FINDINGS: dict[str, tuple[Owner, int]] = {
    "does-not-fit": (Owner.REGISTRAR, 24),
    "contradicts-later": (Owner.REGISTRAR, 24),
    "wrong-account": (Owner.REGISTRAR, 24),
    "not-a-tally": (Owner.REGISTRAR, 24),
    "unknown-target": (Owner.REGISTRAR, 24),
    "nothing-to-do": (Owner.REGISTRAR, 24),
    "tally-exhausted": (Owner.REGISTRAR, 24),
    "drawn-before-recount": (Owner.REGISTRAR, 24),
    "late-claim": (Owner.REGISTRAR, 72),
    "two-claim": (Owner.DUTY_OFFICER, 24),
    "nobody-answers": (Owner.DUTY_OFFICER, 6),
    "escape-reported": (Owner.DUTY_OFFICER, 6),
    "death-reported": (Owner.DUTY_OFFICER, 24),
    "release-unverified": (Owner.LEGAL_OFFICER, 72),
    "whereabouts-unknown": (Owner.DUTY_OFFICER, 6),
    "control-lost": (Owner.DUTY_OFFICER, 12),
    "under-another": (Owner.DUTY_OFFICER, 24),
    "said-to-be-here": (Owner.DUTY_OFFICER, 24),
    "head-count-missing": (Owner.DUTY_OFFICER, 6),
    "head-count-unlisted": (Owner.DUTY_OFFICER, 6),
    "line-absent": (Owner.SENDING_OFFICER, 12),
    "line-refused": (Owner.SENDING_OFFICER, 12),
    "line-dead": (Owner.DUTY_OFFICER, 12),
    "line-not-the-person": (Owner.REGISTRAR, 12),
    "line-unnamed": (Owner.RECEIVING_OFFICER, 24),
    "line-extra": (Owner.RECEIVING_OFFICER, 24),
    "count-differs": (Owner.RECEIVING_OFFICER, 12),
    "count-overdue": (Owner.COORDINATOR, 6),
    "names-overdue": (Owner.RECEIVING_OFFICER, 6),
    "acknowledgement-overdue": (Owner.COORDINATOR, 6),
    "age-disputed": (Owner.LEGAL_OFFICER, 72),
}
# An event that has effect and leaves somebody to be found, confirmed or verified opens this finding.
FOLLOW_UP: dict[Kind, str] = {
    Kind.REPORTED_ESCAPED: "escape-reported",
    Kind.REPORTED_DEAD: "death-reported",
    Kind.RELEASE: "release-unverified",
    Kind.WHEREABOUTS_UNKNOWN: "whereabouts-unknown",
    Kind.CONTROL_LOST: "control-lost",
    Kind.CONTROL_CHANGED: "under-another",
}
# The same for a correction, which may reach these accounts too.
FOLLOW_UP_AT: dict[AccountKind, str] = {
    A.REPORTED_ESCAPED: "escape-reported",
    A.REPORTED_DEAD: "death-reported",
    A.RELEASED_UNVERIFIED: "release-unverified",
    A.WHEREABOUTS_UNKNOWN: "whereabouts-unknown",
    A.CONTROL_LOST: "control-lost",
    A.UNDER_ANOTHER: "under-another",
}


def still_owed(code: str, book_id: int, stands: Sequence[tuple[int, AccountKind, int]]) -> bool:
    """True while a finding may not be closed (law 4): its subject still stands where the finding says.

    `stands`: (book, account, how many) of the subject in every book. A release nobody verified, an escape or a death
    nobody confirmed, a place nobody holds; somebody for whom no book answers at all, or two do.
    """
    if code == "nobody-answers":
        return all(kind in (A.OUTSIDE, A.TRANSFERRED_OUT) or not n for _book, kind, n in stands)
    if code == "two-claim":
        return sum(kind in OPEN and n > 0 for _book, kind, n in stands) > 1
    return any(book == book_id and n and FOLLOW_UP_AT.get(kind) == code for book, kind, n in stands)


# What confirms an earlier report needs another person than the one who made it (law 4).
CONFIRMS: dict[Kind, Kind] = {Kind.RELEASE_VERIFIED: Kind.RELEASE, Kind.DEATH_CONFIRMED: Kind.REPORTED_DEAD}
REPORTED_AT: dict[Kind, AccountKind] = {Kind.RELEASE: A.RELEASED_UNVERIFIED, Kind.REPORTED_DEAD: A.REPORTED_DEAD}
# An account reached by a second person's word, and where the first one's had left him.
SECOND_WORD: dict[AccountKind, AccountKind] = {
    A.RELEASED_VERIFIED: A.RELEASED_UNVERIFIED,
    A.DEAD_CONFIRMED: A.REPORTED_DEAD,
}


@dataclass(frozen=True, slots=True)
class NewFinding:
    """A finding to open; the same (book, code, subject, ref) opens once."""

    book_id: int
    code: str
    subject_id: UUID | None = None
    ref: UUID | None = None
    facility_id: int | None = None
    n: int | None = None
    owner: str = ""  # "" = the duty that usually owns this code


@dataclass(frozen=True, slots=True)
class NewSubject:
    """A person to be known to the ledger: an id and anonymous category codes, never a name."""

    id: UUID
    age_class: str = "unknown"
    sex: str = "unknown"
    nationality: str = "unknown"


@dataclass(frozen=True, slots=True)
class Admission:
    """One admission of a list: the event's id and the person's."""

    event_id: UUID
    subject_id: UUID


NEVER_IN_BULK = frozenset({Kind.REPORTED_ESCAPED, Kind.RELEASE, Kind.REPORTED_DEAD, Kind.DEATH_CONFIRMED})
BASES = ("counted", "estimated", "declared", "stated", "uncounted", "pending")
SETTLEMENTS: dict[str, frozenset[str]] = {
    "open": frozenset({"explained", "closed"}),
    "explained": frozenset({"closed", "open"}),
    "closed": frozenset({"open"}),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """What a head count of identities says against the roll: lists, never only a number (law 6)."""

    missing: tuple[UUID, ...]  # on the roll, not seen
    unlisted: tuple[UUID, ...]  # seen, not on the roll
    unnamed: int  # bodies nobody could name, minus the people in tallies there


def compare(roll: frozenset[UUID], tallied: int, seen: frozenset[UUID], unknown: int) -> Difference:
    """Hold a head count against the roll of the same place and instant."""
    return Difference(tuple(sorted(roll - seen)), tuple(sorted(seen - roll)), unknown - tallied)
