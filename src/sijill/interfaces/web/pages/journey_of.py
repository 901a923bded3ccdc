"""The manifests somebody was on, with what each handover said of him."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import Viewer
from sijill.domain.places.rules import FacilityRow
from sijill.domain.safeguards import queries as safeguards
from sijill.domain.safeguards.rules import Clearance
from sijill.domain.transfers import queries as transfers
from sijill.domain.transfers.queries import TravelRow
from sijill.domain.transfers.rules import OutcomeCode
from sijill.interfaces.web.pages.standing import Gazetteer

# What the receiver may say that cannot be true together with "here he is".
AGAINST = frozenset({OutcomeCode.ABSENT, OutcomeCode.REFUSED, OutcomeCode.NOT_THE_PERSON, OutcomeCode.DEAD})


@dataclass(frozen=True, slots=True)
class Leg:
    """One handover: from whom to whom, where, how far it is signed, and what was said of this person."""

    handover_id: UUID
    ordinal: int
    giver: AuthorityRow | None
    receiver: AuthorityRow | None
    place: FacilityRow | None
    state: str
    since: datetime | None
    outcome: str
    resolution: str

    @property
    def contested(self) -> bool:
        """True when the giver presented him, and the receiver says that he was not there, or not he, or not alive."""
        return self.outcome in AGAINST


@dataclass(frozen=True, slots=True)
class Travel:
    """One manifest with this person on it, its handovers, and that nothing is recorded of its clearance."""

    batch_id: UUID
    batch_code: str
    manifest_id: UUID
    manifest_code: str
    manifest_state: str
    planned_on: date
    destination: FacilityRow | None
    clearance: Clearance
    legs: tuple[Leg, ...]


def travels(viewer: Viewer, person_id: UUID, here: Gazetteer) -> list[Travel]:
    """The manifests somebody was on that the viewer may know of, the newest first."""
    rows = transfers.travelled(viewer, person_id)
    cleared = safeguards.clearances(viewer, [row.batch_code for row in rows])
    return [
        _travel(list(of_manifest), here, cleared) for _code, of_manifest in groupby(rows, lambda row: row.manifest_id)
    ]


def _travel(rows: list[TravelRow], here: Gazetteer, cleared: dict[str, Clearance]) -> Travel:
    first = rows[0]
    legs = [_leg(row, row.handover_id, here) for row in rows if row.handover_id is not None]
    return Travel(
        batch_id=first.batch_id,
        batch_code=first.batch_code,
        manifest_id=first.manifest_id,
        manifest_code=first.manifest_code,
        manifest_state=first.manifest_state,
        planned_on=first.planned_on,
        destination=here.facilities.get(first.destination_id),
        clearance=cleared[first.batch_code],
        legs=tuple(sorted(legs, key=lambda leg: leg.ordinal)),
    )


def _leg(row: TravelRow, handover_id: UUID, here: Gazetteer) -> Leg:
    return Leg(
        handover_id=handover_id,
        ordinal=row.ordinal,
        giver=here.authorities.get(row.giver_id or 0),
        receiver=here.authorities.get(row.receiver_id or 0),
        place=here.facilities.get(row.place_id or 0),
        state=row.state,
        since=row.since,
        outcome=row.code,
        resolution=row.resolution,
    )
