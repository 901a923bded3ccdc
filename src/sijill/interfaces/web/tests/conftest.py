"""Browsers of the cast: clients that are signed in, without paying for a password each time."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from sijill.domain.access.signin import RegisterBackend
from tests.cast import Cast

BACKEND = f"{RegisterBackend.__module__}.{RegisterBackend.__qualname__}"


def signed_in(user_id: UUID, client: Client | None = None) -> Client:
    """A client whose session is this user's, as `login` would have written it."""
    user = RegisterBackend().get_user(user_id)
    assert user is not None
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    client = client or Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    return client


@pytest.fixture
def browse(cast: Cast) -> Callable[[str], Client]:
    """`browse("alice")` is a client signed in as alice."""
    return lambda name: signed_in(cast.user[name])
