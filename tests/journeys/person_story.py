"""A person whom two authorities hold and whose age is contested, and others, for the pictures of a file.

`python -m tests.journeys.person_story USERS-AS-JSON` writes them into the database of DATABASE_URL, after the story.
"""

import json
import sys
from datetime import date, timedelta
from uuid import UUID, uuid4

import django


def tell(users: dict[str, str]) -> dict[str, str]:
    """Write them; returns ids by name."""
    from django.db import transaction

    from sijill.domain.access import actions as access_actions
    from sijill.domain.access import queries as access
    from sijill.domain.access.rules import REGISTER_ID, DutyKind
    from sijill.domain.access.viewing import viewing
    from sijill.domain.ledger import actions as ledger
    from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind, NewEvent
    from sijill.domain.people import actions as people
    from sijill.domain.people.rules import Birth, Name, Nationality, NewClaim, NewPerson, Number, Precision, Sex
    from sijill.domain.places import queries as places
    from tests.cast import NOON

    alice, chiara = UUID(users["alice"]), UUID(users["chiara"])
    contested, others = uuid4(), [uuid4() for _ in range(12)]
    with transaction.atomic():
        with viewing(REGISTER_ID):
            register = access.viewer_of(REGISTER_ID, NOON)
            ids = {a.code: a.id for a in access.authorities(register)}
            access_actions.grant_duty(
                user_id=UUID(users["lina"]), kind=DutyKind.LEGAL_OFFICER, authority_id=ids["CHARLIE"], by=register, at=NOON
            )  # fmt: skip
        with viewing(alice):
            by = access.viewer_of(alice, NOON)
            main = places.facility(by, "A-MAIN").id

            def claim(value, source: str = "", said: date | None = None, of: str = "ALPHA") -> NewClaim:  # type: ignore[no-untyped-def]
                return NewClaim(uuid4(), value, None if source else ids[of], source, said)

            claims = (
                claim(Name("صالح كريم العزاوي", given="صالح", father="كريم", family="العزاوي")),
                claim(Name("Salih Karim al-Azzawi"), "Camp list 4", date(2025, 11, 3)),
                claim(Sex("M")),
                claim(Birth(Precision.ABOUT, date(2003, 1, 1), date(2006, 12, 31), "adult man"), said=date(2026, 1, 15)),
                claim(Birth(Precision.RANGE, date(2009, 1, 1), date(2010, 6, 30), "minor"), said=date(2026, 2, 1), of="CHARLIE"),
                claim(Nationality("SY")), claim(Nationality("IQ"), "his own word, through an interpreter"),
                claim(Number("SDF", "77-1042")),
            )  # fmt: skip
            rest = [NewPerson(p, (claim(Name(f"Person Number {n}")), claim(Sex("M")))) for n, p in enumerate(others, 1)]
            people.register_people(
                people=[NewPerson(contested, claims), *rest], authority_id=ids["ALPHA"], by=by, at=NOON
            )
            held = AccountSpec(AccountKind.HELD, facility_id=main)
            start = NOON - timedelta(days=17)
            admissions = [
                NewEvent(uuid4(), ids["ALPHA"], p, Kind.ADMISSION, held, start, start) for p in (contested, *others)
            ]
            ledger.report(events=admissions, by=by, at=NOON - timedelta(days=16, hours=20))
            out, back = NOON - timedelta(days=9), NOON - timedelta(days=8, hours=20)
            court = AccountSpec(AccountKind.TEMPORARY_OUT, note="court")
            trip = [
                NewEvent(uuid4(), ids["ALPHA"], contested, Kind.TEMPORARY_OUT, court, out, out),
                NewEvent(uuid4(), ids["ALPHA"], contested, Kind.TEMPORARY_RETURN, held, back, back),
            ]
            ledger.report(events=trip, by=by, at=NOON - timedelta(days=5))
            people.show_to(person_ids=[contested], authority_id=ids["CHARLIE"], by=by, at=NOON)
        with viewing(chiara):
            by = access.viewer_of(chiara, NOON)
            hub, taken = places.facility(by, "C-HUB").id, NOON - timedelta(days=4)
            there = AccountSpec(AccountKind.HELD, facility_id=hub)
            admission = NewEvent(uuid4(), ids["CHARLIE"], contested, Kind.ADMISSION, there, taken, taken)
            ledger.report(events=[admission], by=by, at=NOON - timedelta(days=4, hours=-2))
    return {"contested": str(contested), "other": str(others[0])}


if __name__ == "__main__":
    django.setup()
    json.dump(tell(json.loads(sys.argv[1])), sys.stdout)
