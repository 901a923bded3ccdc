"""Lists of people that come in as files: upload, say what the columns mean, look at what it gives, confirm, watch."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sijill.domain.access import queries as access
from sijill.domain.access.rules import Act, NotAllowed, Refused, Viewer
from sijill.domain.people import actions as people_actions
from sijill.domain.people import queries as people
from sijill.domain.people.columns import Field
from sijill.domain.people.lists import COLUMNS_MAX, FILE_MAX
from sijill.domain.people.queries import ImportRow, Preview
from sijill.interfaces.web import list_sentences, sentences, words
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, acts, page, reads, reads_and_acts, to
from sijill.interfaces.web.forms import ActForm, LocalDateTimeField
from sijill.interfaces.web.pages.reporting import local_now
from sijill.interfaces.web.pages.standing import gazetteer, own_facilities

OVER = ("done", "cancelled", "failed")
LISTED_MAX = 50
LOOK_AGAIN_SECONDS = "2"


class UploadForm(ActForm):
    """Which file, of people held where."""

    place = forms.ChoiceField(label=_("Where these people are held"))
    file = forms.FileField(
        label=_("The list"),
        help_text=_("CSV or Excel (.xlsx), up to 25,000 rows and 10 MB. The file is kept with its hash."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )  # fmt: skip

    def clean_file(self) -> Any:
        """A file that is too large is not read into memory."""
        given = self.cleaned_data["file"]
        if given.size > FILE_MAX:
            raise forms.ValidationError(sentences.refusal(Refused("file-too-large", limit=FILE_MAX // 1024**2)))
        return given


class ConfirmForm(ActForm):
    """Since when the people of the list are there, for rows that say nothing of their own."""

    occurred_at = LocalDateTimeField(label=_("Held there since, where the list does not say"))


@reads_and_acts
def lists(request: ViewerRequest) -> HttpResponse:
    """Upload a list; and the lists that came before."""
    viewer = request.viewer
    if not viewer.may(Act.IMPORT_LIST):
        raise NotAllowed(Act.IMPORT_LIST)
    form = UploadForm(request.POST, files=request.FILES) if request.method == "POST" else UploadForm()
    form.fields["place"].choices = _places(viewer)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            return act_once(request, "upload-list", lambda key: _upload(request, form, key))
        except Refused as refusal:
            form.refuse(refusal, "file")
    rows = people.imports(viewer, limit=LISTED_MAX)
    here, users = gazetteer(viewer), access.user_names(viewer, {row.by for row in rows})
    earlier = [(row, here.facilities.get(row.facility_id), users.get(row.by, "")) for row in rows]
    context = {"form": form, "earlier": earlier}
    return page(request, "web/imports/lists.html", context, status=form.answer_status)


def _places(viewer: Viewer) -> list[tuple[str, Any]]:
    """ "authority:facility" pairs for which the viewer may import; one group for each authority."""
    here = gazetteer(viewer)
    language = viewer.language
    found: list[tuple[str, Any]] = [("", _("choose"))]
    for authority_id in viewer.authorities(Act.IMPORT_LIST):
        rows = own_facilities(viewer, Act.IMPORT_LIST, authority_id)
        choices = [(f"{authority_id}:{row.id}", f"{row.name(language)} ({row.code})") for row in rows]
        found.append((here.authorities[authority_id].name(language), choices))
    return found


def _upload(request: ViewerRequest, form: UploadForm, key: UUID) -> str:
    authority_id, facility_id = (int(part) for part in form.cleaned_data["place"].split(":"))
    given = form.cleaned_data["file"]
    uploaded = people_actions.upload_list(
        import_id=key, authority_id=authority_id, facility_id=facility_id, filename=given.name or "",
        content=given.read(), by=request.viewer, at=request.at,
    )  # fmt: skip
    if uploaded.repeated:
        messages.info(request, gettext("This very file is here already, for the same place. Nothing was changed."))
    return _address(uploaded.import_id)


@reads
def one(request: ViewerRequest, import_id: UUID) -> HttpResponse:
    """One list: its columns while it waits for a decision, its progress while it runs, its result afterwards."""
    row = people.list_import(request.viewer, import_id)
    if row.state == "uploaded":
        return _columns(request, people.preview(request.viewer, import_id))
    still, moving = "still" in request.GET, row.state not in OVER
    answer = page(request, "web/imports/progress.html", _context(request, row) | {"moving": moving, "still": still})
    if moving and not still:
        answer["Refresh"] = LOOK_AGAIN_SECONDS  # whoever reads slowly turns it off on the page
    return answer


def _context(request: ViewerRequest, row: ImportRow) -> dict[str, Any]:
    here = gazetteer(request.viewer)
    return {
        "row": row,
        "place": here.facilities.get(row.facility_id),
        "authority": here.authorities.get(row.authority_id),
        "may_import": request.viewer.may(Act.IMPORT_LIST, authority_id=row.authority_id, facility_id=row.facility_id),
        "kept_out": sum(not p.is_warning for p in row.problems),
        "problems": [(p, list_sentences.problem(p.code)) for p in row.problems],
        "why": sentences.refusal(Refused(row.reason)) if row.reason in sentences.REFUSALS else "",
    }


def _columns(request: ViewerRequest, preview: Preview, *, status: int = 200) -> HttpResponse:
    """What the columns mean: guessed from their headers, to be changed or left."""
    context = _context(request, preview.list_import) | {
        "columns": preview.columns,
        "fields": [(f.value, words.word("field", f.value)) for f in Field],
        "not_understood": [c.header for c in preview.columns if c.field is None and c.header],
        "wrong": sentences.refusal(Refused(preview.mapping_flaw)) if status != 200 else "",
        "notes": [list_sentences.note(code) for code in preview.notes],
    }
    return page(request, "web/imports/columns.html", context, status=status)


@acts
def preview(request: ViewerRequest, import_id: UUID) -> HttpResponse:
    """What these columns would give: counts, the first rows, every problem in words. Nothing is written."""
    return _preview(request, import_id, None)


def _preview(request: ViewerRequest, import_id: UUID, form: ConfirmForm | None) -> HttpResponse:
    row = people.list_import(request.viewer, import_id)
    if row.state != "uploaded":
        return to(_address(import_id))
    mapping = _mapping(request)
    found = people.preview(request.viewer, import_id, mapping=mapping)
    if found.mapping_flaw:
        return _columns(request, found, status=422)
    context = _context(request, row) | {
        "preview": found,
        "kept_out": found.with_errors,
        "mapping": [(c.index, mapping[c.index].value) for c in found.columns if c.index in mapping],
        "problems": [(p, list_sentences.problem(p.code)) for p in found.problems],
        "notes": [list_sentences.note(code) for code in found.notes],
        "form": form or ConfirmForm(initial={"occurred_at": local_now(request.at)}),
    }
    return page(request, "web/imports/preview.html", context, status=form.answer_status if form else 200)


def _mapping(request: ViewerRequest) -> dict[int, Field]:
    """The meaning of each column as the form says it; "" is a column that nobody reads."""
    fields = {f.value for f in Field}
    given = ((index, request.POST.get(f"column-{index}", "")) for index in range(COLUMNS_MAX))
    return {index: Field(value) for index, value in given if value in fields}


@acts
def confirm(request: ViewerRequest, import_id: UUID) -> HttpResponse:
    """Let the list in: the worker writes it row by row in the background."""
    form = ConfirmForm(request.POST)
    if form.is_valid():

        def do(key: UUID) -> str:
            occurred_at: datetime = form.cleaned_data["occurred_at"]
            people_actions.confirm_list(
                import_id=import_id,
                mapping=_mapping(request),
                occurred_at=occurred_at,
                by=request.viewer,
                at=request.at,
            )
            return _address(import_id)

        try:
            return act_once(request, "confirm-list", do)
        except Refused as refusal:
            form.refuse(refusal)
    return _preview(request, import_id, form)


@acts
def cancel(request: ViewerRequest, import_id: UUID) -> HttpResponse:
    """Stop a list: what is written stays written, and is said."""

    def do(key: UUID) -> str:
        people_actions.cancel_list(import_id=import_id, by=request.viewer, at=request.at)
        return _address(import_id)

    return act_once(request, "cancel-list", do)


def _address(import_id: UUID) -> str:
    return reverse("import", args=[import_id])


urlpatterns = [
    path("import", lists, name="imports"),
    path("import/<uuid:import_id>", one, name="import"),
    path("import/<uuid:import_id>/preview", preview, name="import-preview"),
    path("import/<uuid:import_id>/confirm", confirm, name="confirm-import"),
    path("import/<uuid:import_id>/cancel", cancel, name="cancel-import"),
]
