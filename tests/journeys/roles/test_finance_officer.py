"""The finance officer: person-days by authority and place, at a rate, and what nobody has agreed to pay."""

from typing import Any

from tests.journeys.conftest import follow
from tests.journeys.roles.acts import main, number
from tests.journeys.roles.pictures import Pictures

PERIOD = "since=2026-01-15&until=2026-02-24"


def test_what_nobody_has_agreed_to_pay_is_largest(at: Any, pictures: Pictures) -> None:
    """The days of the operation, counted; every dinar of them unallocated; the rate is derived, illustrative and exact."""
    page = at("iq-finance", f"/sharing?{PERIOD}")
    pictures.take(page, "person-days")
    text = main(page)
    assert "Unallocated: nobody has agreed to pay" in text and "illustrative rate" in text
    sizes = page.evaluate(
        "() => [...document.querySelectorAll('main *')].filter(e => !e.closest('.most') && !e.querySelector('.most')"
        " && e.innerText).map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    most = page.evaluate("() => parseFloat(getComputedStyle(document.querySelector('.unallocated .most')).fontSize)")
    assert most > max(sizes)
    assert number(page.inner_text(".unallocated .most")) > 1_000_000
    follow(page.locator("main a[href='/figures/who-pays']"))
    assert "should not fall solely" in main(page)


def test_from_the_sum_to_one_prison_and_by_whose_rate(at: Any, pictures: Pictures) -> None:
    """Karkh's nights, one by one; the rate with its source."""
    page = at("iq-finance", f"/sharing?{PERIOD}")
    follow(page.locator("table a[href*='KARKH']").first)
    pictures.take(page, "person-days-of-a-prison")
    assert "Karkh Central Prison" in main(page)
    page.goto("/sharing/rates")
    pictures.take(page, "rates")
    assert "33 billion IQD a year" in main(page)


def test_the_finance_officer_reads_nobody_s_name(at: Any) -> None:
    """Sums, and no way to a person."""
    page = at("iq-finance", "/")
    assert page.locator("nav.strip a[href='/people']").count() == 0
    assert page.locator("a[href^='/people/']").count() == 0
