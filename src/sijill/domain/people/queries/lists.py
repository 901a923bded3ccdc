"""Readers of list imports. Part of `queries`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import connection

from sijill.domain.access.rules import NotVisible, Refused, Viewer
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.rules import OPEN
from sijill.domain.people.columns import Field, mapping_flaw, propose
from sijill.domain.people.lists import Table, Unreadable, read
from sijill.domain.people.models import ListImport
from sijill.domain.people.rows import Problem, Reading, ReadRow, person_id, understand
from sijill.domain.people.spelling import compact
from sijill.domain.places import queries as places

PREVIEW_ROWS = 20
PROBLEMS_SHOWN_MAX = 500
_LISTS = UUID("5f0c2b3e-7a64-4d0e-9b53-9a5d7c1f2e48")
_LIGHT = (
    "id", "authority_id", "facility_id", "filename", "sha256", "mapping", "state", "rows", "done_rows", "imported",
    "already_here", "problems", "reason", "occurred_at", "by_id", "at", "confirmed_by_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A list import as read. `done_rows` of `rows` is how far it got, also when it was cancelled."""

    id: UUID
    authority_id: int
    facility_id: int
    filename: str
    sha256: str
    mapping: dict[int, Field]
    state: str  # uploaded, queued, running, done, cancelled, failed
    rows: int
    done_rows: int
    imported: int
    already_here: int
    problems: tuple[Problem, ...]
    reason: str
    occurred_at: datetime | None
    by: UUID
    at: datetime
    confirmed_by: UUID | None

    @property
    def key(self) -> UUID:
        """What the ids of its people are made from: the same file at the same place gives the same people."""
        return uuid5(_LISTS, f"{self.authority_id}/{self.facility_id}/{self.sha256}")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its header and the field it is read as; None when nobody has said yet."""

    index: int
    header: str
    field: Field | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What confirming the import would do; nothing has been written."""

    list_import: ImportRow
    columns: tuple[Column, ...]
    mapping_flaw: str  # column-missing, column-twice, nothing-to-name-by: it cannot be confirmed so
    rows: int
    good: int
    already_here: int
    with_errors: int
    with_warnings: int
    first_rows: tuple[ReadRow, ...]
    problems: tuple[Problem, ...]
    problem_count: int
    encoding: str
    notes: tuple[str, ...]


def _import_row(found: ListImport) -> ImportRow:
    return ImportRow(
        id=found.pk,
        authority_id=found.authority_id,
        facility_id=found.facility_id,
        filename=found.filename,
        sha256=found.sha256,
        mapping=mapping_from(found.mapping),
        state=found.state,
        rows=found.rows,
        done_rows=found.done_rows,
        imported=found.imported,
        already_here=found.already_here,
        problems=tuple(Problem(**p) for p in found.problems),
        reason=found.reason,
        occurred_at=found.occurred_at,
        by=found.by_id,
        at=found.at,
        confirmed_by=found.confirmed_by_id,
    )


def mapping_from(stored: Mapping[str, str]) -> dict[int, Field]:
    """A mapping as stored in JSON, with its numbers and fields."""
    return {int(index): Field(field) for index, field in stored.items()}


def imports(viewer: Viewer, *, limit: int = 50) -> list[ImportRow]:
    """The newest imports of the viewer's authorities (or of the facility his duty is limited to)."""
    return [_import_row(found) for found in ListImport.objects.only(*_LIGHT).order_by("-at", "id")[:limit]]


def list_import(viewer: Viewer, import_id: UUID) -> ImportRow:
    """One import; NotVisible when it is not the viewer's."""
    found = ListImport.objects.only(*_LIGHT).filter(pk=import_id).first()
    if found is None:
        raise NotVisible
    return _import_row(found)


def imports_of_file(viewer: Viewer, authority_id: int, facility_id: int, sha256: str) -> list[ImportRow]:
    """Imports of the very same file for the same place that still count: neither cancelled nor failed."""
    found = ListImport.objects.only(*_LIGHT).filter(authority_id=authority_id, facility_id=facility_id, sha256=sha256)
    return [_import_row(f) for f in found.exclude(state__in=["cancelled", "failed"]).order_by("at")]


def table_of(content: bytes) -> Table:
    """The table in a file, or Refused with the code of why there is none."""
    try:
        return read(content)
    except Unreadable as wrong:
        raise Refused(wrong.code, **wrong.about) from None


def _table(import_id: UUID) -> Table:
    return table_of(bytes(ListImport.objects.values_list("content", flat=True).get(pk=import_id)))


def width_of(viewer: Viewer, import_id: UUID) -> int:
    """How many columns the file has."""
    return len(_table(import_id).headers)


def read_list(viewer: Viewer, import_id: UUID) -> Reading:
    """The whole list as its confirmed mapping reads it. The same file, mapping and day always give the same reading."""
    row = list_import(viewer, import_id)
    return _reading(viewer, row, _table(import_id), row.mapping, (row.occurred_at or row.at).date())


def _reading(viewer: Viewer, row: ImportRow, table: Table, mapping: Mapping[int, Field], on: date) -> Reading:
    halls = frozenset(h.code for h in places.halls(viewer, row.facility_id))
    return understand(table, mapping, on, halls)


def preview(
    viewer: Viewer, import_id: UUID, *, mapping: Mapping[int, Field] | None = None, on: date | None = None
) -> Preview:
    """What would happen: counts, the first rows, the problems. By the stored mapping, or the one the user tries."""
    row = list_import(viewer, import_id)
    table = _table(import_id)
    chosen = dict(row.mapping if mapping is None else mapping)
    flaw = mapping_flaw(chosen, len(table.headers))
    usable = chosen if not flaw else propose(table.headers) if flaw == "column-missing" else {}
    reading = _reading(viewer, row, table, usable, on or (row.occurred_at or row.at).date())
    good = [r for r in reading.rows if r.is_good]
    here = here_already(viewer, row, good)
    problems = [p for r in reading.rows for p in r.problems]
    return Preview(
        list_import=row,
        columns=tuple(Column(i, header, chosen.get(i)) for i, header in enumerate(table.headers)),
        mapping_flaw=flaw,
        rows=len(reading.rows),
        good=len(good) - len(here),
        already_here=len(here),
        with_errors=len(reading.rows) - len(good),
        with_warnings=sum(bool(r.problems) for r in good),
        first_rows=reading.rows[:PREVIEW_ROWS],
        problems=tuple(problems[:PROBLEMS_SHOWN_MAX]),
        problem_count=len(problems),
        encoding=reading.encoding,
        notes=reading.notes,
    )


def here_already(viewer: Viewer, row: ImportRow, rows: Sequence[ReadRow]) -> dict[int, UUID]:
    """Row number -> person, for rows whose number of the same issuer somebody has who is answered for in this book now.

    A number alone never keeps a body out of the sums: whoever was transferred out, released or is in another book only
    is admitted again, as a record of its own.
    """
    known = _numbers_here(row.authority_id, {n for r in rows for n in r.numbers})
    holders = {p for people in known.values() for p in people}
    open_here = {
        w.subject_id
        for w in ledger.where(viewer, sorted(holders))
        if w.account.book_id == row.authority_id and w.account.kind in OPEN
    }
    found = {}
    for read_row in rows:
        own = person_id(row.key, read_row.row)
        others = [p for number in read_row.numbers for p in known.get(number, ()) if p != own and p in open_here]
        if others:
            found[read_row.row] = others[0]
    return found


def _numbers_here(authority_id: int, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[UUID]]:
    numbers = sorted({number[:64] for _issuer, number in wanted})
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct t.person_id, c.data ->> 'issuer', c.data ->> 'value' from people_token t"
            " join people_claim c on c.person_id = t.person_id and c.kind = 'number'"
            " where t.authority_id = %s and t.token = any(%s)"
            " and not exists (select 1 from people_claimwithdrawn w where w.claim_id = c.id) order by 1",
            [authority_id, numbers],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    found: dict[tuple[str, str], list[UUID]] = {}
    for person, issuer, value in rows:
        found.setdefault((compact(issuer), compact(value)), []).append(person)
    return found
