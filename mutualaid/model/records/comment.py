# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A comment on any record; it belongs to who wrote it."""

from typing import Final

from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.reading import identity, long_text


def rows(record: Record) -> Rows:
    on = identity(record.fields.get("on"))
    text = long_text(record.fields.get("text"), 2000)
    if on is None or not text:
        return {}
    return {"comment": ((on, record.owner, record.created, text),)}


KIND: Final = Kind(
    name="comment",
    fields=(
        Field("on", FieldType.BYTES, longest=16, required=True),
        Field("text", FieldType.LONG_TEXT, longest=2000, required=True, label="comment"),
    ),
    tables=(
        Table(
            "comment",
            (
                "about BLOB NOT NULL",  # a record id
                "person BLOB NOT NULL",
                "created INTEGER NOT NULL",
                "text TEXT NOT NULL",
            ),
            indexes=("about, created",),
        ),
    ),
    rows=rows,
)
