"""The carrying officer: between two authorities, with a book of his own."""

from typing import Any

from tests.journeys.roles.acts import main
from tests.journeys.roles.movement import Movement


def test_he_answers_while_they_are_under_way(at: Any, carried: Movement) -> None:
    """Custody passed by the names he signed: of three, two are in his book, and the third never was."""
    page = at("us-carrier", carried.batch, phone=True)
    assert page.locator(".history li", has_text="departed").count() == 1
    page.goto(carried.first)
    signed = page.locator(".signature", has_text="DEMO carrying officer, US forces")
    assert signed.count() == 2  # the count, and the names
    assert "alive 2, of these injured 0; dead 0" in main(page)


def test_a_difference_has_a_name_and_an_owner(at: Any, carried: Movement) -> None:
    """Presented three, named two received and one absent: one line differs, and its giver has answered for it."""
    page = at("us-carrier", carried.first, phone=True)
    differing = page.locator("section[aria-labelledby=differences] li")
    assert differing.count() == 1
    assert "line 1 · absent · back with us" in differing.inner_text()


def test_his_book_is_empty_when_all_is_handed_on(at: Any, reconciled: Movement) -> None:
    """5,704 and the two of tonight went through it: nobody is left in it."""
    page = at("us-carrier", "/")
    book = page.locator(".sheet", has=page.locator("h2, h3", has_text="US forces (CJTF-OIR)")).first
    words = book.inner_text()
    assert "balances" in words and "differs by" not in main(page)
    answered = page.locator("tr", has_text="Answered for").first
    assert answered.locator("td").last.inner_text() == "0"
