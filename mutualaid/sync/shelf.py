# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a shelf is, whether a relay, a folder or a bucket: a place where sealed parcels are left.

A shelf may be lost, wiped, rolled back or hostile. Whatever an implementation hands out was
checked as far as it can be without the parcel's key: names are hashes of what they name, heads
and parcels belong to the topic that was asked for, and sizes and numbers are bounded.
"""

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import ClassVar, Final, Protocol, Self

from mutualaid.errors import MutualAidError
from mutualaid.model.keys import EpochKey, SigningKey

GENERATION_BYTES: Final = 16
RUNNING_BYTES: Final = 16
#: The most parcels in one :class:`Listing`.
MOST_LISTED: Final = 1000

#: The key of a topic: its public half is the topic, what it signs a shelf can check.
TopicKey = SigningKey


def topic_key(epoch: EpochKey) -> TopicKey:
    """Return the key of the topic under which parcels of this epoch lie."""
    return SigningKey.from_seed(epoch.topic_seed)


@dataclass(frozen=True, slots=True)
class Listed:
    """One parcel on a shelf."""

    #: Grows within a generation.
    number: int
    #: 32 bytes: BLAKE2b-256 of the sealed parcel.
    name: bytes
    #: Bytes of the sealed parcel.
    size: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a reader stopped; keep it, and list after it next time.

    ``running`` is a hash over all names up to ``number`` (see :func:`run_on`), so a shelf that
    went back in time, or shows each reader something else, is found out.
    """

    generation: bytes
    number: int
    running: bytes

    def encode(self) -> bytes:
        """40 bytes, for a database or the wire."""
        return self.generation + self.number.to_bytes(8, "big") + self.running

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read what :meth:`encode` wrote; ValueError for anything else."""
        if len(data) != CURSOR_BYTES:
            raise ValueError(f"a cursor has {CURSOR_BYTES} bytes, not {len(data)}")
        number = int.from_bytes(data[GENERATION_BYTES : GENERATION_BYTES + 8], "big")
        if number >= 1 << 63:
            raise ValueError("a cursor's number is too large")
        return cls(data[:GENERATION_BYTES], number, data[GENERATION_BYTES + 8 :])


CURSOR_BYTES: Final = GENERATION_BYTES + 8 + RUNNING_BYTES
#: Before anything was read.
BEGINNING: Final = Cursor(bytes(GENERATION_BYTES), 0, bytes(RUNNING_BYTES))


def run_on(running: bytes, name: bytes) -> bytes:
    """Return the running hash after one more parcel."""
    return blake2b(running + name, digest_size=RUNNING_BYTES, person=b"mutualaid/shelf").digest()


@dataclass(frozen=True, slots=True)
class Listing:
    """Some of what lies on a shelf, in the order of numbers."""

    parcels: tuple[Listed, ...]
    #: After the last of these; list after it for the rest.
    cursor: Cursor
    #: There is more after the cursor.
    more: bool = False
    #: The shelf is not the one the cursor was from (wiped, rolled back, another): this lists
    #: from the beginning.
    reset: bool = False
    #: Parcels that the shelf once took in between are neither here nor past their time.
    holes: bool = field(default=False, kw_only=True)


class ShelfError(MutualAidError):
    """A shelf could not do what was asked; ``address`` says which.

    The text says in a sentence what happened; nothing on this machine is ever lost by it.
    """

    code: ClassVar[str] = "shelf"

    def __init__(self, sentence: str, address: str = "") -> None:
        super().__init__(sentence)
        self.address = address


class ShelfUnreachableError(ShelfError):
    """Nothing answers there, or not in time: to be tried again later."""

    code = "shelf_unreachable"


class ShelfFullError(ShelfError):
    """There is no room for this parcel, and may be none for a while."""

    code = "shelf_full"


class ShelfRefusedError(ShelfError):
    """The shelf may not be used like this: read-only, a token is wanted, too much asked."""

    code = "shelf_refused"


class ShelfLacksError(ShelfError):
    """The parcel is not, or no longer, on the shelf."""

    code = "shelf_lacks"


class ShelfLiesError(ShelfError):
    """What the shelf answered cannot be true; nothing of it was taken."""

    code = "shelf_lies"


class Shelf(Protocol):
    """A place for parcels. Any method raises a :class:`ShelfError` in a sentence.

    To be used from one event loop; calls may overlap.
    """

    #: As it stands in the group's list of shelves, without secrets.
    address: str

    async def list(self, topic: TopicKey, after: Cursor | None) -> Listing:
        """Say what lies there after a cursor, or from the beginning; at most ``MOST_LISTED``."""
        ...

    @property
    def quota(self) -> int | None:
        """Bytes that a topic may take up here; None where the shelf has not said so."""

    async def head(self, topic: TopicKey, name: bytes) -> bytes:
        """Return version, topic and sealed index part alone. Only the key can tell if it is true.

        ShelfLacksError if the parcel is not there.
        """
        ...

    async def get(self, topic: TopicKey, name: bytes) -> bytes:
        """Return the whole parcel, which has that name. ShelfLacksError if it is not there."""
        ...

    async def put(self, topic: TopicKey, parcel: bytes) -> None:
        """Leave a parcel; returns when it is durable. Once more does nothing."""
        ...

    async def wait(self, topic: TopicKey, after: Cursor) -> None:
        """Return when something may be there after the cursor. To be cancelled at will."""
        ...

    async def close(self) -> None:
        """Let go of connections and files."""
        ...
