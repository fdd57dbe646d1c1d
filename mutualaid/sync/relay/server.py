# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The relay: connections, what is asked on them, and who is told when something new is there.

Everything here runs in one loop's thread; the disk is in :mod:`mutualaid.sync.relay.store`'s.
What all connections together hold in memory is bounded: above that, whoever holds most, for
longest, is cut.
"""

import asyncio
import os
import socket
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Final, cast

from filelock import FileLock, Timeout

from mutualaid.errors import DamagedError, NetworkError, StorageError
from mutualaid.model import keys
from mutualaid.sync.addresses import Address
from mutualaid.sync.channel import Gate
from mutualaid.sync.relay.address import RelayAddress
from mutualaid.sync.relay.limits import MIB, AddressAllowance, Allowance, Allowances, Limits
from mutualaid.sync.relay.member import Member
from mutualaid.sync.relay.metrics import Metrics, serve_metrics
from mutualaid.sync.relay.protocol import (
    IN_FLIGHT,
    PAGE,
    Page,
    Published,
    Tag,
    encode_answer,
)
from mutualaid.sync.relay.socket import GOING_AWAY
from mutualaid.sync.relay.store import Added, Put, Store, Totals
from mutualaid.sync.shelf import Cursor, run_on

KEY_FILE: Final = "relay.key"
LOCK_FILE: Final = "relay.lock"

#: What all connections together may hold of what came and of what is to go.
HELD_BYTES: Final = 48 * MIB
_RECENT_BYTES: Final = 16 * MIB
_RECENT_PARCEL: Final = 64 * 1024
_MOST_HEADS: Final = 20_000
_BACKLOG: Final = 1024
_EXPIRE_SECONDS: Final = 60.0


class Relay:
    """A relay on one folder. ``start``, then ``stop``."""

    def __init__(
        self,
        directory: Path,
        limits: Limits | None = None,
        *,
        clock: Callable[[], float] = time.time,
        proxies: Collection[str] = (),
    ) -> None:
        """*proxies* are addresses of reverse proxies whose ``X-Forwarded-For`` is believed."""
        self.directory = directory
        self.limits = limits or Limits()
        self.metrics = Metrics()
        self.proxies = frozenset(proxies)
        self._clock = clock
        self._lock = FileLock(directory / LOCK_FILE)
        self._server: asyncio.Server | None = None
        self._metrics_server: asyncio.Server | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def start(self, listen: Address, *, metrics: Address | None = None) -> None:
        """Open the folder and listen. Raises StorageError or NetworkError, and then did neither."""
        loop = asyncio.get_running_loop()
        self._take_folder()
        try:
            self.key = keys.SealingKey.from_seed(_relay_key(self.directory / KEY_FILE))
            self.gate = Gate(self.limits.connections_per_address, self.limits.connections)
            self.topics: Allowances[bytes, Allowance] = Allowances(
                lambda now: Allowance(self.limits, 1, now)
            )
            self.addresses: Allowances[str, AddressAllowance] = Allowances(
                lambda now: AddressAllowance(self.limits, now)
            )
            #: Topics that the transaction told of just now began.
            self.begun: set[bytes] = set()
            self.members: set[Member] = set()
            self._empty = asyncio.Event()
            #: Those who could not go on because the writer was behind.
            self.stalled: set[Member] = set()
            self.waiting: dict[bytes, dict[tuple[Member, int], Cursor]] = {}
            self._heads: OrderedDict[bytes, Cursor] = OrderedDict()
            self._recent: OrderedDict[bytes, tuple[bytes, int, bytes]] = OrderedDict()
            self._recent_bytes = 0
            self.held = 0
            self.store = Store(
                self.directory,
                self.limits,
                post=partial(_post, loop),
                clock=self._clock,
                committed=self._added,
                forgotten=self._forget,
            )
        except BaseException:
            self._lock.release()
            raise
        try:
            if metrics is not None:
                self._metrics_server = await serve_metrics(metrics, self.metrics_text)
            self._server = await loop.create_server(
                lambda: Member(self), sock=_listen(listen), backlog=_BACKLOG
            )
        except OSError as error:
            await self.stop()
            raise NetworkError(
                f"The relay cannot listen at {listen}: another program listens there, or this"
                " machine has no such address. Nothing was changed. Choose another with --listen."
            ) from error
        except BaseException:
            await self.stop()
            raise
        self.port = cast("int", self._server.sockets[0].getsockname()[1])
        self.limits_frame = encode_answer(Tag.LIMITS, 0, self._published().encode())
        self._next_expiry = 0.0
        self._sweep()

    async def stop(self) -> None:
        """Take nothing new, keep and confirm what came, say goodbye."""
        if self._timer is not None:
            self._timer.cancel()
        for server in (self._server, self._metrics_server):
            if server is not None:
                server.close()
        for member in tuple(self.members):
            member.deaf = True
        await asyncio.to_thread(self.store.close)
        # What the threads posted last is told now.
        await asyncio.sleep(0)
        for member in tuple(self.members):
            member.close(GOING_AWAY)
        # Those who do not answer are aborted after two seconds.
        if self.members:
            await self._empty.wait()
        for server in (self._server, self._metrics_server):
            if server is not None:
                await server.wait_closed()
        self._lock.release()

    def address(self, name: str, port: int | None = None) -> RelayAddress:
        """The address for members, at that host name."""
        return RelayAddress(Address(name, port or self.port), self.key.public)

    def expire(self) -> None:
        """Drop what has outlived its time."""
        self.store.expire()

    def _take_folder(self) -> None:
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout:
            raise StorageError(
                f"Another relay works with {self.directory}. It was left alone. Choose another"
                " folder with --data, or stop that one first."
            ) from None
        except OSError as error:
            raise _unusable(self.directory, error) from error

    def _published(self) -> Published:
        limits = self.limits
        return Published(
            limits.ttl_seconds,
            limits.quota_bytes,
            IN_FLIGHT,
            limits.requests,
            limits.requests_burst,
            limits.traffic,
            limits.traffic_burst,
            limits.closed,
        )

    # -- what is new

    def _added(self, added: dict[bytes, Added], kept: Sequence[Put]) -> None:
        for put in kept:
            if len(put.data) <= _RECENT_PARCEL:
                self._recent[put.name] = (put.topic, put.head_length, put.data)
                self._recent_bytes += len(put.data)
        while self._recent_bytes > _RECENT_BYTES:
            _name, (_topic, _head, data) = self._recent.popitem(last=False)
            self._recent_bytes -= len(data)
        self.begun = {topic for topic, some in added.items() if not some.before[0]}
        for topic, some in added.items():
            self.set_head(topic, Cursor(some.generation, *some.after))
            self._tell(topic, some)
        stalled, self.stalled = self.stalled, set()
        for member in stalled:
            member.work()

    def _tell(self, topic: bytes, some: Added) -> None:
        waiting = self.waiting.pop(topic, None)
        if not waiting:
            return
        listed, after = some.listed, some.after
        more = len(listed) > PAGE
        if more:
            listed = listed[:PAGE]
            running = some.before[1]
            for each in listed:
                running = run_on(running, each.name)
            after = (listed[-1].number, running)
        body = Page(some.generation, some.before, after, listed, more).encode()
        for (member, number), cursor in waiting.items():
            member.waits.pop(number, None)
            same = cursor.generation == some.generation or not cursor.number
            if same and (cursor.number, cursor.running) == some.before:
                member.answer_page(topic, number, body)
            else:
                member.wait(topic, number, cursor)

    def head(self, topic: bytes) -> Cursor | None:
        """Where a topic ends, if that is known without looking."""
        return self._heads.get(topic)

    def set_head(self, topic: bytes, head: Cursor) -> None:
        """Remember where a topic ends."""
        self._heads[topic] = head
        self._heads.move_to_end(topic)
        if len(self._heads) > _MOST_HEADS:
            self._heads.popitem(last=False)

    def recent(self, topic: bytes, name: bytes, *, head: bool) -> bytes | None:
        """A parcel, or its head, if it came lately."""
        found = self._recent.get(name)
        if found is None or found[0] != topic:
            return None
        return found[2][: found[1]] if head else found[2]

    def unwait(self, topic: bytes, member: Member, number: int) -> Cursor | None:
        """Forget who waits; return after what."""
        waiting = self.waiting.get(topic, {})
        cursor = waiting.pop((member, number), None)
        if not waiting:
            self.waiting.pop(topic, None)
        return cursor

    def joined(self, member: Member) -> None:
        """A connection is there."""
        self.members.add(member)
        self._empty.clear()

    def left(self, member: Member) -> None:
        """A connection is gone."""
        self.members.discard(member)
        if not self.members:
            self._empty.set()

    def _forget(self, topics: Sequence[bytes]) -> None:
        for topic in topics:
            self._heads.pop(topic, None)

    # -- keeping order

    def account(self, member: Member) -> None:
        """Note how much a connection holds now; cut the worst while it is too much in all."""
        now = member.held_bytes + member.pending_bytes
        if not member.counted:
            member.held_since = time.monotonic()
        self.held += now - member.counted
        member.counted = now
        while self.held > HELD_BYTES:
            worst = max(self.members, key=Member.burden)
            if not worst.counted:
                break
            self.held -= worst.counted
            worst.counted = 0
            worst.drop("too_much")

    def _sweep(self) -> None:
        now = time.monotonic()
        for member in tuple(self.members):
            member.look(now)
            self.account(member)
        if now >= self._next_expiry:
            self._next_expiry = now + _EXPIRE_SECONDS
            self.expire()
            # Parcels that were dropped from disk are not handed out from memory either.
            self._recent.clear()
            self._recent_bytes = 0
        self._timer = asyncio.get_running_loop().call_later(1.0, self._sweep)

    async def metrics_text(self) -> str:
        """All figures, as Prometheus reads them."""
        told: asyncio.Future[Totals] = asyncio.get_running_loop().create_future()
        self.store.totals(lambda totals: None if told.done() else told.set_result(totals))
        totals = await told
        store = self.store
        return self.metrics.text(
            {
                "parcels": ("gauge", "Parcels held.", totals.parcels),
                "held_bytes": ("gauge", "Bytes that count against quotas.", totals.bytes),
                "file_bytes": ("gauge", "Bytes of the relay's files.", totals.file_bytes),
                "topics": ("gauge", "Topics held.", totals.topics),
                "connections": ("gauge", "Connections open now.", len(self.members)),
                "waiting": (
                    "gauge",
                    "Members' requests that wait for something new.",
                    sum(len(each) for each in self.waiting.values()),
                ),
                "buffer_bytes": ("gauge", "Bytes of connections in memory.", self.held),
                "parcels_kept_total": ("counter", "Parcels taken since the start.", store.kept),
                "parcels_expired_total": ("counter", "Parcels outlived.", store.expired),
                "commits_total": ("counter", "Transactions.", store.commits),
                "commit_seconds_total": ("counter", "Time in transactions.", store.commit_seconds),
            }
        )


def _relay_key(path: Path) -> bytes:
    """Read the relay's secret key, made at the first start."""
    try:
        if not path.exists():
            # Whole or not at all, whenever the power fails.
            fresh = path.with_suffix(".new")
            fresh.unlink(missing_ok=True)
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(keys.random(keys.KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        key = path.read_bytes()
    except OSError as error:
        raise _unusable(path.parent, error) from error
    if len(key) != keys.KEY_BYTES:
        raise DamagedError(
            f"The file {path} is damaged. It was left as it is. Put back a copy of it, or remove"
            " it: the relay then has a new address, which its groups have to add."
        )
    return key


def _listen(at: Address) -> socket.socket:
    """A socket that listens; at ``::`` to IPv4 as well. Raises OSError."""
    family, _, _, _, place = socket.getaddrinfo(
        at.host, at.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    both = at.host == "::" and socket.has_dualstack_ipv6()
    return socket.create_server(place[:2], family=family, backlog=_BACKLOG, dualstack_ipv6=both)


def _unusable(folder: Path, error: OSError) -> StorageError:
    return StorageError(
        f"The folder {folder} cannot be used ({error.strerror}). The relay was not started. Choose"
        " another with --data, or change its permissions."
    )


def _post(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    loop.call_soon_threadsafe(call)
