"""Every variable the house reads is written down in docs/reference/settings.md, and nothing else is."""

import re

from tests.house.source import ROOT, text_of, tracked_files

PAGE = "docs/reference/settings.md"
VARIABLE = re.compile(r"\b(?:SIJILL_[A-Z][A-Z_]*[A-Z]|DATABASE_URL)\b")


def variables_read() -> set[str]:
    """Every variable that code, launcher or tests name (this folder's own text aside)."""
    found: set[str] = set()
    for path in tracked_files():
        name = path.relative_to(ROOT).as_posix()
        code = path.suffix in {".py", ".sh", ".yml", ".yaml", ".toml"} or name == "sijill"
        if code and not name.startswith("tests/house/"):
            found |= set(VARIABLE.findall(text_of(path) or ""))
    return found


def variables_written_down() -> set[str]:
    """Every variable that has a row in the page's tables."""
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    return set(re.findall(rf"^\| `({VARIABLE.pattern})` \|", page, flags=re.MULTILINE))


def test_the_search_finds_something() -> None:
    assert {"SIJILL_SECRET_KEY", "SIJILL_DATA", "DATABASE_URL"} <= variables_read()


def test_every_variable_that_is_read_is_written_down() -> None:
    assert variables_read() - variables_written_down() == set()


def test_every_variable_that_is_written_down_is_read() -> None:
    assert variables_written_down() - variables_read() == set()
