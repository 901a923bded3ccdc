"""A move between two places of one authority: a manifest, two handovers, two officers each, and one book."""

from typing import Any
from uuid import uuid4

import pytest

from sijill.domain.access.rules import DutyKind, Refused
from sijill.domain.transfers import actions, queries
from sijill.domain.transfers.rules import Extra, Outcome, OutcomeCode, Resolution
from sijill.domain.transfers.tests.test_handovers import grant
from tests.cast import Cast
from tests.story import Story

SIGNS = {1: ("asma", "anton"), 2: ("anton", "adnan")}  # who gives, who receives; the carrier is in the middle


@pytest.fixture
def inside(cast: Cast) -> Story:
    """Three people of A-MAIN on a sealed manifest to A-SIDE, both of ALPHA."""
    grant(cast, {"anton": [("ALPHA", DutyKind.CARRYING_OFFICER)]})
    story, alpha = Story(cast), cast.authority["ALPHA"]
    story.open_operation()
    story.admit(3)
    story.plan(3, carrier_id=alpha, receiver_id=alpha)
    story.authorise()
    story.draw(story.people, destination="A-SIDE")
    story.seal()
    return story


def sign(story: Story, action: Any, ordinal: int, name: str, **also: Any) -> None:
    story.open_session(name, "ALPHA")
    with story.acting(name) as by:
        at = story.tick()
        handover = story.handover(ordinal).id
        action(statement_id=uuid4(), handover_id=handover, occurred_at=at, by=by, at=at, **also)


def hand_over(story: Story, ordinal: int, said: dict[int, OutcomeCode] | None = None, extras: int = 0) -> None:
    giver, receiver = SIGNS[ordinal]
    sign(story, actions.present, ordinal, giver)
    lines = story.lines(ordinal)
    sign(story, actions.sign_count, ordinal, receiver, bodies=len(lines), injured=0, dead=0)
    outcomes = [Outcome(line.id, (said or {}).get(no, OutcomeCode.RECEIVED)) for no, line in lines.items()]
    sign(
        story, actions.sign_names, ordinal, receiver, outcomes=outcomes, extras=[Extra(uuid4()) for _ in range(extras)]
    )
    back = {lines[no].id: Resolution.RETURNED for no in said or {}}
    sign(story, actions.acknowledge, ordinal, giver, resolutions=back)


def test_everybody_arrives_in_the_same_book(inside: Story) -> None:
    hand_over(inside, 1)
    assert {a["ALPHA"].kind.value for a in map(inside.accounts, inside.people)} == {"in-transit"}
    hand_over(inside, 2)
    accounts = [inside.accounts(p) for p in inside.people]
    assert all(set(a) == {"ALPHA"} for a in accounts)
    assert {a["ALPHA"].facility_id for a in accounts} == {inside.cast.facility["A-SIDE"]}
    assert inside.state() == "reconciled" and inside.findings() == []
    balance = inside.balance()
    assert (balance.people, balance.tallied, balance.names_pending, balance.difference) == (3, 0, 0, 0)
    assert inside.recount().wrong == []
    with inside.register() as by:
        assert queries.lines_without_counterpart(by) == {}
        lines = queries.lines(by, inside.handover(2).id)
    assert all(line.out_event == line.in_event is not None for line in lines)


def test_who_is_refused_on_the_way_goes_back_and_a_stranger_is_registered(inside: Story) -> None:
    hand_over(inside, 1, {2: OutcomeCode.ABSENT})
    second = inside.lines(1)[2].subject_id
    assert inside.accounts(second)["ALPHA"].facility_id == inside.cast.facility["A-MAIN"]
    hand_over(inside, 2, extras=1)
    assert inside.state() == "reconciled"
    assert {f.code for f in inside.findings()} == {"line-absent", "line-extra", "count-differs"}
    assert inside.balance().people == 4 and inside.recount().wrong == []


def test_one_officer_does_not_sign_both_sides(inside: Story) -> None:
    sign(inside, actions.present, 1, "asma")
    with pytest.raises(Refused, match="already-signed-other-side"):
        sign(inside, actions.sign_count, 1, "asma", bodies=3, injured=0, dead=0)
    assert inside.handover(1).state.value == "presented"


def test_a_carrier_who_is_only_one_of_the_two_is_refused(cast: Cast) -> None:
    story, alpha = Story(cast), cast.authority["ALPHA"]
    story.open_operation()
    story.admit(1)
    for changed in ({"carrier_id": alpha}, {"carrier_id": cast.authority["CHARLIE"]}):
        with pytest.raises(Refused, match="custodians-must-differ"):
            story.plan(1, **changed)
