"""The situation at an instant: it agrees with the roll and the board, then and now, whatever was reported late."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sijill.domain.ledger import actions, queries
from sijill.domain.ledger.queries.situation import balances_at, findings_opened, news, owed_at, situation, span
from sijill.domain.ledger.rules import OPEN, AccountKind, AccountSpec, Kind, NewEvent
from tests.cast import NOON, Cast
from tests.story import Story

A = AccountKind
HOUR = timedelta(hours=1)
# (kind, account) that a report may try; what does not fit stays without effect
TRIES = (
    (Kind.TEMPORARY_OUT, A.TEMPORARY_OUT), (Kind.TEMPORARY_RETURN, A.HELD), (Kind.REPORTED_ESCAPED, A.REPORTED_ESCAPED),
    (Kind.RECAPTURE, A.HELD), (Kind.WHEREABOUTS_UNKNOWN, A.WHEREABOUTS_UNKNOWN), (Kind.RELEASE, A.RELEASED_UNVERIFIED),
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_it_agrees_with_the_rolls_at_any_instant_then_and_now(cast: Cast, data: st.DataObject) -> None:
    """People reported in and out, some late: at every hour, known at every hour, everybody is where the roll has him."""
    with transaction.atomic():
        story = Story(cast, now=NOON)
        story.admit(3)
        _report_some(story, data)
        for _look in range(6):
            at = NOON + HOUR * data.draw(st.integers(0, 10))
            _agrees(story, at, data.draw(st.sampled_from([None, at, at + HOUR, story.now])))
        transaction.set_rollback(True)


def _report_some(story: Story, data: st.DataObject) -> None:
    for _step in range(data.draw(st.integers(1, 6))):
        kind, to = data.draw(st.sampled_from(TRIES))
        at = NOON + HOUR * data.draw(st.integers(1, 8))
        story.now = max(story.now, at) + timedelta(minutes=data.draw(st.integers(0, 90)))
        person = story.people[data.draw(st.integers(0, 2))]
        spec = AccountSpec(to, facility_id=story.cast.facility["A-SIDE"] if to is A.HELD else None)
        event = NewEvent(uuid4(), story.cast.authority["ALPHA"], person, kind, spec, at, at)
        with story.acting("alice") as by:
            actions.report(events=[event], by=by, at=story.now)


def _agrees(story: Story, at: datetime, known: datetime | None) -> None:
    places = story.cast.facility.values()
    with story.acting("alice") as by:
        told = situation(by, at=at, known_at=known)
        balances = balances_at(by, since=at - 3 * HOUR, at=at, known_at=known)
        counted = told.at_accounts()
        mine = {f: sum(sum(n) for a, n in counted.items() if a.facility_id == f and a.kind in OPEN) for f in places}
        assert mine == {f: len(queries.roll(by, f, at=at, known_at=known)) for f in places}
    assert sum(p.n for p in told.paths) == (3 if at > NOON else 0)
    assert {r.difference for r in (*balances.period, *balances.whole)} <= {0}
    assert {r.account: r.closing for r in balances.whole if r.closing} == {a: sum(n) for a, n in counted.items()}


def test_now_is_what_the_folios_say(cast: Cast) -> None:
    """The projection of positions and the folios are two tables; the board's numbers are the same."""
    story = Story(cast).sealed(6)
    story.present(1)
    story.count(1)
    with story.register() as by:
        told = situation(by, at=story.now)
        assert {a.id: n for a, n in told.at_accounts().items()} == {
            r.account.id: (r.persons, r.tallied) for r in queries.board(by)
        }
        assert (told.people, told.names_pending, told.tallied) == (6, 6, 0)


def test_a_path_begins_at_the_first_place_and_counts_a_person_once(cast: Cast) -> None:
    """Handed over twice, he stands in three books and is one of one."""
    story = Story(cast).sealed(2)
    for ordinal in (1, 2):
        story.present(ordinal)
        story.count(ordinal)
        story.names(ordinal)
    with story.register() as by:
        told = situation(by, at=story.now)
    (path,) = told.paths
    assert (path.persons, path.first.kind, path.first.book_id) == (2, A.HELD, cast.authority["ALPHA"])
    assert {a.kind for a in path.stands} == {A.TRANSFERRED_OUT, A.HELD} and len(path.stands) == 3
    assert told.people == 2 and told.claimed_twice == 0
    with story.acting("charlie") as by:  # the receiver's book alone
        (mine,) = situation(by, at=story.now).paths
    assert mine.first.facility_id == cast.facility["C-HUB"] and len(mine.stands) == 1


def test_two_books_that_answer_for_one_person_are_seen_as_two(cast: Cast) -> None:
    """He is counted once, and named as claimed twice."""
    story = Story(cast)
    (person,) = story.admit(1)
    story.report("CHARLIE", person, Kind.ADMISSION, AccountSpec(A.HELD, facility_id=cast.facility["C-HUB"]))
    with story.register() as by:
        told = situation(by, at=story.now)
    assert (told.people, told.claimed_twice) == (1, 1)


def test_who_stands_in_four_books_is_still_one_person(cast: Cast) -> None:
    """More than the quick way tells apart: the other way reads the same."""
    story = Story(cast)
    person, other = story.admit(2)
    held = {"CHARLIE": "C-HUB", "BRAVO": "C-NORTH"}
    for authority, place in held.items():
        story.report(authority, person, Kind.ADMISSION, AccountSpec(A.HELD, facility_id=cast.facility[place]))
    with story.register() as by:
        three = situation(by, at=story.now)
    at = story.tick()
    event = NewEvent(
        uuid4(), cast.authority["DELTA"], person, Kind.ADMISSION,
        AccountSpec(A.HELD, facility_id=cast.facility["A-SIDE"]), at, at,
    )  # fmt: skip
    with story.acting("dora") as by:
        actions.report(events=[event], by=by, at=at)
    with story.register() as by:
        four = situation(by, at=story.now)
    for told, books in ((three, 3), (four, 4)):
        assert sorted(len(p.stands) for p in told.paths) == [1, books]
        assert {a.book_id for p in told.paths for a in p.stands} == set(list(cast.authority.values())[:books])
        assert (told.people, told.claimed_twice) == (2, 1) and other != person


def test_findings_as_they_stood(cast: Cast) -> None:
    """Open when it was opened, overdue once its hours are over, gone from the past of before."""
    story = Story(cast)
    (person,) = story.admit(1)
    story.report("ALPHA", person, Kind.REPORTED_ESCAPED, AccountSpec(A.REPORTED_ESCAPED))
    opened = story.now
    with story.acting("alice") as by:

        def ages(hours: float, *, past: bool = True) -> list[tuple[str, str, str]]:
            at = opened + timedelta(hours=hours)
            return [(r.code, r.state, r.age) for r in owed_at(by, at=at, day_end=opened + 9 * HOUR, past=past)]

        assert ages(-1) == []
        assert ages(0) == ages(0, past=False) == [("escape-reported", "open", "today")]
        assert ages(7) == [("escape-reported", "open", "overdue")]
    with story.acting("amal") as by:
        found = story.findings()[0]
        actions.settle_finding(
            finding_event_id=uuid4(),
            finding_id=found.id,
            state="explained",
            note="seen at the gate",
            by=by,
            at=opened + 2 * HOUR,
        )
    with story.acting("alice") as by:
        assert ages(1) == [("escape-reported", "open", "today")]
        assert ages(3) == [("escape-reported", "explained", "today")]


def test_the_news_of_a_period_and_the_span_of_the_books(cast: Cast) -> None:
    """What was recorded after a moment, by book and kind; nothing of a stranger's book."""
    story = Story(cast)
    story.admit(4)
    middle = story.now
    story.report("ALPHA", story.people[0], Kind.REPORTED_ESCAPED, AccountSpec(A.REPORTED_ESCAPED))
    story.report(
        "ALPHA", story.people[1], Kind.TEMPORARY_RETURN, AccountSpec(A.HELD, facility_id=cast.facility["A-MAIN"])
    )
    with story.acting("alice") as by:
        rows = news(by, since=middle, until=story.now)
        assert {(r.kind, r.n, r.idle) for r in rows} == {(Kind.REPORTED_ESCAPED, 1, 0), (Kind.TEMPORARY_RETURN, 1, 1)}
        assert findings_opened(by, since=middle, until=story.now) == {"escape-reported": 1, "does-not-fit": 1}
        first, last = span(by) or (None, None)
        assert first == middle and last == story.now
    with story.acting("dora") as by:
        assert news(by, since=NOON - HOUR, until=story.now) == [] and span(by) is None
        assert situation(by, at=story.now).paths == ()
