# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ways to reach people: mine, those open to me, and who has mine."""

from collections.abc import Collection
from typing import Any, Final, NamedTuple

from mutualaid.model.queries.where import NAME_OF, marks
from mutualaid.model.records.contact import AUDIENCES, KINDS
from mutualaid.model.values import Audience, ContactKind, ContactRow, OpenContactRow, OpenedRow

EVERYONE: Final = "everyone in the group"

_TITLE: Final = """
    coalesce((SELECT title FROM post JOIN record ON number = post.record WHERE id = o.post), '')
"""


def contacts(db: Any, me: bytes, now: int) -> list[ContactRow]:
    """My own, by kind. Of one kind there are two where two of my machines, cut off from each
    other, each set it; setting it once more leaves one."""
    rows = db.execute("SELECT kind, value, audience, created FROM opened_contact").fetchall()
    found = [
        ContactRow(ContactKind(kind), value, Audience(audience), min(created, now))
        for kind, value, audience, created in rows
    ]
    found += [
        ContactRow(KINDS[kind], value, AUDIENCES[audience], min(created, now))
        for kind, value, audience, created in db.execute(
            "SELECT kind, value, audience, created FROM contact WHERE person = ?", (me,)
        )
    ]
    return sorted(found, key=lambda row: (KINDS.index(row.kind), -row.since, row.value))


def contact_records(db: Any, me: bytes, kind: ContactKind) -> list[bytes]:
    """The ids of the records that hold my contact of a kind."""
    rows = db.execute(
        """SELECT id FROM opened_contact AS c JOIN record ON number = c.record WHERE c.kind = ?
           UNION ALL
           SELECT id FROM contact AS c JOIN record ON number = c.record
           WHERE c.person = ? AND c.kind = ?""",
        (str(kind), me, KINDS.index(kind)),
    )
    return [row[0] for row in rows]


def contacts_of(db: Any, me: bytes, person: bytes, now: int) -> list[OpenContactRow]:
    """The ways to reach somebody that are open to me."""
    found = [
        OpenContactRow(KINDS[kind], value, AUDIENCES[audience], None, "", min(created, now))
        for kind, value, audience, created in db.execute(
            "SELECT kind, value, audience, created FROM contact WHERE person = ?"
            " ORDER BY created DESC",
            (person,),
        )
    ]
    common = {(row.kind, row.value) for row in found}
    rows = db.execute(
        f"""SELECT o.kind, o.value, o.post, {_TITLE}, max(o.created) FROM opened_opening AS o
            WHERE o.author = ? AND o.person = ? GROUP BY o.kind, o.value, o.post
            ORDER BY max(o.created) DESC""",
        (person, me),
    )
    found += [
        OpenContactRow(
            ContactKind(kind), value, Audience.HELPER, post or None, title, min(created, now)
        )
        for kind, value, post, title, created in rows
        if (ContactKind(kind), value) not in common
    ]
    return sorted(found, key=lambda row: KINDS.index(row.kind))


def who_has(db: Any, me: bytes, now: int) -> list[OpenedRow]:
    """To whom my contacts are open, the latest first; what everybody sees comes before."""
    found = [
        OpenedRow(
            KINDS[kind], value, b"", EVERYONE, None, "", min(created, now), AUDIENCES[audience]
        )
        for kind, value, audience, created in db.execute(
            "SELECT kind, value, audience, created FROM contact WHERE person = ?"
            " ORDER BY kind, created DESC, value",
            (me,),
        )
    ]
    rows = db.execute(
        f"""SELECT o.kind, o.value, o.person, {NAME_OF.format("o.person")}, o.post, {_TITLE},
                   min(o.created) FROM opened_opening AS o WHERE o.author = ?
            GROUP BY o.kind, o.value, o.person, o.post ORDER BY min(o.created) DESC, o.person""",
        (me,),
    )
    found += [
        OpenedRow(
            ContactKind(kind),
            value,
            person,
            name,
            post or None,
            title,
            min(created, now),
            Audience.HELPER,
        )
        for kind, value, person, name, post, title, created in rows
    ]
    return found


class Opening(NamedTuple):
    """What I opened to somebody; ``post`` is empty where it is beside none."""

    record: bytes
    person: bytes
    kind: ContactKind
    value: str
    post: bytes


def openings(db: Any, me: bytes, person: bytes | None = None) -> list[Opening]:
    """All that I opened, or what I opened to one person."""
    rows = db.execute(
        """SELECT id, o.person, o.kind, o.value, o.post FROM opened_opening AS o
           JOIN record ON number = o.record WHERE o.author = ? AND o.person = coalesce(?, o.person)
           ORDER BY id""",
        (me, person),
    )
    return [Opening(id_, to, ContactKind(kind), value, post) for id_, to, kind, value, post in rows]


def behalf(
    db: Any, post: bytes, owner: bytes, stewards: Collection[bytes]
) -> tuple[str, bool] | None:
    """The number of the person a post is for, as far as it is open to me, and whether it is to
    be opened to who goes. What the post's owner says stands before what a steward says."""
    authors = [owner, *stewards]
    row = db.execute(
        f"""SELECT b.value, b.shared FROM opened_behalf AS b JOIN record AS r ON r.number = b.record
            WHERE b.post = ? AND b.author IN ({marks(authors)})
            ORDER BY b.author = ? DESC, b.person = x'' DESC, b.created DESC, r.id LIMIT 1""",
        (post, *authors, owner),
    ).fetchone()
    return None if row is None else (str(row[0]), bool(row[1]))


def slip_contact(db: Any, response: bytes) -> str:
    """How somebody is reached whose answer came on paper, as far as it is open to me; as who typed
    the answer in wrote it down."""
    row = db.execute(
        """SELECT b.value FROM opened_behalf AS b JOIN record AS r ON r.id = b.post
           JOIN response AS a ON a.record = r.number AND a.person = b.author
           WHERE b.post = ? AND b.person = x'' ORDER BY b.created DESC LIMIT 1""",
        (response,),
    ).fetchone()
    return "" if row is None else str(row[0])


def behalf_records(
    db: Any, me: bytes, post: bytes, person: bytes | None = None
) -> list[tuple[bytes, bytes, str]]:
    """(record id, person it was opened to or b"", value) of what I wrote of that."""
    rows = db.execute(
        """SELECT id, b.person, b.value FROM opened_behalf AS b JOIN record ON number = b.record
           WHERE b.author = ? AND b.post = ? AND b.person = coalesce(?, b.person) ORDER BY id""",
        (me, post, person),
    )
    return [(id_, to, value) for id_, to, value in rows]
