"""After a loss: each person resolved by name, on evidence of a grade; the search for him; the second person's word."""

from datetime import datetime
from uuid import UUID, uuid5

from django.db import connection, transaction

from sijill.domain.access.rules import Act, NotVisible, Refused, Viewer, require
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger.actions.reporting import report
from sijill.domain.ledger.actions.settling import settle_finding
from sijill.domain.ledger.losses import (
    CONFIRMABLE,
    CONFIRMED_AT,
    GROUND_LENGTH_MAX,
    NEEDS_PLACE,
    REACHES,
    SEARCHES,
    Outcome,
    SearchKind,
    evidence_fault,
    resolving_kind,
)
from sijill.domain.ledger.models import Event, Evidence, Finding, Folio, Loss, LossLine, SearchStep
from sijill.domain.ledger.rules import FOLLOW_UP, FOLLOW_UP_AT, AccountKind, AccountSpec, Kind, NewEvent, Receipt

_UNSETTLED = ("open", "explained")
_SETTLED = UUID("5a1c2f64-51f7-4c0a-9e57-0d6d9a4f7c22")


@transaction.atomic
def resolve_by_name(
    *,
    event_id: UUID,
    loss_id: UUID,
    subject_id: UUID,
    outcome: str,
    facility_id: int | None,
    hall_id: int | None,
    other_id: int | None,
    occurred_from: datetime,
    occurred_to: datetime,
    evidence: str,
    grade: str,
    by: Viewer,
    at: datetime,
) -> Receipt:
    """Say of one person of a loss what became of him, on what evidence. His findings follow; nobody is moved in bulk.

    Where the report opens a finding of its own (an escape, a death, a release) that one takes over with an owner and a
    clock. Refused: unknown-kind, needs-place, needs-custodian, needs-evidence, unknown-grade, text-too-long,
    date-in-future, same-authority, and what `report` refuses. NotVisible for somebody who is no part of this loss.
    """
    loss = Loss.objects.filter(pk=loss_id).first()
    line = LossLine.objects.filter(loss_id=loss_id, folio__subject_id=subject_id, folio__is_tally=False).first()
    if loss is None or line is None:
        raise NotVisible
    require(by, Act.RECORD_CUSTODY, authority_id=loss.book_id, facility_id=loss.facility_id)
    if outcome not in list(Outcome):
        raise Refused("unknown-kind")
    _judge_evidence(evidence, grade)
    if occurred_to > at:
        raise Refused("date-in-future")
    if other_id == loss.book_id:
        raise Refused("same-authority")
    standing = Folio.objects.filter(pk=line.folio_id).values_list("account__kind", flat=True).first()
    to = _reached(Outcome(outcome), facility_id, hall_id, other_id)
    kind = resolving_kind(Outcome(outcome), AccountKind(standing or AccountKind.OUTSIDE))
    if Event.objects.filter(pk=event_id).exists():  # sent again: he stands elsewhere now, the report was this one
        kind = _told(event_id, subject_id)
    event = NewEvent(
        event_id, loss.book_id, subject_id, kind, to, occurred_from, occurred_to,
        details=(("grade", grade), ("loss", str(loss_id))),
    )  # fmt: skip
    receipt = report(events=[event], by=by, at=at)[0]
    if not receipt.repeated:
        _write_evidence(event_id, line.folio_id, loss.book_id, evidence, grade, by=by, at=at)
    if receipt.effect == "posted" and not receipt.repeated:
        taken_over = to.kind is AccountKind.HELD or kind in FOLLOW_UP
        _follow(event, "closed" if taken_over else "explained", by=by, at=at)
    return receipt


@transaction.atomic
def confirm_report(
    *, event_id: UUID, finding_id: UUID, evidence: str, grade: str, occurred_at: datetime, by: Viewer, at: datetime
) -> None:
    """A second person confirms, on evidence, a death, a release or an escape that another reported (law 4).

    A death and a release get the confirming event and their finding is closed; a confirmed escape stays open as long as
    the person is away. Refused: needs-another-person, nothing-to-confirm, needs-evidence, unknown-grade, text-too-long.
    """
    finding = _owed(finding_id, by)
    _judge_evidence(evidence, grade)
    if finding.code not in CONFIRMABLE or finding.subject_id is None:
        raise Refused("nothing-to-confirm")
    kind = SEARCHES[finding.code]
    if kind is None:
        _confirm_escape(event_id, finding, evidence, grade, by=by, at=at)
        return
    event = NewEvent(
        event_id, finding.book_id, finding.subject_id, kind, AccountSpec(CONFIRMED_AT[kind]), occurred_at, occurred_at,
        details=(("grade", grade),),
    )  # fmt: skip
    receipt = report(events=[event], by=by, at=at)[0]
    if receipt.repeated:
        return
    folio = Folio.objects.get(subject_id=finding.subject_id, book_id=finding.book_id)
    _write_evidence(event_id, folio.pk, finding.book_id, evidence, grade, by=by, at=at)
    if receipt.effect == "posted":
        _follow(event, "closed", by=by, at=at)


@transaction.atomic
def add_search_step(
    *, step_id: UUID, finding_id: UUID, step: str, owner: UUID | None, text: str, by: Viewer, at: datetime
) -> None:
    """Write down who looks for somebody (`owner`), where he was searched for, or whom it was told. Only added to.

    Refused: unknown-kind, no-search (a finding about something else), owner-without-duty, needs-note, text-too-long,
    id-already-used.
    """
    finding = _owed(finding_id, by)
    if step not in (SearchKind.OWNER, SearchKind.SEARCHED, SearchKind.TOLD):
        raise Refused("unknown-kind")
    if finding.code not in SEARCHES:
        raise Refused("no-search")
    if len(text.strip()) > GROUND_LENGTH_MAX:
        raise Refused("text-too-long", most=GROUND_LENGTH_MAX)
    named = owner if step == SearchKind.OWNER else None
    with as_register():
        if step == SearchKind.OWNER and not _has_duty(named, finding.book_id):
            raise Refused("owner-without-duty")
        if step != SearchKind.OWNER and not text.strip():
            raise Refused("needs-note")
        _write_step(SearchStep(
            id=step_id, finding_id=finding_id, book_id=finding.book_id, step=step, owner_id=named, text=text.strip(),
            by_id=by.user_id, recorded_at=at,
        ))  # fmt: skip


def _owed(finding_id: UUID, by: Viewer) -> Finding:
    """The finding, if the viewer sees it and may settle it."""
    finding = Finding.objects.filter(pk=finding_id).first()
    if finding is None:
        raise NotVisible
    require(by, Act.SETTLE_FINDING, authority_id=finding.book_id, facility_id=finding.facility_id)
    return finding


def _judge_evidence(text: str, grade: str) -> None:
    code, most = evidence_fault(text, grade)
    if code:
        raise Refused(code, most=most) if most else Refused(code)


def _reached(outcome: Outcome, facility_id: int | None, hall_id: int | None, other_id: int | None) -> AccountSpec:
    """The account an outcome reaches, with the place or the custodian that it needs."""
    kind = REACHES[outcome]
    if kind in NEEDS_PLACE and facility_id is None:
        raise Refused("needs-place")
    if kind is AccountKind.UNDER_ANOTHER:
        if other_id is None:
            raise Refused("needs-custodian")
        return AccountSpec(kind, facility_id, None, other_id)
    return AccountSpec(kind, facility_id, hall_id) if kind is AccountKind.HELD else AccountSpec(kind)


def _told(event_id: UUID, subject_id: UUID) -> Kind:
    """The kind under which this very report was recorded the first time."""
    found = Event.objects.filter(pk=event_id, folio__subject_id=subject_id).values_list("kind", flat=True).first()
    if found is None:
        raise Refused("id-already-used")
    return Kind(found)


def _write_evidence(
    event_id: UUID, folio_id: int, book_id: int, text: str, grade: str, *, by: Viewer, at: datetime
) -> None:
    """What a report rests on, in a table of its own: the event keeps only the grade."""
    with as_register():
        Evidence(
            id=uuid5(event_id, "evidence"), event_id=event_id, folio_id=folio_id, book_id=book_id, text=text.strip(),
            grade=grade, by_id=by.user_id, recorded_at=at,
        ).save(force_insert=True)  # fmt: skip


def _follow(event: NewEvent, state: str, *, by: Viewer, at: datetime) -> None:
    """Settle what was open about this person from earlier reports: the new report answers it, or takes it over.

    A finding that says what is still so is explained at most; the law lets nobody close it (`still_owed`).
    """
    stays = FOLLOW_UP_AT.get(event.to.kind, "") if event.to else ""
    open_ones = Finding.objects.filter(
        book_id=event.book_id, subject_id=event.subject_id, code__in=list(FOLLOW_UP.values()), state__in=_UNSETTLED
    )
    for finding in open_ones.exclude(ref=event.id).order_by("id"):
        reached = "explained" if finding.code == stays else state
        if finding.state != reached:
            settle_finding(
                finding_event_id=uuid5(_SETTLED, f"{event.id}/{finding.pk}"), finding_id=finding.pk, state=reached,
                note=event.kind.value, by=by, at=at,
            )  # fmt: skip


def _confirm_escape(event_id: UUID, finding: Finding, evidence: str, grade: str, *, by: Viewer, at: datetime) -> None:
    """The second person's word on an escape: a step of the search, and the finding is explained, not closed."""
    with as_register():
        told = Event.objects.filter(pk=finding.ref).first() if finding.ref else None
        if told is None:
            raise Refused("nothing-to-confirm")
        if told.by_id == by.user_id:
            raise Refused("needs-another-person")
        repeated = SearchStep.objects.filter(pk=event_id).exists()
        _write_step(SearchStep(
            id=event_id, finding_id=finding.pk, book_id=finding.book_id, step=SearchKind.CONFIRMED.value, text=grade,
            by_id=by.user_id, recorded_at=at,
        ))  # fmt: skip
        if repeated:
            return
        Evidence(
            id=uuid5(event_id, "evidence"), event_id=told.pk, folio_id=told.folio_id, book_id=finding.book_id,
            text=evidence.strip(), grade=grade, by_id=by.user_id, recorded_at=at,
        ).save(force_insert=True)  # fmt: skip
    if finding.state == "open":
        settle_finding(
            finding_event_id=uuid5(_SETTLED, str(event_id)), finding_id=finding.pk, state="explained", note=grade,
            by=by, at=at,
        )  # fmt: skip


def _has_duty(user: UUID | None, book_id: int) -> bool:
    """True when this user has a duty in the authority of the book."""
    with connection.cursor() as cursor:
        cursor.execute("select has_duty(%s, %s)", [user, book_id])
        return bool(cursor.fetchone()[0])


def _write_step(step: SearchStep) -> None:
    """Write a step once; the same id must say the same."""
    told = SearchStep.objects.filter(pk=step.pk).first()
    if told is None:
        step.save(force_insert=True)
    elif (told.finding_id, told.step, told.owner_id, told.text) != (
        step.finding_id, step.step, step.owner_id, step.text,
    ):  # fmt: skip
        raise Refused("id-already-used")
