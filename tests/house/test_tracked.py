"""What goes into the repository names no registry and no machine."""

import re

import pytest

from tests.house.source import ROOT, text_of, tracked_files

REGISTRY = re.compile(
    r"--(extra-)?index-url|--find-links|pypi[.]org|pythonhosted[.]org|registry[.]npmjs|[a-z0-9.-]*(artifactory|nexus|devpi)[a-z0-9.-]*/"
)
MACHINE = re.compile(r"(?<![\w.])/(work/|root/|home/[a-z]|Users/[A-Z]|opt/homebrew|tmp/devpg)")
KEY = re.compile(r"BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{36}")
LEFT_OVER = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X])\b")
HERE = "tests/house/test_tracked.py"


def faults(pattern: re.Pattern[str]) -> list[str]:
    """Where in tracked files the pattern stands."""
    found = []
    for path in tracked_files():
        name = path.relative_to(ROOT).as_posix()
        if name == HERE or (text := text_of(path)) is None:
            continue
        found += [f"{name}:{n}" for n, line in enumerate(text.splitlines(), 1) if pattern.search(line)]
    return found


def test_files_are_found() -> None:
    assert {"pyproject.toml", "requirements.lock", "sijill"} <= {
        p.relative_to(ROOT).as_posix() for p in tracked_files()
    }


@pytest.mark.parametrize(
    "pattern", [REGISTRY, MACHINE, KEY, LEFT_OVER], ids=["registry", "machine", "key", "left-over"]
)
def test_nothing_tracked_names(pattern: re.Pattern[str]) -> None:
    assert faults(pattern) == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (REGISTRY, "--index-url https://example.org/simple"),
        (REGISTRY, "# from https://files.python" + "hosted.org/x"),
        (REGISTRY, "https://artifactory.example.org/api"),
        (MACHINE, "see /wo" + "rk/main/src"),
        (MACHINE, 'open("/home/bob/x")'),
        (MACHINE, "host=/tmp/devpg"),
        (KEY, "-----BEGIN OPENSSH PRIVATE KEY-----"),
        (LEFT_OVER, "# TO" + "DO later"),
    ],
)
def test_a_planted_line_is_found(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


def test_no_file_is_large() -> None:
    assert [p.name for p in tracked_files() if p.stat().st_size > 1_000_000] == []
