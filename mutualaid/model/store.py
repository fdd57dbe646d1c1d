# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The database of one group: opening, migrating, reading and writing in transactions.

SQLCipher through sqlite-utils, in WAL mode, so that several processes may share it. This is the
only file that opens the database. A :class:`Store` belongs to one thread.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, cast

import sqlcipher3.dbapi2 as sqlite

from mutualaid.errors import DamagedError, MutualAidError, NewerVersionError, StorageError
from mutualaid.model import opened, outcomes, search
from mutualaid.model.records import REGISTRY, VIEW_VERSION, Table, table_sql

if TYPE_CHECKING:
    from sqlite_utils import Database

APPLICATION_ID: Final = 0x4D417564  # "MAud": tells our files from other SQLCipher databases
BUSY_TIMEOUT_MS: Final = 15_000

#: How many rows of ``touched`` are kept for processes that look seldom.
TOUCHED_KEPT: Final = 20_000


def _first_tables(db: "Database") -> None:
    db.executescript(
        """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
        CREATE TABLE device (number INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE);
        CREATE TABLE chain (
            number INTEGER PRIMARY KEY,
            device INTEGER NOT NULL REFERENCES device,
            kind INTEGER NOT NULL,          -- 0 control, 1 content
            parent INTEGER REFERENCES chain, -- the branch this one forked from
            first INTEGER NOT NULL,         -- its first sequence number
            head_seq INTEGER NOT NULL,
            head_hash BLOB NOT NULL,
            head_created INTEGER NOT NULL
        );
        CREATE TABLE entry (
            number INTEGER PRIMARY KEY,     -- in the order of storing
            chain INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            created INTEGER NOT NULL,
            after BLOB,                     -- control heads its author knew, where they changed
            salt BLOB NOT NULL,
            signature BLOB NOT NULL,
            hash BLOB NOT NULL,             -- of header and signature: the next entry's prev
            payload BLOB,                   -- NULL once purged
            payload_hash BLOB,              -- kept only where the payload is gone
            payload_length INTEGER          -- likewise
        );
        CREATE UNIQUE INDEX entry_place ON entry (chain, seq);
        CREATE TABLE record (
            number INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            kind TEXT,                      -- NULL: mentioned, its first change not here yet
            owner BLOB,
            created INTEGER,
            updated INTEGER,
            alive INTEGER NOT NULL DEFAULT 0
        );
        CREATE TABLE change (
            record INTEGER NOT NULL,
            entry INTEGER NOT NULL,
            PRIMARY KEY (record, entry)
        ) WITHOUT ROWID;
        CREATE TABLE waiting (
            record INTEGER NOT NULL,
            entry INTEGER NOT NULL,
            device INTEGER NOT NULL,
            PRIMARY KEY (record, entry)
        ) WITHOUT ROWID;
        CREATE TABLE touched (
            revision INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT,                      -- NULL with record NULL: everything
            record INTEGER
        );
        -- Purged records of which a change came late: see Replica.forget_late.
        CREATE TABLE late (record INTEGER PRIMARY KEY);
        CREATE TABLE statement (
            device BLOB PRIMARY KEY,
            created INTEGER NOT NULL,
            body BLOB NOT NULL,
            signature BLOB NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE heard (device BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
        """
    )


def _what_was_seen(db: "Database") -> None:
    # What this machine's person has looked at; see queries.talking.
    db.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID")


def _photos(db: "Database") -> None:
    # The bytes of photos, which come apart from the entries that name them; see blobs.
    db.execute(
        "CREATE TABLE blob (number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE,"
        " data BLOB NOT NULL)"
    )


def _shelves(db: "Database") -> None:
    # What this machine remembers of relays, folders and sticks; see shelf_notes.
    db.execute(
        "CREATE TABLE shelf (address TEXT PRIMARY KEY,"
        " local INTEGER NOT NULL,"  # 1: known on this machine alone
        " reachable INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT 0,"
        " bytes INTEGER NOT NULL DEFAULT 0, unread INTEGER NOT NULL DEFAULT 0,"
        " waiting INTEGER NOT NULL DEFAULT 0, missing INTEGER NOT NULL DEFAULT 0,"
        " heard INTEGER, problem TEXT NOT NULL DEFAULT '',"
        " notice TEXT NOT NULL DEFAULT '', noticed INTEGER) WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE shelf_topic (shelf TEXT NOT NULL, topic BLOB NOT NULL,"
        " cursor BLOB NOT NULL, PRIMARY KEY (shelf, topic)) WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE shelf_parcel (shelf TEXT NOT NULL, topic BLOB NOT NULL,"
        " name BLOB NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL,"
        " state INTEGER NOT NULL,"  # see shelf_notes.State
        " seen INTEGER NOT NULL,"  # when it was first seen there, in ms
        " says BLOB,"  # its index, NULL where it could not be read
        " PRIMARY KEY (shelf, topic, name)) WITHOUT ROWID"
    )


#: Each takes the database one version further. Never edit one that has been released.
MIGRATIONS: Final[Sequence[Callable[["Database"], None]]] = (
    _first_tables,
    _what_was_seen,
    _photos,
    _shelves,
)


def all_tables() -> Iterator[Table]:
    """Every table that follows from the entries alone."""
    for kind in REGISTRY.values():
        yield from kind.tables
    yield from outcomes.TABLES


def create_views(db: "Database") -> None:
    """Make every view table and the search index anew, empty. All can be rebuilt from entries."""
    for table in (*all_tables(), *opened.TABLES.values()):
        db.execute(f"DROP TABLE IF EXISTS {table.name}")
        for statement in table_sql(table):
            db.execute(statement)
    db.execute("DROP TABLE IF EXISTS search")
    for statement in search.create_sql():
        db.execute(statement)


class _Cursor(sqlite.Cursor):  # type: ignore[misc]  # sqlcipher3 ships no types
    """A cursor whose errors are sentences, wherever its rows are read."""

    connection: "_Connection"

    def execute(self, *arguments: Any) -> Self:
        try:
            super().execute(*arguments)
        except sqlite.DatabaseError as error:
            raise self.connection.explain(error) from error
        return self

    def fetchone(self) -> Any:
        try:
            return super().fetchone()
        except sqlite.DatabaseError as error:
            raise self.connection.explain(error) from error

    def fetchall(self) -> Any:
        try:
            return super().fetchall()
        except sqlite.DatabaseError as error:
            raise self.connection.explain(error) from error

    def __iter__(self) -> Iterator[Any]:
        following = super().__next__
        try:
            while True:
                yield following()
        except StopIteration:
            return
        except sqlite.DatabaseError as error:
            raise self.connection.explain(error) from error


class _Connection(sqlite.Connection):  # type: ignore[misc]  # sqlcipher3 ships no types
    path: Path

    def cursor(self) -> _Cursor:
        return cast("_Cursor", super().cursor(_Cursor))

    def execute(self, *arguments: Any) -> _Cursor:
        return self.cursor().execute(*arguments)

    def explain(self, error: Exception) -> MutualAidError:
        return explain(error, self.path)


class Store:
    """One open database. Raises StorageError and its kin in sentences, never sqlite's own."""

    def __init__(self, path: Path, key: bytes, *, create: bool = True) -> None:
        """Open the database at ``path``, with the raw 32-byte ``key``; ``create`` one if there
        is none."""
        self.path = path
        self._in_write = False
        self._durable: bool | None = None
        if not create and (not path.is_file() or path.stat().st_size == 0):
            raise DamagedError(
                f"The file {path.name} in {path.parent} is empty. It was left as it is. Restore a"
                " backup, or join again from a neighbour's machine."
            )
        if _is_cut(path):
            raise _damaged(path)
        with self.explained():
            # Autocommit; every transaction below is explicit.
            self.connection = sqlite.connect(
                str(path),
                isolation_level=None,
                timeout=BUSY_TIMEOUT_MS / 1000,
                factory=_Connection,
            )
        self.connection.path = path
        try:
            with self.explained():
                self._prepare(key)
        except BaseException:
            self.connection.close()
            raise

    def _prepare(self, key: bytes) -> None:
        db = self.connection
        # What is wrong is said in sentences; it need not also write to the terminal.
        db.execute("PRAGMA cipher_log_level = NONE")
        db.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        db.execute("PRAGMA cipher_memory_security = OFF")
        found = db.execute("PRAGMA application_id").fetchone()[0]
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if found not in (0, APPLICATION_ID) or (version and found != APPLICATION_ID):
            raise DamagedError(
                f"{self.path} is not a database of Mutual Aid. It was left as it is."
            )
        if version > len(MIGRATIONS):
            raise NewerVersionError(
                "This group was last opened with a newer version of Mutual Aid. Nothing was"
                " changed. Please update the program on this machine, then open it again."
            )
        db.execute("PRAGMA secure_delete = ON")
        db.execute("PRAGMA temp_store = MEMORY")
        db.execute("PRAGMA cache_size = -16000")
        if version < len(MIGRATIONS):
            db.execute("PRAGMA journal_mode = WAL")
            with self.write(durable=True):
                tables = self.tables()
                # Another process may have been quicker while this one waited for the lock.
                version = db.execute("PRAGMA user_version").fetchone()[0]
                for migrate in MIGRATIONS[version:]:
                    migrate(tables)
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
                if version == 0:
                    create_views(tables)
                    self.set_meta("views", VIEW_VERSION)

    def tables(self) -> "Database":
        """The connection with the face of sqlite-utils, for work on the tables themselves."""
        from sqlite_utils import Database  # only now: it takes a while, and few starts need it

        return Database(self.connection, recursive_triggers=False, execute_plugins=False)

    @property
    def views_are_current(self) -> bool:
        """Whether the views were made by this version of the kinds."""
        return bool(self.meta("views") == VIEW_VERSION)

    @contextlib.contextmanager
    def explained(self) -> Iterator[None]:
        """Turn sqlite's errors into sentences."""
        try:
            yield
        except sqlite.DatabaseError as error:
            raise explain(error, self.path) from error

    @contextlib.contextmanager
    def write(self, *, durable: bool = False) -> Iterator[None]:
        """One transaction, begun IMMEDIATE so that it waits for other writers and never fails
        half-way because of one; all or nothing. ``durable`` waits for the disk: a power cut
        right after does not undo it."""
        assert not self._in_write, "transactions do not nest"
        db = self.connection
        with self.explained():
            if durable is not self._durable:
                db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                self._durable = durable
            db.execute("BEGIN IMMEDIATE")
            self._in_write = True
            try:
                yield
                db.execute("COMMIT")
            except BaseException:
                # A failed commit (a full disk) may already have rolled back.
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
            finally:
                self._in_write = False

    @contextlib.contextmanager
    def read(self) -> Iterator[Any]:
        """A consistent view of several queries."""
        with self.explained():
            self.connection.execute("BEGIN")
            try:
                yield self.connection
            finally:
                if self.connection.in_transaction:
                    self.connection.execute("COMMIT")

    def data_version(self) -> int:
        """Changes whenever another connection has committed; costs microseconds."""
        with self.explained():
            return int(self.connection.execute("PRAGMA data_version").fetchone()[0])

    def meta(self, key: str) -> Any:
        """A small value kept beside the tables, or None."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: object) -> None:
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def delete_meta(self, key: str) -> None:
        self.connection.execute("DELETE FROM meta WHERE key = ?", (key,))

    def problems(self) -> list[str]:
        """What SQLite and SQLCipher find wrong with the file itself."""
        with self.explained():
            found = [row[0] for row in self.connection.execute("PRAGMA cipher_integrity_check")]
            found += [
                row[0]
                for row in self.connection.execute("PRAGMA integrity_check")
                if row[0] != "ok"
            ]
        return found

    def close(self) -> None:
        self.connection.close()


#: Bytes of a page of the database, as SQLCipher makes them.
PAGE: Final = 4096

#: With less than this on the disk, in bytes, an error of input and output is one of room.
NO_ROOM: Final = 128 * 1024


def _has_no_room(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < NO_ROOM
    except OSError:
        return False


def _is_cut(path: Path) -> bool:
    """Whether the end of the file is missing. SQLite takes part of a last page for a whole one,
    and finds out only where it needs that page."""
    try:
        if path.stat().st_size % PAGE == 0:
            return False
        ahead = path.with_name(path.name + "-wal")
        # What a killed program left there makes the file whole again.
        return not ahead.exists() or ahead.stat().st_size == 0
    except OSError:
        return False


def _damaged(path: Path) -> DamagedError:
    return DamagedError(
        f"The file {path.name} in {path.parent} is damaged or was made with another key. It"
        " was left as it is. Restore a backup, or join again from a neighbour's machine, and"
        " keep the damaged file in case it can be mended."
    )


def explain(error: Exception, path: Path) -> MutualAidError:
    """The sentence for an error that sqlite raised."""
    text = str(error)
    if "full" in text:
        return StorageError(
            "The disk is full, so this could not be saved. Everything saved before is safe."
            " Make some room, then try again."
        )
    if "I/O" in text and _has_no_room(path.parent):
        # What SQLite keeps beside the file does not fit either, and of that it says no more.
        return StorageError(
            "The disk is full, and a little room is needed even to open the group. Everything"
            " saved before is safe. Make some room, then try again."
        )
    if "readonly" in text or "read-only" in text or "unable to open" in text:
        return StorageError(
            f"Mutual Aid cannot write to {path.parent}. Nothing was changed. Check that the folder"
            " is there and that you may write to it."
        )
    if "locked" in text or "busy" in text:
        return StorageError(
            "Another program is holding this group's file. Nothing was changed. Try again in a"
            " moment."
        )
    if "not a database" in text or "malformed" in text or "hmac" in text:
        return _damaged(path)
    return StorageError(f"The group's file could not be used ({text}). Nothing was changed.")
