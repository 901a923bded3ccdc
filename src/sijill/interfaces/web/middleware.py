"""The door itself: closed unless marked open, one transaction per request as the viewer, and one page per refusal."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib.auth import get_user
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode

from sijill.domain.access import queries as access
from sijill.domain.access.rules import NotAllowed, NotVisible, Refused
from sijill.domain.access.viewing import viewing
from sijill.interfaces.web import problems

View = Callable[..., HttpResponseBase]


class ViewerMiddleware:
    """Runs every view: finds the viewer, opens the transaction, turns what an action raises into a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on; the work is in `process_view`, where Django knows the view and its marks."""
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        patch_vary_headers(response, ("Cookie",))  # always: no header tells an address that is from one that is not
        return response

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase:
        """Run the view and answer with its page, or with the page of what went wrong (nothing is written then)."""
        try:
            return _completed(request, _run(request, view, args, kwargs))
        except Refused as refusal:
            return problems.refused(request, refusal)
        except (NotAllowed, PermissionDenied):
            return problems.not_allowed(request)
        except (NotVisible, Http404):
            return problems.not_found(request)
        except (SuspiciousOperation, BadRequest, MultiPartParserError):
            return problems.not_understood(request)
        except Exception as failure:  # noqa: BLE001  the last net: nothing of the failure may reach page or log
            return problems.failed(request, failure)


def _run(request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]) -> HttpResponseBase:
    """The view's answer, as the signed-in viewer; without one only a view that is open to all is run."""
    request.at = timezone.now()  # type: ignore[attr-defined]  # the only clock behind this door
    user = get_user(request)
    if user.is_authenticated:
        with viewing(user.pk):
            request.viewer = access.viewer_of(user.pk, request.at)  # type: ignore[attr-defined]
            if any("\x00" in str(part) for part in kwargs.values()):  # nothing is called so, and no query can ask
                raise NotVisible
            return _whole(view(request, *args, **kwargs))
    if getattr(view, "open_to_all", False):
        return _whole(view(request, *args, **kwargs))
    return _sign_in_first(request)


def _whole(response: HttpResponseBase) -> HttpResponseBase:
    """The answer, complete: what is rendered or streamed late is made now, while the viewer's transaction is open."""
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = iter([b"".join(response)])
    elif hasattr(response, "render") and callable(response.render):
        response = response.render()
    return response


def _completed(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Give a body to the one refusal Django answers without one: the wrong method."""
    if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and isinstance(response, HttpResponse):
        return problems.wrong_method(request, response["Allow"])
    return response


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and back here afterwards when the address can simply be opened again."""
    back = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    query = f"?{urlencode({'next': back})}" if back != "/" else ""
    return redirect(f"/sign-in{query}")
