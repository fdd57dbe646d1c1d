# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables for people, as CSV: UTF-8 with its mark and CRLF, so that spreadsheets open them right,
and nothing in them that a spreadsheet would run."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from mutualaid.model.directories import cells, columns
from mutualaid.model.directories.columns import COLUMNS, HEADERS, NAMES, SORT, Cell
from mutualaid.model.directories.directory import Directory
from mutualaid.model.directories.formats.format import File, Format, Tick
from mutualaid.model.directories.incoming.item import Sort

_MARK: Final = "\ufeff"
_ROWS_A_CHUNK: Final = 500

#: What comes back when a table of ours is read again; see :data:`LOSES` for the rest.
CARRIES: Final = frozenset(
    f"{sort}.{name}"
    for sort, names in {
        "person": "name area languages availability skills fixes contacts source more updated",
        "post": "kind title text category urgency area when starts ends repeat first expires mode"
        " parts language on_behalf_of contacts source more updated",
        "place": "name kind area address hours about fixes contacts confirmed point source more"
        " updated",
        "repair": "category item outcome brand problem barrier date year age country place_name"
        " source",
    }.items()
    for name in names.split()
)
LOSES: Final = {
    "person.known_of": "It says who is a member; whoever reads it in knows all of them from it.",
    "post.by": "Who posted it is a name to read; a post that comes in is on their behalf.",
    "post.by_name": "Who posted it is a name to read; a post that comes in is on their behalf.",
    "post.photos": "A table holds no pictures; it says how many there are.",
    "post.promises": "Who helps is a column to read; a promise is nobody's but theirs.",
    "post.status": "A post that comes in begins anew; what is over does not come in.",
    "post.created": "A post that comes in is dated from that day.",
    "repair.place": "The place is found again by its name.",
}


def _files(directory: Directory, tick: Tick) -> Iterator[File]:
    for sort in Sort:
        if columns.records(directory, sort):
            yield File(f"{NAMES[sort]}.csv", _table(directory, sort, tick))


def _table(directory: Directory, sort: Sort, tick: Tick) -> Iterator[bytes]:
    found = columns.records(directory, sort)
    more = columns.more_of(found, HEADERS[sort])

    def rows() -> Iterator[Sequence[Cell]]:
        yield (*HEADERS[sort], *more.headers)
        for record in found:
            tick()
            own = [column.cell(record, directory) for column in COLUMNS[sort]]
            yield (*own, *more.cells(record))

    return _chunks(rows())


def _one_table(directory: Directory, tick: Tick) -> Iterator[File]:
    yield File("directory.csv", _everything(directory, tick))


def _everything(directory: Directory, tick: Tick) -> Iterator[bytes]:
    union = columns.union_headers()
    everything: list[Any] = [record for sort in Sort for record in columns.records(directory, sort)]
    more = columns.more_of(everything, (SORT, *union))

    def rows() -> Iterator[Sequence[Cell]]:
        yield (SORT, *union, *more.headers)
        for sort in Sort:
            by_name = {column.header: column for column in COLUMNS[sort]}
            for record in columns.records(directory, sort):
                tick()
                own = [
                    by_name[name].cell(record, directory) if name in by_name else ""
                    for name in union
                ]
                yield (NAMES[sort], *own, *more.cells(record))

    return _chunks(rows())


def _chunks(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    out = io.StringIO(_MARK, newline="")
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out, lineterminator="\r\n")
    for number, row in enumerate(rows, 1):
        writer.writerow([text_of(cell) for cell in row])
        if number % _ROWS_A_CHUNK == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def text_of(cell: Cell) -> str:
    """A cell as text that no spreadsheet runs. Numbers are no formulas, also below zero."""
    if isinstance(cell, str):
        return cells.guard(cell)
    if isinstance(cell, dt.datetime):
        return _moment(cell)
    return repr(cell)


def _moment(moment: dt.datetime) -> str:
    """A moment by the group's clock, with how far that is from UTC."""
    # No closer than is known, and no further digits: that is how an import knows it again.
    exact = "milliseconds" if moment.microsecond else "seconds" if moment.second else "minutes"
    text = moment.isoformat(sep=" ", timespec=exact)
    return f"{text[:-6]} {text[-6:]}"


_TAKES: Final = frozenset(str(sort) for sort in Sort)
_ABOUT: Final = "Any spreadsheet opens it."

#: One table of everything, with a column that says what each row is.
ONE: Final = Format(
    name="csv",
    title="One table of everything (CSV)",
    suffix=".csv",
    takes=_TAKES,
    files=_one_table,
    carries=CARRIES,
    reads=True,
    about=_ABOUT,
    loses=LOSES,
)

FORMAT: Final = Format(
    name="csv",
    title="Tables for people (CSV)",
    suffix="",
    takes=_TAKES,
    files=_files,
    carries=CARRIES,
    reads=True,
    about=_ABOUT,
    loses=LOSES,
    in_one=ONE,
)
