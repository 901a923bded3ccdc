"""The foundation's pages in a real browser: they fit, mirror, pass axe, and work without JavaScript."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cast import PASSWORD
from tests.journeys.conftest import SignIn, Site

pytestmark = pytest.mark.browser


def test_sign_in_page(page: Any, shot: Callable[[str], None]) -> None:
    """The first thing anybody sees."""
    page.goto("/sign-in")
    shot("sign-in")


@pytest.mark.parametrize(
    ("user", "address", "name"),
    [
        ("alice", "/", "board"),
        ("dora", "/", "board-empty"),
        ("amal", "/places", "facilities"),
        ("amal", "/places/A-MAIN", "facility"),
        ("asma", "/sign", "sign"),
        ("alice", "/places/NOWHERE", "not-found"),
    ],
)
def test_page(user: str, address: str, name: str, page: Any, sign_in: SignIn, shot: Callable[[str], None]) -> None:
    """Every page of the foundation, four ways."""
    sign_in(user)
    page.goto(address)
    shot(name)


def test_a_double_click_without_javascript_records_once(browser: Any, site: Site) -> None:
    """Sign in, open the form, click twice: one statement, told once; nothing of it needs a script."""
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in?next=/places/A-SIDE")
    page.fill("#username", "amal")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.click("summary")
    page.fill("[name=speaker]", "Twice clicked")
    page.fill("[name=holder_text]", "Brigade 7")
    page.fill("[name=stated_at]", "2026-02-01T10:00")
    page.dblclick("text=Record the statement")
    page.locator("li", has_text="Twice clicked").first.wait_for()
    page.goto("/places/A-SIDE")
    assert page.locator("li", has_text="Twice clicked").count() == 1
    context.close()


def test_the_keyboard_finds_the_skip_link_first(page: Any, sign_in: SignIn) -> None:
    """Tab, Enter: the content, past the navigation."""
    sign_in("alice")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"


def test_the_largest_text_still_fits_a_phone(page: Any, sign_in: SignIn) -> None:
    """A+ three times at 360 pixels: nothing is wider than the window."""
    page.set_viewport_size({"width": 360, "height": 780})
    sign_in("amal", language="ar")
    page.goto("/places/A-MAIN")
    for _step in range(3):
        page.locator("form[action='/text-size'] button").nth(1).click()
        page.wait_for_load_state()
    assert page.evaluate("document.documentElement.className") == "text-3"
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
