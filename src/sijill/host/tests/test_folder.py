"""The data folder: whose it is, who may enter, what is in it, and what is refused."""

import json
import os
import re
import stat
from pathlib import Path

import pytest

from sijill.host import HostError, Register
from sijill.host.configuration import SOCKET_PATH_MAX, make_socket_folder, socket_folder
from sijill.host.folder import DataFolder, data_path, write_json

NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")


def mode(path: Path) -> int:
    """The rights on a file, without its kind."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("env", "path"),
    [
        ({"SIJILL_DATA": "/a", "XDG_DATA_HOME": "/b", "HOME": "/c"}, "/a"),
        ({"XDG_DATA_HOME": "/b", "HOME": "/c"}, "/b/sijill"),
        ({"XDG_DATA_HOME": "relative", "HOME": "/c"}, "/c/.local/share/sijill"),
        ({"SIJILL_DATA": "", "HOME": "/c"}, "/c/.local/share/sijill"),
    ],
)
def test_place_of_the_folder(env: dict[str, str], path: str) -> None:
    assert data_path(env) == Path(path)


def test_everything_is_closed_to_others(running: Register) -> None:
    assert mode(running.data) == 0o700
    assert mode(running.data / "pg") == 0o700
    assert mode(socket_folder(running.data)) == 0o700
    assert mode(running.data / "secrets.json") == 0o600
    open_ones = [entry for entry in running.data.iterdir() if mode(entry) & 0o077]
    assert open_ones == []


def test_register_file_says_what_it_is(running: Register) -> None:
    content = json.loads((running.data / "register.json").read_text())
    assert content["format"] == "sijill-register/1"
    assert content["postgres_major"] == running.endpoints().major
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", content["created"])


def test_folder_that_was_opened_to_others_is_closed_again(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    folder.ensure_secrets()
    folder.path.chmod(0o755)
    folder.prepare()
    assert mode(folder.path) == 0o700


def test_folder_with_other_things_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(HostError) as refusal:
        DataFolder(tmp_path).prepare()
    assert refusal.value.code == "data-folder-foreign"
    assert mode(tmp_path) == 0o755
    assert [entry.name for entry in tmp_path.iterdir()] == ["letter.txt"]


@needs_root
@pytest.mark.parametrize("step", ["running", "exists", "endpoints", "start"])
def test_folder_of_another_user_is_refused(tmp_path: Path, step: str) -> None:
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, NOBODY, NOBODY)
    register = Register(data, {})
    with pytest.raises(HostError) as refusal:
        if step == "running":
            with register.running():
                pass
        else:
            getattr(register, step)()
    assert refusal.value.code == "data-folder-of-another"
    assert "belongs to nobody, and this is root" in refusal.value.sentence
    assert list(data.iterdir()) == []


def test_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(HostError) as refusal:
        DataFolder(tmp_path / "data").prepare()
    assert refusal.value.code == "data-folder-unwritable"


def test_lost_secrets_are_named_and_not_made_anew(running: Register) -> None:
    (running.data / "secrets.json").unlink()
    with pytest.raises(HostError) as refusal:
        running.endpoints()
    assert refusal.value.code == "secrets-missing"
    running.stop()
    assert not (running.data / "secrets.json").exists()


@pytest.mark.parametrize("text", ["", "[]", '{"format": "sijill-register/2"}', '{"format": "sijill-register/1"}'])
def test_unreadable_register_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "register.json").write_text(text)
    with pytest.raises(HostError) as refusal:
        DataFolder(tmp_path).made_by()
    assert refusal.value.code == "register-unreadable"


def test_json_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"n": 1})
    with pytest.raises(TypeError):
        write_json(tmp_path / "a.json", {"n": object()})
    assert json.loads((tmp_path / "a.json").read_text()) == {"n": 1}
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("name", ["a" * 90, "with blank", "with'quote", "سجل"])
def test_socket_is_elsewhere_when_the_path_does_not_suit(name: str) -> None:
    place = socket_folder(Path("/srv") / name)
    assert place.parent == Path("/tmp")
    assert len(os.fsencode(place / ".s.PGSQL.5432.lock")) <= SOCKET_PATH_MAX
    assert socket_folder(Path("/srv/short")) == Path("/srv/short/run")


def test_socket_folder_prepared_by_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "target").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to("target")
    for name in ("open", "link"):
        with pytest.raises(HostError) as refusal:
            make_socket_folder(tmp_path / name)
        assert refusal.value.code == "socket-folder-of-another"
