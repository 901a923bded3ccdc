"""Claims of identity that are added and withdrawn. None is overwritten, and a withdrawn one stays readable."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sijill.domain.access import queries as access
from sijill.domain.access.rules import Act, NotVisible, Refused, require
from sijill.domain.people import actions as people_actions
from sijill.domain.people import queries as people
from sijill.domain.people.countries import nationality_of
from sijill.domain.people.dates import DayOrder, NotADate, birth
from sijill.domain.people.rules import (
    Birth,
    ClaimKind,
    ClaimValue,
    Document,
    Name,
    Nationality,
    NewClaim,
    Number,
    Sex,
)
from sijill.interfaces.web import list_sentences, words
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, page, reads_and_acts
from sijill.interfaces.web.forms import ActForm, DayField
from sijill.interfaces.web.pages.persons import address
from sijill.interfaces.web.pages.standing import name_of

TEXT_MAX = 200


def text_field(label: Any, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    """One line of text about a person, in any script."""
    widget = forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"})
    return forms.CharField(label=label, max_length=TEXT_MAX, required=required, help_text=help_text, widget=widget)


class BornField(forms.CharField):
    """A birth as people say it. Gives a Birth; what is not understood is never guessed."""

    def __init__(self, **rest: Any) -> None:
        rest.setdefault("help_text", _("1985-03-12, 1985, about 1985, 1980-1985, unknown or disputed"))
        super().__init__(max_length=40, widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}), **rest)

    def read(self, text: str, request: ViewerRequest) -> Birth:
        """The birth a text stands for, or ValidationError with the sentence."""
        try:
            return birth(text, DayOrder(None), request.at.date())
        except NotADate as wrong:
            raise forms.ValidationError(list_sentences.problem(wrong.code)) from None


class ClaimForm(ActForm):
    """Whose word it is, and since when; what is claimed comes with each kind."""

    source = forms.ChoiceField(label=_("Whose word it is"))
    source_text = text_field(_("Or in words"), help_text=_("When it is no authority here: a document, a witness."))
    stated_on = DayField(label=_("Said on"), required=False)

    def __init__(self, request: ViewerRequest, **rest: Any) -> None:
        super().__init__(request.POST if request.method == "POST" else None, **rest)
        self.request = request
        language, viewer = get_language() or "en", request.viewer
        own = viewer.authorities(Act.RECORD_CUSTODY)
        rows = sorted(access.authorities(viewer), key=lambda row: row.id not in own)
        choices = [(str(row.id), row.name(language)) for row in rows]
        self.fields["source"].choices = [*choices, ("", _("as in words below"))]  # type: ignore[attr-defined]
        self.fields["source"].required = False
        self.order_fields([*(f for f in self.fields if f not in SOURCE), *SOURCE])

    def value(self) -> ClaimValue:
        """What is claimed."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Somebody must be the source."""
        given: dict[str, Any] = super().clean() or {}
        if not given.get("source") and not given.get("source_text"):
            self.add_error("source", _("Whose word is it?"))
        return given

    def claim(self, claim_id: UUID) -> NewClaim:
        """The claim as the register takes it. Words beside an authority are kept too."""
        given = self.cleaned_data
        source = int(given["source"]) if given["source"] else None
        return NewClaim(claim_id, self.value(), source, given["source_text"], given["stated_on"])


SOURCE = ("source", "source_text", "stated_on")


class NameForm(ClaimForm):
    """A name in one script, with the parts that are known."""

    full = text_field(_("Full name"), required=True, help_text=_("In one script, as it was said or written."))
    given = text_field(words.FIELD["given"])
    father = text_field(words.FIELD["father"])
    grandfather = text_field(words.FIELD["grandfather"])
    family = text_field(words.FIELD["family"])
    kunya = text_field(words.FIELD["kunya"])
    alias = text_field(words.FIELD["alias"])
    mother = text_field(words.FIELD["mother"])

    def value(self) -> Name:
        """The name."""
        return Name(**{k: v for k, v in self.cleaned_data.items() if k in NAME_PARTS})


NAME_PARTS = ("full", "given", "father", "grandfather", "family", "kunya", "alias", "mother")


class SexForm(ClaimForm):
    """A sex as stated."""

    sex = forms.ChoiceField(
        label=_("Sex"), choices=[(c, words.SEX[c]) for c in ("M", "F", "unknown", "other")], widget=forms.RadioSelect
    )
    stated = text_field(_("In the words used"))

    def value(self) -> Sex:
        """The sex."""
        return Sex(self.cleaned_data["sex"], self.cleaned_data["stated"])


class BirthForm(ClaimForm):
    """A birth, as exactly as it is known."""

    born = BornField(label=_("Born"))

    def clean_born(self) -> Birth:
        """The birth the text stands for."""
        return BornField().read(self.cleaned_data["born"], self.request)

    def value(self) -> Birth:
        """The birth."""
        found: Birth = self.cleaned_data["born"]
        return found


class NationalityForm(ClaimForm):
    """A nationality, by its name or code."""

    nationality = text_field(
        _("Nationality"),
        required=True,
        help_text=_("The country in English, Arabic or Kurdish, its two-letter code, stateless or unknown."),
    )

    def clean_nationality(self) -> Nationality:
        """The code the word stands for."""
        return read_nationality(self.cleaned_data["nationality"])

    def value(self) -> Nationality:
        """The nationality."""
        found: Nationality = self.cleaned_data["nationality"]
        return found


class NumberForm(ClaimForm):
    """A number somebody gave the person."""

    number = text_field(_("Number"), required=True)
    issuer = text_field(_("Who gave it"), required=True)

    def value(self) -> Number:
        """The number."""
        return Number(self.cleaned_data["issuer"], self.cleaned_data["number"])


class DocumentForm(ClaimForm):
    """A paper of the person's."""

    type = text_field(_("Kind of document"), required=True)
    number = text_field(_("Number"), required=True)
    issuer = text_field(_("Issued by"))

    def value(self) -> Document:
        """The document."""
        return Document(self.cleaned_data["type"], self.cleaned_data["number"], self.cleaned_data["issuer"])


FORMS: dict[ClaimKind, type[ClaimForm]] = {
    ClaimKind.NAME: NameForm,
    ClaimKind.SEX: SexForm,
    ClaimKind.BIRTH: BirthForm,
    ClaimKind.NATIONALITY: NationalityForm,
    ClaimKind.NUMBER: NumberForm,
    ClaimKind.DOCUMENT: DocumentForm,
}


def read_nationality(text: str) -> Nationality:
    """The nationality a word stands for, or ValidationError: a code is never guessed."""
    code = nationality_of(text)
    if code is None:
        raise forms.ValidationError(_("This country is not understood. Write its two-letter code, or unknown."))
    return Nationality(code, text)


class ReasonForm(ActForm):
    """Why something is taken back."""

    reason = forms.CharField(
        label=_("Why"), max_length=TEXT_MAX, help_text=_("It stays readable beside what is withdrawn.")
    )


def answer_about(
    request: ViewerRequest, form: ActForm, what: str, do: Callable[[UUID], str], context: dict[str, Any]
) -> HttpResponse:
    """Valid and accepted goes on; refused or invalid is shown again with the reason."""
    if request.method == "POST" and form.is_valid():
        try:
            return act_once(request, what, do)
        except Refused as refusal:
            form.refuse(refusal)
    return page(request, "web/persons/act.html", context | {"form": form}, status=form.answer_status)


@reads_and_acts
def add(request: ViewerRequest, person_id: UUID, kind: str) -> HttpResponse:
    """Record one more claim beside the others."""
    name = name_of(request.viewer, person_id)
    if kind not in list(ClaimKind):
        raise NotVisible
    authority = first_authority(request, Act.RECORD_CUSTODY)
    form = FORMS[ClaimKind(kind)](request)

    def do(key: UUID) -> str:
        people_actions.add_claim(
            person_id=person_id, claim=form.claim(key), authority_id=authority, by=request.viewer, at=request.at
        )
        return address(person_id)

    context = {
        "person_id": person_id, "name": name, "title": _("Add a claim: %(kind)s") % {"kind": words.word("claim", kind)},
        "lead": _("It stands beside the claims that are there. None is overwritten."), "press": _("Record the claim"),
    }  # fmt: skip
    return answer_about(request, form, "add-claim", do, context)


def first_authority(request: ViewerRequest, act: Act) -> int:
    """The authority in whose name the viewer does this."""
    found = request.viewer.authorities(act)
    require(request.viewer, act, authority_id=found[0] if found else 0)
    return found[0]


@reads_and_acts
def withdraw(request: ViewerRequest, person_id: UUID, claim_id: UUID) -> HttpResponse:
    """Say that a claim no longer stands. It stays readable as withdrawn."""
    name = name_of(request.viewer, person_id)
    claim = next((c for c in people.claims_of(request.viewer, person_id) if c.id == claim_id), None)
    if claim is None or claim.withdrawn_at is not None:
        raise NotVisible
    require(request.viewer, Act.CORRECT, authority_id=claim.authority_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def do(key: UUID) -> str:
        people_actions.withdraw_claim(
            claim_id=claim_id, reason=form.cleaned_data["reason"], by=request.viewer, at=request.at
        )
        return address(person_id)

    context = {
        "person_id": person_id, "name": name, "title": _("Withdraw a claim"), "claim": claim,
        "lead": _("Your authority no longer stands by it. It stays readable, marked as withdrawn."),
        "press": _("Withdraw the claim"),
    }  # fmt: skip
    return answer_about(request, form, "withdraw-claim", do, context)


urlpatterns = [
    path("people/<uuid:person_id>/claims/new/<str:kind>", add, name="add-claim"),
    path("people/<uuid:person_id>/claims/<uuid:claim_id>/withdraw", withdraw, name="withdraw-claim"),
]
