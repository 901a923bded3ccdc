"""The only writers of the room safeguards."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import psycopg
from django.db import IntegrityError, ProgrammingError, connection, transaction

from sijill.domain.access.rules import Act, NotVisible, Refused, Viewer, require
from sijill.domain.people import queries as people
from sijill.domain.safeguards import queries
from sijill.domain.safeguards.models import BasisWithdrawn, LegalBasis
from sijill.domain.safeguards.rules import BASES_MAX, TEXT_MAX, NewBasis, flaw

REASON_MAX = 200


@transaction.atomic
def state_legal_basis(
    *,
    basis_id: UUID,
    subject_id: UUID,
    authority_id: int,
    ground: str,
    ordering_authority: str,
    document: str,
    source: str,
    stated_on: date,
    expires_on: date | None,
    by: Viewer,
    at: datetime,
) -> UUID:
    """Record on what basis somebody is said to be held, beside what was said before. The same id changes nothing.

    NotVisible unless the viewer may read the person; see `state_legal_bases`.
    """
    basis = NewBasis(basis_id, subject_id, ground, source, stated_on, ordering_authority, document, expires_on)
    state_legal_bases(bases=[basis], authority_id=authority_id, by=by, at=at)
    return basis_id


@transaction.atomic
def state_legal_bases(*, bases: Sequence[NewBasis], authority_id: int, by: Viewer, at: datetime) -> int:
    """Record many bases at once, each about one person; how many were new.

    NotAllowed without the duty in this authority, NotVisible when a person is not shown to the viewer, Refused with the
    code of the first flaw, ("too-many-bases"), ("not-received-here") for somebody this authority only expects or never
    had, or ("id-already-used") for an id that says something else.
    """
    require(by, Act.STATE_LEGAL_BASIS, authority_id=authority_id)
    if len(bases) > BASES_MAX:
        raise Refused("too-many-bases", limit=BASES_MAX)
    people_ids = {b.subject_id for b in bases}
    if len(people.seen_among(by, people_ids)) != len(people_ids):
        raise NotVisible
    for basis in bases:
        code = flaw(basis, at)
        if code:
            raise Refused(code, most=TEXT_MAX)
    new = _new(bases, authority_id)
    try:
        with transaction.atomic():
            _insert(new, authority_id, by, at)
    except IntegrityError:  # the id of a row that this viewer may not read
        raise Refused("id-already-used") from None
    except ProgrammingError as failure:  # PostgreSQL: the viewer reads them, but this authority has not received them
        if not isinstance(failure.__cause__, psycopg.errors.InsufficientPrivilege):
            raise
        raise Refused("not-received-here") from None
    return len(new)


def _new(bases: Sequence[NewBasis], authority_id: int) -> list[NewBasis]:
    """Those whose id is not there yet. One that is there must say the same."""
    unique = {b.id: b for b in bases}
    for held in LegalBasis.objects.filter(pk__in=list(unique)):
        wanted = unique.pop(held.pk)
        said = NewBasis(
            held.pk, held.person_id, held.ground, held.source, held.stated_on, held.ordering_authority, held.document,
            held.expires_on,
        )  # fmt: skip
        if (said, held.authority_id) != (wanted, authority_id):
            raise Refused("id-already-used")
    return list(unique.values())


def _insert(bases: Sequence[NewBasis], authority_id: int, by: Viewer, at: datetime) -> None:
    """Write them in one statement."""
    if not bases:
        return
    columns = zip(
        *(
            (b.id, b.subject_id, b.ground, b.ordering_authority, b.document, b.source, b.stated_on, b.expires_on)
            for b in bases
        ),
        strict=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into safeguards_legalbasis (id, person_id, ground, ordering_authority, document, source, stated_on,"
            " expires_on, authority_id, by_id, recorded_at) select u.*, r.* from unnest(%s::uuid[], %s::uuid[],"
            " %s::text[], %s::text[], %s::text[], %s::text[], %s::date[], %s::date[]) as u,"
            " (select %s::bigint, %s::uuid, %s::timestamptz) as r",
            [*(list(column) for column in columns), authority_id, by.user_id, at],
        )


@transaction.atomic
def withdraw_legal_basis(*, basis_id: UUID, reason: str, by: Viewer, at: datetime) -> None:
    """Say that the recording authority no longer stands by a basis. It stays readable; twice changes nothing."""
    basis = queries.legal_basis(by, basis_id)
    require(by, Act.STATE_LEGAL_BASIS, authority_id=basis.authority_id)
    if basis.withdrawn_at is not None:
        return
    if not reason.strip():
        raise Refused("needs-reason")
    if len(reason) > REASON_MAX:
        raise Refused("reason-too-long", limit=REASON_MAX)
    withdrawal = BasisWithdrawn(basis_id=basis_id, reason=reason, by_id=by.user_id, at=at)
    BasisWithdrawn.objects.bulk_create([withdrawal], ignore_conflicts=True)  # somebody may have done so meanwhile
