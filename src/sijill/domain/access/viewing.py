"""Reading and writing as somebody: each transaction tells PostgreSQL who looks; row-level security does the rest."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from sijill.domain.access.rules import REGISTER_ID

# Who looks, as far as this thread has told PostgreSQL. It only ever saves telling again; PostgreSQL decides.
_LOOKING: ContextVar[str] = ContextVar("looking", default="")


def _look_as(viewer: str) -> str:
    """Set the transaction's viewer and return the one before it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select before, set_config('app.viewer', %s, true)"
            " from (select coalesce(current_setting('app.viewer', true), '') as before offset 0) was",
            [viewer],
        )
        return str(cursor.fetchone()[0])


@contextmanager
def viewing(user_id: UUID) -> Iterator[None]:
    """One transaction in which PostgreSQL shows what this user may see. Nests; the earlier viewer comes back."""
    nested, outer = connection.in_atomic_block, _LOOKING.get()
    with transaction.atomic():
        before = _look_as(str(user_id))
        _LOOKING.set(str(user_id))
        try:
            yield
        finally:
            _LOOKING.set(outer)
        if nested:  # otherwise the end of the transaction forgets the viewer
            _look_as(before)


@contextmanager
def as_register() -> Iterator[None]:
    """Write custody facts as the register itself, after the action has checked the duty of a named user.

    The register sees every book's accounts and no name; it cannot sign in. Opens no savepoint of its own: when the
    block fails inside an aborted transaction, the rollback that must follow restores the earlier viewer.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("as_register needs a transaction")
    outer = _LOOKING.get()
    if outer == str(REGISTER_ID):  # inside another such block: PostgreSQL need not be told twice
        yield
        return
    before = _look_as(str(REGISTER_ID))
    _LOOKING.set(str(REGISTER_ID))
    try:
        yield
    finally:
        _LOOKING.set(outer)
        with suppress(DatabaseError):
            _look_as(before)


@contextmanager
def signing_in(username: str) -> Iterator[None]:
    """One transaction in which the one user of this name may be read, to check a password."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('app.sign_in', %s, true)", [username])
        yield
        cursor.execute("select set_config('app.sign_in', '', true)")
