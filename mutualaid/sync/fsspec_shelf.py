# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A shelf on storage that already scales: S3 and its like, WebDAV, SFTP, or whatever fsspec speaks.

Files lie there as in a folder; see :mod:`mutualaid.sync.shelf_files`. What talks to each kind of
server is in :mod:`mutualaid.sync.storage`, and its libraries are extras of the package.
"""

import asyncio
import importlib
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from mutualaid.errors import BadValueError
from mutualaid.sync.parcel_outside import MOST_PARCEL, OUTSIDE_BYTES
from mutualaid.sync.shelf import (
    Cursor,
    ShelfError,
    ShelfFullError,
    ShelfLiesError,
    ShelfRefusedError,
    ShelfUnreachableError,
    TopicKey,
)
from mutualaid.sync.shelf_files import MOST_FILES, FileShelf, Found, file_name, letters, parcel_name
from mutualaid.sync.storage.address import StorageAddress, StorageKind
from mutualaid.sync.storage.files import StorageFiles, Trouble, TroubleError

#: How often storage is looked at for what others left, in seconds. Looking costs its keeper.
LOOK_S: Final = 30.0
#: A parcel up to this size is read whole for its head, which costs one request either way.
SMALL: Final = 16 * 1024
#: What is read first of a larger one; mostly its head is within.
FIRST_READ: Final = 8 * 1024

_T = TypeVar("_T")

_CLASSES: Final = {
    StorageKind.S3: ("mutualaid.sync.storage.s3", "S3Files"),
    StorageKind.WEBDAV: ("mutualaid.sync.storage.webdav", "WebdavFiles"),
    StorageKind.SFTP: ("mutualaid.sync.storage.sftp", "SftpFiles"),
}
_SPEAKS: Final = {
    StorageKind.S3: "S3",
    StorageKind.WEBDAV: "WebDAV",
    StorageKind.SFTP: "SFTP",
}


def _class_for(kind: StorageKind) -> Callable[[StorageAddress], StorageFiles]:
    """What talks to this kind of place. BadValueError, saying what to install, where this machine
    lacks the libraries for it."""
    module, name = _CLASSES[kind]
    try:
        found: Callable[[StorageAddress], StorageFiles] = getattr(
            importlib.import_module(module), name
        )
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "mutualaid":
            raise
        raise BadValueError(
            f"To use {_SPEAKS[kind]} storage this machine needs something more. Install it with"
            f" “pip install 'mutualaid[{kind}]'”, or in a clone with “python3 packaging/run.py"
            " --set-up-storage”, and start the program again. Nothing was changed, and nothing is"
            " lost meanwhile."
        ) from error
    return found


def read_storage_address(text: str) -> str:
    """The address of storage as it is kept. BadValueError for what is none, or where this machine
    lacks the libraries for it."""
    address = StorageAddress.parse(text)
    _class_for(address.kind)
    return address.secret_text


class FsspecShelf(FileShelf):
    """A place on storage as a shelf; see :class:`mutualaid.sync.shelf.Shelf`."""

    def __init__(
        self,
        files: StorageFiles,
        address: str,
        *,
        speaks: str = "this program",
        look_every: float = LOOK_S,
    ) -> None:
        """``address`` is without secrets."""
        super().__init__(address, address, look_every=look_every)
        self._files = files
        self._speaks = speaks

    @classmethod
    def at(cls, address: StorageAddress) -> "FsspecShelf":
        """The shelf at an address. BadValueError where this machine lacks a library for it."""
        files = _class_for(address.kind)(address)
        return cls(files, str(address), speaks=_SPEAKS[address.kind])

    async def _look(self, topic: bytes) -> Found:
        found: dict[bytes, tuple[int, float]] = {}
        for each in await self._asked(self._files.entries(letters(topic))):
            name = parcel_name(each.name)
            if name is not None and 0 < each.size <= MOST_PARCEL:
                found[name] = each.size, each.time
                if len(found) >= MOST_FILES:
                    break
        return found

    async def _read(self, topic: bytes, name: bytes) -> bytes:
        return await self._read_part(topic, name, 0, MOST_PARCEL + 1)

    async def _read_part(self, topic: bytes, name: bytes, start: int, end: int) -> bytes:
        file = file_name(name)
        return await self._asked(self._files.read(letters(topic), file, start, end))

    async def head(self, topic: TopicKey, name: bytes) -> bytes:
        """The head of a parcel. Of a large one no more is read, and only the key can tell whether
        it is the one that belongs to the name."""
        seen = self._seen.get(topic.public)
        if seen is not None and seen.sizes.get(name, MOST_PARCEL) <= SMALL:
            return await super().head(topic, name)
        data = await self._read_part(topic.public, name, 0, FIRST_READ)
        if len(data) < OUTSIDE_BYTES:
            raise self._not_whole(name)
        # What is not there yet is made up only to read the outside.
        length = self._check_outside(topic, name, data.ljust(MOST_PARCEL, b"\0"))
        if length > len(data) == FIRST_READ:
            data += await self._read_part(topic.public, name, FIRST_READ, length)
        if len(data) < length:
            raise self._not_whole(name)
        return data[:length]

    async def _write(self, topic: bytes, name: bytes, parcel: bytes) -> None:
        await self._asked(self._files.write(letters(topic), file_name(name), parcel))

    async def wait(self, topic: TopicKey, after: Cursor) -> None:
        """Ask again and again, from some time after the last listing on."""
        seen = self._seen.get(topic.public)
        if seen is not None and seen.has(after) and after.number == len(seen.names):
            await asyncio.sleep(seen.looked + self._look_every - time.monotonic())
        await super().wait(topic, after)

    async def drop(self, topic: TopicKey, name: bytes) -> None:
        """Take away a parcel that this machine left; nothing if it is gone already."""
        await self._asked(self._files.remove(letters(topic.public), file_name(name)))

    async def close(self) -> None:
        await self._files.close()

    # -- troubles

    async def _asked(self, work: Awaitable[_T]) -> _T:
        try:
            return await work
        except TroubleError as error:
            raise self._told(error) from None

    def _told(self, error: TroubleError) -> ShelfError:
        """The sentence for what storage can do to anybody."""
        safe = "Nothing is lost: what was to be left there waits on this machine."
        why = f" {error.why}" if error.why else ""
        match error.trouble:
            case Trouble.ABSENT:
                return self._lacks()
            case Trouble.REFUSED:
                how = why or (
                    " Check the name and the password or key that it was added with, and whether"
                    " they allow reading and writing."
                )
                return ShelfRefusedError(
                    f"{self.place} refuses what this machine asks of it.{how} {safe}",
                    self.address,
                )
            case Trouble.FULL:
                return ShelfFullError(
                    f"There is no room left at {self.place}. {safe} Make some room, or ask its"
                    " keeper for more.",
                    self.address,
                )
            case Trouble.NONSENSE:
                how = why or f" It does not speak {self._speaks} as it should."
                return ShelfLiesError(
                    f"What answers at {self.place} cannot be used.{how} Nothing of it was taken."
                    f" {safe} Check the address.",
                    self.address,
                )
            case _:
                return ShelfUnreachableError(
                    f"{self.place} does not answer, or not as it should. It is tried again by"
                    f" itself. {safe}",
                    self.address,
                )
