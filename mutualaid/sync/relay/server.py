# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The relay: connections, what is asked on them, and who is told when something new is there.

Everything here runs in one loop's thread; the disk is in :mod:`mutualaid.sync.relay.store`'s.
What all connections together hold in memory is bounded: above that, whoever holds most, for
longest, is cut.
"""

import asyncio
import os
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Final, cast

from filelock import FileLock, Timeout

from mutualaid.errors import DamagedError, NetworkError, ProtocolError, StorageError
from mutualaid.model import keys
from mutualaid.sync.addresses import Address, household
from mutualaid.sync.channel import Gate
from mutualaid.sync.ending import ChannelError
from mutualaid.sync.handshake import RelayHandshake, Sealer, message_length
from mutualaid.sync.parcel_outside import BadParcelError, outside
from mutualaid.sync.relay.address import RelayAddress
from mutualaid.sync.relay.limits import ADDRESS_FACTOR, MIB, Allowances, Limits
from mutualaid.sync.relay.metrics import Metrics, serve_metrics
from mutualaid.sync.relay.protocol import (
    IN_FLIGHT,
    MOST_FRAME,
    MOST_WAITS,
    PAGE,
    Op,
    Page,
    Published,
    Reason,
    Request,
    Tag,
    decode_request,
    encode_answer,
    encode_refusal,
)
from mutualaid.sync.relay.socket import GOING_AWAY, PROTOCOL_ERROR, WRONG_KEY, Socket, server_side
from mutualaid.sync.relay.store import Added, Outcome, Put, Store, Totals
from mutualaid.sync.shelf import Cursor, run_on

KEY_FILE: Final = "relay.key"
LOCK_FILE: Final = "relay.lock"

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
#: What all connections together may hold of what came and of what is to go.
HELD_BYTES: Final = 48 * MIB
#: Answers read from disk for one connection at a time.
_READS: Final = 4
#: Requests refused one after the other before the connection is cut.
_MOST_REFUSED: Final = 500
_RECENT_BYTES: Final = 16 * MIB
_RECENT_PARCEL: Final = 64 * 1024
_MOST_HEADS: Final = 50_000
_EXPIRE_SECONDS: Final = 60.0
_REASONS: Final = {
    Outcome.TOPIC_FULL: Reason.TOPIC_FULL,
    Outcome.RELAY_FULL: Reason.RELAY_FULL,
    Outcome.FAILED: Reason.FAILED,
    Outcome.TOKEN_WANTED: Reason.TOKEN_WANTED,
    Outcome.BAD_TOKEN: Reason.BAD_TOKEN,
}


class Relay:
    """A relay on one folder. ``start``, then ``stop``."""

    def __init__(
        self,
        directory: Path,
        limits: Limits | None = None,
        *,
        clock: Callable[[], float] = time.time,
        proxies: Collection[str] = (),
    ) -> None:
        """*proxies* are addresses of reverse proxies whose ``X-Forwarded-For`` is believed."""
        self.directory = directory
        self.limits = limits or Limits()
        self.metrics = Metrics()
        self.proxies = frozenset(proxies)
        self._clock = clock
        self._lock = FileLock(directory / LOCK_FILE)
        self._server: asyncio.Server | None = None
        self._metrics_server: asyncio.Server | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def start(self, listen: Address, *, metrics: Address | None = None) -> None:
        """Open the folder and listen. Raises StorageError or NetworkError, and then did neither."""
        loop = asyncio.get_running_loop()
        self._take_folder()
        try:
            self.key = keys.SealingKey.from_seed(_relay_key(self.directory / KEY_FILE))
            self.gate = Gate(self.limits.connections_per_address, self.limits.connections)
            self.topics: Allowances[bytes] = Allowances(self.limits)
            self.addresses: Allowances[str] = Allowances(self.limits, ADDRESS_FACTOR)
            self.members: set[Member] = set()
            self._empty = asyncio.Event()
            #: Those who could not go on because the writer was behind.
            self.stalled: set[Member] = set()
            self.waiting: dict[bytes, dict[tuple[Member, int], Cursor]] = {}
            self._heads: OrderedDict[bytes, Cursor] = OrderedDict()
            self._recent: OrderedDict[bytes, tuple[bytes, int, bytes]] = OrderedDict()
            self._recent_bytes = 0
            self.held = 0
            self.store = Store(
                self.directory,
                self.limits,
                post=partial(_post, loop),
                clock=self._clock,
                committed=self._added,
                forgotten=self._forget,
            )
        except BaseException:
            self._lock.release()
            raise
        try:
            if metrics is not None:
                self._metrics_server = await serve_metrics(metrics, self.metrics_text)
            self._server = await loop.create_server(
                lambda: Member(self), listen.host, listen.port, backlog=1024
            )
        except OSError as error:
            await self.stop()
            raise NetworkError(
                f"The relay cannot listen at {listen}: another program listens there, or this"
                " machine has no such address. Nothing was changed. Choose another with --listen."
            ) from error
        except BaseException:
            await self.stop()
            raise
        self.port = cast("int", self._server.sockets[0].getsockname()[1])
        self.limits_frame = encode_answer(Tag.LIMITS, 0, self._published().encode())
        self._next_expiry = 0.0
        self._sweep()

    async def stop(self) -> None:
        """Take nothing new, keep and confirm what came, say goodbye."""
        if self._timer is not None:
            self._timer.cancel()
        for server in (self._server, self._metrics_server):
            if server is not None:
                server.close()
        for member in tuple(self.members):
            member.deaf = True
        await asyncio.to_thread(self.store.close)
        # What the threads posted last is told now.
        await asyncio.sleep(0)
        for member in tuple(self.members):
            member.close(GOING_AWAY)
        # Those who do not answer are aborted after two seconds.
        if self.members:
            await self._empty.wait()
        for server in (self._server, self._metrics_server):
            if server is not None:
                await server.wait_closed()
        self._lock.release()

    def address(self, name: str, port: int | None = None) -> RelayAddress:
        """The address for members, at that host name."""
        return RelayAddress(Address(name, port or self.port), self.key.public)

    def expire(self) -> None:
        """Drop what has outlived its time."""
        self.store.expire()

    def _take_folder(self) -> None:
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout:
            raise StorageError(
                f"Another relay works with {self.directory}. It was left alone. Choose another"
                " folder with --data, or stop that one first."
            ) from None
        except OSError as error:
            raise _unusable(self.directory, error) from error

    def _published(self) -> Published:
        limits = self.limits
        return Published(
            limits.ttl_seconds,
            limits.quota_bytes,
            IN_FLIGHT,
            limits.requests,
            limits.requests_burst,
            limits.traffic,
            limits.traffic_burst,
            limits.closed,
        )

    # -- what is new

    def _added(self, added: dict[bytes, Added], kept: Sequence[Put]) -> None:
        for put in kept:
            if len(put.data) <= _RECENT_PARCEL:
                self._recent[put.name] = (put.topic, put.head_length, put.data)
                self._recent_bytes += len(put.data)
        while self._recent_bytes > _RECENT_BYTES:
            _name, (_topic, _head, data) = self._recent.popitem(last=False)
            self._recent_bytes -= len(data)
        for topic, some in added.items():
            self.set_head(topic, Cursor(some.generation, *some.after))
            self._tell(topic, some)
        stalled, self.stalled = self.stalled, set()
        for member in stalled:
            member.work()

    def _tell(self, topic: bytes, some: Added) -> None:
        waiting = self.waiting.pop(topic, None)
        if not waiting:
            return
        listed, after = some.listed, some.after
        more = len(listed) > PAGE
        if more:
            listed = listed[:PAGE]
            running = some.before[1]
            for each in listed:
                running = run_on(running, each.name)
            after = (listed[-1].number, running)
        body = Page(some.generation, some.before, after, listed, more).encode()
        for (member, number), cursor in waiting.items():
            member.waits.pop(number, None)
            same = cursor.generation == some.generation or not cursor.number
            if same and (cursor.number, cursor.running) == some.before:
                member.answer_page(topic, number, body)
            else:
                member.wait(topic, number, cursor)

    def head(self, topic: bytes) -> Cursor | None:
        """Where a topic ends, if that is known without looking."""
        return self._heads.get(topic)

    def set_head(self, topic: bytes, head: Cursor) -> None:
        """Remember where a topic ends."""
        self._heads[topic] = head
        self._heads.move_to_end(topic)
        if len(self._heads) > _MOST_HEADS:
            self._heads.popitem(last=False)

    def recent(self, topic: bytes, name: bytes, *, head: bool) -> bytes | None:
        """A parcel, or its head, if it came lately."""
        found = self._recent.get(name)
        if found is None or found[0] != topic:
            return None
        return found[2][: found[1]] if head else found[2]

    def unwait(self, topic: bytes, member: "Member", number: int) -> Cursor | None:
        """Forget who waits; return after what."""
        waiting = self.waiting.get(topic, {})
        cursor = waiting.pop((member, number), None)
        if not waiting:
            self.waiting.pop(topic, None)
        return cursor

    def joined(self, member: "Member") -> None:
        """A connection is there."""
        self.members.add(member)
        self._empty.clear()

    def left(self, member: "Member") -> None:
        """A connection is gone."""
        self.members.discard(member)
        if not self.members:
            self._empty.set()

    def _forget(self, topics: Sequence[bytes]) -> None:
        for topic in topics:
            self._heads.pop(topic, None)

    # -- keeping order

    def account(self, member: "Member") -> None:
        """Note how much a connection holds now; cut the worst while it is too much in all."""
        now = member.held_bytes + member.pending_bytes
        if not member.counted:
            member.held_since = time.monotonic()
        self.held += now - member.counted
        member.counted = now
        while self.held > HELD_BYTES:
            worst = max(self.members, key=Member.burden)
            if not worst.counted:
                break
            self.held -= worst.counted
            worst.counted = 0
            worst.drop("too_much")

    def _sweep(self) -> None:
        now = time.monotonic()
        for member in tuple(self.members):
            member.look(now)
            self.account(member)
        if now >= self._next_expiry:
            self._next_expiry = now + _EXPIRE_SECONDS
            self.expire()
            # Parcels that were dropped from disk are not handed out from memory either.
            self._recent.clear()
            self._recent_bytes = 0
        self._timer = asyncio.get_running_loop().call_later(1.0, self._sweep)

    async def metrics_text(self) -> str:
        """All figures, as Prometheus reads them."""
        told: asyncio.Future[Totals] = asyncio.get_running_loop().create_future()
        self.store.totals(lambda totals: None if told.done() else told.set_result(totals))
        totals = await told
        store = self.store
        return self.metrics.text(
            {
                "parcels": ("gauge", "Parcels held.", totals.parcels),
                "held_bytes": ("gauge", "Bytes that count against quotas.", totals.bytes),
                "file_bytes": ("gauge", "Bytes of the relay's files.", totals.file_bytes),
                "topics": ("gauge", "Topics held.", totals.topics),
                "connections": ("gauge", "Connections open now.", len(self.members)),
                "waiting": (
                    "gauge",
                    "Members' requests that wait for something new.",
                    sum(len(each) for each in self.waiting.values()),
                ),
                "buffer_bytes": ("gauge", "Bytes of connections in memory.", self.held),
                "parcels_kept_total": ("counter", "Parcels taken since the start.", store.kept),
                "parcels_expired_total": ("counter", "Parcels outlived.", store.expired),
                "commits_total": ("counter", "Transactions.", store.commits),
                "commit_seconds_total": ("counter", "Time in transactions.", store.commit_seconds),
            }
        )


class Member(Socket):
    """A connection from outside, which may be from anybody."""

    def __init__(self, relay: Relay) -> None:
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
        host = peer[0] if peer else ""
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
        reason = _REASONS.get(outcome)
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


def _relay_key(path: Path) -> bytes:
    """Read the relay's secret key, made at the first start."""
    try:
        if not path.exists():
            # Whole or not at all, whenever the power fails.
            fresh = path.with_suffix(".new")
            fresh.unlink(missing_ok=True)
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(keys.random(keys.KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        key = path.read_bytes()
    except OSError as error:
        raise _unusable(path.parent, error) from error
    if len(key) != keys.KEY_BYTES:
        raise DamagedError(
            f"The file {path} is damaged. It was left as it is. Put back a copy of it, or remove"
            " it: the relay then has a new address, which its groups have to add."
        )
    return key


def _unusable(folder: Path, error: OSError) -> StorageError:
    return StorageError(
        f"The folder {folder} cannot be used ({error.strerror}). The relay was not started. Choose"
        " another with --data, or change its permissions."
    )


def _post(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    loop.call_soon_threadsafe(call)
