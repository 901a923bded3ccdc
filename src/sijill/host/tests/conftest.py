"""Real clusters in folders of their own; nothing is stood in for."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sijill.host import Register, throwaway_register
from sijill.host.throwaway import NOT_INHERITED


@pytest.fixture
def env() -> dict[str, str]:
    """This process's environment without what would name another database."""
    return {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}


@pytest.fixture
def fresh(tmp_path: Path, env: dict[str, str]) -> Iterator[Register]:
    """A register that does not exist yet."""
    register = Register(tmp_path / "data", env, durable=False)
    yield register
    register.stop()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Register]:
    """A new register whose database runs."""
    with throwaway_register(tmp_path, durable=False) as register:
        yield register
