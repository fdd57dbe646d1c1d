# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An offer to help with a post; it belongs to the helper and points at the post."""

from typing import Final

from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.reading import identity, long_text

#: What the helper says; the view keeps the place in this tuple.
STATES: Final = ("offered", "released")


def rows(record: Record) -> Rows:
    get = record.fields.get
    post = identity(get("post"))
    if post is None:
        return {}
    released = int(get("state") == "released")
    row = (post, record.owner, released, record.created, long_text(get("note"), 1000))
    return {"response": (row,)}


KIND: Final = Kind(
    name="response",
    fields=(
        Field("post", FieldType.BYTES, longest=16, required=True),
        Field("note", FieldType.LONG_TEXT, longest=1000),
        Field("state", FieldType.CHOICE, choices=STATES),
    ),
    tables=(
        Table(
            "response",
            (
                "post BLOB NOT NULL",  # a record id: the post may not have come yet
                "person BLOB NOT NULL",
                "state INTEGER NOT NULL",
                "created INTEGER NOT NULL",
                "note TEXT NOT NULL",
            ),
            indexes=("post, state, person", "person"),
        ),
    ),
    rows=rows,
)
