"""One manifest of a batch is called off alone; its people are free, and nobody goes on expecting them."""

from uuid import uuid4

import pytest

from sijill.domain.access.rules import NotAllowed, NotVisible, Refused
from sijill.domain.people import queries as people
from sijill.domain.transfers import actions, queries
from tests.cast import Cast
from tests.story import Story


@pytest.fixture
def two(cast: Cast) -> Story:
    """A batch of four in two vehicles, both sealed; the first has gone the whole way."""
    story = Story(cast)
    story.open_operation()
    story.admit(4)
    story.plan(4)
    story.authorise()
    for part in (story.people[:2], story.people[2:]):
        story.draw(part)
        story.seal()
    return story


def cancel(story: Story, index: int = 1, name: str = "anton", note: str = "bus broke down") -> None:
    with story.acting(name) as by:
        actions.cancel_manifest(manifest_id=story.manifests[index], note=note, by=by, at=story.tick())


def test_the_second_vehicle_stays_behind_and_the_batch_ends_without_it(two: Story) -> None:
    story = two
    story.hand_over(1)
    story.hand_over(2)
    assert story.state() == "counted"  # a second manifest is still sealed
    cancel(story)
    assert story.state() == "reconciled"
    row = story.manifest_row(story.manifests[1])
    assert (row.state, row.open) == ("cancelled", 0)
    assert {story.stands(p)["ALPHA"] for p in story.people[2:]} == {"held"}
    with story.acting("anton") as by:
        notes = [note for _state, _at, _by, note in queries.batch_events(by, story.batch)]
    assert f"{row.code}: bus broke down" in notes
    assert story.recount().wrong == [] and story.balance().difference == 0


def test_its_people_are_free_for_another_manifest(two: Story) -> None:
    cancel(two)
    two.draw(two.people[2:])
    two.seal()
    assert two.manifest_row(two.manifests[2]).open == 2


def test_a_cancelled_manifest_cannot_be_presented_and_a_departed_one_cannot_be_cancelled(two: Story) -> None:
    cancel(two)
    with pytest.raises(Refused, match="manifest-cancelled"):
        two.present(1, manifest=two.manifests[1])
    two.present(1)
    with pytest.raises(Refused, match="manifest-departed"):
        cancel(two, 0)
    assert {two.stands(p)["ALPHA"] for p in two.people[:2]} == {"handing-over"}


def test_five_cases(two: Story) -> None:
    for name, error in (("basil", NotAllowed), ("charlie", NotAllowed), ("farid", NotVisible), ("dora", NotVisible)):
        with pytest.raises(error):
            cancel(two, name=name)
    with two.acting("anton") as by, pytest.raises(NotVisible):
        actions.cancel_manifest(manifest_id=uuid4(), note="x", by=by, at=two.now)
    with pytest.raises(Refused, match="needs-note"):
        cancel(two, note=" ")
    assert two.manifest_row(two.manifests[1]).state == "sealed"
    cancel(two)
    cancel(two)  # already done: nothing more
    with two.acting("anton") as by:
        assert len(queries.batch_events(by, two.batch)) == 3


def test_nobody_goes_on_expecting_the_people_of_what_was_called_off(two: Story) -> None:
    def seen(name: str) -> set[object]:
        with two.acting(name) as by:
            return set(people.seen_among(by, two.people))

    assert seen("basil") == seen("charlie") == set(two.people)
    cancel(two)
    assert seen("basil") == seen("charlie") == set(two.people[:2])
    with two.acting("charlie") as by:
        assert people.search(by, "Person") and not people.names_of(by, two.people[2:], "en")
    assert seen("anton") == set(two.people)


def test_who_was_received_before_the_rest_was_called_off_stays_readable(two: Story) -> None:
    two.hand_over(1)
    cancel(two)
    with two.acting("basil") as by:
        assert set(people.seen_among(by, two.people)) == set(two.people[:2])


def test_a_reason_that_does_not_fit_is_refused_and_the_longest_one_is_kept_whole(two: Story) -> None:
    """The reference of the manifest stands before it in the same row."""
    with pytest.raises(Refused, match="text-too-long"):
        cancel(two, note="x" * 181)
    with two.acting("anton") as by, pytest.raises(Refused, match="text-too-long"):
        actions.cancel_batch(batch_id=two.batch, note="x" * 181, by=by, at=two.now)
    cancel(two, note="x" * 180)
    with two.acting("anton") as by:
        assert any(note.endswith("x" * 180) for *_rest, note in queries.batch_events(by, two.batch))
