"""Rolls, tallies, head counts and their sheet: allowed, wrong role, stranger, wrong method, already done."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind
from sijill.domain.people import queries as people
from tests.cast import NOON, Cast
from tests.story import Story

Browse = Callable[[str], Client]
PLACE = "/places/A-MAIN"


@pytest.fixture
def story(cast: Cast) -> Story:
    """Thirty people at A-MAIN, two at A-SIDE."""
    story = Story(cast)
    story.admit(30)
    story.admit(2, facility="A-SIDE")
    return story


def number_of(cast: Cast, person: UUID) -> str:
    """The person's register number."""
    viewer = cast.viewer("alice")
    with viewing(viewer.user_id):
        return people.names_of(viewer, [person])[person].register_number


def roll(cast: Cast, facility: str = "A-MAIN") -> list[ledger.RollRow]:
    """The roll now, as alice reads it."""
    viewer = cast.viewer("alice")
    with viewing(viewer.user_id):
        return ledger.roll(viewer, cast.facility[facility], at=NOON + timedelta(days=900))


def findings(cast: Cast, code: str) -> list[ledger.FindingRow]:
    """Open findings of a kind."""
    viewer = cast.viewer("amal")
    with viewing(viewer.user_id):
        return [f for f in ledger.findings(viewer, limit=5000) if f.code == code]


# ------------------------------------------------------------------ the roll
def test_the_roll_now_then_and_as_known_then(browse: Browse, story: Story) -> None:
    """Before noon nobody; at noon as known then thirty; an escape reported later for an earlier hour changes only "now"."""
    client = browse("alice")
    assert ">30</dd>" in client.get(f"{PLACE}/roll").content.decode()
    story.now = NOON + timedelta(hours=6)
    story.report("ALPHA", story.people[0], Kind.REPORTED_ESCAPED, AccountSpec(AccountKind.REPORTED_ESCAPED))
    assert ">29</dd>" in client.get(f"{PLACE}/roll").content.decode()
    assert "Nobody in the books you read" in client.get(f"{PLACE}/roll?at=2026-02-01T14:00").content.decode()
    at = "at=2026-02-01T22:00"  # 19:00 UTC
    assert ">29</dd>" in client.get(f"{PLACE}/roll?{at}").content.decode()
    then = client.get(f"{PLACE}/roll?{at}&known=2026-02-01T16:00").content.decode()
    assert ">30</dd>" in then and "as it was known at" in then
    assert client.get(f"{PLACE}/roll?at=yesterday&page=x").status_code == 200


def test_the_roll_is_paged_by_fifty_and_asks_no_more_for_more(browse: Browse, story: Story) -> None:
    """Thirty or a hundred: the same number of questions; pages stay inside the list."""
    client, counts = browse("alice"), []
    for more in (0, 70):
        story.admit(more) if more else None
        client.get(f"{PLACE}/roll")
        with CaptureQueriesContext(connection) as seen:
            client.get(f"{PLACE}/roll")
        counts.append(len(seen))
    assert counts[0] == counts[1] and counts[0] <= 20
    page = client.get(f"{PLACE}/roll").content.decode()
    assert page.count('class="person"') == 50 and "1 to 50 of 100" in page
    assert client.get(f"{PLACE}/roll?page=2").content.decode().count('class="person"') == 50
    assert "51 to 100 of 100" in client.get(f"{PLACE}/roll?page=99").content.decode()


def test_a_stranger_sees_an_empty_roll_and_an_officer_of_a_place_his_own(browse: Browse, story: Story) -> None:
    """Places are known; who is there is not."""
    for name, address in (("dora", PLACE), ("adnan", PLACE)):
        page = browse(name).get(f"{address}/roll").content.decode()
        assert 'class="person"' not in page and ">0</dd>" in page, name
    assert browse("adnan").get("/places/A-SIDE/roll").content.decode().count('class="person"') == 2
    farid = browse("farid").get(f"{PLACE}/roll").content.decode()
    assert "Person Number" not in farid and "Count heads" not in farid and "State a number" not in farid
    assert browse("alice").post(f"{PLACE}/roll").status_code == 405
    assert browse("alice").get("/places/NOPE/roll").status_code == 404


# ------------------------------------------------------------------ tallies
TALLY = {"n": "40", "basis": "counted", "label": "tents", "occurred_at": "2026-02-01T18:00"}


def test_a_tally_is_stated_recounted_and_drawn_down_by_name(browse: Browse, story: Story) -> None:
    """Once each; the person enters the book and the tally falls by one."""
    client, key = browse("alice"), uuid4()
    for _ in range(2):
        assert client.post(f"{PLACE}/tallies", {**TALLY, "key": str(key)}).status_code == 302
    tallies = [row for row in roll(story.cast) if row.is_tally]
    assert [(t.subject_id, t.n) for t in tallies] == [(key, 40)]
    page = client.get(f"{PLACE}/roll").content.decode()
    assert f"/people/from-tally/{key}" in page and ">70</dd>" in page
    address = f"{PLACE}/tallies/{key}"
    assert "not the difference" in client.get(address).content.decode()
    again = uuid4()
    for _ in range(2):
        given = {"n": "38", "basis": "counted", "occurred_at": "2026-02-01T19:00", "key": str(again)}
        assert client.post(address, given).status_code == 302
    person = uuid4()
    given = {"name": "Nadir Aziz", "occurred_at": "2026-02-01T20:00", "key": str(person)}
    for _ in range(2):
        assert client.post(f"/people/from-tally/{key}", given).status_code == 302
    rows = {row.subject_id: row.n for row in roll(story.cast)}
    assert rows[key] == 37 and rows[person] == 1 and len(rows) == 32


def test_what_is_only_stated_stands_beside_the_sums(browse: Browse, story: Story) -> None:
    """Until somebody counts it."""
    client, key = browse("alice"), uuid4()
    client.post(f"{PLACE}/tallies", {**TALLY, "basis": "stated", "key": str(key)})
    (row,) = [r for r in roll(story.cast) if r.is_tally]
    assert row.account.kind is AccountKind.STATED
    assert ">30</dd>" in client.get(f"{PLACE}/roll").content.decode()
    client.post(f"{PLACE}/tallies/{key}", {**TALLY, "n": "35", "occurred_at": "2026-02-01T20:00", "key": str(uuid4())})
    (row,) = [r for r in roll(story.cast) if r.is_tally]
    assert (row.account.kind, row.n) == (AccountKind.HELD, 35)


def test_tallies_of_strangers_and_wrong_numbers(browse: Browse, story: Story) -> None:
    """403, 404, 422; and DELTA's registrar writes in no book but his own."""
    assert browse("dora").post(f"{PLACE}/tallies", {**TALLY, "key": str(uuid4())}).status_code == 302
    assert not [row for row in roll(story.cast) if row.is_tally]
    for name in ("anton", "farid"):
        assert browse(name).post(f"{PLACE}/tallies", {**TALLY, "key": str(uuid4())}).status_code == 403, name
    client = browse("alice")
    for wrong in ({"n": "-1"}, {"n": "many"}, {"basis": "guessed"}, {"occurred_at": "2999-01-01T00:00"}):
        assert client.post(f"{PLACE}/tallies", {**TALLY, **wrong, "key": str(uuid4())}).status_code == 422, wrong
    key = uuid4()
    client.post(f"{PLACE}/tallies", {**TALLY, "key": str(key)})
    assert browse("dora").get(f"{PLACE}/tallies/{key}").status_code == 404
    assert browse("anton").get(f"{PLACE}/tallies/{key}").status_code == 403
    assert browse("dora").get(f"/people/from-tally/{key}").status_code == 404
    assert client.get(f"/places/A-SIDE/tallies/{key}").status_code == 404


# ------------------------------------------------------------------ head counts
def tick(client: Client, page: int, on_page: list[UUID], seen: list[UUID], go: str = "next", **more: str) -> Any:
    """Send a page of ticks."""
    given = {"page": str(page), "on-page": [str(i) for i in on_page], "seen": [str(i) for i in seen], "go": go, **more}
    return client.post(f"{PLACE}/count", given)


def ids(story: Story) -> list[UUID]:
    """The people on the roll of A-MAIN, as the pages order them."""
    return [row.subject_id for row in roll(story.cast) if not row.is_tally]


def test_a_count_is_a_set_kept_between_pages_and_recorded_once(browse: Browse, story: Story) -> None:
    """One is not seen, one of A-SIDE is, three have no name: three findings, and the count cannot be sent twice."""
    client, on_roll, other = browse("amal"), ids(story), story.people[-1]
    assert "Start counting" in client.get(f"{PLACE}/count").content.decode()
    assert client.post(f"{PLACE}/count", {"hall": ""}).status_code == 302
    page = client.get(f"{PLACE}/count").content.decode()
    assert page.count('name="on-page"') == 25 and 'class="count-bar"' in page
    assert tick(client, 1, on_roll[:25], on_roll[:24])["Location"] == f"{PLACE}/count?page=2"
    first = client.get(f"{PLACE}/count?page=1").content.decode()
    assert first.count(" checked") == 24 and "<strong>24</strong>" in first and "<strong>6</strong>" in first
    tick(client, 2, on_roll[25:], on_roll[25:], "finish", reference=number_of(story.cast, other))
    assert "is not on this roll" in client.get(f"{PLACE}/count?page=2").content.decode()
    assert tick(client, 2, on_roll[25:], on_roll[25:], "finish")["Location"] == f"{PLACE}/count/finish"
    before = client.get(f"{PLACE}/count/finish").content.decode()
    assert "1 person on the roll was not seen" in before and number_of(story.cast, on_roll[24]) in before
    key, places = uuid4(), []
    for _ in range(2):
        answer = client.post(f"{PLACE}/count/finish", {"unknown": "3", "not_on_list": "0", "key": str(key)})
        assert answer.status_code == 302
        places.append(answer["Location"])
    assert places == [f"{PLACE}/count/{key}"] * 2
    assert [f.subject_id for f in findings(story.cast, "head-count-missing")] == [on_roll[24]]
    assert [f.subject_id for f in findings(story.cast, "head-count-unlisted")] == [other]
    assert [f.n for f in findings(story.cast, "count-differs")] == [3]
    page = client.get(f"{PLACE}/count/{key}").content.decode()
    assert number_of(story.cast, on_roll[24]) in page and number_of(story.cast, other) in page and "+3" in page
    finding = findings(story.cast, "head-count-missing")[0].id
    assert f"/findings/{finding}" in page
    assert f"{PLACE}/count/{key}" in client.get(f"/findings/{finding}").content.decode()
    assert "Start counting" in client.get(f"{PLACE}/count").content.decode()


def test_a_reference_ticks_its_person_and_goes_to_his_page(browse: Browse, story: Story) -> None:
    """Scanned with its Enter; ticks of the page in hand are kept; an unknown number ticks nobody."""
    client, on_roll = browse("amal"), ids(story)
    client.post(f"{PLACE}/count", {"hall": ""})
    answer = tick(client, 1, on_roll[:25], on_roll[:1], "find", reference=number_of(story.cast, on_roll[27]).lower())
    assert answer["Location"] == f"{PLACE}/count?page=2"
    page = client.get(f"{PLACE}/count?page=2").content.decode()
    assert page.count(" checked") == 1 and "<strong>2</strong>" in page and ": seen." in page
    tick(client, 2, [], [], "find", reference="S-0000-0000-0")
    assert "Nobody was ticked" in client.get(f"{PLACE}/count").content.decode()


def test_a_tick_is_taken_back_and_forged_ids_count_for_nothing(browse: Browse, story: Story) -> None:
    """Unticked people are not seen; people of elsewhere cannot be smuggled into the set."""
    client, on_roll = browse("amal"), ids(story)
    client.post(f"{PLACE}/count", {"hall": ""})
    tick(client, 1, on_roll[:25], on_roll[:25], "1")
    tick(client, 1, on_roll[:25], on_roll[:5], "1")
    assert "<strong>5</strong>" in client.get(f"{PLACE}/count").content.decode()
    given = {"page": "1", "on-page": ["x", str(story.people[-1])], "seen": ["x", str(story.people[-1])], "go": "next"}
    assert client.post(f"{PLACE}/count", given).status_code == 302
    assert "<strong>5</strong>" in client.get(f"{PLACE}/count").content.decode()


def test_everybody_seen_says_so(browse: Browse, story: Story) -> None:
    """A count that agrees opens nothing; somebody else does not learn of it."""
    client, on_roll, key = browse("amal"), ids(story), uuid4()
    client.post(f"{PLACE}/count", {"hall": ""})
    tick(client, 1, on_roll[:25], on_roll[:25])
    tick(client, 2, on_roll[25:], on_roll[25:], "finish")
    client.post(f"{PLACE}/count/finish", {"unknown": "0", "not_on_list": "0", "key": str(key)})
    assert "The count and the roll agree" in client.get(f"{PLACE}/count/{key}").content.decode()
    assert findings(story.cast, "head-count-missing") == []
    assert browse("dora").get(f"{PLACE}/count/{key}").status_code == 404
    assert client.get(f"{PLACE}/count/{uuid4()}").status_code == 404


def test_who_does_not_count_cannot(browse: Browse, story: Story) -> None:
    """403 for coordinator, analyst, and an officer of another place; 405; and nothing to finish."""
    for name in ("anton", "farid", "adnan"):
        for path in ("count", "count/finish", "count/abandon", "count-sheet"):
            assert browse(name).get(f"{PLACE}/{path}").status_code == 403, (name, path)
        assert browse(name).post(f"{PLACE}/count", {"hall": ""}).status_code == 403, name
    assert browse("adnan").get("/places/A-SIDE/count").status_code == 200
    client = browse("amal")
    assert client.put(f"{PLACE}/count").status_code == 405
    assert client.get(f"{PLACE}/count/finish")["Location"] == f"{PLACE}/count"
    empty = client.post(f"{PLACE}/count/finish", {"unknown": "0", "not_on_list": "0", "key": str(uuid4())})
    assert empty.status_code == 409 and "No head count is under way" in empty.content.decode()


def test_a_stranger_counts_only_his_own_people(browse: Browse, story: Story) -> None:
    """Nobody of DELTA is at A-MAIN: an empty roll, no name, and ALPHA's references tick nobody."""
    client = browse("dora")
    client.post(f"{PLACE}/count", {"hall": ""})
    tick(client, 1, [], [], "find", reference=number_of(story.cast, story.people[0]))
    page = client.get(f"{PLACE}/count").content.decode()
    assert "Nobody is on this roll" in page and "Nobody was ticked" in page and "Person Number" not in page
    assert 'class="box"' not in client.get(f"{PLACE}/count-sheet").content.decode()


def test_a_count_may_be_thrown_away(browse: Browse, story: Story) -> None:
    """Only by a press."""
    client = browse("amal")
    client.post(f"{PLACE}/count", {"hall": ""})
    client.get(f"{PLACE}/count/abandon")
    assert 'class="count-bar"' in client.get(f"{PLACE}/count").content.decode()
    client.post(f"{PLACE}/count/abandon")
    assert "Start counting" in client.get(f"{PLACE}/count").content.decode()


def test_wrong_numbers_are_asked_again(browse: Browse, story: Story) -> None:
    """422 and the draft stays."""
    client = browse("amal")
    client.post(f"{PLACE}/count", {"hall": ""})
    given = {"unknown": "-1", "not_on_list": "0", "key": str(uuid4())}
    assert client.post(f"{PLACE}/count/finish", given).status_code == 422
    assert 'class="count-bar"' in client.get(f"{PLACE}/count").content.decode()


# ------------------------------------------------------------------ the sheet
def test_the_sheet_has_everybody_in_both_languages(browse: Browse, story: Story) -> None:
    """Every register number, a box each, English beside Arabic, whoever prints."""
    client = browse("amal")
    page = client.get(f"{PLACE}/count-sheet").content.decode()
    assert page.count('class="box"') == 30 and "Head-count sheet" in page
    assert all(number_of(story.cast, person) in page for person in story.people[:3])
    assert client.get(f"{PLACE}/count-sheet?hall=x").status_code == 200
    assert 'lang="ar" dir="rtl"' in page
