"""One event, and 500, through the action; and the very same rows by plain INSERTs on the same connection."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from benchmarks.crowd import LAST_DAY, Crowd
from benchmarks.figures import Figure, progress, spread, timed
from sijill.domain.access.rules import REGISTER_ID
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind, NewEvent, NewSubject

ONE_LIMIT, MANY_LIMIT = 4.0, 1.6
_FOLIO = ("subject_id", "book_id", "pseq", "tip", "account_id", "n", "last_at", "last_event", "recorded_at")
_EVENT = (
    "id", "book_id", "folio_id", "kind", "to_account_id", "n", "occurred_from", "occurred_to", "recorded_at", "by_id",
    "supersedes", "twin", "effect", "reason", "payload", "pseq", "prev",
)  # fmt: skip
_POSTING = ("event_id", "folio_id", "book_id", "account_id", "n", "reversal", "occurred_at", "recorded_at")
_POSITION = (
    "book_id", "folio_id", "subject_id", "account_id", "event", "n", "from_at", "to_at", "known_from", "end_known",
    "known_to",
)  # fmt: skip
Row = dict[str, Any]


@dataclass(slots=True)
class Rows:
    """The rows that some events made, table by table."""

    folios: list[Row]
    events: list[Row]
    postings: list[Row]
    positions: list[Row]


def _raw() -> Any:
    """The open connection under Django's; between transactions it looks as the register, as the action does."""
    connection.ensure_connection()
    return connection.connection


def look_as_register_between() -> None:
    """Set the session's viewer once, so that the plain INSERTs need not."""
    _raw().execute("select set_config('app.viewer', %s, false)", [str(REGISTER_ID)])


def _read(table: str, columns: Sequence[str], condition: str, ids: list[UUID]) -> list[Row]:
    cursor = _raw().execute(f"select id as own, {', '.join(columns)} from {table} where {condition} order by 1", [ids])
    return [dict(zip(("own", *columns), row, strict=True)) for row in cursor.fetchall()]


def _made_by(events: list[UUID], subjects: list[UUID]) -> Rows:
    return Rows(
        _read("ledger_folio", _FOLIO, "subject_id = any(%s)", subjects),
        _read("ledger_event", _EVENT, "id = any(%s)", events),
        _read("ledger_posting", _POSTING, "event_id = any(%s)", events),
        _read("ledger_position", _POSITION, "event = any(%s)", events),
    )


def _twins(rows: Rows, twins: dict[UUID, UUID]) -> None:
    """Make the rows those of other subjects, with event ids of their own. Folios get theirs when they are inserted."""
    events = {row["id"]: uuid4() for row in rows.events}
    for row in (*rows.folios, *rows.positions):
        row["subject_id"] = twins[row["subject_id"]]
    for row in rows.folios:
        row["last_event"] = events[row["last_event"]]
    for row in rows.events:
        row["id"] = events[row["id"]]
    for row in rows.postings:
        row["event_id"] = events[row["event_id"]]
    for row in rows.positions:
        row["event"] = events[row["event"]]


def _insert(table: str, columns: Sequence[str], rows: list[Row], *, returning: str = "", numbered: bool = False) -> Any:
    """One INSERT of all these rows."""
    slots = f"({', '.join(['%s'] * len(columns))}{', ' if numbered else ''}{_NEXT if numbered else ''})"
    names = ", ".join([*columns, "seq"] if numbered else columns)
    values = [row[column] for row in rows for column in columns]
    return _raw().execute(f"insert into {table} ({names}) values {', '.join([slots] * len(rows))} {returning}", values)


_NEXT = "nextval('ledger_event_order')"


def _plainly(rows: Rows) -> None:
    """BEGIN, one INSERT per table, COMMIT."""
    raw = _raw()
    raw.execute("begin")
    made = dict(_insert("ledger_folio", _FOLIO, rows.folios, returning="returning subject_id, id").fetchall())
    folio = {row["own"]: made[row["subject_id"]] for row in rows.folios}
    for row in (*rows.events, *rows.postings, *rows.positions):
        row["folio_id"] = folio[row["folio_id"]]
    _insert("ledger_event", _EVENT, rows.events, numbered=True)
    _insert("ledger_posting", _POSTING, rows.postings)
    _insert("ledger_position", _POSITION, rows.positions)
    raw.execute("commit")


def _subjects(crowd: Crowd, count: int, at: datetime) -> list[UUID]:
    ids = sorted(uuid4() for _ in range(count))
    with viewing(crowd.user.user_id):
        ledger.add_subjects(subjects=[NewSubject(i) for i in ids], by=crowd.user, at=at)
    return ids


def pairs(crowd: Crowd, size: int, count: int) -> tuple[list[float], list[float]]:
    """So many admissions of `size` people through the action, each followed by the same rows inserted plainly."""
    through, plain = [], []
    to = AccountSpec(AccountKind.HELD, facility_id=crowd.facilities[0], note="measured")
    for _ in range(count):
        mine, others = _subjects(crowd, size, LAST_DAY), _subjects(crowd, size, LAST_DAY)
        events = [NewEvent(uuid4(), crowd.book_id, s, Kind.ADMISSION, to, LAST_DAY, LAST_DAY) for s in mine]

        def act(events: list[NewEvent] = events) -> None:
            with viewing(crowd.user.user_id):
                ledger.report(events=events, by=crowd.user, at=LAST_DAY)

        through.append(timed(act))
        rows = _made_by([e.id for e in events], mine)
        made = [len(table) for table in (rows.folios, rows.events, rows.postings, rows.positions)]
        if made != [size, size, 2 * size, size]:
            raise AssertionError("the action made other rows than the measurement copies")
        _twins(rows, dict(zip(mine, others, strict=True)))
        plain.append(timed(partial(_plainly, rows)))
    return through, plain


def figures(crowd: Crowd, *, ones: int, manies: int) -> list[Figure]:
    """The two ratios of the write path."""
    look_as_register_between()
    found = []
    for size, count, limit, what in (
        (1, ones, ONE_LIMIT, "one event through its action against plain INSERTs"),
        (500, manies, MANY_LIMIT, "500 events in one call against multi-row INSERTs"),
    ):
        pairs(crowd, size, 3)
        through, plain = pairs(crowd, size, count)
        progress(spread(f"  {size} through the action", through))
        progress(spread(f"  {size} by plain INSERTs", plain))
        found.append(Figure(what, statistics.median(through) / statistics.median(plain), "times", limit))
    return found
