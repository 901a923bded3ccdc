"""The finance officer's morning: what did it cost, who pays, by whose rate; four ways, and without JavaScript."""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from tests.cast import PASSWORD
from tests.journeys.conftest import SignIn, Site, follow

pytestmark = pytest.mark.browser
FEBRUARY = "since=2026-02-01&until=2026-02-28"
SOURCE = "33 billion IQD a year for up to 7,000 people, ministry of justice; divided by 7,000 × 365"


def size_of(page: Any, selector: str) -> float:
    """The size of a text, in pixels."""
    return float(page.evaluate("s => parseFloat(getComputedStyle(document.querySelector(s)).fontSize)", selector))


@pytest.fixture(scope="module")
def priced(browser: Any, site: Site) -> Any:
    """The finance officer, without JavaScript, has stated a rate."""
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in?next=/sharing/rates")
    page.fill("#username", "fatima")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.click("summary")
    for name, value in (("label", "Food"), ("amount", "6600000/511"), ("valid_from", "2026-01-01"), ("source", SOURCE)):
        page.fill(f"[name={name}]", value)
    page.click("text=Record the rate")
    page.locator("tbody", has_text="12,916").wait_for()
    context.close()
    return site


def test_what_nobody_has_agreed_to_pay_is_the_largest_on_the_page(page: Any, priced: Site, sign_in: SignIn) -> None:
    """40 people, 28 days, exactly; larger than every other text, at both widths."""
    sign_in("fatima")
    page.goto(f"/sharing?{FEBRUARY}")
    cost = Fraction(6_600_000, 511) * 40 * 28
    assert f"{round(cost):,} IQD" in page.inner_text(".unallocated .most")
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 800})
        sizes = page.evaluate(
            "() => [...document.querySelectorAll('main *')].filter(e => !e.closest('.most') && !e.contains("
            "document.querySelector('.most')) && e.innerText).map(e => parseFloat(getComputedStyle(e).fontSize))"
        )
        assert size_of(page, ".unallocated .most") > max(sizes)


def test_from_the_sum_to_the_days_and_back(page: Any, priced: Site, sign_in: SignIn) -> None:
    """The table leads to a facility, the facility back to the same period; the file is taken along."""
    sign_in("fatima")
    follow(page.locator("nav.strip a[href='/sharing']"))
    page.fill("[name=since]", "2026-02-01")
    page.fill("[name=until]", "2026-02-28")
    with page.expect_navigation():
        page.click("text=Show these days")
    follow(page.locator("table a[href*='A-MAIN']"))
    assert page.locator("tbody tr").count() == 1 and "1,120 person-days" in page.inner_text("main")
    assert page.locator("svg[role=img] path").count() == 1
    follow(page.locator(".crumbs a"))
    assert re.search(FEBRUARY, page.url)
    with page.expect_download() as download:
        page.click("text=This table as a file")
    assert download.value.suggested_filename == "person-days_2026-02-01_2026-02-28.csv"


@pytest.mark.parametrize(
    ("user", "address", "name"),
    [
        ("fatima", f"/sharing?{FEBRUARY}", "person-days"),
        ("fatima", f"/sharing/places/A-MAIN?{FEBRUARY}", "person-days-at"),
        ("fatima", "/sharing/rates", "rates"),
        ("dora", f"/sharing?{FEBRUARY}", "person-days-empty"),
    ],
)
def test_page(
    user: str, address: str, name: str, priced: Site, page: Any, sign_in: SignIn, shot: Callable[[str], None]
) -> None:
    """Both languages, both widths: nothing wider than its window, no accessibility fault."""
    sign_in(user)
    page.goto(address)
    shot(name)
