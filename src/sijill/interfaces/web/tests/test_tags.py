"""Times beside UTC, numbers, names kept apart."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils import translation

from sijill.domain.people.rules import Number


def shown(source: str, **values: object) -> str:
    """Render a line of template."""
    return Template("{% load sijill %}" + source).render(Context(values))


def test_a_moment_is_local_wall_time_with_utc_beside_it() -> None:
    """Baghdad is three hours ahead; the day is repeated when it differs."""
    same = shown("{% when t %}", t=datetime(2026, 2, 1, 12, 5, tzinfo=UTC))
    assert "2026-02-01 15:05" in same and "12:05 UTC" in same and 'datetime="2026-02-01T12:05:00Z"' in same
    late = shown("{% when t %}", t=datetime(2026, 2, 1, 22, 0, tzinfo=UTC))
    assert "2026-02-02 01:00" in late and "2026-02-01 22:00 UTC" in late


@pytest.mark.parametrize("language", ["en", "ar", "ckb"])
def test_numbers_and_days_read_alike_in_every_language(language: str) -> None:
    """One way to write a number, so that a count read over the telephone is one count."""
    with translation.override(language):
        assert shown("{{ n|number }}", n=12345) == "12,345"
        assert ">2026-02-01<" in shown("{% day d %}", d=date(2026, 2, 1))


def test_not_knowing_is_said() -> None:
    """Never a blank."""
    assert shown("{{ n|number }} {% when n %} {% day n %}", n=None) == "not known not known not known"


def test_names_and_codes_are_kept_apart_and_never_markup() -> None:
    """Whatever script, whatever a hostile name holds."""
    assert shown("{{ n|apart }}", n="<b>علي") == "<bdi>&lt;b&gt;علي</bdi>"
    assert shown("{{ n|code }}", n="S-4X<") == '<bdi class="code" dir="ltr">S-4X&lt;</bdi>'


def test_a_state_has_a_shape_a_word_and_a_colour() -> None:
    """The class draws shape and colour, the word is text."""
    assert (
        shown('{% state s "account" %}', s="control-lost") == '<span class="state chip tone-alarm">control lost</span>'
    )


@pytest.mark.parametrize(
    ("issuer", "said"), [("ISN", "listed under"), ("رقم السجين", "listed under"), ("Camp office", "given by")]
)
def test_the_heading_of_a_column_is_nobody_who_gave_a_number(issuer: str, said: str) -> None:
    """A list that names no issuer leaves the heading of its column with each number."""
    line = Template("{% load persons %}{{ n|says }}").render(Context({"n": Number(issuer, "77-1")}))
    assert line == f'<bdi class="code">77-1</bdi> · {said} <bdi>{issuer}</bdi>'
