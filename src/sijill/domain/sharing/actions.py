"""The only writers of the room sharing."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from sijill.domain.access.queries import authorities
from sijill.domain.access.rules import Act, NotAllowed, Refused, Viewer
from sijill.domain.places.queries import facility_by_id
from sijill.domain.sharing.models import Rate
from sijill.domain.sharing.rules import LABEL_MAX, MINOR_UNITS, SOURCE_MAX, amount_of


@transaction.atomic
def set_rate(
    *,
    rate_id: UUID,
    authority_id: int | None,
    facility_id: int | None,
    label: str,
    amount: str,
    currency: str,
    valid_from: date,
    valid_to: date | None,
    source: str,
    illustrative: bool,
    by: Viewer,
    at: datetime,
) -> UUID:
    """Write down what one person-day costs by whose word; earlier rates stay, the nearest and newest one is used.

    authority_id None: any authority; facility_id None: any facility. `amount`: "12916", "9.78" or "6600000/511". The
    same id twice records once. NotAllowed without the duty there. Refused: unknown-authority, bad-amount,
    unknown-currency, period-backwards, label-missing, source-missing, text-too-long, id-already-used.
    """
    if not by.may(Act.SET_RATES, authority_id=authority_id, facility_id=facility_id or -1):
        raise NotAllowed(Act.SET_RATES)
    _check_scope(authority_id, facility_id, by)
    exact = amount_of(amount)
    if exact is None:
        raise Refused("bad-amount")
    if currency not in MINOR_UNITS:
        raise Refused("unknown-currency")
    if valid_to is not None and valid_to < valid_from:
        raise Refused("period-backwards")
    rate = {
        "authority_id": authority_id, "facility_id": facility_id,
        "label": _words(label, "label-missing", LABEL_MAX), "numerator": exact.numerator,
        "denominator": exact.denominator, "currency": currency, "valid_from": valid_from, "valid_to": valid_to,
        "source": _words(source, "source-missing", SOURCE_MAX), "illustrative": illustrative, "by_id": by.user_id,
    }  # fmt: skip
    _insert_once(rate_id, rate, at)
    return rate_id


def _check_scope(authority_id: int | None, facility_id: int | None, by: Viewer) -> None:
    """Refused("unknown-authority") for an authority that is not there, NotVisible for a facility that is not;
    NotAllowed for another authority's place: its rate would win over what that authority says itself."""
    if authority_id is not None and authority_id not in {row.id for row in authorities(by)}:
        raise Refused("unknown-authority")
    if facility_id is not None:
        owner = facility_by_id(by, facility_id).authority_id
        if owner not in (None, *by.authorities(Act.SET_RATES)):
            raise NotAllowed(Act.SET_RATES)


def _words(text: str, missing: str, most: int) -> str:
    """The text without the space around it; refused when there is none of it, or too much."""
    text = text.strip()
    if not text:
        raise Refused(missing)
    if len(text) > most:
        raise Refused("text-too-long", most=most)
    return text


def _insert_once(rate_id: UUID, values: dict[str, Any], at: datetime) -> None:
    """Insert, unless this id is there already. Refused("id-already-used") when what is there says another thing."""
    Rate.objects.bulk_create([Rate(id=rate_id, recorded_at=at, **values)], ignore_conflicts=True)
    if not Rate.objects.filter(pk=rate_id, **values).exists():
        raise Refused("id-already-used")
