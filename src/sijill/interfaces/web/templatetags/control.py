"""Numbers inside pictures: a decimal point in every language."""

from django import template

register = template.Library()


@register.filter
def unlocal(value: float) -> str:
    """A coordinate as SVG reads it."""
    return f"{float(value):g}"
