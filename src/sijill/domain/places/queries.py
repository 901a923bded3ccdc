"""The only readers of the room places. Places are known to everybody who signs in; nobody else sees a row."""

from datetime import datetime

from sijill.domain.access.rules import NotVisible, Viewer
from sijill.domain.places.models import Capacity, ControlStatement, Facility, Hall
from sijill.domain.places.rules import (
    Aspect,
    CapacityKind,
    CapacityRow,
    ControlRow,
    FacilityKind,
    FacilityRow,
    HallRow,
)


def _facility_row(found: Facility) -> FacilityRow:
    return FacilityRow(
        id=found.pk,
        code=found.code,
        kind=FacilityKind(found.kind),
        names=found.names,
        region=found.region,
        latitude=found.latitude,
        longitude=found.longitude,
        authority_id=found.authority_id,
    )


def facilities(viewer: Viewer) -> list[FacilityRow]:
    """Every facility, by code."""
    return [_facility_row(f) for f in Facility.objects.order_by("code")]


def facility(viewer: Viewer, code: str) -> FacilityRow:
    """One facility by its code; NotVisible when there is none."""
    found = Facility.objects.filter(code=code).first()
    if found is None:
        raise NotVisible
    return _facility_row(found)


def facility_by_id(viewer: Viewer, facility_id: int) -> FacilityRow:
    """One facility by its id; NotVisible when there is none."""
    found = Facility.objects.filter(pk=facility_id).first()
    if found is None:
        raise NotVisible
    return _facility_row(found)


def halls(viewer: Viewer, facility_id: int) -> list[HallRow]:
    """The halls of a facility, by code."""
    found = Hall.objects.filter(facility_id=facility_id).order_by("code")
    return [HallRow(h.pk, h.facility_id, h.code, h.names) for h in found]


def control(viewer: Viewer, facility_id: int, at: datetime) -> list[ControlRow]:
    """Everything said about who holds the place, up to that moment: aspect by aspect, the newest first."""
    found = ControlStatement.objects.filter(facility_id=facility_id, stated_at__lte=at)
    order = list(Aspect)
    rows = [
        ControlRow(
            id=s.pk,
            facility_id=s.facility_id,
            aspect=Aspect(s.aspect),
            holder_id=s.holder_id,
            holder_text=s.holder_text,
            speaker=s.speaker,
            since=s.since,
            stated_at=s.stated_at,
            note=s.note,
        )
        for s in found.order_by("-stated_at", "-recorded_at", "id")
    ]
    return sorted(rows, key=lambda row: order.index(row.aspect))


def capacities(viewer: Viewer, facility_id: int) -> list[CapacityRow]:
    """The numbers in force: for each kind and category the one approved last (of one day, the one recorded last)."""
    found = Capacity.objects.filter(facility_id=facility_id).distinct("kind", "category")
    return [
        CapacityRow(c.facility_id, CapacityKind(c.kind), c.category, c.places, c.approver, c.approved_on, c.document)
        for c in found.order_by("kind", "category", "-approved_on", "-recorded_at", "-id")
    ]
