# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Handing over on a rotation: the way from an old topic to the new one, for who was away.

The control chains go into the old topic first, and again wherever they are missing, until no
machine is left there. They hold the new key, sealed to each machine that belongs. What people
wrote goes into the new topic alone.

A machine has left a topic when the last signed word of what it holds, by whatever road it came,
covers every entry that hands it a newer key: from then on it can read the newer topic, and writes
there. That is known of machines that meet on a cable alone, too.
"""

import asyncio
from collections.abc import Sequence

from mutualaid.model.chains import Holdings, short_device
from mutualaid.model.entry import Chain
from mutualaid.model.replica import Replica
from mutualaid.sync import packing, unpacking
from mutualaid.sync.filling import LOST_MS, Filling
from mutualaid.sync.packing import Gap
from mutualaid.sync.parcel import Lock
from mutualaid.sync.shelf import ShelfFullError, ShelfLiesError, ShelfRefusedError
from mutualaid.sync.shelf_topics import Topic


class HandingOver(Filling):
    """The part of a keeper that leads others from older topics to the newest."""

    #: When others' control chains are filled in on an older topic, by this keeper's clock.
    _hand_due: float | None = None

    def _look_who_is_left(self) -> None:
        self._in_use = frozenset(stragglers(self._replica))

    async def _fill(self, *, afresh: bool) -> None:
        refused: ShelfFullError | ShelfRefusedError | None = None
        try:
            await self._hand_over()
        except (ShelfFullError, ShelfRefusedError) as error:
            # An old topic may be full of what lay there before; the newest must not wait for it.
            refused = error
        except ShelfLiesError as error:
            self._say(str(error))
        await super()._fill(afresh=afresh)
        if refused is not None:
            raise refused

    async def _hand_over(self) -> None:
        """Whoever changed the lock leaves everything at once, the others what they wrote; and all
        else after a random wait and a fresh list."""
        replica = self._replica
        left = stragglers(replica) if unpacking.is_member(replica) else {}
        self._in_use = frozenset(left)
        held = {epoch.id: epoch for epoch in replica.epochs()}
        membership = replica.membership()
        mine = {each.epoch for each in membership.rotations if each.device == replica.device.public}
        changed_here = bool(membership.epochs) and membership.epochs[-1] in mine
        rest: list[tuple[Topic, Sequence[Holdings]]] = []
        for epoch_id, others in left.items():
            if epoch_id not in held:
                continue
            topic = self._topic(Lock.of_epoch(held[epoch_id]))
            own, theirs = await self._control_gaps(topic, others)
            if (own or theirs) and await self._make_sure(topic, [*own, *theirs]):
                own, theirs = await self._control_gaps(topic, others)
            if changed_here:
                own, theirs = packing.in_order(replica.journal, [*own, *theirs]), []
            await self._leave(topic, own)
            if theirs:
                rest.append((topic, others))
        stuck = self._stuck() if unpacking.is_member(replica) else []
        if not (rest or stuck):
            self._hand_due = None
        elif self._is_my_turn():
            shares = replica.shares_anew(stuck)
            if shares:
                with replica.write(durable=True):
                    replica.append_control(*shares)
            for topic, lacking in rest:
                await self._list(topic, None)
                own, theirs = await self._control_gaps(topic, lacking)
                await self._leave(topic, packing.in_order(replica.journal, [*own, *theirs]))

    def _stuck(self) -> list[bytes]:
        """Machines whose last word lies on an old topic, and to which the new key may be shared
        once more: see :meth:`Keyring.shares_anew`."""
        last = self._replica.statement_times()
        spoke = {
            each.device
            for topic in self._topics.values()
            if self._is_past(topic.lock)
            for each in topic.written.values()
            if last.get(short_device(each.device)) == each.created
        }
        shares = self._replica.shares_anew(spoke - {self._replica.device.public})
        return [each.device for each in shares]

    def _is_my_turn(self) -> bool:
        now = self._now()
        if self._hand_due is None:
            self._hand_due = now + self._random.uniform(*self._pace.others)
        if now < self._hand_due:
            return False
        self._hand_due = None
        return True

    async def _control_gaps(
        self, topic: Topic, others: Sequence[Holdings]
    ) -> tuple[list[Gap], list[Gap]]:
        """What is lacking on an old topic of this machine's control chain, and of others'.

        Nobody's word but one's own counts for what lies there: who was removed may still write.
        """
        await asyncio.sleep(0)
        journal = self._replica.journal
        own: list[Gap] = []
        theirs: list[Gap] = []
        for branch in journal.all_branches():
            if branch.chain is not Chain.CONTROL:
                continue
            first = packing.needed_from(journal, branch, others)
            mine = branch.device == self._replica.device.public
            (own if mine else theirs).extend(topic.sure.gaps(branch, first))
        return packing.in_order(journal, own), packing.in_order(journal, theirs)


def stragglers(replica: Replica) -> dict[bytes, list[Holdings]]:
    """Id of each epoch on which somebody may still be, other than the one that is written with →
    what those machines are known to hold.

    Every current machine is waited for, however long it is away. A frozen one, whose person goes on
    as another device when it hears of it, only for as long as others are with what they lack.
    """
    membership = replica.membership()
    epochs = membership.epochs
    if len(epochs) < 2:
        return {}
    said = {each.device: each.holdings for each in replica.statements()}
    heard = replica.last_heard()
    lost = replica.clock() - LOST_MS
    found: dict[bytes, list[Holdings]] = {}
    for device in membership.devices.values():
        if device.key == replica.device.public:
            continue
        if device.frozen and max(heard.get(device.key, 0), device.added) < lost:
            continue
        holdings = said.get(device.key, {})
        at = replica.newest_given(device.key, holdings)
        if at != epochs[-1]:
            found.setdefault(at, []).append(holdings)
    return found
