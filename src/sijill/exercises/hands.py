"""Who does the work of an exercise: this process, or several beside it on their own connections."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sijill.exercises.escorting import Errand

Work = Callable[[Sequence[Sequence["Errand"]]], None]


def clock() -> datetime:
    """The time of recording."""
    return datetime.now(UTC)


def prepare_statements() -> None:
    """Let PostgreSQL keep the plans of what this process asks again and again: the walls make them dear to plan."""
    from django.db import connection  # noqa: PLC0415  (a worker sets Django up before it may be imported)

    connection.close()
    connection.settings_dict["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 5}


def _begin() -> None:
    """A worker's first act. It finds the register by the environment, as every process does."""
    import django  # noqa: PLC0415

    django.setup()
    prepare_statements()


class Failed(Exception):
    """A worker could not do its share. The text says why: not every error can travel between processes."""


def _carry_out(errands: Sequence["Errand"]) -> None:
    from sijill.exercises.escorting import carry_out  # noqa: PLC0415

    try:
        for errand in errands:
            carry_out(errand, clock)
    except Exception as wrong:
        raise Failed(f"{type(wrong).__name__}: {wrong}") from wrong


def _alone(shares: Sequence[Sequence["Errand"]]) -> None:
    for share in shares:
        _carry_out(share)


@contextmanager
def hands(workers: int | None = None) -> Iterator[Work]:
    """Something that carries out shares of work, side by side on as many processes as there are cores (at most four).

    Each share is done in its order. An error in any of them is raised here.
    """
    count = workers if workers is not None else min(4, os.cpu_count() or 1)
    if count <= 1:
        yield _alone
        return
    with ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=_begin) as pool:

        def together(shares: Sequence[Sequence["Errand"]]) -> None:
            for done in [pool.submit(_carry_out, share) for share in shares]:
                done.result()

        yield together
