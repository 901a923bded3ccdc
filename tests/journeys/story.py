"""What the browser tests walk through: the cast, some people in its books, rivals at a gate. Run once per database.

`python -m tests.journeys.story` writes it into the database of DATABASE_URL and prints the ids as JSON.
"""

import json
import sys
from datetime import date, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

import django


def some_id(name: str) -> UUID:
    """The same id for the same name, every run."""
    return uuid5(NAMESPACE_URL, f"story/{name}")


def tell() -> dict[str, str]:
    """Write the story; returns the ids of users by name."""
    from django.db import transaction

    from sijill.domain.access.viewing import viewing
    from sijill.domain.ledger import actions as ledger
    from sijill.domain.ledger.rules import Admission, NewSubject
    from sijill.domain.places import actions as places
    from tests.cast import NOON, assemble

    with transaction.atomic():
        cast = assemble()
        alice, amal = cast.viewer("alice"), cast.viewer("amal")
        main, alpha, bravo = cast.facility["A-MAIN"], cast.authority["ALPHA"], cast.authority["BRAVO"]
        with viewing(alice.user_id):
            people = [some_id(f"person/{n}") for n in range(40)]
            ledger.add_subjects(subjects=[NewSubject(p) for p in people], by=alice, at=NOON)
            ledger.admit(
                admissions=[Admission(event_id=uuid5(p, "admission"), subject_id=p) for p in people],
                book_id=alpha, facility_id=main, hall_id=None, occurred_from=NOON, occurred_to=NOON, by=alice, at=NOON,
            )  # fmt: skip
            for kind, number in (("certified", 400), ("maximum", 520), ("working", 480)):
                places.set_capacity(
                    capacity_id=some_id(kind), facility_id=main, kind=kind, category="", places=number,
                    approver="Col. R. Haddad", approved_on=date(2026, 1, 12), document="Order 14/2026",
                    by=alice, at=NOON,
                )  # fmt: skip
        with viewing(amal.user_id):
            for n, (aspect, holder, words, speaker) in enumerate(
                (
                    ("perimeter", bravo, "", "Bravo, press office"),
                    ("perimeter", alpha, "", "Alpha, ministry of the interior"),
                    ("guards-inside", alpha, "", "Alpha, ministry of the interior"),
                    ("administers", None, "Local council", "Field report 12"),
                    ("administers", None, "", "Field report 9"),
                )
            ):
                places.state_control(
                    statement_id=some_id(f"control/{n}"), facility_id=main, aspect=aspect, holder_id=holder,
                    holder_text=words, speaker=speaker, since=NOON - timedelta(days=3 + n),
                    stated_at=NOON - timedelta(hours=n), note="", by=amal, at=NOON,
                )  # fmt: skip
    return {name: str(user) for name, user in cast.user.items()}


if __name__ == "__main__":
    django.setup()
    json.dump(tell(), sys.stdout)
