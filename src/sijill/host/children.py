"""One child process of `serve`: started, watched, ended together with all it started itself."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from sijill.host import processes
from sijill.host.errors import HostError

MARK = "SIJILL_SERVED_BY"
# Starts of one child are at least so far apart, doubling each time; a child that outlived the pause
# is started again at once.
PAUSE_FIRST = 0.2
PAUSE_MAX = 5.0
STEADY_AFTER = 30.0
TERM_PATIENCE = 10.0
PR_SET_PDEATHSIG = 1


class Child(NamedTuple):
    """A program to keep running. `env` is its whole environment; `argv[0]` the program's path."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]


class Pauses:
    """How long to wait before starting something again that keeps ending. Times in seconds."""

    def __init__(self) -> None:
        self.due = 0.0
        self._started = 0.0
        self._pause = PAUSE_FIRST

    def started(self, now: float) -> None:
        """This will note a start at `now`."""
        self._started = now

    def ended(self, now: float) -> None:
        """This will set when the next start is due, for something that ended at `now`."""
        if now - self._started >= STEADY_AFTER:
            self._pause = PAUSE_FIRST
        self.due = max(now, self._started + self._pause)
        self._pause = min(self._pause * 2, PAUSE_MAX)


class Keeper:
    """Keeps one child running. `mark` goes into its environment, so that it is known as ours later."""

    def __init__(self, child: Child, mark: str) -> None:
        self.child = child
        self._mark = mark
        self._process: subprocess.Popen[bytes] | None = None
        self._pauses = Pauses()
        self._last = child.name

    @property
    def pid(self) -> int | None:
        """The number of the running process, None while there is none."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """This will start the child in a session of its own. Raises HostError `child-not-starting`."""
        now = time.monotonic()
        self._pauses.started(now)
        try:
            self._process = subprocess.Popen(
                self.child.argv,
                env={**self.child.env, MARK: self._mark},
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=_end_with_parent(),  # noqa: PLW1509 - `supervise` has no threads
            )
        except (OSError, subprocess.SubprocessError) as error:
            self._pauses.ended(now)
            reason = getattr(error, "strerror", None) or "it could not be prepared"
            raise HostError("child-not-starting", f"{self.child.name} cannot be started: {reason}.") from error

    def tend(self) -> str | None:
        """This will start the child again if it has ended and it is time; a sentence when something happened."""
        if self._process is not None:
            if not _has_ended(self._process):
                return None
            self._last = f"{self.child.name} ended {_in_words(self._reap(self._process))}"
            self._pauses.ended(time.monotonic())
        if time.monotonic() < self._pauses.due:
            return None
        try:
            self.start()
        except HostError as error:
            return f"{self._last}; {error.sentence}"
        return f"{self._last}; started again (pid {self.pid})"

    def ask_to_end(self) -> None:
        """This will ask the child, and only it, to end in its own way."""
        if self._process is not None:
            processes.send(self._process.pid, signal.SIGTERM)

    def make_end(self, deadline: float) -> bool:
        """This will wait until `deadline` (monotonic seconds), then kill the child with its group.

        True if it ended by itself.
        """
        process = self._process
        if process is None:
            return True
        willing = processes.wait_until(lambda: _has_ended(process), deadline - time.monotonic())
        self._reap(process)
        return willing

    def _reap(self, process: subprocess.Popen[bytes]) -> int:
        """This will end what is left of the child and its group; the child's exit status."""
        # The group first: while the child is unreaped its number cannot be anybody else's.
        processes.send_group(process.pid, signal.SIGKILL)
        status = process.wait()
        self._process = None
        return status


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether the process has ended; it stays unreaped."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _in_words(status: int) -> str:
    return f"by signal {-status}" if status < 0 else f"with status {status}"


def _end_with_parent() -> Callable[[], None] | None:
    """What makes the kernel end the child when this process dies; only Linux can."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def arrange() -> None:
        prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != parent:  # It died between the fork and the line above.
            os._exit(1)

    return arrange
