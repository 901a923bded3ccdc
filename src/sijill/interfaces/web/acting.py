"""Acting exactly once: a double click, a reload or a lost answer does nothing twice and gets the same answer."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _

from sijill.domain.access import actions as access_actions
from sijill.domain.access import queries as access
from sijill.domain.access.rules import Refused, Viewer
from sijill.interfaces.web.answering import ViewerRequest, to


def act_once(request: ViewerRequest, what: str, do: Callable[[UUID], str]) -> HttpResponseRedirect:
    """Carry out what a form asks, once per key, and go to the address `do` returns.

    `do(key)` calls one action and returns where to go; ids it needs are the key itself or `uuid5(key, "…")`, so even
    the rows are the same. A second post of the same key waits for the first to commit and gets its answer. Refused
    and NotAllowed undo everything (the key included: the corrected form may be sent again with it).
    """
    key = posted_key(request)
    with transaction.atomic():
        _wait_for_others(request.viewer, key)
        answer = access.answer_of(request.viewer, key, what)
        if answer is None:
            answer = do(key)
            _remember(request, key, what, answer)
        else:
            messages.info(request, _("This form had already been sent. It was carried out once."))
    return to(answer)


def posted_key(request: ViewerRequest) -> UUID:
    """The key the form carries. Refused("form-without-key") when there is none."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        raise Refused("form-without-key") from None


def _wait_for_others(viewer: Viewer, key: UUID) -> None:
    """Queue behind the same viewer's transaction with the same key; the lock goes when ours ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{viewer.user_id}/{key}"])


def _remember(request: ViewerRequest, key: UUID, what: str, answer: str) -> None:
    """Keep the answer; a key that was used for another form is refused, whatever it asks."""
    try:
        with transaction.atomic():
            access_actions.remember_answer(key=key, what=what, answer=answer, by=request.viewer, at=request.at)
    except IntegrityError:
        raise Refused("form-already-used") from None
