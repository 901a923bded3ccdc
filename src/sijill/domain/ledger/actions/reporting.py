"""Custody events as reported; nothing that happened is refused."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from sijill.domain.access.rules import Act, NotVisible, Refused, Viewer, require
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger import queries
from sijill.domain.ledger.findings import follow_ups, open_again, open_rows, two_claims
from sijill.domain.ledger.models import Event
from sijill.domain.ledger.rules import (
    CONFIRMS,
    NEVER_IN_BULK,
    REPORTED_AT,
    AccountKind,
    AccountSpec,
    Admission,
    Kind,
    NewEvent,
    Receipt,
)
from sijill.domain.ledger.write import record


def _require_for(event: NewEvent, by: Viewer) -> None:
    """The duty an event needs, in its book and at the place it reaches."""
    if event.kind is Kind.CORRECTION:
        raise Refused("correct-by-name")  # `correct` looks after both halves of what it corrects
    if event.kind is Kind.DUPLICATE_RECORD:
        raise Refused("duplicate-of-nobody")  # `mark_duplicate` looks after the record that stays
    require(by, Act.RECORD_CUSTODY, authority_id=event.book_id, facility_id=event.to.facility_id if event.to else None)


def _stand_here(events: Sequence[NewEvent], by: Viewer) -> None:
    """A duty limited to facilities moves only people who stand there (or arrive there from outside)."""
    limited = {e.book_id for e in events if not by.may(Act.RECORD_CUSTODY, authority_id=e.book_id, facility_id=-1)}
    leaving = [e for e in events if e.book_id in limited and not (e.to and e.to.facility_id)]
    if leaving:
        seen = {row.subject_id for row in queries.where(by, [e.subject_id for e in leaving])}
        if any(e.subject_id not in seen for e in leaving):
            raise NotVisible


@transaction.atomic
def report(*, events: Sequence[NewEvent], by: Viewer, at: datetime) -> list[Receipt]:
    """Record custody events as reported. Nothing that happened is refused; what does not fit opens a finding (law 4).

    NotAllowed without the duty in that book and place; Refused("never-in-bulk") for two escapes, releases or deaths
    in one call (they are how people disappear); Refused("unknown-subject") for an id nobody registered;
    Refused("correct-by-name"), ("duplicate-of-nobody") for what `correct` and `mark_duplicate` record.
    """
    for event in events:
        _require_for(event, by)
    if sum(e.kind in NEVER_IN_BULK for e in events) > 1:
        raise Refused("never-in-bulk")
    _confirmed_by_another(events, by)
    _stand_here(events, by)
    return record_for(events=events, by=by, at=at)


@transaction.atomic(savepoint=False)
def record_for(*, events: Sequence[NewEvent], by: Viewer, at: datetime) -> list[Receipt]:
    """Record events whose permission a room above has already decided (a signed handover), and open what follows."""
    if not events:
        return []
    with as_register():
        receipts = record(events, by=by.user_id, at=at)
        open_rows(follow_ups(events, receipts) + two_claims(events, receipts), by=by.user_id, at=at)
        open_again(events, receipts, by=by.user_id, at=at)
    return receipts


@transaction.atomic
def admit(
    *,
    admissions: Sequence[Admission],
    book_id: int,
    facility_id: int,
    hall_id: int | None,
    occurred_from: datetime,
    occurred_to: datetime,
    details: tuple[tuple[str, str], ...] = (),
    by: Viewer,
    at: datetime,
) -> list[Receipt]:
    """Admit people to a hall of a facility in one book."""
    to = AccountSpec(AccountKind.HELD, facility_id=facility_id, hall_id=hall_id)
    events = [
        NewEvent(a.event_id, book_id, a.subject_id, Kind.ADMISSION, to, occurred_from, occurred_to, details=details)
        for a in admissions
    ]
    return report(events=events, by=by, at=at)


def _confirmed_by_another(events: Sequence[NewEvent], by: Viewer) -> None:
    """A release is verified, a death confirmed, by another user than the one who reported it (law 4)."""
    for event in events:
        if event.kind in CONFIRMS:
            with as_register():
                told = Event.objects.filter(folio__subject_id=event.subject_id, book_id=event.book_id, effect="posted")
                corrected = Q(kind=Kind.CORRECTION, to_account__kind=REPORTED_AT[CONFIRMS[event.kind]])
                told = told.filter(Q(kind=CONFIRMS[event.kind]) | corrected).order_by("-pseq")
                last = told.values_list("by_id", flat=True).first()
            if last == by.user_id and not Event.objects.filter(pk=event.id).exists():
                raise Refused("needs-another-person")
