"""The registrar: who is this, is he here already, on what ground is he held."""

from typing import Any

from tests.journeys.conftest import follow
from tests.journeys.roles import acts
from tests.journeys.roles.acts import main, press
from tests.journeys.roles.pictures import Pictures


def test_a_list_came_in_but_for_the_row_that_cannot_be_read(at: Any, listed: str, pictures: Pictures) -> None:
    """Three of four were let in; the fourth is named with what is wrong, in words."""
    page = at("sdf-registrar", listed)
    text = main(page)
    assert "4" in text and "DEMO" not in page.title()
    assert "31/31/1985" in text or "row 5" in text.lower() or "Row 5" in text
    page.goto("/import")
    pictures.take(page, "lists")


def test_the_same_file_again_changes_nothing(at: Any, listed: str) -> None:
    """It is known by its hash, and the page leads to the list of the first time."""
    page = at("sdf-registrar", "/import")
    before = page.locator("tbody tr").count()
    acts.bring_in(page, acts.LIST)
    page.goto("/import")
    assert page.locator("tbody tr").count() == before


def test_is_he_here_already(at: Any, listed: str) -> None:
    """Found by the beginning of two of his names, or by the number he came with; and nobody has said why he is held."""
    page = at("sdf-registrar", "/people")
    for words in ("جاموفيش ريجوز", "DEMO-N9001"):
        page.fill("#search_text", words)
        press(page, "Search")
        assert page.locator("a.person").count() >= 1, words
    follow(page.locator("a.person").first)
    text = main(page)
    assert "DEMO-N9001" in text and "no basis recorded" in text
