"""Published figures: who said what, in which words, of which day, and the register beside it. No verdict."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.urls import path, reverse
from django.utils import timezone

from sijill.domain.access import queries as access
from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import Act, NotAllowed, NotVisible, Refused
from sijill.domain.figures import actions
from sijill.domain.figures import queries as figures
from sijill.domain.figures.queries import RegisterCount, Shown
from sijill.domain.figures.rules import (
    TAKEN_BACK,
    Beside,
    ClaimRow,
    ClaimState,
    Measure,
    Span,
    TopicRow,
    Unit,
    beside,
    span,
)
from sijill.domain.places import queries as places
from sijill.domain.places.rules import FacilityRow
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, page, reads, reads_and_acts
from sijill.interfaces.web.pages.figure_forms import ClaimForm, StateForm, TopicForm
from sijill.interfaces.web.pages.figure_strip import Bar, Scale, bar_of, scale_of
from sijill.interfaces.web.words_figures import figure

Registers = dict[tuple[int, date], RegisterCount]


@dataclass(frozen=True, slots=True)
class TopicView:
    """A topic in the list: the outer ends of what is said, and the register on the last day anybody speaks of."""

    row: TopicRow
    span: Span
    figure: str
    states: tuple[tuple[ClaimState, int], ...]  # those that need a word: what merely stands does not
    day: date | None
    register: RegisterCount


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim as shown: its figure in words, the register of its day, and where the two lie."""

    row: ClaimRow
    figure: str
    register: RegisterCount
    beside: Beside
    bar: Bar | None

    @property
    def gone(self) -> bool:
        """Its own speaker no longer says so: drawn hollow."""
        return self.row.state in TAKEN_BACK

    @property
    def site(self) -> str:
        """Where the address leads, for the table; the claim's own page has the whole of it."""
        return self.row.address.partition("://")[2].partition("/")[0].removeprefix("www.") or self.row.address


@dataclass(frozen=True, slots=True)
class MeasureView:
    """What of the register stands beside a topic, with the rows that name its books and place."""

    measure: Measure
    books: tuple[AuthorityRow, ...]
    place: FacilityRow | None


@reads
def topics(request: ViewerRequest) -> HttpResponse:
    """Every topic: the lowest and the highest that is said, by how many, and what the register has beside it."""
    rows = figures.topics(request.viewer)
    said: dict[int, list[ClaimRow]] = {row.id: [] for row in rows}
    for claim in figures.claims(request.viewer, list(said)):
        said[claim.topic_id].append(claim)
    last = {row.id: _last_day(request, said[row.id]) for row in rows}
    asked = [(row, day) for row in rows if (day := last[row.id])]
    registers = figures.registers(request.viewer, asked, now=request.at)
    views = [_topic_view(row, said[row.id], last[row.id], registers) for row in rows]
    context = {"topics": views, "may_enter": request.viewer.may(Act.ENTER_FIGURES)}
    return page(request, "web/figures/topics.html", context)


@reads
def topic(request: ViewerRequest, code: str) -> HttpResponse:
    """One topic: every claim with its speaker, as a picture and as a table."""
    row = figures.topic(request.viewer, code)
    claims = figures.claims(request.viewer, [row.id])
    days = [claim.day for claim in claims if claim.day]
    counts = figures.register_counts(request.viewer, row, days, now=request.at)
    scale, last = scale_of(_numbers(claims, counts.values())), _last_day(request, claims)
    context = {
        "topic": row,
        "span": span(claims),
        "claims": [_claim_view(claim, _beside_of(claim, row, counts), scale) for claim in claims],
        "scale": scale,
        "in_words": row.unit is Unit.WORDS,
        "beside": _measure_view(request, row.measure),
        "last": last,
        "register": counts[last] if last else None,
        "shown": next((c.shown for c in counts.values() if c.shown is not Shown.NOT_YET), None),
        "may_enter": request.viewer.may(Act.ENTER_FIGURES),
    }
    return page(request, "web/figures/topic.html", context)


@reads
def claim(request: ViewerRequest, code: str, claim_id: UUID) -> HttpResponse:
    """One claim: everything that is known of it, what became of it, what it follows from."""
    row = figures.topic(request.viewer, code)
    return _show_claim(request, row, _claim_of(request, row, claim_id), StateForm())


@reads_and_acts
def enter_claim(request: ViewerRequest, code: str) -> HttpResponse:
    """Write down what somebody published."""
    _require(request)
    row = figures.topic(request.viewer, code)
    form = ClaimForm(request.POST if request.method == "POST" else None, sources=_sources(request))

    def enter(key: UUID) -> str:
        said = form.cleaned_data
        sources = [UUID(each) for each in said.pop("derived_from")]
        said.pop("key")
        actions.enter_claim(
            claim_id=key, topic=row.code, derived_from=sources, by=request.viewer, at=request.at, **said
        )
        return reverse("figure-topic", args=[row.code])

    if request.method == "POST" and form.is_valid():
        try:
            return act_once(request, "enter-claim", enter)
        except Refused as refusal:
            form.refuse(refusal)
    return page(request, "web/figures/enter.html", {"topic": row, "form": form}, status=form.answer_status)


@reads_and_acts
def set_state(request: ViewerRequest, code: str, claim_id: UUID) -> HttpResponse:
    """Write down what became of a claim."""
    _require(request)
    row = figures.topic(request.viewer, code)
    found = _claim_of(request, row, claim_id)
    form = StateForm(request.POST if request.method == "POST" else None)

    def state(key: UUID) -> str:
        said = {name: value for name, value in form.cleaned_data.items() if name != "key"}
        actions.set_claim_state(step_id=key, claim_id=found.id, by=request.viewer, at=request.at, **said)
        return reverse("figure-claim", args=[row.code, found.id])

    if request.method == "POST" and form.is_valid():
        try:
            return act_once(request, "set-claim-state", state)
        except Refused as refusal:
            form.refuse(refusal)
    return _show_claim(request, row, found, form)


@reads_and_acts
def add_topic(request: ViewerRequest) -> HttpResponse:
    """Enter a question that several speakers answer."""
    _require(request)
    form = TopicForm(
        request.POST if request.method == "POST" else None,
        books=[row for row in access.authorities(request.viewer) if row.keeps_book],
        facilities=places.facilities(request.viewer),
    )

    def add(key: UUID) -> str:
        actions.add_topic(
            code=form.cleaned_data["code"], names=form.names(), unit=form.cleaned_data["unit"], measure=form.measure(),
            by=request.viewer, at=request.at,
        )  # fmt: skip
        return reverse("figure-topic", args=[form.cleaned_data["code"]])

    if request.method == "POST" and form.is_valid():
        try:
            return act_once(request, "add-topic", add)
        except Refused as refusal:
            form.refuse(refusal)
    return page(request, "web/figures/add_topic.html", {"form": form}, status=form.answer_status)


def _require(request: ViewerRequest) -> None:
    """A form that the action would refuse is not shown either."""
    if not request.viewer.may(Act.ENTER_FIGURES):
        raise NotAllowed(Act.ENTER_FIGURES)


def _claim_of(request: ViewerRequest, row: TopicRow, claim_id: UUID) -> ClaimRow:
    """The claim, if it is on this topic."""
    found = figures.claim(request.viewer, claim_id)
    if found.topic_id != row.id:
        raise NotVisible
    return found


def _show_claim(request: ViewerRequest, row: TopicRow, found: ClaimRow, form: StateForm) -> HttpResponse:
    counts = figures.register_counts(request.viewer, row, [found.day] if found.day else [], now=request.at)
    codes = {each.id: each for each in figures.topics(request.viewer)} if found.derived_from else {}
    sources = [
        (codes[each.topic_id], each, figure(each.low, each.high))
        for each in figures.claims_by_id(request.viewer, found.derived_from)
    ]
    context = {
        "topic": row,
        "view": _claim_view(found, _beside_of(found, row, counts), None),
        "sources": sources,
        "form": form if request.viewer.may(Act.ENTER_FIGURES) else None,
        "opened": form.is_bound,
    }
    return page(request, "web/figures/claim.html", context, status=form.answer_status)


def _last_day(request: ViewerRequest, claims: list[ClaimRow]) -> date | None:
    """The last day that is over of which anybody speaks."""
    return max((c.day for c in claims if c.day and c.day < timezone.localdate(request.at)), default=None)


def _topic_view(row: TopicRow, claims: list[ClaimRow], day: date | None, registers: Registers) -> TopicView:
    said = span(claims)
    states = tuple((state, n) for state, n in said.states if state is not ClaimState.STANDING)
    register = registers[row.id, day] if day else _nothing(row)
    return TopicView(row, said, figure(said.lowest, said.highest), states, day, register)


def _nothing(row: TopicRow) -> RegisterCount:
    """What stands beside a claim that names no day."""
    return RegisterCount(Shown.NO_MEASURE if row.measure is None else Shown.NOT_YET)


def _beside_of(claim: ClaimRow, row: TopicRow, counts: dict[date, RegisterCount]) -> RegisterCount:
    """The register of the claim's day; nothing for a claim without one."""
    return counts[claim.day] if claim.day else _nothing(row)


def _claim_view(row: ClaimRow, register: RegisterCount, scale: Scale | None) -> ClaimView:
    whole = register.then if register.shown is Shown.COUNTED else None
    lies = (
        beside(row.low, row.high, row.modality, whole.total, whole.not_known)
        if whole and whole.in_sums
        else Beside.NOT_COMPARABLE
    )
    bar = bar_of(scale, row, register) if scale else None
    return ClaimView(row, figure(row.low, row.high), register, lies, bar)


def _numbers(claims: Iterable[ClaimRow], counts: Iterable[RegisterCount]) -> list[int]:
    """Every number that a picture of the topic must hold."""
    said = [n for claim in claims for n in (claim.low, claim.high) if n is not None]
    return said + [counted.total for c in counts for counted in (c.then, c.now) if counted and counted.in_sums]


def _measure_view(request: ViewerRequest, measure: Measure | None) -> MeasureView | None:
    if measure is None:
        return None
    books = tuple(row for row in access.authorities(request.viewer) if row.id in measure.books)
    place = places.facility_by_id(request.viewer, measure.facility_id) if measure.facility_id is not None else None
    return MeasureView(measure, books, place)


def _sources(request: ViewerRequest) -> list[tuple[str, str]]:
    """Every claim a derived one may follow from, in words."""
    named = {row.id: row.name(request.LANGUAGE_CODE or "en") for row in figures.topics(request.viewer)}
    return [
        (str(row.id), f"{named[row.topic_id]}: {figure(row.low, row.high)} · {row.speaker}")
        for row in figures.claims(request.viewer, list(named))
    ]


urlpatterns = [
    path("figures", topics, name="figures"),
    path("figures/topics/new", add_topic, name="add-topic"),
    path("figures/<slug:code>", topic, name="figure-topic"),
    path("figures/<slug:code>/enter", enter_claim, name="enter-claim"),
    path("figures/<slug:code>/<uuid:claim_id>", claim, name="figure-claim"),
    path("figures/<slug:code>/<uuid:claim_id>/state", set_state, name="set-claim-state"),
]
