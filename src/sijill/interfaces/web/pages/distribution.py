"""Distribution: prisons by region, what they may hold, who is there, who is coming; excluded regions with the rule."""

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sijill.domain.access import queries as access
from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import Act, NotAllowed, Refused, Viewer
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.queries import BoardRow
from sijill.domain.ledger.rules import AccountKind
from sijill.domain.places import queries as places
from sijill.domain.places.rules import CapacityKind, CapacityRow, FacilityKind, FacilityRow, in_region
from sijill.domain.transfers import actions as transfers_actions
from sijill.domain.transfers import queries as transfers
from sijill.domain.transfers.queries import BatchRow, ExclusionRow, TakenRow
from sijill.domain.transfers.rules import BatchState
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, page, reads_and_acts
from sijill.interfaces.web.forms import ActForm

HOLDING = (
    FacilityKind.PRISON, FacilityKind.DETENTION_CENTRE, FacilityKind.JUVENILE_CENTRE, FacilityKind.HUB,
    FacilityKind.CAMP,
)  # fmt: skip
DRAWABLE = (BatchState.PLANNED, BatchState.AUTHORISED, BatchState.CLEARED)
MOVES = (Act.RECORD_CUSTODY, Act.PLAN_BATCH, Act.SETTLE_FINDING)  # duties that know of movements before they arrive


class TryForm(ActForm):
    """Send a vehicle of a batch somewhere: the decisions answer."""

    batch = forms.TypedChoiceField(label=_("Batch"), coerce=UUID)
    destination = forms.TypedChoiceField(label=_("To"), coerce=int)
    vehicle = forms.CharField(label=_("Vehicle"), max_length=60, initial="1")


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One place. None is "not known to this viewer", never nought."""

    place: FacilityRow
    owner: AuthorityRow | None
    certified: CapacityRow | None
    maximum: CapacityRow | None
    working: CapacityRow | None
    present: int | None
    stated: int
    reserved: int | None
    on_the_way: int | None
    displaced: int | None
    exclusions: tuple[ExclusionRow, ...]

    @property
    def free(self) -> int | None:
        """working - present - reserved, when all three are known."""
        if self.working is None or self.present is None or self.reserved is None:
            return None
        return self.working.places - self.present - self.reserved


@dataclass(frozen=True, slots=True)
class Region:
    """The places of one region, and the decisions that exclude it."""

    code: str
    lines: tuple[PlaceLine, ...]
    exclusions: tuple[ExclusionRow, ...]


@reads_and_acts
def distribution(request: ViewerRequest) -> HttpResponse:
    """Who may still be sent where. A try to draw a manifest is answered on this page, refused in words."""
    viewer, rows = request.viewer, places.facilities(request.viewer)
    holding = [row for row in rows if row.kind in HOLDING]
    excluded = transfers.exclusions(viewer)
    form = _try_form(request, holding)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            return act_once(request, "draw-manifest", lambda key: _draw(request, form, key))
        except Refused as refusal:
            form.refuse(refusal)
    context = {
        "regions": _regions(viewer, holding, excluded),
        "form": form,
        "exclusions": excluded,
    }
    return page(request, "web/distribution/distribution.html", context, status=form.answer_status if form else 200)


def _draw(request: ViewerRequest, form: TryForm, key: UUID) -> str:
    given = form.cleaned_data
    transfers_actions.draw_manifest(
        manifest_id=key, batch_id=given["batch"], vehicle=given["vehicle"], destination_id=given["destination"],
        by=request.viewer, at=request.at,
    )  # fmt: skip
    return reverse("manifest", args=[key])


def _try_form(request: ViewerRequest, holding: list[FacilityRow]) -> TryForm | None:
    """The form, for those who draw manifests of a batch that may still be drawn up."""
    viewer = request.viewer
    if not viewer.may(Act.SEAL_MANIFEST):
        if request.method == "POST":
            raise NotAllowed(Act.SEAL_MANIFEST)
        return None
    batches: list[BatchRow] = [
        row for row in transfers.batches(viewer, states=DRAWABLE)
        if viewer.may(Act.SEAL_MANIFEST, authority_id=row.sender_id)
    ]  # fmt: skip
    form = TryForm(request.POST if request.method == "POST" else None)
    language = get_language() or "en"
    form.fields["batch"].choices = [(str(b.id), f"{b.code} · {b.planned_on} · {b.size}") for b in batches]  # type: ignore[attr-defined]
    form.fields["destination"].choices = [  # type: ignore[attr-defined]
        ("", _("choose")),
        *((f.id, f"{f.name(language)} ({f.region})") for f in holding),
    ]
    return form if batches or request.method == "POST" else None


def _regions(viewer: Viewer, holding: list[FacilityRow], excluded: list[ExclusionRow]) -> list[Region]:
    """Every region with its places, by code."""
    board = ledger.board(viewer)
    known = _Known(
        authorities={row.id: row for row in access.authorities(viewer)},
        capacities=places.capacities_in_force(viewer),
        present=_people(board, AccountKind.HELD),
        stated=_people(board, AccountKind.STATED),
        taken=transfers.reserved_by_facility(viewer),
        displaced=ledger.displaced(viewer),
        books=frozenset(ledger.books(viewer)),
        moves=frozenset(a for act in MOVES for a in viewer.authorities(act)),
    )
    by_region: dict[str, list[FacilityRow]] = {}
    for row in holding:
        by_region.setdefault(row.region, []).append(row)
    found = []
    for code, rows in sorted(by_region.items()):
        against = tuple(row for row in excluded if in_region(code, row.region))
        found.append(Region(code, tuple(_line(row, known, against) for row in rows), against))
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read once for all places."""

    authorities: dict[int, AuthorityRow]
    capacities: dict[int, list[CapacityRow]]
    present: dict[int, int]
    stated: dict[int, int]
    taken: dict[int, TakenRow]
    displaced: dict[int, int]
    books: frozenset[int]
    moves: frozenset[int]


def _people(board: list[BoardRow], kind: AccountKind) -> dict[int, int]:
    """People in accounts of this kind, by facility."""
    found: dict[int, int] = {}
    for row in board:
        if row.account.kind is kind and row.account.facility_id is not None:
            found[row.account.facility_id] = found.get(row.account.facility_id, 0) + row.persons + row.tallied
    return found


def _line(place: FacilityRow, known: _Known, against: tuple[ExclusionRow, ...]) -> PlaceLine:
    """A number that this viewer cannot know is None; nought is said only where he would see somebody."""
    numbers = {row.kind: row for row in known.capacities.get(place.id, [])}
    own, moves = place.authority_id in known.books, place.authority_id in known.moves
    taken = known.taken.get(place.id, TakenRow(0, 0) if moves else None)
    return PlaceLine(
        place=place, owner=known.authorities.get(place.authority_id or 0),
        certified=numbers.get(CapacityKind.CERTIFIED),
        maximum=numbers.get(CapacityKind.MAXIMUM), working=numbers.get(CapacityKind.WORKING),
        present=known.present.get(place.id, 0 if own else None), stated=known.stated.get(place.id, 0),
        reserved=taken.reserved if taken else None, on_the_way=taken.on_the_way if taken else None,
        displaced=known.displaced.get(place.id, 0 if own else None), exclusions=against,
    )  # fmt: skip


urlpatterns = [path("distribution", distribution, name="distribution")]
