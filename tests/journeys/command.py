"""The real commands on registers of their own. The demo is loaded once in a run; every further register is restored."""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sijill.host import Register, throwaway_register
from sijill.host.locks import FileLock

ROOT = Path(__file__).resolve().parents[2]
NOT_INHERITED = ("DATABASE_URL", "SIJILL_", "DJANGO_", "PG", "PYTHON")
# Compiled modules are kept for the length of the run: without them every command compiles Django anew.
COMPILED = tempfile.mkdtemp(prefix="sijill-compiled-")
atexit.register(shutil.rmtree, COMPILED, ignore_errors=True)
PASSWORD = "demo-register-2026"
LOADING_SECONDS = 480  # the whole demo on a busy machine


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The results, line by line."""
        return self.out.splitlines()


@dataclass(frozen=True)
class Told:
    """The demo as it was loaded the first time in this run, and where its backup is."""

    loading: Said
    balance: Said
    backup: str


def environment(data: Path, **more: str) -> dict[str, str]:
    """The environment of a command on the register in `data`: nothing of the tests' own database gets through."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(NOT_INHERITED)}
    if "SIJILL_PG_BIN" in os.environ:
        kept["SIJILL_PG_BIN"] = os.environ["SIJILL_PG_BIN"]
    ours = {"SIJILL_DATA": str(data), "PYTHONPATH": str(ROOT / "src"), "SIJILL_FAST_HASH": "1"}
    return kept | ours | {"PYTHONPYCACHEPREFIX": COMPILED} | more


class Sijill:
    """`./sijill`, as the launcher runs it, on one register."""

    def __init__(self, data: Path, register: Register | None = None) -> None:
        self.data = data
        self.register = register

    def argv(self, *words: str) -> list[str]:
        """The command as a list."""
        return [sys.executable, "-P", "-m", "sijill", *words]

    def __call__(self, *words: str, password: str = PASSWORD) -> Said:
        """Run a command to its end. A traceback is never an answer."""
        done = subprocess.run(
            self.argv(*words), env=environment(self.data, SIJILL_PASSWORD=password), cwd="/", stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=LOADING_SECONDS, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    def ok(self, *words: str) -> str:
        """The results of a command that must succeed."""
        said = self(*words)
        assert said.status == 0, said.err
        return said.out.rstrip("\n")

    def json(self, *words: str) -> Any:
        """The results of a command that must succeed, as JSON."""
        return json.loads(self.ok(*words, "--json"))

    def rows(self, question: str) -> list[Any]:
        """Ask the database itself, past row-level security."""
        assert self.register is not None
        with psycopg.connect(str(self.register.endpoints().admin_url)) as admin:
            return admin.execute(question.encode()).fetchall()

    def everything(self) -> dict[str, int]:
        """The number of rows of every table."""
        tables = [r[0] for r in self.rows("select tablename::text from pg_tables where schemaname = 'public'")]
        counts = " union all ".join(f"select '{t}', count(*) from {t}" for t in tables)
        return dict(self.rows(counts)) if tables else {}


@contextmanager
def empty() -> Iterator[Sijill]:
    """A register without tables; its database runs, so that every command is quick."""
    with throwaway_register(durable=False) as register:
        yield Sijill(register.data, register)


@contextmanager
def restored(told: Told) -> Iterator[Sijill]:
    """A register with the demo in it, by way of its backup."""
    with empty() as sijill:
        sijill.ok("restore", told.backup)
        yield sijill


def tell_small(factory: pytest.TempPathFactory, worker: str) -> Told:
    """A small register of invented people (see `small_demo`), told by the first who asks."""
    return _once(factory, worker, "small", _load_small)


def _load_small(sijill: Sijill) -> Said:
    sijill.ok("migrate")
    assert sijill.register is not None
    ends = sijill.register.endpoints()
    env = environment(
        sijill.data, DATABASE_URL=ends.app_url, SIJILL_SECRET_KEY=ends.secret_key,
        DJANGO_SETTINGS_MODULE="sijill.config.settings", PYTHONPATH=f"{ROOT / 'src'}:{ROOT}",
    )  # fmt: skip
    program = "import django; django.setup(); from tests.journeys.small_demo import load; load()"
    subprocess.run([sys.executable, "-c", program], env=env, cwd=ROOT, check=True)
    return sijill("balance")


def tell(factory: pytest.TempPathFactory, worker: str) -> Told:
    """The demo, loaded by the first who asks; the other workers of the run wait for it."""
    return _once(factory, worker, "demo", lambda sijill: sijill("demo", "--no-serve"))


def _once(factory: pytest.TempPathFactory, worker: str, name: str, load: Callable[[Sijill], Said]) -> Told:
    """Load a register once in a run and keep its backup."""
    place = factory.getbasetemp() if worker == "master" else factory.getbasetemp().parent
    lock, kept = FileLock(place / f"{name}.lock"), place / f"{name}.json"
    assert lock.take(patience=LOADING_SECONDS)
    try:
        if not kept.exists():
            with empty() as sijill:
                loading, backup = load(sijill), str(place / f"{name}.backup")
                balance = sijill("balance", "--json")
                sijill.ok("backup", backup)
            kept.write_text(json.dumps(asdict(Told(loading, balance, backup))))
        found = json.loads(kept.read_text())
        return Told(Said(**found["loading"]), Said(**found["balance"]), found["backup"])
    finally:
        lock.release()
