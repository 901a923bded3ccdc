"""The page about duties says what the code does."""

from sijill.domain.access.rules import PERMITS
from tests.house.source import ROOT
from tests.house.tables import page, table


def test_the_page_about_duties_is_current() -> None:
    """If this fails: python -m tests.house.tables > docs/reference/duties.md"""
    assert (ROOT / "docs" / "reference" / "duties.md").read_text(encoding="utf-8") == page()


def test_the_table_marks_every_permit_and_no_other() -> None:
    assert sum(row.count(" x ") for row in table()[2:]) == sum(len(acts) for acts in PERMITS.values())
