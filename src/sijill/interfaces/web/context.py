"""What every page needs to know of the house."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sijill.domain.access.rules import Act, Viewer
from sijill.interfaces.web.notice import is_demo

TEXT_SIZES = 4
TEXT_COOKIE = "text_size"
OFFERED = ("en", "ar")  # Sorani is laid out, and names of places have it; it is offered once its sentences are there


@dataclass(frozen=True, slots=True)
class Way:
    """One entry of the navigation: where it leads, what it is called, and the act without which it is not shown."""

    name: str
    label: str | Promise
    address: str
    act: Act | None = None


# To add a page to the navigation, add a line here. The entry whose address begins the page's own (the longest such)
# is marked as where the reader is.
WAYS: list[Way] = [
    Way("board", _("Board"), "/"),
    Way("batches", _("Batches"), "/batches"),
    Way("places", _("Facilities"), "/places"),
    Way("people", _("People"), "/people", Act.READ_PEOPLE),
    Way("imports", _("Lists"), "/import", Act.IMPORT_LIST),
    Way("findings", _("Findings"), "/findings", Act.READ_COUNTS),
    Way("losses", _("Losses"), "/losses", Act.READ_PEOPLE),
    Way("distribution", _("Distribution"), "/distribution", Act.READ_COUNTS),
    Way("figures", _("Figures"), "/figures"),
    Way("sharing", _("Person-days"), "/sharing", Act.READ_COUNTS),
    Way("legal", _("Legal basis"), "/legal", Act.READ_COUNTS),
]


def ways(viewer: Viewer) -> list[Way]:
    """The entries this viewer's duties open."""
    return [way for way in WAYS if way.act is None or viewer.may(way.act)]


def here(path: str) -> str:
    """The name of the entry a page belongs to: the longest address that begins its path."""
    inside = [way for way in WAYS if path == way.address or path.startswith(way.address.rstrip("/") + "/")]
    return max(inside, key=lambda way: len(way.address)).name if inside else ""


def text_size(request: HttpRequest) -> int:
    """The reader's chosen step of text size, 0 to 3."""
    raw = request.COOKIES.get(TEXT_COOKIE, "0")
    return int(raw) if raw in {str(step) for step in range(TEXT_SIZES)} else 0


def house(request: HttpRequest) -> dict[str, object]:
    """Values for every template."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    size = text_size(request)
    return {
        "viewer": viewer,
        "at": getattr(request, "at", None),
        "demo": is_demo(viewer),
        "ways": ways(viewer) if viewer else [],
        "signs": bool(viewer and viewer.may(Act.SIGN_HANDOVER)),
        "here": here(request.path),
        "languages": [(code, name) for code, name in settings.LANGUAGES if code in OFFERED],
        "text_size": size,
        "text_smaller": size - 1 if size else None,
        "text_larger": size + 1 if size + 1 < TEXT_SIZES else None,
        "here_address": request.get_full_path() if request.method == "GET" else "/",
    }
