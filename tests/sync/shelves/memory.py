# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A shelf in memory that can be wiped, rolled back, full, away, and made to lie; and people who
visit it under a clock that is made up."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from mutualaid.model import keys
from mutualaid.model.group import Group
from mutualaid.model.invitation import Invitation
from mutualaid.model.replica import Replica
from mutualaid.model.store import Store
from mutualaid.sync import unpacking
from mutualaid.sync.filling import Pace
from mutualaid.sync.keeper import Keeper
from mutualaid.sync.parcel_outside import name_of, outside
from mutualaid.sync.shelf import (
    BEGINNING,
    Cursor,
    Listed,
    Listing,
    ShelfError,
    ShelfLacksError,
    TopicKey,
    run_on,
)
from tests.model.street import NOW

KEY = b"k" * 32
PAGE = 7


@dataclass
class Place:
    """What several machines see as one shelf."""

    address: str = "relay:made-up"
    generation: bytes = field(default_factory=lambda: keys.random(16))
    topics: dict[bytes, dict[bytes, bytes]] = field(default_factory=dict)
    #: Raised by every call, or by every put.
    trouble: ShelfError | None = None
    full: ShelfError | None = None
    #: Names that are listed and whose heads are shown, and whose bodies are not handed out.
    withheld: set[bytes] = field(default_factory=set)
    #: Whether it is like a folder, which forgets nothing by itself.
    keeps_for_ever: bool = False
    #: What it says it grants to a topic, in bytes.
    quota: int | None = None
    heads: list[bytes] = field(default_factory=list)
    gets: list[bytes] = field(default_factory=list)
    puts: list[bytes] = field(default_factory=list)

    def parcels(self) -> list[bytes]:
        return [parcel for topic in self.topics.values() for parcel in topic.values()]

    def wipe(self) -> None:
        self.topics.clear()
        self.generation = keys.random(16)

    def keep(self) -> dict[bytes, dict[bytes, bytes]]:
        return {topic: dict(parcels) for topic, parcels in self.topics.items()}

    def roll_back(self, kept: dict[bytes, dict[bytes, bytes]]) -> None:
        self.topics = {topic: dict(parcels) for topic, parcels in kept.items()}

    def lose(self, every: int) -> int:
        """Drop every so-manieth parcel, in a fixed order; how many went."""
        names = sorted((topic, name) for topic, found in self.topics.items() for name in found)
        for topic, name in names[::every]:
            del self.topics[topic][name]
        return len(names[::every])

    def shelf(self) -> "MemoryShelf":
        return LastingShelf(self) if self.keeps_for_ever else MemoryShelf(self)


class MemoryShelf:
    """One machine's view of a place; see :class:`mutualaid.sync.shelf.Shelf`."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.address = place.address

    def _found(self, topic: TopicKey) -> dict[bytes, bytes]:
        if self.place.trouble is not None:
            raise self.place.trouble
        return self.place.topics.get(topic.public, {})

    async def list(self, topic: TopicKey, after: Cursor | None) -> Listing:
        found = list(self._found(topic).items())
        running = [BEGINNING.running]
        for name, _parcel in found:
            running.append(run_on(running[-1], name))
        start = 0 if after in (None, BEGINNING) else after.number
        known = after in (None, BEGINNING) or (
            after.generation == self.place.generation
            and start <= len(found)
            and running[start] == after.running
        )
        start = start if known else 0
        some = found[start : start + PAGE]
        end = start + len(some)
        return Listing(
            tuple(
                Listed(start + number, name, len(parcel))
                for number, (name, parcel) in enumerate(some, 1)
            ),
            Cursor(self.place.generation, end, running[end]),
            more=end < len(found),
            reset=not known,
        )

    @property
    def quota(self) -> int | None:
        return self.place.quota

    async def head(self, topic: TopicKey, name: bytes) -> bytes:
        parcel = self._parcel(topic, name)
        self.place.heads.append(name)
        return parcel[: outside(parcel).head_length]

    async def get(self, topic: TopicKey, name: bytes) -> bytes:
        parcel = self._parcel(topic, name)
        if name in self.place.withheld:
            raise ShelfLacksError("That one is withheld.", self.address)
        self.place.gets.append(name)
        return parcel

    def _parcel(self, topic: TopicKey, name: bytes) -> bytes:
        parcel = self._found(topic).get(name)
        if parcel is None:
            raise ShelfLacksError("There is no such parcel.", self.address)
        return parcel

    async def put(self, topic: TopicKey, parcel: bytes) -> None:
        self._found(topic)
        if self.place.full is not None:
            raise self.place.full
        assert outside(parcel).topic == topic.public
        self.place.puts.append(name_of(parcel))
        self.place.topics.setdefault(topic.public, {})[name_of(parcel)] = parcel

    async def wait(self, topic: TopicKey, after: Cursor) -> None:
        await asyncio.Event().wait()

    async def close(self) -> None:
        pass


class LastingShelf(MemoryShelf):
    """One from which a machine takes away what it left itself."""

    async def drop(self, topic: TopicKey, name: bytes) -> None:
        self.place.topics.get(topic.public, {}).pop(name, None)


class World:
    """People with a machine each, of one group, and what time it is. ``close`` when done."""

    def __init__(self, directory: Path, seed: int = 0) -> None:
        self.directory = directory
        self.random = Random(seed)
        self.seconds = 0.0
        self.groups: dict[str, Group] = {}
        self.keepers: dict[tuple[str, str], Keeper] = {}
        self.taken: list[unpacking.Taken] = []

    def clock(self) -> int:
        return NOW + int(self.seconds * 1000)

    def store(self, name: str) -> Store:
        return Store(self.directory / f"{name}.db", KEY)

    def start(self, name: str = "Ana") -> Group:
        self.groups[name] = Group.start(self.store(name), "Elm Street", name, clock=self.clock)
        return self.groups[name]

    def ask(self, name: str, invitation: Invitation) -> Group:
        """A newcomer who holds an invitation, and has met nobody yet."""
        self.groups[name] = Group.join(self.store(name), invitation, name, clock=self.clock)
        return self.groups[name]

    def join(self, name: str) -> Group:
        """A newcomer whom the first member lets in, over a cable."""
        host = next(iter(self.groups.values()))
        newcomer = self.ask(name, host.invite())
        host.replica.admit(newcomer.replica.join_request())
        self.meet(*self.groups.values())
        assert newcomer.joined
        # The invitation is used up: nobody is waited for any more.
        for invitation in host.invitations():
            host.withdraw_invitation(invitation.public)
        self.meet(*self.groups.values())
        return newcomer

    def again(self, name: str) -> Group:
        """A second machine of the same person, as a restored backup makes it."""
        first = self.groups[name].replica
        store = self.store(f"{name} again")
        with store.write(durable=True):
            store.set_meta("group", first.group)
            store.set_meta("device", keys.SigningKey.generate().seed)
            store.set_meta("person", first.person.seed)
            store.set_meta("sealing", first.sealing.seed)
            for epoch in first.epochs():
                store.set_meta(f"epoch:{epoch.id.hex()}", epoch.secret)
        made = Group(Replica(store, clock=self.clock))
        self.meet(self.groups[name], made)
        made.replica.begin_new_device(copied=False)
        self.groups[f"{name} again"] = made
        return made

    def meet(self, *groups: Group) -> None:
        """Everybody hears everything, and what everybody holds, over a cable."""
        for _ in range(2):
            for source in groups:
                for target in groups:
                    if source is not target:
                        there = target.replica.journal
                        there.refresh()
                        source.replica.journal.refresh()
                        for batch in source.replica.journal.lacking(there.holdings()):
                            target.replica.take_in(batch)
                        target.replica.apply_all()
        for source in groups:
            statement = source.replica.statement()
            for target in groups:
                target.replica.accept_statements([(statement.body, statement.signature)])

    def keeper(self, name: str, place: Place) -> Keeper:
        at = name, place.address
        if at not in self.keepers:
            self.keepers[at] = Keeper(
                self.groups[name],
                place.shelf(),
                local=False,
                stored=self.taken.append,
                now=lambda: self.seconds,
                random=self.random,
                pace=Pace(others=(20, 90), statements=1, idle=1, word=1),
            )
        return self.keepers[at]

    def visit(self, name: str, place: Place, *, afresh: bool = False) -> None:
        """One round at a place."""
        self.groups[name].refresh()
        asyncio.run(self.keeper(name, place).round(afresh=afresh))
        self.groups[name].replica.apply_all()

    def restart(self, name: str) -> None:
        """A machine that was switched off and on: only its files are left."""
        group = self.groups[name]
        group.close()
        for at in [each for each in self.keepers if each[0] == name]:
            del self.keepers[at]
        self.groups[name] = Group(Replica(self.store(name), clock=self.clock))

    def settle(self, place: Place, rounds: int = 4) -> None:
        """Hours in which everybody comes by again and again, never two at once."""
        for _ in range(rounds):
            for name in self.groups:
                self.seconds += 1800
                self.visit(name, place)
            self.seconds += 3600

    def views(self) -> set[str]:
        return {group.replica.applier.view_hash() for group in self.groups.values()}

    def close(self) -> None:
        for group in self.groups.values():
            group.close()
