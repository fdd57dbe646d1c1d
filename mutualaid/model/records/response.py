# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An answer to a post: help for a need, or interest in an offer.

It belongs to the helper and points at the post. Whether they go is not here: see ``agreement``.
"""

from typing import Final

from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.post import LONGEST_PART, MOST_OF_A_PART, MOST_ROUNDS
from mutualaid.model.records.reading import identity, integer, line, long_text, time

#: What the helper says; the view keeps the place in this tuple.
STATES: Final = ("offered", "released", "done")

_STATE: Final = {name: number for number, name in enumerate(STATES)}


def rows(record: Record) -> Rows:
    get = record.fields.get
    post = identity(get("post"))
    if post is None:
        return {}
    round_ = integer(get("round"), 0, MOST_ROUNDS, 0)
    row = (
        post,
        record.owner,
        _STATE.get(get("state"), 0),  # type: ignore[arg-type]
        record.created,
        max(record.created, time(get("touched")) or 0),
        long_text(get("note"), 1000),
        line(get("when"), 140),
        line(get("part"), LONGEST_PART),
        integer(get("amount"), 1, MOST_OF_A_PART, 1),
        round_,
        int(get("every") is True),
        integer(get("did"), 0, MOST_ROUNDS, round_),
        line(get("for"), 80),
        int(get("paper") is True),
    )
    return {"response": (row,)}


KIND: Final = Kind(
    name="response",
    fields=(
        Field("post", FieldType.BYTES, longest=16, required=True),
        Field("note", FieldType.LONG_TEXT, longest=1000),
        Field("when", longest=140, label="time"),
        Field("part", longest=LONGEST_PART, label="name of the part"),
        Field("amount", FieldType.INTEGER, least=1, most=MOST_OF_A_PART, label="number of parts"),
        Field("round", FieldType.INTEGER, most=MOST_ROUNDS),
        Field("every", FieldType.BOOLEAN),
        Field("for", longest=80, label="name of the person who goes"),
        Field("paper", FieldType.BOOLEAN),  # written down from a slip of paper
        Field("state", FieldType.CHOICE, choices=STATES),
        Field("did", FieldType.INTEGER, most=MOST_ROUNDS),  # the round that is done
        Field("touched", FieldType.TIME),
    ),
    tables=(
        Table(
            "response",
            (
                "post BLOB NOT NULL",  # a record id: the post may not have come yet
                "person BLOB NOT NULL",
                "state INTEGER NOT NULL",
                "created INTEGER NOT NULL",
                "touched INTEGER NOT NULL",
                "note TEXT NOT NULL",
                "due TEXT NOT NULL",
                "part TEXT NOT NULL",
                "amount INTEGER NOT NULL",
                "round INTEGER NOT NULL",
                "every INTEGER NOT NULL",
                "did INTEGER NOT NULL",
                "on_behalf_of TEXT NOT NULL",
                "paper INTEGER NOT NULL",
            ),
            indexes=("post, state, person", "person"),
        ),
    ),
    rows=rows,
)
