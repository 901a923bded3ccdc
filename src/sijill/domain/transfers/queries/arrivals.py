"""Arrivals by the signed word of the last custodian: counted bodies and signed names, against what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from sijill.domain.access.rules import Viewer
from sijill.domain.transfers.models import Decision
from sijill.domain.transfers.queries.rows import OperationRow


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """What one statement of a receiver added: bodies counted (by the count), or people named (by the names)."""

    operation_id: UUID
    batch_code: str
    occurred_at: datetime
    counted: int
    named: int


@dataclass(frozen=True, slots=True)
class CeilingRow:
    """How many people an operation may move, and who decided that."""

    operation: OperationRow
    ceiling: int
    body: str
    document: str
    decided_on: date


_SIGNED = (
    "select b.operation_id, b.code, s.occurred_at, s.stage, convert_from(s.bytes, 'UTF8')::jsonb -> 'content' as told"
    " from transfers_statement s join transfers_handover h on h.id = s.handover_id"
    " join transfers_manifest m on m.id = h.manifest_id join transfers_batch b on b.id = m.batch_id"
    " where s.stage in ('count', 'names') and s.side = 'receiver' and h.ordinal = 2"
    " and b.operation_id = any(%(operations)s) and s.occurred_at <= %(until)s"
    " and (%(known)s::timestamptz is null or s.recorded_at <= %(known)s)"
)


def arrivals(
    viewer: Viewer, operation_ids: Sequence[UUID], *, until: datetime, known_at: datetime | None = None
) -> list[ArrivalRow]:
    """What the receivers of these operations signed up to an instant, oldest first. `known_at` None: as known now.

    A line is received once, however often names are signed again: later statements speak of other lines.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select t.operation_id, t.code, t.occurred_at,"
            " case when t.stage = 'count' then coalesce((t.told ->> 'bodies')::int, 0) else 0 end,"
            " case when t.stage = 'names' then coalesce(jsonb_array_length(t.told -> 'extra'), 0)"
            " + (select count(*) from jsonb_path_query(t.told, '$.outcomes[*] ? (@.code == \"received\")')) else 0 end"
            f" from ({_SIGNED}) t order by t.occurred_at, t.code",
            {"operations": list(operation_ids), "until": until, "known": known_at},
        )
        return [ArrivalRow(*row) for row in cursor.fetchall()]


def ceilings(viewer: Viewer, *, until: date) -> list[CeilingRow]:
    """The lowest ceiling decided for each operation up to a day, by the operation's code. A batch must satisfy all."""
    rows = Decision.objects.filter(ceiling__isnull=False, decided_on__lte=until).select_related("operation")
    found: dict[UUID, CeilingRow] = {}
    for d in rows.order_by("operation__code", "ceiling", "decided_on"):
        operation = OperationRow(d.operation_id, d.operation.code, d.operation.names, ())
        found.setdefault(d.operation_id, CeilingRow(operation, d.ceiling or 0, d.body, d.document, d.decided_on))
    return list(found.values())
