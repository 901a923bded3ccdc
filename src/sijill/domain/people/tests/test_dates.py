"""Dates as lists write them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijill.domain.people.dates import DayOrder, NotADate, birth, birth_of_age, day_order, exact_day
from sijill.domain.people.rules import Precision, years_between

ON = date(2026, 2, 1)
UNSAID, DAY_FIRST, MONTH_FIRST = DayOrder(None), DayOrder(True), DayOrder(False)
days = st.dates(date(1900, 1, 1), date(2026, 1, 31))


@given(days)
def test_an_iso_date_is_that_day_in_any_digits(day: date) -> None:
    written = day.isoformat()
    assert exact_day(written, UNSAID) == day
    assert exact_day(written.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")), UNSAID) == day


@given(days, st.sampled_from("/-."))
def test_two_small_numbers_are_never_guessed(day: date, mark: str) -> None:
    written = f"{day.day}{mark}{day.month}{mark}{day.year}"
    if day.day <= 12 and day.day != day.month:
        with pytest.raises(NotADate, match="date-ambiguous"):
            exact_day(written, UNSAID)
    else:
        assert exact_day(written, UNSAID) == day
    assert exact_day(written, DAY_FIRST) == day


@given(days)
def test_a_column_that_says_month_first_is_read_so(day: date) -> None:
    assert exact_day(f"{day.month}/{day.day}/{day.year}", MONTH_FIRST) == day


def test_a_column_says_its_order_by_its_unmistakable_dates() -> None:
    assert day_order(["3/4/1990", "25/4/1990", "1985"]) == DAY_FIRST
    assert day_order(["3/4/1990", "4/25/1990"]) == MONTH_FIRST
    assert day_order(["25/4/1990", "4/25/1990"]) == UNSAID
    assert day_order(["3/4/1990"]) == UNSAID
    assert day_order(["30/2/1990", "3/4/1990"]) == UNSAID  # a day that never was says nothing
    assert day_order([]) == UNSAID


@pytest.mark.parametrize(
    ("text", "precision", "first", "last"),
    [
        ("1985", Precision.YEAR, date(1985, 1, 1), date(1985, 12, 31)),
        ("١٩٨٥", Precision.YEAR, date(1985, 1, 1), date(1985, 12, 31)),
        ("1985-02", Precision.MONTH, date(1985, 2, 1), date(1985, 2, 28)),
        ("02/1984", Precision.MONTH, date(1984, 2, 1), date(1984, 2, 29)),
        ("12/1984", Precision.MONTH, date(1984, 12, 1), date(1984, 12, 31)),
        ("about 1985", Precision.ABOUT, date(1983, 1, 1), date(1987, 12, 31)),
        ("c. 1985", Precision.ABOUT, date(1983, 1, 1), date(1987, 12, 31)),
        ("حوالي ١٩٨٥", Precision.ABOUT, date(1983, 1, 1), date(1987, 12, 31)),
        ("نزیکەی 1985", Precision.ABOUT, date(1983, 1, 1), date(1987, 12, 31)),
        ("دەوروبەری 1985", Precision.ABOUT, date(1983, 1, 1), date(1987, 12, 31)),
        ("1980-1985", Precision.RANGE, date(1980, 1, 1), date(1985, 12, 31)),
        ("1980 إلى 1985", Precision.RANGE, date(1980, 1, 1), date(1985, 12, 31)),
        ("1980 بۆ 1985", Precision.RANGE, date(1980, 1, 1), date(1985, 12, 31)),
        ("1985-03-02 00:00", Precision.EXACT, date(1985, 3, 2), date(1985, 3, 2)),
        ("unknown", Precision.UNKNOWN, None, None),
        ("مجهول", Precision.UNKNOWN, None, None),
        ("disputed", Precision.DISPUTED, None, None),
    ],
)
def test_births(text: str, precision: Precision, first: date | None, last: date | None) -> None:
    found = birth(text, UNSAID, ON)
    assert (found.precision, found.from_on, found.to_on, found.stated) == (precision, first, last, text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("3/4/1990", "date-ambiguous"),
        ("3/4/90", "date-two-digit-year"),
        ("30/2/1990", "date-impossible"),
        ("1990-13-01", "date-impossible"),
        ("13/1990", "date-impossible"),
        ("1405", "date-perhaps-hijri"),
        ("1405/2/13", "date-perhaps-hijri"),
        ("1850", "date-too-early"),
        ("2027", "date-in-future"),
        ("1990-1980", "date-range-backwards"),
        ("spring", "date-not-understood"),
        ("31048", "date-not-understood"),
        ("0000", "date-impossible"),
    ],
)
def test_what_is_wrong_is_said(text: str, code: str) -> None:
    with pytest.raises(NotADate) as wrong:
        birth(text, UNSAID, ON)
    assert wrong.value.code == code


@given(st.integers(0, 120), st.dates(date(2024, 1, 1), date(2028, 12, 31)))
def test_an_age_is_the_whole_stretch_of_births_that_give_it(age: int, on: date) -> None:
    found = birth_of_age(f"{age} years", on)
    assert found.from_on is not None
    assert found.to_on is not None
    assert years_between(found.to_on, on) == age == years_between(found.from_on, on)
    assert years_between(found.from_on - timedelta(days=2), on) == age + 1
    assert years_between(found.to_on + timedelta(days=2), on) == age - 1 or on < found.to_on + timedelta(days=2)


@pytest.mark.parametrize("text", ["35", "٣٥ سنة", "aged 35", "35 yrs old", "عمر 35", "تەمەن 35 ساڵ"])
def test_ages_in_three_languages(text: str) -> None:
    assert birth_of_age(text, ON).to_on == date(1991, 2, 1)


@pytest.mark.parametrize("text", ["121", "old", "-3", "3.5", ""])
def test_what_is_no_age_is_said(text: str) -> None:
    with pytest.raises(NotADate, match="age-not-understood"):
        birth_of_age(text, ON)


def _outcome(text: str) -> str:
    try:
        found = birth(text, UNSAID, ON)
    except NotADate as wrong:
        return wrong.code
    forward = found.from_on is None or (found.to_on is not None and found.from_on <= found.to_on)
    return "understood" if forward else "backwards"


@given(st.text(max_size=30) | st.from_regex(r"[0-9]{1,4}[-/. ][0-9]{1,4}([-/. ][0-9]{1,4})?", fullmatch=True))
def test_any_text_is_a_birth_or_a_code(text: str) -> None:
    outcome = _outcome(text)
    assert outcome == "understood" or outcome.startswith("date-")
