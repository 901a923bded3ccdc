"""Calling off what has not left: a whole batch, or one manifest of it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sijill.domain.access.rules import Act, Refused, Viewer, require
from sijill.domain.access.viewing import as_register
from sijill.domain.transfers import queries
from sijill.domain.transfers.actions.batches import move_batch
from sijill.domain.transfers.actions.closing import reconcile_if_settled, stop_expecting
from sijill.domain.transfers.actions.signing import lock
from sijill.domain.transfers.models import BatchEvent, Handover, Manifest, ManifestLine
from sijill.domain.transfers.queries import BatchRow
from sijill.domain.transfers.rules import BatchState, HandoverState

NOTE_MAX = 180  # the row it is kept in has room for the manifest's reference besides


@transaction.atomic
def cancel_batch(*, batch_id: UUID, note: str, by: Viewer, at: datetime) -> None:
    """Cancel a batch that has not departed; its people are free for another manifest. Refused: text-too-long."""
    batch = queries.batch(by, batch_id)
    require(by, Act.PLAN_BATCH, authority_id=batch.sender_id)
    _bearable(note)
    with as_register():
        move_batch(batch_id, BatchState.CANCELLED, by=by.user_id, at=at, note=note)
    for manifest in queries.manifests(by, batch_id):
        if manifest.state != "cancelled":
            _call_off(manifest.id, batch, by=by, at=at)


@transaction.atomic
def cancel_manifest(*, manifest_id: UUID, note: str, by: Viewer, at: datetime) -> None:
    """Cancel one manifest whose vehicle has not left; others of its batch go on. Its people are free again.

    Refused("manifest-departed") once its giver has presented; ("needs-note") without a reason,
    ("text-too-long"). Twice changes nothing.
    """
    manifest = queries.manifest(by, manifest_id)
    batch = queries.batch(by, manifest.batch_id)
    require(by, Act.SEAL_MANIFEST, authority_id=batch.sender_id)
    if not note.strip():
        raise Refused("needs-note")
    _bearable(note)
    with as_register():
        for handover in queries.handovers(by, manifest_id=manifest_id):
            lock(handover.id)  # nobody presents it meanwhile
        locked = Manifest.objects.select_for_update().get(pk=manifest_id)
        if locked.state == "cancelled":
            return
        left = Handover.objects.filter(manifest_id=manifest_id).exclude(state=HandoverState.EXPECTED.value)
        if left.exists():
            raise Refused("manifest-departed")
        BatchEvent(
            batch_id=batch.id, state=batch.state.value, by_id=by.user_id, at=at, note=f"{manifest.code}: {note}"
        ).save(force_insert=True)
    _call_off(manifest_id, batch, by=by, at=at)
    if batch.state in (BatchState.DEPARTED, BatchState.ARRIVED, BatchState.COUNTED):
        with as_register():
            reconcile_if_settled(batch.id, by=by.user_id, at=at)


def _bearable(note: str) -> None:
    if len(note) > NOTE_MAX:
        raise Refused("text-too-long", most=NOTE_MAX)


def _call_off(manifest_id: UUID, batch: BatchRow, *, by: Viewer, at: datetime) -> None:
    """Free the people of a manifest, and hide them again from those who only expected them."""
    with as_register():
        Manifest.objects.filter(pk=manifest_id).update(state="cancelled")
        ManifestLine.objects.filter(manifest_id=manifest_id).update(open=False)
        freed = [line.subject_id for line in queries.manifest_lines(by, manifest_id)]
    stop_expecting({batch.carrier_id, batch.receiver_id} - {batch.sender_id}, freed, by=by, at=at)
