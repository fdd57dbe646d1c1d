# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Filling a shelf: what this machine wrote, as soon as somebody is known to lack it and the shelf
has it not; what others wrote only after a random wait and a fresh list.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final, NamedTuple

from mutualaid.model import keys, shelf_notes
from mutualaid.model.chains import Holdings, short_device
from mutualaid.model.entry import Chain
from mutualaid.model.group import Group
from mutualaid.model.shelf_notes import Noted, State
from mutualaid.sync import packing, unpacking
from mutualaid.sync.emptying import Emptying
from mutualaid.sync.packing import Coverage, Gap
from mutualaid.sync.parcel import MOST_EPOCHS, WANT_BYTES, Body, Index, Lock, reseal, seal
from mutualaid.sync.parcel_outside import name_of
from mutualaid.sync.shelf import Cursor, Shelf
from mutualaid.sync.shelf_topics import MOST_PARCELS, NOBODY, Topic

#: Bytes on a topic up to which others' gaps are filled: well below any shelf's quota.
OTHERS_ROOM: Final = 32 * 1024 * 1024
#: Where the shelf says its quota, up to this part of it.
QUOTA_PART: Final = 4
#: Chains that are looked through between two looks at the network.
BRANCHES_AT_ONCE: Final = 20
#: Photos that are left in one round, and bytes of statements of others in one head.
MOST_PHOTOS: Final = 64
OTHERS_SAID: Final = 12 * 1024
#: Statements in a row; see Pace.word.
MOST_WORDS: Final = 6
#: Where a shelf does not forget by itself, this machine takes away what it said there and has said
#: anew since, and what it wrote there and everybody has, after so long.
OUTDATED_MS: Final = 2 * 24 * 60 * 60 * 1000
OLD_MS: Final = 90 * 24 * 60 * 60 * 1000
#: Parcels of others with what this machine wrote that are read in one round.
MOST_SUSPECTS: Final = 32
#: Parcels that a machine says it could not have, and that another looks for in one round.
MOST_WITHHELD: Final = 64
LOOKS_AGAIN: Final = 8
#: So many are looked for again, and so many left under another name, on one shelf while the program
#: runs: a shelf that hands out nothing is not filled for ever.
MOST_AGAIN: Final = 32
LONGEST_STATEMENT: Final = 40 * 1024
#: Machines that were not heard for so long are not waited for with gaps.
LOST_MS: Final = 180 * 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait for what, in seconds."""

    #: Before filling gaps that others left: another machine may be quicker.
    others: tuple[float, float] = (20.0, 90.0)
    #: Between two statements of what is held here, on one shelf: where something was taken from
    #: that shelf, and where nothing was.
    statements: float = 30.0
    idle: float = 86_400.0
    #: After a few in a row, one more in so long for each machine of the group: all statements
    #: together take up as much of a shelf in a large group as in a small one.
    word: float = 300.0
    #: Between two lists from the beginning.
    afresh: float = 3600.0


class _Welcomed(NamedTuple):
    epoch: bytes
    names: frozenset[bytes]


class Filling(Emptying):
    """The part of a keeper that writes; it lists afresh before it fills what others left out."""

    def __init__(
        self,
        group: Group,
        shelf: Shelf,
        stored: Callable[[unpacking.Taken], None],
        *,
        now: Callable[[], float] | None,
        random: Random | None,
        pace: Pace | None,
    ) -> None:
        super().__init__(group, shelf, stored)
        self._now = now or (lambda: asyncio.get_running_loop().time())
        self._random = random or Random()  # noqa: S311 - spreads machines, hides nothing
        self._pace = pace or Pace()
        self._others_due: float | None = None
        self._told_at: float | None = None
        self._words, self._filled_at = float(MOST_WORDS), 0.0
        self._say_due: float | None = None
        self._put_some = False
        #: Seed of an invitation → the welcome that was left for it last.
        self._welcomed: dict[bytes, _Welcomed] = {}
        self._others_room = OTHERS_ROOM
        self._most_photos = MOST_PHOTOS
        #: What was fetched to see if it can be had, and how often something was left anew since.
        self._looked: set[bytes] = set()
        self._resealed = 0

    async def _fill(self, *, afresh: bool) -> None:
        replica = self._replica
        key = replica.current_key()
        self._waiting, self._say_due = 0, None
        if not replica.epochs() or (replica.joined and not unpacking.is_member(replica)):
            return
        if key is None:
            await self._speak_under_an_older_key()
            self._waiting = await self._count_waiting()
            return
        new_welcome = await self._leave_welcomes(key, afresh=afresh)
        topic = self._topic(Lock.of_epoch(key))
        others = self._others()
        if not others:
            self._others_due = None
            return
        await self._look_again(topic)
        own, theirs = await self._gaps(topic.sure, topic.coverage, others)
        if own and await self._make_sure(topic, own):
            own, theirs = await self._gaps(topic.sure, topic.coverage, others)
        self._waiting = sum(gap.entries for gap in own)
        await self._leave(topic, own, beside=True)
        self._waiting = 0
        if afresh:
            for each in [*self._topics.values()]:
                await self._tidy(each, others)
        await self._leave_photos(topic, self._own_photos(topic, others))
        wanted = self._wanted_photos(topic)
        if not (theirs or wanted) or not unpacking.is_member(replica):
            self._others_due = None
            return
        if not new_welcome and not self._is_others_turn():
            return
        if not new_welcome:
            await self._list(topic, None)
            _own, theirs = await self._gaps(topic.sure, topic.coverage, others)
        if topic.size < self._room_for_others():
            await self._leave(topic, theirs)
            await self._leave_photos(topic, self._wanted_photos(topic))

    def _room_for_others(self) -> int:
        quota = self.shelf.quota
        return self._others_room if quota is None else min(self._others_room, quota // QUOTA_PART)

    def _missing(self) -> int:
        """How many entries their authors said they hold that have not come here."""
        mine = self._replica.journal.holdings()
        count = 0
        for statement in self._replica.statements():
            author = short_device(statement.device)
            here, there = mine.get(author), statement.holdings.get(author)
            for chain in Chain:
                newest = max((seq for seq, _ in there[chain]), default=-1) if there else -1
                have = max((seq for seq, _ in here[chain]), default=-1) if here else -1
                count += max(0, newest - have)
        return count

    async def _tidy(self, topic: Topic, others: Sequence[Holdings]) -> None:
        """Take away what this machine left and nobody needs any more, where a shelf does not
        forget by itself."""
        drop = getattr(self.shelf, "drop", None)
        if drop is None:
            return
        now = self._replica.clock()
        me = self._replica.device.public
        for name, index in list(topic.says.items()):
            device, created = topic.written.get(name, NOBODY)
            if device != me or index.joins:
                continue
            old = topic.is_outdated(name, now - OUTDATED_MS)
            if old or (created < now - OLD_MS and self._is_held_by_all(index, others)):
                await drop(topic.lock.topic, name)
                self._forget(topic, name)
                with self._replica.write(durable=False):
                    key = topic.lock.topic.public
                    shelf_notes.drop(self._db, self.shelf.address, key, [name])

    def _is_held_by_all(self, index: Index, others: Sequence[Holdings]) -> bool:
        journal = self._replica.journal
        for stretch in index.stretches:
            device = self._device(stretch.device)
            for branch in journal.branches(device, stretch.chain) if device else ():
                if packing.needed_from(journal, branch, others) <= stretch.last:
                    return False
        return not index.blobs

    async def _look_again(self, topic: Topic) -> None:
        """Fetch what this machine believes to lie here and somebody says they cannot have: a shelf
        may list a parcel and not hand it out. What cannot be had is not there, and is left anew."""
        wanted = self._called_for(topic)
        due = [name for name in topic.sure_of - self._looked if name[:WANT_BYTES] in wanted]
        due = sorted(due)[: min(LOOKS_AGAIN, MOST_AGAIN - len(self._looked))]
        self._looked.update(due)
        await self._read_whole(topic, iter(due))

    async def _count_waiting(self) -> int:
        """Entries of this machine that somebody lacks and that are not known to be on the shelf."""
        replica, others = self._replica, self._others()
        if not replica.epochs() or not others:
            return 0
        key = replica.current_key()
        if key is None:
            # There is no topic on which it may lie, so none of it is there.
            nowhere = Coverage(replica.journal)
            own, _theirs = await self._gaps(nowhere, nowhere, others)
        else:
            topic = self._topic(Lock.of_epoch(key))
            own, _theirs = await self._gaps(topic.sure, topic.coverage, others)
        return sum(gap.entries for gap in own)

    def _is_others_turn(self) -> bool:
        now = self._now()
        if self._others_due is None:
            self._others_due = now + self._random.uniform(*self._pace.others)
        if now < self._others_due:
            return False
        self._others_due = None
        return True

    def _others(self) -> list[Holdings]:
        """What each machine holds for which something is left here. An open invitation is a
        machine that holds nothing yet."""
        return [*self._held_by_others(), *([{}] if self.group.invitations() else [])]

    def _held_by_others(self) -> list[Holdings]:
        """What each other machine of the group said it holds; nothing where it said nothing."""
        replica = self._replica
        membership = replica.membership()
        said = {each.device: each.holdings for each in replica.statements()}
        heard = replica.last_heard()
        now = replica.clock()
        return [
            said.get(device.key, {})
            for device in membership.current_devices()
            if device.key != replica.device.public
            and now - max(heard.get(device.key, 0), device.added) < LOST_MS
        ]

    async def _gaps(
        self, sure: Coverage, said: Coverage, others: Sequence[Holdings]
    ) -> tuple[list[Gap], list[Gap]]:
        """What somebody lacks and the shelf has not: of this machine's own, and of others'.

        Of its own, ``sure`` covers what is there, and ``said`` of others': another member's word
        that these are there is not enough.
        """
        journal = self._replica.journal
        own: list[Gap] = []
        theirs: list[Gap] = []
        for number, branch in enumerate([*journal.all_branches()], 1):
            if number % BRANCHES_AT_ONCE == 0:
                await asyncio.sleep(0)
            first = packing.needed_from(journal, branch, others)
            if first > branch.head_seq:
                continue
            if branch.device == self._replica.device.public:
                own.extend(sure.gaps(branch, first))
            else:
                theirs.extend(said.gaps(branch, first))
        return packing.in_order(journal, own), packing.in_order(journal, theirs)

    async def _make_sure(self, topic: Topic, gaps: Sequence[Gap]) -> bool:
        """Read some of the parcels of others that say they hold what is in these gaps; whether
        there were any."""
        first: dict[tuple[bytes, Chain], int] = {}
        for gap in gaps:
            chain = short_device(gap.branch.device), gap.branch.chain
            first[chain] = min(gap.first, first.get(chain, gap.first))
        suspects = [
            name
            for name, index in topic.says.items()
            if name not in topic.sure_of
            and any(
                each.last >= first.get((each.device, each.chain), each.last + 1)
                for each in index.stretches
            )
        ]
        await self._read_whole(topic, iter(suspects[:MOST_SUSPECTS]))
        return bool(suspects)

    async def _leave(self, topic: Topic, gaps: Sequence[Gap], *, beside: bool = False) -> None:
        """Put what is in these gaps; with ``beside`` also what this machine has to say."""
        journal = self._replica.journal
        rest: list[Gap] = []
        for gap in gaps:
            for piece, is_block in packing.blocks(journal, gap):
                made = packing.block(journal, topic.lock, piece) if is_block else None
                if made is None:
                    rest.append(piece)
                else:
                    await self._put(topic, *made)
        packs = packing.loose(journal, rest)
        said = self._to_say(topic) if beside else None
        first = next(packs, None)
        join = self._join_request(topic) if beside else None
        if said is not None or join is not None:
            wants = self._wants(topic)
            statements = said or ()
            made = packing.mixed(topic.lock, first, statements=statements, wants=wants, join=join)
            await self._put(topic, *made)
            if statements:
                self._told_at, self._took = self._now(), False
                self._words -= 1
        elif first is not None:
            await self._put(topic, *packing.mixed(topic.lock, first))
        for pack in packs:
            await self._put(topic, *packing.mixed(topic.lock, pack))

    async def _put(self, topic: Topic, parcel: bytes, index: Index) -> None:
        name = name_of(parcel)
        if not self._may_lie(topic, index):
            return  # the lock was changed while this was made: it goes with the next round
        if name in topic.noted:
            if topic.noted[name].state is not State.UNFIT or self._resealed >= MOST_AGAIN:
                return
            # It is listed and not handed out: under the same name it cannot be put right.
            self._resealed += 1
            parcel = reseal(topic.lock, parcel)
            name = name_of(parcel)
        await self.shelf.put(topic.lock.topic, parcel)
        if not self._remember(topic, name, index):
            return
        self._passed_on(topic, index)
        self._be_sure(topic, name)
        self._put_some = True
        self._keep(topic, [self._noted(parcel, self._memo(topic, name))])
        await asyncio.sleep(0)

    def _may_lie(self, topic: Topic, index: Index) -> bool:
        """Whether a parcel may go on a topic: what people wrote goes on the newest alone."""
        if not index.blobs and all(each.chain is Chain.CONTROL for each in index.stretches):
            return True
        key = self._replica.current_key()
        return key is not None and Lock.of_epoch(key).topic.public == topic.lock.topic.public

    def _noted(self, parcel: bytes, says: bytes | None) -> Noted:
        clock = self._replica.clock()
        return Noted(name_of(parcel), 0, len(parcel), State.SURE, clock, says)

    def _to_say(self, topic: Topic) -> list[tuple[bytes, bytes]] | None:
        """Statements to leave, this machine's first; None if the shelf has them."""
        replica = self._replica
        if not unpacking.is_member(replica):
            return None
        own = replica.statement()
        told, wants = topic.wants.get(own.device, (-1, ()))
        told = max(told, topic.said.get(own.device, -1))
        self._say_due = None
        if told >= own.created and wants == tuple(self._wants(topic)):
            return None
        now = self._now()
        if self._told_at is not None:
            refill = self._pace.word * len(replica.membership().devices)
            passed = now - self._told_at
            self._words = min(MOST_WORDS, self._words + max(0.0, now - self._filled_at) / refill)
            self._filled_at = now
            every = self._pace.statements if self._took else self._pace.idle
            wait = max(every - passed, (1 - self._words) * refill)
            if wait > 0:
                self._say_due = now + wait
                return None
        if len(own.body) > LONGEST_STATEMENT:
            return None
        found = [(own.body, own.signature)]
        room = OTHERS_SAID
        for each in sorted(replica.statements(), key=lambda each: -each.created):
            if each.device == own.device or topic.said.get(each.device, -1) >= each.created:
                continue
            if not replica.membership().is_current(each.device) or len(each.body) > room:
                continue
            room -= len(each.body) + 64
            found.append((each.body, each.signature))
        return found

    def _wants(self, topic: Topic) -> list[bytes]:
        """Beginnings of the hashes of photos that are lacking here, newest posts first, and of the
        names of parcels that are listed and could not be had."""
        missing = self._replica.blobs.missing()
        photos = [digest[:WANT_BYTES] for digest, _ in zip(missing, range(256), strict=False)]
        return photos + [name[:WANT_BYTES] for name in sorted(topic.withheld)[:MOST_WITHHELD]]

    def _join_request(self, topic: Topic) -> Any:
        replica = self._replica
        if replica.invitation is None:
            return None
        asked = any(replica.device.public in index.joins for index in topic.says.values())
        return None if asked else replica.join_request()

    async def _speak_under_an_older_key(self) -> None:
        """Where there is no key yet to the lock that counts: a newcomer asks where the welcome led,
        a member says what is held here, so that others see who is without. Nothing that people
        wrote goes there."""
        topic = self._topic(Lock.of_epoch(self._replica.epochs()[0]))
        await self._leave(topic, [], beside=True)

    # -- photos

    def _own_photos(self, topic: Topic, others: Sequence[Holdings]) -> list[bytes]:
        """Photos of this person's living posts of whose text somebody lacks the newest part."""
        journal = self._replica.journal
        found: dict[bytes, None] = {}
        for branch in journal.branches(self._replica.device.public, Chain.CONTENT):
            first = packing.needed_from(journal, branch, others)
            if first > branch.head_seq:
                continue
            for (digest,) in self._db.execute(
                "SELECT DISTINCT post_photo.hash FROM entry JOIN change ON change.entry ="
                " entry.number JOIN post_photo ON post_photo.record = change.record"
                " JOIN blob ON blob.hash = post_photo.hash"
                " WHERE entry.chain = ? AND entry.seq >= ?",
                (branch.number, first),
            ):
                found[bytes(digest)] = None
        return [each for each in found if not topic.coverage.has_blob(each)]

    def _wanted_photos(self, topic: Topic) -> list[bytes]:
        """Photos that some machine said it lacks, and that are here and not on the shelf."""
        wants = self._called_for(topic)
        if not wants:
            return []
        return [
            digest
            for digest in self._replica.blobs.all()
            if digest[:WANT_BYTES] in wants and not topic.coverage.has_blob(digest)
        ]

    def _called_for(self, topic: Topic) -> set[bytes]:
        """What the others said they lack; see :meth:`_wants`."""
        me = self._replica.device.public
        current = self._replica.membership()
        return {
            want
            for device, (_created, wants) in topic.wants.items()
            if device != me and current.is_current(device)
            for want in wants
        }

    async def _leave_photos(self, topic: Topic, hashes: Iterable[bytes]) -> None:
        for _number, digest in zip(range(self._most_photos), hashes, strict=False):
            data = self._replica.blobs.serve(digest)
            if data is not None:
                await self._put(topic, *packing.photo(topic.lock, data))

    # -- welcomes

    async def _leave_welcomes(self, key: keys.EpochKey, *, afresh: bool) -> bool:
        """Put what a newcomer needs for each invitation made here; whether any was new.

        After a rotation they are left anew. Those of invitations by which nobody is let in any more
        are not, so that what is written from then on does not open with them.
        """
        left = False
        for seed in self.group.welcomes():
            lock = Lock.of_seed(seed)
            welcomed = self._welcomed.get(seed)
            if welcomed is not None and welcomed.epoch == key.id and not afresh:
                continue
            there = await self._names_at(lock)
            noted = [*shelf_notes.parcels(self._db, self.shelf.address, lock.topic.public)]
            known = frozenset(each.name for each in noted if self._is_welcome(each, key))
            if not (known and known <= there):
                known = await self._put_welcome(lock, key)
                await self._take_away(lock, [each.name for each in noted if each.name not in known])
                left = True
            self._welcomed[seed] = _Welcomed(key.id, known)
        return left

    def _is_welcome(self, noted: Noted, key: keys.EpochKey) -> bool:
        """Whether a parcel that was noted is part of a welcome with this key. Those that were noted
        before there were rotations do not say."""
        first = self._replica.membership().epochs[:1] == (key.id,)
        return noted.says == key.id or (noted.says is None and first)

    async def _names_at(self, lock: Lock) -> set[bytes]:
        there: set[bytes] = set()
        after: Cursor | None = None
        while len(there) < MOST_PARCELS:
            listing = await self.shelf.list(lock.topic, after)
            there.update(each.name for each in listing.parcels)
            after = listing.cursor
            if not listing.more or not listing.parcels:
                break
        return there

    async def _take_away(self, lock: Lock, names: Sequence[bytes]) -> None:
        """Forget what was left, and take it away where a shelf does not forget by itself."""
        drop = getattr(self.shelf, "drop", None)
        if drop is not None:
            for name in names:
                await drop(lock.topic, name)
        with self._replica.write(durable=False):
            shelf_notes.drop(self._db, self.shelf.address, lock.topic.public, names)

    async def _put_welcome(self, lock: Lock, key: keys.EpochKey) -> frozenset[bytes]:
        """The control chains and the keys; the rest lies on the group's own topic."""
        journal = self._replica.journal
        gaps = packing.in_order(
            journal,
            [
                Gap(branch, branch.first, branch.head_seq)
                for branch in journal.all_branches()
                if branch.chain is Chain.CONTROL
            ],
        )
        noted: list[Noted] = []
        secrets = tuple(each.secret for each in reversed(self._replica.epochs()[:MOST_EPOCHS]))
        packs = list(packing.loose(journal, gaps))
        for number, pack in enumerate(packs):
            last = number == len(packs) - 1
            index = Index(stretches=tuple(pack.stretches))
            body = Body(batches=pack.batches, epochs=secrets if last else ())
            parcel = seal(lock, index, body)
            await self.shelf.put(lock.topic, parcel)
            noted.append(self._noted(parcel, key.id))
        with self._replica.write(durable=False):
            shelf_notes.keep(self._db, self.shelf.address, lock.topic.public, noted)
        return frozenset(each.name for each in noted)
