"""What the pages of a movement share: who and where by id, people by name, signing with the password on the spot."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid5

from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.contrib.auth import authenticate
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sijill.domain.access import actions as access_actions
from sijill.domain.access import queries as access
from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import Refused
from sijill.domain.people import queries as people
from sijill.domain.people.rules import PREFERRED_SCRIPT, PersonName
from sijill.domain.places import queries as places
from sijill.domain.places.rules import FacilityRow
from sijill.domain.transfers.rules import Objection
from sijill.interfaces.web import sentences, words
from sijill.interfaces.web.answering import ViewerRequest
from sijill.interfaces.web.forms import ActForm

DEVICE_MAX = 120
_LANGUAGE_OF = {"Arab": "ar", "Latn": "en"}


@dataclass(frozen=True, slots=True)
class Directory:
    """Authorities and facilities by id, read once for a page."""

    authorities: dict[int, AuthorityRow]
    facilities: dict[int, FacilityRow]

    def name_of(self, authority_id: int) -> str:
        """An authority's name in the reader's language."""
        return self.authorities[authority_id].name(get_language() or "en")


def directory(request: ViewerRequest) -> Directory:
    """Everybody and every place a page may have to name: two queries, however long the page."""
    return Directory(
        {row.id: row for row in access.authorities(request.viewer)},
        {row.id: row for row in places.facilities(request.viewer)},
    )


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person on a page: the number read aloud, the best name for this reader, the same name in other scripts."""

    id: UUID
    number: str
    best: tuple[str, str]  # (language, text)
    others: tuple[tuple[str, str], ...]


def person_view(subject_id: UUID, name: PersonName | None) -> PersonView:
    """How to show somebody; a person whose name the viewer may not read has none."""
    if name is None:
        return PersonView(subject_id, "", (get_language() or "en", _("name not shown to you")), ())
    if name.unknown_no is not None and not name.names:
        text = _("Unknown %(number)s of %(authority)s") % {"number": name.unknown_no, "authority": name.unknown_of}
        return PersonView(subject_id, name.register_number, (get_language() or "en", text), ())
    wanted = PREFERRED_SCRIPT.get(get_language() or "en", "Latn")
    ordered = sorted(name.names, key=lambda pair: pair[0] != wanted)
    shown = tuple((_LANGUAGE_OF.get(script, ""), full) for script, full in ordered)
    best = shown[0] if shown else (get_language() or "en", _("no name known"))
    return PersonView(subject_id, name.register_number, best, shown[1:])


def people_by_id(request: ViewerRequest, ids: Iterable[UUID]) -> dict[UUID, PersonView]:
    """These people as a page shows them, in one query."""
    wanted = list(dict.fromkeys(ids))
    names = people.names_of(request.viewer, wanted, get_language() or "en")
    return {i: person_view(i, names.get(i)) for i in wanted}


class SigningForm(ActForm):
    """A form that signs. It asks for the password only when no signing session is open."""

    password = forms.CharField(
        label=gettext_lazy("Your password, to sign"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=gettext_lazy("Asked once. It then holds for 15 minutes on this device."),
    )


class CancelForm(ActForm):
    """Why something that was planned does not go."""

    note = forms.CharField(label=gettext_lazy("Why, without names"), max_length=180)


def without_password(form: ActForm, request: ViewerRequest, authority_id: int) -> ActForm:
    """The form as this viewer has to fill it now: a standing signing session needs no password."""
    if access.open_session(request.viewer, authority_id=authority_id, at=request.at) is not None:
        form.fields.pop("password", None)
    return form


def open_session_if_asked(request: ViewerRequest, form: ActForm, authority_id: int, key: UUID) -> None:
    """Open the signing session with the password the form carries. A wrong one counts as at the sign-in page."""
    if "password" not in form.fields:
        return
    if not AxesProxyHandler.is_allowed(request, {"username": request.viewer.username}):
        raise Refused("too-many-wrong-passwords")
    access_actions.open_signing_session(
        session_id=uuid5(key, "session"), authority_id=authority_id, password=form.cleaned_data["password"],
        device=request.headers.get("User-Agent", "")[:DEVICE_MAX], by=request.viewer, at=request.at,
    )  # fmt: skip


def show_refusal(request: ViewerRequest, form: ActForm, refusal: Refused) -> None:
    """Put the sentence of a refusal where it belongs, and count a wrong password."""
    if refusal.code == "wrong-password" and "password" in form.fields:
        authenticate(request, username=request.viewer.username, password=form.cleaned_data["password"])
        request.axes_locked_out = False  # type: ignore[attr-defined]  # this page says it; axes' own has no words
        form.refuse(refusal, "password")
    else:
        form.refuse(refusal)


def objection(found: Objection) -> str:
    """The sentence for what a decision holds against a proposal, with the decision's paper."""
    group = {"facility-kind-not-allowed": "facility", "age-beyond-scope": "age", "sex-beyond-scope": "sex"}
    value = words.word(group[found.code], found.value) if found.code in group else found.value
    return sentences.refusal(Refused(found.code, document=found.document, value=value))
