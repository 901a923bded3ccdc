"""What a claim of identity may say, and what follows from several of them. Pure; answers are codes, never sentences."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sijill.domain.people.countries import ISO_3166
from sijill.domain.people.spelling import name_words, number_words, script_of

CLAIM_TEXT_MAX = 200
PEOPLE_MAX = 25_000  # registered in one call
PREFERRED_SCRIPT = {"ar": "Arab", "ckb": "Arab", "en": "Latn"}


class ClaimKind(StrEnum):
    """What a claim of identity speaks of."""

    NAME = "name"
    SEX = "sex"
    BIRTH = "birth"
    NATIONALITY = "nationality"
    NUMBER = "number"
    DOCUMENT = "document"


class Precision(StrEnum):
    """How exactly a birth is known. "about" keeps the whole stretch meant; "disputed" is a child's until decided."""

    EXACT = "exact"
    MONTH = "month"
    YEAR = "year"
    RANGE = "range"
    ABOUT = "about"
    DISPUTED = "disputed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Name:
    """A name as somebody said or wrote it, in one script, with the parts that are known."""

    full: str
    given: str = ""
    father: str = ""
    grandfather: str = ""
    family: str = ""
    kunya: str = ""
    alias: str = ""
    mother: str = ""

    @property
    def script(self) -> str:
        """ISO 15924 code of the script it is written in."""
        return script_of(self.full)


@dataclass(frozen=True, slots=True)
class Sex:
    """M, F, unknown, or other with the words used."""

    value: str
    stated: str = ""


@dataclass(frozen=True, slots=True)
class Birth:
    """A birth between two days (the same one when exact). Unknown and disputed may carry no day."""

    precision: Precision
    from_on: date | None = None
    to_on: date | None = None
    stated: str = ""


@dataclass(frozen=True, slots=True)
class Nationality:
    """ISO 3166-1 alpha-2, "stateless", "unknown" or a group code in small letters; and the words used."""

    code: str
    stated: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A number somebody gave the person: an earlier holder's, a registration's."""

    issuer: str
    value: str


@dataclass(frozen=True, slots=True)
class Document:
    """A paper: its type, number and issuer as stated."""

    type: str
    number: str
    issuer: str = ""


ClaimValue = Name | Sex | Birth | Nationality | Number | Document
_KINDS: dict[type, ClaimKind] = {
    Name: ClaimKind.NAME,
    Sex: ClaimKind.SEX,
    Birth: ClaimKind.BIRTH,
    Nationality: ClaimKind.NATIONALITY,
    Number: ClaimKind.NUMBER,
    Document: ClaimKind.DOCUMENT,
}
_TYPES: dict[ClaimKind, type] = {kind: made for made, kind in _KINDS.items()}
_NEEDED: dict[type, frozenset[str]] = {
    made: frozenset(f.name for f in fields(made) if f.default is MISSING) for made in _KINDS
}
_FIELDS: dict[type, tuple[str, ...]] = {made: tuple(f.name for f in fields(made)) for made in _KINDS}


@dataclass(frozen=True, slots=True)
class NewClaim:
    """A claim to be recorded. Without a source, the recording authority is the one that says so."""

    id: UUID
    value: ClaimValue
    source_authority_id: int | None = None
    source_text: str = ""
    stated_on: date | None = None


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person to be registered: an id made by the client, and what is claimed of him."""

    id: UUID
    claims: tuple[NewClaim, ...] = ()


@dataclass(frozen=True, slots=True)
class Registered:
    """A person in the register. `repeated`: he was there before, and nothing changed."""

    person_id: UUID
    register_number: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class PersonName:
    """How to call a person on a page: the register number, and the newest name in each script."""

    register_number: str
    names: tuple[tuple[str, str], ...] = ()  # (script, full), newest first
    unknown_no: int | None = None  # "Unknown 7 of ALPHA": the page writes it in its language
    unknown_of: str = ""

    def shown(self, language: str) -> str:
        """The name in the script of this language, else the newest in any, else the register number."""
        wanted = PREFERRED_SCRIPT.get(language, "Latn")
        return dict(reversed(self.names)).get(wanted) or (self.names[0][1] if self.names else self.register_number)


def kind_of(value: ClaimValue) -> ClaimKind:
    """The kind a value belongs to."""
    return _KINDS[type(value)]


def _parts(value: ClaimValue) -> dict[str, Any]:
    """The fields of a value. dataclasses.asdict copies deeply, which 25,000 rows feel."""
    return {name: getattr(value, name) for name in _FIELDS[type(value)]}


def to_data(value: ClaimValue) -> dict[str, Any]:
    """The value as it is stored: plain JSON, empty parts left out; a name with its script."""
    data = {
        k: v.isoformat() if isinstance(v, date) else v
        for k, v in _parts(value).items()
        if v is not None and (v != "" or k in _NEEDED[type(value)])
    }
    return data | {"script": value.script} if isinstance(value, Name) else data


def from_data(kind: ClaimKind, data: dict[str, Any]) -> ClaimValue:
    """The value of stored JSON."""
    plain = {k: v for k, v in data.items() if k != "script"}
    if kind is ClaimKind.BIRTH:
        days = {k: date.fromisoformat(plain[k]) for k in ("from_on", "to_on") if k in plain}
        plain = plain | days | {"precision": Precision(plain["precision"])}
    made: ClaimValue = _TYPES[kind](**plain)
    return made


_GROUP = re.compile(r"^[a-z][a-z-]{2,11}$")


def flaw(value: ClaimValue) -> str:
    """The code of what is wrong with a value; "" when it may be recorded."""
    texts = [v for v in _parts(value).values() if isinstance(v, str)]
    if any(len(t) > CLAIM_TEXT_MAX for t in texts):
        return "claim-too-long"
    if any("\x00" in t for t in texts):
        return "claim-unreadable"
    return _FLAWS[kind_of(value)](value)


_FLAWS: dict[ClaimKind, Callable[[Any], str]] = {
    ClaimKind.NAME: lambda name: "" if name.full.strip() else "name-empty",
    ClaimKind.SEX: lambda sex: "" if sex.value in ("M", "F", "unknown", "other") else "sex-not-known",
    ClaimKind.NATIONALITY: lambda n: "" if n.code in ISO_3166 or _GROUP.match(n.code) else "nationality-not-known",
    ClaimKind.BIRTH: lambda birth: _birth_flaw(birth),
    ClaimKind.NUMBER: lambda number: "" if number.value.strip() else "number-empty",
    ClaimKind.DOCUMENT: lambda document: "" if document.number.strip() else "number-empty",
}


def _birth_flaw(birth: Birth) -> str:
    if birth.from_on is None or birth.to_on is None:
        alone = birth.precision in (Precision.UNKNOWN, Precision.DISPUTED) and birth.from_on is birth.to_on
        return "" if alone else "birth-without-day"
    if birth.from_on > birth.to_on:
        return "birth-range-backwards"
    return "birth-not-exact" if birth.precision is Precision.EXACT and birth.from_on != birth.to_on else ""


def years_between(born: date, on: date) -> int:
    """Completed years of age on a day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def age_class(births: Iterable[Birth], on: date) -> str:
    """adult, child, disputed (a child's until decided: law 7), or unknown, from every birth that is claimed."""
    found = {_age_class(birth, on) for birth in births} - {"unknown"}
    if not found:
        return "unknown"
    return found.pop() if len(found) == 1 else "disputed"


def _age_class(birth: Birth, on: date) -> str:
    if birth.precision is Precision.DISPUTED:
        return "disputed"
    if birth.from_on is None or birth.to_on is None:
        return "unknown"
    if years_between(birth.to_on, on) >= 18:
        return "adult"
    return "disputed" if years_between(birth.from_on, on) >= 18 else "child"


@dataclass(frozen=True, slots=True)
class Categories:
    """The anonymous codes that are handed down to the ledger."""

    age_class: str
    sex: str
    nationality: str


def categories(values: Iterable[ClaimValue], on: date) -> Categories:
    """The codes that follow from the claims in force. Claims that contradict each other give "disputed"."""
    births, sexes, nations = [], set(), set()
    for value in values:
        match value:
            case Birth():
                births.append(value)
            case Sex(value=code):
                sexes.add(code)
            case Nationality(code=code):
                nations.add(code)
    return Categories(age_class(births, on), _agreed(sexes), _agreed(nations))


def _agreed(codes: set[str]) -> str:
    known = codes - {"unknown"}
    if not known:
        return "unknown"
    return known.pop() if len(known) == 1 else "disputed"


def words(value: ClaimValue) -> frozenset[tuple[str, str]]:
    """(kind, word) for everything a search for this claim may start with."""
    match value:
        case Name():
            texts = [t for t in _parts(value).values() if t]
            return frozenset(("name", w) for text in texts for w in name_words(text))
        case Number(value=number):
            return frozenset(("number", w) for w in number_words(number))
        case Document(number=number):
            return frozenset(("document", w) for w in number_words(number))
    return frozenset()


def words_of(values: Iterable[ClaimValue], register_number: str) -> dict[str, str]:
    """word -> kind for a person: his claims in force and his register number. Of two kinds the first by name stays."""
    pairs = {("register", w) for w in number_words(register_number)}
    for value in values:
        pairs |= words(value)
    return {word: kind for kind, word in sorted(pairs, reverse=True)}


def newest_names(names: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The first (script, full) of each script, in the order given (newest first)."""
    found: dict[str, str] = {}
    for script, full in names:
        found.setdefault(script, full)
    return tuple(found.items())


def pair(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """Two persons in the one order in which a link names them."""
    return (one, other) if one < other else (other, one)
