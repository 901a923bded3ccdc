"""Operations, decisions and batches."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from sijill.domain.access.rules import NotVisible, Viewer
from sijill.domain.transfers.models import (
    Batch,
    BatchEvent,
    Decision,
    Operation,
)
from sijill.domain.transfers.queries.rows import BatchRow, OperationRow, ProgressRow, batch_row
from sijill.domain.transfers.rules import (
    BatchState,
    DecisionRow,
    Scope,
)


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


def batches(viewer: Viewer, *, limit: int = 200, states: Iterable[BatchState] = ()) -> list[BatchRow]:
    """Batches the viewer may know of, newest day first."""
    rows: QuerySet[Batch] = Batch.objects.order_by("-planned_on", "-created_at")
    if wanted := [s.value for s in states]:
        rows = rows.filter(state__in=wanted)
    return [batch_row(b) for b in rows[:limit]]


def batch(viewer: Viewer, batch_id: UUID) -> BatchRow:
    """One batch; NotVisible when the viewer may not know of it (yet)."""
    found = Batch.objects.filter(pk=batch_id).first()
    if found is None:
        raise NotVisible
    return batch_row(found)


def progress(viewer: Viewer, batch_ids: Sequence[UUID]) -> dict[UUID, ProgressRow]:
    """How far each of these batches is, in one query."""
    with connection.cursor() as cursor:
        cursor.execute("select * from transfers_progress(%s::uuid[])", [list(batch_ids)])
        found = {row[0]: ProgressRow(*(int(n) for n in row[1:])) for row in cursor.fetchall()}
    return {batch_id: found.get(batch_id, ProgressRow()) for batch_id in batch_ids}


def batch_events(viewer: Viewer, batch_id: UUID) -> list[tuple[BatchState, datetime, UUID, str]]:
    """How a batch came to its state: (state, at, by, note), oldest first."""
    rows = BatchEvent.objects.filter(batch_id=batch_id).order_by("at", "id").values_list("state", "at", "by_id", "note")
    return [(BatchState(state), at, by, note) for state, at, by, note in rows]
