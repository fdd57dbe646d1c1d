# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board: needs and offers, and how far each has come by now."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mutualaid.errors import BadValueError, NotFoundError
from mutualaid.model import codes, search, times
from mutualaid.model.outcomes import STATUSES
from mutualaid.model.queries.general import group_tz, rules
from mutualaid.model.queries.neighbours import people_named
from mutualaid.model.queries.where import NAME_OF, Where
from mutualaid.model.records.post import BOARD_INDEX, KINDS, MODES, REPEATS, STATES, URGENCIES
from mutualaid.model.values import PostFilter, PostRow, PostStatus, Rules, Urgency

#: A search that finds no more than this is also made among owners' names and codes.
FEW: Final = 1000

#: So many of the newest posts are tried before a search that finds many is made in full.
_WALK: Final = 10_000

_COLUMNS: Final = f"""
    p.record, r.id, p.kind, p.title, p.text, p.category, p.urgency, p.area, p.due, p.mode, p.parts,
    p.on_behalf_of, p.state, p.expires, p.owner, {NAME_OF.format("p.owner")}, p.created, r.updated,
    p.ask, p.starts, p.ends, p.repeat, p.round, p.confirmed, p.consent, o.status, o.covered,
    o.people, o.waiting, o.oldest, o.newest
"""
_PAGE: Final = f"""
    SELECT {_COLUMNS} FROM post AS p JOIN record AS r ON r.number = p.record
    LEFT JOIN outcome AS o ON o.record = p.record AND o.round = p.round
"""
_ROUND: Final = """
    SELECT status, covered, people, waiting, oldest, newest FROM outcome
    WHERE record = ? AND round <= ? ORDER BY round DESC LIMIT 1
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
    where = _conditions(now, filter).without_blocked_posts(db)
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
    return _post_rows(db, rows.fetchall(), me, now)


def count_posts(db: Any, me: bytes, now: int, filter: PostFilter) -> int:  # noqa: A002, ARG001
    """How many posts :func:`posts` would show on all its pages."""
    where = _conditions(now, filter).without_blocked_posts(db)
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
    return _post_rows(db, [row], me, now)[0]


def post_rows(db: Any, me: bytes, now: int, where: Where, *, limit: int = 200) -> list[PostRow]:
    """Posts that fulfil a condition on ``p``, the latest change first."""
    rows = db.execute(
        f"{_PAGE} WHERE {where} ORDER BY r.updated DESC LIMIT ?", (*where.values, limit)
    )
    return _post_rows(db, rows.fetchall(), me, now)


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
    if filter.on_behalf:
        where.add("p.on_behalf_of <> ''")
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


def _post_rows(db: Any, rows: Sequence[tuple[Any, ...]], me: bytes, now: int) -> list[PostRow]:
    agreed, zone = rules(db), group_tz(db)
    photos = _photos(db, [row[0] for row in rows])
    return [_post_row(db, row, me, now, agreed, zone, photos.get(row[0], ())) for row in rows]


def _photos(db: Any, numbers: Sequence[int]) -> dict[int, list[tuple[bytes, str]]]:
    """Hash and words of each photo, by the number of its post."""
    found: dict[int, list[tuple[bytes, str]]] = {}
    for number, digest, alt in db.execute(
        "SELECT record, hash, alt FROM post_photo"
        " WHERE record IN (SELECT value FROM json_each(?)) ORDER BY record, place",
        (json.dumps(numbers),),
    ):
        found.setdefault(number, []).append((digest, alt))
    return found


def _post_row(
    db: Any,
    row: tuple[Any, ...],
    me: bytes,
    now: int,
    agreed: Rules,
    zone: str,
    photos: Sequence[tuple[bytes, str]],
) -> PostRow:
    (number, id_, kind, title, text, category, urgency, area, due, mode, parts) = row[:11]
    (on_behalf_of, state, expires, owner, name, created, updated, ask) = row[11:19]
    (starts, ends, repeat, first, confirmed, consent) = row[19:25]
    outcome, round_ = row[25:], first
    window = (starts or None, ends if ends > starts else None)
    if repeat:
        round_ = times.round_at(starts, window[1], REPEATS[repeat], now, zone, least=first)
        window = times.occurrence(starts, window[1], REPEATS[repeat], round_, zone)
        if round_ != first:
            outcome = db.execute(_ROUND, (number, round_)).fetchone() or (None,) * 6
    status, covered, people, waiting, oldest, newest = outcome
    limit = agreed.limit(urgent=URGENCIES[urgency] is Urgency.TODAY, repeat=REPEATS[repeat])
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
        status=_status(
            PostStatus(STATES[state]) if status is None else STATUSES[status],
            expires,
            now,
            times.lapse_at((oldest,), limit, now) if oldest is not None else None,
            times.lapse_at((newest,), limit, now) if newest is not None else None,
        ),
        owner=owner,
        owner_name=name,
        mine=owner == me,
        responses=people or 0,
        created=min(created, now),
        updated=min(updated, now),
        expires=expires,
        confirmed=min(confirmed, now) if confirmed else None,
        ask=bool(ask),
        starts=window[0],
        ends=window[1],
        repeat=REPEATS[repeat],
        round=round_,
        wanted=parts,
        covered=covered or 0,
        waiting=waiting or 0,
        photos=tuple(digest for digest, _alt in photos),
        consent=consent,
        photo_alt=photos[0][1] if photos else "",
    )


def _status(
    decided: PostStatus, expires: int | None, now: int, first: int | None, last: int | None
) -> PostStatus:
    """What was decided, and then the present time. ``first`` and ``last`` are when the promises
    that hold lapse."""
    if decided.is_past or decided is PostStatus.SAID_DONE:
        return decided
    if expires is not None and expires <= now:
        return PostStatus.EXPIRED
    if decided in (PostStatus.AGREED, PostStatus.PART_COVERED):
        if last is not None and last <= now:
            return PostStatus.LAPSED
        if first is not None and first <= now:
            return PostStatus.PART_COVERED
    return decided
