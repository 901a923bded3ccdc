"""Head counts as they were taken: when, by whom, and how many were seen."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sijill.domain.access.rules import NotVisible, Viewer
from sijill.domain.ledger.queries.rows import fetch


@dataclass(frozen=True, slots=True)
class HeadCountRow:
    """One head count: the identities seen (as a number here), bodies nobody could name, people not on the list."""

    id: UUID
    book_id: int
    facility_id: int
    hall_id: int | None
    counted_at: datetime
    unknown: int
    not_on_list: int
    by: UUID
    recorded_at: datetime
    seen: int

    @property
    def bodies(self) -> int:
        """Everybody who was counted: the number is derived from the set (law 6)."""
        return self.seen + self.unknown + self.not_on_list


_COUNT = (
    "select h.id, h.book_id, h.facility_id, h.hall_id, h.counted_at, h.unknown, h.not_on_list, h.by_id, h.recorded_at,"
    " (select count(*) from ledger_seen s where s.head_count_id = h.id) from ledger_headcount h"
)


def head_count(viewer: Viewer, head_count_id: UUID) -> HeadCountRow:
    """One head count; NotVisible when it is none of the viewer's books."""
    rows = fetch(f"{_COUNT} where h.id = %s", [head_count_id])
    if not rows:
        raise NotVisible
    return HeadCountRow(*rows[0])


def head_counts(viewer: Viewer, facility_id: int, *, limit: int = 20) -> list[HeadCountRow]:
    """The latest head counts of a facility, newest first."""
    rows = fetch(f"{_COUNT} where h.facility_id = %s order by h.counted_at desc, h.id limit %s", [facility_id, limit])
    return [HeadCountRow(*r) for r in rows]
