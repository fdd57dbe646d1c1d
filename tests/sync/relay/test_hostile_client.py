# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A relay bears whatever comes: each test ends with honest members served as before."""

import asyncio
import contextlib
import os
import struct
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from mutualaid.model.keys import SealingKey, SigningKey
from mutualaid.sync.handshake import RelayHandshake
from mutualaid.sync.parcel_outside import MOST_PARCEL, name_of
from mutualaid.sync.relay import member as member_module
from mutualaid.sync.relay import server as server_module
from mutualaid.sync.relay.limits import MIB, Limits
from mutualaid.sync.relay.protocol import (
    IN_FLIGHT,
    MOST_WAITS,
    Op,
    Reason,
    Tag,
    decode_refusal,
    encode_request,
)
from mutualaid.sync.relay.server import Relay
from mutualaid.sync.relay.socket import WRONG_KEY
from mutualaid.sync.shelf import BEGINNING
from tests.sync.relay.places import (
    LOOPBACK,
    QUICK,
    fill,
    play,
    raw,
    running,
    shelf_at,
    stranger,
    until,
)
from tests.sync.shelves.suite import made_up_parcel

TOPIC = SigningKey.from_seed(b"t" * 32)
MALLORY = SigningKey.from_seed(b"m" * 32)
START = BEGINNING.encode()
#: How it shows that a connection was ended before anything was said.
TURNED_AWAY = (OSError, EOFError, WebSocketException)


@contextlib.asynccontextmanager
async def attacked(folder: Path, limits: Limits = QUICK) -> AsyncIterator[Relay]:
    """A relay with an honest member, who must be served afterwards as before."""
    async with running(folder, limits) as relay, shelf_at(relay) as shelf:
        parcels = await fill(shelf, TOPIC, range(3))
        yield relay
        parcels += await fill(shelf, TOPIC, range(3, 5))
        listing = await shelf.list(TOPIC, None)
        assert [each.name for each in listing.parcels] == [name_of(each) for each in parcels]
        for parcel in parcels:
            assert await shelf.get(TOPIC, name_of(parcel)) == parcel
        await until(lambda: len(relay.members) == 1)
        assert relay.held == sum(each.counted for each in relay.members)


# Before the handshake


def test_what_is_no_websocket_is_turned_away(tmp_path: Path) -> None:
    async def test() -> None:
        async with attacked(tmp_path) as relay:
            for nonsense in (
                b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                b"\x16\x03\x01\x02\x00" + os.urandom(500),
                b"\r\n\r\n",
                os.urandom(3000),
                b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5000,
            ):
                reader, writer = await asyncio.open_connection(LOOPBACK, relay.port)
                with contextlib.suppress(OSError):
                    writer.write(nonsense)
                    writer.write_eof()
                    answer = await reader.read()
                    assert b"websockets" not in answer.lower()
                    assert b"Date" not in answer
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()

    play(test())


def test_a_page_in_a_browser_is_refused(tmp_path: Path) -> None:
    async def test() -> None:
        async with attacked(tmp_path) as relay:
            with pytest.raises(InvalidStatus) as caught:
                async with stranger(relay, Origin="https://example.org"):
                    pass
            assert caught.value.response.status_code == 403

    play(test())


def test_a_handshake_with_another_key_or_none_is_ended(tmp_path: Path) -> None:
    async def test() -> None:
        async with attacked(tmp_path) as relay:
            wrong = RelayHandshake.to_relay(SealingKey.generate().public).start()[0]
            for hello in (wrong, b"", bytes(48), os.urandom(48), os.urandom(15_000)):
                async with stranger(relay) as socket:
                    with contextlib.suppress(ConnectionClosed):
                        await socket.send(hello)
                        await socket.recv()
                    assert socket.close_code == WRONG_KEY
            async with stranger(relay) as socket:
                with contextlib.suppress(ConnectionClosed):
                    await socket.send("text")
                    await socket.recv()
                assert socket.close_code == 1003

    play(test())


def test_whoever_is_slow_to_greet_or_greets_at_length_is_dropped(tmp_path: Path) -> None:
    async def test() -> None:
        async with attacked(tmp_path) as relay:
            honest = set(relay.members)
            async with contextlib.AsyncExitStack() as stack:
                sockets = [await stack.enter_async_context(stranger(relay)) for _ in range(5)]
                bare = await asyncio.open_connection(LOOPBACK, relay.port)
                await until(lambda: len(relay.members) == 7)
                later = time.monotonic() + member_module.GREETING_SECONDS + 1
                for member in relay.members - honest:
                    member.look(later)
                for socket in sockets:
                    with pytest.raises(ConnectionClosed):
                        await socket.recv()
                with contextlib.suppress(OSError):
                    assert await bare[0].read() == b""
                bare[1].close()
            assert relay.metrics.dropped["greeting"] == 6
            async with stranger(relay) as socket:
                with contextlib.suppress(ConnectionClosed):
                    await socket.send(bytes(member_module.GREETING_BYTES))
                    await socket.recv()
            assert relay.metrics.dropped["greeting"] == 7

    play(test())


def test_one_address_has_so_many_connections_and_no_more(tmp_path: Path) -> None:
    async def test() -> None:
        limits = replace(QUICK, connections_per_address=4)
        async with attacked(tmp_path, limits) as relay, contextlib.AsyncExitStack() as stack:
            for _ in range(3):
                await stack.enter_async_context(stranger(relay))
            for _ in range(5):
                with pytest.raises(TURNED_AWAY):
                    await stack.enter_async_context(stranger(relay))
            assert relay.metrics.dropped["too_many"] == 5

    play(test())


def test_behind_a_proxy_addresses_are_told_apart_by_what_it_says(tmp_path: Path) -> None:
    async def test() -> None:
        limits = replace(QUICK, connections_per_address=2)
        async with (
            running(tmp_path, limits, proxies=[LOOPBACK]) as relay,
            contextlib.AsyncExitStack() as stack,
        ):
            for last in (1, 2, 3):
                for _ in range(2):
                    # What the client itself wrote stands before what the proxy added.
                    headers = {"X-Forwarded-For": f"192.0.2.99, 192.0.2.{last}"}
                    await stack.enter_async_context(stranger(relay, **headers))
            socket = await stack.enter_async_context(
                stranger(relay, **{"X-Forwarded-For": "192.0.2.1"})
            )
            with pytest.raises(ConnectionClosed):
                await socket.recv()
            assert relay.metrics.dropped["too_many"] == 1

    play(test())


# After it


def requests_that_break() -> list[bytes]:
    good = encode_request(MALLORY, bytes(32), bytes(32), Op.LIST, 1, START)
    return [
        b"",
        b"\x00",
        os.urandom(100),
        good[:-1],
        good + b"x",
        bytes([99]) + good[1:],
        bytes([Op.CANCEL]) + bytes(3),
        good[:-24] + b"\xff" * 24,
        os.urandom(MIB),
    ]


def test_whoever_breaks_the_protocol_is_dropped(tmp_path: Path) -> None:
    async def test() -> None:
        async with attacked(tmp_path) as relay:
            for frame in requests_that_break():
                async with raw(relay) as mallory:
                    await mallory.send(frame)
                    await mallory.dropped()
            async with raw(relay) as mallory:
                await mallory.socket.send(os.urandom(1000))
                await mallory.dropped()
            async with raw(relay) as mallory:
                with contextlib.suppress(ConnectionClosed):
                    await mallory.socket.send(bytes(2 * MIB))
                await mallory.dropped()

    play(test())


def test_requests_that_were_signed_for_elsewhere_are_refused(tmp_path: Path) -> None:
    async def test() -> None:
        async with attacked(tmp_path) as relay:
            parcel = made_up_parcel(TOPIC, 77)
            async with raw(relay) as one, raw(relay) as other:
                # Another connection's hash, another relay's key, another's signature, none.
                await one.request(TOPIC, Op.PUT, 1, parcel, signed_for=other.h)
                assert await one.refusal() is Reason.BAD_SIGNATURE
                await one.send(encode_request(TOPIC, bytes(32), one.h, Op.PUT, 2, parcel))
                assert await one.refusal() is Reason.BAD_SIGNATURE
                frame = bytearray(
                    encode_request(MALLORY, relay.key.public, one.h, Op.PUT, 3, parcel)
                )
                frame[5:37] = TOPIC.public
                await one.send(bytes(frame))
                assert await one.refusal() is Reason.BAD_SIGNATURE
                frame[37:101] = bytes(64)
                await one.send(bytes(frame))
                assert await one.refusal() is Reason.BAD_SIGNATURE
                # A listing's signature is none for another cursor.
                frame = bytearray(encode_request(TOPIC, relay.key.public, one.h, Op.LIST, 4, START))
                frame[-1] ^= 1
                await one.send(bytes(frame))
                assert await one.refusal() is Reason.BAD_SIGNATURE

    play(test())


def test_what_was_recorded_cannot_be_replayed(tmp_path: Path) -> None:
    async def test() -> None:
        async with attacked(tmp_path) as relay:
            async with raw(relay) as mallory:
                frame = encode_request(
                    MALLORY, relay.key.public, mallory.h, Op.PUT, 1, made_up_parcel(MALLORY, 1)
                )
                sealed = mallory._sealer.seal(frame)
                await mallory.socket.send(sealed)
                assert (await mallory.receive())[0] is Tag.DONE
                await mallory.socket.send(sealed)
                await mallory.dropped()
            async with raw(relay) as mallory:
                await mallory.socket.send(sealed)
                await mallory.dropped()

    play(test())


def test_parcels_that_are_none_or_of_another_topic_are_refused(tmp_path: Path) -> None:
    async def test() -> None:
        async with attacked(tmp_path) as relay, raw(relay) as mallory:
            for number, parcel in enumerate(
                (
                    os.urandom(5000),
                    made_up_parcel(TOPIC, 1),
                    bytes(1) + made_up_parcel(MALLORY, 1)[1:],
                    made_up_parcel(MALLORY, 1)[:60],
                )
            ):
                await mallory.request(MALLORY, Op.PUT, number, parcel)
                assert await mallory.refusal() is Reason.BAD_PARCEL

    play(test())


def test_floods_of_requests_are_slowed_and_then_cut(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path, replace(QUICK, requests=5.0)) as relay:
            async with raw(relay) as mallory:
                with contextlib.suppress(ConnectionClosed):
                    for number in range(3000):
                        await mallory.request(MALLORY, Op.GET, number, bytes(32))
                await mallory.dropped()
            assert relay.metrics.requests["get", "too_fast"] > 100
            # What was refused for haste cost no look at the disk, and at the signature only what
            # the address was granted.
            assert relay.metrics.requests["get", "not_there"] <= 201

    play(test())


def test_an_address_that_is_overdrawn_gets_no_new_connection(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path, replace(QUICK, requests=1.0)) as relay:
            async with raw(relay):
                pass
            relay.addresses.of(LOOPBACK, time.monotonic())._requests._level = -100.0
            with pytest.raises(TURNED_AWAY):
                async with raw(relay):
                    pass
            assert relay.metrics.dropped["too_fast"] == 1

    play(test())


def test_floods_of_pings_and_empty_pieces_are_cut(tmp_path: Path) -> None:
    async def test() -> None:
        ping = b"\x89\x80" + bytes(4)
        empty = b"\x02\x80" + bytes(4) + (b"\x00\x80" + bytes(4)) * 5000
        crumbs = b"\x02\x81" + bytes(5) + (b"\x00\x81" + bytes(5)) * 5000
        for flood in (ping * 5000, empty, crumbs):
            async with running(tmp_path, replace(QUICK, requests=5.0)) as relay:
                async with raw(relay) as mallory:
                    mallory.socket.transport.write(flood)
                    await mallory.dropped()
                assert not relay.held

    play(test())


def test_one_address_cannot_fill_a_relay_that_is_open_to_all(tmp_path: Path) -> None:
    async def test() -> None:
        limits = replace(QUICK, new_topics=4, quota_bytes=20_000)
        async with attacked(tmp_path, limits) as relay, raw(relay) as mallory:
            kept = 0
            for number in range(8):
                topic = SigningKey.from_seed(bytes([number]) * 32)
                await mallory.request(topic, Op.PUT, number, made_up_parcel(topic, 1, 500))
                kept += (await mallory.receive())[0] is Tag.DONE
            # The honest member began one, from the same address; a bucket may be overdrawn by one.
            assert kept in {3, 4}
            topic = SigningKey.from_seed(bytes([0]) * 32)
            relay.addresses.of(LOOPBACK, 0)._left._level = 9_000.0
            for number in range(5):
                parcel = made_up_parcel(topic, 10 + number, 3_000)
                await mallory.request(topic, Op.PUT, number, parcel)
                tag, _number, body = await mallory.receive()
                assert (tag is Tag.DONE) == (number < 4)
            assert decode_refusal(body)[0] is Reason.TOO_FAST
            relay.addresses.of(LOOPBACK, 0)._left._level = 9_000.0

    play(test())


def test_names_without_end_cost_no_memory(tmp_path: Path) -> None:
    async def test() -> None:
        async with attacked(tmp_path) as relay, raw(relay) as mallory:
            for number in range(2000):
                topic = SigningKey.from_seed(number.to_bytes(32, "big"))
                await mallory.request(topic, Op.GET, number, number.to_bytes(32, "little"))
                if number % 50 == 49:
                    for _ in range(50):
                        assert await mallory.refusal() is Reason.NOT_THERE
            assert len(relay._heads) <= 1
            (topics,) = relay.store._reading.execute("SELECT count(*) FROM topic").fetchone()
            assert topics == 1

    play(test())


def test_more_waits_than_there_may_be_are_refused(tmp_path: Path) -> None:
    async def test() -> None:
        async with attacked(tmp_path) as relay, raw(relay) as mallory:
            for number in range(MOST_WAITS + 3):
                await mallory.request(MALLORY, Op.WAIT, number, START)
            assert [await mallory.refusal() for _ in range(3)] == [Reason.TOO_MANY] * 3
            # The same number once more is refused too; cancelling what is not there is nothing.
            await mallory.send(bytes([Op.CANCEL]) + struct.pack(">I", 999))
            await mallory.send(bytes([Op.CANCEL]) + struct.pack(">I", 0))
            tag, number, _body = await mallory.receive()
            assert (tag, number) == (Tag.PAGE, 0)
            await mallory.request(MALLORY, Op.WAIT, 1, START)
            assert await mallory.refusal() is Reason.TOO_MANY

    play(test())


# Memory


def test_whoever_asks_and_does_not_listen_holds_little_and_nobody_else_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "HELD_BYTES", 8 * MIB)

    async def test() -> None:
        async with attacked(tmp_path) as relay:
            async with shelf_at(relay) as shelf:
                parcel = made_up_parcel(MALLORY, 1, MOST_PARCEL)
                await shelf.put(MALLORY, parcel)
            async with contextlib.AsyncExitStack() as stack:
                deaf = [await stack.enter_async_context(raw(relay)) for _ in range(20)]
                most = 0
                for each in deaf:
                    each.socket.transport.pause_reading()
                    for number in range(IN_FLIGHT):
                        await each.request(MALLORY, Op.GET, number, name_of(parcel))
                for _ in range(200):
                    await asyncio.sleep(0.005)
                    most = max(most, relay.held)
                assert most <= 8 * MIB
                assert relay.metrics.dropped["too_much"]
                # Of one connection, no more is prepared than it takes to keep it busy.
                for member in relay.members:
                    assert member.held_bytes <= 6 * MIB
                for each in deaf:
                    each.socket.transport.abort()

    play(test())


def test_messages_that_never_end_hold_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "HELD_BYTES", 4 * MIB)

    async def test() -> None:
        async with attacked(tmp_path) as relay, contextlib.AsyncExitStack() as stack:
            slow = [await stack.enter_async_context(raw(relay)) for _ in range(20)]
            # A message of a mebibyte, but for its end.
            begun = b"\x82\xff" + struct.pack(">Q", MIB) + bytes(4) + bytes(MIB - 100)
            for each in slow:
                with contextlib.suppress(RuntimeError, ConnectionError):
                    each.socket.transport.write(begun)
            await until(lambda: relay.metrics.dropped["too_much"] >= 15)
            assert relay.held <= 4 * MIB
            for each in slow:
                each.socket.transport.abort()

    play(test())


def test_many_who_hold_a_little_for_long_do_not_cut_off_whoever_sends_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "HELD_BYTES", 2 * MIB)

    async def test() -> None:
        async with attacked(tmp_path) as relay, contextlib.AsyncExitStack() as stack:
            honest = set(relay.members)
            slow = [await stack.enter_async_context(raw(relay)) for _ in range(20)]
            begun = b"\x82\xff" + struct.pack(">Q", MIB) + bytes(4) + bytes(90_000)
            for each in slow:
                each.socket.transport.write(begun)
            await until(lambda: relay.held >= 20 * 90_000)
            for member in relay.members - honest:
                member.held_since -= 30
            async with shelf_at(relay) as shelf:
                for seed in range(3):
                    await shelf.put(MALLORY, made_up_parcel(MALLORY, seed, MOST_PARCEL))
            assert relay.metrics.dropped["too_much"]
            now = time.monotonic()
            for member in relay.members - honest:
                member.look(now + member_module.STUCK_SECONDS + 1)
            for each in slow:
                each.socket.transport.abort()

    play(test())


def test_the_silent_and_the_idle_are_let_go(tmp_path: Path) -> None:
    async def test() -> None:
        async with attacked(tmp_path) as relay:
            honest = set(relay.members)
            async with raw(relay) as mallory:
                (member,) = relay.members - honest
                now = time.monotonic()
                member.look(now + 1)
                assert not member._pinged
                member.look(now + member_module.PING_SECONDS + 1)
                assert member._pinged
                await until(lambda: not member._pinged)  # answered
                member.look(now + member_module.FIRST_SECONDS + 5)
                await mallory.dropped()
            async with raw(relay) as mallory:
                (member,) = relay.members - honest
                await mallory.request(MALLORY, Op.LIST, 1, START)
                await mallory.receive()
                member._heard = now + member_module.IDLE_SECONDS
                member.look(now + member_module.IDLE_SECONDS + 5)
                await mallory.dropped()
            async with raw(relay) as mallory:
                (member,) = relay.members - honest
                await mallory.request(MALLORY, Op.WAIT, 1, START)
                await until(lambda: bool(relay.waiting))
                member._heard = now + member_module.IDLE_SECONDS
                member.look(now + member_module.IDLE_SECONDS + 5)
                assert not member.gone
                member.look(now + member_module.IDLE_SECONDS + member_module.DEAD_SECONDS + 5)
                await mallory.dropped()
            assert dict(relay.metrics.dropped) == {"idle": 2, "silent": 1}

    play(test())


def test_puts_beyond_what_the_writer_can_take_make_their_sender_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mutualaid.sync.relay.store.MOST_PENDING_BYTES", 2 * MIB)

    async def test() -> None:
        async with attacked(tmp_path) as relay, raw(relay) as mallory:
            parcels = [made_up_parcel(MALLORY, seed, MOST_PARCEL // 2) for seed in range(12)]
            most = 0

            async def watch() -> None:
                nonlocal most
                while True:
                    most = max(most, relay.store.pending_bytes)
                    await asyncio.sleep(0)

            async def send() -> None:
                for number, parcel in enumerate(parcels):
                    await mallory.request(MALLORY, Op.PUT, number, parcel)

            watching, sending = asyncio.create_task(watch()), asyncio.create_task(send())
            for _ in parcels:
                assert (await mallory.receive())[0] is Tag.DONE
            await sending
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            assert 0 < most < 3 * MIB

    play(test())
