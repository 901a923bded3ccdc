"""Invented people for the tests of this room."""

from datetime import date
from uuid import UUID, uuid4

from sijill.domain.access.rules import Viewer
from sijill.domain.access.viewing import viewing
from sijill.domain.people import actions
from sijill.domain.people.rules import (
    Birth,
    ClaimValue,
    Name,
    Nationality,
    NewClaim,
    NewPerson,
    Number,
    Precision,
    Registered,
    Sex,
)
from tests.cast import NOON, Cast

BORN = Birth(Precision.EXACT, date(1985, 3, 2), date(1985, 3, 2))
CHILD = Birth(Precision.YEAR, date(2012, 1, 1), date(2012, 12, 31))


def claim(value: ClaimValue) -> NewClaim:
    """A claim of a new id."""
    return NewClaim(uuid4(), value)


def somebody(*values: ClaimValue) -> NewPerson:
    """A person of a new id with these claims."""
    return NewPerson(uuid4(), tuple(claim(v) for v in values))


def kareem() -> NewPerson:
    """A man with a name in two scripts, a number, a birth."""
    return somebody(
        Name("Kareem Salih al-Masri", given="Kareem", father="Salih", family="al-Masri"),
        Name("كريم صالح المصري"),
        Number("SDF", "IQ-0001827"),
        Sex("M"),
        Nationality("IQ", "Iraqi"),
        BORN,
    )


def enter(cast: Cast, *people: NewPerson, who: str = "alice", authority: str = "ALPHA") -> list[Registered]:
    """Register people as this user."""
    by: Viewer = cast.viewer(who)
    with viewing(by.user_id):
        return actions.register_people(people=people, authority_id=cast.authority[authority], by=by, at=NOON)


def one(cast: Cast, *values: ClaimValue, who: str = "alice") -> UUID:
    """Register one person with these claims; returns the id."""
    return enter(cast, somebody(*values), who=who)[0].person_id
