"""People with names, a tally, reports and findings at A-SIDE, for the pictures of the register's own pages.

`python -m tests.journeys.register USERS-AS-JSON` writes them into the database of DATABASE_URL, after the story.
"""

import json
import sys
from datetime import timedelta
from uuid import UUID, uuid4, uuid5

import django

LATIN = ("Salih", "Karim", "Ahmad", "Omar", "Yusuf", "Khalid", "Husayn", "Ali", "Mahmud", "Samir")
ARABIC = ("صالح", "كريم", "أحمد", "عمر", "يوسف", "خالد", "حسين", "علي", "محمود", "سامر")
FAMILIES = (("al-Azzawi", "العزاوي"), ("al-Hamdani", "الحمداني"), ("al-Jubouri", "الجبوري"))
NATIONS = ("SY", "IQ", "FR", "TN")


def tell(users: dict[str, str]) -> dict[str, str]:
    """Write them; returns ids by name."""
    from django.db import transaction

    from sijill.domain.access import queries as access
    from sijill.domain.access.viewing import viewing
    from sijill.domain.ledger import actions as ledger
    from sijill.domain.ledger import queries as ledger_queries
    from sijill.domain.ledger.rules import AccountKind, AccountSpec, Admission, Kind, NewEvent
    from sijill.domain.people import actions as people
    from sijill.domain.people.rules import (
        Birth,
        ClaimValue,
        Name,
        Nationality,
        NewClaim,
        NewPerson,
        Number,
        Precision,
        Sex,
    )
    from sijill.domain.places import queries as places
    from tests.cast import NOON

    alice = UUID(users["alice"])
    with transaction.atomic(), viewing(alice):
        by = access.viewer_of(alice, NOON)
        alpha, side = by.duties[0].authority_id, places.facility(by, "A-SIDE").id
        persons = []
        for n in range(60):
            person, (latin, arabic) = uuid4(), FAMILIES[n % 3]
            year = NOON.date().replace(year=1965 + n % 30, month=1, day=1)
            values: tuple[ClaimValue, ...] = (
                Name(f"{ARABIC[n % 10]} {ARABIC[(n + 3) % 10]} {arabic}", father=ARABIC[(n + 3) % 10], family=arabic),
                Name(f"{LATIN[n % 10]} {LATIN[(n + 3) % 10]} {latin}"),
                Sex("M"), Nationality(NATIONS[n % 4]), Number("Camp office", f"K-{700 + n}"),
                Birth(Precision.YEAR, year, year.replace(month=12, day=31)),
            )  # fmt: skip
            claims = tuple(
                NewClaim(uuid5(person, str(i)), v, None, "Camp list 4" if i else "") for i, v in enumerate(values)
            )
            persons.append(NewPerson(person, claims))
        people.register_people(people=persons, authority_id=alpha, by=by, at=NOON)
        ledger.admit(
            admissions=[Admission(uuid4(), p.id) for p in persons], book_id=alpha, facility_id=side, hall_id=None,
            occurred_from=NOON, occurred_to=NOON, by=by, at=NOON,
        )  # fmt: skip
        (unknown,) = people.register_unknowns(ids=[uuid4()], authority_id=alpha, by=by, at=NOON)
        held = AccountSpec(AccountKind.HELD, facility_id=side)
        ledger.count_tally(
            tally_id=uuid4(), event_id=uuid4(), book_id=alpha, to=held, n=140, basis="counted", label="yard",
            occurred_at=NOON, by=by, at=NOON,
        )  # fmt: skip

        def report(person: UUID, kind: Kind, to: AccountSpec, hours: int) -> None:
            at = NOON + timedelta(hours=hours)
            ledger.report(events=[NewEvent(uuid4(), alpha, person, kind, to, at, at)], by=by, at=at)

        report(unknown.person_id, Kind.ADMISSION, held, 1)
        first = persons[0].id
        report(first, Kind.TEMPORARY_OUT, AccountSpec(AccountKind.TEMPORARY_OUT, note="hospital"), 2)
        report(first, Kind.RECAPTURE, held, 3)
        report(first, Kind.TEMPORARY_RETURN, held, 5)
        for n, kind, account in (
            (1, Kind.REPORTED_ESCAPED, AccountKind.REPORTED_ESCAPED), (2, Kind.RELEASE, AccountKind.RELEASED_UNVERIFIED),
            (3, Kind.WHEREABOUTS_UNKNOWN, AccountKind.WHEREABOUTS_UNKNOWN),
        ):  # fmt: skip
            report(persons[n].id, kind, AccountSpec(account), 6)
        escape = next(e for e in ledger_queries.history(by, persons[1].id) if e.kind is Kind.REPORTED_ESCAPED)
        report(persons[1].id, Kind.RECAPTURE, held, 9)
        ledger.correct(
            event_id=uuid4(), target=ledger_queries.history(by, first)[0].id, to=held, ground="wrong-time",
            occurred_at=NOON - timedelta(hours=3), by=by, at=NOON + timedelta(hours=10),
        )  # fmt: skip
        people.withdraw_claim(
            claim_id=uuid5(first, "3"), reason="Another man's paper", by=by, at=NOON + timedelta(hours=11)
        )
        people.link_records(
            link_id=uuid4(), one=first, other=persons[10].id, authority_id=alpha, reason="Same number on two lists", by=by,
            at=NOON + timedelta(hours=11),
        )  # fmt: skip
        return {"first": str(first), "escaped": str(persons[1].id), "escape": str(escape.id)}


if __name__ == "__main__":
    django.setup()
    json.dump(tell(json.loads(sys.argv[1])), sys.stdout)
