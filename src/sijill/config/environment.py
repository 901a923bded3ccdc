"""Typed reading of the environment: a bad value stops the start with a sentence."""

import os
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit


class BadSetting(Exception):
    """An environment variable holds a value Sijill cannot use."""


def text(name: str, default: str, env: Mapping[str, str] = os.environ) -> str:
    """The variable's text, or the default when it is unset or empty."""
    return env.get(name) or default


def whole(name: str, default: int, env: Mapping[str, str] = os.environ) -> int:
    """A whole number; anything else raises BadSetting."""
    raw = env.get(name)
    if not raw:
        return default
    try:
        return int(raw)
    except ValueError:
        raise BadSetting(f"{name} must be a whole number, not {raw!r}.") from None


def flag(name: str, default: bool, env: Mapping[str, str] = os.environ) -> bool:
    """True or False by the words 1/0, yes/no, true/false; anything else raises BadSetting."""
    raw = env.get(name)
    if not raw:
        return default
    words = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
    if raw.lower() not in words:
        raise BadSetting(f"{name} must be yes or no, not {raw!r}.")
    return words[raw.lower()]


def database(url: str) -> dict[str, object]:
    """Django's settings of one PostgreSQL database from a libpq URI; any other scheme is refused."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise BadSetting("DATABASE_URL must begin with postgresql:// ; PostgreSQL is the only database.")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or parts.hostname or ""
    port = options.pop("port", "") or str(parts.port or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        "OPTIONS": {**options, "application_name": text("SIJILL_PROCESS", "sijill")},
    }
