# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Emptying a shelf: list what is new, read the small index of each parcel, fetch a parcel only if
something inside is lacking here and can be used, take it in.

What a shelf says is compared with what its parcels say and with what is remembered of it.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from mutualaid.model import shelf_notes
from mutualaid.model.chains import short_device
from mutualaid.model.entry import Chain
from mutualaid.model.group import Group
from mutualaid.model.shelf_notes import Noted, State
from mutualaid.sync import unpacking
from mutualaid.sync.parcel import (
    BadParcelError,
    Index,
    NewerParcelError,
    Stretch,
    open_body,
    open_index,
)
from mutualaid.sync.shelf import (
    Cursor,
    Listed,
    Listing,
    Shelf,
    ShelfLacksError,
    ShelfLiesError,
    ShelfRefusedError,
)
from mutualaid.sync.shelf_topics import MOST_PARCELS, ShelfWork, Topic

#: Heads and parcels that are asked for at a time.
HEADS_AT_ONCE: Final = 16
PARCELS_AT_ONCE: Final = 8
#: Entries applied at once where many wait, as in a circle.
APPLY_MANY: Final = 3000
#: Parcels that are judged between two looks at the network.
LOOKS_AT_ONCE: Final = 200
#: So many heads that are none, and nothing more is asked of a shelf for now.
MOST_BAD: Final = 64
#: A shelf with holes is looked at from the beginning no more often than this.
HOLES_MS: Final = 10 * 60 * 1000
#: What goes from a shelf later than this after it was seen went because its time was over.
LATELY_MS: Final = 14 * 24 * 60 * 60 * 1000


class Emptying(ShelfWork):
    """The part of a keeper that reads."""

    def __init__(
        self, group: Group, shelf: Shelf, stored: Callable[[unpacking.Taken], None]
    ) -> None:
        super().__init__(group, shelf)
        self._stored = stored
        self._devices: dict[bytes, bytes] = {}
        #: What was read whole since that was last noted.
        self._read: list[Noted] = []

    async def _empty_all(self, *, afresh: bool) -> None:
        done: set[bytes] = set()
        while True:
            # A welcome, or what was handed over, brings the key of the next topic.
            locks = self._locks(everything=afresh)
            lock = next((each for each in locks if each.topic.public not in done), None)
            if lock is None:
                return
            done.add(lock.topic.public)
            try:
                await self._empty(self._topic(lock), afresh=afresh)
            except (ShelfLiesError, ShelfRefusedError) as error:
                if not self._is_past(lock):
                    raise
                self._say(str(error))

    async def _empty(self, topic: Topic, *, afresh: bool) -> None:
        await self._list(topic, None if afresh else topic.cursor)
        while True:
            wanted = await self._wanted(topic)
            if not wanted:
                return
            await self._fetch(topic, wanted)
            await self._apply()

    async def _apply(self) -> None:
        """Let records follow what was stored; a circle does it, too, where there is one."""
        replica = self._replica
        while replica.apply_some(  # noqa: ASYNC110 - work, with room for others in between
            APPLY_MANY if replica.applier.backlog() > APPLY_MANY else 400
        ):
            await asyncio.sleep(0)

    async def _list(self, topic: Topic, after: Cursor | None) -> None:
        """Note what is new on the shelf, and what of it is gone."""
        key = topic.lock.topic
        seen: set[bytes] | None = set() if after is None else None
        bad = listed = 0
        again = list(topic.later.values())
        topic.later.clear()
        bad += await self._read_heads(topic, again)
        while True:
            listing = await self.shelf.list(key, after)
            self._check(listing)
            if listing.holes and seen is None and self._is_long_ago(topic.holes_seen):
                # Something is missing in between: look at all of it, to see what.
                topic.holes_seen = self._replica.clock()
                seen, listed, after = set(), 0, None
                continue
            if listing.reset:
                seen, listed = set(), 0
            listed += len(listing.parcels)
            if seen is not None:
                seen.update(each.name for each in listing.parcels)
            room = max(0, MOST_PARCELS - len(topic.noted))
            fresh = [each for each in listing.parcels if each.name not in topic.noted][:room]
            self._fresh += len(fresh)
            bad += await self._read_heads(topic, fresh)
            if bad > MOST_BAD:
                raise ShelfLiesError(
                    f"Most of what lies at {self.shelf.address} is not from this group, or was"
                    " altered. Nothing of it was taken. It is looked at again later.",
                    self.shelf.address,
                )
            if listing.more and (not listing.parcels or listing.cursor == after):
                raise self._nonsense()
            after = listing.cursor
            if not listing.more or listed > MOST_PARCELS:
                break
        topic.cursor = after
        gone: list[bytes] = []
        if seen is not None and listed <= MOST_PARCELS:
            gone = [name for name in topic.noted if name not in seen]
        with self._replica.write(durable=False):
            shelf_notes.set_cursor(self._db, self.shelf.address, key.public, after.encode())
            shelf_notes.drop(self._db, self.shelf.address, key.public, gone)
        if gone:
            lately = self._replica.clock() - LATELY_MS
            mattered = sum(self._mattered(topic, name, lately) for name in gone)
            for name in gone:
                self._forget(topic, name)
            self._notice_gone(mattered)
        if listed > MOST_PARCELS:
            self._flooded = self._flooded or not self._is_past(topic.lock)
            self._say(
                f"More parcels lie at {self.shelf.address} than a group can have. Only the first"
                f" {MOST_PARCELS:,} are looked at."
            )

    def _mattered(self, topic: Topic, name: bytes, lately: int) -> bool:
        """Whether it is to be told that a parcel is gone: not if its time was over."""
        if topic.is_outdated(name, self._replica.clock()):
            return False
        return topic.noted[name].seen > lately

    def _is_long_ago(self, then: int | None) -> bool:
        return then is None or abs(self._replica.clock() - then) > HOLES_MS

    def _check(self, listing: Listing) -> None:
        if len(listing.parcels) > MOST_PARCELS:
            raise self._nonsense()

    def _nonsense(self) -> ShelfLiesError:
        return ShelfLiesError(
            f"What {self.shelf.address} answers cannot be true. Nothing of it was taken; it is"
            " asked again later.",
            self.shelf.address,
        )

    def _notice_gone(self, parcels: int) -> None:
        if parcels:
            what = "One parcel is" if parcels == 1 else f"{parcels} parcels are"
            self._say(
                f"{what} gone from {self.shelf.address}: it was wiped, went back to an earlier"
                " time, or hides something. Nothing is lost; what somebody still lacks is left"
                " there again."
            )

    async def _read_heads(self, topic: Topic, fresh: Sequence[Listed]) -> int:
        """Read the heads of parcels that were not known; return how many were none."""
        bad = 0
        for at in range(0, len(fresh), HEADS_AT_ONCE):
            some = fresh[at : at + HEADS_AT_ONCE]
            heads = await _all(self.shelf.head(topic.lock.topic, each.name) for each in some)
            noted: list[Noted] = []
            told: list[Index] = []
            for listed, head in zip(some, heads, strict=True):
                state, index = self._judge(topic, listed, head)
                if state is None:
                    continue
                bad += state is State.UNFIT
                says = None
                if index is not None:
                    if self._remember(topic, listed.name, index):
                        says = self._memo(topic, listed.name)
                    else:
                        state = State.UNFIT
                    told.append(index)
                now = self._replica.clock()
                noted.append(Noted(listed.name, listed.number, listed.size, state, now, says))
            self._keep(topic, noted)
            statements = [each for index in told for each in index.statements]
            if statements:
                self._replica.accept_statements(statements)
                for index in told:
                    self._passed_on(topic, index)
            if bad > MOST_BAD:
                break
            await asyncio.sleep(0)
        return bad

    def _judge(
        self, topic: Topic, listed: Listed, head: bytes | BaseException
    ) -> tuple[State | None, Index | None]:
        """What a head says; None for what is to be asked for again."""
        if isinstance(head, ShelfLacksError):
            if len(topic.later) < MOST_BAD:
                topic.later[listed.name] = listed
            return None, None
        if isinstance(head, ShelfLiesError):
            return State.UNFIT, None
        if isinstance(head, BaseException):
            raise head
        try:
            return State.WAITING, open_index(topic.lock, head)
        except NewerParcelError:
            return State.NEWER, None
        except BadParcelError:
            return State.UNFIT, None

    # -- what is wanted of what lies there

    async def _wanted(self, topic: Topic) -> list[bytes]:
        """The parcels to fetch now, in order; what holds nothing new is done with."""
        wanted: list[tuple[int, int, bytes]] = []
        done: list[Noted] = []
        waiting = [each for each in topic.noted.values() if each.state is State.WAITING]
        for number, noted in enumerate(waiting, 1):
            if number % LOOKS_AT_ONCE == 0:
                await asyncio.sleep(0)
            index = topic.says.get(noted.name)
            if index is None:
                continue
            rank = self._rank(index)
            if rank is None:
                done.append(noted._replace(state=State.DONE))
            elif rank >= 0 and topic.tried.get(noted.name) != self._mark(index):
                wanted.append((rank, noted.number, noted.name))
        self._keep(topic, done)
        return [name for _rank, _number, name in sorted(wanted)]

    def _rank(self, index: Index) -> int | None:
        """The turn of a parcel: 0 for control, 1 who asks to be let in, 2 content, 3 photos;
        None if it holds nothing that is lacking, -1 if nothing that can be used yet."""
        ranks: set[int] = set()
        for stretch in index.stretches:
            use = self._use(stretch)
            if use is not None:
                ranks.add((0 if stretch.chain is Chain.CONTROL else 2) if use else -1)
        devices = self._replica.membership().devices
        if any(each not in devices for each in index.joins) and unpacking.is_member(self._replica):
            ranks.add(1)
        if index.blobs:
            missing = self._replica.blobs.missing()
            if any(each in missing for each in index.blobs):
                ranks.add(3)
            elif len(self._replica.blobs.held(index.blobs)) < len(index.blobs):
                ranks.add(-1)
        usable = [rank for rank in ranks if rank >= 0]
        return min(usable, default=-1 if ranks else None)

    def _is_usable(self, index: Index | None) -> bool:
        if index is None:
            return False
        rank = self._rank(index)
        return rank is not None and rank >= 0

    def _use(self, stretch: Stretch) -> bool | None:
        """Whether a stretch can be taken in now; None if it is here already."""
        device = self._device(stretch.device)
        if device is None:
            # A device may show by its own first control entry that it belongs.
            return stretch.chain is Chain.CONTROL and stretch.first == 0
        journal = self._replica.journal
        branches = journal.branches(device, stretch.chain)
        if any(journal.hash_on(each, stretch.last) == stretch.hash for each in branches):
            return None
        if not (journal.is_vouched(device) or device == self._replica.device.public):
            return stretch.chain is Chain.CONTROL and stretch.first == 0
        before = stretch.first - 1
        return before < 0 or any(journal.hash_on(each, before) for each in branches)

    def _device(self, short: bytes) -> bytes | None:
        if short not in self._devices:
            own = self._replica.device.public
            known = [*self._replica.journal.devices(), own]
            self._devices = {short_device(each): each for each in known}
        return self._devices.get(short)

    def _mark(self, index: Index) -> object:
        """What must change before a parcel that could not be used whole is worth another look."""
        journal = self._replica.journal
        heads = []
        for stretch in index.stretches:
            device = self._device(stretch.device)
            branches = journal.branches(device, stretch.chain) if device else ()
            heads.append(tuple(each.head_seq for each in branches))
        return (
            self._replica.membership().heads,
            tuple(heads),
            bool(index.blobs) and (self._replica.blobs.version()),
        )

    async def _fetch(self, topic: Topic, names: Iterable[bytes]) -> None:
        """Take in parcels, in this order, while the next few are under way.

        What came meanwhile, from here or over another road, is not fetched any more.
        """
        await self._read_whole(
            topic, (name for name in names if self._is_usable(topic.says.get(name)))
        )

    async def _read_whole(self, topic: Topic, names: Iterator[bytes]) -> None:
        ahead: deque[tuple[bytes, asyncio.Task[bytes]]] = deque()
        try:
            while True:
                for name in islice(names, PARCELS_AT_ONCE - len(ahead)):
                    get = self.shelf.get(topic.lock.topic, name)
                    ahead.append((name, asyncio.ensure_future(get)))
                if not ahead:
                    return
                name, parcel = ahead[0]
                await asyncio.wait((parcel,))
                ahead.popleft()
                await self._receive(topic, name, parcel)
        finally:
            self._keep(topic, self._read)
            self._read = []
            for _name, parcel in ahead:
                parcel.cancel()
            await asyncio.gather(*(parcel for _, parcel in ahead), return_exceptions=True)

    async def _receive(self, topic: Topic, name: bytes, parcel: asyncio.Future[bytes]) -> None:
        """Take in a parcel that came, or did not."""
        noted, index = topic.noted.get(name), topic.says.get(name)
        try:
            data = parcel.result()
        except (ShelfLacksError, ShelfLiesError):
            if noted is not None:
                # Its head is there and its body is not: it covers nothing.
                self._set_aside(topic, noted)
                topic.withheld.add(name)
                self._say(
                    f"{self.shelf.address} tells of a parcel and does not hand it out. What is in"
                    " it is looked for elsewhere."
                )
            return
        if noted is not None and index is not None:
            await self._take(topic, noted, data, self._mark(index))

    async def _take(self, topic: Topic, noted: Noted, parcel: bytes, mark: object) -> None:
        taken = unpacking.Taken()
        try:
            index, body = open_index(topic.lock, parcel), open_body(topic.lock, parcel)
        except BadParcelError:
            self._set_aside(topic, noted)
            return
        if replace(index, statements=()) != topic.says[noted.name]:
            # The shelf showed another head than this parcel has; the parcel is what it is named.
            self._unsay(topic, noted.name)
            if not self._remember(topic, noted.name, index):
                self._set_aside(topic, noted)
                return
        for _step in unpacking.steps(self._replica, index, body, taken):
            await asyncio.sleep(0)
        if taken.stored or taken.kept or taken.control:
            self._took = True
            self._stored(taken)
        if taken.unfit:
            self._set_aside(topic, noted)
            return
        self._be_sure(topic, noted.name)
        if index.blobs:
            await self._apply()  # which photos are lacking, posts say
        rank = self._rank(index)
        if rank is None:
            self._read.append(noted._replace(state=State.SURE, says=self._memo(topic, noted.name)))
        else:
            topic.tried[noted.name] = self._mark(index) if rank >= 0 else mark


async def _all(awaitables: Iterable[Awaitable[bytes]]) -> list[bytes | BaseException]:
    return await asyncio.gather(*awaitables, return_exceptions=True)
