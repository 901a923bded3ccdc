"""The duty officer: a prison lost with people inside, and each of them resolved by name with evidence."""

from typing import Any

from tests.journeys.conftest import follow
from tests.journeys.roles.acts import main, number, press
from tests.journeys.roles.pictures import Pictures

GROUND = "Outside our control since the morning"


def waiting(page: Any) -> int:
    """How many wait to be resolved, on the page of a loss."""
    return number(page.locator(".next-step").inner_text())


def test_from_the_losses_to_one_person_resolved_by_name(at: Any, pictures: Pictures) -> None:
    """200 inside when al-Shaddadi was lost, 81 are said to be held by another; the next of the 119 is resolved."""
    page = at("sdf-duty", "/losses")
    pictures.take(page, "losses")
    follow(page.get_by_role("link", name="al-Shaddadi Prison"))
    pictures.take(page, "loss")
    text = main(page)
    assert GROUND in text and "DEMO second duty officer" in text  # one stated it, another confirmed it
    before = waiting(page)
    assert 100 < before <= 119 and "of 200 wait" in page.locator(".next-step").inner_text()
    follow(page.locator(".next-step a.button"))
    name = page.inner_text("h1")
    pictures.take(page, "resolve-by-name")
    page.check("[name=outcome][value=reported-escaped]")
    page.check("[name=grade][value=one-source]")
    page.fill("[name=evidence]", "A shepherd saw three men run north (DEMO).")
    press(page, "Record it of this person")
    assert waiting(page) == before - 1
    page.goto("/losses/searches")
    pictures.take(page, "searches")
    assert name in main(page)  # reported escaped is nobody's end: somebody searches for him, until a day
    follow(page.locator(".findings a").first)
    page.fill("[name=text]", "The wadi behind the north wall (DEMO)")
    press(page, "Searched there")
    assert "The wadi behind the north wall" in main(page)


def test_nobody_is_resolved_without_evidence(at: Any) -> None:
    """An outcome without a word of evidence is not recorded."""
    page = at("sdf-second", "/losses")
    follow(page.get_by_role("link", name="al-Shaddadi Prison"))
    before = waiting(page)
    follow(page.locator(".next-step a.button"))
    page.check("[name=outcome][value=reported-dead]")
    page.locator("[name=evidence]").evaluate("field => field.removeAttribute('required')")
    page.locator("main form").first.evaluate("form => form.noValidate = true")
    press(page, "Record it of this person")
    assert "/people/" in page.url
    page.goto("/losses")
    follow(page.get_by_role("link", name="al-Shaddadi Prison"))
    assert waiting(page) == before


def test_a_place_that_changed_hands_is_no_loss_of_people(at: Any) -> None:
    """al-Aqtan: 60 without names under another's control, the custodian named, nobody escaped."""
    page = at("sdf-duty", "/losses")
    follow(page.get_by_role("link", name="al-Aqtan Prison, Raqqa"))
    text = main(page)
    assert "Changed hands with people inside" in text and "60 people without names" in text
    assert "Syrian Interior Ministry, Prisons and Corrections" in text and "escaped" not in text.split("Ground")[0]


def test_who_said_that_he_controls_it(at: Any, pictures: Pictures) -> None:
    """The history of a place by aspect, each word with its speaker; rivals side by side."""
    page = at("sdf-duty", "/places/AL-HOL/control")
    pictures.take(page, "control")
    assert "statements contradict each other" in main(page)


def test_what_does_not_fit_is_a_list_with_owners_and_hours(at: Any, pictures: Pictures) -> None:
    """Findings by owner and kind, the overdue first."""
    page = at("sdf-duty", "/findings")
    pictures.take(page, "findings")
    text = main(page)
    assert "Two authorities hold the same person, with no handover between them" in text and "81" in text
    follow(page.locator("section a[href^='/findings/']").first)
    pictures.take(page, "finding")
    assert "duty officer" in main(page)
