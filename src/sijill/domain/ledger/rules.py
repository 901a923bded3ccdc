"""The law of the books: which account follows which, what a report changes, and what does not fit. Pure.

A folio is one subject's page in one book. Its history is the events that have effect, in the order of occurrence;
`take` says what one more report does to it. Both the write path and `check` go through `take`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


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
CLOSED = frozenset(
    {A.RELEASED_UNVERIFIED, A.RELEASED_VERIFIED, A.TRANSFERRED_OUT, A.DEAD_CONFIRMED, A.DUPLICATE_OF}
)
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
    Kind.DEPARTURE: (frozenset({A.HELD}), frozenset({A.IN_TRANSIT, A.HANDING_OVER})),
    Kind.ARRIVAL: (frozenset({A.IN_TRANSIT}), frozenset({A.HELD, A.HANDING_OVER})),
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
TALLY_MOVES = frozenset(
    {Kind.CONTROL_LOST, Kind.CONTROL_CHANGED, Kind.WHEREABOUTS_UNKNOWN, Kind.WHEREABOUTS_RESTORED}
)
TALLY_ACCOUNTS = frozenset({A.HELD, A.IN_TRANSIT, A.CONTROL_LOST, A.UNDER_ANOTHER}) | BESIDE


@dataclass(frozen=True, slots=True)
class AccountRef:
    """An account as the rules need it."""

    id: int
    kind: AccountKind


@dataclass(frozen=True, slots=True)
class Step:
    """One event that has effect, as a folio's history holds it. `n`: a tally's count (absolute) or change (registered)."""

    event: UUID
    kind: Kind
    to: AccountRef
    at: datetime
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a subject stands after a step, and how many it is (1 for a person). account None = never in the book."""

    account: AccountRef | None
    n: int


NOWHERE = Standing(None, 0)
History = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A new event offered to a folio. `to` None is allowed for a correction that only voids."""

    event: UUID
    kind: Kind
    to: AccountRef | None
    at: datetime
    n: int | None = None
    supersedes: UUID | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the report does. reason "" = it has effect; else why not, and the history stays as it was."""

    history: History
    reason: str


def after_step(standing: Standing, step: Step, is_tally: bool) -> Standing | str:
    """The standing after one step, or the reason why the step does not fit."""
    if is_tally:
        return _tally_after(standing, step)
    came_from = standing.account.kind if standing.account else A.OUTSIDE
    if step.kind is Kind.CORRECTION:
        return Standing(step.to, 1)
    if step.kind is Kind.TALLY_COUNTED:
        return "not-a-tally"
    leaves, reaches = MOVES[step.kind]
    if came_from not in leaves:
        return "does-not-fit"
    if step.to.kind not in reaches:
        return "wrong-account"
    return Standing(step.to, 1)


def _tally_after(standing: Standing, step: Step) -> Standing | str:
    """As `after_step`, for a tally: counts set the number, registrations draw it down, losses move it whole."""
    if step.to.kind not in TALLY_ACCOUNTS and step.kind not in TALLY_MOVES:
        return "wrong-account"
    if step.kind in (Kind.TALLY_COUNTED, Kind.CORRECTION):
        return Standing(step.to, step.n if step.n is not None else standing.n)
    if standing.account is None:
        return "does-not-fit"
    if step.kind is Kind.REGISTERED:
        drawn = step.n if step.n is not None else 1
        return Standing(standing.account, standing.n - drawn) if standing.n >= drawn else "tally-exhausted"
    if step.kind in TALLY_MOVES and standing.account.kind in MOVES[step.kind][0]:
        return Standing(step.to, standing.n)
    return "does-not-fit"


def standings(history: Sequence[Step], is_tally: bool) -> Iterator[tuple[Step, Standing, Standing]]:
    """Each step with the standing before and after it. The history must fit (ValueError if it does not)."""
    now = NOWHERE
    for step in history:
        after = after_step(now, step, is_tally)
        if isinstance(after, str):
            raise ValueError(f"history does not fit at {step.event}: {after}")
        yield step, now, after
        now = after


def standing(history: Sequence[Step], is_tally: bool) -> Standing:
    """Where the subject stands at the end of its history."""
    now = NOWHERE
    for _step, _before, now in standings(history, is_tally):
        pass
    return now


def take(history: History, report: Report, is_tally: bool) -> Verdict:
    """What one more report does to a folio (laws 3 and 4).

    It has effect when the whole history still fits with it: late reports go where they occurred. Otherwise the
    history stays and the verdict carries the reason: does-not-fit, contradicts-later, tally-exhausted,
    wrong-account, not-a-tally, unknown-target, nothing-to-do. Reports of one instant keep the order they came in.
    """
    steps = list(history)
    at_index = len(steps)
    if report.supersedes is not None:
        found = [i for i, s in enumerate(steps) if s.event == report.supersedes]
        if not found and report.to is None:
            return Verdict(history, "unknown-target")
        for i in found:
            del steps[i]
            at_index = i
    new: Step | None = None
    if report.to is not None:
        new = Step(report.event, report.kind, report.to, report.at, report.n)
        place = len(steps)
        while place > 0 and steps[place - 1].at > report.at:
            place -= 1
        steps.insert(place, new)
        at_index = min(at_index, place)
    elif report.supersedes is None:
        return Verdict(history, "nothing-to-do")
    now = standing(steps[:at_index], is_tally)
    for step in steps[at_index:]:
        after = after_step(now, step, is_tally)
        if isinstance(after, str):
            return Verdict(history, after if step is new else "contradicts-later")
        now = after
    return Verdict(tuple(steps), "")


@dataclass(frozen=True, slots=True)
class Line:
    """One posting: the event it follows from, the account (None = the book's Outside), the change."""

    event: UUID
    account: int | None
    n: int
    at: datetime
    reversal: bool = False


@dataclass(frozen=True, slots=True)
class Stay:
    """A stretch of time at one account, as derived from a history."""

    event: UUID
    account: int
    n: int
    from_at: datetime
    to_at: datetime = FOREVER


def lines_of(step: Step, before: Standing, after: Standing) -> tuple[Line, ...]:
    """The postings of one step: they always sum to zero."""
    old, new = before.account, after.account
    if new is None:
        raise ValueError("a step always reaches an account")
    if old is not None and old.id == new.id:
        change = after.n - before.n
        raw = [(new.id, change), (None, -change)]
    else:
        raw = [(old.id if old else None, -before.n), (new.id, after.n), (None, before.n - after.n)]
        if old is None:
            raw = [(None, -after.n), (new.id, after.n)]
    return tuple(Line(step.event, account, n, step.at) for account, n in raw if n)


def lines(history: Sequence[Step], is_tally: bool) -> dict[UUID, tuple[Line, ...]]:
    """All postings a history stands for, by event."""
    return {s.event: lines_of(s, before, after) for s, before, after in standings(history, is_tally)}


def stays(history: Sequence[Step], is_tally: bool) -> list[Stay]:
    """The unbroken line of stays a history stands for; the last one is open."""
    found: list[Stay] = []
    for step, _before, after in standings(history, is_tally):
        if found:
            found[-1] = replace(found[-1], to_at=step.at)
        if after.account is None:
            raise ValueError("a step always reaches an account")
        found.append(Stay(step.event, after.account.id, after.n, step.at))
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """What a new history does to the tables: postings to add, stays to end, to disbelieve, to add."""

    lines: tuple[Line, ...]
    ended: tuple[Stay, ...]  # the stay as it was (open), with its new end
    dropped: tuple[Stay, ...]
    added: tuple[Stay, ...]


def change(old: History, new: History, is_tally: bool) -> Change:
    """The difference between two histories of one folio, as rows to append (and stays to end)."""
    was, now = lines(old, is_tally), lines(new, is_tally)
    posted: list[Line] = []
    for event, rows in was.items():
        if now.get(event) != rows:
            posted += [replace(row, n=-row.n, reversal=True) for row in rows]
    for event, rows in now.items():
        if was.get(event) != rows:
            posted += rows
    before, after = stays(old, is_tally), stays(new, is_tally)
    kept = set(before) & set(after)
    gone = [s for s in before if s not in kept]
    come = [s for s in after if s not in kept]
    ended = []
    for open_stay in [s for s in gone if s.to_at == FOREVER]:
        same = [s for s in come if replace(s, to_at=FOREVER) == open_stay]
        if same:
            gone.remove(open_stay)
            come.remove(same[0])
            ended.append(same[0])
    return Change(tuple(posted), tuple(ended), tuple(gone), tuple(come))


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
    "two-claim": (Owner.DUTY_OFFICER, 24),
    "nobody-answers": (Owner.DUTY_OFFICER, 6),
    "escape-reported": (Owner.DUTY_OFFICER, 6),
    "death-reported": (Owner.DUTY_OFFICER, 24),
    "release-unverified": (Owner.LEGAL_OFFICER, 72),
    "whereabouts-unknown": (Owner.DUTY_OFFICER, 6),
    "control-lost": (Owner.DUTY_OFFICER, 12),
    "under-another": (Owner.DUTY_OFFICER, 24),
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
