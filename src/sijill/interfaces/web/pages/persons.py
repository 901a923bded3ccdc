"""People: a search whose words stay out of the address, and the file of one person. Opening a file is recorded."""

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from sijill.domain.access import queries as access
from sijill.domain.access.rules import Act, DutyKind, NotAllowed, Viewer
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.queries import EventRow, Whereabouts
from sijill.domain.ledger.rules import OPEN
from sijill.domain.people import actions as people_actions
from sijill.domain.people import queries as people
from sijill.domain.people.queries import PersonFile
from sijill.domain.people.rules import ClaimKind, PersonName, categories
from sijill.domain.safeguards import queries as safeguards
from sijill.interfaces.web import words
from sijill.interfaces.web.answering import ViewerRequest, page, reads, reads_and_acts
from sijill.interfaces.web.pages import answering_line, reportable, testimony
from sijill.interfaces.web.pages.journey_of import travels
from sijill.interfaces.web.pages.standing import Where, gazetteer

PAGE = 50
PURPOSES = tuple(words.PURPOSE)
EVERY_STATE = ("open", "explained", "closed")
FINDINGS_MAX = 100


class SearchForm(forms.Form):
    """Whom the reader looks for, and what for: the purpose is written beside every file that is opened."""

    text = forms.CharField(label=_("Name or number"), max_length=100, widget=forms.TextInput(attrs={"autofocus": True}))
    purpose = forms.ChoiceField(label=_("What for"))
    after = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: object = None, *, purpose: str = PURPOSES[0]) -> None:
        super().__init__(data, label_suffix="", auto_id="search_%s", initial={"purpose": purpose})  # type: ignore[arg-type]
        self.fields["purpose"].choices = [(p, words.word("purpose", p)) for p in PURPOSES]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of a search: who, and where now in each book the viewer reads."""

    id: UUID
    name: PersonName
    stands: tuple[Where, ...]


@reads_and_acts
def search(request: ViewerRequest) -> HttpResponse:
    """Look for people by the start of any part of a name, or by a number. The words come by POST and are not kept."""
    if not request.viewer.may(Act.READ_PEOPLE):
        raise NotAllowed(Act.READ_PEOPLE)
    form = SearchForm(request.POST if request.method == "POST" else None, purpose=purpose_of(request))
    context: dict[str, object] = {"form": form, "may_enter": request.viewer.may(Act.RECORD_CUSTODY)}
    if request.method == "POST" and form.is_valid():
        request.session["purpose"] = form.cleaned_data["purpose"]
        found = people.search(
            request.viewer, form.cleaned_data["text"], limit=PAGE + 1, after=form.cleaned_data["after"]
        )
        shown = found[:PAGE]
        context |= {
            "hits": hits(request.viewer, shown),
            "searched": True,
            "more": shown[-1].id if len(found) > PAGE else None,
            "later": form.cleaned_data["after"] is not None,
        }
    return page(request, "web/persons/search.html", context)


def hits(viewer: Viewer, rows: list[people.PersonRow]) -> list[Hit]:
    """The rows of a search with where they stand: two queries whatever their number, and one for the places."""
    here = gazetteer(viewer)
    stands = _answering_first(ledger.where(viewer, [row.id for row in rows]))
    return [
        Hit(row.id, row.name, tuple(here.where(w.account, w.since) for w in stands if w.subject_id == row.id))
        for row in rows
    ]


def _answering_first(stands: list[Whereabouts]) -> list[Whereabouts]:
    """Who answers for the person now comes before who once did; of each, the latest first."""
    latest = sorted(stands, key=lambda w: w.since, reverse=True)
    return sorted(latest, key=lambda w: w.account.kind not in OPEN)


_OF_DUTY = {DutyKind.VISITING_BODY: "inspection", DutyKind.LEGAL_OFFICER: "legal"}


def _purpose_of_duty(request: HttpRequest) -> str:
    """What a reader who has not said it opens files for: what all his duties are there for, else the record."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    found = {_OF_DUTY.get(duty.kind, PURPOSES[0]) for duty in viewer.duties} if viewer else set()
    return found.pop() if len(found) == 1 else PURPOSES[0]


def purpose_of(request: HttpRequest) -> str:
    """What for the reader opens files: said with the link, or with the last search, or by his duty."""
    said = request.GET.get("for") or request.session.get("purpose")
    return said if said in PURPOSES else _purpose_of_duty(request)


@reads
def file(request: ViewerRequest, person_id: UUID) -> HttpResponse:
    """A person's file. That it was opened, by whom and what for, is recorded before it is shown."""
    viewer, purpose = request.viewer, purpose_of(request)
    opened = people_actions.open_file(person_id=person_id, purpose=purpose, by=viewer, at=request.at)
    return page(request, "web/persons/file.html", {"purpose": purpose} | file_context(request, opened))


def file_context(request: ViewerRequest, opened: PersonFile) -> dict[str, object]:
    """Everything on a file, in a fixed number of questions."""
    viewer, at, person_id = request.viewer, request.at, opened.id
    today = at.date()
    history, stands = ledger.history(viewer, person_id), _answering_first(ledger.where(viewer, [person_id]))
    bases = safeguards.legal_bases(viewer, [person_id])[person_id]
    here = gazetteer(viewer, halls_of=_facilities_in(history, stands))
    users = access.user_names(viewer, testimony.speakers(opened, history, bases))
    found = ledger.findings(viewer, states=EVERY_STATE, subject_id=person_id, limit=FINDINGS_MAX)
    stays, claims = safeguards.stays(viewer, person_id), testimony.claim_views(viewer, opened, here, users)
    contests = testimony.contests(claims, today)
    legal, basis_views = testimony.basis_views(viewer, bases, here, users, today)
    events = testimony.event_views(viewer, history, here, users)
    moved = travels(viewer, person_id, here)
    answering = [here.where(w.account, w.since) for w in stands if w.account.kind in OPEN]
    return {
        "file": opened,
        "codes": categories([c.value for c in opened.in_force()], today),
        "claims": testimony.by_kind(claims, {c.kind for c in contests}),
        "contests": contests,
        "stands": [here.where(w.account, w.since) for w in stands],
        "answering": answering,
        "lanes": answering_line.lanes(stays, here, at),
        "overlaps": answering_line.overlaps(stays, here),
        "line": testimony.line(events, found, here, at),
        "links": testimony.link_views(viewer, opened, users),
        "findings": [
            (row, at > row.due_at and row.state == "open", here.authorities.get(row.book_id)) for row in found
        ],
        "open_findings": sum(row.state != "closed" for row in found),
        "legal": legal,
        "bases": basis_views,
        "health": safeguards.health(viewer, person_id),
        "travels": moved,
        "contested_legs": [leg for travel in moved for leg in travel.legs if leg.contested],
        "reports": reportable.by_book(viewer, stands, here),
        "claim_kinds": list(ClaimKind) if viewer.may(Act.RECORD_CUSTODY) else [],
        "may_link": viewer.may(Act.CORRECT),
        "may_state_basis": viewer.may(Act.STATE_LEGAL_BASIS),
        "reads": access.reads_of(viewer, person_id)[:5],
    }


def _facilities_in(history: list[EventRow], stands: list[Whereabouts]) -> set[int | None]:
    """The facilities this file names, for the names of their halls."""
    accounts = [row.account for row in history if row.account] + [w.account for w in stands]
    return {a.facility_id for a in accounts if a.hall_id}


def address(person_id: UUID) -> str:
    """The address of a person's file."""
    return reverse("person", args=[person_id])


def address_after(viewer: Viewer, person_id: UUID) -> str:
    """Where to go after an act about somebody: to the file, or to the search when the act took him out of sight."""
    return address(person_id) if people.seen_among(viewer, [person_id]) else reverse("people")


urlpatterns = [
    path("people", search, name="people"),
    path("people/<uuid:person_id>", file, name="person"),
]
