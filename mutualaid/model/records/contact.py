# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A way to reach somebody that everybody in the group may see, or more people than they.

Narrower ones are sealed notes; see ``records.sealed``.
"""

from typing import Final

from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.reading import line
from mutualaid.model.values import Audience, ContactKind

LONGEST_VALUE: Final = 200
KINDS: Final = tuple(ContactKind)
#: The view keeps the place in this tuple; more is wider.
AUDIENCES: Final = tuple(each for each in Audience if not each.sealed)

_KIND: Final = {str(kind): number for number, kind in enumerate(KINDS)}
_AUDIENCE: Final = {str(audience): number for number, audience in enumerate(AUDIENCES)}


def rows(record: Record) -> Rows:
    get = record.fields.get
    value = line(get("value"), LONGEST_VALUE)
    kind, audience = get("kind"), get("audience")
    if not value or kind not in _KIND or audience not in _AUDIENCE:
        return {}
    row = (record.owner, _KIND[kind], value, _AUDIENCE[audience], record.created)
    return {"contact": (row,)}


KIND: Final = Kind(
    name="contact",
    fields=(
        Field("kind", FieldType.CHOICE, choices=KINDS, required=True, label="kind of contact"),
        Field("value", longest=LONGEST_VALUE, required=True, label="contact"),
        Field("audience", FieldType.CHOICE, choices=AUDIENCES, required=True),
    ),
    tables=(
        Table(
            "contact",
            (
                "person BLOB NOT NULL",
                "kind INTEGER NOT NULL",
                "value TEXT NOT NULL",
                "audience INTEGER NOT NULL",
                "created INTEGER NOT NULL",
            ),
            indexes=("person, kind",),
        ),
    ),
    rows=rows,
)
