# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The group's own record: how it calls itself, where it is, and what it agreed on about time.

Any member may change it.
"""

from typing import Final

from mutualaid.errors import BadValueError
from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.reading import family, integer, line, long_text
from mutualaid.model.records.sharing import LONGEST_POINT, point
from mutualaid.model.values import Rules

#: Least and most of each rule. What was agreed otherwise, by whatever version, is not agreed.
LAPSE_DAYS: Final = (1, 60)
URGENT_HOURS: Final = (1, 168)
FORGET_DAYS: Final = (7, 3650)

#: Characters of a shelf's address, and how many of those in the record are looked at.
LONGEST_ADDRESS: Final = 200
MOST_RELAYS: Final = 32

LONGEST_ABOUT: Final = 2000
LONGEST_CONTACT: Final = 200
#: How the address of the group's form begins.
FORM: Final = "https://"

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
        long_text(get("about"), LONGEST_ABOUT),
        line(get("contact_email"), LONGEST_CONTACT),
        line(get("contact_phone"), LONGEST_CONTACT),
        form if (form := line(get("contact_form"), LONGEST_CONTACT)).startswith(FORM) else "",
        line(get("contact_where"), LONGEST_CONTACT),
    )
    points = [
        (area, *found)
        for area, value in family(record.fields, "point:")
        if (found := point(value)) is not None
    ]
    return {"group_page": (row,), "group_relay": _relays(record), "group_point": points}


def clean_email(text: str) -> str:
    """An address with something on both sides of its @; raises BadValueError for any other."""
    before, _, after = text.partition("@")
    if not before or not after or " " in text:
        raise BadValueError(
            f"“{text[:40]}” is no email address. It has an @ in the middle; write it again."
        )
    return text


def clean_form(text: str) -> str:
    """The address of a form on the web; raises BadValueError for what is none."""
    if not text.startswith(FORM) or " " in text or len(text) == len(FORM):
        raise BadValueError(
            f"“{text[:40]}” is no address of a form. It begins with https:// and has no spaces."
        )
    return text


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
        Field("about", FieldType.LONG_TEXT, longest=LONGEST_ABOUT, label="description"),
        Field("contact_email", longest=LONGEST_CONTACT, clean=clean_email, label="email"),
        Field("contact_phone", longest=LONGEST_CONTACT, label="phone number"),
        Field("contact_form", longest=LONGEST_CONTACT, clean=clean_form, label="form"),
        Field("contact_where", longest=LONGEST_CONTACT, label="place to ask at"),
        Field("point:", longest=LONGEST_POINT, prefix=True, label="area"),  # "lat,lon"
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
                "about TEXT NOT NULL",
                "email TEXT NOT NULL",
                "phone TEXT NOT NULL",
                "form TEXT NOT NULL",
                "whereabouts TEXT NOT NULL",
            ),
        ),
        Table(
            "group_point",
            ("area TEXT NOT NULL", "lat REAL NOT NULL", "lon REAL NOT NULL"),
            indexes=("record",),
            one_row=False,
        ),
        Table("group_relay", ("address TEXT NOT NULL",), indexes=("record",), one_row=False),
    ),
    rows=rows,
    group_may_own=True,
    person_may_own=False,
    only_one=True,
)
