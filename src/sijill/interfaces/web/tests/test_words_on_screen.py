"""Everything on screen can be translated, the catalogues are current, the style mirrors, foreign files are what they say."""

import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType
from django.utils import translation

from sijill.interfaces.web import catalogue, sentences

WEB = Path(sentences.__file__).parent
TEMPLATES = sorted(WEB.glob("templates/**/*.html"))
LETTERS = re.compile(r"[^\W\d_]{2,}")
SPOKEN = {"title", "alt", "placeholder", "aria-label", "aria-description", "label", "summary"}
UNTRANSLATED = {"سجل", "SHA-256", "UTC"}  # the same in every language
BEGIN = {"blocktranslate", "comment"}
END = {"endblocktranslate", "endcomment", "endblock"}


class Bare(HTMLParser):
    """Collects words that stand in markup itself, in text or in attributes that are read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Attributes of a tag."""
        self.silent += tag in ("style", "script")
        self.found += [value for name, value in attrs if name in SPOKEN and value and LETTERS.search(value)]

    def handle_endtag(self, tag: str) -> None:
        """The end of a tag."""
        self.silent -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        if not self.silent and LETTERS.search(data):
            self.found.append(data.strip())


def bare_words(template: str) -> list[str]:
    """Words outside `translate` and `blocktranslate`; what a variable or a tag prints does not count."""
    kept, inside = [], False
    for token in Lexer(template).tokenize():
        words = token.contents.split()
        if token.token_type is TokenType.BLOCK and words:
            if words[:2] == ["block", "body_class"]:  # names of classes, not words
                inside = True
                continue
            inside = words[0] in BEGIN or (inside and words[0] not in END)
        if token.token_type is TokenType.TEXT and not inside:
            kept.append(token.contents)
    parser = Bare()
    parser.feed("".join(kept))
    return [word for word in parser.found if word not in UNTRANSLATED]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_no_template_has_a_bare_word(path: Path) -> None:
    """Every word goes through gettext."""
    assert bare_words(path.read_text(encoding="utf-8")) == []


def test_the_checker_sees_a_planted_word() -> None:
    """In text and in attributes; and not inside translations."""
    assert set(bare_words('<p>Hello</p><input placeholder="Name">{% translate "x" %}')) == {"Hello", "Name"}
    assert bare_words("{% blocktranslate %}Hello{% endblocktranslate %}{{ x }}{% comment %}Note{% endcomment %}") == []


def test_the_catalogues_are_current() -> None:
    """Every sentence extracted, Arabic whole, placeholders equal, .mo compiled from .po."""
    assert catalogue.problems() == []


@pytest.mark.parametrize(
    ("n", "word"), [(0, "لا أحد"), (1, "شخص واحد"), (2, "شخصان"), (3, "3 أشخاص"), (11, "11 شخصًا"), (100, "100 شخص")]
)
def test_arabic_counts_people_in_six_forms(n: int, word: str) -> None:
    """The plural of the language, not an s."""
    with translation.override("ar"):
        assert sentences.people(n) == word


def test_the_style_sheet_mirrors_by_itself() -> None:
    """Logical properties only, under 250 lines."""
    css = (WEB / "static" / "web" / "sijill.css").read_text(encoding="utf-8")
    assert len(css.splitlines()) < 250
    sided = r"(margin|padding|border|inset)-(left|right|top|bottom)|[;{\s](left|right|top|bottom|width|height|float)\s*:|text-align:\s*(left|right)"
    found = [m.group() for m in re.finditer(sided, css) if "float: none" not in css[m.start() : m.end() + 6]]
    assert found == []


@pytest.mark.parametrize(
    "folder", [WEB / "static" / "vendor", Path(__file__).resolve().parents[5] / "tests" / "vendor"]
)
def test_foreign_files_are_listed_with_their_hash(folder: Path) -> None:
    """Nothing unlisted, nothing changed."""
    lines = (folder / "VERSIONS.txt").read_text(encoding="utf-8").splitlines()[1:]
    listed = {line.split(" | ")[0]: line.split(" | ")[4] for line in lines}
    there = {p.name for p in folder.iterdir() if not re.search(r"LICENSE|VERSIONS", p.name)}
    assert set(listed) == there
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
