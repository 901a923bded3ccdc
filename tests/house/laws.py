"""The laws of the house that can be read off one file's syntax tree. Each returns what is wrong, as text."""

import ast
import re
import sys
from collections.abc import Iterator, Sequence

from tests.house.source import Module, dotted, imported

FUNCTION_LINES_MAX = 60
MODULE_LINES_MAX = 400
NAMES_NOBODY_USES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "services",
    "service",
    "managers",
    "manager",
    "signals",
    "misc",
}
BELOW_THE_DOOR = {"domain", "engines"}

MAY_WRITE = {"actions", "write", "tables", "viewing"}

# Actions that need no transaction of their own, and why.
NEEDS_NO_TRANSACTION: dict[tuple[str, str], str] = {
    ("access", "signing_session"): "reads the open session; the action that signs holds the transaction",
}
# Modules besides actions, queries and rules that other rooms and doors may import, and why.
FURTHER_GATES: dict[str, str] = {
    "access.viewing": "every transaction of every room begins by saying who looks",
    "ledger.recount": "`check` and the drills derive everything again and compare; it only reads",
    "people.columns": "what a column of a list may mean, pure",
    "people.countries": "names of countries in three languages, pure",
    "people.dates": "dates as people write them, pure",
    "people.lists": "limits of a file, told before it is sent",
    "people.jobs": "the command line runs a whole list in the foreground, chunk by chunk",
    "people.numbers": "register numbers and their check character, pure",
}

# Readers that come before there is a viewer: why each has none.
NEEDS_NO_VIEWER: dict[tuple[str, str], str] = {
    ("access", "viewer_of"): "makes the viewer, inside `viewing`",
    ("access", "user_named"): "finds who is about to look, inside `signing_in`, which shows that one user alone",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sizes(module: Module) -> Iterator[str]:
    """No module over 400 lines, no function over 60."""
    if module.lines > MODULE_LINES_MAX:
        yield f"{module.path}: {module.lines} lines (at most {MODULE_LINES_MAX})"
    for node in ast.walk(module.tree):
        if isinstance(node, Function) and (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES_MAX:
            yield f"{module.path}:{node.lineno} {node.name}: {length} lines (at most {FUNCTION_LINES_MAX})"


def docstrings(module: Module) -> Iterator[str]:
    """Every module, and every public function and class at its top, says what it is for."""
    if not ast.get_docstring(module.tree) and module.tree.body:
        yield f"{module.path}: no docstring"
    for node in module.tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if not node.name.startswith("_") and not ast.get_docstring(node):
            yield f"{module.path}:{node.lineno} {node.name}: no docstring"


def names(module: Module) -> Iterator[str]:
    """Nothing is called utils, helpers, services, managers or signals."""
    for part in NAMES_NOBODY_USES & set(module.parts):
        yield f"{module.path}: nothing is called {part}"


def gates(kind: str, house: Sequence[Module]) -> Iterator[tuple[Module, Function]]:
    """The functions other rooms reach as `room.kind.name`: written there, or imported from the room only to be handed on."""
    for gate in house:
        if gate.kind != kind or gate.parts[3:] not in ((), ("__init__",)):
            continue
        own = [node for node in gate.tree.body if isinstance(node, Function) and not node.name.startswith("_")]
        yield from ((gate, node) for node in own)
        used = {node.id for node in ast.walk(gate.tree) if isinstance(node, ast.Name)}
        handed_on = {name for name in imported(gate.tree) if name.rpartition(".")[2] not in used}
        for part in (m for m in house if m.room == gate.room and m is not gate):
            name = ".".join(("sijill", *part.parts))
            for node in part.tree.body:
                if isinstance(node, Function) and f"{name}.{node.name}" in handed_on:
                    yield part, node


def _is_atomic(decorator: ast.expr) -> bool:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return dotted(target) == "transaction.atomic"


def actions(house: Sequence[Module]) -> Iterator[str]:
    """Every public action is keyword-only, knows who acts and when, and is one transaction."""
    for module, node in gates("actions", house):
        where = f"{module.path}:{node.lineno} {node.name}"
        if node.args.posonlyargs or node.args.args or node.args.vararg or node.args.kwarg:
            yield f"{where}: takes positional or collected arguments"
        if missing := {"by", "at"} - {argument.arg for argument in node.args.kwonlyargs}:
            yield f"{where}: lacks {', '.join(sorted(missing))}"
        if not any(map(_is_atomic, node.decorator_list)) and (module.room, node.name) not in NEEDS_NO_TRANSACTION:
            yield f"{where}: not atomic"


def queries(house: Sequence[Module]) -> Iterator[str]:
    """Every public query has a viewer first."""
    for module, node in gates("queries", house):
        first = [argument.arg for argument in (node.args.posonlyargs + node.args.args)[:1]]
        if first != ["viewer"] and (module.room, node.name) not in NEEDS_NO_VIEWER:
            yield f"{module.path}:{node.lineno} {node.name}: the first argument is not the viewer"


_WRITES = re.compile(r"^\s*(insert\s+into|update\s+\w+(\s+\w+)?\s+set|delete\s+from|truncate)\b", re.IGNORECASE)
_WRITERS = {"bulk_create", "bulk_update", "get_or_create", "update_or_create"}


def writers(module: Module) -> Iterator[str]:
    """Only actions and what belongs to them write: a query, a job or a door never does."""
    if module.parts[0] not in ("domain", "interfaces", "exercises") or module.kind in MAY_WRITE:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _WRITES.match(node.value):
            yield f"{module.path}:{node.lineno}: writes in SQL"
        if isinstance(node, ast.Attribute) and (node.attr in _WRITERS or dotted(node).endswith("objects.create")):
            yield f"{module.path}:{node.lineno}: writes by {node.attr}()"


def doors(module: Module) -> Iterator[str]:
    """From outside, a room is its actions, queries and rules."""
    for name in set(imported(module.tree)):
        match = re.match(r"sijill\.domain\.(\w+)\.(\w+)", name)
        if match and match[1] != module.room:
            inside = f"{match[1]}.{match[2]}"
            if match[2] not in ("actions", "queries", "rules") and inside not in FURTHER_GATES:
                yield f"{module.path}: imports {name}"


_CLOCKS = re.compile(
    r"(^|\.)(timezone\.now|datetime\.(now|utcnow|today)|date\.today|time\.time|time\.time_ns|localtime|gmtime)$"
)
_CHANCE = re.compile(r"^(random|secrets)(\.|$)")
_SQL_CLOCKS = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp)\s*\(\)|\bcurrent_timestamp\b"
)


def clocks(module: Module) -> Iterator[str]:
    """No clock and no chance below the door: `at` comes in from outside."""
    if module.parts[0] not in BELOW_THE_DOOR:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and _CLOCKS.search(dotted(node)):
            yield f"{module.path}:{node.lineno}: reads the clock ({dotted(node)})"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL_CLOCKS.search(node.value.lower()):
            yield f"{module.path}:{node.lineno}: reads the clock in SQL"
    for name in set(imported(module.tree)):
        if _CHANCE.search(name) or name in ("django.utils.timezone.now", "time.time"):
            yield f"{module.path}: imports {name}"


def models(module: Module) -> Iterator[str]:
    """Models are private to their room."""
    for name in set(imported(module.tree)):
        match = re.match(r"sijill\.domain\.(\w+)\.models(\.|$)", name)
        if match and match[1] != module.room:
            yield f"{module.path}: imports {name}"
    if "get_model" in {n.attr for n in ast.walk(module.tree) if isinstance(n, ast.Attribute)}:
        yield f"{module.path}: fetches a model around the imports (get_model)"


def purity(module: Module) -> Iterator[str]:
    """rules.py and the engines import Python, engines, and (rules) the pure modules of rooms below. Nothing else."""
    if module.parts[0] != "engines" and module.kind != "rules":
        return
    for name in set(imported(module.tree)):
        top, *rest = name.split(".")
        if top == "sijill":
            pure = rest[:1] == ["engines"] or (
                module.kind == "rules" and (rest[2:3] == ["rules"] or rest[1:2] == [module.room])
            )
            if not pure and rest[:2] != ["domain", module.room]:
                yield f"{module.path}: imports {name}"
        elif top not in sys.stdlib_module_names:
            yield f"{module.path}: imports {name}"


def signals(module: Module) -> Iterator[str]:
    """No signals, no overridden save(): the next action is called by name."""
    for name in set(imported(module.tree)):
        if name.startswith(("django.db.models.signals", "django.dispatch", "django.core.signals")):
            yield f"{module.path}: imports {name}"
    if module.kind == "models":
        for node in ast.walk(module.tree):
            if isinstance(node, Function) and node.name in ("save", "delete"):
                yield f"{module.path}:{node.lineno}: overrides {node.name}()"


def leftovers(module: Module) -> Iterator[str]:
    """No errors swallowed whole."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            yield f"{module.path}:{node.lineno}: catches everything"


LAWS = (sizes, docstrings, names, writers, doors, clocks, models, purity, signals, leftovers)
LAWS_OF_GATES = (actions, queries)
