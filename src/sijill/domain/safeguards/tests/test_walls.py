"""The second wall of safeguards, attacked as the application's role: strangers, nobody, the built-in two."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from sijill.domain.access.rules import AUDITOR_ID, REGISTER_ID
from sijill.domain.access.viewing import viewing
from sijill.domain.safeguards import actions
from sijill.domain.safeguards.rules import IN_CUSTODY, NO_GROUND
from tests.attack import assert_append_only, fill
from tests.cast import NOON, Cast
from tests.story import Story

pytestmark = pytest.mark.postgres15
TABLES = ["safeguards_legalbasis", "safeguards_basiswithdrawn"]
STATE = (
    "insert into safeguards_legalbasis (id, person_id, authority_id, ground, ordering_authority, document, source,"
    " stated_on, recorded_at, by_id) values (%s, %s, %s, 'conviction', '', '', 'x', '2026-01-01', %s, %s)"
)
WITHDRAW = "insert into safeguards_basiswithdrawn (basis_id, reason, by_id, at) values (%s, 'x', %s, %s)"


def ask(statement: str, *values: Any) -> Any:
    """The first value a query answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def count(table: str) -> int:
    """How many rows this transaction's viewer sees."""
    return int(ask(f"select count(*) from {table}"))


def fails(statement: str, *values: Any) -> str:
    """Run a statement that must fail, in a savepoint; returns what the error says."""
    with pytest.raises(DatabaseError) as wrong, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return str(wrong.value)


@pytest.fixture
def told(cast: Cast) -> tuple[Story, UUID]:
    """A person with two bases, one of them withdrawn. The one that stands."""
    story = Story(cast)
    person = story.admit(1)[0]
    alpha, keys = cast.authority["ALPHA"], (uuid4(), uuid4())
    with story.acting("lina") as by:
        for key in keys:
            actions.state_legal_basis(
                basis_id=key, subject_id=person, authority_id=alpha, ground="conviction", ordering_authority="Court",
                document="Judgment 7", source="Court file", stated_on=NOON.date(), expires_on=None, by=by, at=story.tick(),
            )  # fmt: skip
        actions.withdraw_legal_basis(basis_id=keys[1], reason="another person", by=by, at=story.tick())
    return story, keys[0]


@pytest.mark.parametrize("who", ["dora", "bushra", "charlie", "farid"])
def test_who_may_not_read_the_person_sees_no_row(who: str, told: tuple[Story, UUID]) -> None:
    """A stranger, those further along the chain, and an analyst of the very authority."""
    with viewing(told[0].cast.user[who]):
        assert [count(table) for table in TABLES] == [0, 0]
    with viewing(told[0].cast.user["anton"]):
        assert [count(table) for table in TABLES] == [2, 1]


@pytest.mark.parametrize("who", [None, REGISTER_ID, AUDITOR_ID, UUID(int=7)])
def test_nobody_and_the_built_in_two_see_no_row(who: UUID | None, told: tuple[Story, UUID]) -> None:
    if who is None:
        assert [count(table) for table in TABLES] == [0, 0]
        return
    with viewing(who):
        assert [count(table) for table in TABLES] == [0, 0]


def test_no_sql_states_or_withdraws_what_is_not_the_viewer_s(told: tuple[Story, UUID]) -> None:
    """Not without the duty, not for another authority, not in another's name, not about a hidden person."""
    story, basis = told
    user, authority, person = story.cast.user, story.cast.authority, story.people[0]
    for who, book, name in (
        ("anton", "ALPHA", "anton"), ("asma", "ALPHA", "asma"), ("alice", "BRAVO", "alice"), ("alice", "ALPHA", "lina"),
        ("bushra", "BRAVO", "bushra"), ("dora", "DELTA", "dora"), ("farid", "ALPHA", "farid"),
    ):  # fmt: skip
        with viewing(user[who]):
            said = fails(STATE, uuid4(), person, authority[book], NOON, user[name])
            assert "row-level security" in said and str(person) not in said, who
    for who, name in (("anton", "anton"), ("dora", "dora"), ("bushra", "bushra"), ("alice", "lina")):
        with viewing(user[who]):
            assert "row-level security" in fails(WITHDRAW, basis, user[name], NOON)


def test_hidden_and_absent_people_are_refused_with_the_same_words(told: tuple[Story, UUID]) -> None:
    story, _basis = told
    dora, delta = story.cast.user["dora"], story.cast.authority["DELTA"]
    with viewing(dora):
        said = [fails(STATE, uuid4(), person, delta, NOON, dora) for person in (story.people[0], uuid4())]
    assert said[0] == said[1]


def test_a_basis_without_source_or_with_a_made_up_ground_is_refused_by_the_database(told: tuple[Story, UUID]) -> None:
    story, _basis = told
    alice, alpha, person = story.cast.user["alice"], story.cast.authority["ALPHA"], story.people[0]
    with viewing(alice):
        for bad, constraint in (("'conviction'", "basis_ground_known"), ("'x'", "basis_has_source")):
            changed = STATE.replace(bad, "'guilty'" if "conviction" in bad else "''")
            assert constraint in fails(changed, uuid4(), person, alpha, NOON, alice)


def test_the_functions_answer_strangers_with_nothing(told: tuple[Story, UUID]) -> None:
    story, _basis = told
    person, alpha = story.people[0], story.cast.authority["ALPHA"]
    for who in ("dora", "bushra", None):
        with viewing(story.cast.user[who] if who else UUID(int=9)):
            assert ask("select count(*) from safeguards_held_without('2026-02-01')") == 0
            place = story.cast.facility["A-MAIN"]
            assert ask("select count(*) from safeguards_absent(%s, %s, '2026-02-01', null, 9)", alpha, place) == 0
            assert ask("select safeguards_may_state(%s, %s)", person, alpha) is False
            assert ask("select count(*) from unnest(viewer_states_bases()) a where a = %s", alpha) == 0


@pytest.mark.parametrize("function", ["safeguards_held_without", "safeguards_absent"])
def test_the_functions_mean_the_same_custody_and_the_same_grounds_as_the_rules(function: str, cast: Cast) -> None:
    with viewing(REGISTER_ID):
        source = str(ask("select prosrc from pg_proc where proname = %s", function))
    kinds = re.findall(r"a\.kind in \(([^)]*)\)", source)
    grounds = re.findall(r"ground not in \(([^)]*)\)", source)
    assert kinds and {frozenset(re.findall(r"'([a-z-]+)'", k)) for k in kinds} == {frozenset(IN_CUSTODY)}
    assert grounds and {frozenset(re.findall(r"'([a-z-]+)'", g)) for g in grounds} == {NO_GROUND}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.django_db(transaction=False)
def test_no_role_changes_a_row(table: str, new_database: str) -> None:
    """Append-only for the application, the owner and the superuser."""
    fill(
        new_database,
        "insert into access_authority (id, code, names, keeps_book) values (901, 'X', '{}', true)",
        "insert into access_user (id, password, username, name, language, is_active)"
        " values ('00000000-0000-4000-8000-0000000000a1', '!', 'x', 'x', 'en', true)",
        "insert into access_duty (user_id, authority_id, kind, valid_from)"
        " values ('00000000-0000-4000-8000-0000000000a1', 901, 'registrar', '2026-01-01')",
        "insert into people_person (id, register_number, by_id, created_at) values"
        " ('00000000-0000-4000-8000-0000000000b1', 'S-1', '00000000-0000-4000-8000-0000000000a1', '2026-01-01')",
        "insert into people_sight (person_id, authority_id) values ('00000000-0000-4000-8000-0000000000b1', 901)",
        "insert into safeguards_legalbasis (id, person_id, authority_id, ground, ordering_authority, document, source,"
        " stated_on, recorded_at, by_id) values ('00000000-0000-4000-8000-0000000000c1',"
        " '00000000-0000-4000-8000-0000000000b1', 901, 'other', '', '', 'x', '2026-01-01', '2026-01-01',"
        " '00000000-0000-4000-8000-0000000000a1')",
        "insert into safeguards_basiswithdrawn values ('00000000-0000-4000-8000-0000000000c1', 'x', '2026-01-01',"
        " '00000000-0000-4000-8000-0000000000a1')",
    )
    column = "ground" if table == TABLES[0] else "reason"
    assert_append_only(new_database, table, column, "00000000-0000-4000-8000-0000000000a1")
