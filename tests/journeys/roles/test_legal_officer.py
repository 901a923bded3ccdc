"""The legal and welfare officer: who is held without a recorded basis, and whose age is disputed."""

from typing import Any

from tests.journeys.conftest import follow
from tests.journeys.roles.acts import main, number
from tests.journeys.roles.pictures import Pictures


def without_a_basis(page: Any) -> int:
    """How many, on the overview."""
    page.goto("/legal")
    return number(page.locator("dl.figures > div", has_text="without a basis").locator("dd").inner_text())


def test_a_basis_is_stated_for_one_of_those_without(at: Any, pictures: Pictures) -> None:
    """From the list by name to a file, to a basis with its court, paper and source; one fewer is without."""
    page = at("iq-legal", "/legal")
    pictures.take(page, "legal")
    before = without_a_basis(page)
    page.goto("/legal/ICS/at/KARKH")
    follow(page.locator("main a[href^='/people/']").first)
    follow(page.get_by_role("link", name="State a legal basis"))
    pictures.take(page, "legal-basis")
    page.select_option("select[name=ground]", "remand-order")
    for name, value in (
        ("ordering_authority", "First Karkh Investigation Court"), ("document", "DEMO order 14/2026"),
        ("source", "DEMO court file 9"), ("stated_on", "2026-02-20"),
    ):  # fmt: skip
        page.fill(f"input[name={name}]", value)
    page.locator("main form button").last.click()
    page.wait_for_selector("text=First Karkh Investigation Court")
    assert without_a_basis(page) == before - 1


def test_157_ages_are_disputed_and_every_one_is_a_child_s_until_decided(at: Any) -> None:
    """The court's findings beside the sender's lists, each with this officer as owner."""
    page = at("iq-legal", "/findings?code=age-disputed")
    text = main(page)
    assert "Age disputed: treated as a child until decided" in text and "157" in text
    assert "your duty" in text
