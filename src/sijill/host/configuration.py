"""The settings of the embedded PostgreSQL, as text for its `sijill.conf`."""

import hashlib
import os
from pathlib import Path

from sijill.host.errors import HostError

PORT = 5432
# The kernel's limit for the name of a Unix socket, 107 bytes on Linux, 103 on macOS.
SOCKET_PATH_MAX = 103
FILE_NAME = "sijill.conf"

SETTINGS = """\
# Written by Sijill at each start; changes made here are lost.
listen_addresses = ''
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 256MB
timezone = 'UTC'
jit = off
# A record's content must never reach the log. An error's text can quote it, so errors are not logged
# here (the program that met one logs its code); starts, stops and failures of the server are.
log_destination = 'stderr'
logging_collector = off
log_timezone = 'UTC'
log_min_messages = log
log_min_error_statement = panic
log_statement = none
log_min_duration_statement = -1
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
log_checkpoints = off
log_autovacuum_min_duration = -1
"""

NOT_DURABLE = """\
# A throw-away database for tests: may be lost with the machine's power, but not by kill -9. (So
# synchronous_commit stays on: without it a killed server loses what it last confirmed.)
fsync = off
full_page_writes = off
"""


def settings(sockets: Path, *, durable: bool) -> str:
    """The whole text of `sijill.conf`."""
    text = SETTINGS.format(port=PORT, sockets=sockets)
    return text if durable else text + NOT_DURABLE


def socket_folder(data: Path) -> Path:
    """Where the socket of the register in `data` is.

    In the data folder, which nobody else can enter; when its path is too long for a socket, or has
    signs that would need quoting, in a folder of /tmp named after it. It depends on nothing but
    `data`: all commands must agree, whatever their environment.
    """
    inside = data / "run"
    name = os.fsencode(inside / f".s.PGSQL.{PORT}.lock")
    plain = all(sign.isascii() and (sign.isalnum() or sign in "/._-") for sign in str(inside))
    if plain and len(name) <= SOCKET_PATH_MAX:
        return inside
    digest = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()
    return Path(f"/tmp/sijill-{os.geteuid()}-{digest[:16]}")  # noqa: S108 - checked by make_socket_folder


def make_socket_folder(sockets: Path) -> None:
    """This will make the folder for the socket, and refuse one that somebody else made before.

    Raises HostError `socket-folder-of-another`.
    """
    try:
        sockets.mkdir(mode=0o700, exist_ok=True)
        state = sockets.lstat()
    except OSError as error:
        raise HostError("socket-folder-unusable", f"The folder {sockets} cannot be made: {error.strerror}.") from error
    if sockets.is_symlink() or state.st_uid != os.geteuid() or state.st_mode & 0o077:
        raise HostError(
            "socket-folder-of-another",
            f"{sockets} was made by somebody else, so the database's socket would not be safe there;"
            " have it removed, or set SIJILL_DATA to a shorter path.",
        )
