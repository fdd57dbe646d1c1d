# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A relay as a whole process: until SIGTERM, and by which address it is known."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mutualaid.sync.addresses import Address, parse_address
from mutualaid.sync.relay.address import RelayAddress
from mutualaid.sync.relay.limits import Limits
from mutualaid.sync.relay.server import Relay

_ANYWHERE: Final = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not listened at
#: For documentation (RFC 5737): nothing is sent there.
_ELSEWHERE: Final = ("192.0.2.1", 9)


@dataclass(frozen=True, slots=True)
class Public:
    """How members reach a relay; without a port by the one it listens at."""

    at: Address
    tls: bool = False
    path: str = "/"


def public_address(text: str) -> Public:
    """Read ``HOST``, ``HOST:PORT`` or ``https://HOST[:PORT][/PATH]``; BadValueError otherwise."""
    if text.startswith("https://"):
        # Any key will do to read the rest.
        key = RelayAddress(Address("host", 1), bytes(32))
        rest = text.removeprefix("https://").rstrip("/")
        whole = f"relay:https://{rest}/{str(key).rpartition('/')[2]}"
        read = RelayAddress.parse(whole)
        return Public(read.at, read.tls, read.path)
    return Public(parse_address(text, 0))


def run_relay(
    directory: Path,
    limits: Limits,
    *,
    listen: Address,
    public: Public | None,
    metrics: Address | None,
    proxies: Collection[str],
    on_ready: Callable[[RelayAddress, bool], None],
) -> None:
    """Be a relay until SIGTERM or SIGINT.

    *on_ready* is given the address, and whether its host was only guessed. Raises StorageError
    or NetworkError if it cannot be.
    """

    async def run() -> None:
        relay = Relay(directory, limits, proxies=proxies)
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        if os.name == "posix":
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, stopping.set)
        await relay.start(listen, metrics=metrics)
        try:
            on_ready(*_known_by(relay, listen, public))
            await stopping.wait()
        finally:
            await relay.stop()

    asyncio.run(run())


def _known_by(relay: Relay, listen: Address, public: Public | None) -> tuple[RelayAddress, bool]:
    if public is not None:
        at = Address(public.at.host, public.at.port or relay.port)
        return RelayAddress(at, relay.key.public, public.tls, public.path), False
    if listen.host not in _ANYWHERE:
        return relay.address(listen.host), False
    return relay.address(own_host()), True


def own_host() -> str:
    """This machine's address on the way to others, or its name."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect(_ELSEWHERE)
            host: str = asking.getsockname()[0]
            return host
    except OSError:
        return socket.gethostname()
