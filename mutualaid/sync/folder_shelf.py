# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A shelf that is a folder: a stick, or what Syncthing, Nextcloud or a careful ``cp -r`` carries.

How files lie in it says :mod:`mutualaid.sync.shelf_files`. A file appears whole or not at all.
Nothing is ever deleted but what this machine left itself: unfinished, or long ago and of use to
nobody any more.

Files are read and written on threads of asyncio's, so that a slow stick holds up nothing else.
"""

import asyncio
import contextlib
import errno
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from mutualaid import paths
from mutualaid.errors import BadValueError
from mutualaid.sync.parcel_outside import MOST_PARCEL, name_of
from mutualaid.sync.shelf import (
    ShelfError,
    ShelfFullError,
    ShelfRefusedError,
    ShelfUnreachableError,
    TopicKey,
)
from mutualaid.sync.shelf_files import (
    LEFT_BEHIND_S,
    MOST_FILES,
    PART,
    FileShelf,
    Found,
    file_name,
    letters,
    parcel_name,
    part_name,
)

SCHEME: Final = "folder:"
#: How often a folder is looked at for what a stick or another program brought, in seconds.
LOOK_S: Final = 2.0

_GONE: Final = frozenset(
    (
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EIO,
        errno.ENODEV,
        errno.ENXIO,
        errno.ESTALE,
        errno.EHOSTDOWN,
    )
)
_FULL: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))

_T = TypeVar("_T")


def folder_of(address: str) -> Path:
    """The folder that a ``folder:PATH`` names; BadValueError where it names none."""
    path = address.removeprefix(SCHEME).strip()
    if not address.startswith(SCHEME) or not path or "\0" in path or not path.isprintable():
        raise BadValueError(
            f"“{address[:80]}” is not the address of a folder; it looks like folder:/media/stick."
            " Nothing was changed."
        )
    return Path(path).expanduser()


def device_of(folder: Path) -> int:
    """The disk that a folder is on."""
    return folder.stat().st_dev


class FolderShelf(FileShelf):
    """A folder as a shelf; see :class:`mutualaid.sync.shelf.Shelf`."""

    def __init__(self, folder: Path, *, look_every: float = LOOK_S) -> None:
        super().__init__(f"{SCHEME}{folder}", str(folder), look_every=look_every)
        self.folder = folder
        self._cleaned: set[bytes] = set()
        #: Whether the folder was the root of another disk, such as a stick.
        self._was_mounted = False

    # -- reading

    async def _read(self, topic: bytes, name: bytes) -> bytes:
        path = self._path(topic, name)

        def read() -> bytes:
            with self._open(path) as file:
                return file.read(MOST_PARCEL + 1)

        return await self._on_thread(read, lacks=True)

    def _open(self, path: Path) -> BinaryIO:
        try:
            return path.open("rb")
        except FileNotFoundError:
            # A FAT stick may have come back with its names in capitals.
            return path.with_name(path.name.upper()).open("rb")

    async def _look(self, topic: bytes) -> Found:
        return await self._on_thread(lambda: self._scan(topic))

    def _scan(self, topic: bytes) -> Found:
        found: dict[bytes, tuple[int, float]] = {}
        self._find_folder()
        place = self._place(topic)
        if not place.is_dir():
            return found
        with os.scandir(place) as entries:
            for entry in entries:
                name = parcel_name(entry.name)
                if name is None:
                    continue
                with contextlib.suppress(OSError):  # gone meanwhile, or a broken link
                    about = entry.stat()
                    if entry.is_file() and 0 < about.st_size <= MOST_PARCEL:
                        found[name] = about.st_size, about.st_mtime
                if len(found) >= MOST_FILES:
                    break
        return found

    # -- writing

    async def _write(self, topic: bytes, name: bytes, parcel: bytes) -> None:
        await self._on_thread(lambda: self._write_file(topic, name, parcel))

    def _write_file(self, topic: bytes, name: bytes, parcel: bytes) -> None:
        path = self._path(topic, name)
        with contextlib.suppress(OSError), self._open(path) as file:
            if name_of(file.read(MOST_PARCEL + 1)) == name:
                return
        self._find_folder()
        place = path.parent
        place.mkdir(exist_ok=True)
        self._clean(topic, place)
        part = place / part_name()
        try:
            with part.open("xb") as file:
                file.write(parcel)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise
        _sync_folder(place)

    async def drop(self, topic: TopicKey, name: bytes) -> None:
        """Take away a parcel that this machine left; nothing if it is gone already.

        A relay forgets by itself, a folder does not.
        """
        path = self._path(topic.public, name)
        await self._on_thread(lambda: path.unlink(missing_ok=True))

    def _clean(self, topic: bytes, place: Path) -> None:
        """Take away what this program left unfinished when a stick was pulled out, once a run."""
        if topic in self._cleaned:
            return
        self._cleaned.add(topic)
        for left in place.glob(f".*{PART}"):
            with contextlib.suppress(OSError):
                if time.time() - left.stat().st_mtime > LEFT_BEHIND_S:
                    left.unlink()

    def _find_folder(self) -> None:
        """Raise FileNotFoundError where the folder is not, or not as it was: where a stick is not
        plugged in, this machine's own disk would be filled behind its place."""
        gone = FileNotFoundError(errno.ENOENT, "no such folder", str(self.folder))
        if not self.folder.is_dir():
            raise gone
        if device_of(self.folder) != device_of(self.folder.parent):
            self._was_mounted = True
        elif self._was_mounted:
            raise gone

    # -- places and troubles

    def _place(self, topic: bytes) -> Path:
        return self.folder / letters(topic)

    def _path(self, topic: bytes, name: bytes) -> Path:
        return self._place(topic) / file_name(name)

    async def _on_thread(self, work: Callable[[], _T], *, lacks: bool = False) -> _T:
        try:
            return await asyncio.to_thread(work)
        except OSError as error:
            if lacks and error.errno == errno.ENOENT and self.folder.is_dir():
                raise self._lacks() from error
            raise self._trouble(error) from error

    def _trouble(self, error: OSError) -> ShelfError:
        """The sentence for what a disk can do to anybody."""
        if error.errno in _FULL:
            return ShelfFullError(
                f"There is no room left in {self.folder}. Nothing was lost: what was to be left"
                " there waits on this machine. Make some room, or use a larger stick.",
                self.address,
            )
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            return ShelfRefusedError(
                f"Nothing may be written or read in {self.folder}. {paths.explain(error)}"
                " What was to be left there waits on this machine.",
                self.address,
            )
        if error.errno in _GONE:
            return ShelfUnreachableError(
                f"The folder {self.folder} is not there at the moment. Plug in the stick, or mount"
                " the folder; it goes on by itself then, and nothing is lost.",
                self.address,
            )
        return ShelfUnreachableError(
            f"The folder {self.folder} cannot be used. {paths.explain(error)} It is tried again.",
            self.address,
        )


def make_folder(address: str) -> Path:
    """Make the folder of a new shelf; BadValueError where it cannot be, in a sentence."""
    folder = folder_of(address)
    try:
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:
        why = paths.explain(error) if isinstance(error, OSError) else "It leads back to itself."
        raise BadValueError(
            f"The folder {folder} cannot be used. {why} Nothing was changed."
        ) from error
    return folder


def _sync_folder(place: Path) -> None:
    # As in paths: a rename is durable once its folder is, and Windows needs and allows no such.
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
