"""What every view uses: the request with its viewer, the marks of a view, and `page`, which renders at once."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from sijill.domain.access.rules import Viewer

View = Callable[..., HttpResponse]


class ViewerRequest(HttpRequest):
    """A request that the middleware has let in: who looks, and the one moment at which everything happens."""

    viewer: Viewer
    at: datetime


def open_to_all(view: View) -> View:
    """Mark a view as reachable without signing in. Everything not marked is closed."""
    view.open_to_all = True  # type: ignore[attr-defined]
    return view


def reads(view: View) -> View:
    """The view only reads: GET and HEAD."""
    return require_http_methods(["GET", "HEAD"])(view)


def reads_and_acts(view: View) -> View:
    """The view shows a form and takes its answer: GET, HEAD and POST."""
    return require_http_methods(["GET", "HEAD", "POST"])(view)


def acts(view: View) -> View:
    """The view only acts: POST."""
    return require_http_methods(["POST"])(view)


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render a page now, while the viewer's transaction is open."""
    return render(request, template, dict(context or {}), status=status)


def safe_local(address: str | None) -> str:
    """The address when it is a path of this site, else the first page: nobody is sent elsewhere by a link."""
    if address and address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return address
    return "/"


def to(address: str) -> HttpResponseRedirect:
    """Send the reader on to an address of this site."""
    return HttpResponseRedirect(safe_local(address))
