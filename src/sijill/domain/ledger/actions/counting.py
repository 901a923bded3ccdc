"""Head counts: the set of identities seen (law 6)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sijill.domain.access.rules import Act, Refused, Viewer, require
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger import queries
from sijill.domain.ledger.findings import open_rows
from sijill.domain.ledger.models import HeadCount, Seen, Subject
from sijill.domain.ledger.rules import (
    NewFinding,
    compare,
)


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
