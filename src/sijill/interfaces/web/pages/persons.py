"""People: a search whose words stay out of the address, and the file of one person. Opening a file is recorded."""

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from sijill.domain.access import queries as access
from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import Act, NotAllowed, Viewer
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.queries import EventRow, Whereabouts
from sijill.domain.ledger.rules import OPEN, Kind
from sijill.domain.people import actions as people_actions
from sijill.domain.people import queries as people
from sijill.domain.people.queries import ClaimRow, LinkRow, PersonFile
from sijill.domain.people.rules import Categories, ClaimKind, PersonName, categories
from sijill.interfaces.web import sentences, words
from sijill.interfaces.web.answering import ViewerRequest, page, reads, reads_and_acts
from sijill.interfaces.web.pages import reportable
from sijill.interfaces.web.pages.standing import Gazetteer, Where, gazetteer, names

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
    stands = ledger.where(viewer, [row.id for row in rows])
    return [
        Hit(row.id, row.name, tuple(here.where(w.account, w.since) for w in stands if w.subject_id == row.id))
        for row in rows
    ]


def purpose_of(request: HttpRequest) -> str:
    """What for the reader opens files: said with the link, or with the last search."""
    said = request.GET.get("for") or request.session.get("purpose")
    return said if said in PURPOSES else PURPOSES[0]


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim with those who speak."""

    row: ClaimRow
    recorded_for: AuthorityRow | None
    source: AuthorityRow | None
    by: str
    withdrawn_by: str
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class EventView:
    """One report of the time line."""

    row: EventRow
    book: AuthorityRow | None
    to: Where | None
    by: str
    why: str
    corrects: Kind | None
    may_correct: bool

    @property
    def may_give_effect(self) -> bool:
        """A report without effect that says where to may be given effect."""
        return self.may_correct and self.row.effect == "none" and self.to is not None and not self.row.superseded

    @property
    def may_void(self) -> bool:
        """A report in force may be corrected; a correction is taken back by another one."""
        return self.may_correct and self.row.effect == "posted" and not self.row.superseded and self.to is not None


@dataclass(frozen=True, slots=True)
class LinkView:
    """A verdict about this record and another."""

    row: LinkRow
    other: PersonName | None
    by: str
    may_withdraw: bool


@reads
def file(request: ViewerRequest, person_id: UUID) -> HttpResponse:
    """A person's file. That it was opened, by whom and what for, is recorded before it is shown."""
    viewer, purpose = request.viewer, purpose_of(request)
    opened = people_actions.open_file(person_id=person_id, purpose=purpose, by=viewer, at=request.at)
    history, stands = ledger.history(viewer, person_id), ledger.where(viewer, [person_id])
    here = gazetteer(viewer, halls_of=_facilities_in(history, stands))
    users = access.user_names(viewer, _speakers(opened, history))
    found = ledger.findings(viewer, states=EVERY_STATE, subject_id=person_id, limit=FINDINGS_MAX)
    context = {
        "file": opened,
        "purpose": purpose,
        "codes": _codes(opened, request),
        "claims": _claims(viewer, opened, here, users),
        "stands": [here.where(w.account, w.since) for w in stands],
        "answers": sum(w.account.kind in OPEN for w in stands),
        "events": _events(viewer, history, here, users),
        "links": _links(viewer, opened, users),
        "findings": [(row, request.at > row.due_at and row.state == "open") for row in found],
        "reports": reportable.by_book(viewer, stands, here),
        "claim_kinds": list(ClaimKind) if viewer.may(Act.RECORD_CUSTODY) else [],
        "may_link": viewer.may(Act.CORRECT),
        "reads": access.reads_of(viewer, person_id)[:5],
    }
    return page(request, "web/persons/file.html", context)


def _facilities_in(history: list[EventRow], stands: list[Whereabouts]) -> set[int | None]:
    """The facilities this file names, for the names of their halls."""
    accounts = [row.account for row in history if row.account] + [w.account for w in stands]
    return {a.facility_id for a in accounts if a.hall_id}


def _speakers(opened: PersonFile, history: list[EventRow]) -> set[UUID]:
    """Ids of the users this file names."""
    claims = {i for c in opened.claims for i in (c.by, c.withdrawn_by) if i}
    return claims | {row.by for row in history} | {link.by for link in opened.links}


def _codes(opened: PersonFile, request: ViewerRequest) -> Categories:
    """What follows from the claims in force: age class today, sex, nationality."""
    return categories([c.value for c in opened.in_force()], request.at.date())


def _claims(
    viewer: Viewer, opened: PersonFile, here: Gazetteer, users: dict[UUID, str]
) -> list[tuple[ClaimKind, list[ClaimView]]]:
    """The claims by kind, those in force before the withdrawn ones."""
    views = [
        ClaimView(
            row=c,
            recorded_for=here.authorities.get(c.authority_id),
            source=here.authorities.get(c.source_authority_id or 0),
            by=users.get(c.by, ""),
            withdrawn_by=users.get(c.withdrawn_by, "") if c.withdrawn_by else "",
            may_withdraw=c.withdrawn_at is None and viewer.may(Act.CORRECT, authority_id=c.authority_id),
        )
        for c in opened.claims
    ]
    ordered = sorted(views, key=lambda view: view.row.withdrawn_at is not None)
    return [(kind, of_kind) for kind in ClaimKind if (of_kind := [v for v in ordered if v.row.kind is kind])]


def _events(viewer: Viewer, history: list[EventRow], here: Gazetteer, users: dict[UUID, str]) -> list[EventView]:
    """The time line, the latest occurrence first."""
    kinds = {row.id: row.kind for row in history}
    return [
        EventView(
            row=row,
            book=here.authorities.get(row.book_id),
            to=here.where(row.account) if row.account else None,
            by=users.get(row.by, ""),
            why=sentences.reason(row.reason) if row.reason else "",
            corrects=kinds.get(row.supersedes) if row.supersedes else None,
            may_correct=viewer.may(Act.CORRECT, authority_id=row.book_id),
        )
        for row in reversed(history)
    ]


def _links(viewer: Viewer, opened: PersonFile, users: dict[UUID, str]) -> list[LinkView]:
    called = names(viewer, [link.other_id for link in opened.links])
    return [
        LinkView(
            row=link,
            other=called.get(link.other_id),
            by=users.get(link.by, ""),
            may_withdraw=link.withdrawn_at is None and viewer.may(Act.CORRECT, authority_id=link.authority_id),
        )
        for link in opened.links
    ]


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
