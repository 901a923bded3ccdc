"""One embedded PostgreSQL cluster: making, starting, stopping it, and knowing how it fares.

Nothing here locks: whoever starts, stops or makes a cluster holds the register's start lock.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg import sql

from sijill.host import configuration, processes, roles
from sijill.host.binaries import Binaries, clean_environment
from sijill.host.errors import HostError
from sijill.host.runner import Runner

# After kill -9 of PostgreSQL its children need up to some seconds to leave (measured: 0.1 to 2).
START_PATIENCE = 30.0
ORPHANS_MAY_LEAVE = 1.0
RECOVERY_MAX = 300
STOP_MAX = 60.0
BUILD_PREFIX = "pg.new-"
LOG_BYTES_MAX = 10_000_000
# The builtin rules by the major version that brought them, best first.
BUILTIN_LOCALES = ((18, "PG_UNICODE_FAST"), (17, "C.UTF-8"))
# Where `postmaster.pid` says how far the server is.
STATUS_LINE = 7
CLEAN_STATES = ("shut down", "shut down in recovery")


class Cluster(NamedTuple):
    """Where a cluster is and with what it runs. `durable` False trades safety for speed, in tests."""

    path: Path
    sockets: Path
    log: Path
    binaries: Binaries
    runner: Runner
    durable: bool = True

    def pid(self) -> int | None:
        """The process number of its running server, or None."""
        return live_server(self.path)

    def start(self, *, patience: float = START_PATIENCE) -> bool:
        """This will start the server and wait until it takes connections.

        True when it had not been shut down cleanly and recovered from its log. What a killed
        server left behind may block the start for a while: it is tried again for `patience` seconds.
        Raises HostError `disk-full`, `database-not-starting`, `database-damaged`.
        """
        unclean = self.pid() is None and self._state() not in CLEAN_STATES
        configuration.make_socket_folder(self.sockets)
        self._write_settings()
        self._shorten_log()
        began = time.monotonic()
        while not self._runs_already() and not (self._clear_remains(began) and self._attempt()):
            if time.monotonic() - began > patience:
                raise HostError(
                    "database-not-starting",
                    f"PostgreSQL did not start within {patience:g} seconds because remains of a killed one"
                    f" were in its way; see {self.log}.",
                )
            time.sleep(0.05)
        return unclean

    def _runs_already(self) -> bool:
        """Whether a server runs, once it is ready: its start may outlive the command that asked for it."""
        return self.pid() is not None and processes.wait_until(
            lambda: is_ready(self.path) or self.pid() is None, RECOVERY_MAX
        )

    def _attempt(self) -> bool:
        """This will try to start once; False when remains of a killed server are in the way."""
        noted = self.log.stat().st_size if self.log.exists() else 0
        # "." and a relative log, because pg_ctl puts both into a shell command.
        log = os.path.relpath(self.log, self.path)
        command = ["pg_ctl", "-D", ".", "-l", log, "-w", "-t", str(RECOVERY_MAX), "-s", "start"]
        done = self._run(command)
        if done.returncode == 0:
            return True
        reason = self._last_words(noted) or done.stderr
        if re.search(r'lock file ".*" already exists|shared memory block', reason):
            return False
        raise _failure("database-not-starting", f"PostgreSQL did not start (see {self.log})", reason)

    def _clear_remains(self, began: float) -> bool:
        """This will take away what a killed server left; False while its workers still leave.

        PostgreSQL would wait for its old number to vanish, and in a container whose first process
        is slow to reap (or never does) a dead process keeps its number. Removing the file is safe
        only when no live process works in the folder any more, so that is what is checked.
        """
        file = self.path / "postmaster.pid"
        if not file.exists() or not processes.has_proc():
            return True
        tenants = processes.postgres_in(self.path)
        if time.monotonic() - began > ORPHANS_MAY_LEAVE:
            # Their server is dead and what they did not commit is void; they only stand in the way.
            for pid in tenants.pids:
                processes.send(pid, signal.SIGKILL)
        if tenants.pids:
            return False
        if not tenants.doubtful:
            file.unlink(missing_ok=True)
            for name in (f".s.PGSQL.{configuration.PORT}.lock", f".s.PGSQL.{configuration.PORT}"):
                (self.sockets / name).unlink(missing_ok=True)
        return True

    def _state(self) -> str:
        """What the control file says about the last shutdown, in PostgreSQL's words."""
        answer = self._run(["pg_controldata", "-D", "."])
        found = re.search(r"^Database cluster state:\s*(.+)$", answer.stdout, re.MULTILINE)
        if answer.returncode or not found:
            raise _failure("database-damaged", f"The database in {self.path} cannot be read", answer.stderr)
        return found.group(1)

    def _write_settings(self) -> None:
        text = configuration.settings(self.sockets, durable=self.durable)
        file = self.path / configuration.FILE_NAME
        try:
            if not file.exists() or file.read_text() != text:
                draft = file.with_suffix(".new")
                draft.write_text(text)
                self._hand_over(draft)
                draft.replace(file)
        except OSError as error:
            raise _failure("database-not-starting", f"{file} cannot be written", error.strerror or "") from error

    def _shorten_log(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES_MAX:
            self.log.replace(self.log.with_suffix(".log.1"))

    def _last_words(self, noted: int) -> str:
        """What PostgreSQL wrote into its log since it was `noted` bytes long."""
        try:
            with self.log.open("rb") as file:
                file.seek(noted)
                return file.read(20_000).decode(errors="replace")
        except OSError:
            return ""

    def _run(self, command: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.runner.prefix, self.binaries.program(command[0]), *command[1:]],
            cwd=self.path,
            env=clean_environment(os.environ),
            input=given,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )

    def _hand_over(self, path: Path) -> None:
        if self.runner.owner is not None:
            os.chown(path, *self.runner.owner)


def live_server(path: Path) -> int | None:
    """The process number of the server that runs on the cluster at `path`, or None."""
    try:
        pid = int((path / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    if not processes.is_alive(pid):
        return None
    seen = processes.look(pid)
    if seen is not None and (seen.name != "postgres" or processes.works_in(pid, path) is False):
        return None  # The number was given to another program meanwhile.
    return pid


def is_ready(path: Path) -> bool:
    """Whether the server on the cluster at `path` takes connections (not: is starting or recovering)."""
    try:
        lines = (path / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return live_server(path) is not None and len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"


def stop(path: Path) -> bool:
    """This will stop the server of the cluster at `path` in an orderly way; False if none ran.

    Open transactions are rolled back. Raises HostError `database-not-stopping`.
    """
    pid = live_server(path)
    if pid is None:
        return False
    for sign, seconds in ((signal.SIGINT, STOP_MAX), (signal.SIGQUIT, 10.0)):
        processes.send(pid, sign)
        if processes.wait_until(lambda: not processes.is_alive(pid), seconds):
            return True
    raise HostError("database-not-stopping", f"PostgreSQL (process {pid}) in {path} does not stop.")


def create(cluster: Cluster, passwords: dict[str, str]) -> None:
    """This will make the cluster with its roles and its empty database, whole or not at all.

    It is built beside its place and then renamed. Raises HostError `initdb-failed`, `setup-failed`,
    `disk-full`, and what starting raises.
    """
    clear_builds(cluster.path.parent)
    try:
        place = Path(tempfile.mkdtemp(prefix=BUILD_PREFIX, dir=cluster.path.parent))
    except OSError as error:
        raise _failure("initdb-failed", "The database cannot be set up", error.strerror or "") from error
    build = cluster._replace(path=place)
    try:
        build._hand_over(place)
        _initdb(build, passwords[roles.ADMIN])
        build.start()
        try:
            _set_up(build, passwords)
        except psycopg.Error as error:
            raise _failure("setup-failed", "The database cannot be set up", str(error)) from error
        finally:
            stop(build.path)
        place.rename(cluster.path)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def clear_builds(data: Path) -> None:
    """This will remove what a making that was killed halfway left behind, its server included."""
    for place in data.glob(f"{BUILD_PREFIX}*"):
        # Its programs too: they go on when the command that called them is killed.
        processes.wait_until(partial(_is_abandoned, place), ORPHANS_MAY_LEAVE)
        shutil.rmtree(place, ignore_errors=True)


def _is_abandoned(place: Path) -> bool:
    """This will kill what works in the folder; True when nothing did."""
    left = processes.postgres_in(place, ("postgres", "initdb", "pg_ctl", "unshare", "setpriv")).pids
    for pid in left:
        processes.send(pid, signal.SIGKILL)
    return not left


def _initdb(build: Cluster, password: str) -> None:
    # The password comes by a pipe: it never is in a file, nor in arguments that others can read.
    command = ["initdb", "-D", ".", f"--username={roles.ADMIN}", "--pwfile=/dev/stdin"]
    command += ["--encoding=UTF8", "--auth-local=scram-sha-256", "--auth-host=scram-sha-256"]
    command += [*_locale(build.binaries.major), *(() if build.durable else ("--no-sync",))]
    done = build._run(command, given=password + "\n")
    if done.returncode:
        raise _failure("initdb-failed", "The database cannot be set up", done.stderr)
    with (build.path / "postgresql.conf").open("a") as file:
        file.write(f"include_if_exists = '{configuration.FILE_NAME}'\n")


def _locale(major: int) -> tuple[str, ...]:
    """Rules for letters that do not depend on the machine, as good as the version has them."""
    for since, name in BUILTIN_LOCALES:
        if major >= since:
            return ("--locale-provider=builtin", f"--builtin-locale={name}", "--locale=C")
    return ("--locale=C",)


def _set_up(build: Cluster, passwords: dict[str, str]) -> None:
    with _as_admin(build, "postgres", passwords) as connection:
        for statement in roles.role_statements(owner_creates_databases=True):
            connection.execute(statement.encode())
        for role in (roles.OWNER, roles.APP):
            secret = sql.Literal(passwords[role])
            connection.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(role), secret))
        connection.execute(f"create database {roles.DATABASE} owner {roles.OWNER}".encode())
    with _as_admin(build, roles.DATABASE, passwords) as connection:
        for statement in roles.inside_statements():
            connection.execute(statement.encode())


def _as_admin(build: Cluster, database: str, passwords: dict[str, str]) -> psycopg.Connection:
    return psycopg.connect(
        host=str(build.sockets),
        port=configuration.PORT,
        user=roles.ADMIN,
        password=passwords[roles.ADMIN],
        dbname=database,
        autocommit=True,
    )


def _failure(code: str, what: str, output: str) -> HostError:
    """An error in one sentence, with the line of `output` that says why."""
    if "No space left on device" in output:
        return HostError(
            "disk-full", f"{what}: the disk is full; free at least 200 MB, or set SIJILL_DATA to another disk."
        )
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"FATAL|PANIC|error|could not", line)]
    reason = (telling or lines or ["no reason given"])[-1 if not telling else 0]
    return HostError(code, f"{what}: {re.sub(r'^.*?(FATAL|PANIC|error): +', '', reason).rstrip('.')}.")
