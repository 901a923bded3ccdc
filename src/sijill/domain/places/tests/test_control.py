"""Who said that who holds a place: anybody on duty may state it, nobody may change it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from sijill.domain.access.rules import NotAllowed, NotVisible, Refused
from sijill.domain.access.viewing import viewing
from sijill.domain.places import actions, queries
from sijill.domain.places.rules import Aspect, ControlRow, rivals
from tests.cast import NOON, Cast


def state(cast: Cast, who: str = "amal", **changed: Any) -> UUID:
    """State that ALPHA holds the perimeter of A-MAIN, as this user, with some values changed."""
    values: dict[str, Any] = {
        "statement_id": uuid4(), "facility_id": cast.facility["A-MAIN"], "aspect": "perimeter",
        "holder_id": cast.authority["ALPHA"], "holder_text": "", "speaker": "Alpha command", "since": None,
        "stated_at": NOON, "note": "", "at": NOON + timedelta(days=1),
    }  # fmt: skip
    with viewing(cast.user[who]):
        return actions.state_control(**{**values, **changed}, by=cast.viewer(who))


def read(cast: Cast, at: datetime = NOON, who: str = "dora") -> list[ControlRow]:
    """What is known of A-MAIN at that moment."""
    with viewing(cast.user[who]):
        return queries.control(cast.viewer(who), cast.facility["A-MAIN"], at)


def test_a_statement_is_read_by_everybody_who_signs_in(cast: Cast) -> None:
    made = state(cast, note="seen from the road", since=NOON - timedelta(hours=2))
    (row,) = read(cast)
    assert (row.id, row.aspect, row.holder_id, row.speaker) == (
        made, Aspect.PERIMETER, cast.authority["ALPHA"], "Alpha command",
    )  # fmt: skip
    assert (row.since, row.note) == (NOON - timedelta(hours=2), "seen from the road")


def test_rivals_stand_side_by_side(cast: Cast) -> None:
    state(cast)
    state(cast, speaker="Delta radio", holder_id=cast.authority["DELTA"])
    rows = read(cast)
    assert len(rows) == 2
    assert rivals(rows) == {Aspect.PERIMETER}


def test_unclear_is_a_value(cast: Cast) -> None:
    state(cast, holder_id=None)
    (row,) = read(cast)
    assert row.holder is None


def test_a_place_is_read_as_of_a_moment_newest_first_by_aspect(cast: Cast) -> None:
    state(cast, aspect="answers")
    first = state(cast)
    second = state(cast, stated_at=NOON + timedelta(hours=1))
    assert [r.id for r in read(cast, NOON + timedelta(hours=2)) if r.aspect is Aspect.PERIMETER] == [second, first]
    assert [r.aspect for r in read(cast, NOON + timedelta(hours=2))] == [
        Aspect.PERIMETER, Aspect.PERIMETER, Aspect.ANSWERS,
    ]  # fmt: skip
    assert second not in {r.id for r in read(cast, NOON)}
    assert read(cast, NOON - timedelta(seconds=1)) == []


def test_the_same_statement_sent_twice_is_recorded_once(cast: Cast) -> None:
    made = uuid4()
    assert state(cast, statement_id=made) == made
    assert state(cast, statement_id=made, at=NOON + timedelta(days=2)) == made
    assert len(read(cast)) == 1


def test_one_id_cannot_say_two_things(cast: Cast) -> None:
    made = state(cast)
    with pytest.raises(Refused, match="id-already-used"):
        state(cast, statement_id=made, speaker="Somebody else")
    (row,) = read(cast)
    assert row.speaker == "Alpha command"


@pytest.mark.parametrize("who", ["alice", "asma", "basil", "dora", "farid"])
def test_only_a_duty_officer_states_control(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        state(cast, who=who)
    assert read(cast) == []


def test_a_duty_officer_may_speak_of_another_authority_s_place(cast: Cast) -> None:
    state(cast, facility_id=cast.facility["C-HUB"])
    with viewing(cast.user["chiara"]):
        assert len(queries.control(cast.viewer("chiara"), cast.facility["C-HUB"], NOON)) == 1


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"aspect": "rules-the-sky"}, "unknown-aspect"),
        ({"speaker": "  "}, "speaker-missing"),
        ({"stated_at": NOON + timedelta(days=2)}, "stated-in-future"),
        ({"holder_id": 10**9}, "unknown-holder"),
        ({"note": "x" * 401}, "text-too-long"),
        ({"speaker": "x" * 201}, "text-too-long"),
    ],
)
def test_what_is_no_statement_is_refused(cast: Cast, changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        state(cast, **changed)
    assert refused.value.code == code
    assert read(cast) == []


def test_the_longest_words_fit(cast: Cast) -> None:
    state(cast, speaker="x" * 200, holder_text="y" * 200, note="z" * 400)
    assert len(read(cast)) == 1


def test_an_unknown_place_is_not_visible(cast: Cast) -> None:
    with pytest.raises(NotVisible):
        state(cast, facility_id=10**9)
