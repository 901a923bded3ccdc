"""Every row of the article that docs/reference/article-trace.md calls answered is looked at here, on the demo."""

from typing import Any

import pytest

from tests.journeys.roles.acts import main
from tests.journeys.roles.rows import ROWS


@pytest.mark.parametrize("row", ROWS)
def test_the_row_stands_on_its_page(row: str, at: Any) -> None:
    """The page of the row answers, and says each of its words."""
    for look in ROWS[row]:
        page = at(look.reader, look.address)
        text = " ".join(main(page).split())
        missing = [words for words in look.words if words not in text]
        assert missing == [], f"{row}: not at {look.address} as {look.reader}"


def test_text_is_made_larger_and_smaller_on_every_page(at: Any) -> None:
    """A+ and A- (row F1): the choice holds on the next page too, and the largest text still fits a phone."""
    page = at("analyst", "/figures", phone=True)
    before = page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)")
    with page.expect_navigation():
        page.locator("form[action='/text-size'] button").last.click()
    page.goto("/figures/first-batch")
    page.goto("/figures")
    larger = page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)")
    assert larger > before
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    with page.expect_navigation():
        page.locator("form[action='/text-size'] button").first.click()
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)") == before


def test_what_was_said_of_a_batch_stands_beside_what_was_signed(at: Any) -> None:
    """The published layer and the register never mix (row Q1): 144 named and 150 said that day, none made equal."""
    page = at("analyst", "/figures/first-batch")
    rows = page.locator("tbody tr").all_inner_texts()
    said = [row.split("\t")[0] for row in rows]
    assert sorted(said) == ["144", "150", "150"]
    assert all("144" in row and "6 outside the sums" in row for row in rows)
