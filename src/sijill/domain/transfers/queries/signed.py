"""Handovers, their lines, and what both sides signed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q

from sijill.domain.access.rules import Act, NotVisible, Viewer
from sijill.domain.transfers.models import (
    Handover,
    HandoverLine,
    Statement,
)
from sijill.domain.transfers.queries.rows import HandoverRow, StatementRow, handover_row, hex_of
from sijill.domain.transfers.rules import (
    SIGNS,
    Grade,
    HandoverState,
    LineRow,
    Side,
    Stage,
)


def handovers(
    viewer: Viewer, *, batch_id: UUID | None = None, manifest_id: UUID | None = None, unfinished: bool = False
) -> list[HandoverRow]:
    """Handovers of a batch or manifest, or all the viewer may know of that are not acknowledged yet."""
    rows = Handover.objects.select_related("manifest").defer("manifest__bytes").order_by("manifest__code", "ordinal")
    if batch_id:
        rows = rows.filter(manifest__batch_id=batch_id)
    if manifest_id:
        rows = rows.filter(manifest_id=manifest_id)
    if unfinished:
        rows = rows.exclude(state="acknowledged").filter(~Q(manifest__state="cancelled"))
    return [handover_row(h) for h in rows[:500]]


def silent(viewer: Viewer, since: datetime) -> list[HandoverRow]:
    """Every handover that has begun, is not acknowledged, and has stood still from this instant or longer."""
    states = [s.value for s in (HandoverState.PRESENTED, HandoverState.COUNTED, HandoverState.NAMED)]
    rows = Handover.objects.select_related("manifest").filter(state__in=states, since__lte=since)
    return [handover_row(h) for h in rows.order_by("since", "id")]


def handover(viewer: Viewer, handover_id: UUID) -> HandoverRow:
    """One handover; NotVisible when its batch is."""
    found = Handover.objects.select_related("manifest").defer("manifest__bytes").filter(pk=handover_id).first()
    if found is None:
        raise NotVisible
    return handover_row(found)


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
        cursor.execute("select * from transfers_line_counts(%s::uuid[])", [list(handover_ids)])
        for handover_id, code, count in cursor.fetchall():
            found[handover_id][code] = count
    return found


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
                hex_of(s.sha256), hex_of(s.scan_sha256), s.occurred_at, s.recorded_at, bytes(s.bytes).decode(),
            )
        )  # fmt: skip
    return found


def signs_for(viewer: Viewer, handover: HandoverRow, stage: Stage) -> int:
    """The authority as whose officer the viewer signs this stage, or enters a paper of it: his own side's, or else the
    other side's."""
    sides = {Side.GIVER: handover.giver_id, Side.RECEIVER: handover.receiver_id}
    own = sides.pop(SIGNS[stage])
    if viewer.may(Act.SIGN_HANDOVER, authority_id=own, facility_id=handover.place_id):
        return own
    return next(iter(sides.values()))


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


_HALF = (
    "exists (select 1 from ledger_event e where e.id = l.{side}_event and e.effect = 'posted' and not exists"
    " (select 1 from ledger_event c where c.supersedes = e.id and c.effect = 'posted'))"
)


def lines_without_counterpart(viewer: Viewer) -> dict[int, int]:
    """Per giver's book: handover lines of which one half has effect and not the other, and no finding says so."""
    with connection.cursor() as cursor:
        # A young register, or one whose statistics a crash has emptied, looks small to the planner, which then reads
        # every event again for each line.
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(
            "select h.giver_id, count(*) from transfers_handoverline l join transfers_handover h"
            " on h.id = l.handover_id where l.code in ('received', 'extra')"
            f" and {_HALF.format(side='out')} <> {_HALF.format(side='in')}"
            " and not exists (select 1 from ledger_finding f where f.subject_id = l.subject_id"
            " and (f.ref in (h.id, l.out_event, l.in_event) or f.code in ('nobody-answers', 'two-claim')))"
            " group by h.giver_id"
        )
        found = dict(cursor.fetchall())
        cursor.execute("set local enable_seqscan = on")
        return found
