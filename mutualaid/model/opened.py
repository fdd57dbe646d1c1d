# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What this machine could open of the sealed notes: tables of its own, made anew with the views.

They follow the records in the same transaction, are the same on each machine of one person, and
are no part of what machines compare, nor of the search index.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any, Final

from mutualaid.model import keys
from mutualaid.model.private import Note, Purpose, open_note
from mutualaid.model.records.contact import LONGEST_VALUE
from mutualaid.model.records.kind import Table
from mutualaid.model.records.reading import identity, line, long_text
from mutualaid.model.records.sealed import KIND
from mutualaid.model.records.sharing import LONGEST_MORE
from mutualaid.model.values import Audience, ContactKind, Scalar

LONGEST_MESSAGE: Final = 2000
#: Ways to reach one person who is known of.
MOST_KNOWN: Final = 8
#: Of what a list says of them beside: names, and the length of each.
MOST_BESIDE: Final = 190
LONGEST_BESIDE: Final = 80

#: Purpose → the table of what was opened of it.
TABLES: Final = {
    Purpose.MESSAGE: Table(
        "opened_message",
        (
            "post BLOB NOT NULL",
            "person BLOB NOT NULL",  # the other one, whoever wrote it
            "mine INTEGER NOT NULL",
            "created INTEGER NOT NULL",
            "text TEXT NOT NULL",
        ),
        indexes=("post, person, created",),
    ),
    Purpose.CONTACT: Table(
        "opened_contact",
        (
            "kind TEXT NOT NULL",
            "value TEXT NOT NULL",
            "audience TEXT NOT NULL",
            "created INTEGER NOT NULL",
        ),
    ),
    Purpose.OPENING: Table(
        "opened_opening",
        (
            "author BLOB NOT NULL",
            "person BLOB NOT NULL",  # to whom
            "kind TEXT NOT NULL",
            "value TEXT NOT NULL",
            "post BLOB NOT NULL",  # empty where it is for none
            "created INTEGER NOT NULL",
        ),
        indexes=("author, person",),
    ),
    Purpose.BLOCK: Table(
        "opened_block",
        ("person BLOB NOT NULL", "created INTEGER NOT NULL"),
        indexes=("person",),
    ),
    Purpose.BEHALF: Table(
        "opened_behalf",
        (
            "post BLOB NOT NULL",
            "author BLOB NOT NULL",
            "person BLOB NOT NULL",  # the helper it was opened to; empty: who look after the post
            "value TEXT NOT NULL",
            "shared INTEGER NOT NULL",
            "created INTEGER NOT NULL",
        ),
        indexes=("post",),
    ),
    Purpose.KNOWN: Table(
        "opened_known",
        (
            "about BLOB NOT NULL",  # the record of somebody who is known of
            "author BLOB NOT NULL",
            "contacts TEXT NOT NULL",  # [[kind, value], …] in JSON
            "more TEXT NOT NULL",  # [[name, value], …] in JSON
        ),
        indexes=("about", "author"),
    ),
}


class Opened:
    """Keeps the tables in step with the records; inside the caller's transactions."""

    def __init__(
        self,
        connection: Any,
        group: bytes,
        fields_of: Callable[[int, bytes], Any],
        own: Callable[[], tuple[bytes, keys.SealingKey]],
    ) -> None:
        """``fields_of`` reads the fields of a record by number and id; ``own`` tells this
        machine's person and their sealing key."""
        self._db = connection
        self._group = group
        self._fields_of = fields_of
        self._own = own

    def follow(self, touched: Iterable[tuple[str | None, int]]) -> None:
        """Open anew what is left of these records, given by kind and number."""
        numbers = sorted({number for kind, number in touched if kind == KIND.name})
        if not numbers:
            return
        me, sealing = self._own()
        seen: list[tuple[str | None, int | None]] = []
        for number in numbers:
            before = self._forget(number)
            after = self._open(number, me, sealing)
            seen += [(str(purpose), number) for purpose in {*before, *after}]
            if Purpose.BLOCK in (*before, *after):
                seen.append((None, None))  # it bears on every list
        self._db.executemany("INSERT INTO touched (kind, record) VALUES (?, ?)", seen)

    def _forget(self, number: int) -> list[Purpose]:
        return [
            purpose
            for purpose, table in TABLES.items()
            if self._db.execute(f"DELETE FROM {table.name} WHERE record = ?", (number,)).rowcount
        ]

    def _open(self, number: int, me: bytes, sealing: keys.SealingKey) -> list[Purpose]:
        found = self._db.execute(
            "SELECT id, owner, created FROM record WHERE number = ? AND alive = 1", (number,)
        ).fetchone()
        if found is None:
            return []
        record_id, author, created = found
        fields = self._fields_of(number, record_id)
        note = open_note(fields, self._group, author, record_id, me, sealing)
        row = None if note is None else read_note(note, author, me)
        if note is None or row is None:
            return []
        values = (number, *(created if value is CREATED else value for value in row))
        marks = ",".join("?" * len(values))
        self._db.execute(f"INSERT INTO {TABLES[note.purpose].name} VALUES ({marks})", values)
        return [note.purpose]


#: Stands in a row where the record's time of creation belongs.
CREATED: Final = object()


def read_note(note: Note, author: bytes, me: bytes) -> tuple[object, ...] | None:
    """The row of a note for me, or None where it is not as it must be.

    Each person can write notes to whom they like; what they may say with them is judged here as
    far as the note itself tells, and by the queries as far as it depends on other records.
    """
    try:
        match note.purpose:
            case Purpose.MESSAGE:
                return _message(author, me, *note.body)
            case Purpose.CONTACT:
                return _contact(author, me, *note.body)
            case Purpose.OPENING:
                return _opening(author, me, *note.body)
            case Purpose.BLOCK:
                return _block(author, me, *note.body)
            case Purpose.BEHALF:
                return _behalf(author, me, *note.body)
            case Purpose.KNOWN:
                return _known(author, *note.body)
    except (TypeError, ValueError):
        return None


def _message(
    author: bytes, me: bytes, post: Scalar, to: Scalar, said: Scalar
) -> tuple[object, ...] | None:
    on, other, text = identity(post), identity(to), long_text(said, LONGEST_MESSAGE)
    if on is None or not text or not _passes(author, other, me):
        return None
    return on, other if author == me else author, int(author == me), CREATED, text


def _passes(author: bytes, to: bytes | None, me: bytes) -> bool:
    """Whether this goes from me to another, or from another to me."""
    return to is not None and to != author and me in (author, to)


def _contact(
    author: bytes, me: bytes, kind: Scalar, value: Scalar, audience: Scalar
) -> tuple[object, ...] | None:
    shown = line(value, LONGEST_VALUE)
    if author != me or not shown or not Audience(audience).sealed:  # type: ignore[arg-type]
        return None
    return str(ContactKind(kind)), shown, audience, CREATED  # type: ignore[arg-type]


def _opening(
    author: bytes, me: bytes, kind: Scalar, value: Scalar, post: Scalar, to: Scalar
) -> tuple[object, ...] | None:
    shown, other = line(value, LONGEST_VALUE), identity(to)
    on = b"" if post == b"" else identity(post)
    if not shown or on is None or not _passes(author, other, me):
        return None
    return author, other, str(ContactKind(kind)), shown, on, CREATED  # type: ignore[arg-type]


def _block(author: bytes, me: bytes, person: Scalar) -> tuple[object, ...] | None:
    whom = identity(person)
    return None if author != me or whom is None or whom == me else (whom, CREATED)


def _behalf(
    author: bytes, me: bytes, post: Scalar, value: Scalar, shared: Scalar, to: Scalar
) -> tuple[object, ...] | None:
    on, shown = identity(post), line(value, LONGEST_VALUE)
    other = b"" if to == b"" else identity(to)
    if on is None or not shown or other is None or (other and not _passes(author, other, me)):
        return None
    return on, author, other, shown, int(shared is True), CREATED


def _known(
    author: bytes, listed: Scalar, contacts: object, more: object = ()
) -> tuple[object, ...] | None:
    about = identity(listed)
    if about is None or type(contacts) is not list:
        return None
    shown = [
        [str(ContactKind(kind)), text]
        for kind, value in contacts[:MOST_KNOWN]
        if (text := line(value, LONGEST_VALUE))
    ]
    beside = [
        [label, text]
        for name, value in (more[:MOST_BESIDE] if type(more) is list else ())
        if (label := line(name, LONGEST_BESIDE)) and (text := long_text(value, LONGEST_MORE))
    ]
    if not shown and not beside:
        return None
    packed = (json.dumps(each, ensure_ascii=False) for each in (shown, beside))
    return (about, author, *packed)
