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
from typing import Final, TypeVar

from mutualaid.errors import ProtocolError
from mutualaid.sync.parcel_outside import BadParcelError, name_of, outside
from mutualaid.sync.relay.address import RelayAddress
from mutualaid.sync.relay.limits import PARCEL_COST, Bucket
from mutualaid.sync.relay.line import Cause, Line, LostError, dial
from mutualaid.sync.relay.protocol import (
    IN_FLIGHT,
    MOST_WAITS,
    Op,
    Page,
    Published,
    Reason,
    Tag,
    decode_page,
    decode_refusal,
)
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
#: Parcels and their bytes in one listing from the beginning to the end.
MOST_IN_LISTING: Final = 300_000
MOST_BYTES_IN_LISTING: Final = 4 << 30
#: How often a refusal that asks for patience is heeded, and for how long each time.
_PATIENCE: Final = 8
_MOST_PATIENCE_SECONDS: Final = 60.0
#: What asks for more than this is not waited for, but told.
_LONGEST_PATIENCE_SECONDS: Final = 600.0
#: Answers to "tell me what is new" a second, and at once: a relay might invent news without end.
_NEWS_RATE: Final = 10.0
_NEWS_BURST: Final = 100.0
_MOST_TOPICS: Final = 256
#: How long what came with the news stands for what is there.
_FRESH_SECONDS: Final = 2.0


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
        self._line: Line | None = None
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

    @property
    def quota(self) -> int | None:
        """See :attr:`Shelf.quota`."""
        return None if self.limits is None else self.limits.quota_bytes

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
        # Whoever dials just now finds it closed.
        async with self._connecting:
            line, self._line = self._line, None
        if line is not None:
            line.close()
            await line.ended.wait()

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
            except LostError as error:
                if error.how is Cause.LIED:
                    raise self._lies() from None
                if lost or self._closed:
                    raise ShelfUnreachableError(str(error), self.address) from None
                lost = True
                continue
            if tag is not Tag.REFUSED:
                return body
            pause = self._refused(topic, body, may_admit=op is not Op.ADMIT)
            await self._sleep(pause)
        raise self._overdone()

    async def _ask_on(
        self, line: Line, op: Op, topic: TopicKey, argument: bytes
    ) -> tuple[Tag, bytes]:
        await self._hold_back(line, op, topic, len(argument))
        if op is Op.WAIT:
            return await line.ask(op, topic, argument)
        async with self._requests:
            tag, body = await line.ask(op, topic, argument)
        self._buckets[topic.public][1].take(len(body))
        return tag, body

    async def _introduce(self, line: Line, topic: TopicKey) -> None:
        """Show the keeper's token for a topic, where it is asked for."""
        token = self._at.token
        if not line.published.token_wanted or not token or topic.public in self._admitted:
            return
        if len(self._admitted) >= _MOST_TOPICS:
            self._admitted.clear()
        await self._ask(Op.ADMIT, topic, token)
        self._admitted.add(topic.public)

    async def _hold_back(self, line: Line, op: Op, topic: TopicKey, size: int) -> None:
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
            case Reason.TOO_FAST | Reason.TOO_MANY if seconds <= _LONGEST_PATIENCE_SECONDS:
                return min(max(seconds, 0.05), _MOST_PATIENCE_SECONDS)
            case Reason.TOKEN_WANTED if may_admit and topic.public in self._admitted:
                # The relay forgot, or was wiped: the token is shown once more.
                self._admitted.discard(topic.public)
                return 0.05
            case Reason.TOPIC_FULL | Reason.RELAY_FULL:
                raise self._full()
            case Reason.TOO_FAST | Reason.TOO_MANY:
                raise self._overdone()
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

    async def _open(self) -> Line:
        async with self._connecting:
            if not self._closed and (self._line is None or self._line.broken is not None):
                self._line = None
                self._line = await self._connect()
                self._buckets.clear()
            if self._closed or self._line is None:
                if self._line is not None:
                    self._line.abort()
                raise ShelfUnreachableError("This shelf was closed.", self.address)
            return self._line

    async def _connect(self) -> Line:
        at = self._at
        context: ssl.SSLContext | None = None
        if at.tls:
            # The relay proves its key inside; TLS is only what the proxy before it speaks.
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        line: Line | None = None
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                line = await dial(at, context, self._clock)
                await line.ready
        except TimeoutError:
            error: ShelfError = self._unreachable("does not answer in time")
        except (OSError, ssl.SSLError):
            error = self._unreachable("cannot be reached")
        except LostError as lost:
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

    def _not_it(self, lost: LostError) -> ShelfError:
        if lost.how is Cause.LIED:
            return self._lies()
        if lost.how is Cause.WRONG_KEY:
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

    def _overdone(self) -> ShelfRefusedError:
        return ShelfRefusedError(
            f"The relay at {self._at.at} is asked for more than it grants. Nothing is lost; the"
            " rest is done later.",
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
            self._line.lose(Cause.LIED)
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
