"""Facilities: who holds them by whose word, how many they may hold by whose approval, how many are there."""

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
from sijill.domain.access.rules import Act, Refused
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.rules import AccountKind
from sijill.domain.places import actions as places_actions
from sijill.domain.places import queries as places
from sijill.domain.places.rules import Aspect, CapacityKind, ControlRow, FacilityRow, rivals
from sijill.interfaces.web import words
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, page, reads, reads_and_acts
from sijill.interfaces.web.forms import ActForm, DayField, LocalDateTimeField


class ControlForm(ActForm):
    """Somebody said who holds an aspect of the place."""

    aspect = forms.ChoiceField(label=_("What the statement is about"))
    holder = forms.TypedChoiceField(label=_("Who holds it"), coerce=int, empty_value=None, required=False)
    holder_text = forms.CharField(
        label=_("Or in words"), max_length=200, required=False, help_text=_("When the holder is no authority here.")
    )
    speaker = forms.CharField(label=_("Who says so"), max_length=200)
    stated_at = LocalDateTimeField(label=_("Said at"))
    since = LocalDateTimeField(label=_("Holds it since"), required=False)
    note = forms.CharField(label=_("Note, without names of people held"), max_length=400, required=False)


class CapacityForm(ActForm):
    """A named person approved a number of places."""

    kind = forms.ChoiceField(label=_("Which capacity"))
    category = forms.CharField(
        label=_("For whom"), max_length=40, required=False, help_text=_("Empty: the whole facility.")
    )
    places = forms.IntegerField(label=_("Places"), min_value=0, max_value=1_000_000)
    approver = forms.CharField(label=_("Approved by"), max_length=120)
    approved_on = DayField(label=_("Approved on"))
    document = forms.CharField(label=_("Document"), max_length=200, required=False)


@dataclass(frozen=True, slots=True)
class ControlView:
    """A control statement with the row of the authority it names."""

    row: ControlRow
    holder: AuthorityRow | None


@dataclass(frozen=True, slots=True)
class Present:
    """How many people one book has at a place, in one state. Two books may have the same person there."""

    kind: AccountKind
    book: AuthorityRow | None
    persons: int
    tallied: int


@dataclass(frozen=True, slots=True)
class AspectView:
    """What is said about one aspect: the latest word of each speaker side by side, then what they said before."""

    aspect: Aspect
    in_conflict: bool
    latest: tuple[ControlView, ...]
    earlier: tuple[ControlView, ...]


@reads
def facilities(request: ViewerRequest) -> HttpResponse:
    """Every facility, and how many people of the viewer's books are there (not known where he reads no book)."""
    viewer = request.viewer
    nought = dict.fromkeys(ledger.books(viewer), 0)
    there: dict[int, int] = {}
    for row in ledger.board(viewer):
        if row.account.facility_id is not None and row.account.kind is AccountKind.HELD:
            there[row.account.facility_id] = there.get(row.account.facility_id, 0) + row.persons + row.tallied
    authorities = {row.id: row for row in access.authorities(viewer)}
    rows = [
        (row, authorities.get(row.authority_id or 0), there.get(row.id, nought.get(row.authority_id or 0)))
        for row in places.facilities(viewer)
    ]
    return page(request, "web/places/facilities.html", {"rows": rows})


@reads
def facility(request: ViewerRequest, code: str) -> HttpResponse:
    """One facility."""
    return _show(request, places.facility(request.viewer, code))


@reads_and_acts
def add_control(request: ViewerRequest, code: str) -> HttpResponse:
    """Write a control statement down."""
    place = places.facility(request.viewer, code)
    form = _control_form(request)

    def state(key: UUID) -> str:
        said = form.cleaned_data
        places_actions.state_control(
            statement_id=key, facility_id=place.id, aspect=said["aspect"], holder_id=said["holder"],
            holder_text=said["holder_text"], speaker=said["speaker"], since=said["since"],
            stated_at=said["stated_at"], note=said["note"], by=request.viewer, at=request.at,
        )  # fmt: skip
        return _address(place)

    return _answer(request, place, form, "state-control", state)


@reads_and_acts
def add_capacity(request: ViewerRequest, code: str) -> HttpResponse:
    """Write an approved capacity down."""
    place = places.facility(request.viewer, code)
    form = _capacity_form(request)

    def approve(key: UUID) -> str:
        given = form.cleaned_data
        places_actions.set_capacity(
            capacity_id=key, facility_id=place.id, kind=given["kind"], category=given["category"],
            places=given["places"], approver=given["approver"], approved_on=given["approved_on"],
            document=given["document"], by=request.viewer, at=request.at,
        )  # fmt: skip
        return _address(place)

    return _answer(request, place, form, "set-capacity", approve)


def _answer(
    request: ViewerRequest, place: FacilityRow, form: ActForm, what: str, do: Callable[[UUID], str]
) -> HttpResponse:
    """The pattern of every form: valid and accepted goes on; refused or invalid is shown again with the reason."""
    if request.method == "POST" and form.is_valid():
        try:
            return act_once(request, what, do)
        except Refused as refusal:
            form.refuse(refusal)
    return _show(request, place, form)


def _show(request: ViewerRequest, place: FacilityRow, form: ActForm | None = None) -> HttpResponse:
    """The facility's page, with the forms this viewer's duties open."""
    viewer, authorities = request.viewer, {row.id: row for row in access.authorities(request.viewer)}
    control = places.control(viewer, place.id, request.at)
    may_state = viewer.may(Act.STATE_CONTROL, facility_id=place.id)
    may_set = place.authority_id is not None and viewer.may(
        Act.SET_CAPACITY, authority_id=place.authority_id, facility_id=place.id
    )
    control_form = form if isinstance(form, ControlForm) else _control_form(request, fresh=True)
    capacity_form = form if isinstance(form, CapacityForm) else _capacity_form(request, fresh=True)
    present = _present(request, place, authorities)
    context = {
        "place": place,
        "owner": authorities.get(place.authority_id or 0),
        "halls": places.halls(viewer, place.id),
        "aspects": aspects(control, authorities),
        "capacities": places.capacities(viewer, place.id),
        "present": present,
        "books_there": len({line.book.id for line in present if line.book}),
        "may_read": viewer.may(Act.READ_PEOPLE, facility_id=place.id),
        "control_form": control_form if may_state else None,
        "capacity_form": capacity_form if may_set else None,
        "opened": type(form).__name__ if form else "",
    }
    return page(request, "web/places/facility.html", context, status=form.answer_status if form else 200)


def aspects(rows: list[ControlRow], authorities: dict[int, AuthorityRow]) -> list[AspectView]:
    """The statements by aspect: each speaker's latest side by side (law 11), the earlier ones after."""
    in_conflict, found = rivals(rows), []
    for aspect in Aspect:
        latest: dict[str, ControlView] = {}
        earlier: list[ControlView] = []
        for row in (r for r in rows if r.aspect is aspect):  # newest first
            view = ControlView(row, authorities.get(row.holder_id or 0))
            speaker = row.speaker.strip().casefold()
            if speaker in latest:
                earlier.append(view)
            else:
                latest[speaker] = view
        found.append(AspectView(aspect, aspect in in_conflict, tuple(latest.values()), tuple(earlier)))
    return found


def _present(request: ViewerRequest, place: FacilityRow, authorities: dict[int, AuthorityRow]) -> list[Present]:
    """How many of the viewer's books are at the place, by book and state; its halls are one line."""
    found: dict[tuple[int, AccountKind], tuple[int, int]] = {}
    for row in ledger.board(request.viewer):
        if row.account.facility_id == place.id:
            key = (row.account.book_id, row.account.kind)
            persons, tallied = found.get(key, (0, 0))
            found[key] = (persons + row.persons, tallied + row.tallied)
    return [Present(kind, authorities.get(book), *both) for (book, kind), both in found.items()]


def _control_form(request: ViewerRequest, *, fresh: bool = False) -> ControlForm:
    form = ControlForm(request.POST if request.method == "POST" and not fresh else None)
    form.fields["aspect"].choices = [(a.value, words.word("aspect", a.value)) for a in Aspect]  # type: ignore[attr-defined]
    named = [(row.id, row.name(get_language() or "en")) for row in access.authorities(request.viewer)]
    form.fields["holder"].choices = [("", _("unclear, or as in words below")), *named]  # type: ignore[attr-defined]
    return form


def _capacity_form(request: ViewerRequest, *, fresh: bool = False) -> CapacityForm:
    form = CapacityForm(request.POST if request.method == "POST" and not fresh else None)
    form.fields["kind"].choices = [(k.value, words.word("capacity", k.value)) for k in CapacityKind]  # type: ignore[attr-defined]
    return form


def _address(place: FacilityRow) -> str:
    return reverse("facility", args=[place.code])


urlpatterns = [
    path("places", facilities, name="places"),
    path("places/<str:code>", facility, name="facility"),
    path("places/<str:code>/control", add_control, name="add-control"),
    path("places/<str:code>/capacity", add_capacity, name="add-capacity"),
]
