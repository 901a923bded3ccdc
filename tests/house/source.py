"""Reading the house's own source: every file once, as a path and a syntax tree."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "sijill"


@dataclass(frozen=True)
class Module:
    """One Python file: its path inside src/sijill (with slashes), its lines and its tree."""

    path: str
    lines: int
    tree: ast.Module

    @property
    def parts(self) -> tuple[str, ...]:
        """The path without suffix, split: ("domain", "places", "actions")."""
        return tuple(self.path.removesuffix(".py").split("/"))

    @property
    def room(self) -> str:
        """The room the module belongs to; "" outside the domain."""
        return self.parts[1] if self.parts[0] == "domain" and len(self.parts) > 2 else ""

    @property
    def kind(self) -> str:
        """What the module is inside its room: actions, queries, models, rules, ...; also for packages of that name."""
        return self.parts[2] if self.room else ""


def parse(path: str, text: str) -> Module:
    """A module from its text: the tests plant faulty ones."""
    return Module(path, len(text.splitlines()), ast.parse(text))


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the house except tests and migrations."""
    found = []
    for file in sorted(SOURCE.rglob("*.py")):
        path = file.relative_to(SOURCE).as_posix()
        if not {"tests", "migrations"} & set(path.split("/")):
            found.append(parse(path, file.read_text(encoding="utf-8")))
    return tuple(found)


def imported(tree: ast.AST) -> Iterator[str]:
    """Every dotted name that is imported: `from a import b` gives both `a` and `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of attributes; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file that is or would be in the repository."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return tuple(path for name in sorted(set(listing.stdout.splitlines())) if (path := ROOT / name).is_file())


def text_of(path: Path) -> str | None:
    """The text of a file, or None when it is binary."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
