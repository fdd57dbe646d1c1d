# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who fixes what: people, and places with the repairs that were tried there."""

from typing import Any, Final

from mutualaid.model import codes
from mutualaid.model.queries.where import Where, marks, not_blocked
from mutualaid.model.records.person import LEARN, LEVELS, canonical_product
from mutualaid.model.taxonomy import OTHER_PRODUCTS, PRODUCT_CATEGORIES, product_words
from mutualaid.model.text import like_patterns, plain
from mutualaid.model.values import FixCategoryRow, FixerRow

# People with their categories, and places with theirs: the ones they name and the ones that were
# tried there. Attempts of a person are counted only if that person shows them, or asks.
_FIXERS: Final = """
    SELECT p.record, 'person' AS kind, f.category, f.level, f.note, p.name, p.area,
           p.availability AS open, p.sort_name, CASE WHEN p.outcomes OR p.person = ?1
           THEN p.person END AS repairer, NULL AS place, p.person = ?1 AS mine,
           p.person AS member
    FROM person_fix AS f JOIN person AS p ON p.record = f.record
    UNION ALL
    SELECT p.record, 'place', f.category, NULL, f.note, p.name, p.area, p.hours, p.sort_name, NULL,
           r.id, p.owner = ?1, x''
    FROM place_fix AS f JOIN place AS p ON p.record = f.record
         JOIN record AS r ON r.number = p.record
    UNION ALL
    SELECT p.record, 'place', f.category, NULL, '', p.name, p.area, p.hours, p.sort_name, NULL,
           r.id, p.owner = ?1, x''
    FROM (SELECT DISTINCT place, category FROM repair WHERE place IS NOT NULL) AS f
         JOIN record AS r ON r.id = f.place JOIN place AS p ON p.record = r.number
    WHERE NOT EXISTS (
        SELECT 1 FROM place_fix AS named
        WHERE named.record = p.record AND named.category = f.category)
"""

# What came of the attempts at one category at a place, or by a person who shows them.
_TRIED: Final = """
    CASE WHEN c.place IS NULL
    THEN (SELECT {0} FROM repair WHERE owner = c.repairer AND category = c.category)
    ELSE (SELECT {0} FROM repair WHERE place = c.place AND category = c.category) END
"""


def fixers(
    db: Any,
    me: bytes,
    search: str = "",
    category: str = "",
    area: str = "",
    limit: int = 200,
) -> list[FixerRow]:
    """People and places by category, then name; those who only want to learn come last in each.

    A typed word is looked for in the category and its everyday words, in names, notes and
    areas.
    """
    where = Where()
    if category:
        where.add("category = ?", canonical_product(category))
    if area:
        where.add("area = ?", area)
    _add_words(where, search, _categories_in_use(db))
    shown = f"{where}{not_blocked(db, 'member')}"
    rows = db.execute(
        f"""
        WITH fixer AS ({_FIXERS}),
             chosen AS (SELECT * FROM fixer WHERE {shown}
                        ORDER BY category, level IS {LEARN}, kind, sort_name, record LIMIT ?)
        SELECT c.record, r.id, c.name, c.kind, c.category, c.note, c.area, c.open, c.level,
               {_TRIED.format("count(*)")}, {_TRIED.format("coalesce(sum(outcome = 1), 0)")},
               {_TRIED.format("coalesce(max(date), '')")}, c.mine
        FROM chosen AS c JOIN record AS r ON r.number = c.record
        ORDER BY c.category, c.level IS {LEARN}, c.kind, c.sort_name, c.record
        """,
        (me, *where.values, limit),
    )
    return [
        FixerRow(
            number=number,
            id=id_,
            code=codes.code(id_),
            name=name,
            kind=kind,
            category=category,
            note=note,
            area=area,
            when=when,
            level=None if level is None else LEVELS[level],
            attempts=attempts,
            fixed=fixed,
            last=last,
            mine=bool(mine),
        )
        for (
            number,
            id_,
            name,
            kind,
            category,
            note,
            area,
            when,
            level,
            attempts,
            fixed,
            last,
            mine,
        ) in rows
    ]


def fix_categories(db: Any, search: str = "") -> list[FixCategoryRow]:
    """The shipped product categories and all that are in use, by name, with how many fix them.

    A search keeps those that it names, and those of the people and places that it names.
    """
    fixing = dict(
        db.execute(
            f"SELECT category, count(DISTINCT record) FROM ({_FIXERS})"
            f" WHERE level IS NOT {LEARN} GROUP BY category",
            (b"",),
        )
    )
    learning = dict(
        db.execute(
            "SELECT category, count(*) FROM person_fix WHERE level = ? GROUP BY category", (LEARN,)
        )
    )
    places = dict(
        db.execute(
            f"SELECT category, count(DISTINCT record) FROM ({_FIXERS})"
            " WHERE kind = 'place' GROUP BY category",
            (b"",),
        )
    )
    attempts = dict(db.execute("SELECT category, count(*) FROM repair GROUP BY category"))
    names = {product.name for product in (*PRODUCT_CATEGORIES, *OTHER_PRODUCTS)}
    names.update(fixing, learning, attempts)
    if like_patterns(search):
        where = Where()
        _add_words(where, search, names)
        rows = db.execute(
            f"SELECT DISTINCT category FROM ({_FIXERS}) WHERE {where}",
            (b"", *where.values),
        )
        names = {name for name in names if _named(name, search)} | {row[0] for row in rows}
    return [
        FixCategoryRow(
            category=name,
            fixers=fixing.get(name, 0),
            learners=learning.get(name, 0),
            attempts=attempts.get(name, 0),
            places=places.get(name, 0),
        )
        for name in sorted(names, key=plain)
    ]


def _categories_in_use(db: Any) -> set[str]:
    return {
        row[0]
        for row in db.execute(
            "SELECT category FROM person_fix UNION SELECT category FROM place_fix"
            " UNION SELECT category FROM repair"
        )
    }


def _add_words(where: Where, typed: str, categories: set[str]) -> None:
    """Each typed word begins a word of the category, the name, the note or the area."""
    for pattern in like_patterns(typed):
        word = pattern.strip("%")
        meant = [name for name in categories if word in f" {product_words(name)}"]
        where.add(
            f"(category IN ({marks(meant)}) OR sort_name LIKE ?"
            " OR ' ' || note LIKE ? OR ' ' || area LIKE ?)",
            *meant,
            *(pattern,) * 3,
        )


def _named(category: str, typed: str) -> bool:
    """Whether all typed words are in a category's name or its everyday words."""
    own = f" {product_words(category)}"
    return all(pattern.strip("%") in own for pattern in like_patterns(typed))
