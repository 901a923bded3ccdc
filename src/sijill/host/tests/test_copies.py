"""Backup and restore: nothing is lost that the laws rest on, and nothing half done is left."""

import stat
from pathlib import Path

import psycopg
import pytest

from sijill.host import HostError, Register, throwaway_register

SCHEMA = """
create table person (id bigint generated always as identity primary key, book int not null, name text);
alter table person enable row level security;
alter table person force row level security;
create policy own_book on person using (book = nullif(current_setting('app.book', true), '')::int);
grant select, insert on person to sijill_app;
create table testimony (id int primary key, during int8range, exclude using gist (id with =, during with &&));
create function no_change() returns trigger language plpgsql as $$begin raise exception 'immutable'; end$$;
create trigger immutable before update or delete on testimony for each row execute function no_change();
set app.book = 1;
insert into person (book, name) values (1, 'هادي صباح'), (1, 'B');
set app.book = 2;
insert into person (book, name) values (2, 'C');
insert into testimony values (1, '[1,5)');
"""


def fill(register: Register) -> None:
    """This will put tables with policies, grants and triggers in, as the owner does in migrations."""
    owner = register.endpoints().owner_url
    assert owner
    with psycopg.connect(owner) as connection:
        connection.execute(SCHEMA.encode())


def backup_of(register: Register, file: Path) -> Path:
    """A backup of the filled register."""
    fill(register)
    register.backup(file)
    return file


def test_restored_register_is_the_same(running: Register, tmp_path: Path) -> None:
    file = backup_of(running, tmp_path / "register.backup")
    with throwaway_register(tmp_path, durable=False) as other:
        other.restore(file)
        ends = other.endpoints()
        assert ends.app_url != running.endpoints().app_url, "passwords are each register's own"
        with psycopg.connect(ends.app_url) as app:
            assert app.execute("select count(*) from person").fetchone() == (0,)
            app.execute("select set_config('app.book', '1', true)")
            assert app.execute("select name from person order by id").fetchall() == [("هادي صباح",), ("B",)]
            app.execute("insert into person (book, name) values (1, 'D')")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("delete from person")
        assert ends.owner_url
        with psycopg.connect(ends.owner_url) as owner:
            assert owner.execute("select count(*) from person").fetchone() == (0,), "forced on the owner too"
            owners = "select array_agg(distinct tableowner::text) from pg_tables where schemaname = 'public'"
            assert owner.execute(owners.encode()).fetchone() == (["sijill_owner"],)
            with pytest.raises(psycopg.errors.RaiseException):
                owner.execute("update testimony set during = '[2,3)'")
            owner.rollback()
            with pytest.raises(psycopg.errors.ExclusionViolation):
                owner.execute("insert into testimony values (1, '[2,3)')")
            owner.rollback()
            owner.execute("alter table person add column later int")


def test_backup_of_a_stopped_register_leaves_it_stopped(fresh: Register, tmp_path: Path) -> None:
    with fresh.running():
        fill(fresh)
    file = tmp_path / "register.backup"
    file.write_text("an older one")
    fresh.backup(file)
    assert not fresh.is_up()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes().startswith(b"PGDMP")
    assert not list(tmp_path.glob("*.part"))


def test_restore_makes_the_register(running: Register, fresh: Register, tmp_path: Path) -> None:
    file = backup_of(running, tmp_path / "register.backup")
    fresh.restore(file)
    assert not fresh.is_up()
    with fresh.running() as ends, psycopg.connect(ends.admin_url or "") as admin:
        assert admin.execute("select count(*) from person").fetchone() == (3,)


def test_register_with_tables_is_not_overwritten(running: Register, tmp_path: Path) -> None:
    file = backup_of(running, tmp_path / "register.backup")
    with pytest.raises(HostError) as refusal:
        running.restore(file)
    assert refusal.value.code == "register-not-empty"


def test_broken_backup_restores_nothing(running: Register, tmp_path: Path) -> None:
    whole = backup_of(running, tmp_path / "register.backup").read_bytes()
    cut = tmp_path / "cut.backup"
    cut.write_bytes(whole[: len(whole) - 200])
    with throwaway_register(tmp_path, durable=False) as other:
        with pytest.raises(HostError) as refusal:
            other.restore(cut)
        assert refusal.value.code == "restore-failed"
        with psycopg.connect(other.endpoints().admin_url or "") as admin:
            assert admin.execute("select to_regclass('person')").fetchone() == (None,)


@pytest.mark.parametrize("content", [None, b"", b"select 1;"])
def test_what_is_no_backup_is_refused_before_a_register_is_made(
    fresh: Register, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(HostError) as refusal:
        fresh.restore(file)
    assert refusal.value.code == "backup-unreadable"
    assert not fresh.data.exists()


def test_backup_into_a_missing_folder_is_refused(running: Register, tmp_path: Path) -> None:
    with pytest.raises(HostError) as refusal:
        running.backup(tmp_path / "none" / "file")
    assert refusal.value.sentence.endswith("none/file cannot be written: No such file or directory.")


def test_somebody_elses_database(running: Register, tmp_path: Path, env: dict[str, str]) -> None:
    fill(running)
    ends = running.endpoints()
    named = env | {"SIJILL_DATA": str(tmp_path / "data"), "DATABASE_URL": ends.app_url}
    register = Register.from_environment(named)
    with register.running() as there:
        assert not there.embedded
        assert there.app_url == ends.app_url
        assert (there.owner_url, there.admin_url, there.major) == (None, None, ends.major)
        assert there.secret_key == register.endpoints().secret_key
    assert not register.start()
    assert not register.stop()
    with pytest.raises(HostError) as refusal:
        register.backup(tmp_path / "file")
    assert refusal.value.code == "admin-url-missing"
    bound = Register.from_environment(named | {"SIJILL_ADMIN_URL": str(ends.owner_url)})
    with pytest.raises(HostError, match="row-level security") as refusal:
        bound.backup(tmp_path / "file")
    assert refusal.value.code == "backup-failed"
    assert not (tmp_path / "file").exists()
    free = Register.from_environment(named | {"SIJILL_ADMIN_URL": str(ends.admin_url)})
    free.backup(tmp_path / "file")
    assert (tmp_path / "file").exists()


def test_key_may_come_from_the_environment(running: Register, tmp_path: Path) -> None:
    named = {"SIJILL_DATA": str(tmp_path / "data"), "DATABASE_URL": running.endpoints().app_url}
    ends = Register.from_environment(named | {"SIJILL_SECRET_KEY": "k", "SIJILL_OWNER_URL": "o"}).endpoints()
    assert (ends.secret_key, ends.owner_url) == ("k", "o")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("sqlite:///secret.db", "database-url-invalid"),
        ("postgresql://sijill_app:secret@/sijill?host=/nowhere", "database-unreachable"),
    ],
)
def test_wrong_address_is_told_without_its_password(tmp_path: Path, url: str, code: str) -> None:
    register = Register.from_environment({"SIJILL_DATA": str(tmp_path / "data"), "DATABASE_URL": url})
    with pytest.raises(HostError) as refusal, register.running():
        pass
    assert refusal.value.code == code
    assert "secret" not in refusal.value.sentence
