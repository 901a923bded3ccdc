"""Invented speakers and outlets, and people in the books of the cast: what the tests of figures start from."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sijill.domain.access.rules import Viewer
from sijill.domain.access.viewing import viewing
from sijill.domain.figures import actions
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Admission, Kind, NewEvent, NewSubject, Receipt
from tests.cast import NOON, Cast

LATER = NOON + timedelta(days=30)
TODAY = date(2026, 2, 1)  # NOON's day, on the local wall clock too


@contextmanager
def acting(cast: Cast, name: str = "farid", at: datetime = LATER) -> Iterator[Viewer]:
    """Look and act as this user of the cast."""
    viewer = cast.viewer(name, at)
    with viewing(viewer.user_id):
        yield viewer


def held_at(cast: Cast, *places: str, book: str = "ALPHA", **more: Any) -> dict[str, Any]:
    """A measure: who was held in a book (at one place)."""
    place = {"facility": cast.facility[places[0]]} if places else {}
    return {"what": "standing", "accounts": ["held"], "books": [cast.authority[book]], **place, **more}


def add_topic(cast: Cast, code: str = "held-in-all", unit: str = "persons", who: str = "farid", **changed: Any) -> int:
    """A topic, entered by the analyst."""
    values: dict[str, Any] = {"names": {"en": code.replace("-", " ").capitalize()}, "measure": {}, **changed}
    with acting(cast, who) as by:
        return actions.add_topic(code=code, unit=unit, by=by, at=LATER, **values)


def claim(cast: Cast, low: int | None, high: int | None, who: str = "farid", **changed: Any) -> UUID:
    """A claim by an invented ministry, entered by the analyst."""
    values: dict[str, Any] = {
        "claim_id": uuid4(), "topic": "held-in-all", "modality": "stated", "speaker": "Ministry of Alpha",
        "outlet": "The Alpha Courier", "address": "https://courier.example/1", "published_on": TODAY, "as_of": TODAY,
        "quoted": "we hold them", "at": LATER, **changed,
    }  # fmt: skip
    with acting(cast, who) as by:
        return actions.enter_claim(low=low, high=high, by=by, **values)


def step(cast: Cast, claim_id: UUID, state: str, who: str = "farid", **changed: Any) -> UUID:
    """Somebody said this of a claim, entered by the analyst."""
    values: dict[str, Any] = {
        "step_id": uuid4(), "said_by": "Press office of Bravo", "outlet": "Bravo Radio",
        "said_on": TODAY + timedelta(days=2), "at": LATER, **changed,
    }  # fmt: skip
    with acting(cast, who) as by:
        return actions.set_claim_state(claim_id=claim_id, state=state, by=by, **values)


def admit(
    cast: Cast,
    n: int,
    place: str = "A-MAIN",
    *,
    who: str = "alice",
    book: str = "ALPHA",
    occurred: datetime = NOON,
    at: datetime = NOON,
    **codes: str,
) -> list[UUID]:
    """Admit people; `at` later than `occurred` is a late report."""
    people = [uuid4() for _each in range(n)]
    with acting(cast, who, at) as by:
        ledger.add_subjects(subjects=[NewSubject(p, **codes) for p in people], by=by, at=at)
        ledger.admit(
            admissions=[Admission(uuid4(), p) for p in people], book_id=cast.authority[book],
            facility_id=cast.facility[place], hall_id=None, occurred_from=occurred, occurred_to=occurred, by=by, at=at,
        )  # fmt: skip
    return people


def report(
    cast: Cast,
    people: Sequence[UUID],
    kind: Kind,
    to: AccountKind,
    *,
    place: str | None = None,
    occurred: datetime,
    at: datetime,
) -> list[Receipt]:
    """Report one event of each of these people in ALPHA's book."""
    spec = AccountSpec(to, facility_id=cast.facility[place] if place else None)
    book = cast.authority["ALPHA"]
    events = [NewEvent(uuid4(), book, p, kind, spec, occurred, occurred) for p in people]
    with acting(cast, "amal", at) as by:
        return ledger.report(events=events, by=by, at=at)
