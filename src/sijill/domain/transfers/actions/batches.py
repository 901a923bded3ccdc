"""Operations, decisions and batches, up to the permission to go."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from sijill.domain.access.rules import Act, Refused, Viewer, require
from sijill.domain.access.viewing import as_register
from sijill.domain.transfers import queries
from sijill.domain.transfers.actions.references import free_reference
from sijill.domain.transfers.models import (
    Batch,
    BatchEvent,
    Decision,
    Operation,
    Party,
)
from sijill.domain.transfers.rules import (
    BATCH_MOVES,
    BatchState,
    Proposal,
    Scope,
    has_passed,
    objections,
)


def says_the_same(row: Model, wanted: dict[str, object]) -> None:
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
            says_the_same(found, wanted)
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
            says_the_same(found, wanted)
    return decision_id


def wait_for(key: UUID) -> None:
    """Let one transaction at a time go on about this batch or operation."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 8))", [str(key)])


def object_to(by: Viewer, operation_id: UUID, proposal: Proposal, *, besides: UUID | None = None) -> None:
    """Raise the first objection of the operation's decisions, with its paper.

    A ceiling counts everybody's batches, also those `by` may not see; it is only counted where there is one.
    """
    decisions = queries.decisions(by, operation_id)
    if any(d.ceiling is not None for d in decisions):
        wait_for(operation_id)  # two plans never share the same rest of a ceiling
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
    """Plan a batch of `size` people. Refused with the decision's reason when it is beyond scope or ceiling.

    The carrier is a third authority, or all three are one: a move between its own places, signed by different officers.
    """
    require(by, Act.PLAN_BATCH, authority_id=sender_id)
    operation = queries.operation(by, operation_id)
    if {sender_id, carrier_id, receiver_id} - set(operation.parties):
        raise Refused("not-a-party")
    if carrier_id in (sender_id, receiver_id) and not sender_id == carrier_id == receiver_id:
        raise Refused("custodians-must-differ")
    if size < 1:
        raise Refused("empty-batch")
    wanted: dict[str, object] = {
        "operation_id": operation_id, "sender_id": sender_id, "carrier_id": carrier_id, "receiver_id": receiver_id,
        "origin_id": origin_id, "planned_on": planned_on, "size": size,
    }  # fmt: skip
    with as_register():
        wait_for(batch_id)
        if (found := Batch.objects.filter(pk=batch_id).first()) is not None:
            says_the_same(found, wanted)
            return batch_id
    object_to(by, operation_id, Proposal(sender_id, receiver_id, size))
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
    object_to(by, batch.operation_id, Proposal(batch.sender_id, batch.receiver_id, batch.size), besides=batch_id)
    with as_register():
        move_batch(batch_id, BatchState.AUTHORISED, by=by.user_id, at=at)
