# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Neighbours and what they say of themselves."""

from collections.abc import Sequence
from typing import Any, Final

from mutualaid.errors import NotFoundError
from mutualaid.model import codes
from mutualaid.model.queries.where import Where, marks, not_blocked
from mutualaid.model.records.person import LEVELS
from mutualaid.model.text import plain
from mutualaid.model.values import Fix, PersonRow, Skill

_ROWS: Final = """
    SELECT p.record, r.id, p.person, p.name, p.area, p.availability, p.outcomes,
           p.promises
    FROM person AS p JOIN record AS r ON r.number = p.record
"""


def people(
    db: Any, me: bytes, search: str = "", limit: int = 200, offset: int = 0
) -> list[PersonRow]:
    """Neighbours by name, found by name, area, language, skill, what they fix, or notes."""
    where = Where().words("p.sort_name || p.words", search)
    shown = f"{where}{not_blocked(db, 'p.person')}"
    sql = f"{_ROWS} WHERE {shown} ORDER BY p.sort_name, r.id LIMIT ? OFFSET ?"
    return _with_lists(db, me, db.execute(sql, (*where.values, limit, offset)).fetchall())


def person(db: Any, me: bytes, which: bytes) -> PersonRow:
    """One neighbour, by the member's id or their record's; raises NotFoundError."""
    rows = db.execute(f"{_ROWS} WHERE p.person = ? OR r.id = ? LIMIT 1", (which, which)).fetchall()
    if not rows:
        raise NotFoundError(
            "This neighbour's page is not on this machine yet. It comes with the next exchange."
        )
    return _with_lists(db, me, rows)[0]


def person_name(db: Any, which: bytes) -> str:
    """The name of a member, "" where their page has not come yet."""
    row = db.execute("SELECT name FROM person WHERE person = ? LIMIT 1", (which,)).fetchone()
    return str(row[0]) if row else ""


def people_named(db: Any, typed: str, most: int = 20) -> list[bytes]:
    """The members whose names hold all typed words, of two letters or more."""
    if len(plain(typed)) < 2:
        return []
    where = Where().words("sort_name", typed)
    sql = f"SELECT person FROM person WHERE {where} ORDER BY sort_name LIMIT ?"
    return [row[0] for row in db.execute(sql, (*where.values, most))]


def _with_lists(db: Any, me: bytes, rows: Sequence[tuple[Any, ...]]) -> list[PersonRow]:
    numbers = [row[0] for row in rows]
    languages: dict[int, list[str]] = {}
    skills: dict[int, list[Skill]] = {}
    fixes: dict[int, list[Fix]] = {}
    for at in range(0, len(numbers), 500):
        some = numbers[at : at + 500]
        among = f"WHERE record IN ({marks(some)})"
        for number, name in db.execute(
            f"SELECT record, name FROM person_language {among} ORDER BY name",
            some,
        ):
            languages.setdefault(number, []).append(name)
        for number, name, level, note in db.execute(
            f"SELECT record, name, level, note FROM person_skill {among} ORDER BY name",
            some,
        ):
            skills.setdefault(number, []).append(Skill(name, LEVELS[level], note))
        for number, category, note in db.execute(
            f"SELECT record, category, note FROM person_fix {among} AND declared ORDER BY category",
            some,
        ):
            fixes.setdefault(number, []).append(Fix(category, note))
    return [
        PersonRow(
            number=number,
            id=id_,
            code=codes.code(id_),
            person=member,
            name=name,
            area=area,
            languages=tuple(languages.get(number, ())),
            availability=availability,
            skills=tuple(skills.get(number, ())),
            fixes=tuple(fixes.get(number, ())),
            mine=member == me,
            outcomes=bool(outcomes),
            limit=promises if promises >= 0 else None,
        )
        for number, id_, member, name, area, availability, outcomes, promises in rows
    ]
