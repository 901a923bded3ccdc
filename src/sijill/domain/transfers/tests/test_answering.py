"""Nobody is corrected, confirmed or declared a duplicate out of the books without somebody who answers (laws 1, 4, 7)."""

from uuid import UUID, uuid4

import pytest

from sijill.domain.access.rules import Refused
from sijill.domain.ledger import actions, queries
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind, NewEvent
from sijill.domain.transfers.queries import lines_without_counterpart
from tests.cast import Cast
from tests.story import Story


@pytest.fixture
def story(cast: Cast) -> Story:
    """Three people received at the end of a movement."""
    told = Story(cast)
    told.sealed(3)
    for ordinal in (1, 2):
        told.hand_over(ordinal)
    return told


def event_of(story: Story, who: str, person: UUID, kind: Kind) -> UUID:
    """The id of a person's event of this kind in this user's book."""
    with story.acting(who) as by:
        return next(e.id for e in queries.history(by, person) if e.kind is kind)


def codes(story: Story, person: UUID) -> set[str]:
    """Codes of the findings about a person, in every book."""
    return {f.code for f in story.findings() if f.subject_id == person}


def void(story: Story, who: str, target: UUID) -> None:
    with story.acting(who) as by:
        actions.correct(
            event_id=uuid4(), target=target, to=None, occurred_at=None, ground="mistake", by=by, at=story.tick()
        )


def test_a_voided_transfer_in_leaves_a_finding_that_nobody_answers(story: Story) -> None:
    person = story.people[0]
    void(story, "chiara", event_of(story, "chiara", person, Kind.TRANSFER_IN))
    assert "nobody-answers" in codes(story, person)
    with story.register() as by:
        assert lines_without_counterpart(by) == {}, "the finding says so"


def test_a_voided_transfer_out_leaves_two_who_claim_him(story: Story) -> None:
    person = story.people[0]
    void(story, "bushra", event_of(story, "bushra", person, Kind.TRANSFER_OUT))
    assert "two-claim" in codes(story, person)


def test_a_voided_admission_leaves_a_finding(story: Story) -> None:
    person = story.admit(1)[0]
    void(story, "alice", event_of(story, "alice", person, Kind.ADMISSION))
    assert "nobody-answers" in codes(story, person)


def test_a_correction_to_an_escape_has_an_owner(story: Story) -> None:
    person = story.admit(1)[0]
    target = event_of(story, "alice", person, Kind.ADMISSION)
    with story.acting("alice") as by:
        actions.correct(
            event_id=uuid4(), target=target, to=AccountSpec(AccountKind.REPORTED_ESCAPED), occurred_at=None,
            ground="mistake", by=by, at=story.tick(),
        )  # fmt: skip
    assert "escape-reported" in codes(story, person)


def test_a_correction_is_no_report(story: Story) -> None:
    person = story.admit(1)[0]
    event = NewEvent(uuid4(), story.cast.authority["ALPHA"], person, Kind.CORRECTION, None, story.now, story.now)
    with story.acting("alice") as by, pytest.raises(Refused, match="correct-by-name"):
        actions.report(events=[event], by=by, at=story.now)


def test_nobody_verifies_his_own_release(story: Story) -> None:
    person, book = story.admit(1)[0], story.cast.authority["ALPHA"]
    released = NewEvent(
        uuid4(), book, person, Kind.RELEASE, AccountSpec(AccountKind.RELEASED_UNVERIFIED), story.now, story.now
    )
    verified = NewEvent(
        uuid4(), book, person, Kind.RELEASE_VERIFIED, AccountSpec(AccountKind.RELEASED_VERIFIED), story.now, story.now
    )
    with story.acting("alice") as by:
        actions.report(events=[released], by=by, at=story.tick())
        with pytest.raises(Refused, match="needs-another-person"):
            actions.report(events=[verified], by=by, at=story.tick())
    with story.acting("amal") as by:
        assert actions.report(events=[verified], by=by, at=story.tick())[0].effect == "posted"


def test_two_records_are_never_each_others_duplicate(story: Story) -> None:
    (one, other), book = story.admit(2), story.cast.authority["ALPHA"]
    with story.acting("alice") as by:
        actions.mark_duplicate(
            event_id=uuid4(), book_id=book, subject_id=one, of=other, occurred_at=story.now, by=by, at=story.tick()
        )
        with pytest.raises(Refused, match="duplicate-of-nobody"):
            actions.mark_duplicate(
                event_id=uuid4(), book_id=book, subject_id=other, of=one, occurred_at=story.now, by=by, at=story.tick()
            )
