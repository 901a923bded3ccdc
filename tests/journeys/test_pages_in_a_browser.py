"""The foundation's pages in a real browser: they fit, mirror, pass axe, and work without JavaScript."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cast import PASSWORD
from tests.journeys import every_page
from tests.journeys.conftest import AXE, SIZES, SignIn, Site, speak
from tests.journeys.story import some_id
from tests.journeys.test_handover import tell
from tests.journeys.test_import import bring_in, thirty

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
    page.click("summary:has-text('Add a control statement')")
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
        assert page.locator("form[action='/text-size'] button").nth(1).is_visible()
        page.locator("form[action='/text-size'] button").nth(1).click()
        page.wait_for_load_state()
    assert page.evaluate("document.documentElement.className") == "text-3"
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_the_head_of_a_page_takes_two_rows_on_a_phone(page: Any, sign_in: SignIn) -> None:
    """Name, text size, language and sign-out in one, the ways in another; the languages open when asked for."""
    page.set_viewport_size({"width": 360, "height": 780})
    for language in ("en", "ar"):
        sign_in("alice", language=language)
        page.goto("/places")
        heads = [page.locator(part).bounding_box() for part in (".masthead", "nav.strip")]
        assert sum(box["height"] for box in heads) <= 112, (language, heads)
        assert not page.get_by_role("button", name="English").is_visible()
        page.click("a[href='#languages']")
        page.get_by_role("button", name="English" if language == "ar" else "العربية").click()
        page.wait_for_function("tag => document.documentElement.lang !== tag", arg=language)
        page.context.clear_cookies()


@pytest.fixture(scope="module")
def found(browser: Any, site: Site, tmp_path_factory: pytest.TempPathFactory) -> every_page.Found:
    """An example of every page, found by following links as everybody of the cast."""
    users = json.dumps(site.users)
    of_register, of_persons = site.tell("register", users), site.tell("person_story", users)
    beside = site.tell("everything_story", users, of_persons["other"])
    site.tell("figures_story", site.users["farid"])
    more = {
        "alice": [f"/people/{of_register['first']}", f"/people/{of_register['escaped']}"],
        "lina": [f"/people/{of_persons['other']}"],
        "amal": [f"/losses/{beside['loss']}"],
        "farid": [f"/figures/held-at-main/{some_id('claim/1')}/state"],
    }
    movement = tell(site, "add", "every-page")
    waits = tell(site, "presented", "every-page/presented", "8")
    examples: every_page.Found = {"sign-in": ("", "/sign-in")}
    for user in [*site.users, waits["officer"]]:
        context = signed_in(browser, site, user)
        beginnings = ["/", *every_page.BESIDES, *more.get(user, [])]
        if user == "alice":
            page = context.new_page()
            bring_in(page, thirty(tmp_path_factory.mktemp("list") / "list.csv", salt=500))
            beginnings.append(page.url)
        if user == waits["officer"]:
            beginnings += [f"/handovers/{waits['first']}", f"/handovers/{movement['first']}/names"]
        every_page.follow(context, user, examples, beginnings)
        context.close()
    return examples


def signed_in(browser: Any, site: Site, user: str) -> Any:
    """A browser of this user's own."""
    context = browser.new_context(base_url=site.url, bypass_csp=True, viewport={"width": 1440, "height": 900})
    if user:
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("#username", user)
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_selector("nav.strip")
        page.close()
    return context


def test_a_way_leads_to_every_page(browser: Any, site: Site, found: every_page.Found) -> None:
    """Whoever adds a page links to it, or says in `every_page` why nobody does; only so the tests below see it."""
    context = signed_in(browser, site, "alice")
    lacking = every_page.without_example(context, found)
    context.close()
    assert not lacking, " ".join(lacking)
    assert set(every_page.NO_WAY_IN) <= set(every_page.names())


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_fits_and_can_be_heard(
    language: str, browser: Any, site: Site, found: every_page.Found, tmp_path: Path
) -> None:
    """Every page, narrow and wide, and at the largest text on a phone: no overflow, no serious fault that axe finds."""
    folder = Path(os.environ.get("SIJILL_SHOTS") or tmp_path)
    wrong, contexts = [], dict[str, Any]()
    for name, (user, address) in sorted(found.items()):
        if user not in contexts:
            contexts[user] = signed_in(browser, site, user).new_page()
            speak(contexts[user], site, language)
        for size, window in SIZES.items():
            wrong += faults(contexts[user], site, address, (f"{name}-{language}-{size}", window), folder)
        wrong += faults(contexts[user], site, address, (f"{name}-{language}-large", SIZES["360"]), folder)
    for page in contexts.values():
        page.context.close()
    assert wrong == []


def faults(page: Any, site: Site, address: str, shot: tuple[str, tuple[int, int]], folder: Path) -> list[str]:
    """What is wrong with one page at one size; its picture is kept when SIJILL_SHOTS names a folder."""
    name, (width, height) = shot
    page.context.add_cookies([{"name": "text_size", "value": "3" if name.endswith("-large") else "0", "url": site.url}])
    page.set_viewport_size({"width": width, "height": height})
    page.goto(address)
    page.screenshot(path=str(folder / f"{name}.png"), full_page=True)
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    said = [f"{name}: {over} px wider than its window"] if over > 0 else []
    if name.endswith("-large"):
        return said
    page.add_script_tag(path=str(AXE))
    violations = page.evaluate("() => axe.run(document)")["violations"]
    return said + [
        f"{name}: {v['id']} at {[n['target'] for n in v['nodes']][:2]}"
        for v in violations
        if v["impact"] in ("serious", "critical")
    ]
