# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A word of thanks beside a post; it belongs to who says it. There are no stars."""

from typing import Final

from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.reading import identity, long_text

LONGEST: Final = 500


def rows(record: Record) -> Rows:
    post = identity(record.fields.get("post"))
    text = long_text(record.fields.get("text"), LONGEST)
    if post is None or not text:
        return {}
    return {"thanks": ((post, record.owner, record.created, text),)}


KIND: Final = Kind(
    name="thanks",
    fields=(
        Field("post", FieldType.BYTES, longest=16, required=True),
        Field("text", FieldType.LONG_TEXT, longest=LONGEST, required=True, label="thanks"),
    ),
    tables=(
        Table(
            "thanks",
            (
                "post BLOB NOT NULL",
                "person BLOB NOT NULL",
                "created INTEGER NOT NULL",
                "text TEXT NOT NULL",
            ),
            indexes=("post, created", "person"),
        ),
    ),
    rows=rows,
)
