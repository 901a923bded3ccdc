"""Operations, decisions, batches and manifests, up to the seal."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from sijill.domain.access import actions as access
from sijill.domain.access.rules import Act, Refused, Viewer, require
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.rules import AccountKind
from sijill.domain.people import actions as people
from sijill.domain.people import queries as people_queries
from sijill.domain.places import queries as places
from sijill.domain.transfers import queries
from sijill.domain.transfers.actions.references import free_reference
from sijill.domain.transfers.models import (
    Batch,
    BatchEvent,
    Decision,
    Handover,
    HandoverLine,
    Manifest,
    ManifestLine,
    Operation,
    Party,
)
from sijill.domain.transfers.queries import BatchRow, ManifestRow
from sijill.domain.transfers.rules import (
    BATCH_MOVES,
    MANIFEST_PEOPLE_MAX,
    BatchState,
    Proposal,
    Scope,
    has_passed,
    objections,
)
from sijill.engines.proof.canonical import canonical, instant

_SPACE = UUID("5f6b8a39-9d8c-4a0e-9a55-3f1f0a7a1c22")


def _says_the_same(row: Model, wanted: dict[str, object]) -> None:
    """Refuse an id that was used for something else."""
    if any(getattr(row, name) != value for name, value in wanted.items()):
        raise Refused("id-already-used")


def move_batch(batch_id: UUID, to: BatchState, *, by: UUID, at: datetime, note: str = "", onward: bool = False) -> None:
    """Bring a batch to a state, if the table of moves allows it from where it is. Called as the register.

    `onward`: a batch of several vehicles takes a state from the first that reaches it, and never goes back.
    """
    state = BatchState(Batch.objects.select_for_update().get(pk=batch_id).state)
    if state is to or (onward and has_passed(state, to)):
        return
    if to not in BATCH_MOVES[state]:
        raise Refused("batch-not-ready", state=state.value, to=to.value)
    Batch.objects.filter(pk=batch_id).update(state=to.value)
    BatchEvent(batch_id=batch_id, state=to.value, by_id=by, at=at, note=note).save(force_insert=True)


@transaction.atomic
def create_operation(
    *, operation_id: UUID, code: str, names: dict[str, str], parties: Sequence[int], by: Viewer, at: datetime
) -> UUID:
    """Open an operation between these authorities. Needs a coordinator of one of them."""
    if not any(by.may(Act.AUTHORISE_BATCH, authority_id=a) for a in parties):
        require(by, Act.AUTHORISE_BATCH, authority_id=parties[0] if parties else 0)
    wanted: dict[str, object] = {"code": code, "names": names}
    with as_register():
        if (found := Operation.objects.filter(pk=operation_id).first()) is not None:
            _says_the_same(found, wanted)
            return operation_id
        try:
            with transaction.atomic():
                Operation(id=operation_id, created_at=at, by_id=by.user_id, **wanted).save(force_insert=True)
        except IntegrityError:
            raise Refused("code-taken") from None
        Party.objects.bulk_create(Party(operation_id=operation_id, authority_id=a) for a in sorted(set(parties)))
    return operation_id


@transaction.atomic
def add_decision(
    *,
    decision_id: UUID,
    operation_id: UUID,
    body: str,
    decided_on: date,
    document: str,
    scope: Scope,
    ceiling: int | None,
    facility_kinds: Sequence[str],
    excluded_regions: Sequence[str],
    by: Viewer,
    at: datetime,
) -> UUID:
    """Enter what a body decided about an operation. Every later batch must satisfy it."""
    parties = queries.operation(by, operation_id).parties
    if not any(by.may(Act.AUTHORISE_BATCH, authority_id=a) for a in parties):
        require(by, Act.AUTHORISE_BATCH, authority_id=parties[0])
    if not body.strip() or not document.strip():
        raise Refused("decision-needs-source")
    wanted: dict[str, object] = {
        "operation_id": operation_id, "body": body, "decided_on": decided_on, "document": document,
        "scope": {name: list(values) for name, values in asdict(scope).items()}, "ceiling": ceiling,
        "facility_kinds": list(facility_kinds), "excluded_regions": list(excluded_regions),
    }  # fmt: skip
    with as_register():
        found, made = Decision.objects.get_or_create(
            id=decision_id, defaults=wanted | {"by_id": by.user_id, "recorded_at": at}
        )
        if not made:
            _says_the_same(found, wanted)
    return decision_id


def _wait_for(key: UUID) -> None:
    """Let one transaction at a time go on about this batch or operation."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 8))", [str(key)])


def _object(by: Viewer, operation_id: UUID, proposal: Proposal, *, besides: UUID | None = None) -> None:
    """Raise the first objection of the operation's decisions, with its paper.

    A ceiling counts everybody's batches, also those `by` may not see; it is only counted where there is one.
    """
    decisions = queries.decisions(by, operation_id)
    if any(d.ceiling is not None for d in decisions):
        _wait_for(operation_id)  # two plans never share the same rest of a ceiling
        with as_register():
            already = queries.people_planned(by, operation_id, besides=besides)
        proposal = replace(proposal, already=already)
    found = objections(decisions, proposal)
    if found:
        raise Refused(found[0].code, document=found[0].document, value=found[0].value)


@transaction.atomic
def plan_batch(
    *,
    batch_id: UUID,
    operation_id: UUID,
    sender_id: int,
    carrier_id: int,
    receiver_id: int,
    origin_id: int,
    planned_on: date,
    size: int,
    by: Viewer,
    at: datetime,
) -> UUID:
    """Plan a batch of `size` people. Refused with the decision's reason when it is beyond scope or ceiling."""
    require(by, Act.PLAN_BATCH, authority_id=sender_id)
    operation = queries.operation(by, operation_id)
    if {sender_id, carrier_id, receiver_id} - set(operation.parties):
        raise Refused("not-a-party")
    if carrier_id in (sender_id, receiver_id):
        raise Refused("custodians-must-differ")
    if size < 1:
        raise Refused("empty-batch")
    wanted: dict[str, object] = {
        "operation_id": operation_id, "sender_id": sender_id, "carrier_id": carrier_id, "receiver_id": receiver_id,
        "origin_id": origin_id, "planned_on": planned_on, "size": size,
    }  # fmt: skip
    with as_register():
        _wait_for(batch_id)
        if (found := Batch.objects.filter(pk=batch_id).first()) is not None:
            _says_the_same(found, wanted)
            return batch_id
    _object(by, operation_id, Proposal(sender_id, receiver_id, size))
    with as_register():
        Batch(id=batch_id, code=free_reference("B", batch_id, Batch), created_at=at, by_id=by.user_id, **wanted).save(
            force_insert=True
        )
        BatchEvent(batch_id=batch_id, state="planned", by_id=by.user_id, at=at).save(force_insert=True)
    return batch_id


@transaction.atomic
def authorise_batch(*, batch_id: UUID, by: Viewer, at: datetime) -> None:
    """Authorise a planned batch under the decisions in force."""
    batch = queries.batch(by, batch_id)
    require(by, Act.AUTHORISE_BATCH, authority_id=batch.sender_id)
    _object(by, batch.operation_id, Proposal(batch.sender_id, batch.receiver_id, batch.size), besides=batch_id)
    with as_register():
        move_batch(batch_id, BatchState.AUTHORISED, by=by.user_id, at=at)


@transaction.atomic
def cancel_batch(*, batch_id: UUID, note: str, by: Viewer, at: datetime) -> None:
    """Cancel a batch that has not departed; its people are free for another manifest."""
    batch = queries.batch(by, batch_id)
    require(by, Act.PLAN_BATCH, authority_id=batch.sender_id)
    with as_register():
        move_batch(batch_id, BatchState.CANCELLED, by=by.user_id, at=at, note=note)
        ManifestLine.objects.filter(manifest__batch_id=batch_id).update(open=False)
        Manifest.objects.filter(batch_id=batch_id).update(state="cancelled")


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
        _says_the_same(found, wanted)
        return manifest_id
    facility = places.facility_by_id(by, destination_id)
    if facility.authority_id not in (None, batch.receiver_id):
        raise Refused("destination-of-another", value=facility.code)
    _object(
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
        others = sum(m.people for m in queries.manifests(by, batch.id))
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
        people.show_to(person_ids=subjects, authority_id=authority, by=by, at=at)
    return digest.hex()


def _check_people(by: Viewer, batch: BatchRow, manifest: ManifestRow, subjects: Sequence[UUID]) -> None:
    """The decisions again, now that the people and the place are known."""
    facility = places.facility_by_id(by, manifest.destination_id)
    codes = ledger.categories(by, subjects)
    _object(
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
