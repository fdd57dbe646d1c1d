# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Private threads, what has been seen, and who is blocked.

What was seen stands in the table ``seen``: a key such as ``message:`` or ``comment:`` and the id
of the record in hexadecimal, which stays the same when records are numbered anew.
"""

from collections.abc import Collection, Iterable
from typing import Any, Final

from mutualaid.model import codes
from mutualaid.model.queries.where import NAME_OF, marks, not_blocked
from mutualaid.model.values import BlockedRow, MessageRow, ThreadRow

_SOME: Final = 500

_THREADS: Final = """
    FROM opened_message AS m JOIN record AS r ON r.number = m.record
    LEFT JOIN seen AS s ON s.key = 'message:' || lower(hex(r.id))
    LEFT JOIN record AS pr ON pr.id = m.post LEFT JOIN post AS p ON p.record = pr.number
"""


def seen_key(what: str, record: bytes) -> str:
    """The key of a record in ``seen``."""
    return f"{what}:{record.hex()}"


def seen(db: Any, keys: Collection[str]) -> set[str]:
    """Which of these keys have been marked as seen."""
    found: set[str] = set()
    wanted = list(keys)
    for at in range(0, len(wanted), _SOME):
        some = wanted[at : at + _SOME]
        sql = f"SELECT key FROM seen WHERE key IN ({marks(some)})"
        found.update(row[0] for row in db.execute(sql, some))
    return found


def mark_seen(db: Any, keys: Iterable[str], now: int) -> None:
    """Mark these keys as seen; inside the caller's transaction."""
    rows = [(key, now) for key in keys]
    db.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", rows)


def threads(db: Any, me: bytes, now: int, stewards: Collection[bytes]) -> list[ThreadRow]:
    """Every private thread of mine, the one with the newest message first."""
    condition, values = _rightful(me, stewards)
    rows = db.execute(
        f"""SELECT m.post, coalesce(p.title, ''), m.person, {NAME_OF.format("m.person")},
                   m.text, m.mine, max(m.created), sum(m.mine = 0 AND s.key IS NULL)
            {_THREADS} WHERE {condition}{not_blocked(db, "m.person")}
            GROUP BY m.post, m.person ORDER BY max(m.created) DESC, m.post, m.person""",
        values,
    )
    return [
        ThreadRow(
            post=post,
            title=title,
            person=person,
            name=name,
            text=text,
            mine=bool(mine),
            at=min(at, now),
            unread=unread,
        )
        for post, title, person, name, text, mine, at, unread in rows
    ]


def thread(
    db: Any, me: bytes, now: int, stewards: Collection[bytes], post: bytes, other: bytes
) -> list[MessageRow]:
    """The messages between me and another about a post, oldest first."""
    condition, values = _rightful(me, stewards)
    rows = db.execute(
        f"""SELECT m.record, r.id, r.owner, {NAME_OF.format("r.owner")}, m.text, m.created, m.mine,
                   m.mine = 0 AND s.key IS NULL
            {_THREADS} WHERE m.post = ? AND m.person = ? AND {condition}
            {not_blocked(db, "m.person")} ORDER BY m.created, r.id""",
        (post, other, *values),
    )
    return [
        MessageRow(
            number=number,
            id=id_,
            code=codes.code(id_),
            who=who,
            person=person,
            text=text,
            created=min(created, now),
            mine=bool(mine),
            unread=bool(unread),
        )
        for number, id_, person, who, text, created, mine, unread in rows
    ]


def _rightful(me: bytes, stewards: Collection[bytes]) -> tuple[str, tuple[bytes, ...]]:
    """A thread is between a post's owner and another; or, where it is posted on behalf, a
    steward. Any member can seal a message about any post: what is not that is not shown."""
    named = tuple(stewards)
    both = 1 if me in stewards else f"m.person IN ({marks(named)})"
    condition = (
        f"(p.record IS NULL OR p.owner IN (?, m.person) OR (p.on_behalf_of <> '' AND {both}))"
    )
    return condition, (me,) if me in stewards else (me, *named)


def is_in_thread(db: Any, post: bytes, other: bytes) -> bool:
    """Whether the other wrote to me about this post."""
    row = db.execute(
        "SELECT 1 FROM opened_message WHERE post = ? AND person = ? AND mine = 0 LIMIT 1",
        (post, other),
    ).fetchone()
    return row is not None


def unseen_comments(db: Any, me: bytes, post: bytes | None = None) -> list[tuple[bytes, bytes]]:
    """(post, comment) by others that were not seen yet: about ``post``, or about every post that
    is mine or that I answered or spoke about."""
    mine = (
        "SELECT id FROM post JOIN record ON number = record WHERE post.owner = ?"
        " UNION SELECT post FROM response WHERE person = ?"
        " UNION SELECT about FROM comment WHERE person = ?"
    )
    among, values = ("?", (post,)) if post is not None else (mine, (me, me, me))
    rows = db.execute(
        f"""SELECT c.about, r.id FROM comment AS c JOIN record AS r ON r.number = c.record
            WHERE c.about IN ({among}) AND c.person <> ?{not_blocked(db, "c.person")}
            AND NOT EXISTS
                (SELECT 1 FROM seen WHERE key = 'comment:' || lower(hex(r.id)))""",
        (*values, me),
    )
    return [(post, comment) for post, comment in rows]


def is_blocked(db: Any, person: bytes) -> bool:
    sql = "SELECT 1 FROM opened_block WHERE person = ? LIMIT 1"
    return db.execute(sql, (person,)).fetchone() is not None


def blocked(db: Any, now: int) -> list[BlockedRow]:
    """The people I blocked, by name."""
    rows = db.execute(
        f"""SELECT person, {NAME_OF.format("b.person")}, min(created) FROM opened_block AS b
            GROUP BY person ORDER BY 2, 1"""
    )
    return [BlockedRow(person, name, min(since, now)) for person, name, since in rows]
