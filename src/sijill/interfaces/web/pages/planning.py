"""Planning a batch, beside the decisions it has to satisfy."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import Act, NotAllowed, Refused
from sijill.domain.transfers import actions as transfers_actions
from sijill.domain.transfers import queries as transfers
from sijill.domain.transfers.queries import OperationRow
from sijill.domain.transfers.rules import DecisionRow, Proposal, objections
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, page, reads_and_acts
from sijill.interfaces.web.forms import ActForm, DayField
from sijill.interfaces.web.pages.movement import Directory, directory, objection


class PlanForm(ActForm):
    """A batch as planned."""

    operation = forms.TypedChoiceField(label=_("Operation"), coerce=UUID)
    sender = forms.TypedChoiceField(label=_("From: who hands over"), coerce=int)
    carrier = forms.TypedChoiceField(label=_("Carrier"), coerce=int)
    receiver = forms.TypedChoiceField(label=_("To: who receives"), coerce=int)
    origin = forms.TypedChoiceField(label=_("They leave from"), coerce=int)
    planned_on = DayField(label=_("Day"))
    size = forms.IntegerField(label=_("How many people at most"), min_value=1, max_value=100_000)


@reads_and_acts
def plan(request: ViewerRequest) -> HttpResponse:
    """Plan a batch; what the decisions hold against it is said with their papers."""
    viewer, names = request.viewer, directory(request)
    if not viewer.may(Act.PLAN_BATCH):
        raise NotAllowed(Act.PLAN_BATCH)
    operations = transfers.operations(viewer)
    form = _plan_form(request, names, operations)
    against: list[str] = []
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data

        def make(key: UUID) -> str:
            transfers_actions.plan_batch(
                batch_id=key, operation_id=given["operation"], sender_id=given["sender"],
                carrier_id=given["carrier"], receiver_id=given["receiver"], origin_id=given["origin"],
                planned_on=given["planned_on"], size=given["size"], by=viewer, at=request.at,
            )  # fmt: skip
            return reverse("batch", args=[key])

        try:
            return act_once(request, "plan-batch", make)
        except Refused as refusal:
            form.refuse(refusal)
            said = form.non_field_errors()
            against = [sentence for sentence in _plan_objections(request, given) if sentence not in said]
    context = {"form": form, "objections": against, "operations": _in_force(request, operations, names)}
    return page(request, "web/batches/plan.html", context, status=form.answer_status)


def _plan_form(request: ViewerRequest, names: Directory, operations: list[OperationRow]) -> PlanForm:
    viewer, language = request.viewer, get_language() or "en"
    form = PlanForm(request.POST if request.method == "POST" else None)
    own = set(viewer.authorities(Act.PLAN_BATCH))
    parties = sorted({a for o in operations for a in o.parties})
    choices: dict[str, list[tuple[object, str]]] = {
        "operation": [(o.id, o.name(language)) for o in operations],
        "sender": [(a, names.name_of(a)) for a in parties if a in own],
        "carrier": [(a, names.name_of(a)) for a in parties],
        "receiver": [(a, names.name_of(a)) for a in parties],
        "origin": [(f.id, f.name(language)) for f in names.facilities.values() if f.authority_id in own],
    }
    for field, found in choices.items():
        form.fields[field].choices = found if len(found) == 1 else [("", "—"), *found]  # type: ignore[attr-defined]
    return form


def _plan_objections(request: ViewerRequest, given: dict[str, Any]) -> list[str]:
    """All that the decisions hold against the plan, not only the first thing the action stumbled over."""
    already = transfers.people_planned(request.viewer, given["operation"])
    proposal = Proposal(given["sender"], given["receiver"], given["size"], already=already)
    return [objection(o) for o in objections(transfers.decisions(request.viewer, given["operation"]), proposal)]


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision with the rows its ids name."""

    row: DecisionRow
    senders: list[AuthorityRow]
    receivers: list[AuthorityRow]


def decision_views(rows: tuple[DecisionRow, ...], names: Directory) -> list[DecisionView]:
    """Decisions as a page shows them."""
    who = names.authorities
    return [
        DecisionView(d, [who[a] for a in d.scope.senders if a in who], [who[a] for a in d.scope.receivers if a in who])
        for d in rows
    ]


def _in_force(
    request: ViewerRequest, operations: list[OperationRow], names: Directory
) -> list[tuple[OperationRow, list[DecisionView], int]]:
    """Each operation with its decisions and how many people are planned already."""
    viewer = request.viewer
    return [
        (o, decision_views(transfers.decisions(viewer, o.id), names), transfers.people_planned(viewer, o.id))
        for o in operations
    ]


urlpatterns = [path("batches/plan", plan, name="plan-batch")]
