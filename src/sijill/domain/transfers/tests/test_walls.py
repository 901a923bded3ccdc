"""The second wall of transfers, attacked directly as the application's role: SQL, past every action."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from sijill.domain.access.rules import REGISTER_ID, DutyKind, NotVisible
from sijill.domain.access.viewing import viewing
from sijill.domain.people import queries as people
from sijill.domain.transfers import queries
from sijill.domain.transfers.tests.test_handovers import grant
from tests.cast import Cast
from tests.story import Story

pytestmark = pytest.mark.postgres15
MOVEMENT = [
    "transfers_batch", "transfers_batchevent", "transfers_manifest", "transfers_manifestline", "transfers_handover",
    "transfers_handoverline", "transfers_statement", "transfers_lineoutcome",
]  # fmt: skip


@contextmanager
def refusing(error: type[DatabaseError], text: str = "") -> Iterator[None]:
    """PostgreSQL refuses what happens inside; the test's transaction goes on."""
    with pytest.raises(error, match=text), transaction.atomic():
        yield


def run(sql: str, *values: Any) -> int:
    """Execute as the application's role; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return int(cursor.rowcount)


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")
        return int(cursor.fetchone()[0])


def insert_statement(story: Story, side: str, stage: str, authority: str, user: str, **changes: Any) -> None:
    """A statement written past the actions, complete and well-formed."""
    body = b'{"forged":true}'
    row: dict[str, Any] = {
        "id": uuid4(), "handover_id": story.handover(1).id, "side": side, "stage": stage,
        "authority_id": story.cast.authority[authority], "grade": "user", "bytes": body,
        "sha256": hashlib.sha256(body).digest(), "by_id": story.cast.user[user], "by_name": user, "session": uuid4(),
        "signer": "", "occurred_at": story.now, "recorded_at": story.now,
    } | changes  # fmt: skip
    columns = ", ".join(f'"{name}"' for name in row)
    run(f"insert into transfers_statement ({columns}) values ({', '.join(['%s'] * len(row))})", *row.values())


@pytest.fixture
def story(cast: Cast) -> Story:
    """Two people on a sealed manifest, presented by asma of ALPHA."""
    told = Story(cast).sealed(2)
    told.present(1)
    return told


# ---------------------------------------------------------------------------- neither side signs for the other
@pytest.mark.parametrize(
    ("viewer", "side", "stage", "authority", "by"),
    [
        ("asma", "receiver", "count", "BRAVO", "asma"),  # the giver counts for the receiver
        ("asma", "receiver", "count", "ALPHA", "asma"),  # … in his own name
        ("asma", "receiver", "count", "BRAVO", "basil"),  # … in the name of the other officer
        ("basil", "giver", "acknowledgement", "ALPHA", "basil"),
        ("basil", "giver", "acknowledgement", "BRAVO", "basil"),
        ("charlie", "receiver", "count", "BRAVO", "charlie"),
        ("charlie", "receiver", "count", "CHARLIE", "charlie"),
        ("dora", "receiver", "count", "BRAVO", "dora"),
    ],
)
def test_nobody_signs_for_another_side_by_sql(
    story: Story, viewer: str, side: str, stage: str, authority: str, by: str
) -> None:
    with viewing(story.cast.user[viewer]), refusing(ProgrammingError, "row-level security"):
        insert_statement(story, side, stage, authority, by)


def test_the_register_itself_signs_for_nobody(story: Story) -> None:
    for by in ("basil", "register"):
        who = REGISTER_ID if by == "register" else story.cast.user[by]
        with viewing(REGISTER_ID), refusing(ProgrammingError, "row-level security"):
            insert_statement(story, "receiver", "count", "BRAVO", "basil", by_id=who)


def test_the_same_row_from_its_own_side_is_taken(story: Story) -> None:
    """So the refusals above are about the side, and about nothing else."""
    with viewing(story.cast.user["basil"]):
        insert_statement(story, "receiver", "count", "BRAVO", "basil")


def test_a_paper_for_an_authority_with_officers_is_refused_by_sql(story: Story) -> None:
    with viewing(story.cast.user["asma"]), refusing(ProgrammingError, "row-level security"):
        insert_statement(
            story, "receiver", "count", "BRAVO", "asma", grade="paper", signer="Captain", session=None, scan=b"x"
        )


def test_one_user_never_stands_on_both_sides_by_sql(cast: Cast) -> None:
    grant(cast, {"asma": [("BRAVO", DutyKind.CARRYING_OFFICER)]})
    story = Story(cast).sealed(1)
    story.present(1)
    with viewing(cast.user["asma"]), refusing(IntegrityError, "statement_one_side"):
        insert_statement(story, "receiver", "count", "BRAVO", "asma")


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"stage": "acknowledgement"}, "statement_side_of_stage"),
        ({"stage": "presented"}, "statement_side_of_stage"),
        ({"session": None}, "statement_grade"),
        ({"grade": "paper", "session": None}, "statement_grade"),
        ({"grade": "oath"}, "statement_grade"),
    ],
)
def test_a_statement_without_its_parts_is_refused(story: Story, changes: dict[str, Any], constraint: str) -> None:
    with viewing(story.cast.user["basil"]), refusing(IntegrityError, constraint):
        insert_statement(story, "receiver", changes.pop("stage", "count"), "BRAVO", "basil", **changes)


def test_no_officer_writes_handovers_lines_or_outcomes_himself(story: Story) -> None:
    """Their own statement is all that officers insert; what follows from it is written by the register."""
    with viewing(story.cast.user["basil"]):
        assert run("update transfers_handover set state = 'acknowledged'") == 0
        assert run("update transfers_handoverline set code = 'received'") == 0
        assert run("update transfers_manifestline set open = false") == 0
        assert run("delete from transfers_manifestline") == 0
        assert run("update transfers_batch set state = 'closed'") == 0
        for table in ("transfers_handover", "transfers_handoverline", "transfers_batch", "transfers_party"):
            with refusing(DatabaseError, "permission denied"):
                run(f"delete from {table}")
        with refusing(ProgrammingError, "row-level security"):
            run(
                "insert into transfers_handoverline (handover_id, no, subject_id, on_manifest, code, resolution)"
                " values (%s, 99, %s, false, 'extra', '')", story.handover(1).id, story.people[0],
            )  # fmt: skip


# ---------------------------------------------------------------------------- what is sealed stays
def test_a_sealed_manifest_and_its_lines_do_not_change_even_for_the_register(story: Story) -> None:
    manifest = story.manifests[0]
    with viewing(REGISTER_ID):
        for change in (
            "bytes = 'x'", "sha256 = 'x'", "bytes = null", "vehicle = 'another'", "destination_id = destination_id + 1",
            "state = 'draft'",
        ):  # fmt: skip
            with refusing(IntegrityError, "sealed manifest"):
                run(f"update transfers_manifest set {change} where id = %s", manifest)
        for change in ("no = no + 100", f"subject_id = '{story.admit(1)[0]}'"):
            with refusing(IntegrityError, "sealed manifest"):
                run(f"update transfers_manifestline set {change} where manifest_id = %s and no = 1", manifest)
        with refusing(IntegrityError, "sealed manifest"):
            run("delete from transfers_manifestline where manifest_id = %s", manifest)
        with refusing(IntegrityError, "sealed manifest"):
            run(
                "insert into transfers_manifestline (manifest_id, no, subject_id, sender_id, open)"
                " values (%s, 50, %s, %s, true)", manifest, story.people[-1], story.cast.authority["ALPHA"],
            )  # fmt: skip
        assert run("update transfers_manifestline set open = false where manifest_id = %s", manifest) == 2


def test_a_line_cannot_be_moved_off_a_sealed_manifest(story: Story) -> None:
    """Nor onto another one, nor to another sender: whose line it is belongs to what was sealed."""
    story.plan(3, batch_id=(other := uuid4()))
    draft = story.draw([], batch=other)
    with viewing(REGISTER_ID):
        for change in (f"manifest_id = '{draft}'", f"sender_id = {story.cast.authority['DELTA']}"):
            with refusing(IntegrityError, "sealed manifest"):
                run(f"update transfers_manifestline set {change} where manifest_id = %s", story.manifests[0])
        run(
            "insert into transfers_manifestline (manifest_id, no, subject_id, sender_id, open) values (%s, 1, %s, %s, false)",
            draft, story.people[0], story.cast.authority["ALPHA"],
        )  # fmt: skip
        with refusing(IntegrityError, "sealed manifest"):
            run(
                "update transfers_manifestline set manifest_id = %s, no = 9 where manifest_id = %s",
                story.manifests[0],
                draft,
            )


def test_a_cancelled_manifest_keeps_what_was_sealed(cast: Cast) -> None:
    from sijill.domain.transfers import actions

    story = Story(cast).sealed(2)
    with story.acting("anton") as by:
        actions.cancel_batch(batch_id=story.batch, note="", by=by, at=story.now)
    with viewing(REGISTER_ID):
        for change in ("bytes = 'x'", "state = 'draft'", "vehicle = 'another'"):
            with refusing(IntegrityError, "sealed manifest"):
                run(f"update transfers_manifest set {change} where id = %s", story.manifests[0])


def test_a_second_open_manifest_is_refused_by_sql(story: Story) -> None:
    story.plan(3, batch_id=(other := uuid4()))
    draft = story.draw([], batch=other)
    with viewing(REGISTER_ID), refusing(IntegrityError, "line_one_open_manifest"):
        run(
            "insert into transfers_manifestline (manifest_id, no, subject_id, sender_id, open) values (%s, 1, %s, %s, true)",
            draft, story.people[0], story.cast.authority["ALPHA"],
        )  # fmt: skip


@pytest.mark.parametrize("table", ["transfers_decision", "transfers_batchevent", "transfers_statement"])
def test_testimony_is_neither_changed_nor_deleted(story: Story, table: str) -> None:
    before = {}
    for viewer in (REGISTER_ID, story.cast.user["asma"]):
        with viewing(viewer):
            before[viewer] = count(table)
            for attack in (f"update {table} set id = id", f"delete from {table}", f"truncate {table} cascade"):
                with refusing(DatabaseError, "permission denied|testimony"):
                    run(attack)
            assert count(table) == before[viewer] > 0


# ---------------------------------------------------------------------------- who knows of a movement
def seen_by(cast: Cast, name: str) -> dict[str, int]:
    with viewing(cast.user[name]):
        return {table: count(table) for table in MOVEMENT}


def test_a_coming_movement_is_known_to_its_duties_only_until_it_arrives(cast: Cast) -> None:
    add_readers(cast)
    story = Story(cast).sealed(2)
    outside = ["farid", "vera", "finn"]
    for step in ("present", "count", "names"):
        for name in outside:
            assert set(seen_by(cast, name).values()) == {0}, (name, step)
            with story.acting(name) as by:
                for read in (
                    lambda: queries.batch(by, story.batch), lambda: queries.manifest(by, story.manifests[0]),
                    lambda: queries.handover(by, story.handover(1).id),
                    lambda: queries.manifest_by_code(by, story.manifest_row().code),
                    lambda: queries.sealed_bytes(by, story.manifests[0]),
                ):  # fmt: skip
                    with pytest.raises(NotVisible):
                        read()
                assert queries.batches(by) == [] and queries.handovers(by) == []
        getattr(story, step)(1)
    assert all(seen_by(cast, "anton")[table] > 0 for table in MOVEMENT)
    story.present(2)
    assert story.state() == "arrived"
    for name in outside:
        with story.acting(name) as by:
            assert [b.id for b in queries.batches(by)] == [story.batch]
    assert set(seen_by(cast, "dora").values()) == {0}


def add_readers(cast: Cast) -> None:
    """A visiting body at CHARLIE and a finance officer at BRAVO: readers without a part in movements."""
    from sijill.domain.access import actions as access
    from sijill.domain.access import queries as access_queries
    from tests.cast import NOON, PASSWORD

    with viewing(REGISTER_ID):
        register = access_queries.viewer_of(REGISTER_ID, NOON)
        for name in ("vera", "finn"):
            cast.user[name] = access.create_user(
                user_id=uuid4(), username=name, name=name, password=PASSWORD, by=register, at=NOON
            )
    grant(cast, {"vera": [("CHARLIE", DutyKind.VISITING_BODY)], "finn": [("BRAVO", DutyKind.FINANCE_OFFICER)]})


def test_the_next_custodian_reads_who_comes_only_after_the_seal(cast: Cast) -> None:
    story = Story(cast)
    story.open_operation()
    story.admit(3)
    story.plan(3)
    story.authorise()
    story.draw(story.people[:2])
    for name in ("basil", "charlie"):
        with story.acting(name) as by:
            assert people.seen_among(by, story.people) == {}
    story.seal()
    for name in ("basil", "charlie"):
        with story.acting(name) as by:
            assert set(people.seen_among(by, story.people)) == set(story.people[:2])


def test_an_officer_of_one_facility_sees_its_people_only(cast: Cast) -> None:
    story = Story(cast).sealed(2)
    here = story.admit(2, facility="A-SIDE")
    with story.acting("adnan") as by:
        assert set(people.seen_among(by, [*story.people])) == set(here)
    seen: list[UUID] = []
    with viewing(cast.user["adnan"]), connection.cursor() as cursor:
        for table, column in (
            ("ledger_position", "subject_id"),
            ("ledger_folio", "subject_id"),
            ("people_person", "id"),
        ):
            cursor.execute(f"select distinct {column} from {table}")
            seen += [row[0] for row in cursor.fetchall()]
    assert set(seen) == set(here)
