"""How many stood somewhere, or were brought somewhere, at an instant as known then or now; without a single name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from sijill.domain.access.rules import Act, Viewer
from sijill.domain.ledger.rules import BESIDE, MOVES, AccountKind, Kind

_NOW = datetime(9998, 1, 1, tzinfo=UTC)  # known at this moment = whatever is believed today
_NOT_KNOWN = ("unknown", "disputed")
_BESIDE = [kind.value for kind in BESIDE]


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, and by which recording it is read; known_at None: as known now."""

    at: datetime
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """What to count. accounts: who stood there; event: whom events of this kind brought to where they then stood.

    books () = every book the viewer reads. nationality and age class are those known now; "child" includes disputed.
    """

    accounts: tuple[str, ...] = ()
    event: str = ""
    books: tuple[int, ...] = ()
    facility_id: int | None = None
    nationality: str = ""
    not_nationality: str = ""  # known, and another one
    age_class: str = ""
    since: datetime | None = None

    @property
    def asks_category(self) -> bool:
        """True when it counts some people only, by what is known of them."""
        return bool(self.nationality or self.not_nationality or self.age_class)

    def meant(self, nationality: str, age_class: str) -> bool | None:
        """Whether people of these codes are counted; None when nobody knows."""
        answers = []
        if self.nationality or self.not_nationality:
            is_one = nationality == self.nationality if self.nationality else nationality != self.not_nationality
            unknown = nationality in _NOT_KNOWN and nationality != self.nationality
            answers.append(None if unknown else is_one)
        if self.age_class:
            shown = "child" if age_class == "disputed" else age_class  # a child's until decided (law 7)
            answers.append(None if shown == "unknown" != self.age_class else shown == self.age_class)
        return False if False in answers else None if None in answers else True


@dataclass(frozen=True, slots=True)
class Counted:
    """Distinct persons; people in tallies; and people outside the sums (stated, or received with names pending).

    not_known: who stands there too, but whose nationality or age, asked for, nobody knows. Never left out in silence.
    """

    persons: int
    tallied: int
    stated: int
    not_known: int = 0

    @property
    def total(self) -> int:
        """Everybody in the sums who is known to be meant."""
        return self.persons + self.tallied

    @property
    def in_sums(self) -> bool:
        """False when all that is there is a population outside the sums: that is no nought."""
        return bool(self.total or not self.stated)


@dataclass(frozen=True, slots=True)
class TableRow:
    """People of one nationality and age class; both empty where nobody asked for them."""

    nationality: str
    age_class: str
    persons: int
    tallied: int
    stated: int


@dataclass(frozen=True, slots=True)
class Table:
    """Everybody at one moment, by category."""

    rows: tuple[TableRow, ...]

    def counted(self, count: Count) -> Counted:
        """Those whom the count means."""
        meant = [(count.meant(row.nationality, row.age_class), row) for row in self.rows]
        rows = [row for is_meant, row in meant if is_meant]
        return Counted(
            persons=sum(row.persons for row in rows), tallied=sum(row.tallied for row in rows),
            stated=sum(row.stated for row in rows),
            not_known=sum(row.persons + row.tallied for is_meant, row in meant if is_meant is None),
        )  # fmt: skip


def reads_counts(viewer: Viewer, book_id: int, facility_id: int | None) -> bool:
    """True when the viewer's duties show every count of this book there: a duty of one place shows that place alone."""
    return viewer.may(Act.READ_COUNTS, authority_id=book_id, facility_id=facility_id or -1)


def count_at(
    viewer: Viewer,
    *,
    kinds: Sequence[AccountKind | str],
    books: Sequence[int] = (),
    facility_id: int | None = None,
    nationality: str = "",
    age_class: str = "",
    at: datetime,
    known_at: datetime | None = None,
) -> Counted:
    """How many stood in accounts of these kinds at an instant."""
    count = Count(
        accounts=tuple(str(kind) for kind in kinds), books=tuple(books), facility_id=facility_id,
        nationality=nationality, age_class=age_class,
    )  # fmt: skip
    return counts(viewer, count, [Moment(at, known_at)])[0]


def moved_into(
    viewer: Viewer, *, book_id: int, kind: str, until: datetime, known_at: datetime | None = None
) -> Counted:
    """How many distinct people events of one kind had brought to a place in a book, up to an instant."""
    return counts(viewer, Count(event=str(kind), books=(book_id,)), [Moment(until, known_at)])[0]


# As in `standing.roll`: believed by then, and not ended by then as far as it was known.
_STOOD = "r.from_at <= m.at and (r.to_at > m.at or r.end_known > m.known)"
_CAME = "r.from_at <= m.at and r.from_at >= %(since)s"
# People of one batch come and go together: who has one stay in question is counted with all who share it, once.
_ALIKE = "from_at, to_at, known_from, end_known, known_to, is_tally, beside, nationality, age_class"
_SUMS = (
    "m.no, r.nationality, r.age_class, coalesce(sum(r.n) filter (where r.is_tally and not r.beside), 0) as tallied,"
    " coalesce(sum(r.n) filter (where r.is_tally and r.beside), 0) as stated"
)
_PENDING = "a.kind = 'names-pending' and %(event)s = 'transfer-in'"


def counts(viewer: Viewer, count: Count, moments: Sequence[Moment]) -> list[Counted]:
    """One count at several moments, in one query; the answers in the order of the moments."""
    return [table.counted(count) for table in tables(viewer, count, moments)]


def tables(viewer: Viewer, count: Count, moments: Sequence[Moment], *, by_category: bool = False) -> list[Table]:
    """As `counts`, before nationality and age are asked: several counts that differ only in them need one query.

    by_category: whether they are needed at all (they are when `count` asks for one).
    """
    if not moments:
        return []
    values: dict[str, Any] = {
        "accounts": _reached(count), "event": count.event, "books": list(count.books),
        "facility": count.facility_id, "since": count.since or datetime(1, 1, 2, tzinfo=UTC), "beside": _BESIDE,
        "ats": [moment.at for moment in moments], "knowns": [moment.known_at or _NOW for moment in moments],
    }  # fmt: skip
    asked = by_category or count.asks_category
    came = f"case when r.beside then {_STOOD} else {_CAME} end" if count.event else _STOOD
    with connection.cursor() as cursor:
        cursor.execute(
            f"with stay as materialized ({_stays(count)}), r as materialized ({_with_category(asked)}),"
            f" alike as materialized (select {_ALIKE}, count(*) as persons, sum(n) as n from r where times = 1"
            f" group by {_ALIKE}), m as (select * from unnest(%(ats)s::timestamptz[], %(knowns)s::timestamptz[])"
            " with ordinality as m(at, known, no))"
            " select no, nationality, age_class, sum(persons)::bigint, sum(tallied)::bigint, sum(stated)::bigint from ("
            f"select {_SUMS}, coalesce(sum(r.persons) filter (where not r.is_tally), 0) as persons"
            f" from m join alike r on r.known_from <= m.known and r.known_to > m.known and {came} group by 1, 2, 3"
            f" union all select {_SUMS}, count(distinct r.subject_id) filter (where not r.is_tally) as persons"
            f" from m join r on r.times > 1 and r.known_from <= m.known and r.known_to > m.known and {came}"
            " group by 1, 2, 3) counted group by 1, 2, 3",
            values,
        )
        found: list[list[TableRow]] = [[] for _moment in moments]
        for no, *row in cursor.fetchall():
            found[no - 1].append(TableRow(*row))
    return [Table(tuple(rows)) for rows in found]


def _reached(count: Count) -> list[str]:
    """The kinds of account in question: those asked for, or those that the event can bring somebody to."""
    if not count.event:
        return list(count.accounts)
    reaches = MOVES.get(Kind(count.event), (frozenset(), frozenset(AccountKind)))[1]
    return [kind.value for kind in (*sorted(reaches), AccountKind.NAMES_PENDING)]


def _stays(count: Count) -> str:
    """The stays in question, whenever they were: filtered by everything but time."""
    parts = ["select p.subject_id, p.is_tally, p.n, p.from_at, p.to_at, p.known_from, p.end_known, p.known_to,"]
    parts += ["a.kind = any(%(beside)s) as beside"]
    parts += ["from ledger_account a join ledger_position p on p.account_id = a.id"]
    if count.event:  # a stay names the event that began it
        parts += ["left join ledger_event e on e.id = p.event and e.book_id = a.book_id and e.kind = %(event)s"]
    parts += ["where p.n > 0"]
    parts += [f"and (e.id is not null or ({_PENDING}))"] if count.event else []
    parts += ["and a.kind = any(%(accounts)s)"]
    if count.books:
        parts += ["and a.book_id = any(%(books)s)"]
    if count.facility_id is not None:
        parts += ["and a.facility_id = %(facility)s"]
    return " ".join(parts)


def _with_category(asked: bool) -> str:
    """The stays with the codes of their subjects, which cost a look at each; without, where nobody asked for them."""
    times = "count(*) over (partition by stay.subject_id) as times"
    if not asked:
        return f"select stay.*, '' as nationality, '' as age_class, {times} from stay"
    return (
        f"select stay.*, s.nationality, s.age_class, {times} from stay join ledger_subject s on s.id = stay.subject_id"
    )
