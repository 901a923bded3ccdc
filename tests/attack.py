"""Attacks that every room's testimony must withstand: changing, deleting and emptying a table, as anybody."""

import os
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from conftest import named

CHANGED = "testimony"


def databases(app_url: str) -> dict[str, str]:
    """The URL of the same database for the application, the owner and the superuser."""
    name = urlsplit(app_url).path.lstrip("/")
    owner, admin = os.environ["SIJILL_TEST_OWNER"], os.environ["SIJILL_TEST_ADMIN"]
    return {"app": app_url, "owner": named(owner, name), "admin": named(admin, name)}


def fill(app_url: str, *statements: str) -> None:
    """Put rows in place as the superuser, whom no policy stops; committed, so that every role can attack them."""
    with psycopg.connect(databases(app_url)["admin"]) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def rows(app_url: str, table: str) -> list[tuple[object, ...]]:
    """Every row, as the superuser reads them."""
    with psycopg.connect(databases(app_url)["admin"]) as connection:
        return connection.execute(sql.SQL("select * from {} order by 1").format(sql.Identifier(table))).fetchall()


def assert_append_only(app_url: str, table: str, column: str, viewer: str) -> None:
    """No role changes a row: the application has no right, the owner no policy, and the trigger stops all the others.

    The table must hold rows; `column` is one that an UPDATE names; `viewer` may read those rows.
    """
    before = rows(app_url, table)
    assert before, f"nothing to attack in {table}"
    _application_is_denied(app_url, table, column, viewer)
    _owner_changes_nothing(app_url, table, column, viewer)
    _trigger_refuses(databases(app_url)["admin"], table, column)
    assert rows(app_url, table) == before


def _attacks(table: str, column: str) -> list[sql.Composed]:
    name, what = sql.Identifier(table), sql.Identifier(column)
    return [
        sql.SQL("update {} set {} = {}").format(name, what, what),
        sql.SQL("delete from {}").format(name),
        sql.SQL("truncate {} cascade").format(name),
    ]


def _application_is_denied(app_url: str, table: str, column: str, viewer: str) -> None:
    for attack in _attacks(table, column):
        with psycopg.connect(app_url) as connection:
            connection.execute("select set_config('app.viewer', %s, true)", [viewer])
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(attack)
    trigger = sql.SQL("alter table {} disable trigger all").format(sql.Identifier(table))
    with psycopg.connect(app_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(trigger)


def _owner_changes_nothing(app_url: str, table: str, column: str, viewer: str) -> None:
    """FORCE holds for the owner: without a policy UPDATE and DELETE reach no row. With FORCE taken off, the trigger acts."""
    url = databases(app_url)["owner"]
    update, delete, truncate = _attacks(table, column)
    with psycopg.connect(url) as connection:
        connection.execute("select set_config('app.viewer', %s, true)", [viewer])
        assert connection.execute(update).rowcount == 0
        assert connection.execute(delete).rowcount == 0
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match=CHANGED):
            connection.execute(truncate)
    for attack in (update, delete):
        with psycopg.connect(url) as connection:
            connection.execute(sql.SQL("alter table {} no force row level security").format(sql.Identifier(table)))
            with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match=CHANGED):
                connection.execute(attack)
            connection.rollback()


def _trigger_refuses(url: str, table: str, column: str) -> None:
    for attack in _attacks(table, column):
        with (
            psycopg.connect(url) as connection,
            pytest.raises(psycopg.errors.IntegrityConstraintViolation, match=CHANGED),
        ):
            connection.execute(attack)
