"""Every table of every room stands behind the second wall, and the application's role cannot climb over it."""

from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import connection

from tests.attack import databases

ROOMS = ("access", "places", "ledger", "people", "safeguards", "transfers", "figures", "sharing")
FRAMEWORK = ("django_", "axes_", "auth_", "procrastinate_")
pytestmark = [pytest.mark.django_db, pytest.mark.postgres15]


def ask(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows PostgreSQL answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def tables() -> dict[str, tuple[bool, bool]]:
    """Every table of the schema: is row-level security on, is it forced."""
    rows = ask(
        "select relname, relrowsecurity, relforcerowsecurity from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
    )
    return {str(name): (bool(on), bool(forced)) for name, on, forced in rows}


def of_our_rooms() -> set[str]:
    """Names of the tables Django knows in our rooms, those between two models included."""
    return {m._meta.db_table for room in ROOMS for m in apps.get_app_config(room).get_models(include_auto_created=True)}


def test_every_room_has_its_tables() -> None:
    assert {name.split("_")[0] for name in of_our_rooms()} == set(ROOMS)
    assert of_our_rooms() <= set(tables())


def test_every_table_of_a_room_is_behind_the_wall_also_for_its_owner() -> None:
    ours = {name: state for name, state in tables().items() if name.split("_")[0] in ROOMS}
    assert of_our_rooms() <= set(ours)
    assert {name for name, state in ours.items() if state != (True, True)} == set()


def test_every_other_table_is_the_framework_s() -> None:
    others = {name for name in tables() if name.split("_")[0] not in ROOMS}
    assert {name for name in others if not name.startswith(FRAMEWORK)} == set()


def test_every_table_of_a_room_says_who_reads_it() -> None:
    readable = {str(name) for (name,) in ask("select tablename from pg_policies where cmd = 'SELECT'")}
    assert of_our_rooms() - readable == set()


def test_no_policy_lets_everybody_in() -> None:
    """Only policies for the owner (who runs the functions of the policies) may be plainly true."""
    rows = ask(
        "select tablename, policyname, roles::text[] from pg_policies where qual = 'true' or with_check = 'true'"
    )
    assert {(table, policy) for table, policy, roles in rows if roles != ["sijill_owner"]} == set()


def test_the_tests_connect_as_the_application() -> None:
    assert ask("select current_user, session_user") == [("sijill_app", "sijill_app")]


def test_the_application_s_role_is_nothing_but_that() -> None:
    flags = "rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication"
    assert ask(f"select {flags} from pg_roles where rolname = 'sijill_app'") == [(False,) * 5]
    assert ask("select r.rolname from pg_auth_members m join pg_roles r on r.oid = m.roleid"
               " join pg_roles u on u.oid = m.member where u.rolname = 'sijill_app'") == []  # fmt: skip


def test_the_owner_is_no_superuser_either() -> None:
    assert ask("select rolsuper, rolbypassrls from pg_roles where rolname = 'sijill_owner'") == [(False, False)]


def test_the_application_owns_nothing() -> None:
    assert ask("select relname from pg_class where relowner = 'sijill_app'::regrole") == []
    assert ask("select proname from pg_proc where proowner = 'sijill_app'::regrole") == []


def test_the_application_creates_nothing_and_empties_nothing() -> None:
    assert ask("select has_schema_privilege('public', 'create')") == [(False,)]
    powers = ("truncate", "references", "trigger")
    for name in of_our_rooms():
        rights = ask("select " + ", ".join(f"has_table_privilege('{name}', '{power}')" for power in powers))
        assert rights == [(False, False, False)], name


def test_no_room_s_row_can_be_deleted_without_a_policy_for_it() -> None:
    with_policy = {str(name) for (name,) in ask("select tablename from pg_policies where cmd in ('DELETE', 'ALL')")}
    for name in of_our_rooms() - with_policy:
        assert ask(f"select has_table_privilege('{name}', 'delete')") == [(False,)], name


def test_functions_that_run_as_the_owner_name_their_search_path() -> None:
    """Without it, a schema of the caller's could stand in front of ours."""
    rows = ask(
        "select proname, coalesce(proconfig, '{}') from pg_proc"
        " where pronamespace = 'public'::regnamespace and prosecdef"
    )
    assert rows
    assert {name for name, settings in rows if not any(s.startswith("search_path=") for s in settings)} == set()


def test_no_view_reads_as_its_owner() -> None:
    rows = ask("select relname, coalesce(reloptions, '{}') from pg_class"
               " where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')")  # fmt: skip
    assert {name for name, options in rows if "security_invoker=true" not in options} == set()


def test_another_role_reads_nothing(new_database: str) -> None:
    """Nothing is granted to PUBLIC: a role somebody makes later starts without rights."""
    with psycopg.connect(databases(new_database)["admin"]) as admin:
        granted = admin.execute(
            "select table_name, privilege_type from information_schema.table_privileges"
            " where grantee = 'PUBLIC' and table_schema = 'public'"
        ).fetchall()
    assert granted == []
