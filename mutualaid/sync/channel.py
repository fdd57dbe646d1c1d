# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Encrypted, mutually proven channels over WebSockets; the only file that imports websockets.

Drives :mod:`mutualaid.sync.handshake` over sockets, in the thread of the running loop, and bounds
what anybody at the other end can make this machine spend.
"""

import asyncio
import contextlib
import logging
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self, cast

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as websocket_connect
from websockets.asyncio.server import Server, ServerConnection
from websockets.asyncio.server import serve as websocket_serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.protocol import OPEN

from mutualaid.errors import NetworkError, ProtocolError
from mutualaid.sync.addresses import DEFAULT_PORT, Address, household
from mutualaid.sync.ending import ChannelError, Ending
from mutualaid.sync.handshake import MOST_MESSAGE, Handshake
from mutualaid.sync.recognition import Peer, RefusedError, Replica

#: Before the other is recognised: seconds, bytes in all with the HTTP request, connections.
GREETING_SECONDS: Final = 5.0
GREETING_BYTES: Final = 4096
PER_HOUSEHOLD: Final = 8
IN_ALL: Final = 64

#: Frames that wait for the session, and bytes that wait for the network, before either stalls.
_QUEUED_FRAMES: Final = 4
_UNSENT_BYTES: Final = 1024 * 1024
#: A recognised peer that has us answer pings and reads none of the answers is cut here.
_MOST_UNSENT_BYTES: Final = 4 * 1024 * 1024
_SEND_SECONDS: Final = 60.0
_PING_EVERY_SECONDS: Final = 20.0
_PING_SECONDS: Final = 60.0
_CLOSE_SECONDS: Final = 2.0
_CONNECT_SECONDS: Final = 4.0
_STAGGER_SECONDS: Final = 0.25
#: Two connections crossed if they were made within so long. Of others the older one is dead at its
#: far end, even where this end has not noticed: nobody dials whom they are in touch with.
_CROSSED_SECONDS: Final = 5.0
#: TCP keepalive: idle seconds, seconds between probes, probes. And how long, in ms, what was sent
#: may stay unanswered: after a cut TCP waits longer and longer between its own attempts, while a
#: new connection is there at once.
_TCP: Final = (
    ("TCP_KEEPIDLE", 30),
    ("TCP_KEEPINTVL", 10),
    ("TCP_KEEPCNT", 3),
    ("TCP_USER_TIMEOUT", 5_000),
)

_log = logging.getLogger(__name__)
#: The library tells of every connection at INFO.
_library_log = logging.getLogger(f"{__name__}.websocket")
_library_log.setLevel(logging.WARNING)


class Gate:
    """Counts connections of machines that are not recognised yet, by household and in all."""

    def __init__(self, per_household: int = PER_HOUSEHOLD, in_all: int = IN_ALL) -> None:
        self._per_household = per_household
        self._in_all = in_all
        self._inside: Counter[str] = Counter()

    def enter(self, host: str) -> bool:
        """Tell whether there is room, and take it."""
        key = household(host)
        if self._inside.total() >= self._in_all or self._inside[key] >= self._per_household:
            return False
        self._inside[key] += 1
        return True

    def leave(self, host: str) -> None:
        """Give the room back: recognised, or gone."""
        key = household(host)
        self._inside[key] -= 1
        if self._inside[key] <= 0:
            del self._inside[key]


class Channel:
    """One group's frames to and from one machine. Use it in the loop's thread only."""

    def __init__(
        self, connection: "_Incoming | _Outgoing", handshake: Handshake, peer: Peer
    ) -> None:
        self.peer: Final = peer
        self.group: Final = peer.group
        #: The other's device key; None if it joins by ``invitation`` (a public key).
        self.peer_device: Final = peer.device
        self.invitation: Final = peer.invitation
        self.initiator: Final = handshake.initiator
        self.handshake_hash: Final = handshake.handshake_hash
        self.address: Final = _address(connection)
        self.since: Final = asyncio.get_running_loop().time()
        self._connection = connection
        self._sealer = handshake.sealer()
        self._sending = asyncio.Lock()
        self._error: ChannelError | None = None

    async def send(self, frame: bytes) -> None:
        """Send one frame of at most ``MOST_FRAME`` bytes; wait while the other is slow.

        May be called by several tasks. Raises :class:`ChannelError` once the channel is closed.
        """
        try:
            async with asyncio.timeout(_SEND_SECONDS), self._sending:
                await self._connection.send(self._sealer.seal(frame))
        except ConnectionClosed:
            raise self._ended() from None
        except TimeoutError:
            self._abort(Ending.TOO_SLOW)
            raise self._ended() from None

    async def receive(self) -> bytes:
        """Return the next frame; one task at a time. :class:`ChannelError` when closed."""
        try:
            return self._sealer.open(await self._connection.recv(decode=False))
        except ConnectionClosed:
            raise self._ended() from None
        except ProtocolError:
            await self.close(Ending.BROKE_PROTOCOL)
            raise self._ended() from None
        except ChannelError as error:
            self._error = self._error or error
            await self._connection.close()
            raise self._ended() from None

    async def close(self, ending: Ending = Ending.GOODBYE) -> None:
        """Say why, close, and wait until the socket is gone (at most about two seconds)."""
        self._error = self._error or ChannelError(ending)
        if self._connection.protocol.state is OPEN and not self._sending.locked():
            try:
                async with asyncio.timeout(_CLOSE_SECONDS), self._sending:
                    await self._connection.send(self._sealer.seal_ending(ending))
            except (ConnectionClosed, TimeoutError):
                self._connection.transport.abort()
        await self._connection.close()

    def _abort(self, ending: Ending) -> None:
        self._error = self._error or ChannelError(ending)
        self._connection.transport.abort()

    def _ended(self) -> ChannelError:
        if self._error is None:
            sent = self._connection.protocol.close_sent
            ending = _BY_CLOSE_CODE.get(sent.code, Ending.LOST) if sent else Ending.LOST
            self._error = ChannelError(ending)
        return ChannelError(self._error.ending, by_peer=self._error.by_peer)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


def survivor(one: Channel, other: Channel) -> Channel:
    """Of two channels between the same devices for one group, return the one that stays.

    Both ends come to the same answer; each closes the other one with ``Ending.DUPLICATE``.
    """
    if abs(one.since - other.since) > _CROSSED_SECONDS:
        return max(one, other, key=lambda channel: channel.since)
    return min(one, other, key=lambda channel: channel.handshake_hash)


class Listener:
    """Accepts channels until it is closed."""

    def __init__(
        self, server: Server, channels: set[Channel], connections: set["_Incoming"]
    ) -> None:
        self._server = server
        self._channels = channels
        self._connections = connections
        self.port: Final = cast("int", server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening, close every accepted channel, wait for their handlers."""
        self._server.close(close_connections=False)
        async with asyncio.TaskGroup() as group:
            for channel in tuple(self._channels):
                group.create_task(channel.close())
        for connection in tuple(self._connections):
            connection.transport.abort()
        await self._server.wait_closed()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


async def serve(
    replica: Replica,
    accept: Callable[[Channel], Awaitable[None]],
    *,
    host: str | None = None,
    port: int | None = 0,
    gate: Gate | None = None,
) -> Listener:
    """Listen for other machines and run *accept* for each that is recognised.

    Without *host* on every address of this machine, IPv4 and IPv6; with port 0 on any free one,
    with None on the default port or, if that is taken, on any.
    When *accept* returns or raises :class:`ChannelError`, the channel is closed. Raises
    :class:`NetworkError` if the port cannot be had.
    """
    listening = _listen(host, port)
    room = gate or Gate()
    channels: set[Channel] = set()
    connections: set[_Incoming] = set()

    async def handle(connection: ServerConnection) -> None:
        assert isinstance(connection, _Incoming)
        try:
            channel = await _greet(connection, Handshake(replica, initiator=False))
        except ChannelError as error:
            _log.debug("not recognised: %s", error.ending.name)
            return
        connection.recognised()
        channels.add(channel)
        try:
            await accept(channel)
        except ChannelError as error:
            _log.debug("channel ended: %s", error.ending.name)
        finally:
            channels.discard(channel)
            await channel.close()

    server = await websocket_serve(
        handle,
        sock=listening,
        origins=[None],
        compression=None,
        server_header=None,
        process_response=_reveal_nothing,
        open_timeout=None,
        ping_interval=_PING_EVERY_SECONDS,
        ping_timeout=_PING_SECONDS,
        close_timeout=_CLOSE_SECONDS,
        max_size=MOST_MESSAGE,
        max_queue=_QUEUED_FRAMES,
        write_limit=_UNSENT_BYTES,
        logger=_library_log,
        create_connection=cast("type[ServerConnection]", partial(_Incoming, room, connections)),
    )
    return Listener(server, channels, connections)


async def connect(
    replica: Replica, addresses: Sequence[Address], *, groups: Collection[bytes] | None = None
) -> Channel:
    """Open a channel to the machine that has *addresses*, at the first that answers.

    With *groups*, only for one of these. Raises :class:`ChannelError`.
    """
    connection = await _reach(addresses)
    try:
        async with asyncio.timeout(GREETING_SECONDS):
            return await _greet(connection, Handshake(replica, initiator=True, groups=groups))
    except TimeoutError:
        connection.transport.abort()
        raise ChannelError(Ending.TIMED_OUT) from None
    except BaseException:
        connection.transport.abort()
        raise


class _Bounded:
    """What both sides' connections add: socket options and the limits on bytes."""

    transport: asyncio.Transport
    _greeting_bytes = 0
    #: Set once the other holds a key of ours; messages and queues are still bounded.
    matched = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _TCP:
            if hasattr(socket, name):
                sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        cast("Any", super()).connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if not self.matched:
            self._greeting_bytes += len(data)
            if self._greeting_bytes > GREETING_BYTES:
                self.transport.abort()
                return
        elif self.transport.get_write_buffer_size() > _MOST_UNSENT_BYTES:
            self.transport.abort()
            return
        cast("Any", super()).data_received(data)


class _Incoming(_Bounded, ServerConnection):
    """A connection from outside, which may be from anybody."""

    def __init__(
        self, gate: Gate, connections: set["_Incoming"], *given: Any, **named: Any
    ) -> None:
        super().__init__(*given, **named)
        self._gate = gate
        self._connections = connections
        self._host = ""
        self._deadline: asyncio.TimerHandle | None = None
        # Rejections in the library's own words would name it.
        vars(self.protocol)["reject"] = _reject

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._connections.add(self)
        peer = transport.get_extra_info("peername")
        host = peer[0] if peer else ""
        if not host or not self._gate.enter(host):
            self.transport.abort()
            return
        self._host = host
        self._deadline = self.loop.call_later(GREETING_SECONDS, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self.recognised()
        self._connections.discard(self)
        super().connection_lost(exc)

    def recognised(self) -> None:
        """Stop counting this one as a stranger."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
            self._gate.leave(self._host)


class _Outgoing(_Bounded, ClientConnection):
    """A connection that this machine opened."""


class _Dial(websocket_connect):
    """Opens a connection, and goes nowhere else when told to."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def _reach(addresses: Sequence[Address]) -> _Outgoing:
    """Dial each address when the one before fails or hesitates; the first that answers is taken.

    As RFC 8305 has it: a network that swallows packets must not hold up the one beside it.
    """
    if not addresses:
        raise ChannelError(Ending.UNREACHABLE)
    endings: list[Ending] = []
    winner: asyncio.Future[_Outgoing | None] = asyncio.get_running_loop().create_future()
    failed = [asyncio.Event() for _ in addresses]

    async def attempt(number: int) -> None:
        if number:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_STAGGER_SECONDS):
                    await failed[number - 1].wait()
        try:
            connection = await _dial(addresses[number])
        except ChannelError as error:
            endings.append(error.ending)
            failed[number].set()
            if len(endings) == len(addresses) and not winner.done():
                winner.set_result(None)
            return
        if winner.done():
            connection.transport.abort()
        else:
            winner.set_result(connection)

    attempts = [asyncio.create_task(attempt(number)) for number in range(len(addresses))]
    try:
        await winner
        await _cancel(attempts)
    except asyncio.CancelledError:
        winner.cancel()
        if not winner.cancelled() and (unused := winner.result()) is not None:
            unused.transport.abort()
        await _cancel(attempts)
        raise
    connection = winner.result()
    if connection is None:
        raise ChannelError(max(endings, key=_TELLING.index))
    return connection


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _dial(address: Address) -> _Outgoing:
    try:
        connection = await _Dial(
            # The name is for the Host header, which must say something.
            "ws://peer.invalid/",
            host=address.host,
            port=address.port,
            compression=None,
            proxy=None,
            user_agent_header=None,
            open_timeout=_CONNECT_SECONDS,
            ping_interval=_PING_EVERY_SECONDS,
            ping_timeout=_PING_SECONDS,
            close_timeout=_CLOSE_SECONDS,
            max_size=MOST_MESSAGE,
            max_queue=_QUEUED_FRAMES,
            write_limit=_UNSENT_BYTES,
            logger=_library_log,
            create_connection=_Outgoing,
        )
    except TimeoutError:
        raise ChannelError(Ending.TIMED_OUT) from None
    except OSError:
        raise ChannelError(Ending.UNREACHABLE) from None
    except (WebSocketException, ValueError, EOFError):
        raise ChannelError(Ending.NOT_OURS) from None
    return cast("_Outgoing", connection)


async def _greet(connection: "_Incoming | _Outgoing", handshake: Handshake) -> Channel:
    """Drive the handshake over a connection that is open."""
    try:
        for message in handshake.start():
            await connection.send(message)
        while (peer := handshake.peer) is None:
            received = await connection.recv(decode=False)
            answers = handshake.receive(received)
            connection.matched = handshake.matched
            for message in answers:
                await connection.send(message)
    except RefusedError as refused:
        await _part(connection, refused.last_words)
        raise
    except ChannelError:
        await _part(connection, ())
        raise
    except ConnectionClosed:
        raise ChannelError(Ending.LOST) from None
    return Channel(connection, handshake, peer)


async def _part(connection: "_Incoming | _Outgoing", last_words: Sequence[bytes]) -> None:
    try:
        for message in last_words:
            await connection.send(message)
    except ConnectionClosed:
        return
    await connection.close()


def _listen(host: str | None, port: int | None) -> socket.socket:
    for candidate in (DEFAULT_PORT, 0) if port is None else (port,):
        with contextlib.suppress(OSError):
            if host is None and socket.has_dualstack_ipv6():
                return socket.create_server(
                    ("", candidate), family=socket.AF_INET6, dualstack_ipv6=True, backlog=IN_ALL
                )
            family = socket.AF_INET6 if host and ":" in host else socket.AF_INET
            return socket.create_server((host or "", candidate), family=family, backlog=IN_ALL)
    where = f"{host or 'any address'}, port {port or 'any'}"
    raise NetworkError(
        f"Other machines cannot be let in at {where}: another program listens there, or this"
        " machine has no such address. Everything on this machine still works."
    )


def _address(connection: "_Incoming | _Outgoing") -> Address:
    peer = connection.remote_address
    return Address(peer[0], peer[1]) if peer else Address("", 0)


def _reject(status: int, text: str) -> Response:
    """Stand in for the library's rejection, which explains itself at length."""
    del text
    headers = Headers([("Connection", "close"), ("Content-Length", "0")])
    return Response(int(status), HTTPStatus(status).phrase, headers, b"")


def _reveal_nothing(connection: ServerConnection, request: Request, response: Response) -> None:
    """Leave out what is not needed for the upgrade: the clock of this machine."""
    del connection, request
    if "Date" in response.headers:
        del response.headers["Date"]


#: Where several addresses failed, the last of these says most.
_TELLING: Final = (Ending.UNREACHABLE, Ending.TIMED_OUT, Ending.NOT_OURS)
_BY_CLOSE_CODE: Final[Mapping[int, Ending]] = {
    CloseCode.MESSAGE_TOO_BIG: Ending.BROKE_PROTOCOL,
    CloseCode.PROTOCOL_ERROR: Ending.BROKE_PROTOCOL,
    CloseCode.INVALID_DATA: Ending.BROKE_PROTOCOL,
    CloseCode.INTERNAL_ERROR: Ending.TOO_SLOW,
}
