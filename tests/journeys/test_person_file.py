"""A person's file in a browser: two books, two ages, a basis stated, the list of those without, and both papers."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import SIZES, SignIn, Site, speak

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def told(site: Site) -> dict[str, str]:
    """A contested person and others at A-MAIN; ids by name."""
    found: dict[str, str] = site.tell("person_story", json.dumps(site.users))
    return found


def keep(name: str) -> Path | None:
    """Where a picture of this name is kept, when pictures are."""
    folder = os.environ.get("SIJILL_SHOTS")
    return Path(folder) / name if folder else None


def test_the_legal_officer_states_a_basis(
    page: Any, sign_in: SignIn, told: dict[str, str], shot: Callable[[str], None]
) -> None:
    """From the list of those without, to the file, to a basis that stands there with its source."""
    sign_in("lina")
    page.goto("/legal")
    shot("legal-overview")
    page.goto("/legal/ALPHA/at/A-MAIN")
    shot("legal-without")
    page.goto(f"/people/{told['contested']}")
    assert page.inner_text("#legal ~ p, .sheet-head:has(#legal) .state") == "no basis recorded"
    page.click("a:has-text('State a legal basis')")
    shot("legal-form")
    page.select_option("select[name=ground]", "remand-order")
    page.fill("input[name=ordering_authority]", "First Karkh Investigation Court")
    page.fill("input[name=document]", "Order 14/2026")
    page.fill("input[name=source]", "Court file 9")
    page.fill("input[name=stated_on]", "2026-01-20")
    page.click("main form button")
    page.wait_for_selector("text=First Karkh Investigation Court")
    assert page.url.endswith("#legal")
    page.goto(f"/people/{told['contested']}")
    shot("person-contested")


def test_the_way_through_the_file_on_a_phone(page: Any, sign_in: SignIn, told: dict[str, str]) -> None:
    """The navigation stays in sight and leads below itself."""
    page.set_viewport_size({"width": 360, "height": 780})
    sign_in("lina")
    page.goto(f"/people/{told['contested']}")
    for target in ("line", "links", "legal"):
        page.click(f"nav.inside a[href='#{target}']")
        page.wait_for_timeout(100)
        bar = page.locator("nav.inside").bounding_box()
        heading = page.locator(f"#{target}").bounding_box()
        assert bar["y"] >= -1
        assert bar["y"] + bar["height"] <= heading["y"] + 1 and heading["y"] < 780
    if kept := keep("person-line-360.png"):
        page.click("nav.inside a[href='#line']")
        page.screenshot(path=str(kept))


@pytest.mark.parametrize("name", ["custody-sheet", "own-file"])
def test_papers(
    name: str, page: Any, sign_in: SignIn, site: Site, told: dict[str, str], axe: Callable[[Any], None]
) -> None:
    """On screen in both languages and widths; on A4 no wider than the paper."""
    sign_in("lina")
    for language in ("en", "ar"):
        speak(page, site, language)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.goto(f"/people/{told['contested']}/{name}")
            axe(page)
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0, (name, size, language)
            if kept := keep(f"{name}-{language}-{size}.png"):
                page.screenshot(path=str(kept), full_page=True)
    speak(page, site, "en")
    page.goto(f"/people/{told['contested']}/{name}")
    page.emulate_media(media="print")
    paper = page.pdf(format="A4", prefer_css_page_size=True)
    pages = paper.count(b"/Type /Page\n") or paper.count(b"/Type /Page") - paper.count(b"/Type /Pages")
    assert pages == 2  # one for each language; the eight keys of somebody with this much on file
    assert not page.is_visible(".screen-only")
    if kept := keep(f"{name}.pdf"):
        kept.write_bytes(paper)
