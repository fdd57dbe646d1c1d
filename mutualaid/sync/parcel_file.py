# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Parcels one after the other in a single file, for a stick in a pocket or an e-mail.

A file begins with ``MAGIC``; then comes each parcel, its length (4 bytes, big-endian) before it.
A file that ends in the middle of a parcel is read up to there. A single parcel as it lies on a
folder shelf is taken for such a file, too.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from mutualaid import paths
from mutualaid.errors import NotAllowedError, StorageError
from mutualaid.model import shelf_notes
from mutualaid.model.chains import Holdings
from mutualaid.model.group import Group
from mutualaid.model.shelf_notes import State
from mutualaid.sync import unpacking
from mutualaid.sync.filling import Pace
from mutualaid.sync.keeper import Keeper
from mutualaid.sync.parcel import VERSION, Index
from mutualaid.sync.parcel_outside import (
    MOST_PARCEL,
    OUTSIDE_BYTES,
    BadParcelError,
    name_of,
    outside,
)
from mutualaid.sync.shelf import (
    Cursor,
    Listed,
    Listing,
    ShelfError,
    ShelfLacksError,
    ShelfRefusedError,
    TopicKey,
    run_on,
)
from mutualaid.sync.shelf_topics import Topic

MAGIC: Final = b"\x8bmutualaid parcels 1\n"
#: Parcels of one file that are looked at.
MOST_PARCELS: Final = 100_000


@dataclass(frozen=True, slots=True)
class WrittenFile:
    parcels: int
    entries: int
    photos: int
    bytes: int


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What came of reading files. ``strange`` parcels are of other groups or under other keys,
    ``unfit`` ones were altered or are none, ``newer`` ones are of a newer version; ``waiting`` ones
    hold something that what comes before is still missing of. ``torn``: a file ends too early."""

    parcels: int
    entries: int
    photos: int
    admitted: int
    waiting: int
    strange: int
    unfit: int
    newer: int
    torn: bool


class FileShelf:
    """One file as a shelf; see :class:`mutualaid.sync.shelf.Shelf`. Parcels can be added only to
    one that is being written."""

    def __init__(self, address: str, file: BinaryIO, *, writing: bool = False) -> None:
        self.address = address
        self._file = file
        self._writing = writing
        self._places: dict[bytes, dict[bytes, tuple[int, int]]] = {}
        self.torn = False
        self.unfit = 0
        self.newer = 0
        self.size = 0
        if writing:
            self.size = file.write(MAGIC)
        else:
            self._scan()

    def _scan(self) -> None:
        """Find where each parcel stands; nothing is kept of what is inside."""
        start = self._file.read(len(MAGIC))
        if start != MAGIC:
            rest = self._file.read(MOST_PARCEL + 1)
            self._add(start + rest, 0)
            return
        at = len(MAGIC)
        while len(self) < MOST_PARCELS and self.unfit < MOST_PARCELS:
            head = self._file.read(4)
            if not head:
                return
            length = int.from_bytes(head, "big")
            if length > MOST_PARCEL:
                self.unfit += 1
                return  # from here on nothing is where it should be
            data = self._file.read(length)
            if len(head) < 4 or len(data) < length:
                self.torn = True
                return
            self._add(data, at + 4)
            at += 4 + length

    def _add(self, data: bytes, at: int) -> None:
        try:
            about = outside(data)
        except BadParcelError:
            self.unfit += 1
            return
        self.newer += about.version > VERSION
        self._places.setdefault(about.topic, {})[name_of(data)] = at, len(data)

    def __len__(self) -> int:
        return sum(len(each) for each in self._places.values())

    @property
    def topics(self) -> dict[bytes, int]:
        """How many parcels there are of each topic."""
        return {topic: len(each) for topic, each in self._places.items()}

    async def list(self, topic: TopicKey, after: Cursor | None) -> Listing:  # noqa: ARG002
        found = self._places.get(topic.public, {})
        running = bytes(16)
        for name in found:
            running = run_on(running, name)
        parcels = tuple(
            Listed(number, name, size)
            for number, (name, (_at, size)) in enumerate(found.items(), 1)
        )
        return Listing(parcels, Cursor(bytes(16), len(parcels), running))

    @property
    def quota(self) -> int | None:
        """See :attr:`Shelf.quota`; files have none."""
        return None

    async def head(self, topic: TopicKey, name: bytes) -> bytes:
        at, size = self._place(topic, name)
        start = self._read(at, min(size, OUTSIDE_BYTES + 4096))
        # The length of the head stands in what was read; the parcel was seen to be one.
        length = OUTSIDE_BYTES + int.from_bytes(start[OUTSIDE_BYTES - 4 : OUTSIDE_BYTES], "big")
        return start[:length] if length <= len(start) else self._read(at, length)

    async def get(self, topic: TopicKey, name: bytes) -> bytes:
        at, size = self._place(topic, name)
        parcel = self._read(at, size)
        if name_of(parcel) != name:
            raise ShelfLacksError(f"{self.address} changed while it was read.", self.address)
        return parcel

    def _place(self, topic: TopicKey, name: bytes) -> tuple[int, int]:
        found = self._places.get(topic.public, {}).get(name)
        if found is None:
            raise ShelfLacksError(f"A parcel is not in {self.address}.", self.address)
        return found

    def _read(self, at: int, size: int) -> bytes:
        self._file.seek(at)
        return self._file.read(size)

    async def put(self, topic: TopicKey, parcel: bytes) -> None:
        if not self._writing:
            raise ShelfRefusedError(f"{self.address} is only read.", self.address)
        self._file.seek(self.size)
        self._file.write(len(parcel).to_bytes(4, "big") + parcel)
        places = self._places.setdefault(topic.public, {})
        places[name_of(parcel)] = self.size + 4, len(parcel)
        self.size += 4 + len(parcel)

    async def wait(self, topic: TopicKey, after: Cursor) -> None:  # noqa: ARG002
        await asyncio.Event().wait()

    async def close(self) -> None:
        """The file belongs to whoever opened it."""


class _FileKeeper(Keeper):
    """A keeper that remembers nothing of its shelf, and leaves everything at once."""

    def __init__(self, group: Group, shelf: FileShelf, *, everything: bool = True) -> None:
        super().__init__(
            group, shelf, now=lambda: 0.0, pace=Pace(others=(0.0, 0.0)), stored=self._count
        )
        self.everything = everything
        self.entries = self.photos = self.taken_photos = self.stored = self.admitted = 0
        self._others_room = 1 << 62
        self._most_photos = 1 << 30

    def _count(self, taken: unpacking.Taken) -> None:
        self.stored += taken.stored
        self.taken_photos += taken.kept
        self.admitted += len(taken.admitted)

    def _others(self) -> list[Holdings]:
        found = [] if self.everything else self._held_by_others()
        return found or [{}]

    def _own_photos(self, topic: Topic, others: Sequence[Holdings]) -> list[bytes]:
        if not self.everything:
            return super()._own_photos(topic, others)
        return [each for each in self._replica.blobs.all() if not topic.coverage.has_blob(each)]

    async def _put(self, topic: Topic, parcel: bytes, index: Index) -> None:
        await super()._put(topic, parcel, index)
        self.entries += sum(each.last - each.first + 1 for each in index.stretches)
        self.photos += len(index.blobs)

    def _note(self, problem: str, *, reachable: bool) -> None:
        """How a file was found is told at once, and kept nowhere."""

    @property
    def waiting(self) -> int:
        return self._count_of(State.WAITING)

    @property
    def unfit(self) -> int:
        return self._count_of(State.UNFIT)

    def _count_of(self, state: State) -> int:
        return sum(
            noted.state is state
            for topic in self._topics.values()
            for noted in topic.noted.values()
        )

    def own_topics(self) -> set[bytes]:
        return {lock.topic.public for lock in self._locks()}

    def forget(self) -> None:
        with self._replica.write(durable=False):
            shelf_notes.forget(self._db, self.shelf.address)

    async def empty(self) -> None:
        await self._empty_all(afresh=True)

    async def fill(self) -> None:
        await self._fill(afresh=True)


def write_file(group: Group, file: Path, *, everything: bool = True) -> WrittenFile:
    """Write parcels into a file that is whole or not there at all.

    With ``everything`` all that is held here; else what some machine is not known to hold.
    Raises StorageError, and NotAllowedError where this machine has no key yet.
    """
    if group.replica.current_key() is None:
        raise NotAllowedError(
            "This machine has no key of the group yet, so nothing can be written for others. It"
            " has one as soon as a neighbour's machine or a welcome was near."
        )
    group.replica.apply_all()
    try:
        with paths.whole_file(file) as out:
            # As far as a reader is concerned nothing is there before all of it is.
            shelf = FileShelf(str(file), out, writing=True)
            keeper = _FileKeeper(group, shelf, everything=everything)
            try:
                asyncio.run(keeper.fill())
            finally:
                keeper.forget()
    except OSError as error:
        raise StorageError(
            f"{file.name} cannot be written in {file.parent}. {paths.explain(error)} Nothing was"
            " changed there."
        ) from error
    return WrittenFile(len(shelf), keeper.entries, keeper.photos, shelf.size)


def read_file(group: Group, file: Path) -> ReadFile:
    """Take in what is in a file, once or again. StorageError where it cannot be read."""
    try:
        with file.open("rb") as source:
            shelf = FileShelf(str(file), source)
            keeper = _FileKeeper(group, shelf)
            try:
                asyncio.run(keeper.empty())
            finally:
                keeper.forget()
    except OSError as error:
        raise StorageError(
            f"{file} cannot be read. {paths.explain(error)} Nothing was changed."
        ) from error
    except ShelfError as error:
        raise StorageError(str(error)) from error
    group.replica.apply_all()
    own = keeper.own_topics()
    strange = sum(count for topic, count in shelf.topics.items() if topic not in own)
    return ReadFile(
        parcels=len(shelf),
        entries=keeper.stored,
        photos=keeper.taken_photos,
        admitted=keeper.admitted,
        waiting=keeper.waiting,
        strange=strange,
        unfit=shelf.unfit + keeper.unfit,
        newer=shelf.newer,
        torn=shelf.torn,
    )
