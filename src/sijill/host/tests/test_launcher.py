"""`./sijill`, run as a user would, in a clone of its own with empty locks (so that no network is needed)."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

LAUNCHER = Path(__file__).parents[4] / "sijill"
MAIN = """
import os, sys
try:
    os.fstat(9)
    sys.exit("the lock was passed on")
except OSError:
    print(sys.prefix, *sys.argv[1:], sep="|")
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("ensurepip") is None, reason="this Python makes no environments"),
]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone, in a path with a blank, whose locks ask for nothing."""
    clone = tmp_path / "my clone"
    (clone / "src" / "sijill").mkdir(parents=True)
    (clone / "src" / "sijill" / "__main__.py").write_text(MAIN)
    shutil.copy(LAUNCHER, clone / "sijill")
    (clone / "requirements.lock").write_text("# nothing\n")
    (clone / "requirements-dev.lock").write_text("# nothing, for tests\n")
    return clone


def path_without_uv() -> str:
    """PATH without the folders that hold uv, so that pip's way is the one tested."""
    folders = os.environ["PATH"].split(":")
    return ":".join(folder for folder in folders if not os.access(f"{folder}/uv", os.X_OK))


def run(clone: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """This will run the launcher and wait for it."""
    return subprocess.run(command(clone, *arguments), env=environment(env), capture_output=True, text=True, check=False)


def command(clone: Path, *arguments: str) -> list[str]:
    """The launcher's command line."""
    return [str(clone / "sijill"), *arguments]


def environment(extra: dict[str, str]) -> dict[str, str]:
    """The environment of a launcher under test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SIJILL_", "PYTHON"))}
    return kept | {"PATH": path_without_uv(), "SIJILL_PYTHON": sys.executable} | extra


def test_first_start_installs_and_the_next_does_not(clone: Path) -> None:
    first = run(clone, "demo", "a b")
    assert first.stdout == f"{clone}/.venv|demo|a b\n", first.stderr
    assert "installing requirements.lock into" in first.stderr
    second = run(clone)
    assert second.stdout == f"{clone}/.venv\n"
    assert second.stderr == ""


def test_changed_lock_is_installed(clone: Path) -> None:
    run(clone)
    (clone / "requirements.lock").write_text("# nothing, again\n")
    assert "installing requirements.lock" in run(clone).stderr
    assert run(clone).stderr == ""


def test_development_environment_is_good_for_both(clone: Path) -> None:
    run(clone, "demo")
    assert "installing requirements-dev.lock" in run(clone, "test").stderr
    assert run(clone, "demo").stderr == ""
    assert run(clone, "test").stderr == ""
    (clone / "requirements-dev.lock").write_text("# changed\n")
    assert "installing requirements-dev.lock" in run(clone, "demo").stderr


def test_unfinished_installation_is_done_again(clone: Path) -> None:
    run(clone)
    (clone / ".venv" / ".sijill-lock").unlink()
    (clone / ".venv" / "bin" / "python").unlink()
    assert run(clone).stdout == f"{clone}/.venv\n"


def test_failed_installation_stops_and_is_not_stamped(clone: Path) -> None:
    (clone / "requirements.lock").write_text("sijill-no-such-package==1 --hash=sha256:00\n")
    failed = run(clone, PIP_NO_INDEX="1")
    assert failed.returncode == 1
    assert failed.stderr.endswith("sijill: the installation failed; see above.\n")
    assert failed.stdout == ""
    assert not (clone / ".venv" / ".sijill-lock").exists()


def test_first_starts_at_once(clone: Path) -> None:
    starts = [
        subprocess.Popen(
            command(clone, str(number)), env=environment({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for number in range(4)
    ]
    answers = [start.communicate() for start in starts]
    assert sorted(out for out, _ in answers) == [f"{clone}/.venv|{number}\n" for number in range(4)]
    assert sum("installing requirements.lock" in err for _, err in answers) == 1
    assert sum("waiting for it" in err for _, err in answers) == 3


def test_killed_first_start_is_no_obstacle(clone: Path) -> None:
    start = subprocess.Popen(command(clone), env=environment({}), stderr=subprocess.PIPE, start_new_session=True)
    assert start.stderr
    assert b"installing" in start.stderr.readline()
    time.sleep(0.3)
    os.killpg(start.pid, signal.SIGKILL)
    start.communicate()
    assert not (clone / ".venv" / ".sijill-lock").exists()
    assert run(clone).stdout == f"{clone}/.venv\n"


def test_called_through_a_link_from_elsewhere(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sijill").symlink_to("../my clone/sijill")
    (tmp_path / "bin" / "os.py").write_text("raise SystemExit('the working folder stood in for a module')")
    done = subprocess.run(
        ["./sijill"], cwd=tmp_path / "bin", env=environment({}), capture_output=True, text=True, check=False
    )
    assert done.stdout == f"{clone}/.venv\n", done.stderr


def test_another_place_for_the_environment(clone: Path, tmp_path: Path) -> None:
    assert run(clone, SIJILL_VENV=str(tmp_path / "here" / "venv")).stdout == f"{tmp_path}/here/venv\n"
    assert not (clone / ".venv").exists()


def test_folder_with_other_things_is_not_cleared(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter").write_text("mine")
    refused = run(clone, SIJILL_VENV=str(tmp_path / "home"))
    assert refused.returncode == 1
    assert "which holds other things" in refused.stderr
    assert (tmp_path / "home" / "letter").read_text() == "mine"


def shim(folder: Path, name: str, body: str) -> None:
    """A program that stands in the way of the real one."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)


def test_python_that_does_not_run_is_passed_over(clone: Path, tmp_path: Path) -> None:
    for name in ("python3.13", "python3.12"):
        shim(tmp_path / "bin", name, "echo 'command not found' >&2; exit 127")
    shim(tmp_path / "bin", "python3.11", f'exec "{sys.executable}" "$@"')
    done = run(clone, SIJILL_PYTHON="", PATH=f"{tmp_path}/bin:{path_without_uv()}")
    assert done.stdout == f"{clone}/.venv\n", done.stderr


def test_python_without_venv_is_told_with_the_remedy(clone: Path, tmp_path: Path) -> None:
    shim(tmp_path / "bin", "python3", f'case "$2" in *ensurepip*) exit 1 ;; esac; exec "{sys.executable}" "$@"')
    refused = run(clone, SIJILL_PYTHON=str(tmp_path / "bin" / "python3"))
    assert refused.returncode == 1
    assert refused.stderr.endswith("on Debian or Ubuntu run: apt-get install python3-venv\n")
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("python", ["/nowhere/python", "/bin/false"])
def test_wrong_choice_of_python_is_told(clone: Path, python: str) -> None:
    refused = run(clone, SIJILL_PYTHON=python)
    assert refused.returncode == 1
    assert refused.stderr == f"sijill: SIJILL_PYTHON is {python}, which does not run or is older than Python 3.11.\n"


def test_uv_is_used_and_pip_when_it_fails(clone: Path, tmp_path: Path) -> None:
    path = f"{tmp_path}/bin:{path_without_uv()}"
    shim(tmp_path / "bin", "uv", f'echo "$*" >>"{tmp_path}/asked"')
    done = run(clone, PATH=path)
    assert done.stdout == f"{clone}/.venv\n", done.stderr
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[-1] == f"pip sync --quiet --python {clone}/.venv/bin/python --require-hashes {clone}/requirements.lock"
    shim(tmp_path / "bin", "uv", '[ "$1" = --version ]')
    (clone / "requirements.lock").write_text("# nothing, again\n")
    done = run(clone, PATH=path)
    assert done.stdout == f"{clone}/.venv\n", done.stderr
    assert "uv could not install; trying pip" in done.stderr
