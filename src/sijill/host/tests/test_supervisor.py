"""`serve`: killed parts come back, two are refused, a killed serve leaves nothing in the way."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sijill.host import HostError, Register, port_is_free, stop_serving
from sijill.host.children import Child, Keeper, Pauses
from sijill.host.processes import is_alive, wait_until
from sijill.host.tests import serve_example

PATIENCE = 20.0


class Served:
    """A running `serve_example` and what it said."""

    def __init__(self, data: Path, port: int, *extra: str) -> None:
        self.data = data
        self.port = port
        self.register = Register(data, durable=False)
        self.said = data.parent / "said.txt"
        with self.said.open("a") as file:
            self.process = subprocess.Popen(
                [sys.executable, serve_example.__file__, str(data), str(port), *extra],
                stderr=file,
                start_new_session=True,
            )

    def record(self) -> dict[str, Any]:
        """The content of serve.json."""
        content: dict[str, Any] = json.loads((self.data / "serve.json").read_text())
        return content

    def children(self) -> dict[str, int]:
        """The recorded children, empty while nothing is recorded."""
        with contextlib.suppress(OSError, ValueError):
            children: dict[str, int] = self.record()["children"]
            return children
        return {}

    def answers(self) -> bool:
        """Whether the server takes connections and both children of this very process run."""
        with contextlib.suppress(OSError, ValueError), socket.create_connection(("127.0.0.1", self.port), 1):
            return self.record()["pid"] == self.process.pid and len(self.children()) == 2
        return False

    def await_up(self) -> None:
        """This will wait until everything runs."""
        reach(lambda: self.answers() and self.register.is_up(), self.said)


def reach(goal: Callable[[], bool], said: Path) -> None:
    """This will wait for a goal and show what was said when it is not reached."""
    assert wait_until(goal, PATIENCE), said.read_text()


@pytest.fixture
def port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def served(tmp_path: Path, port: int) -> Iterator[Served]:
    """A `serve` that is up, ended at the end of the test however it went."""
    one = Served(tmp_path / "data", port)
    try:
        one.await_up()
        yield one
    finally:
        one.process.kill()
        one.process.wait()
        stop_serving(one.register, lambda _sentence: None)


@pytest.mark.slow
def test_killed_children_and_database_come_back(served: Served) -> None:
    for name in ("server", "worker", "server"):
        old = served.children()[name]
        os.kill(old, signal.SIGKILL)
        reach(lambda: old not in served.children().values(), served.said)  # noqa: B023
        served.await_up()
    database = served.register.pid()
    assert database
    os.kill(database, signal.SIGKILL)
    reach(lambda: "database ended; started again" in served.said.read_text(), served.said)
    said = served.said.read_text()
    assert f"server ended by signal 9; started again (pid {served.children()['server']})" in said
    assert f"database ended; started again (pid {served.register.pid()})" in said
    assert "PostgreSQL had not been shut down cleanly; it recovered from its log" in said


@pytest.mark.slow
def test_orderly_stop_takes_everything_along(served: Served) -> None:
    children = served.children()
    assert stop_serving(served.register, lambda _sentence: None)
    assert served.process.wait(5) == 0
    assert not served.register.is_up()
    assert not any(map(is_alive, children.values()))
    assert not (served.data / "serve.json").exists()
    assert not stop_serving(served.register, lambda _sentence: None)


@pytest.mark.slow
def test_second_serve_is_refused_naming_the_first(served: Served) -> None:
    second = subprocess.run(
        [sys.executable, serve_example.__file__, str(served.data), "1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert f"served by process {served.process.pid} at http://127.0.0.1:{served.port}/" in second.stderr
    assert served.answers()


@pytest.mark.slow
def test_killed_serve_leaves_nothing_in_the_way(tmp_path: Path, port: int) -> None:
    served = Served(tmp_path / "data", port, "stubborn")
    served.await_up()
    time.sleep(0.5)  # The worker needs a moment until it ignores the kernel's request to end.
    children = served.children()
    served.process.kill()
    served.process.wait()
    again = Served(served.data, port)
    try:
        again.await_up()
        assert not any(map(is_alive, children.values()))
        said = again.said.read_text()
        assert f"an earlier serve (pid {served.process.pid}) had been killed" in said
        assert f"worker ({children['worker']})" in said
    finally:
        again.process.send_signal(signal.SIGTERM)
        assert again.process.wait(PATIENCE) == 0


@pytest.mark.slow
def test_number_taken_over_by_another_program_is_left_alone(served: Served) -> None:
    served.process.kill()
    served.process.wait()
    record = served.record()
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    try:
        record["children"]["worker"] = bystander.pid  # The recorded birth is that of the old worker.
        (served.data / "serve.json").write_text(json.dumps(record))
        stop_serving(served.register, lambda _sentence: None)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


@pytest.mark.slow
def test_child_that_does_not_end_is_killed(tmp_path: Path, port: int) -> None:
    one = Served(tmp_path / "data", port, "stubborn")
    one.await_up()
    time.sleep(0.5)  # The worker needs a moment until it ignores the signal.
    worker = one.children()["worker"]
    one.process.send_signal(signal.SIGINT)
    assert one.process.wait(PATIENCE) == 0
    assert "worker did not end within 10 seconds and was killed" in one.said.read_text()
    assert not is_alive(worker)
    assert not one.register.is_up()


@pytest.mark.slow
def test_taken_port_is_refused_and_nothing_is_left_running(tmp_path: Path, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert not port_is_free(port)
        one = Served(tmp_path / "data", port)
        assert one.process.wait(PATIENCE) == 1
    assert f"port-taken: Port {port} on 127.0.0.1 is taken" in one.said.read_text()
    assert not one.register.is_up()
    assert port_is_free(port)


def test_helpers_of_a_killed_child_go_with_it(tmp_path: Path) -> None:
    note = tmp_path / "helper"
    code = f"sleep 600 & echo $! >{note}.new; mv {note}.new {note}; wait"
    keeper = Keeper(Child("server", ("/bin/sh", "-c", code), os.environ), "mark")
    keeper.start()
    assert wait_until(note.exists, PATIENCE)
    helper = int(note.read_text())
    assert keeper.pid
    os.kill(keeper.pid, signal.SIGKILL)
    assert wait_until(lambda: keeper.tend() is not None, PATIENCE)
    try:
        assert wait_until(lambda: not is_alive(helper), PATIENCE)
    finally:
        keeper.ask_to_end()
        assert keeper.make_end(time.monotonic() + PATIENCE)


def test_program_that_is_not_there_is_named() -> None:
    keeper = Keeper(Child("server", ("/nowhere/server",), {}), "mark")
    with pytest.raises(HostError) as refusal:
        keeper.start()
    assert refusal.value.sentence == "server cannot be started: No such file or directory."


def test_pauses_double_but_not_for_what_outlived_them() -> None:
    pauses = Pauses()
    waits = []
    for _ in range(8):
        pauses.started(100.0)
        pauses.ended(100.0)
        waits.append(round(pauses.due - 100.0, 3))
    assert waits == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0]
    pauses.started(200.0)
    pauses.ended(204.5)
    assert pauses.due == 205.0
    pauses.started(300.0)
    pauses.ended(330.0)
    assert pauses.due == 330.0
    pauses.started(330.0)
    pauses.ended(330.0)
    assert round(pauses.due - 330.0, 3) == 0.4


def test_stop_of_a_register_that_is_not_there(tmp_path: Path) -> None:
    assert not stop_serving(Register(tmp_path / "none"), lambda _sentence: None)
    assert not (tmp_path / "none").exists()
