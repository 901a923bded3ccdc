"""Entering people, with claims or as numbered unknowns, and showing them to another authority. Part of `actions`."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from sijill.domain.access.rules import Act, NotAllowed, NotVisible, Refused, Viewer, require
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger.rules import NewSubject
from sijill.domain.people import queries, write
from sijill.domain.people.rules import PEOPLE_MAX, NewClaim, NewPerson, Registered, categories


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
    require(by, Act.RECORD_CUSTODY, authority_id=authority_id, facility_id=facility_id)
    recording = write.recording(by, authority_id, facility_id, at)
    people = list({p.id: p for p in people}.values())
    if len(people) > PEOPLE_MAX:
        raise Refused("too-many-people", limit=PEOPLE_MAX)
    known = queries.seen_among(by, [p.id for p in people])
    new = [p for p in people if p.id not in known]
    write.check([c for p in new for c in p.claims])
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
    require(by, Act.RECORD_CUSTODY, authority_id=authority_id, facility_id=facility_id)
    recording = write.recording(by, authority_id, facility_id, at)
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
    *,
    person_ids: Sequence[UUID],
    authority_id: int,
    facility_id: int | None = None,
    coming: bool = False,
    by: Viewer,
    at: datetime,
) -> None:
    """Let another authority read these people: a sealed manifest shows them to its carrier and receiver.

    `coming`: they are only expected, and read by its duties of movement until `has_come` or `no_longer_expect`.

    With a facility, users whose duty is limited to it read them before anybody arrives. NotVisible unless the viewer
    sees every one; NotAllowed without a duty to seal a manifest or record custody. Twice changes nothing.
    """
    if not (by.may(Act.SEAL_MANIFEST) or by.may(Act.RECORD_CUSTODY)):
        raise NotAllowed(Act.SEAL_MANIFEST)
    wanted = list(dict.fromkeys(person_ids))
    if not wanted:
        return
    if len(queries.seen_among(by, wanted)) != len(wanted):
        raise NotVisible
    if coming:
        write.insert_expected(wanted, authority_id)
    else:
        write.insert_sights(wanted, authority_id, facility_id)
    with connection.cursor() as cursor:
        cursor.execute("select people_index_shown(%s, %s)", [wanted, authority_id])


@transaction.atomic(savepoint=False)
def has_come(*, person_ids: Sequence[UUID], authority_id: int, by: Viewer, at: datetime) -> None:
    """These people were received: whoever reads this authority's people reads them now. For a signed handover."""
    _settle_expectation("select people_came(%s, %s)", person_ids, authority_id)


@transaction.atomic(savepoint=False)
def no_longer_expect(*, person_ids: Sequence[UUID], authority_id: int, by: Viewer, at: datetime) -> None:
    """These people will not come: an authority that only expected them reads them no more. For what is called off."""
    _settle_expectation("select people_expected_no_more(%s, %s)", person_ids, authority_id)


def _settle_expectation(function: str, person_ids: Sequence[UUID], authority_id: int) -> None:
    if person_ids:
        with as_register(), connection.cursor() as cursor:
            cursor.execute(function, [list(person_ids), authority_id])
