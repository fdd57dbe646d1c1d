# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One group in step with every machine it is connected to: sessions, and what passes between them.

A circle drives its sessions over channels, tells each what the others brought, applies what was
stored, and says from time to time what this machine holds. It runs in the loop of the sync thread
and owns that thread's replica of the group.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from typing import Any, Final, TypeVar

from mutualaid.errors import MutualAidError, ProtocolError
from mutualaid.model.group import Group
from mutualaid.model.replica import Replica
from mutualaid.model.statements import MACHINE
from mutualaid.model.values import NOTHING_CHANGED
from mutualaid.sync.channel import Channel, survivor
from mutualaid.sync.ending import ChannelError, Ending
from mutualaid.sync.fetching import Claims
from mutualaid.sync.recognition import Standing
from mutualaid.sync.session import (
    Admitted,
    Event,
    Fetched,
    NewStatements,
    Part,
    Refused,
    Session,
    Stored,
)
from mutualaid.sync.shelving import Shelving
from mutualaid.sync.unpacking import Taken

#: Entries applied between two looks at the network: about 20 ms of work; where many wait, more at
#: once, for the search index is written out with every commit.
APPLY_SLICE: Final = 400
APPLY_MANY: Final = 3000
#: While entries pour in they are stored first, and applied at the latest after this long.
APPLY_AFTER_S: Final = 0.5
#: So many entries at once are part of a longer transfer; it is over when none came for so long.
BULK: Final = 50
QUIET_S: Final = 0.015
#: What came from one machine is passed on to the others after this long: most have it by then.
FORWARD_AFTER_S: Final = 0.05
#: A fresh statement of what is held is made when nothing came for a while, and not too often.
STATEMENT_AFTER_S: Final = 1.0
STATEMENT_EVERY_S: Final = 5.0
HEARD_EVERY_S: Final = 60.0
#: What time asks of this machine is looked for so often; where something was done, again soon,
#: for only so much is done at once.
TEND_FIRST_S: Final = 5.0
TEND_EVERY_S: Final = 60.0
TEND_AGAIN_S: Final = 1.0
#: Before sharing a key with a device that lacks it, wait: another machine may be quicker.
SHARE_AFTER_S: Final = (1.0, 5.0)
#: A machine that keeps us waiting for photos so long is not the only one that is asked.
PATIENCE_S: Final = 20.0

_PARTS: Final = {
    Standing.MEMBER: Part.MEMBER,
    Standing.HOST: Part.HOST,
    Standing.GUEST: Part.GUEST,
}

_log = logging.getLogger(__name__)

_T = TypeVar("_T")


class Circle:
    """The connected machines of one group."""

    def __init__(self, replica: Replica, changed: Callable[[], None]) -> None:
        """``changed`` is called whenever who is connected, or what is held, changed."""
        self.replica = replica
        self._refusal = ""  # as the store has it while this machine is not in
        self._trouble = ""
        self._changed = changed
        self._links: dict[Channel, _Link] = {}
        self._by_device: dict[bytes, Channel] = {}
        self._claims = Claims()
        self._tasks: set[asyncio.Task[None]] = set()
        self._arrived = asyncio.Event()
        self._last_bulk = -QUIET_S
        self._statement_due: float | None = None
        self._last_statement = -STATEMENT_EVERY_S
        self._device = replica.device.public
        self._group = Group(replica)
        self._closing = False
        #: Machines with which the key is to be shared once more.
        self._stuck: set[bytes] = set()
        self._shelving = Shelving(self._group, self._take, changed)
        if replica.applier.backlog():
            self._arrived.set()

    # -- who is connected

    @property
    def connected(self) -> tuple[bytes, ...]:
        """Device keys of the machines in touch."""
        return tuple(self._by_device)

    @property
    def problem(self) -> str:
        """What keeps this group from being in step, in a sentence; "" when all is well.

        That its file cannot be used, until something could be written again; else why a member's
        machine did not let this one in, until one does.
        """
        return self._trouble or self._refusal

    def start(self) -> None:
        """Begin the background work of this circle."""
        for work in (self._apply_arrivals(), self._housekeeping()):
            self._spawn(work)
        self._share_soon()  # another process may have taken in who lacks a key
        self._shelving.start()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Close every channel and wait until nothing of this circle runs any more."""
        self._closing = True
        await asyncio.gather(
            *(channel.close() for channel in tuple(self._links)), return_exceptions=True
        )
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._shelving.stop()
        self.replica.close()

    async def converse(self, channel: Channel) -> None:
        """Hold the conversation over this channel until it ends; raises ChannelError then."""
        device = channel.peer_device
        if device is not None and not await self._keep(device, channel):
            raise ChannelError(Ending.DUPLICATE)
        part = _PARTS[channel.peer.known.standing]
        link = _Link(channel, Session(self.replica, part, device, self._claims))
        self._links[channel] = link
        try:
            if device is not None:
                self._heard(device)
                self._look_at_key(channel)
            self._changed()
            await self._step(link, link.session.begin)
            await self._run(link)
        finally:
            self._links.pop(channel, None)
            if link.session.end():
                self._wake_all()
            peer = link.session.peer
            if peer is not None and self._by_device.get(peer) is channel:
                del self._by_device[peer]
            if peer is not None and not self._closing:
                self._heard(peer)
            self._changed()

    async def _keep(self, device: bytes, channel: Channel) -> bool:
        """Of two channels to one machine, keep the one that both ends keep."""
        other = self._by_device.get(device)
        if other is None or other is channel:
            self._by_device[device] = channel
            return True
        if survivor(channel, other) is other:
            await channel.close(Ending.DUPLICATE)
            return False
        self._by_device[device] = channel
        self._spawn(other.close(Ending.DUPLICATE))
        return True

    async def _run(self, link: "_Link") -> None:
        sender = asyncio.create_task(link.send_all(), name="sender")
        self._tasks.add(sender)
        try:
            link.wake()
            while True:
                frame = await link.channel.receive()
                events = await self._step(link, partial(link.session.receive, frame))
                link.wake()
                for event in events:
                    self._follow(event, link)
        finally:
            sender.cancel()
            self._tasks.discard(sender)
            await asyncio.gather(sender, return_exceptions=True)

    async def _step(self, link: "_Link", step: Callable[[], _T]) -> _T:
        """Do one step of a conversation; whatever goes wrong ends this conversation only."""
        ending = Ending.TOO_BUSY
        try:
            return step()
        except ProtocolError as error:
            _log.info("a machine broke the protocol: %s", error)
            ending = Ending.BROKE_PROTOCOL
        except MutualAidError as error:
            # A full disk, a locked file: told, and tried again with the next connection.
            _log.info("the group's file could not be used: %s", error)
            self._trouble = str(error)
        except Exception:  # noqa: BLE001 - a fault of ours must not end all others' conversations
            _log.exception("a conversation failed")
        self._arrived.set()  # what was stored before is applied all the same
        await link.channel.close(ending)
        raise ChannelError(ending)

    def _follow(self, event: Event, link: "_Link") -> None:
        match event:
            case Stored():
                self._trouble = ""
                if event.entries >= BULK:
                    self._last_bulk = asyncio.get_running_loop().time()
                self._arrived.set()
                self._schedule_statement()
                asyncio.get_running_loop().call_later(FORWARD_AFTER_S, self._tell_others, link)
                if event.control:
                    self._membership_changed()
            case NewStatements(statements):
                for other in self._others(link):
                    other.session.pass_on(statements)
                    other.wake()
                self._changed()
            case Fetched(kept):
                if kept:
                    self._trouble = ""
                    self._changed()
                self._wake_all()
            case Admitted(device):
                self._look_at_refusal()
                if device is not None:
                    self._by_device.setdefault(device, link.channel)
                    self._heard(device)
                self._changed()
            case Refused(why):
                self._note_refusal(why)
                self._look_at_refusal()

    def _others(self, link: "_Link") -> "list[_Link]":
        return [each for each in self._links.values() if each is not link]

    def _tell_others(self, link: "_Link") -> None:
        for other in self._others(link):
            self._news(other)

    def _wake_all(self) -> None:
        """Let every session say what it may have to say now, such as which photos it lacks."""
        for link in self._links.values():
            link.wake()

    def _news(self, link: "_Link") -> None:
        with self._guarded():
            link.session.local_change()
            link.wake()

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        """A full disk or a locked file must not end the loop; it is told and tried again."""
        try:
            yield
        except MutualAidError as error:
            _log.info("the group's file could not be used: %s", error)
            self._trouble = str(error)
            self._changed()

    def _note_refusal(self, why: str) -> None:
        with self._guarded(), self.replica.write(durable=False):
            self.replica.store.set_meta("refused", why)

    def _look_at_refusal(self) -> None:
        """Follow what is stored: another process may have taken a new invitation."""
        with self._guarded():
            why = "" if self.replica.joined else str(self.replica.store.meta("refused") or "")
            if why != self._refusal:
                self._refusal = why
                self._changed()

    def _heard(self, device: bytes) -> None:
        with self._guarded():
            self.replica.heard(device)
            self._trouble = ""

    # -- what this or another process wrote

    def look(self) -> None:
        """Push what other connections to the database committed since the last look."""
        with self._guarded():
            change = self.replica.refresh()
            if self._refusal or not self.replica.joined:
                self._look_at_refusal()
            news = (
                change.everything
                or change.members
                or any(kind != MACHINE for kind in change.records)
            )
            if not news:
                return
            self._schedule_statement()
            for link in tuple(self._links.values()):
                self._news(link)
            self._shelving.wake()
            if change.members:
                self._membership_changed()

    def _take(self, taken: Taken) -> None:
        """Follow what a shelf brought, as what a machine sends is followed."""
        self._trouble = ""
        self._arrived.set()
        self._schedule_statement()
        for link in tuple(self._links.values()):
            self._news(link)
        if taken.control:
            self._look_at_refusal()
            self._membership_changed()
        self._changed()

    def _membership_changed(self) -> None:
        if self.replica.device.public != self._device:
            # This profile turned out to be a copy and goes on as a new device: greet anew.
            self._device = self.replica.device.public
            for channel in tuple(self._links):
                self._spawn(channel.close())
        self._share_soon()
        self._changed()

    def _share_soon(self) -> None:
        """Share keys with machines that lack one, unless another is quicker."""
        if self.replica.joined and (self.replica.missing_shares() or self._stuck):
            delay = random.uniform(*SHARE_AFTER_S)  # noqa: S311 - spreads machines, hides nothing
            asyncio.get_running_loop().call_later(delay, self._share)

    def _share(self) -> None:
        if self._closing or not self.replica.membership().is_current(self.replica.device.public):
            return
        with self._guarded():
            if self.replica.missing_shares() or self.replica.shares_anew(self._stuck):
                with self.replica.write(durable=True):
                    anew = self.replica.shares_anew(self._stuck)
                    self.replica.append_control(*self.replica.missing_shares(), *anew)
            self._stuck.clear()

    def _look_at_key(self, channel: Channel) -> None:
        """What was handed to a machine does not open, if it is recognised by an older key than
        ours and has heard of ours before."""
        key, device = self.replica.current_key(), channel.peer_device
        known = channel.peer.known
        if key is None or device is None or known.standing is not Standing.MEMBER:
            return
        with self._guarded():
            if known.name != key.id and self.replica.shares_anew([device]):
                self._stuck.add(device)
                self._share_soon()

    # -- applying, and saying what is held

    async def _apply_arrivals(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            began = loop.time()
            while True:
                busy = loop.time() - self._last_bulk < QUIET_S
                if busy and loop.time() - began < APPLY_AFTER_S:
                    await asyncio.sleep(QUIET_S / 3)
                    continue
                began = loop.time()
                try:
                    waiting = self.replica.applier.backlog()
                    applied = self.replica.apply_some(
                        APPLY_MANY if waiting > APPLY_MANY else APPLY_SLICE
                    )
                except Exception as error:  # noqa: BLE001 - told here; tried again
                    if isinstance(error, MutualAidError):
                        _log.info("what was stored could not be applied yet: %s", error)
                        self._trouble = str(error)
                    else:
                        _log.exception("what was stored could not be applied")
                    self._changed()
                    await asyncio.sleep(5)
                    self._arrived.set()
                    break
                if not applied:
                    self._wake_all()
                    break
                self._trouble = ""
                self._changed()
                await asyncio.sleep(0)

    def _schedule_statement(self) -> None:
        now = asyncio.get_running_loop().time()
        self._statement_due = max(now + STATEMENT_AFTER_S, self._last_statement + STATEMENT_EVERY_S)

    async def _housekeeping(self) -> None:
        loop = asyncio.get_running_loop()
        heard = loop.time()
        patient, tending = heard, heard + TEND_FIRST_S
        while True:
            await asyncio.sleep(0.5)
            now = loop.time()
            if now >= tending:
                tending = now + (TEND_AGAIN_S if self._tend() else TEND_EVERY_S)
            if self._statement_due is not None and now >= self._statement_due and self._links:
                self._statement_due, self._last_statement = None, now
                for link in tuple(self._links.values()):
                    with self._guarded():
                        link.session.tell_statement()
                        link.wake()
            if now - patient >= PATIENCE_S:
                patient = now
                freed = [link.session.lose_patience() for link in self._links.values()]
                if any(freed):
                    self._wake_all()
            if now - heard >= HEARD_EVERY_S:
                heard = now
                for device in self.connected:
                    self._heard(device)

    def _tend(self) -> bool:
        """Do what time asks of this machine; return whether there was anything."""
        done = NOTHING_CHANGED
        try:
            with self._guarded():
                done = self._group.tend()
        except Exception:  # noqa: BLE001 - a fault of ours must not end what else is done here
            _log.exception("what was due could not be done")
        if done is NOTHING_CHANGED:
            return False
        self.look()
        self._changed()
        return True


class _Link:
    """A session and the channel it runs over."""

    def __init__(self, channel: Channel, session: Session) -> None:
        self.channel = channel
        self.session = session
        self._ready = asyncio.Event()

    def wake(self) -> None:
        self._ready.set()

    async def send_all(self) -> None:
        while True:
            await self._ready.wait()
            self._ready.clear()
            try:
                while (frame := self.session.next_frame()) is not None:
                    await self.channel.send(frame)
            except ChannelError:
                return  # the reader learns it as well, and ends the conversation
            except MutualAidError as error:
                _log.info("what another machine lacks could not be read: %s", error)
                await self.channel.close()
                return
            except Exception:  # noqa: BLE001 - a fault of ours must not leave the other waiting
                _log.exception("what another machine lacks could not be sent")
                await self.channel.close()
                return
