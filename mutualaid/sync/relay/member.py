# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One connection to a relay, which may be from anybody: what it may ask, and how it is held in
bounds.
"""

import asyncio
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Final

from mutualaid.errors import ProtocolError
from mutualaid.sync.addresses import household
from mutualaid.sync.ending import ChannelError
from mutualaid.sync.handshake import RelayHandshake, Sealer, message_length
from mutualaid.sync.parcel_outside import BadParcelError, outside
from mutualaid.sync.relay.protocol import (
    IN_FLIGHT,
    MOST_FRAME,
    MOST_WAITS,
    Op,
    Page,
    Reason,
    Request,
    Tag,
    decode_request,
    encode_answer,
    encode_refusal,
)
from mutualaid.sync.relay.socket import PROTOCOL_ERROR, WRONG_KEY, Socket, server_side
from mutualaid.sync.relay.store import Outcome, Put
from mutualaid.sync.shelf import Cursor

if TYPE_CHECKING:
    from mutualaid.sync.relay.server import Relay

#: Until the handshake is through: seconds, and bytes with the HTTP request and a proxy's headers.
GREETING_SECONDS: Final = 10.0
GREETING_BYTES: Final = 16 * 1024
#: Until the first request that is properly signed, and without any while nothing is waited for.
FIRST_SECONDS: Final = 60.0
IDLE_SECONDS: Final = 600.0
#: A connection on which nothing is heard is asked, and then given up.
PING_SECONDS: Final = 25.0
DEAD_SECONDS: Final = 80.0
#: How long a message may take to come in, or to be taken.
STUCK_SECONDS: Final = 300.0
#: Answers read from disk for one connection at a time.
_READS: Final = 4
#: Requests refused one after the other before the connection is cut.
_MOST_REFUSED: Final = 500
_REFUSED_AS: Final = {
    Outcome.TOPIC_FULL: Reason.TOPIC_FULL,
    Outcome.RELAY_FULL: Reason.RELAY_FULL,
    Outcome.FAILED: Reason.FAILED,
    Outcome.TOKEN_WANTED: Reason.TOKEN_WANTED,
    Outcome.BAD_TOKEN: Reason.BAD_TOKEN,
}


class Member(Socket):
    """A connection from outside, which may be from anybody."""

    def __init__(self, relay: "Relay") -> None:
        super().__init__(server_side(message_length(MOST_FRAME)))
        self.relay = relay
        self.waits: dict[int, bytes] = {}
        self.pending_bytes = self.counted = 0
        #: Set when the relay stops: nothing new is taken.
        self.deaf = False
        self._pending: deque[bytes] = deque()
        self._sealer: Sealer | None = None
        self._hash = b""
        self._host = ""
        self._household = ""
        self._entered = False
        self._working = False
        self._paused = False
        self._greeting_bytes = 0
        self._reads = self._outstanding = self._refused = 0
        self._began = self._heard = self._asked = self.held_since = time.monotonic()
        self._signed = self._pinged = False

    # -- the connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.relay.joined(self)
        peer = transport.get_extra_info("peername")
        # IPv4 where the relay listens to both.
        host = peer[0].removeprefix("::ffff:") if peer else ""
        if host not in self.relay.proxies:
            self._enter(host)

    def _enter(self, host: str) -> None:
        """Count the connection as one from *host*, or end it."""
        self._host, self._household = host, household(host)
        allowance = self.relay.addresses.of(self._household, time.monotonic())
        if allowance.wait(time.monotonic()):
            self.drop("too_fast")
        elif not self.relay.gate.enter(host):
            self.drop("too_many")
        else:
            # A handshake costs about as much as ten requests.
            allowance.take(10, 0)
            self._entered = True
            self.relay.metrics.connections += 1

    def opened(self, forwarded_for: str) -> None:
        if not self._entered:
            self._enter(forwarded_for or "proxied")

    def data_received(self, data: bytes) -> None:
        self._heard = time.monotonic()
        self._pinged = False
        self.relay.metrics.bytes_in += len(data)
        if self._sealer is None:
            self._greeting_bytes += len(data)
            if self._greeting_bytes > GREETING_BYTES:
                self.drop("greeting")
                return
        super().data_received(data)
        self.relay.account(self)

    def poked(self) -> None:
        if self._allowance_wait():
            self.drop("too_fast")

    def arrived(self, message: bytes) -> None:
        if self.deaf:
            return
        self._pending.append(message)
        self.pending_bytes += len(message)
        self.held_since = self._heard
        self.work()

    def eased(self) -> None:
        self.held_since = time.monotonic()
        self.work()
        self.relay.account(self)

    def lost(self) -> None:
        relay = self.relay
        relay.left(self)
        relay.stalled.discard(self)
        for number, topic in self.waits.items():
            relay.unwait(topic, self, number)
        self.waits.clear()
        relay.held -= self.counted
        self.counted = self.pending_bytes = 0
        self._pending.clear()
        if self._entered:
            relay.gate.leave(self._host)

    def burden(self) -> float:
        """How much it weighs on the relay: what it holds, by how long nothing came of it."""
        return self.counted * (1.0 + time.monotonic() - self.held_since)

    def drop(self, why: str) -> None:
        """End the connection at once."""
        self.relay.metrics.dropped[why] += 1
        self.abort()

    def look(self, now: float) -> None:
        """Once a second: ask the silent, end what has been of no use for too long."""
        silent = now - self._heard
        if self._sealer is None:
            if now - self._began > GREETING_SECONDS:
                self.drop("greeting")
        elif self._is_idle(now):
            self.drop("idle")
        elif silent > DEAD_SECONDS:
            self.drop("silent")
        elif self.counted and now - self.held_since > STUCK_SECONDS:
            self.drop("stuck")
        elif silent > PING_SECONDS and not self._pinged:
            self._pinged = True
            self.ping()

    def _is_idle(self, now: float) -> bool:
        if not self._signed:
            return now - self._began > FIRST_SECONDS
        return not self.waits and not self._outstanding and now - self._asked > IDLE_SECONDS

    # -- what is asked

    def work(self) -> None:
        """Take what came, as far as it may be taken now; stop reading until the rest can be."""
        if self._working:
            return
        self._working = True
        try:
            while self._pending and not self.transport.is_closing():
                if self.congested or self._reads >= _READS:
                    break
                if not self.relay.store.has_room:
                    self.relay.stalled.add(self)
                    break
                message = self._pending.popleft()
                self.pending_bytes -= len(message)
                self._take_message(message)
        finally:
            self._working = False
        if bool(self._pending) != self._paused and not self.transport.is_closing():
            self._paused = bool(self._pending)
            if self._paused:
                self.transport.pause_reading()
            else:
                self.transport.resume_reading()

    def _take_message(self, message: bytes) -> None:
        if self._sealer is None:
            self._greet(message)
            return
        try:
            request = decode_request(self._sealer.open(message))
        except (ProtocolError, ChannelError):
            self._count("none", "malformed")
            self.relay.metrics.dropped["malformed"] += 1
            self.close(PROTOCOL_ERROR)
            return
        self._asked = self._heard
        if request.op is Op.CANCEL:
            self._cancel(request.number)
        else:
            self._serve(request)

    def _greet(self, message: bytes) -> None:
        handshake = RelayHandshake.as_relay(self.relay.key.seed)
        try:
            answers = handshake.receive(message)
        except ChannelError:
            self.relay.metrics.dropped["wrong_key"] += 1
            self.close(WRONG_KEY)
            return
        for answer in answers:
            self.send(answer)
        self._hash = handshake.handshake_hash
        self._sealer = handshake.sealer(MOST_FRAME)
        self._send(self.relay.limits_frame)

    def _allowance_wait(self) -> float:
        """Count a request of this address; seconds to wait if it had none left."""
        now = self._heard
        allowance = self.relay.addresses.of(self._household, now)
        wait = allowance.wait(now)
        if not wait:
            allowance.take(1, 0)
        return wait

    def _serve(self, request: Request) -> None:
        now, relay = self._heard, self.relay
        if wait := self._allowance_wait():
            self._refuse(request, Reason.TOO_FAST, wait)
            return
        if self._outstanding >= IN_FLIGHT + MOST_WAITS:
            self._refuse(request, Reason.TOO_MANY)
            return
        if not request.is_signed(relay.key.public, self._hash):
            self._refuse(request, Reason.BAD_SIGNATURE)
            return
        allowance = relay.topics.of(request.topic, now)
        if wait := allowance.wait(now):
            self._refuse(request, Reason.TOO_FAST, wait)
            return
        allowance.take(1, 0)
        self._signed = True
        self._refused = 0
        match request.op:
            case Op.PUT:
                self._put(request)
            case Op.LIST:
                self._list(request)
            case Op.WAIT:
                if len(self.waits) >= MOST_WAITS or request.number in self.waits:
                    self._refuse(request, Reason.TOO_MANY)
                    return
                self._count("WAIT", "taken")
                self.wait(request.topic, request.number, request.cursor)
            case Op.HEAD | Op.GET:
                self._get(request)
            case _:
                self._outstanding += 1
                relay.store.admit(request.topic, request.argument, partial(self._kept, request))

    def _put(self, request: Request) -> None:
        try:
            seen = outside(request.argument)
        except BadParcelError:
            self._refuse(request, Reason.BAD_PARCEL)
            return
        if seen.topic != request.topic:
            self._refuse(request, Reason.BAD_PARCEL)
            return
        unknown = self.relay.head(request.topic) is None
        wait = 0.0
        if not self.relay.limits.closed:
            allowance = self.relay.addresses.of(self._household, self._heard)
            wait = allowance.wait_to_leave(self._heard, new_topic=unknown)
        if wait:
            self._refuse(request, Reason.TOO_FAST, wait)
            return
        self._outstanding += 1
        self._pay(request.topic, len(request.argument))
        self.relay.store.put(
            Put(
                request.topic,
                request.subject,
                request.argument,
                seen.head_length,
                partial(self._kept, request),
            )
        )

    def _kept(self, request: Request, outcome: Outcome) -> None:
        self._outstanding -= 1
        reason = _REFUSED_AS.get(outcome)
        if outcome is Outcome.KEPT and request.op is Op.PUT:
            begun = request.topic in self.relay.begun
            self.relay.begun.discard(request.topic)
            allowance = self.relay.addresses.of(self._household, self._heard)
            allowance.leave(len(request.argument), new_topic=begun)
        if reason is None:
            self._count(request.op.name, outcome.name.lower())
            self._send(encode_answer(Tag.DONE, request.number))
        else:
            self._refuse(request, reason)

    def _list(self, request: Request) -> None:
        cursor = request.cursor
        if cursor.number and self.relay.head(request.topic) == cursor:
            at = (cursor.number, cursor.running)
            body = Page(cursor.generation, at, at, ()).encode()
            self._count("LIST", "nothing")
            self.answer_page(request.topic, request.number, body)
            return

        def listed(page: Page | None) -> None:
            self._read()
            if page is None:
                self._refuse(request, Reason.TOKEN_WANTED)
            else:
                self._count("LIST", "some" if page.parcels else "nothing")
                self.answer_page(request.topic, request.number, page.encode())
            self.work()

        self._reading()
        self.relay.store.page(request.topic, cursor, listed)

    def wait(self, topic: bytes, number: int, cursor: Cursor) -> None:
        """Answer with a page as soon as there is something after the cursor."""
        relay = self.relay
        self.waits[number] = topic
        if cursor.number and relay.head(topic) == cursor:
            relay.waiting.setdefault(topic, {})[(self, number)] = cursor
            return

        def listed(page: Page | None) -> None:
            self._read()
            if self.gone or number not in self.waits:
                pass
            elif page is None:
                del self.waits[number]
                self._send(encode_refusal(number, Reason.TOKEN_WANTED))
            elif page.says_something:
                del self.waits[number]
                self.answer_page(topic, number, page.encode())
            else:
                head = relay.head(topic)
                if head is not None and head.number > page.end[0]:
                    self.wait(topic, number, cursor)  # it came while we looked
                else:
                    if page.end[0]:
                        relay.set_head(topic, Cursor(page.generation, *page.end))
                    relay.waiting.setdefault(topic, {})[(self, number)] = cursor
            self.work()

        self._reading()
        relay.store.page(topic, cursor, listed)

    def _cancel(self, number: int) -> None:
        topic = self.waits.pop(number, None)
        if topic is None:
            return  # answered already
        cursor = self.relay.unwait(topic, self, number) or Cursor(bytes(16), 0, bytes(16))
        at = (cursor.number, cursor.running)
        self.answer_page(topic, number, Page(cursor.generation, at, at, ()).encode())

    def _get(self, request: Request) -> None:
        head = request.op is Op.HEAD
        recent = self.relay.recent(request.topic, request.argument, head=head)
        if recent is not None:
            self._hand_out(request, recent)
            return

        def found(data: bytes | None) -> None:
            self._read()
            self._hand_out(request, data)
            self.work()

        self._reading()
        self.relay.store.data(request.topic, request.argument, head=head, done=found)

    def _hand_out(self, request: Request, data: bytes | None) -> None:
        if data is None:
            self._refuse(request, Reason.NOT_THERE)
            return
        self._count(request.op.name, "handed_out")
        self._pay(request.topic, len(data))
        self._send(encode_answer(Tag.PARCEL, request.number, data))

    # -- answers

    def answer_page(self, topic: bytes, number: int, body: bytes) -> None:
        """Send a PAGE."""
        self._pay(topic, len(body))
        self._send(encode_answer(Tag.PAGE, number, body))

    def _pay(self, topic: bytes, size: int) -> None:
        self.relay.topics.of(topic, self._heard).take(0, size)
        self.relay.addresses.of(self._household, self._heard).take(0, size)

    def _refuse(self, request: Request, reason: Reason, seconds: float = 0.0) -> None:
        self._count(request.op.name, reason.name.lower())
        self._send(encode_refusal(request.number, reason, seconds))
        self._refused += 1
        if self._refused > _MOST_REFUSED:
            self.drop("too_fast")

    def _count(self, operation: str, outcome: str) -> None:
        self.relay.metrics.requests[operation.lower(), outcome] += 1

    def _send(self, frame: bytes) -> None:
        if self.gone or self._sealer is None or self.transport.is_closing():
            return
        message = self._sealer.seal(frame)
        self.relay.metrics.bytes_out += len(message)
        self.send(message)
        self.relay.account(self)

    def _reading(self) -> None:
        self._reads += 1
        self._outstanding += 1

    def _read(self) -> None:
        self._reads -= 1
        self._outstanding -= 1
