"""Places that movements take, by facility; and regions that decisions exclude."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from sijill.domain.access.rules import Viewer
from sijill.domain.transfers.models import Decision


@dataclass(frozen=True, slots=True)
class TakenRow:
    """People on sealed manifests to a facility who are not there yet; `on_the_way`: those whose batch has departed."""

    reserved: int
    on_the_way: int


@dataclass(frozen=True, slots=True)
class ExclusionRow:
    """A region that a decision of an operation excludes."""

    region: str
    operation: str
    body: str
    document: str
    decided_on: date


def reserved_by_facility(viewer: Viewer) -> dict[int, TakenRow]:
    """Places that sealed manifests take, by facility, of the batches the viewer may know of."""
    with connection.cursor() as cursor:
        cursor.execute("select place, reserved, on_the_way from transfers_taken()")
        return {place: TakenRow(reserved, on_the_way) for place, reserved, on_the_way in cursor.fetchall()}


def exclusions(viewer: Viewer) -> list[ExclusionRow]:
    """Every region excluded by a decision the viewer may read, the oldest decision first."""
    rows = Decision.objects.exclude(excluded_regions=[]).select_related("operation").order_by("decided_on", "id")
    return [
        ExclusionRow(region, d.operation.code, d.body, d.document, d.decided_on)
        for d in rows
        for region in d.excluded_regions
    ]
