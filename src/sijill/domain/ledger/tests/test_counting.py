"""Counting without names says what the roll says, at every instant, as known then and now; a transfer counts once."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from sijill.domain.ledger import actions, queries
from sijill.domain.ledger.queries import Count, Counted, Moment
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind
from tests.cast import NOON, Cast
from tests.story import Story

HOUR = timedelta(hours=1)


@pytest.fixture
def moved(cast: Cast) -> Story:
    """Six people; four go with BRAVO to CHARLIE: one is dead at the first count, one is not named at the second."""
    story = Story(cast).sealed(4)
    story.admit(2)
    for leg, said in ((1, {}), (2, {3: "unnamed"})):
        story.present(leg)
        story.count(leg)
        story.names(leg, said)
    return story


def roll(story: Story, who: str, place: str, at: datetime, known_at: datetime | None) -> Counted:
    """What the roll of a place says, by state, to be compared with."""
    with story.acting(who) as viewer:
        rows = queries.roll(viewer, story.cast.facility[place], at=at, known_at=known_at)
    held = [r for r in rows if r.account.kind is AccountKind.HELD]
    persons = sum(not r.is_tally for r in held)
    return Counted(persons, sum(r.n for r in held if r.is_tally), 0)


def test_a_count_is_what_the_roll_says_at_every_instant_as_known_then_and_now(moved: Story) -> None:
    amal = "amal"
    moved.report("ALPHA", moved.people[-1], Kind.REPORTED_ESCAPED, AccountSpec(AccountKind.REPORTED_ESCAPED))
    with moved.acting("alice") as by:
        actions.count_tally(
            tally_id=uuid4(), event_id=uuid4(), book_id=moved.cast.authority["ALPHA"], n=30, basis="counted", label="",
            to=AccountSpec(AccountKind.HELD, facility_id=moved.cast.facility["A-MAIN"]), occurred_at=NOON, by=by,
            at=moved.tick(),
        )  # fmt: skip
    instants = [NOON + n * (moved.now - NOON) / 12 for n in range(-1, 14)]
    moments = [Moment(at, known) for at in instants for known in (None, at, NOON + (moved.now - NOON) / 2, moved.now)]
    with moved.acting(amal) as viewer:
        count = Count(accounts=("held",), facility_id=moved.cast.facility["A-MAIN"])
        found = queries.counts(viewer, count, moments)
    told = [roll(moved, amal, "A-MAIN", m.at, m.known_at) for m in moments]
    assert found == told
    assert len({(c.persons, c.tallied) for c in found}) > 3  # it does move


def test_one_moment_or_many_say_the_same(moved: Story) -> None:
    place = moved.cast.facility["A-MAIN"]
    with moved.acting("alice") as viewer:
        one = queries.count_at(viewer, kinds=[AccountKind.HELD], facility_id=place, at=moved.now, known_at=moved.now)
        assert one == queries.count_at(viewer, kinds=["held"], facility_id=place, at=moved.now)
        assert one == Counted(2, 0, 0)
        assert queries.counts(viewer, Count(accounts=("held",)), []) == []


def test_whom_a_transfer_brought_is_counted_once_and_names_pending_apart(moved: Story) -> None:
    charlie = moved.cast.authority["CHARLIE"]
    with moved.acting("chiara") as viewer:
        now = queries.moved_into(viewer, book_id=charlie, kind=Kind.TRANSFER_IN, until=moved.now)
        before = queries.moved_into(viewer, book_id=charlie, kind="transfer-in", until=NOON)
        later = queries.moved_into(viewer, book_id=charlie, kind="transfer-in", until=moved.now + HOUR, known_at=NOON)
    assert now == Counted(persons=3, tallied=0, stated=1)
    assert before == later == Counted(0, 0, 0)
    gone = Count(event="transfer-out", books=(moved.cast.authority["ALPHA"],))
    with moved.acting("alice") as viewer:
        assert queries.counts(viewer, gone, [Moment(moved.now)]) == [Counted(4, 0, 0)]


@pytest.mark.parametrize("who", ["dora", "chiara"])
def test_a_stranger_s_count_is_nought_and_he_is_told_that_he_reads_no_count(moved: Story, who: str) -> None:
    alpha, main = moved.cast.authority["ALPHA"], moved.cast.facility["A-MAIN"]
    with moved.acting(who) as viewer:
        assert queries.count_at(viewer, kinds=["held"], books=[alpha], at=moved.now) == Counted(0, 0, 0)
        assert not queries.reads_counts(viewer, alpha, None) and not queries.reads_counts(viewer, alpha, main)


def test_a_duty_of_one_place_reads_counts_of_that_place_alone(cast: Cast) -> None:
    alpha, adnan = cast.authority["ALPHA"], cast.viewer("adnan")
    assert queries.reads_counts(adnan, alpha, cast.facility["A-SIDE"])
    assert not queries.reads_counts(adnan, alpha, cast.facility["A-MAIN"])
    assert not queries.reads_counts(adnan, alpha, None)
    for whole in ("alice", "farid"):
        assert queries.reads_counts(cast.viewer(whole), alpha, None)
