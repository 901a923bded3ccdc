"""What somebody signed on paper: entered, scanned, hashed, and shown as the weaker grade it is."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sijill.domain.access.rules import Act, NotAllowed, NotVisible, Refused
from sijill.domain.transfers import actions as transfers_actions
from sijill.domain.transfers import queries as transfers
from sijill.domain.transfers.actions import Paper
from sijill.domain.transfers.actions.signing import SCAN_BYTES_MAX
from sijill.domain.transfers.queries import HandoverRow
from sijill.domain.transfers.rules import Stage
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, page, reads, reads_and_acts
from sijill.interfaces.web.forms import LocalDateTimeField
from sijill.interfaces.web.pages import drafts
from sijill.interfaces.web.pages.handovers import (
    ADDRESS,
    CountForm,
    add_resolutions,
    address,
    asked,
    authority_of,
    bar_of,
    may_enter_paper,
    resolutions,
    show,
)
from sijill.interfaces.web.pages.movement import (
    SigningForm,
    directory,
    open_session_if_asked,
    show_refusal,
    without_password,
)
from sijill.interfaces.web.pages.naming import naming, summary

# What a scan may be, by the bytes it begins with: nothing that a browser would run.
KINDS = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
}
STAGES = {word: stage for stage, word in ADDRESS.items()}


class PaperForm(SigningForm):
    """Who signed the paper, as what, when; the paper; and the password of whoever enters it."""

    field_order: tuple[str, ...] = ("signer", "capacity", "signed_at", "scan", "password")

    signer = forms.CharField(label=_("Name of the one who signed"), max_length=90)
    capacity = forms.CharField(label=_("As what: rank, office"), max_length=60)
    signed_at = LocalDateTimeField(label=_("Signed at"))
    scan = forms.FileField(
        label=_("Photograph or scan of the paper"),
        help_text=_("PDF, PNG or JPEG, at most 5 MB. Choose it again when the form comes back."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,image/png,image/jpeg"}),
    )


class CountPaperForm(PaperForm):
    """A count on paper."""

    field_order = ("bodies", "injured", "dead", "signer", "capacity", "signed_at", "scan", "password")
    bodies = CountForm.base_fields["bodies"]
    injured = CountForm.base_fields["injured"]
    dead = CountForm.base_fields["dead"]


class NamesPaperForm(PaperForm):
    """Names on paper, said line by line as the paper says them, with what the summary showed."""

    shown = forms.CharField(widget=forms.HiddenInput, max_length=64)


FORMS = {Stage.COUNT: CountPaperForm, Stage.NAMES: NamesPaperForm}


def kind_of_scan(content: bytes) -> tuple[str, str] | None:
    """The media type and the ending of a scan, by its first bytes; None for anything else."""
    return next((kind for start, kind in KINDS.items() if content.startswith(start)), None)


@reads_and_acts
def paper(request: ViewerRequest, handover_id: UUID, step: str) -> HttpResponse:
    """Enter what one side signed on paper at one step."""
    row = transfers.handover(request.viewer, handover_id)
    stage = STAGES.get(step)
    if stage is None:
        raise NotVisible
    if not may_enter_paper(request.viewer, row, stage):
        raise NotAllowed(Act.SIGN_HANDOVER)
    form = _form(request, row, stage)
    if request.method == "POST" and form.is_valid():
        try:
            return act_once(request, f"paper-{stage.value}", _doing(request, row, stage, form))
        except Refused as refusal:
            show_refusal(request, form, refusal)
    return _show(request, row, stage, form)


def _form(request: ViewerRequest, row: HandoverRow, stage: Stage) -> PaperForm:
    posted = request.method == "POST"
    now = timezone.localtime(request.at).strftime("%Y-%m-%dT%H:%M")
    form = FORMS.get(stage, PaperForm)(
        request.POST if posted else None, files=request.FILES if posted else None, initial={"signed_at": now}
    )
    if stage is Stage.ACKNOWLEDGEMENT:
        add_resolutions(request, row, form)
    if stage is Stage.NAMES and not posted:
        form.initial["shown"] = naming(request, row.id).draft.digest()
    without_password(form, request, transfers.signs_for(request.viewer, row, stage))
    return form


def _paper(request: ViewerRequest, form: PaperForm) -> Paper:
    given = form.cleaned_data
    if given["scan"].size > SCAN_BYTES_MAX:
        raise Refused("scan-too-large", limit=SCAN_BYTES_MAX)
    content = given["scan"].read()
    given["scan"].seek(0)
    if kind_of_scan(content) is None:
        raise Refused("scan-of-no-kind")
    if given["signed_at"] > request.at:
        raise Refused("signed-in-future")
    return Paper(f"{given['signer']}, {given['capacity']}", content)


def _doing(request: ViewerRequest, row: HandoverRow, stage: Stage, form: PaperForm) -> Callable[[UUID], str]:
    """What the form asks for: the same action as a signature, with the paper."""

    def do(key: UUID) -> str:
        given, signed = form.cleaned_data, _paper(request, form)
        open_session_if_asked(request, form, transfers.signs_for(request.viewer, row, stage), key)
        common = {
            "statement_id": key, "handover_id": row.id, "occurred_at": given["signed_at"], "paper": signed,
            "by": request.viewer, "at": request.at,
        }  # fmt: skip
        if stage is Stage.PRESENTED:
            transfers_actions.present(**common)
        elif stage is Stage.COUNT:
            numbers = {name: given[name] for name in ("bodies", "injured", "dead")}
            transfers_actions.sign_count(**numbers, **common)
        elif stage is Stage.ACKNOWLEDGEMENT:
            transfers_actions.acknowledge(resolutions=resolutions(form), **common)
        else:
            draft = naming(request, row.id).draft
            if given["shown"] != draft.digest():
                raise Refused("names-changed-since")
            transfers_actions.sign_names(outcomes=draft.outcomes(), extras=draft.extras, **common)
            drafts.forget(request, row)
        return address(row)

    return do


def _show(request: ViewerRequest, row: HandoverRow, stage: Stage, form: PaperForm) -> HttpResponse:
    if stage is Stage.NAMES:
        if row.bodies is None:
            return show(request, row)
        return summary(request, naming(request, row.id), form, paper=True)
    lines = transfers.lines(request.viewer, row.id)
    context = {
        "here": "batches",
        "handover": row,
        "bar": bar_of(request, row, lines),
        "stage": stage,
        "authority": directory(request).authorities[authority_of(row, stage)],
        "form": form,
        "asked": asked(request, lines, form) if stage is Stage.ACKNOWLEDGEMENT else [],
    }
    return page(request, "web/handovers/paper.html", context, status=form.answer_status)


@reads
def scan(request: ViewerRequest, statement_id: UUID) -> HttpResponse:
    """The scanned paper, as a file to keep: never shown inside a page of ours."""
    content = transfers.scan(request.viewer, statement_id)
    kind, ending = kind_of_scan(content) or ("application/octet-stream", "bin")
    name = f"paper-{str(statement_id)[:8]}.{ending}"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


urlpatterns = [
    path("handovers/<uuid:handover_id>/paper/<str:step>", paper, name="paper"),
    path("statements/<uuid:statement_id>/scan", scan, name="scan"),
]
