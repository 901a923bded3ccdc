"""Capacities: signed by a named approver, never overwritten, the newest approved one in force."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from sijill.domain.access.rules import NotAllowed, NotVisible, Refused
from sijill.domain.access.viewing import viewing
from sijill.domain.places import actions, queries
from sijill.domain.places.rules import CapacityKind, CapacityRow
from sijill.domain.places.tests.test_facilities import create
from tests.cast import NOON, Cast


def approve(cast: Cast, who: str = "alice", **changed: Any) -> UUID:
    """Set the maximum of A-MAIN to 100, as this user, with some values changed."""
    values: dict[str, Any] = {
        "capacity_id": uuid4(), "facility_id": cast.facility["A-MAIN"], "kind": "maximum", "category": "",
        "places": 100, "approver": "The minister", "approved_on": date(2026, 1, 1), "document": "Order 7", "at": NOON,
    }  # fmt: skip
    with viewing(cast.user[who]):
        return actions.set_capacity(**{**values, **changed}, by=cast.viewer(who))


def read(cast: Cast) -> list[CapacityRow]:
    """The capacities of A-MAIN in force, as a stranger reads them."""
    with viewing(cast.user["dora"]):
        return queries.capacities(cast.viewer("dora"), cast.facility["A-MAIN"])


def test_a_capacity_is_in_force_with_its_approver(cast: Cast) -> None:
    approve(cast)
    assert read(cast) == [
        CapacityRow(cast.facility["A-MAIN"], CapacityKind.MAXIMUM, "", 100, "The minister", date(2026, 1, 1), "Order 7")
    ]


def test_the_newest_approved_one_is_in_force_whenever_it_was_entered(cast: Cast) -> None:
    approve(cast, places=120, approved_on=date(2026, 1, 20))
    approve(cast, places=90, approved_on=date(2026, 1, 10), at=NOON + timedelta(hours=1))
    assert [c.places for c in read(cast)] == [120]
    approve(cast, places=110, approved_on=date(2026, 1, 20), at=NOON + timedelta(hours=2))
    assert [c.places for c in read(cast)] == [110]


def test_each_kind_and_category_has_its_own_number(cast: Cast) -> None:
    approve(cast)
    approve(cast, kind="working", places=80)
    approve(cast, category="women", places=10)
    assert [(c.kind.value, c.category, c.places) for c in read(cast)] == [
        ("maximum", "", 100), ("maximum", "women", 10), ("working", "", 80),
    ]  # fmt: skip


def test_the_same_capacity_sent_twice_is_recorded_once(cast: Cast) -> None:
    made = approve(cast)
    assert approve(cast, capacity_id=made) == made
    with pytest.raises(Refused, match="id-already-used"):
        approve(cast, capacity_id=made, places=99)
    assert [c.places for c in read(cast)] == [100]


def test_sending_twice_is_no_fault_even_when_the_number_would_no_longer_fit(cast: Cast) -> None:
    made = approve(cast, kind="working", places=80)
    approve(cast, kind="working", places=50, at=NOON + timedelta(hours=1))
    approve(cast, places=60)
    assert approve(cast, capacity_id=made, kind="working", places=80) == made
    assert sorted(c.places for c in read(cast)) == [50, 60]


def test_a_planner_s_authority_and_no_other_sets_it(cast: Cast) -> None:
    for who in ("bushra", "chiara", "dora", "anton", "asma", "amal", "farid"):
        with pytest.raises(NotAllowed):
            approve(cast, who=who)
    assert read(cast) == []


def test_nobody_sets_the_capacity_of_a_place_nobody_answers_for(cast: Cast) -> None:
    ownerless = create(cast, authority_id=None)
    with pytest.raises(NotAllowed):
        approve(cast, facility_id=ownerless)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"kind": "imagined"}, "unknown-kind"),
        ({"places": -1}, "negative-places"),
        ({"places": 1_000_001}, "too-many-places"),
        ({"approver": " "}, "approver-missing"),
        ({"approved_on": date(2026, 2, 3)}, "approved-in-future"),
        ({"kind": "working", "places": 101}, "working-above-maximum"),
        ({"document": "x" * 201}, "text-too-long"),
    ],
)
def test_what_is_no_capacity_is_refused(cast: Cast, changed: dict[str, Any], code: str) -> None:
    approve(cast)
    with pytest.raises(Refused) as refused:
        approve(cast, **changed)
    assert refused.value.code == code
    assert len(read(cast)) == 1


def test_the_maximum_does_not_fall_below_the_working_number(cast: Cast) -> None:
    approve(cast)
    approve(cast, kind="working", places=80)
    with pytest.raises(Refused, match="maximum-below-working"):
        approve(cast, places=79)
    approve(cast, kind="working", places=70, at=NOON + timedelta(hours=1))
    approve(cast, places=79, at=NOON + timedelta(hours=2))
    assert [c.places for c in read(cast)] == [79, 70]


def test_an_unknown_place_is_not_visible(cast: Cast) -> None:
    with pytest.raises(NotVisible):
        approve(cast, facility_id=10**9)
