"""Words for person-days and their price."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = dict[str, str | Promise]

RATE: Words = {
    "illustrative": _("illustrative, agreed by nobody"),
    "agreed": _("stated as agreed"),
}
GROUPS: dict[str, Words] = {"rate": RATE}
TONES: dict[str, str] = {"illustrative": "doubt"}
REFUSALS: dict[str, str | Promise] = {
    "bad-amount": _("Write the amount above nought as 12916, 9.78 or 6600000/511, in plain digits."),
    "unknown-currency": _("That currency is not one of the choices."),
    "period-backwards": _("The period ends before it begins."),
    "period-too-long": _("The period is too long: ten years are the most."),
    "period-unheard-of": _("The period lies outside the years 1900 to 2200."),
    "label-missing": _("Say what the rate pays for."),
    "source-missing": _("A rate needs a source: by whose word, in which document?"),
}
