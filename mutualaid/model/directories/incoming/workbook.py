# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables in a workbook (XLSX), read as text. Of a formula the value counts that was computed last;
nothing is computed here, macros and links are not looked at.

A workbook is a zip of XML, so before the library sees it, it is looked at from outside: how many
parts, how large each says it is, and that none defines entities. Python's zip reader gives no
more of a part than the part says of itself, so that what is said bounds what comes.
"""

import contextlib
import datetime as dt
import itertools
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from mutualaid.errors import ImportFileError, MutualAidError
from mutualaid.model.directories.incoming.item import Tick
from mutualaid.model.directories.incoming.tables import (
    MOST_COLUMNS,
    MOST_ROWS,
    Problems,
    Row,
    Table,
    find_header,
    fitted,
    too_large,
)
from mutualaid.model.text import is_blank

#: The sheet on which we say what a workbook is: its name, and what stands in its first cell.
ABOUT_SHEET: Final = "About"
ABOUT_TITLE: Final = "About this directory"

MOST_PARTS: Final = 2000
MOST_SHEETS: Final = 50
#: Bytes of all parts together, and of any part that is neither a sheet nor the texts they share.
LARGEST_INSIDE: Final = 512 * 1024 * 1024
LARGEST_STRINGS: Final = 256 * 1024 * 1024
LARGEST_SETTINGS: Final = 4 * 1024 * 1024
#: What a part inflates to, at most, as a multiple of what it takes up; XML of sheets reaches 40.
MOST_INFLATED: Final = 200
_SMALL: Final = 1024 * 1024

#: Rows without anything, after which a sheet counts as at its end.
_MOST_EMPTY: Final = 100_000
#: Within a sheet, and within the shared texts: the tag by which the library takes them, how many
#: there may be, and how many bytes may lie between two of them.
_ROW: Final = re.compile(rb"<(?:\w{1,20}:)?row[\s/>]")
_CELL: Final = re.compile(rb"<(?:\w{1,20}:)?c[\s/>]")
_STRING: Final = re.compile(rb"<(?:\w{1,20}:)?si[\s/>]")
_MOST_ROW_TAGS: Final = 1_100_000
_MOST_CELL_TAGS: Final = 20_000_000
_MOST_STRING_TAGS: Final = 3_000_000
_LARGEST_BETWEEN: Final = 4 * 1024 * 1024
_CHUNK: Final = 1024 * 1024

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # an older workbook, or an encrypted one
_DOCTYPE: Final = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ERRORS: Final = frozenset(
    ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")
)
#: Far more than anybody counts.
_LARGEST_NUMBER: Final = 1e30
_LEADING_ZEROS: Final = re.compile(r"0{2,20}")


@contextlib.contextmanager
def open_workbook(
    path: Path, tick: Tick, problems: Problems, *, is_header: Callable[[Sequence[str]], float]
) -> Iterator[Iterator[Table]]:
    """The tables of a workbook, one for each sheet that says something.

    Raises ImportFileError, also while rows are walked, where the file is not what it should be.
    """
    too_large(path)
    _look_at(path, tick)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the library, about parts that are not read
            from openpyxl import load_workbook

            book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
            try:
                yield _tables(book, path, tick, problems, is_header)
            finally:
                book.close()
    except MutualAidError:
        raise
    except Exception as error:
        if _is_unsound(error):
            raise _damaged(path) from error
        raise


#: Where errors come from that say that a file is not sound.
_READERS: Final = ("openpyxl", "zipfile", "xml.", "lxml", "defusedxml")


def _is_unsound(error: Exception) -> bool:
    """Whether an error came from the library, the zip reader or the XML parser, and not from us
    or from who walks the rows."""
    trace, last = error.__traceback__, ""
    while trace is not None:
        last = trace.tb_frame.f_globals.get("__name__", "")
        trace = trace.tb_next
    return last.startswith(_READERS)


def _damaged(path: Path) -> ImportFileError:
    return ImportFileError(
        f"{path.name} cannot be read as a workbook: it is damaged, or not what its name says."
        " Nothing was imported. Open it in a spreadsheet, save it as XLSX or CSV, and import that"
        " file."
    )


# -- from outside


def _look_at(path: Path, tick: Tick) -> None:
    """Raise ImportFileError for a file that is no workbook, or would inflate to too much."""
    with path.open("rb") as file:
        beginning = file.read(8)
    if beginning == _OLE:
        raise ImportFileError(
            f"{path.name} is locked with a password, or was saved by an old spreadsheet (XLS)."
            " Nothing was imported. Open it, save it as XLSX without a password, and import that"
            " file."
        )
    try:
        with zipfile.ZipFile(path) as archive:
            _look_into(archive, path, tick)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, RuntimeError) as error:
        raise ImportFileError(
            f"{path.name} is no workbook (XLSX). Nothing was imported. If it is a list of another"
            " sort, save it as XLSX or CSV, and import that file."
        ) from error


def _look_into(archive: zipfile.ZipFile, path: Path, tick: Tick) -> None:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if "[Content_Types].xml" not in names or len(set(names)) != len(names):
        raise zipfile.BadZipFile("no workbook")
    inside = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or inside > LARGEST_INSIDE:
        raise _bomb(path)
    for part in parts:
        if part.flag_bits & 0x1:
            raise ImportFileError(
                f"{path.name} is locked with a password. Nothing was imported. Save it without"
                " one, and import that file."
            )
        if part.file_size > _SMALL and part.file_size > MOST_INFLATED * max(part.compress_size, 1):
            raise _bomb(path)
        name = part.filename.lower()
        if not name.endswith((".xml", ".rels")):
            continue
        if _defines_entities(archive, part):
            raise ImportFileError(
                f"{path.name} defines entities, which no spreadsheet writes: it may be meant to"
                " do harm. Nothing was imported. Save it anew in a spreadsheet, and import that"
                " file."
            )
        if part.file_size > LARGEST_SETTINGS:
            if "sharedstrings" in name and part.file_size <= LARGEST_STRINGS:
                _walk(archive, part, path, tick, ((_STRING, _MOST_STRING_TAGS),))
            elif "worksheets/" in name:
                _walk(archive, part, path, tick, ((_ROW, _MOST_ROW_TAGS), (_CELL, _MOST_CELL_TAGS)))
            elif "pivot" not in name and "drawing" not in name and "comment" not in name:
                raise _bomb(path)


def _walk(
    archive: zipfile.ZipFile,
    part: zipfile.ZipInfo,
    path: Path,
    tick: Tick,
    tags: Sequence[tuple[re.Pattern[bytes], int]],
) -> None:
    """Raise ImportFileError for a part with too many tags, or too much between two of the first:
    the library holds that much of it at once."""
    counts = [0] * len(tags)
    size = path.stat().st_size
    last = at = 0
    rest = b""
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            tick(0, size)
            text = rest + chunk
            for number, (tag, most) in enumerate(tags):
                for found in tag.finditer(text):
                    counts[number] += 1
                    if not number:
                        if at + found.start() - last > _LARGEST_BETWEEN:
                            raise _bomb(path)
                        last = at + found.start()
                if counts[number] > most:
                    raise _bomb(path)
            # A tag may lie across two chunks; one that ends here was counted.
            cut = text.rfind(b"<")
            keep = len(text) - cut if cut >= 0 and len(text) - cut <= 24 else 0
            if keep and any(tag.match(text, cut) for tag, _most in tags):
                keep = 0
            rest = text[len(text) - keep :] if keep else b""
            at += len(text) - keep
    if at - last > _LARGEST_BETWEEN:
        raise _bomb(path)


def _defines_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether there is a document type at the head of a part of XML."""
    with archive.open(part) as file:
        beginning = file.read(64 * 1024)
    if beginning[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in beginning[:64]:
        return True  # UTF-16, which spreadsheets do not write here, may hide anything
    return _DOCTYPE.search(beginning) is not None


def _bomb(path: Path) -> ImportFileError:
    return ImportFileError(
        f"{path.name} would unpack to far more than a list can be. Nothing was imported. If it is"
        " a real list, save it as CSV, and import that file."
    )


# -- inside


def _tables(
    book: Any,
    path: Path,
    tick: Tick,
    problems: Problems,
    is_header: Callable[[Sequence[str]], float],
) -> Iterator[Table]:
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"][:MOST_SHEETS]
    size = path.stat().st_size
    taken = 0
    sheets.sort(key=lambda sheet: sheet.title != ABOUT_SHEET)
    for number, sheet in enumerate(sheets):
        sheet.reset_dimensions()
        where = f"sheet “{sheet.title}”, " if len(sheets) > 1 else ""

        def progress(row: int, number: int = number) -> None:
            # How many rows there will be, nobody knows: each sheet comes nearer to its end.
            part = row / (row + 20_000)
            tick(int(size * (number + part) / len(sheets)), size)

        rows = _rows(sheet, where, problems, progress)
        first = next(rows, None)
        if first is None:
            continue
        if sheet.title == ABOUT_SHEET and first.cells[:1] == [ABOUT_TITLE]:
            yield Table(ABOUT_SHEET, (ABOUT_TITLE,), rows, where)
            continue
        header, below = find_header(itertools.chain((first,), rows), is_header)
        table = Table(
            sheet.title, header, fitted(below, len(header), problems, where, ragged=False), where
        )
        yield table
        taken += 1
    tick(size, size)
    if not taken:
        raise ImportFileError(f"{path.name} is empty. Nothing was imported.")


def _rows(
    sheet: Any, where: str, problems: Problems, progress: Callable[[int], None]
) -> Iterator[Row]:
    empty = before = 0
    said = False
    odd: list[int] = []
    for line, cells in _lines(sheet, odd):
        if line <= before:
            continue
        if line // 500 != before // 500 or not before:
            progress(line)
        empty += line - before - 1
        if empty >= _MOST_EMPTY:
            return
        before = line
        for row in odd:
            why = "A cell here holds what is no number, day or text. It counts as empty."
            problems.add(f"{where}line {row}", why, kept=True)
        odd.clear()
        texts: list[str] = []
        # One more than there may be, so that it shows.
        for cell in cells[: MOST_COLUMNS + 1]:
            value = cell.value
            if value is None:
                texts.append("")
                continue
            text = _text(value, cell)
            if isinstance(value, float) and not abs(value) < _LARGEST_NUMBER:
                why = f"“{text}” is no number that a list could have. It counts as empty."
                problems.add(f"{where}line {line}", why, kept=True)
                text = ""
            if text in _ERRORS:
                if not said:
                    why = f"A formula here came to {text}. Such cells count as empty."
                    problems.add(f"{where}line {line}", why, kept=True)
                    said = True
                text = ""
            texts.append(text)
        while texts and not texts[-1]:
            texts.pop()
        if not any(not is_blank(text) for text in texts):
            empty += 1
            if empty >= _MOST_EMPTY:
                return
            continue
        empty = 0
        if line > MOST_ROWS * 4:
            return
        yield Row(line, texts)


class _Strings:
    """The texts that cells share, by their number; there is none before the first."""

    def __init__(self, texts: Sequence[Any]) -> None:
        self._texts = texts

    def __getitem__(self, number: int) -> Any:
        if number < 0:
            raise IndexError(number)
        return self._texts[number]


def _lines(sheet: Any, odd: list[int]) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows of a sheet that are there, with their numbers, as the library reads them; a cell
    that it cannot read is empty, and its row goes to ``odd``. The library itself gives a workbook
    up for one such cell, and has no public way to another parser."""
    from openpyxl.utils.cell import coordinate_to_tuple
    from openpyxl.worksheet._reader import WorkSheetParser

    class Parser(WorkSheetParser):  # type: ignore[misc]
        def parse_cell(self, element: Any) -> dict[str, Any]:
            try:
                found: dict[str, Any] = super().parse_cell(element)
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
                row, column = self.row_counter, self.col_counter
                if place := element.get("r"):  # one that is nowhere is no cell: that is raised
                    row, column = coordinate_to_tuple(place)
                odd.append(row)
                return {
                    "row": row, "column": column, "value": None, "data_type": "n", "style_id": 0,
                }  # fmt: skip
            return found

    book = sheet.parent
    with sheet._get_source() as source:  # noqa: SLF001
        parser = Parser(
            source,
            _Strings(sheet._shared_strings),  # noqa: SLF001
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )
        for line, cells in parser.parse():
            yield line, sheet._get_row(cells, 1, None, values_only=False)  # noqa: SLF001


def _text(value: object, cell: Any) -> str:
    """A cell as text: days in ISO 8601, whole numbers without a point, yes and no as such."""
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return _number(str(value), cell)
        case float():
            if value.is_integer() and abs(value) < 1e15:
                return _number(str(int(value)), cell)
            return repr(value)
        case dt.datetime():
            if value.time() == dt.time():
                return value.date().isoformat()
            return value.isoformat(sep=" ", timespec="auto")
        case dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta():
            return str(value)
    return str(value)


def _number(digits: str, cell: Any) -> str:
    """A whole number, with the zeros before it that its cell shows: it was a phone number."""
    shown = getattr(cell, "number_format", "")
    if isinstance(shown, str) and _LEADING_ZEROS.fullmatch(shown):
        return digits.zfill(len(shown))
    return digits
