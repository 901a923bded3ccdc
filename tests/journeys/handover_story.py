"""People and movements for the handover journeys, added to the site's database.

`python -m tests.journeys.handover_story add USERS` adds an operation and 34 people with names in two scripts, of
whom 28 stand on a sealed and counted manifest; `… presented USERS KEY N` adds a movement of N people of its own, presented
and not counted; `… check` prints what does not balance. All print JSON. USERS are the ids of the cast, as JSON.
"""

import json
import sys
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import django

PASSWORD = "correct horse battery"  # the cast's
FAMILIES = ("الحسن", "العلي", "الخالد", "الأحمد", "الحمد", "الجاسم", "العبد الله")
GIVEN = (("محمد", "Mohammed"), ("أحمد", "Ahmad"), ("خالد", "Khalid"), ("عمر", "Omar"), ("يوسف", "Yusuf"))
LATIN = ("al-Hasan", "al-Ali", "al-Khalid", "al-Ahmad", "al-Hamad", "al-Jasim", "al-Abdullah")


def _story(users: dict[str, str], key: str = "handover-journey") -> Any:
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
    return Story(cast, key=key, now=now)


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


def add(users: dict[str, str], key: str = "handover-journey") -> dict[str, str]:
    """An operation; a batch that waits for its names; six people more, for a batch of the journey's own."""
    from django.db import transaction

    with transaction.atomic():
        story = _story(users, key)
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


def presented(users: dict[str, str], key: str, count: str) -> dict[str, str]:
    """A movement of its own: so many people stand before a carrying officer of its own, who has not counted them."""
    from django.db import transaction

    from sijill.domain.access import actions as access
    from sijill.domain.access.rules import DutyKind

    with transaction.atomic():
        story = _story(users, key)
        story.sealed(int(count))
        story.present(1)
        officer = f"officer-{str(story.seed)[:8]}"
        with story.register() as by:
            user = access.create_user(
                user_id=story.id("officer"), username=officer, name="Officer", password=PASSWORD, by=by, at=story.now
            )
            access.grant_duty(
                user_id=user, kind=DutyKind.CARRYING_OFFICER, authority_id=story.cast.authority["BRAVO"], by=by,
                at=story.now,
            )  # fmt: skip
        return {"first": str(story.handover(1).id), "manifest": str(story.manifests[0]), "officer": officer}


def check(users: dict[str, str]) -> dict[str, Any]:
    """The sum of what does not balance, and what a recomputation from the events does not confirm."""
    story = _story(users)
    return {"difference": story.balance().difference, "wrong": [str(w) for w in story.recount().wrong]}


if __name__ == "__main__":
    django.setup()
    chapters: dict[str, Any] = {"add": add, "presented": presented, "check": check}
    told = chapters[sys.argv[1]](json.loads(sys.argv[2]), *sys.argv[3:])
    json.dump(told, sys.stdout)
