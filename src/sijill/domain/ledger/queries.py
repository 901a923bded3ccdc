"""The only readers of the room ledger. Row-level security decides which rows there are; each says for whom it asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from sijill.domain.access.rules import NotVisible, Viewer
from sijill.domain.ledger.rules import FOREVER, OPEN, AccountKind, Kind, NewSubject

_OPEN = [k.value for k in OPEN]


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account with the words needed to show it."""

    id: int
    book_id: int
    kind: AccountKind
    facility_id: int | None
    hall_id: int | None
    other_id: int | None
    note: str


@dataclass(frozen=True, slots=True)
class BoardRow:
    """How many stand at an account now: named persons (and numbered unknowns), and people in tallies."""

    account: AccountRow
    persons: int
    tallied: int


@dataclass(frozen=True, slots=True)
class RollRow:
    """One subject at a place at an instant. n is 1 for a person, a number for a tally."""

    subject_id: UUID
    is_tally: bool
    n: int
    account: AccountRow
    since: datetime


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a subject stands now in one book the viewer may read."""

    subject_id: UUID
    account: AccountRow
    since: datetime


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of a subject's history in one book, in recorded order."""

    id: UUID
    book_id: int
    kind: Kind
    account: AccountRow | None
    n: int | None
    occurred_from: datetime
    occurred_to: datetime
    recorded_at: datetime
    by: UUID
    effect: str
    reason: str
    supersedes: UUID | None
    superseded: bool


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding as listed."""

    id: UUID
    book_id: int
    code: str
    subject_id: UUID | None
    facility_id: int | None
    ref: UUID | None
    n: int | None
    owner: str
    opened_at: datetime
    due_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class FindingStep:
    """One thing that happened to a finding."""

    state: str
    owner: str
    note: str
    by: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One account over a period: opening + in - out = closing, in people."""

    account: AccountRow
    opening: int
    entered: int
    left: int
    closing: int

    @property
    def difference(self) -> int:
        """Nought when the account closes."""
        return self.opening + self.entered - self.left - self.closing


@dataclass(frozen=True, slots=True)
class Balance:
    """The books of a viewer over a period. people: distinct, in open accounts; tallied: persons in tallies there."""

    rows: tuple[BalanceRow, ...]
    people: int
    tallied: int
    names_pending: int

    @property
    def difference(self) -> int:
        """The sum of what does not close, without sign."""
        return sum(abs(r.difference) for r in self.rows)


_ACCOUNT = "a.id, a.book_id, a.kind, a.facility_id, a.hall_id, a.other_id, a.note"


def _account(row: Sequence[Any]) -> AccountRow:
    return AccountRow(row[0], row[1], AccountKind(row[2]), row[3], row[4], row[5], row[6])


def _all(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def books(viewer: Viewer) -> list[int]:
    """Ids of the books the viewer has a part in."""
    return [row[0] for row in _all("select authority_id from ledger_book order by authority_id", [])]


def board(viewer: Viewer) -> list[BoardRow]:
    """Where everybody is now, by account, in every book the viewer reads."""
    rows = _all(
        f"select {_ACCOUNT}, c.persons, c.tallied from (select f.account_id,"
        " count(*) filter (where not f.is_tally) as persons, coalesce(sum(f.n) filter (where f.is_tally), 0) as tallied"
        " from ledger_folio f where f.account_id is not null"
        " group by f.account_id) c join ledger_account a on a.id = c.account_id"
        " where c.persons > 0 or c.tallied > 0 order by a.book_id, a.kind, a.id",
        [],
    )
    return [BoardRow(_account(r), r[7], r[8]) for r in rows]


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
    columns = f"{_ACCOUNT}, p.subject_id, p.n, (extract(epoch from p.from_at) * 1000000)::bigint, p.is_tally"
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
    shown = {i: _account(r) for i, r in {r[0]: r for r in rows}.items()}  # thousands of rows, a handful of accounts
    return [RollRow(r[7], r[10], r[8], shown[r[0]], _EPOCH + timedelta(microseconds=r[9])) for r in rows]


def present(
    viewer: Viewer, book_id: int, facility_id: int, hall_id: int | None, at: datetime
) -> tuple[list[UUID], int]:
    """For a head count: ids on the roll of one book at a place (hall None = all halls), and people in tallies there."""
    rows = _all(
        "select p.subject_id, p.is_tally, p.n from ledger_account a join ledger_position p on p.account_id = a.id"
        " where a.book_id = %s and a.facility_id = %s and a.kind = 'held'"
        " and (%s::bigint is null or a.hall_id = %s) and p.from_at <= %s and p.to_at > %s and p.known_to = %s",
        [book_id, facility_id, hall_id, hall_id, at, at, FOREVER],
    )
    return [r[0] for r in rows if not r[1]], sum(r[2] for r in rows if r[1])


def where(viewer: Viewer, subject_ids: Sequence[UUID]) -> list[Whereabouts]:
    """Where these subjects stand now, one row per book that the viewer may read."""
    rows = _all(
        f"select {_ACCOUNT}, f.subject_id, f.last_at from ledger_folio f join ledger_account a on a.id = f.account_id"
        " where f.subject_id = any(%s) order by f.subject_id, f.book_id",
        [list(subject_ids)],
    )
    return [Whereabouts(r[7], _account(r), r[8]) for r in rows]


def history(viewer: Viewer, subject_id: UUID) -> list[EventRow]:
    """Every report about a subject in the books the viewer may read, oldest occurrence first."""
    rows = _all(
        "select e.id, e.book_id, e.kind, e.n, e.occurred_from, e.occurred_to, e.recorded_at, e.by_id, e.effect,"
        " e.reason, e.supersedes, exists (select 1 from ledger_event l where l.folio_id = e.folio_id"
        f" and l.supersedes = e.id and l.effect = 'posted'), {_ACCOUNT}"
        " from ledger_folio f join ledger_event e on e.folio_id = f.id"
        " left join ledger_account a on a.id = e.to_account_id"
        " where f.subject_id = %s order by e.occurred_from, e.seq",
        [subject_id],
    )
    return [
        EventRow(
            id=r[0], book_id=r[1], kind=Kind(r[2]), account=_account(r[12:]) if r[12] else None, n=r[3],
            occurred_from=r[4], occurred_to=r[5], recorded_at=r[6], by=r[7], effect=r[8], reason=r[9],
            supersedes=r[10], superseded=r[11],
        )
        for r in rows
    ]  # fmt: skip


_FINDING = "id, book_id, code, subject_id, facility_id, ref, n, owner, opened_at, due_at, state"


def findings(
    viewer: Viewer,
    *,
    states: Sequence[str] = ("open", "explained"),
    owner: str = "",
    ref: UUID | None = None,
    subject_id: UUID | None = None,
    limit: int = 500,
) -> list[FindingRow]:
    """Findings of the viewer's books, the most overdue first."""
    rows = _all(
        f"select {_FINDING} from ledger_finding where state = any(%s) and (%s = '' or owner = %s)"
        " and (%s::uuid is null or ref = %s) and (%s::uuid is null or subject_id = %s) order by due_at, id limit %s",
        [list(states), owner, owner, ref, ref, subject_id, subject_id, limit],
    )
    return [FindingRow(*r) for r in rows]


def findings_by_refs(viewer: Viewer, refs: Sequence[UUID]) -> list[FindingRow]:
    """All findings about these events, handovers or counts, in any state."""
    rows = _all(f"select {_FINDING} from ledger_finding where ref = any(%s) order by opened_at, id", [list(refs)])
    return [FindingRow(*r) for r in rows]


def finding(viewer: Viewer, finding_id: UUID) -> tuple[FindingRow, list[FindingStep]]:
    """One finding with all that happened to it; NotVisible when it is not the viewer's."""
    rows = _all(f"select {_FINDING} from ledger_finding where id = %s", [finding_id])
    if not rows:
        raise NotVisible
    steps = _all(
        "select state, owner, note, by_id, at from ledger_findingevent where finding_id = %s order by at, id",
        [finding_id],
    )
    return FindingRow(*rows[0]), [FindingStep(*s) for s in steps]


def open_count(viewer: Viewer) -> dict[str, int]:
    """How many findings are open, by owning duty."""
    return dict(
        _all("select owner, count(*) from ledger_finding where state = 'open' group by owner order by owner", [])
    )


def balance(viewer: Viewer, *, since: datetime | None = None, until: datetime | None = None) -> Balance:
    """opening + in - out = closing for every account the viewer reads, as known now.

    Opening and closing are read from the positions, in and out from the postings: two tables that must agree.
    """
    values = {"since": since, "until": until or FOREVER, "forever": FOREVER, "open": _OPEN}
    last = "p.from_at < %(until)s and p.to_at >= %(until)s" if until else "p.to_at = %(forever)s"
    first = "p.from_at < %(since)s and p.to_at >= %(since)s" if since else "false"
    with connection.cursor() as cursor:
        cursor.execute(
            f"with closing as (select p.account_id, sum(p.n) as n from ledger_position p"
            f" where p.known_to = %(forever)s and {last} group by 1),"
            f" opening as (select p.account_id, sum(p.n) as n from ledger_position p"
            f" where p.known_to = %(forever)s and {first} group by 1),"
            " flow as (select q.account_id, coalesce(sum(q.n) filter (where (q.n > 0) <> q.reversal), 0) as entered,"
            " coalesce(-sum(q.n) filter (where (q.n < 0) <> q.reversal), 0) as gone from ledger_posting q"
            " where (%(since)s::timestamptz is null or q.occurred_at >= %(since)s) and q.occurred_at < %(until)s"
            " group by 1)"
            f" select {_ACCOUNT}, coalesce(o.n, 0), coalesce(w.entered, 0), coalesce(w.gone, 0), coalesce(c.n, 0)"
            " from ledger_account a left join opening o on o.account_id = a.id"
            " left join closing c on c.account_id = a.id"
            " left join flow w on w.account_id = a.id where a.kind <> 'outside'"
            " and (o.n is not null or c.n is not null or w.entered is not null) order by a.book_id, a.id",
            values,
        )
        rows = tuple(BalanceRow(_account(r), r[7], r[8], r[9], r[10]) for r in cursor.fetchall())
        cursor.execute(
            f"select count(distinct p.subject_id) filter (where not p.is_tally and a.kind = any(%(open)s)),"
            " coalesce(sum(p.n) filter (where p.is_tally and a.kind = any(%(open)s)), 0),"
            " coalesce(sum(p.n) filter (where a.kind = 'names-pending'), 0)"
            " from ledger_position p join ledger_account a on a.id = p.account_id"
            f" where p.known_to = %(forever)s and {last}",
            values,
        )
        people, tallied, pending = cursor.fetchone()
    return Balance(rows, people, tallied, pending)


def categories(viewer: Viewer, subject_ids: Sequence[UUID]) -> list[NewSubject]:
    """The anonymous category codes of these subjects."""
    rows = _all("select id, age_class, sex, nationality from ledger_subject where id = any(%s)", [list(subject_ids)])
    return [NewSubject(*r) for r in rows]


def told(viewer: Viewer, subject_ids: Sequence[UUID]) -> dict[tuple[int, Kind, str], int]:
    """How many events of each book, kind and effect there are about these subjects."""
    rows = _all(
        "select e.book_id, e.kind, e.effect, count(*) from ledger_folio f join ledger_event e on e.folio_id = f.id"
        " where f.subject_id = any(%s) group by 1, 2, 3",
        [list(subject_ids)],
    )
    return {(book, Kind(kind), effect): count for book, kind, effect, count in rows}
