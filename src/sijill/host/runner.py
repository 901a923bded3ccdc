"""As whom PostgreSQL runs: it refuses the superuser, and a user without a name."""

import os
import pwd
import subprocess
from functools import cache
from typing import NamedTuple

from sijill.host.errors import HostError

# Accounts that a service may run as, in the order of liking; `nobody` is everywhere.
SERVICE_ACCOUNTS = ("sijill", "postgres", "nobody", "daemon")


class Runner(NamedTuple):
    """How to start a PostgreSQL program: words put before it, and who then owns its files.

    `owner` is (uid, gid) when files made by PostgreSQL belong to somebody else than this process.
    """

    prefix: tuple[str, ...] = ()
    owner: tuple[int, int] | None = None


@cache
def find_runner(*, user_namespaces: bool = True) -> Runner:
    """How PostgreSQL is to be run by this process.

    An ordinary user runs it directly. For root, and for a user without a name, the program sees
    itself as another user inside a user namespace while its files stay the caller's own. Where
    namespaces are not allowed (`user_namespaces` False stands for that), root runs it under a
    service account that keeps one right, to pass through root's folders.
    Raises HostError `no-user-for-postgresql`.
    """
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return Runner()
    account = _service_account()
    if account is not None and user_namespaces:
        mapped = ("unshare", "--user", f"--map-user={account.pw_uid}", f"--map-group={account.pw_gid}")
        if _works(mapped):
            return Runner(mapped)
    if account is not None and os.geteuid() == 0:
        lowered = _lowered(account)
        if _works(lowered):
            return Runner(lowered, (account.pw_uid, account.pw_gid))
    raise HostError(
        "no-user-for-postgresql",
        "PostgreSQL does not run as this user and here it cannot be given another one;"
        " start Sijill as an ordinary user, or set DATABASE_URL to a PostgreSQL that runs already.",
    )


def _lowered(account: pwd.struct_passwd) -> tuple[str, ...]:
    return (
        "setpriv",
        f"--reuid={account.pw_uid}",
        f"--regid={account.pw_gid}",
        "--clear-groups",
        "--inh-caps=+dac_override",
        "--ambient-caps=+dac_override",
    )


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _service_account() -> pwd.struct_passwd | None:
    """An account that is not root; the number must have a name, initdb looks it up."""
    for name in SERVICE_ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return next((entry for entry in pwd.getpwall() if entry.pw_uid != 0), None)


def _works(prefix: tuple[str, ...]) -> bool:
    try:
        probe = subprocess.run([*prefix, "true"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return probe.returncode == 0
