# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Parcels: entries and photos, sealed for everybody who holds a key, in a size that tells little.

``PARCELS.md`` beside this file describes every byte. What stands outside is in
``parcel_outside``; what is inside comes from a member at best, and is checked like a frame. The
same content under the same key makes the same bytes, so two machines that leave the same history
leave one parcel.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar, Final, NamedTuple

import cbor2

from mutualaid.errors import ProtocolError
from mutualaid.model import keys, plain
from mutualaid.model.entry import LATEST_TIME, Chain, Run, decode_batch
from mutualaid.model.invitation import Invitation
from mutualaid.model.photos import MOST_TAKEN
from mutualaid.model.replica import JoinRequest
from mutualaid.sync.parcel_outside import (
    MOST_PARCEL,
    OUTSIDE_BYTES,
    BadParcelError,
    outside,
    write_outside,
)

VERSION: Final = 1
#: Sizes of whole parcels and of heads are these, doubled as often as it takes.
LEAST_PARCEL: Final = 4096
LEAST_HEAD: Final = 512
MOST_HEAD: Final = 64 * 1024
#: What an index may come to once inflated.
MOST_INFLATED: Final = 256 * 1024
MOST_STRETCHES: Final = 1024
MOST_BATCHES: Final = 16
MOST_BLOBS: Final = 64
MOST_WANTS: Final = 512
MOST_STATEMENTS: Final = 128
MOST_JOINS: Final = 4
MOST_EPOCHS: Final = 64
WANT_BYTES: Final = 8

_INDEX, _BODY = b"index", b"body"


class NewerParcelError(BadParcelError):
    """A parcel was made by a newer version of the program."""

    code: ClassVar[str] = "newer_parcel"


class OtherParcelError(BadParcelError):
    """A parcel is for another group, or under a key that this machine does not have."""

    code: ClassVar[str] = "other_parcel"


@dataclass(frozen=True, slots=True)
class Lock:
    """What opens the parcels of one topic: the topic's key, and the key that seals."""

    topic: keys.SigningKey
    seal: bytes = field(repr=False)

    @staticmethod
    @lru_cache(maxsize=64)
    def of_epoch(epoch: keys.EpochKey) -> "Lock":
        return Lock(keys.SigningKey.from_seed(epoch.topic_seed), epoch.parcel)

    @classmethod
    def of_invitation(cls, invitation: Invitation) -> "Lock":
        """For the welcome that whoever holds the invitation finds."""
        return cls.of_seed(invitation.seed)

    @classmethod
    def of_seed(cls, seed: bytes) -> "Lock":
        secret = keys.blake2b(seed, person=b"mutualaid/welcom")
        return cls(
            keys.SigningKey.from_seed(keys.derive(secret, "welcome/topic")),
            keys.derive(secret, "welcome/parcel"),
        )


class Stretch(NamedTuple):
    """Entries ``first`` to ``last`` of one chain; ``device`` and ``hash`` (of the last entry) are
    named by 8 bytes each, as in holdings."""

    device: bytes
    chain: Chain
    first: int
    last: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Index:
    """What a parcel says of itself in its small part."""

    stretches: tuple[Stretch, ...] = ()
    #: Hashes of the photos inside.
    blobs: tuple[bytes, ...] = ()
    #: What its writer held when it was made, signed (body, signature), and then what others said;
    #: none in parcels that others would make alike.
    statements: tuple[tuple[bytes, bytes], ...] = ()
    #: Beginnings of the hashes of photos that the writer lacks, and of the names of parcels that
    #: are listed and could not be had.
    wants: tuple[bytes, ...] = ()
    #: Device keys of newcomers who ask, inside, to be let in.
    joins: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """What is in a parcel. ``batches`` are as in ``entry.encode_batch``, in an order in which they
    can be taken in."""

    batches: tuple[bytes, ...] = ()
    blobs: tuple[bytes, ...] = ()
    joins: tuple[JoinRequest, ...] = ()
    #: Secrets of epochs, oldest first; in welcome parcels alone.
    epochs: tuple[bytes, ...] = field(default=(), repr=False)

    def runs(self) -> list[list[Run]]:
        """The entries, batch by batch; ProtocolError where one cannot be read."""
        return [decode_batch(batch) for batch in self.batches]


# -- sealing


def seal(lock: Lock, index: Index, body: Body) -> bytes:
    """Make a parcel; ValueError if it would be larger than a parcel can be."""
    content = cbor2.dumps(
        _without_empty(
            {
                1: list(body.batches),
                2: list(body.blobs),
                3: [_request_fields(each) for each in body.joins],
                4: list(body.epochs),
            }
        )
    )
    topic = lock.topic.public
    packed = zlib.compress(write_index(index), 9)
    head_size = _bucket(OUTSIDE_BYTES + keys.BOX_OVERHEAD + 4 + len(packed), LEAST_HEAD)
    size = _bucket(head_size + keys.BOX_OVERHEAD + 4 + len(content), LEAST_PARCEL)
    if head_size > MOST_HEAD or size > MOST_PARCEL:
        raise ValueError(f"a parcel of {size} bytes, {head_size} of them in its head")
    room = head_size - OUTSIDE_BYTES - keys.BOX_OVERHEAD
    sealed_index = keys.encrypt_alike(lock.seal, _padded(packed, room), _bound(topic, _INDEX))
    room = size - head_size - keys.BOX_OVERHEAD
    sealed_body = keys.encrypt_alike(lock.seal, _padded(content, room), _bound(topic, _BODY))
    return write_outside(VERSION, topic, len(sealed_index)) + sealed_index + sealed_body


def reseal(lock: Lock, parcel: bytes) -> bytes:
    """The same content once more under another name; for a shelf that does not hand out the first.

    Raises BadParcelError for what this lock does not open.
    """
    about = _look(lock, parcel)
    head, body = parcel[OUTSIDE_BYTES:about], parcel[about:]
    topic = lock.topic.public
    boxes = [
        keys.encrypt(lock.seal, _opened(lock, box, part), _bound(topic, part))
        for box, part in ((head, _INDEX), (body, _BODY))
    ]
    return parcel[:OUTSIDE_BYTES] + b"".join(boxes)


def write_index(index: Index) -> bytes:
    """An index in the clear, as it is remembered on this machine."""
    return cbor2.dumps(_index_fields(index))


def read_index(data: bytes) -> Index:
    """What :func:`write_index` wrote; BadParcelError for anything else."""
    try:
        return _read_index(plain.read(data))
    except Exception as error:  # cbor2 raises many kinds
        raise _malformed() from error


def _index_fields(index: Index) -> dict[int, object]:
    return _without_empty(
        {
            1: [[each.device, int(each.chain), *each[2:]] for each in index.stretches],
            2: list(index.blobs),
            3: [list(each) for each in index.statements],
            4: list(index.wants),
            5: list(index.joins),
        }
    )


def _request_fields(request: JoinRequest) -> list[bytes]:
    return [
        request.invitation,
        request.device,
        request.signing,
        request.sealing,
        request.proof,
        request.consent,
        request.vow,
    ]


def _without_empty(fields: Mapping[int, object]) -> dict[int, object]:
    return {number: value for number, value in fields.items() if value}


def _bucket(size: int, least: int) -> int:
    bucket = least
    while bucket < size:
        bucket *= 2
    return bucket


def _padded(data: bytes, room: int) -> bytes:
    return (len(data).to_bytes(4, "big") + data).ljust(room, b"\0")


def _bound(topic: bytes, part: bytes) -> bytes:
    return bytes([VERSION]) + topic + part


# -- opening


def open_index(lock: Lock, head: bytes) -> Index:
    """Read the small part out of a head (or a whole parcel).

    Raises NewerParcelError, OtherParcelError, BadParcelError. Inflates within bounds.
    """
    about = _look(lock, head)
    box = head[OUTSIDE_BYTES:about]
    packed = _open(lock, box, _INDEX)
    try:
        inflater = zlib.decompressobj()
        data = inflater.decompress(packed, MOST_INFLATED)
        if inflater.unconsumed_tail or not inflater.eof:
            raise _malformed()
        return _read_index(plain.read(data))
    except BadParcelError:
        raise
    except Exception as error:  # zlib and cbor2 raise many kinds; all mean the same here
        raise _malformed() from error


def open_body(lock: Lock, parcel: bytes) -> Body:
    """Read all that is in a parcel; raises as :func:`open_index` does."""
    about = _look(lock, parcel)
    content = _open(lock, parcel[about:], _BODY)
    try:
        return _read_body(plain.read(content))
    except BadParcelError:
        raise
    except Exception as error:  # as above
        raise _malformed() from error


def _look(lock: Lock, data: bytes) -> int:
    """The length of the head, where version and topic are those that this lock opens."""
    about = outside(data)
    if about.topic != lock.topic.public:
        raise OtherParcelError(
            "This parcel is for another group, or was made with a key that this machine does not"
            " have yet. Nothing of it was taken."
        )
    if about.version > VERSION:
        raise NewerParcelError(
            "This parcel was made by a newer version of Mutual Aid. It stays where it is. Update"
            " the program on this machine, and it is read by itself."
        )
    return about.head_length


def _opened(lock: Lock, box: bytes, part: bytes) -> bytes:
    try:
        return keys.decrypt(lock.seal, box, _bound(lock.topic.public, part))
    except keys.SealError as error:
        raise _malformed() from error


def _open(lock: Lock, box: bytes, part: bytes) -> bytes:
    padded = _opened(lock, box, part)
    length = int.from_bytes(padded[:4], "big")
    if length > len(padded) - 4:
        raise _malformed()
    return padded[4 : 4 + length]


def _read_index(fields: Any) -> Index:
    get = fields.get
    return Index(
        stretches=_each(get(1), MOST_STRETCHES, _stretch),
        blobs=_each(get(2), MOST_BLOBS, _bytes_of(32)),
        statements=_each(get(3), MOST_STATEMENTS, _signed),
        wants=_each(get(4), MOST_WANTS, _bytes_of(WANT_BYTES)),
        joins=_each(get(5), MOST_JOINS, _bytes_of(32)),
    )


def _read_body(fields: Any) -> Body:
    get = fields.get
    return Body(
        batches=_each(get(1), MOST_BATCHES, _bytes_up_to(MOST_PARCEL)),
        blobs=_each(get(2), MOST_BLOBS, _bytes_up_to(MOST_TAKEN)),
        joins=_each(get(3), MOST_JOINS, _request),
        epochs=_each(get(4), MOST_EPOCHS, _bytes_of(keys.KEY_BYTES)),
    )


def _each(values: Any, most: int, read: Callable[[Any], Any]) -> tuple[Any, ...]:
    if values is None:
        return ()
    if type(values) is not list or len(values) > most:
        raise _malformed()
    return tuple(read(value) for value in values)


def _bytes_of(size: int) -> Callable[[Any], bytes]:
    def read(value: Any) -> bytes:
        if type(value) is not bytes or len(value) != size:
            raise _malformed()
        return value

    return read


def _bytes_up_to(most: int) -> Callable[[Any], bytes]:
    def read(value: Any) -> bytes:
        if type(value) is not bytes or len(value) > most:
            raise _malformed()
        return value

    return read


def _signed(value: Any) -> tuple[bytes, bytes]:
    body, signature = value
    if type(body) is not bytes or type(signature) is not bytes or len(signature) != 64:
        raise _malformed()
    return body, signature


def _stretch(value: Any) -> Stretch:
    device, chain, first, last, digest = value
    well_formed = (
        type(device) is type(digest) is bytes
        and len(device) == len(digest) == 8
        and type(first) is type(last) is int
        and 0 <= first <= last < LATEST_TIME
        and type(chain) is int
    )
    if not well_formed:
        raise _malformed()
    return Stretch(device, Chain(chain), first, last, digest)


_SIZES: Final = (32, 32, 32, 32, 64, 64, 64)


def _request(value: Any) -> JoinRequest:
    if type(value) is not list or len(value) != len(_SIZES):
        raise _malformed()
    return JoinRequest(*(_bytes_of(size)(each) for size, each in zip(_SIZES, value, strict=True)))


def claims(index: Index, runs: Sequence[Run]) -> bool:
    """Whether every stretch that an index speaks of is among these runs, by device and number."""
    inside: dict[tuple[bytes, Chain], list[tuple[int, int]]] = {}
    for run in runs:
        place = (keys.device_hash(run.device)[:8], run.chain)
        inside.setdefault(place, []).append((run.first, run.first + len(run.items) - 1))
    for stretch in index.stretches:
        at = stretch.first
        for first, last in sorted(inside.get((stretch.device, stretch.chain), [])):
            if first <= at:
                at = max(at, last + 1)
        if at <= stretch.last:
            return False
    return True


def _malformed() -> BadParcelError:
    return BadParcelError(
        "This parcel was torn or altered on the way. Nothing of it was taken. What was in it is"
        " looked for on the other shelves and machines."
    )


__all__ = [
    "BadParcelError",
    "Body",
    "Index",
    "Lock",
    "NewerParcelError",
    "OtherParcelError",
    "ProtocolError",
    "Stretch",
    "claims",
    "open_body",
    "open_index",
    "reseal",
    "seal",
]
