"""`./sijill person-days`, as the launcher runs it: counts for the auditor, and for whom they belong to."""

from collections.abc import Iterator

import pytest

from tests.journeys import command
from tests.journeys.command import Sijill, Told

pytestmark = pytest.mark.slow
DAYS = ("--since", "2026-01-21", "--until", "2026-01-31")


@pytest.fixture(scope="module")
def sijill(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Sijill]:
    """A small register of invented people."""
    told: Told = command.tell_small(tmp_path_factory, worker_id)
    with command.restored(told) as restored:
        yield restored


def test_the_auditor_counts_all_books_and_a_user_his_own(sijill: Sijill) -> None:
    """The lines of a book agree with the whole; nobody has stated a rate, so nothing has a cost."""
    every = sijill.json("person-days", *DAYS)
    counted = [line for line in every["lines"] if line["line"] == "counted"]
    assert {line["authority"] for line in counted} == {"NORTH", "CARRY", "SOUTH"}
    assert every["person_days"] == every["by_name"] + every["in_tallies"] > 0
    assert every["hidden"] == len([line for line in counted if line["persons"] is None])
    assert every["costs"] == [] and every["in_tallies"] == 40 * 11
    mine = sijill.json("person-days", *DAYS, "--as", "rami")
    assert {line["authority"] for line in mine["lines"]} == {"SOUTH"}
    assert mine["person_days"] == sum(line["person_days"] for line in mine["lines"] if line["line"] == "counted")
    said = sijill.ok("person-days", *DAYS, "--as", "rami").splitlines()
    assert said[-1] == f"2026-01-21 to 2026-01-31: {mine['person_days']} person-days"


def test_what_cannot_be_is_said_in_a_sentence(sijill: Sijill) -> None:
    """A day that is none, a period backwards, a user who is not there."""
    assert sijill("person-days", "--since", "yesterday").status == 2
    backwards = sijill("person-days", "--since", "2026-02-02", "--until", "2026-02-01")
    assert (backwards.status, backwards.out) == (1, "") and "ends before it begins" in backwards.err
    assert sijill("person-days", "--as", "nobody-here").status == 1
