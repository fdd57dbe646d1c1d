# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may be compared with a post: open posts found by words, and people's pages."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from mutualaid.model.outcomes import STANDINGS
from mutualaid.model.queries.where import not_blocked
from mutualaid.model.records.person import LEVELS
from mutualaid.model.records.post import KINDS
from mutualaid.model.values import PostKind, SkillLevel, Standing

_PROMISED: Final = tuple(
    number
    for number, standing in enumerate(STANDINGS)
    if standing in (Standing.TAKEN, Standing.ACCEPTED)
)
#: Languages of a page that are read.
_MOST_LANGUAGES: Final = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open post, as far as it is compared."""

    number: int
    owner: bytes
    title: str
    text: str
    when: str
    category: str
    area: str
    language: str
    starts: int  # ms; 0 where there is no window, or one that repeats
    ends: int
    created: int


@dataclass(frozen=True, slots=True)
class Page:
    """What a person says of themselves, as far as it is compared."""

    number: int
    person: bytes
    name: str
    area: str
    limit: int | None
    languages: tuple[str, ...]
    skills: tuple[tuple[str, SkillLevel, str], ...]  # name, level, note
    fixes: tuple[tuple[str, SkillLevel, str], ...]


def numbers_with(db: Any, expression: str, most: int) -> list[int]:
    """Numbers of the posts that the index finds, the highest first."""
    rows = db.execute(
        "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?",
        (expression, most),
    ).fetchall()
    return [row[0] for row in rows]


def highest_number(db: Any) -> int:
    """About how many records there are."""
    return int(db.execute("SELECT max(record) FROM post").fetchone()[0] or 0)


def open_posts(
    db: Any, now: int, kind: PostKind, numbers: Iterable[int], but: Collection[bytes]
) -> list[Candidate]:
    """Those of the posts with these numbers that are of a kind, on the board, and of others."""
    marks = ",".join("?" * len(but))
    rows = db.execute(
        f"""{_CANDIDATE} WHERE p.record IN (SELECT value FROM json_each(?)) AND p.kind = ?
            AND p.state = 0 AND (p.expires IS NULL OR p.expires > ?)
            AND p.owner NOT IN ({marks}){not_blocked(db, "p.owner")}""",
        (json.dumps(list(numbers)), KINDS.index(kind), now, *but),
    ).fetchall()
    return [Candidate(*row) for row in rows]


def posts_of(db: Any, now: int, person: bytes, most: int) -> list[tuple[PostKind, Candidate]]:
    """A person's own posts that are on the board, the newest first."""
    rows = db.execute(
        f"""{_CANDIDATE.replace("SELECT", "SELECT p.kind,", 1)} WHERE p.owner = ?
            AND p.state = 0 AND (p.expires IS NULL OR p.expires > ?)
            ORDER BY p.created DESC LIMIT ?""",
        (person, now, most),
    )
    return [(KINDS[row[0]], Candidate(*row[1:])) for row in rows]


_CANDIDATE: Final = """
    SELECT p.record, p.owner, p.title, p.text, p.due, p.category, p.area, p.lang,
           CASE p.repeat WHEN 0 THEN p.starts ELSE 0 END, p.ends, p.created FROM post AS p"""


def pages(db: Any) -> list[Page]:
    """Everybody's page but those of people whom I blocked, by name."""
    languages: dict[int, list[str]] = {}
    for number, name in db.execute("SELECT record, name FROM person_language ORDER BY name"):
        languages.setdefault(number, []).append(name)
    skills: dict[int, list[tuple[str, SkillLevel, str]]] = {}
    for number, name, level, note in db.execute(
        "SELECT record, name, level, note FROM person_skill ORDER BY name"
    ):
        skills.setdefault(number, []).append((name, LEVELS[level], note))
    fixes: dict[int, list[tuple[str, SkillLevel, str]]] = {}
    for number, name, level, note in db.execute(
        "SELECT record, category, level, note FROM person_fix ORDER BY category"
    ):
        fixes.setdefault(number, []).append((name, LEVELS[level], note))
    return [
        Page(
            number,
            person,
            name,
            area,
            promises if promises >= 0 else None,
            tuple(languages.get(number, ())[:_MOST_LANGUAGES]),
            tuple(skills.get(number, ())),
            tuple(fixes.get(number, ())),
        )
        for number, person, name, area, promises in db.execute(
            "SELECT record, person, name, area, promises FROM person"
            f" WHERE 1{not_blocked(db, 'person')} ORDER BY sort_name, record"
        )
    ]


def is_at_limit(db: Any, person: bytes, limit: int) -> bool:
    """Whether a person has promised as much as they said they take on at once."""
    if not limit:
        return True
    row = db.execute(
        f"""SELECT count(DISTINCT r.record) FROM response AS r
            JOIN record AS about ON about.id = r.post
            JOIN post AS p ON p.record = about.number
            JOIN standing AS s ON s.record = r.record AND s.round >= p.round
            WHERE r.person = ? AND r.on_behalf_of = '' AND p.state = 0
            AND s.standing IN ({",".join(map(str, _PROMISED))})""",
        (person,),
    ).fetchone()
    return int(row[0]) >= limit
