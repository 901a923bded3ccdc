"""How a movement runs: states, who signs what, outcomes of a line, and what a decision forbids. Pure."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sijill.domain.places.rules import in_region

MANIFEST_PEOPLE_MAX = 500
OVERDUE_AFTER = timedelta(hours=6)


class BatchState(StrEnum):
    """Where a batch stands."""

    PLANNED = "planned"
    AUTHORISED = "authorised"
    CLEARED = "cleared"
    DEPARTED = "departed"
    ARRIVED = "arrived"
    COUNTED = "counted"
    RECONCILED = "reconciled"
    CLOSED = "closed"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


B = BatchState
BATCH_MOVES: dict[BatchState, frozenset[BatchState]] = {
    B.PLANNED: frozenset({B.AUTHORISED, B.SUSPENDED, B.CANCELLED}),
    B.AUTHORISED: frozenset({B.CLEARED, B.DEPARTED, B.SUSPENDED, B.CANCELLED}),
    B.CLEARED: frozenset({B.DEPARTED, B.SUSPENDED, B.CANCELLED}),
    B.DEPARTED: frozenset({B.ARRIVED, B.RECONCILED}),
    B.ARRIVED: frozenset({B.COUNTED, B.RECONCILED}),
    B.COUNTED: frozenset({B.RECONCILED}),
    B.RECONCILED: frozenset({B.CLOSED}),
    B.CLOSED: frozenset(),
    B.SUSPENDED: frozenset({B.PLANNED, B.AUTHORISED, B.CANCELLED}),
    B.CANCELLED: frozenset(),
}


def has_passed(state: BatchState, to: BatchState) -> bool:
    """True when a batch on its way is already beyond a state. A stopped one is beyond nothing."""
    order = list(BatchState)
    return state not in (B.SUSPENDED, B.CANCELLED) and order.index(state) > order.index(to)


class Side(StrEnum):
    """The two sides of a handover. Neither signs for the other."""

    GIVER = "giver"
    RECEIVER = "receiver"


class Stage(StrEnum):
    """What a statement says: I hand over these; I counted so many; these are they; I take note."""

    PRESENTED = "presented"
    COUNT = "count"
    NAMES = "names"
    ACKNOWLEDGEMENT = "acknowledgement"


SIGNS: dict[Stage, Side] = {
    Stage.PRESENTED: Side.GIVER,
    Stage.COUNT: Side.RECEIVER,
    Stage.NAMES: Side.RECEIVER,
    Stage.ACKNOWLEDGEMENT: Side.GIVER,
}


class HandoverState(StrEnum):
    """How far a handover is signed."""

    EXPECTED = "expected"
    PRESENTED = "presented"
    COUNTED = "counted"
    NAMED = "named"
    ACKNOWLEDGED = "acknowledged"


class Grade(StrEnum):
    """How strong a signature is: a user in a signing session, or a paper that somebody else entered."""

    USER = "user"
    PAPER = "paper"


class OutcomeCode(StrEnum):
    """What the receiver says of one line."""

    RECEIVED = "received"
    ABSENT = "absent"
    REFUSED = "refused"
    DEAD = "dead"
    NOT_THE_PERSON = "not-the-person"
    UNNAMED = "unnamed"  # present, not yet named
    EXTRA = "extra"


O = OutcomeCode  # noqa: E741
RESTATABLE = frozenset({O.ABSENT, O.REFUSED, O.NOT_THE_PERSON, O.UNNAMED})
GIVER_RESOLVES = frozenset({O.ABSENT, O.REFUSED, O.NOT_THE_PERSON})


class Resolution(StrEnum):
    """What the giver says of a line that was not received."""

    RETURNED = "returned"  # back where the giver had him
    UNKNOWN = "unknown"  # the giver does not know where he is
    REPORTED_DEAD = "reported-dead"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The receiver's word on one line of a handover."""

    line_id: int
    code: OutcomeCode


@dataclass(frozen=True, slots=True)
class Extra:
    """Somebody present who is on no line: a new numbered unknown, or a person already known by this id."""

    subject_id: UUID
    known: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """What a decision covers. An empty tuple does not limit."""

    senders: tuple[int, ...] = ()
    receivers: tuple[int, ...] = ()
    nationalities: tuple[str, ...] = ()
    age_classes: tuple[str, ...] = ()
    sexes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision as read: who decided, when, by which paper, and what it allows."""

    id: UUID
    body: str
    decided_on: date
    document: str
    scope: Scope
    ceiling: int | None
    facility_kinds: tuple[str, ...]
    excluded_regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is about to be planned, drawn up or sealed, as far as it is known."""

    sender_id: int
    receiver_id: int
    people: int
    already: int = 0  # people of the operation's other batches
    region: str = ""
    facility_kind: str = ""
    nationalities: frozenset[str] = field(default_factory=frozenset)
    age_classes: frozenset[str] = field(default_factory=frozenset)
    sexes: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a decision forbids something: a code, the decision's paper, and the value that offends."""

    code: str
    document: str
    value: str


def objections(decisions: tuple[DecisionRow, ...], proposal: Proposal) -> tuple[Objection, ...]:
    """Everything the operation's decisions hold against a proposal. Empty = allowed. No decision = not allowed."""
    if not decisions:
        return (Objection("no-decision", "", ""),)
    return tuple(objection for decision in decisions for objection in _against(decision, proposal))


def _against(decision: DecisionRow, proposal: Proposal) -> list[Objection]:
    found: list[tuple[str, str]] = []
    scope = decision.scope
    if scope.senders and proposal.sender_id not in scope.senders:
        found.append(("sender-beyond-scope", str(proposal.sender_id)))
    if scope.receivers and proposal.receiver_id not in scope.receivers:
        found.append(("receiver-beyond-scope", str(proposal.receiver_id)))
    for code, allowed, present in (
        ("nationality-beyond-scope", scope.nationalities, proposal.nationalities),
        ("age-beyond-scope", scope.age_classes, proposal.age_classes),
        ("sex-beyond-scope", scope.sexes, proposal.sexes),
    ):
        found += [(code, value) for value in sorted(present - set(allowed))] if allowed else []
    if decision.ceiling is not None and proposal.already + proposal.people > decision.ceiling:
        found.append(("ceiling-exceeded", str(decision.ceiling)))
    if proposal.facility_kind and decision.facility_kinds and proposal.facility_kind not in decision.facility_kinds:
        found.append(("facility-kind-not-allowed", proposal.facility_kind))
    found += [
        ("region-excluded", region)
        for region in decision.excluded_regions
        if proposal.region and in_region(proposal.region, region)
    ]
    return [Objection(code, decision.document, value) for code, value in found]


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of a handover as read."""

    id: int
    no: int
    subject_id: UUID
    on_manifest: bool
    code: str  # "" = nothing said yet
    resolution: str
    out_event: UUID | None
    in_event: UUID | None


def bodies_named(lines: tuple[LineRow, ...]) -> int:
    """How many bodies the names account for: received, refused, present but unnamed, extra."""
    present = {O.RECEIVED.value, O.REFUSED.value, O.UNNAMED.value, O.EXTRA.value}
    return sum(line.code in present for line in lines)


def is_settled(line: LineRow) -> bool:
    """True when nobody has to say anything more about this line."""
    if line.code in (O.RECEIVED, O.EXTRA, O.DEAD):
        return True
    return line.code in GIVER_RESOLVES and bool(line.resolution)


_OFFICERS_FINDINGS = frozenset(
    {"line-absent", "line-refused", "line-unnamed", "line-extra", "count-differs", "count-overdue", "names-overdue",
     "acknowledgement-overdue"}
)  # fmt: skip


def finding_owner(code: str, ordinal: int, side: Side) -> str:
    """The duty that owns a finding in the book of this side; "" = the one that usually owns the code.

    A carrier has neither sending nor receiving officers: on his side of either handover the carrying officer owns it.
    """
    carries = side is (Side.RECEIVER if ordinal == 1 else Side.GIVER)
    return "carrying-officer" if carries and code in _OFFICERS_FINDINGS else ""


def overdue(state: HandoverState, since: datetime | None, at: datetime) -> str:
    """The finding an unfinished handover deserves after six hours of silence, or ""."""
    codes = {
        HandoverState.PRESENTED: "count-overdue",
        HandoverState.COUNTED: "names-overdue",
        HandoverState.NAMED: "acknowledgement-overdue",
    }
    return codes[state] if since and state in codes and at - since >= OVERDUE_AFTER else ""
