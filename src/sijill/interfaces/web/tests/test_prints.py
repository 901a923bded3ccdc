"""The printed sheets: both languages, the code to type and to scan, the hash, the boxes; and who may print them."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sijill.interfaces.web.pages.prints import both, qr
from tests.cast import Cast
from tests.story import Story

Browse = Callable[[str], Client]
SHEETS = ["print", "count-sheet"]


@pytest.fixture
def story(cast: Cast) -> Story:
    """A sealed manifest of twelve people."""
    return Story(cast).sealed(12)


def sheet(client: Client, story: Story, name: str, query: str = "") -> str:
    """A printed sheet."""
    answer = client.get(f"/manifests/{story.manifests[0]}/{name}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("name", SHEETS)
def test_both_languages_the_code_and_the_hash_are_on_the_sheet(name: str, browse: Browse, story: Story) -> None:
    page, row = sheet(browse("basil"), story, name), story.manifest_row()
    assert row.code in page and qr(row.code) in page
    assert row.sha256[:8] in page and row.sha256 in page
    assert page.count('lang="en"') > 15 and "Signature" in page
    assert page.count('class="block"') == 2
    assert "<script" not in page and "style=" not in page


def test_the_sheet_is_the_same_for_a_reader_of_any_language(browse: Browse, story: Story) -> None:
    """Arabic labels stand there for the English reader, English ones for the Arabic reader."""
    client = browse("basil")
    vehicle = both("Vehicle")
    for language in ("en", "ar"):
        client.cookies["django_language"] = language
        page = sheet(client, story, "print")
        assert vehicle.en in page and vehicle.ar in page


def test_every_line_has_its_boxes_and_its_picture_to_scan(browse: Browse, story: Story) -> None:
    page = sheet(browse("basil"), story, "print")
    assert page.count('<td class="tick"><i></i></td>') == 12 * 6
    assert page.count('<td class="qr"><svg') == 12
    assert "Person Number 1<" in page and page.count("<thead>") == 1


def test_the_count_sheet_has_a_box_for_everybody_and_no_name(browse: Browse, story: Story) -> None:
    page = sheet(browse("basil"), story, "count-sheet")
    assert page.count("<i>12</i>") == 1 and "<i>13</i>" not in page
    assert "Person Number" not in page


def test_the_sheet_is_for_the_handover_that_is_next_or_the_one_asked_for(browse: Browse, story: Story) -> None:
    def signs(page: str) -> tuple[bool, bool, bool]:
        facts = page.partition('<dl class="facts">')[2].partition("</dl>")[0]
        return "Alpha" in facts, "Bravo" in facts, "Charlie" in facts

    client = browse("basil")
    assert signs(sheet(client, story, "print")) == (True, True, False)
    assert signs(sheet(client, story, "print", "?handover=2")) == (False, True, True)
    story.hand_over(1)
    assert signs(sheet(client, story, "print")) == (False, True, True)
    assert signs(sheet(client, story, "print", "?handover=nonsense")) == (False, True, True)


def test_a_draft_says_that_it_is_one(browse: Browse, cast: Cast) -> None:
    story = Story(cast)
    story.open_operation()
    story.plan(3)
    story.draw(story.admit(3))
    page = sheet(browse("anton"), story, "print")
    assert "DRAFT: not sealed" in page and "SHA-256" not in page


@pytest.mark.parametrize("name", SHEETS)
def test_stranger_analyst_and_wrong_method(name: str, browse: Browse, story: Story) -> None:
    where = f"/manifests/{story.manifests[0]}/{name}"
    for user in ("dora", "farid"):
        answer = browse(user).get(where)
        assert answer.status_code == 404
        assert answer.content == browse(user).get(f"/manifests/{uuid4()}/{name}").content
    assert browse("basil").post(where).status_code == 405


def test_the_sheets_ask_the_same_for_three_and_for_twenty(browse: Browse, cast: Cast) -> None:
    client, found = browse("basil"), []
    for size in (3, 20):
        story = Story(cast).sealed(size)
        for name in SHEETS:
            sheet(client, story, name)
            with CaptureQueriesContext(connection) as asked:
                sheet(client, story, name)
            found.append((name, len(asked)))
    assert found[:2] == found[2:]


def test_what_people_typed_is_text_on_paper_too(browse: Browse, cast: Cast) -> None:
    story = Story(cast)
    story.open_operation()
    story.plan(3)
    client = browse("anton")
    key = str(uuid4())
    client.post(
        f"/batches/{story.batch}/manifests",
        {"key": key, "vehicle": "<b>Bus</b>", "destination": cast.facility["C-HUB"]},
    )
    page = client.get(f"/manifests/{key}/print").content.decode()
    assert "&lt;b&gt;Bus" in page and "<b>Bus" not in page
