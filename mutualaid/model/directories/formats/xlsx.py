# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A workbook for people: a sheet for each sort, a frozen header, cells that are what they are.

Text is always written as text, so that nothing in it is a formula. The same directory makes the
same bytes: whatever the library stamps with the present time is stamped with that of the export.
"""

import contextlib
import datetime as dt
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, Any, Final

from mutualaid.model.directories import columns
from mutualaid.model.directories.columns import COLUMNS, HEADERS, NAMES, Cell
from mutualaid.model.directories.directory import Directory
from mutualaid.model.directories.formats.csv import CARRIES, LOSES
from mutualaid.model.directories.formats.format import File, Format, Tick
from mutualaid.model.directories.incoming.item import Sort
from mutualaid.model.directories.incoming.sheets import GROUP, TIME_ZONE
from mutualaid.model.directories.incoming.workbook import ABOUT_SHEET, ABOUT_TITLE

_WIDEST: Final = 60
_CHUNK: Final = 1024 * 1024
_KEPT_IN_MEMORY: Final = 8 * 1024 * 1024
_MOMENT: Final = "yyyy-mm-dd hh:mm"
_MOST_LETTERS: Final = 32_000  # of a cell
#: So much of the text decides which way a sheet runs.
_LOOKED_AT: Final = 4000
_CORE: Final = "docProps/core.xml"
_MODIFIED: Final = re.compile(rb">[^<]*</dcterms:modified>")
_STAMP: Final = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say


def _files(directory: Directory, tick: Tick) -> Iterator[File]:
    yield File("directory.xlsx", _workbook(directory, tick))


def _workbook(directory: Directory, tick: Tick) -> Iterator[bytes]:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    made = dt.datetime.fromtimestamp(directory.made / 1000, dt.UTC).replace(tzinfo=None)
    book.properties.created = book.properties.modified = made.replace(microsecond=0)
    book.properties.creator = "Mutual Aid"
    book.properties.title = directory.group.name
    try:
        for sort in Sort:
            if columns.records(directory, sort):
                _sheet(book, directory, sort, tick)
        _about(book, directory)
    except BaseException:
        _drop(book)
        raise
    with tempfile.SpooledTemporaryFile(_KEPT_IN_MEMORY) as raw:
        book.save(raw)
        with tempfile.SpooledTemporaryFile(_KEPT_IN_MEMORY) as out:
            _stamped(raw, out, made)
            out.seek(0)
            while chunk := out.read(_CHUNK):
                yield chunk


def _drop(book: Any) -> None:
    """Take away what the library has put aside of sheets that are not to be written."""
    for sheet in book.worksheets:
        with contextlib.suppress(Exception):
            sheet.close()
            sheet._writer.cleanup()  # noqa: SLF001 - else it lies there until the program ends


def _sheet(book: Any, directory: Directory, sort: Sort, tick: Tick) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    found = columns.records(directory, sort)
    more = columns.more_of(found, HEADERS[sort])
    sheet = book.create_sheet(NAMES[sort].title())
    sheet.freeze_panes = "B2"
    widths = [column.width for column in COLUMNS[sort]] + [20] * len(more.headers)
    for at, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(at)].width = min(width, _WIDEST)
    sheet.sheet_view.rightToLeft = _runs_right_to_left(_texts(directory, sort))
    headers = (*HEADERS[sort], *more.headers)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(headers))}{len(found) + 1}"
    bold, shade = Font(bold=True), PatternFill("solid", fgColor="FFE8EFEA")
    top = Alignment(vertical="top", wrap_text=True)

    def header(text: str) -> Any:
        cell = _cell(WriteOnlyCell, sheet, text)
        cell.font, cell.fill, cell.alignment = bold, shade, top
        return cell

    sheet.append([header(text) for text in headers])
    for record in found:
        tick()
        own: list[Cell] = [column.cell(record, directory) for column in COLUMNS[sort]]
        row = [_cell(WriteOnlyCell, sheet, value) for value in (*own, *more.cells(record))]
        for cell in row:
            if cell is not None:
                cell.alignment = top
        sheet.append(row)


def _cell(make: Any, sheet: Any, value: Cell) -> Any:
    """A cell of the type of its value; text is text, whatever it begins with."""
    if isinstance(value, str):
        if not value:
            return None
        cell = make(sheet, None)
        cell._value = _fitting(value)  # noqa: SLF001 - what the setter would take for a formula
        cell.data_type = "s"
        return cell
    if isinstance(value, dt.datetime):
        if not _is_plain(value):
            return _cell(make, sheet, _spelled(value))
        cell = make(sheet, value.replace(tzinfo=None))
        cell.number_format = _MOMENT
        return cell
    return make(sheet, value)


def _is_plain(moment: dt.datetime) -> bool:
    """Whether a moment comes back from what a cell can hold: a time by the clock of the zone,
    which in autumn says an hour twice, to the second."""
    again = moment.replace(tzinfo=None).replace(tzinfo=moment.tzinfo)
    return again.timestamp() == moment.timestamp() and not moment.microsecond


def _spelled(moment: dt.datetime) -> str:
    text = moment.isoformat(sep=" ", timespec="milliseconds" if moment.microsecond else "auto")
    return f"{text[:-6]} {text[-6:]}"


def _fitting(text: str) -> str:
    """Text without what XML cannot hold, cut to what a cell can."""
    if text.isprintable():
        return text[:_MOST_LETTERS]
    kept = (
        letter
        for letter in text[:_MOST_LETTERS]
        if letter in "\n\t" or (letter >= " " and letter not in "\ufffe\uffff")
    )
    return "".join(letter for letter in kept if not "\ud800" <= letter <= "\udfff")


def _texts(directory: Directory, sort: Sort) -> Iterator[str]:
    for record in columns.records(directory, sort):
        yield str(getattr(record, "name", "") or getattr(record, "title", ""))
        yield str(getattr(record, "text", "") or getattr(record, "about", ""))


def _runs_right_to_left(texts: Iterable[str]) -> bool:
    """Whether most of the letters are of scripts that run from right to left."""
    left = right = 0
    for text in texts:
        for letter in text[:200]:
            way = unicodedata.bidirectional(letter)
            right += way in ("R", "AL")
            left += way == "L"
        if left + right > _LOOKED_AT:
            break
    return right > left


def _about(book: Any, directory: Directory) -> None:
    """What this is, for whom, how fresh, and where to ask."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    sheet = book.create_sheet(ABOUT_SHEET)
    sheet.column_dimensions["A"].width = 26
    sheet.column_dimensions["B"].width = 70
    group, fresh = directory.group, directory.as_of
    rows: list[tuple[str, Cell]] = [
        (ABOUT_TITLE, ""),
        (GROUP, group.name),
        ("about the group", group.about),
        ("made", columns.moment(directory.made, directory)),
        ("as of", f"{fresh.heard} of {fresh.machines} machines heard within a week"),
        ("for", str(directory.audience)),
        ("throw away after", columns.moment(directory.ends, directory)),
        (TIME_ZONE, group.tz or "UTC"),
        ("to ask, or have something taken out", group.email or group.phone or group.form),
        ("", group.where),
    ]
    for name, value in rows:
        row = [_cell(WriteOnlyCell, sheet, name), _cell(WriteOnlyCell, sheet, value)]
        if row[0] is not None:
            row[0].font = Font(bold=True)
        if row[1] is not None:
            row[1].alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")
        sheet.append(row)


def _stamped(raw: IO[bytes], out: IO[bytes], when: dt.datetime) -> None:
    """The same archive with one date on all parts, in one order, and ``when`` as the time at which
    it was changed, which the library sets to the present."""
    changed = f">{when.isoformat(timespec='seconds')}Z</dcterms:modified>".encode()
    raw.seek(0)
    with zipfile.ZipFile(raw) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        names = sorted(archive.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            with archive.open(name) as source, made.open(info, "w") as part:
                while chunk := source.read(_CHUNK):
                    if name == _CORE:
                        chunk = _MODIFIED.sub(changed, chunk)
                    part.write(chunk)


FORMAT: Final = Format(
    name="xlsx",
    title="Spreadsheet (XLSX)",
    suffix=".xlsx",
    takes=frozenset(str(sort) for sort in Sort),
    files=_files,
    carries=CARRIES,
    reads=True,
    about="Any spreadsheet opens it; a sheet for each sort.",
    loses=LOSES,
)
