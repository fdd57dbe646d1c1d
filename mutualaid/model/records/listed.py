# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Somebody who is known of from a list, and no member.

It belongs to the group: anyone may correct it. So nothing here says that they agreed, nor how they
can be reached. That they agreed is somebody's word (``listed_word``), in a record of who asked
them. Ways to reach them, and what the list says of them beside, are sealed to who brought the list
and to the stewards (``private.Purpose.KNOWN``); with their word, contacts stand in records of
their own (``listed_contact``), too, which can be forgotten alone.
"""

from typing import Final

from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.person import LEVELS, canonical_product
from mutualaid.model.records.reading import family, line
from mutualaid.model.records.sharing import SOURCE_FIELDS, source_rows, source_tables
from mutualaid.model.taxonomy import product_words
from mutualaid.model.text import plain
from mutualaid.model.values import SkillLevel

_CAN: Final = LEVELS.index(SkillLevel.CAN)
_LEVEL: Final = {str(level): number for number, level in enumerate(LEVELS)}


def rows(record: Record) -> Rows:
    get = record.fields.get
    name = line(get("name"), 80)
    if not name:
        return {}
    fields = record.fields
    languages = [(language,) for language, value in family(fields, "lang:") if value is not False]
    skills = [
        (skill, _LEVEL.get(value, _CAN), line(get(f"skillnote:{skill}"), 200))  # type: ignore[arg-type]
        for skill, value in family(fields, "skill:")
    ]
    found = {
        canonical_product(thing): line(value, 200)
        for thing, value in family(fields, "fix:")
        if value is not False
    }
    fixes = sorted(found.items())
    words = [line(get("area"), 80), line(get("availability"), 140)]
    words.extend(language for (language,) in languages)
    words.extend(f"{skill} {note}" for skill, _, note in skills)
    words.extend(f"{product_words(category)} {note}" for category, note in fixes)
    return {
        "listed": (
            (
                name,
                words[0],
                words[1],
                f" {plain(name)}",
                f" {plain(' '.join(words))}",
            ),
        ),
        "listed_language": languages,
        "listed_skill": skills,
        "listed_fix": fixes,
        **source_rows("listed", fields, more=False),
    }


KIND: Final = Kind(
    name="listed",
    fields=(
        Field("name", longest=80, required=True),
        Field("area", longest=80),
        Field("availability", longest=140),
        Field("lang:", FieldType.BOOLEAN, longest=40, prefix=True, label="language"),
        Field("skill:", FieldType.CHOICE, choices=tuple(SkillLevel), longest=80, prefix=True),
        Field("skillnote:", longest=200, prefix=True, label="note"),
        Field("fix:", longest=200, prefix=True, label="note", clean=canonical_product),
        *SOURCE_FIELDS,
    ),
    tables=(
        Table(
            "listed",
            (
                "name TEXT NOT NULL",
                "area TEXT NOT NULL COLLATE NOCASE",
                "availability TEXT NOT NULL",
                "sort_name TEXT NOT NULL",  # this and the next are plain, after a space
                "words TEXT NOT NULL",
            ),
            indexes=("sort_name",),
        ),
        Table("listed_language", ("name TEXT NOT NULL",), indexes=("record",), one_row=False),
        Table(
            "listed_skill",
            ("name TEXT NOT NULL", "level INTEGER NOT NULL", "note TEXT NOT NULL"),
            indexes=("record",),
            one_row=False,
        ),
        Table(
            "listed_fix",
            ("category TEXT NOT NULL", "note TEXT NOT NULL"),
            indexes=("record", "category"),
            one_row=False,
        ),
        *source_tables("listed", more=False),
    ),
    rows=rows,
    group_may_own=True,
    person_may_own=False,
)
