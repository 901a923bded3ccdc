"""Passwords that are printed on the screen: the demo hashes and checks them cheaply, hundreds of times."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, reset_hashers


class PublicPassword(Argon2PasswordHasher):
    """argon2 at its least cost. The first real sign-in hashes such a password anew, at full cost."""

    time_cost = 1
    memory_cost = 64
    parallelism = 1


@contextmanager
def public_passwords() -> Iterator[None]:
    """New passwords of this process are public ones, until the end of the block."""
    before = settings.PASSWORD_HASHERS
    try:
        _use([f"{__name__}.{PublicPassword.__qualname__}"])
        yield
    finally:
        _use(before)


def _use(hashers: list[str]) -> None:
    settings.PASSWORD_HASHERS = hashers
    reset_hashers(setting="PASSWORD_HASHERS")
