"""Findings: what is open, whose it is, and what happened to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sijill.domain.access.rules import NotVisible, Viewer
from sijill.domain.ledger.queries.rows import FindingRow, FindingStep, fetch

_FINDING = "id, book_id, code, subject_id, facility_id, ref, n, owner, opened_at, due_at, state"


def findings(
    viewer: Viewer,
    *,
    states: Sequence[str] = ("open", "explained"),
    owner: str = "",
    ref: UUID | None = None,
    subject_id: UUID | None = None,
    limit: int = 500,
) -> list[FindingRow]:
    """Findings of the viewer's books, the most overdue first."""
    rows = fetch(
        f"select {_FINDING} from ledger_finding where state = any(%s) and (%s = '' or owner = %s)"
        " and (%s::uuid is null or ref = %s) and (%s::uuid is null or subject_id = %s) order by due_at, id limit %s",
        [list(states), owner, owner, ref, ref, subject_id, subject_id, limit],
    )
    return [FindingRow(*r) for r in rows]


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """How many findings of one kind one duty owns, how many of them are overdue, and the first of them."""

    owner: str
    code: str
    count: int
    overdue: int
    first: tuple[FindingRow, ...]


def finding_groups(
    viewer: Viewer, *, states: Sequence[str], owner: str = "", code: str = "", skip: int = 0, each: int, at: datetime
) -> list[FindingGroup]:
    """Findings by owner and kind, however many there are: of every group `each` rows after `skip`, the longest due
    first, and the numbers of the whole group."""
    rows = fetch(
        f"select {_FINDING}, count, overdue from (select {_FINDING}, row_number() over kind as place, count(*) over"
        " whole as count, count(*) filter (where state = 'open' and due_at < %s) over whole as overdue"
        " from ledger_finding where state = any(%s) and (%s = '' or owner = %s) and (%s = '' or code = %s)"
        " window kind as (partition by owner, code order by due_at, id), whole as (partition by owner, code)) f"
        " where place > %s and place <= %s order by owner, code, place",
        [at, list(states), owner, owner, code, code, skip, skip + each],
    )
    groups: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for row in rows:
        groups.setdefault((row[7], row[2]), []).append(row)
    return [
        FindingGroup(owns, kind, some[0][11], some[0][12], tuple(FindingRow(*r[:11]) for r in some))
        for (owns, kind), some in groups.items()
    ]


def findings_by_refs(viewer: Viewer, refs: Sequence[UUID]) -> list[FindingRow]:
    """All findings about these events, handovers or counts, in any state."""
    rows = fetch(f"select {_FINDING} from ledger_finding where ref = any(%s) order by opened_at, id", [list(refs)])
    return [FindingRow(*r) for r in rows]


def finding(viewer: Viewer, finding_id: UUID) -> tuple[FindingRow, list[FindingStep]]:
    """One finding with all that happened to it; NotVisible when it is not the viewer's."""
    rows = fetch(f"select {_FINDING} from ledger_finding where id = %s", [finding_id])
    if not rows:
        raise NotVisible
    steps = fetch(
        "select state, owner, note, by_id, at from ledger_findingevent where finding_id = %s order by at, id",
        [finding_id],
    )
    return FindingRow(*rows[0]), [FindingStep(*s) for s in steps]


def open_count(viewer: Viewer) -> dict[str, int]:
    """How many findings are open, by owning duty."""
    return dict(
        fetch("select owner, count(*) from ledger_finding where state = 'open' group by owner order by owner", [])
    )
