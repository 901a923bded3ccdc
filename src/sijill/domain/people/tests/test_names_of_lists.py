"""How a row's name columns become names."""

from datetime import date

import pytest

from sijill.domain.people.columns import F
from sijill.domain.people.lists import read
from sijill.domain.people.rows import understand
from sijill.domain.people.rules import Name

ON = date(2026, 2, 1)
PARTS = (F.GIVEN, F.FATHER, F.GRANDFATHER, F.FAMILY)


def names(columns: tuple[F, ...], *cells: str) -> list[Name]:
    """The names of a list's only row."""
    lines = [",".join(f"c{n}" for n in range(len(columns) + 1)), ",".join([*cells, "7"])]
    table = read("\n".join(lines).encode())
    mapping = dict(enumerate((*columns, F.NUMBER)))
    (row,) = understand(table, mapping, ON, frozenset()).rows
    return [v for v in row.values if isinstance(v, Name)]


@pytest.mark.parametrize(
    ("columns", "cells", "full"),
    [
        ((F.NAME, *PARTS[1:]), ("سامر", "وائل", "نزار", "السهلي"), "سامر وائل نزار السهلي"),
        ((F.NAME, *PARTS[1:]), ("Muhammad", "Muhammad", "", "Ali"), "Muhammad Muhammad Ali"),
        ((F.NAME, *PARTS), ("Samer", "Samer", "Wael", "", "Sahli"), "Samer Wael Sahli"),
        ((F.NAME, *PARTS), ("Samer", "", "Wael", "", ""), "Samer Wael"),
        (PARTS, ("Samer", "Wael", "Nizar", "Sahli"), "Samer Wael Nizar Sahli"),
        (
            (F.NAME, *PARTS[1:]),
            ("Samer Sahli", "Wael", "Nizar", "Sahli"),
            "Samer Sahli",
        ),  # a name in full stays as stated
        ((F.NAME, *PARTS[1:]), ("Samer", "", "", ""), "Samer"),
        ((F.NAME, *PARTS[1:]), ("Samer", "وائل", "", "السهلي"), "Samer"),  # two scripts are never mixed in one name
        ((F.NAME, *PARTS), ("Sahli", "Samer", "Wael", "", ""), "Sahli"),  # the one word is not the given name
        (PARTS, ("", "Wael", "", ""), "Wael"),  # never said twice
    ],
)
def test_one_word_beside_forefathers_is_the_given_name(
    columns: tuple[F, ...], cells: tuple[str, ...], full: str
) -> None:
    (name,) = names(columns, *cells)
    assert name.full == full


def test_the_given_name_is_kept_as_a_part_and_other_scripts_stay_apart() -> None:
    arabic, latin = names(
        (F.NAME, F.NAME, F.FATHER, F.FAMILY, F.KUNYA), "سامر", "Samer Sahli", "وائل", "السهلي", "أبو وائل"
    )
    assert arabic == Name("سامر وائل السهلي", given="سامر", father="وائل", family="السهلي", kunya="أبو وائل")
    assert latin == Name("Samer Sahli")


def test_a_row_without_any_name_has_none() -> None:
    assert names(PARTS, "", "", "", "") == []
