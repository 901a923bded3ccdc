"""A whole movement in the browser: planned, sealed, two handovers with differences, balanced; every press counts once."""

import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.cast import PASSWORD
from tests.journeys.conftest import SignIn, Site, follow

pytestmark = pytest.mark.browser


def tell(site: Site, what: str, *more: str) -> dict[str, Any]:
    """Run a chapter of the handover story on the site's database."""
    found: dict[str, Any] = site.tell("handover_story", what, json.dumps(site.users), *more)
    return found


@pytest.fixture(scope="module")
def movement(site: Site) -> dict[str, str]:
    """A batch whose first handover is counted, and six people more at A-MAIN."""
    return tell(site, "add", str(uuid4()))


@pytest.fixture
def become(page: Any, sign_in: SignIn) -> Callable[[str], None]:
    """Sign out, and in as somebody else."""

    def somebody(name: str) -> None:
        page.context.clear_cookies()
        sign_in(name)

    return somebody


def press(page: Any, name: str) -> None:
    """Press the one button of this name inside the page."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name).click()


def sign_if_asked(page: Any) -> None:
    """Fill in the password when the page asks for it."""
    field = page.locator('main input[type="password"]')
    if field.count():
        field.first.fill(PASSWORD)


def test_pages_of_a_movement_four_ways(
    page: Any, become: Callable[[str], None], shot: Callable[[str], None], movement: dict[str, str]
) -> None:
    """Every page in English and Arabic, narrow and wide, without overflow or accessibility fault."""
    become("anton")
    for name, address in (
        ("batches", "/batches"), ("batch-plan", "/batches/plan"), ("batch", f"/batches/{movement['batch']}"),
        ("manifest-sealed", f"/manifests/{movement['manifest']}"),
    ):  # fmt: skip
        page.goto(address)
        shot(name)
    become("basil")
    first = f"/handovers/{movement['first']}"
    for name, address in (
        ("batches-basil", "/batches"), ("handover-names-next", first), ("handover-waits", f"/handovers/{movement['second']}"),
        ("names", f"{first}/names"), ("names-found", f"{first}/names?page=1&line=4"),
        ("handover-paper", f"{first}/paper/names"),
    ):  # fmt: skip
        page.goto(address)
        shot(name)
    page.goto(f"{first}/names")
    for no, choice in ((2, "absent"), (5, "present but not yet named"), (9, "refused")):
        choose(page, no, choice)
    press(page, "Add an extra person without a name")
    page.goto(f"{first}/names")
    page.get_by_role("button", name="Say received of all 22 lines left on this page").click()
    all_received(page)
    page.goto(f"{first}/names?page=2")
    page.get_by_role("button", name="Say received of all 3 lines left on this page").click()
    all_received(page)
    page.goto(f"{first}/names")
    shot("names-said")
    page.goto(f"{first}/names/sign")
    shot("summary")
    page.goto(f"{first}/paper/count")
    shot("paper-count")
    page.goto(f"{first}/names/sign")
    sign_if_asked(page)
    press(page, "Sign the names")
    shot("handover-named")
    become("asma")
    page.goto(first)
    shot("handover-acknowledge")


@pytest.mark.parametrize("name", ["print", "count-sheet"])
def test_the_sheets_on_paper(name: str, page: Any, become: Callable[[str], None], movement: dict[str, str]) -> None:
    """A4, no line cut between two pages, no overflow; on a screen the same in both languages."""
    become("basil")
    for language in ("en", "ar"):
        page.context.add_cookies([{"name": "django_language", "value": language, "url": page.url}])
        page.goto(f"/manifests/{movement['manifest']}/{name}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
        content = page.pdf(prefer_css_page_size=True, print_background=True)
        pages = len(re.findall(rb"/Type\s*/Page[^s]", content))
        assert 1 <= pages <= 4
        folder = os.environ.get("SIJILL_SHOTS")
        if folder:
            (Path(folder) / f"{name}-{language}.pdf").write_bytes(content)


def test_a_movement_from_the_plan_to_the_balance(
    page: Any, become: Callable[[str], None], site: Site, axe: Callable[[Any], None], movement: dict[str, str]
) -> None:
    """Six people: one absent at the first handover, one extra and one unnamed at the second."""
    # the coordinator plans, authorises, draws up and seals
    become("anton")
    page.goto("/batches/plan")
    page.get_by_label("Operation").select_option(value=movement["operation"])  # another journey may have opened one
    for label, choice in (("From: who hands over", "Alpha"), ("Carrier", "Bravo"), ("To: who receives", "Charlie")):
        page.get_by_label(label).select_option(label=choice)
    page.get_by_label("They leave from").select_option(label="A-MAIN")
    page.get_by_label("Day", exact=True).fill("2026-12-01")
    page.get_by_label("How many people at most").fill("6")
    page.locator("main").get_by_role("button", name="Plan the batch").dblclick()
    page.wait_for_url("**/batches/*-*")
    batch = page.url
    press(page, "Authorise this batch")
    page.get_by_label("Vehicle", exact=True).fill("Bus 7")
    page.get_by_label("Destination", exact=True).select_option(label="C-HUB")
    press(page, "Draw it up")
    page.get_by_text("The first of the roll").click()
    page.get_by_label("How many", exact=True).fill("6")
    press(page, "Add them")
    axe(page)
    sign_if_asked(page)
    press(page, "Seal with 6 people")
    assert "Sealed" in page.inner_text("main"), page.inner_text("main")
    assert re.fullmatch(r"[0-9a-f]{64}", page.locator(".hash .code").inner_text())
    handovers = [a.get_attribute("href") for a in page.locator('a[href^="/handovers/"]').all()]
    first, second = handovers[0], handovers[1]

    # the sender presents, pressing twice; the answer to the carrier's count is lost, and he sends it again
    become("asma")
    page.goto("/batches")
    follow(page.locator(f'.tasks a[href="{first}"]'))
    sign_if_asked(page)
    page.get_by_role("button", name="Present these 6 people").dblclick()
    page.locator(".signature").first.wait_for()
    page.goto(first)
    assert page.locator(".signature").count() == 1
    become("basil")
    page.goto(f"{first}/count")
    count(page, 5)
    assert "1 too few" in page.inner_text("main")
    lose_the_answer_and_send_again(page, f"{first}/count", "Sign the count")
    page.goto(first)
    assert page.locator(".signature").count() == 2 and "alive 5" in page.inner_text("main")

    # one is absent; the rest of the page in one press; signed with one press
    say_all(page, first, {3: "absent"})
    axe(page)
    assert "Counted and named agree: 5 people" in page.inner_text("main")
    sign_if_asked(page)
    press(page, "Sign the names")
    become("asma")
    page.goto(first)
    page.locator("main select").first.select_option("returned")
    sign_if_asked(page)
    press(page, "Sign that you take note")

    # the carrier presents; the receiver has one person too many and one he cannot name yet
    become("basil")
    page.goto(second)
    sign_if_asked(page)
    press(page, "Present these 5 people")
    become("charlie")
    page.goto(f"{second}/count")
    count(page, 6)
    press(page, "Sign the count")
    page.goto(f"{second}/names")
    press(page, "Add an extra person without a name")
    say_all(page, second, {1: "present but not yet named"})
    assert "Counted and named agree: 6 people" in page.inner_text("main")
    sign_if_asked(page)
    press(page, "Sign the names")
    follow(page.get_by_role("link", name="Say something new of 1 line"))
    page.locator("#line-1 summary").click()
    choose(page, 1, "received")
    page.goto(f"{second}/names/sign")
    sign_if_asked(page)
    press(page, "Sign the names")
    become("basil")
    page.goto(second)
    sign_if_asked(page)
    press(page, "Sign that you take note")

    # the batch is reconciled, the books close
    become("anton")
    page.goto(batch)
    text = page.inner_text("main")
    assert "reconciled" in text and "Nothing is left" in text and "0 still open" in text
    axe(page)
    for name in ("alice", "bushra", "chiara"):
        become(name)
        page.goto("/?period=all")
        assert "balances" in page.inner_text("main") and "differs by" not in page.inner_text("main")
    assert tell(site, "check") == {"difference": 0, "wrong": []}


def count(page: Any, alive: int) -> None:
    """Fill in the count."""
    page.get_by_role("textbox", name="People alive").fill(str(alive))
    sign_if_asked(page)


def choose(page: Any, no: int, choice: str) -> None:
    """Press one choice of one line; it is said when the centre has confirmed it."""
    say_of(page, no, choice)
    all_received(page)


def say_of(page: Any, no: int, choice: str) -> None:
    """Press one choice of one line; all but "received" are behind a word of their own."""
    line = page.locator(f"#line-{no}")
    if choice != "received":
        line.locator("a.else").click()
    line.get_by_role("button", name=choice, exact=True).click()


def all_received(page: Any) -> None:
    """Wait until the centre has confirmed everything that was pressed."""
    until = time.monotonic() + 20
    while page.evaluate("localStorage.getItem('sijill-unsent')") is not None:  # the policy allows no wait_for_function
        assert time.monotonic() < until, page.inner_text("#unsent")
        page.wait_for_timeout(50)


def say_all(page: Any, handover: str, differing: dict[int, str]) -> None:
    """Say these lines, the rest received, and look through it."""
    page.goto(f"{handover}/names")
    for no, choice in differing.items():
        choose(page, no, choice)
    page.locator('main button[value="rest"]').click()
    all_received(page)
    page.goto(f"{handover}/names/sign")


def lose_the_answer_and_send_again(page: Any, address: str, button: str) -> None:
    """The server carries the form out, its answer never arrives; the page itself sends the same form once more."""
    sent: list[str] = []

    def lose_the_first(route: Any) -> None:
        sent.append(route.request.post_data)
        if len(sent) == 1:
            route.fetch(max_redirects=0)
            route.abort()
        else:
            route.continue_()

    page.route(f"**{address}", lose_the_first)
    page.get_by_role("button", name=button).click(no_wait_after=True)
    page.get_by_text("It was carried out once").wait_for()
    page.unroute(f"**{address}")
    assert len(sent) == 2 and len(set(sent)) == 1 and page.url.endswith(address.removesuffix("/count"))
