"""The embedded database: roles, passwords, starting, sharing, and surviving kill -9."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from sijill.host import HostError, Register, open_register, throwaway_register
from sijill.host.cluster import BUILD_PREFIX
from sijill.host.locks import FileLock
from sijill.host.processes import wait_until

PATIENCE = 20.0


def value(url: str, query: str) -> object:
    """The first column of the first row."""
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row
    return row[0]


def test_roles_can_do_what_they_should(running: Register) -> None:
    ends = running.endpoints()
    assert ends.embedded
    assert ends.owner_url
    assert ends.admin_url
    assert value(ends.app_url, "select current_user::text") == "sijill_app"
    rights = (
        "select array[rolsuper, rolbypassrls, rolcreaterole, rolinherit, rolcreatedb]"
        " from pg_roles where rolname = current_user"
    )
    assert value(ends.app_url, rights) == [False, False, False, False, False]
    assert value(ends.owner_url, rights) == [False, False, False, False, True]
    assert value(ends.admin_url, "select rolsuper from pg_roles where rolname = current_user") is True
    assert value(ends.app_url, "select count(*) from pg_extension where extname = 'btree_gist'") == 1
    with psycopg.connect(ends.owner_url) as owner:
        owner.execute("create table t (n int)")
    for refused in ("create table mine (n int)", "create temporary table mine (n int)", "select * from t"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            value(ends.app_url, refused)


def test_letters_do_not_depend_on_the_machine(running: Register) -> None:
    query = (
        "select datlocprovider::text || coalesce(datlocale, '') || encoding from pg_database where datname = 'sijill'"
    )
    assert value(running.endpoints().app_url, query) == "bPG_UNICODE_FAST6"
    assert value(running.endpoints().app_url, "select lower('ÀÉ') || upper('straße')") == "àéSTRASSE"


@pytest.mark.parametrize("role", ["sijill_admin", "sijill_owner", "sijill_app", "postgres"])
def test_nobody_comes_in_without_the_password(running: Register, role: str) -> None:
    address = re.sub(r"//\w+:[^@]+@", f"//{role}:wrong@", running.endpoints().app_url)
    assert role in address
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address)
    hba = (running.data / "pg" / "pg_hba.conf").read_text()
    assert {line.split()[-1] for line in hba.splitlines() if line and line[0] != "#"} == {"scram-sha-256"}


def test_database_does_not_listen_on_the_network(running: Register) -> None:
    assert value(running.endpoints().app_url, "show listen_addresses") == ""


def test_no_record_reaches_the_log(running: Register) -> None:
    admin = running.endpoints().admin_url
    assert admin
    for attempt in (
        "select 'Hadi Sabah'::int",
        "do $$begin raise exception 'Hadi Sabah'; end$$",
        "select 'Hadi Sabah' from nowhere",
    ):
        with pytest.raises(psycopg.Error):
            value(admin, attempt)
    log = (running.data / "postgresql.log").read_text()
    assert "ready to accept connections" in log
    assert "Hadi" not in log


def test_register_is_made_on_first_use_and_left_as_found(fresh: Register) -> None:
    assert not fresh.exists()
    with fresh.running() as ends:
        assert fresh.exists()
        assert value(ends.app_url, "select 1") == 1
    assert not fresh.is_up()
    with pytest.raises(HostError, match="is not running"):
        fresh.endpoints()
    assert fresh.start()
    assert not fresh.start()
    with fresh.running():
        assert fresh.endpoints().app_url == ends.app_url
    assert fresh.is_up()
    assert fresh.stop()
    assert not fresh.stop()


def test_same_folder_from_the_environment(fresh: Register, env: dict[str, str]) -> None:
    same = open_register(env | {"SIJILL_DATA": str(fresh.data)})
    assert same.data == fresh.data
    with fresh.running() as ends:
        assert same.endpoints() == ends


def test_the_last_to_leave_stops_it(fresh: Register, env: dict[str, str]) -> None:
    code = (
        "import sys; from pathlib import Path; from sijill.host import Register\n"
        "with Register(Path(sys.argv[1]), durable=False).running():\n"
        "    print('in', flush=True); sys.stdin.readline()\n"
    )
    with fresh.running():
        other = subprocess.Popen(
            [sys.executable, "-c", code, str(fresh.data)],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert other.stdout
        assert other.stdout.readline() == "in\n"
    assert fresh.is_up(), "this call started it, but the other relies on it"
    other.communicate("\n", timeout=PATIENCE)
    assert other.returncode == 0
    assert not fresh.is_up()


def test_user_that_is_killed_does_not_count_any_more(fresh: Register, env: dict[str, str]) -> None:
    code = (
        "import os, sys; from pathlib import Path; from sijill.host import Register\n"
        "with Register(Path(sys.argv[1]), durable=False).running(): os.kill(os.getpid(), 9)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(fresh.data)], env=env, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert fresh.is_up()
    with fresh.running():
        pass
    assert not fresh.is_up()


def test_many_first_starts_at_once_make_one_register(fresh: Register, env: dict[str, str]) -> None:
    seen: list[str] = []

    def use() -> None:
        with Register(fresh.data, env, durable=False).running() as ends:
            seen.append(str(value(ends.app_url, "select system_identifier::text from pg_control_system()")))

    users = [threading.Thread(target=use) for _ in range(6)]
    for user in users:
        user.start()
    for user in users:
        user.join()
    assert len(seen) == 6
    assert len(set(seen)) == 1
    assert not fresh.is_up()


def test_start_while_another_starts_is_refused_naming_it(fresh: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sijill.host.register.LOCK_PATIENCE", 0.2)
    fresh.folder.prepare()
    other = FileLock(fresh.folder.start_lock)
    assert other.take()
    with pytest.raises(HostError) as refusal:
        fresh.start()
    other.release()
    assert refusal.value.code == "database-busy"
    assert f"(process {os.getpid()})" in refusal.value.sentence
    assert not fresh.exists()


def test_killed_database_comes_back_and_says_so(tmp_path: Path, env: dict[str, str]) -> None:
    said: list[str] = []
    register = Register(tmp_path / "data", env, say=said.append)
    register.start()
    owner = register.endpoints().owner_url
    assert owner
    with psycopg.connect(owner) as connection:
        connection.execute("create table t (n int)")
    for round_number in range(3):
        with psycopg.connect(owner) as connection:
            connection.execute("insert into t values (%s)", [round_number])
        pid = register.pid()
        assert pid
        os.kill(pid, signal.SIGKILL)
        assert wait_until(lambda: not register.is_up(), PATIENCE)
        assert register.start()
    assert value(owner, "select count(*) from t") == 3
    assert said == ["PostgreSQL had not been shut down cleanly; it recovered from its log"] * 3
    register.stop()
    register.start()
    register.stop()
    assert len(said) == 3, "after an orderly stop there is nothing to say"


def test_workers_of_a_killed_database_do_not_stand_in_the_way(running: Register) -> None:
    url = running.endpoints().app_url
    busy = psycopg.connect(url)
    backend = busy.info.backend_pid
    os.kill(backend, signal.SIGSTOP)  # It will not notice that its server is gone.
    server = running.pid()
    assert server
    os.kill(server, signal.SIGKILL)
    assert wait_until(lambda: not running.is_up(), PATIENCE)
    assert running.start()
    assert value(url, "select 1") == 1
    busy.close()


def test_number_of_a_dead_database_given_to_another_program(running: Register) -> None:
    file = running.data / "pg" / "postmaster.pid"
    running.stop()
    file.write_text(f"{os.getpid()}\n{running.data}/pg\n1\n5432\n/nowhere\n\n 1 1\nready\n")
    assert not running.is_up()
    with pytest.raises(HostError):
        running.endpoints()
    assert running.start()
    assert value(running.endpoints().app_url, "select 1") == 1


def test_failed_making_leaves_nothing(fresh: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sijill.host.cluster.roles.inside_statements", lambda: ("no such statement",))
    with pytest.raises(HostError) as refusal, fresh.running():
        pass
    assert refusal.value.sentence == 'The database cannot be set up: syntax error at or near "no".'
    left = {entry.name for entry in fresh.data.iterdir()}
    assert not fresh.exists()
    assert left <= {"secrets.json", "start.lock", "users.lock", "postgresql.log", "run"}
    monkeypatch.undo()
    with fresh.running() as ends:
        assert value(ends.app_url, "select 1") == 1


@pytest.mark.parametrize("reached", ["", "/PG_VERSION", "/postmaster.pid"])
def test_making_that_was_killed_is_cleared_and_done_again(fresh: Register, env: dict[str, str], reached: str) -> None:
    code = (
        "import sys; from pathlib import Path; from sijill.host import Register\n"
        "Register(Path(sys.argv[1]), durable=False).start()\n"
    )
    maker = subprocess.Popen([sys.executable, "-c", code, str(fresh.data)], env=env)
    assert wait_until(lambda: any(fresh.data.glob(f"{BUILD_PREFIX}*{reached}")), PATIENCE, step=0.001)
    maker.kill()
    maker.wait()
    with fresh.running() as ends:
        assert value(ends.app_url, "select 1") == 1
        assert not list(fresh.data.glob(f"{BUILD_PREFIX}*"))


def test_killed_start_is_taken_up_by_the_next(running: Register, env: dict[str, str]) -> None:
    code = (
        "import sys; from pathlib import Path; from sijill.host import Register\n"
        "Register(Path(sys.argv[1]), durable=False).start()\n"
    )
    for wait in (0.0, 0.02, 0.05, 0.1):
        running.stop()
        (running.data / "start.lock").write_text("")
        starter = subprocess.Popen([sys.executable, "-c", code, str(running.data)], env=env)
        assert wait_until(lambda: (running.data / "start.lock").read_text() != "", PATIENCE, step=0.001)
        time.sleep(wait)
        starter.kill()
        starter.wait()
        running.start()
        assert value(running.endpoints().app_url, "select 1") == 1


def test_making_that_was_killed_just_before_its_end_is_finished(running: Register) -> None:
    running.stop()
    (running.data / "register.json").unlink()
    assert not running.exists()
    assert running.start()
    assert running.exists()
    assert running.endpoints().major >= 15


def test_setting_that_cannot_work_is_told_from_the_log(running: Register) -> None:
    running.stop()
    (running.data / "pg" / "postgresql.auto.conf").write_text("max_connections = lots\n")
    with pytest.raises(HostError) as refusal:
        running.start()
    assert refusal.value.code == "database-not-starting"
    assert 'postgresql.auto.conf" contains errors.' in refusal.value.sentence
    assert f"see {running.data / 'postgresql.log'}" in refusal.value.sentence
    assert "\n" not in refusal.value.sentence


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_full_disk_is_told_and_leaves_nothing(tmp_path: Path, env: dict[str, str]) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        register = Register(disk / "data", env)
        with pytest.raises(HostError) as refusal:
            register.start()
        assert refusal.value.code == "disk-full"
        assert not list(register.data.glob("pg*/"))
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_throwaway_is_gone_also_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), throwaway_register(tmp_path, durable=False) as register:
        pid = register.pid()
        1 / 0  # noqa: B018
    assert pid
    assert wait_until(lambda: not register.is_up(), PATIENCE)
    assert list(tmp_path.iterdir()) == []


def test_throwaway_is_durable_unless_told_otherwise(tmp_path: Path, running: Register) -> None:
    with throwaway_register(tmp_path) as register:
        assert value(register.endpoints().app_url, "show fsync") == "on"
    assert value(running.endpoints().app_url, "show fsync") == "off"


def test_throwaway_of_a_killed_process_is_swept_up(tmp_path: Path, env: dict[str, str]) -> None:
    code = (
        "import os, sys; from pathlib import Path; from sijill.host import throwaway_register\n"
        "with throwaway_register(Path(sys.argv[1]), durable=False): os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=env, check=False)
    (left,) = tmp_path.iterdir()
    register = Register(left, env)
    assert register.is_up()
    os.utime(left, (1, 1))
    with throwaway_register(tmp_path, durable=False):
        assert not register.is_up()
        assert not left.exists()
