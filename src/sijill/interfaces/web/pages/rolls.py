"""The roll of a place at an instant, as known now or as known then; and people without names: stated, recounted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from sijill.domain.access.rules import Act, NotAllowed, NotVisible, Refused, Viewer
from sijill.domain.ledger import actions as ledger_actions
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.queries import AccountRow, RollRow
from sijill.domain.ledger.rules import BESIDE, AccountKind, AccountSpec
from sijill.domain.people.rules import PersonName
from sijill.domain.places import queries as places
from sijill.domain.places.rules import FacilityRow
from sijill.interfaces.web import words
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, page, reads, reads_and_acts
from sijill.interfaces.web.forms import ActForm, LocalDateTimeField
from sijill.interfaces.web.pages.paging import page_of
from sijill.interfaces.web.pages.reporting import local_now
from sijill.interfaces.web.pages.standing import Gazetteer, Where, gazetteer, names

PAGE = 50
BESIDE_BASES = ("stated", "uncounted")


class InstantForm(forms.Form):
    """Which instant, and as it was known when."""

    at = LocalDateTimeField(label=_("The roll at"), required=False, help_text=_("Local time; empty: now."))
    known = LocalDateTimeField(
        label=_("As it was known at"),
        required=False,
        help_text=_("Empty: as it is known now, with everything reported since."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="roll_%s")


class TallyForm(ActForm):
    """How many people without names are there, and on what basis."""

    n = forms.IntegerField(label=_("How many people"), min_value=0, max_value=1_000_000)
    basis = forms.ChoiceField(label=_("Basis"), choices=list(words.BASIS.items()))
    label = forms.CharField(
        label=_("What these people are called here"),
        max_length=80,
        required=False,
        help_text=_("Such as “tent row 4”. No names."),
    )
    hall = forms.ChoiceField(label=_("Hall"), required=False)
    occurred_at = LocalDateTimeField(label=_("Counted or stated at"))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the roll."""

    row: RollRow
    name: PersonName | None
    where: Where


@dataclass(frozen=True, slots=True)
class Sum:
    """How many stand at the place in one state."""

    kind: AccountKind
    persons: int
    tallied: int

    @property
    def total(self) -> int:
        """Named persons and people in tallies."""
        return self.persons + self.tallied


@reads
def roll(request: ViewerRequest, code: str) -> HttpResponse:
    """Who was at the place at an instant: sums by state, tallies as lines of their own, people paged by fifty."""
    return _show(request, places.facility(request.viewer, code))


def _show(request: ViewerRequest, place: FacilityRow, tally: TallyForm | None = None) -> HttpResponse:
    viewer, instant = request.viewer, InstantForm(request.GET if request.method == "GET" else None)
    asked = instant.cleaned_data if instant.is_bound and instant.is_valid() else {}
    at, known = asked.get("at") or request.at, asked.get("known")
    rows = ledger.roll(viewer, place.id, at=at, known_at=known)
    persons = [row for row in rows if not row.is_tally]
    number, pages = page_of(request.GET.get("page"), len(persons), PAGE)
    shown = persons[(number - 1) * PAGE : number * PAGE]
    here, called = gazetteer(viewer, halls_of=[place.id]), names(viewer, [row.subject_id for row in shown])
    book = book_at(viewer, Act.RECORD_CUSTODY, place)
    context = {
        "place": place, "instant": instant, "at_given": at, "known": known,
        "is_now": asked.get("at") is None and known is None,
        "sums": sums(rows), "held": sum(row.n for row in rows if row.account.kind is AccountKind.HELD),
        "people": [_line(row, called, here) for row in shown],
        "tallies": [_line(row, called, here) for row in rows if row.is_tally],
        "page": number, "pages": pages, "persons": len(persons), "first": (number - 1) * PAGE + 1 if shown else 0,
        "last": (number - 1) * PAGE + len(shown), "query": _query(request),
        "many_books": len({row.account.book_id for row in rows}) > 1,
        "tally_form": (tally or _tally_form(request, place)) if book else None, "tally_open": tally is not None,
        "may_count": book_at(viewer, Act.COUNT_HEADS, place) is not None,
        "may_register": book is not None,
    }  # fmt: skip
    return page(request, "web/head_counts/roll.html", context, status=tally.answer_status if tally else 200)


def _query(request: ViewerRequest) -> str:
    """The instant of the address, for the links to other pages of the same roll."""
    kept = {k: request.GET[k] for k in ("at", "known") if request.GET.get(k)}
    return f"{urlencode(kept)}&" if kept else ""


def sums(rows: Sequence[RollRow]) -> list[Sum]:
    """People at the place by state, in the order of the states."""
    order = list(AccountKind)
    kinds = sorted({row.account.kind for row in rows}, key=order.index)
    return [
        Sum(
            kind,
            sum(row.n for row in rows if row.account.kind is kind and not row.is_tally),
            sum(row.n for row in rows if row.account.kind is kind and row.is_tally),
        )
        for kind in kinds
    ]


def _line(row: RollRow, called: dict[UUID, PersonName], here: Gazetteer) -> Line:
    return Line(row, called.get(row.subject_id), here.where(row.account, row.since))


def book_at(viewer: Viewer, act: Act, place: FacilityRow) -> int | None:
    """In whose book the viewer does this at the place: its own authority's where he may, else another of his."""
    own = [a for a in viewer.authorities(act) if viewer.may(act, authority_id=a, facility_id=place.id)]
    return place.authority_id if place.authority_id in own else next(iter(own), None)


def _tally_form(request: ViewerRequest, place: FacilityRow) -> TallyForm:
    form = TallyForm(request.POST if request.method == "POST" else None, initial={"occurred_at": local_now(request.at)})
    halls = [(str(hall.id), hall.code) for hall in places.halls(request.viewer, place.id)]
    form.fields["hall"].choices = [("", _("the whole facility")), *halls]  # type: ignore[attr-defined]
    if not halls:
        del form.fields["hall"]
    return form


@reads_and_acts
def add_tally(request: ViewerRequest, code: str) -> HttpResponse:
    """State how many people without names are there."""
    place = places.facility(request.viewer, code)
    book = book_at(request.viewer, Act.RECORD_CUSTODY, place)
    if book is None:
        raise NotAllowed(Act.RECORD_CUSTODY)
    form = _tally_form(request, place)
    if request.method == "POST" and _is_past(request, form):
        hall = form.cleaned_data.get("hall")
        to = AccountSpec(AccountKind.HELD, facility_id=place.id, hall_id=int(hall) if hall else None)
        try:
            return act_once(request, "state-tally", lambda key: _count(request, form, (key, key), book, to, code))
        except Refused as refusal:
            form.refuse(refusal)
    return _show(request, place, form)


@reads_and_acts
def recount(request: ViewerRequest, code: str, tally_id: UUID) -> HttpResponse:
    """Count the people of a tally again: the difference is posted under its own name."""
    place = places.facility(request.viewer, code)
    stands = next(iter(ledger.where(request.viewer, [tally_id])), None)
    if stands is None or stands.account.facility_id != place.id or stands.account.kind is AccountKind.NAMES_PENDING:
        raise NotVisible
    account = stands.account
    if not request.viewer.may(Act.RECORD_CUSTODY, authority_id=account.book_id, facility_id=place.id):
        raise NotAllowed(Act.RECORD_CUSTODY)
    form = _tally_form(request, place)
    del form.fields["label"]
    form.fields.pop("hall", None)
    if request.method == "POST" and _is_past(request, form):
        try:
            same = _same(account)
            return act_once(
                request, "recount-tally",
                lambda key: _count(request, form, (tally_id, uuid5(key, "count")), account.book_id, same, code),
            )  # fmt: skip
        except Refused as refusal:
            form.refuse(refusal)
    context = {
        "place": place,
        "form": form,
        "where": gazetteer(request.viewer, [place.id]).where(account, stands.since),
    }
    return page(request, "web/head_counts/recount.html", context, status=form.answer_status)


def _is_past(request: ViewerRequest, form: TallyForm) -> bool:
    """Valid, and not counted later than now."""
    if form.is_valid() and form.cleaned_data["occurred_at"] > request.at:
        form.add_error("occurred_at", _("That lies later than now."))
    return form.is_valid()


def _same(account: AccountRow) -> AccountSpec:
    """The account a tally stands at; one that was only stated is held once somebody counted it."""
    kind = AccountKind.HELD if account.kind in BESIDE else account.kind
    return AccountSpec(kind, account.facility_id, account.hall_id, account.other_id, account.note)


def _count(
    request: ViewerRequest, form: TallyForm, ids: tuple[UUID, UUID], book: int, to: AccountSpec, code: str
) -> str:
    """What was stated and not verified stands beside the sums, at the same place."""
    given = form.cleaned_data
    tally_id, event_id = ids
    beside = AccountSpec(AccountKind.STATED, facility_id=to.facility_id, hall_id=to.hall_id)
    ledger_actions.count_tally(
        tally_id=tally_id, event_id=event_id, book_id=book, to=beside if given["basis"] in BESIDE_BASES else to,
        n=given["n"], basis=given["basis"], label=given.get("label", ""), occurred_at=given["occurred_at"],
        by=request.viewer, at=request.at,
    )  # fmt: skip
    return reverse("roll", args=[code])


urlpatterns = [
    path("places/<str:code>/roll", roll, name="roll"),
    path("places/<str:code>/tallies", add_tally, name="add-tally"),
    path("places/<str:code>/tallies/<uuid:tally_id>", recount, name="recount-tally"),
]
