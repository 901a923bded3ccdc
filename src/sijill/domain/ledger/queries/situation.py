"""The situation at any instant, as known now or as known then: who stood where and came from where, and what balanced.

`known_at` None means as known now. What the viewer's duties do not show is not there, here as everywhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from sijill.domain.access.rules import Viewer
from sijill.domain.ledger.queries.rows import ACCOUNT, AccountRow, BalanceRow, account_row, fetch
from sijill.domain.ledger.rules import FOREVER, OPEN, AccountKind, Kind


@dataclass(frozen=True, slots=True)
class Path:
    """People with the same past and present: where the viewer's books had them first, and every account they stand at.

    `stands` has one account for each book that knows them, open or closed. A tally is a path of its own.
    """

    first: AccountRow
    stands: tuple[AccountRow, ...]
    persons: int
    tallied: int
    tally: UUID | None = None

    @property
    def answered(self) -> tuple[AccountRow, ...]:
        """The accounts in which a book answers for them."""
        return tuple(a for a in self.stands if a.kind in OPEN)

    @property
    def n(self) -> int:
        """How many people."""
        return self.persons + self.tallied


@dataclass(frozen=True, slots=True)
class TallyRow:
    """A tally at an instant: what it counts, on what basis."""

    label: str
    basis: str
    n: int
    account: AccountRow


@dataclass(frozen=True, slots=True)
class Situation:
    """Everybody at one instant. Each person is in exactly one path, however many books answer for him."""

    paths: tuple[Path, ...]
    tallies: tuple[TallyRow, ...]

    @property
    def people(self) -> int:
        """Distinct persons in open accounts."""
        return sum(p.persons for p in self.paths if p.answered)

    @property
    def tallied(self) -> int:
        """People in tallies of open accounts."""
        return sum(t.n for t in self.tallies if t.account.kind in OPEN)

    @property
    def names_pending(self) -> int:
        """Counted at reception, names not signed: two answer for them."""
        return sum(t.n for t in self.tallies if t.account.kind is AccountKind.NAMES_PENDING)

    @property
    def claimed_twice(self) -> int:
        """Persons for whom more than one book answers."""
        return sum(p.persons for p in self.paths if len(p.answered) > 1)

    def at_accounts(self) -> dict[AccountRow, tuple[int, int]]:
        """(persons, people in tallies) of each account. Who stands in two books is in both."""
        found: dict[AccountRow, tuple[int, int]] = {}
        for path in self.paths:
            for account in path.stands:
                persons, tallied = found.get(account, (0, 0))
                found[account] = (persons + path.persons, tallied + path.tallied)
        return found


def _believed(known_at: datetime | None) -> tuple[str, str]:
    """Conditions on a position: that it was believed, and what says that it had not ended."""
    if known_at is None:
        return "p.known_to = %(forever)s", "p.to_at {} %(at)s"
    return "p.known_from <= %(known)s and p.known_to > %(known)s", "(p.to_at {} %(at)s or p.end_known > %(known)s)"


def _read(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


# The first stay's account is found as the least of (when it began, account) written as one number, and the accounts
# where a subject stands as their least, greatest, sum and count, which tell up to three apart: aggregates of numbers
# take half the time of arrays. When: in 32nds of a second; accounts: up to 67 million. Four books are read as arrays.
_WITH = 2**26
_FEW = (
    "min(p.account_id) filter (where {0}) as low, max(p.account_id) filter (where {0}) as high,"
    " sum(p.account_id::int) filter (where {0}) as total, count(*) filter (where {0}) as books"
)
_MANY = "array_agg(p.account_id order by p.account_id) filter (where {0}) as stands"
_FEW_MOST = 3


def situation(viewer: Viewer, *, at: datetime, known_at: datetime | None = None) -> Situation:
    """Everybody in the viewer's books at an instant, in one pass over the positions."""
    rows = [(r[0], _told_apart(*r[3:]), *r[1:3]) for r in _grouped(at, known_at, _FEW, "low, high, total, books")]
    if any(len(stands) > _FEW_MOST for _first, stands, _tally, _both in rows):
        rows = [(r[0], tuple(r[3]), *r[1:3]) for r in _grouped(at, known_at, _MANY, "stands")]
    accounts = _accounts(viewer, {i for first, stands, _tally, _both in rows for i in (first, *stands)})
    paths = tuple(
        Path(
            accounts[first], tuple(accounts[i] for i in stands), 0 if tally else both[0], both[1] if tally else 0, tally
        )
        for first, stands, tally, both in rows
    )
    return Situation(paths, _tallies(viewer, paths))


def _grouped(at: datetime, known_at: datetime | None, aggregates: str, columns: str) -> list[tuple[Any, ...]]:
    """(first account, tally, (subjects, people), *columns) of everybody who stands somewhere."""
    believed, lasting = _believed(known_at)
    stands = f"{lasting.format('>')} and p.n > 0"
    return _read(
        "select s.first, case when s.is_tally then s.subject_id end as tally, array[count(*), sum(s.n)]::int[],"
        f" {columns} from (select p.subject_id, bool_or(p.is_tally) as is_tally,"
        f" min((date_part('epoch', p.from_at) * 32)::bigint * {_WITH} + p.account_id) & {_WITH - 1} as first,"
        f" sum(p.n) filter (where {stands}) as n, {aggregates.format(stands)} from ledger_position p"
        f" where p.from_at <= %(at)s and {believed} group by 1) s where s.n is not null group by 1, 2, {columns}",
        {"at": at, "known": known_at, "forever": FOREVER},
    )


def _told_apart(low: int, high: int, total: int, books: int) -> tuple[int, ...]:
    """The accounts again, in order; longer than three, they are not told apart and only their number is right."""
    return {1: (low,), 2: (low, high), 3: (low, total - low - high, high)}.get(books, (0,) * books)


def _accounts(viewer: Viewer, ids: Iterable[int]) -> dict[int, AccountRow]:
    rows = fetch(f"select {ACCOUNT} from ledger_account a where a.id = any(%s)", [list(ids)])
    return {r[0]: account_row(r) for r in rows}


def _tallies(viewer: Viewer, paths: Sequence[Path]) -> tuple[TallyRow, ...]:
    told = fetch(
        "select id, label, basis from ledger_subject where id = any(%s)", [[p.tally for p in paths if p.tally]]
    )
    words: dict[UUID, tuple[str, str]] = {r[0]: (r[1], r[2]) for r in told}
    found = [
        TallyRow(*words.get(p.tally, ("", "")), n=p.tallied, account=account)
        for p in paths
        if p.tally
        for account in p.stands
    ]
    return tuple(sorted(found, key=lambda t: (-t.n, t.label)))


@dataclass(frozen=True, slots=True)
class Balances:
    """opening + in - out = closing of every account, twice: over the period asked for, and from the beginning."""

    period: tuple[BalanceRow, ...]
    whole: tuple[BalanceRow, ...]


def balances_at(viewer: Viewer, *, since: datetime, at: datetime, known_at: datetime | None = None) -> Balances:
    """How every account closes at an instant, over the period from `since` and from the beginning, in one query.

    Opening and closing come from the positions, in and out from the postings: two tables that must agree.
    """
    believed, lasting = _believed(known_at)
    before = lasting.replace("%(at)s", "%(since)s").format(">=")
    entered, left = "(q.n > 0) <> q.reversal", "(q.n < 0) <> q.reversal"
    rows = _read(
        f"with stock as (select p.account_id, sum(p.n) filter (where p.from_at < %(since)s and {before}) as opening,"
        f" sum(p.n) filter (where {lasting.format('>')}) as closing from ledger_position p"
        f" where p.from_at <= %(at)s and {believed} group by 1),"
        f" flow as (select q.account_id, sum(q.n) filter (where {entered}) as entered,"
        f" -sum(q.n) filter (where {left}) as gone,"
        f" sum(q.n) filter (where q.occurred_at >= %(since)s and {entered}) as entered_since,"
        f" -sum(q.n) filter (where q.occurred_at >= %(since)s and {left}) as gone_since from ledger_posting q"
        " where q.occurred_at <= %(at)s and (%(known)s::timestamptz is null or q.recorded_at <= %(known)s) group by 1)"
        f" select {ACCOUNT}, coalesce(s.opening, 0), coalesce(w.entered_since, 0), coalesce(w.gone_since, 0),"
        " coalesce(w.entered, 0), coalesce(w.gone, 0), coalesce(s.closing, 0)"
        " from ledger_account a left join stock s on s.account_id = a.id"
        " left join flow w on w.account_id = a.id where a.kind <> 'outside'"
        " and (s.account_id is not null or w.account_id is not null) order by a.book_id, a.id",
        {"since": since, "at": at, "known": known_at, "forever": FOREVER},
    )
    accounts = [account_row(r) for r in rows]
    return Balances(
        period=tuple(BalanceRow(a, r[7], r[8], r[9], r[12]) for a, r in zip(accounts, rows, strict=True)),
        whole=tuple(BalanceRow(a, 0, r[10], r[11], r[12]) for a, r in zip(accounts, rows, strict=True)),
    )


@dataclass(frozen=True, slots=True)
class OwedRow:
    """Findings of one code, owner, state and age that stood at an instant. age: overdue, today, later.

    `subjects`: of whom two books say something, each may hold a finding; who counts people counts these ids.
    """

    code: str
    owner: str
    state: str
    age: str
    n: int
    oldest: datetime
    subjects: tuple[UUID, ...] = ()


OF_SEVERAL_BOOKS = ("two-claim", "nobody-answers")


def owed_at(viewer: Viewer, *, at: datetime, day_end: datetime, past: bool) -> list[OwedRow]:
    """Findings not closed at an instant, as they stood then. `past`: read what happened to them up to that instant."""
    source = "select f.code, f.owner, f.state, f.due_at, f.opened_at, f.subject_id from ledger_finding f"
    if past:
        source = (
            "select f.code, e.owner, e.state, f.due_at, f.opened_at, f.subject_id from ledger_finding f"
            " join (select distinct on (x.finding_id) x.finding_id, x.owner, x.state from ledger_findingevent x"
            " where x.at <= %(at)s order by x.finding_id, x.at desc, x.id desc) e"
            " on e.finding_id = f.id where f.opened_at <= %(at)s"
        )
    rows = _read(
        "select s.code, s.owner, s.state, case when s.due_at <= %(at)s then 'overdue' when s.due_at < %(end)s then"
        f" 'today' else 'later' end, count(*), min(s.opened_at), coalesce(array_agg(s.subject_id)"
        " filter (where s.code = any(%(several)s) and s.subject_id is not null), '{}')"
        f" from ({source}) s where s.state <> 'closed'"
        " group by 1, 2, 3, 4 order by 2, 1",
        {"at": at, "end": day_end, "several": list(OF_SEVERAL_BOOKS)},
    )
    return [OwedRow(r[0], r[1], r[2], r[3], r[4], r[5], tuple(r[6])) for r in rows]


@dataclass(frozen=True, slots=True)
class NewsRow:
    """Events of one kind that a book recorded in a period; `idle` of them had no effect."""

    book_id: int
    kind: Kind
    n: int
    idle: int


def news(viewer: Viewer, *, since: datetime, until: datetime) -> list[NewsRow]:
    """What the viewer's books recorded after `since`, through `until`."""
    rows = fetch(
        "select e.book_id, e.kind, count(*), count(*) filter (where e.effect = 'none') from ledger_event e"
        " where e.book_id = any(array(select authority_id from ledger_book)) and e.recorded_at > %s"
        " and e.recorded_at <= %s group by 1, 2 order by 1, 3 desc, 2",
        [since, until],
    )
    return [NewsRow(r[0], Kind(r[1]), r[2], r[3]) for r in rows]


def findings_opened(viewer: Viewer, *, since: datetime, until: datetime) -> dict[str, int]:
    """How many findings of each code were opened in a period."""
    rows = fetch(
        "select code, count(*) from ledger_finding where opened_at > %s and opened_at <= %s"
        " group by 1 order by 2 desc, 1",
        [since, until],
    )
    return dict(rows)


def span(viewer: Viewer) -> tuple[datetime, datetime] | None:
    """The first and the last recording in the viewer's books; None when nothing was recorded yet."""
    recorded = "select e.recorded_at from ledger_event e where e.book_id = b.authority_id order by e.recorded_at"
    rows: list[tuple[Any, ...]] = fetch(
        f"select min(x.first), max(x.last) from (select ({recorded} limit 1) as first,"
        f" ({recorded} desc limit 1) as last from ledger_book b) x",
        [],
    )
    first, last = rows[0]
    return (first, last) if first else None
