# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A sealed note: boxes that only those can open for whom they are; see ``private``.

Messages, contacts, openings of contacts and blocks are all of this one kind, so that nobody else
can tell them apart. What a machine can open stands in tables of its own (``opened``); nothing of
it belongs to the view that all machines share.
"""

from typing import Final

from mutualaid.model.records.kind import Field, FieldType, Kind

KIND: Final = Kind(
    name="sealed",
    fields=(Field("box:", FieldType.BYTES, prefix=True),),
)
