"""Sentences for what is wrong in a list: with a row, with a word in a cell, with the whole file."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PROBLEMS: dict[str, str | Promise] = {
    "age-not-understood": _("The age is not understood."),
    "birth-and-age": _("Both a birth and an age are given: the birth is taken."),
    "cell-error": _("The cell holds an error of the spreadsheet."),
    "cell-formula": _("The cell holds a formula. Replace it by its value."),
    "cell-too-long": _("The text is longer than 200 characters."),
    "date-ambiguous": _("The day and the month cannot be told apart. Write year-month-day."),
    "date-impossible": _("There is no such day in the calendar."),
    "date-in-future": _("The date lies in the future."),
    "date-not-understood": _("The date is not understood. Write year-month-day."),
    "date-perhaps-hijri": _("The year looks like one of the Hijri calendar. Write the Gregorian date."),
    "date-range-backwards": _("The range runs backwards."),
    "date-too-early": _("The date lies too far in the past."),
    "date-two-digit-year": _("The year has two digits. Write four."),
    "hall-unknown": _("The facility has no such hall."),
    "nationality-not-in-table": _("This country is not understood: the word is kept, the code is “not known”."),
    "number-twice": _("This number stands in two rows of the list; the first is the row named here."),
    "row-without-name": _("The row has neither a name nor a number."),
    "sex-not-understood": _("The sex is not understood: the word is kept, the code is “not known”."),
}
NOTES: dict[str, str | Promise] = {
    "other-sheets-ignored": _("The workbook has more than one sheet. Only the first is read."),
}


def problem(code: str) -> str:
    """What is wrong with a cell or row."""
    return str(PROBLEMS.get(code, code))


def note(code: str) -> str:
    """Something about the whole file."""
    return str(NOTES.get(code, code))
