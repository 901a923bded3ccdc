"""A prison for the journeys of losses, added to the site's database: people, rivals at its gate, a batch, a decision.

`python -m tests.journeys.losses_story USERS` prints ids as JSON. USERS are the ids of the cast, as JSON.
"""

import json
import sys
from datetime import date, timedelta
from typing import Any
from uuid import uuid5

import django


def tell(users: dict[str, str]) -> dict[str, str]:
    """24 people by name and 12 without at A-SIDE; statements about who holds it; a batch that may be drawn up."""
    from django.db import transaction

    from sijill.domain.ledger import actions as ledger
    from sijill.domain.ledger.rules import AccountKind, AccountSpec
    from tests.journeys.handover_story import _add_arabic_names, _story

    with transaction.atomic():
        story = _story(users, "losses-journey")
        story.now -= timedelta(days=6)
        story.open_operation()
        story.admit(24, facility="A-SIDE")
        _add_arabic_names(story)
        story.plan(12, origin_id=story.cast.facility["A-SIDE"])
        story.authorise()
        with story.acting("alice") as by:
            ledger.count_tally(
                tally_id=story.id("tally"), event_id=uuid5(story.seed, "counted"), n=12, basis="declared",
                book_id=story.cast.authority["ALPHA"], label="hall 2", occurred_at=story.now, by=by, at=story.tick(),
                to=AccountSpec(AccountKind.HELD, facility_id=story.cast.facility["A-SIDE"]),
            )  # fmt: skip
        _say(story)
        _approve(story)
    return {"batch": str(story.batch), "first": str(story.people[0]), "second": str(story.people[1])}


def _say(story: Any) -> None:
    """Who holds A-SIDE: rivals, somebody who changes his word, somebody for whom it is unclear."""
    from sijill.domain.places import actions as places

    alpha, bravo = story.cast.authority["ALPHA"], story.cast.authority["BRAVO"]
    with story.acting("amal") as by:
        for n, (aspect, holder, text, speaker, days) in enumerate(
            (
                ("guards-inside", alpha, "", "Alpha, prisons administration", 6),
                ("perimeter", alpha, "", "Alpha, prisons administration", 6),
                ("perimeter", bravo, "", "Bravo, general staff", 3),
                ("perimeter", None, "", "A newspaper", 2),
                ("perimeter", bravo, "", "Alpha, prisons administration", 1),
                ("administers", None, "Local council", "Field report 12", 4),
                ("administers", None, "", "Field report 14", 2),
            )
        ):
            at = story.now + timedelta(days=6 - days)
            places.state_control(
                statement_id=uuid5(story.seed, f"control/{n}"), facility_id=story.cast.facility["A-SIDE"],
                aspect=aspect, holder_id=holder, holder_text=text, speaker=speaker, since=at - timedelta(hours=9),
                stated_at=at, note="", by=by, at=at,
            )  # fmt: skip


def _approve(story: Any) -> None:
    """What the places may hold."""
    from sijill.domain.places import actions as places

    for name, place, kind, number in (
        ("alice", "A-SIDE", "maximum", 60), ("alice", "A-SIDE", "working", 30), ("chiara", "C-HUB", "certified", 5000),
        ("chiara", "C-HUB", "maximum", 6500), ("chiara", "C-HUB", "working", 6000),
    ):  # fmt: skip
        with story.acting(name) as by:
            places.set_capacity(
                capacity_id=uuid5(story.seed, f"{place}/{kind}"), facility_id=story.cast.facility[place], kind=kind,
                category="", places=number, approver="Col. R. Haddad", approved_on=date(2026, 1, 12),
                document="Order 14/2026", by=by, at=story.tick(),
            )  # fmt: skip


if __name__ == "__main__":
    django.setup()
    json.dump(tell(json.loads(sys.argv[1])), sys.stdout)
