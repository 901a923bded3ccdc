"""The second wall of access, attacked directly as the application's role."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from sijill.domain.access import actions
from sijill.domain.access.rules import REGISTER_ID, Refused
from sijill.domain.access.viewing import as_register, viewing
from tests.attack import assert_append_only, fill
from tests.cast import NOON, PASSWORD, PEOPLE, Cast

pytestmark = pytest.mark.postgres15
OF_ALPHA = sum(authority == "ALPHA" for authority, *_ in PEOPLE.values())
TABLES = [
    "access_authority", "access_user", "access_duty", "access_signingsession", "access_read", "access_idempotencykey",
]  # fmt: skip


def count(table: str) -> int:
    """How many rows this transaction's viewer sees."""
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")
        return int(cursor.fetchone()[0])


def leave_traces(cast: Cast) -> None:
    """One row of each kind by asma of ALPHA."""
    with viewing(cast.user["asma"]):
        asma = cast.viewer("asma")
        actions.record_read(subject=uuid4(), purpose="visit", by=asma, at=NOON)
        actions.remember_answer(key=uuid4(), what="admit", answer="1", by=asma, at=NOON)
        actions.open_signing_session(
            session_id=uuid4(),
            authority_id=cast.authority["ALPHA"],
            device="phone",
            password=PASSWORD,
            by=asma,
            at=NOON,
        )


def test_no_viewer_no_rows(cast: Cast) -> None:
    leave_traces(cast)
    assert [count(table) for table in TABLES] == [0] * len(TABLES)


@pytest.mark.parametrize("unset", ["", "00000000-0000-0000-0000-000000000000"])
def test_a_viewer_that_is_nobody_sees_no_person_s_rows(cast: Cast, unset: str) -> None:
    leave_traces(cast)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('app.viewer', %s, true)", [unset])
        assert [count(table) for table in TABLES[1:]] == [0] * len(TABLES[1:])


def test_a_stranger_sees_authorities_himself_and_his_duty(cast: Cast) -> None:
    leave_traces(cast)
    with viewing(cast.user["dora"]):
        assert [count(table) for table in TABLES] == [len(cast.authority), 1, 1, 0, 0, 0]


def test_a_colleague_sees_duties_and_none_of_the_traces(cast: Cast) -> None:
    leave_traces(cast)
    with viewing(cast.user["alice"]):
        assert [count(table) for table in TABLES] == [len(cast.authority), OF_ALPHA, OF_ALPHA, 0, 0, 0]


def attempt(viewer: UUID, statement: str, *values: Any) -> None:
    """Run one statement as this viewer; it must fail."""
    with viewing(viewer), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def changed(viewer: UUID, statement: str, *values: Any) -> int:
    """Run one statement as this viewer; how many rows it reached."""
    with viewing(viewer), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


GRANT = "insert into access_duty (user_id, authority_id, kind, valid_from) values (%s, %s, 'registrar', now())"


def test_nobody_gives_himself_a_duty_around_the_action(cast: Cast) -> None:
    attempt(cast.user["dora"], GRANT, cast.user["dora"], cast.authority["ALPHA"])
    attempt(cast.user["alice"], GRANT, cast.user["alice"], cast.authority["ALPHA"])


def test_nobody_lengthens_his_own_duty(cast: Cast) -> None:
    attempt(cast.user["alice"], "update access_duty set kind = 'administrator'")
    assert changed(cast.user["alice"], "update access_duty set valid_to = null") == 0


def test_nobody_enters_a_user_or_an_authority_around_the_action(cast: Cast) -> None:
    user = (
        "insert into access_user (id, password, username, name, language, is_active)"
        " values (%s, '!', 'mallory', 'M', 'en', true)"
    )
    attempt(cast.user["alice"], user, uuid4())
    attempt(cast.user["alice"], "insert into access_authority (code, names, keeps_book) values ('M', '{}', true)")


def test_nobody_changes_another_user(cast: Cast) -> None:
    assert changed(cast.user["alice"], "update access_user set password = '!' where username <> 'alice'") == 0
    attempt(cast.user["alice"], "delete from access_user")


def test_nobody_opens_or_prolongs_a_session_of_another(cast: Cast) -> None:
    leave_traces(cast)
    insert = (
        "insert into access_signingsession (id, user_id, authority_id, device, opened_at)"
        " values (%s, %s, %s, 'x', now())"
    )
    attempt(cast.user["anton"], insert, uuid4(), cast.user["asma"], cast.authority["ALPHA"])
    attempt(cast.user["asma"], "update access_signingsession set opened_at = now()")
    assert changed(cast.user["anton"], "update access_signingsession set closed_at = null") == 0


def test_the_application_escapes_by_no_other_role(cast: Cast) -> None:
    for statement in ("set role sijill_owner", "set session authorization sijill_owner", "set row_security = off"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select set_config('app.viewer', '', true)")
            if statement == "set row_security = off":
                cursor.execute(statement)
                with pytest.raises(DatabaseError), transaction.atomic():
                    count("access_user")
                cursor.execute("set row_security = on")
            else:
                with pytest.raises(DatabaseError), transaction.atomic():
                    cursor.execute(statement)


def test_the_viewer_comes_back_after_another_one_looked(cast: Cast) -> None:
    with viewing(cast.user["dora"]):
        with viewing(cast.user["alice"]):
            assert count("access_user") == OF_ALPHA
        assert count("access_user") == 1
        with as_register():
            assert count("access_user") == len(cast.user) + 2
        assert count("access_user") == 1
    assert count("access_user") == 0


def test_the_viewer_comes_back_after_a_refusal(cast: Cast) -> None:
    with viewing(cast.user["dora"]):
        with pytest.raises(Refused), as_register():
            raise Refused("anything")
        assert count("access_user") == 1
        with pytest.raises(Refused), viewing(cast.user["alice"]):
            raise Refused("anything")
        assert count("access_user") == 1


def test_the_viewer_comes_back_after_the_database_refused(cast: Cast) -> None:
    with viewing(cast.user["dora"]):
        with pytest.raises(DatabaseError), transaction.atomic(), as_register(), connection.cursor() as cursor:
            cursor.execute("select 1/0")
        assert count("access_user") == 1


def test_one_transaction_s_viewer_does_not_reach_the_next(new_database: str) -> None:
    with psycopg.connect(new_database, autocommit=True) as one:
        with one.transaction():
            one.execute("select set_config('app.viewer', %s, true)", [str(REGISTER_ID)])
            assert one.execute("select count(*) from access_user").fetchone() == (2,)
        assert one.execute("select count(*) from access_user").fetchone() == (0,)


USER = "11111111-0000-4000-8000-000000000000"
ROWS = (
    f"insert into access_user (id, password, username, name, language, is_active)"
    f" values ('{USER}', '!', 'alice', 'Alice', 'en', true)",
    f"insert into access_read (user_id, subject, purpose, at) values ('{USER}', gen_random_uuid(), 'visit', now())",
)


def test_the_read_log_cannot_be_changed_by_any_role(new_database: str) -> None:
    fill(new_database, *ROWS)
    assert_append_only(new_database, "access_read", "purpose", USER)
