# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""This machine among others: every group of a profile in step, over every road that is open.

Listens, looks around, dials machines that are found or given by address, and hands each channel
to the circle of its group. Runs in one asyncio loop; see ``service`` for its thread.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Final

from mutualaid.errors import MutualAidError, NetworkError
from mutualaid.model import keys
from mutualaid.model.invitation import invitation_recognition
from mutualaid.model.profile import Profile
from mutualaid.model.replica import Replica
from mutualaid.sync.addresses import DEFAULT_PORT, Address
from mutualaid.sync.channel import Channel, Listener, connect, serve
from mutualaid.sync.circle import Circle
from mutualaid.sync.discovery import Discovery
from mutualaid.sync.ending import ChannelError, Ending
from mutualaid.sync.recognition import Recognition, Standing
from mutualaid.sync.status import NetworkStatus

#: How often the databases are looked at: with somebody to tell, and with nobody.
LOOK_S: Final = 0.01
LOOK_ALONE_S: Final = 0.1
RESCAN_S: Final = 1.0
#: How soon a group that could not be opened, perhaps for want of room, is tried again.
BROKEN_RETRY_S: Final = 5.0
#: Waits between attempts to reach a machine: doubled from the first to the last.
FIRST_RETRY_S: Final = 0.5
LAST_RETRY_S: Final = 2.0
#: The same for a machine that is reachable but shares no group with this one.
STRANGER_RETRY_S: Final = 20.0
#: How often it is checked that a machine that was found is still connected, one way or the other.
CONNECTED_CHECK_S: Final = 1.0
#: More than this much later than planned by the wall clock, the machine was asleep.
ASLEEP_S: Final = 15.0

_log = logging.getLogger(__name__)


class Recogniser:
    """What the channel asks of this machine's groups; see ``recognition.Replica``."""

    def __init__(self, replicas: Callable[[], Sequence[Replica]]) -> None:
        self._replicas = replicas

    def _replica(self, group: bytes) -> Replica:
        for replica in self._replicas():
            if replica.group == group:
                return replica
        raise KeyError(group)

    def recognitions(self) -> list[Recognition]:
        found: list[Recognition] = []
        for replica in self._replicas():
            invitation = replica.invitation
            if invitation is not None:
                secret = invitation.signing
                found.append(
                    Recognition(
                        Standing.GUEST, replica.group, invitation.recognition, secret.public
                    )
                )
                continue
            for epoch in replica.epochs():
                found.append(
                    Recognition(Standing.MEMBER, replica.group, epoch.recognition, epoch.id)
                )
            now = replica.clock()
            for each in replica.membership().invitations.values():
                # One that is used up or has ended is still recognised, to say so in words.
                if now < each.ends + RECENTLY_MS:
                    found.append(
                        Recognition(
                            Standing.HOST,
                            replica.group,
                            invitation_recognition(each.public),
                            each.public,
                        )
                    )
        return found

    def signer(self, known: Recognition) -> keys.SigningKey:
        replica = self._replica(known.group)
        if known.standing is Standing.GUEST:
            invitation = replica.invitation
            if invitation is None:
                raise KeyError(known.group)
            return invitation.signing
        return replica.device

    def introduction(self, known: Recognition) -> bytes:
        return self._replica(known.group).certificate()

    def accepts(self, known: Recognition, device: bytes, introduction: bytes) -> bool:
        if known.standing is Standing.GUEST:
            return True  # it holds what only a member's machine can know of the invitation
        replica = self._replica(known.group)
        if device in replica.membership().devices:
            # A frozen device may still listen: so it learns of it, and begins a new one.
            return True
        return replica.is_certified(device, introduction)


#: An invitation that ended is answered with words for this long after, then with silence.
RECENTLY_MS: Final = 90 * 24 * 60 * 60 * 1000


class Node:
    """Everything of a profile that talks to other machines."""

    def __init__(
        self,
        profile: Profile,
        *,
        listen: Address | None = None,
        peers: Sequence[Address] = (),
        discovery: bool = True,
        advertise: bool = True,
        only: Path | None = None,
        told: Callable[[NetworkStatus], None] = lambda _status: None,
        stored: Callable[[], None] = lambda: None,
    ) -> None:
        """``only`` keeps to one group's folder. ``told`` and ``stored`` are called in the loop's
        thread: with each new status, and whenever something was committed."""
        self._profile = profile
        self._listen = listen
        self._peers = tuple(peers)
        self._discover = discovery
        self._advertise = advertise
        self._only = only
        self._told = told
        self._stored = stored
        self._circles: dict[Path, Circle] = {}
        #: Folders that could not be opened: why, and when that was (of the loop's clock).
        self._broken: dict[Path, tuple[str, float]] = {}
        self._recogniser = Recogniser(lambda: [circle.replica for circle in self._circles.values()])
        self._listener: Listener | None = None
        self._discovery: Discovery | None = None
        self._dialers: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._devices: dict[str, bytes] = {}
        self._redial = asyncio.Event()
        self._status = NetworkStatus()
        self._look_now = asyncio.Event()

    # -- life

    async def start(self) -> Address:
        """Open the groups, listen and look around; return where this machine listens.

        Raises NetworkError if the port that was asked for cannot be had; with none asked for,
        another is taken.
        """
        self._rescan()
        self._listener = await self._open_listener()
        if self._discover:
            self._discovery = Discovery(
                self._listener.port, self._found, self._lost, advertise=self._advertise
            )
            self._discovery.start()
        for peer in self._peers:
            self._dial(str(peer), (peer,))
        self._spawn(self._look_around(), "look")
        self._spawn(self._watch_clock(), "clock")
        self._spawn(self._keep_groups(), "groups")
        self._tell()
        host = self._listen.host if self._listen else "0.0.0.0"  # noqa: S104 - only shown
        return Address(host, self._listener.port)

    async def _open_listener(self) -> Listener:
        if self._listen is not None:
            return await serve(
                self._recogniser, self._accept, host=self._listen.host, port=self._listen.port
            )
        try:
            return await serve(self._recogniser, self._accept, port=DEFAULT_PORT)
        except NetworkError:
            return await serve(self._recogniser, self._accept, port=0)

    async def stop(self) -> None:
        """Stop discovery, close channels, close the databases; in this order."""
        if self._discovery is not None:
            await self._discovery.stop()
        for task in (*self._dialers.values(), *self._tasks):
            task.cancel()
        await asyncio.gather(*self._dialers.values(), *self._tasks, return_exceptions=True)
        for circle in self._circles.values():
            await circle.stop()
        if self._listener is not None:
            await self._listener.close()

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def wake(self) -> None:
        """Something was committed on this machine: push it now."""
        self._look_now.set()

    def set_advertising(self, advertise: bool) -> None:
        """Turn this machine's announcement on or off."""
        self._advertise = advertise
        if self._discovery is not None:
            self._discovery.set_advertising(advertise)

    def add_peer(self, address: Address) -> None:
        """Keep in touch with a machine at an address, where it cannot be found by itself."""
        self._dial(str(address), (address,))

    @property
    def joined(self) -> bool:
        """Whether every group here has let this machine in."""
        return all(circle.replica.joined for circle in self._circles.values())

    @property
    def circles(self) -> list[Circle]:
        return list(self._circles.values())

    # -- groups

    def _rescan(self) -> bool:
        """Open groups that were started or joined meanwhile, close those that are gone."""
        wanted = self._profile.directories()
        if self._only is not None:
            wanted = [each for each in wanted if each == self._only]
        self._broken = {each: why for each, why in self._broken.items() if each in wanted}
        now = asyncio.get_running_loop().time()
        fresh = [each for each in wanted if each not in self._circles and self._is_due(each, now)]
        for directory in fresh:
            try:
                group = self._profile.open_directory(directory)
            except MutualAidError as error:
                self._broken[directory] = (str(error), now)
                continue
            self._broken.pop(directory, None)
            circle = Circle(group.replica, self._circle_changed)
            self._circles[directory] = circle
            circle.start()
        for directory in [each for each in self._circles if each not in wanted]:
            self._spawn(self._circles.pop(directory).stop(), "leave")
        return bool(fresh)

    def _is_due(self, directory: Path, now: float) -> bool:
        """Whether to try a folder: what was wrong with it may have been put right."""
        return directory not in self._broken or now - self._broken[directory][1] >= BROKEN_RETRY_S

    async def _keep_groups(self) -> None:
        while True:
            await asyncio.sleep(RESCAN_S)
            if self._rescan():
                self._redial.set()
                self._tell()

    def _circle_changed(self) -> None:
        self._stored()
        self._tell()

    def _tell(self) -> None:
        port = self._listener.port if self._listener else None
        host = self._listen.host if self._listen else ""
        connected = dict.fromkeys(
            device for circle in self._circles.values() for device in circle.connected
        )
        problems = [
            *(why for why, _when in self._broken.values()),
            *(circle.problem for circle in self._circles.values()),
        ]
        status = NetworkStatus(
            listening=str(Address(host, port)) if port else None,
            discovery=self._discover,
            connected=tuple(connected),
            problem=next((why for why in problems if why), ""),
        )
        if status != self._status:
            self._status = status
            self._told(status)

    async def _look_around(self) -> None:
        """Push what was committed here, by whichever process."""
        while True:
            busy = any(circle.connected for circle in self._circles.values())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S if busy else LOOK_ALONE_S):
                    await self._look_now.wait()
            self._look_now.clear()
            for circle in self._circles.values():
                circle.look()

    async def _watch_clock(self) -> None:
        """After sleep every channel is suspect and every wait is over."""
        while True:
            planned = time.time() + 1.0
            await asyncio.sleep(1.0)
            if time.time() - planned > ASLEEP_S:
                _log.info("this machine was asleep; connecting anew")
                self._redial.set()

    # -- channels

    async def _accept(self, channel: Channel) -> None:
        circle = self._circle_of(channel.group)
        if circle is None:
            raise ChannelError(Ending.NO_COMMON_GROUP)
        await circle.converse(channel)

    def _circle_of(self, group: bytes) -> Circle | None:
        for circle in self._circles.values():
            if circle.replica.group == group:
                return circle
        return None

    def _found(self, name: str, addresses: tuple[Address, ...]) -> None:
        self._dial(name, addresses)

    def _lost(self, name: str) -> None:
        dialer = self._dialers.pop(name, None)
        if dialer is not None and name not in self._devices:
            dialer.cancel()

    def _dial(self, name: str, addresses: tuple[Address, ...]) -> None:
        before = self._dialers.pop(name, None)
        if before is not None:
            before.cancel()
        self._dialers[name] = asyncio.create_task(
            self._keep_in_touch(name, addresses), name=f"dialer {name}"
        )

    async def _keep_in_touch(self, name: str, addresses: tuple[Address, ...]) -> None:
        """Be connected to the machine behind these addresses, for as long as it is there."""
        wait = FIRST_RETRY_S
        typed = any(str(address) == name for address in addresses)
        if self._discovery is not None and not typed and name > self._discovery.name:
            # Both see each other at once; one begins, so that connections seldom cross.
            await asyncio.sleep(random.uniform(0.3, 0.6))  # noqa: S311 - no secret
        while True:
            if self._is_connected(name):
                await self._pause(CONNECTED_CHECK_S)
                continue
            wait = await self._attempt(name, addresses, wait)
            await self._pause(wait * random.uniform(0.8, 1.2))  # noqa: S311 - no secret

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._redial.wait()
        if self._redial.is_set():
            await asyncio.sleep(0.05)
            self._redial.clear()

    def _is_connected(self, name: str) -> bool:
        device = self._devices.get(name)
        return device is not None and any(
            device in circle.connected for circle in self._circles.values()
        )

    async def _attempt(self, name: str, addresses: tuple[Address, ...], wait: float) -> float:
        """Connect once and stay until the channel ends; return how long to wait then."""
        if not self._circles:
            return RESCAN_S
        longer = min(wait * 2, LAST_RETRY_S)
        try:
            channel = await connect(self._recogniser, addresses)
        except ChannelError as error:
            if error.ending is Ending.SAME_DEVICE:
                self._copied()
            elif error.ending in (Ending.NO_COMMON_GROUP, Ending.NOT_OURS):
                return STRANGER_RETRY_S
            return longer
        except (MutualAidError, OSError, KeyError) as error:
            _log.info("a machine could not be reached: %s", error)
            return longer
        async with channel:
            if channel.peer_device is not None:
                self._devices[name] = channel.peer_device
            for group in channel.peer.shared:
                self._spawn(self._also(addresses, group), "further group")
            circle = self._circle_of(channel.group)
            if circle is None:
                return longer
            try:
                await circle.converse(channel)
            except ChannelError as error:
                if error.ending is Ending.DUPLICATE:
                    return CONNECTED_CHECK_S
                if error.ending in (Ending.BROKE_PROTOCOL, Ending.NOT_ADMITTED):
                    return longer
        return FIRST_RETRY_S

    async def _also(self, addresses: tuple[Address, ...], group: bytes) -> None:
        """A further connection to the same machine, for another group both are in."""
        with contextlib.suppress(ChannelError):
            async with await connect(self._recogniser, addresses, groups={group}) as channel:
                circle = self._circle_of(channel.group)
                if circle is not None:
                    await circle.converse(channel)

    def _copied(self) -> None:
        """Another machine writes with this one's key: go on as a new device from here."""
        for circle in self._circles.values():
            if circle.replica.joined:
                with contextlib.suppress(MutualAidError):
                    circle.replica.begin_new_device(copied=True)
        self._circle_changed()
