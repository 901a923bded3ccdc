"""`./sijill COMMAND`: the commands of the register, and above them the demo and the drills."""

import sys

from sijill.interfaces.cli.main import Command, run


def _demo(argv: list[str]) -> int:
    from sijill.exercises.commands import demo

    return demo(argv)


def _demo_facts(argv: list[str]) -> int:
    from sijill.exercises.commands import demo_facts

    return demo_facts(argv)


def _drill(argv: list[str]) -> int:
    from sijill.exercises.commands import drill

    return drill(argv)


EXERCISES = (
    Command("demo", "start with the demo operation: install, migrate, load, serve", _demo),
    Command("demo-facts", "every figure of the demo operation as this register holds it", _demo_facts),
    Command("drill", "prove a law on a throw-away register: crash, replay", _drill),
)

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], EXERCISES))
