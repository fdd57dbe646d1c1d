# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a shelf asks of storage: to list a folder, read part of a file, and write a whole one.

:class:`FsspecFiles` does it over any fsspec file system whose calls wait, on threads of its own,
so that a server that stalls holds up neither the loop nor other shelves.
"""

import asyncio
import contextlib
import errno
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from enum import Enum, auto
from itertools import islice
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from mutualaid.sync.shelf_files import LEFT_BEHIND_S, MOST_FILES, PART, part_name

#: How long one step of a conversation with a server may take, in seconds: connecting, an answer.
STEP_S: Final = 20.0
#: How long a whole call may take: a listing of many pages, a megabyte over a thin line.
CALL_S: Final = 120.0
#: Calls to one place at a time.
AT_ONCE: Final = 4
#: Unfinished files that are taken away at a time.
MOST_CLEANED: Final = 100
#: Errors that say that there is no room.
FULL: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))

_T = TypeVar("_T")


class Trouble(Enum):
    """What went wrong with storage, as far as it matters to who uses it."""

    #: Nothing answers, or not in time.
    AWAY = auto()
    #: The file is not there.
    ABSENT = auto()
    REFUSED = auto()
    FULL = auto()
    #: What answered cannot be understood.
    NONSENSE = auto()


class TroubleError(Exception):
    """Storage could not do what was asked."""

    def __init__(self, trouble: Trouble, why: str = "") -> None:
        """``why`` is a sentence that says more than ``trouble``; never with a secret in it, nor
        with what the server says."""
        super().__init__(why or trouble.name)
        self.trouble = trouble
        self.why = why


class Entry(NamedTuple):
    """One file in a folder."""

    name: str
    size: int
    #: Unix seconds, by the server's clock; 0 if it does not say.
    time: float


class StorageFiles(Protocol):
    """A place on storage. Every method raises TroubleError, and nothing else of its own; none
    takes longer than about ``CALL_S`` once its turn has come."""

    async def entries(self, folder: str) -> list[Entry]:
        """The files of a folder, at most ``MOST_ENTRIES``; none if there is no such folder."""
        ...

    async def read(self, folder: str, file: str, start: int, end: int) -> bytes:
        """Bytes from ``start`` up to ``end``, fewer where the file ends before."""
        ...

    async def write(self, folder: str, file: str, data: bytes) -> None:
        """Make a file that is whole or not there, in place of one of that name."""
        ...

    async def remove(self, folder: str, file: str) -> None:
        """Take a file away; nothing if it is gone already."""
        ...

    async def close(self) -> None:
        """Let go of connections and threads."""
        ...


#: Names in a folder that are looked at, parcels or not.
MOST_ENTRIES: Final = 2 * MOST_FILES


def entry(details: Mapping[str, Any]) -> Entry | None:
    """What fsspec says of a file, or None for a folder and for nonsense."""
    name, size = details.get("name"), details.get("size")
    if details.get("type") != "file" or not isinstance(name, str) or not isinstance(size, int):
        return None
    when = next(
        (
            details[key]
            for key in ("mtime", "modified", "LastModified", "created")
            if key in details
        ),
        0.0,
    )
    try:
        seconds = when.timestamp() if isinstance(when, datetime) else float(when or 0)
    except (TypeError, ValueError, OverflowError, OSError):
        seconds = 0.0
    return Entry(name.rstrip("/").rpartition("/")[2], size, seconds)


class FsspecFiles:
    """A place on an fsspec file system, as it is or with what a kind of server needs.

    Files are written under another name and moved, so that none is seen half.
    """

    def __init__(
        self, root: str, connect: Callable[[], Any] | None = None, *, at_once: int = AT_ONCE
    ) -> None:
        """``root`` is the place's path; ``connect`` makes the file system, on a thread. So many
        threads use it ``at_once``."""
        self.root = root
        self._make = connect
        self._fs: Any = None
        self._connecting = threading.Lock()
        self._making = threading.Lock()
        # Whoever waits for a thread is not timed yet.
        self._free = asyncio.Semaphore(at_once)
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="storage")
        self._ready: set[str] = set()
        self._was_there = False
        self._left_behind: dict[str, list[str]] = {}

    # -- what a kind of server may do otherwise; all on threads

    def connect(self) -> Any:
        """Make the file system."""
        assert self._make is not None
        return self._make()

    def is_alive(self, fs: Any) -> bool:
        """Whether the file system is still connected, as far as can be told without asking."""
        del fs
        return True

    def disconnect(self, fs: Any) -> None:
        """Let go of the file system; also while another thread waits for it."""

    def list_files(self, fs: Any, path: str) -> Iterable[Entry]:
        """The files of a folder. FileNotFoundError without the folder."""
        for details in fs.ls(path, detail=True):
            found = entry(details)
            if found is not None:
                yield found

    def read_file(self, fs: Any, path: str, start: int, end: int) -> bytes:
        data = fs.cat_file(path, start=start, end=end)
        assert isinstance(data, bytes)
        return data

    def write_file(self, fs: Any, path: str, data: bytes) -> None:
        fs.pipe_file(path, data)

    def move_file(self, fs: Any, old: str, new: str) -> None:
        """Give a file the name of another, taking its place."""
        fs.mv(old, new)

    def remove_file(self, fs: Any, path: str) -> None:
        fs.rm_file(path)

    def make_folder(self, fs: Any, path: str) -> None:
        """Make a folder and what leads to it, where it is missing."""
        fs.makedirs(path, exist_ok=True)

    def is_there(self, fs: Any, path: str) -> bool:
        return bool(fs.exists(path))

    def trouble(self, error: Exception) -> TroubleError:
        """What an error of the file system comes to."""
        return trouble_of(error)

    # -- what a shelf asks

    async def entries(self, folder: str) -> list[Entry]:
        return await self._on_thread(lambda fs: self._entries(fs, folder))

    def _entries(self, fs: Any, folder: str) -> list[Entry]:
        try:
            found = list(islice(self.list_files(fs, self._path(folder)), MOST_ENTRIES))
        except FileNotFoundError:
            if self._was_there and not self.is_there(fs, self.root):
                raise TroubleError(Trouble.AWAY) from None
            return []
        self._was_there = True
        self._left_behind[folder] = [
            each.name
            for each in found
            if each.name.endswith(PART) and 0 < each.time < time.time() - LEFT_BEHIND_S
        ]
        return found

    async def read(self, folder: str, file: str, start: int, end: int) -> bytes:
        path = self._path(folder, file)
        return await self._on_thread(lambda fs: self.read_file(fs, path, start, end))

    async def write(self, folder: str, file: str, data: bytes) -> None:
        await self._on_thread(lambda fs: self._write(fs, folder, file, data))

    def _write(self, fs: Any, folder: str, file: str, data: bytes) -> None:
        was_ready = folder in self._ready
        try:
            self._write_once(fs, folder, file, data)
        except FileNotFoundError:
            if not was_ready:
                raise
            # Somebody took the folder away meanwhile.
            self._ready.discard(folder)
            self._write_once(fs, folder, file, data)
        for name in self._left_behind.pop(folder, [])[:MOST_CLEANED]:
            with contextlib.suppress(Exception):
                self.remove_file(fs, self._path(folder, name))

    def _write_once(self, fs: Any, folder: str, file: str, data: bytes) -> None:
        # Of two threads that make one folder a server may turn one away.
        with self._making:
            if folder not in self._ready:
                self.make_folder(fs, self._path(folder))
                self._ready.add(folder)
        part = self._path(folder, part_name())
        try:
            self.write_file(fs, part, data)
            self.move_file(fs, part, self._path(folder, file))
        except BaseException:
            with contextlib.suppress(Exception):
                self.remove_file(fs, part)
            raise

    async def remove(self, folder: str, file: str) -> None:
        path = self._path(folder, file)
        try:
            await self._on_thread(lambda fs: self.remove_file(fs, path))
        except TroubleError as error:
            if error.trouble is not Trouble.ABSENT:
                raise

    async def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self._drop)

    # -- threads

    def _path(self, *names: str) -> str:
        return "/".join((self.root.rstrip("/"), *names))

    async def _on_thread(self, work: Callable[[Any], _T]) -> _T:
        def run() -> _T:
            return work(self._connected())

        try:
            async with self._free, asyncio.timeout(CALL_S):
                return await asyncio.get_running_loop().run_in_executor(self._pool, run)
        except TroubleError:
            raise
        except TimeoutError:
            # Nothing else makes the thread come back.
            await asyncio.to_thread(self._drop)
            raise TroubleError(Trouble.AWAY) from None
        except Exception as error:  # noqa: BLE001 - each library has its own sorts of errors
            raise self.trouble(error) from None

    def _connected(self) -> Any:
        with self._connecting:
            if self._fs is not None and not self.is_alive(self._fs):
                self._drop()
            if self._fs is None:
                self._fs = self.connect()
            return self._fs

    def _drop(self) -> None:
        fs, self._fs = self._fs, None
        if fs is not None:
            with contextlib.suppress(Exception):
                self.disconnect(fs)


def trouble_of(error: Exception) -> TroubleError:
    """What an error that any file system may raise comes to."""
    if isinstance(error, TroubleError):
        return error
    if isinstance(error, FileNotFoundError):
        return TroubleError(Trouble.ABSENT)
    if isinstance(error, PermissionError):
        return TroubleError(Trouble.REFUSED)
    if isinstance(error, OSError):
        return TroubleError(Trouble.FULL if error.errno in FULL else Trouble.AWAY)
    if isinstance(error, TimeoutError | EOFError):
        return TroubleError(Trouble.AWAY)
    return TroubleError(Trouble.NONSENSE)


def bounded(chunks: Iterable[bytes], most: int, seconds: float) -> Iterator[bytes]:
    """Pass on what a server sends, up to an end in bytes and in time. TroubleError beyond."""
    deadline = time.monotonic() + seconds
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise TroubleError(Trouble.NONSENSE, "The server sends more than was asked for.")
        if time.monotonic() > deadline:
            raise TroubleError(Trouble.AWAY)
        yield chunk
