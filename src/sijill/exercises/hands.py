"""Who does the work of an exercise: this process, or several beside it on their own connections."""

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sijill.exercises.escorting import Errand

Work = Callable[[Sequence["Errand"]], None]
WORKERS_MAX = 8


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
    gc.freeze()  # Django's thousands of classes are not searched for garbage again and again


class Failed(Exception):
    """A worker could not do its share. The text says why: not every error can travel between processes."""


def _carry_out(errand: "Errand") -> None:
    from sijill.exercises.escorting import carry_out  # noqa: PLC0415

    try:
        carry_out(errand, clock)
    except Exception as wrong:
        raise Failed(f"{type(wrong).__name__}: {wrong}") from wrong


def _alone(errands: Sequence["Errand"]) -> None:
    for errand in errands:
        _carry_out(errand)


@contextmanager
def hands(workers: int | None = None) -> Iterator[Work]:
    """Something that carries out errands, taken in their order and worked at side by side. An error in one is raised.

    One process for each core, at most WORKERS_MAX: with its own connection each keeps a core busy.
    """
    count = workers if workers is not None else min(WORKERS_MAX, os.cpu_count() or 1)
    if count <= 1:
        yield _alone
        return
    with ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=_begin) as pool:

        def together(errands: Sequence["Errand"]) -> None:
            for done in [pool.submit(_carry_out, errand) for errand in errands]:
                done.result()

        yield together
