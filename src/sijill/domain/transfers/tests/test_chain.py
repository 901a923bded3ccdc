"""Fifteen people along the whole chain: every difference is a finding, every book balances, nobody is lost."""

from uuid import UUID, uuid4

import pytest

from sijill.domain.access.rules import Refused
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.rules import AccountKind
from sijill.domain.transfers import actions, queries
from sijill.domain.transfers.rules import Extra
from tests.cast import Cast
from tests.story import Story

SAID = {10: "absent", 11: "refused", 12: "dead", 13: "not-the-person", 14: "unnamed"}
BODIES = 13  # 10 received, the refused one, the unnamed one and one besides the list; the dead one is no body
# finding -> (which side's book, the duty that owns it), by handover
FOUND = {
    1: {
        "line-absent": ("ALPHA", "sending-officer"), "line-refused": ("ALPHA", "sending-officer"),
        "line-dead": ("ALPHA", "duty-officer"), "death-reported": ("ALPHA", "duty-officer"),
        "line-not-the-person": ("ALPHA", "registrar"), "line-unnamed": ("BRAVO", "carrying-officer"),
        "line-extra": ("BRAVO", "carrying-officer"), "count-differs": ("BRAVO", "carrying-officer"),
    },
    2: {
        "line-absent": ("BRAVO", "carrying-officer"), "line-refused": ("BRAVO", "carrying-officer"),
        "line-dead": ("BRAVO", "duty-officer"), "death-reported": ("BRAVO", "duty-officer"),
        "line-not-the-person": ("BRAVO", "registrar"), "line-unnamed": ("CHARLIE", "receiving-officer"),
        "line-extra": ("CHARLIE", "receiving-officer"), "count-differs": ("CHARLIE", "receiving-officer"),
    },
}  # fmt: skip
PARTIES = {1: ("ALPHA", "BRAVO", "in-transit"), 2: ("BRAVO", "CHARLIE", "held")}


def with_differences(story: Story, ordinal: int) -> UUID:
    """One handover with all seven outcomes; returns the extra person."""
    extra = uuid4()
    story.present(ordinal)
    story.count(ordinal, BODIES, injured=2, dead=1)
    story.names(ordinal, SAID, [Extra(extra)])
    return extra


def pending(story: Story, ordinal: int) -> int:
    """People "received, names pending" with the receiver of this handover."""
    book = story.cast.authority[PARTIES[ordinal][1]]
    with story.register() as by:
        rows = [r for r in ledger.board(by) if r.account.kind is AccountKind.NAMES_PENDING]
    return sum(r.tallied for r in rows if r.account.book_id == book)


def assert_sound(story: Story) -> None:
    """All books balance, what is stored follows from the events, and no line has one half only."""
    balance = story.balance()
    assert balance.difference == 0
    assert [row for row in balance.rows if row.difference] == []
    assert story.recount().wrong == []
    with story.register() as by:
        assert queries.lines_without_counterpart(by) == {}


@pytest.mark.parametrize("ordinal", [1, 2])
def test_each_difference_is_a_finding_in_the_right_book_with_the_right_owner(cast: Cast, ordinal: int) -> None:
    story = Story(cast).sealed(15)
    if ordinal == 2:
        story.hand_over(1)
    with_differences(story, ordinal)
    codes = {i: c for c, i in cast.authority.items()}
    found = [(f.code, codes[f.book_id], f.owner) for f in story.findings()]
    assert sorted(found) == sorted((code, book, owner) for code, (book, owner) in FOUND[ordinal].items())
    by_code = {f.code: f for f in story.findings()}
    lines = story.lines(ordinal)
    for no, code in SAID.items():
        assert by_code[f"line-{code}"].subject_id == lines[no].subject_id
        assert by_code[f"line-{code}"].ref == story.handover(ordinal).id
    assert by_code["count-differs"].n == -1  # fourteen of fifteen, dead or alive, stood there
    assert by_code["count-differs"].facility_id == cast.facility["A-MAIN" if ordinal == 1 else "C-HUB"]
    assert_sound(story)


@pytest.mark.parametrize("ordinal", [1, 2])
def test_custody_passes_line_by_line_and_the_giver_answers_for_the_rest(cast: Cast, ordinal: int) -> None:
    story = Story(cast).sealed(15)
    if ordinal == 2:
        story.hand_over(1)
    giver, receiver, taken = PARTIES[ordinal]
    story.present(ordinal)
    assert {story.stands(p)[giver] for p in story.people} == {"handing-over"}
    story.count(ordinal, BODIES, dead=1)
    assert pending(story, ordinal) == BODIES
    assert {story.stands(p)[giver] for p in story.people} == {"handing-over"}  # the count moves nobody
    assert all(receiver not in story.stands(p) for p in story.people)
    extra = uuid4()
    story.names(ordinal, SAID, [Extra(extra)])
    assert pending(story, ordinal) == 1  # present, not yet named
    for no, line in story.lines(ordinal).items():
        stands = story.stands(line.subject_id)
        if line.code == "received":
            assert (stands[giver], stands[receiver]) == ("transferred-out", taken)
        elif line.code == "extra":
            assert stands == {receiver: taken}
        else:
            assert receiver not in stands
            assert stands[giver] == ("reported-dead" if line.code == "dead" else "handing-over"), no
    story.names(ordinal, {14: "received"}, rest="")
    assert pending(story, ordinal) == 0
    assert story.stands(story.lines(ordinal)[14].subject_id)[receiver] == taken
    assert_sound(story)


@pytest.mark.parametrize("ordinal", [1, 2])
def test_reconciled_only_when_every_line_is_settled_and_closed_only_without_findings(cast: Cast, ordinal: int) -> None:
    story = Story(cast).sealed(15)
    if ordinal == 2:
        story.hand_over(1)
    with_differences(story, ordinal)
    story.acknowledge(ordinal, {10: "unknown", 11: "returned"})
    if ordinal == 1:
        story.hand_over(2)
    assert story.state() != "reconciled"  # 13 is not resolved, 14 has no name
    story.acknowledge(ordinal, {13: "returned"})
    assert story.state() != "reconciled"
    story.names(ordinal, {14: "received"}, rest="")
    if ordinal == 1:  # named by the carrier after the receiver had signed: he joins the second handover
        assert story.lines(2)[14].code == ""
        story.acknowledge(1)
        assert story.state() != "reconciled"
        story.names(2)
        story.acknowledge(2)
    else:
        story.acknowledge(2)
    assert story.state() == "reconciled"
    home = {1: "held", 2: "in-transit"}[ordinal]
    giver = PARTIES[ordinal][0]
    lines = story.lines(ordinal)
    assert [story.stands(lines[no].subject_id)[giver] for no in (10, 11, 12, 13)] == [
        "whereabouts-unknown", home, "reported-dead", home,
    ]  # fmt: skip
    with story.acting("anton") as by, pytest.raises(Refused) as refused:
        actions.close_batch(batch_id=story.batch, by=by, at=story.tick())
    assert refused.value.code == "findings-open"
    story.settle_all()
    with story.acting("anton") as by:
        actions.close_batch(batch_id=story.batch, by=by, at=story.tick())
    assert story.state() == "closed"
    assert story.manifest_row().open == 0
    assert_sound(story)


def test_a_movement_without_differences_runs_through_every_state(cast: Cast) -> None:
    story = Story(cast)
    story.open_operation()
    story.admit(15)
    story.plan(15)
    story.authorise()
    story.draw(story.people)
    story.seal()
    story.hand_over(1)
    story.hand_over(2)
    with story.acting("anton") as by:
        states = [state.value for state, *_ in queries.batch_events(by, story.batch)]
        actions.close_batch(batch_id=story.batch, by=by, at=story.tick())
    assert states == ["planned", "authorised", "departed", "arrived", "counted", "reconciled"]
    assert story.findings() == []
    balance = story.balance()
    assert (balance.people, balance.tallied, balance.names_pending) == (15, 0, 0)
    for person in story.people:
        assert story.stands(person) == {"ALPHA": "transferred-out", "BRAVO": "transferred-out", "CHARLIE": "held"}
        assert story.accounts(person)["CHARLIE"].facility_id == cast.facility["C-HUB"]
    assert_sound(story)


def test_differences_at_both_handovers_and_a_late_name_in_between(cast: Cast) -> None:
    story = Story(cast).sealed(15)
    first_extra = with_differences(story, 1)
    story.acknowledge(1, {10: "unknown", 11: "returned", 13: "returned"})
    story.present(2)
    assert sorted(story.lines(2)) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16]
    story.names(1, {14: "received"}, rest="")  # basil names him at last; the receiver has not counted yet
    late = story.lines(2)[14]
    assert late.subject_id == story.people[13]
    assert story.stands(late.subject_id) == {"ALPHA": "transferred-out", "BRAVO": "handing-over"}
    second_extra = uuid4()
    story.count(2, 10, dead=1)
    story.names(2, {1: "absent", 2: "refused", 3: "dead", 4: "not-the-person", 5: "unnamed"}, [Extra(second_extra)])
    assert story.lines(2)[17].subject_id == second_extra
    story.names(2, {5: "received"}, rest="")
    story.acknowledge(1)
    story.acknowledge(2, {1: "unknown", 2: "returned", 4: "reported-dead"})
    assert story.state() == "reconciled"
    whole = {p: story.stands(p) for p in [*story.people, first_extra, second_extra]}
    assert whole[first_extra] == {"BRAVO": "transferred-out", "CHARLIE": "held"}
    assert whole[second_extra] == {"CHARLIE": "held"}
    assert whole[story.people[3]] == {"ALPHA": "transferred-out", "BRAVO": "reported-dead"}
    assert story.balance().people == 17
    assert_sound(story)


def test_a_late_name_keeps_his_number_though_an_extra_came_meanwhile(cast: Cast) -> None:
    story = Story(cast).sealed(3)
    story.present(1)
    story.count(1)
    story.names(1, {3: "unnamed"})
    story.present(2)
    story.count(2, 3)
    extra = uuid4()
    story.names(2, extras=[Extra(extra)])
    story.names(1, {3: "received"}, rest="")
    lines = story.lines(2)
    assert lines[3].subject_id == story.people[2]
    assert [line.subject_id for line in lines.values() if not line.on_manifest] == [extra]
    assert_sound(story)


def test_a_late_name_after_the_receiver_had_accepted_him_as_an_extra(cast: Cast) -> None:
    """The receiver knew his face: two answer, a finding says so, and the carrier's late name breaks nothing."""
    story = Story(cast).sealed(3)
    story.present(1)
    story.count(1)
    story.names(1, {3: "unnamed"})
    story.present(2)
    story.count(2, 3)
    story.names(2, extras=[Extra(story.people[2], known=True)])
    assert [f.code for f in story.findings() if f.subject_id == story.people[2]].count("two-claim") == 2
    story.names(1, {3: "received"}, rest="")
    assert len([line for line in story.lines(2).values() if line.subject_id == story.people[2]]) == 1
    assert story.stands(story.people[2]) == {"ALPHA": "transferred-out", "BRAVO": "in-transit", "CHARLIE": "held"}
    claims = {f.book_id for f in story.findings() if f.code == "two-claim" and f.subject_id == story.people[2]}
    assert {cast.authority["BRAVO"], cast.authority["CHARLIE"]} <= claims
    assert_sound(story)


def test_nobody_but_absent_and_dead_needs_no_second_handover(cast: Cast) -> None:
    story = Story(cast).sealed(2)
    story.present(1)
    story.count(1, 0, dead=1)
    story.names(1, {1: "absent", 2: "dead"})
    with pytest.raises(Refused, match="nobody-to-hand-over"):
        story.present(2)
    story.acknowledge(1, {1: "returned"})
    assert story.state() == "reconciled"
    assert story.manifest_row().open == 0
    assert_sound(story)


def test_names_of_an_earlier_hour_than_the_count_still_draw_the_tally_down(cast: Cast) -> None:
    """A paper may say that the names were read before the count was signed."""
    story = Story(cast).sealed(2)
    story.present(1)
    present = story.now
    story.tick(60)
    story.count(1)
    story.names(1, occurred_at=present)
    assert pending(story, 1) == 0
    assert {story.stands(p)["BRAVO"] for p in story.people} == {"in-transit"}
    assert_sound(story)


def test_two_vehicles_two_manifests_one_batch(cast: Cast) -> None:
    story = Story(cast)
    story.open_operation()
    story.admit(4)
    story.plan(4)
    story.authorise()
    for half in (story.people[:2], story.people[2:]):
        story.draw(half)
        story.seal()
    for manifest in story.manifests:
        story.present(1, manifest=manifest)
        story.count(1, manifest=manifest)
        story.names(1, manifest=manifest)
        story.acknowledge(1, manifest=manifest)
        story.present(2, manifest=manifest)
        story.count(2, manifest=manifest)
        story.names(2, manifest=manifest)
        assert story.state() != "reconciled"
        story.acknowledge(2, manifest=manifest)
    assert story.state() == "reconciled"
    assert story.balance().people == 4
    assert_sound(story)
