"""Words for legal bases, for the sheets that are printed from a file, and for what is asked of a time line."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = dict[str, str | Promise]

LEGAL_GROUND: Words = {
    "remand-order": _("remand order of a court"),
    "conviction": _("conviction and sentence"),
    "arrest-warrant": _("arrest warrant"),
    "administrative": _("administrative order"),
    "transfer-agreement": _("transfer agreement between authorities"),
    "other": _("another ground"),
    "unknown": _("ground not known"),
    "none-stated": _("asked, and no ground was named"),
}
LEGAL_STANDING: Words = {
    "recorded": _("a basis is recorded"),
    "expired": _("the basis has run out"),
    "none-stated": _("no ground was named"),
    "not-recorded": _("no basis recorded"),
}
HEALTH: Words = {"not-recorded": _("not recorded")}
# What somebody's file was read for besides the purposes a reader chooses: a sheet was printed from it.
PRINTED: Words = {
    "custody-sheet": _("printing the custody sheet"),
    "own-file": _("printing the file for the person"),
}
AGE_SIDE: Words = {
    "adult": _("adult"),
    "child": _("child"),
    "disputed": _("age disputed"),
    "either": _("adult or child: the range covers both"),
}
GROUPS: dict[str, Words] = {
    "legal-ground": LEGAL_GROUND,
    "legal-standing": LEGAL_STANDING,
    "health": HEALTH,
    "age-side": AGE_SIDE,
}
TONES = {"recorded": "calm", "expired": "doubt", "none-stated": "alarm", "not-recorded": "alarm"}
