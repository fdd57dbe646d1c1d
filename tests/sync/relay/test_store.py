# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The relay's database: what it keeps, for how long, how much, and what it notices."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest

from mutualaid.errors import DamagedError, NewerVersionError, StorageError
from mutualaid.model.keys import SigningKey
from mutualaid.sync.parcel_outside import name_of, outside
from mutualaid.sync.relay.database import (
    FILE_NAME,
    make_token,
    open_database,
    revoke_token,
    tokens,
)
from mutualaid.sync.relay.limits import DAY, MIB, PARCEL_COST, Limits
from mutualaid.sync.relay.protocol import PAGE, Page
from mutualaid.sync.relay.server import _post
from mutualaid.sync.relay.store import Added, Outcome, Put, Store, Totals
from mutualaid.sync.shelf import BEGINNING, Cursor, run_on
from tests.sync.relay.places import Clock, play
from tests.sync.shelves.suite import made_up_parcel

PLENTY = Limits(spare_bytes=0)


@dataclass
class Opened:
    """A store, asked as coroutines rather than by callbacks."""

    store: Store
    clock: Clock
    added: list[dict[bytes, Added]] = field(default_factory=list)
    forgotten: list[bytes] = field(default_factory=list)

    async def put(self, topic: SigningKey, *parcels: bytes) -> list[Outcome]:
        """Put parcels together."""
        loop = asyncio.get_running_loop()
        answers: list[asyncio.Future[Outcome]] = []
        for parcel in parcels:
            answer = loop.create_future()
            answers.append(answer)
            self.store.put(
                Put(
                    topic.public,
                    name_of(parcel),
                    parcel,
                    outside(parcel).head_length,
                    answer.set_result,
                )
            )
        return list(await asyncio.gather(*answers))

    async def page(self, topic: SigningKey, after: Cursor = BEGINNING) -> Page | None:
        answer: asyncio.Future[Page | None] = asyncio.get_running_loop().create_future()
        self.store.page(topic.public, after, answer.set_result)
        return await answer

    async def listed(self, topic: SigningKey, after: Cursor = BEGINNING) -> Page:
        page = await self.page(topic, after)
        assert page is not None
        return page

    async def data(self, topic: SigningKey, name: bytes, *, head: bool = False) -> bytes | None:
        answer: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self.store.data(topic.public, name, head=head, done=answer.set_result)
        return await answer

    async def admit(self, topic: SigningKey, token: bytes) -> Outcome:
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.store.admit(topic.public, token, answer.set_result)
        return await answer

    async def totals(self) -> Totals:
        answer: asyncio.Future[Totals] = asyncio.get_running_loop().create_future()
        self.store.totals(answer.set_result)
        return await answer

    async def expire(self) -> None:
        """Drop what is over, and wait until that is done."""
        self.store.expire()
        # An unknown token is answered by the writer, in turn.
        for _ in range(10):
            await self.admit(SigningKey.generate(), bytes(16))


@contextlib.asynccontextmanager
async def opened(
    folder: Path, limits: Limits = PLENTY, clock: Clock | None = None
) -> AsyncIterator[Opened]:
    loop = asyncio.get_running_loop()
    time = clock or Clock()
    added: list[dict[bytes, Added]] = []
    forgotten: list[bytes] = []

    def committed(some: dict[bytes, Added], kept: Sequence[Put]) -> None:
        assert sum(len(each.listed) for each in some.values()) == len(kept)
        added.append(some)

    store = Store(
        folder,
        limits,
        post=partial(_post, loop),
        clock=time,
        committed=committed,
        forgotten=forgotten.extend,
    )
    try:
        yield Opened(store, time, added, forgotten)
    finally:
        await asyncio.to_thread(store.close)


def small(topic: SigningKey, seeds: range) -> list[bytes]:
    return [made_up_parcel(topic, seed, 500) for seed in seeds]


def end_of(page: Page) -> Cursor:
    return Cursor(page.generation, *page.end)


def names(page: Page) -> list[bytes]:
    return [each.name for each in page.parcels]


TOPIC = SigningKey.from_seed(b"t" * 32)
OTHER = SigningKey.from_seed(b"o" * 32)


def test_many_puts_share_one_transaction(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as relay:
            parcels = small(TOPIC, range(300))
            assert await relay.put(TOPIC, *parcels, parcels[0]) == [
                *[Outcome.KEPT] * 300,
                Outcome.ALREADY_THERE,
            ]
            # The first may go alone, while the others gather.
            assert relay.store.commits <= 3
            assert relay.store.kept == 300
            assert relay.store.pending_bytes == 0
            page = await relay.listed(TOPIC)
            assert names(page) == [name_of(parcel) for parcel in parcels]

    play(test())


def test_everything_is_there_after_opening_again(tmp_path: Path) -> None:
    async def test() -> None:
        parcels = small(TOPIC, range(5))
        async with opened(tmp_path) as relay:
            await relay.put(TOPIC, *parcels)
            before = await relay.listed(TOPIC)
        async with opened(tmp_path) as relay:
            assert await relay.listed(TOPIC) == before
            assert await relay.data(TOPIC, name_of(parcels[3])) == parcels[3]
            head = parcels[3][: outside(parcels[3]).head_length]
            assert await relay.data(TOPIC, name_of(parcels[3]), head=True) == head
            assert await relay.data(OTHER, name_of(parcels[3])) is None
            assert await relay.put(TOPIC, parcels[0]) == [Outcome.ALREADY_THERE]
            assert (await relay.totals()).parcels == 5

    play(test())


def test_pages_lead_on_and_their_hash_runs(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as relay:
            parcels = small(TOPIC, range(PAGE + 10))
            await relay.put(TOPIC, *parcels)
            first = await relay.listed(TOPIC)
            assert (len(first.parcels), first.more, first.base[0]) == (PAGE, True, 0)
            second = await relay.listed(TOPIC, end_of(first))
            assert (len(second.parcels), second.more, second.reset) == (10, False, False)
            assert second.base == first.end
            running = BEGINNING.running
            for name in names(first) + names(second):
                running = run_on(running, name)
            assert second.end == (PAGE + 10, running)
            last = await relay.listed(TOPIC, end_of(second))
            assert (last.parcels, last.base, last.end) == ([], second.end, second.end)

    play(test())


def test_numbers_are_the_topics_own(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as relay:
            await relay.put(TOPIC, *small(TOPIC, range(3)))
            await relay.put(OTHER, *small(OTHER, range(2)))
            await relay.put(TOPIC, *small(TOPIC, range(3, 4)))
            assert [each.number for each in (await relay.listed(TOPIC)).parcels] == [1, 2, 3, 4]
            one, two = await relay.listed(TOPIC), await relay.listed(OTHER)
            assert one.generation != two.generation

    play(test())


# Going back in time


def copy(folder: Path, to: Path) -> None:
    """Every file of a store that is closed."""
    to.mkdir(exist_ok=True)
    for file in folder.glob(f"{FILE_NAME}*"):
        (to / file.name).write_bytes(file.read_bytes())


def test_a_database_that_was_rolled_back_is_noticed(tmp_path: Path) -> None:
    async def test() -> None:
        here, kept = tmp_path / "here", tmp_path / "kept"
        async with opened(here) as relay:
            await relay.put(TOPIC, *small(TOPIC, range(3)))
        copy(here, kept)
        async with opened(here) as relay:
            await relay.put(TOPIC, *small(TOPIC, range(3, 6)))
            cursor = end_of(await relay.listed(TOPIC))
        copy(kept, here)
        async with opened(here) as relay:
            page = await relay.listed(TOPIC, cursor)
            assert (page.reset, len(page.parcels)) == (True, 3)
            # Once more as many, but others: the number is there, the hash is not.
            await relay.put(TOPIC, *small(TOPIC, range(10, 20)))
            page = await relay.listed(TOPIC, cursor)
            assert (page.reset, len(page.parcels)) == (True, 13)
            # Whoever had stopped before that goes on as if nothing had been.
            before = await relay.listed(TOPIC)
            running = BEGINNING.running
            for name in names(before)[:2]:
                running = run_on(running, name)
            page = await relay.listed(TOPIC, Cursor(before.generation, 2, running))
            assert (page.reset, len(page.parcels)) == (False, 11)

    play(test())


def test_a_database_that_was_wiped_is_noticed(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path / "one") as relay:
            await relay.put(TOPIC, *small(TOPIC, range(3)))
            cursor = end_of(await relay.listed(TOPIC))
        async with opened(tmp_path / "two") as relay:
            assert (await relay.listed(TOPIC, cursor)).reset
            assert not (await relay.listed(TOPIC)).reset
            await relay.put(TOPIC, *small(TOPIC, range(3)))
            page = await relay.listed(TOPIC, cursor)
            assert (page.reset, len(page.parcels)) == (True, 3)

    play(test())


def test_rows_that_somebody_took_out_show_in_the_hash(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as relay:
            await relay.put(TOPIC, *small(TOPIC, range(9)))
            full = await relay.listed(TOPIC)
        with contextlib.closing(sqlite3.connect(tmp_path / FILE_NAME)) as db:
            db.execute("DELETE FROM parcel WHERE id % 3 = 0")
            db.commit()
        async with opened(tmp_path) as relay:
            page = await relay.listed(TOPIC)
            assert len(page.parcels) == 6
            assert page.end == full.end
            running = BEGINNING.running
            for name in names(page):
                running = run_on(running, name)
            assert running != page.end[1]
            # The room that they took is free again, and they can be put again.
            assert (await relay.totals()).bytes == 6 * (500 + PARCEL_COST)
            assert await relay.put(TOPIC, *small(TOPIC, range(9))) == [
                Outcome.KEPT if seed % 3 == 2 else Outcome.ALREADY_THERE for seed in range(9)
            ]

    play(test())


# Time


def test_what_has_had_its_time_is_dropped_and_cursors_lead_on(tmp_path: Path) -> None:
    async def test() -> None:
        clock = Clock()
        async with opened(tmp_path, clock=clock) as relay:
            await relay.put(TOPIC, *small(TOPIC, range(1200)))
            early = end_of(await relay.listed(TOPIC))
            clock.now += 60 * DAY
            late = small(TOPIC, range(1200, 1203))
            await relay.put(TOPIC, *late)
            clock.now += 31 * DAY
            await relay.expire()
            assert relay.store.expired == 1200
            page = await relay.listed(TOPIC)
            assert names(page) == [name_of(parcel) for parcel in late]
            assert page.base[0] == 1200
            running = page.base[1]
            for name in names(page):
                running = run_on(running, name)
            assert page.end == (1203, running)
            # From before: it goes on from what is left, and nobody is alarmed.
            again = await relay.listed(TOPIC, early)
            assert (again.reset, names(again)) == (False, names(page))
            assert again.base == page.base
            assert (await relay.totals()).bytes == 3 * (500 + PARCEL_COST)
            assert await relay.put(TOPIC, *small(TOPIC, range(1))) == [Outcome.KEPT]

    play(test())


def test_a_topic_long_without_parcels_is_forgotten(tmp_path: Path) -> None:
    async def test() -> None:
        clock = Clock()
        async with opened(tmp_path, clock=clock) as relay:
            await relay.put(TOPIC, *small(TOPIC, range(2)))
            cursor = end_of(await relay.listed(TOPIC))
            clock.now += 91 * DAY
            await relay.expire()
            page = await relay.listed(TOPIC, cursor)
            assert (page.reset, page.parcels, page.end) == (False, [], page.base)
            clock.now += 91 * DAY
            await relay.expire()
            assert relay.forgotten == [TOPIC.public]
            assert (await relay.totals()).topics == 0
            assert (await relay.listed(TOPIC, cursor)).reset

    play(test())


def test_a_clock_that_goes_back_mixes_nothing_up(tmp_path: Path) -> None:
    async def test() -> None:
        clock = Clock()
        async with opened(tmp_path, clock=clock) as relay:
            await relay.put(TOPIC, *small(TOPIC, range(1)))
            clock.now -= 1000 * DAY
            await relay.put(TOPIC, *small(TOPIC, range(1, 2)))
            clock.now += 1080 * DAY
            await relay.expire()
            assert len((await relay.listed(TOPIC)).parcels) == 2
            clock.now += 11 * DAY
            await relay.expire()
            assert (await relay.listed(TOPIC)).parcels == []

    play(test())


def test_files_do_not_grow_as_long_as_as_much_goes_as_comes(tmp_path: Path) -> None:
    async def test() -> None:
        clock = Clock()
        sizes = []
        async with opened(tmp_path, clock=clock) as relay:
            for day in range(60):
                seeds = range(day * 50, day * 50 + 50)
                await relay.put(TOPIC, *[made_up_parcel(TOPIC, seed, 4096) for seed in seeds])
                clock.now += 10 * DAY
                await relay.expire()
                sizes.append((await relay.totals()).file_bytes)
        with contextlib.closing(sqlite3.connect(tmp_path / FILE_NAME)) as db:
            (pages,) = db.execute("PRAGMA page_count").fetchone()
        # Nine rounds of 50 parcels lie there at a time.
        assert pages * 4096 < 3 * 9 * 50 * 4096
        assert max(sizes) < 64 * MIB

    play(test())


# Room


def test_a_full_topic_takes_nothing_and_loses_nothing(tmp_path: Path) -> None:
    async def test() -> None:
        limits = replace(PLENTY, quota_bytes=3 * (500 + PARCEL_COST))
        async with opened(tmp_path, limits) as relay:
            parcels = small(TOPIC, range(4))
            assert await relay.put(TOPIC, *parcels) == [*[Outcome.KEPT] * 3, Outcome.TOPIC_FULL]
            assert await relay.put(TOPIC, parcels[0]) == [Outcome.ALREADY_THERE]
            assert await relay.put(OTHER, *small(OTHER, range(1))) == [Outcome.KEPT]
            assert names(await relay.listed(TOPIC)) == [name_of(each) for each in parcels[:3]]

    play(test())


def test_a_full_relay_takes_nothing_and_loses_nothing(tmp_path: Path) -> None:
    async def test() -> None:
        limits = replace(PLENTY, disk_bytes=2 * (500 + PARCEL_COST))
        async with opened(tmp_path, limits) as relay:
            assert await relay.put(TOPIC, *small(TOPIC, range(2))) == [Outcome.KEPT] * 2
            assert await relay.put(OTHER, *small(OTHER, range(1))) == [Outcome.RELAY_FULL]
            assert await relay.put(TOPIC, *small(TOPIC, range(1))) == [Outcome.ALREADY_THERE]
            assert len((await relay.listed(TOPIC)).parcels) == 2

    play(test())


def test_a_disk_that_is_nearly_full_is_left_alone(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path, replace(PLENTY, spare_bytes=1 << 60)) as relay:
            assert await relay.put(TOPIC, *small(TOPIC, range(1))) == [Outcome.RELAY_FULL]

    play(test())


def test_a_disk_that_fails_is_told_and_nothing_half_is_kept(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as relay:
            await relay.put(TOPIC, *small(TOPIC, range(2)))
            before = await relay.listed(TOPIC)
            relay.store._writing.execute(
                "CREATE TEMP TRIGGER broken BEFORE UPDATE OF last ON main.topic"
                " BEGIN SELECT raise(ABORT, 'disk I/O error'); END"
            )
            some = small(TOPIC, range(2, 5))
            assert await relay.put(TOPIC, *some) == [Outcome.FAILED] * 3
            assert await relay.listed(TOPIC) == before
            relay.store._writing.execute("DROP TRIGGER broken")
            assert await relay.put(TOPIC, *some) == [Outcome.KEPT] * 3
            assert (await relay.totals()).bytes == 5 * (500 + PARCEL_COST)
            assert [each.number for each in (await relay.listed(TOPIC)).parcels] == [1, 2, 3, 4, 5]

    play(test())


def test_topics_have_an_end(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path, replace(PLENTY, topics=3)) as relay:
            outcomes = []
            for number in range(5):
                topic = SigningKey.from_seed(bytes([number]) * 32)
                outcomes += await relay.put(topic, made_up_parcel(topic, number, 500))
            assert outcomes == [*[Outcome.KEPT] * 3, *[Outcome.RELAY_FULL] * 2]

    play(test())


# Tokens


def test_a_closed_relay_takes_only_topics_with_a_token(tmp_path: Path) -> None:
    async def test() -> None:
        closed = replace(PLENTY, closed=True)
        async with opened(tmp_path, closed) as relay:
            token = make_token(tmp_path, topics=1, note="Elm Street", now=1)
            assert await relay.put(TOPIC, *small(TOPIC, range(1))) == [Outcome.TOKEN_WANTED]
            assert await relay.page(TOPIC) is None
            assert await relay.admit(TOPIC, bytes(16)) is Outcome.BAD_TOKEN
            assert await relay.admit(TOPIC, token) is Outcome.KEPT
            assert await relay.admit(TOPIC, token) is Outcome.KEPT
            assert await relay.put(TOPIC, *small(TOPIC, range(1))) == [Outcome.KEPT]
            assert await relay.page(TOPIC) is not None
            # It brings one topic and no more.
            assert await relay.admit(OTHER, token) is Outcome.BAD_TOKEN
            (row,) = tokens(tmp_path)
            assert (row.note, row.topics, row.used, row.revoked) == ("Elm Street", 1, 1, False)
            assert revoke_token(tmp_path, row.number)
            assert not revoke_token(tmp_path, 99)
            assert await relay.put(TOPIC, *small(TOPIC, range(1, 2))) == [Outcome.TOKEN_WANTED]
            assert await relay.page(TOPIC) is None
            assert await relay.admit(TOPIC, token) is Outcome.BAD_TOKEN
        assert token not in (tmp_path / FILE_NAME).read_bytes()

    play(test())


# Files


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    file.write_bytes(b"x" * 5000)
    with pytest.raises(DamagedError, match="left as it is"):
        open_database(file)
    assert file.read_bytes() == b"x" * 5000


def test_a_newer_database_is_left_as_it_is(tmp_path: Path) -> None:
    open_database(tmp_path / FILE_NAME).close()
    with contextlib.closing(sqlite3.connect(tmp_path / FILE_NAME)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(NewerVersionError, match="newer version"):
        open_database(tmp_path / FILE_NAME)


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be opened"):
        open_database(tmp_path / "file" / FILE_NAME)


def test_closing_keeps_what_was_handed_over(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as relay:
            waiting = asyncio.create_task(relay.put(TOPIC, *small(TOPIC, range(500))))
            await asyncio.sleep(0)
        assert await waiting == [Outcome.KEPT] * 500

    play(test())
