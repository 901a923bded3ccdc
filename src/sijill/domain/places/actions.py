"""The only writers of the room places."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, connection, models, transaction

from sijill.domain.access.queries import authorities
from sijill.domain.access.rules import REGISTER_ID, Act, NotAllowed, Refused, Viewer, require
from sijill.domain.places.models import Capacity, ControlStatement, Facility, Hall
from sijill.domain.places.queries import capacities, facility_by_id
from sijill.domain.places.rules import (
    Aspect,
    CapacityKind,
    FacilityKind,
    approved_in_future,
    capacity_fault,
    code_is_valid,
    coordinates_fault,
    names_fault,
    region_is_valid,
)

_CAPACITY_LOCK = 7001  # first key of the advisory lock under which a facility's capacities change one after another
_Choice = TypeVar("_Choice", bound=StrEnum)


@transaction.atomic
def create_facility(
    *,
    code: str,
    kind: str,
    names: dict[str, str],
    region: str,
    latitude: float | None,
    longitude: float | None,
    authority_id: int | None,
    by: Viewer,
    at: datetime,
) -> int:
    """Enter a facility; only the register itself does (the command line, on behalf of the installation).

    Refused: unknown-kind, bad-code, code-taken, bad-region, names-missing, language-unknown, name-too-long,
    coordinate-missing, coordinates-out-of-range, unknown-authority.
    """
    _require_register(by)
    chosen = _choose(FacilityKind, kind, "unknown-kind")
    _ensure(code_is_valid(code), "bad-code")
    _ensure(region_is_valid(region), "bad-region")
    _refuse(names_fault(names))
    _refuse(coordinates_fault(latitude, longitude))
    _require_authority(authority_id, by, "unknown-authority")
    made = Facility(
        code=code, kind=chosen.value, names=names, region=region, latitude=latitude, longitude=longitude,
        authority_id=authority_id,
    )  # fmt: skip
    _insert_with_code(made)
    return made.pk


@transaction.atomic
def create_hall(*, facility_id: int, code: str, names: dict[str, str], by: Viewer, at: datetime) -> int:
    """Enter a hall of a facility; only the register itself does. Refused: bad-code, code-taken, and faults of names."""
    _require_register(by)
    facility = facility_by_id(by, facility_id)
    _ensure(code_is_valid(code), "bad-code")
    _refuse(names_fault(names))
    made = Hall(facility_id=facility.id, code=code, names=names)
    _insert_with_code(made)
    return made.pk


@transaction.atomic
def state_control(
    *,
    statement_id: UUID,
    facility_id: int,
    aspect: str,
    holder_id: int | None,
    holder_text: str,
    speaker: str,
    since: datetime | None,
    stated_at: datetime,
    note: str,
    by: Viewer,
    at: datetime,
) -> UUID:
    """Write down who said that who holds an aspect of a place; rivals stand side by side, nothing is overwritten.

    The same id twice records once. Refused: unknown-aspect, speaker-missing, text-too-long, stated-in-future,
    unknown-holder, id-already-used.
    """
    facility = facility_by_id(by, facility_id)
    if not by.may(Act.STATE_CONTROL, facility_id=facility.id):
        raise NotAllowed(Act.STATE_CONTROL)
    chosen = _choose(Aspect, aspect, "unknown-aspect")
    _ensure(bool(speaker.strip()), "speaker-missing")
    _ensure(stated_at <= at, "stated-in-future")
    _require_authority(holder_id, by, "unknown-holder")
    said = {
        "facility_id": facility.id, "aspect": chosen.value, "holder_id": holder_id, "holder_text": holder_text.strip(),
        "speaker": speaker.strip(), "since": since, "stated_at": stated_at, "note": note.strip(), "by_id": by.user_id,
    }  # fmt: skip
    _insert_once(ControlStatement, statement_id, said, at)
    return statement_id


@transaction.atomic
def set_capacity(
    *,
    capacity_id: UUID,
    facility_id: int,
    kind: str,
    category: str,
    places: int,
    approver: str,
    approved_on: date,
    document: str,
    by: Viewer,
    at: datetime,
) -> UUID:
    """Write down a capacity that a named person approved; earlier numbers stay, the newest approved one is in force.

    The same id twice records once. Refused: unknown-kind, negative-places, too-many-places, approver-missing,
    approved-in-future, working-above-maximum, maximum-below-working, text-too-long, id-already-used.
    """
    facility = facility_by_id(by, facility_id)
    if facility.authority_id is None:
        raise NotAllowed(Act.SET_CAPACITY)
    require(by, Act.SET_CAPACITY, authority_id=facility.authority_id, facility_id=facility.id)
    chosen = _choose(CapacityKind, kind, "unknown-kind")
    _ensure(bool(approver.strip()), "approver-missing")
    _ensure(not approved_in_future(approved_on, at), "approved-in-future")
    approved = {
        "facility_id": facility.id, "kind": chosen.value, "category": category.strip(), "places": places,
        "approver": approver.strip(), "approved_on": approved_on, "document": document.strip(), "by_id": by.user_id,
    }  # fmt: skip
    _lock_capacities(facility.id)
    if not Capacity.objects.filter(pk=capacity_id).exists():
        _refuse(capacity_fault(capacities(by, facility.id), chosen, category.strip(), places))
    _insert_once(Capacity, capacity_id, approved, at)
    return capacity_id


def _require_register(by: Viewer) -> None:
    """Facilities and halls come with the installation; no duty of a user reaches them."""
    if by.user_id != REGISTER_ID:
        raise NotAllowed(Act.MANAGE_USERS)


def _require_authority(authority_id: int | None, by: Viewer, code: str) -> None:
    if authority_id is not None and authority_id not in {a.id for a in authorities(by)}:
        raise Refused(code)


def _refuse(fault: str) -> None:
    """Raise the fault a rule found, if it found one."""
    if fault:
        raise Refused(fault)


def _ensure(holds: bool, code: str) -> None:
    if not holds:
        raise Refused(code)


def _choose(choices: type[_Choice], given: str, code: str) -> _Choice:
    try:
        return choices(given)
    except ValueError:
        raise Refused(code) from None


def _insert_with_code(made: Facility | Hall) -> None:
    """Foreign keys are checked at commit, so the one thing that can clash here is the code."""
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Refused("code-taken") from None


def _lock_capacities(facility_id: int) -> None:
    """Two numbers that would contradict each other wait here: the application may not lock rows it cannot update."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, hashint8(%s))", [_CAPACITY_LOCK, facility_id])


def _insert_once(
    table: type[ControlStatement] | type[Capacity], row_id: UUID, values: dict[str, Any], at: datetime
) -> None:
    """Insert, unless this id is there already. Refused("id-already-used") when what is there says another thing."""
    rows: models.Manager[Any] = table._default_manager
    for field in table._meta.fields:
        if isinstance(field, models.CharField) and len(values[field.name]) > (field.max_length or 0):
            raise Refused("text-too-long", field=field.name, most=field.max_length or 0)
    rows.bulk_create([table(id=row_id, recorded_at=at, **values)], ignore_conflicts=True)
    if not rows.filter(pk=row_id, **values).exists():
        raise Refused("id-already-used")
