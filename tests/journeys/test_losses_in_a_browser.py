"""A prison is lost at night: stated, confirmed by another, people resolved by name, one searched for; and a refused try."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import SignIn, Site, follow

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def prison(site: Site) -> dict[str, str]:
    """People at A-SIDE, rivals at its gate, a batch that may be drawn up."""
    found: dict[str, str] = site.tell("losses_story", json.dumps(site.users))
    return found


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
        page.locator("main").get_by_role("button", name=name, exact=True).click()


def resolve(page: Any, outcome: str, grade: str, evidence: str) -> None:
    """Say of the person on the page what became of him."""
    page.check(f"[name=outcome][value={outcome}]")
    page.check(f"[name=grade][value={grade}]")
    page.fill("[name=evidence]", evidence)
    press(page, "Record it of this person")


def test_a_prison_is_lost_and_each_is_resolved_by_name(
    page: Any, become: Callable[[str], None], shot: Callable[[str], None], prison: dict[str, str]
) -> None:
    """Two officers, one loss, three people of twenty-four; every page four ways."""
    become("amal")
    page.goto("/places/A-SIDE/control")
    shot("control")
    follow(page.get_by_role("link", name="State a loss"))
    shot("loss-state")
    page.check("[name=kind][value=control-lost]")
    page.select_option("[name=ground_code]", "no-contact")
    page.fill("[name=ground]", "No answer by radio since 02:40, said the relief column.")
    press(page, "State it, for another officer to confirm")
    address = page.url
    assert page.locator("main").get_by_role("button", name="Confirm the loss").count() == 0
    become("ahmad")
    page.goto(address)
    assert "24 people on the roll" in page.locator("main").inner_text()
    shot("loss-proposed")
    press(page, "Confirm the loss")
    assert "24 of 24 wait" in page.locator(".next-step").inner_text()
    shot("loss-confirmed")
    follow(page.locator(".next-step a.button"))
    shot("resolve")
    resolve(page, "reported-escaped", "one-source", "A shepherd saw three men run north.")
    follow(page.locator(".next-step a.button"))
    page.select_option("[name=place]", index=1)
    resolve(page, "recapture", "seen-by-officer", "Brought to the gate by the patrol.")
    follow(page.locator(".next-step a.button"))
    resolve(page, "reported-dead", "document", "List of the field hospital, line 4.")
    assert "21 of 24 wait" in page.locator(".next-step").inner_text()
    shot("loss-half")
    page.goto("/losses")
    shot("losses")
    page.goto("/losses/searches")
    shot("searches")
    follow(page.locator(".findings a").first)
    page.fill("[name=text]", "The wadi behind the north wall")
    press(page, "Searched there")
    page.select_option("[name=owner]", label="Amal")
    press(page, "Hand the search on")
    become("amal")
    page.goto("/losses/searches")
    with page.expect_navigation():
        page.locator(".findings a").first.click()
    assert "Amal" in page.locator("main").inner_text()
    shot("search")


def test_a_try_to_send_a_batch_to_the_excluded_region(
    page: Any, become: Callable[[str], None], shot: Callable[[str], None], prison: dict[str, str]
) -> None:
    """The page says who may be sent where, and refuses in words."""
    become("anton")
    page.goto("/distribution")
    shot("distribution")
    page.select_option("[name=destination]", label="C-NORTH (IQ-AR)")
    press(page, "Begin its manifest")
    assert "The decision excludes the region IQ-AR" in page.locator("[role=alert]").inner_text()
