"""The planner: which prison still has room, by whose approval, and which region is excluded."""

from typing import Any

from tests.journeys.roles.acts import main


def test_room_by_region_and_what_excludes_one(at: Any) -> None:
    """Working capacity less present less reserved; where a number is only stated, it says not to rely on it."""
    page = at("iq-planner", "/distribution")
    text = main(page)
    karkh = page.locator("tr", has_text="Karkh Central Prison").first.locator("td").all_inner_texts()
    free, present, _reserved, _coming, working = (int(n.replace(",", "")) for n in karkh[:5])
    assert working == 6000 and 0 <= present - 5704 <= 3
    assert free <= working - present
    nasiriyah = page.locator("tr", has_text="Nasiriyah Central Prison").first.inner_text()
    assert "14,000 more are stated to be there, unverified" in nasiriyah
    assert "do not rely on what is free" in text
    assert "excluded" in page.locator("tr.region", has_text="IQ-SU").inner_text()


def test_the_planner_draws_up_no_manifest(at: Any) -> None:
    """He plans; who moves is the coordinator's and the sending officer's."""
    page = at("iq-planner", "/distribution")
    assert page.locator("main form").count() == 0
