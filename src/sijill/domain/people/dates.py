"""Dates and births as lists write them. Pure. What could be two days is an error unless its column says which."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sijill.domain.people.rules import Birth, Precision
from sijill.domain.people.spelling import plain

YEAR_MIN = 1900
ABOUT_YEARS = 2
AGE_MAX = 120

_ISO = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ]\d{1,2}:\d{2}(:\d{2})?.*)?$")
_TRIPLE = re.compile(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{2}|\d{4})$")
_MONTH_FIRST = re.compile(r"^(\d{1,2})[-/.](\d{4})$")
_MONTH_LAST = re.compile(r"^(\d{4})[-/.](\d{1,2})$")
_YEAR = re.compile(r"^\d{4}$")


def _any(words: str) -> str:
    """A pattern for any of these words in the plain spelling."""
    return "|".join(re.escape(plain(word.strip())) for word in words.split(","))


_TO = _any("-, –, —, /, to, until, إلى, حتى, تا, بۆ")
_ABOUT_WORDS = _any(
    "about, approximately, approx., approx, around, circa, ca., ca, c., ~, حوالي, تقريبا, نحو, نزیکەی, دەوروبەری"
)
_AGED = _any("age, aged, عمر, العمر, تەمەن, تەمەنی")
_YEARS = _any("years, year, yrs, yr, y, سنة, سنوات, عام, عاما, ساڵ")
_SPAN = re.compile(rf"^(\d{{4}})\s*(?:{_TO})\s*(\d{{4}})$")
_ABOUT = re.compile(rf"^(?:{_ABOUT_WORDS})\s*(\d{{4}})$")
_AGE = re.compile(rf"^(?:{_AGED})?\s*(\d{{1,3}})\s*(?:{_YEARS})?(?:\s*old)?$")
_UNKNOWN = frozenset(map(plain, ("unknown", "not known", "n/a", "?", "-", "مجهول", "غير معروف", "نەزانراو")))
_DISPUTED = frozenset(map(plain, ("disputed", "contested", "متنازع عليه", "مختلف عليه")))


class NotADate(ValueError):
    """What is wrong with a written date, as a code: see the README."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class DayOrder:
    """Which of two small numbers is the day in a column: told by its unmistakable dates, None when they do not say."""

    day_first: bool | None


def day_order(texts: Iterable[str]) -> DayOrder:
    """What the unmistakable dates of a column say. Dates of both orders in one column say nothing."""
    says = set()
    for text in texts:
        found = _TRIPLE.match(plain(text).strip())
        if found:
            first, second = int(found[1]), int(found[2])
            if (first > 12) != (second > 12) and _exists(found):
                says.add(first > 12)
    return DayOrder(says.pop() if len(says) == 1 else None)


def _exists(found: re.Match[str]) -> bool:
    """True when these three numbers, one of them above twelve, are a day that was."""
    day, month = sorted((int(found[1]), int(found[2])), reverse=True)
    try:
        date(int(found[3]) or 1, month, day)
    except ValueError:
        return False
    return True


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NotADate("date-impossible") from None


def exact_day(text: str, order: DayOrder) -> date:
    """One day: ISO, or day, month and year in the order of the column. NotADate with a code otherwise."""
    written = plain(text).strip()
    found = _ISO.match(written)
    if found:
        return _day(int(found[1]), int(found[2]), int(found[3]))
    found = _TRIPLE.match(written)
    if not found:
        raise NotADate("date-not-understood")
    first, second = int(found[1]), int(found[2])
    if len(found[3]) == 2:
        raise NotADate("date-two-digit-year")
    if first <= 12 and second <= 12 and first != second and order.day_first is None:
        raise NotADate("date-ambiguous")
    day_first = first > 12 or (second <= 12 and order.day_first is not False)
    day, month = (first, second) if day_first else (second, first)
    return _day(int(found[3]), month, day)


def _month_end(year: int, month: int) -> date:
    return (_day(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _years(precision: Precision, first: int, last: int, text: str) -> Birth:
    if not (first >= 1 and last <= 9999):
        raise NotADate("date-impossible")
    return Birth(precision, date(first, 1, 1), date(last, 12, 31), text)


def birth(text: str, order: DayOrder, on: date) -> Birth:
    """A birth as written: a day, a month, a year, "about 1985", "1980-1985", unknown, disputed. `on` is today."""
    written = " ".join(plain(text).split())
    if written in _UNKNOWN:
        return Birth(Precision.UNKNOWN, stated=text)
    if written in _DISPUTED:
        return Birth(Precision.DISPUTED, stated=text)
    found = _loose(written, text)
    if found is None:
        day = exact_day(text, order)
        found = Birth(Precision.EXACT, day, day, text)
    if found.from_on is not None and found.to_on is not None:
        _check(found.from_on, found.to_on, on)
    return found


def _loose(written: str, text: str) -> Birth | None:
    """Births that are less than a day."""
    if _YEAR.match(written):
        return _years(Precision.YEAR, int(written), int(written), text)
    found = _ABOUT.match(written)
    if found:
        return _years(Precision.ABOUT, int(found[1]) - ABOUT_YEARS, int(found[1]) + ABOUT_YEARS, text)
    found = _SPAN.match(written)
    if found:
        if int(found[1]) > int(found[2]):
            raise NotADate("date-range-backwards")
        return _years(Precision.RANGE, int(found[1]), int(found[2]), text)
    found = _MONTH_FIRST.match(written)
    year, month = (int(found[2]), int(found[1])) if found else (0, 0)
    found = found or _MONTH_LAST.match(written)
    if found is None:
        return None
    if not year:
        year, month = int(found[1]), int(found[2])
    return Birth(Precision.MONTH, _day(year, month, 1), _month_end(year, month), text)


def _check(first: date, last: date, on: date) -> None:
    if 1300 <= first.year <= 1500:
        raise NotADate("date-perhaps-hijri")
    if last.year < YEAR_MIN:
        raise NotADate("date-too-early")
    if first > on:
        raise NotADate("date-in-future")


def birth_of_age(text: str, on: date) -> Birth:
    """The stretch in which somebody of this age on this day was born."""
    found = _AGE.match(" ".join(plain(text).split()))
    if not found or int(found[1]) > AGE_MAX:
        raise NotADate("age-not-understood")
    age = int(found[1])
    return Birth(Precision.RANGE, _years_before(on, age + 1) + timedelta(days=1), _years_before(on, age), text)


def _years_before(on: date, years: int) -> date:
    try:
        return on.replace(year=on.year - years)
    except ValueError:  # 29 February
        return on.replace(year=on.year - years, day=28)
