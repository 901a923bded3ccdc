"""As root, as root where user namespaces are not allowed, as an ordinary user, as one without a name."""

import os
import pwd
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sijill.host import Register, throwaway_register
from sijill.host import runner as runner_module
from sijill.host.runner import Runner, find_runner

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become others")

SOURCE = Path(__file__).parents[3]
SCRIPT = """
import os, signal, sys
import psycopg
from sijill.host import throwaway_register
with throwaway_register(durable=False) as register:
    with psycopg.connect(register.endpoints().app_url) as app:
        print(app.execute("select current_user").fetchone()[0], os.geteuid())
    os.kill(register.pid(), signal.SIGKILL)
    while register.is_up():
        pass
    print(register.start(), oct((register.data / "pg").stat().st_mode & 0o777))
"""


@pytest.fixture
def ordinary() -> Iterator[str]:
    """A user made for this test."""
    name = f"sijilltest{os.getpid()}"
    made = subprocess.run(["useradd", "--create-home", name], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("useradd does not work here")
    yield name
    subprocess.run(["userdel", "--remove", name], capture_output=True, check=True)


def python_for_all() -> str:
    """A Python of this version that every user can run."""
    path = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    if not Path(path).exists():
        pytest.skip(f"there is no {path}, and the one in use may be closed to others")
    return path


def environment() -> dict[str, str]:
    """Where the code and its libraries are."""
    libraries = Path(psycopg.__file__).parents[1]
    return {"PATH": os.environ["PATH"], "PYTHONPATH": f"{SOURCE}:{libraries}", "PYTHONDONTWRITEBYTECODE": "1"}


def expected(uid: int) -> list[str]:
    """What SCRIPT prints."""
    return ["sijill_app", str(uid), "True", "0o700"]


def test_ordinary_user(ordinary: str) -> None:
    uid = pwd.getpwnam(ordinary).pw_uid
    done = subprocess.run(
        [python_for_all(), "-c", SCRIPT],
        env=environment(),
        user=uid,
        group=uid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == expected(uid), done.stderr
    assert done.stderr.count("recovered from its log") == 1


def test_user_without_a_name() -> None:
    uid = 54321
    done = subprocess.run(
        [python_for_all(), "-c", SCRIPT],
        env=environment(),
        user=uid,
        group=uid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == expected(uid), done.stderr


def test_root_in_a_user_namespace(running: Register) -> None:
    assert find_runner().prefix[0] == "unshare" or find_runner().owner is not None
    assert (running.data / "pg").stat().st_uid in (0, (find_runner().owner or (0, 0))[0])


@pytest.fixture
def lowered() -> Runner:
    """How root runs PostgreSQL where user namespaces are not allowed."""
    runner = find_runner(user_namespaces=False)
    assert runner.prefix[0] == "setpriv"
    return runner


def test_root_without_user_namespaces(lowered: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sijill.host.register.find_runner", lambda: lowered)
    tmp_path.chmod(0o700)  # The account that PostgreSQL runs as could not pass here by itself.
    with throwaway_register(tmp_path) as register:
        with psycopg.connect(register.endpoints().app_url) as app:
            assert app.execute("select 1").fetchone() == (1,)
        pid = register.pid()
        assert pid
        status = Path(f"/proc/{pid}/status").read_text()
        assert lowered.owner
        assert f"Uid:\t{lowered.owner[0]}\t{lowered.owner[0]}" in status
        assert (register.data / "pg").stat().st_uid == lowered.owner[0]
        assert stat.S_IMODE(register.data.stat().st_mode) == 0o700
        os.kill(pid, 9)
        assert register.start() or register.is_up()
        register.backup(tmp_path / "file")
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_parents_of_the_folder_keep_their_rights(tmp_path: Path) -> None:
    before = {parent: parent.stat().st_mode for parent in [tmp_path, *tmp_path.parents]}
    with throwaway_register(tmp_path, durable=False):
        pass
    assert {parent: parent.stat().st_mode for parent in before} == before


def test_account_that_postgresql_can_have_exists() -> None:
    account = runner_module._service_account()
    assert account is not None
    assert account.pw_uid != 0
