"""Migrations are one line with one end, and the models say what the migrations made."""

from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

ROOMS = ("access", "places", "ledger", "people", "transfers", "figures")


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_s_migrations_are_one_line(room: str) -> None:
    loader = MigrationLoader(None)
    assert [name for label, name in loader.graph.leaf_nodes() if label == room] == [last_written(room)]
    own = [key for key in loader.graph.nodes if key[0] == room]
    parents = [[p.key for p in loader.graph.node_map[key].parents if p.key[0] == room] for key in own]
    assert sorted(map(len, parents)) == [0] + [1] * (len(own) - 1)


def last_written(room: str) -> str:
    """What max_migration.txt says: two branches that both add a migration then conflict in git, not in production."""
    folder = Path(str(import_module(f"{apps.get_app_config(room).name}.migrations").__file__)).parent
    return (folder / "max_migration.txt").read_text(encoding="utf-8").strip()


@pytest.mark.django_db
def test_the_models_are_what_the_migrations_made() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
