"""Keeping the register: serve, stop, migrate, back up, restore, roles, tests."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from sijill.host import Child, Endpoints, Register, open_register, stop_serving, supervise
from sijill.host.roles import printed
from sijill.interfaces.cli.main import NO, OK, say
from sijill.interfaces.cli.opening import apply_migrations, environment, existing, file_argument, port_argument

PORT = 8000
ROOT = Path(__file__).resolve().parents[4]


def serve_children(ends: Endpoints, port: int) -> Sequence[Child]:
    """The server and the worker, both as the application's role."""
    python = [sys.executable, "-P", "-m"]
    server = [
        *python, "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2",
        "--blocking-threads", "4", "--respawn-failed-workers", "--no-ws", "--log-level", "warning",
        "sijill.config.wsgi:application",
    ]  # fmt: skip
    worker = [*python, "django", "procrastinate", "worker", "--concurrency", "1", "--shutdown-graceful-timeout", "5"]
    return (
        Child("server", tuple(server), environment(ends, "sijill-server") | {"SIJILL_POOL": "6"}),
        Child("worker", tuple(worker), environment(ends, "sijill-worker")),
    )


def serve(argv: list[str]) -> int:
    """`./sijill serve [--port N]`."""
    parser = argparse.ArgumentParser(prog="./sijill serve")
    parser.add_argument("--port", type=port_argument, default=PORT)
    return serve_on(open_register(), parser.parse_args(argv).port)


def serve_on(register: Register, port: int) -> int:
    """Serve until told to stop."""
    with register.running() as ends:
        apply_migrations(ends)

        def children(found: Endpoints) -> Sequence[Child]:
            say(f"serving on http://127.0.0.1:{port}/ (Ctrl+C stops it)")  # asked for only when the port is free
            return serve_children(found, port)

        return supervise(register, children, port=port, say=say)


def stop(argv: list[str]) -> int:
    """`./sijill stop`."""
    argparse.ArgumentParser(prog="./sijill stop").parse_args(argv)
    stopped = stop_serving(open_register(), say)
    sys.stdout.write("stopped\n" if stopped else "nothing was running\n")
    return OK


def migrate(argv: list[str]) -> int:
    """`./sijill migrate`: makes the register when there is none."""
    argparse.ArgumentParser(prog="./sijill migrate").parse_args(argv)
    with open_register().running() as ends:
        apply_migrations(ends)
    sys.stdout.write("the tables are up to date\n")
    return OK


def backup(argv: list[str]) -> int:
    """`./sijill backup FILE`."""
    parser = argparse.ArgumentParser(prog="./sijill backup")
    parser.add_argument("file", type=Path)
    file = parser.parse_args(argv).file
    register = existing()
    with register.running():
        register.backup(file)
    sys.stdout.write(f"wrote {file}\n")
    return OK


def restore(argv: list[str]) -> int:
    """`./sijill restore FILE`, into an empty register."""
    parser = argparse.ArgumentParser(prog="./sijill restore")
    parser.add_argument("file", type=file_argument)
    file = parser.parse_args(argv).file
    register = open_register()
    with register.running():
        register.restore(file)
    sys.stdout.write("restored; run ./sijill check\n")
    return OK


def roles(argv: list[str]) -> int:
    """`./sijill roles --sql`."""
    parser = argparse.ArgumentParser(prog="./sijill roles")
    parser.add_argument("--sql", action="store_true", required=True, help="print SQL for psql")
    parser.parse_args(argv)
    sys.stdout.write(printed())
    return OK


def test(argv: list[str]) -> int:
    """`./sijill test [PYTEST ARGUMENTS]`: everything, on a throw-away cluster, in parallel."""
    if argv[:1] in (["-h"], ["--help"]):  # pytest's own help would need a cluster first
        sys.stdout.write("usage: ./sijill test [PYTEST ARGUMENTS]\n\nall tests, in parallel, on a throw-away cluster\n")
        return OK
    env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "SIJILL_DATA")}
    env["PYTHONPATH"] = str(ROOT / "src")
    parallel = [] if any(a.startswith("-n") for a in argv) else ["-n", str(min(os.cpu_count() or 1, 4))]
    done = subprocess.run([sys.executable, "-m", "pytest", *parallel, *argv], cwd=ROOT, env=env, check=False)
    return OK if done.returncode == 0 else NO
