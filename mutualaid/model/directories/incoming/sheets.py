# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Spreadsheets, CSV and XLSX, of whoever keeps a list in one; and those that we write ourselves."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from mutualaid.errors import ImportFileError
from mutualaid.model.directories import cells
from mutualaid.model.directories.columns import NAMES, REST
from mutualaid.model.directories.incoming import mapping
from mutualaid.model.directories.incoming.item import (
    LEFT_OUT,
    Item,
    Read,
    SeenTable,
    Sort,
    Tick,
    Wanted,
)
from mutualaid.model.directories.incoming.mapping import Guess, looks_like_header
from mutualaid.model.directories.incoming.rows import RowReader
from mutualaid.model.directories.incoming.tables import Problems, Row, Table, read_text
from mutualaid.model.directories.incoming.workbook import ABOUT_TITLE, open_workbook
from mutualaid.model.text import plain
from mutualaid.model.values import PlaceKind, PostKind

#: What we say of a workbook of ours, on its sheet about itself.
TIME_ZONE: Final = "time zone"
GROUP: Final = "group"

_SAMPLE_ROWS: Final = 60
_SHOWN_SAMPLES: Final = 3
_LONGEST_SAMPLE: Final = 80
_MOST_FILES: Final = 50
_NEEDS: Final = frozenset(
    ("need", "needs", "request", "requests", "necesidades", "besoins", "bedarf")
)
_OFFERS: Final = frozenset(("offer", "offers", "ofertas", "offres", "angebote"))
_SORTS: Final = {name: sort for sort, name in NAMES.items()}


def read(path: Path, wanted: Wanted, tick: Tick) -> Read:
    """Read a CSV file, a folder of them, or a workbook; see :class:`item.Reader`."""
    problems = Problems()
    workbook = not path.is_dir() and _is_workbook(path)
    found = _Found(problems, wanted, guarded=not workbook)
    if path.is_dir():
        files = sorted(each for each in path.iterdir() if each.suffix.lower() in (".csv", ".tsv"))
        if not files:
            raise ImportFileError(f"There is no CSV file in {path}. Nothing was imported.")
        for number, each in enumerate(files[:_MOST_FILES]):
            part = _part(tick, number, len(files))
            table = read_text(
                each, part, problems, is_header=looks_like_header, encoding=wanted.encoding
            )
            table.name = each.stem
            table.where = f"{each.name} "
            found.take(table, several=len(files) > 1)
    elif workbook:
        with open_workbook(path, tick, problems, is_header=looks_like_header) as tables:
            for table in tables:
                found.take(table, several=bool(table.where))
    else:
        table = read_text(
            path, tick, problems, is_header=looks_like_header, encoding=wanted.encoding
        )
        table.name = path.stem
        found.take(table, several=False)
    return found.read()


def _part(tick: Tick, number: int, of: int) -> Tick:
    return lambda done, whole: tick(number * 1000 + done * 1000 // max(whole, 1), of * 1000)


def _is_workbook(path: Path) -> bool:
    """Whether a file is read as a workbook: by what it begins with, whatever its name says."""
    try:
        with path.open("rb") as file:
            beginning = file.read(8)
    except OSError:
        return False
    return beginning.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")) or (
        path.suffix.lower() in (".xlsx", ".xlsm", ".xls")
    )


class _Found:
    """What the tables of a file say, one after the other."""

    def __init__(self, problems: Problems, wanted: Wanted, *, guarded: bool) -> None:
        self._problems = problems
        self._guarded = guarded
        self._wanted = wanted
        self._items: list[Item] = []
        self._seen: list[SeenTable] = []
        self._tz = wanted.tz
        self._origin = ""
        self._lines = 0
        self._passed: list[tuple[str, str]] = []
        self._places: dict[str, Item] = {}  # that repairs name, by key

    def take(self, table: Table, *, several: bool) -> None:
        """Read one table, or pass it over."""
        if table.header == (ABOUT_TITLE,):
            self._about(table)
            return
        if self._guarded:
            table.header = tuple(map(cells.unguard, table.header))
        rows = iter(table.rows)
        first = list(itertools.islice(rows, _SAMPLE_ROWS))
        if not first:
            return
        samples = [row.cells for row in first]
        name = table.name if several else ""
        guess = mapping.guess(table.name, table.header, samples, self._wanted, several=several)
        self._seen.append(_seen(name, table, guess, samples))
        if not guess.fits:
            which = f"“{name}”" if name else "this table"
            why = (
                f"Nothing tells what {which} is about, so it was passed over. Say what it lists,"
                " and which column is the name or the title."
            )
            self._passed.append((table.where.strip(" ,"), why))
            return
        reader = RowReader(
            table.name,
            table.where,
            table.header,
            self._problems,
            guess.own,
            self._guarded,
            self._tz,
            self._wanted.country,
            _kind_of_posts(table, guess),
        )
        lines = self._read_rows(reader, itertools.chain(first, rows), guess)
        self._lines += lines
        seen = self._seen[-1]
        self._seen[-1] = SeenTable(
            seen.name, seen.sort, seen.columns, seen.samples, lines, seen.remembered, seen.unsure
        )
        self._items += _with_places(reader, self._places)

    def _read_rows(self, reader: RowReader, rows: Iterator[Row], guess: Guess) -> int:
        lines = 0
        rest = _rest_at(reader.header) if guess.own else None
        by_sort = {
            sort: mapping.own_targets(sort, len(reader.header)) for sort in Sort if guess.by_row
        }
        for line, row in rows:
            lines += 1
            sort, targets = guess.sort, guess.targets
            if guess.by_row:
                said = _SORTS.get(plain(row[0]))
                if said is None:
                    self._problems.add(f"line {line}", f"“{row[0][:40]}” is no sort of record.")
                    continue
                sort, targets = said, by_sort[said]
                if self._wanted.sort not in (None, sort):
                    continue
            if rest is not None:
                targets = (*targets[:rest], LEFT_OUT, *targets[rest + 1 :])
            reader.take(line, row, sort, targets)
            if rest is not None and row[rest]:
                for part in cells.split(reader.plain_text(row[rest])):
                    named, value = cells.unpair(part)
                    reader.drafts[-1].more[named] = value
        return lines

    def _about(self, table: Table) -> None:
        """What we say of a workbook of ours: its time zone, and whose it is."""
        for _line, row in itertools.islice(table.rows, 100):
            if len(row) > 1 and row[0] == TIME_ZONE:
                self._tz = row[1] or self._tz
            if len(row) > 1 and row[0] == GROUP:
                self._origin = row[1]

    def read(self) -> Read:
        for where, why in self._passed:
            self._problems.add(where, why)
        listed = {item.key for item in self._items if item.sort is Sort.PLACE}
        named = [item for key, item in self._places.items() if key not in listed]
        only = self._seen[0] if len(self._seen) == 1 else None
        return Read(
            items=(*named, *self._items),
            problems=self._problems.all(),
            origin=self._origin,
            columns=only.columns if only else {},
            lines=self._lines,
            tables=tuple(self._seen),
        )


def _seen(name: str, table: Table, guess: Guess, samples: Sequence[Sequence[str]]) -> SeenTable:
    columns = dict(zip(table.header, guess.targets, strict=True))
    shown = {
        column: tuple(
            itertools.islice(
                (row[at][:_LONGEST_SAMPLE] for row in samples if row[at].strip()), _SHOWN_SAMPLES
            )
        )
        for at, column in enumerate(table.header)
    }
    return SeenTable(name, guess.sort, columns, shown, 0, guess.remembered, guess.unsure)


def _rest_at(header: Sequence[str]) -> int | None:
    return len(header) - 1 if header[-1] == REST else None


def _kind_of_posts(table: Table, guess: Guess) -> str:
    """Need or offer, for a table none of whose columns says so: by its name, or the word over the
    titles."""
    if guess.sort is not Sort.POST or "kind" in guess.targets:
        return ""
    over = [
        column
        for column, target in zip(table.header, guess.targets, strict=True)
        if target == "title"
    ]
    words = set(plain(" ".join((table.name, *over))).split())
    if words & _OFFERS and not words & _NEEDS:
        return str(PostKind.OFFER)
    return str(PostKind.NEED)


def _with_places(reader: RowReader, places: dict[str, Item]) -> list[Item]:
    """The items of a table; the places that repairs name go to ``places``."""
    made: list[Item] = []
    for item, draft in zip(reader.items(), reader.drafts, strict=True):
        key = draft.place or (f"place {draft.place_name}" if draft.place_name else "")
        if item.sort is not Sort.REPAIR or not key:
            made.append(item)
            continue
        if key not in places and draft.place_name:
            origin = {name: item.fields[name] for name in ("origin",) if name in item.fields}
            fields = {"name": draft.place_name, "kind": str(PlaceKind.REPAIR), **origin}
            places[key] = Item(Sort.PLACE, key, item.where, fields)
        made.append(replace(item, place=key))
    return made
