# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A place: an organization, hub, kitchen, clinic, workshop or repair session, with its hours."""

from typing import Final

from mutualaid.model import hours
from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.person import canonical_product
from mutualaid.model.records.reading import family, line, long_text, time
from mutualaid.model.taxonomy import product_words
from mutualaid.model.text import plain
from mutualaid.model.values import PlaceKind

#: The view keeps the place in this tuple.
KINDS: Final = tuple(PlaceKind)

_KIND: Final = {str(kind): number for number, kind in enumerate(KINDS)}


def rows(record: Record) -> Rows:
    get = record.fields.get
    name = line(get("name"), 120)
    if not name:
        return {}
    area = line(get("area"), 80)
    address = line(get("address"), 200)
    about = long_text(get("about"), 2000)
    found = {
        canonical_product(thing): line(value, 200)
        for thing, value in family(record.fields, "fix:")
        if value is not False
    }
    fixes = sorted(found.items())
    words = [area, address, about]
    words.extend(f"{product_words(category)} {note}" for category, note in fixes)
    return {
        "place": (
            (
                record.owner,
                name,
                _KIND.get(get("kind"), 0),  # type: ignore[arg-type]
                area,
                address,
                line(get("hours"), 800),
                about,
                time(get("confirmed")),
                line(get("origin"), 140),
                f" {plain(name)}",
                f" {plain(' '.join(words))}",
            ),
        ),
        "place_fix": fixes,
    }


KIND: Final = Kind(
    name="place",
    fields=(
        Field("name", longest=120, required=True),
        Field("kind", FieldType.CHOICE, choices=tuple(PlaceKind)),
        Field("area", longest=80),
        Field("address", longest=200),
        Field("hours", longest=800, clean=hours.canonical),
        Field("about", FieldType.LONG_TEXT, longest=2000, label="description"),
        Field(
            "fix:",
            longest=200,
            prefix=True,
            label="note",
            clean=canonical_product,
        ),
        Field("confirmed", FieldType.TIME),
        Field("origin", longest=140),
    ),
    tables=(
        Table(
            "place",
            (
                "owner BLOB NOT NULL",
                "name TEXT NOT NULL",
                "kind INTEGER NOT NULL",
                "area TEXT NOT NULL COLLATE NOCASE",
                "address TEXT NOT NULL",
                "hours TEXT NOT NULL",
                "about TEXT NOT NULL",
                "confirmed INTEGER",
                "origin TEXT NOT NULL",
                "sort_name TEXT NOT NULL",  # this and the next are plain, after a space
                "words TEXT NOT NULL",
            ),
            indexes=("sort_name",),
        ),
        Table(
            "place_fix",
            ("category TEXT NOT NULL", "note TEXT NOT NULL"),
            indexes=("record", "category"),
            one_row=False,
        ),
    ),
    rows=rows,
    group_may_own=True,
)
