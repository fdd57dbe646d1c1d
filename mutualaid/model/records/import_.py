# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An import in the group's log: who brought in which list, from where, and how much of it.

It belongs to who brought the list in. What came in names it (the field ``import``), so it needs
no list of its own to be taken back.
"""

from typing import Final

from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.reading import integer, line

COUNTS: Final = ("added", "changed")
MOST_COUNTED: Final = 10_000_000
HASH_SIZE: Final = 32


def rows(record: Record) -> Rows:
    get = record.fields.get
    format_ = line(get("format"), 40)
    if not format_:
        return {}
    row = (
        record.owner,
        record.created,
        format_,
        line(get("origin"), 140),
        line(get("licence"), 80),
        *(integer(get(count), 0, MOST_COUNTED, 0) for count in COUNTS),
        int(get("undone") is True),
    )
    return {"import_log": (row,)}


KIND: Final = Kind(
    name="import",
    fields=(
        Field("format", longest=40, required=True),
        Field("origin", longest=140, label="name of the list"),
        Field("licence", longest=80),
        Field("hash", FieldType.BYTES, longest=HASH_SIZE),  # BLAKE2b of the file
        *(Field(count, FieldType.INTEGER, most=MOST_COUNTED) for count in COUNTS),
        Field("undone", FieldType.BOOLEAN),
    ),
    tables=(
        Table(
            "import_log",
            (
                "person BLOB NOT NULL",
                "created INTEGER NOT NULL",
                "format TEXT NOT NULL",
                "origin TEXT NOT NULL",
                "licence TEXT NOT NULL",
                *(f"{count} INTEGER NOT NULL" for count in COUNTS),
                "undone INTEGER NOT NULL",
            ),
            indexes=("created",),
        ),
    ),
    rows=rows,
)
