"""Three o'clock, 150 people, a phone and a bad line: nothing pressed is lost, nothing is carried out twice."""

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.cast import PASSWORD
from tests.journeys.conftest import SignIn, Site
from tests.journeys.test_handover import all_received, say_of, tell

pytestmark = pytest.mark.browser

TWO_MINUTES = 120.0
UNSENT = "JSON.parse(localStorage.getItem('sijill-unsent') ?? '[]')"


@pytest.fixture
def context(browser: Any, site: Site) -> Iterator[Any]:
    """A phone, with the pages' own security policy in force."""
    made = browser.new_context(base_url=site.url, viewport={"width": 360, "height": 780})
    made.set_default_timeout(20_000)
    yield made
    made.close()


@pytest.fixture
def counting(page: Any, site: Site, sign_in: SignIn, request: pytest.FixtureRequest) -> str:
    """The carrier before 150 people who were presented to him: the address of the handover."""
    number = getattr(request, "param", 150)
    told = tell(site, "presented", f"{request.node.name}/{time.monotonic_ns()}", str(number))
    sign_in(told["officer"])
    page.goto(f"/handovers/{told['first']}/count")
    return f"/handovers/{told['first']}"


def shown(page: Any, what: str) -> int:
    """A number of the count screen."""
    return int(page.locator(f"[data-shows={what}]").first.inner_text())


def tap(page: Any, what: str, by: str) -> None:
    """Press one of the large buttons."""
    page.locator(f".counter[aria-labelledby=counts-{what}]").get_by_role("button", name=by, exact=True).click()


def sign(page: Any) -> None:
    """Sign the count, with the password where it is asked for."""
    field = page.locator('#sign-count input[type="password"]')
    if field.count():
        field.fill(PASSWORD)
    page.get_by_role("button", name="Sign the count").click(no_wait_after=True)


def test_150_people_are_counted_and_signed_in_two_minutes(page: Any, counting: str, site: Site) -> None:
    """One press for each body, some by number, injured and dead beside them; then compared in words, and signed."""
    started = time.monotonic()
    for no in ("1", "2", "2", "3"):  # one is read twice and counted once
        page.fill("#reference", no)
        page.keyboard.press("Enter")
    for _body in range(144):
        tap(page, "bodies", "+1")
    tap(page, "bodies", "+10")
    page.get_by_role("button", name="Undo the last press").click()
    for _body in range(2):
        tap(page, "injured", "+1")
    tap(page, "dead", "+1")
    all_received(page)
    assert (shown(page, "bodies"), shown(page, "injured"), shown(page, "dead")) == (147, 2, 1)
    assert (shown(page, "seen"), shown(page, "without"), shown(page, "to-come")) == (3, 144, 2)
    assert "counted 148: 2 too few" in page.inner_text("[data-shows=words]")
    sign(page)
    page.wait_for_url(f"**{counting}")
    assert time.monotonic() - started < TWO_MINUTES
    assert "alive 147, of these injured 2; dead 1" in page.inner_text("main")
    page.goto(f"{counting}/names")
    page.get_by_role("button", name="Say received of all 3 whose numbers were read at the count").click()
    page.locator("#line-3.is-said").wait_for()
    assert page.locator(".is-said").count() == 3


def test_every_target_is_large_and_the_count_stays_in_sight(page: Any, counting: str) -> None:
    """At 360 pixels, at the end of the page too."""
    for button in page.locator(".counter button, #reader button, #sign-count button").all():
        box = button.bounding_box()
        assert box["height"] >= 44 and box["width"] >= 44, button.inner_text()
    page.mouse.wheel(0, 4000)
    page.wait_for_timeout(200)
    assert page.locator(".count-bar").bounding_box()["y"] >= 0


@pytest.mark.parametrize("counting", [12], indirect=True)
def test_without_a_line_presses_wait_in_plain_sight_and_arrive_once(page: Any, counting: str, context: Any) -> None:
    """Offline in the middle of the count, and when it is signed; back on line everything arrives, once."""
    tap(page, "bodies", "+10")
    all_received(page)
    context.set_offline(True)
    page.fill("#reference", "5")
    page.keyboard.press("Enter")
    tap(page, "bodies", "+1")
    assert shown(page, "bodies") == 12
    page.get_by_text("Not yet received by the centre").wait_for()
    page.fill('#sign-count input[type="password"]', PASSWORD)
    page.get_by_role("button", name="Sign the count").click(no_wait_after=True)
    page.locator("#unsent li").nth(1).wait_for()
    kept = page.evaluate("localStorage.getItem('sijill-unsent')")
    assert [each["what"] for each in json.loads(kept)] == ["press", "press", "count"]
    assert PASSWORD not in kept and "Person" not in kept and "csrf" not in kept
    assert page.locator("#sign-count").evaluate("form => form.inert")  # what was pressed cannot be changed under way
    context.set_offline(False)
    page.wait_for_url(f"**{counting}")
    all_received(page)
    assert "alive 12, of these injured 0; dead 0" in page.inner_text("main")
    assert page.locator(".signature").count() == 2


@pytest.mark.parametrize("counting", [6], indirect=True)
def test_an_answer_that_comes_too_late_is_asked_for_again_with_the_same_key(page: Any, counting: str) -> None:
    """The centre carries the press out and its answer breaks off: the press goes out again and counts once."""
    bodies: list[str] = []

    def break_off_twice(route: Any) -> None:
        bodies.append(route.request.post_data)
        if len(bodies) < 3:
            route.fetch(max_redirects=0)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/count/press", break_off_twice)
    tap(page, "bodies", "+1")
    page.get_by_text("Not yet received by the centre").wait_for()
    all_received(page)
    assert len(bodies) == 3 and len(set(bodies)) == 1
    page.reload()
    assert shown(page, "bodies") == 1


@pytest.mark.parametrize("counting", [6], indirect=True)
def test_a_closed_browser_keeps_the_press_and_asks_for_the_password_again(
    page: Any, counting: str, context: Any
) -> None:
    """The password is kept nowhere: the form comes back filled in, with the same key."""
    key = page.input_value("#sign-count input[name=key]")
    page.fill("#sign-count input[name=bodies]", "6")
    page.route(
        f"**{counting}/count", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    sign(page)
    page.get_by_text("Not yet received by the centre").wait_for()
    page.close()
    again = context.new_page()
    again.goto(f"{counting}/count")
    again.get_by_text("enter your password again").wait_for()
    assert again.input_value("#sign-count input[name=key]") == key
    assert again.input_value("#sign-count input[name=bodies]") == "6"
    sign(again)
    again.wait_for_url(f"**{counting}")
    assert again.locator(".signature").count() == 2 and again.evaluate(UNSENT) == []


@pytest.mark.parametrize("counting", [6], indirect=True)
def test_signing_out_says_what_would_be_lost_and_clears_the_device(page: Any, counting: str, context: Any) -> None:
    """Nothing of an officer's work stays on a phone that goes to another hand."""
    context.set_offline(True)
    tap(page, "bodies", "+1")
    page.get_by_text("Not yet received by the centre").wait_for()
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", stay)
    page.get_by_role("button", name="Sign out").click()
    assert len(asked) == 1 and "not yet received by the centre" in asked[0]
    assert len(page.evaluate(UNSENT)) == 1
    context.set_offline(False)
    page.once("dialog", lambda dialog: dialog.accept())
    page.route("**/count/press", lambda route: route.abort())
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    assert page.evaluate("localStorage.getItem('sijill-unsent')") is None


def test_another_users_presses_are_not_sent(
    page: Any, counting: str, sign_in: Callable[..., None], context: Any
) -> None:
    """What was left behind on the device belongs to whoever pressed it, and is dropped."""
    page.evaluate(
        "address => localStorage.setItem('sijill-unsent', JSON.stringify([{id: 'x', user: 'somebody else', path:"
        " address + '/count/press', what: 'press', code: 'M', fields: [['press', 'aa:bodies:10']], state: 'waiting', tries: 1}]))",
        counting,
    )
    page.reload()
    page.wait_for_timeout(500)
    assert shown(page, "bodies") == 0 and page.evaluate(UNSENT) == [] and not page.locator("#unsent").is_visible()


@pytest.mark.parametrize("counting", [30], indirect=True)
def test_words_on_lines_wait_for_a_line_too(page: Any, counting: str, context: Any) -> None:
    """Said offline, shown as said and not yet received; signed only after the centre has them."""
    page.fill("#sign-count input[name=bodies]", "30")
    sign(page)
    page.wait_for_url(f"**{counting}")
    page.goto(f"{counting}/names")
    context.set_offline(True)
    for no, word in ((1, "received"), (2, "absent"), (3, "received")):
        say_of(page, no, word)
    assert page.locator(".is-unsent").count() == 3
    assert re.search(r"3\s+of 30 said", page.inner_text(".count-bar"))
    kept = page.evaluate("localStorage.getItem('sijill-unsent')")
    assert "Person" not in kept and "absent" in kept
    context.set_offline(False)
    all_received(page)
    assert page.locator(".is-unsent").count() == 0
    page.reload()
    assert page.locator(".is-said").count() == 3
    with page.expect_navigation():
        page.get_by_role("link", name="Show only those left").click()
    assert page.locator(".line").count() == 25 and not page.locator("#line-1").count()


def test_the_count_needs_no_script(browser: Any, site: Site) -> None:
    """Without JavaScript: presses, a difference said in words once, and the signature."""
    told = tell(site, "presented", f"no-script/{time.monotonic_ns()}", "6")
    handover = told["first"]
    context = browser.new_context(base_url=site.url, java_script_enabled=False, viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto(f"/sign-in?next=/handovers/{handover}/count")
    page.fill("#username", told["officer"])
    page.fill("#password", PASSWORD)
    page.click("main button")
    for _n in range(4):
        tap(page, "bodies", "+1")
    page.fill("#reference", "6")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert shown(page, "bodies") == 5 and shown(page, "seen") == 1
    assert "1 too few" in page.inner_text("main")
    page.fill("#sign-count input[name=bodies]", "4")  # typed over: said in words before it is signed
    sign(page)
    page.get_by_text("2 too few").wait_for()
    sign(page)
    page.get_by_text("alive 4").wait_for()
    assert page.url.endswith(handover) and page.locator(".signature").count() == 2
    context.close()
