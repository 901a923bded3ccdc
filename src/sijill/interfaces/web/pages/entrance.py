"""Signing in and out, the language, the size of the text: the only pages open to all."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import check_for_language, get_language

from sijill.domain.access import actions as access_actions
from sijill.interfaces.web.answering import acts, open_to_all, page, reads_and_acts, safe_local, to
from sijill.interfaces.web.context import TEXT_COOKIE, TEXT_SIZES

YEAR = 365 * 24 * 3600


@open_to_all
@reads_and_acts
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password; five wrong ones lock the name at this address for a quarter of an hour."""
    back = safe_local(request.POST.get("next") or request.GET.get("next"))
    if hasattr(request, "viewer"):
        return to(back)
    if request.method != "POST":
        return page(request, "web/entrance/sign_in.html", {"next": back})
    username = request.POST.get("username", "").strip()
    user = authenticate(request, username=username, password=request.POST.get("password", ""))
    if user is None:
        locked = getattr(request, "axes_locked_out", False)
        request.axes_locked_out = False  # type: ignore[attr-defined]  # this page says it; axes' own has no words
        said = {"next": back, "username": username, "locked": locked, "wrong": not locked}
        return page(request, "web/entrance/sign_in.html", said, status=429 if locked else 422)
    login(request, user)
    answer = to(back)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        _keep(answer, settings.LANGUAGE_COOKIE_NAME, str(getattr(user, "language", "en")))
    return answer


@open_to_all
@acts
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; twice is as good as once."""
    logout(request)
    return to("/sign-in")


@open_to_all
@acts
def language(request: HttpRequest) -> HttpResponse:
    """Read in another language: kept in a cookie and, when signed in, with the user."""
    chosen = request.POST.get("language", "")
    answer = to(safe_local(request.POST.get("next")))
    if chosen not in dict(settings.LANGUAGES) or not check_for_language(chosen):
        return answer
    viewer = getattr(request, "viewer", None)
    if viewer is not None and chosen != viewer.language:
        access_actions.set_language(language=chosen, by=viewer, at=request.at)  # type: ignore[attr-defined]
    if chosen != get_language() or settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        _keep(answer, settings.LANGUAGE_COOKIE_NAME, chosen)
    return answer


@open_to_all
@acts
def text_size(request: HttpRequest) -> HttpResponse:
    """Larger or smaller text, kept in a cookie."""
    answer = to(safe_local(request.POST.get("next")))
    chosen = request.POST.get("size", "")
    if chosen in {str(step) for step in range(TEXT_SIZES)}:
        _keep(answer, TEXT_COOKIE, chosen)
    return answer


def _keep(answer: HttpResponse, name: str, value: str) -> None:
    """A cookie of a year that no script reads."""
    answer.set_cookie(
        name, value, max_age=YEAR, samesite="Lax", httponly=True, secure=bool(settings.SESSION_COOKIE_SECURE)
    )


urlpatterns = [
    path("sign-in", sign_in, name="sign-in"),
    path("sign-out", sign_out, name="sign-out"),
    path("language", language, name="language"),
    path("text-size", text_size, name="text-size"),
]
