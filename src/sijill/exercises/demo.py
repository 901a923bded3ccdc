"""The demo operation: published claims and a simulated register, two layers that never mix.

Deterministic: the same ids, the same times, the same balance; only register numbers and codes are drawn anew. Every
person and every single event is invented; what was published is entered as claims, each with its speaker and source.
"""

from sijill.domain.access import actions as access
from sijill.domain.access import queries as access_queries
from sijill.domain.access.rules import REGISTER_ID
from sijill.domain.access.viewing import viewing
from sijill.exercises import demo_after, demo_batches, demo_ground, demo_moves, demo_publishing
from sijill.exercises.demo_cast import USERS
from sijill.exercises.demo_story import DEMO_PASSWORD, LAST_DAY, Story, demo_id
from sijill.exercises.passwords import public_passwords

VERSION = 2
__all__ = ["DEMO_PASSWORD", "USERS", "VERSION", "Story", "demo_id", "load"]


def load() -> None:
    """Load the whole demo through the rooms' actions, into a register without authorities."""
    story = Story()
    with public_passwords():
        demo_ground.found(story)
        demo_ground.admit(story)
        _first_days(story)
        demo_batches.decide(story)
        _move(story)
        demo_after.find_ages(story)
        demo_publishing.publish(story)
        demo_publishing.set_rates(story)
    with viewing(REGISTER_ID):
        register = access_queries.viewer_of(REGISTER_ID, LAST_DAY)
        access.mark_installation(kind="demo", version=VERSION, by=register, at=LAST_DAY)


def _first_days(story: Story) -> None:
    """15 to 20 January: room is made at Karkh, 600 leave Shaddadi, Shaddadi is lost, 81 are retaken."""
    demo_moves.to_ghuwayran(story)
    demo_moves.displace(story)
    demo_after.lose_shaddadi(story)
    demo_after.retake(story)
    demo_ground.state_control(story)


def _move(story: Story) -> None:
    """The batches, night by night; between the first two al-Aqtan changes hands and six people get their names."""
    for night, _done in enumerate(demo_batches.move(story), 1):
        if night == 1:
            demo_after.aqtan_changes_hands(story)
            demo_batches.name_the_six(story)
    demo_batches.close(story)
