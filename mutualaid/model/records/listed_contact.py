# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A way to reach somebody who is known of, and for whom it may be, as they agreed.

It belongs to who asked them, and is shown only while their word says that they agreed
(``listed_word``).
"""

from typing import Final

from mutualaid.model.records.contact import AUDIENCES, KINDS, LONGEST_VALUE
from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.reading import identity, line

_KIND: Final = {str(kind): number for number, kind in enumerate(KINDS)}
_AUDIENCE: Final = {str(audience): number for number, audience in enumerate(AUDIENCES)}


def rows(record: Record) -> Rows:
    get = record.fields.get
    about, value = identity(get("listed")), line(get("value"), LONGEST_VALUE)
    kind, audience = get("kind"), get("audience")
    if about is None or not value or kind not in _KIND or audience not in _AUDIENCE:
        return {}
    row = (about, record.owner, _KIND[kind], value, _AUDIENCE[audience])
    return {"listed_contact": (row,)}


KIND: Final = Kind(
    name="listed_contact",
    fields=(
        Field("listed", FieldType.BYTES, longest=16, required=True),
        Field("kind", FieldType.CHOICE, choices=KINDS, required=True, label="kind of contact"),
        Field("value", longest=LONGEST_VALUE, required=True, label="contact"),
        Field("audience", FieldType.CHOICE, choices=AUDIENCES, required=True),
    ),
    tables=(
        Table(
            "listed_contact",
            (
                "about BLOB NOT NULL",  # a record id: the page may not have come yet
                "person BLOB NOT NULL",  # who asked them
                "kind INTEGER NOT NULL",  # a place in records.contact.KINDS
                "value TEXT NOT NULL",
                "audience INTEGER NOT NULL",  # a place in records.contact.AUDIENCES
            ),
            indexes=("about", "person"),
        ),
    ),
    rows=rows,
)
