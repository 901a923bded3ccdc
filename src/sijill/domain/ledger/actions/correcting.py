"""Corrections of single events, and duplicate records."""

import json
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from django.db import connection, transaction

from sijill.domain.access.rules import Act, NotVisible, Refused, Viewer, require
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger.actions.reporting import record_for
from sijill.domain.ledger.actions.tallies import TWIN
from sijill.domain.ledger.models import Event, Subject
from sijill.domain.ledger.rules import (
    OPEN,
    SECOND_WORD,
    AccountKind,
    AccountSpec,
    Kind,
    NewEvent,
    Receipt,
)


@transaction.atomic
def mark_duplicate(
    *, event_id: UUID, book_id: int, subject_id: UUID, of: UUID, occurred_at: datetime, by: Viewer, at: datetime
) -> Receipt:
    """Take a confirmed duplicate record out of the sums; a correction that voids this event puts it back (law 7)."""
    require(by, Act.CORRECT, authority_id=book_id)
    if subject_id == of:
        raise Refused("same-record")
    if Subject.objects.filter(pk__in=[of, subject_id]).count() != 2:
        raise NotVisible
    _stands_open(of, subject_id, book_id)
    event = NewEvent(
        event_id, book_id, subject_id, Kind.DUPLICATE_RECORD, AccountSpec(AccountKind.DUPLICATE_OF), occurred_at,
        occurred_at, details=(("of", str(of)),),
    )  # fmt: skip
    return record_for(events=[event], by=by, at=at)[0]


def _stands_open(of: UUID, subject_id: UUID, book_id: int) -> None:
    """The record that stays must itself be answered for, or two records could each leave as the other's duplicate."""
    with as_register(), connection.cursor() as cursor:
        cursor.execute(
            "select f.subject_id, a.kind from ledger_folio f left join ledger_account a on a.id = f.account_id"
            " where f.book_id = %s and f.subject_id = any(%s) order by f.subject_id for update of f",
            [book_id, [of, subject_id]],
        )
        if dict(cursor.fetchall()).get(of) not in OPEN:
            raise Refused("duplicate-of-nobody")


@transaction.atomic
def correct(
    *,
    event_id: UUID,
    target: UUID,
    to: AccountSpec | None,
    occurred_at: datetime | None,
    ground: str,
    by: Viewer,
    at: datetime,
) -> Receipt:
    """Void an event (`to` None), say what really happened instead, or give effect to a report that had none.

    The corrected event stays readable for ever. `ground` is a code. NotVisible for a target that is hidden from `by`.
    Refused: needs-another-person, duplicate-of-nobody (no correction takes anybody out of the sums on one word).
    """
    found = Event.objects.filter(pk=target).select_related("folio", "to_account").first()
    if found is None:
        raise NotVisible
    require(by, Act.CORRECT, authority_id=found.book_id)
    if found.kind == Kind.REGISTERED and found.n is not None:
        raise Refused("bad-tally")  # a tally's draw follows its person: correct his event
    if to is not None and not Event.objects.filter(pk=event_id).exists():
        _not_out_alone(found, to.kind, by)
    when = occurred_at or found.occurred_from
    event = NewEvent(
        event_id, found.book_id, found.folio.subject_id, Kind.CORRECTION, to, when, when, n=found.n if to else None,
        supersedes=target, details=(("ground", ground),),
    )  # fmt: skip
    with as_register():
        twin = Event.objects.filter(twin=target, effect="posted").select_related("folio").first()
    also = []
    if twin is not None and to is None:
        also = [
            replace(
                event, id=uuid5(TWIN, str(event_id)), book_id=twin.book_id, subject_id=twin.folio.subject_id,
                supersedes=twin.pk, twin=event_id,
            )
        ]  # fmt: skip
    return record_for(events=[event, *also], by=by, at=at)[0]


def _not_out_alone(target: Event, to: AccountKind, by: Viewer) -> None:
    """Law 4: a correction verifies a release or confirms a death only as the second word on what another reported, and
    calls a record a duplicate only where that was said, of a record that is answered for."""
    if to in SECOND_WORD:
        told = target.to_account.kind if target.to_account else ""
        if told not in (to, SECOND_WORD[to]) or target.by_id == by.user_id:
            raise Refused("needs-another-person")
    if to is AccountKind.DUPLICATE_OF:
        of = json.loads(bytes(target.payload))["details"].get("of")
        if target.kind != Kind.DUPLICATE_RECORD or of is None:
            raise Refused("duplicate-of-nobody")
        _stands_open(UUID(of), target.folio.subject_id, target.book_id)


@transaction.atomic
def give_effect(*, event_id: UUID, target: UUID, ground: str, by: Viewer, at: datetime) -> Receipt:
    """Give effect to a report that had none: the correction reaches the same account at the same time."""
    found = Event.objects.filter(pk=target, effect="none").select_related("to_account").first()
    if found is None or found.to_account is None:
        raise NotVisible
    a = found.to_account
    to = AccountSpec(AccountKind(a.kind), a.facility_id, a.hall_id, a.other_id, a.note)
    return correct(event_id=event_id, target=target, to=to, occurred_at=None, ground=ground, by=by, at=at)
