"""Reports, corrections and duplicates: who may record them, and that testimony is never refused nor changed."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from sijill.domain.access.rules import NotAllowed, NotVisible, Refused
from sijill.domain.ledger import actions, queries
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind, NewEvent, NewSubject
from tests.cast import NOON, Cast
from tests.story import Story

ESCAPED = AccountSpec(AccountKind.REPORTED_ESCAPED)


@pytest.fixture
def story(cast: Cast) -> Story:
    """Three people held at A-MAIN."""
    told = Story(cast)
    told.admit(3)
    return told


def event(story: Story, kind: Kind, to: AccountSpec | None, who: int = 0, **more: Any) -> NewEvent:
    return NewEvent(uuid4(), story.cast.authority["ALPHA"], story.people[who], kind, to, story.now, story.now, **more)


def held(story: Story, place: str = "A-MAIN") -> AccountSpec:
    return AccountSpec(AccountKind.HELD, facility_id=story.cast.facility[place])


def test_a_report_needs_the_duty_in_that_book_and_place(story: Story) -> None:
    escape = event(story, Kind.REPORTED_ESCAPED, ESCAPED)
    for name in ("anton", "farid", "bushra", "charlie", "dora"):
        with story.acting(name) as by, pytest.raises(NotAllowed):
            actions.report(events=[escape], by=by, at=story.now)
    with story.acting("adnan") as by, pytest.raises(NotVisible):  # of A-SIDE: he does not see who stands at A-MAIN
        actions.report(events=[escape], by=by, at=story.now)
    with story.acting("adnan") as by, pytest.raises(NotAllowed):
        actions.report(events=[event(story, Kind.RETURN, held(story))], by=by, at=story.now)
    assert story.stands(story.people[0]) == {"ALPHA": "held"}
    with story.acting("amal") as by:
        assert actions.report(events=[escape], by=by, at=story.now)[0].effect == "posted"


def test_what_does_not_fit_is_recorded_without_effect_and_somebody_owns_it(story: Story) -> None:
    person = story.people[0]
    receipt = story.report("ALPHA", person, Kind.TRANSFER_OUT, AccountSpec(
        AccountKind.TRANSFERRED_OUT, other_id=story.cast.authority["BRAVO"]))  # fmt: skip
    assert (receipt.effect, receipt.reason) == ("none", "does-not-fit")
    assert story.stands(person) == {"ALPHA": "held"}
    assert [(f.code, f.ref, f.owner) for f in story.findings()] == [("does-not-fit", receipt.event, "registrar")]
    with story.acting("alice") as by:
        told = queries.history(by, person)
        assert [(e.kind, e.effect) for e in told] == [(Kind.ADMISSION, "posted"), (Kind.TRANSFER_OUT, "none")]
        actions.give_effect(event_id=uuid4(), target=receipt.event, ground="order-found", by=by, at=story.tick())
    assert story.stands(person) == {"ALPHA": "transferred-out"}
    assert story.recount().wrong == []


def test_the_same_id_again_changes_nothing_and_for_another_person_is_refused(story: Story) -> None:
    first = event(story, Kind.REPORTED_ESCAPED, ESCAPED)
    with story.acting("alice") as by:
        actions.report(events=[first], by=by, at=story.now)
        again = actions.report(events=[first], by=by, at=story.tick())
        assert again[0].repeated and len(queries.history(by, story.people[0])) == 2
        other = NewEvent(first.id, first.book_id, story.people[1], first.kind, first.to, story.now, story.now)
        with pytest.raises(Refused, match="id-already-used") as refused:
            actions.report(events=[other], by=by, at=story.now)
        assert refused.value.about == {}
    assert len(story.findings()) == 1


def test_an_id_used_in_another_book_is_refused_without_a_word_about_it(story: Story) -> None:
    first = event(story, Kind.REPORTED_ESCAPED, ESCAPED)
    mine = uuid4()
    with story.acting("alice") as by:
        actions.report(events=[first], by=by, at=story.now)
    with story.acting("dora") as by:
        actions.add_subjects(subjects=[NewSubject(mine)], by=by, at=story.now)
        copied = NewEvent(first.id, story.cast.authority["DELTA"], mine, first.kind, first.to, story.now, story.now)
        with pytest.raises(Refused, match="id-already-used") as refused:
            actions.report(events=[copied], by=by, at=story.now)
        assert refused.value.about == {} and refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("kind", "to"),
    [
        (Kind.REPORTED_ESCAPED, AccountKind.REPORTED_ESCAPED), (Kind.RELEASE, AccountKind.RELEASED_UNVERIFIED),
        (Kind.REPORTED_DEAD, AccountKind.REPORTED_DEAD), (Kind.DEATH_CONFIRMED, AccountKind.DEAD_CONFIRMED),
    ],
)  # fmt: skip
def test_nobody_disappears_in_bulk(story: Story, kind: Kind, to: AccountKind) -> None:
    with story.acting("alice") as by:
        with pytest.raises(Refused, match="never-in-bulk"):
            actions.report(events=[event(story, kind, AccountSpec(to), who) for who in (0, 1)], by=by, at=story.now)
        actions.report(events=[event(story, kind, AccountSpec(to))], by=by, at=story.now)
    assert {f.owner for f in story.findings()} <= {"duty-officer", "legal-officer", "registrar"}
    assert len(story.findings()) == 1  # somebody owns it until it is confirmed, or because it does not fit


def test_an_unknown_person_is_refused(story: Story) -> None:
    story.people.append(uuid4())
    with story.acting("alice") as by, pytest.raises(Refused, match="unknown-subject"):
        actions.report(events=[event(story, Kind.ADMISSION, held(story), -1)], by=by, at=story.now)


def test_a_correction_in_the_middle_is_read_as_known_then_and_as_known_now(story: Story) -> None:
    person, main, side = story.people[0], story.cast.facility["A-MAIN"], story.cast.facility["A-SIDE"]
    before = story.tick(30)
    with story.acting("alice") as by:
        admitted = queries.history(by, person)[0].id
        actions.correct(event_id=uuid4(), target=admitted, to=held(story, "A-SIDE"), occurred_at=None,
                        ground="wrong-list", by=by, at=story.tick(30))  # fmt: skip
        now = {f: {r.subject_id for r in queries.roll(by, f, at=before)} for f in (main, side)}
        then = {f: {r.subject_id for r in queries.roll(by, f, at=before, known_at=before)} for f in (main, side)}
        told = queries.history(by, person)
    assert person in now[side] and person not in now[main]
    assert person in then[main] and person not in then[side]
    assert [e.superseded for e in told if e.id == admitted] == [True]
    assert story.balance().difference == 0 and story.recount().wrong == []


def test_correcting_needs_the_duty_in_that_book_and_a_target_one_sees(story: Story) -> None:
    with story.acting("alice") as by:
        target = queries.history(by, story.people[0])[0].id
    asked: dict[str, Any] = {"target": target, "to": None, "occurred_at": None, "ground": "mistake", "at": story.now}
    for name, error in (("asma", NotAllowed), ("anton", NotAllowed), ("dora", NotVisible), ("basil", NotVisible)):
        with story.acting(name) as by, pytest.raises(error):
            actions.correct(event_id=uuid4(), by=by, **asked)
    with story.acting("alice") as by, pytest.raises(NotVisible):
        actions.correct(event_id=uuid4(), by=by, **(asked | {"target": uuid4()}))
    with story.acting("alice") as by, pytest.raises(NotVisible):  # only reports without effect are given one
        actions.give_effect(event_id=uuid4(), target=target, ground="x", by=by, at=story.now)


def test_a_duplicate_leaves_the_sums_and_comes_back_when_the_word_is_taken_back(story: Story) -> None:
    one, other = story.people[:2]
    alpha = story.cast.authority["ALPHA"]
    asked: dict[str, Any] = {"book_id": alpha, "subject_id": one, "occurred_at": story.now, "at": story.now}
    assert story.balance().people == 3
    with story.acting("asma") as by, pytest.raises(NotAllowed):
        actions.mark_duplicate(event_id=uuid4(), of=other, by=by, **asked)
    with story.acting("alice") as by:
        with pytest.raises(Refused, match="same-record"):
            actions.mark_duplicate(event_id=uuid4(), of=one, by=by, **asked)
        with pytest.raises(NotVisible):
            actions.mark_duplicate(event_id=uuid4(), of=uuid4(), by=by, **asked)
        marked = actions.mark_duplicate(event_id=uuid4(), of=other, by=by, **asked)
    assert story.balance().people == 2
    with story.acting("alice") as by:
        actions.correct(event_id=uuid4(), target=marked.event, to=None, occurred_at=None, ground="two-people", by=by,
                        at=story.tick())  # fmt: skip
    assert story.balance().people == 3 and story.recount().wrong == []


def test_two_books_that_hold_one_person_without_a_handover_is_a_finding_in_each(story: Story) -> None:
    person = story.people[0]
    receipt = story.report("CHARLIE", person, Kind.ADMISSION, AccountSpec(
        AccountKind.HELD, facility_id=story.cast.facility["C-HUB"]))  # fmt: skip
    claims = [f for f in story.findings() if f.code == "two-claim"]
    assert receipt.effect == "posted"
    assert {f.book_id for f in claims} == {story.cast.authority[a] for a in ("ALPHA", "CHARLIE")}
    with story.acting("alice") as by:  # each sees its own, and nothing of the other's book
        assert [f.book_id for f in queries.findings(by)] == [story.cast.authority["ALPHA"]]
        assert [w.account.book_id for w in queries.where(by, [person])] == [story.cast.authority["ALPHA"]]


def test_each_book_reads_itself_alone(story: Story) -> None:
    story.report("BRAVO", story.people[0], Kind.ADMISSION, AccountSpec(
        AccountKind.HELD, facility_id=story.cast.facility["A-MAIN"]))  # fmt: skip
    for name, people in (("alice", 3), ("bushra", 1), ("chiara", 0), ("dora", 0), ("farid", 3)):
        with story.acting(name) as by:
            balance = queries.balance(by)
            assert (balance.people, balance.difference) == (people, 0)
            assert sum(r.persons for r in queries.board(by)) == people
            assert len({r.account.book_id for r in queries.board(by)}) == min(people, 1)


def test_events_are_chained_per_person_in_recorded_order(story: Story) -> None:
    import hashlib

    from sijill.domain.ledger.models import Event

    person = story.people[0]
    story.report("ALPHA", person, Kind.REPORTED_ESCAPED, ESCAPED)
    story.report("ALPHA", person, Kind.RECAPTURE, held(story))
    with story.register():
        rows = list(Event.objects.filter(folio__subject_id=person).order_by("pseq"))
    assert [r.pseq for r in rows] == [1, 2, 3]
    previous = bytes(32)
    for row in rows:
        assert bytes(row.prev) == previous
        previous = hashlib.sha256(bytes(row.payload)).digest()


def test_a_period_opens_with_what_the_one_before_closed_with(story: Story) -> None:
    start = story.now + timedelta(hours=1)
    story.tick(90)
    story.report("ALPHA", story.people[0], Kind.REPORTED_ESCAPED, ESCAPED)
    end = story.now + timedelta(hours=1)
    with story.register() as by:
        first, second = queries.balance(by, until=start), queries.balance(by, since=start, until=end)
    closing = {r.account.id: r.closing for r in first.rows if r.closing}
    opening = {r.account.id: r.opening for r in second.rows if r.opening}
    assert closing == opening and first.difference == second.difference == 0
    kinds = {r.account.kind: (r.opening, r.entered, r.left, r.closing) for r in second.rows}
    assert kinds == {AccountKind.HELD: (3, 0, 1, 2), AccountKind.REPORTED_ESCAPED: (0, 1, 0, 1)}


def test_no_book_is_opened_by_a_user(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        actions.open_book(authority_id=cast.authority["ALPHA"], by=cast.viewer("alice"), at=NOON)


def test_codes_of_a_person_are_changed_only_by_who_knows_him(story: Story) -> None:
    codes = {"age_class": "child", "sex": "M", "nationality": "SY"}
    with story.acting("dora") as by, pytest.raises(NotVisible):
        actions.set_categories(subject_id=story.people[0], **codes, by=by, at=story.now)
    with story.acting("alice") as by:
        actions.set_categories(subject_id=story.people[0], **codes, by=by, at=story.now)
        assert queries.categories(by, story.people[:1])[0].age_class == "child"


def test_a_hidden_finding_is_none(story: Story) -> None:
    story.report("ALPHA", story.people[0], Kind.REPORTED_ESCAPED, ESCAPED)
    finding = story.findings()[0]
    for name in ("dora", "basil"):
        with story.acting(name) as by:
            assert queries.findings(by) == [] and queries.open_count(by) == {}
            for hidden in (finding.id, UUID(int=1)):
                with pytest.raises(NotVisible):
                    queries.finding(by, hidden)
