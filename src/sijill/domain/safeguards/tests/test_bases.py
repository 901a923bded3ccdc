"""Stating, repeating, withdrawing and reading legal bases; who is held without one."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sijill.domain.access.rules import Act, NotAllowed, NotVisible, Refused, Viewer
from sijill.domain.access.viewing import viewing
from sijill.domain.safeguards import actions, queries
from sijill.domain.safeguards.rules import BASES_MAX, Clearance, Ground, Health, NewBasis, Standing, standing
from tests.cast import NOON, Cast
from tests.story import Story

TODAY = NOON.date()


@pytest.fixture
def story(cast: Cast) -> Story:
    """Three people at A-MAIN."""
    story = Story(cast)
    story.admit(3)
    return story


def state(story: Story, by: Viewer, subject: UUID, **changes: Any) -> UUID:
    """State a basis as ALPHA, unless something else is said."""
    values: dict[str, Any] = {
        "basis_id": uuid4(), "subject_id": subject, "authority_id": story.cast.authority["ALPHA"],
        "ground": "remand-order", "ordering_authority": "First Investigation Court", "document": "Order 14/2026",
        "source": "Court file", "stated_on": date(2026, 1, 20), "expires_on": None, "by": by, "at": story.tick(),
    }  # fmt: skip
    return actions.state_legal_basis(**(values | changes))


def test_several_bases_stand_side_by_side_each_with_its_source(story: Story) -> None:
    """None overwrites another; the newest statement comes first."""
    person = story.people[0]
    with story.acting("alice") as by:
        state(story, by, person)
        state(story, by, person, ground="none-stated", document="", ordering_authority="", source="The holder, asked",
              stated_on=date(2026, 1, 25))  # fmt: skip
        found = queries.legal_bases(by, [person, story.people[1]])
    assert [(b.ground, b.source, b.document) for b in found[person]] == [
        (Ground.NONE_STATED, "The holder, asked", ""),
        (Ground.REMAND_ORDER, "Court file", "Order 14/2026"),
    ]
    assert found[story.people[1]] == ()
    assert standing(found[person], TODAY) is Standing.RECORDED
    assert standing(found[story.people[1]], TODAY) is Standing.NOT_RECORDED


def test_the_same_id_states_once_and_never_something_else(story: Story) -> None:
    key, person = uuid4(), story.people[0]
    with story.acting("alice") as by:
        assert state(story, by, person, basis_id=key) == state(story, by, person, basis_id=key) == key
        for changes in ({"document": "Order 15/2026"}, {"ground": "conviction"}, {"subject_id": story.people[1]}):
            with pytest.raises(Refused, match="id-already-used"):
                state(story, by, **({"subject": person, "basis_id": key} | _renamed(changes)))
        assert len(queries.legal_bases(by, [person])[person]) == 1


def _renamed(changes: dict[str, Any]) -> dict[str, Any]:
    return {"subject" if k == "subject_id" else k: v for k, v in changes.items()}


def test_a_hidden_id_is_refused_like_a_used_one(story: Story) -> None:
    """BRAVO's registrar sends the id of a basis he may not read, about a person of his own."""
    key = uuid4()
    with story.acting("alice") as by:
        state(story, by, story.people[0], basis_id=key)
    from sijill.domain.people import actions as people

    own = uuid4()
    with story.acting("bushra") as by:
        bravo = story.cast.authority["BRAVO"]
        people.register_person(person_id=own, authority_id=bravo, claims=[], by=by, at=story.tick())
        with pytest.raises(Refused, match="id-already-used"):
            state(story, by, own, basis_id=key, authority_id=bravo)


@pytest.mark.parametrize("name", ["anton", "asma", "amal", "farid"])
def test_only_registrars_and_legal_officers_state(name: str, story: Story) -> None:
    with story.acting(name) as by, pytest.raises(NotAllowed) as refused:
        state(story, by, story.people[0])
    assert refused.value.act is Act.STATE_LEGAL_BASIS


def test_the_legal_officer_states_and_withdraws(story: Story) -> None:
    with story.acting("lina") as by:
        basis = state(story, by, story.people[0])
        actions.withdraw_legal_basis(basis_id=basis, reason="Order of another person", by=by, at=story.tick())
        actions.withdraw_legal_basis(basis_id=basis, reason="again", by=by, at=story.tick())
        (row,) = queries.legal_bases(by, story.people[:1])[story.people[0]]
    assert (row.withdrawn_reason, row.withdrawn_by) == ("Order of another person", story.cast.user["lina"])
    assert standing([row], TODAY) is Standing.NOT_RECORDED


def test_a_withdrawal_needs_a_reason_and_the_recording_authority(story: Story) -> None:
    with story.acting("lina") as by:
        basis = state(story, by, story.people[0])
        for reason, code in (("  ", "needs-reason"), ("x" * 201, "reason-too-long")):
            with pytest.raises(Refused, match=code):
                actions.withdraw_legal_basis(basis_id=basis, reason=reason, by=by, at=story.tick())
    for name, refusal in (("bushra", NotVisible), ("dora", NotVisible), ("anton", NotAllowed)):
        with story.acting(name) as by, pytest.raises(refusal):
            actions.withdraw_legal_basis(basis_id=basis, reason="no", by=by, at=story.tick())
        with story.acting(name) as by, pytest.raises(NotVisible):
            actions.withdraw_legal_basis(basis_id=uuid4(), reason="no", by=by, at=story.tick())


def test_a_hidden_person_is_like_none(story: Story) -> None:
    """BRAVO's registrar has the duty in his own authority; ALPHA's people are not there for him."""
    for subject in (story.people[0], uuid4()):
        with story.acting("bushra") as by, pytest.raises(NotVisible):
            state(story, by, subject, authority_id=story.cast.authority["BRAVO"])
        with story.acting("dora") as by:
            assert queries.legal_bases(by, [subject]) == {subject: ()}
            with pytest.raises(NotVisible):
                queries.legal_basis(by, subject)


def test_nobody_states_for_an_authority_of_others(story: Story) -> None:
    with story.acting("alice") as by, pytest.raises(NotAllowed):
        state(story, by, story.people[0], authority_id=story.cast.authority["BRAVO"])


def test_too_many_at_once(story: Story) -> None:
    one = NewBasis(uuid4(), story.people[0], "conviction", "x", date(2026, 1, 1))
    with story.acting("alice") as by, pytest.raises(Refused, match="too-many-bases"):
        actions.state_legal_bases(
            bases=[one] * (BASES_MAX + 1), authority_id=story.cast.authority["ALPHA"], by=by, at=story.now
        )


def test_a_bad_one_among_many_writes_none(story: Story) -> None:
    good = NewBasis(uuid4(), story.people[0], "conviction", "x", date(2026, 1, 1))
    bad = NewBasis(uuid4(), story.people[1], "conviction", "", date(2026, 1, 1))
    alpha = story.cast.authority["ALPHA"]
    with story.acting("alice") as by:
        with pytest.raises(Refused, match="basis-needs-source"):
            actions.state_legal_bases(bases=[good, bad], authority_id=alpha, by=by, at=story.now)
        assert queries.legal_bases(by, story.people[:1])[story.people[0]] == ()
        assert actions.state_legal_bases(bases=[good], authority_id=alpha, by=by, at=story.now) == 1
        assert actions.state_legal_bases(bases=[good], authority_id=alpha, by=by, at=story.now) == 0


# ------------------------------------------------------------------ who is held without one
def listed(story: Story, name: str, place: str = "A-MAIN", **page: Any) -> dict[UUID, Standing]:
    """Who is on the list."""
    with story.acting(name) as by:
        rows = queries.without_basis(by, story.cast.authority["ALPHA"], story.cast.facility[place], TODAY, **page)
    return {row.subject_id: row.standing for row in rows}


def counted(story: Story, name: str) -> dict[tuple[str, str], tuple[int, int]]:
    """(authority, place) -> (held, without)."""
    places = {i: code for code, i in story.cast.facility.items()}
    books = {i: code for code, i in story.cast.authority.items()}
    with story.acting(name) as by:
        rows = queries.counts(by, TODAY)
    return {(books[r.book_id], places.get(r.facility_id or 0, "")): (r.held, r.without) for r in rows}


def test_absence_is_listed_with_its_kind_and_counted(story: Story) -> None:
    one, two, three = story.people
    with story.acting("lina") as by:
        state(story, by, one)
        state(story, by, two, expires_on=TODAY - timedelta(days=1))
        state(story, by, three, ground="none-stated")
    four = story.admit(1)[0]
    assert listed(story, "lina") == {
        two: Standing.EXPIRED, three: Standing.NONE_STATED, four: Standing.NOT_RECORDED,
    }  # fmt: skip
    assert counted(story, "lina") == {("ALPHA", "A-MAIN"): (4, 3)}


def test_a_withdrawn_basis_brings_the_person_back_on_the_list(story: Story) -> None:
    with story.acting("lina") as by:
        basis = state(story, by, story.people[0])
        assert story.people[0] not in listed(story, "lina")
        actions.withdraw_legal_basis(basis_id=basis, reason="wrong person", by=by, at=story.tick())
    assert listed(story, "lina")[story.people[0]] is Standing.NOT_RECORDED


def test_the_list_is_paged_and_whole(story: Story) -> None:
    story.admit(20)
    found: list[UUID] = []
    while page := listed(story, "lina", limit=7, after=found[-1] if found else None):
        assert len(page) <= 7
        found += page
    assert found == sorted(story.people)


def test_counts_are_for_everybody_who_reads_counts_and_names_for_those_who_read_people(story: Story) -> None:
    assert counted(story, "farid") == {("ALPHA", "A-MAIN"): (3, 3)}
    assert listed(story, "farid") == {}
    for stranger in ("dora", "basil", "charlie"):
        assert counted(story, stranger) == {} and listed(story, stranger) == {}


def test_a_duty_limited_to_a_place_counts_that_place_only(story: Story) -> None:
    side = story.admit(2, facility="A-SIDE")
    assert counted(story, "adnan") == {("ALPHA", "A-SIDE"): (2, 2)}
    assert set(listed(story, "adnan", "A-SIDE")) == set(side)
    assert listed(story, "adnan") == {}


def test_who_is_on_the_way_is_counted_beside_the_places(cast: Cast) -> None:
    """Handing over and in transit are custody too; whoever was handed on is not held any more."""
    story = Story(cast).sealed(4)
    story.present(1)
    assert counted(story, "lina") == {("ALPHA", ""): (4, 4)}
    story.count(1)
    story.names(1)
    assert counted(story, "lina") == {} and counted(story, "basil") == {("BRAVO", ""): (4, 4)}
    with story.acting("basil") as by:
        assert len(queries.without_basis(by, cast.authority["BRAVO"], None, TODAY)) == 4


def test_lists_and_counts_ask_the_same_for_three_and_for_thirty(story: Story) -> None:
    found = []
    for more in (0, 30):
        if more:
            story.admit(more)
        with story.acting("lina") as by, CaptureQueriesContext(connection) as asked:
            queries.without_basis(by, story.cast.authority["ALPHA"], story.cast.facility["A-MAIN"], TODAY)
            queries.counts(by, TODAY)
            queries.legal_bases(by, story.people)
        found.append(len(asked))
    assert found == [3, 3]


# ------------------------------------------------------------------ the line of custody; what is not recorded
def test_stays_are_one_line_across_the_books_a_reader_may_read(cast: Cast) -> None:
    story = Story(cast).sealed(2)
    story.hand_over(1)
    story.hand_over(2)
    person, seen = story.people[0], {}
    for name in ("alice", "basil", "charlie", "dora"):
        with story.acting(name) as by:
            seen[name] = [(s.account.kind.value, s.to_at is None) for s in queries.stays(by, person)]
    assert seen["alice"] == [("held", False), ("handing-over", False), ("transferred-out", True)]
    assert seen["basil"][0][0] == "in-transit" and seen["basil"][-1] == ("transferred-out", True)
    assert seen["charlie"] == [("held", True)] and seen["dora"] == []


def test_health_and_clearances_say_that_they_are_not_recorded(story: Story) -> None:
    with story.acting("alice") as by:
        assert queries.health(by, story.people[0]) is Health.NOT_RECORDED
        assert queries.clearances(by, ["B-1", "B-2"]) == dict.fromkeys(["B-1", "B-2"], Clearance.NOT_RECORDED)


def test_who_has_handed_somebody_on_reads_what_was_said_until_then(cast: Cast) -> None:
    """ALPHA keeps what it knew; what CHARLIE's registrar states later is not told to it."""
    story = Story(cast).sealed(1)
    person = story.people[0]
    with story.acting("alice") as by:
        early = state(story, by, person)
    story.hand_over(1)
    story.hand_over(2)
    with story.acting("chiara") as by:
        late = state(story, by, person, authority_id=cast.authority["CHARLIE"], ground="arrest-warrant")
        assert {b.id for b in queries.legal_bases(by, [person])[person]} == {early, late}
    with viewing(cast.user["alice"]):
        assert [b.id for b in queries.legal_bases(cast.viewer("alice"), [person])[person]] == [early]
