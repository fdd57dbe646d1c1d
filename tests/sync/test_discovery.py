# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Discovery on the loopback interface, and what is taken of what is heard."""

import asyncio
import socket
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from zeroconf._utils import net
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from mutualaid.model.keys import random
from mutualaid.sync import discovery
from mutualaid.sync.addresses import Address
from mutualaid.sync.discovery import SERVICE_TYPE, Discovery, Interface, _nearby

LOOPBACK = frozenset({Interface("127.0.0.1", 8, 1)})
HOME = [
    Interface("192.168.1.10", 24, 2),
    Interface("fe80::10", 64, 2),
    Interface("2001:db8:5::10", 64, 2),
]


#: Linux, ``linux/in.h``; Python has no name for it.
IP_MULTICAST_ALL = 49


@pytest.fixture(autouse=True)
def _hears_loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep out what other programs of this computer hear on its real networks.

    The kernel hands a multicast to every socket of the port, whoever joined; a test that answered
    would speak to the network.
    """

    def listen_socket(*given: Any, **named: Any) -> socket.socket | None:
        sock = original(*given, **named)
        if sock is not None and sys.platform == "linux":
            sock.setsockopt(socket.IPPROTO_IP, IP_MULTICAST_ALL, 0)
        return sock

    original = net.new_listen_socket
    monkeypatch.setattr(net, "new_listen_socket", listen_socket)


class Ear:
    """A discovery that remembers what it was told."""

    def __init__(self, port: int = 1, **options: Any) -> None:
        self.machines: dict[str, tuple[Address, ...]] = {}
        self.changed = asyncio.Event()
        self.discovery = Discovery(
            port, self._found, self._lost, **{"interfaces": lambda: LOOPBACK, **options}
        )
        self.discovery.start()

    @property
    def name(self) -> str:
        return self.discovery.name

    def _found(self, name: str, addresses: tuple[Address, ...]) -> None:
        self.machines[name] = addresses
        self.changed.set()

    def _lost(self, name: str) -> None:
        del self.machines[name]
        self.changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


def run(test: Coroutine[Any, Any, None]) -> None:
    async def whole() -> None:
        await test
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"tasks left behind: {left}"

    asyncio.run(whole())


def test_two_find_each_other_and_one_says_goodbye() -> None:
    async def test() -> None:
        one, two = Ear(1111), Ear(2222)
        assert one.name != two.name
        await one.until(lambda: two.name in one.machines)
        await two.until(lambda: one.name in two.machines)
        assert one.machines[two.name] == (Address("127.0.0.1", 2222),)
        assert one.name not in one.machines
        two.discovery.set_advertising(False)
        await one.until(lambda: two.name not in one.machines)
        await one.discovery.stop()
        await two.discovery.stop()
        assert not one.machines
        assert not two.machines

    run(test())


def test_stopping_at_any_moment_leaves_nothing() -> None:
    async def test() -> None:
        for turns in (0, 1, 3, 10, 100):
            ear = Ear()
            for _ in range(turns):
                await asyncio.sleep(0)
            await ear.discovery.stop()
            await ear.discovery.stop()

    run(test())


def test_without_a_network_it_waits_for_one() -> None:
    async def test() -> None:
        present: set[Interface] = set()
        one = Ear(1111, interfaces=lambda: frozenset(present), poll_seconds=0.05)
        two = Ear(2222)
        present.update(LOOPBACK)
        await one.until(lambda: two.name in one.machines)
        present.clear()
        await one.until(lambda: not one.machines)
        await one.discovery.stop()
        await two.discovery.stop()

    run(test())


def test_a_network_that_fails_is_tried_again() -> None:
    async def test() -> None:
        looks = 0

        def flaky() -> frozenset[Interface]:
            nonlocal looks
            looks += 1
            if looks % 2:
                raise OSError("the adapter is gone")
            return LOOPBACK

        one, two = Ear(1111, interfaces=flaky, poll_seconds=0.05), Ear(2222)
        await one.until(lambda: two.name in one.machines)
        await one.discovery.stop()
        await two.discovery.stop()

    run(test())


def test_after_a_sleep_it_announces_itself_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        one = Ear(1111, poll_seconds=0.05)
        two = Ear(2222)
        await one.until(lambda: two.name in one.machines)
        before = one.discovery._zeroconf
        monkeypatch.setattr(discovery, "ASLEEP_SECONDS", -1.0)
        await one.until(lambda: one.discovery._zeroconf is not before)
        monkeypatch.undo()
        await one.until(lambda: two.name in one.machines)
        await one.discovery.stop()
        await two.discovery.stop()

    run(test())


def test_announcements_that_are_not_taken() -> None:
    """Of another version, of none, without a port, or of an address that is not near."""
    good = ({b"v": b"1"}, 7, ["127.0.0.1"])
    bad: list[tuple[dict[bytes, bytes], int, list[str]]] = [
        ({b"v": b"2"}, 7, ["127.0.0.1"]),
        ({}, 7, ["127.0.0.1"]),
        ({b"v": b"1"}, 0, ["127.0.0.1"]),
        ({b"v": b"1"}, 7, ["203.0.113.9"]),
        ({b"v": b"1"}, 7, ["224.0.0.1", "0.0.0.0"]),
    ]

    async def test() -> None:
        ear = Ear(advertise=False)
        run_of_test = random(4).hex()
        names = [f"{run_of_test}-{number}.{SERVICE_TYPE}" for number in range(len(bad) + 1)]
        async with AsyncZeroconf(interfaces=["127.0.0.1"]) as zeroconf:

            async def announce(
                name: str, properties: dict[bytes, bytes], port: int, addresses: list[str]
            ) -> None:
                info = AsyncServiceInfo(
                    SERVICE_TYPE,
                    name,
                    properties=properties,
                    port=port,
                    parsed_addresses=addresses,
                    server=f"{name.partition('.')[0]}.local.",
                )
                await (await zeroconf.async_register_service(info))

            await asyncio.gather(
                *(announce(name, *given) for name, given in zip(names, [*bad, good], strict=True))
            )
            await ear.until(lambda: names[-1] in ear.machines)
            await asyncio.gather(*ear.discovery._asking.values())
        assert not ear.machines.keys() & set(names[:-1])
        await ear.discovery.stop()

    run(test())


def test_the_announcement_holds_nothing_but_what_is_needed() -> None:
    async def test() -> None:
        one, two = Ear(4711), Ear(advertise=False)
        await two.until(lambda: one.name in two.machines)
        assert two.discovery._zeroconf is not None
        info = await two.discovery._zeroconf.async_get_service_info(SERVICE_TYPE, one.name)
        assert info is not None
        assert info.text == b"\x03v=1"
        assert info.port == 4711
        assert info.server is not None
        assert len(info.server) == len("0123456789abcdef.local.")
        assert info.server.partition(".")[0] not in one.name
        await one.discovery.stop()
        await two.discovery.stop()

    run(test())


@pytest.mark.parametrize(
    ("heard", "taken"),
    [
        (["192.168.1.20"], ["192.168.1.20"]),
        (["192.168.1.10"], []),
        (["10.0.0.5", "192.168.1.20"], ["192.168.1.20", "10.0.0.5"]),
        (["fe80::20"], ["fe80::20%2"]),
        (["fe80::20%2", "192.168.1.20"], ["192.168.1.20", "fe80::20%2"]),
        (["2001:db8:5::20"], ["2001:db8:5::20"]),
        (["8.8.8.8", "2606:4700::1111", "127.0.0.1", "::1", "224.0.0.251", "0.0.0.0"], []),
        (["not an address"], []),
        ([f"192.168.1.{number}" for number in range(20, 90)], None),
    ],
)
def test_only_what_is_near_is_taken_and_the_likeliest_first(
    heard: list[str], taken: list[str] | None
) -> None:
    result = _nearby(heard, HOME)
    assert result == taken if taken is not None else len(result) == 8
