# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The group itself: its name, notices, figures, areas; and finding a record by its code."""

from typing import Any, Final

from mutualaid.errors import AmbiguousError, NotFoundError
from mutualaid.model import codes
from mutualaid.model.queries.where import NAME_OF, not_blocked
from mutualaid.model.values import Counts, NoticeRow, Rules
from mutualaid.model.values.time import DAY_MS, HOUR_MS

#: So many candidates are named when a code is ambiguous.
_NAMED: Final = 6

_LATEST_POSTS: Final = 5000


def group_name(db: Any) -> str:
    """The group's name, "" until its record has come."""
    return _group(db, "name")


def group_country(db: Any) -> str:
    """The group's country, three letters; "" if not known."""
    return _group(db, "country")


def group_tz(db: Any) -> str:
    """The group's time zone, a name of the IANA database; "" if not known."""
    return _group(db, "tz")


def rules(db: Any) -> Rules:
    """What the group agreed on about time; the usual where it did not, or is not known yet."""
    row = db.execute(
        "SELECT lapse_days, urgent_hours, forget_days FROM group_page ORDER BY record LIMIT 1"
    ).fetchone()
    return Rules(row[0] * DAY_MS, row[1] * HOUR_MS, row[2] * DAY_MS) if row else Rules()


def _group(db: Any, column: str) -> str:
    row = db.execute(f"SELECT {column} FROM group_page ORDER BY record LIMIT 1").fetchone()
    return str(row[0]) if row else ""


def notices(db: Any, me: bytes, now: int) -> list[NoticeRow]:
    """The notices that have not expired, newest first."""
    rows = db.execute(
        f"""SELECT n.record, r.id, n.text, {NAME_OF.format("n.owner")}, n.created, n.expires,
                   n.owner FROM notice AS n JOIN record AS r ON r.number = n.record
            WHERE (n.expires IS NULL OR n.expires > ?){not_blocked(db, "n.owner")}
            ORDER BY n.created DESC, n.record DESC""",
        (now,),
    )
    return [
        NoticeRow(
            number=number,
            id=id_,
            code=codes.code(id_),
            text=text,
            who=who,
            created=min(created, now),
            expires=expires,
            mine=owner == me,
        )
        for number, id_, text, who, created, expires, owner in rows
    ]


def counts(db: Any, now: int) -> Counts:
    """Open needs and offers, neighbours and places."""
    needs, offers = db.execute(
        "SELECT coalesce(sum(kind = 0), 0), coalesce(sum(kind = 1), 0) FROM post"
        f" WHERE state = 0 AND (expires IS NULL OR expires > ?){not_blocked(db, 'owner')}",
        (now,),
    ).fetchone()
    people = db.execute(
        f"SELECT count(*) FROM person WHERE 1{not_blocked(db, 'person')}"
    ).fetchone()[0]
    places = db.execute("SELECT count(*) FROM place").fetchone()[0]
    return Counts(needs=needs, offers=offers, people=people, places=places)


def areas(db: Any) -> list[str]:
    """The areas that people, places and the latest posts name, the most frequent first.

    Capital letters make no difference; one of the spellings stands.
    """
    rows = db.execute(
        """SELECT area, count(*) AS times FROM (
               SELECT area FROM (SELECT area FROM post ORDER BY created DESC LIMIT ?)
               UNION ALL SELECT area FROM person
               UNION ALL SELECT area FROM place)
           WHERE area <> '' GROUP BY area COLLATE NOCASE ORDER BY times DESC, area LIMIT 200""",
        (_LATEST_POSTS,),
    )
    return [row[0] for row in rows]


def record_by_code(db: Any, text: str) -> tuple[int, bytes, str]:
    """Number, id and kind of the only record whose code begins as typed; sealed notes have none.

    Raises BadValueError for what cannot be a code, NotFoundError, and AmbiguousError, which names
    the candidates.
    """
    rows = db.execute(
        "SELECT number, id, kind FROM record WHERE id BETWEEN ? AND ? AND alive"
        " AND kind <> 'sealed' ORDER BY id LIMIT ?",
        (*codes.prefix_range(text), _NAMED + 1),
    ).fetchall()
    if not rows:
        raise NotFoundError(
            f"Nothing here has a code that begins with {codes.clean(text)}. Look at the code"
            " again; what was made on another machine may not have come yet."
        )
    if len(rows) > 1:
        length = max(codes.LENGTH, min(codes.LONGEST, len(codes.clean(text)) + 4))
        named = ", ".join(f"{codes.code(row[1], length)} ({row[2]})" for row in rows[:_NAMED])
        more = " and others" if len(rows) > _NAMED else ""
        raise AmbiguousError(
            f"Several codes begin with {codes.clean(text)}: {named}{more}. Type more of it."
        )
    return int(rows[0][0]), rows[0][1], str(rows[0][2])
