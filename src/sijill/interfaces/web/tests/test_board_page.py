"""The board: every person of the viewer's books in one account, the balance, nobody else's book."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger.rules import Admission, NewSubject
from tests.cast import NOON, Cast

Browse = Callable[[str], Client]
QUERIES = 19


@pytest.fixture
def admitted(cast: Cast) -> Cast:
    """Seven people are held at A-MAIN, two at A-SIDE."""
    alice = cast.viewer("alice")
    with viewing(alice.user_id):
        for place, n in (("A-MAIN", 7), ("A-SIDE", 2)):
            people = [uuid4() for _each in range(n)]
            ledger.add_subjects(subjects=[NewSubject(p) for p in people], by=alice, at=NOON)
            ledger.admit(
                admissions=[Admission(event_id=uuid4(), subject_id=p) for p in people],
                book_id=cast.authority["ALPHA"], facility_id=cast.facility[place], hall_id=None,
                occurred_from=NOON, occurred_to=NOON, by=alice, at=NOON,
            )  # fmt: skip
    return cast


def test_the_books_of_the_viewer_and_how_they_close(admitted: Cast, browse: Browse) -> None:
    """Nine people, two places, opening + in - out = closing."""
    page = browse("alice").get("/?period=all").content.decode()
    assert "<dd>9</dd>" in page
    assert "opening <b>0</b> + in <b>9</b> − out <b>0</b> = closing <b>9</b>" in page and "balances" in page
    today = browse("alice").get("/").content.decode()
    assert "opening <b>9</b> + in <b>0</b>" in today


def test_a_stranger_sees_his_own_book_and_nothing_of_this_one(admitted: Cast, browse: Browse) -> None:
    """No count, no name of the place's people, no trace."""
    page = browse("dora").get("/").content.decode()
    assert "Delta" in page and "Alpha" not in page and "A-MAIN" not in page and "<dd>9</dd>" not in page


def test_a_duty_of_one_facility_sees_that_facility(admitted: Cast, browse: Browse) -> None:
    """The officer of the side building counts two."""
    page = browse("adnan").get("/").content.decode()
    assert "A-SIDE" in page and "A-MAIN" not in page and "<dd>2</dd>" in page


def test_the_wrong_method(browse: Browse) -> None:
    """The board only shows."""
    assert browse("alice").post("/").status_code == 405


def test_the_number_of_queries_does_not_grow(admitted: Cast, browse: Browse) -> None:
    """Pinned: the door, the viewer, then one query per question."""
    client = browse("alice")
    with CaptureQueriesContext(connection) as seen:
        client.get("/")
    assert len(seen) == QUERIES, [q["sql"][:100] for q in seen]
