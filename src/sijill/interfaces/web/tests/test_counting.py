"""The count screen: presses counted once, numbers that tick lines, the difference said in words, the signature."""

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sijill.domain.people import queries as people
from sijill.interfaces.web.pages.count_drafts import KEPT_MAX, CountDraft
from tests.cast import PASSWORD, Cast
from tests.story import Story

Browse = Callable[[str], Client]
PAGE_BYTES_MAX = 25_000


def text(answer: object) -> str:
    """The page of an answer."""
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def story(cast: Cast) -> Story:
    """Six people stand before the carrier."""
    told = Story(cast).sealed(6)
    told.present(1)
    return told


def address(story: Story, step: str = "") -> str:
    """The address of the first handover, or of a step of it."""
    return f"/handovers/{story.handover(1).id}{step}"


def press(client: Client, story: Story, *presses: str, **more: str) -> Any:
    """Send presses as a script sends them; each gets a key of its own unless it has one."""
    sent = [each if each.startswith("key-") else f"{uuid4()}:{each}" for each in presses]
    where = address(story, "/count/press")
    return client.post(where, {"press": sent} | more, headers={"Accept": "application/json"})


def told(answer: Any) -> dict[str, Any]:
    """What the server answered a script."""
    assert answer.status_code == 200, answer.status_code
    found: dict[str, Any] = json.loads(answer.content)
    return found


def kept(client: Client, story: Story) -> dict[str, Any]:
    """The draft in the session."""
    found: dict[str, Any] = client.session[f"count/{story.handover(1).id}"]
    return found


def number(story: Story, no: int) -> str:
    """The register number on a line."""
    subject = story.lines(1)[no].subject_id
    with story.acting("basil") as by:
        return people.register_numbers(by, [subject])[subject]


# ---------------------------------------------------------------------------- presses
def test_a_press_counts_once_however_often_it_is_sent(browse: Browse, story: Story) -> None:
    client = browse("basil")
    for _n in range(3):
        answer = told(press(client, story, "key-1:bodies:1"))
    assert answer["bodies"] == 1
    both = told(press(client, story, "key-1:bodies:1", "key-2:bodies:10", "key-2:bodies:10", "key-3:dead:1"))
    assert (both["bodies"], both["dead"]) == (11, 1)


def test_presses_without_a_script_lead_back_to_the_screen(browse: Browse, story: Story) -> None:
    client = browse("basil")
    page = text(client.get(address(story, "/count")))
    plus = re.search(r'value="(\w+:bodies:10)"', page)
    assert plus and '<strong data-shows="total">0</strong> of 6 counted' in page
    for _n in range(2):
        answer = client.post(address(story, "/count/press"), {"press": plus.group(1)})
        assert answer.status_code == 302 and answer["Location"] == address(story, "/count")
    page = text(client.get(address(story, "/count")))
    assert '<strong data-shows="total">10</strong> of 6 counted' in page and "4 too many" in page
    assert 'name="bodies" value="10"' in page


def test_undo_goes_back_press_by_press_and_never_below_nought(browse: Browse, story: Story) -> None:
    client = browse("basil")
    press(client, story, "bodies:1", "bodies:-10", "injured:1", "seen:2", "dead:1")
    steps = [told(press(client, story, "undo:")) for _n in range(6)]
    states = [(s["bodies"], s["injured"], s["dead"], s["seen"]) for s in steps]
    assert states == [(1, 1, 0, [2]), (0, 1, 0, []), (0, 0, 0, []), (1, 0, 0, []), (0, 0, 0, []), (0, 0, 0, [])]


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["bodies", "injured", "dead", "undo"]), st.integers(-20, 20), st.integers(0, 4)),
        max_size=60,
    )
)
def test_undoing_everything_is_as_if_nothing_was_pressed(presses: list[tuple[str, int, int]]) -> None:
    draft = CountDraft()
    for what, by, line in presses:
        if what == "undo":
            draft.undo()
        elif line == 0 or line not in draft.seen:
            draft.add(what, by, line=line)
        assert min(draft.bodies, draft.injured, draft.dead, draft.without_number) >= 0
    for _n in range(KEPT_MAX):
        draft.undo()
    assert draft == CountDraft()


@pytest.mark.parametrize("bad", ["bodies:0", "bodies:101", "bodies:٣", "names:1", "bodies:1e3", "", "bodies"])
def test_what_is_no_button_is_refused_and_changes_nothing(bad: str, browse: Browse, story: Story) -> None:
    client = browse("basil")
    press(client, story, "bodies:1")
    assert press(client, story, "bodies:1", bad).status_code == 409
    assert kept(client, story)["bodies"] == 1


# ---------------------------------------------------------------------------- numbers
def test_a_number_ticks_its_line_and_signs_nothing(browse: Browse, story: Story) -> None:
    client = browse("basil")
    first = told(press(client, story, f"seen:{number(story, 4).lower()}", "seen:2", "seen:2"))
    assert (first["bodies"], first["seen"], first["without_number"]) == (2, [2, 4], 0)
    assert [tone for tone, _text in first["notes"]] == ["calm", "calm", "doubt"]
    assert {line.code for line in story.lines(1).values()} == {""} and story.handover(1).state.value == "presented"
    story.count(1, 6)
    page = text(client.get(address(story, "/names")))
    assert page.count("seen at the count") == 2 and "all 2 whose numbers were read" in page
    assert client.post(address(story, "/names/say"), {"say": "seen"}).status_code == 302
    assert "<strong>2</strong> of 6 said" in text(client.get(address(story, "/names")))
    assert {line.code for line in story.lines(1).values()} == {""}


def test_one_counted_already_gets_his_number_without_being_counted_again(browse: Browse, story: Story) -> None:
    client = browse("basil")
    now = told(press(client, story, "bodies:10", "again:1", "again:2"))
    assert (now["bodies"], now["without_number"], now["seen"]) == (10, 8, [2, 1])
    plain = client.post(address(story, "/count/press"), {"press": "k:seen:", "reference": "3", "again": "yes"})
    assert plain.status_code == 302 and kept(client, story)["bodies"] == 10
    alone = told(press(browse("basil"), story, "again:1"))
    assert alone["bodies"] == 1  # nobody without a number was there to be him


def test_a_number_on_no_line_is_counted_and_named_the_same_for_a_hidden_person(browse: Browse, story: Story) -> None:
    """Somebody the viewer may not see is answered like a number nobody has."""
    client = browse("basil")
    hidden = story.admit(1)[0]
    with story.acting("alice") as by:
        secret = people.register_numbers(by, [hidden])[hidden]
    answers = [told(press(client, story, f"seen:{ref}")) for ref in (secret, "S-NOBODY")]
    assert [a["bodies"] for a in answers] == [1, 2] and answers[1]["beside"] == [secret, "S-NOBODY"]
    assert answers[0]["notes"][0][1].replace(secret, "") == answers[1]["notes"][0][1].replace("S-NOBODY", "")
    again = told(press(client, story, "seen:S-NOBODY"))
    assert again["bodies"] == 2 and again["notes"][0][0] == "doubt"


# ---------------------------------------------------------------------------- signing
def sign(client: Client, story: Story, **numbers: object) -> Any:
    """Sign the count."""
    sent = {"key": str(uuid4()), "password": PASSWORD, "injured": 0, "dead": 0} | numbers
    return client.post(address(story, "/count"), sent)


def test_a_difference_is_said_in_words_once_and_never_blocks(browse: Browse, story: Story) -> None:
    client = browse("basil")
    first = sign(client, story, bodies=4, dead=1, compared=0)
    assert first.status_code == 422 and "Presented 6, counted 5: 1 too few" in text(first)
    assert 'name="compared" value="5"' in text(first) and story.handover(1).state.value == "presented"
    assert sign(client, story, bodies=4, dead=1, compared=5).status_code == 302
    assert story.handover(1).bodies == 4


def test_what_agrees_is_signed_at_once(browse: Browse, story: Story) -> None:
    assert sign(browse("basil"), story, bodies=5, dead=1, injured=2, compared=0).status_code == 302
    assert story.handover(1).state.value == "counted"


def test_more_injured_than_alive_is_refused_on_the_screen(browse: Browse, story: Story) -> None:
    page = sign(browse("basil"), story, bodies=6, injured=7, compared=0)
    assert page.status_code == 422 and "Count them as they get on" in text(page)
    assert story.handover(1).state.value == "presented"


def test_after_the_signature_the_screen_leads_on_and_presses_are_refused(browse: Browse, story: Story) -> None:
    client = browse("basil")
    sign(client, story, bodies=6, compared=0)
    assert client.get(address(story, "/count"))["Location"] == address(story)
    assert press(client, story, "bodies:1").status_code == 409


# ---------------------------------------------------------------------------- five cases
def test_wrong_side_stranger_and_wrong_method(browse: Browse, story: Story) -> None:
    stranger = press(browse("dora"), story, "bodies:1")
    nobody = browse("dora").post(f"/handovers/{uuid4()}/count/press", headers={"Accept": "application/json"})
    assert stranger.status_code == 404 and stranger.content == nobody.content
    for name in ("asma", "alice", "charlie"):
        assert press(browse(name), story, "bodies:1").status_code in (403, 404), name
        assert browse(name).get(address(story, "/count")).status_code in (302, 404), name
    assert browse("basil").get(address(story, "/count/press")).status_code == 405


def test_the_draft_holds_no_name_and_goes_with_the_signature_of_the_names(browse: Browse, story: Story) -> None:
    client = browse("basil")
    press(client, story, "bodies:1", "seen:1")
    assert "Person" not in json.dumps(kept(client, story))
    story.count(1, 6)
    client.post(address(story, "/names/say"), {"say": "seen"})
    page = text(client.get(address(story, "/names")))
    client.post(address(story, "/names/say"), {"say": "rest", "rest": re.findall(r'name="rest" value="(\d+)"', page)})
    shown = re.search(r'name="shown" value="(\w+)"', text(client.get(address(story, "/names/sign"))))
    assert shown
    signed = client.post(
        address(story, "/names/sign"), {"key": str(uuid4()), "password": PASSWORD, "shown": shown.group(1)}
    )
    assert signed.status_code == 302 and f"count/{story.handover(1).id}" not in client.session


def test_pages_of_a_handover_are_small(browse: Browse, cast: Cast) -> None:
    """150 people: each page well under 30 kB, for a line that carries little."""
    crowd = Story(cast).sealed(150)
    crowd.present(1)
    client = browse("basil")
    press(client, crowd, *[f"seen:{no}" for no in range(1, 101)])
    pages = {"/count": client.get(address(crowd, "/count"))}
    crowd.count(1, 150)
    pages |= {step: client.get(address(crowd, step)) for step in ("", "/names", "/names?left=1&page=6", "/names/sign")}
    weights = {step: len(page.content) for step, page in pages.items()}
    assert all(page.status_code == 200 for page in pages.values()) and max(weights.values()) < PAGE_BYTES_MAX, weights


def test_words_that_waited_for_a_line_arrive_together(browse: Browse, story: Story) -> None:
    """Several words in one answer; a line that was signed meanwhile is named, the others are kept."""
    story.count(1, 6)
    client, lines = browse("basil"), story.lines(1)
    words = [f"{lines[1].id}:received", f"{lines[2].id}:absent", "999999:absent"]
    for _n in range(2):
        answer = told(client.post(address(story, "/names/say"), {"say": words}, headers={"Accept": "application/json"}))
        assert answer == {"said": 2, "left": 4, "not_open": ["999999"]}
