"""The forms of the figures: what somebody published, what became of it, and the question it answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sijill.domain.access.queries import AuthorityRow
from sijill.domain.figures.rules import (
    FIGURE_MAX,
    QUOTED_LENGTH_MAX,
    TOPIC_CODE_LENGTH_MAX,
    ClaimState,
    Modality,
    Unit,
    What,
)
from sijill.domain.ledger.rules import AccountKind, Kind
from sijill.domain.places.rules import FacilityRow
from sijill.interfaces.web import words
from sijill.interfaces.web.forms import ActForm, DayField


def _choices(group: str, codes: Sequence[str]) -> list[tuple[str, str]]:
    return [(code, words.word(group, code)) for code in codes]


class ClaimForm(ActForm):
    """Somebody published a figure."""

    low = forms.IntegerField(label=_("Lowest"), min_value=0, max_value=FIGURE_MAX, required=False)
    high = forms.IntegerField(
        label=_("Highest"), min_value=0, max_value=FIGURE_MAX, required=False,
        help_text=_("The same number twice for one number; one left empty for an open end."),
    )  # fmt: skip
    modality = forms.ChoiceField(label=_("How it was said"))
    speaker = forms.CharField(label=_("Who says so"), max_length=200)
    outlet = forms.CharField(label=_("Published by"), max_length=200)
    address = forms.CharField(label=_("Address"), max_length=400, required=False)
    published_on = DayField(label=_("Published on"), required=False)
    as_of = DayField(
        label=_("As of"), required=False, help_text=_("The day the figure speaks of, which is not that of publication.")
    )
    quoted = forms.CharField(
        label=_("The words themselves"), max_length=QUOTED_LENGTH_MAX, required=False,
        widget=forms.Textarea(attrs={"rows": 2}), help_text=_("A few words, quoted exactly."),
    )  # fmt: skip
    note = forms.CharField(label=_("Note, without names of people held"), max_length=400, required=False)
    rule = forms.CharField(
        label=_("Derived by which rule"), max_length=200, required=False, help_text=_("Only for a derived figure.")
    )
    derived_from = forms.MultipleChoiceField(label=_("Derived from"), required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, sources: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["modality"].choices = _choices("modality", [m.value for m in Modality])  # type: ignore[attr-defined]
        self.fields["modality"].initial = Modality.STATED.value
        self.fields["derived_from"].choices = sources  # type: ignore[attr-defined]


class StateForm(ActForm):
    """Somebody took a figure back, denied it, disowned it, or said it again."""

    state = forms.ChoiceField(label=_("What became of it"))
    said_by = forms.CharField(label=_("Who says so"), max_length=200)
    outlet = forms.CharField(label=_("Published by"), max_length=200)
    said_on = DayField(label=_("Said on"))
    address = forms.CharField(label=_("Address"), max_length=400, required=False)
    note = forms.CharField(label=_("Note, without names of people held"), max_length=400, required=False)

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        order = [ClaimState.DENIED, ClaimState.WITHDRAWN, ClaimState.DISOWNED, ClaimState.STANDING]
        self.fields["state"].choices = _choices("claim-state", [s.value for s in order])  # type: ignore[attr-defined]


class TopicForm(ActForm):
    """A question that several speakers answer, and what of the register stands beside it."""

    code = forms.SlugField(
        label=_("Code"), max_length=TOPIC_CODE_LENGTH_MAX, help_text=_("Small letters, digits and hyphens.")
    )
    name_en = forms.CharField(label=_("Name in English"), max_length=200)
    name_ar = forms.CharField(label=_("Name in Arabic"), max_length=200, required=False)
    unit = forms.ChoiceField(label=_("What it counts"))
    accounts = forms.MultipleChoiceField(label=_("Beside it: people who stand"), required=False)
    event = forms.ChoiceField(label=_("Or: people brought by"), required=False)
    books = forms.TypedMultipleChoiceField(label=_("In the books of"), coerce=int, required=False)
    facility = forms.TypedChoiceField(label=_("At"), coerce=int, empty_value=None, required=False)
    nationality = forms.CharField(
        label=_("Of nationality"), max_length=12, required=False, help_text=_("A code, such as IQ. Empty: all.")
    )
    age_class = forms.ChoiceField(label=_("Of age"), required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        books: Sequence[AuthorityRow],
        facilities: Sequence[FacilityRow],
    ) -> None:
        super().__init__(data)
        language = get_language() or "en"
        standing = [k.value for k in AccountKind if k is not AccountKind.OUTSIDE]
        choices: dict[str, list[Any]] = {
            "unit": _choices("figure-unit", [u.value for u in Unit]),
            "accounts": _choices("account", standing),
            "event": [("", _("no event")), *_choices("event", [k.value for k in Kind])],
            "books": [(row.id, row.name(language)) for row in books],
            "facility": [("", _("any place")), *((row.id, row.name(language)) for row in facilities)],
            "age_class": [("", _("any age")), *_choices("age", ["adult", "child"])],
        }
        for name, values in choices.items():
            self.fields[name].choices = values  # type: ignore[attr-defined]

    def names(self) -> dict[str, str]:
        """The names that were given, by language."""
        given = {"en": self.cleaned_data["name_en"], "ar": self.cleaned_data["name_ar"]}
        return {language: name for language, name in given.items() if name}

    def measure(self) -> dict[str, Any]:
        """What of the register was chosen to stand beside it; {} when nothing was."""
        given = self.cleaned_data
        if not given["accounts"] and not given["event"]:
            return {}
        what = What.ENTERED if given["event"] else What.STANDING
        names = ("accounts", "event", "books", "facility", "nationality", "age_class")
        return {"what": what.value} | {name: given[name] for name in names if given[name]}
