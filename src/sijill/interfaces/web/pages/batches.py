"""Batches: the list with what waits for this viewer, and everything about one on a page."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sijill.domain.access import queries as access
from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import Act, NotVisible, Refused
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.queries import FindingRow
from sijill.domain.places.rules import FacilityRow
from sijill.domain.transfers import actions as transfers_actions
from sijill.domain.transfers import queries as transfers
from sijill.domain.transfers.queries import BatchRow, HandoverRow, ProgressRow, StatementRow
from sijill.domain.transfers.rules import (
    BATCH_MOVES,
    BatchState,
    HandoverState,
    LineRow,
    OutcomeCode,
    Proposal,
    is_settled,
    objections,
)
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, acts, page, reads, to
from sijill.interfaces.web.forms import ActForm
from sijill.interfaces.web.pages.movement import (
    CancelForm,
    Directory,
    PersonView,
    directory,
    objection,
    people_by_id,
)
from sijill.interfaces.web.pages.planning import decision_views

OVER = (BatchState.CLOSED, BatchState.CANCELLED)
UNDER_WAY = tuple(state for state in BatchState if state not in OVER)
BATCHES_SHOWN = 200
LEFT_SHOWN = 200


class DrawForm(ActForm):
    """One vehicle to one destination."""

    vehicle = forms.CharField(label=_("Vehicle"), max_length=60)
    destination = forms.TypedChoiceField(label=_("Destination"), coerce=int)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A handover that waits for somebody to sign; `mine` when that is the viewer."""

    row: HandoverRow
    giver: AuthorityRow
    receiver: AuthorityRow
    mine: bool


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch with the rows its ids name."""

    row: BatchRow
    sender: AuthorityRow
    carrier: AuthorityRow
    receiver: AuthorityRow
    origin: FacilityRow
    progress: ProgressRow


@dataclass(frozen=True, slots=True)
class HandoverView:
    """A handover on the page of its batch: who signed what, how the lines stand."""

    row: HandoverRow
    giver: AuthorityRow
    receiver: AuthorityRow
    place: FacilityRow
    statements: list[StatementRow]
    counts: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class LeftView:
    """Somebody on the batch about whom something is left to say, and who answers for him until then."""

    person: PersonView
    line: LineRow
    handover: HandoverRow
    holder: AuthorityRow
    findings: list[FindingRow]


@dataclass(frozen=True, slots=True)
class StandingView:
    """How many people of a handover nobody has spoken of yet, and who answers for them until then."""

    handover: HandoverRow
    holder: AuthorityRow
    people: int


@reads
def batches(request: ViewerRequest) -> HttpResponse:
    """Every batch the viewer may know of, and first the handovers that wait for his signature."""
    everything = request.GET.get("show") == "all"
    return _listed(request, everything=everything)


@acts
def find_manifest(request: ViewerRequest) -> HttpResponse:
    """From the code printed on a manifest, typed or scanned, to the manifest."""
    try:
        found = transfers.manifest_by_code(request.viewer, request.POST.get("code", "").strip().upper()[:40])
    except NotVisible:
        return _listed(request, not_found=True)
    return to(reverse("manifest", args=[found.id]))


def _listed(request: ViewerRequest, *, everything: bool = False, not_found: bool = False) -> HttpResponse:
    viewer, names = request.viewer, directory(request)
    rows = transfers.batches(viewer, limit=BATCHES_SHOWN, states=() if everything else UNDER_WAY)
    progress = transfers.progress(viewer, [row.id for row in rows])
    waiting = [_waiting(request, names, row) for row in transfers.handovers(viewer, unfinished=True)]
    context = {
        "batches": [_batch_view(row, names, progress[row.id]) for row in rows],
        "mine": [w for w in waiting if w.mine],
        "everything": everything,
        "not_found": not_found,
        "may_plan": viewer.may(Act.PLAN_BATCH),
        "most": BATCHES_SHOWN,
    }
    return page(request, "web/batches/batches.html", context, status=422 if not_found else 200)


def _waiting(request: ViewerRequest, names: Directory, row: HandoverRow) -> Waiting:
    giving = row.state in (HandoverState.EXPECTED, HandoverState.NAMED)
    turn = row.giver_id if giving else row.receiver_id
    mine = request.viewer.may(Act.SIGN_HANDOVER, authority_id=turn)
    if row.ordinal == 2 and row.state is HandoverState.EXPECTED:
        mine = False  # its own page says when the carrier may present; here only what can be signed now
    return Waiting(row, names.authorities[row.giver_id], names.authorities[row.receiver_id], mine)


def _batch_view(row: BatchRow, names: Directory, progress: ProgressRow) -> BatchView:
    who = names.authorities
    return BatchView(
        row, who[row.sender_id], who[row.carrier_id], who[row.receiver_id], names.facilities[row.origin_id], progress
    )


@reads
def batch(request: ViewerRequest, batch_id: UUID) -> HttpResponse:
    """One batch."""
    return show(request, transfers.batch(request.viewer, batch_id))


@acts
def authorise(request: ViewerRequest, batch_id: UUID) -> HttpResponse:
    """Authorise the batch under the decisions in force."""
    row = transfers.batch(request.viewer, batch_id)

    def do(key: UUID) -> str:
        transfers_actions.authorise_batch(batch_id=row.id, by=request.viewer, at=request.at)
        return reverse("batch", args=[row.id])

    return _answer(request, row, ActForm(request.POST), "authorise-batch", do)


@acts
def cancel(request: ViewerRequest, batch_id: UUID) -> HttpResponse:
    """Cancel the batch; a reason is asked."""
    row = transfers.batch(request.viewer, batch_id)
    form = CancelForm(request.POST)

    def do(key: UUID) -> str:
        note = form.cleaned_data["note"]
        transfers_actions.cancel_batch(batch_id=row.id, note=note, by=request.viewer, at=request.at)
        return reverse("batch", args=[row.id])

    return _answer(request, row, form, "cancel-batch", do)


@acts
def close(request: ViewerRequest, batch_id: UUID) -> HttpResponse:
    """Close the batch: reconciled, and nothing open."""
    row = transfers.batch(request.viewer, batch_id)

    def do(key: UUID) -> str:
        transfers_actions.close_batch(batch_id=row.id, by=request.viewer, at=request.at)
        return reverse("batch", args=[row.id])

    return _answer(request, row, ActForm(request.POST), "close-batch", do)


@acts
def draw(request: ViewerRequest, batch_id: UUID) -> HttpResponse:
    """Begin a manifest of the batch."""
    row = transfers.batch(request.viewer, batch_id)
    form = _draw_form(request, row, directory(request))

    def do(key: UUID) -> str:
        given = form.cleaned_data
        transfers_actions.draw_manifest(
            manifest_id=key, batch_id=row.id, vehicle=given["vehicle"], destination_id=given["destination"],
            by=request.viewer, at=request.at,
        )  # fmt: skip
        return reverse("manifest", args=[key])

    return _answer(request, row, form, "draw-manifest", do)


def _answer(request: ViewerRequest, row: BatchRow, form: ActForm, what: str, do: Callable[[UUID], str]) -> HttpResponse:
    if form.is_valid():
        try:
            return act_once(request, what, do)
        except Refused as refusal:
            form.refuse(refusal)
    return show(request, row, form)


def _draw_form(request: ViewerRequest, row: BatchRow, names: Directory, *, fresh: bool = False) -> DrawForm:
    form = DrawForm(None if fresh else request.POST)
    places = [f for f in names.facilities.values() if f.authority_id in (None, row.receiver_id)]
    form.fields["destination"].choices = [(f.id, f.name(get_language() or "en")) for f in places]  # type: ignore[attr-defined]
    return form


def show(request: ViewerRequest, row: BatchRow, form: ActForm | None = None) -> HttpResponse:
    """The batch's page, with the form that was refused, if one was."""
    viewer, names = request.viewer, directory(request)
    handovers = transfers.handovers(viewer, batch_id=row.id)
    decisions = transfers.decisions(viewer, row.operation_id)
    already = transfers.people_planned(viewer, row.operation_id, besides=row.id)
    against = objections(decisions, Proposal(row.sender_id, row.receiver_id, row.size, already=already))
    events = transfers.batch_events(viewer, row.id)
    known = access.user_names(viewer, {by for _state, _at, by, _note in events})
    counts = transfers.line_counts(viewer, [h.id for h in handovers])
    left, standing, left_more = _left(request, names, handovers, counts)
    may_draw = viewer.may(Act.SEAL_MANIFEST, authority_id=row.sender_id)
    context = {
        "batch": _batch_view(row, names, transfers.progress(viewer, [row.id])[row.id]),
        "operation": transfers.operation(viewer, row.operation_id),
        "decisions": decision_views(decisions, names),
        "objections": [objection(o) for o in against],
        "history": [(state, at, known.get(by), note) for state, at, by, note in events],
        "manifests": [(m, names.facilities[m.destination_id]) for m in transfers.manifests(viewer, row.id)],
        "handovers": _handover_views(request, names, handovers, counts),
        "left": left,
        "left_more": left_more,
        "standing": standing,
        "refused": form if form is not None and not isinstance(form, DrawForm | CancelForm) else None,
        "may_authorise": _may_move(request, row, BatchState.AUTHORISED, Act.AUTHORISE_BATCH),
        "may_close": _may_move(request, row, BatchState.CLOSED, Act.PLAN_BATCH),
        "cancel_form": _cancel_or(form) if _may_move(request, row, BatchState.CANCELLED, Act.PLAN_BATCH) else None,
        "draw_form": _draw_or(request, form, row, names) if may_draw and _drawable(row) else None,
        "opened": type(form).__name__ if form else "",
    }  # fmt: skip
    return page(request, "web/batches/batch.html", context, status=form.answer_status if form else 200)


def _may_move(request: ViewerRequest, row: BatchRow, to_state: BatchState, act: Act) -> bool:
    return to_state in BATCH_MOVES[row.state] and request.viewer.may(act, authority_id=row.sender_id)


def _drawable(row: BatchRow) -> bool:
    return row.state in (BatchState.PLANNED, BatchState.AUTHORISED, BatchState.CLEARED)


def _cancel_or(form: ActForm | None) -> CancelForm:
    return form if isinstance(form, CancelForm) else CancelForm()


def _draw_or(request: ViewerRequest, form: ActForm | None, row: BatchRow, names: Directory) -> ActForm:
    return form if isinstance(form, DrawForm) else _draw_form(request, row, names, fresh=True)


def _handover_views(
    request: ViewerRequest, names: Directory, rows: list[HandoverRow], counts: dict[UUID, dict[str, int]]
) -> list[HandoverView]:
    signed = transfers.statements_of(request.viewer, [row.id for row in rows])
    order = [code.value for code in OutcomeCode]
    return [
        HandoverView(
            row, names.authorities[row.giver_id], names.authorities[row.receiver_id], names.facilities[row.place_id],
            signed[row.id], [(code, counts[row.id][code]) for code in order if code in counts[row.id]],
        )
        for row in rows
    ]  # fmt: skip


def _left(
    request: ViewerRequest, names: Directory, handovers: list[HandoverRow], counts: dict[UUID, dict[str, int]]
) -> tuple[list[LeftView], list[StandingView], int]:
    """Who is left: differences by name; how many nobody has spoken of and who answers for them; what is not shown."""
    quiet = [(h, _not_spoken_of(h, handovers, counts)) for h in handovers]
    standing = [StandingView(h, names.authorities[h.giver_id], n) for h, n in quiet if n]
    differing = [h for h in handovers if set(counts[h.id]) - _SETTLED]  # most have none: their lines are not read
    lines = {h.id: transfers.lines(request.viewer, h.id) for h in differing}
    still_open = [(h, line) for h in differing for line in lines[h.id] if line.code and not is_settled(line)]
    shown = people_by_id(request, [line.subject_id for _h, line in still_open[:LEFT_SHOWN]])
    about = ledger.findings_by_refs(request.viewer, [h.id for h in handovers])
    left = [
        LeftView(
            shown[line.subject_id], line, h, names.authorities[h.giver_id],
            [f for f in about if f.ref == h.id and f.subject_id == line.subject_id],
        )
        for h, line in still_open[:LEFT_SHOWN]
    ]  # fmt: skip
    return left, standing, len(still_open) - len(left)


_CARRIED = (OutcomeCode.RECEIVED.value, OutcomeCode.EXTRA.value)
_SETTLED = {*_CARRIED, OutcomeCode.DEAD.value, ""}  # or not spoken of yet: those are counted


def _not_spoken_of(row: HandoverRow, handovers: list[HandoverRow], counts: dict[UUID, dict[str, int]]) -> int:
    """Lines of a handover without a word; before the carrier presents, those he carries."""
    if row.ordinal == 1 or row.state is not HandoverState.EXPECTED:
        return counts[row.id].get("", 0)
    first = next((h for h in handovers if h.manifest_id == row.manifest_id and h.ordinal == 1), None)
    return sum(counts[first.id].get(code, 0) for code in _CARRIED) if first else 0


urlpatterns = [
    path("batches", batches, name="batches"),
    path("batches/find", find_manifest, name="find-manifest"),
    path("batches/<uuid:batch_id>", batch, name="batch"),
    path("batches/<uuid:batch_id>/authorise", authorise, name="authorise-batch"),
    path("batches/<uuid:batch_id>/cancel", cancel, name="cancel-batch"),
    path("batches/<uuid:batch_id>/close", close, name="close-batch"),
    path("batches/<uuid:batch_id>/manifests", draw, name="draw-manifest"),
]
