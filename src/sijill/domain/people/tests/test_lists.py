"""Reading files from outside: encodings, delimiters, workbooks, limits, attacks."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijill.domain.people import lists
from sijill.domain.people.lists import COLUMNS_MAX, FILE_MAX, ROWS_MAX, Table, Unreadable, read

DAY = datetime(1985, 3, 2)  # noqa: DTZ001 - workbooks know no zone
ARABIC = "الاسم,الجنس,رقم المحتجز\nكريم صالح,ذكر,١٢\n"


def workbook(*rows: list[object], prepare: object = None) -> bytes:
    """An XLSX file with these rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if callable(prepare):
        prepare(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def code(content: bytes) -> str:
    """The code with which a file is refused."""
    with pytest.raises(Unreadable) as wrong:
        read(content)
    return wrong.value.code


def cells(table: Table) -> list[list[str]]:
    """The rows without their numbers."""
    return [row for _number, row in table.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "windows-1256"])
def test_arabic_csv_in_every_encoding_of_the_region(encoding: str) -> None:
    text = ARABIC if encoding != "windows-1256" else ARABIC.replace("١٢", "12")
    table = read(text.encode(encoding))
    assert table.headers == ["الاسم", "الجنس", "رقم المحتجز"]
    assert cells(table)[0][:2] == ["كريم صالح", "ذكر"]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_delimiters_are_told_from_the_header_line(mark: str) -> None:
    table = read(mark.join(["Name", '"Sex, or gender; as stated"', "ISN"]).encode() + b"\n" + mark.join("abc").encode())
    assert table.headers == ["Name", "Sex, or gender; as stated", "ISN"]
    assert cells(table) == [["a", "b", "c"]]


def test_rows_keep_their_numbers_and_blank_ones_are_left_out() -> None:
    table = read(b"List of 2026\n\nName,Sex\n\nA,M\n,,\nB,F\n")
    assert (table.header_row, [number for number, _cells in table.rows]) == (3, [5, 7])


def test_hidden_marks_and_double_spaces_are_cleaned() -> None:
    assert cells(read("Name\n\u202e A \u200f  B \ufeff\n".encode())) == [["A B"]]


def test_rows_of_uneven_length_are_made_even() -> None:
    table = read(b"Name,Sex\nA\nB,F,extra\n")
    assert table.headers == ["Name", "Sex", ""]
    assert cells(table) == [["A", "", ""], ["B", "F", "extra"]]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "file-empty"),
        (b"\n\n", "file-empty"),
        (b"Name\n", "file-without-rows"),
        (b"\xd0\xcf\x11\xe0old", "file-old-excel"),
        (b"Name\nA\x00B\n", "file-not-text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "file-not-text"),
        (b"\xff\xfeN", "file-not-text"),
        (b"PK\x03\x04broken", "file-broken"),
        (b"x" * (FILE_MAX + 1), "file-too-large"),
        (b",".join([b"Name"] * (COLUMNS_MAX + 1)) + b"\nA\n", "too-many-columns"),
        (b"Name\n" + b'"' + b"x" * 200_000 + b'"\n', "file-broken"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_no_list_is_refused_by_its_code(content: bytes, expected: str) -> None:
    assert code(content) == expected


def test_25_000_rows_are_read_and_25_001_refused() -> None:
    assert len(read(b"Name\n" + b"A\n" * ROWS_MAX).rows) == ROWS_MAX
    assert code(b"Name\n" + b"A\n" * (ROWS_MAX + 1)) == "too-many-rows"


def test_a_workbook_is_read_with_its_days_and_numbers() -> None:
    table = read(
        workbook(
            ["Name", "Birth", "ISN", "Age"],
            ["كريم", DAY, 1827, 40.0],
            ["B", date(1990, 1, 1), "07", 3.5],
        )
    )
    assert (table.encoding, cells(table)) == (
        "xlsx",
        [["كريم", "1985-03-02", "1827", "40"], ["B", "1990-01-01", "07", "3.5"]],
    )


def test_formulas_and_errors_are_never_values() -> None:
    table = read(workbook(["Name", "Birth"], ["=1+1", "1985"], ["A", "#REF!"]))
    assert table.odd == {(2, 0): "cell-formula", (3, 1): "cell-error"}
    assert cells(table) == [["?", "1985"], ["A", "?"]]


def test_merged_cells_and_other_sheets_are_tolerated_and_said() -> None:
    def prepare(book: openpyxl.Workbook) -> None:
        book.active.merge_cells("A1:B1")
        book.create_sheet("Other")

    table = read(workbook(["List of people", None], ["Name", "Sex"], ["A", "M"], prepare=prepare))
    assert (table.headers, table.notes) == (["Name", "Sex"], ["other-sheets-ignored"])


def test_a_sheet_that_lies_about_its_size_is_read_by_its_cells() -> None:
    honest = workbook(["Name"], ["A"])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(honest)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            data = source.read(item)
            if item.filename.endswith("sheet1.xml"):
                data = data.replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"')
                assert b"XFD1048576" in data
            target.writestr(item, data)
    assert cells(read(out.getvalue())) == [["A"]]


def test_a_far_away_cell_is_refused_without_walking_there() -> None:
    def prepare(book: openpyxl.Workbook) -> None:
        book.active["A1000000"] = "far"

    assert code(workbook(["Name"], ["A"], prepare=prepare)) == "too-many-rows"


def test_an_archive_that_unpacks_too_large_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", "<x/>")
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * (lists.UNPACKED_MAX + 1))
    assert len(out.getvalue()) < FILE_MAX
    assert code(out.getvalue()) == "file-unpacks-too-large"


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert code(out.getvalue()) == "file-not-a-list"


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
)
@pytest.mark.parametrize("part", ["sheet1.xml", "styles.xml", "workbook.xml", "core.xml"])
def test_entities_in_a_workbook_are_refused(declaration: str, part: str) -> None:
    honest = workbook(["Name"], ["A"])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(honest)) as source, zipfile.ZipFile(out, "w") as target:
        for item in source.infolist():
            data = source.read(item)
            if item.filename.endswith(part):
                start = data.index(b"?>") + 2 if data.startswith(b"<?xml") else 0
                data = data[:start] + declaration.encode() + data[start:].replace(b"Name", b"&a;")
            target.writestr(item, data)
    assert code(out.getvalue()) in ("file-refused", "file-broken")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_a_code(content: bytes) -> None:
    try:
        table = read(content)
    except Unreadable as wrong:
        assert wrong.code  # noqa: PT017 - either is right
    else:
        assert all(len(row) == len(table.headers) for row in cells(table))
