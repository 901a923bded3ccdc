"""A place lost with people inside: three acts, two officers, everybody kept, everything reversible."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from sijill.domain.access.rules import NotAllowed, NotVisible, Refused
from sijill.domain.ledger import actions, queries
from sijill.domain.ledger.losses import LossReceipt
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind
from tests.cast import Cast
from tests.story import Story


@pytest.fixture
def story(cast: Cast) -> Story:
    """Three people and a tally of 30 at A-MAIN, one person at A-SIDE."""
    told = Story(cast)
    told.admit(3)
    told.admit(1, facility="A-SIDE")
    with told.acting("alice") as by:
        actions.count_tally(
            tally_id=told.id("tally"), event_id=uuid4(), book_id=cast.authority["ALPHA"], n=30, basis="declared",
            label="hall 2", to=AccountSpec(AccountKind.HELD, facility_id=cast.facility["A-MAIN"]),
            occurred_at=told.now, by=by, at=told.tick(),
        )  # fmt: skip
    told.tick(30)
    return told


def propose(story: Story, name: str = "amal", loss: UUID | None = None, **also: Any) -> UUID:
    """State a loss of A-MAIN; control lost unless said otherwise."""
    key = loss or uuid4()
    asked: dict[str, Any] = {
        "loss_id": key, "book_id": story.cast.authority["ALPHA"], "facility_id": story.cast.facility["A-MAIN"],
        "kind": "control-lost", "other_id": None, "ground": "The guards withdrew at noon.",
        "ground_code": "guards-withdrew", "occurred_at": story.now,
    } | also  # fmt: skip
    with story.acting(name) as by:
        actions.propose_loss(**asked, by=by, at=story.now)
    return key


def confirm(story: Story, loss: UUID, name: str = "ahmad", confirmation: UUID | None = None) -> LossReceipt:
    """Another officer confirms it."""
    story.tick()
    with story.acting(name) as by:
        return actions.confirm_loss(loss_id=loss, confirm_id=confirmation or uuid4(), by=by, at=story.now)


def undo(
    story: Story, loss: UUID, name: str = "amal", key: UUID | None = None, ground: str = "Retaken."
) -> LossReceipt:
    """Take it back."""
    story.tick()
    with story.acting(name) as by:
        return actions.undo_loss(undo_id=key or uuid4(), loss_id=loss, ground=ground, by=by, at=story.now)


def places(story: Story) -> list[str]:
    """Where each of the people stands in ALPHA's book."""
    return [story.stands(person)["ALPHA"] for person in story.people]


def balanced(story: Story) -> bool:
    """Nobody came, nobody went, and every projection is what the events say."""
    whole = story.balance()
    return (whole.people, whole.tallied, whole.difference, story.recount().wrong) == (4, 30, 0, [])


@pytest.mark.parametrize(
    ("kind", "other", "reached"),
    [
        ("control-lost", None, "control-lost"), ("control-changed", "BRAVO", "under-another"),
        ("whereabouts-unknown", None, "whereabouts-unknown"),
    ],
)  # fmt: skip
def test_two_officers_and_everybody_there_follows(story: Story, kind: str, other: str | None, reached: str) -> None:
    loss = propose(story, kind=kind, other_id=story.cast.authority[other] if other else None)
    assert places(story) == ["held"] * 4 and story.findings() == []  # stated is not yet lost
    told = confirm(story, loss)
    assert (told.persons, told.tallied, told.without_effect, told.repeated) == (3, 30, 0, False)
    assert places(story) == [reached] * 3 + ["held"]
    assert story.stands(story.id("tally")) == {"ALPHA": reached}
    mine = [f for f in story.findings() if f.book_id == story.cast.authority["ALPHA"]]
    assert {f.subject_id for f in mine} == {*story.people[:3], story.id("tally")}
    assert {(f.code, f.owner) for f in mine} == {(reached, "duty-officer")}
    assert balanced(story)


def test_the_one_who_stated_it_does_not_confirm_it(story: Story) -> None:
    loss = propose(story)
    with pytest.raises(Refused, match="needs-another-person"):
        confirm(story, loss, "amal")
    assert places(story) == ["held"] * 4


def test_who_may_state_and_confirm_a_loss(story: Story) -> None:
    for name in ("alice", "anton", "asma", "farid", "aida", "bushra", "charlie", "dora"):
        with pytest.raises(NotAllowed):
            propose(story, name)
    loss = propose(story)
    for name, error in (("alice", NotAllowed), ("asma", NotAllowed), ("farid", NotAllowed), ("aida", NotVisible),
                        ("bushra", NotVisible), ("dora", NotVisible)):  # fmt: skip
        with pytest.raises(error):
            confirm(story, loss, name)
        with pytest.raises(error if name != "alice" else Refused):
            undo(story, loss, name, ground="x" if name != "alice" else "")
    with pytest.raises(NotVisible):
        confirm(story, uuid4())
    assert places(story) == ["held"] * 4
    side = propose(story, "aida", facility_id=story.cast.facility["A-SIDE"])  # her own place
    assert confirm(story, side).persons == 1


@pytest.mark.parametrize(
    ("code", "also"),
    [
        ("unknown-kind", {"kind": "escaped"}), ("unknown-kind", {"kind": "release"}), ("needs-ground", {"ground": "  "}),
        ("unknown-ground", {"ground_code": "rumour"}), ("text-too-long", {"ground": "x" * 401}),
        ("text-too-long", {"custodian": "x" * 81}), ("needs-custodian", {"kind": "control-changed"}),
        ("unknown-hall", {"hall_id": 99}),
    ],
)  # fmt: skip
def test_what_cannot_be_stated(story: Story, code: str, also: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=code):
        propose(story, **also)


def test_not_in_the_future_and_not_to_oneself(story: Story) -> None:
    with pytest.raises(Refused, match="date-in-future"):
        propose(story, occurred_at=story.now + timedelta(seconds=1))
    with pytest.raises(Refused, match="same-authority"):
        propose(story, kind="control-changed", other_id=story.cast.authority["ALPHA"])


def test_the_same_id_says_the_same_or_is_refused(story: Story) -> None:
    loss, confirmation, taking_back = propose(story), uuid4(), uuid4()
    propose(story, loss=loss)
    for also in ({"ground": "Something else."}, {"kind": "whereabouts-unknown"}):
        with pytest.raises(Refused, match="id-already-used"):
            propose(story, loss=loss, **also)
    first = confirm(story, loss, confirmation=confirmation)
    again = confirm(story, loss, confirmation=confirmation)
    assert again.repeated and (again.persons, again.tallied) == (first.persons, first.tallied)
    with pytest.raises(Refused, match="already-confirmed"):
        confirm(story, loss)
    one = undo(story, loss, key=taking_back)
    assert undo(story, loss, key=taking_back).repeated and one.persons == 3
    with pytest.raises(Refused, match="already-undone"):
        undo(story, loss)
    assert balanced(story)


def test_a_loss_is_taken_back_by_corrections_and_nothing_is_deleted(story: Story) -> None:
    loss = propose(story)
    confirm(story, loss)
    told = undo(story, loss)
    assert (told.persons, told.tallied, told.without_effect) == (3, 30, 0)
    assert places(story) == ["held"] * 4 and story.stands(story.id("tally")) == {"ALPHA": "held"}
    with story.acting("alice") as by:
        assert [(e.kind, e.superseded) for e in queries.history(by, story.people[0])] == [
            (Kind.ADMISSION, False), (Kind.CONTROL_LOST, True), (Kind.CORRECTION, False),
        ]  # fmt: skip
    assert story.findings() == []
    assert {f.state for f in story.findings(states=("closed",))} == {"closed"}
    assert balanced(story)


def test_who_was_resolved_since_is_not_moved_back(story: Story) -> None:
    loss = propose(story)
    confirm(story, loss)
    story.report("ALPHA", story.people[0], Kind.REPORTED_ESCAPED, AccountSpec(AccountKind.REPORTED_ESCAPED))
    told = undo(story, loss)
    assert (told.persons, told.tallied, told.without_effect) == (2, 30, 1)
    assert places(story) == ["reported-escaped", "held", "held", "held"]
    assert {f.code for f in story.findings()} == {"escape-reported", "control-lost"}
    assert balanced(story)


def test_a_loss_nobody_confirmed_is_withdrawn_and_stays_so(story: Story) -> None:
    loss = propose(story)
    with pytest.raises(Refused, match="needs-ground"):
        undo(story, loss, ground=" ")
    undo(story, loss)
    with pytest.raises(Refused, match="already-withdrawn"):
        confirm(story, loss)
    with pytest.raises(Refused, match="already-withdrawn"):
        undo(story, loss)
    assert places(story) == ["held"] * 4


def test_a_late_loss_moves_who_was_there_then_and_says_who_does_not_fit(story: Story) -> None:
    instant = story.now
    story.tick(60)
    alpha = story.cast.authority["ALPHA"]
    story.report("ALPHA", story.people[0], Kind.TEMPORARY_OUT, AccountSpec(AccountKind.TEMPORARY_OUT, note="court"))
    story.admit(1)  # came afterwards: not among the lost
    told = confirm(story, propose(story, occurred_at=instant))
    assert (told.persons, told.tallied, told.without_effect) == (2, 30, 1)
    assert [story.stands(p)["ALPHA"] for p in story.people] == [
        "temporary-out", "control-lost", "control-lost", "held", "held",
    ]  # fmt: skip
    odd = [f for f in story.findings() if f.code == "contradicts-later"]
    assert [(f.book_id, f.subject_id) for f in odd] == [(alpha, story.people[0])]
    assert story.balance().difference == 0 and story.recount().wrong == []


def test_a_hall_is_lost_alone(story: Story) -> None:
    from sijill.domain.places import actions as places_actions
    from sijill.domain.places import queries as places_queries

    main = story.cast.facility["A-MAIN"]
    with story.register() as by:
        places_actions.create_hall(facility_id=main, code="H1", names={"en": "Hall 1"}, by=by, at=story.tick())
        hall = places_queries.halls(by, main)[0].id
    with story.acting("alice") as by:
        actions.correct(
            event_id=uuid4(), target=queries.history(by, story.people[0])[0].id, occurred_at=None, ground="hall",
            to=AccountSpec(AccountKind.HELD, facility_id=main, hall_id=hall), by=by, at=story.tick(),
        )  # fmt: skip
    told = confirm(story, propose(story, hall_id=hall))
    assert (told.persons, told.tallied) == (1, 0)
    assert places(story) == ["control-lost", "held", "held", "held"]
    assert story.accounts(story.people[0])["ALPHA"].hall_id == hall


def test_the_other_authority_has_something_to_answer_too(story: Story) -> None:
    """One of the three is in BRAVO's book already: two claim him. For the rest nobody there answers: counted once."""
    bravo, alpha = story.cast.authority["BRAVO"], story.cast.authority["ALPHA"]
    story.report("BRAVO", story.people[1], Kind.ADMISSION, AccountSpec(
        AccountKind.HELD, facility_id=story.cast.facility["A-MAIN"]))  # fmt: skip
    before = {f.id for f in story.findings()}
    loss = propose(story, kind="control-changed", other_id=bravo)
    confirm(story, loss)
    new = [f for f in story.findings() if f.id not in before]
    theirs = [f for f in new if f.book_id == bravo]
    assert {(f.code, f.subject_id, f.n) for f in theirs} == {
        ("said-to-be-here", None, 32), ("two-claim", story.people[1], None),
    }  # fmt: skip
    assert [f.subject_id for f in new if (f.book_id, f.code) == (alpha, "two-claim")] == [story.people[1]]
    with story.acting("bushra") as by:  # told that, and of no loss in another's book
        assert {f.code for f in queries.findings(by)} == {"said-to-be-here", "two-claim"}
    undo(story, loss)
    assert [(f.code, f.state) for f in story.findings(states=("explained",))] == [("said-to-be-here", "explained")]


def test_nothing_there_is_said_too(story: Story) -> None:
    told = confirm(story, propose(story, facility_id=story.cast.facility["C-HUB"]))
    assert (told.persons, told.tallied, told.without_effect) == (0, 0, 0)


def test_one_call_however_many(story: Story, django_assert_max_num_queries: Any) -> None:
    story.admit(200)
    loss = propose(story)
    story.tick()
    with story.acting("ahmad") as by, django_assert_max_num_queries(32):
        told = actions.confirm_loss(loss_id=loss, confirm_id=uuid4(), by=by, at=story.now)
    assert told.persons == 203


def test_a_place_lost_and_then_known_to_be_in_other_hands(story: Story) -> None:
    """The second loss takes the findings of the first over; taking it back makes them due again."""
    confirm(story, propose(story))
    second = propose(story, kind="control-changed", custodian="Local council")
    assert confirm(story, second).persons == 3
    assert {f.code for f in story.findings()} == {"under-another"} and places(story)[0] == "under-another"
    assert story.accounts(story.people[0])["ALPHA"].note == "Local council"
    undo(story, second)
    assert places(story) == ["control-lost"] * 3 + ["held"]
    assert {(f.code, f.state) for f in story.findings()} == {("control-lost", "open")}
    assert len(story.findings()) == 4 and balanced(story)
