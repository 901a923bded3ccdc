"""The only writers of the room people."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from sijill.domain.access import actions as access
from sijill.domain.access.rules import Act, NotAllowed, NotVisible, Refused, Viewer, require
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger import queries as ledger_queries
from sijill.domain.ledger.rules import NewSubject
from sijill.domain.people import queries, write
from sijill.domain.people.models import Claim, ClaimWithdrawn, Link, LinkWithdrawn
from sijill.domain.people.rules import (
    PEOPLE_MAX,
    Categories,
    NewClaim,
    NewPerson,
    Registered,
    categories,
    flaw,
    pair,
    words_of,
)

REASON_MAX = 200


def _recording(by: Viewer, authority_id: int, facility_id: int | None, at: datetime) -> write.Recording:
    """For whom rows are written; a user whose duties there are all limited to facilities writes for the first of them."""
    require(by, Act.RECORD_CUSTODY, authority_id=authority_id, facility_id=facility_id)
    if facility_id is None:
        places = [d.facility_id for d in by.duties if d.authority_id == authority_id]
        facility_id = None if None in places else places[0]
    return write.Recording(authority_id, facility_id, by.user_id, at)


def _check_claims(claims: Sequence[NewClaim]) -> None:
    for claim in claims:
        code = flaw(claim.value)
        if code:
            raise Refused(code)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("needs-reason")
    if len(reason) > REASON_MAX:
        raise Refused("reason-too-long", limit=REASON_MAX)


@transaction.atomic
def register_people(
    *,
    people: Sequence[NewPerson],
    authority_id: int,
    facility_id: int | None = None,
    by: Viewer,
    at: datetime,
) -> list[Registered]:
    """Enter people with what is claimed of them, a register number each. Those the viewer already sees are repeated.

    Refused("too-many-people"), a flaw's code (see README), or ("id-already-used") for an id that is not this viewer's.
    Where they are is not said here: admit them through the ledger.
    """
    recording = _recording(by, authority_id, facility_id, at)
    people = list({p.id: p for p in people}.values())
    if len(people) > PEOPLE_MAX:
        raise Refused("too-many-people", limit=PEOPLE_MAX)
    known = queries.seen_among(by, [p.id for p in people])
    new = [p for p in people if p.id not in known]
    _check_claims([c for p in new for c in p.claims])
    numbers = dict(zip([p.id for p in new], write.next_numbers(len(new)) if new else [], strict=True))
    _enter([(p, numbers[p.id], None) for p in new], recording, by)
    return [Registered(p.id, known.get(p.id) or numbers[p.id], p.id in known) for p in people]


def _enter(people: Sequence[tuple[NewPerson, str, int | None]], recording: write.Recording, by: Viewer) -> None:
    """Write new people in every table, in the ledger by their codes alone."""
    if not people:
        return
    on = recording.at.date()
    subjects = [NewSubject(p.id, **asdict(categories([c.value for c in p.claims], on))) for p, _number, _no in people]
    ledger.add_subjects(subjects=subjects, by=by, at=recording.at)
    try:
        with transaction.atomic():
            write.insert_people([(p.id, number, no) for p, number, no in people], recording)
    except IntegrityError as error:
        raise Refused("id-already-used") from error
    write.insert_claims([(p.id, c) for p, _number, _no in people for c in p.claims], recording)
    write.index([(p.id, number, p.claims) for p, number, _no in people])


@transaction.atomic
def register_person(
    *,
    person_id: UUID,
    authority_id: int,
    claims: Sequence[NewClaim],
    facility_id: int | None = None,
    by: Viewer,
    at: datetime,
) -> Registered:
    """Enter one person; see `register_people`."""
    person = NewPerson(person_id, tuple(claims))
    return register_people(people=[person], authority_id=authority_id, facility_id=facility_id, by=by, at=at)[0]


@transaction.atomic
def register_unknowns(
    *, ids: Sequence[UUID], authority_id: int, facility_id: int | None = None, by: Viewer, at: datetime
) -> list[Registered]:
    """Enter people nobody could name: each gets the authority's next number ("Unknown 7 of ALPHA")."""
    recording = _recording(by, authority_id, facility_id, at)
    ids = list(dict.fromkeys(ids))
    if len(ids) > PEOPLE_MAX:
        raise Refused("too-many-people", limit=PEOPLE_MAX)
    known = queries.seen_among(by, ids)
    new = [i for i in ids if i not in known]
    entered = dict(zip(new, write.next_numbers(len(new)), strict=True)) if new else {}
    numbered = zip(new, write.next_unknowns(authority_id, len(new)) if new else [], strict=True)
    _enter([(NewPerson(i), entered[i], no) for i, no in numbered], recording, by)
    return [Registered(i, known.get(i) or entered[i], i in known) for i in ids]


@transaction.atomic
def show_to(
    *, person_ids: Sequence[UUID], authority_id: int, facility_id: int | None = None, by: Viewer, at: datetime
) -> None:
    """Let another authority read these people: a sealed manifest shows them to its carrier and receiver.

    With a facility, users whose duty is limited to it read them before anybody arrives. NotVisible unless the viewer sees
    every one of them; NotAllowed without a duty to seal a manifest or record custody. Twice changes nothing.
    """
    if not (by.may(Act.SEAL_MANIFEST) or by.may(Act.RECORD_CUSTODY)):
        raise NotAllowed(Act.SEAL_MANIFEST)
    wanted = list(dict.fromkeys(person_ids))
    if not wanted:
        return
    if len(queries.seen_among(by, wanted)) != len(wanted):
        raise NotVisible
    write.insert_sights(wanted, authority_id, facility_id)
    with connection.cursor() as cursor:
        cursor.execute("select people_index_shown(%s, %s)", [wanted, authority_id])


def open_file(*, person_id: UUID, purpose: str, by: Viewer, at: datetime) -> queries.PersonFile:
    """Read a person's file and write down that it was read, by whom, for what purpose."""
    with transaction.atomic():
        file = queries.person(by, person_id)
        access.record_read(subject=person_id, purpose=purpose, by=by, at=at)
        return file


def _changed(person_id: UUID, before: Categories, by: Viewer, at: datetime) -> None:
    """After claims came or went: the words to search by, and the codes of the ledger where its book is the viewer's."""
    file = queries.person(by, person_id)
    values = [c.value for c in file.in_force()]
    words = words_of(values, file.name.register_number)
    with connection.cursor() as cursor:
        cursor.execute("select people_unindex(%s, %s)", [person_id, list(words)])
    write.execute(
        "select people_index(%s::uuid[], %s::text[], %s::text[])", [(person_id, w, kind) for w, kind in words.items()]
    )
    after = categories(values, at.date())
    if after != before and ledger_queries.where(by, [person_id]):
        ledger.set_categories(subject_id=person_id, **asdict(after), by=by, at=at)


def _categories(person_id: UUID, by: Viewer, at: datetime) -> Categories:
    return categories([c.value for c in queries.person(by, person_id).in_force()], at.date())


@transaction.atomic
def add_claim(*, person_id: UUID, claim: NewClaim, authority_id: int, by: Viewer, at: datetime) -> UUID:
    """Record one more claim about a person. It stands beside the others; none is overwritten. The same id changes nothing."""
    recording = _recording(by, authority_id, None, at)
    before = _categories(person_id, by, at)
    _check_claims([claim])
    held = Claim.objects.filter(pk=claim.id).first()
    if held is not None:
        if held.person_id != person_id:
            raise Refused("id-already-used")
        return claim.id
    write.insert_claims([(person_id, claim)], recording)
    _changed(person_id, before, by, at)
    return claim.id


@transaction.atomic
def withdraw_claim(*, claim_id: UUID, reason: str, by: Viewer, at: datetime) -> None:
    """Say that the recording authority no longer stands by a claim. The claim stays readable; a second time changes nothing."""
    claim = Claim.objects.filter(pk=claim_id).first()
    if claim is None:
        raise NotVisible
    require(by, Act.CORRECT, authority_id=claim.authority_id)
    _check_reason(reason)
    if ClaimWithdrawn.objects.filter(pk=claim_id).exists():
        return
    before = _categories(claim.person_id, by, at)
    ClaimWithdrawn(claim_id=claim_id, reason=reason, by_id=by.user_id, at=at).save(force_insert=True)
    _changed(claim.person_id, before, by, at)


@transaction.atomic
def link_records(
    *, link_id: UUID, one: UUID, other: UUID, authority_id: int, reason: str, by: Viewer, at: datetime
) -> UUID:
    """Say that two records are of one person. Both stay; the link can be withdrawn (law 7).

    Refused("declared-not-same") while the lasting verdict stands, ("already-linked"), ("same-record"), ("needs-reason").
    """
    return _judge(link_id, (one, other), "same", authority_id, reason, by, at)


@transaction.atomic
def declare_not_same(
    *, link_id: UUID, one: UUID, other: UUID, authority_id: int, reason: str, by: Viewer, at: datetime
) -> UUID:
    """Say that two records are lastingly not one person. Refused("already-linked") while a link between them stands."""
    return _judge(link_id, (one, other), "not-same", authority_id, reason, by, at)


def _judge(
    link_id: UUID, persons: tuple[UUID, UUID], verdict: str, authority_id: int, reason: str, by: Viewer, at: datetime
) -> UUID:
    require(by, Act.CORRECT, authority_id=authority_id)
    _check_reason(reason)
    if persons[0] == persons[1]:
        raise Refused("same-record")
    one, other = pair(*persons)
    if len(queries.seen_among(by, [one, other])) != 2:
        raise NotVisible
    with connection.cursor() as cursor:  # rows of a person cannot be locked by their readers; their pair can
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"{one}{other}"])
    standing = {k: v for k, v in queries.verdicts(by, one, other).items() if k != link_id}
    if Link.objects.filter(pk=link_id).exists():
        return link_id
    if "not-same" in standing.values():
        raise Refused("declared-not-same")
    if "same" in standing.values():
        raise Refused("already-linked")
    Link(
        id=link_id, one_id=one, other_id=other, verdict=verdict, reason=reason, authority_id=authority_id,
        by_id=by.user_id, at=at,
    ).save(force_insert=True)  # fmt: skip
    return link_id


@transaction.atomic
def withdraw_link(*, link_id: UUID, reason: str, by: Viewer, at: datetime) -> None:
    """Take a verdict about two records back. It stays readable; a second time changes nothing."""
    link = Link.objects.filter(pk=link_id).first()
    if link is None:
        raise NotVisible
    require(by, Act.CORRECT, authority_id=link.authority_id)
    _check_reason(reason)
    if not LinkWithdrawn.objects.filter(pk=link_id).exists():
        LinkWithdrawn(link_id=link_id, reason=reason, by_id=by.user_id, at=at).save(force_insert=True)
