"""Every code of the rooms has its word, every refusal its sentence; what is unknown is shown as it is."""

import ast
import re
from enum import StrEnum
from pathlib import Path

import pytest

import sijill
from sijill.domain.access.rules import Act, DutyKind, Refused
from sijill.domain.ledger.rules import FINDINGS, AccountKind, Kind, Owner
from sijill.domain.places.rules import Aspect, CapacityKind, FacilityKind
from sijill.interfaces.web import sentences, words

DOMAIN = Path(sijill.__path__[0]) / "domain"
CODE = re.compile(r"^[a-z]+(-[a-z0-9]+)+$")
SAYS_NO = re.compile(r"^(Refused|_?(refuse|ensure|choose|insist|unless)\w*|_require_authority)$")


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("account", AccountKind), ("event", Kind), ("duty", DutyKind), ("duty", Owner), ("act", Act),
        ("aspect", Aspect), ("capacity", CapacityKind), ("facility", FacilityKind),
    ],
)  # fmt: skip
def test_every_code_has_a_word(group: str, codes: type[StrEnum]) -> None:
    """And no word is left over from a code that went."""
    missing = [code.value for code in codes if code.value not in words.GROUPS[group]]
    assert not missing
    if codes is not Owner:
        assert set(words.GROUPS[group]) == {code.value for code in codes}


def test_every_finding_has_a_sentence() -> None:
    """Neither more nor fewer."""
    assert set(sentences.FINDINGS) == set(FINDINGS)


def refusals() -> set[object]:
    """Every code an action or a rule of any room refuses with, read from the code itself."""
    found: set[object] = set()
    for path in [*DOMAIN.glob("*/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and SAYS_NO.match(_name(node.func)):
                found |= {a.value for a in node.args if isinstance(a, ast.Constant) and _is_code(a.value)}
            if isinstance(node, ast.FunctionDef) and node.name.endswith("_fault"):
                returned = [r.value for r in ast.walk(node) if isinstance(r, ast.Return)]
                found |= {r.value for r in returned if isinstance(r, ast.Constant) and _is_code(r.value)}
    return found


def _name(func: ast.expr) -> str:
    return func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""


def _is_code(value: object) -> bool:
    return isinstance(value, str) and bool(CODE.match(value))


def test_every_refusal_has_a_sentence() -> None:
    """An action that says no in a new way needs a sentence in sentences.REFUSALS."""
    found = refusals()
    assert {"wrong-password", "working-above-maximum", "speaker-missing"} <= found  # it does find them
    assert found - set(sentences.REFUSALS) == set()


def test_values_are_filled_in_and_a_missing_one_hides_nothing() -> None:
    """A refusal is shown even when it forgot a value."""
    assert "12 characters" in sentences.refusal(Refused("password-too-short", least=12))
    assert "%(least)s" in sentences.refusal(Refused("password-too-short"))


def test_an_unknown_code_is_its_own_word() -> None:
    """Rather a code than nothing."""
    assert sentences.refusal(Refused("never-heard-of")) == "never-heard-of"
    assert (sentences.finding("new-finding"), words.word("account", "limbo"), words.word("nothing", "x")) == (
        "new-finding", "limbo", "x",
    )  # fmt: skip
    assert sentences.finding("line-extra", 2).endswith("(2 people)")
    assert sentences.finding("line-extra", 1).endswith("(1 person)")


def test_every_open_state_looks_like_what_it_is() -> None:
    """The losses never look calm, and each tone is one the style sheet draws with a shape."""
    css = (Path(sentences.__file__).parent / "static" / "web" / "sijill.css").read_text(encoding="utf-8")
    for group in words.GROUPS.values():
        for code in group:
            assert f".tone-{words.tone(code)}" in css
    for code in ("control-lost", "whereabouts-unknown", "reported-escaped", "reported-dead"):
        assert words.tone(code) == "alarm"
