# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""WebSockets of relays, both ends: whole binary messages in and out of an asyncio protocol.

Drives the sans-I/O core of websockets, rather than its asyncio connections as
:mod:`mutualaid.sync.channel` does: a relay has thousands of connections, most of which only wait,
so none has a task, a timer or a queue of its own, and what each one holds in memory is known to
the byte.
"""

import asyncio
import logging
import socket
from http import HTTPStatus
from typing import Final

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.exceptions import InvalidState
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import OPEN
from websockets.server import ServerProtocol
from websockets.uri import WebSocketURI

#: What a relay answers whoever asks for another key than its own.
WRONG_KEY: Final = 4001
PROTOCOL_ERROR: Final = int(CloseCode.PROTOCOL_ERROR)
GOING_AWAY: Final = int(CloseCode.GOING_AWAY)
NORMAL: Final = int(CloseCode.NORMAL_CLOSURE)

_CLOSE_SECONDS: Final = 2.0
_UNSENT_BYTES: Final = 256 * 1024
#: Proxies may cut a message into pieces; nobody needs more than these.
_MOST_PIECES: Final = 1024

_library_log = logging.getLogger(f"{__name__}.websocket")
_library_log.setLevel(logging.CRITICAL)


class Socket(asyncio.Protocol):
    """One connection. Subclasses say what happens when it opened, heard a message and ended."""

    transport: asyncio.Transport

    def __init__(self, wire: ServerProtocol | ClientProtocol) -> None:
        self._wire = wire
        self._pieces: list[bytes | bytearray] = []
        self._pieces_bytes = 0
        self._ending: asyncio.TimerHandle | None = None
        #: The other side reads too slowly; see ``pause_writing`` of asyncio.
        self.congested = False
        self.is_open = False
        self.gone = False

    # -- for subclasses

    def opened(self, forwarded_for: str) -> None:
        """The WebSocket is there; a server learns what its proxy says of who asked, if any."""

    def arrived(self, message: bytes) -> None:
        """A whole message came."""

    def poked(self) -> None:
        """A frame came that is no message: a ping, a pong, an empty piece."""

    def eased(self) -> None:
        """The other side reads again."""

    def lost(self) -> None:
        """The connection is gone."""

    # -- for users

    @property
    def held_bytes(self) -> int:
        """What this connection keeps in memory of what came and of what is to go."""
        return (
            len(self._wire.reader.buffer)
            + self._pieces_bytes
            + self.transport.get_write_buffer_size()
        )

    def send(self, message: bytes) -> None:
        """Send a message; nothing happens once the connection is closing."""
        if self._wire.state is OPEN:
            self._wire.send_binary(message)
            self._flush()

    def ping(self) -> None:
        """Have the other side show that it is there."""
        if self._wire.state is OPEN:
            self._wire.send_ping(b"")
            self._flush()

    def close(self, code: int = NORMAL) -> None:
        """Close politely, or after two seconds without politeness."""
        try:
            self._wire.send_close(code)
        except InvalidState:
            self._part()
        else:
            self._flush()
            self._part(wait=True)

    def abort(self) -> None:
        """Close at once."""
        self.transport.abort()

    @property
    def close_code(self) -> int | None:
        """The code with which the other side closed, if it did."""
        received = self._wire.close_rcvd
        return None if received is None else int(received.code)

    # -- asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.set_write_buffer_limits(high=_UNSENT_BYTES)
        sock = transport.get_extra_info("socket")
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._wire.receive_data(data)
        for event in self._wire.events_received():
            if isinstance(event, Frame):
                self._take(event)
            elif isinstance(event, Request):
                self._accept(event)
            else:
                # The other side may have closed already, in the same breath.
                self.is_open = self._wire.handshake_exc is None
                if self.is_open:
                    self.opened("")
            if self.transport.is_closing():
                return
        self._flush()

    def eof_received(self) -> bool:
        self._wire.receive_eof()
        self._flush()
        return False

    def pause_writing(self) -> None:
        self.congested = True

    def resume_writing(self) -> None:
        self.congested = False
        self.eased()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self._ending is not None:
            self._ending.cancel()
        self._pieces.clear()
        self._pieces_bytes = 0
        self.is_open = False
        self.gone = True
        self.lost()

    def _accept(self, request: Request) -> None:
        assert isinstance(self._wire, ServerProtocol)
        response = self._wire.accept(request)
        if "Date" in response.headers:
            del response.headers["Date"]
        self._wire.send_response(response)
        self._flush()
        if self._wire.state is OPEN:
            self.is_open = True
            # The last entry is the one that our own proxy wrote.
            given = request.headers.get_all("X-Forwarded-For")
            self.opened(given[-1].rpartition(",")[2].strip() if given else "")
        else:
            self._part(wait=True)

    def _take(self, frame: Frame) -> None:
        if not self.is_open:
            self.abort()
        elif frame.opcode is Opcode.CLOSE:
            self._part(wait=True)
        elif frame.opcode is Opcode.TEXT:
            self.close(int(CloseCode.UNSUPPORTED_DATA))
        elif frame.opcode is Opcode.BINARY and frame.fin:
            self.arrived(bytes(frame.data))
        elif frame.opcode in (Opcode.BINARY, Opcode.CONT):
            self._take_piece(frame)
        else:
            self.poked()

    def _take_piece(self, frame: Frame) -> None:
        if not frame.data:
            self.poked()
        else:
            self._pieces.append(bytes(frame.data))
            self._pieces_bytes += len(frame.data)
        if len(self._pieces) > _MOST_PIECES:
            self.close(int(CloseCode.MESSAGE_TOO_BIG))
        elif frame.fin:
            message = b"".join(self._pieces)
            self._pieces.clear()
            self._pieces_bytes = 0
            self.arrived(message)

    def _flush(self) -> None:
        writes = self._wire.data_to_send()
        if not writes or self.transport.is_closing():
            return
        self.transport.write(writes[0] if len(writes) == 1 else b"".join(writes))
        if not writes[-1]:  # the library's sign for the end of the stream
            self._part(wait=True)
            self.transport.close()

    def _part(self, *, wait: bool = False) -> None:
        """See to it that the connection ends, however little the other side does for it."""
        if self._ending is None:
            loop = asyncio.get_running_loop()
            self._ending = loop.call_later(_CLOSE_SECONDS, self.transport.abort)
        if not wait:
            self.transport.close()


def server_side(most_message: int) -> ServerProtocol:
    """The core of a connection from outside; browsers, which name an origin, are refused."""
    wire = ServerProtocol(origins=[None], max_size=most_message, logger=_library_log)
    # Rejections in the library's own words would name it.
    vars(wire)["reject"] = _reject
    return wire


def client_side(host: str, port: int, path: str, *, tls: bool, most_message: int) -> ClientProtocol:
    """The core of a connection that this machine opens."""
    uri = WebSocketURI(tls, host, port, path, "")
    return ClientProtocol(uri, max_size=most_message, logger=_library_log)


def begin(wire: ClientProtocol) -> bytes:
    """Return what a client sends first."""
    wire.send_request(wire.connect())
    return b"".join(wire.data_to_send())


def _reject(status: int, text: str) -> Response:
    """Stand in for the library's rejection, which explains itself at length."""
    del text
    headers = Headers([("Connection", "close"), ("Content-Length", "0")])
    return Response(int(status), HTTPStatus(status).phrase, headers, b"")
