# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A neighbour's own page: name, area, languages, skills, what they fix."""

from typing import Final

from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.reading import family, integer, line
from mutualaid.model.records.sharing import audience, share_field
from mutualaid.model.taxonomy import product_name, product_words
from mutualaid.model.text import plain
from mutualaid.model.values import SkillLevel
from mutualaid.model.values.directories import ShareField

#: How a skill is held; the view keeps the place in this tuple, and more is greater.
LEVELS: Final = (SkillLevel.LEARN, SkillLevel.CAN, SkillLevel.TEACH)
LEARN, CAN, TEACH = range(3)

#: What a person may let leave; the view keeps the place in this tuple.
SHARES: Final = tuple(ShareField)

_LEVEL: Final = {str(level): number for number, level in enumerate(LEVELS)}


#: A person may say that they take on at most so many promises at once; up to this many.
MOST_PROMISES: Final = 20


def canonical_product(text: str) -> str:
    """The product category that a person means, or their own words for a thing of its own."""
    return product_name(text) or text


def rows(record: Record) -> Rows:
    get = record.fields.get
    name = line(get("name"), 80)
    if not name:
        return {}
    fields = record.fields
    languages = [(language,) for language, value in family(fields, "lang:") if value is not False]
    skills = [
        (skill, _LEVEL.get(value, CAN), line(get(f"skillnote:{skill}"), 200))  # type: ignore[arg-type]
        for skill, value in family(fields, "skill:")
    ]
    fixes = _fixes(record, skills)
    words = [line(get("area"), 80), line(get("availability"), 140)]
    words.extend(language for (language,) in languages)
    words.extend(f"{skill} {note}" for skill, _, note in skills)
    words.extend(f"{product_words(category)} {note}" for category, _, note, _ in fixes)
    return {
        "person": (
            (
                record.owner,
                name,
                words[0],
                words[1],
                int(get("outcomes") is True),
                integer(get("limit"), 0, MOST_PROMISES, -1),
                f" {plain(name)}",
                f" {plain(' '.join(words))}",
            ),
        ),
        "person_language": languages,
        "person_skill": skills,
        "person_fix": fixes,
        "person_share": [
            (place, shown)
            for place, share in enumerate(SHARES)
            if (shown := audience(get(f"share:{share}"))) is not None
        ],
    }


def _fixes(record: Record, skills: list[tuple[str, int, str]]) -> list[tuple[str, int, str, int]]:
    """What they repair, or want to learn to: (product category, level, note, declared).

    A skill with the name of a product category says how well they know it, even where it is not
    declared among the things they fix.
    """
    fixes: dict[str, tuple[int, str, int]] = {}
    for skill, level, note in skills:
        category = product_name(skill)
        if category is not None and fixes.get(category, (-1,))[0] < level:
            fixes[category] = (level, note, 0)
    for thing, value in family(record.fields, "fix:"):
        if value is not False:
            category = canonical_product(thing)
            level, note, _ = fixes.get(category, (CAN, "", 0))
            fixes[category] = (max(level, CAN), line(value, 200) or note, 1)
    return [(category, *fix) for category, fix in sorted(fixes.items())]


KIND: Final = Kind(
    name="person",
    fields=(
        Field("name", longest=80, required=True),
        Field("area", longest=80),
        Field("availability", longest=140),
        Field("outcomes", FieldType.BOOLEAN),
        Field("limit", FieldType.INTEGER, most=MOST_PROMISES, label="number of promises at once"),
        Field("lang:", FieldType.BOOLEAN, longest=40, prefix=True, label="language"),
        Field("skill:", FieldType.CHOICE, choices=tuple(SkillLevel), longest=80, prefix=True),
        Field("skillnote:", longest=200, prefix=True, label="note"),
        Field(
            "fix:",
            longest=200,
            prefix=True,
            label="note",
            clean=canonical_product,
        ),
        share_field("share:", prefix=True),
    ),
    tables=(
        Table(
            "person",
            (
                "person BLOB NOT NULL",
                "name TEXT NOT NULL",
                "area TEXT NOT NULL COLLATE NOCASE",
                "availability TEXT NOT NULL",
                "outcomes INTEGER NOT NULL",
                "promises INTEGER NOT NULL",  # at most so many at once; -1: no limit
                "sort_name TEXT NOT NULL",  # this and the next are plain, after a space
                "words TEXT NOT NULL",
            ),
            indexes=("person, name", "sort_name"),
        ),
        Table("person_language", ("name TEXT NOT NULL",), indexes=("record",), one_row=False),
        Table(
            "person_skill",
            ("name TEXT NOT NULL", "level INTEGER NOT NULL", "note TEXT NOT NULL"),
            indexes=("record",),
            one_row=False,
        ),
        Table(
            "person_fix",
            (
                "category TEXT NOT NULL",
                "level INTEGER NOT NULL",
                "note TEXT NOT NULL",
                "declared INTEGER NOT NULL",
            ),
            indexes=("record", "category, level"),
            one_row=False,
        ),
        Table(
            "person_share",
            ("field INTEGER NOT NULL", "audience INTEGER NOT NULL"),
            indexes=("record",),
            one_row=False,
        ),
    ),
    rows=rows,
    only_one=True,
)
