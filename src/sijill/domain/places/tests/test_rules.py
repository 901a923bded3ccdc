"""The pure rules of places."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijill.domain.places.rules import (
    PLACES_MAX,
    Aspect,
    CapacityKind,
    CapacityRow,
    ControlRow,
    approved_in_future,
    capacity_fault,
    code_is_valid,
    coordinates_fault,
    in_region,
    names_fault,
    region_is_valid,
    rivals,
)

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("region", ["IQ", "IQ-BG", "SY-HA", "NZ-AUK", "GB-1"])
def test_regions_of_iso_3166_2_are_valid(region: str) -> None:
    assert region_is_valid(region)


@pytest.mark.parametrize("region", ["", "iq-bg", "IQ-", "IQ-BGXX", "IRQ-BG", "IQ BG", "IQ-BG\n", "Baghdad"])
def test_other_regions_are_not(region: str) -> None:
    assert not region_is_valid(region)


def test_a_country_excludes_its_regions_and_no_other_country() -> None:
    assert in_region("IQ-AR", "IQ-AR")
    assert in_region("IQ-AR", "IQ")
    assert not in_region("IQ", "IQ-AR")
    assert not in_region("IQX-AR", "IQ")


@pytest.mark.parametrize("code", ["A-MAIN", "hall_2", "B.1", "X" * 24])
def test_codes(code: str) -> None:
    assert code_is_valid(code)


@pytest.mark.parametrize("code", ["", "-A", "A/B", "A B", "X" * 25, "A\n", "سجن"])
def test_codes_that_would_break_addresses_and_labels_are_refused(code: str) -> None:
    assert not code_is_valid(code)


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        ({}, "names-missing"),
        ({"en": " "}, "names-missing"),
        ({"en": "Place", "ar": ""}, "names-missing"),
        ({"fr": "Prison"}, "language-unknown"),
        ({"en": "x" * 201}, "name-too-long"),
        ({"en": "x" * 200}, ""),
        ({"en": "Place", "ar": "مكان", "ckb": "شوێن"}, ""),
    ],
)
def test_names(names: dict[str, str], fault: str) -> None:
    assert names_fault(names) == fault


@pytest.mark.parametrize(
    ("latitude", "longitude", "fault"),
    [
        (None, None, ""),
        (33.3, 44.4, ""),
        (-90.0, 180.0, ""),
        (33.3, None, "coordinate-missing"),
        (None, 44.4, "coordinate-missing"),
        (90.1, 0.0, "coordinates-out-of-range"),
        (0.0, -180.1, "coordinates-out-of-range"),
        (float("nan"), 0.0, "coordinates-out-of-range"),
    ],
)
def test_coordinates(latitude: float | None, longitude: float | None, fault: str) -> None:
    assert coordinates_fault(latitude, longitude) == fault


def said(speaker: str, holder: int | str | None, at: datetime = NOON, aspect: Aspect = Aspect.PERIMETER) -> ControlRow:
    """A control statement in one line."""
    number = holder if isinstance(holder, int) else None
    words = holder if isinstance(holder, str) else ""
    return ControlRow(uuid4(), 1, aspect, number, words, speaker, None, at, "")


def test_two_speakers_naming_two_holders_are_rivals() -> None:
    assert rivals([said("Alpha", 1), said("Bravo", 2)]) == {Aspect.PERIMETER}


def test_two_speakers_who_agree_are_not() -> None:
    assert rivals([said("Alpha", 1), said("Bravo", 1)]) == frozenset()


def test_a_speaker_who_changed_his_word_is_not_his_own_rival() -> None:
    assert rivals([said("Alpha", 1), said(" alpha ", 2, NOON + timedelta(hours=1))]) == frozenset()


def test_only_the_latest_word_of_each_counts() -> None:
    later = NOON + timedelta(hours=1)
    assert rivals([said("Alpha", 1), said("Bravo", 2), said("Bravo", 1, later)]) == frozenset()


def test_unclear_names_nobody() -> None:
    assert rivals([said("Alpha", 1), said("Bravo", None)]) == frozenset()


def test_holders_in_words_are_compared_without_case() -> None:
    assert rivals([said("Alpha", "Tribal Guard"), said("Bravo", "tribal guard ")]) == frozenset()
    assert rivals([said("Alpha", "Tribal Guard"), said("Bravo", "Nobody")]) == {Aspect.PERIMETER}


def test_different_aspects_do_not_rival() -> None:
    assert rivals([said("Alpha", 1), said("Bravo", 2, aspect=Aspect.ANSWERS)]) == frozenset()


STATEMENTS = st.lists(
    st.builds(
        said,
        speaker=st.sampled_from(["Alpha", "Bravo", "Charlie"]),
        holder=st.sampled_from([1, 2, "guard", None]),
        at=st.integers(0, 10**6).map(lambda n: NOON + timedelta(seconds=n)),
        aspect=st.sampled_from(list(Aspect)),
    ),
    unique_by=lambda row: (row.aspect, row.speaker, row.stated_at),
)


@given(STATEMENTS, st.randoms())
def test_the_order_of_rows_does_not_matter(rows: list[ControlRow], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert rivals(shuffled) == rivals(rows)


@given(STATEMENTS)
def test_repeating_the_last_word_creates_no_rival(rows: list[ControlRow]) -> None:
    if rows:
        last = max(rows, key=lambda row: row.stated_at)
        again = replace(last, id=UUID(int=1), stated_at=last.stated_at + timedelta(seconds=1))
        assert rivals([*rows, again]) == rivals(rows)


def in_force(kind: CapacityKind, places: int, category: str = "") -> CapacityRow:
    """A capacity in one line."""
    return CapacityRow(1, kind, category, places, "The minister", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("kind", "places", "fault"),
    [
        (CapacityKind.WORKING, -1, "negative-places"),
        (CapacityKind.WORKING, 0, ""),
        (CapacityKind.WORKING, 100, ""),
        (CapacityKind.WORKING, 101, "working-above-maximum"),
        (CapacityKind.MAXIMUM, 80, ""),
        (CapacityKind.MAXIMUM, 79, "maximum-below-working"),
        (CapacityKind.CERTIFIED, 1000, ""),
        (CapacityKind.CERTIFIED, PLACES_MAX + 1, "too-many-places"),
    ],
)
def test_working_never_exceeds_maximum(kind: CapacityKind, places: int, fault: str) -> None:
    now = [in_force(CapacityKind.MAXIMUM, 100), in_force(CapacityKind.WORKING, 80)]
    assert capacity_fault(now, kind, "", places) == fault


def test_categories_have_their_own_numbers() -> None:
    now = [in_force(CapacityKind.MAXIMUM, 10, "women")]
    assert capacity_fault(now, CapacityKind.WORKING, "", 11) == ""
    assert capacity_fault(now, CapacityKind.WORKING, "women", 11) == "working-above-maximum"


def test_a_day_that_has_begun_somewhere_is_not_the_future() -> None:
    assert not approved_in_future(date(2026, 2, 2), datetime(2026, 2, 1, 10, tzinfo=UTC))
    assert approved_in_future(date(2026, 2, 2), datetime(2026, 2, 1, 9, 59, tzinfo=UTC))
