"""Backup and restore of a database, with PostgreSQL's own programs and its custom format.

Both connect as a role that row-level security does not bind: the tables force it even on their
owner, who would copy nothing and notice nothing. pg_dump switches row security off by itself and
fails when the role is bound after all.
"""

import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import pq

from sijill.host.binaries import clean_environment, find_client
from sijill.host.errors import HostError
from sijill.host.folder import sync_folder

MAGIC = b"PGDMP"

TABLES = """
select exists (
  select from pg_class c
  where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
    and c.relnamespace not in (
      select oid from pg_namespace
      where nspname in ('pg_catalog', 'information_schema') or nspname like 'pg\\_toast%' or nspname like 'pg\\_temp%')
    and not exists (
      select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'))
"""


def dump(admin_url: str, server: int, file: Path, env: Mapping[str, str]) -> None:
    """This will write the whole database into `file`, mode 0600, replacing it only when complete.

    `server` is the major version of the server. Raises HostError `backup-failed`, `disk-full`.
    """
    client = find_client(env, server=server)
    draft = _draft(file)
    try:
        command = [client.program("pg_dump"), "--format=custom", "--no-password", f"--file={draft}"]
        done = _run(command, admin_url)
        if done.returncode:
            raise _failure("backup-failed", "The backup was not made", done.stderr)
        draft.replace(file)
        sync_folder(file.absolute().parent)
    except OSError as error:
        raise HostError("backup-failed", f"{file} cannot be written: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)


def check_readable(file: Path) -> None:
    """This will raise HostError `backup-unreadable` unless `file` looks like a backup."""
    try:
        with file.open("rb") as source:
            start = source.read(len(MAGIC))
    except OSError as error:
        raise HostError("backup-unreadable", f"{file} cannot be read: {error.strerror}.") from error
    if start != MAGIC:
        raise HostError("backup-unreadable", f"{file} is not a backup of a register.")


def fill(admin_url: str, server: int, file: Path, env: Mapping[str, str]) -> None:
    """This will load a backup into an empty database, all of it or nothing.

    Owners, grants and policies come from the backup; the roles they name must exist.
    Raises HostError `register-not-empty`, `restore-failed`, `disk-full`.
    """
    with psycopg.connect(admin_url) as connection:
        row = connection.execute(TABLES.encode()).fetchone()
        database = connection.info.dbname
    if row is None or row[0]:
        raise HostError(
            "register-not-empty",
            "A backup is only restored into an empty register, and this one holds tables;"
            " set SIJILL_DATA to a new folder.",
        )
    client = find_client(env, server=server)
    command = [client.program("pg_restore"), "--single-transaction", "--exit-on-error", "--no-password"]
    done = _run([*command, f"--dbname={database}", str(file.absolute())], admin_url)
    if done.returncode:
        raise _failure("restore-failed", "Nothing was restored", done.stderr)


def _draft(file: Path) -> Path:
    """A new file, mode 0600, beside `file`; a name of its own, so that two backups do not meet."""
    try:
        handle, name = tempfile.mkstemp(prefix=f"{file.name}.", suffix=".part", dir=file.absolute().parent)
    except OSError as error:
        raise HostError("backup-failed", f"{file} cannot be written: {error.strerror}.") from error
    os.close(handle)
    return Path(name)


def _run(command: list[str], url: str) -> subprocess.CompletedProcess[str]:
    # The password goes by environment: arguments can be read by every user of the machine.
    options = pq.Conninfo.parse(url.encode())
    place = {o.envvar.decode(): o.val.decode() for o in options if o.envvar and o.val}
    return subprocess.run(
        command,
        env=clean_environment(os.environ) | place,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _failure(code: str, what: str, output: str) -> HostError:
    """The first line only: those after it can quote rows."""
    if "No space left on device" in output:
        return HostError("disk-full", f"{what}: the disk is full.")
    reason = (output.strip().splitlines() or ["no reason given"])[0].strip().rstrip(".")
    return HostError(code, f"{what}: {reason.removeprefix('pg_dump: error: ').removeprefix('pg_restore: error: ')}.")
