"""The receiver names the people, page by page: a draft on the server until he signs it with one press."""

import contextlib
from dataclasses import dataclass
from uuid import UUID, uuid5

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from sijill.domain.access.rules import Act, NotAllowed, Refused
from sijill.domain.people import queries as people
from sijill.domain.transfers import actions as transfers_actions
from sijill.domain.transfers import queries as transfers
from sijill.domain.transfers.queries import HandoverRow
from sijill.domain.transfers.rules import Extra, HandoverState, LineRow, OutcomeCode, Stage, bodies_named
from sijill.interfaces.web.acting import act_once, posted_key
from sijill.interfaces.web.answering import ViewerRequest, acts, page, reads, reads_and_acts, to
from sijill.interfaces.web.forms import ActForm
from sijill.interfaces.web.pages import count_drafts, drafts
from sijill.interfaces.web.pages.counting import named_by, wants_json
from sijill.interfaces.web.pages.handovers import address, authority_of, bar_of, may_enter_paper, may_sign, show
from sijill.interfaces.web.pages.movement import (
    PersonView,
    SigningForm,
    directory,
    open_session_if_asked,
    people_by_id,
    show_refusal,
    without_password,
)

LINES_ON_A_PAGE = 25
SAID_AT_ONCE_MAX = 200  # words that waited for a line and are sent together
REFERENCE_MAX = 64


class SignNamesForm(SigningForm):
    """The one press that signs the names, with what the summary showed."""

    shown = forms.CharField(widget=forms.HiddenInput, max_length=64)


@dataclass(frozen=True, slots=True)
class LineView:
    """One line on the page: the person, and what is said of him so far in the draft or by signature."""

    line: LineRow
    person: PersonView
    said: str
    seen: bool  # his number was read at the count


@dataclass(frozen=True, slots=True)
class Naming:
    """A handover whose names this viewer may say, its lines, and his draft."""

    row: HandoverRow
    lines: tuple[LineRow, ...]
    draft: drafts.Draft
    seen: frozenset[int]

    @property
    def listed(self) -> list[LineRow]:
        """The lines to go through: all of them the first time, later those that may still be restated."""
        if self.row.state is HandoverState.COUNTED:
            return list(self.lines)
        return [line for line in self.lines if drafts.may_be_said(self.row, line)]

    @property
    def unsaid(self) -> list[LineRow]:
        """The lines without any word."""
        return [line for line in self.lines if not line.code and line.id not in self.draft.said]

    @property
    def seen_unsaid(self) -> list[LineRow]:
        """The lines whose numbers were read at the count and of which nothing is said yet."""
        return [line for line in self.unsaid if line.id in self.seen]


def naming(request: ViewerRequest, handover_id: UUID) -> Naming:
    """What the pages of the names start from. NotAllowed for who neither signs them nor enters their paper."""
    row = transfers.handover(request.viewer, handover_id)
    if not may_enter_paper(request.viewer, row, Stage.NAMES):
        raise NotAllowed(Act.SIGN_HANDOVER)
    lines = transfers.lines(request.viewer, row.id)
    seen = frozenset(count_drafts.load(request, row.id, lines).seen)
    return Naming(row, lines, drafts.load(request, row, lines), seen)


@reads
def names(request: ViewerRequest, handover_id: UUID) -> HttpResponse:
    """The lines, 25 at a time, each with its choices."""
    now = naming(request, handover_id)
    if not now.listed:
        return to(address(now.row))
    return _page(request, now)


def _page(
    request: ViewerRequest, now: Naming, *, not_found: bool = False, besides: PersonView | None = None
) -> HttpResponse:
    only_left = request.GET.get("left") == "1" and bool(now.unsaid)
    listed, who = now.unsaid if only_left else now.listed, directory(request)
    last = max(1, -(-len(listed) // LINES_ON_A_PAGE))
    number = min(max(1, drafts.whole(request.GET.get("page"))), last)
    shown = listed[(number - 1) * LINES_ON_A_PAGE : number * LINES_ON_A_PAGE]
    strangers = [e.subject_id for e in now.draft.extras if e.known]
    known = people_by_id(request, [line.subject_id for line in shown] + strangers)
    views = [LineView(line, known[line.subject_id], _said(now, line), line.id in now.seen) for line in shown]
    wanted = drafts.whole(request.GET.get("line"))
    context = {
        "here": "batches",
        "handover": now.row,
        "giver": who.authorities[now.row.giver_id],
        "bar": bar_of(request, now.row, now.lines),
        "found": next((v for v in views if v.line.no == wanted), None),
        "views": [v for v in views if v.line.no != wanted],
        "rest": [v.line.id for v in views if not v.said],
        "choices": [code.value for code in drafts.SAYABLE],
        "extras": [(e, known.get(e.subject_id)) for e in now.draft.extras],
        "at_once": now.draft.at_once,
        "number": number,
        "last": last,
        "only_left": only_left,
        "seen_unsaid": len(now.seen_unsaid),
        "first_time": now.row.state is HandoverState.COUNTED,
        "not_found": not_found,
        "besides": besides,
    }
    return page(request, "web/handovers/names.html", context, status=422 if not_found or besides else 200)


def _said(now: Naming, line: LineRow) -> str:
    return now.draft.said[line.id].value if line.id in now.draft.said else line.code


@acts
def say(request: ViewerRequest, handover_id: UUID) -> HttpResponse:
    """Say an outcome of one line, of all left on a page, or of all whose numbers were read. Only the draft changes."""
    now = naming(request, handover_id)
    open_now = {line.id for line in now.lines if drafts.may_be_said(now.row, line)}
    number = drafts.whole(request.POST.get("page"))
    not_open = []
    for each in request.POST.getlist("say")[:SAID_AT_ONCE_MAX]:
        line_id, _colon, code = each.partition(":")
        if line_id in ("rest", "seen"):
            _say_many(request, now, open_now, line_id)
        elif wants_json(request) and _whole_id(line_id) not in open_now:
            not_open.append(line_id)
        else:
            _say_one(now, open_now, _whole_id(line_id), code)
    drafts.save(request, now.row, now.draft)
    if wants_json(request):
        left = len(now.unsaid)
        return JsonResponse({"said": len(now.lines) - left, "left": left, "not_open": not_open})
    return _onwards(now, number, only_left=request.POST.get("left") == "1")


def _say_many(request: ViewerRequest, now: Naming, open_now: set[int], which: str) -> None:
    """Received: the rest of a page, or everybody whose number was read at the count. What is said stays as it is."""
    rest = [_whole_id(text) for text in request.POST.getlist("rest")[:LINES_ON_A_PAGE]]
    for each in [line.id for line in now.seen_unsaid] if which == "seen" else rest:
        if each in open_now and each not in now.draft.said:
            now.draft.say(each, OutcomeCode.RECEIVED)


def _whole_id(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _say_one(now: Naming, open_now: set[int], line_id: int, code: str) -> None:
    if line_id not in open_now:
        raise Refused("line-not-open")
    if code == "":
        now.draft.said.pop(line_id, None)
    elif code in {c.value for c in drafts.SAYABLE}:
        now.draft.say(line_id, OutcomeCode(code))
    else:
        raise Refused("line-not-open")


def _onwards(now: Naming, number: int, *, only_left: bool) -> HttpResponseRedirect:
    """To the next line without a word: on this page, else on the next one that has any, else stay."""
    if only_left and now.unsaid:
        return to(f"{_address(now.row)}?left=1&page={number}#line-{_ahead(now.unsaid, number).no}")
    listed = now.listed
    left = [i for i, line in enumerate(listed) if not line.code and line.id not in now.draft.said]
    start = (max(1, number) - 1) * LINES_ON_A_PAGE
    ahead = [i for i in left if i >= start] or left
    if not ahead:
        return to(f"{_address(now.row)}?page={max(1, number)}#sign")
    return to(f"{_address(now.row)}?page={ahead[0] // LINES_ON_A_PAGE + 1}#line-{listed[ahead[0]].no}")


def _ahead(left: list[LineRow], number: int) -> LineRow:
    """The first line of this page of those that are left; of the last page when there are fewer pages now."""
    start = (max(1, number) - 1) * LINES_ON_A_PAGE
    return left[start] if start < len(left) else left[(len(left) - 1) // LINES_ON_A_PAGE * LINES_ON_A_PAGE]


def _address(row: HandoverRow) -> str:
    return reverse("names", args=[row.id])


@acts
def find(request: ViewerRequest, handover_id: UUID) -> HttpResponse:
    """A reference, typed or scanned: its line is shown (and received at once, if the officer chose that)."""
    now = naming(request, handover_id)
    text = request.POST.get("reference", "").strip()[:REFERENCE_MAX]
    now.draft.at_once = request.POST.get("at_once") == "yes"
    line, subject = named_by(request, now.lines, text)
    if line is None:
        drafts.save(request, now.row, now.draft)
        besides = people_by_id(request, [subject])[subject] if subject else None
        return _page(request, now, not_found=besides is None, besides=besides)
    if now.draft.at_once and drafts.may_be_said(now.row, line) and line.id not in now.draft.said and not line.code:
        now.draft.say(line.id, OutcomeCode.RECEIVED)
        messages.success(request, _("Line %(no)s: received.") % {"no": line.no})
    drafts.save(request, now.row, now.draft)
    listed = [each.id for each in now.listed]
    number = listed.index(line.id) // LINES_ON_A_PAGE + 1 if line.id in listed else 1
    if line.id not in listed:
        messages.info(request, _("Line %(no)s was signed already.") % {"no": line.no})
    return to(f"{_address(now.row)}?page={number}&line={line.no}")


@acts
def extra(request: ViewerRequest, handover_id: UUID) -> HttpResponse:
    """Note somebody who is present and on no line, or take the note back."""
    now = naming(request, handover_id)
    gone = request.POST.get("remove", "")
    if gone:
        now.draft.extras = [e for e in now.draft.extras if str(e.subject_id) != gone]
    else:
        known = None
        with contextlib.suppress(ValueError):
            known = UUID(request.POST.get("subject", ""))
        if known is not None and known not in people.seen_among(request.viewer, [known]):
            raise Refused("unknown-subject")
        new = uuid5(posted_key(request), "extra")
        now.draft.add_extra(Extra(known, known=True) if known else Extra(new))
    drafts.save(request, now.row, now.draft)
    return to(f"{_address(now.row)}?page={max(1, drafts.whole(request.POST.get('page')))}#extras")


@reads_and_acts
def sign_names(request: ViewerRequest, handover_id: UUID) -> HttpResponse:
    """The summary: what will be signed, every difference by name; and the one press that signs it."""
    now = naming(request, handover_id)
    row = now.row
    posted = request.POST.copy() if request.method == "POST" else None
    form = without_password(SignNamesForm(posted, initial={"shown": now.draft.digest()}), request, row.receiver_id)

    def do(key: UUID) -> str:
        if form.cleaned_data["shown"] != now.draft.digest():
            raise Refused("names-changed-since")
        if not now.draft.said and not now.draft.extras:
            raise Refused("nothing-said")
        open_session_if_asked(request, form, row.receiver_id, key)
        transfers_actions.sign_names(
            statement_id=key, handover_id=row.id, outcomes=now.draft.outcomes(), extras=now.draft.extras,
            occurred_at=request.at, by=request.viewer, at=request.at,
        )  # fmt: skip
        drafts.forget(request, row)
        count_drafts.forget(request, row.id)
        return address(row)

    if posted is not None:
        if not may_sign(request.viewer, row, Stage.NAMES):
            raise NotAllowed(Act.SIGN_HANDOVER)
        if form.is_valid():
            try:
                return act_once(request, "sign-names", do)
            except Refused as refusal:
                show_refusal(request, form, refusal)
                posted["shown"] = now.draft.digest()  # what is shown again is what it is now
    return summary(request, now, form)


def summary(request: ViewerRequest, now: Naming, form: ActForm, *, paper: bool = False) -> HttpResponse:
    """What signing the draft says: numbers by outcome, differences by name, bodies counted against bodies named."""
    row = now.row
    after = now.draft.applied(now.lines)
    if row.state is HandoverState.EXPECTED or row.state is HandoverState.PRESENTED:
        return show(request, row, form=form if form.is_bound else None, stage=Stage.NAMES)
    spoken = [line for line in after if line.id in now.draft.said or line.id < 0]
    differing = [line for line in spoken if line.code != OutcomeCode.RECEIVED]
    known = people_by_id(request, [x.subject_id for x in differing if x.id > 0])
    stranger = {e.subject_id for e in now.draft.extras if e.known}
    known |= people_by_id(request, stranger)
    context = {
        "here": "batches",
        "handover": row,
        "receiver": directory(request).authorities[row.receiver_id],
        "bar": bar_of(request, row, now.lines),
        "counts": [(c.value, n) for c in OutcomeCode if (n := sum(line.code == c for line in spoken))],
        "differing": [(line, known.get(line.subject_id)) for line in differing],
        "bodies": row.bodies,
        "named": bodies_named(after),
        "left": now.unsaid,
        "back": _first_unsaid(now),
        "form": form,
        "paper": paper,
        "may_sign": may_sign(request.viewer, row, Stage.NAMES),
        "authority": authority_of(row, Stage.NAMES),
    }  # fmt: skip
    return page(request, "web/handovers/summary.html", context, status=form.answer_status)


def _first_unsaid(now: Naming) -> str:
    """Where the first line without a word stands."""
    if not now.unsaid:
        return _address(now.row)
    first = now.unsaid[0]
    number = [each.id for each in now.listed].index(first.id) // LINES_ON_A_PAGE + 1
    return f"{_address(now.row)}?page={number}#line-{first.no}"


urlpatterns = [
    path("handovers/<uuid:handover_id>/names", names, name="names"),
    path("handovers/<uuid:handover_id>/names/say", say, name="names-say"),
    path("handovers/<uuid:handover_id>/names/find", find, name="names-find"),
    path("handovers/<uuid:handover_id>/names/extra", extra, name="names-extra"),
    path("handovers/<uuid:handover_id>/names/sign", sign_names, name="names-sign"),
]
