# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The group's own record: how it calls itself, where it is, and what it agreed on about time.

Any member may change it.
"""

from typing import Final

from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.reading import integer, line
from mutualaid.model.values import Rules

#: Least and most of each rule. What was agreed otherwise, by whatever version, is not agreed.
LAPSE_DAYS: Final = (1, 60)
URGENT_HOURS: Final = (1, 168)
FORGET_DAYS: Final = (7, 3650)

#: Characters of a shelf's address, and how many of those in the record are looked at.
LONGEST_ADDRESS: Final = 200
MOST_RELAYS: Final = 32

_USUAL: Final = Rules()


def rows(record: Record) -> Rows:
    get = record.fields.get
    name = line(get("name"), 80)
    if not name:
        return {}
    row = (
        record.owner,
        name,
        line(get("country"), 3).upper(),
        line(get("tz"), 64),
        integer(get("lapse_days"), *LAPSE_DAYS, _USUAL.lapse_days),
        integer(get("urgent_hours"), *URGENT_HOURS, _USUAL.urgent_hours),
        integer(get("forget_days"), *FORGET_DAYS, _USUAL.forget_days),
    )
    return {"group_page": (row,), "group_relay": _relays(record)}


def _relays(record: Record) -> list[tuple[str]]:
    """The addresses of shelves that everybody may use; a folder is never among them."""
    found = sorted(
        name[len("relay:") :]
        for name, value in record.fields.items()
        if name.startswith("relay:") and value is True
    )
    return [
        (address,)
        for address in found[:MOST_RELAYS]
        if address == line(address, LONGEST_ADDRESS)
        and (address.startswith("relay:") or "://" in address)
        and not address.startswith(("folder:", "file:", "local:"))
    ]


KIND: Final = Kind(
    name="group",
    fields=(
        Field("name", longest=80, required=True),
        Field("country", longest=3, label="country code"),  # three letters, ISO 3166-1
        Field("tz", longest=64, label="time zone"),  # a name of the IANA database
        Field(
            "lapse_days",
            FieldType.INTEGER,
            least=LAPSE_DAYS[0],
            most=LAPSE_DAYS[1],
            label="number of days after which a promise lapses",
        ),
        Field(
            "urgent_hours",
            FieldType.INTEGER,
            least=URGENT_HOURS[0],
            most=URGENT_HOURS[1],
            label="number of hours after which an urgent promise lapses",
        ),
        Field(
            "forget_days",
            FieldType.INTEGER,
            least=FORGET_DAYS[0],
            most=FORGET_DAYS[1],
            label="number of days after which what is past is forgotten",
        ),
        Field(
            "relay:",
            FieldType.BOOLEAN,
            prefix=True,
            label="address",
            longest_key=LONGEST_ADDRESS,
        ),
    ),
    tables=(
        Table(
            "group_page",
            (
                "owner BLOB NOT NULL",
                "name TEXT NOT NULL",
                "country TEXT NOT NULL",
                "tz TEXT NOT NULL",
                "lapse_days INTEGER NOT NULL",
                "urgent_hours INTEGER NOT NULL",
                "forget_days INTEGER NOT NULL",
            ),
        ),
        Table("group_relay", ("address TEXT NOT NULL",), indexes=("record",), one_row=False),
    ),
    rows=rows,
    group_may_own=True,
    person_may_own=False,
    only_one=True,
)
