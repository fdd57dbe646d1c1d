# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text files of whoever keeps a list in one: encodings, separators, rows that do not fit."""

import codecs
import csv
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutualaid.errors import ImportFileError, Stopped
from mutualaid.model.directories.incoming import tables
from mutualaid.model.directories.incoming.item import Problem
from mutualaid.model.directories.incoming.mapping import looks_like_header
from mutualaid.model.directories.incoming.tables import Problems
from tests.helpers.examples import examples

PEOPLE = "Name;Phone;Area\nAna Müller;+49 30 5550101;Café am Fluß\nBéatrice;0155;Mühle\n"
ROWS = [["Ana Müller", "+49 30 5550101", "Café am Fluß"], ["Béatrice", "0155", "Mühle"]]


def no_tick(*_: int) -> None:
    pass


def read(
    path: Path, data: bytes | str, encoding: str = "utf-8"
) -> tuple[tuple[str, ...], list[list[str]], tuple[Problem, ...]]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode(encoding))
    problems = Problems()
    table = tables.read_text(path, no_tick, problems, is_header=looks_like_header)
    rows = [row.cells for row in table.rows]
    return table.header, rows, problems.all()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list.csv"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_unicode_of_every_sort(encoding: str, file: Path) -> None:
    header, rows, problems = read(file, PEOPLE, encoding)
    assert header == ("Name", "Phone", "Area")
    assert rows == ROWS
    assert problems == ()


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (PEOPLE, "cp1252"),
        (PEOPLE, "latin-1"),
        ("Name;Ort\n" + "Żółć Łódź;Kraków, ulica Długa\nZażółć gęślą;jaźń\n" * 8, "cp1250"),
        ("Имя;Район\n" + "Владимир Петров;Заречный район, дом у реки\n" * 8, "cp1251"),
        ("الاسم;الحي\n" + "ليلى حسن;حي الطاحونة القديمة قرب النهر\n" * 8, "cp1256"),
    ],
    ids=["Windows-1252", "Latin-1", "Windows-1250", "Windows-1251", "Windows-1256"],
)
def test_older_encodings_are_found_out_and_said(text: str, encoding: str, file: Path) -> None:
    header, rows, problems = read(file, text, encoding)
    lines = text.splitlines()
    assert header == tuple(lines[0].split(";"))
    assert rows == [line.split(";") for line in lines[1:]]
    assert [problem.kept for problem in problems] == [True]
    assert "not UTF-8" in problems[0].why


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(separator: str, end: str, file: Path) -> None:
    text = end.join(separator.join(row) for row in (["Name", "Phone", "Area"], *ROWS))
    assert read(file, text)[1] == ROWS


def test_mixed_line_ends(file: Path) -> None:
    _header, rows, problems = read(file, "Name,Area\nAna,A\r\nBen,B\rCleo,C\n\r\n\nDora,D")
    assert rows == [["Ana", "A"], ["Ben", "B"], ["Cleo", "C"], ["Dora", "D"]]
    assert problems == ()


def test_the_separator_that_a_spreadsheet_says(file: Path) -> None:
    assert read(file, 'sep=|\nName|Area\n"a;b;c"|d;e;f\n')[1] == [["a;b;c", "d;e;f"]]


def test_titles_above_the_header_are_passed_over(file: Path) -> None:
    header, rows, _ = read(file, "Our volunteers 2026,,\n\nName,Phone,Area\nAna,1,A\n")
    assert header == ("Name", "Phone", "Area")
    assert rows == [["Ana", "1", "A"]]


def test_a_table_without_header_has_numbered_columns(file: Path) -> None:
    header, rows, _ = read(file, "ana@post.example,+49 30 5550101\nben@post.example,555 01 02 03\n")
    assert header == ("Column 1", "Column 2")
    assert len(rows) == 2


def test_equal_and_blank_names_of_columns(file: Path) -> None:
    header, _rows, _ = read(file, "Name,Notes,,Notes,Area,,\nAna,a,b,c,d\n")
    assert header == ("Name", "Notes", "Column 3", "Notes (2)", "Area")


def test_ragged_rows_are_kept_and_said_by_line(file: Path) -> None:
    _header, rows, problems = read(file, "Name,Phone,Area\nAna\nBen,1,B,more\nCleo,2,C,,\nD,3,D\n")
    assert rows == [["Ana", "", ""], ["Ben", "1", "B"], ["Cleo", "2", "C"], ["D", "3", "D"]]
    assert [problem.where for problem in problems] == ["line 2", "line 3"]
    assert all(problem.kept for problem in problems)


def test_rows_that_do_not_fit_are_left_out_where_that_is_wanted(file: Path) -> None:
    file.write_text("Name,Area\nAna,A\nBen\nCleo,C,c\nDora,D\n")
    problems = Problems()
    table = tables.read_text(file, no_tick, problems, is_header=looks_like_header, strict=True)
    assert [row.cells[0] for row in table.rows] == ["Ana", "Dora"]
    assert [problem.where for problem in problems.all()] == ["line 3", "line 4"]


def test_a_cell_of_several_lines_with_blank_ones(file: Path) -> None:
    _header, rows, problems = read(file, 'Name,Text\nAna,"one\n\ntwo ""so"""\nBen,x\n')
    assert rows == [["Ana", 'one\n\ntwo "so"'], ["Ben", "x"]]
    assert problems == ()


def test_a_quotation_mark_that_is_never_closed_spoils_one_line(file: Path) -> None:
    lines = [f"Name {number},Text {number}" for number in range(400)]
    lines[20] = 'Name 20,"Text 20'
    lines[30] = 'Name 30,5" pipe'
    _header, rows, problems = read(file, "\n".join(["Name,Text", *lines]))
    assert len(rows) == 400
    assert rows[20] == ["Name 20", '"Text 20']
    assert rows[30] == ["Name 30", '5" pipe']
    assert [problem.where for problem in problems] == ["line 22"]


def test_nul_bytes_are_left_out(file: Path) -> None:
    _header, rows, problems = read(file, b"Name,Area\nA\0na,B\0\nBen,\0C\n")
    assert rows == [["Ana", "B"], ["Ben", "C"]]
    assert len(problems) == 1
    assert "NUL" in problems[0].why


@pytest.mark.parametrize("limit", [131_072, 2**31 - 1])
def test_a_line_or_a_cell_that_is_too_long_is_one_problem(
    file: Path, limit: int, request: pytest.FixtureRequest
) -> None:
    before = csv.field_size_limit(limit)  # of the whole process: a library may have set it
    request.addfinalizer(lambda: csv.field_size_limit(before))
    text = f"Name,Area\nAna,{'x' * 3_000_000}\nBen,{'y' * 200_000}\nCleo,C\n"
    _header, rows, problems = read(file, text)
    assert rows == [["Cleo", "C"]]
    assert [problem.where for problem in problems] == ["line 2", "line 3"]


def test_a_formula_is_text(file: Path) -> None:
    link = '=HYPERLINK("http://evil.example","click")'
    _header, rows, _ = read(file, 'Name,Area\n"' + link.replace('"', '""') + '",=1+1\n')
    assert rows == [[link, "=1+1"]]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n \n\r\n",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        b"\x7fELF" + b"\x00\x01\xff\xfe" * 400,
        codecs.BOM_UTF16_LE,
    ],
    ids=["empty", "blank", "picture", "program", "only a mark"],
)
def test_what_is_no_table_is_refused(data: bytes, file: Path) -> None:
    with pytest.raises(ImportFileError, match="Nothing was imported"):
        read(file, data)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.csv", tmp_path):
        with pytest.raises(ImportFileError, match="cannot be read"):
            tables.read_text(path, no_tick, Problems(), is_header=looks_like_header)


def test_more_lines_than_are_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 10)
    with pytest.raises(ImportFileError, match="Split it"):
        read(file, "Name,Area\n" + "Ana,A\n" * 11)
    monkeypatch.setattr(tables, "LARGEST_FILE", 10)
    with pytest.raises(ImportFileError, match="larger than"):
        read(file, "Name,Area\nAna,A\n")


def test_of_many_problems_the_first_are_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_PROBLEMS", 5)
    _header, rows, problems = read(file, "Name,Phone,Area\n" + "Ana\n" * 100)
    assert len(rows) == 100
    assert len(problems) == 6
    assert "95 more" in problems[-1].why


def test_what_is_held_does_not_grow_with_the_file(file: Path) -> None:
    file.write_text("Name,Text\n" + f"Ana,{'x' * 900}\n" * 4_000)  # 3.6 MB

    def rows_of(path: Path) -> int:
        problems = Problems()
        table = tables.read_text(path, no_tick, problems, is_header=looks_like_header)
        return sum(1 for _ in table.rows)

    tracemalloc.start()
    try:
        assert rows_of(file) == 4_000
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


def test_reading_can_be_stopped(file: Path) -> None:
    file.write_text("Name,Text\n" + "Ana,x\n" * 9000)
    ticks: list[tuple[int, int]] = []

    def tick(done: int, of: int) -> None:
        ticks.append((done, of))
        if len(ticks) == 4:
            raise Stopped

    table = tables.read_text(file, tick, Problems(), is_header=looks_like_header)
    with pytest.raises(Stopped):
        list(table.rows)
    assert all(done <= of == file.stat().st_size for done, of in ticks)


def cells_of(row: Sequence[str]) -> float:
    return float(any(cell.strip() for cell in row))


@given(st.binary(max_size=400))
@settings(max_examples=examples(40))
def test_any_bytes_are_a_table_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    file = tmp_path_factory.mktemp("any") / "list.csv"
    file.write_bytes(data)
    try:
        table = tables.read_text(file, no_tick, Problems(), is_header=cells_of)
        rows = list(table.rows)
    except ImportFileError as error:
        assert "Nothing was imported" in str(error)  # noqa: PT017
    else:
        assert all(len(row.cells) == len(table.header) for row in rows)


@given(st.lists(st.text('ab",;\n\r\u2028é', max_size=30), max_size=12))
@settings(max_examples=examples(40))
def test_no_text_below_a_header_hides_the_last_line(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    file = tmp_path_factory.mktemp("any") / "list.csv"
    text = "\n".join(["Name,Area,Phone", *lines, "", "Last,B,C"])
    file.write_bytes(text.encode())
    table = tables.read_text(file, no_tick, Problems(), is_header=looks_like_header)
    rows = [row.cells for row in table.rows]
    assert "Last" in str(rows[-1]) or "Last" in str(table.header)


def test_a_file_of_endless_lines_is_refused_before_they_are_read(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_LINES", 100)
    file.write_text("Name,Phone\n" + "Ana,1\n" * 101)
    with pytest.raises(ImportFileError, match="more than 250,000 lines"):
        tables.read_text(file, no_tick, Problems(), is_header=lambda _row: pytest.fail("looked"))


def test_far_too_many_columns_are_refused_before_they_are_looked_at(file: Path) -> None:
    file.write_text(",".join(f"c{number}" for number in range(501)) + "\n")
    with pytest.raises(ImportFileError, match="more than 500 columns in line 1"):
        tables.read_text(file, no_tick, Problems(), is_header=lambda _row: pytest.fail("looked"))
