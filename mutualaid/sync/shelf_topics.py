# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is known of a shelf while the program runs: its topics, and what lies on each."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import cbor2

from mutualaid.model import keys, plain, shelf_notes
from mutualaid.model.chains import short_device
from mutualaid.model.group import Group
from mutualaid.model.replica import Replica
from mutualaid.model.shelf_notes import Noted, State
from mutualaid.model.statements import STATEMENT_DOMAIN
from mutualaid.sync.packing import Coverage
from mutualaid.sync.parcel import BadParcelError, Index, Lock, read_index, write_index
from mutualaid.sync.shelf import Cursor, Listed, Shelf

#: Parcels of one topic that are looked at; a hostile shelf may tell of ten million.
MOST_PARCELS: Final = 20_000
#: Stretches that all of them may tell of; what more there is counts for nothing.
MOST_STRETCHES: Final = 400_000
#: Topics, the newest, that are looked at with each list from the beginning, and with any list; also
#: those on which somebody may still be.
MOST_TOPICS: Final = 16
RECENT_TOPICS: Final = 3
NOBODY: Final = (b"", 0)


class Written(NamedTuple):
    device: bytes
    created: int


@dataclass(slots=True)
class Topic:
    """What is known of one topic on the shelf."""

    lock: Lock
    coverage: Coverage
    #: The same of those parcels alone that this machine wrote itself, or read whole.
    sure: Coverage
    noted: dict[bytes, Noted] = field(default_factory=dict)
    #: What each parcel says of itself, without the statements; see ``written``.
    says: dict[bytes, Index] = field(default_factory=dict)
    stretches: int = 0
    #: Which device wrote it, and when: by the statement of its own in front.
    written: dict[bytes, Written] = field(default_factory=dict)
    sure_of: set[bytes] = field(default_factory=set)
    cursor: Cursor | None = None
    #: When the shelf last said that something is missing in between, in ms.
    holes_seen: int | None = None
    #: Names that could not be fetched a moment ago: still being copied, perhaps.
    later: dict[bytes, Listed] = field(default_factory=dict)
    #: Names that are listed and could not be had.
    withheld: set[bytes] = field(default_factory=set)
    #: What was so when a waiting parcel was last tried in vain.
    tried: dict[bytes, object] = field(default_factory=dict)
    #: Device → when the newest statement of it on the shelf was made; and what it wants since.
    said: dict[bytes, int] = field(default_factory=dict)
    wants: dict[bytes, tuple[int, tuple[bytes, ...]]] = field(default_factory=dict)

    def is_outdated(self, name: bytes, when: int) -> bool:
        """Whether a parcel was written before ``when`` (ms), and says nothing that its writer did
        not say anew since."""
        index, written = self.says.get(name), self.written.get(name)
        if index is None or written is None or written.created >= when:
            return False
        content = index.stretches or index.blobs or index.joins
        return not content and self.said.get(written.device, -1) > written.created

    def recall(self, device: bytes) -> None:
        """After the newest word of a machine went: what lies there of it still counts, no more, so
        that it is said again."""
        self.said.pop(device, None)
        self.wants.pop(device, None)
        left = [
            (each.created, name) for name, each in self.written.items() if each.device == device
        ]
        if left:
            created, name = max(left)
            self.said[device] = created
            self.wants[device] = created, self.says[name].wants

    @property
    def size(self) -> int:
        """Bytes of all parcels."""
        return sum(each.size for each in self.noted.values())


class ShelfWork:
    """What emptying and filling share: one shelf of one group."""

    def __init__(self, group: Group, shelf: Shelf) -> None:
        self.group = group
        self.shelf = shelf
        self._topics: dict[bytes, Topic] = {}
        #: What was noticed of this shelf, and when.
        self._notice: tuple[str, int | None] = "", None
        #: Entries of this machine that are still to be left.
        self._waiting = 0
        #: Parcels that were new in this round, and whether there are more than can be.
        self._fresh = 0
        self._flooded = False
        #: Whether something was taken from this shelf since this machine last said what it holds.
        self._took = False
        #: Epochs beyond which some machine is not known to be; see ``handing_over``.
        self._in_use: frozenset[bytes] = frozenset()

    @property
    def _replica(self) -> Replica:
        return self.group.replica

    @property
    def _db(self) -> Any:
        return self._replica.store.connection

    def _locks(self, *, everything: bool = True) -> list[Lock]:
        """What this machine can open here, in the order in which to look: an older lock's topic may
        bring the key of a newer one. Without ``everything`` what is most likely to have news."""
        replica = self._replica
        newest = MOST_TOPICS if everything else RECENT_TOPICS
        epochs = [
            epoch
            for age, epoch in enumerate(replica.epochs())
            if age < newest or epoch.id in self._in_use
        ]
        locks = [Lock.of_epoch(epoch) for epoch in reversed(epochs)]
        invitation = replica.invitation
        if invitation is not None:
            locks.insert(0, Lock.of_invitation(invitation))
        return locks

    def _is_past(self, lock: Lock) -> bool:
        """Whether a topic is one on which only the way to a newer one is left. Whoever was a member
        once may write there what they like; nothing of it may hold up what lies elsewhere."""
        older = (Lock.of_epoch(each) for each in self._replica.epochs()[1:])
        return any(each.topic.public == lock.topic.public for each in older)

    def _topic(self, lock: Lock) -> Topic:
        known = self._topics.get(lock.topic.public)
        if known is not None:
            return known
        journal = self._replica.journal
        topic = Topic(lock, Coverage(journal), Coverage(journal))
        stored = shelf_notes.cursor(self._db, self.shelf.address, lock.topic.public)
        with suppress(ValueError):
            topic.cursor = Cursor.decode(stored) if stored else None
        for noted in shelf_notes.parcels(self._db, self.shelf.address, lock.topic.public):
            if noted.state is State.NEWER:
                continue  # this program may be the newer one by now
            topic.noted[noted.name] = noted
            if noted.says is not None and noted.state is not State.UNFIT:
                with suppress(BadParcelError, ValueError, TypeError):
                    written, data = plain.read(noted.says)
                    self._remember(topic, noted.name, read_index(data), Written(*written))
                    if noted.state is State.SURE:
                        self._be_sure(topic, noted.name)
        self._topics[lock.topic.public] = topic
        return topic

    def _remember(
        self, topic: Topic, name: bytes, index: Index, written: Written | None = None
    ) -> bool:
        """Count with what a parcel says of itself; False where that would be too much.

        Of its statements only who wrote it and when is kept, if the signature is true.
        """
        if topic.stretches + len(index.stretches) > MOST_STRETCHES:
            return False
        written = written or self._writer(index)
        slim = replace(index, statements=())
        topic.says[name] = slim
        topic.stretches += len(slim.stretches)
        topic.coverage.add(slim)
        if written.device:
            topic.written[name] = written
            device, created = written
            topic.said[device] = max(created, topic.said.get(device, -1))
            if topic.wants.get(device, (-1, ()))[0] <= created:
                topic.wants[device] = created, slim.wants
        return True

    def _writer(self, index: Index) -> Written:
        for body, signature in index.statements[:1]:
            statement = self._replica.read_statement(body, signature)
            if statement is not None and keys.verify(
                statement.device, STATEMENT_DOMAIN + body, signature
            ):
                return Written(statement.device, statement.created)
        return Written(*NOBODY)

    def _passed_on(self, topic: Topic, index: Index) -> None:
        """Note which statements of others a parcel brings; those that are not believed, or newer
        than what is known here, do not count."""
        times = self._replica.statement_times()
        for body, signature in index.statements[1:]:
            statement = self._replica.read_statement(body, signature)
            if statement is None:
                continue
            if statement.created <= times.get(short_device(statement.device), -1):
                known = topic.said.get(statement.device, -1)
                topic.said[statement.device] = max(statement.created, known)

    def _memo(self, topic: Topic, name: bytes) -> bytes:
        """What is remembered of a parcel, for the database."""
        written = topic.written.get(name, NOBODY)
        return cbor2.dumps([list(written), write_index(topic.says[name])])

    def _be_sure(self, topic: Topic, name: bytes) -> None:
        """A parcel holds what it says: this machine wrote it, or read it whole."""
        index = topic.says.get(name)
        if index is not None and name not in topic.sure_of:
            topic.sure_of.add(name)
            topic.sure.add(index)

    def _unsay(self, topic: Topic, name: bytes) -> None:
        """What a parcel says of itself does not count (any more)."""
        index = topic.says.pop(name, None)
        if index is not None:
            topic.coverage.remove(index)
            topic.stretches -= len(index.stretches)
            written = topic.written.pop(name, None)
            if written is not None and topic.said.get(written.device, -1) <= written.created:
                topic.recall(written.device)
            if name in topic.sure_of:
                topic.sure_of.discard(name)
                topic.sure.remove(index)

    def _forget(self, topic: Topic, name: bytes) -> None:
        topic.noted.pop(name, None)
        topic.tried.pop(name, None)
        topic.withheld.discard(name)
        self._unsay(topic, name)

    def _keep(self, topic: Topic, noted: Sequence[Noted]) -> None:
        if noted:
            with self._replica.write(durable=False):
                shelf_notes.keep(self._db, self.shelf.address, topic.lock.topic.public, noted)
            topic.noted.update((each.name, each) for each in noted)

    def _say(self, notice: str) -> None:
        self._notice = notice, self._replica.clock()

    def _set_aside(self, topic: Topic, noted: Noted) -> None:
        self._unsay(topic, noted.name)
        self._keep(topic, [noted._replace(state=State.UNFIT, says=None)])
