# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Workbooks of whoever keeps a list in one, and those that are meant to do harm."""

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from mutualaid.errors import ImportFileError, Stopped
from mutualaid.model.directories.incoming import workbook
from mutualaid.model.directories.incoming.item import Problem
from mutualaid.model.directories.incoming.mapping import looks_like_header
from mutualaid.model.directories.incoming.tables import Problems

SHEET = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def no_tick(*_: int) -> None:
    pass


def read(
    path: Path, tick: Callable[[int, int], None] = no_tick
) -> tuple[dict[str, tuple[tuple[str, ...], list[list[str]]]], tuple[Problem, ...]]:
    """Each table by its name: header and rows; and the problems."""
    problems = Problems()
    found = {}
    with workbook.open_workbook(path, tick, problems, is_header=looks_like_header) as tables:
        for table in tables:
            found[table.name] = (table.header, [row.cells for row in table.rows])
    return found, problems.all()


def save(path: Path, fill: Callable[[Any], None]) -> Path:
    book = Workbook()
    fill(book)
    book.save(path)
    return path


def people(book: Any) -> None:
    book.active.title = "People"
    book.active.append(["Name", "Phone"])
    book.active.append(["Ana", "555 0101"])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list.xlsx"


def with_parts(path: Path, **parts: bytes) -> Path:
    """The workbook with some parts replaced, or added."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content.update(
        {name.replace("__", "/").replace("_dot_", "."): data for name, data in parts.items()}
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def with_sheet(path: Path, rows: str, before: str = "") -> Path:
    save(path, people)
    xml = (
        f'<?xml version="1.0"?>{before}<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>'
    )
    return with_parts(path, **{SHEET: xml.encode()})


def test_each_cell_comes_as_text_that_says_the_same(file: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        sheet.append(["Name", "Phone", "Since", "When", "Vote", "Share", "Total"])
        sheet.append(
            [
                "=HYPERLINK",
                5550101,
                dt.datetime(2026, 5, 3),  # noqa: DTZ001 - as a sheet has it
                dt.datetime(2026, 5, 3, 10, 30),  # noqa: DTZ001
                True,
                0.25,
                "=SUM(B2:B9)",
            ]
        )
        sheet["A2"].data_type = "s"
        sheet["B2"].number_format = "0000000000"
        sheet.append(["Ben", 5550102.0, None, None, False, 3, "#N/A"])

    found, problems = read(save(file, fill))
    ((header, rows),) = found.values()
    assert header == ("Name", "Phone", "Since", "When", "Vote", "Share", "Total")
    assert rows[0] == [
        "=HYPERLINK", "0005550101", "2026-05-03", "2026-05-03 10:30:00", "TRUE", "0.25", "",
    ]  # fmt: skip
    assert rows[1] == ["Ben", "5550102", "", "", "FALSE", "3", ""]
    assert [problem.where for problem in problems] == ["line 3"]


def test_of_a_formula_the_value_counts_that_was_computed_last(file: Path) -> None:
    rows = (
        '<row r="1"><c t="inlineStr"><is><t>Name</t></is></c><c t="inlineStr"><is><t>Area</t></is>'
        '</c></row><row r="2"><c t="str"><f>HYPERLINK("http://evil.example","Ana")</f><v>Ana</v>'
        "</c><c><f>1+1</f></c></row>"
    )
    found, _ = read(with_sheet(file, rows))
    assert found["People"][1] == [["Ana", ""]]


def test_several_sheets_and_hidden_ones(file: Path) -> None:
    def fill(book: Any) -> None:
        people(book)
        book.create_sheet("Empty")
        posts = book.create_sheet("Posts")
        posts.append(["Our board"])
        posts.append([])
        posts.append(["Title", "Text"])
        posts.append(["A lift", "to town"])
        book.create_sheet("Secret").append(["Name"])
        book["Secret"].sheet_state = "hidden"

    found, _ = read(save(file, fill))
    assert found.keys() == {"People", "Posts"}
    assert found["Posts"] == (("Title", "Text"), [["A lift", "to town"]])


def test_a_workbook_with_macros_is_read_without_them(file: Path) -> None:
    save(file, people)
    with_parts(file, **{"xl/vbaProject.bin": b"\x00macro" * 100})
    assert read(file)[0]["People"][1] == [["Ana", "555 0101"]]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "password"),
        (b"PK\x03\x04 torn", "no workbook"),
        (b"", "no workbook"),
        (b"Name,Phone\n", "no workbook"),
    ],
    ids=["encrypted or XLS", "torn", "empty", "text"],
)
def test_what_is_no_workbook(data: bytes, said: str, file: Path) -> None:
    file.write_bytes(data)
    with pytest.raises(ImportFileError, match=said) as refused:
        read(file)
    assert "Nothing was imported" in str(refused.value)


def test_a_zip_that_is_no_workbook(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("letter.txt", "hello")
    with pytest.raises(ImportFileError, match="no workbook"):
        read(file)


def test_a_workbook_that_is_cut_or_overwritten(file: Path) -> None:
    save(file, people)
    whole = file.read_bytes()
    for data in (whole[:-200], whole[: len(whole) // 2], whole.replace(b"xl/work", b"xl/wurk")):
        file.write_bytes(data)
        with pytest.raises(ImportFileError, match="Nothing was imported"):
            read(file)


def test_a_part_that_inflates_to_more_than_a_list_can_be(file: Path) -> None:
    save(file, people)
    with_parts(file, **{SHEET: b" " * 3_000_000})
    with pytest.raises(ImportFileError, match="unpack"):
        read(file)


def test_parts_that_inflate_to_more_than_a_list_can_be(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(file, people)
    monkeypatch.setattr(workbook, "LARGEST_INSIDE", 1000)
    with pytest.raises(ImportFileError, match="unpack"):
        read(file)
    monkeypatch.undo()
    monkeypatch.setattr(workbook, "MOST_PARTS", 3)
    with pytest.raises(ImportFileError, match="unpack"):
        read(file)
    monkeypatch.undo()
    monkeypatch.setattr(workbook, "LARGEST_SETTINGS", 100)
    with pytest.raises(ImportFileError, match="unpack"):
        read(file)


def test_a_part_that_lies_about_its_size_gives_no_more_than_it_says(file: Path) -> None:
    save(file, people)
    with_parts(file, **{SHEET: b"<x>" + b"y" * 5_000_000})
    data = bytearray(file.read_bytes())
    at = data.rindex(SHEET.encode()) - 46  # its header in the directory at the end
    assert data[at : at + 4] == b"PK\x01\x02"
    data[at + 24 : at + 28] = (400).to_bytes(4, "little")  # how much it says it inflates to
    file.write_bytes(data)
    with pytest.raises(ImportFileError, match="Nothing was imported"):
        read(file)


@pytest.mark.parametrize("rows", ["<row>" + "<c/>" * 1_200_000 + "</row>", "<x/>" * 1_200_000])
def test_too_much_between_two_rows(rows: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_INFLATED", 1 << 40)
    with pytest.raises(ImportFileError, match="unpack"):
        read(with_sheet(file, rows))


def test_too_many_rows_or_cells(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LARGEST_SETTINGS", 1000)
    monkeypatch.setattr(workbook, "MOST_INFLATED", 1 << 40)
    with_sheet(file, "<row><c/><c/></row>" * 4000)
    for name in ("_MOST_ROW_TAGS", "_MOST_CELL_TAGS"):
        with monkeypatch.context() as patch:
            patch.setattr(workbook, name, 3999)
            patch.setattr(workbook, "LARGEST_SETTINGS", 20_000)
            with pytest.raises(ImportFileError, match="unpack"):
                read(file)


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_entities_are_refused(coding: str, file: Path) -> None:
    before = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    save(file, people)
    head = f'<?xml version="1.0" encoding="{coding}"?>'
    xml = f"{head}{before}<worksheet {MAIN}><sheetData/></worksheet>"
    with_parts(file, **{SHEET: xml.encode(coding)})
    with pytest.raises(ImportFileError, match="entities"):
        read(file)


def test_cells_and_rows_far_out_cost_little(file: Path) -> None:
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>Ana</t></is></c><c r="XFD2"><v>1</v></c></row>'
        '<row r="90000"><c r="A90000" t="inlineStr"><is><t>Ben</t></is></c></row>'
        '<row r="999999999"><c r="A999999999"><v>1</v></c></row>'
    )
    found, _ = read(with_sheet(file, rows))
    assert [row[0] for row in found["People"][1]] == ["Ana", "Ben"]


def test_odd_values_are_text_or_a_sentence(file: Path) -> None:
    for cell in (
        '<c t="s"><v>99</v></c>',
        '<c t="b"><v>x</v></c>',
        '<c s="77"><v>1</v></c>',
        '<c r="ZZZZZ1"><v>1</v></c>',
        '<c r="nonsense"><v>1</v></c>',
        "<c><v>1e999</v></c>",
        '<c t="d"><v>never</v></c>',
    ):
        try:
            read(with_sheet(file, f"<row><c><v>1</v></c>{cell}</row>"))
        except ImportFileError as error:
            assert "Nothing was imported" in str(error)  # noqa: PT017


def test_reading_can_be_stopped(file: Path) -> None:
    save(file, people)

    def tick(_done: int, _of: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        read(file, tick)


def test_a_mistake_of_whoever_reads_is_not_taken_for_a_damaged_file(file: Path) -> None:
    save(file, people)
    with (
        pytest.raises(ZeroDivisionError),
        workbook.open_workbook(file, no_tick, Problems(), is_header=looks_like_header),
    ):
        raise ZeroDivisionError


def test_an_odd_cell_is_empty_and_the_others_are_there(file: Path) -> None:
    save(file, people)
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>Phone</t></is></c></row>'
    )
    odd = (
        "<v>1e308</v>", "<v>1e999</v>", "<v>NaN</v>", "<v>x</v>", "<v>" + "9" * 5000 + "</v>",
    )  # fmt: skip
    cells = [f'<c r="B{{0}}">{value}</c>' for value in odd]
    cells += [
        '<c r="B{0}" t="d"><v>zzz</v></c>',
        '<c r="B{0}" t="s"><v>99999</v></c>',
        '<c r="B{0}" t="s"><v>-1</v></c>',
        '<c r="B{0}" t="b"><v>maybe</v></c>',
    ]
    for line, cell in enumerate(cells, 2):
        name = f'<c r="A{line}" t="inlineStr"><is><t>Ana {line}</t></is></c>'
        rows += f'<row r="{line}">{name}{cell.format(line)}</row>'
    sheet = f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"
    found, problems = read(with_parts(file, **{SHEET: sheet.encode()}))
    lines = range(2, 2 + len(cells))
    assert found["People"] == (("Name", "Phone"), [[f"Ana {line}", ""] for line in lines])
    assert [problem.where for problem in problems] == [f"line {line}" for line in lines]
    assert all(problem.kept for problem in problems)
