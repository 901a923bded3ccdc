"""People without names: counted, recounted, registered one by one."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from sijill.domain.access.rules import Act, Refused, Viewer, require
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger.actions.reporting import record_for
from sijill.domain.ledger.findings import open_rows
from sijill.domain.ledger.models import Event, Folio, Subject
from sijill.domain.ledger.rules import (
    BASES,
    AccountKind,
    AccountSpec,
    Admission,
    Kind,
    NewEvent,
    NewFinding,
    Receipt,
)

TWIN = UUID("0b6f4d2a-6f0e-4f6d-8f6b-0f2f7b5b9a11")


@transaction.atomic
def count_tally(
    *,
    tally_id: UUID,
    event_id: UUID,
    book_id: int,
    to: AccountSpec,
    n: int,
    basis: str,
    label: str,
    occurred_at: datetime,
    by: Viewer,
    at: datetime,
) -> Receipt:
    """State how many people without names are somewhere; the same tally again is a recount under its own name.

    basis: counted, estimated, declared (in the sums); stated, uncounted (shown outside them, on the account "stated").
    """
    require(by, Act.RECORD_CUSTODY, authority_id=book_id, facility_id=to.facility_id)
    if basis not in BASES or n < 0:
        raise Refused("bad-tally")
    if (basis in ("stated", "uncounted")) != (to.kind is AccountKind.STATED):
        raise Refused("basis-needs-other-account")
    return tally_for(
        tally_id=tally_id, event_id=event_id, book_id=book_id, to=to, n=n, basis=basis, label=label,
        occurred_at=occurred_at, by=by, at=at,
    )  # fmt: skip


@transaction.atomic(savepoint=False)
def open_tally(*, tally_id: UUID, basis: str, label: str, by: Viewer, at: datetime) -> None:
    """Make a tally known by its id, for a room above that has already decided the permission. Twice changes nothing."""
    with as_register():
        tally = Subject(id=tally_id, is_tally=True, basis=basis, label=label)
        Subject.objects.bulk_create([tally], ignore_conflicts=True)


@transaction.atomic(savepoint=False)
def tally_for(
    *,
    tally_id: UUID,
    event_id: UUID,
    book_id: int,
    to: AccountSpec,
    n: int,
    basis: str,
    label: str,
    occurred_at: datetime,
    signer: UUID | None = None,
    by: Viewer,
    at: datetime,
) -> Receipt:
    """As `count_tally`, for a room above that has already decided the permission (a signed count)."""
    event = NewEvent(
        event_id, book_id, tally_id, Kind.TALLY_COUNTED, to, occurred_at, occurred_at, n=n, details=(("basis", basis),),
        by=signer,
    )  # fmt: skip
    open_tally(tally_id=tally_id, basis=basis, label=label, by=by, at=at)
    return record_for(events=[event], by=by, at=at)[0]


@transaction.atomic
def register_from_tally(
    *,
    tally_id: UUID,
    registrations: Sequence[Admission],
    book_id: int,
    to: AccountSpec,
    occurred_at: datetime,
    by: Viewer,
    at: datetime,
) -> list[Receipt]:
    """Register people one by one from a tally: each enters the book as himself and the tally falls by one.

    A person beyond the tally's number still enters the book; the tally's own event then has no effect and a finding
    says so. Returns the receipts of the persons' events.
    """
    require(by, Act.RECORD_CUSTODY, authority_id=book_id, facility_id=to.facility_id)
    if Subject.objects.filter(pk=tally_id, basis="pending").exists():
        raise Refused("bad-tally")  # names pending are drawn by the signature of the names, not by hand
    events = []
    for each in registrations:
        draw = uuid5(TWIN, str(each.event_id))
        events += [
            NewEvent(each.event_id, book_id, each.subject_id, Kind.REGISTERED, to, occurred_at, occurred_at,
                     details=(("tally", str(tally_id)),)),
            NewEvent(draw, book_id, tally_id, Kind.REGISTERED, to, occurred_at, occurred_at, n=1, twin=each.event_id),
        ]  # fmt: skip
    receipts = record_for(events=events, by=by, at=at)[::2]
    if new := [r.event for r in receipts if not r.repeated]:
        with as_register():
            if _counted_after(tally_id, book_id, occurred_at):
                finding = NewFinding(book_id, "drawn-before-recount", tally_id, new[0], to.facility_id, len(new))
                open_rows([finding], by=by.user_id, at=at)
    return receipts


def _counted_after(tally_id: UUID, book_id: int, occurred_at: datetime) -> bool:
    """True when the tally was counted again after this instant: a draw from before is set back by that count."""
    if not Folio.objects.filter(subject_id=tally_id, book_id=book_id, last_at__gt=occurred_at).exists():
        return False
    told = Event.objects.filter(folio__subject_id=tally_id, book_id=book_id, effect="posted")
    return told.filter(kind=Kind.TALLY_COUNTED, occurred_from__gt=occurred_at).exists()
