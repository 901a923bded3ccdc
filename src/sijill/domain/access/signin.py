"""Signing in: the name is looked up in a transaction that may read that one user and nobody else."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from sijill.domain.access.models import User
from sijill.domain.access.viewing import signing_in, viewing


class RegisterBackend(BaseBackend):
    """Checks a user name and password under row-level security. Users that are built in have no password."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        """The user, or None. An unknown name costs the same time as a wrong password.

        A password kept with older costs is hashed anew when it is right: as that user, who may write it and no other.
        """
        del request  # the framework passes it; nothing here depends on where the request came from
        if not username or password is None:
            return None
        with signing_in(username):
            user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            make_password(password)
            return None
        with viewing(user.pk):
            return user if user.check_password(password) else None

    def get_user(self, user_id: UUID) -> User | None:
        """The signed-in user of a session, while active."""
        with viewing(user_id):
            return User.objects.filter(pk=user_id, is_active=True).first()
