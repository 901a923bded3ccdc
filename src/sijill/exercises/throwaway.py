"""A register for one drill: its own folder, cluster and tables, gone afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from sijill.host import Endpoints, Register, throwaway_register
from sijill.interfaces.cli.opening import apply_migrations, load_django


@contextmanager
def drill_register() -> Iterator[tuple[Register, Endpoints]]:
    """A durable throw-away register, migrated, with Django loaded on it as the application's role."""
    with throwaway_register(durable=True) as register, register.running() as ends:
        apply_migrations(ends)
        load_django(ends)
        try:
            yield register, ends
        finally:
            from django.db import connections

            connections.close_all()
