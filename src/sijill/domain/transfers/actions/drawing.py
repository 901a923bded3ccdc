"""Manifests, drawn up line by line until the seal."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from sijill.domain.access import actions as access
from sijill.domain.access.rules import Act, Refused, Viewer, require
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.rules import AccountKind
from sijill.domain.people import actions as people
from sijill.domain.people import queries as people_queries
from sijill.domain.places import queries as places
from sijill.domain.transfers import queries
from sijill.domain.transfers.actions.batches import object_to, says_the_same
from sijill.domain.transfers.actions.references import free_reference
from sijill.domain.transfers.models import (
    Handover,
    HandoverLine,
    Manifest,
    ManifestLine,
)
from sijill.domain.transfers.queries import BatchRow, ManifestRow
from sijill.domain.transfers.rules import (
    MANIFEST_PEOPLE_MAX,
    BatchState,
    Proposal,
)
from sijill.engines.proof.canonical import canonical, instant

_SPACE = UUID("5f6b8a39-9d8c-4a0e-9a55-3f1f0a7a1c22")


def _drawable(by: Viewer, batch_id: UUID) -> BatchRow:
    """A batch whose manifests may still be drawn up."""
    batch = queries.batch(by, batch_id)
    require(by, Act.SEAL_MANIFEST, authority_id=batch.sender_id)
    if batch.state not in (BatchState.PLANNED, BatchState.AUTHORISED, BatchState.CLEARED):
        raise Refused("batch-not-ready", state=batch.state.value, to="manifest")
    return batch


@transaction.atomic
def draw_manifest(
    *, manifest_id: UUID, batch_id: UUID, vehicle: str, destination_id: int, by: Viewer, at: datetime
) -> UUID:
    """Begin the manifest of one vehicle to one destination. Refused when a decision excludes the place."""
    batch = _drawable(by, batch_id)
    wanted = {"batch_id": batch_id, "vehicle": vehicle.strip() or "1", "destination_id": destination_id}
    with as_register():
        found = Manifest.objects.filter(pk=manifest_id).first()
    if found is not None:
        says_the_same(found, wanted)
        return manifest_id
    facility = places.facility_by_id(by, destination_id)
    if facility.authority_id not in (None, batch.receiver_id):
        raise Refused("destination-of-another", value=facility.code)
    object_to(
        by,
        batch.operation_id,
        Proposal(
            batch.sender_id, batch.receiver_id, batch.size, region=facility.region, facility_kind=facility.kind.value
        ),
        besides=batch_id,
    )  # fmt: skip
    with as_register():
        Manifest(id=manifest_id, code=free_reference("M", manifest_id, Manifest), **wanted).save(force_insert=True)
    return manifest_id


@transaction.atomic
def add_lines(*, manifest_id: UUID, subject_ids: Sequence[UUID], by: Viewer, at: datetime) -> None:
    """Put people on a draft manifest. Refused when one is on another open manifest, is not held at the origin, or the
    list grows over MANIFEST_PEOPLE_MAX or the size of the batch."""
    manifest = queries.manifest(by, manifest_id)
    batch = _drawable(by, manifest.batch_id)
    if manifest.state != "draft":
        raise Refused("manifest-sealed")
    wanted = list(dict.fromkeys(subject_ids))
    with as_register():
        if Manifest.objects.select_for_update().get(pk=manifest_id).state != "draft":
            raise Refused("manifest-sealed")
        _held_at_origin(by, batch, wanted)
        there = {line.subject_id: line.no for line in queries.manifest_lines(by, manifest_id)}
        new = [s for s in wanted if s not in there]
        if len(there) + len(new) > MANIFEST_PEOPLE_MAX:
            raise Refused("manifest-too-long", limit=MANIFEST_PEOPLE_MAX)
        others = sum(m.people for m in queries.manifests(by, batch.id) if m.state != "cancelled")
        if others + len(new) > batch.size:
            raise Refused("batch-too-small", size=batch.size)
        start = max(there.values(), default=0)
        rows = [
            ManifestLine(manifest_id=manifest_id, no=start + i, subject_id=s, sender_id=batch.sender_id)
            for i, s in enumerate(new, 1)
        ]
        try:
            ManifestLine.objects.bulk_create(rows)
        except IntegrityError:
            raise Refused("on-another-manifest") from None


def _held_at_origin(by: Viewer, batch: BatchRow, subject_ids: Sequence[UUID]) -> None:
    """Everybody must stand held at the batch's origin in the sender's book now. Called as the register."""
    here = {
        w.subject_id
        for w in ledger.where(by, subject_ids)
        if w.account.book_id == batch.sender_id
        and w.account.kind is AccountKind.HELD
        and w.account.facility_id == batch.origin_id
    }
    missing = len(set(subject_ids) - here)
    if missing:
        raise Refused("not-held-at-origin", n=missing)


@transaction.atomic
def remove_line(*, manifest_id: UUID, subject_id: UUID, by: Viewer, at: datetime) -> None:
    """Take somebody off a draft manifest."""
    manifest = queries.manifest(by, manifest_id)
    _drawable(by, manifest.batch_id)
    if manifest.state != "draft":
        raise Refused("manifest-sealed")
    with as_register():
        if Manifest.objects.select_for_update().get(pk=manifest_id).state != "draft":
            raise Refused("manifest-sealed")
        ManifestLine.objects.filter(manifest_id=manifest_id, subject_id=subject_id).delete()


@transaction.atomic
def seal_manifest(*, manifest_id: UUID, by: Viewer, at: datetime) -> str:
    """Seal a manifest: its lines and bytes never change again, and both other custodians may read who is on it.

    Needs an authorised batch and an open signing session of the sender. Returns the SHA-256 of the sealed bytes.
    """
    manifest = queries.manifest(by, manifest_id)
    batch = queries.batch(by, manifest.batch_id)
    require(by, Act.SEAL_MANIFEST, authority_id=batch.sender_id)
    if manifest.state == "sealed":
        return manifest.sha256
    if manifest.state != "draft" or batch.state not in (BatchState.AUTHORISED, BatchState.CLEARED):
        raise Refused("batch-not-ready", state=batch.state.value, to="sealed")
    access.signing_session(authority_id=batch.sender_id, by=by, at=at)
    with as_register():  # locked before its lines are read: nobody joins or leaves it meanwhile
        if Manifest.objects.select_for_update().get(pk=manifest_id).state != "draft":
            raise Refused("manifest-sealed")
    lines = queries.manifest_lines(by, manifest_id)
    if not lines:
        raise Refused("empty-manifest")
    subjects = [line.subject_id for line in lines]
    _check_people(by, batch, manifest, subjects)
    sealed = _seal_bytes(by, batch, manifest, subjects, at)
    digest = hashlib.sha256(sealed).digest()
    with as_register():
        _held_at_origin(by, batch, subjects)
        Manifest.objects.filter(pk=manifest_id).update(
            state="sealed", bytes=sealed, sha256=digest, sealed_at=at, sealed_by_id=by.user_id
        )
        _expect_handovers(batch, manifest, subjects)
    for authority in sorted({batch.carrier_id, batch.receiver_id} - {batch.sender_id}):
        people.show_to(person_ids=subjects, authority_id=authority, coming=True, by=by, at=at)
    return digest.hex()


def _check_people(by: Viewer, batch: BatchRow, manifest: ManifestRow, subjects: Sequence[UUID]) -> None:
    """The decisions again, now that the people and the place are known."""
    facility = places.facility_by_id(by, manifest.destination_id)
    codes = ledger.categories(by, subjects)
    object_to(
        by,
        batch.operation_id,
        Proposal(
            batch.sender_id, batch.receiver_id, batch.size, region=facility.region, facility_kind=facility.kind.value,
            nationalities=frozenset(c.nationality for c in codes), age_classes=frozenset(c.age_class for c in codes),
            sexes=frozenset(c.sex for c in codes),
        ),
        besides=batch.id,
    )  # fmt: skip


def _seal_bytes(by: Viewer, batch: BatchRow, manifest: ManifestRow, subjects: Sequence[UUID], at: datetime) -> bytes:
    """What is sealed: RFC 8785 bytes that name people by register number and id, never by name."""
    shown = people_queries.register_numbers(by, subjects)
    return canonical(
        {
            "format": "sijill/manifest/1",
            "manifest": manifest.code,
            "batch": batch.code,
            "sender": batch.sender_id,
            "carrier": batch.carrier_id,
            "receiver": batch.receiver_id,
            "origin": batch.origin_id,
            "destination": manifest.destination_id,
            "vehicle": manifest.vehicle,
            "sealed_at": instant(at),
            "sealed_by": str(by.user_id),
            "people": len(subjects),
            "lines": [{"no": no, "subject": str(s), "number": shown.get(s, "")} for no, s in enumerate(subjects, 1)],
        }
    )


def _expect_handovers(batch: BatchRow, manifest: ManifestRow, subjects: Sequence[UUID]) -> None:
    """The two handovers of a manifest; the lines of the first are the manifest's."""
    chain = [
        (1, batch.sender_id, batch.carrier_id, batch.origin_id),
        (2, batch.carrier_id, batch.receiver_id, manifest.destination_id),
    ]
    keys = {ordinal: uuid5(_SPACE, f"{manifest.id}/{ordinal}") for ordinal, *_ in chain}
    Handover.objects.bulk_create(
        Handover(
            id=keys[ordinal], manifest_id=manifest.id, ordinal=ordinal, giver_id=giver, receiver_id=receiver,
            place_id=place, tally=uuid5(_SPACE, f"{keys[ordinal]}/tally"),
        )
        for ordinal, giver, receiver, place in chain
    )  # fmt: skip
    HandoverLine.objects.bulk_create(
        HandoverLine(handover_id=keys[1], no=no, subject_id=s) for no, s in enumerate(subjects, 1)
    )
