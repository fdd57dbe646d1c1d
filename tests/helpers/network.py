# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A socket in a test speaks to this machine's loopback or to a Unix socket, to nothing else.

Guards the test process itself; processes that tests start are kept in by the network namespace
that ``.ci/run`` puts the whole suite into.
"""

import ipaddress
import socket
from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest

#: Where zeroconf sends; allowed when it leaves by the loopback interface.
MDNS_PORT = 5353


class NetworkRefusedError(AssertionError):
    """A test tried to reach an address that is not this machine."""


def _is_loopback(host: str) -> bool:
    if host in {"localhost", "localhost.localdomain"}:
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _multicast_stays_here(sock: socket.socket, host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    if not address.is_multicast:
        return False
    if address.version == 4:
        packed = sock.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, 4)
        return ipaddress.ip_address(packed).is_loopback
    index = sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF)
    return index == socket.if_nametoindex("lo")


def _check(sock: socket.socket, address: Any, *, binding: bool) -> None:
    if sock.family not in {socket.AF_INET, socket.AF_INET6} or not isinstance(address, tuple):
        return
    host, port = address[0], address[1]
    if _is_loopback(host) or _multicast_stays_here(sock, host):
        return
    if binding and sock.type == socket.SOCK_DGRAM and port in {0, MDNS_PORT}:
        # Listening for multicast needs the wildcard address; what is sent is checked.
        return
    verb = "listen at" if binding else "reach"
    raise NetworkRefusedError(f"a test tried to {verb} {host!r} port {port}; use 127.0.0.1 or ::1")


def _guarded(original: Callable[..., Any], *, binding: bool, last: bool) -> Callable[..., Any]:
    @wraps(original)
    def call(self: socket.socket, *args: Any) -> Any:
        if args:
            _check(self, args[-1] if last else args[0], binding=binding)
        return original(self, *args)

    return call


def _guarded_lookup(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def call(host: Any, port: Any, *args: Any, **named: Any) -> Any:
        flags = named.get("flags", args[3] if len(args) > 3 else 0)
        text = host.decode() if isinstance(host, bytes) else host
        numeric = flags & socket.AI_NUMERICHOST
        if text and not numeric and not _is_loopback(text):
            try:
                ipaddress.ip_address(text.partition("%")[0])
            except ValueError:
                raise NetworkRefusedError(f"a test tried to look up {text!r}") from None
        return original(host, port, *args, **named)

    return call


def install(patch: pytest.MonkeyPatch) -> None:
    """Put the guard in place until *patch* is undone."""
    for name, binding, last in (
        ("connect", False, False),
        ("connect_ex", False, False),
        ("sendto", False, True),
        ("bind", True, False),
    ):
        original = getattr(socket.socket, name)
        guarded = _guarded(original, binding=binding, last=last)
        patch.setattr(socket.socket, name, guarded, raising=False)
    patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
