"""Safeguards attacked: lists of another book, people who are only expected."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from sijill.domain.access import actions as access
from sijill.domain.access import queries as access_queries
from sijill.domain.access.rules import REGISTER_ID, DutyKind, Refused, Viewer
from sijill.domain.access.viewing import viewing
from sijill.domain.safeguards import actions, queries
from tests.cast import NOON, Cast
from tests.story import Story

TODAY = NOON.date()


def state(story: Story, by: Viewer, subject: UUID, authority: str) -> UUID:
    """State a basis in the name of this authority."""
    values: dict[str, Any] = {
        "basis_id": uuid4(), "subject_id": subject, "authority_id": story.cast.authority[authority],
        "ground": "remand-order", "ordering_authority": "", "document": "", "source": "Court file",
        "stated_on": date(2026, 1, 20), "expires_on": None, "by": by, "at": story.tick(),
    }  # fmt: skip
    return actions.state_legal_basis(**values)


def test_who_handed_somebody_on_is_not_told_where_another_book_has_him(cast: Cast) -> None:
    """ALPHA goes on reading whom it held; CHARLIE's book, its places and its days are not ALPHA's to read."""
    story = Story(cast).sealed(3)
    story.hand_over(1)
    story.hand_over(2)
    assert story.stands(story.people[0])["CHARLIE"] == "held"
    charlie, hub = cast.authority["CHARLIE"], cast.facility["C-HUB"]
    with story.acting("chiara") as by:
        assert len(queries.without_basis(by, charlie, hub, TODAY)) == 3
    for who in ("alice", "asma", "lina", "bushra", "basil", "aida", "dora", "farid"):
        with story.acting(who) as by:
            assert queries.without_basis(by, charlie, hub, TODAY) == [], who
            assert queries.without_basis(by, charlie, None, TODAY) == [], who


def test_of_somebody_on_his_way_only_his_own_book_is_listed(cast: Cast) -> None:
    """CHARLIE expects him and may read him; whose vehicle he is in is BRAVO's to know, what ALPHA has is ALPHA's."""
    story = Story(cast).sealed(2)
    story.hand_over(1)
    with story.acting("bushra") as by:
        assert len(queries.without_basis(by, cast.authority["BRAVO"], None, TODAY)) == 2
    for who in ("chiara", "charlie", "alice"):
        with story.acting(who) as by:
            assert queries.without_basis(by, cast.authority["BRAVO"], None, TODAY) == [], who


def test_a_basis_of_somebody_only_expected_is_refused_in_words(cast: Cast) -> None:
    """The receiver reads whom it expects, and has no file of its own on him yet: a refusal, not a failure."""
    story = Story(cast).sealed(2)
    with story.acting("chiara") as by, pytest.raises(Refused, match="not-received-here"):
        state(story, by, story.people[0], "CHARLIE")


def test_somebody_seen_by_one_authority_is_not_written_about_for_another(cast: Cast) -> None:
    """Who has duties in two authorities may choose the wrong one: a refusal, not a failure."""
    story = Story(cast)
    person = story.admit(1)[0]
    with viewing(REGISTER_ID):
        access.grant_duty(
            user_id=cast.user["lina"], kind=DutyKind.LEGAL_OFFICER, authority_id=cast.authority["DELTA"],
            facility_id=None, by=access_queries.viewer_of(REGISTER_ID, NOON), at=NOON,
        )  # fmt: skip
    with story.acting("lina") as by:
        with pytest.raises(Refused, match="not-received-here"):
            state(story, by, person, "DELTA")
        assert state(story, by, person, "ALPHA")
