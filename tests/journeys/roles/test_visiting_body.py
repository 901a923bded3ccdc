"""The visiting body: reads files, and the holder never learns that it did."""

from typing import Any

from tests.journeys.conftest import follow
from tests.journeys.roles.acts import main
from tests.journeys.roles.pictures import Pictures


def reads(page: Any) -> int:
    """How many openings of this file the page tells its reader of."""
    line = page.get_by_text("You opened this file:").inner_text()
    return int(line.count("UTC"))


def open_disputed(page: Any, which: int = 0) -> str:
    """From the findings to the file of somebody of whom the court says something else than the sender."""
    page.goto("/findings?code=age-disputed")
    follow(page.locator("a[href^='/findings/']", has_text="S-").nth(which))
    follow(page.locator("main a[href^='/people/']").first)
    return str(page.url).partition("#")[0].partition("?")[0]


def test_a_file_with_both_statements_and_who_answered_when(at: Any, pictures: Pictures) -> None:
    """Sender and court side by side, neither withdrawn; three books in one line; the absence of a basis is said."""
    page = at("visitor", "/findings")
    file = open_disputed(page)
    page.goto(file)
    pictures.take(page, "person")
    text = main(page)
    assert "age disputed: treated as a child" in text
    assert "Karkh Juvenile Court" in text and "demo-ghuwayran.csv" in text
    assert "clearance: not recorded" in text  # of a movement of the past: what nobody wrote down is said so
    assert "no basis recorded" in text and "Nobody has recorded why this person is held" in text
    for holder in ("SDF prisons administration", "US forces (CJTF-OIR)", "Iraqi Correctional Service"):
        assert holder in page.inner_text("section[aria-labelledby=line]"), holder
    page.goto(f"{file}/custody-sheet")
    pictures.take(page, "custody-sheet")


def test_the_holder_does_not_see_that_the_visitor_read(at: Any) -> None:
    """Each reader is told of his own openings of a file, and of nobody else's."""
    page = at("visitor", "/findings")
    file = open_disputed(page, 3)
    own = reads(page)
    page.goto(file)
    assert reads(page) == own + 1
    for holder in ("iq-registrar", "iq-duty"):
        theirs = at(holder, file)
        first = reads(theirs)
        at("visitor", file)
        theirs = at(holder, file)
        assert reads(theirs) == first + 1  # his own second reading, and nothing of the visitor's


def test_he_reads_and_changes_nothing(at: Any, pictures: Pictures) -> None:
    """Five books, every finding; no form that records anything."""
    page = at("visitor", "/people")
    pictures.take(page, "people")
    file = open_disputed(at("visitor", "/findings"))
    page = at("visitor", file)
    assert page.get_by_text("Report what happened").count() == 0
    assert page.locator("main form").count() == 0
    page.goto("/findings?code=two-claim")
    follow(page.locator("section a[href^='/findings/']").first)
    assert page.locator("main form[method=post]").count() == 0
