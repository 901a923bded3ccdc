"""The house keeps its laws, and every law notices when it is broken."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.house import laws
from tests.house.source import Module, imported, modules, parse

Law = Callable[[Module], Iterator[str]]
LawOfGates = Callable[[Sequence[Module]], Iterator[str]]


@pytest.mark.parametrize("law", laws.LAWS, ids=lambda law: law.__name__)
def test_the_house_keeps(law: Law) -> None:
    assert [fault for module in modules() for fault in law(module)] == []


@pytest.mark.parametrize("law", laws.LAWS_OF_GATES, ids=lambda law: law.__name__)
def test_the_house_s_gates_keep(law: LawOfGates) -> None:
    assert list(law(modules())) == []


def test_the_whole_house_is_read() -> None:
    read = {module.path for module in modules()}
    assert {"domain/access/rules.py", "domain/places/actions.py", "host/register.py", "config/settings.py"} <= read
    assert not {path for path in read if "/tests/" in path or "/migrations/" in path}


LONG = "def f():\n    '''x'''\n" + "    a = 1\n" * 58
GOOD_ACTION = "@transaction.atomic\ndef act(*, by, at):\n    pass\n"


@pytest.mark.parametrize(
    ("law", "path", "text"),
    [
        (laws.sizes, "domain/places/rules.py", LONG + "    a = 2\n"),
        (laws.sizes, "domain/places/rules.py", "a = 1\n" * 401),
        (laws.docstrings, "domain/places/rules.py", "'''x'''\ndef f():\n    pass\n"),
        (laws.docstrings, "domain/places/rules.py", "'''x'''\nclass C:\n    pass\n"),
        (laws.docstrings, "domain/places/rules.py", "a = 1\n"),
        (laws.names, "domain/places/utils.py", ""),
        (laws.names, "interfaces/web/helpers/dates.py", ""),
        (laws.writers, "domain/places/queries.py", "Hall.objects.create(code='x')\n"),
        (laws.writers, "domain/people/jobs.py", "S = 'insert into t select 1'\n"),
        (laws.writers, "interfaces/web/pages/board.py", "S = f'UPDATE ledger_event e set n = {n}'\n"),
        (laws.doors, "interfaces/web/pages/board.py", "from sijill.domain.people.importing import run\n"),
        (laws.doors, "domain/people/actions.py", "from sijill.domain.places import write\n"),
        (laws.clocks, "domain/places/actions.py", "a = timezone.now()\n"),
        (laws.clocks, "domain/places/actions.py", "a = datetime.datetime.now(tz=UTC)\n"),
        (laws.clocks, "engines/proof/tree.py", "f(default=date.today)\n"),
        (laws.clocks, "domain/places/actions.py", "from django.utils.timezone import now\n"),
        (laws.clocks, "domain/places/write.py", "S = 'update t set at = now()'\n"),
        (laws.clocks, "domain/places/write.py", "S = 'select CURRENT_TIMESTAMP'\n"),
        (laws.clocks, "domain/places/rules.py", "import random\n"),
        (laws.clocks, "domain/places/rules.py", "def f():\n    from random import choice\n"),
        (laws.models, "domain/people/actions.py", "from sijill.domain.places.models import Hall\n"),
        (laws.models, "interfaces/web/pages/board.py", "from sijill.domain.places import models\n"),
        (laws.models, "domain/people/actions.py", "def f():\n    import sijill.domain.access.models\n"),
        (laws.models, "domain/people/actions.py", "F = apps.get_model('places', 'Facility')\n"),
        (laws.purity, "domain/places/rules.py", "from django.db import models\n"),
        (laws.purity, "domain/places/rules.py", "from sijill.domain.access.queries import authorities\n"),
        (laws.purity, "engines/proof/tree.py", "import psycopg\n"),
        (laws.purity, "engines/proof/tree.py", "from sijill.domain.places import rules\n"),
        (laws.signals, "domain/places/apps.py", "from django.db.models.signals import post_save\n"),
        (laws.signals, "domain/places/apps.py", "from django.dispatch import receiver\n"),
        (laws.signals, "domain/places/models.py", "class A:\n    def save(self):\n        pass\n"),
        (laws.leftovers, "domain/places/actions.py", "try:\n    a\nexcept:\n    pass\n"),
    ],
)
def test_a_planted_fault_is_found(law: Law, path: str, text: str) -> None:
    assert list(law(parse(path, text)))


@pytest.mark.parametrize(
    ("law", "path", "text"),
    [
        (laws.sizes, "domain/places/rules.py", LONG),
        (laws.sizes, "domain/places/rules.py", "a = 1\n" * 400),
        (laws.writers, "domain/people/actions/importing.py", "S = 'insert into t'\n"),
        (laws.writers, "domain/places/queries.py", "S = 'select the update of t set'\n"),
        (laws.doors, "interfaces/web/pages/board.py", "from sijill.domain.people import actions, queries\n"),
        (laws.clocks, "interfaces/cli/roll.py", "a = timezone.now()\n"),
        (laws.clocks, "domain/places/rules.py", "D = datetime(2026, 1, 1)\nS = 'what is known now'\n"),
        (laws.models, "domain/places/actions.py", "from sijill.domain.places.models import Hall\n"),
        (laws.purity, "domain/people/rules.py", "import re\nfrom sijill.domain.places.rules import in_region\n"),
    ],
)
def test_what_is_right_is_left_alone(law: Law, path: str, text: str) -> None:
    assert list(law(parse(path, text))) == []


@pytest.mark.parametrize(
    "text",
    [
        GOOD_ACTION.replace("*, by", "by, *"),
        GOOD_ACTION.replace(", at", ""),
        GOOD_ACTION.replace("by, ", ""),
        GOOD_ACTION.replace("@transaction.atomic\n", ""),
        GOOD_ACTION.replace("at)", "at, **more)"),
    ],
)
def test_a_faulty_action_is_found_wherever_it_is_written(text: str) -> None:
    assert list(laws.actions([parse("domain/places/actions.py", text)]))
    gate = parse("domain/places/actions.py", "from sijill.domain.places.halls import act\n")
    assert list(laws.actions([gate, parse("domain/places/halls.py", text)]))
    package = parse("domain/places/actions/__init__.py", "from sijill.domain.places.actions.halls import act\n")
    assert list(laws.actions([package, parse("domain/places/actions/halls.py", text)]))


def test_a_right_action_is_left_alone_and_so_is_what_the_room_keeps_to_itself() -> None:
    gate = parse("domain/places/actions.py", GOOD_ACTION + "def _private(a):\n    pass\n")
    assert list(laws.actions([gate, parse("domain/places/halls.py", "def f(a):\n    pass\n")])) == []


def test_a_query_without_a_viewer_is_found() -> None:
    assert list(laws.queries([parse("domain/places/queries.py", "def f(code, viewer):\n    pass\n")]))
    assert list(laws.queries([parse("domain/places/queries.py", "def f(viewer, code):\n    pass\n")])) == []


@pytest.mark.parametrize(
    ("kind", "excepted"), [("actions", laws.NEEDS_NO_TRANSACTION), ("queries", laws.NEEDS_NO_VIEWER)]
)
def test_every_exception_is_still_there(kind: str, excepted: dict[tuple[str, str], str]) -> None:
    assert set(excepted) <= {(module.room, node.name) for module, node in laws.gates(kind, modules())}


def test_every_further_gate_is_used_by_another_room_or_a_door() -> None:
    used = {(m.room, name) for m in modules() for name in imported(m.tree)}
    for gate in laws.FURTHER_GATES:
        room = gate.split(".")[0]
        assert any(name == f"sijill.domain.{gate}" and by != room for by, name in used), gate
