"""Addresses that go wrong in every way, beside the real ones: the door must answer each with its own page."""

from collections.abc import Iterator

from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from sijill.domain.access import actions as access_actions
from sijill.domain.access.rules import Act, NotAllowed, NotVisible, Refused
from sijill.interfaces.web.answering import ViewerRequest, page
from sijill.interfaces.web.urls import urlpatterns as real

SECRET = "Hassan Kadhim Jabbar"


def invisible(request: HttpRequest) -> HttpResponse:
    """A record that is not this viewer's."""
    raise NotVisible


def absent(request: HttpRequest) -> HttpResponse:
    """A record that is not there."""
    raise Http404(SECRET)


def refused(request: ViewerRequest) -> HttpResponse:
    """An action that changed something and then refused."""
    access_actions.set_language(language="ckb", by=request.viewer, at=request.at)
    raise Refused("password-too-short", least=12)


def forbidden(request: ViewerRequest) -> HttpResponse:
    """An action that changed something and then found no duty."""
    access_actions.set_language(language="ckb", by=request.viewer, at=request.at)
    raise NotAllowed(Act.MANAGE_USERS)


def broken(request: ViewerRequest) -> HttpResponse:
    """A mistake of ours, with a name in its message, after a write."""
    access_actions.set_language(language="ckb", by=request.viewer, at=request.at)
    raise ValueError(f"no such person: {SECRET}")


def broken_query(request: ViewerRequest) -> HttpResponse:
    """A mistake in SQL: the transaction itself is broken."""
    with connection.cursor() as cursor:
        cursor.execute("select %s from nowhere", [SECRET])
    return HttpResponse()


def suspicious(request: HttpRequest) -> HttpResponse:
    """Something no page of ours sends."""
    raise SuspiciousOperation(SECRET)


def _who() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(viewer()::text, 'nobody')")
        return str(cursor.fetchone()[0])


def streamed(request: HttpRequest) -> StreamingHttpResponse:
    """An answer that is made late, piece by piece, and reads as it goes."""

    def pieces() -> Iterator[bytes]:
        yield _who().encode()

    return StreamingHttpResponse(pieces())


class _Late:
    def __str__(self) -> str:
        return _who()


def late(request: HttpRequest) -> TemplateResponse:
    """A template that is rendered after the view returned."""
    return TemplateResponse(request, "web/problem.html", {"title": _Late(), "text": "", "back": "/"})


def plain(request: ViewerRequest) -> HttpResponse:
    """A page that works."""
    return page(request, "web/problem.html", {"title": request.viewer.username, "text": "", "back": "/"})


urlpatterns = [
    *real,
    path("try/invisible", invisible),
    path("try/absent", absent),
    path("try/refused", refused),
    path("try/forbidden", forbidden),
    path("try/broken", broken),
    path("try/broken-query", broken_query),
    path("try/suspicious", suspicious),
    path("try/streamed", streamed),
    path("try/late", late),
    path("try/plain", plain),
]
