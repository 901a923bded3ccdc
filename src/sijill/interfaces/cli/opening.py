"""Opening the register for a command: the database runs, Django is loaded as the application's role, someone looks."""

import argparse
import getpass
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sijill.host import Endpoints, HostError, Register, open_register

if TYPE_CHECKING:
    from sijill.domain.access.rules import Viewer

SETTINGS = "sijill.config.settings"


def now() -> datetime:
    """The clock of the command line's door."""
    return datetime.now(UTC)


def environment(ends: Endpoints, process: str) -> dict[str, str]:
    """The environment of a process that works on this register as the application's role."""
    return os.environ | {
        "DATABASE_URL": ends.app_url,
        "SIJILL_SECRET_KEY": ends.secret_key,
        "SIJILL_PROCESS": process,
        "DJANGO_SETTINGS_MODULE": SETTINGS,
    }


def load_django(ends: Endpoints) -> None:
    """Load Django in this process, connected as the application's role."""
    import django

    os.environ.update(environment(ends, "sijill-command"))
    django.setup()


def apply_migrations(ends: Endpoints) -> None:
    """Bring the tables up to date, as the owner, in a process of its own. Raises HostError when that fails."""
    if ends.owner_url is None:
        raise HostError("owner-unknown", "Migrating needs the owner's address: set SIJILL_OWNER_URL.")
    env = environment(ends, "sijill-migrate") | {"DATABASE_URL": ends.owner_url}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "django", "migrate", "--verbosity", "0", "--skip-checks"], env=env, check=False
    )
    if done.returncode:
        raise HostError("migration-failed", "The tables could not be brought up to date; nothing else was done.")


def is_migrated(ends: Endpoints) -> bool:
    """True when the register's tables exist."""
    import psycopg

    with psycopg.connect(ends.app_url) as connection:
        row = connection.execute("select to_regclass('public.ledger_event') is not null").fetchone()
    return bool(row and row[0])


def existing(register: Register | None = None) -> Register:
    """The register of this environment. Raises HostError when there is none yet."""
    register = register or open_register()
    if not register.exists():
        raise HostError("no-register", "There is no register here yet; ./sijill demo or ./sijill migrate makes one.")
    return register


@contextmanager
def opened(register: Register | None = None) -> Iterator[Endpoints]:
    """The register running, with its tables, and Django loaded. Raises HostError when there is no register yet."""
    with existing(register).running() as ends:
        if not is_migrated(ends):
            raise HostError("not-migrated", "The register has no tables yet; run ./sijill migrate.")
        load_django(ends)
        try:
            yield ends
        finally:
            from django.db import connections

            connections.close_all()


@contextmanager
def looking_as(username: str | None) -> Iterator["Viewer"]:
    """One transaction as a user, or as the built-in auditor who sees counts only."""
    from sijill.domain.access import queries
    from sijill.domain.access.rules import AUDITOR_ID, NotVisible
    from sijill.domain.access.viewing import signing_in, viewing

    user = AUDITOR_ID
    if username:
        try:
            with signing_in(username):
                user = queries.user_named(username)
        except NotVisible:
            raise HostError("no-such-user", f"There is no user {username!r} here.") from None
    with viewing(user):
        yield queries.viewer_of(user, now())


@contextmanager
def in_sentences(absent: str) -> Iterator[None]:
    """Turn what a room refuses into one sentence, the pages' own. `absent` is said of what this user cannot see."""
    from sijill.domain.access.rules import NotAllowed, NotVisible, Refused
    from sijill.interfaces.web.sentences import refusal

    try:
        yield
    except Refused as refused:
        raise HostError(refused.code, f"Refused ({refused.code}): {refusal(refused)}") from None
    except NotAllowed as refused:
        raise HostError("not-allowed", f"No duty of this user permits it there: {refused.act.value}.") from None
    except NotVisible:
        raise HostError("not-found", absent) from None


def password(prompt: str) -> str:
    """The password in SIJILL_PASSWORD, else the one typed."""
    try:
        return os.environ.get("SIJILL_PASSWORD") or getpass.getpass(prompt)
    except EOFError:
        raise HostError("no-password", "No password was given; set SIJILL_PASSWORD or use a terminal.") from None


def port_argument(text: str) -> int:
    """A port number, for argparse."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 1 to 65535")
    return int(text)


def file_argument(text: str) -> Path:
    """A path of an existing file, for argparse."""
    path = Path(text)
    if not path.is_file():
        raise HostError("no-such-file", f"There is no file {text}.")
    return path
