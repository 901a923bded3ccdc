"""Finding the command and answering for it. Nothing here loads Django: a command loads what it needs."""

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NamedTuple

from sijill.host import HostError

OK, NO, USAGE = 0, 1, 2


class Command(NamedTuple):
    """A command: its word, one line about it, and what runs it (takes the arguments, returns the exit status)."""

    word: str
    about: str
    run: Callable[[list[str]], int]


def _in(module: str, function: str) -> Callable[[list[str]], int]:
    """A command that lives in a module which is loaded only when it is called."""

    def call(argv: list[str]) -> int:
        return int(getattr(import_module(f"sijill.interfaces.cli.{module}"), function)(argv))

    return call


COMMANDS = (
    Command("serve", "serve the register on 127.0.0.1: server, worker and database", _in("upkeep", "serve")),
    Command("stop", "stop serving, and the embedded database", _in("upkeep", "stop")),
    Command("migrate", "bring the database's tables up to this version", _in("upkeep", "migrate")),
    Command("backup", "write the whole register to a FILE", _in("upkeep", "backup")),
    Command("restore", "fill an empty register from a FILE", _in("upkeep", "restore")),
    Command("roles", "print what the administrator of a managed server must run", _in("upkeep", "roles")),
    Command("test", "run all tests", _in("upkeep", "test")),
    Command("authority", "enter an authority and open its book", _in("setting_up", "authority")),
    Command("facility", "enter a facility and its halls", _in("setting_up", "facility")),
    Command("user", "enter a user and give him a duty", _in("setting_up", "user")),
    Command("import-list", "admit the people of a CSV or XLSX list", _in("lists", "import_list")),
    Command("balance", "opening + in - out = closing, for every account", _in("reading", "balance")),
    Command("roll", "who is (or was) at a facility", _in("reading", "roll")),
    Command("findings", "what does not fit, and who owns it", _in("reading", "findings")),
    Command("person-days", "days held, and the cost that nobody has agreed to pay", _in("burden", "person_days")),
    Command("check", "rebuild every projection from the events and compare", _in("reading", "check")),
    Command("batch", "plan, authorise and seal a batch, and sign its handovers", _in("movements", "batch")),
)


def say(sentence: str) -> None:
    """A message about the work, never its result: to standard error."""
    sys.stderr.write(f"sijill: {sentence}\n")
    sys.stderr.flush()


def usage(commands: Sequence[Command]) -> str:
    """The page that `./sijill` alone prints."""
    lines = [f"  {c.word:<12} {c.about}" for c in commands]
    return "usage: ./sijill COMMAND …\n\n" + "\n".join(lines) + "\n\n./sijill COMMAND --help tells more.\n"


def run(argv: list[str], more: Sequence[Command] = ()) -> int:
    """Run one command; returns the exit status. 0 done, 1 the answer is no, 2 the call cannot be understood."""
    commands = (*more, *COMMANDS)
    if not argv or argv[0] in ("-h", "--help", "help"):
        sys.stdout.write(usage(commands))
        return OK if argv else USAGE
    found = [c for c in commands if c.word == argv[0]]
    if not found:
        say(f"there is no command {argv[0]!r}.")
        sys.stderr.write(usage(commands))
        return USAGE
    return _answered(lambda: found[0].run(argv[1:]))


def _answered(command: Callable[[], int]) -> int:
    """Run a command to its end, and say in one sentence why it could not be done."""
    status = NO
    try:
        status = command()
        sys.stdout.flush()
    except HostError as problem:
        say(str(problem))
    except KeyboardInterrupt:
        say("stopped.")
        status = 130
    except BrokenPipeError:
        # Whoever read the results has gone (`| head`); Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status
