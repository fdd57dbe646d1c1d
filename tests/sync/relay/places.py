# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Relays that tests start, on loopback."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from mutualaid.model.keys import SigningKey
from mutualaid.sync.addresses import Address
from mutualaid.sync.handshake import RelayHandshake
from mutualaid.sync.relay.client import RelayShelf
from mutualaid.sync.relay.limits import MIB, Limits
from mutualaid.sync.relay.protocol import (
    MOST_FRAME,
    Op,
    Reason,
    Tag,
    decode_answer,
    decode_refusal,
    encode_request,
)
from mutualaid.sync.relay.server import Relay
from tests.sync.shelves.suite import made_up_parcel

LOOPBACK = "127.0.0.1"
SECONDS = 30


class Clock:
    """Seconds since 1970, as a test will have it."""

    def __init__(self, now: float = 1_800_000_000) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


#: Fast enough for a test, and with a disk that may be nearly full.
QUICK = Limits(requests=5000, traffic=500 * MIB, spare_bytes=0, new_topics=10_000)


@contextlib.asynccontextmanager
async def running(
    directory: Path,
    limits: Limits = QUICK,
    *,
    clock: Callable[[], float] | None = None,
    port: int = 0,
    host: str = LOOPBACK,
    proxies: Collection[str] = (),
) -> AsyncIterator[Relay]:
    """A relay on a folder, until the block is left."""
    relay = (
        Relay(directory, limits, proxies=proxies)
        if clock is None
        else Relay(directory, limits, clock=clock, proxies=proxies)
    )
    await relay.start(Address(host, port))
    try:
        yield relay
    finally:
        await relay.stop()


@contextlib.asynccontextmanager
async def shelf_at(relay: Relay, token: bytes = b"") -> AsyncIterator[RelayShelf]:
    """A member's shelf at a relay."""
    shelf = RelayShelf(relay.address(LOOPBACK).with_token(token))
    try:
        yield shelf
    finally:
        await shelf.close()


async def fill(shelf: RelayShelf, topic: SigningKey, seeds: Collection[int]) -> list[bytes]:
    """Put small parcels, one after the other, and return them."""
    parcels = [made_up_parcel(topic, seed, 600) for seed in seeds]
    for parcel in parcels:
        await shelf.put(topic, parcel)
    return parcels


def play(test: Coroutine[Any, Any, None]) -> None:
    """Run a test in a loop of its own, which must leave nothing behind."""

    async def bounded() -> None:
        async with asyncio.timeout(SECONDS):
            await test
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"tasks left behind: {left}"

    asyncio.run(bounded())


class Raw:
    """A connection to a relay that says whatever a test likes."""

    def __init__(self, relay: Relay, socket: ClientConnection, hello: RelayHandshake) -> None:
        self.relay = relay
        self.socket = socket
        self.h = hello.handshake_hash
        self._sealer = hello.sealer(MOST_FRAME)

    async def send(self, frame: bytes) -> None:
        """Send a frame, sealed as is proper."""
        await self.socket.send(self._sealer.seal(frame))

    async def receive(self) -> tuple[Tag, int, bytes]:
        """The next answer."""
        return decode_answer(self._sealer.open(await self.socket.recv(decode=False)))

    async def request(
        self, key: SigningKey, op: Op, number: int, argument: bytes, *, signed_for: bytes = b""
    ) -> None:
        """Send a request; *signed_for* stands in for the hash of this connection."""
        relay_key = self.relay.key.public
        await self.send(encode_request(key, relay_key, signed_for or self.h, op, number, argument))

    async def refusal(self) -> Reason:
        """The next answer, which must be a refusal."""
        tag, _number, body = await self.receive()
        assert tag is Tag.REFUSED
        return decode_refusal(body)[0]

    async def dropped(self) -> None:
        """Wait until the relay has ended the connection, whatever it says before."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self.socket.recv()


@contextlib.asynccontextmanager
async def stranger(relay: Relay, **headers: str) -> AsyncIterator[ClientConnection]:
    """A WebSocket to a relay, on which nothing was said yet."""
    async with connect(
        f"ws://{LOOPBACK}:{relay.port}/",
        additional_headers=headers,
        compression=None,
        proxy=None,
        close_timeout=1,
        max_size=None,
    ) as socket:
        yield socket


@contextlib.asynccontextmanager
async def raw(relay: Relay) -> AsyncIterator[Raw]:
    """A connection past the handshake and the relay's limits."""
    async with stranger(relay) as socket:
        hello = RelayHandshake.to_relay(relay.key.public)
        (message,) = hello.start()
        await socket.send(message)
        hello.receive(await socket.recv(decode=False))
        made = Raw(relay, socket, hello)
        tag, number, _body = await made.receive()
        assert (tag, number) == (Tag.LIMITS, 0)
        yield made


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    while not true():  # noqa: ASYNC110 - what is waited for sets no event
        await asyncio.sleep(0.005)
