"""Losses, searches and control history: allowed, wrong role, stranger, wrong method, already done."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions as ledger_actions
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.rules import AccountKind, AccountSpec
from sijill.domain.places import actions as places_actions
from sijill.domain.places import queries as places
from sijill.interfaces.web.pages.control import WIDTH, strip
from tests.cast import NOON, Cast
from tests.story import Story

Browse = Callable[[str], Client]


@pytest.fixture
def story(cast: Cast) -> Story:
    """Three people and a tally of 30 at A-MAIN."""
    told = Story(cast)
    told.admit(3)
    with told.acting("alice") as by:
        ledger_actions.count_tally(
            tally_id=uuid4(), event_id=uuid4(), book_id=cast.authority["ALPHA"], n=30, basis="declared", label="hall 2",
            to=AccountSpec(AccountKind.HELD, facility_id=cast.facility["A-MAIN"]), occurred_at=told.now, by=by,
            at=told.tick(),
        )  # fmt: skip
    return told


def lost(story: Story, *, confirmed: bool = True) -> UUID:
    """A-MAIN is lost, by amal's word and ahmad's."""
    loss = uuid4()
    with story.acting("amal") as by:
        ledger_actions.propose_loss(
            loss_id=loss, book_id=story.cast.authority["ALPHA"], facility_id=story.cast.facility["A-MAIN"],
            kind="control-lost", other_id=None, ground="No contact since dawn.", occurred_at=story.tick(), by=by,
            at=story.now,
        )  # fmt: skip
    if confirmed:
        with story.acting("ahmad") as by:
            ledger_actions.confirm_loss(loss_id=loss, confirm_id=uuid4(), by=by, at=story.tick())
    return loss


def form(story: Story, **also: str) -> dict[str, str]:
    """What amal sends."""
    return {
        "key": str(uuid4()), "place": f"{story.cast.facility['A-MAIN']}:", "kind": "control-lost",
        "occurred_at": "2026-02-02T06:00", "other": "", "custodian": "", "ground_code": "attacked",
        "ground": "Attack before dawn, said the night watch.",
    } | also  # fmt: skip


def test_a_loss_is_stated_by_one_and_confirmed_by_another(story: Story, browse: Browse) -> None:
    sent = form(story)
    amal = browse("amal")
    answer = amal.post("/losses/state", sent)
    assert answer.status_code == 302
    address = answer["Location"]
    assert address == f"/losses/{sent['key']}"
    again = amal.post("/losses/state", sent)
    assert again["Location"] == address  # a double click states it once
    page = amal.get(address).content.decode()
    assert "3 people on the roll" in page and "and 30 people without names" in page
    assert "you cannot confirm it" in page and "Confirm the loss</button>" not in page
    refused = amal.post(f"{address}/confirm", {"key": str(uuid4())})
    assert refused.status_code == 422 and "another person must" in refused.content.decode()
    assert story.stands(story.people[0]) == {"ALPHA": "held"}
    ahmad, confirmation = browse("ahmad"), {"key": str(uuid4())}
    assert "Confirm the loss</button>" in ahmad.get(address).content.decode()
    assert ahmad.post(f"{address}/confirm", confirmation).status_code == 302
    assert ahmad.post(f"{address}/confirm", confirmation).status_code == 302
    assert story.stands(story.people[0]) == {"ALPHA": "control-lost"}
    late = ahmad.post(f"{address}/confirm", {"key": str(uuid4())})
    assert late.status_code == 422 and "confirmed this loss already" in late.content.decode()
    page = ahmad.get(address).content.decode()
    assert "of 3 wait to be resolved by name" in page and page.count(">Resolve<") == 3


def test_a_long_list_of_who_waits_comes_in_pages(cast: Cast, browse: Browse) -> None:
    story = Story(cast)
    story.admit(60)
    address, amal = f"/losses/{lost(story)}", browse("amal")
    seen: list[str] = []
    for page, shown in ((1, 50), (2, 10)):
        text = amal.get(f"{address}?page={page}").content.decode()
        seen += re.findall(r'/([0-9a-f-]{36})">Resolve<', text)
        assert text.count(">Resolve<") == shown and "of 60 wait" in text
    assert len(set(seen)) == 60
    for odd in ("0", "-1", "x", "99", "9" * 40):
        assert amal.get(f"{address}?page={odd}").status_code == 200


@pytest.mark.parametrize(
    ("also", "sentence"),
    [
        ({"kind": "control-changed"}, "who has control there now"), ({"ground": " "}, "This field is required"),
        ({"occurred_at": "2999-01-01T00:00"}, "later than now"), ({"kind": "released"}, "is not one of the"),
        ({"place": "99999:"}, "is not one of the"),
    ],
)  # fmt: skip
def test_a_form_with_something_wrong_is_shown_again(
    story: Story, browse: Browse, also: dict[str, str], sentence: str
) -> None:
    answer = browse("amal").post("/losses/state", form(story, **also))
    assert answer.status_code == 422 and sentence in answer.content.decode()
    with story.acting("amal") as by:
        assert ledger.stated_losses(by) == []


def test_the_wrong_role_may_read_and_not_act(story: Story, browse: Browse) -> None:
    loss = lost(story, confirmed=False)
    for name in ("alice", "asma", "farid", "charlie"):
        client = browse(name)
        assert client.get("/losses/state").status_code == 403, name
        assert client.post("/losses/state", form(story)).status_code == 403, name
    for name in ("alice", "asma", "anton"):
        client = browse(name)
        assert client.get(f"/losses/{loss}").status_code == 200
        assert client.post(f"/losses/{loss}/confirm", {"key": str(uuid4())}).status_code == 403
    assert browse("asma").post(f"/losses/{loss}/undo", {"key": str(uuid4()), "ground": "x"}).status_code == 403
    assert story.stands(story.people[0]) == {"ALPHA": "held"}


def test_a_stranger_sees_a_loss_that_is_not_there(story: Story, browse: Browse) -> None:
    loss = lost(story)
    with story.acting("amal") as by:
        finding = ledger.findings(by)[0].id
    for name in ("dora", "bushra", "aida"):
        client = browse(name)
        for address, other in (
            (f"/losses/{loss}", f"/losses/{uuid4()}"), (f"/losses/searches/{finding}", f"/losses/searches/{uuid4()}"),
            (f"/losses/{loss}/people/{story.people[0]}", f"/losses/{uuid4()}/people/{uuid4()}"),
        ):  # fmt: skip
            hidden, absent = client.get(address), client.get(other)
            assert (hidden.status_code, absent.status_code) == (404, 404), (name, address)
            assert hidden.content == absent.content
        assert client.post(f"/losses/{loss}/confirm", {"key": str(uuid4())}).status_code == 404
        assert "No loss is stated" in client.get("/losses").content.decode()


def test_the_wrong_method(story: Story, browse: Browse) -> None:
    loss, client = lost(story), browse("amal")
    for address in (f"/losses/{loss}/confirm", f"/losses/{loss}/undo"):
        assert client.get(address).status_code == 405
    for address in ("/losses", f"/losses/{loss}", "/losses/searches"):
        assert client.post(address).status_code == 405
    assert client.delete("/losses/state").status_code == 405


def test_a_loss_is_taken_back_with_a_ground(story: Story, browse: Browse) -> None:
    loss, client = lost(story), browse("amal")
    empty = client.post(f"/losses/{loss}/undo", {"key": str(uuid4()), "ground": ""})
    assert empty.status_code == 422
    sent = {"key": str(uuid4()), "ground": "The line was down, nothing else."}
    assert client.post(f"/losses/{loss}/undo", sent).status_code == 302
    assert client.post(f"/losses/{loss}/undo", sent).status_code == 302
    assert story.stands(story.people[0]) == {"ALPHA": "held"}
    page = client.get(f"/losses/{loss}").content.decode()
    assert "The line was down" in page and "33 people stand again where they stood before" in page
    assert "Take the loss back</button>" not in page and ">Resolve<" not in page


def resolving(outcome: str, **also: str) -> dict[str, str]:
    """What is said of one person."""
    return {
        "key": str(uuid4()), "outcome": outcome, "place": "", "custodian": "", "occurred_at": "2026-03-01T06:00",
        "evidence": "Seen by the night watch.", "grade": "seen-by-officer",
    } | also  # fmt: skip


def test_each_is_resolved_by_name_on_evidence(story: Story, browse: Browse) -> None:
    loss, client = lost(story), browse("amal")
    address = f"/losses/{loss}/people/{story.people[0]}"
    page = client.get(address).content.decode()
    assert "Person Number 1" in page and "What became of him" in page
    for also, sentence in (
        ({"grade": ""}, "required"), ({"evidence": " "}, "required"), ({"outcome": "recapture"}, "Say where."),
        ({"outcome": "control-changed", "place": f"{story.cast.facility['A-MAIN']}:"}, "who has control there"),
    ):  # fmt: skip
        answer = client.post(address, resolving("reported-escaped") | also)
        assert answer.status_code == 422 and sentence in answer.content.decode(), also
    sent = resolving("reported-escaped")
    assert client.post(address, sent)["Location"] == f"/losses/{loss}"
    assert client.post(address, sent)["Location"] == f"/losses/{loss}"
    assert story.stands(story.people[0]) == {"ALPHA": "reported-escaped"}
    page = client.get(address).content.decode()
    assert "Seen by an officer of ours".lower() in page.lower() and "reported of this person already" in page
    assert browse("farid").get(address).status_code == 403
    assert "of 3 wait" in client.get(f"/losses/{loss}").content.decode()


def test_a_search_has_an_owner_steps_and_a_second_person(story: Story, browse: Browse) -> None:
    loss, client = lost(story), browse("amal")
    client.post(f"/losses/{loss}/people/{story.people[0]}", resolving("reported-escaped"))
    with story.acting("amal") as by:
        finding = ledger.searches(by)[0].finding.id
    address = f"/losses/searches/{finding}"
    assert "nobody named" in client.get("/losses/searches").content.decode()
    owner = {"key": str(uuid4()), "step": "owner", "owner": str(story.cast.user["ahmad"]), "text": ""}
    assert client.post(f"{address}/step", owner).status_code == 302
    assert client.post(f"{address}/step", owner).status_code == 302  # once
    empty = client.post(f"{address}/step", {"key": str(uuid4()), "step": "searched", "owner": "", "text": ""})
    assert empty.status_code == 422
    stranger = {"key": str(uuid4()), "step": "owner", "owner": str(story.cast.user["dora"]), "text": ""}
    assert client.post(f"{address}/step", stranger).status_code == 422
    step = {"key": str(uuid4()), "step": "searched", "owner": "", "text": "The north wall <b>"}
    assert client.post(f"{address}/step", step).status_code == 302
    page = client.get(address).content.decode()
    assert "Ahmad" in page and "The north wall &lt;b&gt;" in page and page.count("<li><p><strong") == 2
    said = {"key": str(uuid4()), "evidence": "The village saw him.", "grade": "one-source",
            "occurred_at": "2026-03-01T07:00"}  # fmt: skip
    alone = client.post(f"{address}/confirm", said)
    assert alone.status_code == 422 and "another person must" in alone.content.decode()
    assert browse("ahmad").post(f"{address}/confirm", said).status_code == 302
    page = browse("ahmad").get(address).content.decode()
    assert "confirmed by a second person" in page and "Confirm it</button>" not in page
    for name, status in (("farid", 403), ("dora", 404)):
        assert browse(name).post(f"{address}/step", step).status_code == status


def test_the_list_counts_and_asks_a_fixed_number_of_questions(
    story: Story, browse: Browse, django_assert_max_num_queries: Any
) -> None:
    for _n in range(3):
        lost(story, confirmed=False)
    loss = lost(story)
    client = browse("amal")
    client.get("/losses")
    with django_assert_max_num_queries(18):
        page = client.get("/losses").content.decode()
    assert page.count('<p><a href="/losses/') == 4
    with django_assert_max_num_queries(20):
        assert client.get(f"/losses/{loss}").status_code == 200


# ------------------------------------------------------------------------------------------------ control history
def state(cast: Cast, speaker: str, holder: str | None, hours: int, aspect: str = "perimeter", text: str = "") -> None:
    """Somebody says who holds an aspect of A-MAIN."""
    amal = cast.viewer("amal")
    with viewing(amal.user_id):
        places_actions.state_control(
            statement_id=uuid4(), facility_id=cast.facility["A-MAIN"], aspect=aspect,
            holder_id=cast.authority[holder] if holder else None, holder_text=text, speaker=speaker,
            since=NOON - timedelta(hours=hours + 2), stated_at=NOON - timedelta(hours=hours), note="", by=amal, at=NOON,
        )  # fmt: skip


def test_control_history_keeps_rivals_side_by_side_and_unclear_as_a_value(cast: Cast, browse: Browse) -> None:
    state(cast, "Ministry", "ALPHA", 48)
    state(cast, "Army", "BRAVO", 30)
    state(cast, "Newspaper", None, 10)
    state(cast, "Ministry", "BRAVO", 5)
    state(cast, "Ministry", None, 4, "administers", "<b>Council</b>")
    page = browse("farid").get("/places/A-MAIN/control").content.decode()
    assert page.count("<tr") - 2 == 5 and "unclear" in page and "&lt;b&gt;Council&lt;/b&gt;" in page
    assert "said something else later" in page  # the ministry's first word stays
    assert page.count("<rect class=") == 5 and 'class="unclear"' in page
    assert "Nobody has said anything of:" in page and "guards inside" in page
    assert "contradict each other" not in page  # both speakers now name BRAVO, and unclear rivals nobody
    state(cast, "Army", "ALPHA", 1)
    assert "contradict each other" in browse("farid").get("/places/A-MAIN/control").content.decode()


def test_the_strip_runs_with_the_language(cast: Cast) -> None:
    """In Arabic time begins at the right: every bar stands where its mirror image stood, inside the picture."""
    amal = cast.viewer("amal")
    with viewing(amal.user_id):
        for holder, late in ((cast.authority["ALPHA"], 0), (None, 30)):
            places_actions.state_control(
                statement_id=uuid4(), facility_id=cast.facility["A-MAIN"], aspect="perimeter", holder_id=holder,
                holder_text="", speaker="A report", since=None, stated_at=NOON + timedelta(hours=late), note="",
                by=amal, at=NOON + timedelta(hours=late),
            )  # fmt: skip
        rows = places.control(amal, cast.facility["A-MAIN"], NOON + timedelta(days=9))
    one, other = (strip(rows, {}, NOON + timedelta(days=9), mirrored=mirrored) for mirrored in (False, True))
    assert one and other and (one.start, other.start) == (0, WIDTH)
    for bar, image in zip(one.lanes[0].bars, other.lanes[0].bars, strict=True):
        assert image.width == pytest.approx(bar.width, abs=0.2)
        assert image.x == pytest.approx(WIDTH - bar.x - bar.width, abs=0.2) and image.x > -0.2
    assert [round(WIDTH - x, 1) for x, _day in one.ticks] == [x for x, _day in other.ticks]


def test_control_history_of_a_place_nobody_spoke_of(browse: Browse) -> None:
    page = browse("dora").get("/places/A-SIDE/control")
    assert page.status_code == 200 and "<svg class" not in page.content.decode()
    assert browse("dora").get("/places/NOPE/control").status_code == 404
    assert browse("dora").delete("/places/A-SIDE/control").status_code == 405


def test_losses_of_the_place_are_shown_to_those_who_may_know(story: Story, browse: Browse) -> None:
    loss = lost(story)
    assert f"/losses/{loss}" in browse("alice").get("/places/A-MAIN/control").content.decode()
    for name in ("dora", "charlie"):
        assert "Lost with people inside" not in browse(name).get("/places/A-MAIN/control").content.decode()
