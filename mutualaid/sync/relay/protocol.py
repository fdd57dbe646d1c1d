# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a member and a relay say to each other, inside Noise; bytes in and bytes out, no I/O.

All integers are big-endian. A request::

    1   operation (:class:`Op`)
    4   number, chosen by the member; the answer carries it
    32  topic
    64  signature by the topic key over CONTEXT, relay key, h, operation, subject
    …   argument

=========  =====================  ======================  ===========================
operation  argument               subject                 answer
=========  =====================  ======================  ===========================
LIST       cursor (40)            the same                PAGE
WAIT       cursor (40)            the same                PAGE, once it is not empty
HEAD, GET  name (32)              the same                PARCEL
PUT        parcel                 its name (32)           DONE, when it is durable
ADMIT      token (16)             the same                DONE
CANCEL     4: number of a WAIT    none; not signed        that WAIT's PAGE, empty
=========  =====================  ======================  ===========================

``h`` is the hash of the Noise handshake, so that a request is good on one connection only, and
the relay key says to whom. An answer is 1 byte :class:`Tag`, 4 bytes number and a body; every
request but CANCEL has exactly one. Before all else the relay sends LIMITS with number 0.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Final

from mutualaid.errors import ProtocolError
from mutualaid.model.keys import SigningKey, verify
from mutualaid.sync.parcel_outside import MOST_PARCEL, NAME_BYTES, TOPIC_BYTES, name_of
from mutualaid.sync.relay.address import TOKEN_BYTES
from mutualaid.sync.shelf import (
    CURSOR_BYTES,
    GENERATION_BYTES,
    MOST_LISTED,
    RUNNING_BYTES,
    Cursor,
    Listed,
)

CONTEXT: Final = b"mutualaid/relay/1"
VERSION: Final = 1
SIGNATURE_BYTES: Final = 64
_HEAD: Final = 1 + 4 + TOPIC_BYTES + SIGNATURE_BYTES
#: The longest frame either way.
MOST_FRAME: Final = MOST_PARCEL + _HEAD
#: Requests of one connection that may be without an answer, and waits among them.
IN_FLIGHT: Final = 64
MOST_WAITS: Final = 16
#: Parcels in one page of a listing; well below ``MOST_LISTED``, so that a page is soon there.
PAGE: Final = 512

_LISTED: Final = struct.Struct(f">Q{NAME_BYTES}sI")
_PAGE_HEAD: Final = struct.Struct(f">B{GENERATION_BYTES}sQ{RUNNING_BYTES}sQ{RUNNING_BYTES}s")
_LIMITS: Final = struct.Struct(">BBQQIdddd")
_MORE: Final = 1
_RESET: Final = 2
_CLOSED: Final = 1


@unique
class Op(IntEnum):
    LIST = 1
    WAIT = 2
    HEAD = 3
    GET = 4
    PUT = 5
    ADMIT = 6
    CANCEL = 7


@unique
class Tag(IntEnum):
    LIMITS = 1
    PAGE = 2
    PARCEL = 3
    DONE = 4
    REFUSED = 5


@unique
class Reason(IntEnum):
    """Why a request was refused."""

    #: The topic's quota is used up; the relay's room is; or its disk fails.
    TOPIC_FULL = 1
    RELAY_FULL = 2
    FAILED = 3
    #: Ask again after some time.
    TOO_FAST = 4
    NOT_THERE = 5
    TOKEN_WANTED = 6
    BAD_TOKEN = 7
    BAD_SIGNATURE = 8
    BAD_PARCEL = 9
    TOO_MANY = 10


_LENGTHS: Final = {
    Op.LIST: CURSOR_BYTES,
    Op.WAIT: CURSOR_BYTES,
    Op.HEAD: NAME_BYTES,
    Op.GET: NAME_BYTES,
    Op.ADMIT: TOKEN_BYTES,
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came; the signature is not checked yet."""

    op: Op
    number: int
    topic: bytes
    signature: bytes
    argument: bytes
    #: What was signed beside the operation.
    subject: bytes

    @property
    def cursor(self) -> Cursor:
        return Cursor.decode(self.argument)

    def is_signed(self, relay: bytes, handshake_hash: bytes) -> bool:
        """Tell whether the topic key signed this for this relay on this connection."""
        return verify(
            self.topic, _to_sign(relay, handshake_hash, self.op, self.subject), self.signature
        )


def _to_sign(relay: bytes, handshake_hash: bytes, op: Op, subject: bytes) -> bytes:
    return b"".join((CONTEXT, relay, handshake_hash, bytes([op]), subject))


def encode_request(
    key: SigningKey, relay: bytes, handshake_hash: bytes, op: Op, number: int, argument: bytes
) -> bytes:
    """Return a signed request; the argument of a PUT is the parcel itself."""
    subject = name_of(argument) if op is Op.PUT else argument
    signature = key.sign(_to_sign(relay, handshake_hash, op, subject))
    return b"".join((bytes([op]), number.to_bytes(4, "big"), key.public, signature, argument))


def encode_cancel(number: int) -> bytes:
    """Return what ends a WAIT."""
    return bytes([Op.CANCEL]) + number.to_bytes(4, "big")


def decode_request(frame: bytes) -> Request:
    """Read a request. Raises ProtocolError for what no member's machine sends."""
    if len(frame) < 5 or frame[0] not in _OPS:
        raise _nonsense()
    op = Op(frame[0])
    number = int.from_bytes(frame[1:5], "big")
    if op is Op.CANCEL:
        if len(frame) != 5:
            raise _nonsense()
        return Request(op, number, b"", b"", b"", b"")
    argument = frame[_HEAD:]
    length = _LENGTHS.get(op)
    if len(frame) <= _HEAD or (length is not None and len(argument) != length):
        raise _nonsense()
    if length == CURSOR_BYTES and argument[GENERATION_BYTES] >= 0x80:
        raise _nonsense()
    subject = name_of(argument) if op is Op.PUT else argument
    return Request(op, number, frame[5:37], frame[37:_HEAD], argument, subject)


_OPS: Final = frozenset(int(op) for op in Op)
_TAGS: Final = frozenset(int(tag) for tag in Tag)


def encode_answer(tag: Tag, number: int, body: bytes = b"") -> bytes:
    """Return an answer."""
    return b"".join((bytes([tag]), number.to_bytes(4, "big"), body))


def decode_answer(frame: bytes) -> tuple[Tag, int, bytes]:
    """Read an answer's tag, number and body; ProtocolError for anything else."""
    if len(frame) < 5 or frame[0] not in _TAGS:
        raise _nonsense()
    return Tag(frame[0]), int.from_bytes(frame[1:5], "big"), frame[5:]


@dataclass(frozen=True, slots=True)
class Page:
    """What lies in a topic from *base* on; *end* is where the relay says that it ends.

    Without ``more`` the relay's end is that of all it ever took, so that what was hidden shows.
    """

    generation: bytes
    base: tuple[int, bytes]
    end: tuple[int, bytes]
    parcels: Sequence[Listed]
    more: bool = False
    reset: bool = False

    @property
    def says_something(self) -> bool:
        """Worth an answer to somebody who waits."""
        return bool(self.parcels) or self.reset

    def encode(self) -> bytes:
        """Return the body of a PAGE."""
        flags = _MORE * self.more | _RESET * self.reset
        head = _PAGE_HEAD.pack(flags, self.generation, *self.base, *self.end)
        return head + b"".join(
            _LISTED.pack(each.number, each.name, each.size) for each in self.parcels
        )


def decode_page(body: bytes) -> Page:
    """Read the body of a PAGE.

    ProtocolError if it is malformed or cannot be: too long, numbers that do not grow, sizes that
    no parcel has, a base or an end that does not fit them.
    """
    listed, rest = divmod(len(body) - _PAGE_HEAD.size, _LISTED.size)
    if rest or not 0 <= listed <= MOST_LISTED:
        raise _nonsense()
    flags, generation, base, base_running, end, end_running = _PAGE_HEAD.unpack_from(body)
    parcels = [Listed(*each) for each in _LISTED.iter_unpack(body[_PAGE_HEAD.size :])]
    number = base
    for each in parcels:
        if each.number <= number or not 0 < each.size <= MOST_PARCEL:
            raise _nonsense()
        number = each.number
    more = bool(flags & _MORE)
    if flags > _MORE | _RESET or not number <= end < 1 << 63 or (more and number != end):
        raise _nonsense()
    if more and not parcels:
        raise _nonsense()
    return Page(
        generation,
        (base, base_running),
        (end, end_running),
        parcels,
        more,
        bool(flags & _RESET),
    )


@dataclass(frozen=True, slots=True)
class Published:
    """What a relay says it grants to a topic; rates are per second."""

    ttl_seconds: int
    quota_bytes: int
    in_flight: int
    requests: float
    requests_burst: float
    #: Bytes.
    traffic: float
    traffic_burst: float
    token_wanted: bool = False

    def encode(self) -> bytes:
        """Return the body of LIMITS."""
        return _LIMITS.pack(
            VERSION,
            _CLOSED * self.token_wanted,
            self.ttl_seconds,
            self.quota_bytes,
            self.in_flight,
            self.requests,
            self.requests_burst,
            self.traffic,
            self.traffic_burst,
        )


def decode_limits(body: bytes) -> Published:
    """Read the body of LIMITS. ProtocolError if it is malformed or no relay could mean it."""
    if len(body) < _LIMITS.size or body[0] != VERSION:
        raise _nonsense()
    _version, flags, ttl, quota, in_flight, *rates = _LIMITS.unpack_from(body)
    if not (in_flight and ttl and all(0.01 <= rate <= 1e12 for rate in rates)):
        raise _nonsense()
    requests, requests_burst, traffic, traffic_burst = rates
    return Published(
        ttl,
        quota,
        in_flight,
        requests,
        requests_burst,
        traffic,
        traffic_burst,
        bool(flags & _CLOSED),
    )


def encode_refusal(number: int, reason: Reason, seconds: float = 0.0) -> bytes:
    """Return a refusal; *seconds* until it makes sense to ask again."""
    retry = min(int(seconds * 1000) + (seconds > 0), 0xFFFFFFFF)
    return encode_answer(Tag.REFUSED, number, bytes([reason]) + retry.to_bytes(4, "big"))


def decode_refusal(body: bytes) -> tuple[Reason, float]:
    """Read the body of REFUSED: why, and after how many seconds to ask again."""
    if len(body) != 5 or body[0] not in _REASONS:
        raise _nonsense()
    return Reason(body[0]), int.from_bytes(body[1:], "big") / 1000


_REASONS: Final = frozenset(int(reason) for reason in Reason)


def _nonsense() -> ProtocolError:
    return ProtocolError("The other side of a relay's connection sent something malformed.")
