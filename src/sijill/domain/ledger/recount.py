"""`check`: read every event again, derive postings, positions and folios from nothing, and compare with what is stored.

It goes through the same pure rules as the write path, but never through its short cut: a straight history is derived
as a whole, one with late reports or corrections step by step.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from sijill.domain.access.rules import Viewer
from sijill.domain.ledger.folding import History, Line, Report, Stay, Step, change, lines_of, standing, standings, take
from sijill.domain.ledger.rules import FOREVER, AccountKind, AccountRef, Kind

FETCH = 20_000


@dataclass(slots=True)
class Recount:
    """What the recount found. `wrong` names folios by number and says what differs; never a person."""

    folios: int = 0
    events: int = 0
    postings: int = 0
    positions: int = 0
    findings: int = 0
    wrong: list[str] = field(default_factory=list)
    books: dict[int, int] = field(default_factory=dict)  # book id -> differences

    def note(self, book_id: int, text: str) -> None:
        """Write a difference down, under its book."""
        self.wrong.append(text)
        self.books[book_id] = self.books.get(book_id, 0) + 1


PostingKey = tuple[UUID, int, int, bool, datetime, datetime]
PositionKey = tuple[UUID, int, int, datetime, datetime, datetime, datetime, datetime]


@dataclass(slots=True)
class _Derived:
    """What one folio's events stand for."""

    postings: list[PostingKey] = field(default_factory=list)
    positions: dict[tuple[UUID, datetime], list[Any]] = field(default_factory=dict)
    past: list[list[Any]] = field(default_factory=list)
    history: History = ()
    pseq: int = 0
    tip: bytes = bytes(32)


def _rows(name: str, sql: str) -> Iterator[tuple[Any, ...]]:
    """Stream a query through a server-side cursor: memory stays flat at a million events.

    In binary: reading instants as text would take most of the time of a check.
    """
    with psycopg.ServerCursor(connection.connection, name) as cursor:
        cursor.itersize = FETCH
        cursor.execute(sql, binary=True)
        yield from cursor


class _Stream:
    """Rows ordered by folio, taken folio by folio in step with the events."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def take(self, folio: int) -> list[tuple[Any, ...]]:
        """All rows of this folio (the first column); rows of earlier folios that nobody asked for come too."""
        found = []
        while self._next is not None and self._next[0] <= folio:
            found.append(self._next)
            self._next = next(self._rows, None)
        return found

    def rest(self) -> int:
        """How many rows no folio asked for."""
        return (self._next is not None) + sum(1 for _ in self._rows)


_FOLIOS = (
    "select f.id, f.book_id, s.is_tally, f.pseq, f.tip, f.account_id, f.n, f.last_at, o.id, f.is_tally"
    " from ledger_folio f join ledger_subject s on s.id = f.subject_id"
    " left join ledger_account o on o.book_id = f.book_id and o.kind = 'outside' order by f.id"
)
_EVENTS = (
    "select e.folio_id, e.id, e.kind, e.to_account_id, a.kind, e.occurred_from, e.n, e.supersedes, e.effect,"
    " e.recorded_at, e.payload, e.pseq, e.prev from ledger_event e left join ledger_account a on a.id = e.to_account_id"
    " order by e.folio_id, e.pseq"
)
_POSTINGS = (
    "select folio_id, event_id, account_id, n, reversal, occurred_at, recorded_at from ledger_posting order by folio_id"
)
_POSITIONS = (
    "select folio_id, event, account_id, n, from_at, to_at, known_from, end_known, known_to,"
    " is_tally from ledger_position order by folio_id"
)


def recount(viewer: Viewer, progress: Callable[[int], None] | None = None) -> Recount:
    """Rebuild every projection of the books the viewer reads, and compare. Runs in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("set local work_mem = '256MB'")
    result = Recount()
    events, postings = _Stream(_rows("sijill_events", _EVENTS)), _Stream(_rows("sijill_postings", _POSTINGS))
    positions = _Stream(_rows("sijill_positions", _POSITIONS))
    for folio in _rows("sijill_folios", _FOLIOS):
        told, posted, stood = events.take(folio[0]), postings.take(folio[0]), positions.take(folio[0])
        _compare(result, folio, told, posted, stood)
        result.folios += 1
        result.events += len(told)
        result.postings += len(posted)
        result.positions += len(stood)
        if progress and result.folios % 1000 == 0:
            progress(result.folios)
    for name, stream in (("events", events), ("postings", postings), ("positions", positions)):
        if left := stream.rest():
            result.note(0, f"{left} {name} belong to no folio")
    _recount_findings(result)
    return result


def _compare(
    result: Recount, folio: tuple[Any, ...], told: list[tuple[Any, ...]], posted: list[tuple[Any, ...]],
    stood: list[tuple[Any, ...]],
) -> None:  # fmt: skip
    """One folio against its events."""
    number, book, is_tally, pseq, tip, account, n, last_at, outside, tallied = folio
    try:
        derived = _derive(told, is_tally, outside)
    except ValueError as wrong:
        result.note(book, f"folio {number}: {wrong}")
        return
    if sorted(derived.postings) != sorted(tuple(row[1:]) for row in posted):
        result.note(book, f"folio {number}: postings are not those its events stand for")
    mine = sorted(tuple(row) for row in [*derived.past, *derived.positions.values()])
    if mine != sorted(tuple(row[1:-1]) for row in stood) or any(row[-1] != is_tally for row in stood):
        result.note(book, f"folio {number}: positions are not those its events stand for")
    now = standing(derived.history, is_tally)
    here = (derived.pseq, derived.tip, now.account.id if now.account else None, now.n)
    last = derived.history[-1].at if derived.history else None
    if here != (pseq, bytes(tip), account, n) or last != last_at or tallied != is_tally:
        result.note(book, f"folio {number}: the folio is not where its events end")


def _derive(told: list[tuple[Any, ...]], is_tally: bool, outside: int) -> _Derived:
    """Replay a folio's events. ValueError when the chain of payloads is broken or a posted event does not fit."""
    derived = _Derived()
    posted: list[tuple[Report, datetime]] = []
    for _, event, kind, account, account_kind, at, n, supersedes, effect, recorded, payload, pseq, prev in told:
        if pseq != derived.pseq + 1 or bytes(prev) != derived.tip:
            raise ValueError(f"the chain of events breaks at {pseq}")
        derived.pseq, derived.tip = pseq, hashlib.sha256(payload).digest()
        if effect == "posted":
            to = AccountRef(account, AccountKind(account_kind)) if account else None
            posted.append((Report(event, Kind(kind), to, at, n, supersedes), recorded))
    if _is_straight(posted):
        _whole(derived, posted, is_tally, outside)
    else:
        _step_by_step(derived, posted, is_tally, outside)
    return derived


def _is_straight(posted: list[tuple[Report, datetime]]) -> bool:
    """True when nothing came late and nothing was corrected: then the history is the reports as they came."""
    return all(r.supersedes is None and r.to is not None for r, _recorded in posted) and all(
        earlier.at <= later.at for (earlier, _), (later, _) in pairwise(posted)
    )


def _whole(derived: _Derived, posted: list[tuple[Report, datetime]], is_tally: bool, outside: int) -> None:
    """Derive a straight history at once, as a whole; ValueError when a step does not fit the one before it."""
    steps = tuple(Step(r.event, r.kind, r.to, r.at, r.n) for r, _recorded in posted if r.to)
    open_row: list[Any] | None = None
    for (step, before, after), (_report, recorded) in zip(standings(steps, is_tally), posted, strict=True):
        derived.postings += [_posting(line, outside, recorded) for line in lines_of(step, before, after)]
        if open_row is not None:
            open_row[4], open_row[6] = step.at, recorded
        account = after.account or step.to
        open_row = _position(Stay(step.event, account.id, after.n, step.at), recorded)
        derived.past.append(open_row)
    derived.history = steps


def _step_by_step(derived: _Derived, posted: list[tuple[Report, datetime]], is_tally: bool, outside: int) -> None:
    """Derive what late reports and corrections changed, one after the other."""
    for report, recorded in posted:
        verdict = take(derived.history, report, is_tally)
        if verdict.reason:
            raise ValueError(f"event {report.event} has effect and does not fit ({verdict.reason})")
        _apply(derived, change(derived.history, verdict.history, is_tally), outside, recorded)
        derived.history = verdict.history


def _apply(derived: _Derived, difference: Any, outside: int, recorded: datetime) -> None:
    """Carry one change out on the derived rows, as the write path does on the stored ones."""
    for line in difference.lines:
        derived.postings.append(_posting(line, outside, recorded))
    for stay in difference.ended:
        row = derived.positions[stay.event, stay.from_at]
        row[4], row[6] = stay.to_at, recorded
    for stay in difference.dropped:
        row = derived.positions.pop((stay.event, stay.from_at))
        row[7] = recorded
        derived.past.append(row)
    for stay in difference.added:
        derived.positions[stay.event, stay.from_at] = _position(stay, recorded)


def _posting(line: Line, outside: int, recorded: datetime) -> PostingKey:
    return (line.event, line.account or outside, line.n, line.reversal, line.at, recorded)


def _position(stay: Stay, recorded: datetime) -> list[Any]:
    end_known = FOREVER if stay.to_at == FOREVER else recorded
    return [stay.event, stay.account, stay.n, stay.from_at, stay.to_at, recorded, end_known, FOREVER]


def _recount_findings(result: Recount) -> None:
    """A finding's state is the last thing that happened to it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select f.book_id, count(*), count(*) filter (where e.state is distinct from f.state) from ledger_finding f"
            " left join lateral (select state from ledger_findingevent x where x.finding_id = f.id"
            " order by at desc, (x.state = f.state) desc limit 1) e on true group by f.book_id"
        )
        for book, count, wrong in cursor.fetchall():
            result.findings += count
            if wrong:
                result.note(book, f"{wrong} findings are not in the state of their last event")
