"""Opening a signing session: one user, one authority, one device, a quarter of an hour, the password once more."""

from datetime import datetime
from uuid import UUID

from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.contrib.auth import authenticate
from django.http import HttpResponse
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sijill.domain.access import actions as access_actions
from sijill.domain.access import queries as access
from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import SIGNING_SESSION_LENGTH, Act, NotAllowed, Refused
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, page, reads_and_acts, safe_local
from sijill.interfaces.web.forms import ActForm

DEVICE_MAX = 120


class SessionForm(ActForm):
    """For whom, and the password."""

    authority = forms.TypedChoiceField(label=_("I sign for"), coerce=int)
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@reads_and_acts
def sign(request: ViewerRequest) -> HttpResponse:
    """Open a signing session, then go back to what is to be signed."""
    authorities = _may_sign_for(request)
    if not authorities:
        raise NotAllowed(Act.SIGN_HANDOVER)
    back = safe_local(request.POST.get("next") or request.GET.get("next"))
    sent = request.POST if request.method == "POST" else None
    form = SessionForm(sent, initial={"authority": request.GET.get("for")})
    form.fields["authority"].choices = [(a.id, a.name(get_language() or "en")) for a in authorities]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            return act_once(request, "open-signing-session", lambda key: _open(request, form, key, back))
        except Refused as refusal:
            form.refuse(_counted(request, form, refusal), "password")
    context = {"form": form, "next": back, "sessions": _open_now(request, authorities)}
    return page(request, "web/sign.html", context, status=form.answer_status)


def _may_sign_for(request: ViewerRequest) -> list[AuthorityRow]:
    """The authorities whose manifests or handovers the viewer may sign."""
    viewer = request.viewer
    own = {*viewer.authorities(Act.SIGN_HANDOVER), *viewer.authorities(Act.SEAL_MANIFEST)}
    return [row for row in access.authorities(viewer) if row.id in own]


def _open(request: ViewerRequest, form: SessionForm, key: UUID, back: str) -> str:
    given = form.cleaned_data
    if not AxesProxyHandler.is_allowed(request, {"username": request.viewer.username}):
        raise Refused("too-many-wrong-passwords")
    access_actions.open_signing_session(
        session_id=key, authority_id=given["authority"], device=request.headers.get("User-Agent", "")[:DEVICE_MAX],
        password=given["password"], by=request.viewer, at=request.at,
    )  # fmt: skip
    return back


def _counted(request: ViewerRequest, form: SessionForm, refusal: Refused) -> Refused:
    """A wrong password counts here as it does at the sign-in page: a stolen screen is no place to guess."""
    if refusal.code == "wrong-password":
        authenticate(request, username=request.viewer.username, password=form.cleaned_data["password"])
        request.axes_locked_out = False  # type: ignore[attr-defined]  # this page says it; axes' own has no words
    return refusal


def _open_now(request: ViewerRequest, authorities: list[AuthorityRow]) -> list[tuple[AuthorityRow, datetime]]:
    """The viewer's open sessions, and until when each may sign."""
    found = [(a, access.open_session(request.viewer, authority_id=a.id, at=request.at)) for a in authorities]
    return [(a, session.opened_at + SIGNING_SESSION_LENGTH) for a, session in found if session is not None]


urlpatterns = [path("sign", sign, name="sign")]
