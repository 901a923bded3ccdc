"""What the journeys do on a page: press a button, sign, say a name, find a person. With the demo's password."""

import re
import time
from pathlib import Path
from typing import Any

from tests.journeys.conftest import ROOT

PASSWORD = "demo-register-2026"  # the demo prints it
LIST = ROOT / "docs" / "tutorial" / "list.csv"


def main(page: Any) -> str:
    """The words of the page."""
    return str(page.inner_text("main"))


def number(text: str) -> int:
    """The first number in a text, with its separators."""
    found = re.search(r"\d[\d,]*", text)
    assert found, text
    return int(found.group().replace(",", ""))


def figure(page: Any, label: str) -> int:
    """A number of the page's row of figures, by the words under it."""
    for box in page.locator(".figures > div").all():
        term, value = box.locator("dt").inner_text(), box.locator("dd").inner_text()
        if label in term:
            return number(value)
    raise AssertionError(f"no figure {label!r} at {page.url}")


def press(page: Any, name: str, *, exact: bool = False) -> None:
    """Press the one button of this name inside the page, and wait for what comes."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=exact).click()


def sign_if_asked(page: Any) -> None:
    """Enter the password where the page asks for it: it opens a signing session."""
    field = page.locator('main input[type="password"]')
    if field.count():
        field.first.fill(PASSWORD)


def confirmed(page: Any) -> None:
    """Wait until the centre has everything that was pressed."""
    until = time.monotonic() + 30
    while page.evaluate("localStorage.getItem('sijill-unsent')") is not None:  # the policy allows no wait_for_function
        assert time.monotonic() < until, page.inner_text("#unsent")
        page.wait_for_timeout(50)


def say(page: Any, line: int, outcome: str) -> None:
    """Say of one line what became of him; all but "received" are behind a word of their own."""
    row = page.locator(f"#line-{line}")
    if row.locator("summary").count():
        row.locator("summary").click()
    if outcome != "received" and row.locator("a.else").count():
        row.locator("a.else").click()
    row.get_by_role("button", name=outcome, exact=True).click()
    confirmed(page)


def count_on_the_phone(page: Any, handover: str, alive: int) -> None:
    """Count them one by one with the large button, as they get on."""
    page.goto(f"{handover}/count")
    for _body in range(alive):
        page.locator(".counter[aria-labelledby=counts-bodies]").get_by_role("button", name="+1", exact=True).click()
    confirmed(page)


def sign_the_count(page: Any, handover: str) -> None:
    """Sign what was counted; a number that differs is said in words first, and signed when sent again."""
    for _time in range(2):
        sign_if_asked(page)
        page.get_by_role("button", name="Sign the count").click()
        page.wait_for_load_state()
        confirmed(page)
        if page.url.endswith(handover):
            return
    raise AssertionError(main(page))


def sign_the_names(page: Any, handover: str) -> None:
    """Look through what was said, and sign it."""
    page.goto(f"{handover}/names/sign")
    sign_if_asked(page)
    press(page, "Sign the names")


def bring_in(page: Any, path: Path) -> None:
    """Send a list for Ghuwayran and look at what it would give."""
    page.goto("/import")
    page.select_option("select[name=place]", label="Ghuwayran Prison, Hasaka (GHUWAYRAN)")
    page.set_input_files("input[type=file]", str(path))
    press(page, "Read the file")
