"""Books, and people as the ledger knows them: an id and anonymous codes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from sijill.domain.access.rules import Act, NotAllowed, NotVisible, Viewer
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger.models import Book, Subject
from sijill.domain.ledger.rules import (
    NewSubject,
)


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
