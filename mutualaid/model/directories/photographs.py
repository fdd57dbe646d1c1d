# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Photos of a directory, read from the database one by one as they are asked for."""

from typing import Any

from mutualaid.errors import ExportError
from mutualaid.model import blobs
from mutualaid.model.directories.directory import Photo


class Album:
    """Where the photos of one directory are read. A plan that was made on another thread, or of a
    group that was closed since, is given the connection of who uses it (:meth:`use`)."""

    def __init__(self, db: Any) -> None:
        self._db = db

    def use(self, db: Any) -> None:
        self._db = db

    def read(self, digest: bytes) -> bytes:
        """The JPEG; raises ExportError where it has gone meanwhile."""
        data = blobs.get(self._db, digest)
        if data is None:
            raise ExportError(
                "A photo was taken off while this was being written. Nothing was written. Look at"
                " the list again, and then write it."
            )
        return data


class StoredPhoto(Photo):
    """A photo that is read when its bytes are asked for, and not kept."""

    __slots__ = ("_album", "_digest")
    _album: Album
    _digest: bytes

    def __init__(self, album: Album, digest: bytes, alt: str) -> None:
        object.__setattr__(self, "_album", album)
        object.__setattr__(self, "_digest", digest)
        object.__setattr__(self, "alt", alt)

    @property
    def data(self) -> bytes:
        return self._album.read(self._digest)

    @property
    def digest(self) -> bytes:
        """BLAKE2b-256 of the bytes."""
        return self._digest

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StoredPhoto):
            return NotImplemented
        return (self._digest, self.alt) == (other._digest, other.alt)

    def __hash__(self) -> int:
        return hash((self._digest, self.alt))

    def __repr__(self) -> str:
        return f"StoredPhoto({self._digest.hex()[:8]}, {self.alt!r})"
