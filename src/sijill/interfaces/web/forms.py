"""The base of every form: a key that makes it act once, and sentences for what an action refuses."""

from collections.abc import Mapping
from datetime import MAXYEAR, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from sijill.domain.access.rules import Refused
from sijill.domain.ledger.rules import YEARS
from sijill.interfaces.web import sentences


class ActForm(forms.Form):
    """A form that asks for one act. Its `key` is fresh each time the form is shown and kept when it is shown again."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    error_css_class = "is-wrong"

    def __init__(self, data: Mapping[str, Any] | None = None, *, prefix: str | None = None, **rest: Any) -> None:
        super().__init__(data, prefix=prefix, label_suffix="", auto_id=f"{type(self).__name__}_%s", **rest)

    def refuse(self, refusal: Refused, field: str | None = None) -> None:
        """Show why the action would not do it, above the form or at the field it is about."""
        self.add_error(field, sentences.refusal(refusal))

    @property
    def answer_status(self) -> int:
        """200 for a fresh form, 422 for one that is shown again with what is wrong."""
        return 422 if self.is_bound and self.errors else 200


class LocalDateTimeField(forms.DateTimeField):
    """A date and time on the local wall clock, picked without JavaScript."""

    def __init__(self, **rest: Any) -> None:
        rest.setdefault("widget", forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
        rest.setdefault("help_text", _("Local time"))
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **rest)

    def validate(self, value: datetime | None) -> None:
        """What lies before the first instant of UTC, or after its last, could be kept and never be read back."""
        super().validate(value)
        if value is not None and not YEARS.start <= value.year < MAXYEAR:
            raise forms.ValidationError(sentences.refusal(Refused("day-out-of-range")))


class DayField(forms.DateField):
    """A calendar day, picked without JavaScript."""

    def __init__(self, **rest: Any) -> None:
        rest.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(input_formats=["%Y-%m-%d"], **rest)
