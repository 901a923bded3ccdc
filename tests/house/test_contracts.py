"""Imports go down only: the contracts of pyproject.toml hold, and each of them fails when it is broken."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.source import ROOT

PLANTED = {
    "domain/access/queries.py": "from sijill.domain.places import rules as planted",
    "domain/places/rules.py": "import django",
    "domain/places/models.py": "from sijill.domain.places import queries as planted",
    "domain/ledger/queries/standing.py": "from sijill.domain.people import rules as planted",
    "domain/ledger/rules.py": "from sijill.host import errors as planted",
    "engines/__init__.py": "from sijill import interfaces as planted",
    "host/errors.py": "import django",
    "interfaces/web/urls.py": "from sijill.domain.places import models as planted\nfrom sijill.host import errors as too",
}


def lint(folder: Path) -> tuple[int, dict[str, str]]:
    """Exit status of lint-imports, and the verdict on each contract by its name."""
    program = shutil.which("lint-imports", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert program, "import-linter is not installed"
    done = subprocess.run(
        [program, "--no-cache"], cwd=folder, env=os.environ | {"PYTHONPATH": str(folder / "src")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    verdicts = dict(
        found[:2] for found in re.findall(r"^(.+) (KEPT|BROKEN)( \(.*\))?$", done.stdout, flags=re.MULTILINE)
    )
    assert verdicts, done.stdout + done.stderr
    return done.returncode, verdicts


def names() -> set[str]:
    """The contracts that are written down."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}


@pytest.mark.slow
def test_every_contract_is_kept() -> None:
    status, verdicts = lint(ROOT)
    assert verdicts == dict.fromkeys(names(), "KEPT")
    assert status == 0


@pytest.mark.slow
def test_every_contract_notices_what_is_planted(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "tests", ".*"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, text in PLANTED.items():
        file = tmp_path / "src" / "sijill" / path
        file.write_text(file.read_text(encoding="utf-8") + f"\n{text}\n", encoding="utf-8")
    status, verdicts = lint(tmp_path)
    assert verdicts == dict.fromkeys(names(), "BROKEN")
    assert status != 0
