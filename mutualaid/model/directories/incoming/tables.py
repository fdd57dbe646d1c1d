# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables in text files, whoever wrote them: rows of cells with the number of their line.

Read line by line, so that what is held does not grow with the file. The encoding, what separates
the columns and where the header is are found out. Nothing in a cell is ever computed: a formula
is text.
"""

import codecs
import csv
import io
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from mutualaid.errors import BadValueError, ImportFileError
from mutualaid.model.directories.incoming.item import Problem, Tick
from mutualaid.model.text import is_blank, one_line

LARGEST_FILE: Final = 256 * 1024 * 1024
#: Rows that say something, of all tables of a file together.
MOST_ROWS: Final = 250_000
MOST_COLUMNS: Final = 500
#: Lines of a text file, of which a row may have several.
MOST_LINES: Final = 4 * MOST_ROWS
#: Problems that are told one by one; of the others, how many there are.
MOST_PROBLEMS: Final = 1000

_LONGEST_LINE: Final = 1024 * 1024
_LONGEST_CELL: Final = 128 * 1024
#: A quotation mark that is never closed may spoil so many lines at most, not the rest of the file.
_LONGEST_ROW_LINES: Final = 100
_SAMPLE: Final = 256 * 1024
_CHUNK: Final = 1024 * 1024
_SEPARATORS: Final = ",;\t|"
#: The header stands within so many rows that say something.
_HEADER_WITHIN: Final = 12
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Older encodings that lists of the world's neighbourhoods may still have.
_OLDER: Final = [
    *("cp1251", "cp1253", "cp1255", "cp1256", "cp1258", "koi8_r", "shift_jis", "euc_jp"),
    *("gb18030", "big5", "euc_kr"),
]
_LATIN: Final = ("cp1252", "cp1250", "cp1257", "cp1254", "mac_roman")


class Row(NamedTuple):
    """A row of a table; ``line`` is the number of its first line in the file, from 1."""

    line: int
    cells: list[str]


@dataclass(slots=True)
class Table:
    """A table: its name ("" where the file has only one), header, and the rows below it.

    ``rows`` can be walked once. ``where`` comes before "line 12" in what is said.
    """

    name: str
    header: tuple[str, ...]
    rows: Iterable[Row]
    where: str = ""


class Problems:
    """Problems of a file: the first of them one by one, then how many more there were."""

    def __init__(self) -> None:
        self._found: list[Problem] = []
        self._more = 0

    def add(self, where: str, why: str, *, kept: bool = False) -> None:
        if len(self._found) < MOST_PROBLEMS:
            self._found.append(Problem(where, why, kept))
        else:
            self._more += 1

    def all(self) -> tuple[Problem, ...]:
        if not self._more:
            return tuple(self._found)
        said = f"There are {self._more:,} more lines of which something is to be said."
        return (*self._found, Problem("", said, kept=True))


def too_large(path: Path) -> None:
    """Raise ImportFileError for a file that is not there, or larger than is read."""
    try:
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except OSError as error:
        raise ImportFileError(
            f"The file {path} cannot be read: {error.strerror}. Nothing was imported."
        ) from error
    if size > LARGEST_FILE:
        raise ImportFileError(
            f"{path.name} is larger than {LARGEST_FILE // 1024**2} MiB. Nothing was imported."
            " Split it and import its parts one after the other."
        )


def read_text(
    path: Path,
    tick: Tick,
    problems: Problems,
    *,
    is_header: Callable[[Sequence[str]], float],
    strict: bool = False,
    encoding: str = "",
) -> Table:
    """The table in a text file. ``is_header`` says how much a row looks like the names of
    columns, 0 for not at all; ``strict`` has the first row for it, whose separator counts, and
    leaves out rows with more or fewer cells. ``encoding`` is its name, "" where it is found out.

    Raises BadValueError for an encoding that is none, and ImportFileError where nothing of the file
    can be used. Reads as the rows are walked.
    """
    too_large(path)
    try:
        encoding = _known(encoding) if encoding else _encoding(path, problems)
        if not encoding.startswith("utf-16") and not encoding.startswith("utf-32"):
            _refuse_endless(path)
        lines = _Lines(path, encoding, tick, problems)
        # Blank lines above a table say nothing; further down they may stand in a cell.
        first = list(itertools.islice(itertools.dropwhile(_says_nothing, lines), 64))
    except OSError as error:
        raise ImportFileError(
            f"The file {path} cannot be read: {error.strerror}. Nothing was imported."
        ) from error
    if not first:
        raise ImportFileError(f"{path.name} is empty. Nothing was imported.")
    separator = _said_separator(first[0].text)
    if separator:
        first.pop(0)
    elif strict:
        separator = max(_SEPARATORS, key=first[0].text.count)
    else:
        separator = _separator([line.text for line in first if line.text.strip()], path)
    rows = _rows(itertools.chain(first, lines), separator, problems)
    header, below = find_header(rows, is_header)
    fit = only_fitting if strict else fitted
    return Table("", header, fit(below, len(header), problems, ""))


def _refuse_endless(path: Path) -> None:
    """Raise ImportFileError for a file with far more lines than rows are taken, before any of
    them is looked at."""
    lines = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            lines += chunk.count(b"\n")
            if lines > MOST_LINES:
                raise _too_many()


def _says_nothing(line: "_Line") -> bool:
    return not line.text.strip()


# -- the encoding


def _known(name: str) -> str:
    """An encoding of text by its name; raises BadValueError for what is none."""
    try:
        found = codecs.lookup(name).name
        b"a,b\n\xff".decode(found, "replace")
    except (LookupError, ValueError) as error:
        raise BadValueError(
            f"“{name[:40]}” is no encoding of text. Nothing was imported. There are: utf-8, cp1252"
            " (Windows, western), cp1250, cp1251, cp1256, mac_roman, shift_jis, gb18030 and others."
        ) from error
    return "utf-8-sig" if found == "utf-8" else found


def _encoding(path: Path, problems: Problems) -> str:
    """The encoding of a text file; every file has one that reads it."""
    with path.open("rb") as file:
        beginning = file.read(4)
        for mark, encoding in _MARKS:
            if beginning.startswith(mark):
                return encoding
        file.seek(0)
        sample = file.read(_SAMPLE)
        if wide := _without_mark(sample):
            return wide
        file.seek(0)
        at = _first_not_utf8(file)
        if at is None:
            return "utf-8"
        file.seek(max(0, at - _SAMPLE // 2))
        sample = file.read(_SAMPLE)
    if _is_no_text(sample):
        raise ImportFileError(
            f"{path.name} is no text: it looks like a picture, a document or a program. Nothing"
            " was imported. Save the list as CSV or as XLSX, and import that file."
        )
    encoding, name = _older(sample)
    problems.add(
        "",
        f"The file is not UTF-8. It was read as {name}. If letters look wrong, save it as"
        " “CSV UTF-8” and import that file.",
        kept=True,
    )
    return encoding


def _without_mark(sample: bytes) -> str:
    """UTF-16 without its mark: every other byte of western text is zero."""
    if len(sample) < 4:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    encoding = "utf-16-le" if odd > half * 0.4 > even * 2 else "utf-16-be"
    if max(even, odd) <= half * 0.4 or min(even, odd) * 2 >= half * 0.4:
        return ""
    text = sample[: half * 2].decode(encoding, errors="replace")
    odd_ones = sum(not letter.isprintable() and letter not in "\t\r\n" for letter in text)
    return "" if odd_ones * 20 > len(text) or "\ufffd" in text[:-1] else encoding


def _first_not_utf8(file: io.BufferedReader) -> int | None:
    """Where the first byte is that cannot be UTF-8, or None."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    at = 0
    while chunk := file.read(_CHUNK):
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return at + error.start
        at += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return at
    return None


def _is_no_text(sample: bytes) -> bool:
    controls = sum(sample.count(code) for code in range(32) if code not in (9, 10, 12, 13))
    return controls * 20 > len(sample)


def _older(sample: bytes) -> tuple[str, str]:
    """The encoding of text that is not UTF-8, and its name for people."""
    letters = sum(byte >= 0x80 or chr(byte).isalpha() for byte in sample)
    if sum(byte >= 0x80 for byte in sample) * 2 < letters:
        # Latin letters with a few accents: what makes words of them.
        encoding = max(_LATIN, key=lambda name: (_sense(sample, name), -_LATIN.index(name)))
    else:
        from charset_normalizer import from_bytes  # only now: it takes a while

        found = from_bytes(sample, cp_isolation=list(_OLDER), threshold=0.5).best()
        encoding = found.encoding if found is not None else "cp1252"
    names = {"cp1252": "Windows-1252 (western)", "mac_roman": "Mac Roman"}
    return encoding, names.get(encoding, encoding.replace("cp", "Windows-"))


def _sense(sample: bytes, encoding: str) -> float:
    """How much sense the letters beyond ASCII make in an encoding: within words there are
    letters, and after a small one none that is great."""
    text = sample.decode(encoding, errors="replace")
    score = 0.0
    for at in (at for at, letter in enumerate(text) if letter >= "\x80"):
        letter, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
        if letter.isalpha():
            score += 1
            score -= 3 * (letter.isupper() and before.islower())
        elif letter == "\ufffd" or not letter.isprintable():
            score -= 5 * (letter != "\xa0")
        elif before.isalpha() and after.isalpha() and letter not in "\u2019\u2013\u00b7":
            score -= 3
    return score


# -- lines


class _Line(NamedTuple):
    number: int
    text: str  # with its end


class _Lines:
    """The lines of a file, of which none is longer than is held, without NUL bytes."""

    def __init__(self, path: Path, encoding: str, tick: Tick, problems: Problems) -> None:
        self._path = path
        self._encoding = encoding
        self._tick = tick
        self._problems = problems
        self._lines = self._read()

    def __iter__(self) -> Iterator[_Line]:
        return self._lines

    def _read(self) -> Iterator[_Line]:
        size = self._path.stat().st_size
        nul_said = False
        with self._path.open("rb") as raw:
            file = io.TextIOWrapper(raw, self._encoding, errors="replace", newline="")
            number = 0
            while text := file.readline(_LONGEST_LINE):
                number += 1
                if number % 1000 == 1:
                    self._tick(min(raw.tell(), size), size)
                if len(text) >= _LONGEST_LINE and text[-1] not in "\r\n":
                    self._problems.add(
                        f"line {number}", "This line is too long to be one of a table."
                    )
                    while len(text) >= _LONGEST_LINE and text[-1] not in "\r\n":
                        self._tick(min(raw.tell(), size), size)
                        text = file.readline(_LONGEST_LINE)
                    continue
                if "\0" in text:
                    if not nul_said:
                        why = "There are NUL bytes here, which no text has. They were left out."
                        self._problems.add(f"line {number}", why, kept=True)
                        nul_said = True
                    text = text.replace("\0", "")
                yield _Line(number, text)
            self._tick(size, size)


# -- rows


def _said_separator(line: str) -> str:
    """What spreadsheets write before the header: ``sep=;``."""
    text = line.strip().strip('"').lower()
    return text[4] if text.startswith("sep=") and len(text) == 5 else ""


def _separator(lines: Sequence[str], path: Path) -> str:
    """What separates the columns: what cuts most of the first lines into equally many cells."""
    if path.suffix.lower() in (".tsv", ".tab"):
        return "\t"
    best, most = ",", 0.0
    for separator in _SEPARATORS:
        counts = [len(cells) for cells in _parsed(lines, separator) if cells]
        usual = max(counts, key=lambda count: (counts.count(count), count), default=1)
        if usual < 2:
            continue
        score = counts.count(usual) / len(counts) * min(usual, 30) ** 0.5
        # The first line is mostly the header.
        score *= 2 if counts[0] == usual else 1 if counts[0] > 1 else 0.25
        if score > most:
            best, most = separator, score
    return best


def _parsed(lines: Sequence[str], separator: str) -> Iterator[list[str]]:
    reader = csv.reader(lines, delimiter=separator)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            continue


def _rows(lines: Iterable[_Line], separator: str, problems: Problems) -> Iterator[Row]:
    """Rows of cells. A line with all its quotation marks closed is a row; one with an open mark
    goes on over the lines that follow, if they come to an end that makes sense."""
    ahead: deque[_Line] = deque()
    source = iter(lines)
    width = 0
    while True:
        line = ahead.popleft() if ahead else next(source, None)
        if line is None:
            return
        cells: list[str] | None = None
        if line.text.count('"') % 2:
            cells = _long_row(line, ahead, source, separator, width)
            if cells is None:
                why = "A quotation mark in this line is never closed, or not in the right place."
                cells = _cells(line.text, separator, csv.QUOTE_NONE)
                problems.add(f"line {line.number}", why, kept=cells is not None)
        else:
            cells = _cells(line.text, separator, csv.QUOTE_MINIMAL)
            if cells is None:
                problems.add(f"line {line.number}", "A cell of this line is longer than is read.")
        if cells and any(not is_blank(cell) for cell in cells):
            width = width or len(cells)
            yield Row(line.number, cells)


def _long_row(
    line: _Line, ahead: deque[_Line], source: Iterator[_Line], separator: str, width: int
) -> list[str] | None:
    """The cells of a row that goes on over several lines; takes them from ``ahead``."""
    while len(ahead) < _LONGEST_ROW_LINES and (following := next(source, None)) is not None:
        ahead.append(following)
    texts = [line.text, *(each.text for each in itertools.islice(ahead, _LONGEST_ROW_LINES))]
    reader = csv.reader(texts, delimiter=separator)
    try:
        cells = next(reader)
        strict = csv.reader(texts[: reader.line_num], delimiter=separator, strict=True)
        if reader.line_num > 1:
            next(strict)  # raises where the last quotation mark stays open
    except (csv.Error, StopIteration):
        return None
    if reader.line_num > 1 and width and len(cells) != width:
        return None
    for _ in range(reader.line_num - 1):
        ahead.popleft()
    return cells


def _cells(text: str, separator: str, quoting: int) -> list[str] | None:
    try:
        cells = next(csv.reader([text], delimiter=separator, quoting=quoting), [])  # type: ignore[arg-type]
    except csv.Error:
        return None
    # The module has a limit, too, but of the whole process: any library may set it.
    return cells if max(map(len, cells), default=0) <= _LONGEST_CELL else None


# -- header and width


def find_header(
    rows: Iterator[Row], is_header: Callable[[Sequence[str]], float]
) -> tuple[tuple[str, ...], Iterator[Row]]:
    """The names of the columns and the rows below. Titles above the header are passed over; where
    there is no header, the columns are numbered."""
    first = list(itertools.islice(rows, _HEADER_WITHIN))
    for row in first:
        if len(row.cells) > MOST_COLUMNS and sum(map(bool, row.cells)) > MOST_COLUMNS:
            raise ImportFileError(
                f"This list has more than {MOST_COLUMNS} columns in line {row.line}. Nothing was"
                " imported. Leave out the columns that nobody needs, and import the rest."
            )
    scores = [is_header(row.cells) for row in first]
    best = max(range(len(first)), key=lambda at: (scores[at], -at), default=None)
    if best is None or not scores[best]:
        width = max((len(row.cells) for row in first), default=0)
        numbered = tuple(f"Column {number}" for number in range(1, width + 1))
        return numbered[:MOST_COLUMNS], itertools.chain(first, rows)
    return _names(first[best].cells), itertools.chain(first[best + 1 :], rows)


def _names(cells: Sequence[str]) -> tuple[str, ...]:
    """Names of columns, each another: blank ones are numbered, equal ones too."""
    names: list[str] = []
    cells = list(cells[:MOST_COLUMNS])
    while len(cells) > 1 and is_blank(cells[-1]):
        cells.pop()
    for number, cell in enumerate(cells, 1):
        name = base = one_line(cell)[:120] or f"Column {number}"
        again = 2
        while name in names:
            name = f"{base} ({again})"
            again += 1
        names.append(name)
    return tuple(names)


def fitted(
    rows: Iterable[Row], width: int, problems: Problems, where: str, *, ragged: bool = True
) -> Iterator[Row]:
    """The rows, each with as many cells as there are columns; ``ragged`` says of rows that have
    fewer that this is odd."""
    for number, (line, cells) in enumerate(rows):
        if number >= MOST_ROWS:
            raise _too_many()
        if len(cells) > width:
            beyond = [cell for cell in cells[width:] if not is_blank(cell)]
            if beyond:
                problems.add(
                    f"{where}line {line}",
                    f"There are {len(cells)} cells where the header has {width}. What stands"
                    " beyond was left out; look whether a cell is torn in two.",
                    kept=True,
                )
            cells = cells[:width]
        elif len(cells) < width:
            if ragged:
                problems.add(
                    f"{where}line {line}",
                    f"There are {len(cells)} cells where the header has {width}. The others count"
                    " as empty.",
                    kept=True,
                )
            cells = [*cells, *[""] * (width - len(cells))]
        yield Row(line, cells)


def only_fitting(rows: Iterable[Row], width: int, problems: Problems, where: str) -> Iterator[Row]:
    """The rows with as many cells as there are columns; the others are problems."""
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            raise _too_many()
        if len(row.cells) == width:
            yield row
            continue
        why = f"The row has {len(row.cells)} columns where the first line of the file has {width}."
        problems.add(f"{where}line {row.line}", why)


def _too_many() -> ImportFileError:
    return ImportFileError(
        f"This list has more than {MOST_ROWS:,} lines. Nothing was imported. Split it and import"
        " its parts one after the other."
    )
