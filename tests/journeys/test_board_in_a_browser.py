"""The situation board in a real browser: four pictures of it, the flows drawn under the page's own security policy."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.cast import PASSWORD
from tests.journeys.conftest import SignIn, Site, follow

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def moving(site: Site) -> None:
    """People on their way, so that there are flows to draw."""
    site.tell("handover_story", "add", json.dumps(site.users), str(uuid4()))


@pytest.fixture
def strict(browser: Any, site: Site) -> Iterator[Any]:
    """A page that keeps the security policy; whatever it complains of fails the test."""
    context = browser.new_context(base_url=site.url, viewport={"width": 1440, "height": 900})
    made = context.new_page()
    made.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    made.on("console", lambda said: pytest.fail(said.text) if said.type in ("error", "warning") else None)
    made.goto("/sign-in")
    made.fill("#username", "alice")
    made.fill("#password", PASSWORD)
    made.click("main button")
    made.wait_for_selector("nav.strip")
    yield made
    context.close()


def test_the_board_four_ways(moving: None, page: Any, sign_in: SignIn, shot: Callable[[str], None]) -> None:
    """English and Arabic, phone and desk: it fits, mirrors, passes axe."""
    sign_in("alice")
    page.goto("/")
    page.wait_for_selector("#flow-picture svg")
    shot("board")
    page.goto("/?day=2026-02-01&time=15:00")
    page.wait_for_selector("#flow-picture svg")
    shot("board-past")


def test_the_flows_are_drawn_under_the_security_policy(moving: None, strict: Any) -> None:
    """The library arrives after the page stands; it breaks no rule; the table closes but stays one click away."""
    strict.goto("/")
    strict.wait_for_selector("#flow-picture svg")
    drawn = strict.evaluate("[...document.querySelectorAll('#flow-picture text')].map((t) => t.textContent)")
    data = json.loads(strict.evaluate("document.getElementById('flow-data').textContent"))
    assert len(data["links"]) > 1
    for node in data["nodes"]:
        assert any(node["n"] == part or node["n"] in part for part in drawn), node
    assert strict.evaluate("document.querySelector('#flow-picture svg').getAttribute('role')") == "img"
    assert strict.evaluate("document.querySelector('.flow-picture ~ details').open") is False
    strict.click("text=The table behind the picture >> nth=0")
    assert strict.locator(".flow-picture ~ details td").first.is_visible()


def test_the_library_travels_packed(moving: None, strict: Any) -> None:
    """On a bad line the library is a third of its size, and everything before it is small."""
    sizes: dict[str, tuple[int, str]] = {}
    strict.on("response", lambda r: sizes.__setitem__(
        r.url.rpartition("/")[2], (len(r.body()), r.headers.get("content-encoding", ""))))  # fmt: skip
    strict.goto("/")
    strict.wait_for_selector("#flow-picture svg")
    assert sizes["echarts-sankey.min.js"][1] == "gzip"
    assert sizes[""][0] < 150_000


def test_the_whole_board_without_a_script(moving: None, browser: Any, site: Site) -> None:
    """Every table is there and open; the day form and the steps work."""
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#username", "alice")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.goto("/")
    assert page.locator("section:has(.flow-picture) td").first.is_visible()
    assert not page.locator("#flow-picture").is_visible()
    page.fill("#when-day", "2026-02-01")
    page.fill("#when-time", "11:00")
    page.select_option("#when-known", "now")
    with page.expect_navigation():
        page.click("text=Show")
    assert "known=now" in page.url and page.locator("text=as known now").is_visible()
    follow(page.locator("nav.days a").last)
    assert page.locator("nav.days a[aria-current='date']").count() == 1
    context.close()
