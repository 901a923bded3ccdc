"""Reporting what happened to one person, correcting what was reported, giving effect to a report that had none."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import Act, NotVisible, Refused, require
from sijill.domain.ledger import actions as ledger_actions
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.queries import AccountRow, EventRow, Whereabouts
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind, NewEvent
from sijill.domain.people.rules import PersonName
from sijill.interfaces.web import words
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, page, reads_and_acts
from sijill.interfaces.web.forms import ActForm, LocalDateTimeField
from sijill.interfaces.web.pages.persons import address_after
from sijill.interfaces.web.pages.reportable import REPORTS, Report, fits
from sijill.interfaces.web.pages.standing import (
    Gazetteer,
    chosen_place,
    gazetteer,
    name_of,
    own_facilities,
    place_choices,
)

A = AccountKind
PLACED = frozenset({A.HELD, A.CONTROL_LOST, A.UNDER_ANOTHER})  # the ledger asks for a facility
MAY_HAVE_BEEN = (
    A.HELD, A.TEMPORARY_OUT, A.CONTROL_LOST, A.UNDER_ANOTHER, A.WHEREABOUTS_UNKNOWN, A.REPORTED_ESCAPED,
    A.REPORTED_DEAD, A.RELEASED_UNVERIFIED,
)  # fmt: skip


def local_now(at: datetime) -> datetime:
    """The moment as a form shows it: on the local wall clock, to the minute, and not later than now."""
    return timezone.localtime(at).replace(second=0, microsecond=0)


class ReportForm(ActForm):
    """What is asked of a report; fields a kind does not need are left out."""

    occurred_from = LocalDateTimeField(label=_("When it happened"))
    occurred_to = LocalDateTimeField(
        label=_("Or until"),
        required=False,
        help_text=_("When the moment is not known exactly: the latest it can have been."),
    )
    place = forms.ChoiceField(label=_("Where"))
    custodian = forms.TypedChoiceField(label=_("Who has control now"), coerce=int)
    outing = forms.ChoiceField(label=_("Where to"))
    reported_by = forms.ChoiceField(label=_("Who reports it"))

    now: datetime

    def clean(self) -> dict[str, Any]:
        """A range runs forward; without an end it is one moment. Nothing is reported before it happens."""
        given: dict[str, Any] = super().clean() or {}
        start, end = given.get("occurred_from"), given.get("occurred_to")
        for field in ("occurred_from", "occurred_to"):
            if given.get(field) and given[field] > self.now:
                self.add_error(field, _("That lies later than now."))
        if start and end and end < start:
            self.add_error("occurred_to", _("The end lies before the beginning."))
        return given


class CorrectionForm(ActForm):
    """It did not happen, or something else did."""

    what = forms.ChoiceField(
        label=_("What is right"),
        choices=[("void", _("It did not happen")), ("instead", _("Something else happened, said below"))],
        widget=forms.RadioSelect,
    )
    account = forms.ChoiceField(label=_("The person was then"), required=False)
    place = forms.ChoiceField(label=_("Where"), required=False)
    occurred_at = LocalDateTimeField(label=_("From when"), required=False)
    ground = forms.ChoiceField(label=_("Ground"))
    now: datetime

    def clean(self) -> dict[str, Any]:
        """Accounts that are at a place need one; nothing lies later than now."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("occurred_at") and given["occurred_at"] > self.now:
            self.add_error("occurred_at", _("That lies later than now."))
        if given.get("what") == "instead" and given.get("account") in PLACED and not given.get("place"):
            self.add_error("place", _("Say where."))
        return given


class GroundForm(ActForm):
    """Why a report that had no effect is given one."""

    ground = forms.ChoiceField(label=_("Ground"))


def _choices(form: forms.Form, field: str, choices: list[Any]) -> None:
    form.fields[field].choices = choices  # type: ignore[attr-defined]


def _book(here: Gazetteer, code: str) -> AuthorityRow:
    found = here.by_code(code)
    if found is None:
        raise NotVisible
    return found


@reads_and_acts
def report(request: ViewerRequest, person_id: UUID, book: str, kind: str) -> HttpResponse:
    """Report one thing that happened to one person, in one book."""
    name = name_of(request.viewer, person_id)
    what = REPORTS.get(Kind(kind)) if kind in list(Kind) else None
    if what is None:
        raise NotVisible
    stands = ledger.where(request.viewer, [person_id])
    here = gazetteer(request.viewer, halls_of=[w.account.facility_id for w in stands])
    in_book = _book(here, book)
    require(request.viewer, Act.RECORD_CUSTODY, authority_id=in_book.id)
    now = next((w for w in stands if w.account.book_id == in_book.id), None)
    form = _report_form(request, what, in_book, now, here)
    if request.method == "POST" and form.is_valid():

        def do(key: UUID) -> str:
            event = _event(key, form, what, person_id, in_book.id, now)
            ledger_actions.report(events=[event], by=request.viewer, at=request.at)
            return address_after(request.viewer, person_id)

        try:
            return act_once(request, f"report-{what.kind.value}", do)
        except Refused as refusal:
            form.refuse(refusal)
    context = {
        "person_id": person_id, "name": name, "report": what, "book": in_book, "form": form,
        "stands": here.where(now.account, now.since) if now else None,
        "fits": fits(what, now.account.kind if now else A.OUTSIDE),
    }  # fmt: skip
    return page(request, "web/persons/report.html", context, status=form.answer_status)


def _report_form(
    request: ViewerRequest, what: Report, book: AuthorityRow, now: Whereabouts | None, here: Gazetteer
) -> ReportForm:
    at_place = f"{now.account.facility_id}:{now.account.hall_id or ''}" if now and now.account.facility_id else ""
    form = ReportForm(
        request.POST if request.method == "POST" else None,
        initial={"occurred_from": local_now(request.at), "place": at_place},
    )
    form.now = request.at
    for field, needed in (("place", what.place), ("custodian", what.custodian), ("outing", what.outing)):
        if not needed:
            del form.fields[field]
    if what.place:
        rows = own_facilities(request.viewer, Act.RECORD_CUSTODY, book.id)
        _choices(form, "place", [("", _("choose")), *place_choices(request.viewer, rows)])
    if what.custodian:
        language = get_language() or "en"
        others = [(a.id, a.name(language)) for a in here.authorities.values() if a.id != book.id]
        _choices(form, "custodian", [("", _("choose")), *others])
    if what.outing:
        _choices(form, "outing", list(words.OUTING.items()))
    _choices(form, "reported_by", list(words.REPORTED_BY.items()))
    return form


def _event(
    key: UUID, form: ReportForm, what: Report, person_id: UUID, book_id: int, now: Whereabouts | None
) -> NewEvent:
    """The report as the ledger takes it. A death is noted where the person stood, as handovers do."""
    given = form.cleaned_data
    facility_id, hall_id = chosen_place(given.get("place", ""))
    if what.kind is Kind.REPORTED_DEAD and now is not None:
        facility_id = now.account.facility_id
    to = AccountSpec(
        what.to, facility_id=facility_id, hall_id=hall_id if what.to is A.HELD else None,
        other_id=given.get("custodian"), note=given.get("outing", ""),
    )  # fmt: skip
    start = given["occurred_from"]
    return NewEvent(
        key, book_id, person_id, what.kind, to, start, given["occurred_to"] or start,
        details=(("reported-by", given["reported_by"]),),
    )  # fmt: skip


@reads_and_acts
def correct(request: ViewerRequest, person_id: UUID, event_id: UUID) -> HttpResponse:
    """Say that a report did not happen, or what happened instead. It stays readable for ever."""
    name, row = name_of(request.viewer, person_id), _event_row(request, person_id, event_id)
    require(request.viewer, Act.CORRECT, authority_id=row.book_id)
    form = _correction_form(request, row)
    if request.method == "POST" and form.is_valid():

        def do(key: UUID) -> str:
            given = form.cleaned_data
            instead = given["what"] == "instead"
            ledger_actions.correct(
                event_id=key, target=event_id, to=_instead(given, row.account) if instead else None,
                occurred_at=given["occurred_at"] if instead else None, ground=given["ground"],
                by=request.viewer, at=request.at,
            )  # fmt: skip
            return address_after(request.viewer, person_id)

        try:
            return act_once(request, "correct-event", do)
        except Refused as refusal:
            form.refuse(refusal)
    return _about_event(request, "web/persons/correct.html", person_id, name, row, form)


def _about_event(
    request: ViewerRequest, template: str, person_id: UUID, name: PersonName, row: EventRow, form: ActForm
) -> HttpResponse:
    """A form about one report, with the report above it."""
    here = gazetteer(request.viewer, halls_of=[row.account.facility_id if row.account else None])
    context = {
        "person_id": person_id, "name": name, "row": row, "book": here.authorities.get(row.book_id), "form": form,
        "to": here.where(row.account) if row.account else None,
    }  # fmt: skip
    return page(request, template, context, status=form.answer_status)


def _event_row(request: ViewerRequest, person_id: UUID, event_id: UUID) -> EventRow:
    """The report in the person's history; NotVisible when the viewer does not read it there."""
    found = next((row for row in ledger.history(request.viewer, person_id) if row.id == event_id), None)
    if found is None:
        raise NotVisible
    return found


def _correction_form(request: ViewerRequest, row: EventRow) -> CorrectionForm:
    account = row.account
    initial = {
        "what": "void",
        "account": account.kind.value if account and account.kind in MAY_HAVE_BEEN else A.HELD.value,
        "place": f"{account.facility_id}:{account.hall_id or ''}" if account and account.facility_id else "",
        "occurred_at": timezone.localtime(row.occurred_from),
    }
    form = CorrectionForm(request.POST if request.method == "POST" else None, initial=initial)
    form.now = request.at
    rows = own_facilities(request.viewer, Act.CORRECT, row.book_id)
    _choices(form, "account", [(kind.value, words.word("account", kind.value)) for kind in MAY_HAVE_BEEN])
    _choices(form, "place", [("", _("nowhere in particular")), *place_choices(request.viewer, rows)])
    _choices(form, "ground", list(words.GROUND.items()))
    return form


def _instead(given: dict[str, Any], was: AccountRow | None) -> AccountSpec:
    """Where the person was instead. The custodian and the note stay when only place or time were wrong."""
    kind = AccountKind(given["account"])
    facility_id, hall_id = chosen_place(given["place"]) if kind in PLACED else (None, None)
    same = was is not None and was.kind is kind
    return AccountSpec(
        kind, facility_id=facility_id, hall_id=hall_id if kind is A.HELD else None,
        other_id=was.other_id if was and same else None, note=was.note if was and same else "",
    )  # fmt: skip


@reads_and_acts
def give_effect(request: ViewerRequest, person_id: UUID, event_id: UUID) -> HttpResponse:
    """A named person gives effect to a report that had none."""
    name, row = name_of(request.viewer, person_id), _event_row(request, person_id, event_id)
    require(request.viewer, Act.CORRECT, authority_id=row.book_id)
    if row.effect != "none" or row.account is None:
        raise NotVisible
    form = GroundForm(request.POST if request.method == "POST" else None, initial={"ground": "confirmed-since"})
    _choices(form, "ground", list(words.GROUND.items()))
    if request.method == "POST" and form.is_valid():

        def do(key: UUID) -> str:
            ledger_actions.give_effect(
                event_id=key, target=event_id, ground=form.cleaned_data["ground"], by=request.viewer, at=request.at
            )
            return address_after(request.viewer, person_id)

        try:
            return act_once(request, "give-effect", do)
        except Refused as refusal:
            form.refuse(refusal)
    return _about_event(request, "web/persons/give_effect.html", person_id, name, row, form)


urlpatterns = [
    path("people/<uuid:person_id>/report/<str:book>/<str:kind>", report, name="report"),
    path("people/<uuid:person_id>/events/<uuid:event_id>/correct", correct, name="correct-event"),
    path("people/<uuid:person_id>/events/<uuid:event_id>/give-effect", give_effect, name="give-effect"),
]
