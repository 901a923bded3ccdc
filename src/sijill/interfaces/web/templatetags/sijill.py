"""Tags every template uses: times, numbers, names apart from the text around them, words for codes, keys of forms."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sijill.interfaces.web import sentences, words

register = template.Library()


@register.simple_tag
def when(moment: datetime | None) -> str:
    """A moment as local wall time with UTC beside it, in figures that read alike in every language."""
    if moment is None:
        return _("not known")
    local, utc = timezone.localtime(moment), moment.astimezone(UTC)
    beside = f"{utc:%H:%M}" if utc.date() == local.date() else f"{utc:%Y-%m-%d %H:%M}"
    return format_html(
        '<time datetime="{}" dir="ltr">{} <small>({} UTC)</small></time>',
        f"{utc:%Y-%m-%dT%H:%M:%SZ}", f"{local:%Y-%m-%d %H:%M}", beside,
    )  # fmt: skip


@register.simple_tag
def day(value: date | None) -> str:
    """A calendar day."""
    if value is None:
        return _("not known")
    return format_html('<time datetime="{0}" dir="ltr">{0}</time>', f"{value:%Y-%m-%d}")


@register.filter
def number(value: int | None) -> str:
    """A whole number with its thousands apart; not knowing is said, never left blank."""
    return _("not known") if value is None else f"{value:,}"


@register.filter
def apart(value: object) -> SafeString:
    """A name or code of any script, kept from turning the text around it."""
    return format_html("<bdi>{}</bdi>", "" if value is None else value)


@register.filter
def code(value: object) -> SafeString:
    """A code or reference: kept apart, written from left to right, never broken."""
    return format_html('<bdi class="code" dir="ltr">{}</bdi>', "" if value is None else value)


@register.filter
def named(row: Any) -> SafeString:
    """The name of a row that has names in several languages, in the reader's language, kept apart."""
    return format_html("<bdi>{}</bdi>", row.name(get_language() or "en"))


@register.filter
def word(value: object, group: str) -> str:
    """The word for a code of this group: {{ row.kind|word:"account" }}. An unknown code is its own word."""
    return words.word(group, str(value))


@register.simple_tag
def state(value: object, group: str) -> SafeString:
    """A state as shape, word and colour: {% state row.state "batch" %}."""
    text = str(value)
    return format_html('<span class="state chip tone-{}">{}</span>', words.tone(text), words.word(group, text))


@register.simple_tag
def finding(value: str, n: int | None = None) -> str:
    """The sentence for a finding's code."""
    return sentences.finding(value, n)


@register.simple_tag
def key() -> SafeString:
    """The hidden key of a form written by hand; forms of class ActForm carry theirs."""
    return format_html('<input type="hidden" name="key" value="{}">', uuid4())
