# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A relay as a shelf: the member's side, which believes a relay nothing that it can check.

One connection for all topics of one group, opened when it is needed and again when it was lost;
requests overlap on it. The limits that a relay publishes are kept to without being refused first.
What a hostile relay can cost is bounded: an answer that was not asked for ends the connection,
a message is at most a parcel long, a listing has an end, and nothing is waited for without one.
"""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeVar

from mutualaid.errors import ProtocolError
from mutualaid.sync.ending import ChannelError
from mutualaid.sync.handshake import RelayHandshake, Sealer, message_length
from mutualaid.sync.parcel_outside import MOST_PARCEL, BadParcelError, name_of, outside
from mutualaid.sync.relay.address import RelayAddress
from mutualaid.sync.relay.limits import PARCEL_COST, Bucket
from mutualaid.sync.relay.protocol import (
    IN_FLIGHT,
    MOST_FRAME,
    MOST_WAITS,
    Op,
    Page,
    Published,
    Reason,
    Tag,
    decode_answer,
    decode_limits,
    decode_page,
    decode_refusal,
    encode_cancel,
    encode_request,
)
from mutualaid.sync.relay.socket import WRONG_KEY, Socket, begin, client_side
from mutualaid.sync.shelf import (
    BEGINNING,
    Cursor,
    Listing,
    ShelfError,
    ShelfFullError,
    ShelfLacksError,
    ShelfLiesError,
    ShelfRefusedError,
    ShelfUnreachableError,
    TopicKey,
    run_on,
)

Value = TypeVar("Value")

CONNECT_SECONDS: Final = 10.0
#: Without a byte either way while an answer is due; and in all, however many trickle.
STALL_SECONDS: Final = 30.0
LONGEST_SECONDS: Final = 300.0
_LOOK_SECONDS: Final = 5.0
_PING_SECONDS: Final = 45.0
_DEAD_SECONDS: Final = 90.0
GREETING_BYTES: Final = 16 * 1024
#: Parcels and their bytes in one listing from the beginning to the end.
MOST_IN_LISTING: Final = 300_000
MOST_BYTES_IN_LISTING: Final = 4 << 30
#: How often a refusal that asks for patience is heeded, and for how long each time.
_PATIENCE: Final = 8
_MOST_PATIENCE_SECONDS: Final = 60.0
#: Answers to "tell me what is new" a second, and at once: a relay might invent news without end.
_NEWS_RATE: Final = 10.0
_NEWS_BURST: Final = 100.0
_MOST_TOPICS: Final = 256
#: How long what came with the news stands for what is there.
_FRESH_SECONDS: Final = 2.0

_ANSWERS: Final = {
    Op.LIST: Tag.PAGE,
    Op.WAIT: Tag.PAGE,
    Op.HEAD: Tag.PARCEL,
    Op.GET: Tag.PARCEL,
    Op.PUT: Tag.DONE,
    Op.ADMIT: Tag.DONE,
}


@dataclass(slots=True)
class _Asked:
    op: Op
    answer: "asyncio.Future[tuple[Tag, bytes]]"


@dataclass(frozen=True, slots=True)
class _Run:
    """How much a listing has come to so far."""

    cursor: Cursor
    parcels: int
    bytes: int


class RelayShelf:
    """The shelf at a relay's address. Use it in one event loop; see :class:`Shelf`."""

    def __init__(
        self, address: RelayAddress | str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._at = RelayAddress.parse(address) if isinstance(address, str) else address
        self.address: str = str(self._at)
        self._clock = clock
        self._line: _Line | None = None
        self._connecting = asyncio.Lock()
        self._requests = asyncio.Semaphore(IN_FLIGHT)
        self._waits = asyncio.Semaphore(MOST_WAITS)
        self._buckets: dict[bytes, tuple[Bucket, Bucket]] = {}
        self._news = Bucket(_NEWS_RATE, _NEWS_BURST, clock())
        self._admitted: set[bytes] = set()
        self._runs: dict[bytes, _Run] = {}
        #: What the relay said when it told that something is new, until it is asked for.
        self._told: dict[bytes, tuple[Cursor, Listing, float]] = {}
        self._closed = False
        self._sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    @property
    def limits(self) -> Published | None:
        """What the relay grants; None before it was reached."""
        return None if self._line is None else self._line.published

    async def list(self, topic: TopicKey, after: Cursor | None) -> Listing:
        """See :meth:`Shelf.list`."""
        cursor = after or BEGINNING
        told = self._told.pop(topic.public, None)
        if told is not None and told[0] == cursor and self._clock() < told[2] + _FRESH_SECONDS:
            return told[1]
        body = await self._ask(Op.LIST, topic, cursor.encode())
        return self._listing(topic.public, cursor, body)

    async def head(self, topic: TopicKey, name: bytes) -> bytes:
        """See :meth:`Shelf.head`."""
        data = await self._ask(Op.HEAD, topic, name)
        try:
            seen = outside(data)
        except BadParcelError:
            raise self._lies() from None
        if seen.topic != topic.public or seen.head_length != len(data):
            raise self._lies()
        return data

    async def get(self, topic: TopicKey, name: bytes) -> bytes:
        """See :meth:`Shelf.get`."""
        data = await self._ask(Op.GET, topic, name)
        if name_of(data) != name:
            raise self._lies()
        return data

    async def put(self, topic: TopicKey, parcel: bytes) -> None:
        """See :meth:`Shelf.put`. BadParcelError for what is no parcel of that topic."""
        if outside(parcel).topic != topic.public:
            raise BadParcelError("This parcel belongs to another topic. It was put nowhere.")
        await self._ask(Op.PUT, topic, parcel)

    async def wait(self, topic: TopicKey, after: Cursor) -> None:
        """See :meth:`Shelf.wait`. A ``list`` after the same cursor, right then, costs nothing."""
        if pause := self._news.wait(self._clock()):
            await self._sleep(pause)
        self._news.take(1)
        async with self._waits:
            body = await self._ask(Op.WAIT, topic, after.encode())
        listing = self._listing(topic.public, after, body)
        if not listing.parcels and not listing.reset:
            raise self._lies()
        _bounded(self._told)[topic.public] = (after, listing, self._clock())

    async def close(self) -> None:
        """See :meth:`Shelf.close`."""
        self._closed = True
        if self._line is not None:
            self._line.close()
            await self._line.ended.wait()

    # -- asking

    async def _ask(self, op: Op, topic: TopicKey, argument: bytes) -> bytes:
        """Ask, once more if the connection was lost, and with patience if that is asked for."""
        lost = False
        for _ in range(_PATIENCE):
            line = await self._open()
            try:
                if op is not Op.ADMIT:
                    await self._introduce(line, topic)
                tag, body = await self._ask_on(line, op, topic, argument)
            except _LostError as error:
                if error.how is _How.LIED:
                    raise self._lies() from None
                if lost or self._closed:
                    raise ShelfUnreachableError(str(error), self.address) from None
                lost = True
                continue
            if tag is not Tag.REFUSED:
                return body
            pause = self._refused(topic, body, may_admit=op is not Op.ADMIT)
            await self._sleep(pause)
        raise ShelfRefusedError(
            f"The relay at {self._at.at} is asked for more than it grants. Nothing is lost; the"
            " rest is done later.",
            self.address,
        )

    async def _ask_on(
        self, line: "_Line", op: Op, topic: TopicKey, argument: bytes
    ) -> tuple[Tag, bytes]:
        await self._hold_back(line, op, topic, len(argument))
        if op is Op.WAIT:
            return await line.ask(op, topic, argument)
        async with self._requests:
            tag, body = await line.ask(op, topic, argument)
        self._buckets[topic.public][1].take(len(body))
        return tag, body

    async def _introduce(self, line: "_Line", topic: TopicKey) -> None:
        """Show the keeper's token for a topic, where it is asked for."""
        token = self._at.token
        if not line.published.token_wanted or not token or topic.public in self._admitted:
            return
        if len(self._admitted) >= _MOST_TOPICS:
            self._admitted.clear()
        await self._ask(Op.ADMIT, topic, token)
        self._admitted.add(topic.public)

    async def _hold_back(self, line: "_Line", op: Op, topic: TopicKey, size: int) -> None:
        """Keep to what the relay grants to a topic."""
        published = line.published
        if op is Op.PUT and size + PARCEL_COST > published.quota_bytes:
            raise self._full()
        now = self._clock()
        if topic.public not in self._buckets:
            _bounded(self._buckets)[topic.public] = (
                Bucket(published.requests, published.requests_burst, now),
                Bucket(published.traffic, published.traffic_burst, now),
            )
        requests, traffic = self._buckets[topic.public]
        pause = max(requests.wait(now), traffic.wait(now))
        requests.take(1)
        traffic.take(size)
        if pause:
            await self._sleep(min(pause, _MOST_PATIENCE_SECONDS))

    def _refused(self, topic: TopicKey, body: bytes, *, may_admit: bool) -> float:
        """Raise what a refusal means, or return how long to wait before asking again."""
        try:
            reason, seconds = decode_refusal(body)
        except ProtocolError:
            raise self._lies() from None
        where = self._at.at
        match reason:
            case Reason.TOO_FAST | Reason.TOO_MANY:
                return min(max(seconds, 0.05), _MOST_PATIENCE_SECONDS)
            case Reason.TOKEN_WANTED if may_admit and topic.public in self._admitted:
                # The relay forgot, or was wiped: the token is shown once more.
                self._admitted.discard(topic.public)
                return 0.05
            case Reason.TOPIC_FULL | Reason.RELAY_FULL:
                raise self._full()
            case Reason.NOT_THERE:
                raise ShelfLacksError(
                    f"The relay at {where} no longer has that parcel. What was in it is looked for"
                    " on the other shelves and machines.",
                    self.address,
                )
            case Reason.TOKEN_WANTED | Reason.BAD_TOKEN:
                raise ShelfRefusedError(
                    f"The relay at {where} takes only groups with a token of its keeper, and this"
                    " group has none that is good. Ask the keeper for one, and add the relay's"
                    " address with it.",
                    self.address,
                )
            case Reason.FAILED:
                raise ShelfUnreachableError(
                    f"The relay at {where} cannot write to its disk. Nothing is lost; it is tried"
                    " again later. Its keeper should know.",
                    self.address,
                )
        raise ShelfRefusedError(
            f"The relay at {where} did not take a request of this machine. It may be of another"
            " version; nothing is lost.",
            self.address,
        )

    # -- the connection

    async def _open(self) -> "_Line":
        async with self._connecting:
            if self._closed:
                raise ShelfUnreachableError("This shelf was closed.", self.address)
            if self._line is None or self._line.broken is not None:
                self._line = None
                self._line = await self._connect()
                self._buckets.clear()
            return self._line

    async def _connect(self) -> "_Line":
        at = self._at
        context: ssl.SSLContext | None = None
        if at.tls:
            # The relay proves its key inside; TLS is only what the proxy before it speaks.
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        line: _Line | None = None
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _, line = await asyncio.get_running_loop().create_connection(
                    lambda: _Line(at, self._clock),
                    at.at.host,
                    at.at.port,
                    ssl=context,
                    server_hostname=at.at.host if at.tls else None,
                    happy_eyeballs_delay=0.25,
                )
                await line.ready
        except TimeoutError:
            error: ShelfError = self._unreachable("does not answer in time")
        except (OSError, ssl.SSLError):
            error = self._unreachable("cannot be reached")
        except _LostError as lost:
            error = self._not_it(lost)
        except asyncio.CancelledError:
            if line is not None:
                line.abort()
            raise
        else:
            return line
        if line is not None:
            line.abort()
        raise error

    def _not_it(self, lost: "_LostError") -> ShelfError:
        if lost.how is _How.LIED:
            return self._lies()
        if lost.how is _How.WRONG_KEY:
            return ShelfLiesError(
                f"What answers at {self._at.at} is not the relay that this group knows: it has"
                " another key. Nothing was given to it. Ask its keeper for the address as it is"
                " now, and add that if you trust it.",
                self.address,
            )
        return self._unreachable("does not answer as a relay does")

    def _unreachable(self, how: str) -> ShelfUnreachableError:
        return ShelfUnreachableError(
            f"The relay at {self._at.at} {how}. Nothing is lost; it is tried again later.",
            self.address,
        )

    def _full(self) -> ShelfFullError:
        return ShelfFullError(
            f"The relay at {self._at.at} has no room for this parcel. It is kept here and goes by"
            " other ways; there is room again when older parcels have had their time.",
            self.address,
        )

    def _lies(self) -> ShelfLiesError:
        if self._line is not None:
            self._line.lose(_How.LIED)
        return ShelfLiesError(
            f"The relay at {self._at.at} answered what cannot be true. Nothing of it was taken."
            " Other shelves and machines go on; consider removing this one.",
            self.address,
        )

    # -- listings

    def _listing(self, topic: bytes, after: Cursor, body: bytes) -> Listing:
        try:
            page = decode_page(body)
        except ProtocolError:
            raise self._lies() from None
        if not _follows(page, after):
            raise self._lies()
        running = page.base[1]
        number = page.base[0]
        holes = False
        for each in page.parcels:
            running = run_on(running, each.name)
            number += 1
            holes |= each.number != number
        cursor = Cursor(page.generation, *page.end)
        holes |= (number, running) != page.end
        self._count(topic, after, cursor, page)
        return Listing(
            tuple(page.parcels),
            cursor,
            page.more,
            page.reset and after.number > 0,
            holes=holes,
        )

    def _count(self, topic: bytes, after: Cursor, cursor: Cursor, page: Page) -> None:
        """Give up on a listing that has no end."""
        run = self._runs.pop(topic, None)
        before = run if run is not None and run.cursor == after else _Run(after, 0, 0)
        parcels = before.parcels + len(page.parcels)
        size = before.bytes + sum(each.size for each in page.parcels)
        if parcels > MOST_IN_LISTING or size > MOST_BYTES_IN_LISTING:
            raise self._lies()
        if page.more:
            _bounded(self._runs)[topic] = _Run(cursor, parcels, size)


def _follows(page: Page, after: Cursor) -> bool:
    """Tell whether a page can be the answer to a listing after that cursor."""
    if page.reset or not after.number:
        return True
    same = page.base == (after.number, after.running)
    return page.generation == after.generation and (same or page.base[0] > after.number)


def _bounded(known: dict[bytes, Value]) -> dict[bytes, Value]:
    """Make room in what is kept by topic; there are few."""
    while len(known) >= _MOST_TOPICS:
        del known[next(iter(known))]
    return known


class _How(Enum):
    """How a connection came to its end."""

    BROKE = auto()
    WRONG_KEY = auto()
    LIED = auto()


class _LostError(Exception):
    """The connection is gone."""

    def __init__(self, sentence: str, how: _How = _How.BROKE) -> None:
        super().__init__(sentence)
        self.how = how


class _Line(Socket):
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
        self.broken: _LostError | None = None
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
            raise self.broken or _LostError(self._sentence())
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

    def lose(self, how: _How = _How.BROKE) -> None:
        """End the connection, because of what the other side did."""
        if self.broken is None:
            self.broken = _LostError(self._sentence(), how)
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
            self.lose(_How.WRONG_KEY)
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
            self.lose(_How.LIED)
        else:
            self._pokes.take(1)

    def arrived(self, message: bytes) -> None:
        try:
            if self._sealer is None:
                self._agree(message)
            else:
                self._answered(*decode_answer(self._sealer.open(message)))
        except ChannelError:
            self.lose(_How.LIED if self._sealer else _How.WRONG_KEY)
        except ProtocolError:
            self.lose(_How.LIED)

    def lost(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self.broken is None:
            wrong = self.close_code == WRONG_KEY
            self.broken = _LostError(self._sentence(), _How.WRONG_KEY if wrong else _How.BROKE)
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
