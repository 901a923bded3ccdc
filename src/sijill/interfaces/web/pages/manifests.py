"""The manifest of one vehicle: who is on it, adding people from the roll of the origin, the seal."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sijill.domain.access.rules import Act, Refused, Viewer, require
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.rules import AccountKind
from sijill.domain.people import queries as people
from sijill.domain.places.rules import FacilityRow
from sijill.domain.transfers import actions as transfers_actions
from sijill.domain.transfers import queries as transfers
from sijill.domain.transfers.queries import BatchRow, HandoverRow, ManifestLineRow, ManifestRow
from sijill.domain.transfers.rules import MANIFEST_PEOPLE_MAX, BatchState, HandoverState, Proposal, objections
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, acts, page, reads
from sijill.interfaces.web.forms import ActForm
from sijill.interfaces.web.pages.movement import (
    CancelForm,
    PersonView,
    SigningForm,
    directory,
    objection,
    open_session_if_asked,
    people_by_id,
    show_refusal,
    without_password,
)

FOUND_MAX = 50
ROLL_STEP = 500
DRAWABLE = (BatchState.PLANNED, BatchState.AUTHORISED, BatchState.CLEARED)


class FirstForm(ActForm):
    """The first so many of the roll."""

    count = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, max_value=MANIFEST_PEOPLE_MAX)


class ReferencesForm(ActForm):
    """References pasted from another list."""

    references = forms.CharField(
        label=gettext_lazy("References, one in a line"),
        help_text=gettext_lazy("Register numbers, or numbers given by an earlier holder."),
        widget=forms.Textarea(attrs={"rows": 6, "dir": "ltr", "spellcheck": "false"}),
        max_length=40_000,
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What a search among the people at the origin gave: who may be put on the manifest."""

    people: list[PersonView]
    elsewhere: int  # found, but not held at the origin
    taken: int  # found, but on an open manifest


@reads
def manifest(request: ViewerRequest, manifest_id: UUID) -> HttpResponse:
    """One manifest."""
    return _show(request, transfers.manifest(request.viewer, manifest_id))


def _changing(request: ViewerRequest, manifest_id: UUID) -> ManifestRow:
    """A manifest of the viewer's own authority; NotAllowed for the other custodians, who only read it."""
    row = transfers.manifest(request.viewer, manifest_id)
    sender = transfers.batch(request.viewer, row.batch_id).sender_id
    require(request.viewer, Act.SEAL_MANIFEST, authority_id=sender)
    return row


@acts
def search(request: ViewerRequest, manifest_id: UUID) -> HttpResponse:
    """Look for people at the origin. What was typed stays out of every address."""
    row = _changing(request, manifest_id)
    text = request.POST.get("text", "")[:200]
    return _show(request, row, found=_found(request, row, text), text=text)


def _found(request: ViewerRequest, row: ManifestRow, text: str) -> Found:
    batch = transfers.batch(request.viewer, row.batch_id)
    hits = [hit.id for hit in people.search(request.viewer, text, limit=FOUND_MAX)]
    here = _held_here(request, batch, hits)
    taken = transfers.open_manifest_of(request.viewer, hits)
    free = [hit for hit in hits if hit in here and hit not in taken]
    return Found(
        list(people_by_id(request, free).values()), len([h for h in hits if h not in here]), len(here & set(taken))
    )


def _held_here(request: ViewerRequest, batch: BatchRow, ids: list[UUID]) -> set[UUID]:
    """Those of them who stand held at the batch's origin in the sender's book."""
    return {
        w.subject_id
        for w in ledger.where(request.viewer, ids)
        if w.account.book_id == batch.sender_id
        and w.account.kind is AccountKind.HELD
        and w.account.facility_id == batch.origin_id
    }


@acts
def add(request: ViewerRequest, manifest_id: UUID) -> HttpResponse:
    """Put the ticked people on the manifest."""
    row = _changing(request, manifest_id)
    return _adding(request, row, ActForm(request.POST), lambda: _ids(request.POST.getlist("subject")))


@acts
def add_first(request: ViewerRequest, manifest_id: UUID) -> HttpResponse:
    """Put the first so many of the origin's roll on the manifest."""
    row = _changing(request, manifest_id)
    form = FirstForm(request.POST)
    return _adding(request, row, form, lambda: _first(request, row, form.cleaned_data["count"]))


@acts
def add_references(request: ViewerRequest, manifest_id: UUID) -> HttpResponse:
    """Put people on the manifest by pasted references: all of them, or none and the lines that name nobody."""
    row = _changing(request, manifest_id)
    form = ReferencesForm(request.POST)
    return _adding(request, row, form, lambda: _referred(request, form))


def _adding(request: ViewerRequest, row: ManifestRow, form: ActForm, choose: Callable[[], list[UUID]]) -> HttpResponse:
    def do(key: UUID) -> str:
        chosen = choose()
        if not chosen:
            raise Refused("nobody-chosen")
        transfers_actions.add_lines(manifest_id=row.id, subject_ids=chosen, by=request.viewer, at=request.at)
        return reverse("manifest", args=[row.id])

    return _answer(request, row, form, "add-lines", do)


def _ids(texts: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts[:MANIFEST_PEOPLE_MAX]]
    except ValueError:
        raise Refused("nobody-chosen") from None


def _first(request: ViewerRequest, row: ManifestRow, count: int) -> list[UUID]:
    """The first so many who are held at the origin and on no open manifest, in the order of the roll."""
    batch = transfers.batch(request.viewer, row.batch_id)
    chosen: list[UUID] = []
    after: UUID | None = None
    while len(chosen) < count:
        roll = ledger.roll(request.viewer, batch.origin_id, at=request.at, after=after, limit=ROLL_STEP)
        if not roll:
            break
        after = roll[-1].subject_id
        here = [
            r.subject_id
            for r in roll
            if not r.is_tally and r.account.kind is AccountKind.HELD and r.account.book_id == batch.sender_id
        ]
        taken = transfers.open_manifest_of(request.viewer, here)
        seen = people.seen_among(request.viewer, here)  # whom he may not see he cannot show to the carrier either
        chosen += [i for i in here if i in seen and i not in taken]
    if len(chosen) < count:
        raise Refused("roll-too-short", n=len(chosen))
    return chosen[:count]


def _referred(request: ViewerRequest, form: ReferencesForm) -> list[UUID]:
    lines = [line.strip() for line in form.cleaned_data["references"].splitlines() if line.strip()]
    if len(lines) > MANIFEST_PEOPLE_MAX:
        raise Refused("manifest-too-long", limit=MANIFEST_PEOPLE_MAX)
    named = {line: people.find_reference(request.viewer, line) for line in dict.fromkeys(lines)}
    unknown = [line for line, subject in named.items() if subject is None]
    for line in unknown[:20]:
        form.add_error("references", _("Names nobody you may see, or more than one: %(line)s") % {"line": line[:64]})
    if unknown:
        raise Refused("references-unknown", n=len(unknown))
    return [subject for subject in named.values() if subject is not None]


@acts
def remove(request: ViewerRequest, manifest_id: UUID) -> HttpResponse:
    """Take one person off a draft."""
    row = _changing(request, manifest_id)

    def do(key: UUID) -> str:
        for subject in _ids(request.POST.getlist("subject"))[:1]:
            transfers_actions.remove_line(manifest_id=row.id, subject_id=subject, by=request.viewer, at=request.at)
        return reverse("manifest", args=[row.id])

    return _answer(request, row, ActForm(request.POST), "remove-line", do)


@acts
def seal(request: ViewerRequest, manifest_id: UUID) -> HttpResponse:
    """Seal the manifest, in a signing session of the sender."""
    row = _changing(request, manifest_id)
    sender = transfers.batch(request.viewer, row.batch_id).sender_id
    form = without_password(SigningForm(request.POST), request, sender)

    def do(key: UUID) -> str:
        open_session_if_asked(request, form, sender, key)
        transfers_actions.seal_manifest(manifest_id=row.id, by=request.viewer, at=request.at)
        return reverse("manifest", args=[row.id])

    return _answer(request, row, form, "seal-manifest", do)


def _answer(
    request: ViewerRequest, row: ManifestRow, form: ActForm, what: str, do: Callable[[UUID], str]
) -> HttpResponse:
    if form.is_valid():
        try:
            return act_once(request, what, do)
        except Refused as refusal:
            show_refusal(request, form, refusal)
    return _show(request, row, form=form)


@acts
def cancel(request: ViewerRequest, manifest_id: UUID) -> HttpResponse:
    """Cancel this manifest alone; a reason is asked."""
    row = _changing(request, manifest_id)
    form = CancelForm(request.POST)

    def do(key: UUID) -> str:
        note = form.cleaned_data["note"]
        transfers_actions.cancel_manifest(manifest_id=row.id, note=note, by=request.viewer, at=request.at)
        return reverse("manifest", args=[row.id])

    return _answer(request, row, form, "cancel-manifest", do)


def _show(
    request: ViewerRequest,
    row: ManifestRow,
    *,
    form: ActForm | None = None,
    found: Found | None = None,
    text: str = "",
) -> HttpResponse:
    """The manifest's page, with the form that was refused, or with what a search found."""
    viewer, names = request.viewer, directory(request)
    batch = transfers.batch(viewer, row.batch_id)
    lines = transfers.manifest_lines(viewer, row.id)
    known = people_by_id(request, [line.subject_id for line in lines])
    may_draw = viewer.may(Act.SEAL_MANIFEST, authority_id=batch.sender_id)
    draft = row.state == "draft" and batch.state in DRAWABLE
    handovers = transfers.handovers(viewer, manifest_id=row.id)
    still_here = row.state != "cancelled" and all(h.state is HandoverState.EXPECTED for h in handovers)
    all_manifests = transfers.manifests(viewer, batch.id) if may_draw and draft else []
    context = {
        "here": "batches",
        "manifest": row,
        "batch": batch,
        "sender": names.authorities[batch.sender_id],
        "carrier": names.authorities[batch.carrier_id],
        "receiver": names.authorities[batch.receiver_id],
        "origin": names.facilities[batch.origin_id],
        "destination": names.facilities[row.destination_id],
        "lines": [(line, known[line.subject_id]) for line in lines],
        "handovers": handovers,
        "next_handover": _next_for(viewer, handovers),
        "room": batch.size - sum(m.people for m in all_manifests if m.state != "cancelled"),
        "may_change": may_draw and draft,
        "may_seal": may_draw and draft and batch.state is not BatchState.PLANNED,
        "objections": _against(request, batch, names.facilities[row.destination_id], lines) if draft else [],
        "refused": form if type(form) is ActForm or (isinstance(form, CancelForm) and not still_here) else None,
        "first_form": form if isinstance(form, FirstForm) else FirstForm(),
        "references_form": form if isinstance(form, ReferencesForm) else ReferencesForm(),
        "cancel_form": (form if isinstance(form, CancelForm) else CancelForm()) if may_draw and still_here else None,
        "seal_form": _seal_form(request, form, batch) if may_draw and draft else None,
        "found": found,
        "text": text,
        "opened": type(form).__name__ if form else "",
    }
    return page(request, "web/batches/manifest.html", context, status=form.answer_status if form else 200)


def _next_for(viewer: Viewer, handovers: list[HandoverRow]) -> UUID | None:
    """The handover whose next signature is the viewer's, else the one that is under way, else none."""
    under_way = [h for h in handovers if h.state is not HandoverState.ACKNOWLEDGED]
    begun = [h for h in under_way if h.ordinal == 1 or h.state is not HandoverState.EXPECTED or h is under_way[0]]
    for h in begun:
        turn = h.giver_id if h.state in (HandoverState.EXPECTED, HandoverState.NAMED) else h.receiver_id
        if viewer.may(Act.SIGN_HANDOVER, authority_id=turn):
            return h.id
    return under_way[0].id if under_way else None


def _seal_form(request: ViewerRequest, form: ActForm | None, batch: BatchRow) -> ActForm:
    return form if isinstance(form, SigningForm) else without_password(SigningForm(), request, batch.sender_id)


def _against(request: ViewerRequest, batch: BatchRow, facility: FacilityRow, lines: list[ManifestLineRow]) -> list[str]:
    """What the decisions hold against sealing this list for this place: the rule the action asks too."""
    codes = ledger.categories(request.viewer, [line.subject_id for line in lines])
    already = transfers.people_planned(request.viewer, batch.operation_id, besides=batch.id)
    proposal = Proposal(
        batch.sender_id, batch.receiver_id, batch.size, already, facility.region, facility.kind.value,
        frozenset(c.nationality for c in codes), frozenset(c.age_class for c in codes), frozenset(c.sex for c in codes),
    )  # fmt: skip
    return [objection(o) for o in objections(transfers.decisions(request.viewer, batch.operation_id), proposal)]


urlpatterns = [
    path("manifests/<uuid:manifest_id>", manifest, name="manifest"),
    path("manifests/<uuid:manifest_id>/search", search, name="manifest-search"),
    path("manifests/<uuid:manifest_id>/add", add, name="manifest-add"),
    path("manifests/<uuid:manifest_id>/add-first", add_first, name="manifest-add-first"),
    path("manifests/<uuid:manifest_id>/add-references", add_references, name="manifest-add-references"),
    path("manifests/<uuid:manifest_id>/remove", remove, name="manifest-remove"),
    path("manifests/<uuid:manifest_id>/seal", seal, name="manifest-seal"),
    path("manifests/<uuid:manifest_id>/cancel", cancel, name="manifest-cancel"),
]
