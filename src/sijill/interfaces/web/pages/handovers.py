"""One handover on a phone: who signed what, and the one thing to do next."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import Act, NotAllowed, Refused, Viewer
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.queries import FindingRow
from sijill.domain.transfers import actions as transfers_actions
from sijill.domain.transfers import queries as transfers
from sijill.domain.transfers.queries import HandoverRow, StatementRow
from sijill.domain.transfers.rules import (
    GIVER_RESOLVES,
    SIGNS,
    HandoverState,
    LineRow,
    OutcomeCode,
    Resolution,
    Side,
    Stage,
    is_settled,
)
from sijill.interfaces.web import words
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, page, reads, reads_and_acts, to
from sijill.interfaces.web.forms import ActForm
from sijill.interfaces.web.pages import drafts
from sijill.interfaces.web.pages.movement import (
    PersonView,
    SigningForm,
    directory,
    open_session_if_asked,
    people_by_id,
    show_refusal,
    without_password,
)

H = HandoverState
NEXT = {H.EXPECTED: Stage.PRESENTED, H.PRESENTED: Stage.COUNT, H.COUNTED: Stage.NAMES, H.NAMED: Stage.ACKNOWLEDGEMENT}
ADDRESS = {
    Stage.PRESENTED: "present", Stage.COUNT: "count", Stage.NAMES: "names", Stage.ACKNOWLEDGEMENT: "acknowledge",
}  # fmt: skip
DIFFERENCES_SHOWN = 200
IN_WORDS = {
    0: gettext_noop("Presented %(presented)s, counted %(counted)s: they agree."),
    -1: gettext_noop(
        "Presented %(presented)s, counted %(counted)s: %(difference)s too few. You may sign; somebody then has to"
        " explain the difference."
    ),
    1: gettext_noop(
        "Presented %(presented)s, counted %(counted)s: %(difference)s too many. You may sign; somebody then has to"
        " explain the difference."
    ),
}
_WHOLE = {"inputmode": "numeric", "pattern": "[0-9]*", "autocomplete": "off"}


class CountForm(SigningForm):
    """What the receiver counted: bodies, not names."""

    field_order = ("bodies", "injured", "dead", "password")
    bodies = forms.IntegerField(label=_("People alive"), min_value=0, max_value=99_999, widget=forms.TextInput(_WHOLE))
    injured = forms.IntegerField(
        label=_("Of these, injured"), min_value=0, max_value=99_999, initial=0, widget=forms.TextInput(_WHOLE)
    )
    dead = forms.IntegerField(
        label=_("Dead, besides"), min_value=0, max_value=99_999, initial=0, widget=forms.TextInput(_WHOLE)
    )
    compared = forms.IntegerField(required=False, initial=0, widget=forms.HiddenInput)  # the sum last said in words


@dataclass(frozen=True, slots=True)
class StepView:
    """One of the four steps: who signs it, what is signed, whether it is its turn and this viewer's to do."""

    stage: Stage
    authority: AuthorityRow
    signed: list["SignedView"]
    now: bool
    mine: bool
    paper: bool
    address: str


@dataclass(frozen=True, slots=True)
class SignedView:
    """A signed statement, and what a count or a presenting said in numbers."""

    row: StatementRow
    content: dict[str, int]


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """A line that is not simply received, with its findings."""

    line: LineRow
    person: PersonView
    findings: list[FindingRow]


@dataclass(frozen=True, slots=True)
class Bar:
    """The count always in sight: said of so many, and what is left."""

    said: int
    people: int

    @property
    def left(self) -> int:
        """How many nobody has spoken of."""
        return self.people - self.said


def authority_of(row: HandoverRow, stage: Stage) -> int:
    """Which authority signs a stage."""
    return row.giver_id if SIGNS[stage] is Side.GIVER else row.receiver_id


def may_sign(viewer: Viewer, row: HandoverRow, stage: Stage) -> bool:
    """True when the viewer signs this stage himself."""
    return viewer.may(Act.SIGN_HANDOVER, authority_id=authority_of(row, stage))


def may_enter_paper(viewer: Viewer, row: HandoverRow, stage: Stage) -> bool:
    """True when the viewer may enter a paper for it: his own side's, or that of an authority nobody signs for here."""
    if may_sign(viewer, row, stage):
        return True
    authority = authority_of(row, stage)
    other = row.receiver_id if authority == row.giver_id else row.giver_id
    return viewer.may(Act.SIGN_HANDOVER, authority_id=other) and transfers.has_no_signer(viewer, authority)


def address(row: HandoverRow) -> str:
    """The page of a handover."""
    return reverse("handover", args=[row.id])


def bar_of(request: ViewerRequest, row: HandoverRow, lines: tuple[LineRow, ...]) -> Bar:
    """The count of a handover: signed words and, for the receiver, those of his draft."""
    draft = drafts.load(request, row, lines)
    return Bar(sum(bool(line.code) or line.id in draft.said for line in lines), len(lines))


@reads
def handover(request: ViewerRequest, handover_id: UUID) -> HttpResponse:
    """One handover."""
    return show(request, transfers.handover(request.viewer, handover_id))


@reads_and_acts
def present(request: ViewerRequest, handover_id: UUID) -> HttpResponse:
    """The giver signs: these people stand before you."""
    row = transfers.handover(request.viewer, handover_id)
    form = step_form(request, row, Stage.PRESENTED)

    def do(key: UUID) -> str:
        open_session_if_asked(request, form, row.giver_id, key)
        transfers_actions.present(
            statement_id=key, handover_id=row.id, occurred_at=request.at, by=request.viewer, at=request.at
        )
        return address(row)

    return _answer(request, row, Stage.PRESENTED, form, do)


@reads_and_acts
def acknowledge(request: ViewerRequest, handover_id: UUID) -> HttpResponse:
    """The giver takes note of the names, and says where those are who were not received."""
    row = transfers.handover(request.viewer, handover_id)
    form = step_form(request, row, Stage.ACKNOWLEDGEMENT)

    def do(key: UUID) -> str:
        open_session_if_asked(request, form, row.giver_id, key)
        transfers_actions.acknowledge(
            statement_id=key, handover_id=row.id, resolutions=resolutions(form), occurred_at=request.at,
            by=request.viewer, at=request.at,
        )  # fmt: skip
        return address(row)

    return _answer(request, row, Stage.ACKNOWLEDGEMENT, form, do)


def compared_in_words(presented: int, counted: int) -> str:
    """How the sum of a count stands against the number presented. It never blocks."""
    numbers = {"presented": f"{presented:,}", "counted": f"{counted:,}", "difference": f"{abs(counted - presented):,}"}
    return gettext(IN_WORDS[(counted > presented) - (counted < presented)]) % numbers


def words_to_fill() -> list[str]:
    """The same three sentences (agree, too few, too many) for a script to fill in while people get on."""
    places = {name: "{" + name + "}" for name in ("presented", "counted", "difference")}
    return [gettext(IN_WORDS[way]) % places for way in (0, -1, 1)]


def step_form(request: ViewerRequest, row: HandoverRow, stage: Stage, *, fresh: bool = False) -> ActForm:
    """The form of a stage as this viewer has to fill it now."""
    kind = CountForm if stage is Stage.COUNT else SigningForm
    form = kind(request.POST if request.method == "POST" and not fresh else None)
    if stage is Stage.ACKNOWLEDGEMENT:
        add_resolutions(request, row, form)
    return without_password(form, request, authority_of(row, stage))


def add_resolutions(request: ViewerRequest, row: HandoverRow, form: ActForm) -> None:
    """A choice for every line that was not received and of which the giver has not spoken yet."""
    choices = [("", _("leave open")), *((r.value, words.word("resolution", r.value)) for r in Resolution)]
    for line in transfers.lines(request.viewer, row.id):
        if line.code in GIVER_RESOLVES and not line.resolution:
            form.fields[f"line_{line.id}"] = forms.ChoiceField(choices=choices, required=False)


def resolutions(form: ActForm) -> dict[int, Resolution]:
    """What the giver said, by line."""
    return {
        int(name.removeprefix("line_")): Resolution(value)
        for name, value in form.cleaned_data.items()
        if name.startswith("line_") and value
    }


def _answer(
    request: ViewerRequest, row: HandoverRow, stage: Stage, form: ActForm, do: Callable[[UUID], str]
) -> HttpResponse:
    if request.method != "POST":
        return to(address(row))
    if not may_sign(request.viewer, row, stage):
        raise NotAllowed(Act.SIGN_HANDOVER)
    if form.is_valid():
        try:
            return act_once(request, f"sign-{stage.value}", do)
        except Refused as refusal:
            show_refusal(request, form, refusal)
    return show(request, row, form=form, stage=stage)


def show(
    request: ViewerRequest, row: HandoverRow, *, form: ActForm | None = None, stage: Stage | None = None
) -> HttpResponse:
    """The handover's page: the four steps, the differences, and the form of the step whose turn it is."""
    viewer, names = request.viewer, directory(request)
    lines, waits = _lines_so_far(request, row)
    due = None if waits else due_stage(row, lines)
    steps = _steps(request, row, names.authorities, due)
    refused = form if form is not None and stage is not due else None  # somebody was quicker: the reason, not the form
    if form is None and due not in (None, Stage.NAMES) and may_sign(viewer, row, due):
        form, stage = step_form(request, row, due, fresh=True), due
    context = {
        "here": "batches",
        "handover": row,
        "batch": transfers.batch(viewer, row.batch_id),
        "giver": names.authorities[row.giver_id],
        "receiver": names.authorities[row.receiver_id],
        "place": names.facilities[row.place_id],
        "bar": bar_of(request, row, lines),
        "steps": steps,
        "form": None if refused else form,
        "form_stage": stage,
        "refused": refused,
        "waits_for_first": waits,
        "counts": _counts(lines),
        "differences": _differences(request, row, lines),
        "holds": sum(not is_settled(line) for line in lines) if row.state is not H.EXPECTED else 0,
        "received": sum(line.code == OutcomeCode.RECEIVED for line in lines),
        "names_left": sum(drafts.may_be_said(row, line) for line in lines),
        "asked": asked(request, lines, form) if form is not None and stage is due is Stage.ACKNOWLEDGEMENT else [],
    }
    return page(request, "web/handovers/handover.html", context, status=form.answer_status if form else 200)


def _lines_so_far(request: ViewerRequest, row: HandoverRow) -> tuple[tuple[LineRow, ...], bool]:
    """The lines; before the carrier presents, those he carries. And whether he has to name them first."""
    lines = transfers.lines(request.viewer, row.id)
    if row.ordinal == 1 or row.state is not H.EXPECTED:
        return lines, False
    others = transfers.handovers(request.viewer, batch_id=row.batch_id)
    first = next(h for h in others if h.manifest_id == row.manifest_id and h.ordinal == 1)
    if first.state not in (H.NAMED, H.ACKNOWLEDGED):
        return lines, True
    carried = transfers.lines(request.viewer, first.id)
    return tuple(
        LineRow(x.id, x.no, x.subject_id, x.on_manifest, "", "", None, None)
        for x in carried
        if x.code in (OutcomeCode.RECEIVED, OutcomeCode.EXTRA)
    ), False


def due_stage(row: HandoverRow, lines: tuple[LineRow, ...]) -> Stage | None:
    """What is to be signed next; a giver who left lines open still owes a word about them."""
    if row.state is H.ACKNOWLEDGED:
        owed = any(line.code in GIVER_RESOLVES and not line.resolution for line in lines)
        return Stage.ACKNOWLEDGEMENT if owed else None
    return NEXT[row.state]


def _steps(
    request: ViewerRequest, row: HandoverRow, authorities: dict[int, AuthorityRow], due: Stage | None
) -> list[StepView]:
    signed: dict[Stage, list[SignedView]] = {stage: [] for stage in Stage}
    for statement in transfers.statements(request.viewer, row.id):
        signed[statement.stage].append(SignedView(statement, content_of(statement)))
    return [
        StepView(
            stage=stage,
            authority=authorities[authority_of(row, stage)],
            signed=signed[stage],
            now=stage is due,
            mine=may_sign(request.viewer, row, stage),
            paper=stage is due and may_enter_paper(request.viewer, row, stage),
            address=ADDRESS[stage],
        )
        for stage in Stage
    ]


def content_of(statement: StatementRow) -> dict[str, int]:
    """The numbers of a statement, read from its signed bytes."""
    content = json.loads(statement.body)["content"]
    return {key: value for key, value in content.items() if isinstance(value, int)}


def _counts(lines: tuple[LineRow, ...]) -> list[tuple[str, int]]:
    found = [(code.value, sum(line.code == code for line in lines)) for code in OutcomeCode]
    return [(code, n) for code, n in found if n]


def _differences(request: ViewerRequest, row: HandoverRow, lines: tuple[LineRow, ...]) -> list[DifferenceView]:
    told = [line for line in lines if line.code and line.code != OutcomeCode.RECEIVED][:DIFFERENCES_SHOWN]
    shown = people_by_id(request, [line.subject_id for line in told])
    about = ledger.findings_by_refs(request.viewer, [row.id]) if told else []
    return [
        DifferenceView(line, shown[line.subject_id], [f for f in about if f.subject_id == line.subject_id])
        for line in told
    ]


def asked(
    request: ViewerRequest, lines: tuple[LineRow, ...], form: ActForm
) -> list[tuple[LineRow, PersonView, forms.BoundField]]:
    """The lines the giver is asked about, each with its choice."""
    open_lines = [line for line in lines if f"line_{line.id}" in form.fields]
    shown = people_by_id(request, [line.subject_id for line in open_lines])
    return [(line, shown[line.subject_id], form[f"line_{line.id}"]) for line in open_lines]


urlpatterns = [
    path("handovers/<uuid:handover_id>", handover, name="handover"),
    path("handovers/<uuid:handover_id>/present", present, name="handover-present"),
    path("handovers/<uuid:handover_id>/acknowledge", acknowledge, name="handover-acknowledge"),
]
