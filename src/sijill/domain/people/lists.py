"""Reading a list as it came: CSV in the encodings of the region, or XLSX. Gives texts; understands none of it.

A file from outside is an attack until shown otherwise: sizes are checked before anything is unpacked, XML is read by
defusedxml (openpyxl uses it when it is installed), formulas are never evaluated and never taken for values.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml.common import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException

from sijill.domain.people.columns import field_of

FILE_MAX = 10 * 1024 * 1024
ROWS_MAX = 25_000
COLUMNS_MAX = 100
CELL_MAX = 200
UNPACKED_MAX = 120 * 1024 * 1024
ENTRIES_MAX = 500
_LINES_MAX = 2 * ROWS_MAX  # blank ones included
_HEADER_WITHIN = 10
_PROLOG = 4096
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class Unreadable(ValueError):
    """The file cannot be read as a list; `code` says why, `about` holds plain values for the sentence."""

    def __init__(self, code: str, **about: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.about = about


@dataclass(slots=True)
class Table:
    """A list as texts. Rows carry the number they have in the file; blank ones are left out."""

    headers: list[str]
    header_row: int
    rows: list[tuple[int, list[str]]]
    encoding: str  # "xlsx" for a workbook
    odd: dict[tuple[int, int], str] = field(default_factory=dict)  # (row number, column) -> code: a formula, an error
    notes: list[str] = field(default_factory=list)  # codes about the whole file


Lines = Iterable[tuple[int, list[str]]]


def read(content: bytes) -> Table:
    """The table in a file; Unreadable with a code when there is none within the limits."""
    if not content:
        raise Unreadable("file-empty")
    if len(content) > FILE_MAX:
        raise Unreadable("file-too-large", limit=FILE_MAX // (1024 * 1024))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("file-old-excel")
    if content.startswith(b"PK\x03\x04"):
        return _read_xlsx(content)
    text, encoding = _decode(content)
    return _table(_csv_lines(text), Table([], 0, [], encoding))


def _decode(content: bytes) -> tuple[str, str]:
    """The text, and how it was encoded: a mark says, else UTF-8 if it is, else windows-1256."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _as(content, "utf-16"), "utf-16"
    if content.startswith(b"\xef\xbb\xbf"):
        return _as(content, "utf-8-sig"), "utf-8"
    if b"\x00" in content:  # UTF-16 without its mark: the zeros of spaces and commas tell which half comes first
        little = content[1::2].count(0) > content[::2].count(0)
        return _as(content, "utf-16-le" if little else "utf-16-be"), "utf-16"
    try:
        return _sane(content.decode("utf-8")), "utf-8"
    except UnicodeDecodeError:
        return _as(content, "windows-1256"), "windows-1256"


def _as(content: bytes, encoding: str) -> str:
    try:
        return _sane(content.decode(encoding))
    except UnicodeDecodeError:
        raise Unreadable("file-not-text") from None


def _sane(text: str) -> str:
    if _CONTROL.search(text):
        raise Unreadable("file-not-text")
    return text


def _csv_lines(text: str) -> Lines:
    lines = text.splitlines()
    first = next((line for line in lines[:_HEADER_WITHIN] if sum(line.count(c) for c in ",;\t")), "")
    bare = re.sub(r'"[^"]*"', "", first)
    delimiter = max(",;\t", key=bare.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, row in enumerate(reader, 1):
            yield number, [_clean(cell) for cell in row]
    except csv.Error:
        raise Unreadable("file-broken", row=reader.line_num) from None


def _clean(text: str) -> str:
    return " ".join(_BIDI.sub("", _CONTROL.sub("", text)).split())


def _table(lines: Lines, table: Table) -> Table:
    """Find the header line and keep what follows, within the limits."""
    kept = _within_limits(lines)
    if not kept:
        raise Unreadable("file-empty")
    at = _header_at(kept)
    table.header_row, table.headers = kept[at][0], kept[at][1]
    table.rows = kept[at + 1 :]
    if not table.rows:
        raise Unreadable("file-without-rows")
    if len(table.rows) > ROWS_MAX:
        raise Unreadable("too-many-rows", limit=ROWS_MAX)
    width = max(_width(table.headers), *(_width(cells) for _n, cells in table.rows))
    table.headers = _padded(table.headers, width)
    table.rows = [(number, _padded(cells, width)) for number, cells in table.rows]
    return table


def _width(cells: list[str]) -> int:
    """How many cells there are up to the last that is not blank."""
    return max((i for i, cell in enumerate(cells, 1) if cell), default=0)


def _within_limits(lines: Lines) -> list[tuple[int, list[str]]]:
    kept: list[tuple[int, list[str]]] = []
    for number, cells in lines:
        if number > _LINES_MAX or len(kept) > ROWS_MAX + _HEADER_WITHIN:
            raise Unreadable("too-many-rows", limit=ROWS_MAX)
        if any(cells[COLUMNS_MAX:]):
            raise Unreadable("too-many-columns", limit=COLUMNS_MAX)
        if any(cells):
            kept.append((number, cells[:COLUMNS_MAX]))
    return kept


def _padded(cells: list[str], width: int) -> list[str]:
    return cells[:width] + [""] * (width - len(cells))


def _header_at(kept: list[tuple[int, list[str]]]) -> int:
    """The line among the first with the most headers that are understood; the first line when none has any."""
    scores = [sum(field_of(cell) is not None for cell in cells if cell) for _n, cells in kept[:_HEADER_WITHIN]]
    return scores.index(max(scores))


def _read_xlsx(content: bytes) -> Table:
    try:
        _check_archive(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        table = Table([], 0, [], "xlsx")
        sheets = [s for s in book.worksheets if s.sheet_state == "visible"]
        if not sheets:
            raise Unreadable("file-empty")
        if len(sheets) > 1:
            table.notes.append("other-sheets-ignored")
        return _table(_sheet_lines(sheets[0], table), table)
    except (zipfile.BadZipFile, zlib.error, InvalidFileException, KeyError, ParseError, EOFError, RuntimeError):
        raise Unreadable("file-broken", row=0) from None
    except DefusedXmlException:
        raise Unreadable("file-refused") from None
    except (ValueError, TypeError, AttributeError, IndexError) as error:  # what openpyxl meets in a damaged sheet
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("file-broken", row=0) from None


def _check_archive(content: bytes) -> None:
    """Refuse an archive that unpacks to more than any list needs. zipfile reads no more than an entry declares."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > ENTRIES_MAX or sum(e.file_size for e in entries) > UNPACKED_MAX:
            raise Unreadable("file-unpacks-too-large")
        if "xl/workbook.xml" not in archive.namelist():
            raise Unreadable("file-not-a-list")
        for entry in entries:  # no workbook declares a document type; parts that openpyxl skips are looked at too
            with archive.open(entry) as part:
                if b"<!DOCTYPE" in part.read(_PROLOG):
                    raise Unreadable("file-refused")


def _sheet_lines(sheet: Any, table: Table) -> Iterator[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # what a sheet says of its own size is not to be believed
    for number, row in enumerate(sheet.iter_rows(max_col=COLUMNS_MAX + 1), 1):
        cells = []
        for column, cell in enumerate(row):
            if cell.data_type in ("f", "e"):
                table.odd[number, column] = "cell-formula" if cell.data_type == "f" else "cell-error"
                cells.append("?")
            else:
                cells.append(_clean(_text(cell.value)))
        yield number, cells


def _text(value: Any) -> str:
    """A cell's value as it would be typed: days in ISO, whole numbers without a fraction."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
