# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What this machine remembers of each shelf: its parcels, where reading stopped, how it was.

All of it can be forgotten at the price of reading the shelf anew. Everything that writes is
called inside a transaction of the caller's.
"""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Any, NamedTuple

from mutualaid.model.statements import MACHINE
from mutualaid.model.values.shelves import ShelfRow


class State(IntEnum):
    """What this machine made of a parcel."""

    #: Everything inside is here, or of no use.
    DONE = 0
    #: Something inside is lacking here and could not be taken yet.
    WAITING = 1
    #: It is no parcel, or not what it says it is.
    UNFIT = 2
    #: It was made by a newer version of the program.
    NEWER = 3
    #: Everything inside is here, and this machine wrote it, or read all of it and found it sound.
    SURE = 4


class Noted(NamedTuple):
    name: bytes
    number: int
    size: int
    state: State
    seen: int  # when it was first seen there, in ms
    says: bytes | None


def add_local(db: Any, address: str) -> None:
    db.execute(
        "INSERT INTO shelf (address, local) VALUES (?, 1)"
        " ON CONFLICT (address) DO UPDATE SET local = 1",
        (address,),
    )


def local_addresses(db: Any) -> list[str]:
    rows = db.execute("SELECT address FROM shelf WHERE local = 1 ORDER BY address")
    return [str(row[0]) for row in rows]


def forget(db: Any, address: str) -> None:
    """Forget all that is known of a shelf."""
    db.execute("DELETE FROM shelf WHERE address = ?", (address,))
    for table in ("shelf_topic", "shelf_parcel"):
        db.execute(f"DELETE FROM {table} WHERE shelf = ?", (address,))


def rows(db: Any) -> dict[str, ShelfRow]:
    found = db.execute(
        "SELECT address, local, reachable, held, bytes, unread, waiting, missing, heard, problem,"
        " notice, noticed FROM shelf"
    )
    return {
        address: ShelfRow(address, bool(local), bool(reachable), *rest)
        for address, local, reachable, *rest in found
    }


def note_status(db: Any, row: ShelfRow) -> None:
    """Keep how a shelf was found, and let every process that shows it know. This alone makes no
    folder one of this machine's own."""
    db.execute(
        "INSERT INTO shelf (address, local, reachable, held, bytes, unread, waiting, missing,"
        " heard, problem, notice, noticed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (address) DO UPDATE SET reachable = excluded.reachable,"
        " held = excluded.held, bytes = excluded.bytes, unread = excluded.unread,"
        " waiting = excluded.waiting, missing = excluded.missing,"
        " heard = excluded.heard, problem = excluded.problem,"
        " notice = excluded.notice, noticed = excluded.noticed",
        (
            row.address,
            0,
            int(row.reachable),
            row.held,
            row.bytes,
            row.unread,
            row.waiting,
            row.missing,
            row.last_heard,
            row.problem,
            row.notice,
            row.noticed,
        ),
    )
    db.execute("INSERT INTO touched (kind, record) VALUES (?, 0)", (MACHINE,))


def cursor(db: Any, shelf: str, topic: bytes) -> bytes | None:
    row = db.execute(
        "SELECT cursor FROM shelf_topic WHERE shelf = ? AND topic = ?", (shelf, topic)
    ).fetchone()
    return bytes(row[0]) if row else None


def set_cursor(db: Any, shelf: str, topic: bytes, value: bytes) -> None:
    db.execute("INSERT OR REPLACE INTO shelf_topic VALUES (?, ?, ?)", (shelf, topic, value))


def parcels(db: Any, shelf: str, topic: bytes) -> Iterator[Noted]:
    for name, number, size, state, seen, says in db.execute(
        "SELECT name, number, size, state, seen, says FROM shelf_parcel"
        " WHERE shelf = ? AND topic = ?",
        (shelf, topic),
    ):
        index = None if says is None else bytes(says)
        yield Noted(bytes(name), number, size, State(state), seen, index)


def keep(db: Any, shelf: str, topic: bytes, noted: Iterable[Noted]) -> None:
    db.executemany(
        "INSERT OR REPLACE INTO shelf_parcel VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (shelf, topic, name, number, size, int(state), seen, says)
            for name, number, size, state, seen, says in noted
        ],
    )


def drop(db: Any, shelf: str, topic: bytes, names: Iterable[bytes]) -> None:
    db.executemany(
        "DELETE FROM shelf_parcel WHERE shelf = ? AND topic = ? AND name = ?",
        [(shelf, topic, name) for name in names],
    )
