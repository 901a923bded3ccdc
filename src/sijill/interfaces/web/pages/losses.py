"""Places lost with people inside: stated by one officer, confirmed by another, taken back; the list of who waits."""

from collections.abc import Callable
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
from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import Act, NotAllowed, NotVisible, Refused, Viewer
from sijill.domain.ledger import actions as ledger_actions
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.queries import LossLineRow, LossProgress, LossRow
from sijill.domain.people.rules import PersonName
from sijill.domain.places import queries as places
from sijill.domain.places.rules import FacilityRow
from sijill.interfaces.web import words, words_control
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, acts, page, reads, reads_and_acts
from sijill.interfaces.web.forms import ActForm, LocalDateTimeField
from sijill.interfaces.web.pages.paging import page_of
from sijill.interfaces.web.pages.reporting import local_now
from sijill.interfaces.web.pages.standing import (
    Gazetteer,
    Where,
    chosen_place,
    gazetteer,
    names,
    own_facilities,
    place_choices,
)

PAGE = 50


class LossForm(ActForm):
    """What happened to a place with people inside, when, on what ground."""

    place = forms.ChoiceField(label=_("Which place"))
    kind = forms.ChoiceField(label=_("What happened"), widget=forms.RadioSelect)
    occurred_at = LocalDateTimeField(label=_("When it happened"))
    other = forms.TypedChoiceField(
        label=_("Who has control there now"), coerce=int, empty_value=None, required=False,
        help_text=_("Needed when the place changed hands; otherwise only when somebody says so."),
    )  # fmt: skip
    custodian = forms.CharField(
        label=_("Or in words"), max_length=80, required=False, help_text=_("When it is no authority of this register.")
    )
    ground_code = forms.ChoiceField(label=_("Ground"))
    ground = forms.CharField(
        label=_("What is known, and from whom"), max_length=400, help_text=_("No names of people held."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )  # fmt: skip
    now: datetime

    def clean_occurred_at(self) -> datetime:
        """Nothing is stated before it happens."""
        value: datetime = self.cleaned_data["occurred_at"]
        if value > self.now:
            raise forms.ValidationError(_("That lies later than now."))
        return value


class UndoForm(ActForm):
    """Why a loss is taken back."""

    ground = forms.CharField(
        label=_("Why"), max_length=400, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("No names of people held."),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LossView:
    """A loss as a page shows it. `moved`: people it moved or would move; `share`: resolved, of a hundred."""

    row: LossRow
    place: FacilityRow | None
    hall: str
    book: AuthorityRow | None
    other: AuthorityRow | None
    stated_by: str
    confirmed_by: str
    ended_by: str
    progress: LossProgress
    tone: str

    @property
    def moved(self) -> int:
        """People by name who were moved and had an effect."""
        return self.progress.waiting + self.progress.resolved


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person of a loss."""

    line: LossLineRow
    name: PersonName | None
    where: Where | None


@reads
def losses(request: ViewerRequest) -> HttpResponse:
    """The losses of the viewer's books: those that wait for a second officer first, then those in force."""
    rows = ledger.stated_losses(request.viewer)
    views = _views(request, rows, gazetteer(request.viewer))
    groups = [
        (state, [view for view in views if view.row.state == state])
        for state in ("proposed", "confirmed", "undone", "withdrawn")
    ]
    context = {
        "groups": [(state, found) for state, found in groups if found],
        "may_state": bool(request.viewer.authorities(Act.STATE_CONTROL)),
        "waiting": sum(view.progress.waiting for view in views if view.row.state == "confirmed"),
        "searches": len(ledger.searches(request.viewer)),
    }
    return page(request, "web/losses/losses.html", context)


@reads_and_acts
def state_loss(request: ViewerRequest) -> HttpResponse:
    """The form of a loss. Sending it moves nobody: another officer confirms."""
    viewer = request.viewer
    form = _loss_form(request)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        facility_id, hall_id = chosen_place(given["place"])
        book_id = _book_of(viewer, facility_id or 0)

        def do(key: UUID) -> str:
            ledger_actions.propose_loss(
                loss_id=key, book_id=book_id, facility_id=facility_id or 0, hall_id=hall_id, kind=given["kind"],
                other_id=given["other"], custodian=given["custodian"], ground_code=given["ground_code"],
                ground=given["ground"], occurred_at=given["occurred_at"], by=viewer, at=request.at,
            )  # fmt: skip
            return reverse("loss", args=[key])

        try:
            return act_once(request, "propose-loss", do)
        except Refused as refusal:
            form.refuse(refusal, "other" if refusal.code in ("needs-custodian", "same-authority") else None)
    context = {"form": form, "means": list(words_control.LOSS_MEANS.items())}
    return page(request, "web/losses/state.html", context, status=form.answer_status)


def _book_of(viewer: Viewer, facility_id: int) -> int:
    """The book a loss of this place is stated in: that of the place's authority, else the viewer's first."""
    may = [a for a in viewer.authorities(Act.STATE_CONTROL)
           if viewer.may(Act.STATE_CONTROL, authority_id=a, facility_id=facility_id)]  # fmt: skip
    owner = places.facility_by_id(viewer, facility_id).authority_id
    if not may:
        raise NotVisible
    return owner if owner in may else may[0]


def _loss_form(request: ViewerRequest) -> LossForm:
    viewer = request.viewer
    authorities = viewer.authorities(Act.STATE_CONTROL)
    if not authorities:
        raise NotAllowed(Act.STATE_CONTROL)
    rows: dict[int, FacilityRow] = {}
    for authority in authorities:
        rows |= {row.id: row for row in own_facilities(viewer, Act.STATE_CONTROL, authority)}
    asked = next((f"{row.id}:" for row in rows.values() if row.code == request.GET.get("place")), "")
    form = LossForm(
        request.POST if request.method == "POST" else None,
        initial={"occurred_at": local_now(request.at), "place": asked},
    )
    form.now = request.at
    language = get_language() or "en"
    others = [(row.id, row.name(language)) for row in access.authorities(viewer)]
    for field, choices in (
        ("place", [("", _("choose")), *place_choices(viewer, list(rows.values()))]),
        ("kind", list(words_control.LOSS.items())),
        ("other", [("", _("not known, or as in words below")), *others]),
        ("ground_code", [("", _("choose")), *words_control.LOSS_GROUND.items()]),
    ):
        form.fields[field].choices = choices  # type: ignore[attr-defined]
    return form


@reads
def loss(request: ViewerRequest, loss_id: UUID) -> HttpResponse:
    """One loss: what to do next, how far it is resolved, who waits."""
    return _show(request, ledger.loss(request.viewer, loss_id))


@acts
def confirm(request: ViewerRequest, loss_id: UUID) -> HttpResponse:
    """Another officer confirms: everybody inside follows."""

    def do(key: UUID) -> str:
        ledger_actions.confirm_loss(loss_id=loss_id, confirm_id=key, by=request.viewer, at=request.at)
        return reverse("loss", args=[loss_id])

    return _answer(request, loss_id, ActForm(request.POST), "confirm-loss", do)


@acts
def undo(request: ViewerRequest, loss_id: UUID) -> HttpResponse:
    """Take it back, on a ground."""
    form = UndoForm(request.POST)

    def do(key: UUID) -> str:
        ground = form.cleaned_data["ground"]
        ledger_actions.undo_loss(undo_id=key, loss_id=loss_id, ground=ground, by=request.viewer, at=request.at)
        return reverse("loss", args=[loss_id])

    return _answer(request, loss_id, form, "undo-loss", do)


def _answer(request: ViewerRequest, loss_id: UUID, form: ActForm, what: str, do: Callable[[UUID], str]) -> HttpResponse:
    row = ledger.loss(request.viewer, loss_id)
    if form.is_valid():
        try:
            return act_once(request, what, do)
        except Refused as refusal:
            form.refuse(refusal)
    return _show(request, row, form)


def _show(request: ViewerRequest, row: LossRow, form: ActForm | None = None) -> HttpResponse:
    viewer = request.viewer
    here = gazetteer(viewer, halls_of=[row.facility_id] if row.hall_id else [])
    view = _views(request, [row], here)[0]
    lines = _person_lines(request, row, here)
    waiting = [line for line in lines if line.line.waiting]
    number, pages = page_of(request.GET.get("page"), len(waiting), PAGE)
    may = {act: viewer.may(act, authority_id=row.book_id, facility_id=row.facility_id)
           for act in (Act.STATE_CONTROL, Act.CORRECT, Act.RECORD_CUSTODY)}  # fmt: skip
    context: dict[str, Any] = {
        "view": view,
        "row": row,
        "inside": ledger.loss_inside(viewer, row) if row.state == "proposed" else None,
        "waiting": waiting[(number - 1) * PAGE : number * PAGE],
        "all_waiting": len(waiting),
        "page": number,
        "pages": pages,
        "resolved": _by_account([line for line in lines if not line.line.waiting and line.line.has_effect]),
        "unfit": [line for line in lines if not line.line.has_effect],
        "tallied": view.progress.tallied,
        "may_confirm": may[Act.STATE_CONTROL] and row.by != viewer.user_id,
        "stated_it": row.by == viewer.user_id,
        "may_undo": may[Act.CORRECT],
        "may_resolve": may[Act.RECORD_CUSTODY],
        "next": waiting[0] if waiting else None,
        "undo_form": form if isinstance(form, UndoForm) else UndoForm(),
        "refused": form if form is not None and not isinstance(form, UndoForm) else None,
    }
    return page(request, "web/losses/loss.html", context, status=form.answer_status if form else 200)


def _person_lines(request: ViewerRequest, row: LossRow, here: Gazetteer) -> list[PersonLine]:
    """The people of a loss by name, in the order of their names; tallies are counted apart."""
    lines = [line for line in ledger.loss_lines(request.viewer, row.id) if not line.is_tally]
    called = names(request.viewer, [line.subject_id for line in lines])
    language = get_language() or "en"
    found = [
        PersonLine(
            line,
            called.get(line.subject_id),
            here.where(line.account, line.since) if line.account is not None else None,
        )
        for line in lines
    ]
    return sorted(found, key=lambda p: (p.name is None, p.name.shown(language) if p.name else str(p.line.subject_id)))


def _by_account(lines: list[PersonLine]) -> list[tuple[str, list[PersonLine]]]:
    """The resolved, by where they stand now."""
    kinds: dict[str, list[PersonLine]] = {}
    for line in lines:
        kinds.setdefault(line.where.kind.value if line.where else "", []).append(line)
    order = list(words.ACCOUNT)
    return sorted(kinds.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order))


def _views(request: ViewerRequest, rows: list[LossRow], here: Gazetteer) -> list[LossView]:
    progress = ledger.loss_progress(request.viewer, [row.id for row in rows])
    users = access.user_names(
        request.viewer, {user for row in rows for user in (row.by, row.confirmed_by, row.ended_by) if user}
    )
    return [
        LossView(
            row=row, place=here.facilities.get(row.facility_id), hall=here.halls.get(row.hall_id or 0, ""),
            book=here.authorities.get(row.book_id), other=here.authorities.get(row.other_id or 0),
            stated_by=users.get(row.by, ""), confirmed_by=users.get(row.confirmed_by, "") if row.confirmed_by else "",
            ended_by=users.get(row.ended_by, "") if row.ended_by else "",
            progress=progress.get(row.id, LossProgress()), tone=words_control.LOSS_TONES[row.state.value],
        )
        for row in rows
    ]  # fmt: skip


urlpatterns = [
    path("losses", losses, name="losses"),
    path("losses/state", state_loss, name="state-loss"),
    path("losses/<uuid:loss_id>", loss, name="loss"),
    path("losses/<uuid:loss_id>/confirm", confirm, name="confirm-loss"),
    path("losses/<uuid:loss_id>/undo", undo, name="undo-loss"),
]
