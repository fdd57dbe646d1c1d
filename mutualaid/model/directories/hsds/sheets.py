# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of a package while they are made: rows go in as they come, files come out whole.

What does not fit into memory waits in temporary files that have no name.
"""

import csv
import io
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import IO, Any, Final, Self

from mutualaid.model.directories.hsds.schema import TABLES, resource

_IN_MEMORY: Final = 4 * 1024 * 1024  # bytes, of each table
_PIECE: Final = 256 * 1024


class Sheets:
    """Tables being written. Close it by leaving its ``with``."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._sheets: dict[str, tuple[io.TextIOWrapper, Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def add(self, stem: str, row: Mapping[str, str]) -> None:
        """Write a row; columns that the table does not have are left out."""
        sheet = self._sheets.get(stem)
        if sheet is None:
            sheet = self._sheets[stem] = self._open(stem)
        sheet[1].writerow(row)

    def files(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Names and contents, in the order of the specification; walk one before the next."""
        for stem, table in TABLES.items():
            if stem in self._sheets:
                text, _ = self._sheets[stem]
                text.flush()
                yield table.file, _pieces(text.buffer)

    def descriptor(self, about: Mapping[str, Any]) -> bytes:
        """``datapackage.json`` for the tables that have rows."""
        present = [table for stem, table in TABLES.items() if stem in self._sheets]
        resources = [resource(table, self._sheets) for table in present]
        whole = {**about, "resources": resources}
        return json.dumps(whole, ensure_ascii=False, indent=2).encode() + b"\n"

    def _open(self, stem: str) -> tuple[io.TextIOWrapper, Any]:
        # Closed with the stack.
        spool: Any = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
        text = self._stack.enter_context(io.TextIOWrapper(spool, "utf-8", newline=""))
        columns = [column.name for column in TABLES[stem].columns]
        writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\r\n")
        writer.writeheader()
        return text, writer


def _pieces(file: IO[bytes] | Any) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece
