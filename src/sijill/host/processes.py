"""What the kernel says about running processes; never trusts a bare process number.

Numbers are reused, so a process is recognised by its number together with its birth (start time in
clock ticks since boot), by the folder it works in, or by a mark in its environment. All of that is
read from /proc; where there is no /proc (macOS) only "is there such a process" can be answered.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")


class Seen(NamedTuple):
    """One process at one moment. `birth` is in clock ticks since boot."""

    name: str
    state: str
    session: int
    birth: int


class Tenants(NamedTuple):
    """PostgreSQL processes working in a folder, and whether some could not be looked at."""

    pids: tuple[int, ...]
    doubtful: bool


def has_proc() -> bool:
    """Whether this machine tells about processes through /proc."""
    return (PROC / "self" / "stat").exists()


def look(pid: int) -> Seen | None:
    """The process with this number, or None when there is none (or no /proc to ask)."""
    try:
        text = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    # The name stands in brackets and may itself hold brackets and blanks: split at the last one.
    head, _, tail = text.rpartition(")")
    fields = tail.split()
    return Seen(head.partition("(")[2], fields[0], int(fields[3]), int(fields[19]))


def is_alive(pid: int) -> bool:
    """Whether the process runs. One that has ended but was not yet reaped does not."""
    if has_proc():
        seen = look(pid)
        return seen is not None and seen.state not in "ZX"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def is_same(pid: int, birth: int) -> bool:
    """Whether the process of this number is alive and is the one born then."""
    seen = look(pid)
    return seen is not None and seen.state not in "ZX" and seen.birth == birth


def every_pid() -> Iterator[int]:
    """The numbers of all processes that can be seen."""
    if not has_proc():
        return
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            yield int(entry.name)


def works_in(pid: int, folder: Path) -> bool | None:
    """Whether the process has `folder` as its working folder; None when that may not be read."""
    try:
        there, here = (PROC / str(pid) / "cwd").stat(), folder.stat()
    except PermissionError:
        return None
    except OSError:
        return False
    return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)


def postgres_in(folder: Path, names: tuple[str, ...] = ("postgres",)) -> Tenants:
    """The live processes of PostgreSQL's programs `names` that have `folder` as their working folder."""
    found, doubtful = [], False
    for pid in every_pid():
        seen = look(pid)
        if seen is None or seen.name not in names or seen.state in "ZX":
            continue
        answer = works_in(pid, folder)
        doubtful = doubtful or answer is None
        if answer:
            found.append(pid)
    return Tenants(tuple(found), doubtful)


def carries(pid: int, mark: str) -> bool:
    """Whether the process was started with `mark` (`NAME=value`) in its environment."""
    try:
        return mark.encode() in (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return False


def boot_id() -> str:
    """What tells this boot of the machine from others; births are only comparable within one."""
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def send(pid: int, sign: signal.Signals) -> None:
    """This will signal the process; one that is gone already is no error."""
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return


def send_group(pid: int, sign: signal.Signals) -> None:
    """This will signal the process group led by `pid`; one that is gone already is no error."""
    try:
        os.killpg(pid, sign)
    except (ProcessLookupError, PermissionError):
        # macOS answers "not permitted" for a group in which only unreaped processes are left.
        return


def wait_until(reached: Callable[[], bool], seconds: float, step: float = 0.02) -> bool:
    """This will ask `reached` every `step` seconds, at most for `seconds`; the last answer."""
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() >= deadline:
            return False
        time.sleep(step)
    return True
