# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board: needs and offers, the responses and comments on them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from mutualaid.errors import BadValueError, NotFoundError
from mutualaid.model import codes, search
from mutualaid.model.queries.neighbours import people_named
from mutualaid.model.queries.where import NAME_OF, Where
from mutualaid.model.records.post import BOARD_INDEX, KINDS, MODES, STATES, URGENCIES
from mutualaid.model.records.response import STATES as RESPONSE_STATES
from mutualaid.model.values import (
    CommentRow,
    PostFilter,
    PostRow,
    PostStatus,
    ResponseRow,
    Standing,
)

#: A search that finds no more than this is also made among owners' names and codes.
FEW: Final = 1000

#: So many of the newest posts are tried before a search that finds many is made in full.
_WALK: Final = 10_000

_PAGE: Final = f"""
    SELECT p.record, r.id, p.kind, p.title, p.text, p.category, p.urgency, p.area, p.due, p.mode,
           p.parts, p.on_behalf_of, p.state, p.expires, p.owner, {NAME_OF.format("p.owner")},
           (SELECT count(DISTINCT person) FROM response WHERE post = r.id AND state = 0),
           p.created, r.updated
    FROM post AS p JOIN record AS r ON r.number = p.record
"""


def posts(
    db: Any,
    me: bytes,
    now: int,
    filter: PostFilter,  # noqa: A002 the name it has everywhere
    *,
    limit: int = 100,
    before: tuple[int, int] | None = None,
) -> list[PostRow]:
    """A page of posts, newest first. ``before`` is (created, number) of the last one shown."""
    where = _conditions(now, filter)
    if before is not None:
        where.add("(p.created, p.record) < (?, ?)", _created(db, before), before[1])
    found = _search(db, filter.search)
    numbers = None if found is None else _walk(db, where, found, limit)
    if numbers is not None:
        where = Where().add(*_among(numbers))
    elif found is not None:
        where.add(*_among_found(found))
    board = f"post AS p{_hint(filter, found) if numbers is None else ''}"
    newest_first = "ORDER BY p.created DESC, p.record DESC"
    rows = db.execute(
        f"{_PAGE} WHERE p.record IN (SELECT p.record FROM {board} WHERE {where} {newest_first}"
        f" LIMIT ?) {newest_first}",
        (*where.values, limit),
    )
    return [_post_row(row, me, now) for row in rows]


def count_posts(db: Any, me: bytes, now: int, filter: PostFilter) -> int:  # noqa: A002, ARG001
    """How many posts :func:`posts` would show on all its pages."""
    where = _conditions(now, filter)
    found = _search(db, filter.search)
    if found is not None:
        where.add(*_among_found(found))
    sql = f"SELECT count(*) FROM post AS p{_hint(filter, found)} WHERE {where}"
    return int(db.execute(sql, where.values).fetchone()[0])


def post_row(db: Any, me: bytes, now: int, number: int) -> PostRow:
    """One post by its number; raises NotFoundError."""
    row = db.execute(f"{_PAGE} WHERE p.record = ?", (number,)).fetchone()
    if row is None:
        raise NotFoundError("This post is no longer here. Its owner may have removed it.")
    return _post_row(row, me, now)


def responses(db: Any, me: bytes, post: bytes) -> list[ResponseRow]:
    """The offers to help with a post, in the order they were made."""
    rows = db.execute(
        f"""SELECT record, id, {NAME_OF.format("response.person")}, person, note, state,
            response.created FROM response JOIN record ON record.number = response.record
            WHERE post = ? ORDER BY response.created, id""",
        (post,),
    )
    return [
        ResponseRow(
            number=number,
            id=id_,
            code=codes.code(id_),
            who=who,
            person=person,
            note=note,
            state=Standing(RESPONSE_STATES[state]),
            created=created,
            mine=person == me,
        )
        for number, id_, who, person, note, state, created in rows
    ]


def comments(db: Any, me: bytes, on: bytes) -> list[CommentRow]:
    """The comments on a record, oldest first."""
    rows = db.execute(
        f"""SELECT record, id, {NAME_OF.format("comment.person")}, person, text, comment.created
            FROM comment JOIN record ON record.number = comment.record
            WHERE about = ? ORDER BY comment.created, id""",
        (on,),
    )
    return [
        CommentRow(
            number=number,
            id=id_,
            code=codes.code(id_),
            who=who,
            person=person,
            text=text,
            created=created,
            mine=person == me,
        )
        for number, id_, who, person, text, created in rows
    ]


def _conditions(now: int, filter: PostFilter) -> Where:  # noqa: A002
    where = Where()
    if filter.past:
        where.add("(p.state <> 0 OR p.expires <= ?)", now)
    else:
        where.add("p.state = 0 AND (p.expires IS NULL OR p.expires > ?)", now)
    if filter.kind is not None:
        where.add("p.kind = ?", KINDS.index(filter.kind))
    if filter.categories:
        where.one_of("p.category", filter.categories)
    if filter.urgency is not None:
        where.add("p.urgency = ?", URGENCIES.index(filter.urgency))
    if filter.area:
        where.add("p.area = ?", filter.area)
    if filter.owner is not None:
        where.add("p.owner = ?", filter.owner)
    return where


@dataclass(frozen=True, slots=True)
class _Found:
    """What a search finds: all records, or, where they are many, those with the highest numbers.

    Where ``all`` is false, ``numbers`` hold every one found that is not below ``lowest``.
    """

    expression: str
    numbers: frozenset[int]
    lowest: int
    all: bool


def _search(db: Any, typed: str) -> _Found | None:
    """None where nothing was typed that could be looked for."""
    expression = search.match_expression(typed)
    if expression is None:
        return None
    rows = db.execute(
        "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?",
        (expression, FEW + 1),
    ).fetchall()
    numbers = {row[0] for row in rows}
    if len(rows) > FEW:
        return _Found(expression, frozenset(numbers), rows[-1][0], all=False)
    numbers.update(_of_owners(db, people_named(db, typed)))
    numbers.update(_with_code(db, typed))
    return _Found(expression, frozenset(numbers), 0, all=True)


def _walk(db: Any, where: Where, found: _Found, limit: int) -> list[int] | None:
    """The first page of a search that finds many, without looking at all it finds.

    Numbers grow nearly with time. So the newest posts, taken in order from the board's index, have
    numbers for which it is already known whether they were found, mostly until the page is full.
    None where that does not hold.
    """
    if found.all:
        return None
    page: list[int] = []
    cursor = db.execute(
        f"SELECT p.record FROM post AS p WHERE {where} ORDER BY p.created DESC, p.record DESC"
        " LIMIT ?",
        (*where.values, _WALK),
    )
    while rows := cursor.fetchmany(500):
        for (number,) in rows:
            if number < found.lowest:
                return None
            if number in found.numbers:
                page.append(number)
                if len(page) == limit:
                    return page
    return None


def _among(numbers: Iterable[int]) -> tuple[str, str]:
    return "p.record IN (SELECT value FROM json_each(?))", json.dumps(list(numbers))


def _among_found(found: _Found) -> tuple[str, str]:
    if found.all:
        return _among(found.numbers)
    # The plus keeps the database from looking up each number found: it walks the board's index
    # instead, in order, and asks of each post whether it was found.
    return "+p.record IN (SELECT rowid FROM search WHERE search MATCH ?)", found.expression


def _hint(filter: PostFilter, found: _Found | None) -> str:  # noqa: A002
    walks = found is not None and not found.all and filter.owner is None
    return f" INDEXED BY {BOARD_INDEX}" if walks else ""


def _of_owners(db: Any, owners: Iterable[bytes]) -> Iterable[int]:
    for owner in owners:
        for row in db.execute(
            "SELECT record FROM post WHERE owner = ? ORDER BY created DESC LIMIT ?",
            (owner, FEW),
        ):
            yield row[0]


def _with_code(db: Any, typed: str) -> Iterable[int]:
    """Posts whose code begins as typed, if it looks like a code rather than a word."""
    try:
        letters = codes.clean(typed)
    except BadValueError:
        return ()
    if len(letters) < 4 or (letters.isalpha() and len(letters) < codes.LENGTH):
        return ()
    rows = db.execute(
        "SELECT number FROM record WHERE id BETWEEN ? AND ? AND kind = 'post' LIMIT 20",
        codes.prefix_range(letters),
    )
    return [row[0] for row in rows]


def _created(db: Any, before: tuple[int, int]) -> int:
    """When a post was created as it stands in the view, where the future is not yet clamped."""
    row = db.execute("SELECT created FROM post WHERE record = ?", (before[1],)).fetchone()
    return int(row[0]) if row else before[0]


def _post_row(row: tuple[Any, ...], me: bytes, now: int) -> PostRow:
    (number, id_, kind, title, text, category, urgency, area, due, mode) = row[:10]
    (parts, on_behalf_of, state, expires, owner, name, helpers, created, updated) = row[10:]
    return PostRow(
        number=number,
        id=id_,
        code=codes.code(id_),
        kind=KINDS[kind],
        title=title,
        text=text,
        category=category,
        urgency=URGENCIES[urgency],
        area=area,
        when=due,
        mode=MODES[mode],
        parts=parts,
        on_behalf_of=on_behalf_of,
        status=_status(STATES[state], expires, helpers, now),
        owner=owner,
        owner_name=name,
        mine=owner == me,
        responses=helpers,
        created=min(created, now),
        updated=min(updated, now),
        expires=expires,
    )


def _status(state: str, expires: int | None, helpers: int, now: int) -> PostStatus:
    """The owner's decision first, then the time, then what others offered."""
    if state != "open":
        return PostStatus(state)
    if expires is not None and expires <= now:
        return PostStatus.EXPIRED
    return PostStatus.OFFERED if helpers else PostStatus.OPEN
