"""What `serve` writes down about itself (`serve.json`), and cleaning up after one that was killed."""

import json
import os
import signal
from collections.abc import Callable, Mapping
from typing import NamedTuple

from sijill.host import processes
from sijill.host.children import MARK
from sijill.host.folder import DataFolder, write_json

ORPHANS_GO_WITHIN = 10.0


class Record(NamedTuple):
    """A `serve` and its children. `births` are start times, by name, in clock ticks since boot."""

    pid: int
    port: int
    url: str
    boot: str
    mark: str
    children: Mapping[str, int]
    births: Mapping[str, int]


def write(folder: DataFolder, *, port: int, mark: str, children: Mapping[str, int]) -> None:
    """This will write `serve.json`, whole or not at all. Raises HostError `data-folder-unwritable`."""
    births = {name: seen.birth for name, pid in children.items() if (seen := processes.look(pid))}
    record = Record(
        pid=os.getpid(),
        port=port,
        url=f"http://127.0.0.1:{port}/",
        boot=processes.boot_id(),
        mark=mark,
        children=children,
        births=births,
    )
    write_json(folder.serve, record._asdict())


def read(folder: DataFolder) -> Record | None:
    """What `serve.json` says, or None when there is none or it is not readable."""
    try:
        return Record(**json.loads(folder.serve.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def clear_orphans(folder: DataFolder, say: Callable[[str], None]) -> bool:
    """This will kill the children of a `serve` that was itself killed; True if there were any.

    Only for the holder of the serve lock. Only processes that are provably ours are touched: those
    recorded, recognised by number and start time, and what they started, recognised by the mark
    (a long random number) in the environment.
    """
    record = read(folder)
    if record is None:
        return False
    orphans = _orphans(record)
    for pid in orphans:
        processes.send(pid, signal.SIGKILL)
    processes.wait_until(lambda: not any(map(processes.is_alive, orphans)), ORPHANS_GO_WITHIN)
    folder.serve.unlink(missing_ok=True)
    if orphans:
        known = {pid: name for name, pid in record.children.items()}
        names = ", ".join(f"{known.get(pid, 'helper')} ({pid})" for pid in orphans)
        say(f"an earlier serve (pid {record.pid}) had been killed; ended what it left running: {names}")
    return bool(orphans)


def _orphans(record: Record) -> list[int]:
    if record.boot != processes.boot_id():
        return []
    births = {record.children[name]: birth for name, birth in record.births.items()}
    found = []
    for pid in processes.every_pid():
        seen = processes.look(pid)
        if seen is None or seen.state in "ZX":
            continue
        if births.get(pid) == seen.birth or processes.carries(pid, f"{MARK}={record.mark}"):
            found.append(pid)
    return found
