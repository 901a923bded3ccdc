"""Invented names, and the lists of people as an administration would send them. Pure; the same at every loading.

The parts of the names are built from syllables, not taken from anywhere: nobody is meant, and a test compares them with
the public lists of real names. Nationalities are groups, as they were published: nothing finer is invented.
"""

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SEED = 20260115
IRAQI, SYRIAN, OTHER_ARAB, OTHER = "IQ", "SY", "other-arab", "other"
# Over those who were moved; with the one whose nationality is not established they are 5,704.
NATIONALITIES = {IRAQI: 467, SYRIAN: 3543, OTHER_ARAB: 710, OTHER: 983}
_WRITTEN = {IRAQI: "عراقي", SYRIAN: "سوري", OTHER_ARAB: "عربي آخر", OTHER: "جنسية أخرى"}
_CONSONANTS = {
    "b": "ب", "d": "د", "f": "ف", "z": "ز", "l": "ل", "m": "م", "n": "ن", "r": "ر", "sh": "ش", "t": "ت", "k": "ك",
    "gh": "غ", "w": "و", "j": "ج",
}  # fmt: skip
_VOWELS = {"a": "ا", "i": "ي", "u": "و"}
_PARTS = 40
HEADERS = ("الاسم الكامل", "Full name", "الجنس", "تاريخ الميلاد", "الجنسية", "رقم السجين", "القاعة")
Spelled = tuple[str, str]  # (Arabic, Latin)


@dataclass(frozen=True, slots=True)
class Roll:
    """A list to come in as a file: how many people, how they are numbered, in which halls, of which nationalities."""

    prefix: str
    people: int
    halls: tuple[str, ...]
    nationalities: tuple[str, ...]  # one a row from the top; the rest of the rows say nothing
    born: tuple[int, int] = (1962, 2006)


def parts() -> tuple[tuple[Spelled, ...], tuple[Spelled, ...]]:
    """The given names and the family names there are."""
    chance = random.Random(SEED)
    given = _tokens(chance)
    family = tuple((f"ال{arabic}ي", f"al-{latin}i") for arabic, latin in _tokens(chance))
    return given, family


def _tokens(chance: random.Random) -> tuple[Spelled, ...]:
    """Invented words of three syllables, each once."""
    found: dict[str, Spelled] = {}
    while len(found) < _PARTS:
        syllables = [(chance.choice(list(_CONSONANTS)), chance.choice(list(_VOWELS))) for _ in range(3)]
        last = chance.choice(list(_CONSONANTS))
        latin = "".join(c + v for c, v in syllables) + last
        arabic = "".join(_CONSONANTS[c] + _VOWELS[v] for c, v in syllables) + _CONSONANTS[last]
        found[latin] = (arabic, latin.capitalize())
    return tuple(found.values())


def names(count: int, seed: int) -> list[Spelled]:
    """As many full names as asked for, no two alike: given, father's, grandfather's and family name."""
    chance = random.Random(SEED + seed)
    given, family = parts()
    found: dict[Spelled, None] = {}
    while len(found) < count:
        chosen = [*(chance.choice(given) for _ in range(3)), chance.choice(family)]
        found[" ".join(a for a, _ in chosen), " ".join(latin for _, latin in chosen)] = None
    return list(found)


def nationalities() -> list[str]:
    """The published groups of those who were moved, in an order that follows no claim."""
    spread = [code for code, count in NATIONALITIES.items() for _ in range(count)]
    random.Random(SEED).shuffle(spread)
    return spread


def written(roll: Roll) -> bytes:
    """The list as its administration would send it: CSV with Arabic headers."""
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(HEADERS)
    sheet.writerows(_rows(roll))
    return out.getvalue().encode()


def _rows(roll: Roll) -> Iterator[Sequence[str]]:
    seed = sum(roll.prefix.encode())
    chance = random.Random(SEED * 7 + seed)
    for no, (arabic, latin) in enumerate(names(roll.people, seed), 1):
        born = "" if no % 31 == 0 else str(chance.randint(*roll.born))
        nation = _WRITTEN[roll.nationalities[no - 1]] if no <= len(roll.nationalities) else ""
        yield (arabic, latin, "ذكر", born, nation, f"DEMO-{roll.prefix}{no:04}", roll.halls[no % len(roll.halls)])
