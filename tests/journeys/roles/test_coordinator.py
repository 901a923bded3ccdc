"""The transfer coordinator: from the board to the batch, what still blocks it, and two tries that are refused in words."""

from typing import Any

from tests.journeys.conftest import follow
from tests.journeys.roles.acts import main, press
from tests.journeys.roles.movement import Movement, draw, plan
from tests.journeys.roles.pictures import Pictures


def test_from_the_board_to_what_blocks_a_batch(at: Any, listed: str, pictures: Pictures) -> None:
    """A batch is planned; not yet authorised it cannot be sealed, and the page says what is missing."""
    page = at("sdf-coordinator", "/")
    pictures.take(page, "board-of-one-book")
    follow(page.locator("nav.strip a[href='/batches']"))
    follow(page.get_by_role("link", name="Plan a batch"))
    pictures.take(page, "plan")
    plan(page, 3)
    assert page.locator(".sheet-head .state").first.inner_text() == "planned"
    batch = page.url
    draw(page, "Convoy to be named", "Karkh Central Prison")
    assert "The batch has to be authorised first." in main(page)
    page.goto(batch)
    press(page, "Authorise this batch")
    follow(page.locator("a[href^='/manifests/']").first)
    assert "Put people on it first." in main(page)
    assert page.get_by_role("button", name="Seal with").count() == 0


def test_more_than_was_decided_is_refused_with_its_paper(at: Any, pictures: Pictures) -> None:
    """7,000 may be moved, 5,704 went: 2,000 more are refused, and the decision is named."""
    page = at("sdf-coordinator", "/batches/plan")
    plan(page, 2000)
    said = page.locator("[role=alert], .note.tone-alarm").first.inner_text()
    assert "7,000" in said
    assert "up to 7,000 could be moved" in main(page)
    pictures.now(page, "refused-over-the-ceiling")
    page.goto("/batches")
    assert page.locator("tr", has_text="2,000").count() == 0


def test_a_try_to_the_excluded_region_is_refused_in_words(at: Any, pictures: Pictures) -> None:
    """The region is grey and says which decision excludes it; a vehicle sent there is refused by that decision."""
    page = at("sdf-coordinator", "/batches/plan")
    plan(page, 1)
    press(page, "Authorise this batch")
    page.goto("/distribution")
    grey = page.locator("tr.region.excluded")
    assert grey.count() == 1
    assert "not the Kurdistan Region" in grey.inner_text() and "Iraqi Interior Ministry" in grey.inner_text()
    page.locator("select[name=batch]").select_option(index=page.locator("select[name=batch] option").count() - 1)
    page.select_option("[name=destination]", label="Prison in Sulaymaniyah (IQ-SU)")
    page.locator("[name=vehicle]").fill("Convoy 25")
    press(page, "Begin its manifest")
    refusal = page.locator("[role=alert]").inner_text()
    assert "IQ-SU" in refusal and "excludes the region" in refusal
    pictures.now(page, "refused-excluded-region")
    page.goto("/distribution")
    pictures.take(page, "distribution")


def test_the_batch_is_reconciled_and_who_is_left_is_named(at: Any, reconciled: Movement, pictures: Pictures) -> None:
    """Three were to move, two did; each state has its hour and its name, each handover its two sides."""
    page = at("sdf-coordinator", reconciled.batch)
    pictures.take(page, "batch")
    text = main(page)
    assert page.locator(".sheet-head .state").first.inner_text() == "reconciled"
    for state in ("planned", "authorised", "departed", "arrived", "counted", "reconciled"):
        assert page.locator(".history li", has_text=state).count() >= 1, state
    for stage in ("Present the people", "Count them", "Say the names", "Take note"):
        assert text.count(stage) >= 2, stage
