# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A place: an organization, hub, kitchen, clinic, workshop or repair session, with its hours."""

from typing import Final

from mutualaid.errors import BadValueError
from mutualaid.model import hours
from mutualaid.model.records.contact import LONGEST_VALUE
from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.person import canonical_product
from mutualaid.model.records.reading import family, line, long_text, time
from mutualaid.model.records.sharing import (
    LONGEST_POINT,
    MORE_FIELD,
    SOURCE_FIELDS,
    UNSAID,
    audience,
    clean_point,
    point,
    share_field,
    source_rows,
    source_tables,
)
from mutualaid.model.taxonomy import product_words
from mutualaid.model.text import plain
from mutualaid.model.values import ContactKind, PlaceKind

#: The view keeps the place in this tuple.
KINDS: Final = tuple(PlaceKind)

#: Ways to reach a place; the view keeps the place in this tuple.
CONTACTS: Final = tuple(ContactKind)

_KIND: Final = {str(kind): number for number, kind in enumerate(KINDS)}


def clean_kind(text: str) -> str:
    """A kind of contact; raises BadValueError for any other."""
    if text.lower() not in CONTACTS:
        raise BadValueError(
            f"“{text[:40]}” is not a kind of contact. Possible are: {', '.join(CONTACTS)}."
        )
    return text.lower()


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
    share = audience(get("share"))
    lat, lon = point(get("point")) or (None, None)
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
                UNSAID if share is None else share,
                lat,
                lon,
            ),
        ),
        "place_fix": fixes,
        "place_contact": [
            (place, value)
            for place, kind in enumerate(CONTACTS)
            if (value := line(get(f"contact:{kind}"), LONGEST_VALUE))
        ],
        **source_rows("place", record.fields),
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
        share_field("share"),
        Field("point", longest=LONGEST_POINT, clean=clean_point, label="point on the map"),
        Field("contact:", longest=LONGEST_VALUE, prefix=True, label="contact", clean=clean_kind),
        *SOURCE_FIELDS,
        MORE_FIELD,
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
                "share INTEGER NOT NULL",
                "lat REAL",
                "lon REAL",
            ),
            indexes=("sort_name",),
        ),
        Table(
            "place_fix",
            ("category TEXT NOT NULL", "note TEXT NOT NULL"),
            indexes=("record", "category"),
            one_row=False,
        ),
        Table(
            "place_contact",
            ("kind INTEGER NOT NULL", "value TEXT NOT NULL"),
            indexes=("record",),
            one_row=False,
        ),
        *source_tables("place"),
    ),
    rows=rows,
    group_may_own=True,
)
