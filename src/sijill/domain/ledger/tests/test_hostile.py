"""The books attacked: instants nobody could be shown, one officer alone, the same act twice, two at once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from sijill.domain.access.rules import NotAllowed, NotVisible, Refused
from sijill.domain.ledger import actions, queries
from sijill.domain.ledger.queries.situation import balances_at, situation
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind, NewEvent
from tests.cast import NOON, Cast
from tests.story import Story


@pytest.fixture
def story(cast: Cast) -> Story:
    """Three people at A-MAIN."""
    told = Story(cast)
    told.admit(3)
    return told


def lose(story: Story, *, kind: str = "control-lost", **also: Any) -> UUID:
    """A-MAIN is lost, by amal's word; nobody has confirmed it."""
    loss = uuid4()
    said: dict[str, Any] = {
        "loss_id": loss, "book_id": story.cast.authority["ALPHA"], "facility_id": story.cast.facility["A-MAIN"],
        "kind": kind, "other_id": None, "ground": "No contact.", "occurred_at": story.tick(),
    } | also  # fmt: skip
    with story.acting("amal") as by:
        actions.propose_loss(**said, by=by, at=story.now)
    return loss


@pytest.mark.parametrize("year", [1, 2, 1500, 1832, 1899, 2201, 9998, 9999])
def test_an_instant_beyond_reading_is_refused_and_the_board_still_reads(story: Story, year: int) -> None:
    """Stored, such an instant could not be read back: the page of everybody in the book would fail for ever."""
    when = datetime(year, 1, 1, tzinfo=UTC)
    alpha, place = story.cast.authority["ALPHA"], story.cast.facility["A-MAIN"]
    event = NewEvent(
        uuid4(), alpha, story.people[0], Kind.WHEREABOUTS_UNKNOWN, AccountSpec(AccountKind.WHEREABOUTS_UNKNOWN), when,
        when,
    )  # fmt: skip
    with story.acting("alice") as by:
        with pytest.raises(Refused, match="day-out-of-range"):
            actions.report(events=[event], by=by, at=story.now)
        with pytest.raises(Refused, match="day-out-of-range"):
            actions.count_tally(
                tally_id=uuid4(), event_id=uuid4(), book_id=alpha, to=AccountSpec(AccountKind.HELD, facility_id=place),
                n=3, basis="counted", label="", occurred_at=when, by=by, at=story.now,
            )  # fmt: skip
    with pytest.raises(Refused, match=r"day-out-of-range|date-in-future"):
        lose(story, occurred_at=when)
    with story.acting("amal") as by:
        assert situation(by, at=story.now).people == 3
        assert balances_at(by, since=NOON - timedelta(days=1), at=story.now)
        assert queries.stated_losses(by) == []


@pytest.mark.parametrize("year", [1900, 1969, 2025])
def test_the_oldest_instant_that_may_be_told_is_read_everywhere(story: Story, year: int) -> None:
    when = datetime(year, 1, 1, tzinfo=UTC)
    person = uuid4()
    with story.acting("alice") as by:
        actions.count_tally(
            tally_id=person, event_id=uuid4(), book_id=story.cast.authority["ALPHA"], n=3, basis="counted", label="",
            to=AccountSpec(AccountKind.HELD, facility_id=story.cast.facility["A-MAIN"]), occurred_at=when, by=by,
            at=story.now,
        )  # fmt: skip
        found = situation(by, at=story.now)
        assert (found.people, found.tallied) == (3, 3)
        assert next(p for p in found.paths if p.tally == person).first.kind is AccountKind.HELD


def test_nobody_resolves_a_person_into_the_hands_of_his_own_authority(story: Story) -> None:
    """ "Under another's control" with our own name is no place where he is looked for."""
    loss = lose(story)
    with story.acting("ahmad") as by:
        actions.confirm_loss(loss_id=loss, confirm_id=uuid4(), by=by, at=story.tick())
        with pytest.raises(Refused, match="same-authority"):
            actions.resolve_by_name(
                event_id=uuid4(), loss_id=loss, subject_id=story.people[0], outcome="control-changed",
                facility_id=story.cast.facility["A-MAIN"], hall_id=None, other_id=story.cast.authority["ALPHA"],
                occurred_from=story.now, occurred_to=story.now, evidence="x", grade="hearsay", by=by, at=story.now,
            )  # fmt: skip
    assert story.stands(story.people[0]) == {"ALPHA": "control-lost"}


def test_the_one_who_says_dead_never_confirms_it_not_even_by_a_correction(story: Story) -> None:
    """Law 4: a report that came as a correction needs a second person as any other does."""
    person = story.people[0]
    with story.acting("amal") as by:
        admission = queries.history(by, person)[0].id
        actions.correct(
            event_id=uuid4(), target=admission, to=AccountSpec(AccountKind.REPORTED_DEAD), occurred_at=None,
            ground="x", by=by, at=story.tick(),
        )  # fmt: skip
        finding = next(f for f in queries.findings(by, subject_id=person) if f.code == "death-reported")
        with pytest.raises(Refused, match="needs-another-person"):
            actions.confirm_report(
                event_id=uuid4(), finding_id=finding.id, evidence="x", grade="hearsay", occurred_at=story.now, by=by,
                at=story.tick(),
            )  # fmt: skip
    assert story.stands(person) == {"ALPHA": "reported-dead"}
    with story.acting("ahmad") as by:
        actions.confirm_report(
            event_id=uuid4(), finding_id=finding.id, evidence="x", grade="document", occurred_at=story.now, by=by,
            at=story.tick(),
        )  # fmt: skip
    assert story.stands(person) == {"ALPHA": "dead-confirmed"}


def test_a_loss_with_a_tally_moves_or_keeps_everybody(story: Story) -> None:
    """Whatever the kind of loss: nobody in a tally falls out of the sums."""
    alpha, place = story.cast.authority["ALPHA"], story.cast.facility["A-MAIN"]
    with story.acting("alice") as by:
        actions.count_tally(
            tally_id=uuid4(), event_id=uuid4(), book_id=alpha, to=AccountSpec(AccountKind.HELD, facility_id=place),
            n=30, basis="declared", label="hall 2", occurred_at=story.now, by=by, at=story.tick(),
        )  # fmt: skip
    for kind in ("control-lost", "control-changed", "whereabouts-unknown"):
        loss = lose(story, kind=kind, custodian="Brigade 7" if kind == "control-changed" else "")
        with story.acting("ahmad") as by:
            receipt = actions.confirm_loss(loss_id=loss, confirm_id=uuid4(), by=by, at=story.tick())
        assert (receipt.persons, receipt.tallied, receipt.without_effect) == (3, 30, 0), kind
        balance = story.balance()
        assert (balance.people, balance.tallied, balance.difference) == (3, 30, 0), kind
    with story.acting("amal") as by:
        actions.undo_loss(undo_id=uuid4(), loss_id=loss, ground="no", by=by, at=story.tick())
    balance = story.balance()
    assert (balance.people, balance.tallied, balance.difference) == (3, 30, 0)
    assert story.stands(story.people[0]) == {"ALPHA": "under-another"}
    assert story.recount().wrong == []


def test_a_search_step_is_of_one_search_only(story: Story) -> None:
    """An id sent again to another search says another thing: it is refused, for a confirmation too."""
    loss = lose(story)
    with story.acting("ahmad") as by:
        actions.confirm_loss(loss_id=loss, confirm_id=uuid4(), by=by, at=story.tick())
    for person in story.people[:2]:
        with story.acting("amal") as by:
            actions.resolve_by_name(
                event_id=uuid4(), loss_id=loss, subject_id=person, outcome="reported-escaped", facility_id=None,
                hall_id=None, other_id=None, occurred_from=story.now, occurred_to=story.now, evidence="x",
                grade="hearsay", by=by, at=story.tick(),
            )  # fmt: skip
    key = uuid4()
    with story.acting("ahmad") as by:
        one, other = (row.finding.id for row in queries.searches(by, codes=["escape-reported"]))
        said: dict[str, Any] = {"evidence": "x", "grade": "hearsay", "occurred_at": story.now}
        actions.confirm_report(event_id=key, finding_id=one, **said, by=by, at=story.tick())
        actions.confirm_report(event_id=key, finding_id=one, **said, by=by, at=story.tick())
        with pytest.raises(Refused, match="id-already-used"):
            actions.confirm_report(event_id=key, finding_id=other, **said, by=by, at=story.tick())


def test_a_loss_in_a_place_that_is_none_is_refused_in_words(story: Story) -> None:
    for facility in (0, 10**15):
        with pytest.raises((NotVisible, NotAllowed, Refused)):
            lose(story, facility_id=facility)
    with pytest.raises((NotVisible, NotAllowed, Refused)):
        lose(story, kind="control-changed", other_id=10**15)


@pytest.mark.parametrize(
    ("kind", "account"),
    [(Kind.DEATH_CONFIRMED, AccountKind.DEAD_CONFIRMED), (Kind.RELEASE_VERIFIED, AccountKind.RELEASED_VERIFIED)],
)
def test_one_officer_alone_never_takes_anybody_out_by_corrections(
    story: Story, kind: Kind, account: AccountKind
) -> None:
    """A confirmation of what nobody reported has no effect; who sent it cannot give it effect himself."""
    person, other = story.people[:2]
    receipt = story.report("ALPHA", person, kind, AccountSpec(account))
    assert receipt.effect == "none"
    with story.acting("alice") as by:
        with pytest.raises(Refused, match="needs-another-person"):
            actions.give_effect(event_id=uuid4(), target=receipt.event, ground="x", by=by, at=story.tick())
        for target in (queries.history(by, person)[0].id, queries.history(by, other)[0].id):
            with pytest.raises(Refused, match="needs-another-person"):
                actions.correct(
                    event_id=uuid4(), target=target, to=AccountSpec(account), occurred_at=None, ground="x", by=by,
                    at=story.tick(),
                )  # fmt: skip
    assert story.stands(person) == story.stands(other) == {"ALPHA": "held"}
    key = uuid4()
    with story.acting("amal") as by:  # another person does
        for _twice in range(2):
            actions.give_effect(event_id=key, target=receipt.event, ground="x", by=by, at=story.tick())
    assert story.stands(person) == {"ALPHA": account.value}


def test_nobody_is_corrected_into_a_duplicate_of_nobody(story: Story) -> None:
    """Two records, each the other's duplicate, would both be gone."""
    one, other, third = story.people
    alpha = story.cast.authority["ALPHA"]
    with story.acting("alice") as by:
        with pytest.raises(Refused, match="duplicate-of-nobody"):
            actions.correct(
                event_id=uuid4(), target=queries.history(by, one)[0].id, to=AccountSpec(AccountKind.DUPLICATE_OF),
                occurred_at=None, ground="x", by=by, at=story.tick(),
            )  # fmt: skip
        idle = actions.mark_duplicate(
            event_id=uuid4(), book_id=alpha, subject_id=one, of=other, occurred_at=NOON - timedelta(days=9), by=by,
            at=story.tick(),
        )  # fmt: skip
        assert idle.effect == "none"
        actions.mark_duplicate(
            event_id=uuid4(), book_id=alpha, subject_id=other, of=third, occurred_at=story.now, by=by, at=story.tick()
        )
        with pytest.raises(Refused, match="duplicate-of-nobody"):
            actions.give_effect(event_id=uuid4(), target=idle.event, ground="x", by=by, at=story.tick())
    assert story.stands(one) == {"ALPHA": "held"}
