"""Losses with people inside: what was stated, who confirmed it, who is resolved by name and who is not; searches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sijill.domain.access.rules import PERMITS, Act, NotVisible, Viewer
from sijill.domain.ledger.losses import FOLLOWS, SEARCHES, Grade, GroundCode, LossKind, LossState, SearchKind
from sijill.domain.ledger.queries.rows import ACCOUNT, AccountRow, FindingRow, account_row, fetch
from sijill.domain.ledger.rules import FOREVER, AccountKind

SEARCHES_MAX = 500


@dataclass(frozen=True, slots=True)
class LossRow:
    """A stated loss, and what became of the statement. `persons`, `tallied`: whom it moved when it was confirmed."""

    id: UUID
    book_id: int
    facility_id: int
    hall_id: int | None
    kind: LossKind
    other_id: int | None
    custodian: str
    ground_code: GroundCode
    ground: str
    occurred_at: datetime
    by: UUID
    stated_at: datetime
    confirmed_by: UUID | None
    confirmed_at: datetime | None
    persons: int
    tallied: int
    without_effect: int
    ended: str  # withdrawn, undone, or ""
    ended_by: UUID | None
    ended_at: datetime | None
    ended_ground: str
    restored: int

    @property
    def state(self) -> LossState:
        """Waiting for a second officer, in force, or taken back."""
        if self.ended:
            return LossState(self.ended)
        return LossState.CONFIRMED if self.confirmed_at else LossState.PROPOSED


@dataclass(frozen=True, slots=True)
class LossProgress:
    """How far the people of a loss are resolved by name. `by_account`: where the resolved stand now."""

    waiting: int = 0
    tallied: int = 0
    unfit: int = 0
    by_account: tuple[tuple[AccountKind, int], ...] = ()

    @property
    def resolved(self) -> int:
        """People of whom something was reported by name since."""
        return sum(n for _kind, n in self.by_account)


@dataclass(frozen=True, slots=True)
class LossLineRow:
    """One subject of a loss and where it stands now. `waiting`: nothing was reported of it since."""

    subject_id: UUID
    is_tally: bool
    n: int
    event_id: UUID
    has_effect: bool
    waiting: bool
    account: AccountRow | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """What a report rests on."""

    event_id: UUID
    text: str
    grade: Grade
    by: UUID
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class SearchStepRow:
    """One step of a search."""

    step: SearchKind
    owner: UUID | None
    text: str
    by: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class SearchRow:
    """Somebody who has to be found or confirmed: the finding, who looks for him, and how many steps were taken."""

    finding: FindingRow
    owner: UUID | None
    steps: int
    confirmed: bool


_LOSS = (
    "select l.id, l.book_id, l.facility_id, l.hall_id, l.kind, l.other_id, l.custodian, l.ground_code, l.ground,"
    " l.occurred_at, l.by_id, l.recorded_at, c.by_id, c.recorded_at, coalesce(c.persons, 0), coalesce(c.tallied, 0),"
    " coalesce(c.without_effect, 0), coalesce(e.step, ''), e.by_id, e.recorded_at, coalesce(e.ground, ''),"
    " coalesce(e.persons + e.tallied, 0) from ledger_loss l"
    " left join ledger_lossstep c on c.loss_id = l.id and c.step = 'confirmed'"
    " left join ledger_lossstep e on e.loss_id = l.id and e.step <> 'confirmed'"
)


def _loss_rows(condition: str, values: Sequence[object]) -> list[LossRow]:
    rows = fetch(f"{_LOSS} where {condition} order by l.occurred_at desc, l.recorded_at desc, l.id", values)
    return [
        LossRow(
            id=r[0], book_id=r[1], facility_id=r[2], hall_id=r[3], kind=LossKind(r[4]), other_id=r[5], custodian=r[6],
            ground_code=GroundCode(r[7]), ground=r[8], occurred_at=r[9], by=r[10], stated_at=r[11], confirmed_by=r[12],
            confirmed_at=r[13], persons=r[14], tallied=r[15], without_effect=r[16], ended=r[17], ended_by=r[18],
            ended_at=r[19], ended_ground=r[20], restored=r[21],
        )
        for r in rows
    ]  # fmt: skip


def stated_losses(viewer: Viewer, *, facility_id: int | None = None) -> list[LossRow]:
    """The losses of the viewer's books (at one place), the latest first."""
    return _loss_rows("(%s::bigint is null or l.facility_id = %s)", [facility_id, facility_id])


def loss(viewer: Viewer, loss_id: UUID) -> LossRow:
    """One loss; NotVisible when it is none of the viewer's."""
    found = _loss_rows("l.id = %s", [loss_id])
    if not found:
        raise NotVisible
    return found[0]


def loss_inside(viewer: Viewer, row: LossRow) -> tuple[int, int]:
    """Whom a stated loss would move if it were confirmed now: people by name, and people in tallies."""
    rows = fetch(
        "select count(*) filter (where not p.is_tally), coalesce(sum(p.n) filter (where p.is_tally), 0)"
        " from ledger_account a join ledger_position p on p.account_id = a.id where a.book_id = %s"
        " and a.facility_id = %s and (%s::bigint is null or a.hall_id = %s) and a.kind = any(%s) and p.n > 0"
        " and p.from_at <= %s and p.to_at > %s and p.known_to = %s",
        [
            row.book_id, row.facility_id, row.hall_id, row.hall_id, [k.value for k in FOLLOWS[row.kind][2]],
            row.occurred_at, row.occurred_at, FOREVER,
        ],
    )  # fmt: skip
    return int(rows[0][0]), int(rows[0][1])


_WAITING = "f.last_event = l.event_id"


def loss_progress(viewer: Viewer, loss_ids: Iterable[UUID]) -> dict[UUID, LossProgress]:
    """How far each of these losses is resolved, in one query."""
    rows = fetch(
        f"select l.loss_id, e.effect = 'posted', f.is_tally, {_WAITING}, a.kind,"
        " sum(case when f.is_tally then f.n else 1 end)::bigint"
        " from ledger_lossline l join ledger_event e on e.id = l.event_id join ledger_folio f on f.id = l.folio_id"
        " left join ledger_account a on a.id = f.account_id where l.loss_id = any(%s) group by 1, 2, 3, 4, 5",
        [list(loss_ids)],
    )
    found: dict[UUID, LossProgress] = {}
    for loss_id in {row[0] for row in rows}:
        mine = [row[1:] for row in rows if row[0] == loss_id]
        resolved: dict[AccountKind, int] = {}
        for _posted, _tally, _waits, kind, n in (r for r in mine if r[0] and not r[1] and not r[2] and r[3]):
            resolved[AccountKind(kind)] = resolved.get(AccountKind(kind), 0) + n
        found[loss_id] = LossProgress(
            waiting=sum(n for posted, tally, waits, _kind, n in mine if posted and waits and not tally),
            tallied=sum(n for posted, tally, waits, _kind, n in mine if posted and waits and tally),
            unfit=sum(n for posted, _tally, _waits, _kind, n in mine if not posted),
            by_account=tuple(sorted(resolved.items(), key=lambda item: list(AccountKind).index(item[0]))),
        )
    return found


def loss_lines(viewer: Viewer, loss_id: UUID, *, subject_id: UUID | None = None) -> list[LossLineRow]:
    """Everybody a loss moved, those nobody has resolved yet first; each with where he stands now."""
    rows = fetch(
        f"select {ACCOUNT}, f.subject_id, f.is_tally, f.n, l.event_id, e.effect = 'posted', {_WAITING}, f.last_at"
        " from ledger_lossline l join ledger_event e on e.id = l.event_id join ledger_folio f on f.id = l.folio_id"
        " left join ledger_account a on a.id = f.account_id"
        " where l.loss_id = %s and (%s::uuid is null or f.subject_id = %s)"
        f" order by ({_WAITING} and e.effect = 'posted') desc, f.is_tally, f.subject_id",
        [loss_id, subject_id, subject_id],
    )
    return [
        LossLineRow(r[7], r[8], r[9], r[10], r[11], r[12] and r[11], account_row(r) if r[0] else None, r[13])
        for r in rows
    ]


def searchers(viewer: Viewer, book_id: int, at: datetime) -> list[UUID]:
    """Users who may own a search in this book at that moment: those whose duties record custody there."""
    kinds = [kind.value for kind, acts in PERMITS.items() if Act.RECORD_CUSTODY in acts]
    rows = fetch(
        "select distinct user_id from access_duty where authority_id = %s and kind = any(%s) and valid_from <= %s"
        " and (valid_to is null or valid_to > %s) order by user_id",
        [book_id, kinds, at, at],
    )
    return [row[0] for row in rows]


def displaced(viewer: Viewer) -> dict[int, int]:
    """How many people, by the facility they were held at, are held elsewhere in that book now."""
    rows = fetch(
        "select was, count(*) from (select max(h.facility_id) filter (where p.to_at = %(forever)s) as here,"
        " array_agg(distinct h.facility_id) filter (where p.to_at < %(forever)s) as before"
        " from ledger_account h join ledger_position p on p.account_id = h.id and p.known_to = %(forever)s"
        " and not p.is_tally where h.kind = 'held' group by p.folio_id"
        " having min(h.facility_id) <> max(h.facility_id)) moved, unnest(moved.before) as was"
        " where was <> moved.here group by was",
        {"forever": FOREVER},
    )
    return {int(facility): int(n) for facility, n in rows}


def evidence(viewer: Viewer, subject_id: UUID) -> list[EvidenceRow]:
    """What the reports about one person rest on, oldest first."""
    rows = fetch(
        "select v.event_id, v.text, v.grade, v.by_id, v.recorded_at from ledger_folio f"
        " join ledger_evidence v on v.folio_id = f.id where f.subject_id = %s order by v.recorded_at, v.id",
        [subject_id],
    )
    return [EvidenceRow(r[0], r[1], Grade(r[2]), r[3], r[4]) for r in rows]


_SEARCH = (
    "select f.id, f.book_id, f.code, f.subject_id, f.facility_id, f.ref, f.n, f.owner, f.opened_at, f.due_at, f.state,"
    " (select s.owner_id from ledger_searchstep s where s.finding_id = f.id and s.step = 'owner'"
    " order by s.recorded_at desc, s.id desc limit 1),"
    " (select count(*) from ledger_searchstep s where s.finding_id = f.id),"
    " exists (select 1 from ledger_searchstep s where s.finding_id = f.id and s.step = 'confirmed')"
    " from ledger_finding f"
)


def searches(
    viewer: Viewer, *, codes: Sequence[str] = ("escape-reported", "death-reported"), limit: int = SEARCHES_MAX
) -> list[SearchRow]:
    """Everybody who is reported escaped or dead and not yet confirmed or found, the most overdue first."""
    rows = fetch(
        f"{_SEARCH} where f.state in ('open', 'explained') and f.code = any(%s) and f.subject_id is not null"
        " order by f.due_at, f.id limit %s",
        [list(codes), limit],
    )
    return [SearchRow(FindingRow(*r[:11]), r[11], r[12], r[13]) for r in rows]


def search(viewer: Viewer, finding_id: UUID) -> tuple[SearchRow, list[SearchStepRow]]:
    """The search behind one finding with its steps; NotVisible when it is none, or none of the viewer's."""
    rows = fetch(f"{_SEARCH} where f.id = %s and f.code = any(%s)", [finding_id, list(SEARCHES)])
    if not rows:
        raise NotVisible
    steps = fetch(
        "select step, owner_id, text, by_id, recorded_at from ledger_searchstep where finding_id = %s"
        " order by recorded_at, id",
        [finding_id],
    )
    r = rows[0]
    return SearchRow(FindingRow(*r[:11]), r[11], r[12], r[13]), [SearchStepRow(SearchKind(s[0]), *s[1:]) for s in steps]
