"""The only writers of the room ledger: check the duty, then write as the register."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from django.db import connection, transaction

from sijill.domain.access.rules import Act, NotAllowed, NotVisible, Refused, Viewer, require
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger import queries
from sijill.domain.ledger.findings import follow_ups, open_rows, two_claims
from sijill.domain.ledger.models import Book, Event, Finding, FindingEvent, HeadCount, Seen, Subject
from sijill.domain.ledger.rules import (
    BASES,
    CONFIRMS,
    NEVER_IN_BULK,
    OPEN,
    SETTLEMENTS,
    AccountKind,
    AccountSpec,
    Admission,
    Kind,
    NewEvent,
    NewFinding,
    NewSubject,
    Receipt,
    compare,
)
from sijill.domain.ledger.write import record

_TWIN = UUID("0b6f4d2a-6f0e-4f6d-8f6b-0f2f7b5b9a11")


@transaction.atomic
def open_book(*, authority_id: int, by: Viewer, at: datetime) -> None:
    """Open the book of an authority. Only the register itself does."""
    if not by.built_in:
        raise NotAllowed(Act.MANAGE_USERS)
    Book.objects.get_or_create(authority_id=authority_id, defaults={"opened_at": at})


@transaction.atomic
def add_subjects(*, subjects: Sequence[NewSubject], by: Viewer, at: datetime) -> None:
    """Make people known to the ledger by their anonymous codes. The same id twice changes nothing."""
    if not (by.may(Act.RECORD_CUSTODY) or by.may(Act.IMPORT_LIST)):
        raise NotAllowed(Act.RECORD_CUSTODY)
    rows = sorted(subjects, key=lambda s: s.id)
    with as_register(), connection.cursor() as cursor:
        cursor.execute(
            "insert into ledger_subject (id, is_tally, age_class, sex, nationality, basis, label)"
            " select i, false, a, s, n, '', '' from unnest(%s::uuid[], %s::text[], %s::text[], %s::text[])"
            " as u(i, a, s, n) on conflict do nothing",
            [[s.id for s in rows], [s.age_class for s in rows], [s.sex for s in rows], [s.nationality for s in rows]],
        )


@transaction.atomic
def set_categories(*, subject_id: UUID, age_class: str, sex: str, nationality: str, by: Viewer, at: datetime) -> None:
    """Hand down new category codes of one person the viewer's authority knows."""
    if not Subject.objects.filter(pk=subject_id).exists():
        raise NotVisible
    with as_register():
        Subject.objects.filter(pk=subject_id).update(age_class=age_class, sex=sex, nationality=nationality)


def _require_for(event: NewEvent, by: Viewer) -> None:
    """The duty an event needs, in its book and at the place it reaches."""
    if event.kind is Kind.CORRECTION:
        raise Refused("correct-by-name")  # `correct` looks after both halves of what it corrects
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
    in one call (they are how people disappear); Refused("unknown-subject") for an id nobody registered.
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
        draw = uuid5(_TWIN, str(each.event_id))
        events += [
            NewEvent(each.event_id, book_id, each.subject_id, Kind.REGISTERED, to, occurred_at, occurred_at,
                     details=(("tally", str(tally_id)),)),
            NewEvent(draw, book_id, tally_id, Kind.REGISTERED, to, occurred_at, occurred_at, n=1, twin=each.event_id),
        ]  # fmt: skip
    return record_for(events=events, by=by, at=at)[::2]


def _confirmed_by_another(events: Sequence[NewEvent], by: Viewer) -> None:
    """A release is verified, a death confirmed, by another user than the one who reported it (law 4)."""
    for event in events:
        if event.kind in CONFIRMS:
            with as_register():
                told = Event.objects.filter(folio__subject_id=event.subject_id, book_id=event.book_id, effect="posted")
                told = told.filter(kind=CONFIRMS[event.kind]).order_by("-pseq")
                last = told.values_list("by_id", flat=True).first()
            if last == by.user_id and not Event.objects.filter(pk=event.id).exists():
                raise Refused("needs-another-person")


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
    """
    found = Event.objects.filter(pk=target).select_related("folio").first()
    if found is None:
        raise NotVisible
    require(by, Act.CORRECT, authority_id=found.book_id)
    if found.kind == Kind.REGISTERED and found.n is not None:
        raise Refused("bad-tally")  # a tally's draw follows its person: correct his event
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
                event, id=uuid5(_TWIN, str(event_id)), book_id=twin.book_id, subject_id=twin.folio.subject_id,
                supersedes=twin.pk, twin=event_id,
            )
        ]  # fmt: skip
    return record_for(events=[event, *also], by=by, at=at)[0]


@transaction.atomic
def give_effect(*, event_id: UUID, target: UUID, ground: str, by: Viewer, at: datetime) -> Receipt:
    """Give effect to a report that had none: the correction reaches the same account at the same time."""
    found = Event.objects.filter(pk=target, effect="none").select_related("to_account").first()
    if found is None or found.to_account is None:
        raise NotVisible
    a = found.to_account
    to = AccountSpec(AccountKind(a.kind), a.facility_id, a.hall_id, a.other_id, a.note)
    return correct(event_id=event_id, target=target, to=to, occurred_at=None, ground=ground, by=by, at=at)


@transaction.atomic
def take_head_count(
    *,
    head_count_id: UUID,
    book_id: int,
    facility_id: int,
    hall_id: int | None,
    counted_at: datetime,
    seen: Sequence[UUID],
    unknown: int,
    not_on_list: int,
    by: Viewer,
    at: datetime,
) -> None:
    """Record the set of identities seen at a place and open a finding for every difference from the roll (law 6)."""
    require(by, Act.COUNT_HEADS, authority_id=book_id, facility_id=facility_id)
    if unknown < 0 or not_on_list < 0:
        raise Refused("bad-count")
    identities = frozenset(seen)
    with as_register():
        if (told := HeadCount.objects.filter(pk=head_count_id).first()) is not None:
            if (told.book_id, told.facility_id, told.hall_id) != (book_id, facility_id, hall_id):
                raise Refused("id-already-used")
            return
        if Subject.objects.filter(pk__in=identities, is_tally=False).count() != len(identities):
            raise Refused("unknown-subject")
        roll, tallied = queries.present(by, book_id, facility_id, hall_id, counted_at)
        HeadCount(
            id=head_count_id, book_id=book_id, facility_id=facility_id, hall_id=hall_id, counted_at=counted_at,
            unknown=unknown, not_on_list=not_on_list, by_id=by.user_id, recorded_at=at,
        ).save(force_insert=True)  # fmt: skip
        Seen.objects.bulk_create(Seen(head_count_id=head_count_id, subject_id=s) for s in sorted(identities))
        difference = compare(frozenset(roll), tallied, identities, unknown)
        missing = [("head-count-missing", s, None) for s in difference.missing]
        unlisted = [("head-count-unlisted", s, None) for s in difference.unlisted]
        bodies = difference.unnamed + not_on_list
        unnamed = [("count-differs", None, bodies)] if bodies else []
        open_rows(
            [
                NewFinding(book_id, code, subject, head_count_id, facility_id, n)
                for code, subject, n in [*missing, *unlisted, *unnamed]
            ],
            by=by.user_id,
            at=at,
        )


@transaction.atomic(savepoint=False)
def open_findings(*, findings: Sequence[NewFinding], by: Viewer, at: datetime) -> None:
    """Open findings on behalf of a room above; the same one opens once."""
    if not findings:
        return
    with as_register():
        open_rows(findings, by=by.user_id, at=at)


@transaction.atomic
def settle_finding(
    *, finding_event_id: UUID, finding_id: UUID, state: str, note: str, owner: str = "", by: Viewer, at: datetime
) -> None:
    """Explain, close, reopen a finding or hand it to another duty. Refused("needs-note") without a reason."""
    finding = Finding.objects.filter(pk=finding_id).first()
    if finding is None:
        raise NotVisible
    require(by, Act.SETTLE_FINDING, authority_id=finding.book_id, facility_id=finding.facility_id)
    if not note.strip():
        raise Refused("needs-note")
    with as_register():
        if (told := FindingEvent.objects.filter(pk=finding_event_id).first()) is not None:
            if (told.finding_id, told.state) != (finding_id, state):
                raise Refused("id-already-used")
            return
        locked = Finding.objects.select_for_update().get(pk=finding_id)
        handed_over = state == locked.state and bool(owner)
        if not handed_over and state not in SETTLEMENTS[locked.state]:
            raise Refused("already-settled", state=locked.state)
        FindingEvent(
            id=finding_event_id, finding_id=finding_id, state=state, owner=owner or locked.owner, note=note,
            by_id=by.user_id, at=at,
        ).save(force_insert=True)  # fmt: skip
        Finding.objects.filter(pk=finding_id).update(state=state, owner=owner or locked.owner)
