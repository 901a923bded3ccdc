"""The rows that one call of the write path derives, and how they are written: each table once, set-based."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from sijill.domain.ledger.folding import History, Line, Report, Stay
from sijill.domain.ledger.rules import FOREVER, AccountRef


@dataclass(frozen=True, slots=True)
class NamedAccount(AccountRef):
    """An account with the label that goes into payloads: book/kind/facility/hall/other/note, by their codes."""

    label: str


@dataclass(slots=True)
class Folio:
    """A locked folio while events are written to it. `history` is loaded only when order or correction needs it."""

    id: int
    book_id: int
    subject_id: UUID
    is_tally: bool
    pseq: int
    tip: bytes
    account: AccountRef | None
    n: int
    last_at: datetime | None
    last_event: UUID | None
    recorded_at: datetime | None
    history: History | None = None
    fresh: list[Report] = field(default_factory=list)  # given effect in this call, before the history was needed
    touched: bool = False


@dataclass(slots=True)
class Rows:
    """The rows one call will write, column by column, in the order they were derived."""

    events: list[tuple[Any, ...]] = field(default_factory=list)
    lines: list[tuple[Any, ...]] = field(default_factory=list)
    ended: list[tuple[Any, ...]] = field(default_factory=list)
    dropped: list[tuple[Any, ...]] = field(default_factory=list)
    withdrawn: list[list[Any]] = field(default_factory=list)  # added and disbelieved in one call
    added: dict[tuple[int, UUID, datetime], list[Any]] = field(default_factory=dict)


def line_row(folio: Folio, line: Line, outside: int, recorded: datetime) -> tuple[Any, ...]:
    """A posting as it is inserted."""
    return (line.event, folio.id, folio.book_id, line.account or outside, line.n, line.reversal, line.at, recorded)


def add_stay(rows: Rows, folio: Folio, stay: Stay, recorded: datetime) -> None:
    """A stay believed from now on."""
    end_known = FOREVER if stay.to_at == FOREVER else recorded
    rows.added[folio.id, stay.event, stay.from_at] = [
        folio.book_id, folio.id, folio.subject_id, stay.account, stay.event, stay.n,
        stay.from_at, stay.to_at, recorded, end_known, folio.is_tally, FOREVER,
    ]  # fmt: skip


def end_stay(rows: Rows, folio: Folio, stay: tuple[UUID, datetime], to_at: datetime, recorded: datetime) -> None:
    """The open stay of a folio ends; a row of this very call is changed before it is written."""
    pending = rows.added.get((folio.id, *stay))
    if pending is None:
        rows.ended.append((folio.id, to_at, recorded))
    else:
        pending[7], pending[9] = to_at, recorded


def columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Rows turned into columns, for unnest."""
    return [list(column) for column in zip(*rows, strict=True)]


_INSERT_EVENTS = (
    "insert into ledger_event (id, seq, book_id, folio_id, kind, to_account_id, n, occurred_from, occurred_to,"
    " recorded_at, by_id, supersedes, twin, effect, reason, payload, pseq, prev) select * from unnest(%s::uuid[],"
    " %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::int[], %s::timestamptz[],"
    " %s::timestamptz[], %s::timestamptz[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::bytea[],"
    " %s::int[], %s::bytea[])"
)
_INSERT_LINES = (
    "insert into ledger_posting (event_id, folio_id, book_id, account_id, n, reversal, occurred_at, recorded_at)"
    " select * from unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::int[], %s::boolean[],"
    " %s::timestamptz[], %s::timestamptz[])"
)
_DROP = (
    "update ledger_position p set known_to = u.recorded from unnest(%s::bigint[], %s::uuid[], %s::timestamptz[],"
    " %s::timestamptz[]) as u(folio, event, from_at, recorded)"
    " where p.folio_id = u.folio and p.event = u.event and p.from_at = u.from_at and p.known_to = '9999-01-01Z'"
)
# Each open stay is looked up by its folio, one by one: left to itself the planner of a young register believes that
# there is one open stay in all, and goes through every one of them for each that ends.
_END = (
    "update ledger_position p set to_at = u.to_at, end_known = u.recorded from (select (select o.id from"
    " ledger_position o where o.folio_id = k.folio and o.to_at = '9999-01-01Z' and o.known_to = '9999-01-01Z') as id,"
    " k.to_at, k.recorded from unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) as k(folio, to_at, recorded)"
    " offset 0) u where p.id = u.id"
)
_INSERT_STAYS = (
    "insert into ledger_position (book_id, folio_id, subject_id, account_id, event, n, from_at, to_at, known_from,"
    " end_known, is_tally, known_to) select * from unnest(%s::bigint[], %s::bigint[], %s::uuid[], %s::bigint[], "
    " %s::uuid[], %s::int[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::boolean[],"
    " %s::timestamptz[])"
)
_UPDATE_FOLIOS = (
    "update ledger_folio f set pseq = u.pseq, tip = u.tip, account_id = u.account, n = u.n, last_at = u.last_at,"
    " last_event = u.last_event, recorded_at = u.recorded from unnest(%s::bigint[], %s::int[], %s::bytea[],"
    " %s::bigint[], %s::int[], %s::timestamptz[], %s::uuid[], %s::timestamptz[])"
    " as u(id, pseq, tip, account, n, last_at, last_event, recorded) where f.id = u.id"
)


def flush(rows: Rows, folios: Sequence[Folio]) -> None:
    """Write everything, each table once. Ends come before additions: a folio has one open stay at any moment."""
    folio_rows = [
        (f.id, f.pseq, f.tip, f.account.id if f.account else None, f.n, f.last_at, f.last_event, f.recorded_at)
        for f in folios
    ]
    batches: list[tuple[str, Sequence[Sequence[Any]]]] = [
        (_INSERT_EVENTS, rows.events),
        (_INSERT_LINES, rows.lines),
        (_END, rows.ended),  # first: a stay may end and then, by a later report of the same call, be disbelieved
        (_DROP, rows.dropped),
        (_INSERT_STAYS, [*rows.withdrawn, *rows.added.values()]),
        (_UPDATE_FOLIOS, folio_rows),
    ]
    with connection.cursor() as cursor:
        for sql, values in batches:
            if values:
                cursor.execute(sql, columns(values))
