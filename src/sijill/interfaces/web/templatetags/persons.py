"""Tags for people and their claims: how a person is called, what a claim says."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sijill.domain.people.columns import Field, field_of
from sijill.domain.people.rules import (
    Birth,
    ClaimValue,
    Document,
    Name,
    Nationality,
    Number,
    PersonName,
    Precision,
    Sex,
)
from sijill.interfaces.web import words

register = template.Library()


def plain_name(name: PersonName | None, language: str) -> str:
    """What to call somebody in one language: a name in its script, else any, else the number of an unknown."""
    if name is None:
        return _("somebody not shown to you")
    if name.names:
        return name.shown(language)
    if name.unknown_no is not None:
        return _("Unknown %(n)s of %(code)s") % {"n": name.unknown_no, "code": name.unknown_of}
    return _("no name recorded")


@register.filter
def called(name: PersonName | None) -> SafeString:
    """The name for the reader's language, kept apart."""
    return format_html("<bdi>{}</bdi>", plain_name(name, get_language() or "en"))


@register.filter
def also_called(name: PersonName | None) -> SafeString:
    """The names in the other scripts."""
    shown = plain_name(name, get_language() or "en")
    others = [full for _script, full in (name.names if name else ()) if full != shown]
    return format_html_join(" · ", "<bdi>{}</bdi>", ((full,) for full in others))


@register.filter
def says(value: ClaimValue) -> SafeString:
    """What a claim says, in words."""
    match value:
        case Name():
            return _name(value)
        case Sex(value=code, stated=stated):
            return _stated(words.word("sex", code), stated)
        case Birth():
            return _stated(_birth(value), value.stated)
        case Nationality(code=code, stated=stated):
            return _stated(words.word("nation", code), stated)
        case Number(issuer=issuer, value=number):
            # a list without an issuer's column leaves the heading of its numbers, which is nobody who gave them
            said = _("listed under") if field_of(issuer) is Field.NUMBER else _("given by")
            return format_html('<bdi class="code">{}</bdi> · {} <bdi>{}</bdi>', number, said, issuer)
        case Document(type=kind, number=number, issuer=issuer):
            return format_html('<bdi>{}</bdi> <bdi class="code">{}</bdi> <bdi>{}</bdi>', kind, number, issuer)


def _name(value: Name) -> SafeString:
    parts = ("given", "father", "grandfather", "family", "kunya", "alias", "mother")
    known = [(words.word("field", part), getattr(value, part)) for part in parts if getattr(value, part)]
    inside = format_html_join(" · ", "{}: <bdi>{}</bdi>", known)
    return format_html("<bdi>{}</bdi>{}", value.full, format_html(" <small>{}</small>", inside) if known else "")


def _stated(text: str, stated: str) -> SafeString:
    """The meaning, and the words that were used."""
    return (
        format_html("{} <small>“<bdi>{}</bdi>”</small>", text, stated)
        if stated and stated != text
        else format_html("{}", text)
    )


def _day(text: str) -> SafeString:
    """A day that keeps its order of year, month and day behind an Arabic word too."""
    return format_html('<bdi dir="ltr">{}</bdi>', text)


def _birth(birth: Birth) -> SafeString:
    if birth.from_on is None or birth.to_on is None:
        return format_html("{}", words.word("precision", birth.precision))
    exact = {Precision.EXACT: "%Y-%m-%d", Precision.MONTH: "%Y-%m", Precision.YEAR: "%Y"}
    if birth.precision in exact:
        return _day(birth.from_on.strftime(exact[birth.precision]))
    said = {"word": words.word("precision", birth.precision), "first": "{}", "last": "{}"}
    days = [_day(f"{day:%Y-%m-%d}") for day in (birth.from_on, birth.to_on)]
    return format_html(_("%(word)s: %(first)s to %(last)s") % said, *days)


@register.filter
def listed(value: ClaimValue) -> SafeString:
    """What a claim of a list says, without the parts: for a table of many rows."""
    return format_html("<bdi>{}</bdi>", value.full) if isinstance(value, Name) else says(value)
