"""The figures in a real browser: they fit, mirror, pass axe; the picture says what the table says; no script is needed."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cast import PASSWORD
from tests.journeys.conftest import SignIn, Site, speak
from tests.journeys.story import some_id

pytestmark = pytest.mark.browser
TOPIC = "/figures/held-at-main"


@pytest.fixture(scope="module")
def published(site: Site) -> Site:
    """The site with the claims in it."""
    site.tell("figures_story", site.users["farid"])
    return site


@pytest.mark.parametrize(
    ("user", "address", "name"),
    [
        ("farid", "/figures", "figures"),
        ("farid", TOPIC, "figure-topic"),
        ("dora", TOPIC, "figure-topic-stranger"),
        ("farid", "/figures/who-controls-main", "figure-words"),
        ("farid", f"{TOPIC}/{some_id('claim/4')}", "figure-claim"),
        ("farid", f"/figures/foreign-at-main/{some_id('derived')}", "figure-derived"),
        ("farid", f"{TOPIC}/enter", "figure-enter"),
        ("farid", "/figures/topics/new", "figure-new-topic"),
    ],
)
def test_page(
    user: str, address: str, name: str, published: Site, page: Any, sign_in: SignIn, shot: Callable[[str], None]
) -> None:
    """Every page of the figures, four ways."""
    sign_in(user)
    page.goto(address)
    shot(name)


def test_the_picture_draws_each_figure_where_its_number_lies(published: Site, page: Any, sign_in: SignIn) -> None:
    """A smaller figure begins nearer to the start of the line, in both directions of writing; the register crosses it."""
    sign_in("farid")
    for language, sign in (("en", 1), ("ar", -1)):
        speak(page, published, language)
        page.goto(TOPIC)
        dots = page.locator(".strip-list li:not(:has-text('Twice clicked')) circle.end")  # another test enters that one
        boxes = [dots.nth(n).bounding_box()["x"] * sign for n in range(dots.count())]
        estimate_low, estimate_high, counted, ceiling, reported, stated = boxes
        assert reported < counted < estimate_low < estimate_high < ceiling < stated
        line = page.locator(".strip-list li:not(:has-text('Twice clicked')) line.then").first.bounding_box()["x"] * sign
        assert abs(line - counted) < 8  # forty held, forty said


def test_a_double_click_without_javascript_enters_one_claim(browser: Any, published: Site) -> None:
    """Open the form, fill it in, click twice: one claim, told once; nothing of it needs a script."""
    context = browser.new_context(base_url=published.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/sign-in?next={TOPIC}/enter")
    page.fill("#username", "farid")
    page.fill("#password", PASSWORD)
    page.click("main button")
    for name, value in (("low", "41"), ("high", "41"), ("speaker", "Twice clicked"), ("outlet", "Wire")):
        page.fill(f"[name={name}]", value)
    page.dblclick("main form button")
    page.locator("td", has_text="Twice clicked").wait_for()
    page.goto(TOPIC)
    assert page.locator("td", has_text="Twice clicked").count() == 1
    context.close()
