"""The analyst: what was said, by whom, beside the register; a claim withdrawn stays readable. And no name anywhere."""

from typing import Any

from tests.journeys.conftest import follow
from tests.journeys.roles.acts import main, press
from tests.journeys.roles.pictures import Pictures


def test_a_topic_with_the_register_beside_it(at: Any, pictures: Pictures) -> None:
    """Who was said to have escaped: four speakers, no average; the register beside, as known then and as known now."""
    page = at("analyst", "/figures")
    pictures.take(page, "figures")
    follow(page.get_by_role("link", name="Escaped at al-Shaddadi"))
    pictures.take(page, "figure-topic")
    text = main(page)
    for said in ("1,500", "120", "200"):
        assert said in text
    assert "No figure is averaged with another" in text
    assert "The register beside it" in text and "SDF prisons administration" in text


def test_a_withdrawn_claim_stays_with_that_state(at: Any, pictures: Pictures) -> None:
    """The analyst enters that a speaker took his figure back: it stays readable, and no longer stretches the range."""
    page = at("analyst", "/figures/al-hol-individuals")
    follow(page.locator("table a", has_text="24,000").first)
    claim = page.url
    page.get_by_text("Say what became of it").click()
    page.select_option("[name=state]", "withdrawn")
    for name, value in (("said_by", "Press"), ("outlet", "DEMO wire"), ("said_on", "2026-02-20")):
        page.fill(f"[name={name}]", value)
    press(page, "Record the statement")
    page.goto(claim)
    pictures.take(page, "figure-claim")
    assert "withdrawn" in main(page) and "DEMO wire" in main(page)
    page.goto("/figures/al-hol-individuals")
    row = page.locator("tbody tr", has_text="24,000")
    assert row.count() == 1 and "withdrawn" in row.inner_text()


def test_the_analyst_reads_sums_and_nobody_s_name(at: Any, pictures: Pictures) -> None:
    """Five books side by side on the board; a list of people is not there, and a manifest shows no name."""
    page = at("analyst", "/")
    pictures.take(page, "board")
    assert page.locator("nav.strip a[href='/people']").count() == 0
    page.goto("/batches?all=1")
    follow(page.locator("table a[href^='/batches/']").first)
    follow(page.locator("a[href^='/manifests/']").first)
    assert "name not shown to you" in main(page)
    page.goto("/people")
    assert page.locator("main input[type=search]").count() == 0


def test_a_past_day_as_known_then_and_as_known_now(at: Any, pictures: Pictures) -> None:
    """On 21 January 150 were counted and 144 named; known now, the six were there by name on 24 January."""
    page = at("analyst", "/?day=2026-01-21&known=then")
    pictures.take(page, "board-of-a-past-day")
    then = main(page)
    assert "as known then: nothing recorded later is counted" in then
    assert page.locator("dt", has_text="received, names pending").first.count() == 1
    page.goto("/?day=2026-01-25&known=now")
    assert "7,104" in main(page)
