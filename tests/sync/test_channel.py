# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Channels over loopback sockets, with honest and with hostile machines at the other end."""

import asyncio
import base64
import contextlib
import itertools
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

import pytest

from mutualaid.errors import NetworkError
from mutualaid.model.keys import EpochKey
from mutualaid.sync import channel as channel_module
from mutualaid.sync.addresses import DEFAULT_PORT, Address
from mutualaid.sync.channel import (
    IN_ALL,
    PER_HOUSEHOLD,
    Channel,
    Gate,
    Listener,
    connect,
    serve,
    survivor,
)
from mutualaid.sync.ending import ChannelError, Ending
from mutualaid.sync.handshake import MOST_FRAME, Handshake
from mutualaid.sync.recognition import MOST_INTRODUCTION
from tests.sync.machines import CHOIR, STREET, Machine, join, neighbours

LOOPBACK = "127.0.0.1"


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run a test in a loop of its own that complains about what was left behind."""

    async def bounded() -> None:
        # How long a step takes depends on what else the machine does.
        asyncio.get_running_loop().slow_callback_duration = 60
        async with asyncio.timeout(30):
            await test
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"tasks left behind: {left}"

    asyncio.run(bounded(), debug=True)


async def echo(channel: Channel) -> None:
    while True:
        await channel.send(await channel.receive())


def at(listener: Listener, host: str = LOOPBACK) -> list[Address]:
    return [Address(host, listener.port)]


def served(
    body: Callable[[Listener, Machine], Awaitable[None]],
    accept: Callable[[Channel], Awaitable[None]] = echo,
    gate: Gate | None = None,
) -> None:
    """Run *body* with a machine that listens and a neighbour of it."""

    async def test() -> None:
        ana, ben = neighbours()
        async with await serve(ana, accept, host=LOOPBACK, gate=gate) as listener:
            await body(listener, ben)

    run(test())


# Between honest machines


def test_frames_go_there_and_back() -> None:
    async def body(listener: Listener, ben: Machine) -> None:
        async with await connect(ben, at(listener)) as channel:
            assert channel.group == STREET
            assert channel.initiator
            assert channel.address == at(listener)[0]
            for frame in (b"", b"hello", bytes(range(256)) * (MOST_FRAME // 256)):
                await channel.send(frame)
                assert await channel.receive() == frame

    served(body)


def test_several_tasks_may_send() -> None:
    async def body(listener: Listener, ben: Machine) -> None:
        async with await connect(ben, at(listener)) as channel:
            frames = [bytes([number]) * 100_000 for number in range(30)]
            async with asyncio.TaskGroup() as group:
                for frame in frames:
                    group.create_task(channel.send(frame))
                received = [await channel.receive() for _ in frames]
            assert received == frames

    served(body)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_ipv4_and_ipv6(host: str) -> None:
    """Both on one port, at every address, is for tests/sync/test_namespaces.py."""

    async def test() -> None:
        ana, ben = neighbours()
        async with (
            await serve(ana, echo, host=host) as listener,
            await connect(ben, at(listener, host)) as channel,
        ):
            await channel.send(b"hello")
            assert await channel.receive() == b"hello"

    run(test())


def test_a_port_in_use_is_a_sentence() -> None:
    async def body(listener: Listener, ben: Machine) -> None:
        with pytest.raises(NetworkError, match=f"port {listener.port}: another program"):
            await serve(ben, echo, host=LOOPBACK, port=listener.port)

    served(body)


def test_without_a_port_of_its_own_it_takes_any_when_the_usual_one_is_taken() -> None:
    async def test() -> None:
        ana, _ = neighbours()
        async with (
            await serve(ana, echo, host=LOOPBACK, port=None),
            await serve(ana, echo, host=LOOPBACK, port=None) as other,
        ):
            assert other.port != DEFAULT_PORT

    run(test())


def closed_port() -> int:
    """A port where nobody listens."""
    with socket.create_server((LOOPBACK, 0)) as nobody:
        port: int = nobody.getsockname()[1]
    return port


def test_the_first_address_that_answers_is_taken() -> None:
    async def body(listener: Listener, ben: Machine) -> None:
        dead = Address(LOOPBACK, closed_port())
        async with await connect(ben, [dead, *at(listener), dead]) as channel:
            assert channel.address.port == listener.port
        for nowhere in ([dead], [dead, dead], []):
            with pytest.raises(ChannelError) as caught:
                await connect(ben, nowhere)
            assert caught.value.ending is Ending.UNREACHABLE

    served(body)


def test_an_address_that_swallows_everything_holds_nobody_up() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_to_end(reader)

    async def body(listener: Listener, ben: Machine) -> None:
        async with (
            something_else(silent) as hole,
            asyncio.timeout(2),
            await connect(ben, [hole, hole, *at(listener)]) as channel,
        ):
            assert channel.address.port == listener.port

    served(body)


def test_giving_up_while_dialling_leaves_nothing() -> None:
    async def body(listener: Listener, ben: Machine) -> None:
        for turns, times in itertools.product(range(32), (1, 3)):
            dialling = asyncio.create_task(connect(ben, at(listener) * times))
            for _ in range(turns):
                await asyncio.sleep(0)
            dialling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await (await dialling).close()
            async with asyncio.timeout(2):
                await until(lambda: not listener._connections)

    served(body)


def test_the_socket_is_quick_and_notices_a_dead_peer() -> None:
    async def body(listener: Listener, ben: Machine) -> None:
        async with await connect(ben, at(listener)) as channel:
            for connection in (channel._connection, *listener._connections):
                sock = connection.transport.get_extra_info("socket")
                assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
                assert connection.ping_interval is not None

    served(body)


@pytest.mark.parametrize("ending", [Ending.GOODBYE, Ending.DUPLICATE, Ending.TOO_SLOW])
def test_the_other_side_hears_why(ending: Ending) -> None:
    async def accept(channel: Channel) -> None:
        await channel.close(ending)

    async def body(listener: Listener, ben: Machine) -> None:
        channel = await connect(ben, at(listener))
        with pytest.raises(ChannelError) as caught:
            await channel.receive()
        assert caught.value.ending is ending
        assert caught.value.by_peer
        with pytest.raises(ChannelError) as caught:
            await channel.send(b"too late")
        assert caught.value.ending is ending

    served(body, accept)


def test_a_connection_that_breaks_is_lost_not_closed() -> None:
    async def accept(channel: Channel) -> None:
        channel._connection.transport.abort()
        with pytest.raises(ChannelError):
            await channel.receive()

    async def body(listener: Listener, ben: Machine) -> None:
        channel = await connect(ben, at(listener))
        with pytest.raises(ChannelError) as caught:
            await channel.receive()
        assert caught.value.ending is Ending.LOST
        assert not caught.value.by_peer

    served(body, accept)


def test_closing_the_listener_says_goodbye_to_all() -> None:
    async def test() -> None:
        ana, ben = neighbours()
        listener = await serve(ana, echo, host=LOOPBACK)
        channels = [await connect(ben, at(listener)) for _ in range(3)]
        await asyncio.gather(listener.close(), *(said_goodbye(channel) for channel in channels))
        with pytest.raises(ChannelError) as caught:
            await connect(ben, at(listener))
        assert caught.value.ending is Ending.UNREACHABLE

    run(test())


async def said_goodbye(channel: Channel) -> None:
    with pytest.raises(ChannelError) as caught:
        await channel.receive()
    assert caught.value.ending is Ending.GOODBYE
    assert caught.value.by_peer


def test_closing_the_listener_does_not_wait_for_strangers() -> None:
    async def test() -> None:
        ana, _ = neighbours()
        listener = await serve(ana, echo, host=LOOPBACK)
        strangers = [await asyncio.open_connection(LOOPBACK, listener.port) for _ in range(3)]
        strangers[1][1].write(UPGRADE)
        await strangers[1][0].readuntil(b"\r\n\r\n")
        async with asyncio.timeout(1):
            await listener.close()
        for reader, writer in strangers:
            assert await read_to_end(reader) == b""
            writer.close()

    run(test())


def test_of_two_that_crossed_both_ends_keep_the_same() -> None:
    accepted: list[Channel] = []

    async def accept(channel: Channel) -> None:
        accepted.append(channel)
        await echo(channel)

    async def body(listener: Listener, ben: Machine) -> None:
        one, other = await connect(ben, at(listener)), await connect(ben, at(listener))
        await other.send(b"ping")
        await other.receive()
        kept = survivor(one, other)
        assert survivor(*accepted).handshake_hash == kept.handshake_hash
        assert survivor(other, one) is kept
        await one.close()
        await other.close()

    served(body, accept)


def test_whoever_connects_anew_is_not_turned_away_for_a_line_that_is_dead_at_their_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mutualaid.sync.channel._CROSSED_SECONDS", 0.0)
    accepted: list[Channel] = []

    async def accept(channel: Channel) -> None:
        accepted.append(channel)
        await echo(channel)

    async def body(listener: Listener, ben: Machine) -> None:
        lines = [await connect(ben, at(listener)) for _ in range(5)]
        await lines[-1].send(b"ping")
        await lines[-1].receive()
        for older, newer in itertools.pairwise(lines):
            assert survivor(older, newer) is survivor(newer, older) is newer
        for older, newer in itertools.pairwise(accepted):
            assert survivor(older, newer) is newer
        for line in lines:
            await line.close()

    served(body, accept)


def test_a_further_group_gets_a_channel_of_its_own() -> None:
    async def test() -> None:
        ana, ben = neighbours()
        join(CHOIR, EpochKey.generate(), [ana, ben])
        async with (
            await serve(ana, echo, host=LOOPBACK) as listener,
            await connect(ben, at(listener)) as first,
            await connect(ben, at(listener), groups=first.peer.shared) as second,
        ):
            assert (first.group, second.group) == (STREET, CHOIR)

    run(test())


def test_an_error_of_ours_in_a_handler_is_logged_and_ends_that_channel_only(logs: Any) -> None:
    logs.expect("connection handler failed")

    async def accept(channel: Channel) -> None:
        raise RuntimeError("a bug")

    async def body(listener: Listener, ben: Machine) -> None:
        for _ in range(2):
            channel = await connect(ben, at(listener))
            with pytest.raises(ChannelError):
                await channel.receive()

    served(body, accept)


# Refusals


def test_a_removed_device_is_refused() -> None:
    async def test() -> None:
        ana, removed = neighbours()
        ana.current[STREET].discard(removed.device(STREET).public)
        async with await serve(ana, echo, host=LOOPBACK) as listener:
            with pytest.raises(ChannelError) as caught:
                await connect(removed, at(listener))
            assert caught.value.ending is Ending.NOT_ADMITTED
            assert caught.value.by_peer

    run(test())


@pytest.mark.parametrize("length", [10, 3000, MOST_INTRODUCTION])
def test_a_long_introduction_waits_until_its_bearer_is_recognised(length: int) -> None:
    async def test() -> None:
        ana, new = neighbours()
        ana.current[STREET].discard(new.device(STREET).public)
        new.introductions[STREET] = ana.convinced_by = bytes(length)
        async with (
            await serve(ana, echo, host=LOOPBACK) as listener,
            await connect(new, at(listener)) as channel,
        ):
            await channel.send(b"hello")
            assert await channel.receive() == b"hello"

    run(test())


def test_a_stranger_is_cut_without_a_word() -> None:
    async def body(listener: Listener, ben: Machine) -> None:
        (stranger, _) = neighbours(group=CHOIR)
        with pytest.raises(ChannelError) as caught:
            await connect(stranger, at(listener))
        assert caught.value.ending is Ending.NO_COMMON_GROUP
        assert not caught.value.by_peer

    served(body)


UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: peer.invalid\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: " + base64.b64encode(bytes(16)) + b"\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


async def read_to_end(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


async def say(listener: Listener, *parts: bytes) -> bytes:
    """Send raw bytes and return all that comes back until the other side cuts."""
    reader, writer = await asyncio.open_connection(LOOPBACK, listener.port)
    try:
        head = b""
        for part in parts:
            writer.write(part)
            await writer.drain()
            if part == UPGRADE:
                head = await reader.readuntil(b"\r\n\r\n")
        return head + await read_to_end(reader)
    except (ConnectionResetError, asyncio.IncompleteReadError):
        return b""
    finally:
        writer.close()


@contextlib.asynccontextmanager
async def something_else(
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[Address]:
    """A server that is none of ours."""
    handlers: list[asyncio.Task[None]] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        finally:
            writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.append(asyncio.create_task(handle(reader, writer)))

    server = await asyncio.start_server(accept, LOOPBACK, 0)
    yield Address(LOOPBACK, server.sockets[0].getsockname()[1])
    server.close()
    await asyncio.gather(*handlers)
    await server.wait_closed()


def masked(payload: bytes, opcode: int = 2) -> bytes:
    """A client's WebSocket frame (RFC 6455, section 5.2) under the mask of zeros."""
    length = len(payload)
    if length < 126:
        head = bytes([0x80 | opcode, 0x80 | length])
    elif length < 65536:
        head = bytes([0x80 | opcode, 0x80 | 126]) + length.to_bytes(2, "big")
    else:
        head = bytes([0x80 | opcode, 0x80 | 127]) + length.to_bytes(8, "big")
    return head + bytes(4) + payload


def test_the_upgrade_tells_nothing_of_this_machine() -> None:
    async def body(listener: Listener, ben: Machine) -> None:
        answer = await say(listener, UPGRADE, masked(b"", opcode=8))
        head = answer.partition(b"\r\n\r\n")[0].lower()
        assert head.startswith(b"http/1.1 101 ")
        names = {line.partition(b":")[0] for line in head.split(b"\r\n")[1:]}
        assert names == {b"upgrade", b"connection", b"sec-websocket-accept"}

    served(body)


def test_the_request_tells_nothing_of_this_machine() -> None:
    async def test() -> None:
        requests: list[bytes] = []

        async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            requests.append(await reader.readuntil(b"\r\n\r\n"))

        ana, _ = neighbours()
        async with something_else(listen) as address:
            with pytest.raises(ChannelError) as caught:
                await connect(ana, [address])
        assert caught.value.ending is Ending.NOT_OURS
        names = {line.partition(b":")[0].lower() for line in requests[0].split(b"\r\n")[1:-2]}
        assert names == {
            b"host",
            b"upgrade",
            b"connection",
            b"sec-websocket-key",
            b"sec-websocket-version",
        }
        assert b"peer.invalid" in requests[0]

    run(test())


@pytest.mark.parametrize("origin", [b"http://localhost", b"null", b"http://evil.example"])
def test_a_web_page_is_refused_whatever_its_origin(origin: bytes) -> None:
    async def body(listener: Listener, ben: Machine) -> None:
        request = UPGRADE.replace(b"\r\n\r\n", b"\r\nOrigin: " + origin + b"\r\n\r\n")
        answer = await say(listener, request)
        assert answer.startswith(b"HTTP/1.1 403 ")
        assert b"ebsocket" not in answer.lower()

    served(body)


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"a:\r\n" * 900,
        b"GET / HTTP/1.1\r\n" + b"a:\r\n" * 200 + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        bytes(4000),
    ],
)
def test_what_is_no_upgrade_is_turned_away_in_few_words(request_bytes: bytes) -> None:
    async def body(listener: Listener, ben: Machine) -> None:
        reader, writer = await asyncio.open_connection(LOOPBACK, listener.port)
        writer.write(request_bytes)
        writer.write_eof()
        answer = await read_to_end(reader)
        writer.close()
        lines = answer.lower()
        assert b"python" not in lines
        assert b"failed" not in lines
        assert b"date" not in lines

    served(body)


@pytest.mark.parametrize(
    "message",
    [
        masked(bytes(32)),
        masked(b"hello"),
        masked(b"text", opcode=1),
        masked(b""),
        b"\x02\x85" + bytes(9),
        b"\x82\xff" + (2**40).to_bytes(8, "big") + bytes(4),
        b"\xf2\x85" + bytes(9),
        b"\xff" * 100,
    ],
)
def test_a_stranger_who_talks_nonsense_is_cut(message: bytes) -> None:
    async def body(listener: Listener, ben: Machine) -> None:
        rest = (await say(listener, UPGRADE, message, masked(b"", opcode=8))).partition(
            b"\r\n\r\n"
        )[2]
        # At most a close frame, of the protocol's own reasons.
        assert len(rest) < 80

    served(body)


def test_frames_that_come_before_the_upgrade_is_answered_are_not_ours() -> None:
    async def body(listener: Listener, ben: Machine) -> None:
        for early in (masked(b"", opcode=8), masked(bytes(32)), masked(b"", opcode=9)):
            async with asyncio.timeout(4):
                await say(listener, UPGRADE + early + masked(b"", opcode=8))

    served(body)


def test_more_than_four_kib_before_being_recognised_ends_it() -> None:
    async def body(listener: Listener, ben: Machine) -> None:
        for flood in (
            [bytes(5000)],
            [UPGRADE, masked(bytes(5000))],
            [UPGRADE, masked(b"", 9) * 900],
        ):
            async with asyncio.timeout(2):
                await say(listener, *flood)
        assert not listener._connections

    served(body)


def test_a_slow_stranger_has_five_seconds_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """However little it sends at a time, and at whatever stage it stops."""
    monkeypatch.setattr(channel_module, "GREETING_SECONDS", 0.15)
    first = Handshake(Machine(), initiator=True).start()[0]

    async def trickle(listener: Listener, data: bytes) -> None:
        reader, writer = await asyncio.open_connection(LOOPBACK, listener.port)
        feeding = asyncio.create_task(feed(writer, data))
        await read_to_end(reader)
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
        writer.close()

    async def feed(writer: asyncio.StreamWriter, data: bytes) -> None:
        for start in range(len(data)):
            writer.write(data[start : start + 1])
            await asyncio.sleep(0.02)

    async def body(listener: Listener, ben: Machine) -> None:
        async with asyncio.timeout(5):
            await asyncio.gather(
                say(listener, b""),
                say(listener, UPGRADE),
                say(listener, UPGRADE, masked(first)),
                trickle(listener, UPGRADE),
                trickle(listener, masked(b"", opcode=9) * 20),
            )
        assert not listener._connections

    served(body)


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_module, "_CONNECT_SECONDS", 0.1)
    monkeypatch.setattr(channel_module, "GREETING_SECONDS", 0.1)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_to_end(reader)

    async def test() -> None:
        ana, _ = neighbours()
        async with something_else(silent) as address:
            with pytest.raises(ChannelError) as caught:
                await connect(ana, [address])
        assert caught.value.ending is Ending.TIMED_OUT

    run(test())


@pytest.mark.parametrize("location", ["/", "ws://peer.invalid/", "ws://127.0.0.1:9/"])
def test_a_redirect_leads_nowhere(location: str) -> None:
    calls = 0

    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        writer.write(head.encode())

    async def test() -> None:
        ana, _ = neighbours()
        async with something_else(redirect) as address:
            with pytest.raises(ChannelError) as caught:
                await connect(ana, [address])
        assert caught.value.ending is Ending.NOT_OURS
        assert calls == 1

    run(test())


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        bytes(5000),
        b"",
    ],
)
def test_something_else_at_that_address(answer: bytes) -> None:
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)

    async def test() -> None:
        ana, _ = neighbours()
        async with something_else(other) as address:
            with pytest.raises(ChannelError) as caught:
                await connect(ana, [address])
        assert caught.value.ending is Ending.NOT_OURS

    run(test())


def test_the_ninth_stranger_at_one_address_finds_no_room() -> None:
    async def body(listener: Listener, ben: Machine) -> None:
        strangers = [
            await asyncio.open_connection(LOOPBACK, listener.port) for _ in range(PER_HOUSEHOLD)
        ]
        for reader, writer in strangers:
            writer.write(UPGRADE)
            await reader.readuntil(b"\r\n\r\n")
        assert await say(listener, UPGRADE) == b""
        for _, writer in strangers:
            writer.transport.abort()
        await until(lambda: not listener._connections)
        async with await connect(ben, at(listener)) as channel:
            await channel.send(b"room again")
            assert await channel.receive() == b"room again"

    served(body)


def test_who_is_recognised_takes_no_room_from_strangers() -> None:
    async def body(listener: Listener, ben: Machine) -> None:
        channels = [await connect(ben, at(listener)) for _ in range(PER_HOUSEHOLD * 2)]
        for channel in channels:
            await channel.close()

    served(body)


def test_sixty_four_strangers_in_all() -> None:
    async def body(listener: Listener, ben: Machine) -> None:
        strangers = [await asyncio.open_connection(LOOPBACK, listener.port) for _ in range(IN_ALL)]
        for reader, writer in strangers:
            writer.write(UPGRADE)
            await reader.readuntil(b"\r\n\r\n")
        assert await say(listener, UPGRADE) == b""
        for _, writer in strangers:
            writer.transport.abort()
        await until(lambda: not listener._connections)

    served(body, gate=Gate(per_household=1000))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0)


# Recognised, and hostile


def test_a_frame_that_was_not_sealed_ends_the_channel() -> None:
    async def body(listener: Listener, ben: Machine) -> None:
        channel = await connect(ben, at(listener))
        await channel._connection.send(b"not sealed at all, but long enough")
        with pytest.raises(ChannelError) as caught:
            await channel.receive()
        assert caught.value.ending is Ending.BROKE_PROTOCOL
        assert caught.value.by_peer

    served(body)


def test_an_oversized_message_ends_the_channel() -> None:
    async def body(listener: Listener, ben: Machine) -> None:
        channel = await connect(ben, at(listener))
        await channel._connection.send(bytes(MOST_FRAME * 2))
        with pytest.raises(ChannelError):
            await channel.receive()
        await channel.close()

    served(body)


def test_a_peer_that_does_not_read_holds_up_the_sender_at_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(channel_module, "_SEND_SECONDS", 0.3)
    errors: list[ChannelError] = []

    async def pour(channel: Channel) -> None:
        try:
            while True:
                await channel.send(bytes(MOST_FRAME))
                unsent = channel._connection.transport.get_write_buffer_size()
                assert unsent < 2 * channel_module._UNSENT_BYTES
        except ChannelError as error:
            errors.append(error)
            raise

    async def body(listener: Listener, ben: Machine) -> None:
        channel = await connect(ben, at(listener))
        await until(lambda: bool(errors))
        assert errors[0].ending is Ending.TOO_SLOW
        waiting = channel._connection.recv_messages.frames
        assert len(waiting) <= channel_module._QUEUED_FRAMES + 2
        channel._connection.transport.abort()
        await channel.close()

    served(body, pour)


def test_a_peer_that_pings_and_never_reads_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_module, "_MOST_UNSENT_BYTES", 10_000)

    async def body(listener: Listener, ben: Machine) -> None:
        channel = await connect(ben, at(listener))
        transport = channel._connection.transport
        transport.pause_reading()
        pings = masked(bytes(125), opcode=9) * 1000

        async def flood() -> None:
            while not transport.is_closing():
                transport.write(pings)
                await asyncio.sleep(0)
                if not listener._connections:
                    transport.abort()

        await flood()
        await until(lambda: not listener._connections)
        await channel.close()

    served(body)
