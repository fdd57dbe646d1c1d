# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A short announcement to the whole group, shown until it expires."""

from typing import Final

from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.reading import long_text, time


def rows(record: Record) -> Rows:
    text = long_text(record.fields.get("text"), 1000)
    if not text:
        return {}
    row = (record.owner, record.created, time(record.fields.get("expires")), text)
    return {"notice": (row,)}


KIND: Final = Kind(
    name="notice",
    fields=(
        Field("text", FieldType.LONG_TEXT, longest=1000, required=True, label="notice"),
        Field("expires", FieldType.TIME),
    ),
    tables=(
        Table(
            "notice",
            (
                "owner BLOB NOT NULL",
                "created INTEGER NOT NULL",
                "expires INTEGER",  # NULL: until it is taken down
                "text TEXT NOT NULL",
            ),
            indexes=("created",),
        ),
    ),
    rows=rows,
    group_may_own=True,
)
