"""One person of a loss resolved by name, on evidence; the search for somebody; the second person's word."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sijill.domain.access import queries as access
from sijill.domain.access.rules import Act, NotVisible, Refused, require
from sijill.domain.ledger import actions as ledger_actions
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.queries import LossRow, SearchRow, SearchStepRow
from sijill.domain.people.rules import PersonName
from sijill.domain.places.rules import FacilityRow
from sijill.interfaces.web import words_control
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, acts, page, reads, reads_and_acts
from sijill.interfaces.web.forms import ActForm, LocalDateTimeField
from sijill.interfaces.web.pages.reporting import local_now
from sijill.interfaces.web.pages.standing import chosen_place, gazetteer, names, own_facilities, place_choices

CONFIRMABLE = frozenset({"escape-reported", "death-reported", "release-unverified"})


class EvidenceForm(ActForm):
    """What it rests on, and how good that is. The grade is chosen, never assumed."""

    evidence = forms.CharField(
        label=_("What it rests on: who saw or wrote what"), max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )  # fmt: skip
    grade = forms.ChoiceField(label=_("How good that is"), widget=forms.RadioSelect)
    occurred_at = LocalDateTimeField(label=_("When it happened"))
    now: datetime

    def clean_occurred_at(self) -> datetime:
        """Nothing is reported before it happens."""
        value: datetime = self.cleaned_data["occurred_at"]
        if value > self.now:
            raise forms.ValidationError(_("That lies later than now."))
        return value


class ResolveForm(EvidenceForm):
    """What became of one person."""

    outcome = forms.ChoiceField(label=_("What became of him"), widget=forms.RadioSelect)
    place = forms.ChoiceField(
        label=_("Where"), required=False, help_text=_("For recaptured, found, and under another's control.")
    )
    custodian = forms.TypedChoiceField(
        label=_("Who has control of him now"), coerce=int, empty_value=None, required=False,
        help_text=_("Only for under another's control."),
    )  # fmt: skip
    field_order = ("outcome", "place", "custodian", "occurred_at", "evidence", "grade")


class StepForm(ActForm):
    """A step of a search: who looks for him, where he was searched for, whom it was told."""

    owner = forms.TypedChoiceField(label=_("Hand the search to"), coerce=UUID, empty_value=None, required=False)
    text = forms.CharField(
        label=_("Where was he searched for, or whom was it told"), max_length=400, required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}), help_text=_("No names of people held."),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SearchView:
    """A search as a list shows it."""

    row: SearchRow
    name: PersonName | None
    place: FacilityRow | None
    owner: str
    overdue: bool


@reads_and_acts
def resolve(request: ViewerRequest, loss_id: UUID, subject_id: UUID) -> HttpResponse:
    """One person: what became of him, and on what evidence."""
    viewer, row = request.viewer, ledger.loss(request.viewer, loss_id)
    require(viewer, Act.RECORD_CUSTODY, authority_id=row.book_id, facility_id=row.facility_id)
    line = next((line for line in ledger.loss_lines(viewer, loss_id, subject_id=subject_id) if not line.is_tally), None)
    called = names(viewer, [subject_id])
    if line is None or subject_id not in called:
        raise NotVisible
    form = _resolve_form(request, row)
    if request.method == "POST" and form.is_valid():
        try:
            return act_once(request, "resolve-by-name", lambda key: _resolve(request, row, subject_id, form, key))
        except Refused as refusal:
            at = {"needs-place": "place", "needs-custodian": "custodian", "needs-evidence": "evidence"}
            form.refuse(refusal, at.get(refusal.code))
    here = gazetteer(viewer, halls_of=[line.account.facility_id] if line.account else [])
    context = {
        "row": row, "place": here.facilities.get(row.facility_id), "line": line, "name": called[subject_id],
        "subject_id": subject_id, "form": form, "where": here.where(line.account, line.since) if line.account else None,
        "told": ledger.evidence(viewer, subject_id),
    }  # fmt: skip
    return page(request, "web/losses/resolve.html", context, status=form.answer_status)


def _resolve(request: ViewerRequest, row: LossRow, subject_id: UUID, form: ResolveForm, key: UUID) -> str:
    """Record it, and go on to the next who waits: the list is worked off one by one."""
    given = form.cleaned_data
    facility_id, hall_id = chosen_place(given["place"])
    ledger_actions.resolve_by_name(
        event_id=key, loss_id=row.id, subject_id=subject_id, outcome=given["outcome"], facility_id=facility_id,
        hall_id=hall_id, other_id=given["custodian"], occurred_from=given["occurred_at"],
        occurred_to=given["occurred_at"], evidence=given["evidence"], grade=given["grade"], by=request.viewer,
        at=request.at,
    )  # fmt: skip
    return reverse("loss", args=[row.id])


def _resolve_form(request: ViewerRequest, row: LossRow) -> ResolveForm:
    viewer = request.viewer
    rows = own_facilities(viewer, Act.RECORD_CUSTODY, row.book_id)
    form = ResolveForm(
        request.POST if request.method == "POST" else None,
        initial={"occurred_at": local_now(request.at), "custodian": row.other_id or ""},
    )
    form.now = request.at
    language = get_language() or "en"
    others = [(a.id, a.name(language)) for a in access.authorities(viewer) if a.id != row.book_id]
    _choose(form, "outcome", list(words_control.RESOLVED.items()))
    _choose(form, "place", [("", _("choose")), *place_choices(viewer, rows)])
    _choose(form, "custodian", [("", _("choose")), *others])
    _choose(form, "grade", list(words_control.EVIDENCE.items()))
    return form


def _choose(form: forms.Form, field: str, choices: list[Any]) -> None:
    form.fields[field].choices = choices  # type: ignore[attr-defined]


@reads
def searches(request: ViewerRequest) -> HttpResponse:
    """Everybody reported escaped or dead and not yet found or confirmed: who looks for him, and until when."""
    viewer = request.viewer
    rows = ledger.searches(viewer)
    here, called = gazetteer(viewer), names(viewer, [row.finding.subject_id for row in rows])
    users = access.user_names(viewer, {row.owner for row in rows if row.owner})
    views = [
        SearchView(
            row, called.get(row.finding.subject_id) if row.finding.subject_id else None,
            here.facilities.get(row.finding.facility_id or 0), users.get(row.owner, "") if row.owner else "",
            row.finding.due_at < request.at and not row.confirmed,
        )
        for row in rows
    ]  # fmt: skip
    context = {
        "groups": [(code, [v for v in views if v.row.finding.code == code])
                   for code in ("escape-reported", "death-reported")],
        "unowned": sum(not v.row.owner for v in views), "overdue": sum(v.overdue for v in views),
    }  # fmt: skip
    return page(request, "web/losses/searches.html", context)


@reads
def search(request: ViewerRequest, finding_id: UUID) -> HttpResponse:
    """One search."""
    row, steps = ledger.search(request.viewer, finding_id)
    return _show(request, row, steps)


@acts
def add_step(request: ViewerRequest, finding_id: UUID) -> HttpResponse:
    """The pressed button says which step it is."""
    row, steps = ledger.search(request.viewer, finding_id)
    form, step = _step_form(request, row), request.POST.get("step", "")

    def do(key: UUID) -> str:
        given = form.cleaned_data
        ledger_actions.add_search_step(
            step_id=key, finding_id=finding_id, step=step, owner=given["owner"], text=given["text"], by=request.viewer,
            at=request.at,
        )  # fmt: skip
        return reverse("search", args=[finding_id])

    if form.is_valid():
        try:
            return act_once(request, "search-step", do)
        except Refused as refusal:
            form.refuse(refusal, {"needs-note": "text", "owner-without-duty": "owner"}.get(refusal.code))
    return _show(request, row, steps, form)


@acts
def confirm(request: ViewerRequest, finding_id: UUID) -> HttpResponse:
    """A second person confirms what was reported."""
    row, steps = ledger.search(request.viewer, finding_id)
    form = _evidence_form(request, bound=True)

    def do(key: UUID) -> str:
        given = form.cleaned_data
        ledger_actions.confirm_report(
            event_id=key, finding_id=finding_id, evidence=given["evidence"], grade=given["grade"],
            occurred_at=given["occurred_at"], by=request.viewer, at=request.at,
        )  # fmt: skip
        return reverse("search", args=[finding_id])

    if form.is_valid():
        try:
            return act_once(request, "confirm-report", do)
        except Refused as refusal:
            form.refuse(refusal)
    return _show(request, row, steps, form)


def _show(
    request: ViewerRequest, row: SearchRow, steps: list[SearchStepRow], form: ActForm | None = None
) -> HttpResponse:
    viewer, finding = request.viewer, row.finding
    here, called = gazetteer(viewer), names(viewer, [finding.subject_id])
    users = access.user_names(viewer, {user for step in steps for user in (step.by, step.owner) if user})
    may = viewer.may(Act.SETTLE_FINDING, authority_id=finding.book_id, facility_id=finding.facility_id)
    settled = finding.state == "closed"
    searching = may and not settled
    confirming = searching and not row.confirmed and finding.code in CONFIRMABLE
    context = {
        "row": row, "finding": finding, "name": called.get(finding.subject_id) if finding.subject_id else None,
        "place": here.facilities.get(finding.facility_id or 0), "book": here.authorities.get(finding.book_id),
        "owner": users.get(row.owner, "") if row.owner else "", "overdue": finding.due_at < request.at and not settled,
        "steps": [(step, users.get(step.by, ""), users.get(step.owner, "") if step.owner else "") for step in steps],
        "told": ledger.evidence(viewer, finding.subject_id) if finding.subject_id else [],
        "step_form": (form if isinstance(form, StepForm) else _step_form(request, row)) if searching else None,
        "confirm_form": (form if isinstance(form, EvidenceForm) else _evidence_form(request)) if confirming else None,
        "opened": type(form).__name__ if form else "",
    }  # fmt: skip
    return page(request, "web/losses/search.html", context, status=form.answer_status if form else 200)


def _step_form(request: ViewerRequest, row: SearchRow) -> StepForm:
    acting = request.method == "POST" and "step" in request.POST
    form = StepForm(request.POST if acting else None, initial={"owner": row.owner})
    ids = ledger.searchers(request.viewer, row.finding.book_id, request.at)
    users = sorted(access.user_names(request.viewer, ids).items(), key=lambda item: item[1])
    _choose(form, "owner", [("", _("choose")), *((str(user), name) for user, name in users)])
    return form


def _evidence_form(request: ViewerRequest, *, bound: bool = False) -> EvidenceForm:
    form = EvidenceForm(request.POST if bound else None, initial={"occurred_at": local_now(request.at)})
    form.now = request.at
    _choose(form, "grade", list(words_control.EVIDENCE.items()))
    return form


urlpatterns = [
    path("losses/<uuid:loss_id>/people/<uuid:subject_id>", resolve, name="resolve"),
    path("losses/searches", searches, name="searches"),
    path("losses/searches/<uuid:finding_id>", search, name="search"),
    path("losses/searches/<uuid:finding_id>/step", add_step, name="search-step"),
    path("losses/searches/<uuid:finding_id>/confirm", confirm, name="confirm-report"),
]
