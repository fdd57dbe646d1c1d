# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One shelf of one group, emptied and filled: the same code for every road.

What is gone from a shelf is noticed, told, and left there again where somebody still lacks it.
Both halves can stop anywhere and be done again.
"""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Final

from mutualaid.model import shelf_notes
from mutualaid.model.group import Group
from mutualaid.model.shelf_notes import State
from mutualaid.model.values.shelves import ShelfRow
from mutualaid.sync import unpacking
from mutualaid.sync.filling import Pace
from mutualaid.sync.handing_over import HandingOver
from mutualaid.sync.shelf import Shelf, ShelfError, ShelfUnreachableError

#: How long it is shown that something was gone from a shelf.
NOTICE_MS: Final = 7 * 24 * 60 * 60 * 1000
#: How soon to look again at what was still being copied.
LATER_S: Final = 3.0
#: And at a shelf that tells of more parcels than there can be.
FLOODED_S: Final = 300.0
#: Topics whose news are waited for; the others are looked at on the way.
MOST_WAITS: Final = 3


class Keeper(HandingOver):
    """Keeps one shelf of one group in step. ``round`` is all; who calls it decides when."""

    def __init__(
        self,
        group: Group,
        shelf: Shelf,
        *,
        local: bool = True,
        stored: Callable[[unpacking.Taken], None] = lambda _taken: None,
        now: Callable[[], float] | None = None,
        random: Random | None = None,
        pace: Pace | None = None,
    ) -> None:
        """``stored`` is called for whatever was taken in. ``now`` is a clock in seconds that never
        goes back: the loop's, unless a test has another."""
        super().__init__(group, shelf, stored, now=now, random=random, pace=pace)
        self.local = local
        self._afresh_at: float | None = None
        known = shelf_notes.rows(self._db).get(shelf.address)
        self._row = known or ShelfRow(shelf.address, local)
        self._notice = self._row.notice, self._row.noticed

    async def round(self, *, afresh: bool = False) -> None:
        """Empty, then fill. Raises ShelfError where the shelf refuses; what was done stays done,
        and how the shelf was found is noted either way."""
        now = self._now()
        if self._afresh_at is None or now >= self._afresh_at:
            afresh = True
        self._fresh, self._flooded = 0, False
        self._look_who_is_left()
        try:
            await self._empty_all(afresh=afresh)
            self._put_some = False
            await self._fill(afresh=afresh)
            if self._put_some:
                # So that the cursor covers what was left, and what others left meanwhile is seen.
                await self._empty_all(afresh=False)
            self._look_at_invitation()
            if afresh:
                self._afresh_at = self._now() + self._pace.afresh
        except ShelfError as error:
            self._waiting = await self._count_waiting()
            self._note(str(error), reachable=not isinstance(error, ShelfUnreachableError))
            raise
        self._note("", reachable=True)

    def _look_at_invitation(self) -> None:
        """A newcomer who can read the group's entries sees there if nobody can let them in."""
        replica = self._replica
        invitation = replica.invitation
        if invitation is None or not replica.epochs():
            return
        why = replica.why_closed(invitation.signing.public) or None
        if why != replica.store.meta("refused"):
            with replica.write(durable=False):
                if why is None:
                    replica.store.delete_meta("refused")
                else:
                    replica.store.set_meta("refused", why)

    def due(self) -> float:
        """When the next round is due though nothing happens, by this keeper's clock."""
        times = (self._afresh_at, self._others_due, self._hand_due, self._say_due)
        due = [each for each in times if each is not None]
        if any(topic.later for topic in self._topics.values()):
            due.append(self._now() + LATER_S)
        if self._flooded:
            due = [self._now() + FLOODED_S]
        return min(due, default=self._now())

    async def wait(self) -> None:
        """Return when the shelf may have something new."""
        # A newcomer's welcome, or the oldest on which somebody may be; and the newest.
        locks = self._locks(everything=False)
        locks = [*locks[:1], *locks[1:][1 - MOST_WAITS :]]
        waits = [
            asyncio.create_task(self.shelf.wait(each.lock.topic, each.cursor))
            for each in map(self._topic, locks)
            if each.cursor is not None
        ]
        try:
            if not waits or self._flooded:
                await asyncio.Event().wait()
            done, _rest = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        finally:
            for each in waits:
                each.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    # -- how the shelf was found

    def _note(self, problem: str, *, reachable: bool) -> None:
        notice, noticed = self._notice
        clock = self._replica.clock()
        if noticed is not None and clock - noticed > NOTICE_MS:
            self._notice = notice, noticed = "", None
        unread = sum(
            each.state in (State.NEWER, State.WAITING)
            for topic in self._topics.values()
            for each in topic.noted.values()
        )
        row = ShelfRow(
            self.shelf.address,
            self.local,
            reachable=reachable,
            held=sum(len(topic.noted) for topic in self._topics.values()),
            bytes=sum(topic.size for topic in self._topics.values()),
            unread=unread,
            waiting=self._waiting,
            missing=self._missing(),
            last_heard=clock if reachable else self._row.last_heard,
            problem=problem,
            notice=notice,
            noticed=noticed,
        )
        self._row = row
        with self._replica.write(durable=False):
            shelf_notes.note_status(self._db, row)

    @property
    def fresh(self) -> int:
        """How many parcels were new in the last round."""
        return self._fresh

    @property
    def status(self) -> ShelfRow:
        """How the shelf was found last."""
        return self._row
