# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What hangs on a post: the answers and where they stand, comments, thanks, photos."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mutualaid.model import codes, times
from mutualaid.model.outcomes import STANDINGS, Settled
from mutualaid.model.queries.general import rules
from mutualaid.model.queries.where import NAME_OF, not_blocked
from mutualaid.model.values import (
    CommentRow,
    PhotoRow,
    PostRow,
    ResponseRow,
    Standing,
    ThanksRow,
    Urgency,
)

#: So many answers to one post are shown, one's own in any case.
MOST: Final = 300

#: Standings of a promise that lapses unless somebody touches it.
_HOLDS: Final = (Standing.TAKEN, Standing.ACCEPTED)


def responses(db: Any, me: bytes, now: int, post: PostRow) -> list[ResponseRow]:
    """The answers to a post that bear on its present round, in the order they were made."""
    rows = db.execute(
        f"""SELECT a.record, r.id, {NAME_OF.format("a.person")}, a.person, a.note, a.created,
                   a.touched, a.due, a.part, a.amount, a.every, a.round, a.on_behalf_of,
                   a.paper, s.standing, s.decided_at,
                   CASE WHEN s.decided_by IS NULL THEN '' ELSE {NAME_OF.format("s.decided_by")} END
            FROM response AS a JOIN record AS r ON r.number = a.record
            JOIN standing AS s ON s.record = a.record AND s.round =
                (SELECT max(round) FROM standing WHERE record = a.record AND round <= ?)
            WHERE a.post = ? AND (a.round = ? OR (a.every AND a.round <= ?))
            {not_blocked(db, "a.person")} ORDER BY a.person = ? DESC, a.created, r.id LIMIT ?""",
        (post.round, post.id, post.round, post.round, me, MOST),
    )
    limit = rules(db).limit(urgent=post.urgency is Urgency.TODAY, repeat=post.repeat)
    found = [_response(row, me, now, limit) for row in rows]
    return sorted(found, key=lambda row: (row.created, row.id))


def _response(row: tuple[Any, ...], me: bytes, now: int, limit: int) -> ResponseRow:
    number, id_, who, person, note, created, touched, due, part, amount = row[:10]
    every, round_, on_behalf_of, paper, standing, decided_at, decided_by = row[10:]
    state = STANDINGS[standing]
    lapses = times.lapse_at((touched, decided_at), limit, now) if state in _HOLDS else None
    if lapses is not None and lapses <= now:
        state = Standing.LAPSED
    return ResponseRow(
        number=number,
        id=id_,
        code=codes.code(id_),
        who=who,
        person=person,
        note=note,
        state=state,
        created=min(created, now),
        mine=person == me,
        when=due,
        amount=amount,
        part=part,
        every=bool(every),
        round=round_,
        on_behalf_of=on_behalf_of,
        lapses=lapses,
        decided_by=decided_by,
        touched=min(touched, now),
        paper=bool(paper),
    )


def covered(settled: Settled, round_: int, answers: Sequence[ResponseRow]) -> Mapping[str, int]:
    """How many of each sort of part are promised now: without what lapsed by the time alone."""
    found = dict(settled.outcome(round_).covered)
    for answer in answers:
        if answer.state is Standing.LAPSED and answer.lapses is not None and answer.part in found:
            found[answer.part] = max(0, found[answer.part] - answer.amount)
    return found


def comments(db: Any, me: bytes, on: bytes) -> list[CommentRow]:
    """The comments on a record, oldest first."""
    return [CommentRow(*row) for row in _said(db, me, "comment", "about", on)]


def thanks(db: Any, me: bytes, post: bytes) -> list[ThanksRow]:
    """The thanks beside a post, oldest first."""
    return [ThanksRow(*row) for row in _said(db, me, "thanks", "post", post)]


def _said(db: Any, me: bytes, table: str, column: str, on: bytes) -> list[tuple[Any, ...]]:
    rows = db.execute(
        f"""SELECT record, id, {NAME_OF.format(f"{table}.person")}, person, text, {table}.created
            FROM {table} JOIN record ON record.number = {table}.record
            WHERE {column} = ?{not_blocked(db, f"{table}.person")} ORDER BY {table}.created, id""",
        (on,),
    )
    return [
        (number, id_, codes.code(id_), who, person, text, created, person == me)
        for number, id_, who, person, text, created in rows
    ]


def photos(db: Any, number: int) -> list[PhotoRow]:
    """The photos of the post with this number, in the order shown."""
    rows = db.execute(
        "SELECT hash, alt, hash IN (SELECT hash FROM blob) FROM post_photo WHERE record = ?"
        " ORDER BY place",
        (number,),
    )
    return [PhotoRow(digest, alt, bool(here)) for digest, alt, here in rows]


def about_post(db: Any, post: bytes, most: int = 200) -> list[bytes]:
    """The records of others that make up what happened to a post: answers, decisions, thanks."""
    return [
        row[0]
        for row in db.execute(
            """SELECT id FROM record WHERE number IN (
                   SELECT record FROM response WHERE post = ?1
                   UNION SELECT record FROM decision WHERE post = ?1
                   UNION SELECT record FROM thanks WHERE post = ?1)
               ORDER BY created LIMIT ?2""",
            (post, most),
        )
    ]


def answerer_name(db: Any, response: bytes) -> str:
    """Who goes by an answer; "" while it is not here."""
    row = db.execute(
        f"""SELECT CASE WHEN on_behalf_of <> '' THEN on_behalf_of
                   ELSE {NAME_OF.format("response.person")} END
            FROM response WHERE record = (SELECT number FROM record WHERE id = ?)""",
        (response,),
    ).fetchone()
    return str(row[0]) if row else ""
