# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Running a node: on a thread of its own beside the window, or as the whole of a process.

One process at a time syncs a profile. Where another does already, what is written here goes out
by that one, and this one takes over when it ends.
"""

import asyncio
import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, Final

import filelock

from mutualaid import paths
from mutualaid.errors import InvitationError, NetworkError
from mutualaid.model.group import Group
from mutualaid.model.invitation import Invitation
from mutualaid.model.profile import Profile
from mutualaid.model.shelves import is_shelf
from mutualaid.model.values.shelves import ShelfRow
from mutualaid.sync.addresses import Address, parse_address
from mutualaid.sync.node import Node
from mutualaid.sync.shelving import visit
from mutualaid.sync.status import NetworkStatus

#: How often a process that does not sync looks whether it should take over.
TAKE_OVER_S: Final = 2.0
STOP_S: Final = 10.0


class SyncService:
    """Keeps a profile in step on a thread named ``sync``, with one asyncio loop.

    ``told`` and ``stored`` are called on that thread; hand what they carry to the window by a
    signal. Opens its own connections: the profile's groups are not shared with other threads.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        listen: str | None = None,
        peers: Sequence[str] = (),
        discovery: bool = True,
        advertise: bool = True,
        told: Callable[[NetworkStatus], None] = lambda _status: None,
        stored: Callable[[], None] = lambda: None,
    ) -> None:
        self._profile = profile
        self._listen = parse_address(listen, to_listen=True) if listen else None
        self._peers = [parse_address(peer) for peer in peers]
        self._discovery = discovery
        self._advertise = advertise
        self._told = told
        self._stored = stored
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._node: Node | None = None
        self._stopping: asyncio.Event | None = None

    def start(self) -> None:
        """Start the thread; returns at once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="sync")
            self._thread.start()

    def stop(self) -> None:
        """Stop discovery, close channels, close the databases, end the thread."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        deadline = time.monotonic() + STOP_S
        while self._loop is None and thread.is_alive() and time.monotonic() < deadline:
            thread.join(0.01)
        self._call(lambda: self._stopping.set() if self._stopping else None)
        thread.join(STOP_S)

    def wake(self) -> None:
        """Something was committed on this machine: push it now rather than at the next look."""
        self._call(lambda: self._node.wake() if self._node else None)

    def set_advertising(self, advertise: bool) -> None:
        """Announce this machine to others nearby, or not."""
        self._advertise = advertise
        self._call(lambda: self._node.set_advertising(advertise) if self._node else None)

    def add_peer(self, address: str) -> None:
        """Keep in touch with the machine at ``HOST:PORT``; BadValueError if it is no address."""
        parsed = parse_address(address)
        self._peers.append(parsed)
        self._call(lambda: self._node.add_peer(parsed) if self._node else None)

    def _call(self, action: Callable[[], object]) -> None:
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just been closed
                loop.call_soon_threadsafe(action)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        try:
            lock = self._profile.sync_lock()
            while not self._stopping.is_set():
                try:
                    lock.acquire()
                except filelock.Timeout:
                    self._told(NetworkStatus(elsewhere=True))
                    await _first(self._stopping.wait(), TAKE_OVER_S)
                    continue
                except OSError as error:
                    # A full or read-only disk: said, and tried again.
                    why = f"This machine cannot keep in step. {paths.explain(error)}"
                    self._told(NetworkStatus(problem=why))
                    await _first(self._stopping.wait(), TAKE_OVER_S)
                    continue
                try:
                    await self._sync()
                finally:
                    lock.release()
        finally:
            self._loop = None

    async def _sync(self) -> None:
        assert self._stopping is not None
        self._node = Node(
            self._profile,
            listen=self._listen,
            peers=self._peers,
            discovery=self._discovery,
            advertise=self._advertise,
            told=self._told,
            stored=self._stored,
        )
        try:
            await self._node.start()
        except NetworkError as error:
            self._told(NetworkStatus(problem=str(error)))
        await self._stopping.wait()
        node, self._node = self._node, None
        await node.stop()


async def _first(waiting: Coroutine[Any, Any, Any], seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await waiting


def run_node(
    profile: Profile,
    *,
    group: str | None = None,
    listen: str | None = None,
    peers: Sequence[str] = (),
    discovery: bool = True,
    on_ready: Callable[[str, int], None] = lambda _host, _port: None,
    on_problem: Callable[[str], None] = lambda _sentence: None,
) -> None:
    """Keep a profile in step until SIGTERM or SIGINT; blocks, and uses this thread's loop.

    ``on_problem`` is called with a sentence for what goes wrong meanwhile.
    Raises NetworkError when the port is in use, or when another process syncs the profile.
    """
    address = parse_address(listen, 0, to_listen=True) if listen else None
    only = None
    if group is not None:
        with profile.open_group(group) as chosen:
            only = chosen.directory
    said = ""

    def tell(status: NetworkStatus) -> None:
        nonlocal said
        if status.problem and status.problem != said:
            on_problem(status.problem)
        said = status.problem

    node = Node(
        profile,
        listen=address,
        peers=[parse_address(peer) for peer in peers],
        discovery=discovery,
        only=only,
        told=tell,
    )

    async def run() -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGINT"):
            number = getattr(signal, name)
            if os.name == "posix" and threading.current_thread() is threading.main_thread():
                loop.add_signal_handler(number, stopping.set)
        try:
            where: Address = await node.start()
            on_ready(where.host, where.port)
            await stopping.wait()
        finally:
            await node.stop()

    with _sole(profile):
        asyncio.run(run())


@contextlib.contextmanager
def _sole(profile: Profile) -> Iterator[None]:
    """Be the one process that syncs this profile."""
    lock = profile.sync_lock()
    try:
        lock.acquire()
    except filelock.Timeout:
        raise NetworkError(
            "Another process on this computer, perhaps the window, already keeps this profile in"
            " step. What you write goes out by that one."
        ) from None
    try:
        yield
    finally:
        lock.release()


def join_and_wait(
    profile: Profile,
    invitation: Invitation | str,
    me: str,
    wait_seconds: float,
    *,
    peers: Sequence[str] = (),
    discovery: bool = True,
) -> Group:
    """Ask to be let in, and look for a member's machine for up to ``wait_seconds``.

    The group that comes back may still wait (``joined`` is False): it goes on at the next sync.
    Raises InvitationError when a member's machine said why it cannot be; then nothing is kept of
    a request that began here.
    """
    before = profile.directories()
    group = profile.join(invitation, me)
    try:
        _wait(profile, group, wait_seconds, peers, discovery)
    except InvitationError:
        group.close()
        if group.directory not in before:
            with contextlib.suppress(OSError):  # it is in use here: then it stays, and says why
                profile.leave(group.directory)
        raise
    except BaseException:
        group.close()
        raise
    return group


def _wait(
    profile: Profile, group: Group, seconds: float, peers: Sequence[str], discovery: bool
) -> None:
    asked = group.replica.invitation
    known = asked.addresses if asked else ()
    addresses = [*(each for each in known if not is_shelf(each)), *peers]
    deadline = time.monotonic() + seconds
    lock = profile.sync_lock()
    try:
        lock.acquire()
    except filelock.Timeout:
        # The process that syncs this profile asks for us.
        while not group.joined and time.monotonic() < deadline:
            time.sleep(0.1)
            group.refresh()
            group.raise_refusal()
        return
    try:
        asyncio.run(_join(profile, group, deadline, addresses, discovery))
    finally:
        lock.release()


async def _join(
    profile: Profile, group: Group, deadline: float, addresses: Sequence[str], discovery: bool
) -> None:
    node = Node(
        profile,
        peers=[parse_address(each) for each in addresses],
        discovery=discovery,
        only=group.directory,
    )
    await node.start()
    try:
        while time.monotonic() < deadline:
            await asyncio.sleep(0.05)
            group.refresh()
            if group.joined and await _settled(node):
                return
            group.raise_refusal()
    finally:
        await node.stop()
        group.refresh()


def visit_shelves(profile: Profile, group: Group, *, only: str = "") -> list[ShelfRow]:
    """Leave on every shelf (``only`` one) what is due, and take what is new there, now.

    Where another process syncs this profile, that one does it, and how it found the shelves last
    is returned.
    """
    lock = profile.sync_lock()
    try:
        lock.acquire()
    except filelock.Timeout:
        return group.shelves()
    try:
        return asyncio.run(visit(group, [only] if only else group.shelf_addresses()))
    finally:
        lock.release()


async def _settled(node: Node) -> bool:
    """Whether what the group holds has come and been applied, so that the board is not empty."""
    quiet = 0
    before = -1
    for _ in range(200):
        held = sum(
            branch.head_seq + 1
            for circle in node.circles
            for branch in circle.replica.journal.all_branches()
        )
        backlog = sum(circle.replica.applier.backlog() for circle in node.circles)
        quiet = quiet + 1 if held == before and not backlog else 0
        if quiet >= 4:
            return True
        before = held
        await asyncio.sleep(0.05)
    return True
