# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How photos come after the text: a part of the conversation of two machines (see ``session``).

Each side asks for what posts name and it lacks, a few at a time, and each of one machine only. It
is answered with the bytes in order, in pieces, whenever there is nothing else to send; or with a
word that they are not here, and with another when they have come. Of a photo that is under way
when a line breaks, what came so far is forgotten.

    WANT   hashes of photos that I lack
    PIECE  hash, offset, length of the whole, bytes
    LACK   hashes of photos that you want and I do not have either
    HERE   hashes of photos that I told you I lack, and now have
"""

from collections import deque
from collections.abc import Collection, Container, Iterable, Iterator
from typing import Any, Final, Protocol

from mutualaid.errors import ProtocolError
from mutualaid.model.photos import MOST_TAKEN, photo_hash
from mutualaid.sync.frames import Tag

#: Bytes in one piece: so long, at most, waits a post that is written meanwhile.
PIECE: Final = 32 * 1024
LEAST_PIECE: Final = 16 * 1024  # but the last
MOST_PIECE: Final = 128 * 1024
#: Photos asked for and not come yet, per session.
MOST_ASKED: Final = 8
#: Photos asked for in one session, all in all; the next session may ask for more.
MOST_ASKS: Final = 30_000
#: What a peer was told is lacking here, remembered to tell when it came.
MOST_OWED: Final = 1024


class Shelf(Protocol):
    """The photos of a group; :class:`mutualaid.model.blobs.Blobs` is one."""

    def version(self) -> int: ...
    def missing(self) -> Collection[bytes]: ...
    def held(self, hashes: Iterable[bytes]) -> set[bytes]: ...
    def serve(self, digest: bytes) -> bytes | None: ...


class FetchReplica(Protocol):
    @property
    def blobs(self) -> Shelf: ...
    def keep_blob(self, digest: bytes, data: bytes) -> bool: ...


class Claims:
    """Which photos are asked of which machine, over all sessions of a group on this one."""

    def __init__(self) -> None:
        self._by: dict[bytes, object] = {}

    def take(
        self, missing: Iterable[bytes], without: Container[bytes], most: int, who: object
    ) -> list[bytes]:
        """Some that nobody is asked for yet, now asked for by ``who``."""
        taken: list[bytes] = []
        for digest in missing:
            if len(taken) >= most:
                break
            if digest not in self._by and digest not in without:
                self._by[digest] = who
                taken.append(digest)
        return taken

    def release(self, digest: bytes, who: object) -> None:
        if self._by.get(digest) is who:
            del self._by[digest]

    def release_all(self, who: object, but: bytes | None = None) -> bool:
        """Whether there was any, ``but`` one."""
        mine = [
            digest for digest, claimant in self._by.items() if claimant is who and digest != but
        ]
        for digest in mine:
            del self._by[digest]
        return bool(mine)


class Fetching:
    """Both directions of one session's photos. Raises ProtocolError like the session itself."""

    def __init__(self, replica: FetchReplica, claims: Claims) -> None:
        self._replica = replica
        self._claims = claims
        # What this side asks for.
        self._asked: dict[bytes, None] = {}
        self._asks = 0
        self._coming: tuple[bytes, int, bytearray] | None = None  # hash, length, so far
        self._not_there: set[bytes] = set()
        # Since the last call of lose_patience: whether any came, and whether any is done with.
        self._moved = self._settled = True
        self._slow = False
        # What the other side asks for.
        self._queue: deque[bytes] = deque()
        self._wants = 0
        self._going: Iterator[list[object]] | None = None
        self._lacking: list[bytes] = []
        self._owed: dict[bytes, None] = {}
        self._looked: int | None = None

    # -- going out

    def next_message(self, *, may_ask: bool) -> list[object] | None:
        """The next thing to say, or None; a photo is read only when its turn comes."""
        here = self._come_since()
        if here:
            return [Tag.HERE, here]
        if may_ask:
            wanted = self._ask()
            if wanted:
                return [Tag.WANT, wanted]
        while True:
            if self._going is not None:
                piece = next(self._going, None)
                if piece is not None:
                    return piece
                self._going = None
            if not self._queue:
                break
            self._serve(self._queue.popleft())
        if self._lacking:
            lacking, self._lacking = self._lacking, []
            return [Tag.LACK, lacking]
        return None

    def _ask(self) -> list[bytes]:
        room = min(MOST_ASKED - len(self._asked), MOST_ASKS - self._asks)
        if room <= 0 or self._slow:
            return []
        missing = self._replica.blobs.missing()
        if not missing:
            return []
        wanted = self._claims.take(missing, self._not_there | self._asked.keys(), room, self)
        self._asked.update(dict.fromkeys(wanted))
        self._asks += len(wanted)
        return wanted

    def _serve(self, digest: bytes) -> None:
        data = self._replica.blobs.serve(digest)
        if data is not None:
            self._going = _pieces(digest, data)
            return
        self._lacking.append(digest)
        while len(self._owed) >= MOST_OWED:
            del self._owed[next(iter(self._owed))]
        self._owed[digest] = None
        self._looked = None

    def _come_since(self) -> list[bytes]:
        """What the other was told is lacking, and is here now."""
        if not self._owed:
            return []
        version = self._replica.blobs.version()
        if version == self._looked or any(digest in self._owed for digest in self._lacking):
            return []
        self._looked = version
        here = [*self._replica.blobs.held(self._owed)]
        for digest in here:
            del self._owed[digest]
        return here

    # -- coming in

    def take_want(self, hashes: Any) -> None:
        self._wants += len(_hashes(hashes))
        self._queue.extend(hashes)
        waiting = len(self._queue) + (self._going is not None)
        if waiting > MOST_ASKED + 1 or self._wants > MOST_ASKS:
            raise ProtocolError("The other machine asks for too many photos.")

    def take_lack(self, hashes: Any) -> None:
        for digest in _hashes(hashes):
            if digest not in self._asked or (self._coming and digest == self._coming[0]):
                raise ProtocolError("The other machine answers what it was not asked.")
            self._done_with(digest)
            self._not_there.add(digest)

    def take_here(self, hashes: Any) -> None:
        self._not_there.difference_update(_hashes(hashes))

    def take_piece(self, digest: Any, offset: Any, length: Any, piece: Any) -> tuple[bool, bool]:
        """Whether a photo is whole with this piece, and whether it is kept here."""
        if digest not in self._asked:
            raise ProtocolError("The other machine sends a photo that it was not asked for.")
        if not (type(offset) is int and type(length) is int and type(piece) is bytes):
            raise ProtocolError("A piece of a photo from the other machine is malformed.")
        if self._coming is None:
            self._coming = (digest, length, bytearray())
        coming, whole, so_far = self._coming
        if (digest, length, offset) != (coming, whole, len(so_far)):
            raise ProtocolError("A piece of a photo from the other machine is out of place.")
        last = offset + len(piece) == whole
        if not (last or len(piece) >= LEAST_PIECE) or not 0 < len(piece) <= MOST_PIECE:
            raise ProtocolError("A piece of a photo from the other machine is of an odd size.")
        if not offset + len(piece) <= whole <= MOST_TAKEN:
            raise ProtocolError("A photo from the other machine is too large.")
        so_far += piece
        self._moved, self._slow = True, False
        if not last:
            return False, False
        self._coming = None
        data = bytes(so_far)
        if photo_hash(data) != digest:
            raise ProtocolError("A photo from the other machine is not the one it was asked for.")
        self._done_with(digest)
        return True, self._replica.keep_blob(digest, data)

    def _done_with(self, digest: bytes) -> None:
        del self._asked[digest]
        self._claims.release(digest, self)
        self._moved = self._settled = True
        self._slow = False

    # -- patience, and the end

    def lose_patience(self) -> bool:
        """Let others be asked for what has kept them waiting since the last call; whether there
        was any. What comes late is taken all the same.

        Where not even a piece came, nothing more is asked here until one does.
        """
        moved, settled = self._moved, self._settled
        self._moved = self._settled = False
        if not self._asked or settled:
            return False
        self._slow = not moved
        under_way = self._coming[0] if self._coming and moved else None
        return self._claims.release_all(self, but=under_way)

    def end(self) -> bool:
        """Let others be asked for everything; whether there was anything."""
        self._slow = True
        return self._claims.release_all(self)


def _pieces(digest: bytes, data: bytes) -> Iterator[list[object]]:
    for at in range(0, len(data), PIECE):
        yield [Tag.PIECE, digest, at, len(data), data[at : at + PIECE]]


def _hashes(hashes: Any) -> list[bytes]:
    if type(hashes) is not list or len(hashes) > MOST_OWED:
        raise ProtocolError("What the other machine says of photos is malformed.")
    if not all(type(digest) is bytes and len(digest) == 32 for digest in hashes):
        raise ProtocolError("What the other machine says of photos is malformed.")
    return hashes
