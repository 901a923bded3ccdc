"""The second wall of figures, attacked directly: no viewer, no rows; an analyst's own words only; nothing is changed."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from sijill.domain.access import actions as access
from sijill.domain.access import queries as access_queries
from sijill.domain.access.rules import AUDITOR_ID, PERMITS, REGISTER_ID, Act, DutyKind
from sijill.domain.access.viewing import viewing
from sijill.domain.figures.tests.press import add_topic, claim, step
from tests.attack import assert_append_only, fill
from tests.cast import NOON, PASSWORD, Cast

TABLES = ["figures_topic", "figures_claim", "figures_claimstep"]
pytestmark = pytest.mark.postgres15


def ask(statement: str, *values: Any) -> Any:
    """The first value PostgreSQL answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def test_no_viewer_no_rows(cast: Cast) -> None:
    add_topic(cast)
    step(cast, claim(cast, 1, 1), "denied")
    assert [ask(f"select count(*) from {table}") for table in TABLES] == [0, 0, 0]
    for name in ("dora", "farid"):
        with viewing(cast.user[name]):
            assert [ask(f"select count(*) from {table}") for table in TABLES] == [1, 1, 1]


def attempt(viewer: UUID, statement: str, *values: Any) -> None:
    """Run one statement as this viewer; it must fail."""
    with viewing(viewer), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


TOPIC = (
    "insert into figures_topic (code, names, unit, measure, by_id, recorded_at)"
    " values ('planted', '{}', 'persons', '{}', %s, now())"
)
CLAIM = (
    "insert into figures_claim (id, topic_id, low, high, modality, speaker, outlet, address, quoted, note,"
    " derived_from, rule, by_id, recorded_at)"
    " values (%s, %s, %s, %s, %s, %s, %s, '', '', '', %s, %s, %s, now())"
)
STEP = (
    "insert into figures_claimstep (id, claim_id, state, said_by, outlet, said_on, address, note, by_id, recorded_at)"
    " values (%s, %s, %s, %s, 'Paper', '2026-02-01', '', '', %s, now())"
)


def test_nobody_writes_in_another_s_name_or_without_the_duty(cast: Cast) -> None:
    topic, farid = add_topic(cast), cast.user["farid"]
    made = claim(cast, 1, 1)
    for who in (cast.user["dora"], cast.user["alice"], AUDITOR_ID, REGISTER_ID):
        for name in (who, farid):
            attempt(who, TOPIC, name)
            attempt(who, CLAIM, uuid4(), topic, 1, 1, "stated", "S", "O", [], "", name)
            attempt(who, STEP, uuid4(), made, "denied", "S", name)
    attempt(farid, CLAIM, uuid4(), topic, 1, 1, "stated", "S", "O", [], "", cast.user["alice"])
    with viewing(farid):
        assert [ask(f"select count(*) from {table}") for table in TABLES] == [1, 1, 0]


@pytest.mark.parametrize(
    ("low", "high", "modality", "speaker", "outlet", "sources", "rule"),
    [
        (2, 1, "stated", "S", "O", 0, ""),
        (-1, None, "stated", "S", "O", 0, ""),
        (None, 10**12, "stated", "S", "O", 0, ""),
        (1, 1, "guessed", "S", "O", 0, ""),
        (1, 1, "stated", "", "O", 0, ""),
        (1, 1, "stated", "S", "", 0, ""),
        (1, 1, "unclear", "S", "O", 0, ""),
        (1, 1, "derived", "S", "O", 0, "rule"),
        (1, 1, "derived", "S", "O", 1, ""),
        (1, 1, "stated", "S", "O", 1, ""),
        (1, 1, "stated", "S", "O", 0, "rule"),
        (1, 1, "derived", "S", "O", 2, "rule"),  # one of the two is not there
    ],
)
def test_the_table_itself_refuses_what_is_no_claim(
    cast: Cast, low: int, high: int, modality: str, speaker: str, outlet: str, sources: int, rule: str
) -> None:
    topic, farid = add_topic(cast), cast.user["farid"]
    named = [claim(cast, 1, 1), uuid4()][:sources]
    attempt(farid, CLAIM, uuid4(), topic, low, high, modality, speaker, outlet, named, rule, farid)


def test_the_same_statement_without_the_fault_is_taken(cast: Cast) -> None:
    topic, farid = add_topic(cast), cast.user["farid"]
    made = claim(cast, 1, 1)
    with viewing(farid), connection.cursor() as cursor:
        cursor.execute(CLAIM, [uuid4(), topic, 1, 1, "derived", "S", "O", [made], "rule", farid])
        cursor.execute(STEP, [uuid4(), made, "denied", "S", farid])
    attempt(farid, STEP, uuid4(), made, "forgotten", "S", farid)
    attempt(farid, STEP, uuid4(), made, "denied", "", farid)


@pytest.mark.parametrize("kind", list(DutyKind))
def test_the_wall_opens_for_exactly_the_duties_that_enter_figures(cast: Cast, kind: DutyKind) -> None:
    if kind in (DutyKind.REGISTER, DutyKind.AUDITOR):
        user = REGISTER_ID if kind is DutyKind.REGISTER else AUDITOR_ID
    else:
        with viewing(REGISTER_ID):
            register = access_queries.viewer_of(REGISTER_ID, NOON)
            user = access.create_user(
                user_id=uuid4(), username="somebody", name="Somebody", password=PASSWORD, by=register, at=NOON
            )
            delta = cast.authority["DELTA"]
            access.grant_duty(user_id=user, kind=kind, authority_id=delta, by=register, at=NOON)
    with viewing(user):
        assert ask("select viewer_enters_figures()") == (Act.ENTER_FIGURES in PERMITS[kind])


USER = "11111111-0000-4000-8000-000000000000"
ROW = "11111111-0000-4000-8000-00000000000c"
ROWS = (
    f"insert into access_user (id, password, username, name, language, is_active)"
    f" values ('{USER}', '!', 'farid', 'Farid', 'en', true)",
    f"insert into figures_topic (id, code, names, unit, measure, by_id, recorded_at)"
    f" values (1, 't', '{{}}', 'persons', '{{}}', '{USER}', now())",
    f"insert into figures_claim (id, topic_id, low, high, modality, speaker, outlet, address, quoted, note,"
    f" derived_from, rule, by_id, recorded_at) values ('{ROW}', 1, 1, 1, 'stated', 'S', 'O', '', '', '', '{{}}', '',"
    f" '{USER}', now())",
    f"insert into figures_claimstep (id, claim_id, state, said_by, outlet, said_on, address, note, by_id, recorded_at)"
    f" values (gen_random_uuid(), '{ROW}', 'denied', 'S', 'O', '2026-02-01', '', '', '{USER}', now())",
)


def test_what_was_published_cannot_be_changed_by_any_role(new_database: str) -> None:
    fill(new_database, *ROWS)
    for table, column in zip(TABLES, ("measure", "low", "state"), strict=True):
        assert_append_only(new_database, table, column, USER)
