# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One connection from a member to a relay: questions out, answers in, and an end to both.

An answer that was not asked for ends it; so does silence where an answer is due.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from mutualaid.errors import ProtocolError
from mutualaid.sync.ending import ChannelError
from mutualaid.sync.handshake import RelayHandshake, Sealer, message_length
from mutualaid.sync.parcel_outside import MOST_PARCEL
from mutualaid.sync.relay.address import RelayAddress
from mutualaid.sync.relay.limits import Bucket
from mutualaid.sync.relay.protocol import (
    MOST_FRAME,
    Op,
    Published,
    Tag,
    decode_answer,
    decode_limits,
    encode_cancel,
    encode_request,
)
from mutualaid.sync.relay.socket import WRONG_KEY, Socket, begin, client_side
from mutualaid.sync.shelf import ShelfUnreachableError, TopicKey

#: Without a byte either way while an answer is due; and in all, however many trickle.
STALL_SECONDS: Final = 30.0
LONGEST_SECONDS: Final = 300.0
#: For one of a host's addresses, and how many of them are tried.
_DIAL_SECONDS: Final = 3.0
_MOST_ADDRESSES: Final = 4
_LOOK_SECONDS: Final = 5.0
_PING_SECONDS: Final = 45.0
_DEAD_SECONDS: Final = 90.0
GREETING_BYTES: Final = 16 * 1024
_ANSWERS: Final = {
    Op.LIST: Tag.PAGE,
    Op.WAIT: Tag.PAGE,
    Op.HEAD: Tag.PARCEL,
    Op.GET: Tag.PARCEL,
    Op.PUT: Tag.DONE,
    Op.ADMIT: Tag.DONE,
}


class Cause(Enum):
    """How a connection came to its end."""

    BROKE = auto()
    WRONG_KEY = auto()
    LIED = auto()


class LostError(Exception):
    """The connection is gone."""

    def __init__(self, sentence: str, how: Cause = Cause.BROKE) -> None:
        super().__init__(sentence)
        self.how = how


@dataclass(slots=True)
class _Asked:
    op: Op
    answer: "asyncio.Future[tuple[Tag, bytes]]"


class Line(Socket):
    """One connection to a relay, from dialling to its end."""

    published: Published

    def __init__(self, at: RelayAddress, clock: Callable[[], float]) -> None:
        wire = client_side(
            at.at.host,
            at.at.port,
            at.path,
            tls=at.tls,
            most_message=message_length(MOST_FRAME),
        )
        super().__init__(wire)
        self._client = wire
        self._at = at
        self._clock = clock
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()
        self.ended = asyncio.Event()
        self.broken: LostError | None = None
        self._handshake: RelayHandshake | None = None
        self._sealer: Sealer | None = None
        self._hash = b""
        self._asked: dict[int, _Asked] = {}
        #: Asked for, and no longer wanted; the answer is still due.
        self._abandoned: set[int] = set()
        self._number = 0
        self._greeting_bytes = 0
        self._moved = self._heard = clock()
        self._unsent = 0
        self._pokes = Bucket(20.0, 200.0, self._heard)
        self._timer: asyncio.TimerHandle | None = None

    async def ask(self, op: Op, topic: TopicKey, argument: bytes) -> tuple[Tag, bytes]:
        """Send a request and return the answer to it."""
        if self.broken is not None or self._sealer is None:
            raise self.broken or LostError(self._sentence())
        self._number = self._number % 0xFFFFFFFF + 1
        number = self._number
        answer: asyncio.Future[tuple[Tag, bytes]] = asyncio.get_running_loop().create_future()
        self._asked[number] = _Asked(op, answer)
        frame = encode_request(topic, self._at.key, self._hash, op, number, argument)
        self.send(self._sealer.seal(frame))
        if not self._due():
            self._moved = self._clock()
        try:
            if op is Op.WAIT:
                return await answer
            async with asyncio.timeout(LONGEST_SECONDS):
                return await answer
        except TimeoutError:
            self.lose()
            raise ShelfUnreachableError(
                f"The relay at {self._at.at} does not answer. Nothing is lost; it is tried again"
                " later.",
                str(self._at),
            ) from None
        except asyncio.CancelledError:
            if self._asked.pop(number, None) is not None and self.broken is None:
                self._abandoned.add(number)
                if op is Op.WAIT:
                    self.send(self._sealer.seal(encode_cancel(number)))
            raise

    def lose(self, how: Cause = Cause.BROKE) -> None:
        """End the connection, because of what the other side did."""
        if self.broken is None:
            self.broken = LostError(self._sentence(), how)
        self.abort()
        self._tell()

    # -- the socket

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.write(begin(self._client))
        self._watch()

    def opened(self, forwarded_for: str) -> None:  # noqa: ARG002 - for servers
        try:
            self._handshake = RelayHandshake.to_relay(self._at.key)
            hello = self._handshake.start()
        except ValueError:
            # No such point: nobody can have that key.
            self.lose(Cause.WRONG_KEY)
            return
        for message in hello:
            self.send(message)

    def data_received(self, data: bytes) -> None:
        self._moved = self._heard = self._clock()
        if not self.ready.done():
            self._greeting_bytes += len(data)
            if self._greeting_bytes > GREETING_BYTES:
                self.lose()
                return
        super().data_received(data)

    def poked(self) -> None:
        if self._pokes.wait(self._clock()):
            self.lose(Cause.LIED)
        else:
            self._pokes.take(1)

    def arrived(self, message: bytes) -> None:
        try:
            if self._sealer is None:
                self._agree(message)
            else:
                self._answered(*decode_answer(self._sealer.open(message)))
        except ChannelError:
            self.lose(Cause.LIED if self._sealer else Cause.WRONG_KEY)
        except ProtocolError:
            self.lose(Cause.LIED)

    def lost(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self.broken is None:
            wrong = self.close_code == WRONG_KEY
            self.broken = LostError(self._sentence(), Cause.WRONG_KEY if wrong else Cause.BROKE)
        self._tell()
        self.ended.set()

    # -- what is said

    def _agree(self, message: bytes) -> None:
        assert self._handshake is not None
        self._handshake.receive(message)
        self._hash = self._handshake.handshake_hash
        self._sealer = self._handshake.sealer(MOST_FRAME)

    def _answered(self, tag: Tag, number: int, body: bytes) -> None:
        if not self.ready.done():
            if tag is not Tag.LIMITS or number:
                raise ProtocolError("A relay spoke before it said what it grants.")
            self.published = decode_limits(body)
            self.ready.set_result(None)
            return
        if number in self._abandoned:
            self._abandoned.discard(number)
            return
        asked = self._asked.get(number)
        if asked is None or tag not in (_ANSWERS[asked.op], Tag.REFUSED):
            raise ProtocolError("A relay answered what it was not asked.")
        if len(body) > MOST_PARCEL:
            raise ProtocolError("A relay's answer is longer than any parcel.")
        del self._asked[number]
        if not asked.answer.done():
            asked.answer.set_result((tag, body))

    def _tell(self) -> None:
        """Let everybody know that no answer will come."""
        assert self.broken is not None
        asked, self._asked = self._asked, {}
        for each in asked.values():
            if not each.answer.done():
                each.answer.set_exception(self.broken)
        if not self.ready.done():
            self.ready.set_exception(self.broken)
            # Whoever dialled may have given up already.
            self.ready.exception()

    def _due(self) -> bool:
        """Whether an answer is due that should come soon."""
        return any(each.op is not Op.WAIT for each in self._asked.values())

    def _watch(self) -> None:
        """Every few seconds: give up on a relay that stalls, ask one that is silent."""
        now = self._clock()
        unsent = self.transport.get_write_buffer_size()
        if unsent < self._unsent:
            self._moved = now
        self._unsent = unsent
        silent = now - self._heard
        if (self._due() and now - self._moved > STALL_SECONDS) or silent > _DEAD_SECONDS:
            self.lose()
            return
        if silent > _PING_SECONDS and self.is_open:
            self.ping()
        self._timer = asyncio.get_running_loop().call_later(_LOOK_SECONDS, self._watch)

    def _sentence(self) -> str:
        return (
            f"The connection to the relay at {self._at.at} broke off. Nothing is lost; it is tried"
            " again later."
        )


async def dial(
    at: RelayAddress, context: ssl.SSLContext | None, clock: Callable[[], float]
) -> Line:
    """Open a connection to the first address of a relay's host that answers.

    One after the other: asyncio's own racing loses a socket when it is cancelled at the wrong
    moment. Raises OSError or TimeoutError.
    """
    loop = asyncio.get_running_loop()
    host, port = at.at.host, at.at.port
    # A name may stand for several; what is no name asyncio reads by itself.
    hosts = [host]
    if not _is_literal(host):
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        hosts = list(dict.fromkeys(str(each[4][0]) for each in found))[:_MOST_ADDRESSES]
    for number, each in enumerate(hosts, 1):
        try:
            async with asyncio.timeout(_DIAL_SECONDS):
                _, line = await loop.create_connection(
                    lambda: Line(at, clock),
                    each,
                    port,
                    ssl=context,
                    server_hostname=None if context is None else host,
                )
        except (OSError, TimeoutError):
            if number == len(hosts):
                raise
        else:
            return line
    raise OSError(f"{host} has no address")


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
