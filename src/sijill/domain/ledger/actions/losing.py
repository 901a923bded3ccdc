"""A place lost with people inside: stated by one officer, confirmed by another, taken back by corrections (law 4)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, transaction

from sijill.domain.access.queries import authorities
from sijill.domain.access.rules import Act, NotVisible, Refused, Viewer, require
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger.actions.reporting import record_for
from sijill.domain.ledger.actions.settling import open_findings
from sijill.domain.ledger.losses import (
    FOLLOWS,
    GroundCode,
    LossKind,
    LossReceipt,
    LossStep,
    account_lost,
    loss_fault,
)
from sijill.domain.ledger.models import Book, Loss
from sijill.domain.ledger.models import LossStep as Step
from sijill.domain.ledger.rules import FOLLOW_UP, FOREVER, OPEN, Kind, NewEvent, NewFinding, Receipt
from sijill.domain.places.queries import facility_by_id, halls

_LOSS_CODES = [FOLLOW_UP[follows[0]] for follows in FOLLOWS.values()]


@transaction.atomic
def propose_loss(
    *,
    loss_id: UUID,
    book_id: int,
    facility_id: int,
    kind: str,
    other_id: int | None,
    ground: str,
    occurred_at: datetime,
    hall_id: int | None = None,
    custodian: str = "",
    ground_code: str = GroundCode.OTHER,
    by: Viewer,
    at: datetime,
) -> None:
    """State that a place was lost with people inside. Nobody moves before another officer confirms it.

    kind: control-lost, control-changed (needs `other_id` or `custodian`), whereabouts-unknown. Refused: unknown-kind,
    unknown-ground, needs-ground, text-too-long, needs-custodian, same-authority, date-in-future,
    day-out-of-range, unknown-authority, unknown-hall, id-already-used. NotVisible for a place that is not there.
    """
    require(by, Act.STATE_CONTROL, authority_id=book_id, facility_id=facility_id)
    if kind not in list(LossKind):
        raise Refused("unknown-kind")
    if ground_code not in list(GroundCode):
        raise Refused("unknown-ground")
    _refuse(loss_fault(LossKind(kind), ground, other_id, custodian, occurred_at, at))
    if other_id == book_id:
        raise Refused("same-authority")
    if other_id is not None and other_id not in {row.id for row in authorities(by)}:
        raise Refused("unknown-authority")
    facility_by_id(by, facility_id)
    if hall_id is not None and hall_id not in {hall.id for hall in halls(by, facility_id)}:
        raise Refused("unknown-hall")
    stated = Loss(
        id=loss_id, book_id=book_id, facility_id=facility_id, hall_id=hall_id, kind=kind, other_id=other_id,
        custodian=custodian.strip(), ground_code=ground_code, ground=ground.strip(), occurred_at=occurred_at,
        by_id=by.user_id, recorded_at=at,
    )  # fmt: skip
    with as_register():
        _lock(loss_id)
        told = Loss.objects.filter(pk=loss_id).first()
        if told is None:
            stated.save(force_insert=True)
        elif _content(told) != _content(stated):
            raise Refused("id-already-used")


@transaction.atomic
def confirm_loss(*, loss_id: UUID, confirm_id: UUID, by: Viewer, at: datetime) -> LossReceipt:
    """Confirm a loss that another officer stated: one event for everybody held there at that instant, and every tally.

    Each gets his own finding, with an owner; where the other authority keeps a book here, it gets one too. Never an
    escape, a release or a death. Refused: needs-another-person, already-confirmed, already-withdrawn.
    """
    loss = _visible(loss_id)
    require(by, Act.STATE_CONTROL, authority_id=loss.book_id, facility_id=loss.facility_id)
    with as_register():
        _lock(loss_id)
        steps = {s.step: s for s in Step.objects.filter(loss_id=loss_id)}
        if confirmed := steps.get(LossStep.CONFIRMED):
            return _again(confirmed, confirm_id, "already-confirmed")
        if LossStep.WITHDRAWN in steps:
            raise Refused("already-withdrawn")
        if loss.by_id == by.user_id:
            raise Refused("needs-another-person")
        there = _inside(loss)
        events = _events(loss, confirm_id, [row[1] for row in there])
        receipts = record_for(events=events, by=by, at=at)
        _write_lines(loss, [row[0] for row in there], events)
        moved = [row for row, receipt in zip(there, receipts, strict=True) if receipt.effect == "posted"]
        open_findings(findings=_other_side(loss, events, receipts, moved), by=by, at=at)
        _settle([row[4] for row in moved], _LOSS_CODES, ("open", "explained"), "closed", loss.ground, by=by, at=at)
        return _write_step(loss, confirm_id, LossStep.CONFIRMED, moved, len(there) - len(moved), by=by, at=at)


@transaction.atomic
def undo_loss(*, undo_id: UUID, loss_id: UUID, ground: str, by: Viewer, at: datetime) -> LossReceipt:
    """Take a loss back: void each of its events that is still the last word about its person; nothing is deleted.

    People of whom something was reported since stay where that report left them: `without_effect` says how many. A loss
    that nobody confirmed is withdrawn instead. Refused: needs-ground, text-too-long, already-undone, already-withdrawn.
    """
    loss = _visible(loss_id)
    require(by, Act.CORRECT, authority_id=loss.book_id, facility_id=loss.facility_id)
    _refuse(loss_fault(LossKind.CONTROL_LOST, ground, None, "", at, at))
    with as_register():
        _lock(loss_id)
        steps = {s.step: s for s in Step.objects.filter(loss_id=loss_id)}
        for done, code in ((LossStep.UNDONE, "already-undone"), (LossStep.WITHDRAWN, "already-withdrawn")):
            if told := steps.get(done):
                return _again(told, undo_id, code)
        if LossStep.CONFIRMED not in steps:
            return _write_step(loss, undo_id, LossStep.WITHDRAWN, [], 0, ground=ground, by=by, at=at)
        lines = _last_words(loss_id)
        events = [_void(loss, undo_id, row[1], row[4], ground_code="loss-undone") for row in lines]
        receipts = record_for(events=events, by=by, at=at)
        back = [row for row, receipt in zip(lines, receipts, strict=True) if receipt.effect == "posted"]
        unsettled = ("open", "explained")
        _settle([row[4] for row in back], _LOSS_CODES, unsettled, "closed", ground, by=by, at=at)
        _settle(_standing_by([row[0] for row in back]), _LOSS_CODES, ("closed",), "open", ground, by=by, at=at)
        _settle([loss_id], ["said-to-be-here"], ("open",), "explained", ground, by=by, at=at)
        rest = steps[LossStep.CONFIRMED].persons + steps[LossStep.CONFIRMED].tallied
        restored = sum(row[3] for row in back)
        return _write_step(loss, undo_id, LossStep.UNDONE, back, max(rest - restored, 0), ground=ground, by=by, at=at)


def _refuse(fault: tuple[str, int]) -> None:
    code, most = fault
    if code:
        raise Refused(code, most=most) if most else Refused(code)


def _visible(loss_id: UUID) -> Loss:
    """The loss, if the viewer sees it."""
    loss = Loss.objects.filter(pk=loss_id).first()
    if loss is None:
        raise NotVisible
    return loss


def _lock(loss_id: UUID) -> None:
    """One decision about a loss at a time; its rows are testimony, so they cannot be locked themselves."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 7002))", [str(loss_id)])


def _content(loss: Loss) -> tuple[Any, ...]:
    """What the same id must say when it is sent again."""
    return (
        loss.book_id, loss.facility_id, loss.hall_id, loss.kind, loss.other_id, loss.custodian, loss.ground_code,
        loss.ground, loss.occurred_at, loss.by_id,
    )  # fmt: skip


def _again(told: Step, key: UUID, code: str) -> LossReceipt:
    """The answer to the same request again; another request comes too late."""
    if told.pk != key:
        raise Refused(code)
    return LossReceipt(told.loss_id, told.persons, told.tallied, told.without_effect, repeated=True)


Row = tuple[int, UUID, bool, int, UUID]  # folio, subject, is it a tally, how many, the loss's event


def _inside(loss: Loss) -> list[Row]:
    """Everybody who stood at the place at that instant, as known now, and every tally: in the order of ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select p.folio_id, p.subject_id, p.is_tally, p.n, p.event from ledger_account a"
            " join ledger_position p on p.account_id = a.id where a.book_id = %s and a.facility_id = %s"
            " and (%s::bigint is null or a.hall_id = %s) and a.kind = any(%s) and p.n > 0"
            " and p.from_at <= %s and p.to_at > %s and p.known_to = %s order by p.subject_id",
            [
                loss.book_id, loss.facility_id, loss.hall_id, loss.hall_id,
                [kind.value for kind in FOLLOWS[LossKind(loss.kind)][2]], loss.occurred_at, loss.occurred_at, FOREVER,
            ],
        )  # fmt: skip
        return list(cursor.fetchall())


def _events(loss: Loss, confirm_id: UUID, subjects: Sequence[UUID]) -> list[NewEvent]:
    """One event for each; the same confirmation always makes the same ids."""
    to = account_lost(LossKind(loss.kind), loss.facility_id, loss.hall_id, loss.other_id, loss.custodian)
    details = (("ground", loss.ground_code), ("loss", str(loss.pk)))
    return [
        NewEvent(
            uuid5(confirm_id, str(subject)), loss.book_id, subject, FOLLOWS[LossKind(loss.kind)][0], to,
            loss.occurred_at, loss.occurred_at, details=details,
        )
        for subject in subjects
    ]  # fmt: skip


def _void(loss: Loss, undo_id: UUID, subject: UUID, event: UUID, *, ground_code: str) -> NewEvent:
    """The correction that takes one event of the loss back."""
    return NewEvent(
        uuid5(undo_id, str(event)), loss.book_id, subject, Kind.CORRECTION, None, loss.occurred_at, loss.occurred_at,
        supersedes=event, details=(("ground", ground_code), ("loss", str(loss.pk))),
    )  # fmt: skip


def _write_lines(loss: Loss, folios: Sequence[int], events: Sequence[NewEvent]) -> None:
    """Which event was made for whom."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into ledger_lossline (loss_id, book_id, folio_id, event_id)"
            " select %s, %s, f, e from unnest(%s::bigint[], %s::uuid[]) as u(f, e)",
            [loss.pk, loss.book_id, list(folios), [e.id for e in events]],
        )


def _last_words(loss_id: UUID) -> list[Row]:
    """The subjects of a loss of whom nothing was reported since, in the order of ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select f.id, f.subject_id, f.is_tally, f.n, l.event_id from ledger_lossline l"
            " join ledger_folio f on f.id = l.folio_id and f.last_event = l.event_id"
            " where l.loss_id = %s order by f.subject_id",
            [loss_id],
        )
        return list(cursor.fetchall())


def _other_side(
    loss: Loss, events: Sequence[NewEvent], receipts: Sequence[Receipt], moved: Sequence[Row]
) -> list[NewFinding]:
    """What the authority said to be in control has to answer, when it keeps a book here (law 1).

    Whoever it holds in its own book is claimed by two; the rest are said to be with it: one finding counts them.
    """
    if loss.other_id is None or not moved or not Book.objects.filter(pk=loss.other_id).exists():
        return []
    made = {e.subject_id: e.id for e, r in zip(events, receipts, strict=True) if r.effect == "posted"}
    with connection.cursor() as cursor:
        cursor.execute(
            "select f.subject_id from ledger_folio f join ledger_account a on a.id = f.account_id"
            " where f.book_id = %s and f.subject_id = any(%s) and a.kind = any(%s) and not f.is_tally",
            [loss.other_id, list(made), [kind.value for kind in OPEN]],
        )
        both = sorted(row[0] for row in cursor.fetchall())
    rest = sum(row[3] for row in moved) - len(both)
    unanswered = [NewFinding(loss.other_id, "said-to-be-here", None, loss.pk, loss.facility_id, rest)] if rest else []
    return unanswered + [
        NewFinding(book, "two-claim", subject, made[subject], loss.facility_id)
        for subject in both
        for book in (loss.book_id, loss.other_id)
    ]


def _standing_by(folios: Sequence[int]) -> list[UUID]:
    """The events by which these subjects stand where they stand now: perhaps an earlier loss, which is due again."""
    with connection.cursor() as cursor:
        cursor.execute("select last_event from ledger_folio where id = any(%s)", [list(folios)])
        return [row[0] for row in cursor.fetchall() if row[0]]


def _settle(
    refs: Sequence[UUID], codes: Sequence[str], was: Sequence[str], state: str, note: str, *, by: Viewer, at: datetime
) -> None:
    """Findings of a loss follow its people: taken over by a later loss, settled or due again with an undoing.

    Under the name of who decides it and on the same ground.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "with settled as (update ledger_finding set state = %s where ref = any(%s) and code = any(%s)"
            " and state = any(%s) returning id, owner)"
            " insert into ledger_findingevent (id, finding_id, state, owner, note, by_id, at)"
            " select gen_random_uuid(), id, %s, owner, %s, %s, %s from settled",
            [state, list(refs), list(codes), list(was), state, note.strip(), by.user_id, at],
        )


def _write_step(
    loss: Loss,
    key: UUID,
    step: LossStep,
    moved: Sequence[Row],
    without_effect: int,
    *,
    ground: str = "",
    by: Viewer,
    at: datetime,
) -> LossReceipt:
    """Write down what was decided about the loss, and how many it moved."""
    persons = sum(1 for row in moved if not row[2])
    tallied = sum(row[3] for row in moved if row[2])
    if Step.objects.filter(pk=key).exists():
        raise Refused("id-already-used")
    Step(
        id=key, loss_id=loss.pk, book_id=loss.book_id, stated_by_id=loss.by_id, step=step.value, ground=ground.strip(),
        persons=persons, tallied=tallied, without_effect=without_effect, by_id=by.user_id, recorded_at=at,
    ).save(force_insert=True)  # fmt: skip
    return LossReceipt(loss.pk, persons, tallied, without_effect)
