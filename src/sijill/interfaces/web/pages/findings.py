"""Findings: what does not fit, who owns it, until when; explained, closed, reopened, handed over, with a note."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from sijill.domain.access import queries as access
from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import Act, NotVisible, Refused, require
from sijill.domain.ledger import actions as ledger_actions
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.queries import FindingGroup, FindingRow, FindingStep
from sijill.domain.ledger.rules import FINDINGS, SETTLEMENTS, Owner
from sijill.domain.people.rules import PersonName
from sijill.domain.places.rules import FacilityRow
from sijill.domain.transfers import queries as transfers
from sijill.interfaces.web import sentences, words, words_control
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, page, reads, reads_and_acts
from sijill.interfaces.web.forms import ActForm
from sijill.interfaces.web.pages.standing import Gazetteer, gazetteer, names

SHOWN_OF_GROUP = 20
PAGE = 50  # of one kind alone
STATES = {"unsettled": ("open", "explained"), "open": ("open",), "explained": ("explained",), "closed": ("closed",)}
STATE_WORDS = {
    "unsettled": _("open or explained"), "open": _("open"), "explained": _("explained"), "closed": _("closed"),
}  # fmt: skip
HANDOVER_CODES = ("line-", "count-", "names-", "acknowledgement-")
COUNT_CODES = ("head-count-",)


@dataclass(frozen=True, slots=True)
class Line:
    """One finding of the list."""

    row: FindingRow
    name: PersonName | None
    facility: FacilityRow | None
    book: AuthorityRow | None
    overdue: bool
    days: int
    hours: int


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one kind, the longest due first; `lines` are those of this page."""

    code: str
    count: int
    overdue: int
    lines: tuple[Line, ...]

    @property
    def hidden(self) -> int:
        """How many are on other pages."""
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class Desk:
    """The findings of one duty."""

    owner: str
    mine: bool
    groups: tuple[Group, ...]


@reads
def findings(request: ViewerRequest) -> HttpResponse:
    """The findings of the books the viewer reads, by owning duty, his own duties first."""
    viewer = request.viewer
    chosen = _chosen(request)
    alone = bool(chosen["owner"] and chosen["code"])  # one kind of one duty: paged, with nothing left out
    number = _page_number(request) if alone else 1
    groups = ledger.finding_groups(
        viewer, states=STATES[chosen["state"]], owner=chosen["owner"], code=chosen["code"],
        skip=(number - 1) * PAGE, each=PAGE if alone else SHOWN_OF_GROUP, at=request.at,
    )  # fmt: skip
    here = gazetteer(viewer)
    called = names(viewer, [row.subject_id for group in groups for row in group.first])
    lines = {row.id: _line(row, called, here, request.at) for group in groups for row in group.first}
    shown = sum(group.count for group in groups)
    context = {
        "desks": desks(groups, lines, {duty.kind.value for duty in viewer.duties}),
        "shown": shown,
        "overdue": sum(group.overdue for group in groups),
        "chosen": chosen,
        "alone": alone,
        "number": number,
        "last": max(1, -(-shown // PAGE)),
        "owners": [(o.value, words.word("duty", o.value)) for o in Owner],
        "states": list(STATE_WORDS.items()),
        "codes": [(code, sentences.finding(code)) for code in FINDINGS],
        "open": sorted(ledger.open_count(viewer).items()),
    }
    return page(request, "web/findings/findings.html", context)


def _page_number(request: ViewerRequest) -> int:
    asked = request.GET.get("page", "")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1


def _chosen(request: ViewerRequest) -> dict[str, str]:
    """The filter of the address; what is not a choice is no filter."""
    owner, state, code = (request.GET.get(k, "") for k in ("owner", "state", "code"))
    return {
        "owner": owner if owner in list(Owner) else "",
        "state": state if state in STATES else "unsettled",
        "code": code if code in FINDINGS else "",
    }


def _line(row: FindingRow, called: dict[UUID, PersonName], here: Gazetteer, at: datetime) -> Line:
    age = at - row.opened_at
    return Line(
        row=row,
        name=called.get(row.subject_id) if row.subject_id else None,
        facility=here.facilities.get(row.facility_id or 0),
        book=here.authorities.get(row.book_id),
        overdue=row.state == "open" and row.due_at < at,
        days=age.days,
        hours=age.seconds // 3600,
    )


def desks(groups: Iterable[FindingGroup], lines: Mapping[UUID, Line], mine: set[str]) -> list[Desk]:
    """The groups by owner (one's own duties first, then as the duties are ordered), the longest due first."""
    by_owner: dict[str, list[FindingGroup]] = {}
    for group in groups:
        by_owner.setdefault(group.owner, []).append(group)
    order = [o.value for o in Owner]
    owners = sorted(by_owner, key=lambda o: (o not in mine, order.index(o) if o in order else len(order)))
    return [
        Desk(
            owner, owner in mine,
            tuple(
                Group(group.code, group.count, group.overdue, tuple(lines[row.id] for row in group.first))
                for group in sorted(by_owner[owner], key=lambda g: g.first[0].due_at)
            ),
        )
        for owner in owners
    ]  # fmt: skip


def _note(text: str) -> str:
    """A note in words: an act of the register leaves its code there."""
    group = "event" if text in words.EVENT else "evidence" if text in words_control.EVIDENCE else ""
    return words.word(group, text) if group else text


class NoteForm(ActForm):
    """What was found out, in a few words."""

    note = forms.CharField(
        label=_("Note"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("What was found out and by whom. No names of people held."),
    )  # fmt: skip
    owner = forms.ChoiceField(label=_("Hand over to"), required=False)


@reads_and_acts
def finding(request: ViewerRequest, finding_id: UUID) -> HttpResponse:
    """One finding: what it is about, what happened to it, and what may be done now."""
    row, steps = ledger.finding(request.viewer, finding_id)
    form = NoteForm(request.POST if request.method == "POST" else None)
    others = [(o.value, words.word("duty", o.value)) for o in Owner if o.value != row.owner]
    form.fields["owner"].choices = [("", _("choose a duty")), *others]  # type: ignore[attr-defined]
    if request.method == "POST":
        require(request.viewer, Act.SETTLE_FINDING, authority_id=row.book_id, facility_id=row.facility_id)
        if form.is_valid():
            try:
                return act_once(request, "settle-finding", lambda key: _settle(request, row, form, key))
            except Refused as refusal:
                form.refuse(refusal, "note" if refusal.code == "needs-note" else None)
    context = _about(request, row, steps) | {
        "form": form,
        "may_settle": request.viewer.may(Act.SETTLE_FINDING, authority_id=row.book_id, facility_id=row.facility_id),
        "moves": [state for state in ("closed", "explained", "open") if state in SETTLEMENTS[row.state]],
    }
    return page(request, "web/findings/finding.html", context, status=form.answer_status)


def _settle(request: ViewerRequest, row: FindingRow, form: NoteForm, key: UUID) -> str:
    """The button says the state; handing over keeps it and names a duty."""
    state, owner = request.POST.get("state", ""), ""
    if state == "hand-over":
        state, owner = row.state, form.cleaned_data["owner"]
        if not owner:
            raise Refused("needs-duty")
    elif state not in STATES:
        raise Refused("already-settled", state=row.state)
    ledger_actions.settle_finding(
        finding_event_id=key, finding_id=row.id, state=state, note=form.cleaned_data["note"], owner=owner,
        by=request.viewer, at=request.at,
    )  # fmt: skip
    return reverse("finding", args=[row.id])


def _about(request: ViewerRequest, row: FindingRow, steps: list[FindingStep]) -> dict[str, Any]:
    """What a finding speaks of, with the addresses of it, and its history with the names of those who acted."""
    viewer = request.viewer
    here, called = gazetteer(viewer), names(viewer, [row.subject_id])
    users = access.user_names(viewer, {step.by for step in steps})
    facility = here.facilities.get(row.facility_id or 0)
    siblings = [f for f in ledger.findings_by_refs(viewer, [row.ref]) if f.id != row.id] if row.ref else []
    return {
        "line": _line(row, called, here, request.at),
        "row": row,
        "steps": [(step, users.get(step.by, ""), _note(step.note)) for step in steps],
        "searched": row.code in ("escape-reported", "death-reported"),
        "siblings": [(f, here.authorities.get(f.book_id)) for f in siblings],
        "handover": _handover(request, row),
        "count": row.ref if facility and any(f.code.startswith(COUNT_CODES) for f in (row, *siblings)) else None,
        "event": row.ref
        if row.ref and row.subject_id and not row.code.startswith((*HANDOVER_CODES, *COUNT_CODES))
        else None,
    }


def _handover(request: ViewerRequest, row: FindingRow) -> UUID | None:
    """The handover a finding names, when the viewer may know of it."""
    if row.ref is None or not row.code.startswith(HANDOVER_CODES):
        return None
    try:
        return transfers.handover(request.viewer, row.ref).id
    except NotVisible:
        return None


urlpatterns = [
    path("findings", findings, name="findings"),
    path("findings/<uuid:finding_id>", finding, name="finding"),
]
