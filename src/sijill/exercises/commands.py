"""`./sijill demo`, `./sijill demo-facts` and `./sijill drill`."""

import argparse
import gc
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sijill.host import Endpoints, HostError, open_register, port_is_free
from sijill.interfaces.cli.main import NO, OK, say
from sijill.interfaces.cli.opening import (
    apply_migrations,
    file_argument,
    is_migrated,
    load_django,
    now,
    opened,
    port_argument,
)
from sijill.interfaces.cli.reading import balance_line, balance_of
from sijill.interfaces.cli.upkeep import PORT, serve_on

if TYPE_CHECKING:
    import psycopg
    from psycopg.rows import TupleRow

NEWER = "The demo in this folder was loaded by a newer Sijill; use that one, or set SIJILL_DATA to an empty folder."
OWN = "This folder holds a register of your own, not a demo; set SIJILL_DATA to an empty folder for the demo."


def demo(argv: list[str]) -> int:
    """`./sijill demo [--no-serve] [--port N]`: load the demo into an empty register, renew an older one, serve."""
    parser = argparse.ArgumentParser(prog="./sijill demo")
    parser.add_argument("--no-serve", action="store_true", help="load it and print the balance line")
    parser.add_argument("--port", type=port_argument, default=PORT)
    options = parser.parse_args(argv)
    if not options.no_serve and not port_is_free(options.port):
        raise HostError("port-taken", f"Port {options.port} on 127.0.0.1 is taken; name another with --port N.")
    register = open_register()  # before Django is loaded: the environment names another database from then on
    with register.running() as ends:
        load_django(ends)
        with _owner_alone(ends) as owner:
            if is_migrated(ends):
                _renew_or_refuse(owner)
            apply_migrations(ends)
            _load()
        from sijill.exercises.demo import DEMO_PASSWORD
        from sijill.exercises.demo_cast import USERS

        found = balance_of(None, None)
        for username, (name, duty, authorities, facility) in USERS.items():
            say(f"demo user {username:<16} {duty:<18} {', '.join(authorities)} {facility or ''} ({name})")
        say(f"the password of every demo user: {DEMO_PASSWORD}")
    sys.stdout.write(balance_line(found) + "\n")
    if found["difference"]:
        return NO
    return OK if options.no_serve else serve_on(register, options.port)


def _installed() -> tuple[str, int]:
    """What this register is, after its tables are there and Django is loaded."""
    from sijill.domain.access import queries
    from sijill.domain.access.rules import REGISTER_ID
    from sijill.domain.access.viewing import viewing

    with viewing(REGISTER_ID):
        return queries.installation(queries.viewer_of(REGISTER_ID, now()))


@contextmanager
def _owner_alone(ends: Endpoints) -> Iterator["psycopg.Connection[TupleRow]"]:
    """A connection as the owner, and no other `demo` at work on this register meanwhile."""
    import psycopg

    if ends.owner_url is None:
        raise HostError("owner-unknown", "Loading the demo needs the owner's address: set SIJILL_OWNER_URL.")
    with psycopg.connect(ends.owner_url, autocommit=True) as owner:
        owner.execute("select pg_advisory_lock(hashtext('sijill demo'))")  # until this connection ends
        yield owner


def _renew_or_refuse(owner: "psycopg.Connection[TupleRow]") -> None:
    """An older or unfinished demo is emptied; anything else that is not this demo is left alone, with a sentence."""
    from sijill.domain.access.rules import REGISTER_ID
    from sijill.exercises.demo import VERSION

    owner.execute("select set_config('app.viewer', %s, false)", [str(REGISTER_ID)])
    marked = owner.execute("select kind, version from access_installation order by id desc limit 1").fetchone()
    if marked is None and not owner.execute("select 1 from access_authority limit 1").fetchone():
        return
    kind, version = marked or ("own", 0)
    if kind != "demo":
        raise HostError("not-a-demo", OWN)
    if version > VERSION:
        raise HostError("newer-demo", NEWER)
    if version < VERSION:
        say("renewing an older demo" if version else "an earlier loading of the demo was cut short; beginning again")
        owner.execute("drop owned by current_user cascade")


def _load() -> None:
    from sijill.exercises.demo import VERSION, load
    from sijill.exercises.hands import prepare_statements

    kind, version = _installed()
    if (kind, version) == ("demo", VERSION):
        say("the demo is there already")
        return
    if kind != "empty":
        raise HostError("not-a-demo", OWN)
    say("loading the demo")
    prepare_statements()
    gc.freeze()
    load()


def demo_facts(argv: list[str]) -> int:
    """`./sijill demo-facts [--json]`: every figure of the demo operation as this register holds it."""
    parser = argparse.ArgumentParser(prog="./sijill demo-facts")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with opened():
        if _installed()[0] != "demo":
            raise HostError("not-a-demo", "This register is no demo; ./sijill demo loads one into an empty folder.")
        from sijill.exercises.demo_facts import facts

        found = facts(now())
    if options.json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(f"{name}: {value}\n" for name, value in _flat("", found))
    return NO if found["balance"]["difference"] else OK


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Nested figures as lines: a name with dots, and what it is."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}" if name else str(key), inner)
    else:
        yield name, value


def drill(argv: list[str]) -> int:
    """`./sijill drill crash --kills N` and `./sijill drill replay FILE --capacities FILE`."""
    parser = argparse.ArgumentParser(prog="./sijill drill")
    drills = parser.add_subparsers(dest="name", required=True)
    crash = drills.add_parser("crash", help="kill -9 at random during handovers; nothing acknowledged may be lost")
    crash.add_argument("--kills", type=int, default=200)
    crash.add_argument("--seed", type=int, default=1)
    replay = drills.add_parser("replay", help="replay real transfers between prisons through the rooms' actions")
    replay.add_argument("transfers", type=file_argument)
    replay.add_argument("--capacities", type=file_argument, required=True)
    replay.add_argument("--rows", type=int, default=None, help="only the first so many")
    options = parser.parse_args(argv)
    from sijill.exercises.throwaway import drill_register

    with drill_register() as (register, _ends):
        if options.name == "crash":
            from sijill.exercises.crash import crash as run_crash

            return run_crash(register, kills=options.kills, seed=options.seed, say=say)
        from sijill.exercises.replay import replay as run_replay

        return run_replay(Path(options.transfers), Path(options.capacities), rows=options.rows, say=say)
