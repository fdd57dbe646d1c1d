# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bytes of photos, by content hash: what is held, what is missing, what is let go.

A blob is here only as long as a living post names it, and goes in the transaction in which the
last one is purged or lets it go. Only such blobs are given to other machines, and only such are
taken from them: of each author so much, newest posts first.
"""

from collections.abc import Collection, Iterable
from typing import Any, Final

from mutualaid.model import photos
from mutualaid.model.queries.where import marks, not_blocked
from mutualaid.model.store import Store

#: Bytes of photos that are kept of the posts of one person; a small one counts as so many.
MOST_OF_AUTHOR: Final = 64 * 1024 * 1024
LEAST_COUNTED: Final = 16 * 1024
#: Photos of one person that are asked for at a time: nobody who names many that do not exist
#: keeps others' from being found.
MOST_MISSING_OF_AUTHOR: Final = 256
MOST_MISSING: Final = 8192
#: Hashes whose bytes turned out to be no photo, remembered so that they are not asked for again.
MOST_UNFIT: Final = 4096


def put(db: Any, digest: bytes, data: bytes) -> None:
    """Keep a blob that a post names, or is about to; inside the caller's transaction."""
    db.execute("INSERT OR IGNORE INTO blob (hash, data) VALUES (?, ?)", (digest, data))


def get(db: Any, digest: bytes) -> bytes | None:
    row = db.execute("SELECT data FROM blob WHERE hash = ?", (digest,)).fetchone()
    return bytes(row[0]) if row else None


def named_by(db: Any, record: int) -> list[bytes]:
    """The photos of a post, by its local number."""
    rows = db.execute("SELECT hash FROM post_photo WHERE record = ?", (record,))
    return [bytes(row[0]) for row in rows]


def drop_unnamed(db: Any, hashes: Collection[bytes] | None) -> None:
    """Let go of those (None: of any) that no living post names any more; inside the caller's
    transaction."""
    if hashes is None:
        db.execute("DELETE FROM blob WHERE hash NOT IN (SELECT hash FROM post_photo)")
        return
    for digest in hashes:
        db.execute(
            "DELETE FROM blob WHERE hash = ?1"
            " AND NOT EXISTS (SELECT 1 FROM post_photo WHERE hash = ?1)",
            (digest,),
        )


def room_left(db: Any, owner: bytes) -> int:
    """How many bytes of photos more are kept of the posts of a person."""
    used = db.execute(
        "SELECT coalesce(sum(max(length(data), ?)), 0) FROM blob WHERE hash IN"
        " (SELECT hash FROM post_photo JOIN post USING (record) WHERE owner = ?)",
        (LEAST_COUNTED, owner),
    ).fetchone()[0]
    return MOST_OF_AUTHOR - int(used)


class Blobs:
    """What another machine may do with the blobs of a group: see ``sync/fetching.py``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: tuple[int, tuple[int, int]] | None = None
        self._missing: dict[bytes, None] = {}
        self._unfit: dict[bytes, None] = {}

    @property
    def _db(self) -> Any:
        return self._store.connection

    def version(self) -> int:
        """Another number whenever something may have come or gone; costs microseconds."""
        return int(self._db.execute("SELECT max(revision) FROM touched").fetchone()[0] or 0)

    def missing(self) -> Collection[bytes]:
        """Photos of living posts that are not here, newest posts first; costs little until the
        posts change. Not to be kept: it changes with the next call."""
        now = self.version(), self._blocks()
        if self._seen != now:
            if self._seen is None or now[1] != self._seen[1] or self._may_differ(self._seen[0]):
                self._missing = dict.fromkeys(self._look())
            self._seen = now
        return self._missing.keys()

    def _blocks(self) -> tuple[int, int]:
        row = self._db.execute("SELECT count(*), max(record) FROM opened_block").fetchone()
        return int(row[0]), int(row[1] or 0)

    def _may_differ(self, seen: int) -> bool:
        db = self._db
        oldest = db.execute("SELECT min(revision) FROM touched").fetchone()[0]
        if oldest is None or oldest > seen + 1 or self._missing:
            return True
        row = db.execute(
            "SELECT EXISTS (SELECT 1 FROM touched WHERE revision > ?1 AND record IS NULL)"
            " OR EXISTS (SELECT 1 FROM touched JOIN post_photo USING (record)"
            " WHERE revision > ?1 AND kind = 'post'"
            " AND NOT EXISTS (SELECT 1 FROM blob WHERE blob.hash = post_photo.hash))",
            (seen,),
        ).fetchone()
        return bool(row[0])

    def _look(self) -> list[bytes]:
        db = self._db
        rows = db.execute(
            "WITH lacking AS ("
            " SELECT hash, record, owner,"
            " row_number() OVER (PARTITION BY owner ORDER BY record DESC, place) AS turn"
            " FROM post_photo JOIN post USING (record)"
            " WHERE NOT EXISTS (SELECT 1 FROM blob WHERE blob.hash = post_photo.hash)"
            f"{not_blocked(db, 'owner')})"
            " SELECT hash, owner FROM lacking WHERE turn <= ? ORDER BY record DESC, turn LIMIT ?",
            (MOST_MISSING_OF_AUTHOR, MOST_MISSING),
        ).fetchall()
        room = {
            owner: room_left(db, owner) >= photos.MOST_TAKEN
            for owner in {bytes(row[1]) for row in rows}
        }
        return [
            bytes(digest)
            for digest, owner in rows
            if room[bytes(owner)] and bytes(digest) not in self._unfit
        ]

    def held(self, hashes: Iterable[bytes]) -> set[bytes]:
        """Those of some that can be given to another machine."""
        wanted = list(hashes)
        return {
            bytes(row[0])
            for row in self._db.execute(
                f"SELECT hash FROM blob WHERE hash IN ({marks(wanted)})"
                " AND EXISTS (SELECT 1 FROM post_photo WHERE post_photo.hash = blob.hash)",
                wanted,
            )
        }

    def all(self) -> list[bytes]:
        """The hashes of all that can be given to another machine."""
        rows = self._db.execute(
            "SELECT hash FROM blob WHERE hash IN (SELECT hash FROM post_photo) ORDER BY number"
        )
        return [bytes(row[0]) for row in rows]

    def serve(self, digest: bytes) -> bytes | None:
        """A blob that a living post names, for another machine; None where there is none."""
        return get(self._db, digest) if self.held([digest]) else None

    def forget(self) -> None:
        """Look anew next time: a transaction failed."""
        self._seen = None

    def keep(self, digest: bytes, data: bytes) -> bool:
        """Keep a missing blob that came from another machine and has this hash; inside a
        transaction. False where it is not missing (any more), is no photo as photos are here, or
        there is no room for it."""
        db = self._db
        if not photos.is_fit(data):
            while len(self._unfit) >= MOST_UNFIT:
                del self._unfit[next(iter(self._unfit))]
            self._unfit[digest] = None
            self._missing.pop(digest, None)
            return False
        current = self._seen is not None and self._seen[0] == self.version()
        named = db.execute(
            "SELECT record, owner FROM post_photo JOIN post USING (record) WHERE hash = ?"
            " AND NOT EXISTS (SELECT 1 FROM blob WHERE blob.hash = post_photo.hash)",
            (digest,),
        ).fetchall()
        owners = {bytes(row[1]) for row in named}
        if not any(room_left(db, owner) >= max(len(data), LEAST_COUNTED) for owner in owners):
            self.forget()
            return False
        put(db, digest, data)
        db.executemany(
            "INSERT INTO touched (kind, record) VALUES ('post', ?)", [(row[0],) for row in named]
        )
        if current and self._seen is not None:
            # All that changed is known here: no need to look through the posts again.
            self._missing.pop(digest, None)
            self._seen = self.version(), self._seen[1]
        return True
