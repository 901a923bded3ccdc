"""Operations, batches and manifests: who may, what a decision forbids, and that nothing is done twice."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from sijill.domain.access.rules import NotAllowed, NotVisible, Refused
from sijill.domain.access.viewing import as_register, viewing
from sijill.domain.transfers import actions, queries
from sijill.domain.transfers.actions.references import free_reference, reference
from sijill.domain.transfers.models import Batch, Manifest, ManifestLine
from sijill.domain.transfers.rules import Scope
from tests.cast import Cast
from tests.story import Story


@pytest.fixture
def story(cast: Cast) -> Story:
    """An operation with its decision, and three people held at A-MAIN."""
    told = Story(cast)
    told.open_operation()
    told.admit(3)
    return told


def refused(code: str, **values: Any) -> Any:
    """The action inside is refused with exactly this code (and these values)."""
    return pytest.raises(Refused, match=f"^{code}$", check=lambda e: values.items() <= e.about.items())


# ---------------------------------------------------------------------------- operations and decisions
def test_an_operation_needs_a_coordinator_of_a_party(cast: Cast) -> None:
    story = Story(cast)
    for name in ("alice", "basil", "dora"):
        with story.acting(name) as by, pytest.raises(NotAllowed):
            actions.create_operation(
                operation_id=uuid4(), code="OP-1", names={}, parties=[cast.authority["ALPHA"]], by=by, at=story.now
            )
    with story.acting("anton") as by, pytest.raises(NotAllowed):
        actions.create_operation(operation_id=uuid4(), code="OP-1", names={}, parties=[], by=by, at=story.now)


def test_the_same_operation_twice_is_one_and_another_under_its_id_or_code_is_refused(story: Story) -> None:
    with story.acting("anton") as by:
        code = queries.operation(by, story.operation).code
        parties = [story.cast.authority[a] for a in ("ALPHA", "BRAVO", "CHARLIE")]
        again: dict[str, Any] = {"parties": parties, "by": by, "at": story.now}
        names = {"en": "Operation Story"}
        actions.create_operation(operation_id=story.operation, code=code, names=names, **again)
        assert [o.code for o in queries.operations(by)] == [code]
        with refused("id-already-used"):
            actions.create_operation(operation_id=story.operation, code="OTHER", names=names, **again)
        with refused("code-taken"):
            actions.create_operation(operation_id=uuid4(), code=code, names=names, **again)


def test_a_stranger_to_the_operation_sees_neither_it_nor_its_batches(story: Story) -> None:
    story.plan(3)
    with story.acting("dora") as by:
        assert queries.operations(by) == [] and queries.batches(by) == []
        with pytest.raises(NotVisible):
            queries.operation(by, story.operation)
        with pytest.raises(NotVisible):
            story.decide(by, "hers")
        with pytest.raises(NotVisible):
            queries.batch(by, story.batch)


def test_a_decision_needs_a_body_and_a_paper_and_is_entered_once(story: Story) -> None:
    with story.acting("anton") as by:
        for missing in ({"body": " "}, {"document": ""}):
            with refused("decision-needs-source"):
                story.decide(by, "second", **missing)
        story.decide(by, "decision")
        assert len(queries.decisions(by, story.operation)) == 1
        with refused("id-already-used"):
            story.decide(by, "decision", ceiling=2000)
    with story.acting("basil") as by, pytest.raises(NotAllowed):
        story.decide(by, "his")


# ---------------------------------------------------------------------------- what a decision forbids
@pytest.mark.parametrize(
    ("decision", "code", "value"),
    [
        ({"ceiling": 2}, "ceiling-exceeded", "2"),
        ({"scope": Scope(senders=(0,))}, "sender-beyond-scope", None),
        ({"scope": Scope(receivers=(0,))}, "receiver-beyond-scope", None),
    ],
)
def test_a_plan_beyond_the_decision_is_refused_with_its_paper(
    story: Story, decision: dict[str, Any], code: str, value: str | None
) -> None:
    with story.acting("anton") as by:
        story.decide(by, "narrow", document="Order 77", **decision)
    expected = {"document": "Order 77"} | ({"value": value} if value else {})
    with refused(code, **expected):
        story.plan(3)


def test_a_ceiling_counts_the_other_batches_but_not_the_cancelled_ones(story: Story) -> None:
    with story.acting("anton") as by:
        story.decide(by, "narrow", ceiling=5)
    story.plan(3)
    with refused("ceiling-exceeded", value="5"):
        story.plan(3, batch_id=uuid4())
    story.plan(2, batch_id=uuid4())
    with refused("ceiling-exceeded"):
        story.plan(1, batch_id=uuid4())
    with story.acting("anton") as by:
        actions.cancel_batch(batch_id=story.batch, note="road closed", by=by, at=story.tick())
    story.plan(3, batch_id=uuid4())


def test_no_decision_no_batch(cast: Cast) -> None:
    story = Story(cast)
    with story.acting("anton") as by:
        actions.create_operation(
            operation_id=story.operation, code="BARE", names={}, by=by, at=story.now,
            parties=[cast.authority[a] for a in ("ALPHA", "BRAVO", "CHARLIE")],
        )  # fmt: skip
    with refused("no-decision"):
        story.plan(1)


def test_an_excluded_region_is_refused_when_the_manifest_is_drawn(story: Story) -> None:
    story.plan(3)
    with refused("region-excluded", document="Decision 12/2026", value="IQ-AR"):
        story.draw(story.people, destination="C-NORTH")
    assert story.manifests == []


def test_a_kind_of_facility_that_is_not_allowed_is_refused(story: Story) -> None:
    story.plan(3)
    with story.acting("anton") as by:
        story.decide(by, "camps", facility_kinds=["camp"], document="Order 3")
    with refused("facility-kind-not-allowed", document="Order 3", value="prison"):
        story.draw(story.people)


def test_a_decision_that_comes_later_binds_at_authorising_and_at_the_seal(story: Story) -> None:
    story.plan(3)
    story.authorise()
    story.draw(story.people)
    with story.acting("anton") as by:
        story.decide(by, "stop", excluded_regions=["IQ"], document="Order 9")
    with refused("region-excluded", document="Order 9", value="IQ"):
        story.seal()
    story.plan(3, batch_id=(other := uuid4()))
    with story.acting("anton") as by:
        story.decide(by, "less", ceiling=5, document="Order 10")
    with refused("ceiling-exceeded", document="Order 10"):
        story.authorise(other)


@pytest.mark.parametrize(
    ("scope", "code", "value"),
    [
        (Scope(nationalities=("SY",)), "nationality-beyond-scope", "TR"),
        (Scope(sexes=("F",)), "sex-beyond-scope", "M"),
        (Scope(age_classes=("child",)), "age-beyond-scope", "adult"),
    ],
)
def test_a_manifest_with_somebody_beyond_the_scope_is_not_sealed(
    cast: Cast, scope: Scope, code: str, value: str
) -> None:
    story = Story(cast)
    story.open_operation(scope=scope)
    story.admit(2, nationalities=("SY", "TR"))
    story.plan(2)
    story.authorise()
    story.draw(story.people)
    with refused(code, document="Decision 12/2026", value=value):
        story.seal()
    assert story.manifest_row().state == "draft"


# ---------------------------------------------------------------------------- batches
def test_planning_is_the_sender_s_and_a_second_time_changes_nothing(story: Story) -> None:
    for name in ("alice", "basil", "asma"):
        with story.acting(name) as by, pytest.raises(NotAllowed):
            actions.plan_batch(**plan_of(story), by=by, at=story.now)
    story.plan(3)
    story.plan(3)
    with story.acting("anton") as by:
        assert len(queries.batches(by)) == 1
        assert len(queries.batch_events(by, story.batch)) == 1
    with refused("id-already-used"):
        story.plan(2)


def plan_of(story: Story) -> dict[str, Any]:
    """What `Story.plan` would send."""
    a = story.cast.authority
    return {
        "batch_id": story.batch, "operation_id": story.operation, "sender_id": a["ALPHA"], "carrier_id": a["BRAVO"],
        "receiver_id": a["CHARLIE"], "origin_id": story.cast.facility["A-MAIN"], "planned_on": date(2026, 2, 2), "size": 3,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"receiver_id": "DELTA"}, "not-a-party"),
        ({"carrier_id": "DELTA"}, "not-a-party"),
        ({"carrier_id": "ALPHA"}, "custodians-must-differ"),
        ({"carrier_id": "CHARLIE"}, "custodians-must-differ"),
        ({"size": 0}, "empty-batch"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(story: Story, changes: dict[str, Any], code: str) -> None:
    values = {k: story.cast.authority.get(v, v) if isinstance(v, str) else v for k, v in changes.items()}
    with story.acting("anton") as by, refused(code):
        actions.plan_batch(**(plan_of(story) | values), by=by, at=story.now)


def test_authorising_five_cases(story: Story) -> None:
    story.plan(3)
    for name, error in (("asma", NotAllowed), ("basil", NotAllowed), ("dora", NotVisible), ("farid", NotVisible)):
        with story.acting(name) as by, pytest.raises(error):
            actions.authorise_batch(batch_id=story.batch, by=by, at=story.now)
    story.authorise()
    story.authorise()
    with story.acting("anton") as by:
        assert [s.value for s, *_ in queries.batch_events(by, story.batch)] == ["planned", "authorised"]
        actions.cancel_batch(batch_id=story.batch, note="", by=by, at=story.tick())
        with refused("batch-not-ready", state="cancelled"):
            actions.authorise_batch(batch_id=story.batch, by=by, at=story.now)


def test_cancelling_frees_the_people_and_stops_the_handover(story: Story) -> None:
    story.plan(3)
    story.authorise()
    story.draw(story.people)
    story.seal()
    handover = story.handover(1)
    for name, error in (("basil", NotAllowed), ("dora", NotVisible)):
        with story.acting(name) as by, pytest.raises(error):
            actions.cancel_batch(batch_id=story.batch, note="", by=by, at=story.now)
    with story.acting("anton") as by:
        actions.cancel_batch(batch_id=story.batch, note="road closed", by=by, at=story.tick())
        actions.cancel_batch(batch_id=story.batch, note="road closed", by=by, at=story.tick())
        assert len(queries.batch_events(by, story.batch)) == 3
    assert story.manifest_row().open == 0
    with refused("manifest-cancelled"):
        story.present(1)
    assert {story.stands(p)["ALPHA"] for p in story.people} == {"held"}
    assert story.handover(1).state == handover.state
    story.plan(3, batch_id=(other := uuid4()))
    story.draw(story.people, batch=other)


def test_a_departed_batch_is_not_cancelled(story: Story) -> None:
    story.plan(3)
    story.authorise()
    story.draw(story.people)
    story.seal()
    story.present(1)
    with story.acting("anton") as by, refused("batch-not-ready", state="departed", to="cancelled"):
        actions.cancel_batch(batch_id=story.batch, note="", by=by, at=story.now)
    assert story.manifest_row().open == 3


def test_closing_five_cases(story: Story) -> None:
    story.plan(3)
    story.authorise()
    story.draw(story.people)
    story.seal()
    story.hand_over(1)
    with story.acting("anton") as by, refused("batch-not-ready", to="closed"):
        actions.close_batch(batch_id=story.batch, by=by, at=story.now)
    story.present(2)
    story.count(2, 4)  # one more than there are: a finding about a statement
    story.names(2)
    story.acknowledge(2)
    assert story.state() == "reconciled"
    with story.acting("anton") as by, refused("findings-open", n=2):  # the count, then the names, each differ from it
        actions.close_batch(batch_id=story.batch, by=by, at=story.now)
    story.settle_all()
    for name, error in (("asma", NotAllowed), ("chiara", NotAllowed), ("dora", NotVisible)):
        with story.acting(name) as by, pytest.raises(error):
            actions.close_batch(batch_id=story.batch, by=by, at=story.now)
    with story.acting("anton") as by:
        actions.close_batch(batch_id=story.batch, by=by, at=story.now)
        actions.close_batch(batch_id=story.batch, by=by, at=story.now)
    assert story.state() == "closed"


# ---------------------------------------------------------------------------- manifests
def test_drawing_five_cases(story: Story) -> None:
    story.plan(3)
    manifest, hub = uuid4(), story.cast.facility["C-HUB"]
    asked: dict[str, Any] = {
        "manifest_id": manifest,
        "batch_id": story.batch,
        "vehicle": "Bus 9",
        "destination_id": hub,
    }
    for name, error in (("alice", NotAllowed), ("basil", NotAllowed), ("dora", NotVisible)):
        with story.acting(name) as by, pytest.raises(error):
            actions.draw_manifest(**asked, by=by, at=story.now)
    with story.acting("asma") as by:  # a sending officer may
        actions.draw_manifest(**asked, by=by, at=story.now)
        actions.draw_manifest(**asked, by=by, at=story.now)
        assert len(queries.manifests(by, story.batch)) == 1
        with refused("id-already-used"):
            actions.draw_manifest(**(asked | {"vehicle": "Bus 10"}), by=by, at=story.now)
        with refused("destination-of-another", value="A-SIDE"):
            actions.draw_manifest(
                **(asked | {"manifest_id": uuid4(), "destination_id": story.cast.facility["A-SIDE"]}),
                by=by,
                at=story.now,
            )
    with story.acting("anton") as by:
        actions.cancel_batch(batch_id=story.batch, note="", by=by, at=story.now)
        with refused("batch-not-ready"):
            actions.draw_manifest(**(asked | {"manifest_id": uuid4()}), by=by, at=story.now)


def test_lines_five_cases(story: Story) -> None:
    story.plan(2)
    manifest = story.draw(story.people[:1])
    asked: dict[str, Any] = {"manifest_id": manifest, "subject_ids": story.people[:2]}
    for name, error in (("basil", NotAllowed), ("alice", NotAllowed), ("dora", NotVisible)):
        with story.acting(name) as by, pytest.raises(error):
            actions.add_lines(**asked, by=by, at=story.now)
        with story.acting(name) as by, pytest.raises(error):
            actions.remove_line(manifest_id=manifest, subject_id=story.people[0], by=by, at=story.now)
    with story.acting("anton") as by:
        actions.add_lines(**asked, by=by, at=story.now)
        actions.add_lines(**asked, by=by, at=story.now)
        assert [line.subject_id for line in queries.manifest_lines(by, manifest)] == story.people[:2]
        with refused("batch-too-small", size=2):
            actions.add_lines(manifest_id=manifest, subject_ids=story.people[2:], by=by, at=story.now)
        actions.remove_line(manifest_id=manifest, subject_id=story.people[0], by=by, at=story.now)
        assert [line.subject_id for line in queries.manifest_lines(by, manifest)] == [story.people[1]]


def test_only_people_held_at_the_origin_by_the_sender_can_be_listed(story: Story) -> None:
    story.plan(3)
    elsewhere = story.admit(1, facility="A-SIDE")
    for missing in (elsewhere, [uuid4()]):
        with refused("not-held-at-origin", n=1):
            story.draw(missing)
        story.manifests.clear()


def test_the_seal_five_cases(story: Story) -> None:
    story.plan(3)
    manifest = story.draw(story.people)
    with refused("batch-not-ready", state="planned", to="sealed"):
        story.seal()
    story.authorise()
    for name, error in (("alice", NotAllowed), ("basil", NotAllowed), ("dora", NotVisible)):
        with story.acting(name) as by, pytest.raises(error):
            actions.seal_manifest(manifest_id=manifest, by=by, at=story.now)
    with story.acting("asma") as by, refused("no-signing-session"):
        actions.seal_manifest(manifest_id=manifest, by=by, at=story.now)
    digest = story.seal()
    assert story.seal() == digest
    with story.acting("anton") as by:
        assert queries.manifest(by, manifest).sha256 == digest
        with refused("manifest-sealed"):
            actions.add_lines(manifest_id=manifest, subject_ids=story.people, by=by, at=story.now)
        with refused("manifest-sealed"):
            actions.remove_line(manifest_id=manifest, subject_id=story.people[0], by=by, at=story.now)
    assert len(story.lines(1)) == 3 and story.lines(2) == {}


def test_a_seal_needs_a_session_that_is_not_too_old(story: Story) -> None:
    story.plan(3)
    story.authorise()
    manifest = story.draw(story.people)
    story.open_session("anton", "ALPHA")
    story.tick(15)
    with story.acting("anton") as by, refused("no-signing-session"):
        actions.seal_manifest(manifest_id=manifest, by=by, at=story.now)


def test_an_empty_manifest_and_one_whose_people_left_are_not_sealed(story: Story) -> None:
    from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind

    story.plan(3)
    story.authorise()
    empty = story.draw([])
    with refused("empty-manifest"):
        story.seal(empty)
    story.draw(story.people)
    story.report("ALPHA", story.people[0], Kind.REPORTED_ESCAPED, AccountSpec(AccountKind.REPORTED_ESCAPED))
    with refused("not-held-at-origin", n=1):
        story.seal()


def test_nobody_is_on_two_open_manifests_of_one_book(story: Story) -> None:
    story.plan(3)
    story.draw(story.people[:2])
    story.plan(3, batch_id=(other := uuid4()))
    with refused("on-another-manifest"):
        story.draw(story.people[1:], batch=other)
    second = story.draw([], batch=other)
    with viewing(story.cast.user["anton"]), as_register(), pytest.raises(IntegrityError), transaction.atomic():
        ManifestLine(
            manifest_id=second, no=1, subject_id=story.people[1], sender_id=story.cast.authority["ALPHA"]
        ).save(force_insert=True)


def test_two_batches_never_bear_one_reference(story: Story) -> None:
    story.plan(3)
    with story.register():
        code = Batch.objects.get(pk=story.batch).code
        twin = next(
            UUID(int=n) for n in range(story.batch.int % 23**6, story.batch.int % 23**6 + 5 * 23**6, 23**6)
        )  # other high digits, the same six characters
        assert reference("B", twin) == code
        assert free_reference("B", twin, Batch) == reference("B", twin, 1) != code
        assert free_reference("M", twin, Manifest) == reference("M", twin)
