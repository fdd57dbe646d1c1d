# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""That somebody who is known of was asked and agreed: how, and for whom their page may be.

It belongs to who asked them, so nobody can put it into another's mouth. Any member may say so,
and the group sees it; beyond the group it counts only if who says it is a steward.
"""

from typing import Final

from mutualaid.model.records.contact import AUDIENCES
from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.reading import identity, line
from mutualaid.model.records.sharing import narrowest

LONGEST_HOW: Final = 140

_AUDIENCE: Final = {str(audience): number for number, audience in enumerate(AUDIENCES)}


def rows(record: Record) -> Rows:
    get = record.fields.get
    about, how, audience = identity(get("listed")), line(get("how"), LONGEST_HOW), get("audience")
    if about is None or not how or audience not in _AUDIENCE:
        return {}
    return {"listed_word": ((about, record.owner, how, _AUDIENCE[audience]),)}


KIND: Final = Kind(
    name="listed_word",
    fields=(
        Field("listed", FieldType.BYTES, longest=16, required=True),
        Field("how", longest=LONGEST_HOW, required=True, label="note of how they agreed"),
        Field("audience", FieldType.CHOICE, choices=AUDIENCES, required=True, settle=narrowest),
    ),
    tables=(
        Table(
            "listed_word",
            (
                "about BLOB NOT NULL",  # a record id: the page may not have come yet
                "person BLOB NOT NULL",  # who asked them
                "how TEXT NOT NULL",
                "audience INTEGER NOT NULL",  # a place in records.contact.AUDIENCES
            ),
            indexes=("about", "person"),
        ),
    ),
    rows=rows,
)
