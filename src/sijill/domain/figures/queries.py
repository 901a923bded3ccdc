"""The only readers of the room figures. What was published everybody may know; the register's count not."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from django.utils.timezone import get_default_timezone

from sijill.domain.access.rules import NotVisible, Viewer
from sijill.domain.figures.models import Claim, ClaimStep, Topic
from sijill.domain.figures.rules import (
    ClaimRow,
    ClaimState,
    Measure,
    Modality,
    StepRow,
    TopicRow,
    Unit,
    measure_of,
)
from sijill.domain.ledger.queries import Count, Counted, Moment, reads_counts, tables


class Shown(StrEnum):
    """How much of the register stands beside a topic for this viewer. Nought is said only where the books are read."""

    COUNTED = "counted"
    PARTIAL = "partial"  # some of the books the topic needs
    NOT_IN_YOUR_BOOKS = "not-in-your-books"
    NOT_YET = "not-yet"  # the day is not over, or has no place here
    NO_MEASURE = "no-measure"


@dataclass(frozen=True, slots=True)
class RegisterCount:
    """The register at the end of one local day: as it was known then, and as that day is known now."""

    shown: Shown
    then: Counted | None = None
    now: Counted | None = None


def topics(viewer: Viewer) -> list[TopicRow]:
    """Every topic, in the order they were entered."""
    return [_topic_row(found) for found in Topic.objects.order_by("id")]


def topic(viewer: Viewer, code: str) -> TopicRow:
    """One topic by its code; NotVisible when there is none."""
    found = Topic.objects.filter(code=code).first()
    if found is None:
        raise NotVisible
    return _topic_row(found)


def claims(viewer: Viewer, topic_ids: Sequence[int]) -> list[ClaimRow]:
    """Every claim on these topics with the steps of its state, by the day it speaks of; what was taken back stays."""
    rows = _with_steps(Claim.objects.filter(topic_id__in=topic_ids))
    return sorted(rows, key=lambda row: (row.day or date.max, row.published_on or date.max, row.recorded_at, row.id))


def claim(viewer: Viewer, claim_id: UUID) -> ClaimRow:
    """One claim; NotVisible when there is none."""
    found = _with_steps(Claim.objects.filter(pk=claim_id))
    if not found:
        raise NotVisible
    return found[0]


def claims_by_id(viewer: Viewer, claim_ids: Sequence[UUID]) -> list[ClaimRow]:
    """These claims, as far as they are there: what a derived one follows from."""
    return _with_steps(Claim.objects.filter(pk__in=claim_ids).order_by("recorded_at", "id")) if claim_ids else []


def register_count(viewer: Viewer, topic: TopicRow, as_of: date, now: datetime | None = None) -> RegisterCount:
    """What the register has beside a topic at the end of a local day, for this viewer."""
    return register_counts(viewer, topic, [as_of], now)[as_of]


def register_counts(
    viewer: Viewer, topic: TopicRow, days: Iterable[date], now: datetime | None = None
) -> dict[date, RegisterCount]:
    """As `register_count` for many days, in one query. now: days that are not over by then are not counted."""
    wanted = sorted(set(days))
    found = registers(viewer, [(topic, day) for day in wanted], now)
    return {day: found[topic.id, day] for day in wanted}


def registers(
    viewer: Viewer, asked: Sequence[tuple[TopicRow, date]], now: datetime | None = None
) -> dict[tuple[int, date], RegisterCount]:
    """As `register_count` for many topics. Those that differ only by nationality or age share a query."""
    found: dict[tuple[int, date], RegisterCount] = {}
    shared: dict[Count, list[tuple[TopicRow, date, Count, Shown]]] = defaultdict(list)
    for topic, day in asked:
        shown, count = _readable(viewer, topic.measure)
        if count is not None and now is not None and _end_of_day(day) >= now:
            shown, count = Shown.NOT_YET, None
        found[topic.id, day] = RegisterCount(shown)
        if count is not None:
            whole = replace(count, nationality="", not_nationality="", age_class="")
            shared[whole].append((topic, day, count, shown))
    for whole, questions in shared.items():
        days = sorted({day for _topic, day, _count, _shown in questions})
        moments = [m for day in days for m in (Moment(_end_of_day(day), _end_of_day(day)), Moment(_end_of_day(day)))]
        answers = tables(
            viewer, whole, moments, by_category=any(count.asks_category for _t, _d, count, _s in questions)
        )
        told = dict(zip(days, zip(answers[::2], answers[1::2], strict=True), strict=True))
        for topic, day, count, shown in questions:
            then, later = told[day]
            found[topic.id, day] = RegisterCount(shown, then.counted(count), later.counted(count))
    return found


def _readable(viewer: Viewer, measure: Measure | None) -> tuple[Shown, Count | None]:
    """How much of a measure this viewer's duties show, and what to count for him."""
    if measure is None:
        return Shown.NO_MEASURE, None
    read = tuple(b for b in measure.books if reads_counts(viewer, b, measure.facility_id))
    if not read:
        return Shown.NOT_IN_YOUR_BOOKS, None
    return Shown.COUNTED if len(read) == len(measure.books) else Shown.PARTIAL, _count(measure, read)


def _end_of_day(day: date) -> datetime:
    """The last instant of a day on the local wall clock."""
    return _midnight(day + timedelta(days=1)) - timedelta(microseconds=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, get_default_timezone())


def _count(measure: Measure, books: tuple[int, ...]) -> Count:
    return Count(
        accounts=measure.accounts, event=measure.event, books=books, facility_id=measure.facility_id,
        nationality=measure.nationality, not_nationality=measure.not_nationality, age_class=measure.age_class,
        since=_midnight(measure.since) if measure.since else None,
    )  # fmt: skip


def _topic_row(found: Topic) -> TopicRow:
    return TopicRow(found.pk, found.code, found.names, Unit(found.unit), measure_of(found.measure))


def _with_steps(found: Iterable[Claim]) -> list[ClaimRow]:
    """The claims with their steps: two queries, however many there are."""
    rows = list(found)
    steps: dict[UUID, list[StepRow]] = defaultdict(list)
    for s in ClaimStep.objects.filter(claim_id__in=[c.pk for c in rows]).order_by("said_on", "recorded_at", "id"):
        steps[s.claim_id].append(
            StepRow(ClaimState(s.state), s.said_by, s.outlet, s.said_on, s.address, s.note, s.recorded_at)
        )
    return [_claim_row(c, tuple(steps[c.pk])) for c in rows]


def _claim_row(found: Claim, steps: tuple[StepRow, ...]) -> ClaimRow:
    return ClaimRow(
        id=found.pk, topic_id=found.topic_id, low=found.low, high=found.high, modality=Modality(found.modality),
        speaker=found.speaker, outlet=found.outlet, address=found.address, published_on=found.published_on,
        as_of=found.as_of, quoted=found.quoted, note=found.note, derived_from=tuple(found.derived_from),
        rule=found.rule, recorded_at=found.recorded_at, steps=steps,
    )  # fmt: skip
