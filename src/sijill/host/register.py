"""The register on this machine: its database, found, started for those who need it, and left as found.

Three locks, always taken in this order: `users.lock` (shared, by everyone who uses the database,
for as long as they do), then `start.lock` (alone, while starting or stopping). Whoever leaves takes
the start lock and then *tries* to hold the users' lock alone; only if that succeeds is nobody else
left, and the database is stopped.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sijill.host import copies, external, roles
from sijill.host.binaries import find_server
from sijill.host.cluster import START_PATIENCE, Cluster, create, is_ready, live_server, stop
from sijill.host.configuration import PORT, socket_folder
from sijill.host.errors import HostError
from sijill.host.folder import DataFolder, data_path
from sijill.host.locks import FileLock, alone
from sijill.host.runner import find_runner

LOCK_PATIENCE = 90.0


@dataclass(frozen=True)
class Endpoints:
    """How to reach the database: libpq URIs by role, and the key that signs sessions.

    `embedded` says whether this program runs the database itself; `major` is its version.
    """

    app_url: str
    owner_url: str | None
    admin_url: str | None
    secret_key: str
    embedded: bool
    major: int


def _to_standard_error(sentence: str) -> None:
    sys.stderr.write(f"sijill: {sentence}\n")
    sys.stderr.flush()


class Register:
    """One register: a data folder with an embedded database, or a database somebody else runs."""

    def __init__(
        self,
        data: Path,
        env: Mapping[str, str] | None = None,
        *,
        durable: bool = True,
        say: Callable[[str], None] = _to_standard_error,
    ) -> None:
        self.data = data
        self.folder = DataFolder(data)
        self.say = say
        self._env = dict(os.environ if env is None else env)
        self._durable = durable

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> "Register":
        """The register these variables name: DATABASE_URL, else the embedded one in the data folder."""
        return cls(data_path(env), env)

    @property
    def embedded(self) -> bool:
        """Whether this program runs the database itself."""
        return not self._env.get("DATABASE_URL")

    def exists(self) -> bool:
        """Whether there is a register to open; somebody else's database is taken to be one."""
        self.folder.check()
        return not self.embedded or self.folder.is_set_up()

    def is_up(self) -> bool:
        """Whether the embedded database runs now. Cheap: reads two small files."""
        return self.pid() is not None

    def pid(self) -> int | None:
        """The process number of the embedded database, None when it does not run."""
        return live_server(self.folder.cluster)

    @contextmanager
    def running(self) -> Iterator[Endpoints]:
        """This will have the database running for the length of a `with` block, and leave it as found.

        A register that does not exist yet is made. The last one to leave stops the database, unless
        it was started to stay (by `start`). Raises HostError.
        """
        if not self.embedded:
            yield self.endpoints()
            return
        self.folder.prepare()
        users = FileLock(self.folder.users_lock)
        if not users.take(shared=True, patience=LOCK_PATIENCE):
            raise HostError("database-busy", f"The database in {self.data} is being stopped; try again.")
        try:
            self.bring_up()
            yield self.endpoints()
        finally:
            self._leave(users)

    def endpoints(self) -> Endpoints:
        """How to reach the database. Raises HostError `database-not-running`, `database-unreachable`."""
        if not self.embedded:
            return self._external_endpoints()
        self.folder.check()
        if not is_ready(self.folder.cluster):
            raise HostError("database-not-running", f"The database in {self.data} is not running.")
        secret = self.folder.secrets()
        return Endpoints(
            app_url=self._url(roles.APP, secret),
            owner_url=self._url(roles.OWNER, secret),
            admin_url=self._url(roles.ADMIN, secret),
            secret_key=secret["secret_key"],
            embedded=True,
            major=self.folder.made_by() or 0,
        )

    def start(self) -> bool:
        """This will start the database to stay until `stop`; True if it did not run before."""
        if not self.embedded:
            return False
        self.folder.prepare()
        return self.bring_up(stay=True)

    def stop(self) -> bool:
        """This will stop the database, whoever uses it; True if it ran. Committed work is kept."""
        if not self.embedded or not self.folder.is_set_up():
            return False
        self.folder.check()
        with self._starting():
            self.folder.stay.unlink(missing_ok=True)
            return stop(self.folder.cluster)

    def bring_up(self, *, stay: bool = False, patience: float = START_PATIENCE) -> bool:
        """This will make and start the database if needed; True if it was started by this call.

        `stay` marks it as started to stay. Raises HostError.
        """
        with self._starting():
            cluster = self._cluster()
            if not cluster.path.exists():
                create(cluster, self.folder.ensure_secrets())
            if not self.folder.is_set_up():
                self.folder.note_made(cluster.binaries.major)
            started = cluster.pid() is None
            if started:
                self.folder.stay.unlink(missing_ok=True)
            if not is_ready(cluster.path) and cluster.start(patience=patience):
                self.say("PostgreSQL had not been shut down cleanly; it recovered from its log")
            if stay:
                self.folder.stay.touch(mode=0o600)
            return started

    def backup(self, file: Path) -> None:
        """This will copy the whole database into `file` (mode 0600), replacing it only when done.

        Raises HostError `admin-url-missing`, `backup-failed`.
        """
        with self.running() as endpoints:
            copies.dump(_admin_url(endpoints), endpoints.major, file, self._env)

    def restore(self, file: Path) -> None:
        """This will fill this register, which must be empty, from a backup: all of it or nothing.

        Raises HostError `admin-url-missing`, `backup-unreadable`, `register-not-empty`, `restore-failed`.
        """
        copies.check_readable(file)
        with self.running() as endpoints:
            copies.fill(_admin_url(endpoints), endpoints.major, file, self._env)

    def _cluster(self) -> Cluster:
        folder = self.folder
        return Cluster(
            path=folder.cluster,
            sockets=socket_folder(self.data),
            log=folder.log,
            binaries=find_server(self._env, made_by=folder.made_by()),
            runner=find_runner(),
            durable=self._durable,
        )

    def _starting(self) -> AbstractContextManager[FileLock]:
        refusal = (
            f"Another command (process {{pid}}) is starting or stopping the database in {self.data};"
            " try again when it is done."
        )
        return alone(self.folder.start_lock, patience=LOCK_PATIENCE, refusal=("database-busy", refusal))

    def _leave(self, users: FileLock) -> None:
        """This will give up the use of the database, and stop it if nobody else uses or keeps it."""
        try:
            with self._starting():
                # Gives the own share up when others hold theirs, which is what leaving means anyway.
                last = users.take()
                if last and not self.folder.stay.exists():
                    stop(self.folder.cluster)
                users.release()
        finally:
            users.release()

    def _url(self, role: str, secret: Mapping[str, str]) -> str:
        place = quote(str(socket_folder(self.data)), safe="")
        password = quote(secret[role], safe="")
        return f"postgresql://{role}:{password}@/{roles.DATABASE}?host={place}&port={PORT}"

    def _external_endpoints(self) -> Endpoints:
        secret_key = self._env.get("SIJILL_SECRET_KEY", "")
        if not secret_key:
            self.folder.prepare()
            secret_key = self.folder.ensure_secrets()["secret_key"]
        return Endpoints(
            app_url=self._env["DATABASE_URL"],
            owner_url=self._env.get("SIJILL_OWNER_URL") or None,
            admin_url=self._env.get("SIJILL_ADMIN_URL") or None,
            secret_key=secret_key,
            embedded=False,
            major=external.major_version(self._env["DATABASE_URL"]),
        )


def open_register(env: Mapping[str, str] | None = None) -> Register:
    """The register of these environment variables (by default this process's own)."""
    return Register.from_environment(os.environ if env is None else env)


def _admin_url(endpoints: Endpoints) -> str:
    if endpoints.admin_url is None:
        raise HostError(
            "admin-url-missing",
            "A backup or restore needs a role that row-level security does not bind;"
            " set SIJILL_ADMIN_URL to such a role of the database that DATABASE_URL names.",
        )
    return endpoints.admin_url
