"""The receiver counts people as they get on: a draft he presses together, compared in words, then signed."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from sijill.domain.access.rules import Act, NotAllowed, Refused
from sijill.domain.people import queries as people
from sijill.domain.transfers import actions as transfers_actions
from sijill.domain.transfers import queries as transfers
from sijill.domain.transfers.queries import HandoverRow
from sijill.domain.transfers.rules import HandoverState, LineRow, Stage
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, acts, page, reads_and_acts, to
from sijill.interfaces.web.pages import count_drafts, drafts
from sijill.interfaces.web.pages.count_drafts import COUNTED, STEP_MAX, CountDraft
from sijill.interfaces.web.pages.handovers import (
    CountForm,
    address,
    authority_of,
    compared_in_words,
    may_sign,
    show,
    step_form,
    words_to_fill,
)
from sijill.interfaces.web.pages.movement import directory, open_session_if_asked, show_refusal, without_password

REFERENCE_MAX = 64
PRESSES_MAX = 200  # sent together after a while without a line


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence about a press: what became of a number that was read."""

    tone: str
    text: str


@reads_and_acts
def count(request: ViewerRequest, handover_id: UUID) -> HttpResponse:
    """The count screen; sent back, the receiver signs the count."""
    row = transfers.handover(request.viewer, handover_id)
    mine = may_sign(request.viewer, row, Stage.COUNT)
    if request.method != "POST":
        return _screen(request, row) if mine and row.state is HandoverState.PRESENTED else to(address(row))
    if not mine:
        raise NotAllowed(Act.SIGN_HANDOVER)
    form = step_form(request, row, Stage.COUNT)

    def do(key: UUID) -> str:
        given = form.cleaned_data
        open_session_if_asked(request, form, row.receiver_id, key)
        transfers_actions.sign_count(
            statement_id=key, handover_id=row.id, bodies=given["bodies"], injured=given["injured"],
            dead=given["dead"], occurred_at=request.at, by=request.viewer, at=request.at,
        )  # fmt: skip
        return address(row)

    if form.is_valid() and not _first_said_in_words(request, row, form):
        try:
            return act_once(request, "sign-count", do)
        except Refused as refusal:
            show_refusal(request, form, refusal)
    if row.state is HandoverState.PRESENTED:
        return _screen(request, row, form)
    return show(request, row, form=form, stage=Stage.COUNT)


def _first_said_in_words(request: ViewerRequest, row: HandoverRow, form: forms.Form) -> bool:
    """A sum that differs from the number presented is said in words once; sent again as it is, it is signed.

    A form that carries no `compared` at all (a paper, a program) has said so itself.
    """
    shown = form.cleaned_data.get("compared")
    total = form.cleaned_data["bodies"] + form.cleaned_data["dead"]
    presented = len(transfers.lines(request.viewer, row.id))
    if row.state is not HandoverState.PRESENTED or shown in (None, total) or total == presented:
        return False
    form.data = posted = request.POST.copy()  # the same form again, with what was said now
    posted["compared"] = str(total)
    form.add_error(None, compared_in_words(presented, total))
    return True


def _screen(request: ViewerRequest, row: HandoverRow, form: forms.Form | None = None) -> HttpResponse:
    lines = transfers.lines(request.viewer, row.id)
    draft = count_drafts.load(request, row.id, lines)
    if form is None:
        numbers = {name: getattr(draft, name) for name in COUNTED} if draft.done else {"bodies": ""}
        form = CountForm(initial=numbers | {"compared": draft.total if draft.done else 0})
        without_password(form, request, authority_of(row, Stage.COUNT))
    giver = directory(request).authorities[row.giver_id]
    context = {
        "here": "batches",
        "handover": row,
        "giver": giver,
        "presented": len(lines),
        "to_come": max(0, len(lines) - draft.total),
        "draft": draft,
        "seen": _numbers(lines, draft),
        "words": compared_in_words(len(lines), draft.total) if draft.done else "",
        "agrees": draft.total == len(lines),
        "patterns": words_to_fill(),
        "press": uuid4().hex[:16],
        "form": form,
    }
    status = 422 if form.is_bound and form.errors else 200
    return page(request, "web/handovers/count.html", context, status=status)


def _numbers(lines: tuple[LineRow, ...], draft: CountDraft) -> list[int]:
    """The numbers of the lines whose people were seen, the last one first."""
    no = {line.id: line.no for line in lines}
    return [no[each] for each in reversed(draft.seen)]


@acts
def press(request: ViewerRequest, handover_id: UUID) -> HttpResponse:
    """One press of the count screen, or several that waited for a line. Only the draft changes; twice is once."""
    row = transfers.handover(request.viewer, handover_id)
    if not may_sign(request.viewer, row, Stage.COUNT):
        raise NotAllowed(Act.SIGN_HANDOVER)
    if row.state is not HandoverState.PRESENTED:
        raise Refused("handover-not-ready", state=row.state.value)
    lines = transfers.lines(request.viewer, row.id)
    draft = count_drafts.load(request, row.id, lines)
    notes = []
    for each in request.POST.getlist("press")[:PRESSES_MAX]:
        key, _colon, rest = each.partition(":")
        what, _colon, value = rest.partition(":")
        if not draft.is_repeated(key[:36]):
            notes.append(_carry_out(request, lines, draft, (what, value)))
    count_drafts.save(request, row.id, draft)
    told = [note for note in notes if note]
    if wants_json(request):
        return JsonResponse(_told(lines, draft, told))
    for note in told:
        (messages.success if note.tone == "calm" else messages.warning)(request, note.text)
    return to(reverse("handover-count", args=[row.id]))


def wants_json(request: ViewerRequest) -> bool:
    """True when a script of ours sent the press and needs no page for an answer."""
    return request.headers.get("Accept") == "application/json"


def _told(lines: tuple[LineRow, ...], draft: CountDraft, notes: list[Note]) -> dict[str, object]:
    return {
        **{name: getattr(draft, name) for name in COUNTED},
        "seen": _numbers(lines, draft),
        "without_number": draft.without_number,
        "beside": draft.beside,
        "notes": [[note.tone, note.text] for note in notes],
    }


def _carry_out(
    request: ViewerRequest, lines: tuple[LineRow, ...], draft: CountDraft, press: tuple[str, str]
) -> Note | None:
    """Do what a press asks of the draft. Refused when no button of ours asks it."""
    what, value = press
    if what == "undo":
        draft.undo()
        return None
    if what in ("seen", "again"):
        again = what == "again" or request.POST.get("again") == "yes"
        return _read(request, lines, draft, (value or request.POST.get("reference", "")), again=again)
    by = int(value) if value.removeprefix("-").isdecimal() and value.isascii() and len(value) < 5 else 0
    if what not in COUNTED or not 0 < abs(by) <= STEP_MAX:
        raise Refused("not-a-press")
    draft.add(what, by)
    return None


def _read(
    request: ViewerRequest, lines: tuple[LineRow, ...], draft: CountDraft, text: str, *, again: bool
) -> Note | None:
    """A number was read off a wrist: it ticks its line and signs nothing. `again`: he is counted already."""
    text = text.strip()[:REFERENCE_MAX]
    if not text:
        return None
    by = 0 if again and draft.without_number else 1
    line, _subject = named_by(request, lines, text)
    if line is None:
        if text in draft.beside or len(draft.beside) >= count_drafts.BESIDE_MAX:
            return Note("doubt", _("%(number)s was read before. Not counted twice.") % {"number": text})
        draft.add("bodies", by, ref=text)
        return Note("doubt", _("%(number)s is not on this list: counted, to be named later.") % {"number": text})
    if line.id in draft.seen:
        return Note("doubt", _("Line %(no)s was seen before. Not counted twice.") % {"no": line.no})
    draft.add("bodies", by, line=line.id)
    return Note("calm", _("Line %(no)s: seen.") % {"no": line.no})


def named_by(request: ViewerRequest, lines: tuple[LineRow, ...], text: str) -> tuple[LineRow | None, UUID | None]:
    """The line that a typed or scanned reference names, and the person it names, if any."""
    subject = people.find_reference(request.viewer, text) if text else None
    if subject is not None:
        return next((line for line in lines if line.subject_id == subject), None), subject
    return next((line for line in lines if line.no == drafts.whole(text)), None), None


urlpatterns = [
    path("handovers/<uuid:handover_id>/count", count, name="handover-count"),
    path("handovers/<uuid:handover_id>/count/press", press, name="count-press"),
]
