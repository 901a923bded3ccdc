"""The pages for what cannot be done. They are rendered after the transaction was rolled back and read no table."""

import logging
import secrets
import traceback

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sijill.domain.access.rules import Refused
from sijill.interfaces.web import sentences
from sijill.interfaces.web.answering import safe_local

log = logging.getLogger("sijill.web")
_ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"  # read aloud on a telephone: no look-alikes


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """409: the action said no, and why, in a sentence."""
    return _problem(request, 409, _("This was not done"), sentences.refusal(refusal))


def not_allowed(request: HttpRequest) -> HttpResponse:
    """403: the viewer holds no duty that permits it. The act is not named: who may what is in the documents."""
    text = _("None of your duties permits this. Nothing was changed.")
    return _problem(request, 403, _("Your duties do not cover this"), text)


def not_found(request: HttpRequest) -> HttpResponse:
    """404, the same whether the record does not exist or is not for this viewer (law 9)."""
    return render(request, "404.html", status=404)


def not_understood(request: HttpRequest) -> HttpResponse:
    """400: what arrived is not what a page of ours sends."""
    return render(request, "400.html", status=400)


def wrong_method(request: HttpRequest, allow: str) -> HttpResponse:
    """405: an address that only acts was opened, or one that only shows was posted to."""
    answer = _problem(
        request, 405, _("This address does not work that way"), _("Go back and use the button on the page.")
    )
    answer["Allow"] = allow
    return answer


def failed(request: HttpRequest, failure: BaseException) -> HttpResponse:
    """500: our mistake. The log gets the failure's class and place and a code; the reader gets the code."""
    incident = "-".join("".join(secrets.choice(_ALPHABET) for _each in range(4)) for _half in range(2))
    log.error("incident %s: %s at %s", incident, type(failure).__qualname__, _place(failure))
    return render(request, "500.html", {"incident": incident}, status=500)


def _place(failure: BaseException) -> str:
    """File and line where it was raised, and the last line of our own code before it: never the message."""
    frames = traceback.extract_tb(failure.__traceback__)
    if not frames:
        return "no frame"
    own = [f for f in frames if "/sijill/" in f.filename] or frames
    places = [f"{f.filename.rpartition('/sijill/')[2]}:{f.lineno}" for f in (own[-1], frames[-1])]
    return " via ".join(dict.fromkeys(places))


def _problem(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    """One plain page: what happened, and the way back."""
    referer = request.headers.get("Referer", "")
    here = f"{request.scheme}://{request.get_host()}"
    back = safe_local(referer.removeprefix(here)) if referer.startswith(here + "/") else "/"
    return render(request, "web/problem.html", {"title": title, "text": text, "back": back}, status=status)
