"""The only readers of the room safeguards. Row-level security decides which rows there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from sijill.domain.access.rules import NotVisible, Viewer
from sijill.domain.ledger.queries import AccountRow
from sijill.domain.ledger.rules import FOREVER, AccountKind
from sijill.domain.safeguards.models import LegalBasis
from sijill.domain.safeguards.rules import BasisRow, Clearance, Ground, Health, Standing

PAGE_MAX = 200


@dataclass(frozen=True, slots=True)
class CustodyCount:
    """How many a book holds at a place (None: on the way, or outside for a time), and how many without a basis."""

    book_id: int
    facility_id: int | None
    held: int
    without: int


@dataclass(frozen=True, slots=True)
class WithoutRow:
    """Somebody held without a basis in force: how he stands there, since when, and what is recorded."""

    subject_id: UUID
    kind: AccountKind
    since: datetime
    standing: Standing


@dataclass(frozen=True, slots=True)
class Stay:
    """Where a person stood in one book from when to when, as known now; `to_at` None while he stands there."""

    account: AccountRow
    from_at: datetime
    to_at: datetime | None


def _row(basis: LegalBasis) -> BasisRow:
    withdrawal = getattr(basis, "withdrawal", None)
    return BasisRow(
        id=basis.pk,
        subject_id=basis.person_id,
        authority_id=basis.authority_id,
        ground=Ground(basis.ground),
        ordering_authority=basis.ordering_authority,
        document=basis.document,
        source=basis.source,
        stated_on=basis.stated_on,
        expires_on=basis.expires_on,
        recorded_at=basis.recorded_at,
        by=basis.by_id,
        withdrawn_at=withdrawal.at if withdrawal else None,
        withdrawn_reason=withdrawal.reason if withdrawal else "",
        withdrawn_by=withdrawal.by_id if withdrawal else None,
    )


def legal_bases(viewer: Viewer, subject_ids: Sequence[UUID]) -> dict[UUID, tuple[BasisRow, ...]]:
    """Every basis recorded of these people, the newest first, in one query. Those without any have an empty tuple."""
    found: dict[UUID, list[BasisRow]] = {i: [] for i in subject_ids}
    rows = LegalBasis.objects.filter(person_id__in=list(found)).select_related("withdrawal")
    for basis in rows.order_by("-stated_on", "-recorded_at", "id"):
        found[basis.person_id].append(_row(basis))
    return {subject: tuple(bases) for subject, bases in found.items()}


def legal_basis(viewer: Viewer, basis_id: UUID) -> BasisRow:
    """One basis; NotVisible when there is none for this viewer."""
    found = LegalBasis.objects.select_related("withdrawal").filter(pk=basis_id).first()
    if found is None:
        raise NotVisible
    return _row(found)


def stays(viewer: Viewer, subject_id: UUID) -> list[Stay]:
    """Where a person stood, in every book the viewer reads, the oldest first: the custody line of his file."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select a.id, a.book_id, a.kind, a.facility_id, a.hall_id, a.other_id, a.note, p.from_at,"
            " nullif(p.to_at, %(forever)s) from ledger_folio f join ledger_position p on p.folio_id = f.id"
            " join ledger_account a on a.id = p.account_id where f.subject_id = %(subject)s"
            " and p.known_to = %(forever)s and p.from_at < p.to_at order by p.from_at, p.id",
            {"subject": subject_id, "forever": FOREVER},
        )
        rows = cursor.fetchall()
    return [
        Stay(AccountRow(r[0], r[1], AccountKind(r[2]), r[3], r[4], r[5], r[6]), r[7], r[8])
        for r in rows
    ]  # fmt: skip


def health(viewer: Viewer, subject_id: UUID) -> Health:
    """What is recorded of somebody's health: in this first form nothing, and that is said."""
    return Health.NOT_RECORDED


def clearances(viewer: Viewer, references: Sequence[str]) -> dict[str, Clearance]:
    """What is recorded of the clearance of these movements: in this first form nothing, and that is said."""
    return dict.fromkeys(references, Clearance.NOT_RECORDED)


def counts(viewer: Viewer, on: date) -> list[CustodyCount]:
    """How many are held, and how many of them without a basis, by book and place: for everybody who reads counts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select book_id, facility_id, held, without from safeguards_held_without(%s) order by 4 desc, 1, 2", [on]
        )
        return [CustodyCount(*row) for row in cursor.fetchall()]


def without_basis(
    viewer: Viewer,
    book_id: int,
    facility_id: int | None,
    on: date,
    *,
    after: UUID | None = None,
    limit: int = 50,
) -> list[WithoutRow]:
    """People a book holds at a place (None: on the way) without a basis in force, by id: those the viewer may read.

    The next page follows `after`, the id of the last row.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select subject_id, kind, since, named, said from safeguards_absent(%s, %s, %s, %s, %s)",
            [book_id, facility_id, on, after, min(limit, PAGE_MAX)],
        )
        rows = cursor.fetchall()
    return [WithoutRow(r[0], AccountKind(r[1]), r[2], _absence(named=r[3], said=r[4])) for r in rows]


def _absence(*, named: bool, said: bool) -> Standing:
    """Why somebody is on the list: every ground is over, none was named, or nothing is recorded."""
    if named:
        return Standing.EXPIRED
    return Standing.NONE_STATED if said else Standing.NOT_RECORDED
