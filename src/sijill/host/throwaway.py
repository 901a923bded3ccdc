"""Registers that live for the length of a `with` block: for tests, drills and rehearsals."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sijill.host.cluster import clear_builds, stop
from sijill.host.configuration import socket_folder
from sijill.host.locks import FileLock
from sijill.host.register import Register

PREFIX = "sijill-throwaway-"
LOCK = "throwaway.lock"
# A younger folder may be one whose maker has not locked it yet.
ABANDONED_AFTER = 60.0
# They name the user's lasting database, which a throw-away register must never touch.
NOT_INHERITED = ("DATABASE_URL", "SIJILL_OWNER_URL", "SIJILL_ADMIN_URL", "SIJILL_DATA")


@contextmanager
def throwaway_register(parent: Path | None = None, *, durable: bool = True) -> Iterator[Register]:
    """This will give a new, running register in a folder of its own, removed at the end whatever happens.

    `parent` is where to put it (the machine's temporary folder by default); `durable` False makes
    it faster and unsafe against a power cut. What a killed process left there is removed too.
    Raises HostError.
    """
    place = parent or Path(tempfile.gettempdir())
    _sweep(place)
    data = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    env = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    claim = FileLock(data / LOCK)
    try:
        claim.take()
        register = Register(data, env, durable=durable)
        register.start()
        yield register
    finally:
        _remove(data)
        claim.release()


def _sweep(place: Path) -> None:
    """This will remove the throw-away registers of this user whose process was killed."""
    for data in place.glob(f"{PREFIX}*"):
        if not _is_old_and_own(data):
            continue
        claim = FileLock(data / LOCK)
        if claim.take():
            _remove(data)
        claim.release()


def _is_old_and_own(data: Path) -> bool:
    try:
        state = data.lstat()
    except OSError:
        return False  # Its own process removed it meanwhile.
    return state.st_uid == os.geteuid() and time.time() - state.st_mtime > ABANDONED_AFTER


def _remove(data: Path) -> None:
    clear_builds(data)
    try:
        stop(data / "pg")
    finally:
        shutil.rmtree(data, ignore_errors=True)
        shutil.rmtree(socket_folder(data), ignore_errors=True)
