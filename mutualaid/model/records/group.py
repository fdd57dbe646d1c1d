# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The group's own record: how it calls itself and where it is. Any member may change it."""

from typing import Final

from mutualaid.model.records.kind import Field, Kind, Record, Rows, Table
from mutualaid.model.records.reading import line


def rows(record: Record) -> Rows:
    get = record.fields.get
    name = line(get("name"), 80)
    if not name:
        return {}
    row = (record.owner, name, line(get("country"), 3).upper(), line(get("tz"), 64))
    return {"group_page": (row,)}


KIND: Final = Kind(
    name="group",
    fields=(
        Field("name", longest=80, required=True),
        Field("country", longest=3, label="country code"),  # three letters, ISO 3166-1
        Field("tz", longest=64, label="time zone"),  # a name of the IANA database
    ),
    tables=(
        Table(
            "group_page",
            (
                "owner BLOB NOT NULL",
                "name TEXT NOT NULL",
                "country TEXT NOT NULL",
                "tz TEXT NOT NULL",
            ),
        ),
    ),
    rows=rows,
    group_may_own=True,
    person_may_own=False,
    only_one=True,
)
