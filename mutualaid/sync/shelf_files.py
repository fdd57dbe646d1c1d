# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shelves made of files, wherever the files lie: how they are named, and in which order.

For each topic there is a folder, and in it one file for each parcel, named by its content and
never changed: ``TOPIC/NAME.parcel``, both base32 in lower case (RFC 4648, no padding), which every
file system tells apart. What a copying program left half done or made a second of is no such
name, or has no such content, and is passed over.
"""

import asyncio
import base64
import binascii
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from mutualaid.model import keys
from mutualaid.sync.parcel_outside import BadParcelError, name_of, outside
from mutualaid.sync.shelf import (
    BEGINNING,
    MOST_LISTED,
    Cursor,
    Listed,
    Listing,
    ShelfLacksError,
    ShelfLiesError,
    TopicKey,
    run_on,
)

ENDING: Final = ".parcel"
#: What this program writes before it has a name.
PART: Final = ".mutualaid-part"
#: An unfinished file of this age belongs to nobody any more, in seconds.
LEFT_BEHIND_S: Final = 24 * 60 * 60
#: Files of one topic that are looked at: far beyond any group's, and an end to a hostile place.
MOST_FILES: Final = 100_000

_NAME_LETTERS: Final = 52

#: Name → size and time of each file that looks like a whole parcel.
Found = Mapping[bytes, tuple[int, float]]


def letters(data: bytes) -> str:
    """How a topic or a name is written in a path."""
    return base64.b32encode(data).decode().rstrip("=").lower()


def file_name(name: bytes) -> str:
    """The file of a parcel, inside its topic's folder."""
    return letters(name) + ENDING


def part_name() -> str:
    """A name for a file that is not whole yet."""
    return f".{keys.random(8).hex()}{PART}"


def parcel_name(file: str) -> bytes | None:
    """The name of the parcel in a file, whatever case the file system made of it."""
    stem = file.lower().removesuffix(ENDING)
    if len(stem) != _NAME_LETTERS or len(file) != _NAME_LETTERS + len(ENDING):
        return None
    try:
        name = base64.b32decode(stem.upper() + "====")
    except binascii.Error:
        return None
    return name if letters(name) == stem else None


@dataclass(slots=True)
class _Seen:
    """The parcels of one topic in the order in which this process came to see them."""

    generation: bytes = field(default_factory=lambda: keys.random(16))
    names: list[bytes] = field(default_factory=list)
    sizes: dict[bytes, int] = field(default_factory=dict)
    running: list[bytes] = field(default_factory=list)
    #: When the files were last looked at, by the monotonic clock.
    looked: float = field(default_factory=time.monotonic)

    def follow(self, found: Found) -> "_Seen":
        """Go on with what is new; begin anew where something is gone, so that readers see what
        is left."""
        seen = self if all(name in found for name in self.names) else _Seen()
        seen.looked = time.monotonic()
        fresh = sorted(
            (when, name) for name, (_size, when) in found.items() if name not in seen.sizes
        )
        for _when, name in fresh:
            before = seen.running[-1] if seen.running else BEGINNING.running
            seen.names.append(name)
            seen.sizes[name] = found[name][0]
            seen.running.append(run_on(before, name))
        return seen

    def has(self, cursor: Cursor) -> bool:
        """Whether a cursor was given out for what is seen here."""
        number = cursor.number
        return (
            cursor.generation == self.generation
            and number <= len(self.names)
            and (number == 0 or self.running[number - 1] == cursor.running)
        )

    def listing(self, after: Cursor | None) -> Listing:
        known = after is not None and self.has(after)
        start = after.number if after is not None and known else 0
        reset = after is not None and not known and after != BEGINNING
        end = min(start + MOST_LISTED, len(self.names))
        parcels = tuple(
            Listed(number + 1, name, self.sizes[name])
            for number, name in enumerate(self.names[start:end], start)
        )
        running = self.running[end - 1] if end else BEGINNING.running
        return Listing(parcels, Cursor(self.generation, end, running), end < len(self.names), reset)


class FileShelf(ABC):
    """What every shelf made of files does; see :class:`mutualaid.sync.shelf.Shelf`."""

    def __init__(self, address: str, place: str, *, look_every: float) -> None:
        """``place`` is how the place is called in sentences; ``look_every`` is in seconds."""
        self.address = address
        self.place = place
        self._look_every = look_every
        self._seen: dict[bytes, _Seen] = {}
        self._looking: dict[bytes, asyncio.Lock] = {}

    # -- what a sort of place is to say

    @abstractmethod
    async def _look(self, topic: bytes) -> Found:
        """Look at the files of a topic."""

    @abstractmethod
    async def _read(self, topic: bytes, name: bytes) -> bytes:
        """Return a file, or its first ``MOST_PARCEL`` + 1 bytes. ShelfLacksError without one."""

    @abstractmethod
    async def _write(self, topic: bytes, name: bytes, parcel: bytes) -> None:
        """Make a file that is whole or not there; what is whole already may stay."""

    # -- what follows from it

    async def list(self, topic: TopicKey, after: Cursor | None) -> Listing:
        """What lies there; after a cursor of another run of the program, from the beginning."""
        seen = self._seen.get(topic.public)
        if (
            seen is None
            or after is None
            or not seen.has(after)
            or after.number == len(seen.names)
            or time.monotonic() - seen.looked > self._look_every
        ):
            seen = await self._look_again(topic.public)
        return seen.listing(after)

    async def get(self, topic: TopicKey, name: bytes) -> bytes:
        parcel = await self._read(topic.public, name)
        if name_of(parcel) != name:
            raise self._not_whole(name)
        self._check_outside(topic, name, parcel)
        return parcel

    @property
    def quota(self) -> int | None:
        """See :attr:`Shelf.quota`; files have none."""
        return None

    async def head(self, topic: TopicKey, name: bytes) -> bytes:
        """The head of a parcel whose whole file was read and found to be the one it is named."""
        parcel = await self.get(topic, name)
        return parcel[: outside(parcel).head_length]

    async def put(self, topic: TopicKey, parcel: bytes) -> None:
        name = name_of(parcel)
        if outside(parcel).topic != topic.public:
            raise BadParcelError(
                "A parcel belongs to another topic than the one it was meant for. Nothing was"
                " written."
            )
        await self._write(topic.public, name, parcel)

    async def wait(self, topic: TopicKey, after: Cursor) -> None:
        """Look again and again until something is there that is not before the cursor."""
        while True:
            seen = await self._look_again(topic.public)
            if not seen.has(after) or after.number != len(seen.names):
                return
            await asyncio.sleep(self._look_every)

    async def close(self) -> None:  # noqa: B027 - most have nothing to close
        """Let go of what stays open between two calls."""

    async def _look_again(self, topic: bytes) -> _Seen:
        # One look at a time: the older of two that crossed would show as gone what came between.
        async with self._looking.setdefault(topic, asyncio.Lock()):
            found = await self._look(topic)
            self._seen[topic] = self._seen.get(topic, _Seen()).follow(found)
            return self._seen[topic]

    def _check_outside(self, topic: TopicKey, name: bytes, data: bytes) -> int:
        """How long the head is of what begins with *data*."""
        try:
            about = outside(data)
        except BadParcelError as error:
            raise ShelfLiesError(str(error), self.address) from error
        if about.topic != topic.public:
            raise ShelfLiesError(
                f"{file_name(name)} in {self.place} lies in another group's place. It is passed"
                " over.",
                self.address,
            )
        return about.head_length

    def _lacks(self) -> ShelfLacksError:
        return ShelfLacksError(
            f"A parcel is no longer in {self.place}. It is looked for elsewhere.", self.address
        )

    def _not_whole(self, name: bytes) -> ShelfLacksError:
        return ShelfLacksError(
            f"{file_name(name)} in {self.place} is not whole: it is still being copied, or was cut"
            " short. It is passed over until it is whole.",
            self.address,
        )
