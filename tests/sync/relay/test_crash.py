# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Power cuts: relay or member end at any moment, and nothing that was confirmed is lost.

``LAB_CRASHES`` says how often; CONTRIBUTING names the longer run.
"""

import asyncio
import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random

from mutualaid.model.keys import SigningKey
from mutualaid.sync.parcel_outside import name_of
from mutualaid.sync.relay.client import RelayShelf
from mutualaid.sync.shelf import BEGINNING, run_on
from tests.sync.shelves.suite import all_of, made_up_parcel

ROOT = Path(__file__).resolve().parent.parent.parent.parent
CRASHES = int(os.environ.get("LAB_CRASHES", "20"))
SEED = int(os.environ.get("LAB_SEED", "1"))
TOPIC = SigningKey.from_seed(b"t" * 32)
LANES = 4


class Process:
    """A process, and what it said so far."""

    def __init__(self, *command: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        self.said: list[str] = []
        self._spoke = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                with self._spoke:
                    # A line without an end was torn with the process, and says nothing.
                    if line.endswith("\n"):
                        self.said.append(line.strip())
                    self._spoke.notify()

    def first(self) -> str:
        """The first thing that it says."""
        with self._spoke:
            assert self._spoke.wait_for(lambda: self.said, 30)
            return self.said[0]

    def end(self, number: int) -> None:
        """End it by a signal, and take in what it said last."""
        self._process.send_signal(number)
        self._process.wait(30)
        self._reader.join()


def relay_on(folder: Path, port: int) -> Process:
    listen = f"127.0.0.1:{port}"
    data = str(folder)
    return Process(
        "mutualaid", "relay", "serve", "--listen", listen, "--data", data, "--rate", "100000"
    )


async def write_for_ever(address: str, first: int) -> None:
    """Put parcels on several lanes, and print each seed once its parcel is confirmed."""
    from mutualaid.sync.shelf import ShelfError

    shelf = RelayShelf(address)
    seeds = itertools.count(first)

    async def lane() -> None:
        for seed in seeds:
            parcel = made_up_parcel(TOPIC, seed, 600 + seed % 5000)
            while True:
                try:
                    await shelf.put(TOPIC, parcel)
                except ShelfError:
                    await asyncio.sleep(0.02)
                else:
                    break
            print(seed, flush=True)  # noqa: T201 - for the process that started this one

    await asyncio.gather(*(lane() for _ in range(LANES)))


async def whole(address: str, confirmed: set[int]) -> int:
    """Check that all that was confirmed is there, and that the shelf is sound; how much is."""
    shelf = RelayShelf(address)
    try:
        found = await all_of(shelf, TOPIC)
        held = {each.name for each in found}
        running = BEGINNING.running
        for number, each in enumerate(found, 1):
            assert each.number == number
            running = run_on(running, each.name)
        listing = await shelf.list(TOPIC, None)
        assert not listing.holes
        for seed in confirmed:
            assert name_of(made_up_parcel(TOPIC, seed, 600 + seed % 5000)) in held
        for each in found[-5:]:
            await shelf.get(TOPIC, each.name)
    finally:
        await shelf.close()
    return len(found)


@contextlib.contextmanager
def ended(processes: list[Process]) -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            with contextlib.suppress(OSError):
                process.end(signal.SIGKILL)


def test_whatever_ends_when_nothing_confirmed_is_lost(tmp_path: Path) -> None:
    chance = Random(SEED)
    confirmed: set[int] = set()
    pause = threading.Event()
    relay = relay_on(tmp_path, 0)
    address = relay.first().removeprefix("relay ")
    port = int(address.rpartition("/")[0].rpartition(":")[2])
    starts = itertools.count(0, 1_000_000)
    writer = Process("tests.sync.relay.test_crash", address, str(next(starts)))
    running = [relay, writer]
    with ended(running):
        for _ in range(CRASHES):
            writer.first()
            pause.wait(chance.uniform(0.02, 0.3))
            if chance.random() < 0.7:
                relay.end(signal.SIGKILL)
                pause.wait(chance.uniform(0, 0.05))
                relay = relay_on(tmp_path, port)
                assert relay.first() == f"relay {address}"
            if chance.random() < 0.5:
                writer.end(signal.SIGKILL)
                confirmed |= {int(line) for line in writer.said}
                writer = Process("tests.sync.relay.test_crash", address, str(next(starts)))
            running[:] = [relay, writer]
        writer.first()
        writer.end(signal.SIGKILL)
        confirmed |= {int(line) for line in writer.said}
        relay.end(signal.SIGKILL)
        relay = relay_on(tmp_path, port)
        running[:] = [relay]
        assert relay.first() == f"relay {address}"
        assert len(confirmed) > CRASHES
        held = asyncio.run(whole(address, confirmed))
        # Beyond what was confirmed, only what was under way each time.
        assert held <= len(confirmed) + LANES * (CRASHES + 2)
        relay.end(signal.SIGTERM)
        running.clear()


if __name__ == "__main__":
    asyncio.run(write_for_ever(sys.argv[1], int(sys.argv[2])))
