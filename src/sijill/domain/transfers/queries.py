"""The only readers of the room transfers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from sijill.domain.access.rules import NotVisible, Viewer
from sijill.domain.transfers.models import (
    Batch,
    BatchEvent,
    Decision,
    Handover,
    HandoverLine,
    Manifest,
    ManifestLine,
    Operation,
    Statement,
)
from sijill.domain.transfers.rules import (
    BatchState,
    DecisionRow,
    Grade,
    HandoverState,
    LineRow,
    Scope,
    Side,
    Stage,
)


@dataclass(frozen=True, slots=True)
class OperationRow:
    """An operation as read."""

    id: UUID
    code: str
    names: dict[str, str]
    parties: tuple[int, ...]

    def name(self, language: str) -> str:
        """The name in this language, else English, else the code."""
        return self.names.get(language) or self.names.get("en") or self.code


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch as read."""

    id: UUID
    operation_id: UUID
    code: str
    sender_id: int
    carrier_id: int
    receiver_id: int
    origin_id: int
    planned_on: date
    size: int
    state: BatchState


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """A manifest as read; `people` is how many lines it has, `open` how many are not settled."""

    id: UUID
    batch_id: UUID
    code: str
    vehicle: str
    destination_id: int
    state: str
    sha256: str
    sealed_at: datetime | None
    people: int
    open: int


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A handover as read."""

    id: UUID
    manifest_id: UUID
    batch_id: UUID
    ordinal: int
    giver_id: int
    receiver_id: int
    place_id: int
    state: HandoverState
    since: datetime | None
    bodies: int | None
    tally: UUID
    manifest_code: str
    manifest_sha256: str


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """How far a batch is: its manifests, people on them, received at the end, and lines that are still open."""

    manifests: int = 0
    people: int = 0
    received: int = 0
    open: int = 0


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One signed statement as read; `body` is its canonical text."""

    id: UUID
    side: Side
    stage: Stage
    authority_id: int
    grade: Grade
    by_name: str
    signer: str
    sha256: str
    scan_sha256: str
    occurred_at: datetime
    recorded_at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class ManifestLineRow:
    """One line of a manifest as read."""

    no: int
    subject_id: UUID
    open: bool


def operations(viewer: Viewer) -> list[OperationRow]:
    """The operations the viewer's authorities take part in."""
    rows = Operation.objects.order_by("code").prefetch_related("parties")
    return [OperationRow(o.pk, o.code, o.names, tuple(p.authority_id for p in o.parties.all())) for o in rows]


def operation(viewer: Viewer, operation_id: UUID) -> OperationRow:
    """One operation; NotVisible when it is none of the viewer's."""
    found = [o for o in operations(viewer) if o.id == operation_id]
    if not found:
        raise NotVisible
    return found[0]


def decisions(viewer: Viewer, operation_id: UUID) -> tuple[DecisionRow, ...]:
    """All decisions of an operation, oldest first: a batch must satisfy every one."""
    rows = Decision.objects.filter(operation_id=operation_id).order_by("decided_on", "recorded_at")
    return tuple(
        DecisionRow(
            d.pk, d.body, d.decided_on, d.document, Scope(**{k: tuple(v) for k, v in d.scope.items()}), d.ceiling,
            tuple(d.facility_kinds), tuple(d.excluded_regions),
        )
        for d in rows
    )  # fmt: skip


def people_planned(viewer: Viewer, operation_id: UUID, *, besides: UUID | None = None) -> int:
    """How many people the operation's batches draw on its ceiling (cancelled ones do not)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(size), 0) from transfers_batch where operation_id = %s and state <> 'cancelled'"
            " and (%s::uuid is null or id <> %s)",
            [operation_id, besides, besides],
        )
        return int(cursor.fetchone()[0])


def _batch_row(b: Batch) -> BatchRow:
    return BatchRow(
        b.pk, b.operation_id, b.code, b.sender_id, b.carrier_id, b.receiver_id, b.origin_id, b.planned_on, b.size,
        BatchState(b.state),
    )  # fmt: skip


def batches(viewer: Viewer, *, limit: int = 200, states: Iterable[BatchState] = ()) -> list[BatchRow]:
    """Batches the viewer may know of, newest day first."""
    rows: QuerySet[Batch] = Batch.objects.order_by("-planned_on", "-created_at")
    if wanted := [s.value for s in states]:
        rows = rows.filter(state__in=wanted)
    return [_batch_row(b) for b in rows[:limit]]


def batch(viewer: Viewer, batch_id: UUID) -> BatchRow:
    """One batch; NotVisible when the viewer may not know of it (yet)."""
    found = Batch.objects.filter(pk=batch_id).first()
    if found is None:
        raise NotVisible
    return _batch_row(found)


def progress(viewer: Viewer, batch_ids: Sequence[UUID]) -> dict[UUID, ProgressRow]:
    """How far each of these batches is, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select m.batch_id, count(distinct m.id), coalesce(sum(l.people), 0), coalesce(sum(r.received), 0),"
            " coalesce(sum(l.open), 0) from transfers_manifest m"
            " left join lateral (select count(*) as people, count(*) filter (where k.open) as open"
            " from transfers_manifestline k where k.manifest_id = m.id) l on true"
            " left join lateral (select count(*) as received from transfers_handover h join transfers_handoverline k"
            " on k.handover_id = h.id and k.code in ('received', 'extra')"
            " where h.manifest_id = m.id and h.ordinal = 2) r on true"
            " where m.batch_id = any(%s) and m.state <> 'cancelled' group by 1",
            [list(batch_ids)],
        )
        found = {row[0]: ProgressRow(*(int(n) for n in row[1:])) for row in cursor.fetchall()}
    return {batch_id: found.get(batch_id, ProgressRow()) for batch_id in batch_ids}


def batch_events(viewer: Viewer, batch_id: UUID) -> list[tuple[BatchState, datetime, UUID, str]]:
    """How a batch came to its state: (state, at, by, note), oldest first."""
    rows = BatchEvent.objects.filter(batch_id=batch_id).order_by("at", "id").values_list("state", "at", "by_id", "note")
    return [(BatchState(state), at, by, note) for state, at, by, note in rows]


def manifests(viewer: Viewer, batch_id: UUID) -> list[ManifestRow]:
    """The manifests of a batch, in the order they were drawn."""
    return _manifests("m.batch_id = %s", [batch_id])


def manifest(viewer: Viewer, manifest_id: UUID) -> ManifestRow:
    """One manifest; NotVisible when its batch is."""
    found = _manifests("m.id = %s", [manifest_id])
    if not found:
        raise NotVisible
    return found[0]


def manifest_by_code(viewer: Viewer, code: str) -> ManifestRow:
    """The manifest with this typed code; NotVisible when there is none for the viewer."""
    found = _manifests("m.code = %s", [code])
    if not found:
        raise NotVisible
    return found[0]


def _manifests(condition: str, values: Sequence[Any]) -> list[ManifestRow]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select m.id, m.batch_id, m.code, m.vehicle, m.destination_id, m.state,"
            " coalesce(encode(m.sha256, 'hex'), ''), m.sealed_at, (select count(*) from transfers_manifestline l"
            " where l.manifest_id = m.id), (select count(*) from transfers_manifestline l where l.manifest_id = m.id"
            f" and l.open) from transfers_manifest m where {condition} order by m.code",
            values,
        )
        return [ManifestRow(*row) for row in cursor.fetchall()]


def manifest_lines(viewer: Viewer, manifest_id: UUID) -> list[ManifestLineRow]:
    """The lines of a manifest, in order."""
    rows = ManifestLine.objects.filter(manifest_id=manifest_id).order_by("no")
    return [ManifestLineRow(r.no, r.subject_id, r.open) for r in rows]


def sealed_bytes(viewer: Viewer, manifest_id: UUID) -> bytes:
    """The bytes that were sealed; NotVisible for a draft or a hidden one."""
    found = Manifest.objects.filter(pk=manifest_id).exclude(bytes=None).first()
    if found is None or found.bytes is None:
        raise NotVisible
    return bytes(found.bytes)


def _handover_row(h: Handover) -> HandoverRow:
    return HandoverRow(
        h.pk, h.manifest_id, h.manifest.batch_id, h.ordinal, h.giver_id, h.receiver_id, h.place_id,
        HandoverState(h.state), h.since, h.bodies, h.tally, h.manifest.code,
        _hex(h.manifest.sha256),
    )  # fmt: skip


def handovers(viewer: Viewer, *, batch_id: UUID | None = None, unfinished: bool = False) -> list[HandoverRow]:
    """Handovers of a batch, or all the viewer may know of that are not acknowledged yet."""
    rows = Handover.objects.select_related("manifest").defer("manifest__bytes").order_by("manifest__code", "ordinal")
    if batch_id:
        rows = rows.filter(manifest__batch_id=batch_id)
    if unfinished:
        rows = rows.exclude(state="acknowledged").filter(~Q(manifest__state="cancelled"))
    return [_handover_row(h) for h in rows[:500]]


def silent(viewer: Viewer, since: datetime) -> list[HandoverRow]:
    """Every handover that has begun, is not acknowledged, and has stood still from this instant or longer."""
    states = [s.value for s in (HandoverState.PRESENTED, HandoverState.COUNTED, HandoverState.NAMED)]
    rows = Handover.objects.select_related("manifest").filter(state__in=states, since__lte=since)
    return [_handover_row(h) for h in rows.order_by("since", "id")]


def handover(viewer: Viewer, handover_id: UUID) -> HandoverRow:
    """One handover; NotVisible when its batch is."""
    found = Handover.objects.select_related("manifest").defer("manifest__bytes").filter(pk=handover_id).first()
    if found is None:
        raise NotVisible
    return _handover_row(found)


def lines(viewer: Viewer, handover_id: UUID) -> tuple[LineRow, ...]:
    """The lines of a handover, in order, with what was last said of each."""
    rows = HandoverLine.objects.filter(handover_id=handover_id).order_by("no")
    return tuple(
        LineRow(r.pk, r.no, r.subject_id, r.on_manifest, r.code, r.resolution, r.out_event, r.in_event) for r in rows
    )


def line_counts(viewer: Viewer, handover_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """For each handover, how many lines have each outcome ("" = nothing said yet)."""
    found: dict[UUID, dict[str, int]] = {h: {} for h in handover_ids}
    with connection.cursor() as cursor:
        cursor.execute(
            "select handover_id, code, count(*) from transfers_handoverline where handover_id = any(%s) group by 1, 2",
            [list(handover_ids)],
        )
        for handover_id, code, count in cursor.fetchall():
            found[handover_id][code] = count
    return found


def _hex(value: bytes | memoryview | None) -> str:
    return bytes(value).hex() if value is not None else ""


def statements(viewer: Viewer, handover_id: UUID) -> list[StatementRow]:
    """Everything both sides signed about a handover, in recorded order."""
    return statements_of(viewer, [handover_id])[handover_id]


def statements_of(viewer: Viewer, handover_ids: Sequence[UUID]) -> dict[UUID, list[StatementRow]]:
    """What was signed about each of these handovers, in recorded order, in one query. Scans stay where they are."""
    found: dict[UUID, list[StatementRow]] = {h: [] for h in handover_ids}
    rows = Statement.objects.filter(handover_id__in=list(handover_ids)).defer("scan").order_by("recorded_at", "id")
    for s in rows:
        found[s.handover_id].append(
            StatementRow(
                s.pk, Side(s.side), Stage(s.stage), s.authority_id, Grade(s.grade), s.by_name, s.signer,
                _hex(s.sha256), _hex(s.scan_sha256), s.occurred_at, s.recorded_at, bytes(s.bytes).decode(),
            )
        )  # fmt: skip
    return found


def has_no_signer(viewer: Viewer, authority_id: int) -> bool:
    """True when nobody of this authority can sign here: only then may the other side enter its paper."""
    with connection.cursor() as cursor:
        cursor.execute("select has_no_signer(%s)", [authority_id])
        return bool(cursor.fetchone()[0])


def scan(viewer: Viewer, statement_id: UUID) -> bytes:
    """The scanned paper of a statement; NotVisible without one."""
    found = Statement.objects.filter(pk=statement_id).exclude(scan=None).first()
    if found is None or found.scan is None:
        raise NotVisible
    return bytes(found.scan)


def open_manifest_of(viewer: Viewer, subject_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Codes of the open manifests these people are on."""
    rows = ManifestLine.objects.filter(subject_id__in=list(subject_ids), open=True).select_related("manifest")
    return {r.subject_id: r.manifest.code for r in rows}


def reserved(viewer: Viewer, facility_id: int) -> int:
    """People on sealed manifests to a facility who are not there yet: places that are taken."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from transfers_manifest m join transfers_manifestline l on l.manifest_id = m.id and l.open"
            " where m.destination_id = %s and m.state = 'sealed'",
            [facility_id],
        )
        return int(cursor.fetchone()[0])


_HALF = (
    "exists (select 1 from ledger_event e where e.id = l.{side}_event and e.effect = 'posted' and not exists"
    " (select 1 from ledger_event c where c.supersedes = e.id and c.effect = 'posted'))"
)


def lines_without_counterpart(viewer: Viewer) -> dict[int, int]:
    """Per giver's book: handover lines of which one half has effect and not the other, and no finding says so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select h.giver_id, count(*) from transfers_handoverline l join transfers_handover h"
            " on h.id = l.handover_id where l.code in ('received', 'extra')"
            f" and {_HALF.format(side='out')} <> {_HALF.format(side='in')}"
            " and not exists (select 1 from ledger_finding f where f.subject_id = l.subject_id"
            " and (f.ref in (h.id, l.out_event, l.in_event) or f.code in ('nobody-answers', 'two-claim')))"
            " group by h.giver_id"
        )
        return dict(cursor.fetchall())
