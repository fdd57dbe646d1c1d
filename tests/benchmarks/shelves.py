# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A first sync by what lies in a folder or at a relay, to a machine that has nothing."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from mutualaid.sync.filling import Pace
from mutualaid.sync.folder_shelf import FolderShelf
from mutualaid.sync.keeper import Keeper
from mutualaid.sync.relay.client import RelayShelf
from mutualaid.sync.shelf import Shelf
from tests.benchmarks.first_sync import fresh, ordinary
from tests.benchmarks.row import Bench, Row, cost, rate
from tests.benchmarks.world import World, open_group

AT_ONCE = Pace(others=(0.0, 0.0))


@contextmanager
def folder(place: Path) -> Iterator[Callable[[], Shelf]]:
    place.mkdir()
    yield lambda: FolderShelf(place)


@contextmanager
def relay(place: Path) -> Iterator[Callable[[], Shelf]]:
    """A relay in a process of its own, with its usual limits."""
    serve = ["relay", "serve", "--listen", "127.0.0.1:0", "--data", str(place)]
    with subprocess.Popen(
        [sys.executable, "-m", "mutualaid", *serve], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().removeprefix("relay ").strip()
        try:
            yield lambda: RelayShelf(address)
        finally:
            process.terminate()


def filled_and_emptied(world: World, opening: Callable[[], Shelf]) -> tuple[float, int]:
    """Seconds until the empty machine shows every post, and the bytes of all parcels."""

    async def visit(profile: Path, rounds: int) -> int:
        shelf = opening()
        with open_group(profile) as group:
            keeper = Keeper(group, shelf, pace=AT_ONCE)
            for _ in range(rounds):
                await keeper.round(afresh=True)
            group.replica.apply_all()
        await shelf.close()
        return keeper.status.bytes

    size = asyncio.run(visit(world.full, 2))
    begun = time.perf_counter()
    asyncio.run(visit(world.empty, 1))
    took = time.perf_counter() - begun
    with open_group(world.empty) as group:
        assert group.count_posts() == world.posts
    return took, size


@cache
def measured(bench: Bench) -> dict[str, list[tuple[float, int]]]:
    """By stick and by relay, in turns."""
    world = bench.world(bench.posts)
    found: dict[str, list[tuple[float, int]]] = {"stick": [], "relay": []}
    for number in range(bench.repeats):
        for name, place in (("stick", folder), ("relay", relay)):
            with bench.copy(world) as copy, place(copy.folder / f"shelf-{number}") as opening:
                found[name].append(filled_and_emptied(copy, opening))
    return found


def shelf_first_sync(bench: Bench) -> list[Row]:
    """Posts a second until all are searchable; the floor is the same over the network."""
    over_network = [sync.posts / sync.searchable for sync in ordinary(bench).syncs]
    return [
        rate(
            f"{name}_first_sync",
            [bench.posts / seconds for seconds, _size in runs],
            "posts/s",
            over_network,
            "",
        )
        for name, runs in measured(bench).items()
    ]


def shelf_bytes(bench: Bench) -> list[Row]:
    """Bytes of parcels a post, all padding included; the floor is the same over the network."""
    world = bench.world(bench.posts)
    wire = fresh(bench, world, count_bytes=True).wire / world.posts
    return [
        cost(
            f"{name}_bytes",
            [size / bench.posts for _seconds, size in runs],
            "bytes/post",
            [wire],
            "",
        )
        for name, runs in measured(bench).items()
    ]
