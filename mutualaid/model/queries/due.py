# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What time asks of this machine: promises to lapse, rounds that are over, openings to close, and
what is past for so long that it is to be forgotten. See ``tending``.

Everything comes with the time from which it is due, in ms; 0 where it is due at once.
"""

from collections.abc import Collection, Container, Mapping
from typing import Any, Final, NamedTuple

from mutualaid.model import times
from mutualaid.model.keys import blake2b
from mutualaid.model.outcomes import STANDINGS
from mutualaid.model.queries.general import group_tz, rules
from mutualaid.model.records.post import BOARD_INDEX, REPEATS, STATES, URGENCIES
from mutualaid.model.times import BELIEVABLE_MS
from mutualaid.model.values import Standing, Urgency
from mutualaid.model.values.time import DAY_MS

#: A contact that was opened for something that is done stays open for so long, for a word more.
AFTERWARDS_MS: Final = 7 * DAY_MS
#: A steward forgets what is others' this much later than they, so that seldom two do the same.
STEWARD_WAITS_MS: Final = (3 * DAY_MS, 14 * DAY_MS)

_OPEN: Final = STATES.index("open")
_ENDED: Final = (STATES.index("done"), STATES.index("withdrawn"))
_TODAY: Final = URGENCIES.index(Urgency.TODAY)
_OVER: Final = tuple(
    STANDINGS.index(each) for each in (Standing.DECLINED, Standing.RELEASED, Standing.LAPSED)
)
_DONE: Final = STANDINGS.index(Standing.DONE)


class Due(NamedTuple):
    """A record and from when on it is due."""

    at: int
    record: bytes


class DueRound(NamedTuple):
    at: int
    post: bytes
    round: int


class DueClosing(NamedTuple):
    at: int
    person: bytes
    post: bytes


# -- promises


def doubtful(db: Any, me: bytes, now: int, *, steward: bool) -> list[bytes]:
    """Posts where I may decide, on which some promise may have lapsed, or where the date of one
    cannot be believed."""
    agreed = rules(db)
    behalf = " OR p.on_behalf_of <> ''" if steward else ""
    rows = db.execute(
        f"""SELECT DISTINCT r.id FROM outcome AS o JOIN post AS p ON p.record = o.record
            JOIN record AS r ON r.number = p.record
            WHERE (p.owner = ?{behalf}) AND p.state = ? AND (p.expires IS NULL OR p.expires > ?)
            AND (o.oldest <= CASE p.urgency WHEN ? THEN ? ELSE ? END OR o.newest > ?)""",
        (
            me,
            _OPEN,
            now,
            _TODAY,
            now - agreed.urgent_ms,
            now - agreed.lapse_ms,
            now + BELIEVABLE_MS,
        ),
    )
    return [row[0] for row in rows]


def steward_waits(device: bytes, record: bytes) -> int:
    """How much longer the machine of a steward waits than that of whoever a record belongs to:
    from three days on, differently on each."""
    least, most = STEWARD_WAITS_MS
    drawn = int.from_bytes(blake2b(device + record, size=8), "big")
    return least + drawn % (most - least)


# -- rounds


def rounds(db: Any, me: bytes, now: int) -> list[DueRound]:
    """My repeating posts of which a round is over, and which is next."""
    zone = group_tz(db)
    found: list[DueRound] = []
    for post, starts, ends, repeat, number in db.execute(
        """SELECT r.id, p.starts, p.ends, p.repeat, p.round FROM post AS p
           JOIN record AS r ON r.number = p.record
           WHERE p.owner = ? AND p.repeat <> 0 AND p.said = ?
           AND (p.expires IS NULL OR p.expires > ?)""",
        (me, _OPEN, now),
    ):
        window = (starts, ends if ends > starts else None, REPEATS[repeat])
        at = times.round_at(*window, now, zone, least=number)
        if at > number:
            over = times.over_at(*times.occurrence(*window, at - 1, zone))
            found.append(DueRound(over, post, at))
    return found


# -- openings


def closings(db: Any, me: bytes, now: int) -> list[DueClosing]:
    """To whom I opened a contact beside a post for a promise that has ended.

    What was opened by hand since then, or to somebody who never answered, is left alone.
    """
    opened = db.execute(
        """SELECT person, post, max(record) FROM (
               SELECT person, post, record FROM opened_opening WHERE author = ?1 AND post <> x''
               UNION ALL
               SELECT person, post, record FROM opened_behalf WHERE author = ?1 AND person <> x'')
           GROUP BY person, post""",
        (me,),
    ).fetchall()
    found: list[DueClosing] = []
    for person, post, record in opened:
        at = _ended_at(db, person, post, record, now)
        if at is not None:
            found.append(DueClosing(at, person, post))
    return found


def _ended_at(db: Any, person: bytes, post: bytes, opening: int, now: int) -> int | None:
    """From when on what was opened beside a promise is to be closed; None while it holds."""
    answers = db.execute(
        """SELECT a.record, s.standing, max(s.round), s.decided_at, r.updated
           FROM response AS a JOIN record AS r ON r.number = a.record
           JOIN standing AS s ON s.record = a.record
           WHERE a.post = ? AND a.person = ? GROUP BY a.record""",
        (post, person),
    ).fetchall()
    if not answers:
        return None
    if all(standing in _OVER for _answer, standing, *_rest in answers):
        about = [answer for answer, *_rest in answers]
        ended_by = _last_entry(db, [*about, *_about(db, about)])
        return 0 if _last_entry(db, [opening]) < ended_by else None
    ended = past_since(db, post, now)
    if ended is None and all(standing in (*_OVER, _DONE) for _, standing, *_rest in answers):
        ended = max(max(decided, updated) for *_, decided, updated in answers)
    return None if ended is None else ended + AFTERWARDS_MS


def _about(db: Any, answers: Collection[int]) -> list[int]:
    """The decisions about these answers, by number."""
    marks = ",".join("?" * len(answers))
    sql = (
        "SELECT record FROM decision WHERE response IN"
        f" (SELECT id FROM record WHERE number IN ({marks}))"
    )
    return [row[0] for row in db.execute(sql, list(answers))]


def _last_entry(db: Any, records: Collection[int]) -> int:
    """The entry that came last of what is held of these records, by the order of coming."""
    marks = ",".join("?" * len(records))
    row = db.execute(f"SELECT max(entry) FROM change WHERE record IN ({marks})", list(records))
    return int(row.fetchone()[0] or 0)


# -- the past


_POST: Final = """
    r.id, p.owner, p.{state}, p.expires, r.updated,
    (SELECT max(at) FROM decision WHERE post = r.id AND at <= :now),
    (SELECT max(a.updated) FROM response AS s JOIN record AS a ON a.number = s.record
     WHERE s.post = r.id AND a.updated <= :now)
"""
_LONG_PAST: Final = f"((p.{{state}} IN {_ENDED} AND r.updated <= :before) OR p.expires <= :before)"
#: By what came of it, and by its owner's word alone.
_BY_ALL: Final = (_POST.format(state="state"), _LONG_PAST.format(state="state"))
_BY_OWNER: Final = (_POST.format(state="said"), _LONG_PAST.format(state="said"))


def past_since(db: Any, post: bytes, now: int) -> int | None:
    """Since when a post is done, withdrawn or expired; None while it is not."""
    row = db.execute(
        f"SELECT {_BY_ALL[0]} FROM post AS p JOIN record AS r ON r.number = p.record"
        " WHERE r.id = :post",
        {"now": now, "post": post},
    ).fetchone()
    return _past_since(row, now) if row else None


def _past_since(row: tuple[Any, ...], now: int) -> int | None:
    """What was decided counts from the last that was said of it; what expired from then, or from
    the last change: a clock that was behind dates an end too early, but no change before another.
    """
    _id, _owner, state, expires, updated, decided, answered = row
    if state in _ENDED:
        return max(int(updated), decided or 0, answered or 0)
    if expires is not None and expires <= now:
        return max(int(expires), int(updated))
    return None


class Forgetting:
    """What is past for longer than the group agreed, at one moment."""

    def __init__(
        self,
        db: Any,
        me: bytes,
        now: int,
        joined: Mapping[bytes, int],
        purged: Container[bytes],
    ) -> None:
        """``joined`` is when each person joined, by the clock of whoever let them in: nothing of
        theirs is older, whatever their own clock said. ``purged`` are the ids of what was
        forgotten."""
        self._db = db
        self._joined = joined
        self._purged = purged
        self._forget_ms = rules(db).forget_ms
        self._values = {"now": now, "me": me, "before": now - self._forget_ms}
        self._now = now

    def mine(self) -> list[Due]:
        """My own posts, and what I wrote about posts that are long past or forgotten.

        An answer may be why a post counts as done. So what I wrote about somebody else's goes
        only once that is past by its owner's word, or forgotten itself.
        """
        post, long_past = _BY_ALL
        found = [
            Due(at, row[0])
            for row in self._rows(
                f"SELECT {post} FROM post AS p JOIN record AS r ON r.number = p.record"
                f" WHERE p.owner = :me AND {long_past}"
            )
            if (at := self._due_at(row)) is not None
        ]
        post, long_past = _BY_OWNER
        for table, column, is_mine in _BESIDE_MINE:
            found += [
                Due(at, row[0])
                for row in self._rows(
                    f"SELECT q.id, {post} FROM {table} AS x"
                    " JOIN record AS q ON q.number = x.record"
                    f" JOIN record AS r ON r.id = x.{column} JOIN post AS p ON p.record = r.number"
                    f" WHERE {is_mine} AND {long_past}"
                )
                if (at := self._due_at(row[1:])) is not None
            ]
            found += [
                Due(0, record) for record, _updated in self._left_over(table, column, is_mine)
            ]
        return found

    def others(self, device: bytes) -> list[Due]:
        """What is other people's, for a steward's machine."""
        found: list[Due] = []
        post, long_past = _BY_ALL
        for row in self._rows(
            f"SELECT {post} FROM post AS p JOIN record AS r ON r.number = p.record"
            # The board's index tells those that may be past, without a look at the others.
            f" WHERE p.record IN (SELECT record FROM post INDEXED BY {BOARD_INDEX}"
            f" WHERE state IN {_ENDED} OR expires <= :before) AND p.owner <> :me AND {long_past}"
        ):
            at = self._due_at(row)
            if at is not None:
                waits = steward_waits(device, row[0])
                found += [Due(at + waits, each) for each in (row[0], *self._beside(row[0]))]
        for table, column, _is_mine in _BESIDE:
            found += [
                Due(updated + self._forget_ms + steward_waits(device, record), record)
                for record, updated in self._left_over(table, column, "x.person <> :me")
            ]
        return [due for due in found if due.at <= self._now]

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        names = {name: value for name, value in self._values.items() if f":{name}" in sql}
        return list(self._db.execute(sql, names))

    def _due_at(self, row: tuple[Any, ...]) -> int | None:
        since = _past_since(row, self._now)
        if since is None:
            return None
        at = max(since, self._joined.get(row[1], 0)) + self._forget_ms
        return at if at <= self._now else None

    def _left_over(self, table: str, column: str, whose: str) -> list[tuple[bytes, int]]:
        """Records about a post that was forgotten: id and when they last changed."""
        rows = self._rows(
            f"SELECT q.id, q.updated, x.{column} FROM {table} AS x"
            f" JOIN record AS q ON q.number = x.record WHERE {whose} AND NOT EXISTS"
            f" (SELECT 1 FROM record AS r JOIN post AS p ON p.record = r.number"
            f" WHERE r.id = x.{column})"
        )
        return [(record, updated) for record, updated, post in rows if post in self._purged]

    def _beside(self, post: bytes) -> list[bytes]:
        found: list[bytes] = []
        for table, column, _is_mine in _BESIDE:
            sql = (
                f"SELECT q.id FROM {table} AS x JOIN record AS q ON q.number = x.record"
                f" WHERE x.{column} = ?"
            )
            found += [row[0] for row in self._db.execute(sql, (post,))]
        return found


#: What hangs on a post, or on somebody who is known of: the table, its column of that, and the
#: condition that it is mine.
_BESIDE: Final = (
    ("response", "post", "x.person = :me"),
    ("decision", "post", "x.person = :me"),
    ("thanks", "post", "x.person = :me"),
    ("comment", "about", "x.person = :me"),
    ("listed_contact", "about", "x.person = :me"),
    ("listed_word", "about", "x.person = :me"),
)
_BESIDE_MINE: Final = (
    *_BESIDE,
    # Of what only those can read for whom it is, others cannot tell about which post it is.
    ("opened_message", "post", "x.mine = 1"),
    ("opened_opening", "post", "x.author = :me AND x.post <> x''"),
    ("opened_behalf", "post", "x.author = :me"),
    ("opened_known", "about", "x.author = :me"),
)
