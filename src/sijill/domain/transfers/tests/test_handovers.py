"""The steps of a handover: who may sign which, in which order, once; and the papers of those who are no users here."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from sijill.domain.access import actions as access
from sijill.domain.access import queries as access_queries
from sijill.domain.access.models import Duty
from sijill.domain.access.rules import REGISTER_ID, DutyKind, NotAllowed, NotVisible, Refused
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import queries as ledger
from sijill.domain.transfers import actions, queries
from sijill.domain.transfers.actions import Paper
from sijill.domain.transfers.actions.signing import SCAN_BYTES_MAX
from sijill.domain.transfers.rules import Extra, Outcome, OutcomeCode, Resolution
from tests.cast import NOON, Cast
from tests.story import Story

Step = Callable[..., UUID]
STEPS = ("present", "count", "names", "acknowledge")
SIGNER = {"present": "asma", "count": "basil", "names": "basil", "acknowledge": "asma"}
OTHER = {"asma": "basil", "basil": "asma"}


def refused(code: str) -> Any:
    """The action inside is refused with exactly this code."""
    return pytest.raises(Refused, match=f"^{code}$")


def before(story: Story, step: str) -> Step:
    """Bring the first handover to just before this step; returns the step."""
    for name in STEPS[: STEPS.index(step)]:
        getattr(story, name)(1)
    made: Step = getattr(story, step)
    return made


@pytest.fixture
def story(cast: Cast) -> Story:
    """Two people on a sealed manifest."""
    return Story(cast).sealed(2)


# ---------------------------------------------------------------------------- every step, five cases
@pytest.mark.parametrize("step", STEPS)
def test_who_may_sign_and_that_once_is_enough(story: Story, step: str) -> None:
    sign = before(story, step)
    handover, state = story.handover(1), story.state()
    for name, error in {
        "alice": NotAllowed,  # a registrar of the giver signs no handover
        "anton": NotAllowed,
        "bushra": NotAllowed,
        "adnan": NotAllowed,  # an officer of A-SIDE does not sign at A-MAIN
        "charlie": NotAllowed,  # a later custodian
        OTHER[SIGNER[step]]: NotAllowed,  # the other side
        "dora": NotVisible,
        "farid": NotVisible,  # an analyst knows nothing of a movement that has not arrived
    }.items():
        with pytest.raises(error):
            sign(1, name=name, session=False)
    with refused("no-signing-session"):
        story.tick(30)
        sign(1, session=False)
    assert (story.handover(1), story.state()) == (handover, state)
    statement = sign(1)
    after, events = story.handover(1), count_events(story)
    assert after.state != handover.state
    story.tick()
    sign(1, statement=statement, **again(story, step))
    assert story.handover(1) == after and count_events(story) == events
    assert len([s for s in statements(story, 1) if s.id == statement]) == 1


def again(story: Story, step: str) -> dict[str, Any]:
    """What the same step says when the answer was lost and it is sent again: every line still received."""
    return {"said": dict.fromkeys(story.lines(1), "received")} if step == "names" else {}


def statements(story: Story, ordinal: int) -> list[queries.StatementRow]:
    with story.register() as by:
        return queries.statements(by, story.handover(ordinal).id)


def count_events(story: Story) -> int:
    with story.register() as by:
        return sum(len(ledger.history(by, p)) for p in [*story.people, story.handover(1).tally])


@pytest.mark.parametrize("step", STEPS)
def test_a_step_out_of_its_order_is_refused(story: Story, step: str) -> None:
    if step != "present":
        with refused("handover-not-ready"):
            getattr(story, step)(1)
    getattr_before = before(story, step)
    getattr_before(1)
    if step in ("present", "count"):
        with refused("handover-not-ready"):
            getattr_before(1)  # another statement of the same stage


def test_the_second_handover_waits_for_the_names_of_the_first(story: Story) -> None:
    for step in ("present", "count"):
        with refused("first-handover-open"):
            story.present(2)
        getattr(story, step)(1)
    with refused("first-handover-open"):
        story.present(2)
    story.names(1)
    story.present(2)


def test_the_same_id_with_other_content_is_refused(story: Story) -> None:
    presented = story.present(1)
    with refused("id-already-used"):
        story.count(1, statement=presented)  # an id of another stage
    counted = story.count(1, 2, injured=1)
    with refused("id-already-used"):
        story.count(1, 2, injured=2, statement=counted)
    named = story.names(1, {1: "absent"})
    for said, extras in (({1: "refused"}, []), ({1: "absent"}, [Extra(uuid4())])):
        with refused("id-already-used"):
            story.names(1, {2: "received", **said}, extras, statement=named)
    story.names(1, {1: "absent", 2: "received"}, statement=named)
    noted = story.acknowledge(1, {1: "returned"})
    with refused("id-already-used"):
        story.acknowledge(1, {}, statement=noted)
    story.acknowledge(1, {1: "returned"}, statement=noted)
    assert [s.id for s in statements(story, 1)] == [presented, counted, named, noted]


def test_an_id_of_a_statement_nobody_here_may_see_is_refused_without_a_value(story: Story) -> None:
    elsewhere = Story(story.cast, now=story.now).sealed(1)
    with story.register():  # the other movement is one of other custodians: hide it by giving it to DELTA
        from sijill.domain.transfers.models import Batch

        delta = story.cast.authority["DELTA"]
        taken = elsewhere.present(1)
        Batch.objects.filter(pk=elsewhere.batch).update(sender_id=delta, carrier_id=delta, receiver_id=delta)
    with refused("id-already-used") as caught:
        story.present(1, statement=taken)
    assert caught.value.about == {} and caught.value.__cause__ is None
    assert story.handover(1).state.value == "expected"


# ---------------------------------------------------------------------------- what may be said
def test_what_may_be_said_of_lines(story: Story) -> None:
    story.present(1)
    for bodies, injured, dead in ((-1, 0, 0), (1, 2, 0), (1, -1, 0), (1, 0, -1)):
        with refused("bad-count"):
            story.count(1, bodies, injured=injured, dead=dead)
    story.count(1)
    with refused("lines-left"):
        story.names(1, {1: "received"}, rest="")
    with refused("extra-is-no-line"):
        story.names(1, {1: "extra"})
    lines = story.lines(1)
    with refused("line-said-twice"):
        say(story, [Outcome(lines[1].id, OutcomeCode.RECEIVED)] * 2 + [Outcome(lines[2].id, OutcomeCode.RECEIVED)])
    with pytest.raises(NotVisible):
        say(story, [Outcome(0, OutcomeCode.RECEIVED), Outcome(lines[1].id, OutcomeCode.RECEIVED)])
    for extra in (Extra(story.people[0]), Extra(story.people[0], known=True)):
        with refused("line-said-twice"):
            story.names(1, extras=[extra])
    twice = Extra(uuid4())
    with refused("line-said-twice"):
        story.names(1, extras=[twice, twice])
    with pytest.raises(NotVisible):
        story.names(1, extras=[Extra(uuid4(), known=True)])
    story.names(1, {1: "absent", 2: "received"})
    with refused("line-already-settled"):
        story.names(1, {2: "absent"}, rest="")
    with refused("line-already-settled"):
        story.acknowledge(1, {2: "returned"})
    story.acknowledge(1, {1: "returned"})
    with refused("line-already-settled"):
        story.acknowledge(1, {1: "unknown"})
    with refused("line-already-settled"):
        story.names(1, {1: "received"}, rest="")
    with story.acting("asma") as by, pytest.raises(NotVisible):
        actions.acknowledge(statement_id=uuid4(), handover_id=story.handover(1).id, by=by, at=story.now,
                            resolutions={0: Resolution.RETURNED}, occurred_at=story.now)  # fmt: skip


def say(story: Story, outcomes: list[Outcome]) -> None:
    story.open_session("basil", "BRAVO")
    with story.acting("basil") as by:
        actions.sign_names(statement_id=uuid4(), handover_id=story.handover(1).id, outcomes=outcomes, by=by,
                           occurred_at=story.now, at=story.now)  # fmt: skip


def test_somebody_of_a_book_the_carrier_cannot_see_is_no_known_extra(story: Story) -> None:
    hidden = story.admit(1)  # of ALPHA, on no manifest: BRAVO has never been shown him
    story.present(1)
    story.count(1, 3)
    with pytest.raises(NotVisible):
        story.names(1, extras=[Extra(hidden[0], known=True)])
    with refused("id-already-used") as caught:
        story.names(1, extras=[Extra(hidden[0])])
    assert caught.value.about == {}
    assert story.stands(hidden[0]) == {"ALPHA": "held"}


def test_absent_people_are_found_refused_ones_accepted_and_custody_passes_then(story: Story) -> None:
    story.present(1)
    story.count(1, 0)
    story.names(1, {1: "absent", 2: "refused"})
    assert [story.stands(p) for p in story.people] == [{"ALPHA": "handing-over"}] * 2
    story.names(1, {1: "received"}, rest="")
    story.names(1, {2: "not-the-person"}, rest="")
    story.names(1, {2: "received"}, rest="")
    assert [story.stands(p)["BRAVO"] for p in story.people] == ["in-transit"] * 2
    story.acknowledge(1)
    story.hand_over(2)
    assert story.state() == "reconciled"
    assert story.recount().wrong == []


# ---------------------------------------------------------------------------- signatures
def test_a_statement_is_canonical_bytes_with_their_hash_a_user_and_his_session(story: Story) -> None:
    import rfc8785

    story.hand_over(1)
    rows = statements(story, 1)
    assert [(s.stage.value, s.side.value, s.grade.value) for s in rows] == [
        ("presented", "giver", "user"), ("count", "receiver", "user"), ("names", "receiver", "user"),
        ("acknowledgement", "giver", "user"),
    ]  # fmt: skip
    for row in rows:
        body = json.loads(row.body)
        assert rfc8785.dumps(body).decode() == row.body
        assert hashlib.sha256(row.body.encode()).hexdigest() == row.sha256
        assert body["manifest_sha256"] == story.manifest_row().sha256
        assert UUID(body["by"]) == story.cast.user["asma" if row.side.value == "giver" else "basil"]
        assert UUID(body["session"])
    with story.acting("charlie") as by:  # the next custodian reads what was signed before him
        sealed = queries.sealed_bytes(by, story.manifests[0])
        assert [s.sha256 for s in queries.statements(by, story.handover(1).id)] == [s.sha256 for s in rows]
    assert hashlib.sha256(sealed).hexdigest() == story.manifest_row().sha256
    assert rfc8785.dumps(json.loads(sealed)) == sealed
    assert b"Person Number" not in sealed


def test_a_session_for_another_authority_does_not_sign(cast: Cast) -> None:
    both = {"asma": [("BRAVO", DutyKind.CARRYING_OFFICER)]}
    grant(cast, both)
    story = Story(cast).sealed(1)
    story.open_session("asma", "BRAVO")
    with refused("no-signing-session"):
        story.present(1, session=False)
    story.open_session("asma", "ALPHA")  # closes the session for BRAVO
    story.present(1, session=False)


def grant(cast: Cast, duties: dict[str, list[tuple[str, DutyKind]]]) -> None:
    """More duties for users of the cast."""
    with viewing(REGISTER_ID):
        register = access_queries.viewer_of(REGISTER_ID, NOON)
        for name, granted in duties.items():
            for authority, kind in granted:
                access.grant_duty(
                    user_id=cast.user[name], kind=kind, authority_id=cast.authority[authority], by=register, at=NOON
                )


def test_one_user_with_duties_on_both_sides_signs_only_one(cast: Cast) -> None:
    grant(cast, {"asma": [("BRAVO", DutyKind.CARRYING_OFFICER)]})
    story = Story(cast).sealed(1)
    story.present(1)
    with refused("already-signed-other-side"):
        story.count(1, name="asma")
    story.count(1)
    with refused("already-signed-other-side"):
        story.names(1, name="asma")
    story.names(1)
    story.acknowledge(1)
    story.present(2, name="asma")  # the second handover is another one
    assert story.handover(1).state.value == "acknowledged"


# ---------------------------------------------------------------------------- papers
@pytest.fixture
def without_officers(cast: Cast) -> Story:
    """Two people on a sealed manifest whose carrier has no officer in the register."""
    story = Story(cast).sealed(2)
    with viewing(REGISTER_ID):
        Duty.objects.filter(user_id=cast.user["basil"]).update(valid_to=story.now - timedelta(hours=1))
    return story


PAPER = Paper(signer="Captain of the escort, badge 7", scan=b"%PDF-1.7 scanned sheet")


def test_a_paper_of_an_authority_without_officers_is_entered_by_the_other_side(without_officers: Story) -> None:
    story = without_officers
    story.present(1)
    story.count(1, name="asma", paper=PAPER)
    story.names(1, {2: "absent"}, [Extra(uuid4())], name="asma", paper=PAPER)
    story.acknowledge(1, {2: "returned"})
    rows = statements(story, 1)
    assert [s.grade.value for s in rows] == ["user", "paper", "paper", "user"]
    assert rows[1].signer == PAPER.signer and rows[1].by_name == "Asma"
    assert rows[1].scan_sha256 == hashlib.sha256(PAPER.scan).hexdigest()
    assert json.loads(rows[1].body)["session"] is not None  # of Asma, who entered it
    with story.acting("asma") as by:
        assert queries.scan(by, rows[1].id) == PAPER.scan
        with pytest.raises(NotVisible):
            queries.scan(by, rows[0].id)
    person = story.people[0]
    with story.register() as by:  # asma answers for nothing in BRAVO's book: the register does
        entered = [e.by for e in ledger.history(by, person) if e.book_id == story.cast.authority["BRAVO"]]
    assert entered == [REGISTER_ID]
    story.present(2, name="charlie", paper=PAPER)
    story.count(2)
    story.names(2)
    story.acknowledge(2, name="charlie", paper=PAPER)
    assert story.state() == "reconciled"
    assert story.stands(person) == {"ALPHA": "transferred-out", "BRAVO": "transferred-out", "CHARLIE": "held"}
    assert story.recount().wrong == [] and story.balance().difference == 0


def test_a_paper_needs_a_signer_and_a_scan_of_bearable_size(without_officers: Story) -> None:
    story = without_officers
    story.present(1)
    for paper, code in (
        (Paper(" ", b"x"), "paper-needs-signer-and-scan"),
        (Paper("Captain", b""), "paper-needs-signer-and-scan"),
        (Paper("Captain", bytes(SCAN_BYTES_MAX + 1)), "scan-too-large"),
    ):
        with refused(code):
            story.count(1, name="asma", paper=paper)
    story.count(1, name="asma", paper=Paper("Captain", bytes(SCAN_BYTES_MAX)))
    with refused("id-already-used"):  # the same id, another signer
        story.count(1, name="asma", paper=Paper("Somebody", b"x"), statement=statements(story, 1)[-1].id)


def test_a_paper_is_refused_when_that_authority_has_officers_and_from_strangers(story: Story) -> None:
    story.present(1)
    with refused("authority-has-officers"):
        story.count(1, name="asma", paper=PAPER)
    for name, error in (("alice", NotAllowed), ("charlie", NotAllowed), ("dora", NotVisible)):
        with pytest.raises(error):
            story.count(1, name=name, paper=PAPER, session=False)
    assert story.handover(1).state.value == "presented"
    story.count(1, paper=PAPER)  # basil enters what a soldier of his signed
    assert [s.grade.value for s in statements(story, 1)] == ["user", "paper"]


def test_a_paper_too_is_entered_in_a_signing_session(without_officers: Story) -> None:
    """An unlocked screen is no place to enter a paper: on one's own side, and for the other side."""
    story = without_officers
    with refused("no-signing-session"):
        story.present(1, paper=PAPER, session=False)
    assert statements(story, 1) == []
    story.present(1, paper=PAPER)
    story.tick(20)  # the session of a quarter of an hour is over
    with refused("no-signing-session"):
        story.count(1, name="asma", paper=PAPER, session=False)
    story.count(1, name="asma", paper=PAPER)
    assert all(json.loads(s.body)["session"] for s in statements(story, 1))


# ---------------------------------------------------------------------------- overdue
def test_the_sweeper_opens_each_overdue_finding_once(story: Story) -> None:
    bravo = story.cast.authority["BRAVO"]
    expected = [
        ("present", "count-overdue", "ALPHA", "coordinator"),
        ("count", "names-overdue", "BRAVO", "carrying-officer"),
        ("names", "acknowledgement-overdue", "ALPHA", "coordinator"),
    ]
    for step, code, book, owner in expected:
        getattr(story, step)(1)
        assert sweep(story, hours=5) == 0
        assert sweep(story, hours=6) == sweep(story, hours=7) == 1
        found = [f for f in story.findings() if f.code == code]
        assert [(f.book_id, f.owner, f.ref) for f in found] == [
            (story.cast.authority[book], owner, story.handover(1).id)
        ]
    story.acknowledge(1)
    assert sweep(story, hours=24) == 0
    story.present(2)
    assert sweep(story, hours=6) == 1
    late = [f for f in story.findings() if f.code == "count-overdue" and f.book_id == bravo]
    assert [f.owner for f in late] == ["carrying-officer"]


def sweep(story: Story, hours: int) -> int:
    with story.register() as by:
        return actions.sweep_overdue(by=by, at=story.now + timedelta(hours=hours))


def test_only_the_register_sweeps(story: Story) -> None:
    with story.acting("anton") as by, pytest.raises(NotAllowed):
        actions.sweep_overdue(by=by, at=story.now)
