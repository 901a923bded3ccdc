"""After a loss each person is resolved by name, on evidence, one at a time; searches have owners; two persons confirm."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from sijill.domain.access.rules import NotAllowed, NotVisible, Refused
from sijill.domain.ledger import actions, queries
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind, Receipt
from tests.cast import Cast
from tests.story import Story


@pytest.fixture
def story(cast: Cast) -> Story:
    """Three people at A-MAIN, whose loss two officers have stated."""
    told = Story(cast)
    told.admit(3)
    told.tick(30)
    lose(told, told.id("loss"))
    return told


def lose(story: Story, loss: UUID) -> None:
    """A-MAIN is lost."""
    with story.acting("amal") as by:
        actions.propose_loss(
            loss_id=loss, book_id=story.cast.authority["ALPHA"], facility_id=story.cast.facility["A-MAIN"],
            kind="control-lost", other_id=None, ground="No contact since dawn.", occurred_at=story.now, by=by,
            at=story.now,
        )  # fmt: skip
    with story.acting("ahmad") as by:
        actions.confirm_loss(loss_id=loss, confirm_id=uuid4(), by=by, at=story.tick())


def resolve(
    story: Story, who: int, outcome: str, name: str = "amal", event: UUID | None = None, **also: Any
) -> Receipt:
    """Say what became of one of them."""
    asked: dict[str, Any] = {
        "event_id": event or uuid4(), "loss_id": story.id("loss"), "subject_id": story.people[who], "outcome": outcome,
        "facility_id": None, "hall_id": None, "other_id": None, "occurred_from": story.now, "occurred_to": story.now,
        "evidence": "The night watch saw him.", "grade": "seen-by-officer",
    } | also  # fmt: skip
    with story.acting(name) as by:
        return actions.resolve_by_name(**asked, by=by, at=story.tick())


def open_codes(story: Story, who: int) -> dict[str, str]:
    """The unsettled findings of one person: code and state."""
    found = story.findings(states=("open", "explained"))
    return {f.code: f.state for f in found if f.subject_id == story.people[who]}


@pytest.mark.parametrize(
    ("outcome", "place", "other", "stands", "left"),
    [
        ("recapture", "A-SIDE", None, "held", {}),
        ("whereabouts-restored", "A-SIDE", None, "held", {}),
        ("control-changed", "A-MAIN", "BRAVO", "under-another", {"under-another": "open"}),
        ("whereabouts-unknown", None, None, "whereabouts-unknown", {"whereabouts-unknown": "open"}),
        ("reported-escaped", None, None, "reported-escaped", {"escape-reported": "open"}),
        ("reported-dead", None, None, "reported-dead", {"death-reported": "open"}),
        ("release", None, None, "released-unverified", {"release-unverified": "open"}),
    ],
)  # fmt: skip
def test_each_is_resolved_by_name_and_his_finding_follows(
    story: Story, outcome: str, place: str | None, other: str | None, stands: str, left: dict[str, str]
) -> None:
    places: dict[str, Any] = {"facility_id": story.cast.facility[place] if place else None}
    receipt = resolve(story, 0, outcome, **places, other_id=story.cast.authority[other] if other else None)
    assert receipt.effect == "posted"
    assert story.stands(story.people[0])["ALPHA"] == stands
    assert open_codes(story, 0) == left and open_codes(story, 1) == {"control-lost": "open"}
    with story.acting("amal") as by:
        assert [(e.text, e.grade) for e in queries.evidence(by, story.people[0])] == [
            ("The night watch saw him.", "seen-by-officer")
        ]
        progress = queries.loss_progress(by, [story.id("loss")])[story.id("loss")]
    assert (progress.waiting, progress.resolved, progress.by_account) == (2, 1, ((AccountKind(stands), 1),))
    assert story.balance().difference == 0 and story.recount().wrong == []


def test_a_report_again_does_nothing_twice(story: Story) -> None:
    """Also where the kind of event follows from where he stood the first time."""
    there: dict[str, Any] = {
        "facility_id": story.cast.facility["A-MAIN"], "other_id": story.cast.authority["BRAVO"],
    }  # fmt: skip
    for who, outcome, also in ((0, "reported-escaped", dict[str, Any]()), (1, "control-changed", there)):
        again = also | {"event": uuid4(), "occurred_from": story.now, "occurred_to": story.now}
        assert not resolve(story, who, outcome, **again).repeated
        assert resolve(story, who, outcome, **again).repeated
        with story.acting("amal") as by:
            assert len(queries.evidence(by, story.people[who])) == 1


@pytest.mark.parametrize(
    ("code", "outcome", "also"),
    [
        ("unknown-kind", "admission", {}), ("unknown-kind", "death-confirmed", {}), ("needs-place", "recapture", {}),
        ("needs-custodian", "control-changed", {"facility_id": 1}), ("needs-evidence", "release", {"evidence": " "}),
        ("unknown-grade", "release", {"grade": "certain"}), ("text-too-long", "release", {"evidence": "x" * 1001}),
    ],
)  # fmt: skip
def test_what_cannot_be_said(story: Story, code: str, outcome: str, also: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=code):
        resolve(story, 0, outcome, **also)
    with pytest.raises(Refused, match="date-in-future"):
        resolve(story, 0, "release", occurred_to=story.now + timedelta(hours=1))
    assert story.stands(story.people[0])["ALPHA"] == "control-lost"


def test_who_may_say_it(story: Story) -> None:
    for name, error in (("anton", NotAllowed), ("farid", NotAllowed), ("aida", NotVisible), ("dora", NotVisible)):
        with pytest.raises(error):
            resolve(story, 0, "release", name)
    stranger = story.admit(1)[0]  # held, but no part of this loss
    with pytest.raises(NotVisible):
        resolve(story, 0, "release", subject_id=stranger)
    with pytest.raises(NotVisible):
        resolve(story, 0, "release", loss_id=uuid4())
    with story.acting("dora") as by:
        assert queries.stated_losses(by) == [] and queries.loss_lines(by, story.id("loss")) == []
        with pytest.raises(NotVisible):
            queries.loss(by, story.id("loss"))


def test_evidence_is_read_by_those_who_may_read_people(story: Story) -> None:
    resolve(story, 0, "reported-escaped")
    for name, shown in (("alice", 1), ("amal", 1), ("anton", 1), ("farid", 0), ("bushra", 0), ("dora", 0)):
        with story.acting(name) as by:
            assert len(queries.evidence(by, story.people[0])) == shown, name
    with story.register() as by:
        assert queries.evidence(by, story.people[0]) == []


def finding(story: Story, who: int, code: str) -> UUID:
    """The finding of this code about one of them."""
    states = ("open", "explained", "closed")
    found: UUID = next(
        f.id for f in story.findings(states=states) if (f.subject_id, f.code) == (story.people[who], code)
    )
    return found


def confirm(story: Story, owed: UUID, name: str, key: UUID | None = None, **also: Any) -> None:
    """A second person confirms what was reported."""
    asked: dict[str, Any] = {"evidence": "Hospital list 12.", "grade": "document", "occurred_at": story.now} | also
    with story.acting(name) as by:
        actions.confirm_report(event_id=key or uuid4(), finding_id=owed, **asked, by=by, at=story.tick())


@pytest.mark.parametrize(
    ("outcome", "code", "reached"),
    [("reported-dead", "death-reported", "dead-confirmed"), ("release", "release-unverified", "released-verified")],
)
def test_a_second_person_confirms_a_death_or_a_release(story: Story, outcome: str, code: str, reached: str) -> None:
    resolve(story, 0, outcome)
    owed, key, when = finding(story, 0, code), uuid4(), story.now
    with pytest.raises(Refused, match="needs-another-person"):
        confirm(story, owed, "amal")
    with pytest.raises(NotAllowed):
        confirm(story, owed, "farid")
    confirm(story, owed, "ahmad", key, occurred_at=when)
    confirm(story, owed, "ahmad", key, occurred_at=when)  # the answer was lost
    assert story.stands(story.people[0])["ALPHA"] == reached and open_codes(story, 0) == {}
    with story.acting("amal") as by:
        assert len(queries.evidence(by, story.people[0])) == 2
    assert story.recount().wrong == []


def test_a_confirmed_escape_stays_open_until_he_is_found(story: Story) -> None:
    resolve(story, 0, "reported-escaped")
    owed = finding(story, 0, "escape-reported")
    with pytest.raises(Refused, match="needs-another-person"):
        confirm(story, owed, "amal")
    key = uuid4()
    confirm(story, owed, "ahmad", key)
    confirm(story, owed, "ahmad", key)
    assert open_codes(story, 0) == {"escape-reported": "explained"}
    with story.acting("amal") as by:
        row, steps = queries.search(by, owed)
        assert row.confirmed and [s.step for s in steps] == ["confirmed"]
        assert [r.finding.id for r in queries.searches(by)] == [owed]
    with story.acting("amal") as by, pytest.raises(Refused, match="still-stands-there"):
        actions.settle_finding(
            finding_event_id=uuid4(), finding_id=owed, state="closed", note="gone", by=by, at=story.now
        )
    resolve(story, 0, "recapture", facility_id=story.cast.facility["A-SIDE"])
    assert open_codes(story, 0) == {}
    with pytest.raises(Refused, match="nothing-to-confirm"):
        confirm(story, finding(story, 1, "control-lost"), "ahmad")


def test_a_search_has_an_owner_who_hands_it_on_and_steps_that_stay(story: Story) -> None:
    resolve(story, 0, "reported-escaped")
    owed = finding(story, 0, "escape-reported")

    def step(kind: str, owner: str | None = None, text: str = "", name: str = "amal", key: UUID | None = None) -> None:
        with story.acting(name) as by:
            actions.add_search_step(
                step_id=key or uuid4(), finding_id=owed, step=kind, owner=story.cast.user[owner] if owner else None,
                text=text, by=by, at=story.tick(),
            )  # fmt: skip

    key = uuid4()
    step("owner", "ahmad", key=key)
    step("owner", "ahmad", key=key)
    step("searched", text="The wadi behind the north wall")
    step("told", text="The hospital, by telephone")
    step("owner", "alice", text="Goes off duty", name="ahmad")
    with story.acting("amal") as by:
        row, steps = queries.search(by, owed)
    assert row.owner == story.cast.user["alice"]
    assert [s.step for s in steps] == ["owner", "searched", "told", "owner"]
    wrong: tuple[tuple[str, dict[str, Any]], ...] = (
        ("unknown-kind", {"kind": "confirmed"}), ("owner-without-duty", {"kind": "owner", "owner": "dora"}),
        ("owner-without-duty", {"kind": "owner"}), ("needs-note", {"kind": "told", "text": " "}),
        ("text-too-long", {"kind": "told", "text": "x" * 401}),
        ("id-already-used", {"kind": "owner", "owner": "amal", "key": key}),
    )  # fmt: skip
    for code, also in wrong:
        with pytest.raises(Refused, match=code):
            step(**also)
    for name, error in (("farid", NotAllowed), ("dora", NotVisible), ("aida", NotVisible)):
        with pytest.raises(error):
            step("told", text="x", name=name)
    story.report("ALPHA", story.people[1], Kind.ADMISSION, AccountSpec(  # does not fit: a finding about something else
        AccountKind.HELD, facility_id=story.cast.facility["A-MAIN"]))  # fmt: skip
    owed = finding(story, 1, "does-not-fit")
    with pytest.raises(Refused, match="no-search"):
        step("told", text="x")


def test_what_was_open_from_an_earlier_report_is_never_closed_while_it_is_so(story: Story) -> None:
    """Unknown, found, unknown again: the first finding about it cannot be closed by the second report."""
    resolve(story, 0, "whereabouts-unknown")
    resolve(
        story, 0, "control-changed", facility_id=story.cast.facility["A-MAIN"], other_id=story.cast.authority["BRAVO"]
    )
    assert open_codes(story, 0) == {"whereabouts-unknown": "explained"}  # found, but nobody of ours holds him
    resolve(story, 0, "whereabouts-unknown")
    mine = [f for f in story.findings(states=("open", "explained")) if f.subject_id == story.people[0]]
    assert sorted((f.code, f.state) for f in mine) == [
        ("whereabouts-unknown", "explained"), ("whereabouts-unknown", "open"),
    ]  # fmt: skip


def test_the_lists_ask_a_fixed_number_of_questions(story: Story, django_assert_num_queries: Any) -> None:
    for who in range(3):
        resolve(story, who, "reported-escaped")
    with story.acting("amal") as by, django_assert_num_queries(4):
        row = queries.stated_losses(by)[0]
        lines, found = queries.loss_lines(by, row.id), queries.searches(by)
        progress = queries.loss_progress(by, [row.id])[row.id]
    assert len(lines) == len(found) == 3 and progress.waiting == 0
