"""From a table of texts to people: what each row claims, and every row's problems as codes. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid5

from sijill.domain.people.columns import PARTS, SEXES, Field
from sijill.domain.people.countries import nationality_of
from sijill.domain.people.dates import DayOrder, NotADate, birth, birth_of_age, day_order, exact_day
from sijill.domain.people.lists import CELL_MAX, Table
from sijill.domain.people.rules import (
    ClaimValue,
    Document,
    Name,
    Nationality,
    NewClaim,
    NewPerson,
    Number,
    Sex,
)
from sijill.domain.people.spelling import compact, script_of

WARNINGS = frozenset({"nationality-not-in-table", "sex-not-understood", "birth-and-age"})


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about one cell or row. A warning lets the row in; an error keeps it out."""

    row: int
    column: str  # the header as written; "" for the whole row
    code: str
    value: str = ""

    @property
    def is_warning(self) -> bool:
        """True when the row is imported all the same."""
        return self.code in WARNINGS


@dataclass(slots=True)
class ReadRow:
    """One row as understood."""

    row: int
    values: list[ClaimValue] = field(default_factory=list)
    admitted_on: date | None = None
    hall: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """True when nothing keeps the row out."""
        return all(p.is_warning for p in self.problems)

    @property
    def numbers(self) -> list[tuple[str, str]]:
        """The row's numbers as they are compared: (issuer, number)."""
        return [(compact(v.issuer), compact(v.value)) for v in self.values if isinstance(v, Number)]


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole list as understood by one mapping."""

    headers: tuple[str, ...]
    rows: tuple[ReadRow, ...]
    encoding: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What is the same for every row: the table, where each field stands, and the day order of date columns."""

    table: Table
    columns: Mapping[Field, Sequence[int]]
    orders: Mapping[Field, DayOrder]
    on: date
    halls: frozenset[str]


def understand(table: Table, mapping: Mapping[int, Field], on: date, halls: frozenset[str]) -> Reading:
    """Read every row by the mapping. `on`: the day the list speaks of (ages, the future); `halls`: codes that exist."""
    columns: dict[Field, list[int]] = {}
    for index, what in sorted(mapping.items()):
        columns.setdefault(what, []).append(index)
    orders = {
        what: day_order(cells[i] for _n, cells in table.rows for i in columns.get(what, ()))
        for what in (Field.BIRTH, Field.ADMITTED)
    }
    sheet = _Sheet(table, columns, orders, on, halls)
    rows = [_row(sheet, number, cells) for number, cells in table.rows]
    _twice(rows)
    return Reading(tuple(table.headers), tuple(rows), table.encoding, tuple(table.notes))


def _row(sheet: _Sheet, number: int, cells: list[str]) -> ReadRow:
    read = ReadRow(number)
    for indexes in (v for k, v in sheet.columns.items() if k is not Field.IGNORE):
        for index in indexes:
            code = sheet.table.odd.get((number, index)) or ("cell-too-long" if len(cells[index]) > CELL_MAX else "")
            if code:
                read.problems.append(Problem(number, sheet.table.headers[index], code))
    if read.problems:
        return read
    _names(sheet, read, cells)
    _numbers(sheet, read, cells)
    if not any(isinstance(v, Name | Number) for v in read.values):
        read.problems.append(Problem(number, "", "row-without-name"))
        return read
    _description(sheet, read, cells)
    _stay(sheet, read, cells)
    return read


def _one(sheet: _Sheet, cells: list[str], what: Field) -> tuple[str, str]:
    """(header, text) of a field that stands once; empty when the list does not have it."""
    indexes = sheet.columns.get(what, ())
    return (sheet.table.headers[indexes[0]], cells[indexes[0]]) if indexes else ("", "")


def _names(sheet: _Sheet, read: ReadRow, cells: list[str]) -> None:
    """Names in full, each a claim of its own; the parts belong to the one in their script, or make one together."""
    parts = {what: _one(sheet, cells, what)[1] for what in (*PARTS, Field.KUNYA, Field.ALIAS, Field.MOTHER)}
    known = {what.value: text for what, text in parts.items() if text}
    full = [cells[i] for i in sheet.columns.get(Field.NAME, ()) if cells[i]]
    if not full:
        joined = " ".join(parts[what] for what in PARTS if parts[what])
        name = joined or parts[Field.KUNYA] or parts[Field.ALIAS]
        read.values += [Name(name, **known)] if name else []
        return
    script = script_of(" ".join(known.values()))
    home = next((name for name in full if script_of(name) == script), full[0])
    read.values += [_whole(name, known) if name is home else Name(name) for name in full]


def _whole(name: str, known: dict[str, str]) -> Name:
    """A name with its parts. One word beside forefathers is the given name alone: the full name is all of them."""
    rest = [known[what.value] for what in PARTS[1:] if what.value in known]
    alone = len(name.split()) == 1 and known.get(Field.GIVEN.value, name) == name
    if not rest or not alone or script_of(name) != script_of(" ".join(rest)):
        return Name(name, **known)
    return Name(" ".join([name, *rest]), **(known | {Field.GIVEN.value: name}))


def _numbers(sheet: _Sheet, read: ReadRow, cells: list[str]) -> None:
    issuer = _one(sheet, cells, Field.ISSUER)[1]
    for index in sheet.columns.get(Field.NUMBER, ()):
        if cells[index]:
            read.values.append(Number(issuer or sheet.table.headers[index], cells[index]))
    for index in sheet.columns.get(Field.DOCUMENT, ()):
        if cells[index]:
            read.values.append(Document(sheet.table.headers[index], cells[index]))


def _description(sheet: _Sheet, read: ReadRow, cells: list[str]) -> None:
    """Sex, nationality, birth."""
    header, text = _one(sheet, cells, Field.SEX)
    if text:
        code = SEXES.get(compact(text))
        read.values.append(Sex(code or "unknown", text))
        if code is None:
            read.problems.append(Problem(read.row, header, "sex-not-understood", text))
    header, text = _one(sheet, cells, Field.NATIONALITY)
    if text:
        nation = nationality_of(text)
        read.values.append(Nationality(nation or "unknown", text))
        if nation is None:
            read.problems.append(Problem(read.row, header, "nationality-not-in-table", text))
    _born(sheet, read, cells)


def _born(sheet: _Sheet, read: ReadRow, cells: list[str]) -> None:
    header, text = _one(sheet, cells, Field.BIRTH)
    age_header, age = _one(sheet, cells, Field.AGE)
    try:
        if text:
            read.values.append(birth(text, sheet.orders[Field.BIRTH], sheet.on))
            if age:
                read.problems.append(Problem(read.row, age_header, "birth-and-age"))
        elif age:
            header, text = age_header, age
            read.values.append(birth_of_age(age, sheet.on))
    except NotADate as wrong:
        read.problems.append(Problem(read.row, header, wrong.code, text))


def _stay(sheet: _Sheet, read: ReadRow, cells: list[str]) -> None:
    """Since when, and in which hall."""
    header, text = _one(sheet, cells, Field.ADMITTED)
    if text:
        try:
            read.admitted_on = exact_day(text, sheet.orders[Field.ADMITTED])
            if read.admitted_on > sheet.on:
                raise NotADate("date-in-future")
            if read.admitted_on.year < 1900:
                raise NotADate("date-too-early")
        except NotADate as wrong:
            read.problems.append(Problem(read.row, header, wrong.code, text))
    header, text = _one(sheet, cells, Field.HALL)
    if text and text not in sheet.halls:
        read.problems.append(Problem(read.row, header, "hall-unknown", text))
    read.hall = text


def _twice(rows: Sequence[ReadRow]) -> None:
    """A number that stands in two rows of one list: the second row stays out and says which the first was."""
    first: dict[tuple[str, str], int] = {}
    for read in rows:
        for number in read.numbers:
            if number in first and read.is_good:
                read.problems.append(Problem(read.row, "", "number-twice", str(first[number])))
            elif read.is_good:
                first.setdefault(number, read.row)


def person_id(key: UUID, row: int) -> UUID:
    """The id of the person in a row: the same file always names the same people, so a repeated import adds nobody."""
    return uuid5(key, f"row {row}")


def new_person(key: UUID, read: ReadRow, source: str) -> NewPerson:
    """The person a row stands for, every claim with the file and row it comes from."""
    identifier = person_id(key, read.row)
    claims = [
        NewClaim(uuid5(identifier, f"claim {n}"), value, source_text=f"{source} #{read.row}"[-200:])
        for n, value in enumerate(read.values)
    ]
    return NewPerson(identifier, tuple(claims))
