# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A relay under load on two cores, the generator's included; and its disk over months.

A thousand members wait in a hundred topics. First, parcels of 1 KiB go into a hundred other
topics, as fast as the relay confirms them; then into those where ten wait, each of whom fetches
every parcel, at the highest rate at which 95 of 100 fetches end within half a second of the put.
The floor of the first is one process that does no more than what must be done for each parcel:
decrypts, hashes, checks a signature, and inserts it, in transactions of about the relay's size.
"""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random
from statistics import quantiles

import psutil

from mutualaid.model.keys import SealingKey, SigningKey
from mutualaid.sync.addresses import Address
from mutualaid.sync.handshake import RelayHandshake, Sealer
from mutualaid.sync.parcel_outside import MOST_PARCEL, name_of, write_outside
from mutualaid.sync.relay.address import RelayAddress
from mutualaid.sync.relay.client import RelayShelf
from mutualaid.sync.relay.limits import DAY, MIB, Limits
from mutualaid.sync.relay.protocol import (
    IN_FLIGHT,
    MOST_FRAME,
    Op,
    decode_request,
    encode_request,
)
from mutualaid.sync.relay.server import Relay
from mutualaid.sync.relay.socket import Socket, begin, client_side
from mutualaid.sync.shelf import BEGINNING
from tests.benchmarks.processes import line_beginning, started
from tests.benchmarks.row import Bench, Row

TOPICS, READERS = 100, 10
SECONDS = 60
PARCEL = 1024
#: Puts under way on each topic.
ABREAST = 4
#: Parcels to a transaction of the floor's: about what the relay comes to.
BATCH = 64
LATE_MS = 500.0
KEPT_DAYS, DAYS = 30, 365
SERVE = (
    "--rate=100000",
    "--traffic=1000000",
    "--quota=100000",
    "--disk=100000",
    "--per-address=4096",
    "--new-topics=1000000",
)


def parcel(topic: SigningKey, random: Random) -> bytes:
    """Bytes that are a parcel to whoever lacks its key."""
    head = write_outside(1, topic.public, 128)
    return head + random.randbytes(PARCEL - len(head))


@contextlib.contextmanager
def relay_process(folder: Path, *options: str) -> Iterator[tuple[str, psutil.Process]]:
    """``mutualaid relay serve``; yields its address and the process."""
    arguments = ["relay", "serve", "--listen", "127.0.0.1:0", "--data", str(folder)]
    with started("mutualaid", [*arguments, *options], folder) as process:
        assert process.stdout is not None
        yield line_beginning(process.stdout, "relay "), psutil.Process(process.pid)


@contextlib.asynccontextmanager
async def shelves(address: str, count: int) -> AsyncIterator[list[RelayShelf]]:
    """So many members' connections."""
    opened = [RelayShelf(address) for _ in range(count)]
    try:
        yield opened
    finally:
        await asyncio.gather(*(shelf.close() for shelf in opened))


@contextlib.asynccontextmanager
async def background(tasks: list[asyncio.Task[None]]) -> AsyncIterator[None]:
    """Tasks that end with the block."""
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Peak:
    """The most memory a process had."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self.mib = 0.0

    def look(self) -> None:
        self.mib = max(self.mib, self._process.memory_info().rss / MIB)


async def _wait_for_ever(shelf: RelayShelf, topic: SigningKey) -> None:
    cursor = (await shelf.list(topic, None)).cursor
    await shelf.wait(topic, cursor)


async def _pour(shelf: RelayShelf, topic: SigningKey, until: float, seed: int) -> int:
    random = Random(seed)
    done = 0
    while time.perf_counter() < until:
        await shelf.put(topic, parcel(topic, random))
        done += 1
    return done


async def _without_fan_out(address: str, seconds: float, peak: Peak) -> float:
    """Puts a second, while all members wait elsewhere."""
    quiet = [SigningKey.generate() for _ in range(TOPICS)]
    busy = [SigningKey.generate() for _ in range(TOPICS)]
    async with shelves(address, TOPICS * READERS) as waiting, shelves(address, TOPICS) as writers:
        tasks = [
            asyncio.create_task(_wait_for_ever(shelf, quiet[number % TOPICS]))
            for number, shelf in enumerate(waiting)
        ]
        async with background(tasks):
            await asyncio.gather(*(shelf.list(busy[0], None) for shelf in (*waiting, *writers)))
            began = time.perf_counter()
            pouring = [
                asyncio.create_task(_pour(shelf, topic, began + seconds, seed * 1000 + lane))
                for seed, (shelf, topic) in enumerate(zip(writers, busy, strict=True))
                for lane in range(ABREAST)
            ]
            async with background([asyncio.create_task(_watch(peak))]):
                done = sum(await asyncio.gather(*pouring))
            return done / (time.perf_counter() - began)


async def _watch(peak: Peak) -> None:
    while True:
        peak.look()
        await asyncio.sleep(0.5)


async def _read_along(
    shelf: RelayShelf, topic: SigningKey, put_at: dict[bytes, float], late: list[float]
) -> None:
    """Wait, list, fetch, for ever; note how long after the put each parcel was here."""
    cursor = BEGINNING
    while True:
        await shelf.wait(topic, cursor)
        listing = await shelf.list(topic, cursor)
        cursor = listing.cursor
        for each in listing.parcels:
            await shelf.get(topic, each.name)
            late.append((time.perf_counter() - put_at[each.name]) * 1000)


async def _put_evenly(
    writers: list[RelayShelf],
    topics: list[SigningKey],
    rate: float,
    seconds: float,
    put_at: dict[bytes, float],
) -> int:
    """Put at a rate, whatever becomes of it; return how many were put."""
    random = Random(int(rate * 1000))
    began = time.perf_counter()
    under_way: set[asyncio.Task[None]] = set()
    done = 0
    while (now := time.perf_counter() - began) < seconds:
        while done < now * rate and len(under_way) < 4 * TOPICS:
            topic = topics[done % TOPICS]
            made = parcel(topic, random)
            put_at[name_of(made)] = time.perf_counter()
            task = asyncio.create_task(writers[done % TOPICS].put(topic, made))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            done += 1
        await asyncio.sleep(0.002)
    await asyncio.gather(*under_way)
    return done


async def _fan_out(address: str, rate: float, seconds: float, peak: Peak) -> tuple[bool, float]:
    """Whether everything reached all ten readers in time at that rate; and the 95th percentile."""
    topics = [SigningKey.generate() for _ in range(TOPICS)]
    put_at: dict[bytes, float] = {}
    late: list[float] = []
    async with shelves(address, TOPICS * READERS) as readers, shelves(address, TOPICS) as writers:
        await asyncio.gather(*(shelf.list(topics[0], None) for shelf in (*readers, *writers)))
        tasks = [
            asyncio.create_task(_read_along(shelf, topics[number % TOPICS], put_at, late))
            for number, shelf in enumerate(readers)
        ]
        async with background(tasks):
            done = await _put_evenly(writers, topics, rate, seconds, put_at)
            for _ in range(100):
                if len(late) >= done * READERS:
                    break
                await asyncio.sleep(0.05)
            peak.look()
    reached = len(late) >= done * READERS and done >= rate * seconds * 0.98
    p95 = quantiles(late, n=20)[-1] if len(late) > 20 else float("inf")
    return reached and p95 <= LATE_MS, p95


async def _best_fan_out(address: str, seconds: float, peak: Peak) -> tuple[float, float]:
    """The highest rate that works, to within a tenth, and its 95th percentile in ms."""
    lower, upper, best = 0.0, float("inf"), 0.0
    rate = 100.0
    while upper == float("inf") or upper / max(lower, 1.0) > 1.1:
        fine, p95 = await _fan_out(address, rate, seconds, peak)
        if fine:
            lower, best = rate, p95
        else:
            upper = rate
        if upper < 5:
            break
        rate = lower * 1.5 if upper == float("inf") else (lower + upper) / 2
    return lower, best


def _floor(folder: Path, batch: int, seconds: float) -> float:
    """Parcels a second of one process that does only what must be done for each."""
    key = SealingKey.generate()
    member, relay = RelayHandshake.to_relay(key.public), RelayHandshake.as_relay(key.seed)
    (answer,) = relay.receive(member.start()[0])
    member.receive(answer)
    sealer, opener = member.sealer(MOST_FRAME), relay.sealer(MOST_FRAME)
    topic, random, h = SigningKey.generate(), Random(1), relay.handshake_hash
    messages = [
        sealer.seal(encode_request(topic, key.public, h, Op.PUT, n, parcel(topic, random)))
        for n in range(int(12_000 * seconds))
    ]
    db = sqlite3.connect(folder / "floor.db", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE parcel (id INTEGER PRIMARY KEY, name BLOB UNIQUE, data BLOB)")
    began = time.perf_counter()
    done = 0
    while done < len(messages) and time.perf_counter() - began < seconds:
        db.execute("BEGIN")
        for message in messages[done : done + batch]:
            request = decode_request(opener.open(message))
            assert request.is_signed(key.public, h)
            db.execute(
                "INSERT INTO parcel (name, data) VALUES (?, ?)",
                (request.subject, request.argument),
            )
            done += 1
        db.execute("COMMIT")
    took = time.perf_counter() - began
    db.close()
    return done / took


def _on_disk(folder: Path) -> float:
    return sum(each.stat().st_size for each in folder.glob("relay.db*")) / MIB


async def _year(folder: Path, puts: int) -> tuple[float, float]:
    """MiB on disk after a year of puts, and the most there ever was of what had to be there."""
    now = [1_800_000_000.0]
    limits = Limits(ttl_seconds=KEPT_DAYS * DAY, requests=1e6, traffic=1e9, quota_bytes=1 << 40)
    relay = Relay(folder, limits, clock=lambda: now[0])
    await relay.start(Address("127.0.0.1", 0))
    topics = [SigningKey.generate() for _ in range(10)]
    largest = 0.0
    try:
        async with shelves(relay.address("127.0.0.1").secret_text, len(topics)) as writers:
            for day in range(DAYS):
                some = puts // DAYS // len(topics)

                async def a_day(number: int, day: int = day, some: int = some) -> None:
                    random = Random(day * 100 + number)
                    for _ in range(some):
                        await writers[number].put(topics[number], parcel(topics[number], random))

                await asyncio.gather(*(a_day(number) for number in range(len(topics))))
                now[0] += DAY
                relay.expire()
                largest = max(largest, _on_disk(folder))
    finally:
        await relay.stop()
    return largest, puts / DAYS * KEPT_DAYS * PARCEL / MIB


class _Deaf(Socket):
    """A connection that asks for as much as it may, or begins a message, and never reads."""

    def __init__(self, at: RelayAddress) -> None:
        wire = client_side(at.at.host, at.at.port, "/", tls=False, most_message=1 << 20)
        super().__init__(wire)
        self._at = at
        self._first = begin(wire)
        self._hello = RelayHandshake.to_relay(at.key)
        self.agreed: asyncio.Future[tuple[RelayHandshake, Sealer]] = (
            asyncio.get_running_loop().create_future()
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.write(self._first)

    def opened(self, forwarded_for: str) -> None:
        self.send(self._hello.start()[0])

    def arrived(self, message: bytes) -> None:
        if not self.agreed.done():
            self._hello.receive(message)
            self.transport.pause_reading()
            self.agreed.set_result((self._hello, self._hello.sealer(MOST_FRAME)))

    def lost(self) -> None:
        self.agreed.cancel()


async def _attack(address: str, connections: int, peak: Peak) -> float:
    """Have so many connections hold what they can; seconds until an honest member is served."""
    at = RelayAddress.parse(address)
    topic = SigningKey.generate()
    large = write_outside(1, topic.public, 128)
    large += Random(1).randbytes(MOST_PARCEL - len(large))
    async with shelves(address, 1) as (honest,):
        await honest.put(topic, large)
        deaf: list[_Deaf] = []
        async with background([asyncio.create_task(_watch(peak))]):
            for number in range(connections):
                _, each = await asyncio.get_running_loop().create_connection(
                    lambda: _Deaf(at), at.at.host, at.at.port
                )
                hello, sealer = await each.agreed
                deaf.append(each)
                if number % 2:
                    # A message of a mebibyte, but for its end.
                    head = b"\x82\xff" + MOST_PARCEL.to_bytes(8, "big") + bytes(4)
                    each.transport.write(head + bytes(MOST_PARCEL - 100))
                    continue
                for asked in range(IN_FLIGHT):
                    h, name = hello.handshake_hash, name_of(large)
                    each.send(sealer.seal(encode_request(topic, at.key, h, Op.GET, asked, name)))
            await asyncio.sleep(2)
            began = time.perf_counter()
            await honest.get(topic, name_of(large))
            took = time.perf_counter() - began
        for each in deaf:
            each.abort()
    return took


def relay_attacked(bench: Bench) -> list[Row]:
    """The relay's memory, and how soon an honest member is served, while others attack."""
    folder = bench.folder / "attacked"
    folder.mkdir()
    with relay_process(folder, *SERVE) as (address, process):
        peak = Peak(process)
        seconds = asyncio.run(_attack(address, bench.size(1000), peak))
    return [
        Row("relay_attacked", peak.mib, "MiB", None, None, "<= 300 MiB, 1,000 hostile"),
        Row("relay_attacked_served", seconds * 1000, "ms", None, None, ""),
    ]


def relay_load(bench: Bench) -> list[Row]:
    """Puts a second without and with fan-out, memory, and the disk of a year."""
    seconds = SECONDS / 10 if bench.quick else SECONDS
    folder = bench.folder / "relay"
    folder.mkdir()
    with relay_process(folder, *SERVE) as (address, process):
        peak = Peak(process)
        puts = asyncio.run(_without_fan_out(address, seconds, peak))
        reached, p95 = asyncio.run(_best_fan_out(address, max(3.0, seconds / 10), peak))
    floor = _floor(folder, BATCH, min(seconds, 5.0))
    disk, must_hold = asyncio.run(_year(bench.folder / "year", bench.size(200_000)))
    return [
        Row("relay_load", puts, "puts/s", floor, floor / puts, ">= 2,000 puts/s"),
        Row("relay_fan_out", reached, "puts/s to 10", None, None, f"p95 {p95:.0f} <= 500 ms"),
        Row("relay_memory", peak.mib, "MiB", None, None, "<= 300 MiB, 1,000 waiting"),
        Row("relay_year", disk, "MiB on disk", must_hold, disk / must_hold, "bounded by the TTL"),
    ]
