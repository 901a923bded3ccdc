"""The manifests and handovers one person was on. Part of `queries`."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from sijill.domain.access.rules import Viewer


@dataclass(frozen=True, slots=True)
class TravelRow:
    """One handover of a manifest somebody was on (ordinal 0: on the manifest, no handover about him yet)."""

    batch_id: UUID
    batch_code: str
    manifest_id: UUID
    manifest_code: str
    manifest_state: str
    planned_on: date
    destination_id: int
    line_open: bool
    handover_id: UUID | None
    ordinal: int
    giver_id: int | None
    receiver_id: int | None
    place_id: int | None
    state: str
    since: datetime | None
    code: str  # what the receiver said of him, "" = nothing yet
    resolution: str  # what the giver said of a line that was not received


def travelled(viewer: Viewer, subject_id: UUID, *, limit: int = 100) -> list[TravelRow]:
    """Every manifest of this person that the viewer may know of, with what each handover said of him; newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select b.id, b.code, m.id, m.code, m.state, b.planned_on, m.destination_id, bool_or(l.open), h.id,"
            " coalesce(h.ordinal, 0), h.giver_id, h.receiver_id, h.place_id, coalesce(h.state, ''), h.since,"
            " coalesce(max(k.code), ''), coalesce(max(k.resolution), '')"
            " from (select manifest_id, open from transfers_manifestline where subject_id = %(who)s"
            " union all select g.manifest_id, false from transfers_handoverline x join transfers_handover g"
            " on g.id = x.handover_id where x.subject_id = %(who)s and not x.on_manifest) l"
            " join transfers_manifest m on m.id = l.manifest_id join transfers_batch b on b.id = m.batch_id"
            " left join (transfers_handoverline k join transfers_handover h on h.id = k.handover_id)"
            " on h.manifest_id = m.id and k.subject_id = %(who)s"
            " group by b.id, b.code, m.id, m.code, m.state, b.planned_on, m.destination_id, h.id, h.ordinal,"
            " h.giver_id, h.receiver_id, h.place_id, h.state, h.since"
            " order by b.planned_on desc, m.code desc, coalesce(h.ordinal, 0) desc limit %(limit)s",
            {"who": subject_id, "limit": limit},
        )
        return [TravelRow(*row) for row in cursor.fetchall()]
