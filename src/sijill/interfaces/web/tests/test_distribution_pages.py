"""Distribution: who may be sent where, by whose rule; a try to send a batch to an excluded region refused in words."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind
from sijill.domain.places import actions as places_actions
from sijill.domain.transfers import queries as transfers
from tests.cast import Cast
from tests.story import Story

Browse = Callable[[str], Client]


@pytest.fixture
def story(cast: Cast) -> Story:
    """Ten people at A-MAIN, six of them on a sealed manifest to C-HUB; IQ-AR is excluded; capacities at both ends."""
    told = Story(cast)
    told.open_operation()
    told.admit(10)
    told.plan(8)
    told.authorise()
    told.draw(told.people[:6])
    told.seal()
    for name, place, kind, number in (
        ("chiara", "C-HUB", "working", 100), ("chiara", "C-HUB", "maximum", 120), ("alice", "A-MAIN", "working", 4),
    ):  # fmt: skip
        with told.acting(name) as by:
            places_actions.set_capacity(
                capacity_id=uuid4(), facility_id=cast.facility[place], kind=kind, category="", places=number,
                approver="Col. Haddad", approved_on=date(2026, 1, 1), document="", by=by, at=told.tick(),
            )  # fmt: skip
    return told


def numbers(page: str, place: str) -> list[str]:
    """The numbers of one place's row: free, present, reserved, on the way, working, maximum, certified, moved elsewhere."""
    row = page.partition(f'<a href="/places/{place}"')[2].partition("</tr>")[0]
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r'<td class="num">(.*?)</td>', row)]


def test_each_reader_reads_what_he_may_know(story: Story, browse: Browse) -> None:
    """Not known is said, never nought: the receiver knows what is coming, the sender his own people."""
    receiver = browse("chiara").get("/distribution").content.decode()
    assert numbers(receiver, "C-HUB") == ["94", "0", "6", "0", "100", "120", "not recorded", "0"]
    assert numbers(receiver, "A-MAIN") == [
        *["not shown to you"] * 4,
        "4",
        "not recorded",
        "not recorded",
        "not shown to you",
    ]
    sender = browse("alice").get("/distribution").content.decode()
    assert numbers(sender, "A-MAIN") == ["-6", "10", "0", "0", "4", "not recorded", "not recorded", "0"]
    assert numbers(sender, "C-HUB")[:4] == ["not shown to you", "not shown to you", "6", "0"]
    analyst = browse("farid").get("/distribution").content.decode()  # counts, and no coming movement
    assert numbers(analyst, "A-MAIN")[:4] == ["not shown to you", "10", "not shown to you", "not shown to you"]
    assert numbers(analyst, "C-HUB")[2] == "not shown to you"
    stranger = browse("dora").get("/distribution").content.decode()
    assert numbers(stranger, "C-HUB") == [*["not shown to you"] * 4, "100", "120", "not recorded", "not shown to you"]


def test_the_excluded_region_stands_greyed_with_its_rule(story: Story, browse: Browse) -> None:
    page = browse("anton").get("/distribution").content.decode()
    region = page.partition('class="region excluded"')[2].partition("</tbody>")[0]
    assert "IQ-AR" in region and "Decision 12/2026" in region and "Council of Charlie" in region
    assert 'class="excluded"' in region and "/places/C-NORTH" in region
    assert page.count('class="region excluded"') == 1
    assert "excluded" not in browse("dora").get("/distribution").content.decode().partition("<main")[2].replace(
        "excluded regions", ""
    )  # not her operation


def send(story: Story, client: Client, place: str, batch: UUID | None = None) -> Any:
    """Try to begin a manifest of the batch to a place."""
    sent = {"key": str(uuid4()), "batch": str(batch or story.batch), "vehicle": "Bus 9",
            "destination": str(story.cast.facility[place])}  # fmt: skip
    return client.post("/distribution", sent)


def test_a_try_to_send_a_batch_there_is_refused_in_words(story: Story, browse: Browse) -> None:
    answer = send(story, browse("anton"), "C-NORTH")
    page = answer.content.decode()
    assert answer.status_code == 422 and "Refused." in page
    assert "The decision excludes the region IQ-AR (Decision 12/2026)." in page
    with story.register() as by:
        assert [m.vehicle for m in transfers.manifests(by, story.batch)] == ["Bus 1"]
    allowed = send(story, browse("anton"), "C-HUB")
    assert allowed.status_code == 302 and allowed["Location"].startswith("/manifests/")


def test_who_may_try(story: Story, browse: Browse) -> None:
    for name in ("alice", "farid", "chiara", "dora"):
        client = browse(name)
        assert "Begin its manifest" not in client.get("/distribution").content.decode(), name
        assert send(story, client, "C-HUB").status_code == 403, name
    assert "Begin its manifest" in browse("anton").get("/distribution").content.decode()
    assert send(story, browse("anton"), "C-HUB", uuid4()).status_code == 422  # a batch that is not there
    assert browse("anton").delete("/distribution").status_code == 405


def test_who_was_moved_to_make_room_is_counted_where_he_was(story: Story, browse: Browse) -> None:
    """Two leave A-MAIN for A-SIDE in the same book; one of them comes back."""
    side, main = story.cast.facility["A-SIDE"], story.cast.facility["A-MAIN"]

    def move(person: UUID, facility: int) -> None:
        story.report("ALPHA", person, Kind.DEPARTURE, AccountSpec(AccountKind.IN_TRANSIT))
        story.report("ALPHA", person, Kind.ARRIVAL, AccountSpec(AccountKind.HELD, facility_id=facility))

    for person in story.people[8:]:
        move(person, side)
    page = browse("alice").get("/distribution").content.decode()
    assert (numbers(page, "A-MAIN")[1], numbers(page, "A-MAIN")[7], numbers(page, "A-SIDE")[7]) == ("8", "2", "0")
    move(story.people[8], main)
    page = browse("alice").get("/distribution").content.decode()
    assert (numbers(page, "A-MAIN")[7], numbers(page, "A-SIDE")[7]) == ("1", "1")


def test_the_page_asks_a_fixed_number_of_questions(
    story: Story, browse: Browse, django_assert_num_queries: Any
) -> None:
    client = browse("anton")
    client.get("/distribution")
    with django_assert_num_queries(QUERIES):
        client.get("/distribution")


QUERIES = 21
