"""The end of a batch: reconciled when every line is settled, closed when no finding about it is left."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from sijill.domain.access.rules import Act, Refused, Viewer, require
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger import queries as ledger
from sijill.domain.people import actions as people
from sijill.domain.transfers import queries
from sijill.domain.transfers.actions.batches import move_batch
from sijill.domain.transfers.models import Batch
from sijill.domain.transfers.rules import BatchState


@transaction.atomic
def close_batch(*, batch_id: UUID, by: Viewer, at: datetime) -> None:
    """Close a reconciled batch. Refused while a finding about its handovers or statements is open in any book."""
    batch = queries.batch(by, batch_id)
    require(by, Act.PLAN_BATCH, authority_id=batch.sender_id)
    with as_register():
        handovers = [h.id for h in queries.handovers(by, batch_id=batch_id)]
        signed = queries.statements_of(by, handovers)
        refs = handovers + [s.id for rows in signed.values() for s in rows]
        for handover in handovers:
            refs += [e for line in queries.lines(by, handover) for e in (line.out_event, line.in_event) if e]
        left = [f for f in ledger.findings_by_refs(by, refs) if f.state != "closed"]
        if left:
            raise Refused("findings-open", n=len(left))
        move_batch(batch_id, BatchState.CLOSED, by=by.user_id, at=at)


def stop_expecting(authorities: Iterable[int], freed: Sequence[UUID], *, by: Viewer, at: datetime) -> None:
    """Hide people who do not come after all from those who only expected them, unless another manifest brings them."""
    wanted = sorted(set(authorities))
    if not freed or not wanted:
        return
    with as_register():
        still = set(queries.expected_by(by, freed, wanted))
    for authority in wanted:
        gone = [s for s in freed if (s, authority) not in still]
        people.no_longer_expect(person_ids=gone, authority_id=authority, by=by, at=at)


def reconcile_if_settled(batch_id: UUID, *, by: UUID, at: datetime) -> bool:
    """Bring a batch to reconciled once every handover is acknowledged, every line settled. Called as the register."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select 1 from transfers_manifest m where m.batch_id = %s and m.state = 'draft') or exists"
            " (select 1 from transfers_handover h join transfers_manifest m on m.id = h.manifest_id"
            " where m.batch_id = %s and m.state = 'sealed' and (h.state <> 'acknowledged' and not"
            " (h.ordinal = 2 and h.state = 'expected' and not exists (select 1 from transfers_handover g"
            " join transfers_handoverline k on k.handover_id = g.id and k.code in ('', 'received', 'extra', 'unnamed')"
            " where g.manifest_id = h.manifest_id and g.ordinal = 1)) or exists"
            " (select 1 from transfers_handoverline l where l.handover_id = h.id and not (l.code in"
            " ('received', 'extra', 'dead') or l.code in ('absent', 'refused', 'not-the-person')"
            " and l.resolution <> ''))))",
            [batch_id, batch_id],
        )
        unsettled = bool(cursor.fetchone()[0])
    if unsettled:
        return False
    if Batch.objects.filter(pk=batch_id, state=BatchState.CLOSED.value).exists():
        return True  # a late word on a closed batch is recorded; the batch stays closed
    move_batch(batch_id, BatchState.RECONCILED, by=by, at=at)
    return True
