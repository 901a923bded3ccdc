"""Words for the codes of the room figures. None of them says which of two figures is right."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Words = dict[str, str | Promise]

MODALITY: Words = {
    "counted": _("counted"),
    "stated": _("stated"),
    "estimated": _("estimated"),
    "reported": _("reported"),
    "may": _("may have been"),
    "could": _("could be"),
    "forecast": _("expected"),
    "planned": _("planned"),
    "derived": _("derived"),
    "unclear": _("unclear"),
}
CLAIM_STATE: Words = {
    "standing": _("stands"),
    "withdrawn": _("withdrawn"),
    "denied": _("denied"),
    "disowned": _("disowned"),
}
UNIT: Words = {
    "persons": _("persons"),
    "families": _("families"),
    "nationalities": _("nationalities"),
    "places": _("places"),
    "words": _("in words"),
}
BESIDE: Words = {
    "within": _("register within"),
    "below": _("register below"),
    "above": _("register above"),
    "not-comparable": _("not comparable"),
}
SHOWN: Words = {
    "counted": _("from the books you read"),
    "partial": _("only some of the books it needs"),
    "not-in-your-books": _("not in your books"),
    "not-yet": _("the day is not over"),
    "no-measure": _("the register counts no such thing"),
}
GROUPS: dict[str, Words] = {
    "modality": MODALITY,
    "claim-state": CLAIM_STATE,
    "figure-unit": UNIT,
    "beside": BESIDE,
    "figure-shown": SHOWN,
}
REFUSALS: dict[str, str | Promise] = {
    "bad-topic-code": _("A topic's code has small letters, digits and single hyphens, at most 40."),
    "unknown-unit": _("That is not something a topic counts."),
    "bad-measure": _("Choose the books, and states or an event, that the register counts beside it."),
    "unknown-modality": _("That way of saying a figure is not known."),
    "figure-out-of-range": _("A figure lies between nought and a thousand million."),
    "low-above-high": _("The lowest cannot be above the highest."),
    "figure-missing": _("Give a number, or say that it was unclear."),
    "figure-not-wanted": _("What was unclear, or is said in words, has no number."),
    "source-missing": _("A figure keeps its speaker: who said it, and who published it?"),
    "words-missing": _("What is said in words needs the words, or a note."),
    "quoted-too-long": _("Quote a few words only: 280 characters are the most."),
    "day-out-of-range": _("That day is too far away to be meant."),
    "published-in-future": _("It cannot have been published on a later day than today."),
    "as-of-in-future": _("Only what was expected, planned or possible can speak of a later day than today."),
    "said-in-future": _("It cannot have been said on a later day than today."),
    "derivation-missing": _("A derived figure names what it is derived from, and the rule."),
    "derivation-not-wanted": _("Only a derived figure has a rule and figures it is derived from."),
    "sources-not-distinct": _("Name each figure it is derived from once; 20 are the most."),
    "sources-unknown": _("A figure it is derived from is not here."),
    "unknown-state": _("That is not something that becomes of a figure."),
}
TONES: dict[str, str] = {"denied": "doubt", "disowned": "doubt"}


def figure(low: int | None, high: int | None) -> str:
    """A figure as it was said: one number, a range, an open end, or none."""
    if low is None and high is None:
        return gettext("no number")
    if low is None:
        return gettext("up to %(high)s") % {"high": f"{high:,}"}
    if high is None:
        return gettext("%(low)s or more") % {"low": f"{low:,}"}
    if low == high:
        return f"{low:,}"
    return gettext("%(low)s to %(high)s") % {"low": f"{low:,}", "high": f"{high:,}"}
