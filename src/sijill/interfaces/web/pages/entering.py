"""Entering one person: with what is claimed of him or as a numbered unknown, by admission, birth or from a tally."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from sijill.domain.access import queries as access
from sijill.domain.access.rules import Act, NotAllowed, NotVisible, Refused
from sijill.domain.ledger import actions as ledger_actions
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.queries import Whereabouts
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Admission, Kind, NewEvent
from sijill.domain.people import actions as people_actions
from sijill.domain.people import queries as people
from sijill.domain.people.rules import Birth, ClaimValue, Name, Nationality, NewClaim, Number, Sex
from sijill.domain.places import queries as places
from sijill.interfaces.web import words
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, page, reads_and_acts
from sijill.interfaces.web.forms import ActForm, LocalDateTimeField
from sijill.interfaces.web.pages.claims import BornField, read_nationality, text_field
from sijill.interfaces.web.pages.persons import Hit, address_after, hits
from sijill.interfaces.web.pages.reporting import local_now
from sijill.interfaces.web.pages.standing import chosen_place, own_facilities, place_choices

LIKELY_MAX = 5
WAYS_IN = (Kind.ADMISSION, Kind.BIRTH)


class PersonForm(ActForm):
    """One person: who he is said to be, and since when he is where."""

    unknown = forms.BooleanField(
        label=_("Nobody can say who it is: enter under a number"), required=False,
        help_text=_("What is known below is recorded all the same; a name can be added later."),
    )  # fmt: skip
    name = text_field(_("Full name"))
    other_name = text_field(_("The same name in another script"))
    father = text_field(words.FIELD["father"])
    family = text_field(words.FIELD["family"])
    mother = text_field(words.FIELD["mother"])
    sex = forms.ChoiceField(
        label=_("Sex"),
        choices=[("", _("not stated")), *((c, words.SEX[c]) for c in ("M", "F", "unknown"))],
        required=False,
    )
    born = BornField(label=_("Born"), required=False)
    nationality = text_field(_("Nationality"), help_text=_("In words or as a two-letter code"))
    number = text_field(_("Number given earlier"))
    issuer = text_field(_("Who gave that number"))
    way = forms.ChoiceField(label=_("Came by"), choices=[(k.value, words.EVENT[k.value]) for k in WAYS_IN])
    place = forms.ChoiceField(label=_("Where"))
    occurred_at = LocalDateTimeField(label=_("Since when"))
    checked = forms.BooleanField(label=_("None of the people shown is this person"), required=False)

    def __init__(self, request: ViewerRequest, **rest: Any) -> None:
        super().__init__(request.POST if request.method == "POST" else None, **rest)
        self.request = request

    def clean_born(self) -> Birth | None:
        """The birth the text stands for."""
        text = self.cleaned_data["born"]
        return BornField().read(text, self.request) if text else None

    def clean_nationality(self) -> Nationality | None:
        """The code the word stands for."""
        text = self.cleaned_data["nationality"]
        return read_nationality(text) if text else None

    def clean(self) -> dict[str, Any]:
        """Somebody must be told from somebody: by a name, a number, or as an unknown; and nothing happens tomorrow."""
        given: dict[str, Any] = super().clean() or {}
        if not given.get("unknown") and not given.get("name") and not given.get("number"):
            self.add_error("name", _("Write a name or a number, or enter the person under a number of our own."))
        if given.get("number") and not given.get("issuer"):
            self.add_error("issuer", _("Say who gave the number."))
        if given.get("occurred_at") and given["occurred_at"] > self.request.at:
            self.add_error("occurred_at", _("That lies later than now."))
        return given

    def values(self) -> list[ClaimValue]:
        """What is claimed, name by name."""
        given = self.cleaned_data
        found: list[ClaimValue] = []
        if given["name"]:
            found.append(Name(given["name"], father=given["father"], family=given["family"], mother=given["mother"]))
        if given["other_name"]:
            found.append(Name(given["other_name"]))
        if given["sex"]:
            found.append(Sex(given["sex"]))
        found += [given[f] for f in ("born", "nationality") if given[f]]
        if given["number"]:
            found.append(Number(given["issuer"], given["number"]))
        return found


@reads_and_acts
def new(request: ViewerRequest) -> HttpResponse:
    """Register one person and admit him."""
    authority = _authority(request)
    form = _form(request, authority)
    likely: list[Hit] = []
    if request.method == "POST" and form.is_valid():
        likely = _likely(request, form, "enter-person")
        if not likely:
            try:
                return act_once(request, "enter-person", lambda key: _enter(request, form, authority, key))
            except Refused as refusal:
                form.refuse(refusal)
    return _show(request, form, {"likely": likely})


@reads_and_acts
def from_tally(request: ViewerRequest, tally_id: UUID) -> HttpResponse:
    """Register one person by name who was counted without one: the tally falls by one."""
    stands = next((w for w in ledger.where(request.viewer, [tally_id])), None)
    if stands is None or not request.viewer.may(
        Act.RECORD_CUSTODY, authority_id=stands.account.book_id, facility_id=stands.account.facility_id
    ):
        raise NotVisible
    form = _form(request, stands.account.book_id)
    for field in ("way", "place"):
        del form.fields[field]
    likely: list[Hit] = []
    if request.method == "POST" and form.is_valid():
        likely = _likely(request, form, "register-from-tally")
        if not likely:
            try:
                return act_once(request, "register-from-tally", lambda key: _draw(request, form, tally_id, stands, key))
            except Refused as refusal:
                form.refuse(refusal)
    return _show(request, form, {"likely": likely, "tally": stands.account})


def _authority(request: ViewerRequest) -> int:
    """In whose book the viewer enters people."""
    found = request.viewer.authorities(Act.RECORD_CUSTODY)
    if not found:
        raise NotAllowed(Act.RECORD_CUSTODY)
    return found[0]


def _form(request: ViewerRequest, authority_id: int) -> PersonForm:
    initial = {"occurred_at": local_now(request.at), "place": request.GET.get("place", "")}
    form = PersonForm(request, initial=initial)
    rows = own_facilities(request.viewer, Act.RECORD_CUSTODY, authority_id)
    form.fields["place"].choices = [("", _("choose")), *place_choices(request.viewer, rows)]  # type: ignore[attr-defined]
    return form


def _show(request: ViewerRequest, form: PersonForm, context: dict[str, Any]) -> HttpResponse:
    """The form; with people it may be, it asks before a second record comes into being."""
    if not context["likely"]:
        form.fields.pop("checked")
    status = 422 if context["likely"] else form.answer_status
    return page(request, "web/persons/new.html", context | {"form": form}, status=status)


def _likely(request: ViewerRequest, form: PersonForm, what: str) -> list[Hit]:
    """People of the register who have this number or every word of this name, until somebody has looked at them.

    A form that was carried out already (its answer was lost) is not held up by the very person it entered.
    """
    given = form.cleaned_data
    if given["checked"] or access.answer_of(request.viewer, given["key"], what) is not None:
        return []
    texts = [t for t in (given["number"], given["name"], given["other_name"]) if t]
    rows = {row.id: row for text in texts for row in people.search(request.viewer, text, limit=LIKELY_MAX)}
    return hits(request.viewer, list(rows.values()))


def _registered(
    request: ViewerRequest, form: PersonForm, authority_id: int, facility_id: int | None, key: UUID
) -> None:
    """Enter the person with his claims; an unknown gets the authority's next number, and what is known of him."""
    viewer, at = request.viewer, request.at
    claims = [NewClaim(uuid5(key, f"claim {n}"), value) for n, value in enumerate(form.values())]
    if not form.cleaned_data["unknown"]:
        people_actions.register_person(
            person_id=key, authority_id=authority_id, claims=claims, facility_id=facility_id, by=viewer, at=at
        )
        return
    people_actions.register_unknowns(ids=[key], authority_id=authority_id, facility_id=facility_id, by=viewer, at=at)
    for claim in claims:
        people_actions.add_claim(person_id=key, claim=claim, authority_id=authority_id, by=viewer, at=at)


def _enter(request: ViewerRequest, form: PersonForm, authority_id: int, key: UUID) -> str:
    given = form.cleaned_data
    facility_id, hall_id = chosen_place(given["place"])
    _registered(request, form, authority_id, facility_id, key)
    to = AccountSpec(AccountKind.HELD, facility_id=facility_id, hall_id=hall_id)
    event = _event(uuid5(key, "entry"), authority_id, key, Kind(given["way"]), to, given["occurred_at"])
    ledger_actions.report(events=[event], by=request.viewer, at=request.at)
    return address_after(request.viewer, key)


def _event(event_id: UUID, book_id: int, person_id: UUID, kind: Kind, to: AccountSpec, at: datetime) -> NewEvent:
    return NewEvent(event_id, book_id, person_id, kind, to, at, at)


def _draw(request: ViewerRequest, form: PersonForm, tally_id: UUID, stands: Whereabouts, key: UUID) -> str:
    account = stands.account
    _registered(request, form, account.book_id, account.facility_id, key)
    to = AccountSpec(
        AccountKind.HELD if account.facility_id else account.kind, facility_id=account.facility_id,
        hall_id=account.hall_id, other_id=None if account.facility_id else account.other_id, note=account.note,
    )  # fmt: skip
    ledger_actions.register_from_tally(
        tally_id=tally_id, registrations=[Admission(uuid5(key, "entry"), key)], book_id=account.book_id, to=to,
        occurred_at=form.cleaned_data["occurred_at"], by=request.viewer, at=request.at,
    )  # fmt: skip
    if account.facility_id:
        return f"/places/{places.facility_by_id(request.viewer, account.facility_id).code}/roll"
    return address_after(request.viewer, key)


urlpatterns = [
    path("people/new", new, name="new-person"),
    path("people/from-tally/<uuid:tally_id>", from_tally, name="from-tally"),
]
