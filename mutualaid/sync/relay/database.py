# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The relay's SQLite file: its tables, opening it, and the keeper's tokens in it.

Tokens are made and taken back by another process than the relay's, while that runs.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mutualaid.errors import DamagedError, NewerVersionError, StorageError
from mutualaid.model import keys
from mutualaid.sync.relay.limits import MIB

FILE_NAME: Final = "relay.db"
APPLICATION_ID: Final = 0x4D417265  # "MAre"
_VERSION: Final = 1
_BUSY_SECONDS: Final = 15

_SCHEMA: Final = """
CREATE TABLE token (
    number INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,          -- of the token
    topics INTEGER NOT NULL,            -- how many topics it may bring at a time
    note TEXT NOT NULL,
    created INTEGER NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE topic (
    number INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    generation BLOB NOT NULL,
    last INTEGER NOT NULL DEFAULT 0,    -- number of the last parcel ever taken
    running BLOB NOT NULL,              -- the running hash up to there
    floor INTEGER NOT NULL DEFAULT 0,   -- number of the last one whose time has passed
    floor_running BLOB NOT NULL,
    bytes INTEGER NOT NULL DEFAULT 0,
    touched INTEGER NOT NULL,           -- when the last one was taken, in seconds
    token INTEGER REFERENCES token
);
CREATE INDEX topic_token ON topic (token) WHERE token IS NOT NULL;
CREATE TABLE parcel (
    id INTEGER PRIMARY KEY,             -- in the order of taking, so also of ending
    topic INTEGER NOT NULL REFERENCES topic,
    number INTEGER NOT NULL,
    name BLOB NOT NULL,
    size INTEGER NOT NULL,
    head INTEGER NOT NULL,              -- how long its outside and sealed index part are
    created INTEGER NOT NULL,           -- never less than that of the one before
    running BLOB NOT NULL,              -- the topic's running hash up to here
    data BLOB NOT NULL
);
CREATE INDEX parcel_place ON parcel (topic, number, size);
CREATE UNIQUE INDEX parcel_name ON parcel (topic, name);
"""


@contextlib.contextmanager
def transaction(db: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """All of the block, or nothing of it."""
    db.execute(begin)
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def open_database(path: Path) -> sqlite3.Connection:
    """Open the database, made if need be. Raises StorageError in sentences."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        db = sqlite3.connect(
            path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
    except (sqlite3.Error, OSError) as error:
        raise StorageError(
            f"The relay's files in {path.parent} cannot be opened ({error}). Nothing was changed."
            " Choose another folder with --data, or change its permissions."
        ) from error
    try:
        return _prepare(db, path)
    except sqlite3.DatabaseError as error:
        db.close()
        raise DamagedError(
            f"The file {path} cannot be used ({error}). It was left as it is. Move it away and"
            " start the relay again: members fill it anew from what they know."
        ) from error
    except BaseException:
        db.close()
        raise


def _prepare(db: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > _VERSION:
        raise NewerVersionError(
            f"The file {path} was written by a newer version of the program. It was left as it is."
            " Start the relay with that version."
        )
    if version == 0:
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        db.execute("PRAGMA journal_mode = WAL").fetchone()
        with transaction(db):
            if not db.execute("SELECT 1 FROM sqlite_master").fetchone():
                for statement in _SCHEMA.split(";\n"):
                    if statement.strip():
                        db.execute(statement)
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                db.execute(f"PRAGMA user_version = {_VERSION}")
        path.chmod(0o600)
    for pragma in (
        "synchronous = FULL",
        "cache_size = -8192",
        "wal_autocheckpoint = 4000",
        f"journal_size_limit = {64 * MIB}",
        "temp_store = MEMORY",
        "foreign_keys = OFF",
    ):
        db.execute(f"PRAGMA {pragma}").fetchall()
    return db


# -- tokens


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as its keeper sees it; the token itself is not kept."""

    number: int
    note: str
    topics: int
    used: int
    revoked: bool


def make_token(directory: Path, *, topics: int, note: str, now: float) -> bytes:
    """Make and return a token that lets in so many topics at a time."""
    token = keys.random(16)
    with contextlib.closing(open_database(directory / FILE_NAME)) as db, transaction(db):
        db.execute(
            "INSERT INTO token (hash, topics, note, created) VALUES (?, ?, ?, ?)",
            (hash_of(token), topics, note, int(now)),
        )
    return token


def tokens(directory: Path) -> list[TokenRow]:
    """All tokens ever made, oldest first."""
    with contextlib.closing(open_database(directory / FILE_NAME)) as db:
        rows = db.execute(
            "SELECT number, note, topics, (SELECT count(*) FROM topic WHERE token = token.number),"
            " revoked FROM token ORDER BY number"
        ).fetchall()
    return [
        TokenRow(number, note, topics, used, bool(revoked))
        for number, note, topics, used, revoked in rows
    ]


def revoke_token(directory: Path, number: int) -> bool:
    """Let nothing more in by that token, nor by what it let in; False if there is none."""
    with contextlib.closing(open_database(directory / FILE_NAME)) as db, transaction(db):
        done = db.execute("UPDATE token SET revoked = 1 WHERE number = ?", (number,))
        return bool(done.rowcount)


def hash_of(token: bytes) -> bytes:
    """What is kept of a token."""
    return keys.blake2b(token, person=b"mutualaid/token")
