"""Who stands where: the board, rolls, whereabouts and histories."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from sijill.domain.access.rules import Viewer
from sijill.domain.ledger.queries.rows import ACCOUNT, BoardRow, EventRow, RollRow, Whereabouts, account_row, fetch
from sijill.domain.ledger.rules import FOREVER, OPEN, AccountKind, Kind, NewSubject


def books(viewer: Viewer) -> list[int]:
    """Ids of the books the viewer has a part in."""
    return [row[0] for row in fetch("select authority_id from ledger_book order by authority_id", [])]


def board(viewer: Viewer) -> list[BoardRow]:
    """Where everybody is now, by account, in every book the viewer reads."""
    rows = fetch(
        f"select {ACCOUNT}, c.persons, c.tallied from (select f.account_id,"
        " count(*) filter (where not f.is_tally) as persons, coalesce(sum(f.n) filter (where f.is_tally), 0) as tallied"
        " from ledger_folio f where f.account_id is not null"
        " group by f.account_id) c join ledger_account a on a.id = c.account_id"
        " where c.persons > 0 or c.tallied > 0 order by a.book_id, a.kind, a.id",
        [],
    )
    return [BoardRow(account_row(r), r[7], r[8]) for r in rows]


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


_AT = (
    "p.from_at <= %(at)s and p.to_at > %(at)s and p.known_to = %(forever)s",
    "p.from_at <= %(at)s and p.to_at > %(at)s and p.known_from <= %(known)s and p.known_to > %(known)s",
    "p.from_at <= %(at)s and p.to_at <= %(at)s and p.end_known > %(known)s and p.known_from <= %(known)s"
    " and p.known_to > %(known)s",
)


def roll(
    viewer: Viewer,
    facility_id: int,
    *,
    at: datetime,
    known_at: datetime | None = None,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[RollRow]:
    """Who was at a place at an instant, as known now or as known then, in the order of ids. Pages by `after`."""
    values: dict[str, Any] = {
        "facility": facility_id, "at": at, "known": known_at, "forever": FOREVER, "after": after, "limit": limit,
        "kinds": [k.value for k in (*OPEN, AccountKind.NAMES_PENDING, AccountKind.STATED)],
    }  # fmt: skip
    # Instants come as numbers: Django would take longer to read thousands of them as text than the query takes.
    columns = f"{ACCOUNT}, p.subject_id, p.n, (extract(epoch from p.from_at) * 1000000)::bigint, p.is_tally"
    source = (
        " from ledger_account a join ledger_position p on p.account_id = a.id"
        " where a.facility_id = %(facility)s and a.kind = any(%(kinds)s) and p.n > 0 and "
    )
    conditions = [_AT[0]] if known_at is None else [_AT[1], _AT[2]]
    union = " union all ".join(f"select {columns}{source}{condition}" for condition in conditions)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select r.* from ({union}) as r"
            " where (%(after)s::uuid is null or r.subject_id > %(after)s) order by r.subject_id limit %(limit)s",
            values,
        )
        rows = cursor.fetchall()
    shown = {i: account_row(r) for i, r in {r[0]: r for r in rows}.items()}  # thousands of rows, a handful of accounts
    return [RollRow(r[7], r[10], r[8], shown[r[0]], _EPOCH + timedelta(microseconds=r[9])) for r in rows]


def present(
    viewer: Viewer, book_id: int, facility_id: int, hall_id: int | None, at: datetime
) -> tuple[list[UUID], int]:
    """For a head count: ids on the roll of one book at a place (hall None = all halls), and people in tallies there."""
    rows = fetch(
        "select p.subject_id, p.is_tally, p.n from ledger_account a join ledger_position p on p.account_id = a.id"
        " where a.book_id = %s and a.facility_id = %s and a.kind = 'held'"
        " and (%s::bigint is null or a.hall_id = %s) and p.from_at <= %s and p.to_at > %s and p.known_to = %s",
        [book_id, facility_id, hall_id, hall_id, at, at, FOREVER],
    )
    return [r[0] for r in rows if not r[1]], sum(r[2] for r in rows if r[1])


def where(viewer: Viewer, subject_ids: Sequence[UUID]) -> list[Whereabouts]:
    """Where these subjects stand now, one row per book that the viewer may read."""
    rows = fetch(
        f"select {ACCOUNT}, f.subject_id, f.last_at from ledger_folio f join ledger_account a on a.id = f.account_id"
        " where f.subject_id = any(%s) order by f.subject_id, f.book_id",
        [list(subject_ids)],
    )
    return [Whereabouts(r[7], account_row(r), r[8]) for r in rows]


def history(viewer: Viewer, subject_id: UUID) -> list[EventRow]:
    """Every report about a subject in the books the viewer may read, oldest occurrence first."""
    rows = fetch(
        "select e.id, e.book_id, e.kind, e.n, e.occurred_from, e.occurred_to, e.recorded_at, e.by_id, e.effect,"
        " e.reason, e.supersedes, exists (select 1 from ledger_event l where l.folio_id = e.folio_id"
        f" and l.supersedes = e.id and l.effect = 'posted'), {ACCOUNT}"
        " from ledger_folio f join ledger_event e on e.folio_id = f.id"
        " left join ledger_account a on a.id = e.to_account_id"
        " where f.subject_id = %s order by e.occurred_from, e.seq",
        [subject_id],
    )
    return [
        EventRow(
            id=r[0], book_id=r[1], kind=Kind(r[2]), account=account_row(r[12:]) if r[12] else None, n=r[3],
            occurred_from=r[4], occurred_to=r[5], recorded_at=r[6], by=r[7], effect=r[8], reason=r[9],
            supersedes=r[10], superseded=r[11],
        )
        for r in rows
    ]  # fmt: skip


def categories(viewer: Viewer, subject_ids: Sequence[UUID]) -> list[NewSubject]:
    """The anonymous category codes of these subjects."""
    rows = fetch("select id, age_class, sex, nationality from ledger_subject where id = any(%s)", [list(subject_ids)])
    return [NewSubject(*r) for r in rows]


def told(viewer: Viewer, subject_ids: Sequence[UUID]) -> dict[tuple[int, Kind, str], int]:
    """How many events of each book, kind and effect there are about these subjects."""
    rows = fetch(
        "select e.book_id, e.kind, e.effect, count(*) from ledger_folio f join ledger_event e on e.folio_id = f.id"
        " where f.subject_id = any(%s) group by 1, 2, 3",
        [list(subject_ids)],
    )
    return {(book, Kind(kind), effect): count for book, kind, effect, count in rows}
