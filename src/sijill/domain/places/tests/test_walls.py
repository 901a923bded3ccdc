"""The second wall of places, attacked directly: no viewer, no rows; testimony is added, never changed."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from sijill.domain.access.rules import AUDITOR_ID
from sijill.domain.access.viewing import viewing
from sijill.domain.places.tests.test_capacities import approve
from sijill.domain.places.tests.test_control import state
from tests.attack import assert_append_only, fill
from tests.cast import Cast

TABLES = ["places_facility", "places_hall", "places_controlstatement", "places_capacity"]
pytestmark = pytest.mark.postgres15


def count(table: str) -> int:
    """How many rows this transaction's viewer sees."""
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")
        return int(cursor.fetchone()[0])


def test_no_viewer_no_rows(cast: Cast) -> None:
    state(cast)
    approve(cast)
    assert [count(table) for table in TABLES] == [0, 0, 0, 0]
    with viewing(cast.user["dora"]):
        assert count("places_facility") == len(cast.facility)
        assert (count("places_controlstatement"), count("places_capacity")) == (1, 1)


def attempt(viewer: UUID, statement: str, *values: Any) -> None:
    """Run one statement as this viewer; it must fail."""
    with viewing(viewer), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


STATE = (
    "insert into places_controlstatement (id, facility_id, aspect, holder_text, speaker, stated_at, note, by_id,"
    " recorded_at) values (%s, %s, %s, '', %s, now(), '', %s, now())"
)


def test_nobody_states_in_another_s_name(cast: Cast) -> None:
    place, alice = cast.facility["A-MAIN"], cast.user["alice"]
    attempt(cast.user["dora"], STATE, uuid4(), place, "perimeter", "Dora", alice)
    attempt(AUDITOR_ID, STATE, uuid4(), place, "perimeter", "Auditor", alice)


def test_the_table_itself_refuses_a_missing_speaker_and_an_unknown_aspect(cast: Cast) -> None:
    place, amal = cast.facility["A-MAIN"], cast.user["amal"]
    attempt(amal, STATE, uuid4(), place, "perimeter", "", amal)
    attempt(amal, STATE, uuid4(), place, "weather", "Amal", amal)
    with viewing(amal), connection.cursor() as cursor:
        cursor.execute(STATE, [uuid4(), place, "perimeter", "Amal", amal])
        assert cursor.rowcount == 1


def test_users_enter_no_facility_around_the_action(cast: Cast) -> None:
    insert = "insert into places_facility (code, kind, names, region) values ('X', 'prison', '{}', 'IQ')"
    attempt(cast.user["alice"], insert)
    attempt(AUDITOR_ID, insert)


def test_the_application_changes_no_facility(cast: Cast) -> None:
    attempt(cast.user["alice"], "update places_facility set region = 'IQ-AR'")
    attempt(cast.user["alice"], "delete from places_hall")


USER = "11111111-0000-4000-8000-000000000000"
ROWS = (
    f"insert into access_user (id, password, username, name, language, is_active)"
    f" values ('{USER}', '!', 'amal', 'Amal', 'en', true)",
    "insert into places_facility (id, code, kind, names, region) values (1, 'X', 'prison', '{}', 'IQ')",
    f"insert into places_controlstatement (id, facility_id, aspect, holder_text, speaker, stated_at, note, by_id,"
    f" recorded_at) values (gen_random_uuid(), 1, 'perimeter', '', 'Amal', now(), '', '{USER}', now())",
    f"insert into places_capacity (id, facility_id, kind, category, places, approver, approved_on, document, by_id,"
    f" recorded_at) values (gen_random_uuid(), 1, 'maximum', '', 10, 'Minister', now(), '', '{USER}', now())",
)


def test_testimony_about_places_cannot_be_changed_by_any_role(new_database: str) -> None:
    fill(new_database, *ROWS)
    assert_append_only(new_database, "places_controlstatement", "speaker", USER)
    assert_append_only(new_database, "places_capacity", "places", USER)


def test_a_capacity_waits_for_another_of_the_same_place(cast: Cast, worker_database: str) -> None:
    """Two numbers that would contradict each other cannot both be judged against the state before them."""
    with psycopg.connect(worker_database) as other:
        other.execute("select pg_advisory_xact_lock(7001, hashint8(%s))", [cast.facility["A-MAIN"]])
        with pytest.raises(OperationalError), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("set local lock_timeout = '200ms'")
            approve(cast)
        approve(cast, who="chiara", facility_id=cast.facility["C-HUB"])
    approve(cast)
