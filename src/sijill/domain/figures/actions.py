"""The only writers of the room figures: a topic, what somebody said on it, what became of that. Nothing is changed."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from django.db import models, transaction

from sijill.domain.access.queries import authorities
from sijill.domain.access.rules import Act, NotAllowed, NotVisible, Refused, Viewer
from sijill.domain.figures import queries
from sijill.domain.figures.models import Claim, ClaimStep, Topic
from sijill.domain.figures.rules import (
    YEARS,
    ClaimState,
    Measure,
    Modality,
    dates_fault,
    derivation_fault,
    figure_fault,
    in_future,
    measure_as_json,
    measure_of,
    source_fault,
    topic_fault,
)
from sijill.domain.places.queries import facility_by_id
from sijill.domain.places.rules import names_fault

_Choice = TypeVar("_Choice", bound=StrEnum)


@transaction.atomic
def add_topic(*, code: str, names: dict[str, str], unit: str, measure: dict[str, Any], by: Viewer, at: datetime) -> int:
    """Enter a question that several speakers answer, and what of the register stands beside it ({} = nothing).

    The same topic again changes nothing. Refused: bad-topic-code, unknown-unit, faults of names, bad-measure,
    code-taken (when that code asks something else).
    """
    _require(by)
    _refuse(topic_fault(code, unit))
    _refuse(names_fault(names))
    asked = measure_as_json(_measure(measure, by))
    topic = Topic(code=code, names=names, unit=unit, measure=asked, by_id=by.user_id, recorded_at=at)
    Topic.objects.bulk_create([topic], ignore_conflicts=True)
    there = Topic.objects.get(code=code)
    if (there.names, there.unit, there.measure) != (names, unit, asked):
        raise Refused("code-taken")
    return there.pk


@transaction.atomic
def enter_claim(
    *,
    claim_id: UUID,
    topic: str,
    low: int | None,
    high: int | None,
    modality: str,
    speaker: str,
    outlet: str,
    address: str,
    published_on: date | None,
    as_of: date | None,
    quoted: str,
    note: str = "",
    derived_from: Sequence[UUID] = (),
    rule: str = "",
    by: Viewer,
    at: datetime,
) -> UUID:
    """Write down what somebody published on a topic; rivals stand side by side, nothing is averaged or overwritten.

    The same id twice records once. Refused: unknown-modality, figure-out-of-range, low-above-high, figure-missing,
    figure-not-wanted, source-missing, words-missing, quoted-too-long, text-too-long, day-out-of-range,
    published-in-future, as-of-in-future, derivation-missing, derivation-not-wanted, sources-not-distinct,
    sources-unknown, id-already-used. NotVisible for a topic that is not there.
    """
    _require(by)
    asked, how = queries.topic(by, topic), _choose(Modality, modality, "unknown-modality")
    _refuse(figure_fault(asked.unit, low, high, how))
    _refuse(source_fault(asked.unit, speaker, outlet, quoted, note))
    _refuse(dates_fault(how, published_on, as_of, at))
    _refuse(derivation_fault(how, derived_from, rule))
    if Claim.objects.filter(pk__in=derived_from).exclude(pk=claim_id).count() != len(derived_from):
        raise Refused("sources-unknown")
    said = {
        "topic_id": asked.id, "low": low, "high": high, "modality": how.value, "speaker": speaker.strip(),
        "outlet": outlet.strip(), "address": address.strip(), "published_on": published_on, "as_of": as_of,
        "quoted": quoted.strip(), "note": note.strip(), "derived_from": list(derived_from), "rule": rule.strip(),
        "by_id": by.user_id,
    }  # fmt: skip
    _insert_once(Claim, claim_id, said, at)
    return claim_id


@transaction.atomic
def set_claim_state(
    *,
    step_id: UUID,
    claim_id: UUID,
    state: str,
    said_by: str,
    outlet: str,
    said_on: date,
    address: str = "",
    note: str = "",
    by: Viewer,
    at: datetime,
) -> UUID:
    """Write down that somebody took a claim back, denied it, disowned it or said it again; the claim stays as it is.

    The same id twice records once. Refused: unknown-state, source-missing, day-out-of-range, said-in-future,
    text-too-long, id-already-used. NotVisible for a claim that is not there.
    """
    _require(by)
    found, chosen = queries.claim(by, claim_id), _choose(ClaimState, state, "unknown-state")
    if not said_by.strip() or not outlet.strip():
        raise Refused("source-missing")
    if not YEARS[0] <= said_on.year <= YEARS[1]:
        raise Refused("day-out-of-range")
    if in_future(said_on, at):
        raise Refused("said-in-future")
    step = {
        "claim_id": found.id, "state": chosen.value, "said_by": said_by.strip(), "outlet": outlet.strip(),
        "said_on": said_on, "address": address.strip(), "note": note.strip(), "by_id": by.user_id,
    }  # fmt: skip
    _insert_once(ClaimStep, step_id, step, at)
    return step_id


def _require(by: Viewer) -> None:
    """Figures belong to no authority's book: an analyst of any authority writes down what anybody published."""
    if not by.may(Act.ENTER_FIGURES):
        raise NotAllowed(Act.ENTER_FIGURES)


def _measure(given: dict[str, Any], by: Viewer) -> Measure | None:
    """The measure, if its books and its place are there."""
    try:
        measure = measure_of(given)
        if measure and measure.facility_id is not None:
            facility_by_id(by, measure.facility_id)
    except (ValueError, TypeError, NotVisible):
        raise Refused("bad-measure") from None
    if measure and not set(measure.books) <= {a.id for a in authorities(by) if a.keeps_book}:
        raise Refused("bad-measure")
    return measure


def _refuse(fault: str) -> None:
    """Raise the fault a rule found, if it found one."""
    if fault:
        raise Refused(fault)


def _choose(choices: type[_Choice], given: str, code: str) -> _Choice:
    try:
        return choices(given)
    except ValueError:
        raise Refused(code) from None


def _insert_once(table: type[Claim] | type[ClaimStep], row_id: UUID, values: dict[str, Any], at: datetime) -> None:
    """Insert, unless this id is there already. Refused("id-already-used") when what is there says another thing."""
    rows: models.Manager[Any] = table._default_manager
    for field in table._meta.fields:
        if isinstance(field, models.CharField) and len(values[field.name]) > (field.max_length or 0):
            raise Refused("text-too-long", field=field.name, most=field.max_length or 0)
    rows.bulk_create([table(id=row_id, recorded_at=at, **values)], ignore_conflicts=True)
    if not rows.filter(pk=row_id, **values).exists():
        raise Refused("id-already-used")
