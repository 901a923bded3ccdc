"""One throw-away PostgreSQL cluster for the whole run; each worker has its own database, as the application's role."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from pytest_django.plugin import DjangoDbBlocker

SOURCE = Path(__file__).resolve().parent / "src"
TEMPLATE = os.environ.get("SIJILL_TEST_TEMPLATE", "sijill_template")
_STACK = ExitStack()
os.environ.setdefault("SIJILL_FAST_HASH", "1")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in the thread of the tests


def named(url: str, database: str) -> str:
    """The same server and role, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def migrate(owner_url: str) -> None:
    """Run all migrations as the owner, in a process of its own: this one only ever connects as the application."""
    env = os.environ | {
        "DATABASE_URL": owner_url,
        "DJANGO_SETTINGS_MODULE": "sijill.config.settings",
        "PYTHONPATH": str(SOURCE),
    }
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity", "0", "--skip-checks"], env=env, check=True
    )


def _start_cluster() -> None:
    from sijill.host import throwaway_register

    register = _STACK.enter_context(throwaway_register(durable=False))
    ends = _STACK.enter_context(register.running())
    os.environ["SIJILL_TEST_ADMIN"] = str(ends.admin_url)
    os.environ["SIJILL_TEST_OWNER"] = str(ends.owner_url)
    os.environ["SIJILL_TEST_APP"] = ends.app_url


def make_template() -> None:
    """Create and migrate the template from which every test database is copied."""
    admin, owner = os.environ["SIJILL_TEST_ADMIN"], os.environ["SIJILL_TEST_OWNER"]
    with psycopg.connect(named(admin, "postgres"), autocommit=True) as connection:
        connection.execute(f"drop database if exists {TEMPLATE}")
        connection.execute(f"create database {TEMPLATE} owner sijill_owner")
    with psycopg.connect(named(admin, TEMPLATE), autocommit=True) as connection:
        connection.execute("create extension if not exists btree_gist")
        connection.execute("revoke create on schema public from public")
        connection.execute("grant usage on schema public to sijill_app")
        connection.execute("grant all on schema public to sijill_owner")
    migrate(named(owner, TEMPLATE))


def fresh_database(name: str) -> str:
    """A new database copied from the template; returns the application's URL of it."""
    with psycopg.connect(named(os.environ["SIJILL_TEST_ADMIN"], "postgres"), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"create database {name} template {TEMPLATE} owner sijill_owner")
    return named(os.environ["SIJILL_TEST_APP"], name)


def pytest_configure(config: pytest.Config) -> None:
    """The process that starts the run starts the cluster; its workers find it in the environment."""
    from django.conf import settings

    quick = "django.contrib.auth.hashers.MD5PasswordHasher"  # settings were read before this file: argon2 takes 0.3 s
    settings.PASSWORD_HASHERS = [quick, *(h for h in settings.PASSWORD_HASHERS if h != quick)]
    if hasattr(config, "workerinput"):
        return
    if "SIJILL_TEST_ADMIN" not in os.environ:
        _start_cluster()
    make_template()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop and remove the cluster."""
    if not hasattr(config, "workerinput"):
        _STACK.close()


@pytest.fixture(scope="session")
def worker_database(worker_id: str) -> str:
    """The application's URL of this worker's database."""
    return fresh_database(f"sijill_{worker_id}_{os.getpid()}")


@pytest.fixture(scope="session")
def django_db_setup(worker_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Point Django at the worker's database, as the application's role."""
    from django.conf import settings
    from django.db import connections

    from sijill.config import environment

    with django_db_blocker.unblock():
        wanted = environment.database(worker_database)
        settings.DATABASES["default"].update(wanted)
        connections["default"].settings_dict.update(wanted)
        yield
        connections["default"].close()


@pytest.fixture
def new_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of this test's own, for tests that commit, kill or attack; dropped afterwards."""
    name = f"own_{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**8}"
    yield fresh_database(name)
    with psycopg.connect(named(os.environ["SIJILL_TEST_ADMIN"], "postgres"), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")


@pytest.fixture
def cast(db: None):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """The cast, assembled in this test's transaction."""
    from tests.cast import assemble

    return assemble()
