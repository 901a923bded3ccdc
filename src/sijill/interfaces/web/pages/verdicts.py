"""Verdicts about two records (the same person, or not), and duplicates taken out of the sums. Nothing is merged."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from sijill.domain.access import queries as access
from sijill.domain.access.rules import Act, NotVisible, require
from sijill.domain.ledger import actions as ledger_actions
from sijill.domain.people import actions as people_actions
from sijill.domain.people import queries as people
from sijill.interfaces.web import words
from sijill.interfaces.web.answering import ViewerRequest, reads_and_acts
from sijill.interfaces.web.forms import ActForm
from sijill.interfaces.web.pages.claims import TEXT_MAX, ReasonForm, answer_about, first_authority
from sijill.interfaces.web.pages.persons import address
from sijill.interfaces.web.pages.standing import name_of


class ReferenceForm(ActForm):
    """Another record, named by what is printed on it."""

    reference = forms.CharField(
        label=_("Register number of the other record"), max_length=64,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        help_text=_("As printed, such as S-4KQ7-M9XD-T; an earlier number works too."),
    )  # fmt: skip
    other: UUID

    def __init__(self, request: ViewerRequest, **rest: Any) -> None:
        super().__init__(request.POST if request.method == "POST" else None, **rest)
        self.request = request

    def clean_reference(self) -> str:
        """Exactly one record the viewer may see."""
        found = people.find_reference(self.request.viewer, self.cleaned_data["reference"])
        if found is None:
            raise forms.ValidationError(_("No record of yours has this number, or more than one has."))
        self.other = found
        return str(found)


class VerdictForm(ReferenceForm):
    """The same person, or lastingly not."""

    verdict = forms.ChoiceField(
        label=_("The two records are"), choices=list(words.VERDICT.items()), widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("Why"), max_length=TEXT_MAX)


@reads_and_acts
def judge(request: ViewerRequest, person_id: UUID) -> HttpResponse:
    """Say whether this record and another are of one person. Nothing is merged."""
    name, authority = name_of(request.viewer, person_id), first_authority(request, Act.CORRECT)
    form = VerdictForm(request)

    def do(key: UUID) -> str:
        same = form.cleaned_data["verdict"] == "same"
        verdict = people_actions.link_records if same else people_actions.declare_not_same
        verdict(
            link_id=key, one=person_id, other=form.other, authority_id=authority, reason=form.cleaned_data["reason"],
            by=request.viewer, at=request.at,
        )  # fmt: skip
        return address(person_id)

    context = {
        "person_id": person_id, "name": name, "title": _("Judge two records"), "press": _("Record the verdict"),
        "lead": _("Both records stay as they are. Either verdict lasts until it is withdrawn."),
    }  # fmt: skip
    return answer_about(request, form, "judge-records", do, context)


@reads_and_acts
def withdraw_link(request: ViewerRequest, person_id: UUID, link_id: UUID) -> HttpResponse:
    """Take a verdict about two records back."""
    name = name_of(request.viewer, person_id)
    link = next((row for row in people.links_of(request.viewer, person_id) if row.id == link_id), None)
    if link is None or link.withdrawn_at is not None:
        raise NotVisible
    require(request.viewer, Act.CORRECT, authority_id=link.authority_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def do(key: UUID) -> str:
        people_actions.withdraw_link(
            link_id=link_id, reason=form.cleaned_data["reason"], by=request.viewer, at=request.at
        )
        return address(person_id)

    context = {
        "person_id": person_id, "name": name, "title": _("Withdraw a verdict"), "press": _("Withdraw the verdict"),
        "lead": _("The verdict stays readable, marked as withdrawn."),
    }  # fmt: skip
    return answer_about(request, form, "withdraw-verdict", do, context)


@reads_and_acts
def duplicate(request: ViewerRequest, person_id: UUID, book: str) -> HttpResponse:
    """Take a confirmed duplicate out of the sums of one book; a correction of that report puts it back."""
    name = name_of(request.viewer, person_id)
    authority = access.authority_by_code(request.viewer, book)
    require(request.viewer, Act.CORRECT, authority_id=authority.id)
    form = ReferenceForm(request)

    def do(key: UUID) -> str:
        ledger_actions.mark_duplicate(
            event_id=key, book_id=authority.id, subject_id=person_id, of=form.other, occurred_at=request.at,
            by=request.viewer, at=request.at,
        )  # fmt: skip
        return address(person_id)

    context = {
        "person_id": person_id, "name": name, "title": _("Mark as a duplicate record"),
        "press": _("Take this record out of the sums"),
        "lead": _("The person stays under the other record. This one leaves the sums; a correction puts it back."),
    }  # fmt: skip
    return answer_about(request, form, "mark-duplicate", do, context)


urlpatterns = [
    path("people/<uuid:person_id>/verdicts/new", judge, name="judge-records"),
    path("people/<uuid:person_id>/verdicts/<uuid:link_id>/withdraw", withdraw_link, name="withdraw-verdict"),
    path("people/<uuid:person_id>/duplicate/<str:book>", duplicate, name="mark-duplicate"),
]
