"""Opening and settling findings, as rows. The caller holds the transaction and looks as the register."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import connection

from sijill.domain.ledger.rules import FINDINGS, NewFinding

_SPACE = UUID("6f9f5c5e-51a1-4b8e-9a53-5d6a3f6f0c10")


def finding_id(finding: NewFinding) -> UUID:
    """The id that the same finding always gets: it opens once."""
    return uuid5(_SPACE, f"{finding.book_id}/{finding.code}/{finding.subject_id}/{finding.ref}")


def open_rows(findings: Sequence[NewFinding], *, by: UUID, at: datetime) -> None:
    """Open findings that are not open yet; an earlier one with the same key is left as it is."""
    if not findings:
        return
    unique = list({finding_id(f): f for f in findings}.items())
    columns = [
        [i for i, _ in unique],
        [f.book_id for _, f in unique],
        [f.code for _, f in unique],
        [f.subject_id for _, f in unique],
        [f.facility_id for _, f in unique],
        [f.ref for _, f in unique],
        [f.n for _, f in unique],
        [f.owner or FINDINGS[f.code][0].value for _, f in unique],
        [at + timedelta(hours=FINDINGS[f.code][1]) for _, f in unique],
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "with opened as (insert into ledger_finding (id, book_id, code, subject_id, facility_id, ref, n, owner,"
            " opened_at, due_at, state) select i, b, c, s, f, r, n, o, %s, d, 'open' from unnest(%s::uuid[],"
            " %s::bigint[], %s::text[], %s::uuid[], %s::bigint[], %s::uuid[], %s::int[], %s::text[], %s::timestamptz[])"
            " as u(i, b, c, s, f, r, n, o, d) on conflict do nothing returning id, owner)"
            " insert into ledger_findingevent (id, finding_id, state, owner, note, by_id, at)"
            " select gen_random_uuid(), id, 'open', owner, '', %s, %s from opened",
            [at, *columns, by, at],
        )
