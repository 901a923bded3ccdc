"""The data folder: where a register lives on this machine, and what must be true of it."""

import json
import os
import pwd
import secrets
import stat
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from sijill.host.errors import HostError

REGISTER_FORMAT = "sijill-register/1"
SECRETS_FORMAT = "sijill-secrets/1"
SECRET_NAMES = ("sijill_admin", "sijill_owner", "sijill_app", "secret_key")
OWN_ONLY = 0o700
# By any of these a folder is known to be a register's, also one whose making was cut short.
MARKS = ("register.json", "secrets.json", "start.lock", "users.lock", "serve.lock", "throwaway.lock")


def data_path(env: Mapping[str, str]) -> Path:
    """Where the data folder is: SIJILL_DATA, else below XDG_DATA_HOME, else below the home folder."""
    if env.get("SIJILL_DATA"):
        return Path(env["SIJILL_DATA"]).expanduser().absolute()
    shared = Path(env.get("XDG_DATA_HOME", ""))
    if shared.is_absolute():  # The standard says to ignore it otherwise.
        return shared / "sijill"
    home = env.get("HOME") or str(Path.home())
    return Path(home) / ".local" / "share" / "sijill"


def write_json(path: Path, content: Mapping[str, object]) -> None:
    """This will put `content` at `path`, mode 0600, whole or not at all, also across a power cut.

    Raises HostError `data-folder-unwritable`.
    """
    try:
        descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(json.dumps(content, indent=1) + "\n")
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise HostError("data-folder-unwritable", f"{path} cannot be written: {error.strerror}.") from error


def sync_folder(folder: Path) -> None:
    """This will make the names in `folder` (new, renamed) last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class DataFolder:
    """One data folder, existing or not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cluster = path / "pg"
        self.log = path / "postgresql.log"
        self.start_lock = path / "start.lock"
        self.users_lock = path / "users.lock"
        self.serve_lock = path / "serve.lock"
        self.serve = path / "serve.json"
        # Present while the database was started to stay, not just for the length of one command.
        self.stay = path / "stay"

    def prepare(self) -> None:
        """This will make the folder if there is none, and refuse one that is not this user's own.

        Raises HostError `data-folder-of-another`, `data-folder-foreign`, `data-folder-unwritable`.
        """
        try:
            self.path.mkdir(mode=OWN_ONLY, parents=True, exist_ok=True)
            self.check()
            self._close_to_others()
        except OSError as error:
            raise HostError(
                "data-folder-unwritable",
                f"The data folder {self.path} cannot be used: {error.strerror}; set SIJILL_DATA to another place.",
            ) from error

    def check(self) -> None:
        """This will raise HostError `data-folder-of-another` unless the folder is this user's own or absent."""
        try:
            owner = self.path.stat().st_uid
        except FileNotFoundError:
            return
        except OSError as error:
            raise HostError(
                "data-folder-unreadable", f"The data folder {self.path} cannot be read: {error.strerror}."
            ) from error
        if owner != os.geteuid():
            raise HostError(
                "data-folder-of-another",
                f"The data folder {self.path} belongs to {user_name(owner)}, and this is {user_name(os.geteuid())};"
                f" run the command as {user_name(owner)}, or set SIJILL_DATA to a folder of your own.",
            )

    def is_set_up(self) -> bool:
        """Whether a register was made here, to the end."""
        return (self.path / "register.json").is_file() and (self.cluster / "PG_VERSION").is_file()

    def made_by(self) -> int | None:
        """The major version of the PostgreSQL that made this register, None when there is none.

        Raises HostError `register-unreadable`.
        """
        if not (self.path / "register.json").exists():
            # Its making may have been cut short after the last step but one.
            version = self.cluster / "PG_VERSION"
            return int(version.read_text()) if version.exists() else None
        major = self._read("register.json", REGISTER_FORMAT).get("postgres_major")
        if not isinstance(major, int):
            raise HostError(
                "register-unreadable", f"{self.path / 'register.json'} does not name its PostgreSQL version."
            )
        return major

    def note_made(self, major: int) -> None:
        """This will record that the register is complete; written last."""
        created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        write_json(
            self.path / "register.json",
            {"format": REGISTER_FORMAT, "postgres_major": major, "created": created},
        )

    def secrets(self) -> dict[str, str]:
        """The passwords by role name, and `secret_key`.

        Raises HostError `secrets-missing`, `register-unreadable`.
        """
        if not (self.path / "secrets.json").exists():
            raise HostError(
                "secrets-missing",
                f"{self.path / 'secrets.json'} is missing, and without it nobody can log in to the database;"
                " put it back from your copy.",
            )
        read = self._read("secrets.json", SECRETS_FORMAT)
        known = {name: str(read[name]) for name in SECRET_NAMES if read.get(name)}
        if len(known) != len(SECRET_NAMES):
            raise HostError("register-unreadable", f"{self.path / 'secrets.json'} is incomplete.")
        return known

    def ensure_secrets(self) -> dict[str, str]:
        """The secrets, made now if this register has none yet."""
        if not (self.path / "secrets.json").exists() and not self.cluster.exists():
            made = {name: secrets.token_urlsafe(32) for name in SECRET_NAMES}
            write_json(self.path / "secrets.json", {"format": SECRETS_FORMAT, **made})
        return self.secrets()

    def _read(self, name: str, form: str) -> dict[str, object]:
        path = self.path / name
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise HostError("register-unreadable", f"{path} cannot be read.") from error
        if not isinstance(content, dict) or content.get("format") != form:
            raise HostError("register-unreadable", f"{path} is not in the format {form}.")
        return content

    def _close_to_others(self) -> None:
        # In this order: another first start may be making its first file, a mark, at this moment.
        holds_something = any(self.path.iterdir())
        if holds_something and not any((self.path / mark).exists() for mark in MARKS):
            raise HostError(
                "data-folder-foreign",
                f"The folder {self.path} holds other things and no register;"
                " set SIJILL_DATA to an empty or a new folder.",
            )
        if stat.S_IMODE(self.path.stat().st_mode) != OWN_ONLY:
            self.path.chmod(OWN_ONLY)


def user_name(uid: int) -> str:
    """The name of a user for people to read."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
