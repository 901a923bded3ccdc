"""Locks between processes: `flock` on a file, which the kernel releases when its holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sijill.host.errors import HostError
from sijill.host.processes import wait_until


class FileLock:
    """One holder's claim on a lock file.

    Any number may hold it shared, or one alone. Whoever holds it alone writes its process number
    into the file, so that the others can name it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def take(self, *, shared: bool = False, patience: float = 0.0) -> bool:
        """This will claim the lock, waiting at most `patience` seconds; False when others hold it.

        Raises HostError `lock-unusable` when the file cannot be made.
        """
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            if self._descriptor is None:
                self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            descriptor = self._descriptor
            if not wait_until(lambda: _locks(descriptor, kind), patience):
                return False
            if not shared:
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except OSError as error:
            self.release()
            raise HostError("lock-unusable", f"The lock file {self.path} cannot be used: {error.strerror}.") from error
        return True

    def release(self) -> None:
        """This will give the lock back; harmless when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> int | None:
        """The process that last held the lock alone, as it wrote into the file."""
        try:
            return int(self.path.read_text().strip() or "0") or None
        except (OSError, ValueError):
            return None


def _locks(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def alone(path: Path, *, patience: float, refusal: tuple[str, str]) -> Iterator[FileLock]:
    """This will hold the lock at `path` alone for the length of a `with` block.

    `refusal` is the code and the sentence of the HostError raised when another keeps it longer than
    `patience` seconds; `{pid}` in the sentence becomes the number of that process.
    """
    lock = FileLock(path)
    try:
        if not lock.take(patience=patience):
            code, sentence = refusal
            raise HostError(code, sentence.format(pid=lock.holder() or "unknown"))
        yield lock
    finally:
        lock.release()
