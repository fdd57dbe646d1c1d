# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python -m tests.benchmarks.channel``: what the channel itself costs, between two processes.

Megabytes a second for frames of several sizes, with the processor time of each side; how long a
connection takes until both ends are proven; and how long a small frame goes there and back.
"""

import asyncio
import multiprocessing
import os
import statistics
import time
from multiprocessing.connection import Connection

from mutualaid.sync.addresses import Address
from mutualaid.sync.channel import Channel, connect, serve
from mutualaid.sync.ending import ChannelError
from tests.sync.machines import Machine, neighbours

LOOPBACK = "127.0.0.1"
TOTAL = 256 * 1024 * 1024
FRAMES = tuple(size * 1024 for size in (4, 16, 64, 128, 256))
CONNECTIONS, ROUND_TRIPS = 50, 2000


def listen(machine: Machine, parent: Connection) -> None:
    """The other process: sink and echo, by the first frame."""

    async def accept(channel: Channel) -> None:
        expected = int(await channel.receive())
        if not expected:
            while True:
                await channel.send(await channel.receive())
        began = time.process_time()
        while expected > 0:
            expected -= len(await channel.receive())
        await channel.send(str(time.process_time() - began).encode())
        await channel.receive()

    async def run() -> None:
        async with await serve(machine, accept, host=LOOPBACK) as listener:
            parent.send(listener.port)
            await asyncio.to_thread(parent.recv)

    asyncio.run(run())


async def throughput(machine: Machine, address: Address, size: int) -> None:
    """Pour frames of one size into the other process."""
    frame, count = os.urandom(size), TOTAL // size
    async with await connect(machine, [address]) as channel:
        await channel.send(str(size * count).encode())
        began, began_cpu = time.perf_counter(), time.process_time()
        for _ in range(count):
            await channel.send(frame)
        received = float(await channel.receive())
        seconds, sent = time.perf_counter() - began, time.process_time() - began_cpu
    megabytes = size * count / 1e6
    print(
        f"{size // 1024:4} KiB frames  {megabytes / seconds:7,.0f} MB/s  processor time"
        f" {sent / megabytes * 1e3:.2f} + {received / megabytes * 1e3:.2f} ms a megabyte"
    )


async def latency(machine: Machine, address: Address) -> None:
    """Connect often, then send little often."""
    connecting = []
    for _ in range(CONNECTIONS):
        began = time.perf_counter()
        channel = await connect(machine, [address])
        connecting.append(time.perf_counter() - began)
        await channel.close()
    async with await connect(machine, [address]) as channel:
        await channel.send(b"0")
        there_and_back = []
        for _ in range(ROUND_TRIPS):
            began = time.perf_counter()
            await channel.send(b"x" * 600)
            await channel.receive()
            there_and_back.append(time.perf_counter() - began)
    print(f"connect until proven   median {statistics.median(connecting) * 1e3:.1f} ms")
    print(f"600 bytes and back     median {statistics.median(there_and_back) * 1e6:.0f} µs")


async def measure(machine: Machine, port: int) -> None:
    """Run all measurements against the process that listens."""
    address = Address(LOOPBACK, port)
    for size in FRAMES:
        await throughput(machine, address, size)
    await latency(machine, address)


def main() -> None:
    """Start the other process and measure."""
    ours, theirs = multiprocessing.Pipe()
    here, there = neighbours()
    other = multiprocessing.Process(target=listen, args=(there, theirs))
    other.start()
    try:
        asyncio.run(measure(here, ours.recv()))
    except ChannelError as error:
        print(error)
    finally:
        ours.send("enough")
        other.join()


if __name__ == "__main__":
    main()
