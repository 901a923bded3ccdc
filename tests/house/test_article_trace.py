"""docs/reference/article-trace.md: every row of the article is there, and what it leads to exists. And every picture."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve

from tests.journeys.roles.rows import ROWS

ROOT = Path(__file__).resolve().parents[2]
TRACE = ROOT / "docs" / "reference" / "article-trace.md"
ARTICLE = ROOT.parent / "shared" / "reference" / "article.md"
IDS = [f"{part}{n}" for part, last in zip("APQDLF", (17, 21, 11, 4, 9, 9), strict=True) for n in range(1, last + 1)]
ANSWERS = ("yes", "in part", "not yet", "deliberately not")
LOOKED_AT = "tests/journeys/roles/test_article.py::test_the_row_stands_on_its_page"
NOBODY = "00000000-0000-4000-8000-000000000009"


@dataclass(frozen=True)
class Row:
    """One line of the page."""

    id: str
    what: str
    answer: str
    pages: tuple[tuple[str, str], ...]
    tests: tuple[str, ...]
    words: str


def parse(text: str) -> list[Row]:
    """The rows of the page, in its order."""
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and re.fullmatch(r"[A-Z]\d+", cells[0]) and len(cells) == 6:
            pages = tuple(re.findall(r"`([^`]+)` \(([\w-]+)\)", cells[3]))
            found.append(Row(cells[0], cells[1], cells[2], pages, tuple(re.findall(r"`([^`]+)`", cells[4])), cells[5]))
    return found


TRACED = parse(TRACE.read_text())


@cache
def functions(path: str) -> frozenset[str]:
    """The tests of a file; nothing when it is not there."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    return frozenset(n.name for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.FunctionDef))


def page_at(address: str) -> str:
    """The name of the page at an address; ID and CODE stand for any record and any place."""
    try:
        return str(resolve(address.replace("/ID", f"/{NOBODY}").replace("/CODE", "/KARKH").partition("?")[0]).url_name)
    except Resolver404:
        return ""


def faults(row: Row) -> list[str]:
    """What is wrong with one row."""
    wrong = [f"answers {row.answer!r}"] if row.answer not in ANSWERS else []
    wrong += [f"no page {name} at {address}" for address, name in row.pages if page_at(address) != name]
    wrong += [
        f"no test {test}" for test in row.tests if test.partition("::")[2] not in functions(test.partition("::")[0])
    ]
    answered = row.answer in ("yes", "in part")
    if answered and not (row.pages and row.tests):
        wrong.append("is called answered, and names no page or no test")
    if not answered and (row.pages or row.tests):
        wrong.append("is called unanswered, and names a page or a test")
    if row.answer == "deliberately not" and "because" not in row.words:
        wrong.append("gives no reason")
    if not row.what or len(row.words.split()) < 5:
        wrong.append("claims nothing")
    if (LOOKED_AT in row.tests) != (row.id in ROWS):
        wrong.append("is not looked at where it says it is, or is and does not say so")
    named = {name for _address, name in row.pages}
    wrong += [
        f"{look.address} is looked at and not named"
        for look in ROWS.get(row.id, ())
        if page_at(look.address) not in named
    ]
    return wrong


def test_every_row_is_there_once_and_in_order() -> None:
    assert [row.id for row in TRACED] == IDS
    assert set(ROWS) <= set(IDS)


def test_the_rows_are_those_of_the_article() -> None:
    if not ARTICLE.exists():
        pytest.skip("the project's reference shelf is not on this machine")
    assert re.findall(r"(?:^|· )([A-Z]\d+) ", ARTICLE.read_text(), re.MULTILINE) == IDS


@pytest.mark.parametrize("row", TRACED, ids=lambda row: row.id)
def test_a_row_leads_to_what_it_says(row: Row) -> None:
    assert faults(row) == []


def test_the_sums_at_the_head_are_those_of_the_rows() -> None:
    head = TRACE.read_text().partition("## ")[0]
    said = dict(zip(ANSWERS, map(int, re.findall(r"\*\*(\d+)\*\*", head)), strict=True))
    assert said == {answer: sum(row.answer == answer for row in TRACED) for answer in ANSWERS}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("| Q1 | how many they were | yes | `/figures/first-batch` (figure-topic) | – | Words enough to say it here. |", "no page or no test"),
        ("| Q1 | how many they were | yes | `/gone/away` (figure-topic) | `tests/house/test_laws.py::test_gone` | Words enough to say it here. |", "no page figure-topic"),
        ("| Q1 | how many they were | yes | `/figures/x` (figure-topic) | `tests/house/test_laws.py::test_gone` | Words enough to say it here. |", "no test"),
        ("| A16 | readers and moderators | not yet | – | – | Later. |", "claims nothing"),
        ("| D4 | a long time ago | deliberately not | – | – | We did not want to do it. |", "gives no reason"),
        ("| D4 | a long time ago | of course | – | – | Words enough to say it here. |", "answers 'of course'"),
    ],
)  # fmt: skip
def test_a_faulty_row_is_found(line: str, fault: str) -> None:
    """Planted: what this file is for."""
    (row,) = parse(line)
    assert any(fault in each for each in faults(row))


def test_every_picture_and_page_that_the_documents_show_is_there() -> None:
    """Links between the documents, and the pictures in them."""
    gone = [
        f"{document.relative_to(ROOT)}: {link}"
        for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
        for link in re.findall(r"\]\(([^)#\s]+)", document.read_text())
        if "://" not in link and not link.startswith("mailto:") and not (document.parent / link).exists()
    ]
    assert gone == []


def test_the_pictures_stay_small() -> None:
    """Everybody who clones this downloads them."""
    sizes = {p.name: p.stat().st_size for p in (ROOT / "docs" / "images").rglob("*.png")}
    assert sum(sizes.values()) < 6_000_000
    assert [name for name, size in sizes.items() if size > 200_000] == []
