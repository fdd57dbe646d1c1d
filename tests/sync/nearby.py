# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python -m tests.sync.nearby``: a machine that is found, finds others and greets them.

Run inside a namespace of the lab. Says what happens, a line each; ``--silent`` does not announce
itself until SIGUSR1; ends on SIGTERM.
"""

import asyncio
import contextlib
import signal
import sys
import threading

from mutualaid.model.keys import EpochKey
from mutualaid.sync.addresses import Address
from mutualaid.sync.channel import Channel, connect, serve
from mutualaid.sync.discovery import Discovery
from mutualaid.sync.ending import ChannelError
from tests.sync.machines import STREET, Machine

POLL_SECONDS = 0.3


def say(*words: object) -> None:
    """Print one line at once."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


async def main() -> None:
    """Announce, find and greet until told to end."""
    machine = Machine(epochs={STREET: [EpochKey(bytes(32))]}, convinced_by=b"")
    ending = asyncio.Event()
    greeting: set[asyncio.Task[None]] = set()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ending.set)

    async def stay(channel: Channel) -> None:
        await channel.receive()

    async def greet(address: Address) -> None:
        with contextlib.suppress(ChannelError):
            async with await connect(machine, [address]):
                say("reached", address)

    def found(name: str, addresses: tuple[Address, ...]) -> None:
        say("found", name, *addresses)
        for address in addresses:
            task = asyncio.create_task(greet(address))
            greeting.add(task)
            task.add_done_callback(greeting.discard)

    listener = await serve(machine, stay)
    discovery = Discovery(
        listener.port,
        found,
        lambda name: say("lost", name),
        advertise="--silent" not in sys.argv,
        poll_seconds=POLL_SECONDS,
    )
    loop.add_signal_handler(signal.SIGUSR1, discovery.set_advertising, True)
    discovery.start()
    say("listening", discovery.name, listener.port)
    await ending.wait()
    await discovery.stop()
    await asyncio.gather(*greeting)
    await listener.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    # The loop's own pool, which looks up scoped addresses, ends with the loop.
    threads = [each for each in threading.enumerate() if not each.name.startswith("asyncio_")]
    say("ended", "tasks", len(tasks), "threads", len(threads))


if __name__ == "__main__":
    asyncio.run(main())
