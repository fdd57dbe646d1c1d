# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses that people type and that machines announce."""

import ipaddress
from dataclasses import dataclass
from typing import Final

from mutualaid.errors import BadValueError

#: Asked for when an address names no port; listened at if it is free and nothing else is said.
DEFAULT_PORT: Final = 47470


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A host (name, IPv4, IPv6 with or without ``%scope``) and a TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(
    text: str, default_port: int = DEFAULT_PORT, *, to_listen: bool = False
) -> Address:
    """Read ``host``, ``host:port``, ``[IPv6]:port`` or a bare IPv6 address.

    Port 0 is only for an address ``to_listen`` at: any free one.
    """
    stripped = text.strip()
    host, port = stripped, ""
    if stripped.startswith("["):
        host, bracket, rest = stripped[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise _bad(text)
        port = rest[1:]
        if _ip(host) is None:
            raise _bad(text)
    elif stripped.count(":") == 1:
        host, _, port = stripped.partition(":")
    elif ":" in stripped and _ip(stripped) is None:
        raise _bad(text)
    if not host or any(character.isspace() or character in "/@?#\\" for character in host):
        raise _bad(text)
    if not port:
        return Address(host, default_port)
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) < 65536):
        raise _bad(text)
    if int(port) == 0 and not to_listen:
        raise _bad(text)
    return Address(host, int(port))


def household(host: str) -> str:
    """Return what one party is likely to command: an IPv4 address, or an IPv6 /64.

    A link-local network (``fe80::/64``) is shared by all who are near, so there it is the whole
    address; an IPv4 address mapped into IPv6 is the IPv4 address.
    """
    address = _ip(host)
    if address is None or isinstance(address, ipaddress.IPv4Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    if address.is_link_local:
        return host
    return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _bad(text: str) -> BadValueError:
    return BadValueError(
        f"“{text.strip()}” is not an address; write it as 192.168.1.20 or"
        f" 192.168.1.20:{DEFAULT_PORT}."
    )
