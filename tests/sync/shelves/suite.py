# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every shelf does, whatever it is made of. A sort of shelf passes by subclassing::

    class TestFolderShelf(ShelfSuite):
        @contextlib.asynccontextmanager
        async def place(self, tmp_path):
            yield lambda: FolderShelf(tmp_path)

where each call makes one more :class:`Shelf` at the same place, as another machine would.
"""

import abc
import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

import pytest

from mutualaid.model.keys import SigningKey
from mutualaid.sync.parcel_outside import (
    LEAST_INDEX,
    MOST_PARCEL,
    BadParcelError,
    name_of,
    outside,
    write_outside,
)
from mutualaid.sync.shelf import (
    BEGINNING,
    MOST_LISTED,
    Cursor,
    Listed,
    Listing,
    Shelf,
    ShelfLacksError,
    TopicKey,
    run_on,
)

SECONDS = 30
Open = Callable[[], Shelf]


def made_up_parcel(topic: TopicKey, seed: int, size: int = 4096, index: int = 200) -> bytes:
    """Bytes that are a parcel to whoever lacks its key."""
    head = write_outside(1, topic.public, index)
    return head + Random(seed).randbytes(size - len(head))


async def all_of(shelf: Shelf, topic: TopicKey, after: Cursor | None = None) -> list[Listed]:
    """Every page of a listing."""
    found: list[Listed] = []
    while True:
        listing = await shelf.list(topic, after)
        assert len(listing.parcels) <= MOST_LISTED
        found += listing.parcels
        after = listing.cursor
        if not listing.more:
            return found


def names(listed: Listing | list[Listed]) -> set[bytes]:
    parcels = listed if isinstance(listed, list) else listed.parcels
    return {each.name for each in parcels}


class ShelfSuite(abc.ABC):
    """Subclass it, name the subclass ``Test…`` and say what the place is."""

    #: Whether numbers grow by one and the running hash runs over all names.
    counts = True

    @abc.abstractmethod
    def place(self, tmp_path: Path) -> contextlib.AbstractAsyncContextManager[Open]:
        """A place for shelves; calling what it yields makes one."""

    def run(self, tmp_path: Path, body: Callable[[Shelf, Open], Awaitable[None]]) -> None:
        """Run *body* with a shelf, and with what makes more of them."""

        async def test() -> None:
            shelves: list[Shelf] = []

            async with asyncio.timeout(SECONDS), self.place(tmp_path) as make:

                def opened() -> Shelf:
                    shelves.append(make())
                    return shelves[-1]

                try:
                    await body(opened(), opened)
                finally:
                    for shelf in shelves:
                        await shelf.close()
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not left, f"tasks left behind: {left}"

        asyncio.run(test())

    def test_an_empty_shelf_is_empty(self, tmp_path: Path) -> None:
        async def body(shelf: Shelf, more: Open) -> None:
            listing = await shelf.list(SigningKey.generate(), None)
            assert listing.parcels == ()
            assert (listing.more, listing.reset, listing.holes) == (False, False, False)

        self.run(tmp_path, body)

    def test_what_is_put_is_listed_and_handed_out(self, tmp_path: Path) -> None:
        async def body(shelf: Shelf, more: Open) -> None:
            topic = SigningKey.generate()
            sizes = (4096, 8192, 100_000, MOST_PARCEL)
            parcels = [made_up_parcel(topic, seed, size) for seed, size in enumerate(sizes)]
            for parcel in parcels:
                await shelf.put(topic, parcel)
            other = more()
            found = {each.name: each for each in await all_of(other, topic)}
            assert set(found) == {name_of(parcel) for parcel in parcels}
            for parcel in parcels:
                name = name_of(parcel)
                assert found[name].size == len(parcel)
                assert await other.get(topic, name) == parcel
                head = await other.head(topic, name)
                assert head == parcel[: outside(parcel).head_length]

        self.run(tmp_path, body)

    def test_putting_twice_does_nothing(self, tmp_path: Path) -> None:
        async def body(shelf: Shelf, more: Open) -> None:
            topic = SigningKey.generate()
            parcel = made_up_parcel(topic, 1)
            await shelf.put(topic, parcel)
            before = await shelf.list(topic, None)
            await shelf.put(topic, parcel)
            await more().put(topic, parcel)
            assert await shelf.list(topic, None) == before
            assert not (await shelf.list(topic, before.cursor)).parcels

        self.run(tmp_path, body)

    def test_only_what_came_after_the_cursor_is_listed(self, tmp_path: Path) -> None:
        async def body(shelf: Shelf, more: Open) -> None:
            topic = SigningKey.generate()
            cursor: Cursor | None = None
            other = more()
            for seed in range(5):
                parcel = made_up_parcel(topic, seed)
                await shelf.put(topic, parcel)
                listing = await other.list(topic, cursor)
                assert names(listing) == {name_of(parcel)}
                assert (listing.more, listing.reset, listing.holes) == (False, False, False)
                cursor = Cursor.decode(listing.cursor.encode())
            assert len(await all_of(more(), topic)) == 5

        self.run(tmp_path, body)

    def test_numbers_grow_and_the_running_hash_covers_every_name(self, tmp_path: Path) -> None:
        if not self.counts:
            pytest.skip("this sort of shelf has no order of its own")

        async def body(shelf: Shelf, more: Open) -> None:
            topic = SigningKey.generate()
            for seed in range(4):
                await shelf.put(topic, made_up_parcel(topic, seed))
            listing = await more().list(topic, None)
            running = BEGINNING.running
            for number, each in enumerate(listing.parcels, 1):
                assert each.number == number
                running = run_on(running, each.name)
            assert (listing.cursor.number, listing.cursor.running) == (4, running)

        self.run(tmp_path, body)

    def test_topics_do_not_mix(self, tmp_path: Path) -> None:
        async def body(shelf: Shelf, more: Open) -> None:
            one, two = SigningKey.generate(), SigningKey.generate()
            parcel = made_up_parcel(one, 1)
            await shelf.put(one, parcel)
            assert not (await shelf.list(two, None)).parcels
            for ask in (shelf.get, shelf.head):
                with pytest.raises(ShelfLacksError):
                    await ask(two, name_of(parcel))
            with pytest.raises(BadParcelError):
                await shelf.put(two, parcel)

        self.run(tmp_path, body)

    def test_what_is_not_there_is_a_sentence(self, tmp_path: Path) -> None:
        async def body(shelf: Shelf, more: Open) -> None:
            topic = SigningKey.generate()
            await shelf.put(topic, made_up_parcel(topic, 1))
            for ask in (shelf.get, shelf.head):
                with pytest.raises(ShelfLacksError) as caught:
                    await ask(topic, bytes(32))
                assert caught.value.address == shelf.address

        self.run(tmp_path, body)

    def test_nonsense_is_not_put(self, tmp_path: Path) -> None:
        async def body(shelf: Shelf, more: Open) -> None:
            topic = SigningKey.generate()
            for bad in (
                b"",
                bytes(5000),
                made_up_parcel(topic, 1, MOST_PARCEL + 1),
                write_outside(1, topic.public, LEAST_INDEX + 1) + bytes(LEAST_INDEX),
            ):
                with pytest.raises(BadParcelError):
                    await shelf.put(topic, bad)
            assert not (await shelf.list(topic, None)).parcels

        self.run(tmp_path, body)

    def test_a_listing_comes_in_pages(self, tmp_path: Path) -> None:
        async def body(shelf: Shelf, more: Open) -> None:
            topic = SigningKey.generate()
            parcels = [made_up_parcel(topic, seed, 300, 100) for seed in range(1100)]
            async with asyncio.TaskGroup() as group:
                for parcel in parcels:
                    group.create_task(shelf.put(topic, parcel))
            found = await all_of(more(), topic)
            assert len(found) == len(parcels)
            assert names(found) == {name_of(parcel) for parcel in parcels}

        self.run(tmp_path, body)

    def test_whoever_waits_is_told(self, tmp_path: Path) -> None:
        async def body(shelf: Shelf, more: Open) -> None:
            topic = SigningKey.generate()
            for seed, wanted in enumerate((False, True, True)):
                reader = more()
                cursor = (await reader.list(topic, None)).cursor
                waiting = asyncio.create_task(reader.wait(topic, cursor))
                if wanted:
                    await asyncio.sleep(0)
                parcel = made_up_parcel(topic, seed)
                await shelf.put(topic, parcel)
                await waiting
                assert names(await reader.list(topic, cursor)) == {name_of(parcel)}

        self.run(tmp_path, body)

    def test_waiting_can_be_given_up(self, tmp_path: Path) -> None:
        async def body(shelf: Shelf, more: Open) -> None:
            topic = SigningKey.generate()
            await shelf.put(topic, made_up_parcel(topic, 1))
            cursor = (await shelf.list(topic, None)).cursor
            for _ in range(40):
                waiting = asyncio.create_task(shelf.wait(topic, cursor))
                await asyncio.sleep(0)
                waiting.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await waiting
            assert not (await shelf.list(topic, cursor)).parcels
            waiting = asyncio.create_task(shelf.wait(topic, cursor))
            await more().put(topic, made_up_parcel(topic, 2))
            await waiting

        self.run(tmp_path, body)
