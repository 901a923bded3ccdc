"""`python -m benchmarks ledger`: how fast the books are with a hundred thousand people and a million events."""

import argparse
import os
import sys
import time
from collections.abc import Iterator

import psycopg

from benchmarks import figures
from benchmarks.figures import Figure, progress

FIRST_EVENTS = 10_000


def main(argv: list[str]) -> int:
    """Measure on a throw-away register. Returns 1 when a limit is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks ledger")
    parser.add_argument("--small", action="store_true", help="10,000 people and 100,000 events")
    parser.add_argument("--here", action="store_true", help="in the empty register that DATABASE_URL names")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    people_count = 10_000 if options.small else 100_000
    if options.here:
        import django  # noqa: PLC0415

        django.setup()
        return _measure(people_count, options.seed, os.environ.get("SIJILL_OWNER_URL"))
    from sijill.exercises.throwaway import drill_register  # noqa: PLC0415

    with drill_register() as (_register, ends):
        return _measure(people_count, options.seed, ends.owner_url)


def _measure(people_count: int, seed: int, owner_url: str | None) -> int:
    from django.db import connection  # noqa: PLC0415

    from benchmarks import crowd as crowds  # noqa: PLC0415
    from benchmarks import reading, writing  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("select split_part(version(), ' on ', 1), current_user")
        version, role = cursor.fetchone()
    sys.stdout.write(f"{figures.machine(version)}; as {role}\n")
    crowd = crowds.found(people_count, seed)
    _follow("people", crowds.admit(crowd, FIRST_EVENTS), FIRST_EVENTS)
    _settle(owner_url)
    first = crowd.events
    early = reading.figures(crowd, turned=False)
    _follow("people", crowds.admit(crowd, people_count), people_count)
    _follow("events", crowds.move_about(crowd), people_count * 10)
    _settle(owner_url)
    late = reading.figures(crowd, turned=True)
    total = crowd.events
    late += writing.figures(crowd, ones=200, manies=15)
    return _report(early, late, (first, total))


def _follow(what: str, steps: Iterator[int], goal: int) -> None:
    """Say how far the crowd has grown, now and then."""
    started = time.monotonic()
    for number, done in enumerate(steps, 1):
        if number % 20 == 0 or done == goal:
            progress(f"{done:,} {what} after {time.monotonic() - started:,.0f} s")


def _settle(owner_url: str | None) -> None:
    """Do now what autovacuum does by itself in the two years the crowd pretends to have lived."""
    if owner_url:
        with psycopg.connect(owner_url, autocommit=True) as session:
            session.execute("vacuum (analyze)")


def _report(early: list[Figure], late: list[Figure], events: tuple[int, int]) -> int:
    """Print every figure with its limit and how it grew; the last line is the verdict."""
    for figure in late:
        sys.stdout.write(figure.line() + "\n")
    before = {figure.name: figure.value for figure in early}
    for figure in late:
        if figure.name in before:
            sys.stdout.write(
                f"growth from {events[0]:,} to {events[1]:,} events: {figure.name}: {before[figure.name]:,.2f} to"
                f" {figure.value:,.2f} {figure.unit} ({figure.value / before[figure.name]:,.1f} times)\n"
            )
    missed = [figure.name for figure in late if figure.missed]
    judged = sum(figure.limit is not None for figure in late)
    sys.stdout.write(f"ledger: {judged - len(missed)} of {judged} within their limits at {events[1]:,} events\n")
    return 1 if missed else 0
