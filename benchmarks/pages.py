"""`python -m benchmarks pages`: what every page takes and weighs on the demo, and 20 officers counting at once."""

import argparse
import json
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import psycopg

from benchmarks import figures
from benchmarks.figures import Figure, percentile, progress

if TYPE_CHECKING:
    from benchmarks.visits import Line
    from sijill.host import Endpoints

PAGE_LIMIT, BOARD_LIMIT, CONFIRMED_LIMIT, NOTHING = 60.0, 100.0, 150.0, "/sign-in"
HANDOVER_BYTES, BOARD_BYTES = 30.0, 150.0  # kB
HANDOVER_PAGES = {"handover", "handover-count", "names", "names-sign"}
BOOT_SECONDS = 60
VISITS_MAX = 4  # users and addresses of one page that are timed, drawn at random


def main(argv: list[str]) -> int:
    """Measure on a throw-away register with the demo in it. Returns 1 when a limit is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks pages")
    parser.add_argument("--small", action="store_true", help="each page 10 times, 4 officers for 10 s")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", metavar="FILE", help="also write the table there")
    options = parser.parse_args(argv)
    from sijill.exercises.throwaway import drill_register  # noqa: PLC0415

    with drill_register() as (_register, ends):
        started = time.monotonic()
        from sijill.exercises.demo import load  # noqa: PLC0415

        load()
        progress(f"the demo is loaded after {time.monotonic() - started:,.0f} s")
        with _owner(ends) as owner:
            version = str(owner.execute("select split_part(version(), ' on ', 1)").fetchone()[0])  # type: ignore[index]
            owner.execute("vacuum (analyze)")
        sys.stdout.write(figures.machine(version) + "\n")
        return _measure(ends, options)


@contextmanager
def _owner(ends: "Endpoints") -> "Iterator[psycopg.Connection[tuple[object, ...]]]":
    if ends.owner_url is None:
        raise RuntimeError("a throw-away register has an owner")
    with psycopg.connect(ends.owner_url, autocommit=True) as session:
        yield session


def _measure(ends: "Endpoints", options: argparse.Namespace) -> int:
    from benchmarks import officers  # noqa: PLC0415

    chance = random.Random(options.seed)
    crew = officers.muster(4 if options.small else 20)
    with server(ends) as port:
        found, rows = _pages(port, 10 if options.small else 40, chance)
        found += officers.figures(port, crew, seconds=10 if options.small else 60, limit=CONFIRMED_LIMIT)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:  # noqa: PTH123
            json.dump(rows, out, indent=1)
    for figure in found:
        sys.stdout.write(figure.line() + "\n")
    judged = [figure for figure in found if figure.limit is not None]
    missed = [figure for figure in judged if figure.missed]
    sys.stdout.write(f"pages: {len(judged) - len(missed)} of {len(judged)} within their limits\n")
    return 1 if missed else 0


@contextmanager
def server(ends: "Endpoints") -> Iterator[int]:
    """The real server, as `serve` runs it."""
    from sijill.interfaces.cli.upkeep import serve_children  # noqa: PLC0415

    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    child = serve_children(ends, port)[0]
    running = subprocess.Popen(list(child.argv), env=dict(child.env))
    try:
        _wait(port, running)
        yield port
    finally:
        running.terminate()
        running.wait(20)


def _wait(port: int, running: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < until and running.poll() is None:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


def _pages(port: int, times: int, chance: random.Random) -> tuple[list[Figure], list[dict[str, object]]]:
    """Every page that a link leads some demo user to, the board at random instants, and a page that does nothing."""
    from benchmarks.visits import Line, examples  # noqa: PLC0415
    from sijill.exercises.demo import DEMO_PASSWORD, USERS  # noqa: PLC0415

    known: dict[str, list[str]] = {}
    visits: list[tuple[str, str, Line]] = []
    for user in USERS:
        line = Line(port)
        if not line.sign_in(user, DEMO_PASSWORD):
            continue
        for name, path in examples(line, known):
            known.setdefault(name, []).append(path)
            visits.append((name, path, line))
        progress(f"  {user}: {len(known)} pages known")
    nothing = _series(Line(port), [NOTHING], times * 3)[0]
    base = statistics.median(nothing)
    found, rows = [Figure("a page that does nothing (sign-in), median", base, "ms")], []
    for name in sorted(known):
        taken, weights = [], []
        examples_of = [(path, line) for each, path, line in visits if each == name]
        for path, line in chance.sample(examples_of, min(len(examples_of), VISITS_MAX)):
            took, weighs = _series(line, _instants(path, times, chance) if name == "board" else [path], times)
            taken += took
            weights.append(weighs)
        rows.append(_row(name, taken, max(weights), base))
        found += _judged(name, taken, max(weights))
    _table(rows)
    return found, rows


def _instants(path: str, times: int, chance: random.Random) -> list[str]:
    """The board at instants of the operation, each another one, every second one as known now."""
    instants = [path]
    for n in range(times):
        day = f"2026-{chance.choice(('01', '02'))}-{chance.randint(1, 28):02}"
        clock = f"{chance.randint(0, 23):02}:{chance.randint(0, 59):02}"
        instants.append(f"/?day={day}&time={clock}" + ("&known=now" if n % 2 else ""))
    return instants


def _series(line: "Line", paths: Sequence[str], times: int) -> tuple[list[float], int]:
    """Times in milliseconds of so many answers, after three that warm up, and the heaviest page in bytes."""
    for path in [*paths, *paths, *paths][:3]:
        line.get(path)
    answers = [line.get(paths[n % len(paths)]) for n in range(times)]
    if any(answer.status >= 500 for answer in answers):
        raise AssertionError(f"the server failed at {paths[0].partition('?')[0]}")
    return [answer.took for answer in answers], max(len(answer.body) for answer in answers)


def _row(name: str, taken: list[float], weighs: int, base: float) -> dict[str, object]:
    middle = statistics.median(taken)
    return {
        "page": name, "p50_ms": round(middle, 1), "p95_ms": round(percentile(taken, 0.95), 1), "bytes": weighs,
        "times_nothing": round(middle / base, 1), "of": len(taken),
    }  # fmt: skip


def _judged(name: str, taken: list[float], weighs: int) -> list[Figure]:
    limit = BOARD_LIMIT if name == "board" else PAGE_LIMIT
    found = [Figure(f"{name}, p95", percentile(taken, 0.95), "ms", limit)]
    if name in HANDOVER_PAGES or name == "board":
        heaviest = BOARD_BYTES if name == "board" else HANDOVER_BYTES
        found.append(Figure(f"{name}, bytes of the page", weighs / 1000, "kB", heaviest))
    return found


def _table(rows: list[dict[str, object]]) -> None:
    out = sys.stdout.write
    out(f"{'page':<28} {'p50 ms':>8} {'p95 ms':>8} {'bytes':>9} {'of nothing':>11}\n")
    for row in rows:
        out(f"{row['page']:<28} {row['p50_ms']:>8} {row['p95_ms']:>8} {row['bytes']:>9,} {row['times_nothing']:>9} x\n")
