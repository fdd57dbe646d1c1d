# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A member bears whatever a relay does: a sentence each time, bounded in time and memory."""

import asyncio
import contextlib
import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from mutualaid.model.keys import SealingKey, SigningKey
from mutualaid.sync.addresses import Address
from mutualaid.sync.ending import ChannelError
from mutualaid.sync.handshake import RelayHandshake, Sealer
from mutualaid.sync.parcel_outside import MOST_PARCEL, name_of, outside
from mutualaid.sync.relay import client as client_module
from mutualaid.sync.relay import line as line_module
from mutualaid.sync.relay.address import RelayAddress
from mutualaid.sync.relay.client import RelayShelf
from mutualaid.sync.relay.line import GREETING_BYTES
from mutualaid.sync.relay.protocol import (
    MOST_FRAME,
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
from mutualaid.sync.shelf import (
    MOST_LISTED,
    Cursor,
    Listed,
    ShelfError,
    ShelfFullError,
    ShelfLacksError,
    ShelfLiesError,
    ShelfRefusedError,
    ShelfUnreachableError,
    run_on,
)
from tests.sync.relay.places import LOOPBACK, play, until
from tests.sync.shelves.suite import all_of, made_up_parcel

TOPIC = SigningKey.from_seed(b"t" * 32)
PARCEL = made_up_parcel(TOPIC, 1)
NAME = name_of(PARCEL)
GRANTS = Published(86_400, 1 << 28, 64, 1e5, 1e6, 1e9, 1e9)
GENERATION = b"g" * 16
CURSOR = Cursor(GENERATION, 7, b"r" * 16)


@dataclass
class Session:
    """A member's connection, as a relay with bad intentions has it."""

    socket: ServerConnection
    sealer: Sealer

    async def send(self, *frames: bytes) -> None:
        for frame in frames:
            await self.socket.send(self.sealer.seal(frame))

    async def asked(self) -> Request:
        return decode_request(self.sealer.open(await self.socket.recv(decode=False)))

    async def for_ever(self) -> None:
        """Listen, and say nothing."""
        with contextlib.suppress(ConnectionClosed, ChannelError):
            while True:
                await self.socket.recv()


Script = Callable[[Session], Awaitable[None]]


@contextlib.asynccontextmanager
async def at(handler: Callable[[ServerConnection], Awaitable[None]]) -> AsyncIterator[RelayShelf]:
    """A member's shelf at a WebSocket that does as it likes."""
    key = SealingKey.from_seed(b"k" * 32).public

    async def handle(socket: ServerConnection) -> None:
        # The second for what is written past the end.
        with contextlib.suppress(ConnectionClosed, RuntimeError):
            await handler(socket)

    async with serve(handle, LOOPBACK, 0, compression=None, max_size=None, close_timeout=0.1) as s:
        port = next(iter(s.sockets)).getsockname()[1]
        shelf = RelayShelf(RelayAddress(Address(LOOPBACK, port), key))
        try:
            yield shelf
        finally:
            await shelf.close()


@contextlib.asynccontextmanager
async def relay(script: Script, grants: Published = GRANTS) -> AsyncIterator[RelayShelf]:
    """A member's shelf at a relay that holds the right key and follows a script."""

    async def handle(socket: ServerConnection) -> None:
        hello = RelayHandshake.as_relay(b"k" * 32)
        for answer in hello.receive(await socket.recv(decode=False)):
            await socket.send(answer)
        session = Session(socket, hello.sealer(2 * MOST_FRAME))
        await session.send(encode_answer(Tag.LIMITS, 0, grants.encode()))
        await script(session)
        await session.for_ever()

    async with at(handle) as shelf:
        yield shelf


def answering(*answers: tuple[Tag, bytes] | bytes) -> Script:
    """A relay that gives these answers, one to each request."""

    async def script(session: Session) -> None:
        for each in answers:
            request = await session.asked()
            frame = each if isinstance(each, bytes) else encode_answer(each[0], 0, each[1])
            await session.send(frame[:1] + request.number.to_bytes(4, "big") + frame[5:])

    return script


async def every_way(shelf: RelayShelf) -> list[ShelfError]:
    """What came of everything that can be asked; it must be a sentence."""
    errors = []
    for ask in (
        lambda: shelf.list(TOPIC, CURSOR),
        lambda: shelf.wait(TOPIC, CURSOR),
        lambda: shelf.head(TOPIC, NAME),
        lambda: shelf.get(TOPIC, NAME),
        lambda: shelf.put(TOPIC, PARCEL),
    ):
        with pytest.raises(ShelfError) as caught:
            await ask()
        assert caught.value.address == shelf.address
        errors.append(caught.value)
    return errors


def page(*numbers: int, **changes: object) -> bytes:
    """A page whose hash runs as it should, after CURSOR."""
    listed = [Listed(number, bytes([number % 256]) * 32, 100) for number in numbers]
    running = CURSOR.running
    for each in listed:
        running = run_on(running, each.name)
    base = (CURSOR.number, CURSOR.running)
    end = (listed[-1].number if listed else CURSOR.number, running)
    return replace(Page(GENERATION, base, end, listed), **changes).encode()  # type: ignore[arg-type]


# Before it says what it grants


def test_what_is_no_relay_is_a_sentence() -> None:
    async def silent(socket: ServerConnection) -> None:
        await asyncio.Future()

    async def closes(socket: ServerConnection) -> None:
        return

    async def nonsense(socket: ServerConnection) -> None:
        await socket.send(os.urandom(48))

    async def text(socket: ServerConnection) -> None:
        await socket.send("hello")

    async def floods(socket: ServerConnection) -> None:
        for _ in range(100):
            await socket.send(bytes(GREETING_BYTES))

    async def test() -> None:
        for handler in (closes, nonsense, text, floods):
            async with at(handler) as shelf:
                for error in await every_way(shelf):
                    assert isinstance(error, ShelfLiesError | ShelfUnreachableError)

    play(test())


def test_one_that_swallows_everything_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "CONNECT_SECONDS", 0.05)

    async def silent(socket: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            await socket.recv()
            await socket.recv()

    async def test() -> None:
        async with at(silent) as shelf:
            with pytest.raises(ShelfUnreachableError, match="in time"):
                await shelf.list(TOPIC, None)

    play(test())


def test_nobody_there_is_a_sentence() -> None:
    async def test() -> None:
        async with relay(answering()) as shelf:
            gone = RelayAddress.parse(shelf.address)
        other = RelayShelf(gone)
        for error in await every_way(other):
            assert isinstance(error, ShelfUnreachableError)
        await other.close()
        with pytest.raises(ShelfUnreachableError, match="closed"):
            await other.list(TOPIC, None)

    play(test())


@pytest.mark.parametrize(
    "first",
    [
        encode_answer(Tag.LIMITS, 0, b"\x09" + GRANTS.encode()[1:]),
        encode_answer(Tag.LIMITS, 0, b""),
        encode_answer(Tag.LIMITS, 1, GRANTS.encode()),
        encode_answer(Tag.DONE, 0),
        b"",
    ],
)
def test_limits_that_make_no_sense_are_refused(first: bytes) -> None:
    async def handle(socket: ServerConnection) -> None:
        hello = RelayHandshake.as_relay(b"k" * 32)
        for answer in hello.receive(await socket.recv(decode=False)):
            await socket.send(answer)
        await Session(socket, hello.sealer(MOST_FRAME)).send(first)
        await socket.recv()

    async def test() -> None:
        async with at(handle) as shelf:
            with pytest.raises(ShelfLiesError, match="cannot be true"):
                await shelf.list(TOPIC, None)

    play(test())


# Afterwards


def test_answers_to_what_was_not_asked_end_the_connection() -> None:
    async def unasked(session: Session) -> None:
        await session.asked()
        await session.send(encode_answer(Tag.PARCEL, 999, PARCEL))

    async def another_kind(session: Session) -> None:
        request = await session.asked()
        tag = Tag.DONE if request.op is not Op.PUT else Tag.PAGE
        await session.send(encode_answer(tag, request.number))

    async def twice(session: Session) -> None:
        request = await session.asked()
        await session.send(*[encode_answer(Tag.LIMITS, request.number, GRANTS.encode())] * 2)

    async def rubbish(session: Session) -> None:
        await session.asked()
        await session.send(os.urandom(5000))

    async def unsealed(session: Session) -> None:
        await session.asked()
        await session.socket.send(os.urandom(5000))

    async def too_long(session: Session) -> None:
        request = await session.asked()
        await session.send(encode_answer(Tag.PARCEL, request.number, bytes(MOST_PARCEL + 1)))

    async def test() -> None:
        for script in (unasked, another_kind, twice, rubbish, unsealed, too_long):
            async with relay(script) as shelf:
                for error in await every_way(shelf):
                    assert isinstance(error, ShelfLiesError)

    play(test())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        made_up_parcel(TOPIC, 2),
        PARCEL[:-1],
        PARCEL + b"x",
        PARCEL[:-1] + bytes([PARCEL[-1] ^ 1]),
    ],
)
def test_content_that_is_not_what_was_asked_for_is_refused(data: bytes) -> None:
    async def test() -> None:
        async with relay(answering((Tag.PARCEL, data))) as shelf:
            with pytest.raises(ShelfLiesError, match="Nothing of it was taken"):
                await shelf.get(TOPIC, NAME)

    play(test())


def test_heads_of_another_topic_or_length_are_refused() -> None:
    head = PARCEL[: outside(PARCEL).head_length]
    other = made_up_parcel(SigningKey.generate(), 1)

    async def test() -> None:
        async with relay(answering((Tag.PARCEL, head))) as shelf:
            assert await shelf.head(TOPIC, NAME) == head
        for bad in (b"", head[:-1], PARCEL, other[: len(head)]):
            async with relay(answering((Tag.PARCEL, bad))) as shelf:
                with pytest.raises(ShelfLiesError):
                    await shelf.head(TOPIC, NAME)

    play(test())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        page(8, 8),
        page(9, 8),
        page(8, generation=b"x" * 16),
        page(8, base=(7, b"x" * 16)),
        page(8, base=(6, b"r" * 16)),
        page(8, end=(7, b"x" * 16)),
        page(more=True),
        page(8, parcels=[Listed(8, NAME, MOST_PARCEL + 1)]),
        page(*range(8, 9 + MOST_LISTED)),
        page(8) + b"x",
    ],
)
def test_listings_that_cannot_be_are_refused(body: bytes) -> None:
    async def test() -> None:
        async with relay(answering((Tag.PAGE, body))) as shelf:
            with pytest.raises(ShelfLiesError):
                await shelf.list(TOPIC, CURSOR)
        async with relay(answering((Tag.PAGE, body))) as shelf:
            with pytest.raises(ShelfLiesError):
                await shelf.wait(TOPIC, CURSOR)

    play(test())


def test_hidden_parcels_and_another_past_show() -> None:
    hidden = page(8, 10)
    other_end = page(8, 9, end=(9, b"x" * 16))
    later_end = page(8, 9, end=(12, b"x" * 16))
    over = page(9, 10, base=(8, b"f" * 16))
    wiped = page(1, 2, base=(0, bytes(16)), generation=b"n" * 16, reset=True)

    async def test() -> None:
        async with relay(
            answering(*((Tag.PAGE, body) for body in (page(8, 9), hidden, other_end, later_end)))
        ) as shelf:
            assert not (await shelf.list(TOPIC, CURSOR)).holes
            for _ in range(3):
                listing = await shelf.list(TOPIC, CURSOR)
                assert (listing.holes, listing.reset) == (True, False)
        async with relay(answering((Tag.PAGE, over), (Tag.PAGE, wiped))) as shelf:
            listing = await shelf.list(TOPIC, CURSOR)
            assert (listing.reset, len(listing.parcels)) == (False, 2)
            listing = await shelf.list(TOPIC, CURSOR)
            assert (listing.reset, len(listing.parcels)) == (True, 2)
            assert listing.cursor.generation == b"n" * 16

    play(test())


def test_a_listing_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MOST_IN_LISTING", 10 * PAGE)
    served = 0

    async def endless(session: Session) -> None:
        nonlocal served
        running, number = bytes(16), 0
        for page_number in itertools.count():
            request = await session.asked()
            base = (number, running)
            listed = []
            for _ in range(PAGE):
                number += 1
                name = page_number.to_bytes(16, "big") + number.to_bytes(16, "big")
                running = run_on(running, name)
                listed.append(Listed(number, name, 4096))
            body = Page(GENERATION, base, (number, running), listed, more=True).encode()
            await session.send(encode_answer(Tag.PAGE, request.number, body))
            served += 1

    async def test() -> None:
        async with relay(endless) as shelf:
            with pytest.raises(ShelfLiesError):
                await all_of(shelf, TOPIC)
            assert served == 11
        async with relay(endless) as shelf:
            monkeypatch.setattr(client_module, "MOST_BYTES_IN_LISTING", 4096 * 3 * PAGE)
            with pytest.raises(ShelfLiesError):
                await all_of(shelf, TOPIC)

    play(test())


def test_news_without_end_comes_slowly() -> None:
    pauses: list[float] = []

    async def news(session: Session) -> None:
        while True:
            request = await session.asked()
            await session.send(encode_answer(Tag.PAGE, request.number, page(8)))

    async def test() -> None:
        async def sleep(seconds: float) -> None:
            pauses.append(seconds)

        async with relay(news) as shelf:
            shelf._sleep = sleep
            for _ in range(300):
                await shelf.wait(TOPIC, CURSOR)
        assert len(pauses) > 100

    play(test())


def test_news_of_nothing_is_a_lie() -> None:
    async def test() -> None:
        async with relay(answering((Tag.PAGE, page()))) as shelf:
            with pytest.raises(ShelfLiesError):
                await shelf.wait(TOPIC, CURSOR)

    play(test())


def test_pings_without_end_are_cut() -> None:
    async def pings(session: Session) -> None:
        while not session.socket.transport.is_closing():
            session.socket.transport.write(b"\x89\x00" * 1000)
            await asyncio.sleep(0)

    async def test() -> None:
        async with relay(pings) as shelf:
            with pytest.raises(ShelfError):
                await shelf.get(TOPIC, NAME)

    play(test())


def test_a_message_without_end_is_cut() -> None:
    async def endless(session: Session) -> None:
        await session.asked()
        # A frame that says it has a terabyte.
        session.socket.transport.write(b"\x82\x7f" + (1 << 40).to_bytes(8, "big"))
        while not session.socket.transport.is_closing():
            session.socket.transport.write(bytes(65_536))
            await asyncio.sleep(0)

    async def test() -> None:
        async with relay(endless) as shelf:
            with pytest.raises(ShelfError):
                await shelf.get(TOPIC, NAME)

    play(test())


def test_one_that_stalls_or_trickles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]

    async def stalls(session: Session) -> None:
        await session.asked()

    async def trickles(session: Session) -> None:
        await session.asked()
        # A frame that comes byte by byte.
        session.socket.transport.write(b"\x82\x7e\xff\xff")
        while not session.socket.transport.is_closing():
            session.socket.transport.write(b"x")
            await asyncio.sleep(0.001)

    async def patience(shelf: RelayShelf) -> None:
        """Let the member's clock run ahead, and have it look."""
        await until(lambda: shelf._line is not None and bool(shelf._line._asked))
        assert shelf._line is not None
        now[0] += line_module.STALL_SECONDS + 1
        shelf._line._watch()

    async def test() -> None:
        async with relay(stalls) as shelf:
            shelf._clock = lambda: now[0]
            asking = asyncio.create_task(shelf.get(TOPIC, NAME))
            await patience(shelf)
            # It is asked once more, on another connection, and then given up.
            await asyncio.sleep(0)
            await patience(shelf)
            with pytest.raises(ShelfUnreachableError, match="tried again later"):
                await asking
        monkeypatch.setattr(line_module, "LONGEST_SECONDS", 0.1)
        async with relay(trickles) as shelf:
            with pytest.raises(ShelfUnreachableError, match="does not answer"):
                await shelf.get(TOPIC, NAME)

    play(test())


# Refusals


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        (Reason.TOPIC_FULL, ShelfFullError),
        (Reason.RELAY_FULL, ShelfFullError),
        (Reason.FAILED, ShelfUnreachableError),
        (Reason.NOT_THERE, ShelfLacksError),
        (Reason.TOKEN_WANTED, ShelfRefusedError),
        (Reason.BAD_TOKEN, ShelfRefusedError),
        (Reason.BAD_SIGNATURE, ShelfRefusedError),
        (Reason.BAD_PARCEL, ShelfRefusedError),
    ],
)
def test_each_refusal_is_a_sentence(reason: Reason, error: type[ShelfError]) -> None:
    async def test() -> None:
        async with relay(answering(encode_refusal(0, reason))) as shelf:
            with pytest.raises(error) as caught:
                await shelf.put(TOPIC, PARCEL)
            assert str(caught.value).endswith(".")

    play(test())


def test_refusals_without_end_are_not_waited_for_without_end() -> None:
    pauses: list[float] = []
    asked = 0

    async def refuses(session: Session) -> None:
        nonlocal asked
        while True:
            request = await session.asked()
            asked += 1
            await session.send(encode_refusal(request.number, Reason.TOO_FAST, 300))

    async def test() -> None:
        async def sleep(seconds: float) -> None:
            pauses.append(seconds)

        async with relay(refuses) as shelf:
            shelf._sleep = sleep
            with pytest.raises(ShelfRefusedError, match="more than it grants"):
                await shelf.put(TOPIC, PARCEL)
            assert asked == len(pauses) <= 10
            assert max(pauses) <= 60
            pauses.clear()
        # What would take a day is told at once.
        late = encode_refusal(0, Reason.TOO_FAST, 86_400)
        async with relay(answering(late)) as shelf:
            shelf._sleep = sleep
            with pytest.raises(ShelfRefusedError, match="more than it grants"):
                await shelf.put(TOPIC, PARCEL)
        assert pauses == []

    play(test())


def test_a_refusal_for_no_reason_is_a_lie() -> None:
    async def test() -> None:
        for body in (b"", b"\x63" + bytes(4), b"\x01" + bytes(5)):
            async with relay(answering((Tag.REFUSED, body))) as shelf:
                with pytest.raises(ShelfLiesError):
                    await shelf.put(TOPIC, PARCEL)

    play(test())


def test_limits_that_grant_next_to_nothing_hold_nobody_for_long() -> None:
    pauses: list[float] = []
    meagre = replace(GRANTS, requests=0.01, requests_burst=0.01)

    async def test() -> None:
        async def sleep(seconds: float) -> None:
            pauses.append(seconds)

        async with relay(answering(*[(Tag.DONE, b"")] * 3), meagre) as shelf:
            shelf._sleep = sleep
            for _ in range(3):
                await shelf.put(TOPIC, PARCEL)
        assert pauses
        assert max(pauses) <= 60

    play(test())


def test_a_connection_that_breaks_is_opened_once_more() -> None:
    connections = 0

    async def breaks(session: Session) -> None:
        nonlocal connections
        connections += 1
        request = await session.asked()
        if connections == 1:
            session.socket.transport.abort()
        else:
            await session.send(encode_answer(Tag.DONE, request.number))

    async def test() -> None:
        async with relay(breaks) as shelf:
            await shelf.put(TOPIC, PARCEL)
            assert connections == 2

    play(test())
