"""The sending officer: presents the people, and answers for the one who did not get on."""

from typing import Any

from tests.journeys.roles.acts import main
from tests.journeys.roles.movement import Movement


def test_three_people_are_presented_under_his_name(at: Any, presented: Movement) -> None:
    """From what waits for him to his signature; until the names are signed his authority answers."""
    page = at("sdf-sender", presented.first, phone=True)
    signed = page.locator(".signature").first.inner_text()
    assert "signed by a user" in signed and "DEMO sending officer, SDF prisons" in signed
    assert "3 people presented" in signed


def test_who_was_absent_stands_in_his_hall_again(at: Any, carried: Movement) -> None:
    """He said the absent one is back: the roll of Ghuwayran shows him, and SDF still answers for him."""
    page = at("sdf-sender", carried.first)
    assert "absent" in main(page)
    assert page.locator(".signature", has_text="DEMO sending officer, SDF prisons").count() == 2
    page.goto("/places/GHUWAYRAN/roll")
    assert page.locator("a[href^='/people/']").count() == 1


def test_he_cannot_sign_for_the_other_side(at: Any, carried: Movement) -> None:
    """The count and the names are the carrier's: no button, and no way by the address."""
    page = at("sdf-sender", carried.second, phone=True)
    assert page.locator("main form button.wide-button").count() == 0
    page.goto(f"{carried.second}/count")
    assert page.url.endswith(carried.second)
