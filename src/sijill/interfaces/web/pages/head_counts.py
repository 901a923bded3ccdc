"""Head counts: a set of identities seen, ticked page by page on a phone, held against the roll. And the paper sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from sijill.domain.access import queries as access
from sijill.domain.access.rules import Act, NotAllowed, NotVisible, Refused
from sijill.domain.ledger import actions as ledger_actions
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.queries import RollRow
from sijill.domain.ledger.rules import AccountKind
from sijill.domain.people import queries as people
from sijill.domain.people.rules import PersonName
from sijill.domain.places import queries as places
from sijill.domain.places.rules import FacilityRow, HallRow
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, page, reads, reads_and_acts, to
from sijill.interfaces.web.forms import ActForm
from sijill.interfaces.web.pages.paging import page_of
from sijill.interfaces.web.pages.rolls import book_at
from sijill.interfaces.web.pages.standing import names
from sijill.interfaces.web.templatetags.persons import plain_name

PAGE = 25
NAMED_MAX = 100
EARLIER = 10  # head counts listed where a new one begins
SHEET_LANGUAGES = ("en", "ar")


class StartForm(forms.Form):
    """What is counted: the whole place or a hall."""

    hall = forms.ChoiceField(label=_("What is counted"), required=False)

    def __init__(self, halls: Sequence[HallRow], data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="start_%s")
        choices = [("", _("the whole facility")), *((str(hall.id), hall.code) for hall in halls)]
        self.fields["hall"].choices = choices  # type: ignore[attr-defined]


class FinishForm(ActForm):
    """The people seen whom nobody could name."""

    unknown = forms.IntegerField(
        label=_("People seen whom nobody could name"), min_value=0, max_value=100_000, initial=0,
        help_text=_("They are held against the tallies of the place."),
    )  # fmt: skip
    not_on_list = forms.IntegerField(
        label=_("People seen who say they are not on the list"), min_value=0, max_value=100_000, initial=0
    )


@dataclass(slots=True)
class Draft:
    """A count under way, kept on the server between pages: whom the counter has seen so far. Ids only."""

    book: int
    hall: int | None
    at: datetime
    seen: set[UUID]
    extra: set[UUID]


def _key(place: FacilityRow) -> str:
    return f"count {place.code}"


def _draft(request: ViewerRequest, place: FacilityRow) -> Draft | None:
    kept = request.session.get(_key(place))
    if not kept:
        return None
    return Draft(
        kept["book"], kept["hall"], datetime.fromisoformat(kept["at"]),
        {UUID(i) for i in kept["seen"]}, {UUID(i) for i in kept["extra"]},
    )  # fmt: skip


def _keep(request: ViewerRequest, place: FacilityRow, draft: Draft) -> None:
    request.session[_key(place)] = {
        "book": draft.book, "hall": draft.hall, "at": draft.at.isoformat(),
        "seen": sorted(i.hex for i in draft.seen), "extra": sorted(i.hex for i in draft.extra),
    }  # fmt: skip


def _may_count(request: ViewerRequest, code: str) -> tuple[FacilityRow, int]:
    """The place, and in whose book its heads are counted; NotAllowed without the duty there."""
    place = places.facility(request.viewer, code)
    book = book_at(request.viewer, Act.COUNT_HEADS, place)
    if book is None:
        raise NotAllowed(Act.COUNT_HEADS)
    return place, book


def _roll(request: ViewerRequest, place: FacilityRow, draft: Draft) -> list[RollRow]:
    """The named people on the roll that is counted: held there, in this book, in this hall, at that moment."""
    rows = ledger.roll(request.viewer, place.id, at=draft.at)
    return [
        row for row in rows
        if not row.is_tally and row.account.kind is AccountKind.HELD and row.account.book_id == draft.book
        and draft.hall in (None, row.account.hall_id)
    ]  # fmt: skip


@reads_and_acts
def count(request: ViewerRequest, code: str) -> HttpResponse:
    """Count heads: start, then tick page by page. Every press is kept here, on the server."""
    place, book = _may_count(request, code)
    draft = _draft(request, place)
    if draft is None or draft.book != book:
        return _start(request, place, book)
    roll = _roll(request, place, draft)
    number, pages = page_of(request.GET.get("page"), len(roll), PAGE)
    if request.method == "POST":
        return _ticked(request, place, draft, roll, pages)
    shown = roll[(number - 1) * PAGE : number * PAGE]
    called = names(request.viewer, [*(row.subject_id for row in shown), *draft.extra])
    context = _bar(place, draft, roll) | {
        "people": [(row, called.get(row.subject_id), row.subject_id in draft.seen) for row in shown],
        "extra": [(i, called.get(i)) for i in sorted(draft.extra)],
        "page": number, "pages": pages, "numbers": [(n, _done(roll, draft, n)) for n in range(1, pages + 1)],
    }  # fmt: skip
    return page(request, "web/head_counts/count.html", context)


def _done(roll: list[RollRow], draft: Draft, number: int) -> bool:
    """True when everybody of a page has been seen."""
    return all(row.subject_id in draft.seen for row in roll[(number - 1) * PAGE : number * PAGE])


def _bar(place: FacilityRow, draft: Draft, roll: list[RollRow]) -> dict[str, Any]:
    """What is always in sight: how many were seen, how many are left."""
    seen = sum(row.subject_id in draft.seen for row in roll)
    return {
        "place": place, "counted_at": draft.at, "seen": seen + len(draft.extra), "on_roll": len(roll),
        "left": len(roll) - seen, "extra_count": len(draft.extra),
    }  # fmt: skip


def _start(request: ViewerRequest, place: FacilityRow, book: int) -> HttpResponse:
    """Say what is counted. The roll is the one of this moment, whatever is reported while the count goes on."""
    halls = places.halls(request.viewer, place.id)
    form = StartForm(halls, request.POST if request.method == "POST" and "hall" in request.POST else None)
    if form.is_bound and form.is_valid():
        hall = form.cleaned_data["hall"]
        _keep(request, place, Draft(book, int(hall) if hall else None, request.at, set(), set()))
        return to(reverse("count", args=[place.code]))
    earlier = [row for row in ledger.head_counts(request.viewer, place.id, limit=EARLIER) if row.book_id == book]
    context = {"place": place, "form": form, "halls": halls, "earlier": earlier}
    return page(request, "web/head_counts/start.html", context)


def _ticked(request: ViewerRequest, place: FacilityRow, draft: Draft, roll: list[RollRow], pages: int) -> HttpResponse:
    """Keep the ticks of a page and the reference that was typed or scanned, then show what was asked for."""
    known = {row.subject_id for row in roll}
    on_page, ticked = _ids(request, "on-page") & known, _ids(request, "seen") & known
    draft.seen = (draft.seen - on_page) | (ticked & on_page)
    draft.extra -= _ids(request, "not-seen")
    number = _whole(request.POST.get("page"), pages)
    go = request.POST.get("go", "")
    reference = request.POST.get("reference", "").strip()
    if reference:
        number = _scanned(request, draft, [row.subject_id for row in roll], reference[:64]) or number
    elif go == "next":
        number = min(number + 1, pages)
    elif go.isdigit():
        number = _whole(go, pages)
    _keep(request, place, draft)
    if go == "finish" and not reference:
        return to(reverse("finish-count", args=[place.code]))
    return to(f"{reverse('count', args=[place.code])}?page={number}")


def _ids(request: ViewerRequest, field: str) -> set[UUID]:
    """The ids a form field lists; what is no id is left out."""
    found = set()
    for text in request.POST.getlist(field)[: PAGE * 4]:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found


def _whole(text: str | None, pages: int) -> int:
    """A page number inside the list."""
    return min(max(int(text), 1), pages) if text and text.isascii() and text.isdigit() and len(text) < 9 else 1


def _scanned(request: ViewerRequest, draft: Draft, roll: list[UUID], reference: str) -> int | None:
    """Tick whom a reference names; the page he is on. Somebody who is not on this roll is noted beside it."""
    found = people.find_reference(request.viewer, reference)
    if found is None:
        messages.error(request, gettext("No record of yours has this number, or more than one has. Nobody was ticked."))
        return None
    called = names(request.viewer, [found]).get(found)
    number = called.register_number if called else ""
    if found in roll:
        draft.seen.add(found)
        messages.success(request, gettext("%(number)s: seen.") % {"number": number})
        return roll.index(found) // PAGE + 1
    draft.extra.add(found)
    messages.warning(request, gettext("%(number)s is not on this roll: noted as seen beside it.") % {"number": number})
    return None


@reads_and_acts
def finish(request: ViewerRequest, code: str) -> HttpResponse:
    """The count before it is recorded: who was not seen, who was seen beside the list, how many nobody could name."""
    place, _book = _may_count(request, code)
    draft = _draft(request, place)
    if draft is None:
        return _without_draft(request, code)
    roll = _roll(request, place, draft)
    form = FinishForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            answer = act_once(request, "take-head-count", lambda key: _record(request, place, draft, form, key))
        except Refused as refusal:
            form.refuse(refusal)
        else:
            request.session.pop(_key(place), None)
            return answer
    missing = [row.subject_id for row in roll if row.subject_id not in draft.seen]
    shown = [*missing[:NAMED_MAX], *sorted(draft.extra)]
    called = names(request.viewer, shown)
    context = _bar(place, draft, roll) | {
        "form": form,
        "missing": [(i, called.get(i)) for i in missing[:NAMED_MAX]],
        "missing_more": max(0, len(missing) - NAMED_MAX),
        "extra": [(i, called.get(i)) for i in sorted(draft.extra)],
    }
    return page(request, "web/head_counts/finish.html", context, status=form.answer_status)


def _without_draft(request: ViewerRequest, code: str) -> HttpResponse:
    """A count that was recorded already has its answer, also when the first one was lost on the way."""

    def nothing(_key: UUID) -> str:
        raise Refused("no-count-under-way")

    return (
        act_once(request, "take-head-count", nothing) if request.method == "POST" else to(reverse("count", args=[code]))
    )


def _record(request: ViewerRequest, place: FacilityRow, draft: Draft, form: FinishForm, key: UUID) -> str:
    given = form.cleaned_data
    ledger_actions.take_head_count(
        head_count_id=key, book_id=draft.book, facility_id=place.id, hall_id=draft.hall, counted_at=draft.at,
        seen=sorted(draft.seen | draft.extra), unknown=given["unknown"], not_on_list=given["not_on_list"],
        by=request.viewer, at=request.at,
    )  # fmt: skip
    return reverse("head-count", args=[place.code, key])


@reads_and_acts
def abandon(request: ViewerRequest, code: str) -> HttpResponse:
    """Throw a count away that has not been recorded."""
    place, _book = _may_count(request, code)
    if request.method == "POST":
        request.session.pop(_key(place), None)
    return to(reverse("count", args=[code]))


@reads
def result(request: ViewerRequest, code: str, head_count_id: UUID) -> HttpResponse:
    """A recorded count against the roll: two lists, each name with its finding. Neither overrules the other."""
    place = places.facility(request.viewer, code)
    counted = ledger.head_count(request.viewer, head_count_id)
    if counted.facility_id != place.id:
        raise NotVisible
    found = ledger.findings_by_refs(request.viewer, [head_count_id])
    called = names(request.viewer, [f.subject_id for f in found])
    by_code = {
        wanted: [(f, called.get(f.subject_id) if f.subject_id else None) for f in found if f.code == wanted]
        for wanted in ("head-count-missing", "head-count-unlisted", "count-differs")
    }
    context = {
        "place": place, "counted": counted, "missing": by_code["head-count-missing"],
        "unlisted": by_code["head-count-unlisted"], "differs": by_code["count-differs"],
        "differences": len(found),
    }  # fmt: skip
    return page(request, "web/head_counts/result.html", context)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of the paper sheet: the number, and the name in both scripts."""

    no: int
    register_number: str
    names: tuple[str, str]
    hall: str


SHEET_WORDS: dict[str, str | Promise] = {
    "title": _("Head-count sheet"), "place": _("Place"), "hall": _("Hall"), "roll_at": _("Roll of"), "no": _("No."),
    "number": _("Register number"), "name": _("Name"), "seen": _("Seen"), "remark": _("Remark"),
    "unnamed": _("People seen whom nobody could name"), "beside": _("People seen who are not on the list"),
    "total": _("Bodies counted"), "on_roll": _("On the roll"), "tallied": _("Without names, by tally"),
    "counter": _("Counted by (name, capacity)"), "when": _("Date and time"), "signature": _("Signature"),
    "tick": _("Tick a box only for a person you see yourself."), "whole": _("the whole facility"),
}  # fmt: skip


def both(text: str | Promise) -> tuple[str, str]:
    """The words in English and in Arabic, side by side, whoever prints."""
    found = []
    for language in SHEET_LANGUAGES:
        with translation.override(language):
            found.append(str(text))
    return found[0], found[1]


@reads
def sheet(request: ViewerRequest, code: str) -> HttpResponse:
    """The paper sheet of a count: every name on the roll with a box, English and Arabic side by side."""
    place, book = _may_count(request, code)
    halls = {hall.id: hall for hall in places.halls(request.viewer, place.id)}
    asked = request.GET.get("hall", "")
    hall = halls.get(int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 12 else None
    draft = Draft(book, hall.id if hall else None, request.at, set(), set())
    roll = _roll(request, place, draft)
    tallied = sum(row.n for row in ledger.roll(request.viewer, place.id, at=request.at)
                  if row.is_tally and row.account.kind is AccountKind.HELD and row.account.book_id == book)  # fmt: skip
    called = names(request.viewer, [row.subject_id for row in roll])
    lines = [_sheet_line(n, row, called, halls) for n, row in enumerate(roll, 1)]
    context = {
        "place": place, "place_names": (place.name("en"), place.name("ar")), "hall": hall,
        "halls": list(halls.values()),
        "lines": lines, "tallied": tallied, "words": {k: both(v) for k, v in SHEET_WORDS.items()},
        "authority": next((a for a in access.authorities(request.viewer) if a.id == book), None),
        "size": ngettext("%(n)s name", "%(n)s names", len(lines)) % {"n": len(lines)},
    }  # fmt: skip
    return page(request, "web/head_counts/sheet.html", context)


def _sheet_line(number: int, row: RollRow, called: dict[UUID, PersonName], halls: dict[int, HallRow]) -> SheetLine:
    name = called.get(row.subject_id)
    with translation.override("en"):
        english = plain_name(name, "en")
    with translation.override("ar"):
        arabic = plain_name(name, "ar")
    hall = halls.get(row.account.hall_id or 0)
    return SheetLine(
        number,
        name.register_number if name else "",
        (english, arabic if arabic != english else ""),
        hall.code if hall else "",
    )


urlpatterns = [
    path("places/<str:code>/count", count, name="count"),
    path("places/<str:code>/count/finish", finish, name="finish-count"),
    path("places/<str:code>/count/abandon", abandon, name="abandon-count"),
    path("places/<str:code>/count/<uuid:head_count_id>", result, name="head-count"),
    path("places/<str:code>/count-sheet", sheet, name="count-sheet"),
]
