"""Legal bases: stating one on a person's file, withdrawing it, and who is held without one, by place."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import Act, NotAllowed, NotVisible, Refused, require
from sijill.domain.people.rules import PersonName
from sijill.domain.places.rules import FacilityRow
from sijill.domain.safeguards import actions as safeguards_actions
from sijill.domain.safeguards import queries as safeguards
from sijill.domain.safeguards.queries import CustodyCount, WithoutRow
from sijill.domain.safeguards.rules import TEXT_MAX, Ground
from sijill.interfaces.web import words
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, page, reads, reads_and_acts
from sijill.interfaces.web.forms import ActForm, DayField
from sijill.interfaces.web.pages.persons import address
from sijill.interfaces.web.pages.standing import gazetteer, name_of, names

PAGE = 50


def _line(label: Any, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"})
    return forms.CharField(label=label, max_length=TEXT_MAX, required=required, help_text=help_text, widget=widget)


class BasisForm(ActForm):
    """On what basis somebody is said to be held, and by whom."""

    authority = forms.ChoiceField(label=_("For which authority"))
    ground = forms.ChoiceField(label=_("Ground"))
    ordering_authority = _line(_("Who ordered it"), help_text=_("The court or body. Leave empty when it is not known."))
    document = _line(_("By which paper"), help_text=_("Its kind, number and date, as they stand on it."))
    source = _line(_("Who says so"), required=True, help_text=_("Whose word it is, or where it was read."))
    stated_on = DayField(label=_("Said on"))
    expires_on = DayField(label=_("Valid until"), required=False, help_text=_("The last day. Empty: no end is stated."))

    def __init__(self, request: ViewerRequest, **rest: Any) -> None:
        super().__init__(request.POST if request.method == "POST" else None, **rest)
        rows, language = gazetteer(request.viewer).authorities, get_language() or "en"
        own = [rows[i] for i in request.viewer.authorities(Act.STATE_LEGAL_BASIS)]
        self.fields["authority"].choices = [(str(a.id), a.name(language)) for a in own]  # type: ignore[attr-defined]
        self.fields["ground"].choices = [(g.value, words.word("legal-ground", g)) for g in Ground]  # type: ignore[attr-defined]
        if len(own) == 1:
            self.initial["authority"] = str(own[0].id)
            self.fields["authority"].widget = forms.HiddenInput()


class WithdrawForm(ActForm):
    """Why a basis no longer stands."""

    reason = _line(_("Why"), required=True, help_text=_("It stays readable, marked as withdrawn, with your reason."))


@reads_and_acts
def state_basis(request: ViewerRequest, person_id: UUID) -> HttpResponse:
    """State a legal basis beside those that were stated before."""
    name = name_of(request.viewer, person_id)
    if not request.viewer.may(Act.STATE_LEGAL_BASIS):
        raise NotAllowed(Act.STATE_LEGAL_BASIS)
    form = BasisForm(request)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        authority_id, _key = int(given.pop("authority")), given.pop("key")

        def do(key: UUID) -> str:
            safeguards_actions.state_legal_basis(
                basis_id=key, subject_id=person_id, authority_id=authority_id, by=request.viewer, at=request.at, **given
            )
            return f"{address(person_id)}#legal"

        try:
            return act_once(request, "state-legal-basis", do)
        except Refused as refusal:
            form.refuse(refusal)
    context = _act_context(person_id, name, form) | {
        "title": _("State a legal basis"),
        "lead": _(
            "It stands beside what was stated before, with your name. What stays empty is shown as not recorded."
        ),
        "press": _("Record the basis"),
    }
    return page(request, "web/persons/legal_act.html", context, status=form.answer_status)


@reads_and_acts
def withdraw_basis(request: ViewerRequest, person_id: UUID, basis_id: UUID) -> HttpResponse:
    """Withdraw a basis that the viewer's authority recorded."""
    name, basis = name_of(request.viewer, person_id), safeguards.legal_basis(request.viewer, basis_id)
    if basis.subject_id != person_id:
        raise NotVisible
    require(request.viewer, Act.STATE_LEGAL_BASIS, authority_id=basis.authority_id)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():

        def do(_key: UUID) -> str:
            safeguards_actions.withdraw_legal_basis(
                basis_id=basis_id, reason=form.cleaned_data["reason"], by=request.viewer, at=request.at
            )
            return f"{address(person_id)}#legal"

        try:
            return act_once(request, "withdraw-legal-basis", do)
        except Refused as refusal:
            form.refuse(refusal)
    context = _act_context(person_id, name, form) | {
        "title": _("Withdraw a legal basis"),
        "lead": _("It is not erased: it stays readable, marked as withdrawn."),
        "press": _("Withdraw the basis"),
        "basis": basis,
    }
    return page(request, "web/persons/legal_act.html", context, status=form.answer_status)


def _act_context(person_id: UUID, name: PersonName, form: ActForm) -> dict[str, object]:
    return {"person_id": person_id, "name": name, "form": form}


# ------------------------------------------------------------------ who is held without one
@dataclass(frozen=True, slots=True)
class PlaceView:
    """One line of the overview: a book, a place of it (None: on the way), and its two numbers."""

    book: AuthorityRow
    facility: FacilityRow | None
    row: CustodyCount


@dataclass(frozen=True, slots=True)
class WithoutView:
    """One person of the list."""

    row: WithoutRow
    name: PersonName | None


@reads
def overview(request: ViewerRequest) -> HttpResponse:
    """How many are held at each place without a recorded basis: numbers for everybody who reads counts."""
    viewer = request.viewer
    if not viewer.may(Act.READ_COUNTS):
        raise NotAllowed(Act.READ_COUNTS)
    here = gazetteer(viewer)
    rows = safeguards.counts(viewer, request.at.date())
    views = [PlaceView(here.authorities[r.book_id], here.facilities.get(r.facility_id or 0), r) for r in rows]
    context = {
        "rows": views,
        "held": sum(r.held for r in rows),
        "without": sum(r.without for r in rows),
        "names_of": set(viewer.authorities(Act.READ_PEOPLE)),
    }
    return page(request, "web/persons/legal_overview.html", context)


@reads
def without(request: ViewerRequest, book: str, facility: str = "") -> HttpResponse:
    """Who is held at a place (or on the way) in a book without a basis in force: names, for those who read people."""
    viewer = request.viewer
    if not viewer.may(Act.READ_PEOPLE):
        raise NotAllowed(Act.READ_PEOPLE)
    here = gazetteer(viewer)
    authority = here.by_code(book)
    place = next((f for f in here.facilities.values() if f.code == facility), None)
    if authority is None or (facility and place is None):
        raise NotVisible
    found = safeguards.without_basis(
        viewer, authority.id, place.id if place else None, request.at.date(), after=_after(request), limit=PAGE + 1
    )
    shown = found[:PAGE]
    called = names(viewer, [row.subject_id for row in shown])
    context = {
        "book": authority,
        "facility": place,
        "rows": [WithoutView(row, called.get(row.subject_id)) for row in shown],
        "after": shown[-1].subject_id if len(found) > PAGE else None,
        "later": "after" in request.GET,
    }
    return page(request, "web/persons/legal_without.html", context)


def _after(request: ViewerRequest) -> UUID | None:
    """Where the next page begins; nonsense begins at the beginning."""
    try:
        return UUID(request.GET.get("after", ""))
    except ValueError:
        return None


urlpatterns = [
    path("people/<uuid:person_id>/legal/new", state_basis, name="state-basis"),
    path("people/<uuid:person_id>/legal/<uuid:basis_id>/withdraw", withdraw_basis, name="withdraw-basis"),
    path("legal", overview, name="legal"),
    path("legal/<str:book>/on-the-way", without, name="legal-on-the-way"),
    path("legal/<str:book>/at/<str:facility>", without, name="legal-at"),
]
