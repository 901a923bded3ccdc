"""Claims, ages, categories."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijill.domain.people import rules
from sijill.domain.people.rules import (
    Birth,
    Categories,
    ClaimValue,
    Document,
    Name,
    Nationality,
    Number,
    PersonName,
    Precision,
    Sex,
)

ON = date(2026, 2, 1)
days = st.dates(date(1930, 1, 1), date(2026, 1, 1))
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
values = st.one_of(
    st.builds(Name, texts.filter(str.strip), given=texts, kunya=texts),
    st.builds(Sex, st.sampled_from(["M", "F", "unknown", "other"]), texts),
    st.builds(Nationality, st.sampled_from(["IQ", "SY", "stateless", "unknown"]), texts),
    st.builds(Number, texts, texts.filter(str.strip)),
    st.builds(Document, texts, texts.filter(str.strip), texts),
    st.builds(lambda a, b: Birth(Precision.RANGE, min(a, b), max(a, b)), days, days),
)


@given(values)
def test_a_value_reads_back_as_it_was_stored(value: ClaimValue) -> None:
    assert rules.flaw(value) == ""
    assert rules.from_data(rules.kind_of(value), rules.to_data(value)) == value


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (Name("  "), "name-empty"),
        (Name("x" * 201), "claim-too-long"),
        (Name("a\x00b"), "claim-unreadable"),
        (Sex("X"), "sex-not-known"),
        (Nationality("ZZ"), "nationality-not-known"),
        (Nationality("Iraqi"), "nationality-not-known"),
        (Number("SDF", " "), "number-empty"),
        (Document("passport", ""), "number-empty"),
        (Birth(Precision.EXACT), "birth-without-day"),
        (Birth(Precision.DISPUTED, date(2000, 1, 1), None), "birth-without-day"),
        (Birth(Precision.RANGE, date(2001, 1, 1), date(2000, 1, 1)), "birth-range-backwards"),
        (Birth(Precision.EXACT, date(2000, 1, 1), date(2000, 1, 2)), "birth-not-exact"),
        (Birth(Precision.UNKNOWN), ""),
        (Nationality("stateless"), ""),
    ],
)
def test_flaws(value: ClaimValue, code: str) -> None:
    assert rules.flaw(value) == code


def _born(first: date, last: date | None = None) -> Birth:
    return Birth(Precision.RANGE, first, last or first)


@pytest.mark.parametrize(
    ("births", "expected"),
    [
        ([], "unknown"),
        ([Birth(Precision.UNKNOWN)], "unknown"),
        ([_born(date(2008, 2, 1))], "adult"),  # eighteen today
        ([_born(date(2008, 2, 2))], "child"),  # eighteen tomorrow
        ([_born(date(2008, 1, 1), date(2008, 12, 31))], "disputed"),
        ([Birth(Precision.DISPUTED)], "disputed"),
        ([_born(date(1980, 1, 1)), _born(date(2010, 1, 1))], "disputed"),
        ([_born(date(1980, 1, 1)), Birth(Precision.UNKNOWN)], "adult"),
        ([_born(date(2008, 2, 29))], "child"),
    ],
)
def test_age_classes(births: list[Birth], expected: str) -> None:
    assert rules.age_class(births, ON) == expected


@given(days, days, days)
def test_nobody_whose_youngest_reading_is_a_child_is_called_adult(a: date, b: date, on: date) -> None:
    birth = _born(min(a, b), max(a, b))
    if rules.age_class([birth], on) == "adult":
        assert rules.years_between(max(a, b), on) >= 18


def test_contradicting_claims_are_disputed_not_overwritten() -> None:
    found = rules.categories([Sex("M"), Nationality("IQ"), Nationality("SY"), Sex("unknown")], ON)
    assert found == Categories("unknown", "M", "disputed")


def test_a_name_is_shown_in_the_script_of_the_language() -> None:
    name = PersonName("S-3333-333A-Y", (("Arab", "كريم"), ("Latn", "Kareem")))
    assert (name.shown("en"), name.shown("ar"), name.shown("ckb")) == ("Kareem", "كريم", "كريم")
    assert PersonName("S-3333-333A-Y").shown("en") == "S-3333-333A-Y"
    assert PersonName("S-3333-333A-Y", (("Arab", "كريم"),)).shown("en") == "كريم"
