"""Sheets for the road: the manifest and the count sheet, Arabic and English side by side, to be scanned back in."""

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import segno
from django.http import HttpResponse
from django.urls import path
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_noop

from sijill.domain.access.queries import AuthorityRow
from sijill.domain.places.rules import FacilityRow
from sijill.domain.transfers import queries as transfers
from sijill.domain.transfers.queries import HandoverRow, ManifestRow
from sijill.domain.transfers.rules import HandoverState
from sijill.interfaces.web import words
from sijill.interfaces.web.answering import ViewerRequest, page, reads
from sijill.interfaces.web.pages.drafts import SAYABLE
from sijill.interfaces.web.pages.movement import Directory, directory, people_by_id

SIDES = ("en", "ar")
SPARE_LINES = 6
_ONE_MASK = 2  # any mask is valid; trying all eight for 500 lines would take seconds

# Both languages stand on one sheet, whatever the reader's own language is.
LABELS = {
    "manifest": gettext_noop("Manifest"),
    "count_sheet": gettext_noop("Count sheet"),
    "draft": gettext_noop("DRAFT: not sealed"),
    "code": gettext_noop("Code"),
    "batch": gettext_noop("Batch"),
    "day": gettext_noop("Day"),
    "vehicle": gettext_noop("Vehicle"),
    "origin": gettext_noop("They leave from"),
    "destination": gettext_noop("Destination"),
    "handover": gettext_noop("Handover"),
    "gives": gettext_noop("Gives"),
    "receives": gettext_noop("Receives"),
    "people": gettext_noop("People"),
    "sealed": gettext_noop("Sealed"),
    "hash": gettext_noop("SHA-256 of the sealed list"),
    "no": gettext_noop("No."),
    "number": gettext_noop("Register number"),
    "name": gettext_noop("Name"),
    "signer": gettext_noop("Name of the one who signs"),
    "capacity": gettext_noop("As what: rank, office"),
    "time": gettext_noop("Date and time"),
    "signature": gettext_noop("Signature"),
    "giver_signs": gettext_noop("The giver presents these people"),
    "receiver_signs": gettext_noop("The receiver signs count and names"),
    "alive": gettext_noop("People alive"),
    "injured": gettext_noop("Of these, injured"),
    "dead": gettext_noop("Dead, besides"),
    "cross_out": gettext_noop("Cross out one box for each person who passes"),
    "besides": gettext_noop("People present who are on no line"),
    "remark": gettext_noop("Remark"),
    "differs": gettext_noop("Difference from the manifest"),
}


@dataclass(frozen=True, slots=True)
class Both:
    """One text in the two languages of the sheet."""

    en: str
    ar: str


def both(text: str) -> Both:
    """A text of the catalogue in English and Arabic."""
    said = {}
    for language in SIDES:
        with translation.override(language):
            said[language] = gettext(text)
    return Both(said["en"], said["ar"])


def both_names(row: AuthorityRow | FacilityRow) -> Both:
    """A name in English and Arabic; where one is missing, the other stands alone."""
    english = row.name("en")
    arabic = row.names.get("ar", "")
    return Both(english, arabic)


def both_words(group: str, code: str) -> Both:
    """The word for a code in the two languages."""
    said = {}
    for language in SIDES:
        with translation.override(language):
            said[language] = words.word(group, code)
    return Both(said["en"], said["ar"])


@lru_cache(maxsize=4096)  # a sheet is printed more than once, and drawing is most of its time
def qr(text: str) -> SafeString:
    """A code as a picture that stands in the page itself. Only our own references go in, never what people wrote."""
    made = segno.make(text, error="m", micro=False, mask=_ONE_MASK)
    return mark_safe(made.svg_inline(border=1, omitsize=True, svgclass=None, lineclass=None))  # noqa: S308


@reads
def manifest_print(request: ViewerRequest, manifest_id: UUID) -> HttpResponse:
    """The manifest with a tick column for every outcome and the signatures of both sides."""
    row = transfers.manifest(request.viewer, manifest_id)
    lines = transfers.manifest_lines(request.viewer, row.id)
    shown = people_by_id(request, [line.subject_id for line in lines])
    context = _head(request, row) | {
        "lines": [(x.no, shown[x.subject_id], qr(n) if (n := shown[x.subject_id].number) else "") for x in lines],
        "outcomes": [both_words("outcome", code.value) for code in SAYABLE],
        "spare": range(len(lines) + 1, len(lines) + SPARE_LINES + 1),
    }
    return page(request, "web/prints/manifest.html", context)


@reads
def count_sheet(request: ViewerRequest, manifest_id: UUID) -> HttpResponse:
    """A sheet to count by: a box for every person, the three numbers, the signature. No names on it."""
    row = transfers.manifest(request.viewer, manifest_id)
    boxes = range(1, row.people + 1)
    context = _head(request, row) | {"boxes": [boxes[i : i + 10] for i in range(0, len(boxes), 10)], "spare": range(10)}
    return page(request, "web/prints/count_sheet.html", context)


def _head(request: ViewerRequest, row: ManifestRow) -> dict[str, object]:
    batch, names = transfers.batch(request.viewer, row.batch_id), directory(request)
    t = {key: both(text) for key, text in LABELS.items()}
    chain = [h for h in transfers.handovers(request.viewer, batch_id=batch.id) if h.manifest_id == row.id]
    handover = _wanted(chain, request.GET.get("handover", ""))
    giver_id, receiver_id = (
        (handover.giver_id, handover.receiver_id) if handover else (batch.sender_id, batch.carrier_id)
    )
    facts = [
        (t["batch"], batch.code, None),
        (t["day"], f"{batch.planned_on:%Y-%m-%d}", None),
        (t["vehicle"], row.vehicle, None),
        (t["people"], str(row.people), None),
        (t["origin"], "", _place(names, batch.origin_id)),
        (t["destination"], "", _place(names, row.destination_id)),
        (t["gives"], "", both_names(names.authorities[giver_id])),
        (t["receives"], "", both_names(names.authorities[receiver_id])),
    ]
    return {
        "manifest": row,
        "t": t,
        "facts": facts,
        "code_qr": qr(row.code),
        "chain": chain,
        "handover": handover,
        "ordinal": handover.ordinal if handover else 1,
    }


def _place(names: Directory, facility_id: int) -> Both:
    return both_names(names.facilities[facility_id])


def _wanted(chain: list[HandoverRow], ordinal: str) -> HandoverRow | None:
    """The handover the sheet is for: the one asked for, else the first that is not finished."""
    asked = [h for h in chain if str(h.ordinal) == ordinal]
    unfinished = [h for h in chain if h.state is not HandoverState.ACKNOWLEDGED]
    return next(iter(asked or unfinished or chain), None)


urlpatterns = [
    path("manifests/<uuid:manifest_id>/print", manifest_print, name="manifest-print"),
    path("manifests/<uuid:manifest_id>/count-sheet", count_sheet, name="manifest-count-sheet"),
]
