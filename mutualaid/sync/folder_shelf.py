# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A shelf that is a folder: a stick, or what Syncthing, Nextcloud or a careful ``cp -r`` carries.

In the folder is one for each topic, and in it one file for each parcel, named by its content and
never changed: ``TOPIC/NAME.parcel``, both base32 in lower case (RFC 4648, no padding), which every
file system tells apart. A file appears whole or not at all; what a copying program left half done
or made a second of is no such name, or has no such content, and is passed over. Nothing is ever
deleted but what this program itself left unfinished.

Files are read and written on threads of asyncio's, so that a slow stick holds up nothing else.
"""

import asyncio
import base64
import binascii
import contextlib
import errno
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from mutualaid import paths
from mutualaid.errors import BadValueError
from mutualaid.model import keys
from mutualaid.sync.parcel_outside import MOST_PARCEL, BadParcelError, name_of, outside
from mutualaid.sync.shelf import (
    BEGINNING,
    MOST_LISTED,
    Cursor,
    Listed,
    Listing,
    ShelfError,
    ShelfFullError,
    ShelfLacksError,
    ShelfLiesError,
    ShelfRefusedError,
    ShelfUnreachableError,
    TopicKey,
    run_on,
)

SCHEME: Final = "folder:"
ENDING: Final = ".parcel"
#: What this program writes before it has a name; beside it only a time stands in the name.
PART: Final = ".mutualaid-part"
#: An unfinished file of this age belongs to nobody any more, in seconds.
LEFT_BEHIND_S: Final = 24 * 60 * 60
#: How often a folder is looked at for what a stick or another program brought, in seconds.
LOOK_S: Final = 2.0
#: Files of one topic that are looked at: far beyond any group's, and an end to a hostile folder.
MOST_FILES: Final = 100_000

_NAME_LETTERS: Final = 52
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


@dataclass(slots=True)
class _Topic:
    """The parcels of one topic in the order in which this process came to see them."""

    generation: bytes = field(default_factory=lambda: keys.random(16))
    names: list[bytes] = field(default_factory=list)
    sizes: dict[bytes, int] = field(default_factory=dict)
    running: list[bytes] = field(default_factory=list)


class FolderShelf:
    """A folder as a shelf; see :class:`mutualaid.sync.shelf.Shelf`."""

    def __init__(self, folder: Path, *, look_every: float = LOOK_S) -> None:
        self.folder = folder
        self.address = f"{SCHEME}{folder}"
        self._look_every = look_every
        self._topics: dict[bytes, _Topic] = {}
        self._cleaned: set[bytes] = set()

    # -- reading

    async def list(self, topic: TopicKey, after: Cursor | None) -> Listing:
        """What lies there; after a cursor of another run of the program, from the beginning."""
        at = await self._seen(topic.public)
        if after is not None and after.generation == at.generation:
            start, reset = after.number, False
            if start > len(at.names) or (start and at.running[start - 1] != after.running):
                start, reset = 0, True
        else:
            start, reset = 0, after is not None and after != BEGINNING
        end = min(start + MOST_LISTED, len(at.names))
        parcels = tuple(
            Listed(number + 1, at.names[number], at.sizes[at.names[number]])
            for number in range(start, end)
        )
        running = at.running[end - 1] if end else bytes(16)
        return Listing(parcels, Cursor(at.generation, end, running), end < len(at.names), reset)

    async def head(self, topic: TopicKey, name: bytes) -> bytes:
        """The head of a parcel whose whole file was read and found to be the one it is named."""
        parcel = await self.get(topic, name)
        return parcel[: outside(parcel).head_length]

    async def get(self, topic: TopicKey, name: bytes) -> bytes:
        path = self._path(topic.public, name)

        def read() -> bytes:
            with self._open(path) as file:
                return file.read(MOST_PARCEL + 1)

        parcel = await self._on_thread(read, lacks=True)
        if name_of(parcel) != name:
            raise ShelfLacksError(
                f"{path.name} in {self.folder} is not whole: it is still being copied, or was cut"
                " short. It is passed over until it is whole.",
                self.address,
            )
        try:
            about = outside(parcel)
        except BadParcelError as error:
            raise ShelfLiesError(str(error), self.address) from error
        if about.topic != topic.public:
            raise ShelfLiesError(
                f"{path.name} in {self.folder} lies in another group's place. It is passed over.",
                self.address,
            )
        return parcel

    def _open(self, path: Path) -> BinaryIO:
        try:
            return path.open("rb")
        except FileNotFoundError:
            # A FAT stick may have come back with its names in capitals.
            return path.with_name(path.name.upper()).open("rb")

    async def wait(self, topic: TopicKey, after: Cursor) -> None:
        """Look again and again until something is there that is not before the cursor."""
        while True:
            at = await self._seen(topic.public)
            if after.generation != at.generation or after.number != len(at.names):
                return
            if at.names and at.running[-1] != after.running:
                return
            await asyncio.sleep(self._look_every)

    async def _seen(self, topic: bytes) -> _Topic:
        """Look at the folder, and go on from what was seen of it before."""
        found = await self._on_thread(lambda: self._scan(topic))
        known = self._topics.get(topic)
        if known is None or any(name not in found for name in known.names):
            # Something is gone: begin anew, so that readers see what is left.
            known = self._topics[topic] = _Topic()
        fresh = sorted(
            ((when, name) for name, (size, when) in found.items() if name not in known.sizes)
        )
        for _when, name in fresh:
            before = known.running[-1] if known.running else bytes(16)
            known.names.append(name)
            known.sizes[name] = found[name][0]
            known.running.append(run_on(before, name))
        return known

    def _scan(self, topic: bytes) -> dict[bytes, tuple[int, float]]:
        """Name → size and time of each file that looks like a whole parcel."""
        found: dict[bytes, tuple[int, float]] = {}
        place = self._place(topic)
        if not place.is_dir():
            if not self.folder.is_dir():
                raise FileNotFoundError(errno.ENOENT, "no such folder", str(self.folder))
            return found
        with os.scandir(place) as entries:
            for entry in entries:
                name = _parcel_name(entry.name)
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

    async def put(self, topic: TopicKey, parcel: bytes) -> None:
        name = name_of(parcel)
        if outside(parcel).topic != topic.public:
            raise BadParcelError(
                "A parcel belongs to another topic than the one it was meant for. Nothing was"
                " written."
            )
        await self._on_thread(lambda: self._write(topic.public, name, parcel))

    def _write(self, topic: bytes, name: bytes, parcel: bytes) -> None:
        path = self._path(topic, name)
        with contextlib.suppress(OSError), self._open(path) as file:
            if name_of(file.read(MOST_PARCEL + 1)) == name:
                return
        if not self.folder.is_dir():
            # Never make the folder itself: where a stick is not plugged in, this machine's own
            # disk would be filled behind its place.
            raise FileNotFoundError(errno.ENOENT, "no such folder", str(self.folder))
        place = path.parent
        place.mkdir(exist_ok=True)
        self._clean(topic, place)
        part = place / f".{keys.random(8).hex()}{PART}"
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

    def _clean(self, topic: bytes, place: Path) -> None:
        """Take away what this program left unfinished when a stick was pulled out, once a run."""
        if topic in self._cleaned:
            return
        self._cleaned.add(topic)
        for left in place.glob(f".*{PART}"):
            with contextlib.suppress(OSError):
                if time.time() - left.stat().st_mtime > LEFT_BEHIND_S:
                    left.unlink()

    async def close(self) -> None:
        """Nothing stays open between two calls."""

    # -- places and troubles

    def _place(self, topic: bytes) -> Path:
        return self.folder / _letters(topic)

    def _path(self, topic: bytes, name: bytes) -> Path:
        return self._place(topic) / f"{_letters(name)}{ENDING}"

    async def _on_thread(self, work: Callable[[], _T], *, lacks: bool = False) -> _T:
        try:
            return await asyncio.to_thread(work)
        except OSError as error:
            if lacks and error.errno == errno.ENOENT and self.folder.is_dir():
                raise ShelfLacksError(
                    f"A parcel is no longer in {self.folder}. It is looked for elsewhere.",
                    self.address,
                ) from error
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


def _letters(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()


def _parcel_name(file: str) -> bytes | None:
    """The name of the parcel in a file, whatever case the file system made of it."""
    letters = file.lower().removesuffix(ENDING)
    if len(letters) != _NAME_LETTERS or len(file) != _NAME_LETTERS + len(ENDING):
        return None
    try:
        name = base64.b32decode(letters.upper() + "====")
    except binascii.Error:
        return None
    return name if _letters(name) == letters else None


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
