"""`serve`: keeps the database and the children running until it is told to stop."""

import os
import secrets
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from sijill.host import processes, serving
from sijill.host.children import TERM_PATIENCE, Child, Keeper, Pauses
from sijill.host.errors import HostError
from sijill.host.locks import FileLock, alone
from sijill.host.register import Endpoints, Register

LOOK_EVERY = 0.25
# Short, since nothing else is looked after meanwhile; it is tried again.
REVIVE_PATIENCE = 2.0
# Children may take TERM_PATIENCE, the database as long again, more than once.
STOP_WITHIN = 90.0
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

Say = Callable[[str], None]


def supervise(register: Register, children: Callable[[Endpoints], Sequence[Child]], *, port: int, say: Say) -> int:
    """This will serve until SIGTERM, SIGINT or SIGHUP; 0 after an orderly stop.

    `children` is asked once, when the database runs, what to run beside it. `port` is where the
    server among them will listen, on 127.0.0.1. To be called in the main thread. Raises HostError
    `already-serving`, `port-taken`, `child-not-starting`, and what starting the database raises.
    """
    register.folder.prepare()
    with _told_to_stop() as wait, _sole(register):
        serving.clear_orphans(register.folder, say)
        if not port_is_free(port):
            raise HostError("port-taken", f"Port {port} on 127.0.0.1 is taken by another program; choose another port.")
        with register.running() as endpoints:
            _Serve(register, children(endpoints), port, say).run(wait)
    return 0


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a connection of the last server that is still fading does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


def stop_serving(register: Register, say: Say) -> bool:
    """This will stop `serve`, what a killed one left behind, and the database; True if anything ran.

    Raises HostError `serve-not-stopping`.
    """
    register.folder.check()
    if not register.folder.path.is_dir():
        return False
    lock = FileLock(register.folder.serve_lock)
    served = not lock.take()
    try:
        if served:
            _stop_holder(lock, say)
        left = serving.clear_orphans(register.folder, say)
    finally:
        lock.release()
    stopped = register.stop()
    if stopped:
        say("database stopped")
    return served or left or stopped


class _Serve:
    """One run of `serve`."""

    def __init__(self, register: Register, children: Sequence[Child], port: int, say: Say) -> None:
        self._register = register
        self._port = port
        self._say = say
        self._mark = secrets.token_hex(16)
        self._keepers = [Keeper(child, self._mark) for child in children]
        self._database = Pauses()
        self._complaint = ""

    def run(self, wait: Callable[[float], bool]) -> None:
        """This will start everything and look after it until `wait` says that it is time to stop."""
        try:
            # Before the first child: if this process is killed now, the mark is known.
            self._write_down()
            for keeper in self._keepers:
                keeper.start()
                self._write_down()
                self._say(f"{keeper.child.name} started (pid {keeper.pid})")
            while not wait(LOOK_EVERY):
                self._tend_database()
                self._tend_children()
        finally:
            self._end()

    def _tend_children(self) -> None:
        for keeper in self._keepers:
            before = keeper.pid
            news = keeper.tend()
            if keeper.pid != before:
                self._write_down()
            if news:
                self._say(news)

    def _tend_database(self) -> None:
        now = time.monotonic()
        if not self._register.embedded or self._register.is_up() or now < self._database.due:
            return
        self._database.ended(now)
        self._database.started(now)
        try:
            self._register.bring_up(patience=REVIVE_PATIENCE)
        except HostError as error:
            if error.sentence != self._complaint:
                self._say(f"database ended; {error.sentence}")
            self._complaint = error.sentence
            return
        self._complaint = ""
        self._say(f"database ended; started again (pid {self._register.pid()})")

    def _write_down(self) -> None:
        children = {keeper.child.name: keeper.pid for keeper in self._keepers if keeper.pid}
        try:
            serving.write(self._register.folder, port=self._port, mark=self._mark, children=children)
        except HostError as error:
            # A full disk is no reason to stop serving; only orphans would be harder to recognise.
            self._say(error.sentence)

    def _end(self) -> None:
        self._say("stopping")
        for keeper in self._keepers:
            keeper.ask_to_end()
        deadline = time.monotonic() + TERM_PATIENCE
        for keeper in self._keepers:
            if not keeper.make_end(deadline):
                self._say(f"{keeper.child.name} did not end within {TERM_PATIENCE:g} seconds and was killed")
        self._register.folder.serve.unlink(missing_ok=True)


@contextmanager
def _sole(register: Register) -> Iterator[None]:
    """This will see to it that this is the only `serve` of the register."""
    record = serving.read(register.folder)
    place = f" at {record.url}" if record else ""
    refusal = f"The register in {register.data} is already being served by process {{pid}}{place}."
    with alone(register.folder.serve_lock, patience=0.0, refusal=("already-serving", refusal)):
        yield


@contextmanager
def _told_to_stop() -> Iterator[Callable[[float], bool]]:
    """This will catch the signals that ask for a stop.

    Gives a function that waits for at most so many seconds, less when a child ends or a signal
    comes, and answers whether to stop.
    """
    asked: list[int] = []
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    before = {sign: signal.signal(sign, lambda number, _: asked.append(number)) for sign in STOP_SIGNALS}
    # Needs a handler to be noticed at all; what to do about it is seen by looking.
    before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    previous = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)

    def wait(seconds: float) -> bool:
        if not asked:
            select.select([reader], [], [], seconds)
            with suppress(BlockingIOError):
                os.read(reader, 4096)
        return bool(asked)

    try:
        yield wait
    finally:
        signal.set_wakeup_fd(previous)
        for sign, handler in before.items():
            signal.signal(sign, handler)
        os.close(reader)
        os.close(writer)


def _stop_holder(lock: FileLock, say: Say) -> None:
    """This will ask the process that holds the serve lock to stop, and wait until it has."""
    # The lock is held, so the number in it is of a living process: no other can have got it.
    pid = lock.holder()
    if pid is None:
        raise HostError("serve-not-stopping", "Sijill is just starting to serve; try again.")
    processes.send(pid, signal.SIGTERM)
    if not lock.take(patience=STOP_WITHIN):
        raise HostError("serve-not-stopping", f"The process {pid}, which serves, does not stop; see what it says.")
    say(f"stopped serving (pid {pid})")
