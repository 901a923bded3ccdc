"""The only readers of the room places. Places are known to everybody who signs in; nobody else sees a row."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class SaidRow:
    """A statement of control, and when the register learnt of it."""

    said: ControlRow
    recorded_at: datetime


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
    rows = [_control_row(s) for s in found.order_by("-stated_at", "-recorded_at", "id")]
    return sorted(rows, key=lambda row: order.index(row.aspect))


def _control_row(s: ControlStatement) -> ControlRow:
    return ControlRow(
        s.pk, s.facility_id, Aspect(s.aspect), s.holder_id, s.holder_text, s.speaker, s.since, s.stated_at, s.note
    )


def control_said(viewer: Viewer, *, until: datetime, known_at: datetime | None = None) -> list[SaidRow]:
    """Everything said about who controls any place, up to that moment, the newest first. One query for all places."""
    found = ControlStatement.objects.filter(stated_at__lte=until)
    if known_at is not None:
        found = found.filter(recorded_at__lte=known_at)
    return [SaidRow(_control_row(s), s.recorded_at) for s in found.order_by("-stated_at", "-recorded_at", "id")]


def capacities(viewer: Viewer, facility_id: int) -> list[CapacityRow]:
    """The numbers in force: for each kind and category the one approved last (of one day, the one recorded last)."""
    found = Capacity.objects.filter(facility_id=facility_id).distinct("kind", "category")
    return [
        CapacityRow(c.facility_id, CapacityKind(c.kind), c.category, c.places, c.approver, c.approved_on, c.document)
        for c in found.order_by("kind", "category", "-approved_on", "-recorded_at", "-id")
    ]


def capacities_in_force(viewer: Viewer) -> dict[int, list[CapacityRow]]:
    """The numbers in force of every facility as a whole, in one query: for each kind the one approved last."""
    found = Capacity.objects.filter(category="").distinct("facility_id", "kind")
    rows: dict[int, list[CapacityRow]] = {}
    for c in found.order_by("facility_id", "kind", "-approved_on", "-recorded_at", "-id"):
        rows.setdefault(c.facility_id, []).append(
            CapacityRow(c.facility_id, CapacityKind(c.kind), "", c.places, c.approver, c.approved_on, c.document)
        )
    return rows
