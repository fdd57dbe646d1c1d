# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Relays that tests start, on loopback."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from pathlib import Path
from typing import Any

from mutualaid.model.keys import SigningKey
from mutualaid.sync.addresses import Address
from mutualaid.sync.relay.client import RelayShelf
from mutualaid.sync.relay.limits import MIB, Limits
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
QUICK = Limits(requests=5000, traffic=500 * MIB, spare_bytes=0)


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
