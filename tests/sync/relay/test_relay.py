# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A relay and honest members: restarts, limits, tokens, time, news and figures."""

import asyncio
import contextlib
import datetime
import re
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mutualaid.errors import BadValueError, DamagedError, NetworkError, StorageError
from mutualaid.model.keys import SigningKey
from mutualaid.sync.addresses import Address
from mutualaid.sync.parcel_outside import name_of
from mutualaid.sync.relay.address import RelayAddress
from mutualaid.sync.relay.client import RelayShelf
from mutualaid.sync.relay.database import FILE_NAME, make_token
from mutualaid.sync.relay.limits import DAY, PARCEL_COST
from mutualaid.sync.relay.server import KEY_FILE, Relay
from mutualaid.sync.shelf import (
    ShelfFullError,
    ShelfLacksError,
    ShelfLiesError,
    ShelfRefusedError,
    ShelfUnreachableError,
)
from tests.sync.relay.places import LOOPBACK, QUICK, Clock, fill, play, running, shelf_at, until
from tests.sync.shelves.suite import all_of, made_up_parcel

TOPIC = SigningKey.from_seed(b"t" * 32)


def test_a_restart_loses_nothing_and_members_come_back_by_themselves(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as relay, shelf_at(relay) as shelf:
            port = relay.port
            parcels = await fill(shelf, TOPIC, range(10))
            before = await shelf.list(TOPIC, None)
            await relay.stop()
            with pytest.raises(ShelfUnreachableError, match="Nothing is lost"):
                await shelf.list(TOPIC, before.cursor)
            await relay.start(Address(LOOPBACK, port))
            assert await shelf.list(TOPIC, None) == before
            await fill(shelf, TOPIC, range(10, 11))
            listing = await shelf.list(TOPIC, before.cursor)
            assert (len(listing.parcels), listing.reset) == (1, False)
            assert await shelf.get(TOPIC, name_of(parcels[0])) == parcels[0]

    play(test())


def test_what_was_put_while_it_stops_is_confirmed_or_not_kept(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as relay, shelf_at(relay) as shelf:
            await shelf.list(TOPIC, None)
            puts = [
                asyncio.create_task(shelf.put(TOPIC, made_up_parcel(TOPIC, seed, 600)))
                for seed in range(40)
            ]
            await until(lambda: relay.store.pending_bytes + relay.store.kept > 0)
            await relay.stop()
            outcomes = await asyncio.gather(*puts, return_exceptions=True)
            await relay.start(Address(LOOPBACK, 0))
            async with shelf_at(relay) as other:
                held = {each.name for each in await all_of(other, TOPIC)}
            for seed, outcome in enumerate(outcomes):
                if outcome is None:
                    assert name_of(made_up_parcel(TOPIC, seed, 600)) in held
                else:
                    assert isinstance(outcome, ShelfUnreachableError)

    play(test())


def wipe(folder: Path) -> None:
    for file in folder.glob(f"{FILE_NAME}*"):
        file.unlink()


def test_one_that_was_wiped_shows_in_the_next_listing(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as relay, shelf_at(relay) as shelf:
            port = relay.port
            parcels = await fill(shelf, TOPIC, range(3))
            cursor = (await shelf.list(TOPIC, None)).cursor
            waiting = asyncio.create_task(shelf.wait(TOPIC, cursor))
            await until(lambda: bool(relay.waiting))
            await relay.stop()
            wipe(tmp_path)
            with pytest.raises(ShelfUnreachableError):
                await waiting
            await relay.start(Address(LOOPBACK, port))
            listing = await shelf.list(TOPIC, cursor)
            assert (listing.parcels, listing.reset) == ((), True)
            for parcel in parcels:
                await shelf.put(TOPIC, parcel)
            assert len((await shelf.list(TOPIC, cursor)).parcels) == 3

    play(test())


def test_rows_taken_out_show_as_holes(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as relay, shelf_at(relay) as shelf:
            await fill(shelf, TOPIC, range(9))
            relay.store._writing.execute("DELETE FROM parcel WHERE number % 3 = 0")
            listing = await shelf.list(TOPIC, None)
            assert (len(listing.parcels), listing.holes, listing.reset) == (6, True, False)
            # What comes after that is as it should be.
            await fill(shelf, TOPIC, range(9, 10))
            later = await shelf.list(TOPIC, listing.cursor)
            assert (len(later.parcels), later.holes) == (1, False)

    play(test())


def test_a_relay_with_another_key_is_told_from_the_one_known(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path / "one") as relay:
            known = relay.address(LOOPBACK)
        async with running(tmp_path / "two", port=known.at.port):
            shelf = RelayShelf(known)
            with pytest.raises(ShelfLiesError, match="another key") as caught:
                await shelf.put(TOPIC, made_up_parcel(TOPIC, 1))
            assert caught.value.address == str(known)
            await shelf.close()

    play(test())


def test_closing_while_it_dials_leaves_nothing(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as relay:
            for turns in range(40):
                shelf = RelayShelf(relay.address(LOOPBACK))
                asking = asyncio.create_task(shelf.list(TOPIC, None))
                for _ in range(turns):
                    await asyncio.sleep(0)
                if turns % 2:
                    asking.cancel()
                await shelf.close()
                await asyncio.gather(asking, return_exceptions=True)
            await until(lambda: not relay.members)

    play(test())


# News


def test_all_who_wait_are_told_and_the_rest_left_alone(tmp_path: Path) -> None:
    async def test() -> None:
        other = SigningKey.generate()
        async with running(tmp_path) as relay, contextlib.AsyncExitStack() as stack:
            writer = await stack.enter_async_context(shelf_at(relay))
            readers = [await stack.enter_async_context(shelf_at(relay)) for _ in range(10)]
            await fill(writer, TOPIC, range(2))
            cursor = (await writer.list(TOPIC, None)).cursor
            waits = [asyncio.create_task(each.wait(TOPIC, cursor)) for each in readers]
            quiet = (await writer.list(other, None)).cursor
            elsewhere = asyncio.create_task(writer.wait(other, quiet))
            await until(lambda: sum(len(each) for each in relay.waiting.values()) == 11)
            parcels = await fill(writer, TOPIC, range(2, 4))
            await asyncio.gather(*waits)
            assert not elsewhere.done()
            for reader in readers:
                # What it was told of, and what came after that.
                told = await reader.list(TOPIC, cursor)
                found = [*told.parcels, *await all_of(reader, TOPIC, told.cursor)]
                assert [each.name for each in found] == [name_of(each) for each in parcels]
            elsewhere.cancel()
            await asyncio.gather(elsewhere, return_exceptions=True)
            await until(lambda: not relay.waiting)

    play(test())


def test_whoever_is_behind_is_told_at_once(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as relay, shelf_at(relay) as shelf:
            await fill(shelf, TOPIC, range(1))
            early = (await shelf.list(TOPIC, None)).cursor
            await fill(shelf, TOPIC, range(1, 4))
            await shelf.wait(TOPIC, early)
            assert len((await shelf.list(TOPIC, early)).parcels) == 3

    play(test())


def test_waiting_ends_with_the_connection(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as relay:
            async with shelf_at(relay) as shelf:
                cursor = (await shelf.list(TOPIC, None)).cursor
                waiting = asyncio.create_task(shelf.wait(TOPIC, cursor))
                await until(lambda: bool(relay.waiting))
            with pytest.raises(ShelfUnreachableError):
                await waiting
            await until(lambda: not relay.waiting and not relay.members)
            assert relay.held == 0

    play(test())


# Limits


def test_what_is_granted_is_published_and_kept_to(tmp_path: Path) -> None:
    async def test() -> None:
        limits = replace(QUICK, requests=25.0, ttl_seconds=7 * DAY)
        async with running(tmp_path, limits) as relay, shelf_at(relay) as shelf:
            await fill(shelf, TOPIC, range(3))
            assert shelf.limits is not None
            assert shelf.limits.ttl_seconds == 7 * DAY
            assert shelf.limits.requests == 25.0
            # Beyond the burst of 1,000 members hold back, and nobody has to be refused.
            topic_requests = shelf._buckets[TOPIC.public][0]
            topic_requests.take(topic_requests._level)
            relay.topics.of(TOPIC.public, 0)._requests._level = 0.5
            await fill(shelf, TOPIC, range(3, 8))
            assert ("put", "too_fast") not in relay.metrics.requests

    play(test())


def test_whoever_is_refused_for_haste_waits_as_told(tmp_path: Path) -> None:
    async def test() -> None:
        limits = replace(QUICK, requests=50.0)
        async with running(tmp_path, limits) as relay, shelf_at(relay) as shelf:
            await shelf.list(TOPIC, None)
            bucket = relay.topics.of(TOPIC.public, 0)._requests
            bucket._level = -2.0
            await fill(shelf, TOPIC, range(1))
            assert relay.metrics.requests["put", "too_fast"] >= 1
            assert relay.metrics.requests["put", "kept"] == 1

    play(test())


def test_a_full_topic_is_a_sentence_and_reading_goes_on(tmp_path: Path) -> None:
    async def test() -> None:
        limits = replace(QUICK, quota_bytes=3 * (600 + PARCEL_COST))
        async with running(tmp_path, limits) as relay, shelf_at(relay) as shelf:
            parcels = await fill(shelf, TOPIC, range(3))
            for size in (600, 100_000):
                with pytest.raises(ShelfFullError, match="no room"):
                    await shelf.put(TOPIC, made_up_parcel(TOPIC, 9, size))
            await shelf.put(TOPIC, parcels[0])
            assert len((await shelf.list(TOPIC, None)).parcels) == 3
            assert await shelf.get(TOPIC, name_of(parcels[0])) == parcels[0]

    play(test())


def test_time_passes(tmp_path: Path) -> None:
    async def test() -> None:
        clock = Clock()
        async with running(tmp_path, clock=clock) as relay, shelf_at(relay) as shelf:
            parcels = await fill(shelf, TOPIC, range(5))
            cursor = (await shelf.list(TOPIC, None)).cursor
            clock.now += 91 * DAY
            relay._next_expiry = 0.0
            assert relay._timer is not None
            relay._timer.cancel()
            relay._sweep()
            await until(lambda: relay.store.expired == 5)
            listing = await shelf.list(TOPIC, None)
            assert (listing.parcels, listing.holes) == ((), False)
            with pytest.raises(ShelfLacksError):
                await shelf.get(TOPIC, name_of(parcels[0]))
            await fill(shelf, TOPIC, range(5, 6))
            listing = await shelf.list(TOPIC, cursor)
            assert (len(listing.parcels), listing.reset, listing.holes) == (1, False, False)

    play(test())


def test_a_token_opens_a_closed_relay(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path, replace(QUICK, closed=True)) as relay:
            token = make_token(tmp_path, topics=2, note="", now=0)
            async with shelf_at(relay) as shelf:
                for act in (
                    shelf.list(TOPIC, None),
                    shelf.put(TOPIC, made_up_parcel(TOPIC, 1)),
                ):
                    with pytest.raises(ShelfRefusedError, match="token of its keeper"):
                        await act
            async with shelf_at(relay, bytes(15) + b"x") as shelf:
                with pytest.raises(ShelfRefusedError, match="token of its keeper"):
                    await shelf.list(TOPIC, None)
            async with shelf_at(relay, token) as shelf:
                await fill(shelf, TOPIC, range(3))
                assert len((await shelf.list(TOPIC, None)).parcels) == 3
                # The relay forgets; the token is shown again.
                relay.store._writing.execute("UPDATE topic SET token = NULL")
                relay.store._states.clear()
                await fill(shelf, TOPIC, range(3, 4))
                assert token not in shelf.address.encode()

    play(test())


# The process


def test_two_relays_on_one_folder(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path):
            with pytest.raises(StorageError, match="Another relay works"):
                await Relay(tmp_path, QUICK).start(Address(LOOPBACK, 0))

    play(test())


def test_a_port_that_is_taken_is_a_sentence(tmp_path: Path) -> None:
    async def test() -> None:
        with socket.create_server((LOOPBACK, 0)) as taken:
            port = taken.getsockname()[1]
            relay = Relay(tmp_path, QUICK)
            with pytest.raises(NetworkError, match=f"cannot listen at 127.0.0.1:{port}"):
                await relay.start(Address(LOOPBACK, port))
        await relay.start(Address(LOOPBACK, 0))
        await relay.stop()

    play(test())


def test_the_key_stays_the_same_and_a_damaged_one_is_left(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as relay:
            key = relay.key.public
        assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
        async with running(tmp_path) as relay:
            assert relay.key.public == key
            assert RelayAddress.parse(str(relay.address("example.org"))).key == key
        (tmp_path / KEY_FILE).write_bytes(b"short")
        with pytest.raises(DamagedError, match="left as it is"):
            await Relay(tmp_path, QUICK).start(Address(LOOPBACK, 0))

    play(test())


def test_a_host_by_name_is_found_at_whichever_address_answers(tmp_path: Path) -> None:
    async def test() -> None:
        # The name may stand for ::1 first, where nobody listens.
        async with running(tmp_path) as relay:
            shelf = RelayShelf(relay.address("localhost"))
            await fill(shelf, TOPIC, range(1))
            await shelf.close()

    play(test())


def test_ipv6(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path, host="::1") as relay:
            shelf = RelayShelf(str(relay.address("::1")))
            await fill(shelf, TOPIC, range(1))
            await shelf.close()

    play(test())


def certificate(folder: Path) -> ssl.SSLContext:
    """What a proxy shows that nobody vouches for, and that has run out."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "somebody.example")])
    then = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(then)
        .not_valid_after(then + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "proxy.pem"
    pem = serialization.Encoding.PEM
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_through_a_reverse_proxy_that_speaks_tls(tmp_path: Path) -> None:
    asked: list[bytes] = []

    async def test() -> None:
        async with running(tmp_path / "relay", proxies=[LOOPBACK]) as relay:

            async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                with contextlib.suppress(OSError):
                    while data := await reader.read(65_536):
                        writer.write(data)
                        await writer.drain()
                writer.close()

            async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                asked.append(await reader.readuntil(b"\r\n\r\n"))
                inner, out = await asyncio.open_connection(LOOPBACK, relay.port)
                out.write(asked[0][:-2] + b"X-Forwarded-For: 192.0.2.7\r\n\r\n")
                await asyncio.gather(pipe(reader, out), pipe(inner, writer))

            server = await asyncio.start_server(proxy, LOOPBACK, 0, ssl=certificate(tmp_path))
            at = Address(LOOPBACK, server.sockets[0].getsockname()[1])
            shelf = RelayShelf(RelayAddress(at, relay.key.public, tls=True, path="/relay"))
            parcels = await fill(shelf, TOPIC, range(3))
            assert await shelf.get(TOPIC, name_of(parcels[0])) == parcels[0]
            assert asked[0].startswith(b"GET /relay HTTP/1.1\r\n")
            assert b"websockets" not in asked[0].lower()
            (member,) = relay.members
            assert member._household == "192.0.2.7"
            await shelf.close()
            server.close()
            await server.wait_closed()
            await until(lambda: len(asyncio.all_tasks()) == 1)

    play(test())


async def figures(relay: Relay) -> str:
    assert relay._metrics_server is not None
    port = relay._metrics_server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    return answer


@contextlib.asynccontextmanager
async def measured(folder: Path) -> AsyncIterator[Relay]:
    relay = Relay(folder, QUICK)
    await relay.start(Address(LOOPBACK, 0), metrics=Address(LOOPBACK, 0))
    try:
        yield relay
    finally:
        await relay.stop()


def test_figures_say_how_it_goes_and_about_nobody(tmp_path: Path) -> None:
    async def test() -> None:
        async with measured(tmp_path) as relay, shelf_at(relay) as shelf:
            parcels = await fill(shelf, TOPIC, range(4))
            await shelf.put(TOPIC, parcels[0])
            with pytest.raises(ShelfLacksError):
                await shelf.get(TOPIC, bytes(32))
            answer = await figures(relay)
            head, _, body = answer.partition("\r\n\r\n")
            assert head.startswith("HTTP/1.1 200 ")
            for line in (
                "mutualaid_relay_parcels 4",
                "mutualaid_relay_topics 1",
                "mutualaid_relay_connections 1",
                'mutualaid_relay_requests_total{operation="put",outcome="kept"} 4',
                'mutualaid_relay_requests_total{operation="put",outcome="already_there"} 1',
                'mutualaid_relay_requests_total{operation="get",outcome="not_there"} 1',
            ):
                assert line in body.splitlines()
            for each in body.splitlines():
                assert re.fullmatch(r"# (HELP|TYPE) \S+ .+|\S+(\{.+\})? [-+.e\d]+", each)
            for secret in (TOPIC.public.hex(), LOOPBACK, *(name_of(p).hex() for p in parcels)):
                assert secret not in body

    play(test())


def test_figures_stay_on_this_machine(tmp_path: Path) -> None:
    async def test() -> None:
        relay = Relay(tmp_path, QUICK)
        with pytest.raises(BadValueError, match="this machine only"):
            await relay.start(Address(LOOPBACK, 0), metrics=Address("0.0.0.0", 0))
        async with measured(tmp_path) as relay:
            assert relay._metrics_server is not None
            port = relay._metrics_server.sockets[0].getsockname()[1]
            for nonsense in (b"GET /topics HTTP/1.1\r\n\r\n", b"x" * 20_000, b""):
                reader, writer = await asyncio.open_connection(LOOPBACK, port)
                with contextlib.suppress(OSError):
                    writer.write(nonsense)
                    writer.write_eof()
                    assert b"mutualaid_relay" not in await reader.read()
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()

    play(test())
