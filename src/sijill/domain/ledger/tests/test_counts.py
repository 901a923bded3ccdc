"""People without names, head counts, and findings until they are closed."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from sijill.domain.access.rules import NotAllowed, NotVisible, Refused
from sijill.domain.ledger import actions, queries
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Admission, Kind, NewEvent, NewSubject
from tests.cast import Cast
from tests.story import Story


@pytest.fixture
def story(cast: Cast) -> Story:
    """Two people held at A-MAIN."""
    told = Story(cast)
    told.admit(2)
    return told


def main(story: Story) -> AccountSpec:
    return AccountSpec(AccountKind.HELD, facility_id=story.cast.facility["A-MAIN"])


def count(story: Story, n: int, tally: UUID | None = None, name: str = "alice", **changes: Any) -> UUID:
    """Count people without names at A-MAIN."""
    key = tally or uuid4()
    asked: dict[str, Any] = {
        "to": main(story), "basis": "counted", "event_id": uuid4(), "occurred_at": story.tick()
    } | changes  # fmt: skip
    with story.acting(name) as by:
        actions.count_tally(tally_id=key, book_id=story.cast.authority["ALPHA"], n=n, label="hall 2", by=by,
                            at=story.now, **asked)  # fmt: skip
    return key


def test_a_tally_counts_whole_persons_beside_the_named_ones(story: Story) -> None:
    tally = count(story, 30)
    count(story, 28, tally)
    balance = story.balance()
    assert (balance.people, balance.tallied, balance.difference) == (2, 28, 0)
    with story.acting("alice") as by:
        assert [e.n for e in queries.history(by, tally)] == [30, 28]
    assert story.recount().wrong == []


def test_a_stated_population_stays_outside_the_sums(story: Story) -> None:
    stated = AccountSpec(AccountKind.STATED, facility_id=story.cast.facility["A-MAIN"])
    count(story, 500, to=stated, basis="stated")
    assert (story.balance().people, story.balance().tallied) == (2, 0)
    with story.acting("alice") as by:
        assert {(r.account.kind, r.tallied) for r in queries.board(by) if r.tallied} == {(AccountKind.STATED, 500)}
    for basis, to in (("stated", main(story)), ("counted", stated)):
        with pytest.raises(Refused, match="basis-needs-other-account"):
            count(story, 1, basis=basis, to=to)


def test_a_tally_needs_a_number_a_basis_and_the_duty(story: Story) -> None:
    for n, basis in ((-1, "counted"), (1, "guessed")):
        with pytest.raises(Refused, match="bad-tally"):
            count(story, n, basis=basis)
    for name in ("anton", "farid", "bushra", "dora", "adnan"):
        with pytest.raises(NotAllowed):
            count(story, 1, name=name)
    event, when = uuid4(), story.now
    tally = count(story, 5, event_id=event, occurred_at=when)
    count(story, 5, tally, event_id=event, occurred_at=when)
    other: list[tuple[int, UUID | None, dict[str, Any]]] = [
        (5, None, {}), (6, tally, {}), (5, tally, {"occurred_at": story.now}),
        (5, tally, {"to": AccountSpec(AccountKind.HELD, facility_id=story.cast.facility["A-SIDE"])}),
    ]  # fmt: skip
    for n, which, changed in other:  # another tally, number, time or place under the same id
        with pytest.raises(Refused, match="id-already-used"):
            asked: dict[str, Any] = {"event_id": event, "occurred_at": when} | changed
            count(story, n, which, **asked)
    assert story.balance().tallied == 5


def register(story: Story, tally: UUID, n: int, name: str = "alice") -> list[UUID]:
    """Register n people one by one from a tally."""
    new = [uuid4() for _ in range(n)]
    with story.acting(name) as by:
        actions.add_subjects(subjects=[NewSubject(i) for i in new], by=by, at=story.now)
        actions.register_from_tally(
            tally_id=tally, registrations=[Admission(uuid4(), i) for i in new], to=main(story), by=by, at=story.tick(),
            book_id=story.cast.authority["ALPHA"], occurred_at=story.now,
        )  # fmt: skip
    return new


def test_registering_draws_a_tally_down_and_one_beyond_it_is_a_finding(story: Story) -> None:
    tally = count(story, 2)
    new = register(story, tally, 3)
    assert {story.stands(i)["ALPHA"] for i in new} == {"held"}
    balance = story.balance()
    assert (balance.people, balance.tallied, balance.difference) == (5, 0, 0)
    assert [(f.code, f.subject_id) for f in story.findings()] == [("tally-exhausted", tally)]
    assert story.recount().wrong == []
    with pytest.raises(NotAllowed):
        register(story, tally, 1, name="bushra")


def test_a_draw_from_before_a_recount_asks_for_another_recount(story: Story) -> None:
    before = story.tick()
    tally = count(story, 5, occurred_at=before)
    between = story.tick()
    count(story, 4, tally)
    new = uuid4()
    event = Admission(uuid4(), new)
    for _ in range(2):  # sent twice, asked once
        with story.acting("alice") as by:
            actions.add_subjects(subjects=[NewSubject(new)], by=by, at=story.now)
            actions.register_from_tally(
                tally_id=tally, registrations=[event], to=main(story), by=by, at=story.tick(),
                book_id=story.cast.authority["ALPHA"], occurred_at=between,
            )  # fmt: skip
    assert [(f.code, f.subject_id, f.n) for f in story.findings()] == [("drawn-before-recount", tally, 1)]
    register(story, tally, 1)  # after the recount: nothing to ask
    assert len(story.findings()) == 1
    assert story.balance().difference == 0 and story.recount().wrong == []


def test_taking_a_registration_back_gives_the_tally_its_person_back(story: Story) -> None:
    tally = count(story, 2)
    person = register(story, tally, 1)[0]
    with story.acting("alice") as by:
        target = queries.history(by, person)[0].id
        actions.correct(
            event_id=uuid4(), target=target, to=None, occurred_at=None, ground="mistake", by=by, at=story.tick()
        )
    assert story.balance().tallied == 2 and story.stands(person) == {}
    assert story.recount().wrong == []


def test_control_lost_with_people_inside_moves_names_and_tallies_but_loses_nobody(story: Story) -> None:
    tally = count(story, 30)
    place = story.cast.facility["A-MAIN"]
    lost = AccountSpec(AccountKind.CONTROL_LOST, facility_id=place)
    for subject in (*story.people, tally):
        story.report("ALPHA", subject, Kind.CONTROL_LOST, lost)
    other = AccountSpec(AccountKind.UNDER_ANOTHER, facility_id=place, other_id=story.cast.authority["DELTA"])
    story.report("ALPHA", tally, Kind.CONTROL_CHANGED, other)
    assert {story.stands(p)["ALPHA"] for p in story.people} == {"control-lost"}
    assert story.stands(tally) == {"ALPHA": "under-another"}
    assert (story.balance().people, story.balance().tallied) == (2, 30)
    assert {f.code for f in story.findings()} == {"control-lost", "under-another"}
    assert story.recount().wrong == []


# ---------------------------------------------------------------------------- head counts
def take(story: Story, seen: list[UUID], name: str = "alice", **changes: Any) -> UUID:
    key = changes.pop("head_count_id", None) or uuid4()
    asked: dict[str, Any] = {
        "book_id": story.cast.authority["ALPHA"], "facility_id": story.cast.facility["A-MAIN"], "hall_id": None,
        "unknown": 0, "not_on_list": 0, "counted_at": story.now,
    } | changes  # fmt: skip
    with story.acting(name) as by:
        actions.take_head_count(head_count_id=key, seen=seen, by=by, at=story.tick(), **asked)
    return key


def test_a_head_count_is_a_set_and_its_differences_are_findings(story: Story) -> None:
    elsewhere = story.admit(1, facility="A-SIDE")[0]
    count(story, 5)
    key = take(story, [story.people[0], elsewhere], unknown=3)
    assert {(f.code, f.subject_id, f.n, f.ref) for f in story.findings()} == {
        ("head-count-missing", story.people[1], None, key), ("head-count-unlisted", elsewhere, None, key),
        ("count-differs", None, -2, key),
    }  # fmt: skip
    assert story.stands(story.people[1]) == {"ALPHA": "held"}  # a count overrules no list


def test_a_head_count_that_agrees_opens_nothing(story: Story) -> None:
    count(story, 5)
    take(story, story.people, unknown=5)
    assert story.findings() == []


def test_a_head_count_five_cases(story: Story) -> None:
    for name in ("anton", "farid", "bushra", "dora", "adnan"):
        with pytest.raises(NotAllowed):
            take(story, story.people, name=name)
    for bad in ("unknown", "not_on_list"):
        with pytest.raises(Refused, match="bad-count"):
            take(story, story.people, name="alice", **{bad: -1})
    with pytest.raises(Refused, match="unknown-subject"):
        take(story, [uuid4()])
    key = take(story, story.people[:1])
    found = story.findings()
    take(story, story.people[:1], head_count_id=key)
    assert story.findings() == found and len(found) == 1
    side = story.cast.facility["A-SIDE"]
    with pytest.raises(Refused, match="id-already-used"):
        take(story, [], head_count_id=key, facility_id=side)
    charlie = {"book_id": story.cast.authority["CHARLIE"], "facility_id": story.cast.facility["C-HUB"]}
    with pytest.raises(Refused, match="id-already-used") as refused:
        take(story, [], name="chiara", head_count_id=key, **charlie)
    assert refused.value.about == {}


def test_a_head_count_is_read_again_by_everybody_of_the_place(story: Story) -> None:
    key = take(story, story.people[:1], unknown=3, not_on_list=2)
    take(story, [], facility_id=story.cast.facility["A-SIDE"])
    for name in ("alice", "anton", "farid"):
        with story.acting(name) as by:
            row = queries.head_count(by, key)
            assert (row.seen, row.unknown, row.not_on_list, row.bodies) == (1, 3, 2, 6)
            assert row.by == story.cast.user["alice"]
            assert [r.id for r in queries.head_counts(by, row.facility_id)] == [key]
    for name in ("adnan", "bushra", "dora"):
        with story.acting(name) as by:
            assert queries.head_counts(by, story.cast.facility["A-MAIN"]) == []
            for which in (key, uuid4()):
                with pytest.raises(NotVisible):
                    queries.head_count(by, which)


# ---------------------------------------------------------------------------- findings
def settle(story: Story, state: str, name: str = "alice", **changes: Any) -> None:
    asked: dict[str, Any] = {"finding_event_id": uuid4(), "finding_id": story.findings(states=("open", "explained", "closed"))[0].id,
                             "note": "seen at the gate"} | changes  # fmt: skip
    with story.acting(name) as by:
        actions.settle_finding(state=state, by=by, at=story.tick(), **asked)


def test_a_finding_is_explained_closed_reopened_and_handed_on(story: Story) -> None:
    story.report("ALPHA", story.people[0], Kind.REPORTED_ESCAPED, AccountSpec(AccountKind.REPORTED_ESCAPED))
    settle(story, "explained")
    with pytest.raises(Refused, match="already-settled"):
        settle(story, "explained")
    settle(story, "explained", owner="legal-officer")
    with pytest.raises(Refused, match="still-stands-there"):
        settle(story, "closed")
    story.report("ALPHA", story.people[0], Kind.RECAPTURE, main(story))
    settle(story, "closed")
    with pytest.raises(Refused, match="already-settled"):
        settle(story, "explained")
    settle(story, "open")
    with story.acting("alice") as by:
        row, steps = queries.finding(by, story.findings()[0].id)
    assert [s.state for s in steps] == ["open", "explained", "explained", "closed", "open"]
    assert (row.state, row.owner) == ("open", "legal-officer")
    assert story.recount().wrong == []


def test_settling_a_finding_five_cases(story: Story) -> None:
    story.report("ALPHA", story.people[0], Kind.REPORTED_ESCAPED, AccountSpec(AccountKind.REPORTED_ESCAPED))
    story.report("ALPHA", story.people[0], Kind.RECAPTURE, main(story))
    for name, error in (("farid", NotAllowed), ("dora", NotVisible), ("bushra", NotVisible)):
        with pytest.raises(error):
            settle(story, "closed", name=name)
    with pytest.raises(NotVisible):
        settle(story, "closed", finding_id=uuid4())
    with pytest.raises(Refused, match="needs-note"):
        settle(story, "closed", note=" ")
    key = uuid4()
    settle(story, "closed", finding_event_id=key)
    settle(story, "closed", finding_event_id=key)
    with pytest.raises(Refused, match="id-already-used"):
        settle(story, "open", finding_event_id=key)
    assert [f.state for f in story.findings(states=("open", "closed"))] == ["closed"]


LEFT_OPEN = [
    (Kind.REPORTED_ESCAPED, AccountKind.REPORTED_ESCAPED, Kind.RECAPTURE, AccountKind.HELD),
    (Kind.REPORTED_DEAD, AccountKind.REPORTED_DEAD, Kind.DEATH_CONFIRMED, AccountKind.DEAD_CONFIRMED),
    (Kind.RELEASE, AccountKind.RELEASED_UNVERIFIED, Kind.RELEASE_VERIFIED, AccountKind.RELEASED_VERIFIED),
    (Kind.WHEREABOUTS_UNKNOWN, AccountKind.WHEREABOUTS_UNKNOWN, Kind.WHEREABOUTS_RESTORED, AccountKind.HELD),
    (Kind.CONTROL_LOST, AccountKind.CONTROL_LOST, Kind.RECAPTURE, AccountKind.HELD),
]


@pytest.mark.parametrize(("kind", "account", "ends", "ends_at"), LEFT_OPEN)
def test_nobody_closes_what_is_still_so(
    story: Story, kind: Kind, account: AccountKind, ends: Kind, ends_at: AccountKind
) -> None:
    person, place = story.people[0], story.cast.facility["A-MAIN"]
    story.report("ALPHA", person, kind, AccountSpec(account, facility_id=place))
    settle(story, "explained")
    for name in ("alice", "amal"):
        with pytest.raises(Refused, match="still-stands-there"):
            settle(story, "closed", name=name)
    with story.acting("amal") as by:  # another officer confirms
        new = NewEvent(
            uuid4(), story.cast.authority["ALPHA"], person, ends, AccountSpec(ends_at, facility_id=place),
            story.tick(), story.now,
        )  # fmt: skip
        assert actions.report(events=[new], by=by, at=story.now)[0].effect == "posted"
    settle(story, "closed")
    assert story.findings(states=("open", "explained")) == []


def test_what_was_closed_opens_again_when_its_ground_is_taken_back(story: Story) -> None:
    person, place = story.people[0], story.cast.facility["A-MAIN"]
    story.report("ALPHA", person, Kind.REPORTED_ESCAPED, AccountSpec(AccountKind.REPORTED_ESCAPED, facility_id=place))
    found = story.report("ALPHA", person, Kind.RECAPTURE, main(story))
    settle(story, "closed")
    with story.acting("alice") as by:  # it was somebody else
        actions.correct(
            event_id=uuid4(), target=found.event, to=None, occurred_at=None, ground="mistake", by=by, at=story.tick()
        )
    assert story.stands(person) == {"ALPHA": "reported-escaped"}
    again = story.findings()
    assert [(f.code, f.subject_id) for f in again] == [("escape-reported", person)] and again[0].due_at > story.now
    with pytest.raises(Refused, match="still-stands-there"):
        settle(story, "closed")
    assert story.recount().wrong == []


def test_nobody_closes_the_finding_that_nobody_answers(story: Story) -> None:
    with story.acting("alice") as by:
        target = queries.history(by, story.people[0])[0].id
        actions.correct(
            event_id=uuid4(), target=target, to=None, occurred_at=None, ground="mistake", by=by, at=story.tick()
        )
    assert [f.code for f in story.findings()] == ["nobody-answers"]
    with pytest.raises(Refused, match="still-stands-there"):
        settle(story, "closed")
    story.report("ALPHA", story.people[0], Kind.ADMISSION, main(story))
    settle(story, "closed")
