"""The second wall of people, attacked as the application's role: as a stranger, as nobody, as the auditor."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from sijill.domain.access.rules import AUDITOR_ID, REGISTER_ID, NotVisible
from sijill.domain.access.viewing import viewing
from sijill.domain.people import actions, queries
from sijill.domain.people.rules import Name, Number
from sijill.domain.people.tests.makers import claim, enter, kareem, one
from tests.attack import assert_append_only, fill
from tests.cast import NOON, Cast

pytestmark = pytest.mark.postgres15
TABLES = [
    "people_person",
    "people_sight",
    "people_claim",
    "people_claimwithdrawn",
    "people_token",
    "people_link",
    "people_linkwithdrawn",
    "people_listimport",
    "people_unknowncounter",
]
APPEND_ONLY = [
    "people_person",
    "people_sight",
    "people_claim",
    "people_claimwithdrawn",
    "people_link",
    "people_linkwithdrawn",
]


def count(table: str) -> int:
    """How many rows this transaction's viewer sees."""
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")
        return int(cursor.fetchone()[0])


def fails(statement: str, *values: Any) -> str:
    """Run a statement that must fail, in a savepoint; returns what the error says."""
    with pytest.raises(DatabaseError) as wrong, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return str(wrong.value)


@pytest.fixture
def full(cast: Cast) -> UUID:
    """Every table of the room holds a row of ALPHA. Returns a person's id."""
    person, other = enter(cast, kareem())[0].person_id, one(cast, Name("Other Man"))
    alice = cast.viewer("alice")
    alpha, place = cast.authority["ALPHA"], cast.facility["A-MAIN"]
    with viewing(alice.user_id):
        wrong = claim(Number("SDF", "77"))
        actions.add_claim(person_id=person, claim=wrong, authority_id=alpha, by=alice, at=NOON)
        actions.withdraw_claim(claim_id=wrong.id, reason="Misread", by=alice, at=NOON)
        made = actions.link_records(
            link_id=uuid4(), one=person, other=other, authority_id=alpha, reason="Same", by=alice, at=NOON
        )
        actions.withdraw_link(link_id=made, reason="Not same", by=alice, at=NOON)
        actions.register_unknowns(ids=[uuid4()], authority_id=alpha, by=alice, at=NOON)
        actions.upload_list(
            import_id=uuid4(), authority_id=alpha, facility_id=place, filename="x.csv", content=b"name\nA B\n",
            by=alice, at=NOON,
        )  # fmt: skip
        assert all(count(table) for table in TABLES)
    return person


@pytest.mark.parametrize("who", ["dora", "bushra", "charlie", "farid"])
def test_a_stranger_sees_no_row_of_any_table(cast: Cast, full: UUID, who: str) -> None:
    own_counter = 1 if who == "farid" else 0  # an analyst of ALPHA: counts are not names
    with viewing(cast.user[who]):
        assert [count(table) for table in TABLES] == [0] * (len(TABLES) - 1) + [own_counter]


@pytest.mark.parametrize("who", [None, REGISTER_ID, AUDITOR_ID, UUID(int=7)])
def test_nobody_and_the_built_in_two_see_no_row(cast: Cast, full: UUID, who: UUID | None) -> None:
    if who is None:
        assert [count(table) for table in TABLES] == [0] * len(TABLES)
        return
    with viewing(who):
        assert [count(table) for table in TABLES] == [0] * len(TABLES)


def test_a_hidden_person_is_like_none_in_every_query(cast: Cast, full: UUID) -> None:
    dora = cast.viewer("dora")
    with viewing(cast.user["alice"]):
        number = queries.names_of(cast.viewer("alice"), [full])[full].register_number
    with viewing(dora.user_id):
        for hidden in (full, uuid4()):
            with pytest.raises(NotVisible):
                queries.person(dora, hidden)
            assert queries.names_of(dora, [hidden]) == {}
            assert queries.seen_among(dora, [hidden]) == {}
            assert queries.claims_of(dora, hidden) == ()
            assert queries.links_of(dora, hidden) == ()
        for text in (number, "kareem", "k", "كريم", "IQ-0001827", "1827"):
            assert queries.search(dora, text) == []
            assert queries.find_reference(dora, text) is None
        assert queries.imports(dora) == []
        with pytest.raises(NotVisible):
            queries.list_import(dora, uuid4())


def test_nobody_lets_himself_see_a_person(cast: Cast, full: UUID) -> None:
    sight = "insert into people_sight (person_id, authority_id) values (%s, %s)"
    with viewing(cast.user["dora"]):
        for authority in ("DELTA", "ALPHA"):
            assert "row-level security" in fails(sight, full, cast.authority[authority])
            assert "row-level security" in fails(sight + " on conflict do nothing", full, cast.authority[authority])
        # Even an id nobody has says no more than one that somebody has.
        assert "row-level security" in fails(sight, uuid4(), cast.authority["DELTA"])
        assert "not yours" in fails("select people_index_shown(%s, %s)", [full], cast.authority["DELTA"])
        assert "not yours" in fails("select people_index(%s, %s, %s)", [full], ["kareem"], ["name"])
        assert "not yours" in fails("select people_unindex(%s, %s)", full, [])
        assert count("people_person") == count("people_token") == 0


def test_words_are_written_by_nobody_s_hand(cast: Cast, full: UUID) -> None:
    insert = "insert into people_token (authority_id, token, person_id, kind) values (%s, 'x', %s, 'name')"
    with viewing(cast.user["alice"]):
        fails(insert, cast.authority["ALPHA"], full)
        fails("delete from people_token")
        fails("update people_token set token = 'x'")


def test_claims_are_recorded_in_one_s_own_name_for_one_s_own_authority(cast: Cast, full: UUID) -> None:
    insert = (
        "insert into people_claim (id, person_id, kind, data, source_text, authority_id, by_id, recorded_at)"
        " values (%s, %s, 'name', '{}', 'x', %s, %s, now())"
    )
    alpha, delta, alice, dora = cast.authority["ALPHA"], cast.authority["DELTA"], cast.user["alice"], cast.user["dora"]
    with viewing(dora):
        for authority, by in ((delta, dora), (alpha, alice), (alpha, dora)):
            assert "row-level security" in fails(insert, uuid4(), full, authority, by)
    with viewing(alice):
        assert "row-level security" in fails(insert, uuid4(), full, alpha, dora)
        assert "row-level security" in fails(insert, uuid4(), full, delta, alice)
        with connection.cursor() as cursor:
            cursor.execute(insert, [uuid4(), full, alpha, alice])


def test_a_claim_without_a_source_or_of_another_kind_is_refused_by_the_table(cast: Cast, full: UUID) -> None:
    insert = (
        "insert into people_claim (id, person_id, kind, data, source_text, authority_id, by_id, recorded_at)"
        " values (%s, %s, %s, '{}', %s, %s, %s, now())"
    )
    alpha, alice = cast.authority["ALPHA"], cast.user["alice"]
    with viewing(alice):
        assert "claim_has_source" in fails(insert, uuid4(), full, "name", "", alpha, alice)
        assert "claim_kind_known" in fails(insert, uuid4(), full, "tribe", "x", alpha, alice)


def test_withdrawing_and_linking_by_hand_is_closed_to_strangers(cast: Cast, full: UUID) -> None:
    with viewing(cast.user["alice"]), connection.cursor() as cursor:
        cursor.execute("select id from people_claim where person_id = %s limit 1", [full])
        known = cursor.fetchone()[0]
        cursor.execute("select id from people_person where id <> %s limit 1", [full])
        other = cursor.fetchone()[0]
    dora = cast.user["dora"]
    with viewing(dora):
        withdraw = "insert into people_claimwithdrawn (claim_id, reason, by_id, at) values (%s, 'x', %s, now())"
        assert "row-level security" in fails(withdraw, known, dora)
        link = (
            "insert into people_link (id, one_id, other_id, verdict, reason, authority_id, by_id, at)"
            " values (%s, least(%s::uuid, %s), greatest(%s::uuid, %s), 'same', 'x', %s, %s, now())"
        )
        assert "row-level security" in fails(link, uuid4(), full, other, full, other, cast.authority["DELTA"], dora)


def test_unique_violations_tell_a_stranger_nothing_he_did_not_bring(cast: Cast, full: UUID) -> None:
    """A word, a sight, a file that ALPHA has does not collide for DELTA: the constraints include the authority."""
    dora, alice = cast.viewer("dora"), cast.viewer("alice")
    assert one(cast, Name("Kareem Salih al-Masri"), Number("SDF", "IQ-0001827"))
    enter(cast, kareem(), who="dora", authority="DELTA")
    with viewing(dora.user_id):
        assert len(queries.search(dora, "kareem")) == 1
        kept = actions.upload_list(
            import_id=uuid4(), authority_id=cast.authority["DELTA"], facility_id=cast.facility["A-MAIN"],
            filename="x.csv", content=b"name\nA B\n", by=dora, at=NOON,
        )  # fmt: skip
        assert not kept.repeated
    with viewing(alice.user_id):
        assert len(queries.search(alice, "kareem")) == 2


def test_serials_are_given_to_nobody_without_a_viewer_and_their_key_is_read_by_none(cast: Cast) -> None:
    fails("select people_next_serials(1)")
    fails("select key from people_numbering")
    fails("select nextval('people_serial')")
    with viewing(cast.user["alice"]):
        fails("select key from people_numbering")
        fails("select nextval('people_serial')")
        fails("select people_next_serials(25001)")


def test_the_kept_file_cannot_be_changed(cast: Cast, full: UUID) -> None:
    with viewing(cast.user["alice"]):
        for column in ("content", "sha256", "filename", "authority_id", "facility_id", "by_id", "at"):
            assert "permission denied" in fails(f"update people_listimport set {column} = {column}")
        fails("delete from people_listimport")


def test_testimony_is_never_changed_by_anybody(cast: Cast, full: UUID) -> None:
    with viewing(cast.user["alice"]):
        for table in APPEND_ONLY:
            for attack in (f"update {table} set by_id = by_id", f"delete from {table}", f"truncate {table} cascade"):
                fails(attack.replace("by_id = by_id", "id = id") if table == "people_sight" else attack)


ROWS = (
    "insert into access_authority (id, code, names, keeps_book) values (1, 'A', '{}', true)",
    "insert into access_user (id, password, username, name, language, is_active) values (uuid_nil(), '', 'a', 'A', 'en', true)",
    "insert into access_duty (user_id, authority_id, kind, valid_from) values (uuid_nil(), 1, 'registrar', '2020-01-01Z')",
    "insert into people_person (id, register_number, created_at, by_id) select i, right(i::text, 3), now(), uuid_nil()"
    " from unnest(array[uuid_of(1), uuid_of(2)]) i",
    "insert into people_sight (person_id, authority_id) select id, 1 from people_person",
    "insert into people_claim (id, person_id, kind, data, source_text, authority_id, recorded_at, by_id)"
    " values (uuid_of(3), uuid_of(1), 'name', '{}', 'x', 1, now(), uuid_nil())",
    "insert into people_claimwithdrawn (claim_id, reason, at, by_id) values (uuid_of(3), 'x', now(), uuid_nil())",
    "insert into people_link (id, one_id, other_id, verdict, reason, authority_id, at, by_id)"
    " values (uuid_of(4), uuid_of(1), uuid_of(2), 'same', 'x', 1, now(), uuid_nil())",
    "insert into people_linkwithdrawn (link_id, reason, at, by_id) values (uuid_of(4), 'x', now(), uuid_nil())",
)
VIEWER = UUID(int=9)


def test_no_role_changes_testimony(new_database: str) -> None:
    """Rows put there by the superuser; then the application, the owner and the superuser try."""
    plain = [row.replace("uuid_nil()", f"'{VIEWER}'::uuid") for row in ROWS]
    numbered = [re.sub(r"uuid_of\((\d)\)", lambda found: f"'{UUID(int=int(found[1]))}'::uuid", row) for row in plain]
    fill(new_database, *numbered)
    for table in APPEND_ONLY:
        assert_append_only(new_database, table, "person_id" if table == "people_sight" else "by_id", str(VIEWER))
