"""A list with Arabic headers comes in, a person is found, an escape recorded, its finding closed; and every page four ways."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import SignIn, Site

pytestmark = pytest.mark.browser

GIVEN = ("صالح", "كريم", "أحمد", "عمر", "يوسف", "خالد", "حسين", "علي", "محمود", "سامر")
FAMILY = ("العزاوي", "الحمداني", "الجبوري")
HEADER = "الاسم الكامل,اسم الأب,الجنس,تاريخ الميلاد,الجنسية,رقم المحتجز,لون العين"


def thirty(path: Path, salt: int = 0) -> Path:
    """Thirty rows, of which two are wrong: a date nobody can read for sure, and a row that names nobody."""
    rows = [
        f"{GIVEN[n % 10]} {GIVEN[(n + 3) % 10]} {FAMILY[n % 3]},{GIVEN[(n + 3) % 10]},ذكر,{1970 + n},سوري,{4000 + salt + n},"
        for n in range(30)
    ]
    rows[6] = rows[6].replace(",1976,", ",03/04/1976,")
    rows[11] = ",,ذكر,1981,سوري,,"
    path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    return path


def bring_in(page: Any, path: Path) -> None:
    """Upload a list for A-MAIN, as far as its columns."""
    page.goto("/import")
    page.select_option("select[name=place]", label="A-MAIN (A-MAIN)")
    page.set_input_files("input[type=file]", str(path))
    page.click("main form button")
    page.wait_for_selector("text=What the columns mean")


def test_from_a_list_to_a_closed_finding(
    page: Any, sign_in: SignIn, site: Site, tmp_path: Path, shot: Callable[[str], None], axe: Callable[[Any], None]
) -> None:
    """The registrar's night: nothing is written before he says so, and every difference has an owner."""
    sign_in("alice")
    bring_in(page, thirty(tmp_path / "list.csv"))
    assert "لون العين" in page.inner_text(".note.tone-doubt")
    shot("import-columns")
    page.click("text=Show what it gives")
    page.wait_for_selector("text=Nothing has been written yet")
    text = page.inner_text("main")
    assert "cannot be told apart" in text and "neither a name nor a number" in text
    axe(page)
    keep(page, "import-preview")
    page.click("button:has-text('Let 28 people in')")
    page.wait_for_selector("text=The list is coming in")
    running = page.url
    page.goto(f"{running}?still")
    shot("import-waiting")
    page.goto(running)
    site.enter_lists()
    page.wait_for_selector("text=The list is in", timeout=15_000)
    assert "28" in page.inner_text(".figures") and "30 of 30" in page.inner_text("main")
    shot("import-done")

    page.goto("/people")
    page.fill("input[name=text]", "صال عزا")
    page.press("input[name=text]", "Enter")
    page.wait_for_selector("#found")
    assert "?" not in page.url
    axe(page)
    keep(page, "people-found")
    page.click("a.person >> nth=0")
    page.wait_for_selector("#claims")
    file = page.url
    page.click("text=Report what happened")
    keep(page, "person-choices")
    page.click("a:has-text('escape reported')")
    page.wait_for_selector("text=not as confirmed")
    shot("person-report")
    page.click("main form button:has-text('Record')")
    page.wait_for_selector("a:has-text('An escape is reported')")
    assert page.url == file
    shot("person-file")

    page.click("a:has-text('An escape is reported')")
    page.wait_for_selector("text=What it is about")
    finding = page.url
    page.fill("textarea", "Found asleep in hall 3 by the night guard")
    page.click("button:has-text('Close with this note')")
    page.wait_for_selector("text=This is still so")  # he stands as escaped: first it has to be reported where he is
    page.click("button:has-text('Explained, not yet closed')")
    page.wait_for_selector("li:has-text('Found asleep in hall 3')")
    page.goto(finding)
    assert page.inner_text(".lead .state") == "explained"
    shot("finding")


@pytest.fixture(scope="module")
def told(site: Site) -> dict[str, str]:
    """People with names at A-SIDE; ids by name."""
    found: dict[str, str] = site.tell("register", json.dumps(site.users))
    return found


def keep(page: Any, name: str) -> None:
    """A picture of a page that came by POST, as it stands, when pictures are kept."""
    if os.environ.get("SIJILL_SHOTS"):
        page.screenshot(path=str(Path(os.environ["SIJILL_SHOTS"]) / f"{name}.png"), full_page=True)


def test_a_head_count_on_a_phone(page: Any, sign_in: SignIn, told: dict[str, str], shot: Callable[[str], None]) -> None:
    """Tick a page, finish, look at what is missing, record."""
    sign_in("amal")
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto("/places/A-SIDE/count")
    shot("count-start")
    page.set_viewport_size({"width": 360, "height": 780})
    page.click("button:has-text('Start counting')")
    page.wait_for_selector(".count-bar")
    for n in range(3):
        page.check(f"input[name=seen] >> nth={n}")
    page.click("button:has-text('Keep, next page')")
    page.wait_for_selector("text=page 2 of")
    assert page.inner_text(".count-bar strong >> nth=0") == "3"
    page.goto("/places/A-SIDE/count?page=1")
    shot("count")
    page.click("button:has-text('Keep and finish')")
    page.wait_for_selector("text=Before you record it")
    shot("count-finish")
    page.click("button:has-text('Record the head count')")
    page.wait_for_selector("text=On the roll, not seen")
    shot("count-result")


@pytest.mark.parametrize(
    ("user", "address", "name"),
    [
        ("alice", "/people", "people"),
        ("alice", "/people/new", "person-new"),
        ("alice", "/people/{first}", "file"),
        ("alice", "/people/{first}/claims/new/name", "claim-new"),
        ("alice", "/people/{first}/verdicts/new", "verdict-new"),
        ("alice", "/people/{escaped}/events/{escape}/correct", "correct"),
        ("alice", "/people/{escaped}/report/ALPHA/control-changed", "report-odd"),
        ("alice", "/import", "imports"),
        ("amal", "/findings", "findings"),
        ("alice", "/places/A-SIDE/roll", "roll"),
        ("amal", "/places/A-SIDE/count-sheet", "count-sheet"),
    ],
)
def test_page(
    user: str, address: str, name: str, page: Any, sign_in: SignIn, told: dict[str, str], shot: Callable[[str], None]
) -> None:
    """Every page of this part, four ways."""
    sign_in(user)
    page.goto(address.format(**told))
    shot(name)
