"""Who reads a person before he comes, while he is here, and after he has gone (law 8)."""

from datetime import date
from uuid import UUID, uuid4

from django.db import connection

from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import queries as ledger
from sijill.domain.people import actions as people_actions
from sijill.domain.people import queries as people
from sijill.domain.people.rules import Birth, Name, NewClaim, Precision
from sijill.domain.transfers.tests.test_walls import add_readers
from tests.cast import Cast
from tests.story import Story


def named(story: Story, name: str) -> set[UUID]:
    """Whose names this user reads."""
    with story.acting(name) as by:
        return set(people.names_of(by, story.people, "en"))


def told(story: Story, name: str, person: UUID) -> set[str]:
    """The names this user is told of one person."""
    with story.acting(name) as by:
        return {c.value.full for c in people.claims_of(by, person) if isinstance(c.value, Name)}


def claim(story: Story, name: str, authority: str, person: UUID, full: str) -> None:
    with story.acting(name) as by:
        people_actions.add_claim(
            claim=NewClaim(uuid4(), Name(full=full)), person_id=person,
            authority_id=story.cast.authority[authority], by=by, at=story.tick(),
        )  # fmt: skip


def rows_of(story: Story, name: str, table: str) -> int:
    """What raw SQL shows this user of a table, about the people of the story."""
    with viewing(story.cast.user[name]), connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table} where person_id = any(%s)", [story.people])
        return int(cursor.fetchone()[0])


def test_a_visiting_body_does_not_read_who_is_coming_but_who_has_come(cast: Cast) -> None:
    add_readers(cast)
    story = Story(cast).sealed(3)
    for step in ("present", "count", "names", "acknowledge"):
        assert named(story, "vera") == set()
        assert {
            rows_of(story, "vera", t) for t in ("people_sight", "people_expected", "people_token", "people_claim")
        } == {0}
        with story.acting("vera") as by:
            assert not people.search(by, "Person")
        getattr(story, step)(1)
    assert named(story, "charlie") == set(story.people)  # the receiving officer has to know
    story.present(2)
    story.count(2)
    assert named(story, "vera") == set()
    story.names(2, {2: "absent"})
    came = {story.people[0], story.people[2]}
    assert named(story, "vera") == came
    with story.acting("vera") as by:
        assert {row.id for row in people.search(by, "Person")} == came


def test_who_has_handed_somebody_on_keeps_what_was_known_and_reads_no_later_claims(cast: Cast) -> None:
    story = Story(cast).sealed(2)
    person = story.people[0]
    claim(story, "alice", "ALPHA", person, "Known Before")
    story.hand_over(1)
    story.hand_over(2)
    claim(story, "chiara", "CHARLIE", person, "Found Later")
    before = {"Person Number 1", "Known Before"}
    assert told(story, "chiara", person) == before | {"Found Later"}
    for name in ("alice", "asma", "basil", "bushra"):
        assert told(story, name, person) == before, name
        with story.acting(name) as by:
            assert [row.id for row in people.search(by, "Known")] == [person]
            assert not people.search(by, "Found")
    claim(story, "alice", "ALPHA", person, "Own Late Word")  # his own words he always reads
    assert told(story, "alice", person) == before | {"Own Late Word"}
    # What he does not know of stays in force for those who hold the person now, and they are told that he spoke.
    assert told(story, "chiara", person) == before | {"Found Later", "Own Late Word"}
    with story.acting("chiara") as by:
        for word in ("Found", "Own"):
            assert [row.id for row in people.search(by, word)] == [person]
    late = [f for f in story.findings() if f.code == "late-claim"]
    assert [(f.book_id, f.subject_id) for f in late] == [(cast.authority["CHARLIE"], person)]


def test_a_former_holder_does_not_undo_what_was_found_out_later(cast: Cast) -> None:
    """The court says he is a child after ALPHA has handed him on; ALPHA's next word does not make an adult of him."""
    story = Story(cast).sealed(1)
    person = story.people[0]
    story.hand_over(1)
    story.hand_over(2)
    child = Birth(Precision.EXACT, date(2012, 1, 1), date(2012, 1, 1))
    with story.acting("chiara") as by:
        people_actions.add_claim(
            claim=NewClaim(uuid4(), child), person_id=person, authority_id=cast.authority["CHARLIE"], by=by,
            at=story.tick(),
        )  # fmt: skip
    assert {f.code for f in story.findings()} == {"age-disputed"}
    claim(story, "alice", "ALPHA", person, "Own Late Word")
    with story.register() as by:
        assert [c.age_class for c in ledger.categories(by, [person])] == ["disputed"]


def test_who_takes_somebody_back_reads_on(cast: Cast) -> None:
    story = Story(cast).sealed(2)
    person = story.people[0]
    story.present(1)
    story.count(1)
    story.names(1, {1: "refused"})
    story.acknowledge(1, {1: "returned"})
    claim(story, "alice", "ALPHA", person, "After Return")
    assert told(story, "alice", person) == {"Person Number 1", "After Return"}
    assert told(story, "charlie", person) == set()  # he does not come: the receiver expects him no more


def test_only_the_register_settles_an_expectation(cast: Cast) -> None:
    import psycopg
    import pytest
    from django.db import DatabaseError, transaction

    story = Story(cast).sealed(1)
    charlie = cast.authority["CHARLIE"]
    for function in ("people_came", "people_expected_no_more"):
        for name in ("charlie", "alice", "dora"):
            with viewing(cast.user[name]), connection.cursor() as cursor, pytest.raises(DatabaseError) as wrong:  # noqa: SIM117
                with transaction.atomic():
                    cursor.execute(f"select {function}(%s, %s)", [story.people, charlie])
            assert isinstance(wrong.value.__cause__, psycopg.errors.InsufficientPrivilege)
