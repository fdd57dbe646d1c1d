# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody decided about an answer to a post, or about a post on another's behalf.

It belongs to whoever decided; whether they may is worked out with the post (``agreement``).
"""

from typing import Final

from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.post import MOST_ROUNDS
from mutualaid.model.records.reading import identity, integer, time
from mutualaid.model.values import Say

#: The view keeps the place in this tuple.
SAYS: Final = tuple(Say)

_SAY: Final = {str(say): number for number, say in enumerate(SAYS)}
_ALONE: Final = (SAYS.index(Say.DONE), SAYS.index(Say.TOLD))  # about a post, not an answer


def rows(record: Record) -> Rows:
    get = record.fields.get
    post, answer = identity(get("post")), identity(get("response"))
    say = _SAY.get(get("say"))  # type: ignore[arg-type]
    if post is None or say is None or (answer is None and say not in _ALONE):
        return {}
    about = get("about")
    row = (
        post,
        record.owner,
        answer,
        say,
        int(get("also") is True),
        time(get("lapsed")),
        integer(get("round"), 0, MOST_ROUNDS, 0),
        record.updated,
        about if isinstance(about, bytes) and len(about) == 8 else b"",
    )
    return {"decision": (row,)}


KIND: Final = Kind(
    name="decision",
    fields=(
        Field("post", FieldType.BYTES, longest=16, required=True),
        Field("response", FieldType.BYTES, longest=16),
        Field("say", FieldType.CHOICE, choices=SAYS, required=True),
        Field("also", FieldType.BOOLEAN),
        Field("lapsed", FieldType.TIME),
        Field("round", FieldType.INTEGER, most=MOST_ROUNDS),
        Field("touched", FieldType.TIME),  # when whoever decided last said that it still holds
        Field("about", FieldType.BYTES, longest=8),  # a digest of what was told
    ),
    tables=(
        Table(
            "decision",
            (
                "post BLOB NOT NULL",
                "person BLOB NOT NULL",
                "response BLOB",
                "say INTEGER NOT NULL",
                "also INTEGER NOT NULL",
                "lapsed INTEGER",
                "round INTEGER NOT NULL",
                "at INTEGER NOT NULL",
                "about BLOB NOT NULL",
            ),
            indexes=("post", "person"),
        ),
    ),
    rows=rows,
)
