"""`drill crash`: kill -9 server, worker or PostgreSQL while people are handed over; nothing signed may be lost.

Officers work through the running server's own forms. A press that was answered is written down; afterwards the register
must hold every one of them exactly once, all books must balance, and a full recount must agree.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sijill.exercises.chain import BATCH_PEOPLE, Chain
from sijill.exercises.officers import Officers
from sijill.exercises.visitor import Unanswered
from sijill.host import Register

MINUTES_MAX = 15
QUIET_SECONDS = 120.0
Say = Callable[[str], None]


@dataclass
class Killing:
    """Kills one of the register's processes every few seconds until it has killed enough."""

    register: Register
    wanted: int
    chance: random.Random
    done: dict[str, int] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """To be run in a thread."""
        while self.total < self.wanted and not self.over.is_set():
            time.sleep(self.chance.uniform(0.3, 3.2))
            what = self.chance.choice(("server", "worker", "postgresql"))
            pid = self._pid(what)
            if pid is None:
                continue  # it is just being started again
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                self.done[what] = self.done.get(what, 0) + 1
        self.over.set()

    @property
    def total(self) -> int:
        """Kills so far."""
        return sum(self.done.values())

    def _pid(self, what: str) -> int | None:
        """The process to kill now: the server's first or one of its children, the worker, the postmaster."""
        try:
            if what == "postgresql":
                return self.register.pid()
            number = int(json.loads((self.register.data / "serve.json").read_text())["children"][what])
            below = _children(number) if what == "server" else []
            return self.chance.choice([number, *below])
        except (OSError, ValueError, KeyError, IndexError):
            return None


def _children(pid: int) -> list[int]:
    """Direct children of a process, on Linux."""
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def crash(register: Register, *, kills: int, seed: int, say: Say) -> int:
    """Run the drill. 0 only when nothing acknowledged was lost, nothing happened twice, and all books balance."""
    started = time.monotonic()
    chain = Chain(say)
    chain.found()
    chain.prepare(0)
    port = _free_port()
    serving = _serve(register, port)
    killing = Killing(register, kills, random.Random(seed))
    try:
        signed = _work(chain, port, killing, say, started)
    except (Unanswered, AssertionError, LookupError):
        say((register.data / "drill.log").read_text()[-4000:])  # the server's own words: no names in them, by design
        raise
    finally:
        killing.over.set()
        serving.terminate()
        with suppress(subprocess.TimeoutExpired):
            serving.wait(60)
        serving.kill()
    register.start()
    chain.wait_for_database()
    faults = chain.audit(signed)
    for fault in faults:
        sys.stdout.write(fault + "\n")
    minutes = (time.monotonic() - started) / 60
    whole = not faults and killing.total >= kills and minutes <= MINUTES_MAX
    lines = sum(BATCH_PEOPLE for _key, _batch, stage in signed if stage == "names")
    sys.stdout.write(
        f"crash drill: {killing.total} kills ({', '.join(f'{n} {k}' for k, n in sorted(killing.done.items()))}),"
        f" {len(signed)} statements and {lines} lines acknowledged, {len(faults)} faults, {minutes:.1f} minutes:"
        f" {'nothing lost, nothing twice, books balanced' if whole else 'FAILED'}\n"
    )
    return 0 if whole else 1


def _work(chain: Chain, port: int, killing: Killing, say: Say, started: float) -> list[tuple[UUID, int, str]]:
    """Hand batch after batch over while processes die; at least one whole batch after the last kill."""
    officers = Officers(port)
    officers.sign_in()
    killer = threading.Thread(target=killing.run, daemon=True)
    killer.start()
    signed: list[tuple[UUID, int, str]] = []
    batch = 0
    while True:
        last = killing.over.is_set()
        signed += [(key, batch, stage) for key, stage in officers.hand_over(chain.handovers(batch))]
        say(f"batch {batch + 1} handed over; {killing.total} kills, {officers.resent} forms sent again")
        if last:
            return signed
        if time.monotonic() - started > (MINUTES_MAX * 60) - QUIET_SECONDS:
            killing.over.set()
        batch += 1
        chain.prepare(batch)


def _serve(register: Register, port: int) -> "subprocess.Popen[bytes]":
    """`./sijill serve` on the throw-away register, in a process of its own."""
    env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "SIJILL_SECRET_KEY")}
    env |= {"SIJILL_DATA": str(register.data)}
    log = (register.data / "drill.log").open("ab")
    argv = [sys.executable, "-P", "-m", "sijill", "serve", "--port", str(port)]
    serving = subprocess.Popen(argv, env=env, stdout=log, stderr=log)
    for _ in range(600):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return serving
        if serving.poll() is not None:
            raise Unanswered("the server did not start")
        time.sleep(0.1)
    raise Unanswered("the server did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
