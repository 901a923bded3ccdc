"""People and movements for the handover journeys, added to the site's database.

`python -m tests.journeys.handover_story add ALREADY.json` adds an operation and 34 people with names in two scripts, of
whom 28 stand on a sealed and counted manifest; `… check` prints what does not balance. Both print JSON.
"""

import json
import sys
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import django

FAMILIES = ("الحسن", "العلي", "الخالد", "الأحمد", "الحمد", "الجاسم", "العبد الله")
GIVEN = (("محمد", "Mohammed"), ("أحمد", "Ahmad"), ("خالد", "Khalid"), ("عمر", "Omar"), ("يوسف", "Yusuf"))
LATIN = ("al-Hasan", "al-Ali", "al-Khalid", "al-Ahmad", "al-Hamad", "al-Jasim", "al-Abdullah")


def _story(users: dict[str, str]) -> Any:
    """The story over the cast that the site was made with."""
    from django.utils import timezone

    from sijill.domain.access import queries as access
    from sijill.domain.access.rules import REGISTER_ID
    from sijill.domain.access.viewing import viewing
    from sijill.domain.places import queries as places
    from tests.cast import Cast
    from tests.story import Story

    now = timezone.now() - timedelta(hours=2)
    with viewing(REGISTER_ID):
        register = access.viewer_of(REGISTER_ID, now)
        cast = Cast(
            {a.code: a.id for a in access.authorities(register)},
            {f.code: f.id for f in places.facilities(register)},
            {name: UUID(user) for name, user in users.items()},
        )
    return Story(cast, key="handover-journey", now=now)


def _add_arabic_names(story: Any) -> None:
    """The same people in the other script, as an earlier holder wrote them."""
    from sijill.domain.people import actions as people
    from sijill.domain.people.rules import Name, NewClaim

    with story.acting("alice") as by:
        for i, person in enumerate(story.people):
            given, family = GIVEN[i % 5], i % 7
            for script, full in (("ar", f"{given[0]} {FAMILIES[family]}"), ("en", f"{given[1]} {LATIN[family]}")):
                people.add_claim(
                    person_id=person, claim=NewClaim(uuid5(person, script), Name(full=full)),
                    authority_id=story.cast.authority["ALPHA"], by=by, at=story.tick(0),
                )  # fmt: skip


def add(users: dict[str, str]) -> dict[str, str]:
    """An operation; a batch that waits for its names; six people more, for a batch of the journey's own."""
    from django.db import transaction

    with transaction.atomic():
        story = _story(users)
        story.open_operation()
        story.admit(28)
        story.plan(28)
        story.authorise()
        story.draw(story.people)
        story.seal()
        story.present(1)
        story.count(1, 27, injured=2)
        story.admit(6)
        _add_arabic_names(story)
        return {
            "batch": str(story.batch), "manifest": str(story.manifests[0]),
            "first": str(story.handover(1).id), "second": str(story.handover(2).id), "operation": str(story.operation),
        }  # fmt: skip


def check(users: dict[str, str]) -> dict[str, Any]:
    """The sum of what does not balance, and what a recomputation from the events does not confirm."""
    story = _story(users)
    return {"difference": story.balance().difference, "wrong": [str(w) for w in story.recount().wrong]}


if __name__ == "__main__":
    django.setup()
    told = {"add": add, "check": check}[sys.argv[1]](json.loads(sys.argv[2]))
    json.dump(told, sys.stdout)
