# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happened that concerns me: answers, decisions, words, and what time will do soon."""

from collections.abc import Collection, Iterator
from typing import Any, Final, NamedTuple

from mutualaid.model import times
from mutualaid.model.outcomes import STANDINGS
from mutualaid.model.queries.general import rules
from mutualaid.model.queries.mine import may_end
from mutualaid.model.queries.talking import seen, seen_key
from mutualaid.model.queries.where import not_blocked
from mutualaid.model.values import Involvement, NewsKind, NewsRow, Standing, Urgency

DAY_MS: Final = 24 * 60 * 60 * 1000
#: What is older is not news.
NEWS_DAYS: Final = 30
#: So many of each sort are looked at.
_MOST: Final = 300
#: A promise that lapses within this part of its time is warned of.
WARN_PART: Final = 4

_MINE: Final = {
    Standing.ACCEPTED: NewsKind.ACCEPTED,
    Standing.DECLINED: NewsKind.DECLINED,
    Standing.STANDS_BY: NewsKind.STANDS_BY,
    Standing.LAPSED: NewsKind.LAPSED,
    Standing.DONE: NewsKind.DONE,
}
_THEIRS: Final = {
    Standing.RELEASED: NewsKind.RELEASED,
    Standing.SAID_DONE: NewsKind.SAID_DONE,
    Standing.STANDS_BY: NewsKind.CROSSED,
    Standing.LAPSED: NewsKind.OPEN_AGAIN,
}


class _Item(NamedTuple):
    key: str
    kind: NewsKind
    person: bytes
    title: str
    post: bytes
    at: int


def news(
    db: Any, me: bytes, now: int, stewards: Collection[bytes], limit: int = 50
) -> list[NewsRow]:
    """What happened in the last thirty days, the latest first."""
    since = now - NEWS_DAYS * DAY_MS
    items = [
        *_answers(db, me, since, me in stewards),
        *_said(db, me, since),
        *_messages(db, since),
        *_notices(db, me, now, since),
        *_soon(db, me, now),
    ]
    items.sort(key=lambda item: (-min(item.at, now), item.key))
    known = seen(db, [item.key for item in items])
    names = _names(db, {item.person for item in items[:limit]})
    return [
        NewsRow(
            key=item.key,
            kind=item.kind,
            who=names.get(item.person, ""),
            person=item.person,
            title=item.title,
            post=item.post,
            at=min(item.at, now),
            unread=item.key not in known,
        )
        for item in items[:limit]
    ]


def _names(db: Any, people: Collection[bytes]) -> dict[bytes, str]:
    sql = "SELECT name FROM person WHERE person = ? LIMIT 1"
    found = {person: db.execute(sql, (person,)).fetchone() for person in people if person}
    return {person: row[0] for person, row in found.items() if row}


def _answers(db: Any, me: bytes, since: int, steward: bool) -> Iterator[_Item]:
    """Answers to what I look after, and what was decided about mine."""
    rows = db.execute(
        f"""SELECT ra.id, a.person, ra.created, ra.updated, s.standing, s.decided_at, s.decided_by,
                   p.title, rp.id
            FROM response AS a JOIN record AS ra ON ra.number = a.record
            JOIN record AS rp ON rp.id = a.post JOIN post AS p ON p.record = rp.number
            JOIN standing AS s ON s.record = a.record
             AND s.round = (SELECT max(round) FROM standing WHERE record = a.record)
            WHERE (a.person = ? OR p.owner = ? OR (? AND p.on_behalf_of <> ''))
              AND max(ra.updated, s.decided_at) >= ?{not_blocked(db, "a.person")}
            ORDER BY max(ra.updated, s.decided_at) DESC LIMIT ?""",
        (me, me, steward, since, _MOST),
    ).fetchall()
    stood_by = seen(db, [seen_key(NewsKind.STANDS_BY, row[0]) for row in rows])
    for id_, person, created, updated, standing, decided_at, by, title, post in rows:
        state = STANDINGS[standing]
        if person != me:
            yield _Item(
                seen_key(NewsKind.ANSWERED, id_), NewsKind.ANSWERED, person, title, post, created
            )
            kind = _THEIRS.get(state)
            if kind is not None:
                yield _Item(seen_key(kind, id_), kind, person, title, post, updated)
            continue
        decided = _MINE.get(state)
        at = decided_at or updated
        goes = state in (Standing.TAKEN, Standing.ACCEPTED)
        if goes and seen_key(NewsKind.STANDS_BY, id_) in stood_by:
            key = seen_key(NewsKind.GOES_NOW, id_)
            yield _Item(key, NewsKind.GOES_NOW, by or b"", title, post, at)
        elif decided is not None and by != me:
            yield _Item(seen_key(decided, id_), decided, by or b"", title, post, at)


def _said(db: Any, me: bytes, since: int) -> Iterator[_Item]:
    """Comments and thanks beside what is mine or what I answered."""
    for table, column, kind in (
        ("comment", "about", NewsKind.COMMENTED),
        ("thanks", "post", NewsKind.THANKED),
    ):
        name = "comment" if kind is NewsKind.COMMENTED else str(kind)
        for id_, person, at, title, post in db.execute(
            f"""SELECT r.id, c.person, c.created, p.title, rp.id
                FROM {table} AS c JOIN record AS r ON r.number = c.record
                JOIN record AS rp ON rp.id = c.{column} JOIN post AS p ON p.record = rp.number
                WHERE c.created >= ? AND c.person <> ? AND (p.owner = ?
                      OR EXISTS (SELECT 1 FROM response WHERE post = rp.id AND person = ?))
                      {not_blocked(db, "c.person")}
                ORDER BY c.created DESC LIMIT ?""",
            (since, me, me, me, _MOST),
        ):
            yield _Item(seen_key(name, id_), kind, person, title, post, at)


def _messages(db: Any, since: int) -> Iterator[_Item]:
    for id_, person, at, title, post in db.execute(
        f"""SELECT r.id, m.person, m.created, coalesce(p.title, ''), m.post
            FROM opened_message AS m JOIN record AS r ON r.number = m.record
            LEFT JOIN record AS rp ON rp.id = m.post LEFT JOIN post AS p ON p.record = rp.number
            WHERE m.mine = 0 AND m.created >= ?{not_blocked(db, "m.person")}
            ORDER BY m.created DESC LIMIT ?""",
        (since, _MOST),
    ):
        yield _Item(seen_key("message", id_), NewsKind.MESSAGE, person, title, post, at)


def _notices(db: Any, me: bytes, now: int, since: int) -> Iterator[_Item]:
    for id_, person, at, text in db.execute(
        f"""SELECT r.id, n.owner, n.created, n.text
            FROM notice AS n JOIN record AS r ON r.number = n.record
            WHERE n.owner <> ? AND n.created >= ? AND (n.expires IS NULL OR n.expires > ?)
            {not_blocked(db, "n.owner")} ORDER BY n.created DESC LIMIT ?""",
        (me, since, now, _MOST),
    ):
        yield _Item(seen_key(NewsKind.NOTICE, id_), NewsKind.NOTICE, person, text, b"", at)


def _soon(db: Any, me: bytes, now: int) -> Iterator[_Item]:
    """Promises of mine that are about to lapse, posts of mine that are about to end."""
    agreed = rules(db)
    for row in may_end(db, me, now):
        post, answer = row.post, row.response
        if row.role is Involvement.PROMISED and answer is not None and answer.lapses is not None:
            warned = answer.lapses - agreed.limit(urgent=post.urgency is Urgency.TODAY) // WARN_PART
            kind = NewsKind.LAPSED if answer.lapses <= now else NewsKind.LAPSES
            if warned <= now:
                key = f"{kind}:{answer.id.hex()}:{answer.lapses}"
                at = answer.lapses if kind is NewsKind.LAPSED else warned
                yield _Item(key, kind, b"", post.title, post.id, at)
        elif row.role is Involvement.ASKED and not post.status.is_past:
            posted = max(post.created, post.confirmed or 0)
            soon = times.warning(post.expires, posted, now)
            if soon is not None and post.expires is not None:
                key = f"expires:{post.id.hex()}:{soon}:{post.expires}"
                at = post.expires - times.AHEAD_MS[soon]
                yield _Item(key, NewsKind.EXPIRES, b"", post.title, post.id, at)
