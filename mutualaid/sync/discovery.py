# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Machines near this one, found by multicast DNS; the only file that imports zeroconf.

What leaves this machine in the clear is one service of a type of ours, under an instance and a
host name that are random for each run, with a port, this machine's addresses and the protocol's
version. Nothing says which groups, which person or which computer; who is found is asked on a
channel. Whatever is heard may come from anybody, so an address is only taken if it is near.
"""

import asyncio
import contextlib
import ipaddress
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import ifaddr
from zeroconf import IPVersion, NonUniqueNameException, ServiceStateChange, Zeroconf
from zeroconf.asyncio import (
    AsyncServiceBrowser,
    AsyncServiceInfo,
    AsyncZeroconf,
)

from mutualaid.model import keys
from mutualaid.sync.addresses import Address

SERVICE_TYPE: Final = "_mutualaid._tcp.local."
VERSION: Final = b"1"

#: How often the machine's own addresses are looked at.
POLL_SECONDS: Final = 5.0
#: More than this much later than planned, the machine was asleep.
ASLEEP_SECONDS: Final = 30.0
#: What a noisy or hostile network can make this machine remember and ask for.
MOST_MACHINES: Final = 256
MOST_ADDRESSES: Final = 8
_AT_ONCE: Final = 16
_ANSWER_MS: Final = 3000
_STOP_SECONDS: Final = 2.0

#: Bridges for containers and virtual machines: nobody else is there, and every computer's is alike.
_INTERNAL: Final = ("docker", "br-", "virbr", "vboxnet", "vmnet", "cni", "podman", "lxcbr", "lxdbr")

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, order=True)
class Interface:
    """One address of this machine and the network it is in; ``index`` is the adapter's."""

    ip: str
    prefix: int
    index: int

    @property
    def network(self) -> _Network:
        return ipaddress.ip_network(f"{self.ip}/{self.prefix}", strict=False)


def local_interfaces() -> frozenset[Interface]:
    """Return every address by which other machines could reach this one."""
    found = set()
    for adapter in ifaddr.get_adapters():
        if adapter.index is None or adapter.name.startswith(_INTERNAL):
            continue
        for entry in adapter.ips:
            host = entry.ip if isinstance(entry.ip, str) else entry.ip[0]
            address = ipaddress.ip_address(host)
            if not (address.is_loopback or address.is_unspecified or address.is_multicast):
                found.add(Interface(host, entry.network_prefix, adapter.index))
    return frozenset(found)


class Discovery:
    """Announces this machine and tells of others, in the running loop; no thread of its own.

    ``found(name, addresses)`` is called when a machine appears or its addresses change, the
    likeliest address first; ``lost(name)`` when it says goodbye, is silent for long, or this
    machine leaves the network or stops looking. The name is random and good for nothing but
    telling announcements apart.
    """

    def __init__(
        self,
        port: int,
        found: Callable[[str, tuple[Address, ...]], None],
        lost: Callable[[str], None],
        *,
        advertise: bool = True,
        interfaces: Callable[[], frozenset[Interface]] = local_interfaces,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._port = port
        self._found = found
        self._lost = lost
        self._advertise = advertise
        self._look = interfaces
        self._poll_seconds = poll_seconds
        self._instance = f"{keys.random(8).hex()}.{SERVICE_TYPE}"
        self._host = f"{keys.random(8).hex()}.local."
        self._interfaces: frozenset[Interface] = frozenset()
        self._zeroconf: AsyncZeroconf | None = None
        self._browser: AsyncServiceBrowser | None = None
        self._announced: AsyncServiceInfo | None = None
        self._machines: dict[str, tuple[Address, ...]] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """The name under which others find this machine in this run."""
        return self._instance

    def start(self) -> None:
        """Begin; announcing takes about a second and a half, in the background."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="discovery")

    async def stop(self) -> None:
        """Say goodbye and close every socket; takes less than a second."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await self._close()

    def set_advertising(self, advertise: bool) -> None:
        """Turn this machine's own announcement on or off; others are found either way."""
        self._advertise = advertise
        self._changed.set()

    # Keeping up with the machine's own networks

    async def _run(self) -> None:
        woken = False
        while True:
            self._changed.clear()
            try:
                await self._keep_up(woken)
            except (OSError, RuntimeError, NonUniqueNameException) as error:
                # A network that comes or goes just now; the next look finds it settled.
                _log.info("looking for machines nearby failed, and is tried again: %s", error)
                await self._close()
            planned = time.time() + self._poll_seconds
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll_seconds):
                    await self._changed.wait()
            woken = time.time() - planned > ASLEEP_SECONDS

    async def _keep_up(self, woken: bool) -> None:
        interfaces = self._look()
        moved = interfaces != self._interfaces
        self._interfaces = interfaces
        if not interfaces:
            await self._close()
            return
        if woken:
            await self._close()
        await self._open()
        await self._announce(again=moved)

    async def _open(self) -> None:
        ipv6 = {each.index for each in self._interfaces if ":" in each.ip}
        ipv4 = {each.ip for each in self._interfaces if ":" not in each.ip}
        chosen: list[str | int] = [*sorted(ipv4), *sorted(ipv6)]
        version = _VERSIONS[bool(ipv4), bool(ipv6)]
        if self._zeroconf is None:
            self._zeroconf = AsyncZeroconf(interfaces=chosen, ip_version=version)
            self._browser = AsyncServiceBrowser(
                self._zeroconf.zeroconf, SERVICE_TYPE, handlers=[self._on_change]
            )
        else:
            # Does nothing where nothing changed, and tries again what did not work before.
            await self._zeroconf.async_update_interfaces(chosen, version)

    async def _announce(self, *, again: bool) -> None:
        assert self._zeroconf is not None
        if not self._advertise:
            if self._announced is not None:
                announced, self._announced = self._announced, None
                await (await self._zeroconf.async_unregister_service(announced))
        elif self._announced is None:
            self._announced = self._service()
            await (await self._zeroconf.async_register_service(self._announced))
        elif again:
            self._announced = self._service()
            await (await self._zeroconf.async_update_service(self._announced))

    def _service(self) -> AsyncServiceInfo:
        return AsyncServiceInfo(
            SERVICE_TYPE,
            self._instance,
            port=self._port,
            properties={b"v": VERSION},
            # Without a name of its own the computer's would go out.
            server=self._host,
            parsed_addresses=sorted({each.ip for each in self._interfaces}),
        )

    async def _close(self) -> None:
        asking, self._asking = self._asking, {}
        for task in asking.values():
            task.cancel()
        await asyncio.gather(*asking.values(), return_exceptions=True)
        zeroconf, self._zeroconf = self._zeroconf, None
        browser, self._browser = self._browser, None
        self._announced = None
        if browser is not None:
            await browser.async_cancel()
        if zeroconf is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_STOP_SECONDS):
                    await zeroconf.async_close()
        machines, self._machines = self._machines, {}
        for name in machines:
            self._lost(name)

    # Hearing of others

    def _on_change(
        self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        del service_type
        if name == self._instance:
            return
        if state_change is ServiceStateChange.Removed:
            asking = self._asking.pop(name, None)
            if asking is not None:
                asking.cancel()
            if self._machines.pop(name, None) is not None:
                self._lost(name)
        elif name not in self._asking and len(self._machines | self._asking) < MOST_MACHINES:
            task = asyncio.create_task(self._ask(zeroconf, name), name="discovery of one")
            self._asking[name] = task
            task.add_done_callback(lambda done: self._asked(name, done))

    async def _ask(self, zeroconf: Zeroconf, name: str) -> None:
        info = AsyncServiceInfo(SERVICE_TYPE, name)
        async with self._slots:
            if not await info.async_request(zeroconf, _ANSWER_MS):
                return
        if info.properties.get(b"v") != VERSION or not info.port:
            return
        hosts = info.parsed_scoped_addresses(IPVersion.All)
        addresses = tuple(Address(host, info.port) for host in _nearby(hosts, self._interfaces))
        if addresses and self._machines.get(name) != addresses:
            self._machines[name] = addresses
            self._found(name, addresses)

    def _asked(self, name: str, task: asyncio.Task[None]) -> None:
        if self._asking.get(name) is task:
            del self._asking[name]
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.info("an announcement could not be read: %s", error)


_VERSIONS: Final = {
    (True, True): IPVersion.All,
    (True, False): IPVersion.V4Only,
    (False, True): IPVersion.V6Only,
}


def _nearby(hosts: Sequence[str], interfaces: Iterable[Interface]) -> list[str]:
    """Return the hosts that can be machines nearby, the likeliest first.

    Taken are addresses in a network of this machine, then private ones (a router may pass
    announcements on between a house's networks). Never a public address that is not near: an
    announcement must not send a whole street to some server.
    """
    own = {each.ip for each in interfaces}
    networks = [each.network for each in interfaces]
    loopback_only = all(network.is_loopback for network in networks)
    scopes = sorted({each.index for each in interfaces if each.ip.startswith("fe80:")})
    ranked = []
    for host in dict.fromkeys(scoped for each in hosts for scoped in _scoped(each, scopes)):
        address = ipaddress.ip_address(host)
        plain = ipaddress.ip_address(host.partition("%")[0])
        if address.is_multicast or address.is_unspecified or address.is_reserved:
            continue
        if (address.is_loopback or str(plain) in own) and not loopback_only:
            continue
        near = any(plain.version == each.version and plain in each for each in networks)
        if near or address.is_private or address.is_link_local:
            ranked.append((not near, address.is_link_local, address.version, host))
    return [host for *_, host in sorted(ranked)][:MOST_ADDRESSES]


def _scoped(host: str, scopes: Iterable[int]) -> list[str]:
    """Return what can be dialled for *host*; a link-local address heard over IPv4 has no scope."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return []
    if address.version == 6 and address.is_link_local and "%" not in host:
        return [f"{host}%{scope}" for scope in scopes]
    return [host]
