"""What a history stands for, and what one more report does to it. Pure.

A folio is one subject's page in one book. Its history is the events that have effect, in the order of occurrence;
`take` says what one more report does to it. The write path, the recount and `check` all go through `take`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sijill.domain.ledger.rules import (
    FOREVER,
    MOVES,
    TALLY_ACCOUNTS,
    TALLY_MOVES,
    AccountKind,
    AccountRef,
    Kind,
)

A = AccountKind


@dataclass(frozen=True, slots=True)
class Step:
    """One event that has effect, as a history holds it. `n`: a tally's count (absolute) or its change (registered)."""

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
            raise ValueError(f"history does not fit at {step.event}: {after}")  # noqa: TRY004  (a reason, not a type)
        yield step, now, after
        now = after


def standing(history: Sequence[Step], is_tally: bool) -> Standing:
    """Where the subject stands at the end of its history."""
    last = NOWHERE
    for _step, _before, after in standings(history, is_tally):
        last = after
    return last


def take(history: History, report: Report, is_tally: bool) -> Verdict:
    """What one more report does to a folio (laws 3 and 4).

    It has effect when the whole history still fits with it: late reports go where they occurred. Otherwise the
    history stays and the verdict carries the reason: does-not-fit, contradicts-later, tally-exhausted,
    wrong-account, not-a-tally, unknown-target, nothing-to-do. Reports of one instant keep the order they came in.
    """
    kept = [s for s in history if s.event != report.supersedes]
    if report.to is None and len(kept) == len(history):
        return Verdict(history, "unknown-target" if report.supersedes else "nothing-to-do")
    steps = kept if report.to is None else _with(kept, report, report.to)
    same = next((i for i, (a, b) in enumerate(zip(history, steps, strict=False)) if a is not b), len(history))
    now = standing(steps[:same], is_tally)
    for step in steps[same:]:
        after = after_step(now, step, is_tally)
        if isinstance(after, str):
            return Verdict(history, after if step.event == report.event else "contradicts-later")
        now = after
    return Verdict(tuple(steps), "")


def _with(steps: list[Step], report: Report, to: AccountRef) -> list[Step]:
    """The steps with a new one at the place where it occurred, after those of the same instant."""
    place = len(steps)
    while place > 0 and steps[place - 1].at > report.at:
        place -= 1
    return [*steps[:place], Step(report.event, report.kind, to, report.at, report.n), *steps[place:]]


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
