# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures of a relay for its keeper, as Prometheus text on a port of this machine alone.

Sums only: no address, no topic, no name of a parcel.
"""

import asyncio
import contextlib
import ipaddress
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from mutualaid.errors import BadValueError, NetworkError
from mutualaid.sync.addresses import Address

_MOST_REQUEST: Final = 8192
_SECONDS: Final = 5.0
_MOST_READERS: Final = 8


@dataclass(slots=True)
class Metrics:
    """What is counted while a relay runs."""

    #: By operation and what came of it.
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: Connections ended by the relay, by reason.
    dropped: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    bytes_in: int = 0
    bytes_out: int = 0

    def text(self, gauges: Mapping[str, tuple[str, str, float]]) -> str:
        """Return all figures; *gauges* by name: kind, what it is, value."""
        lines: list[str] = []

        def family(name: str, kind: str, about: str) -> str:
            full = f"mutualaid_relay_{name}"
            lines.extend((f"# HELP {full} {about}", f"# TYPE {full} {kind}"))
            return full

        name = family("requests_total", "counter", "Requests by operation and outcome.")
        for (operation, outcome), count in sorted(self.requests.items()):
            lines.append(f'{name}{{operation="{operation}",outcome="{outcome}"}} {count}')
        name = family("dropped_total", "counter", "Connections that the relay ended, by reason.")
        lines += [f'{name}{{reason="{why}"}} {n}' for why, n in sorted(self.dropped.items())]
        for key, about, value in (
            ("connections_total", "Connections accepted.", self.connections),
            ("received_bytes_total", "Bytes received.", self.bytes_in),
            ("sent_bytes_total", "Bytes of answers.", self.bytes_out),
        ):
            lines.append(f"{family(key, 'counter', about)} {value}")
        for key, (kind, about, number) in gauges.items():
            lines.append(f"{family(key, kind, about)} {number:g}")
        return "\n".join(lines) + "\n"


async def serve_metrics(at: Address, text: Callable[[], Awaitable[str]]) -> asyncio.Server:
    """Answer ``GET /metrics`` at a loopback address. NetworkError if that cannot be had."""
    if not _is_loopback(at.host):
        raise BadValueError(
            f"Figures are shown on this machine only, and {at.host} can be reached from others."
            " Nothing was started. Use 127.0.0.1 and put a proxy before it if need be."
        )
    readers = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal readers
        readers += 1
        try:
            if readers <= _MOST_READERS:
                async with asyncio.timeout(_SECONDS):
                    await _answer(reader, writer, text)
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            pass
        finally:
            readers -= 1
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    try:
        return await asyncio.start_server(answer, at.host, at.port, limit=_MOST_REQUEST)
    except OSError as error:
        raise NetworkError(
            f"Figures cannot be shown at {at}: another program listens there. The relay was not"
            " started. Choose another port."
        ) from error


async def _answer(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    text: Callable[[], Awaitable[str]],
) -> None:
    try:
        request = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        return
    found = request.startswith((b"GET /metrics ", b"GET / "))
    body = (await text()).encode() if found else b""
    status = b"200 OK" if found else b"404 Not Found"
    writer.write(
        b"HTTP/1.1 " + status + b"\r\nContent-Type: text/plain; version=0.0.4\r\n"
        b"Connection: close\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
    )
    await writer.drain()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
