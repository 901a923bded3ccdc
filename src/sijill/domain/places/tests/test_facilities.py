"""Entering facilities and halls, and reading them."""

from typing import Any
from uuid import UUID

import pytest

from sijill.domain.access import queries as access
from sijill.domain.access.rules import AUDITOR_ID, REGISTER_ID, NotAllowed, NotVisible, Refused
from sijill.domain.access.viewing import viewing
from sijill.domain.places import actions, queries
from sijill.domain.places.rules import FacilityKind
from tests.cast import NOON, Cast

DRAFT = {
    "code": "NEW", "kind": "prison", "names": {"en": "New place", "ar": "مكان جديد"}, "region": "IQ-BG",
    "latitude": 33.3, "longitude": 44.4,
}  # fmt: skip


def create(cast: Cast, who: UUID = REGISTER_ID, **changed: Any) -> int:
    """Enter a facility of ALPHA as this user, with some values changed."""
    with viewing(who):
        viewer = access.viewer_of(who, NOON)
        values = {**DRAFT, "authority_id": cast.authority["ALPHA"], **changed}
        return actions.create_facility(**values, by=viewer, at=NOON)


def test_a_facility_is_read_as_it_was_entered(cast: Cast) -> None:
    made = create(cast)
    with viewing(cast.user["dora"]):
        row = queries.facility(cast.viewer("dora"), "NEW")
        assert row == queries.facility_by_id(cast.viewer("dora"), made)
    assert (row.id, row.code, row.kind, row.region) == (made, "NEW", FacilityKind.PRISON, "IQ-BG")
    assert (row.latitude, row.longitude, row.authority_id) == (33.3, 44.4, cast.authority["ALPHA"])
    assert row.name("ar") == "مكان جديد"
    assert row.name("ckb") == "New place"


def test_a_facility_of_nobody_is_allowed(cast: Cast) -> None:
    create(cast, authority_id=None)
    with viewing(cast.user["alice"]):
        assert queries.facility(cast.viewer("alice"), "NEW").authority_id is None


@pytest.mark.parametrize("name", ["alice", "anton", "dora", "farid"])
def test_no_user_enters_facilities(cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed):
        create(cast, who=cast.user[name])


def test_the_auditor_enters_nothing(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        create(cast, who=AUDITOR_ID)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"code": "A-MAIN"}, "code-taken"),
        ({"code": "a b"}, "bad-code"),
        ({"kind": "dungeon"}, "unknown-kind"),
        ({"region": "Baghdad"}, "bad-region"),
        ({"names": {}}, "names-missing"),
        ({"names": {"de": "Ort"}}, "language-unknown"),
        ({"latitude": None}, "coordinate-missing"),
        ({"latitude": 91.0}, "coordinates-out-of-range"),
        ({"authority_id": 10**9}, "unknown-authority"),
    ],
)
def test_what_is_no_facility_is_refused(cast: Cast, changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        create(cast, **changed)
    assert refused.value.code == code
    with viewing(cast.user["alice"]):
        assert len(queries.facilities(cast.viewer("alice"))) == len(cast.facility)


def test_facilities_come_by_code(cast: Cast) -> None:
    with viewing(cast.user["dora"]):
        assert [f.code for f in queries.facilities(cast.viewer("dora"))] == sorted(cast.facility)


def test_an_unknown_facility_is_not_visible(cast: Cast) -> None:
    alice = cast.viewer("alice")
    with viewing(cast.user["alice"]):
        with pytest.raises(NotVisible):
            queries.facility(alice, "NOWHERE")
        with pytest.raises(NotVisible):
            queries.facility_by_id(alice, 10**9)


def test_halls(cast: Cast) -> None:
    place = cast.facility["A-MAIN"]
    with viewing(REGISTER_ID):
        register = access.viewer_of(REGISTER_ID, NOON)
        for code in ("H2", "H1"):
            actions.create_hall(facility_id=place, code=code, names={"en": code}, by=register, at=NOON)
        actions.create_hall(facility_id=cast.facility["A-SIDE"], code="H1", names={"en": "x"}, by=register, at=NOON)
        with pytest.raises(Refused, match="code-taken"):
            actions.create_hall(facility_id=place, code="H1", names={"en": "again"}, by=register, at=NOON)
        with pytest.raises(Refused, match="names-missing"):
            actions.create_hall(facility_id=place, code="H3", names={}, by=register, at=NOON)
        with pytest.raises(NotVisible):
            actions.create_hall(facility_id=10**9, code="H3", names={"en": "x"}, by=register, at=NOON)
    with viewing(cast.user["charlie"]):
        assert [h.code for h in queries.halls(cast.viewer("charlie"), place)] == ["H1", "H2"]


def test_no_user_enters_halls(cast: Cast) -> None:
    with viewing(cast.user["alice"]), pytest.raises(NotAllowed):
        actions.create_hall(
            facility_id=cast.facility["A-MAIN"], code="H1", names={"en": "x"}, by=cast.viewer("alice"), at=NOON
        )
