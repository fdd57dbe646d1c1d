# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An export in the group's log: who, when, for whom, what, and whom it held.

Written before anything leaves. Everybody in the group can read it, so that nothing leaves unseen.
Where those whom it held do not fit into one entry, further records of this kind go on; they name
the first one in ``of``. What they say is packed; see ``directories.packing``.
"""

from typing import Any, Final

from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.reading import identity, integer, line, time
from mutualaid.model.records.sharing import UNSAID, audience, share_field

COUNTS: Final = ("people", "posts", "places", "repairs")
MOST_COUNTED: Final = 10_000_000
HASH_SIZE: Final = 32
#: Bytes of one packed part; one fits into an entry.
LONGEST_PACKED: Final = 48 * 1024
LONGEST_FORMATS: Final = 400


def rows(record: Record) -> Rows:
    get = record.fields.get
    packed = get("who")
    who = packed if isinstance(packed, bytes) else b""
    first = identity(get("of"))
    if first is not None:
        return {"export_part": ((first, record.owner, who),)}
    digest = get("hash")
    if not isinstance(digest, bytes) or len(digest) != HASH_SIZE:
        return {}
    share = audience(get("audience"))
    row: tuple[Any, ...] = (
        record.owner,
        record.created,
        UNSAID if share is None else share,
        line(get("formats"), LONGEST_FORMATS),
        *(integer(get(count), 0, MOST_COUNTED, 0) for count in COUNTS),
        time(get("ends")) or 0,
        digest,
        int(get("failed") is True),
    )
    return {"export": (row,), "export_part": ((record.id, record.owner, who),)}


KIND: Final = Kind(
    name="export",
    fields=(
        share_field("audience"),
        Field("formats", longest=LONGEST_FORMATS),  # names with a comma between them
        *(Field(count, FieldType.INTEGER, most=MOST_COUNTED) for count in COUNTS),
        Field("ends", FieldType.TIME),
        Field("hash", FieldType.BYTES, longest=HASH_SIZE),
        Field("failed", FieldType.BOOLEAN),
        Field("of", FieldType.BYTES, longest=16),
        Field("who", FieldType.PACKED, longest=LONGEST_PACKED),
    ),
    tables=(
        Table(
            "export",
            (
                "person BLOB NOT NULL",
                "created INTEGER NOT NULL",
                "audience INTEGER NOT NULL",
                "formats TEXT NOT NULL",
                *(f"{count} INTEGER NOT NULL" for count in COUNTS),
                "ends INTEGER NOT NULL",
                "hash BLOB NOT NULL",
                "failed INTEGER NOT NULL",
            ),
            indexes=("created",),
        ),
        Table(
            "export_part",
            ("first BLOB NOT NULL", "person BLOB NOT NULL", "packed BLOB NOT NULL"),
            indexes=("first",),
            one_row=False,
        ),
    ),
    rows=rows,
)
