# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What entries mean: the second durable stage, *applied*.

Reads the changes out of stored entries and makes records, views and search follow. One path,
whoever wrote the entry. A record is a function of the set of its changes that are held, never of
the order in which they came: whenever anything about a record is not the plain case of one first
change, all its changes are read anew and weighed together.

A persisted mark says up to which entry the journal has been applied. Applying an entry twice does
no harm.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, NamedTuple

import cbor2

from mutualaid.model import blobs, outcomes, search
from mutualaid.model.chains import Branch
from mutualaid.model.change import IDENTITY, Change, InvalidChange, read_change
from mutualaid.model.content import GONE, Identity, decode_changes, read_identity
from mutualaid.model.crdt import Merged, read_fields, select
from mutualaid.model.entry import Chain
from mutualaid.model.journal import Journal
from mutualaid.model.keys import SealingKey, blake2b, device_hash
from mutualaid.model.membership import Membership, canonical
from mutualaid.model.opened import Opened
from mutualaid.model.records import REGISTRY, indexed_texts, view
from mutualaid.model.records.kind import Record
from mutualaid.model.store import TOUCHED_KEPT, Store, all_tables, create_views
from mutualaid.model.values import Scalar

#: Above this many, views are told to read anew rather than which records changed.
TOUCHED_ONE_BY_ONE: Final = 1000


def batched(items: Iterable[Any], size: int) -> Iterator[tuple[Any, ...]]:
    """Tuples of up to ``size`` items (itertools has it from Python 3.12 on)."""
    iterator = iter(items)
    while some := tuple(islice(iterator, size)):
        yield some


class Author(NamedTuple):
    """Where a change came from."""

    entry: int
    device: int  # number
    person: bytes | None
    created: int
    counts: bool


@dataclass(slots=True)
class _Write:
    """Rows gathered for one batch."""

    records: list[tuple[Any, ...]] = field(default_factory=list)
    changes: list[tuple[int, int]] = field(default_factory=list)
    views: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    search: list[tuple[int, str]] = field(default_factory=list)
    touched: list[tuple[str | None, int]] = field(default_factory=list)
    posts: set[bytes] = field(default_factory=set)  # what came of them is to be followed
    photos: set[bytes] = field(default_factory=set)  # that a post may have let go
    unnamed: bool = False  # whether any that no post names is to go


class Weighed(NamedTuple):
    """All that is held of one record, weighed: what counts, who wrote it, what it makes."""

    identity: Identity | None
    counted: list[Change]
    waiting: list[Change]
    authors: dict[bytes, Author]  # by hash of the change
    data: dict[bytes, bytes]  # the changes themselves, likewise
    merged: Merged | None


class Applier:
    """Applies stored entries of one group, inside its caller's transactions."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        own: Callable[[], tuple[bytes, bytes]],
        sealing: Callable[[], SealingKey],
    ) -> None:
        """``own`` tells this machine's device and person: they may write before they are
        admitted, for what they wrote counts elsewhere from the admission on. ``sealing`` tells
        the key to which notes for that person are sealed."""
        self.store = store
        self.journal = journal
        self.own = own
        self._hashes: dict[bytes, bytes] = {}
        self._insert_view: dict[str, str] = {}
        self.opened = Opened(
            store.connection, journal.group, self._fields_of, lambda: (own()[1], sealing())
        )

    # -- applying

    def backlog(self) -> int:
        """How many stored entries have not been applied."""
        row = self.store.connection.execute("SELECT max(number) FROM entry").fetchone()
        return int((row[0] or 0) - self._mark())

    def _mark(self) -> int:
        return int(self.store.meta("applied") or 0)

    def apply(self, limit: int) -> int:
        """Apply up to ``limit`` further entries; return how many, 0 when there are none left."""
        rows = self.store.connection.execute(
            "SELECT number, chain, seq, created, payload FROM entry WHERE number > ?"
            " ORDER BY number LIMIT ?",
            (self._mark(), limit),
        ).fetchall()
        if rows:
            self._apply_rows(rows)
            self.store.set_meta("applied", rows[-1][0])
        return len(rows)

    def apply_own(self, numbers: Sequence[int]) -> None:
        """Apply entries just written here, whether or not others wait before them."""
        marks = ",".join("?" * len(numbers))
        caught_up = self._mark() == numbers[0] - 1
        rows = self.store.connection.execute(
            "SELECT number, chain, seq, created, payload FROM entry"
            f" WHERE number IN ({marks}) ORDER BY number",
            numbers,
        ).fetchall()
        self._apply_rows(rows)
        if caught_up:
            self.store.set_meta("applied", numbers[-1])

    def _apply_rows(self, rows: Sequence[tuple[Any, ...]]) -> None:
        membership = self.journal.membership()
        counts = self.journal.counts(membership)
        found: dict[bytes, list[tuple[Change, Author]]] = {}
        for number, chain, seq, created, payload in rows:
            branch = self.journal.branch(chain)
            if branch.chain is Chain.CONTROL or payload is None:
                continue
            changes = self.read_entry(branch, payload)
            if changes is None:
                continue
            author = Author(
                number,
                branch.number,
                self.person_of(branch.device, membership),
                created,
                counts(chain, seq),
            )
            for record_id, change in changes:
                found.setdefault(record_id, []).append((change, author))
        self._apply_changes(found, membership, counts)

    def read_entry(self, branch: Branch, payload: bytes) -> list[tuple[bytes, Change]] | None:
        """The changes an entry carries, or None where it is void: the same on every machine."""
        pairs = decode_changes(payload)
        if pairs is None:
            return None
        actor = self._hashes.get(branch.device)
        if actor is None:
            actor = self._hashes[branch.device] = device_hash(branch.device)
        changes: list[tuple[bytes, Change]] = []
        try:
            for record_id, data in pairs:
                change = read_change(data)
                if change.actor[:16] != actor:
                    return None
                changes.append((record_id, change))
        except InvalidChange:
            return None
        return changes

    def person_of(self, device: bytes, membership: Membership) -> bytes | None:
        person = membership.person_of(device)
        if person is None:
            own_device, me = self.own()
            return me if device == own_device else None
        return person

    def _apply_changes(
        self,
        found: Mapping[bytes, list[tuple[Change, Author]]],
        membership: Membership,
        counts: Callable[[int, int], bool],
    ) -> None:
        if not found:
            return
        known = dict(self._numbers(found.keys()))
        write = _Write()
        plain: list[tuple[int, bytes, Identity, Change, Author]] = []
        slow: list[bytes] = []
        for record_id, changes in found.items():
            change, author = changes[0]
            identity = self._plain(record_id, changes, membership)
            if identity is None or record_id in known:
                slow.append(record_id)
            else:
                plain.append((author.created, record_id, identity, change, author))
        # Numbers grow with time, so that newest-first can follow them where sorting costs.
        plain.sort(key=lambda each: each[:2])
        number = self._next_number()
        for created, record_id, identity, change, author in plain:
            owner, kind = identity.owner, identity.kind
            # As bytearray, which the database driver takes without asking what adapts it.
            row = (number, bytearray(record_id), kind, bytearray(owner), created, created, 1)
            write.records.append(row)
            write.changes.append((number, author.entry))
            assert change.sets is not None
            record = Record(number, record_id, kind, owner, created, created, change.sets)
            self._show(record, write)
            write.touched.append((kind, number))
            number += 1
        for record_id in slow:
            if record_id not in known:
                known[record_id] = number
                write.records.append((number, record_id, None, None, None, None, 0))
                number += 1
            entries = {author.entry for _change, author in found[record_id]}
            write.changes += [(known[record_id], entry) for entry in entries]
        fresh = {record_id for _, record_id, identity, *_ in plain if identity.kind == "post"}
        self._flush(write)
        write.posts |= outcomes.answered(self.store.connection, fresh)
        self._follow(write.posts, membership)
        if slow:
            self._recompute([known[record_id] for record_id in slow], membership, counts)

    def _plain(
        self, record_id: bytes, changes: Sequence[tuple[Change, Author]], membership: Membership
    ) -> Identity | None:
        """The identity, if this is nothing but the first change of a record, and counts."""
        if len(changes) != 1:
            return None
        change, author = changes[0]
        if change.deps or not change.flat or change.deletes or change.sets is None:
            return None
        if change.seq != 1 or change.start_op != 1 or not author.counts:
            return None
        identity = read_identity(change.sets.get(IDENTITY), record_id)
        if identity is None or GONE in change.sets or not self._may_own(identity, author.person):
            return None
        if membership.purged and membership.is_purged(record_id, identity.owner):
            return None
        return identity

    def _may_own(self, identity: Identity, person: bytes | None) -> bool:
        if person is None or identity.group != self.journal.group:
            return False
        kind = REGISTRY.get(identity.kind)
        if kind is not None and kind.only_one and any(identity.nonce):
            return False
        if identity.owner == identity.group:
            return kind is None or kind.group_may_own
        return identity.owner == person and (kind is None or kind.person_may_own)

    def _numbers(self, ids: Collection[bytes]) -> Iterator[tuple[bytes, int]]:
        for some in batched(ids, 500):
            marks = ",".join("?" * len(some))
            yield from self.store.connection.execute(
                f"SELECT id, number FROM record WHERE id IN ({marks})", some
            )

    def _next_number(self) -> int:
        row = self.store.connection.execute("SELECT coalesce(max(number), 0) + 1 FROM record")
        return int(row.fetchone()[0])

    def _show(self, record: Record, write: _Write) -> None:
        """Gather a record's rows in the views."""
        if record.kind not in REGISTRY:
            return  # of a newer version: kept and passed on
        number = record.number
        rows_by_table, text = view(record)
        if record.kind in outcomes.CONCERNED and (rows := rows_by_table.get(record.kind)):
            write.posts.add(rows[0][0])
        for table, rows in rows_by_table.items():
            if rows:
                write.views.setdefault(table, []).extend((number, *row) for row in rows)
        if text:
            write.search.append((number, text))

    def _flush(self, write: _Write) -> None:
        db = self.store.connection
        if write.records:
            db.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?)", write.records)
        if write.changes:
            db.executemany("INSERT OR IGNORE INTO change VALUES (?, ?)", write.changes)
        for table, rows in write.views.items():
            db.executemany(self._view_insert(table, len(rows[0])), rows)
        if write.search:
            search.put(db, write.search)
        if len(write.touched) > TOUCHED_ONE_BY_ONE:
            self.touch_everything()
        elif write.touched:
            db.executemany("INSERT INTO touched (kind, record) VALUES (?, ?)", write.touched)
            db.execute(
                "DELETE FROM touched WHERE revision <= (SELECT max(revision) FROM touched) - ?",
                (TOUCHED_KEPT,),
            )
        self.opened.follow(write.touched)

    def _follow(self, posts: Collection[bytes], membership: Membership) -> None:
        """Let what came of these posts follow, and tell their views."""
        if posts:
            db = self.store.connection
            numbers = outcomes.follow(db, posts, membership.stewards())
            db.executemany(
                "INSERT INTO touched (kind, record) VALUES ('post', ?)", [(n,) for n in numbers]
            )

    def _view_insert(self, table: str, width: int) -> str:
        if table not in self._insert_view:
            marks = ",".join("?" * width)
            self._insert_view[table] = f"INSERT INTO {table} VALUES ({marks})"
        return self._insert_view[table]

    def touch_everything(self) -> None:
        self.store.connection.execute("INSERT INTO touched (kind, record) VALUES (NULL, NULL)")

    # -- weighing all of a record

    def weigh(
        self,
        number: int,
        record_id: bytes,
        membership: Membership,
        counts: Callable[[int, int], bool],
    ) -> Weighed:
        """Read all changes held of one record and decide, as a set, which of them count."""
        rows = self.store.connection.execute(
            "SELECT entry.number, chain, seq, entry.created, payload, hash FROM change"
            " JOIN entry ON entry.number = change.entry WHERE change.record = ?",
            (number,),
        ).fetchall()
        changes: dict[bytes, Change] = {}
        authors: dict[bytes, Author] = {}
        places: dict[bytes, tuple[bool, int, bytes]] = {}
        data: dict[bytes, bytes] = {}
        identity: Identity | None = None
        for entry, chain, seq, created, payload, digest in rows:
            branch = self.journal.branch(chain)
            raw = dict(decode_changes(payload) or ()).get(record_id) if payload else None
            if raw is None:
                continue
            change = read_change(raw)  # its entry was found to be sound when it was applied
            data[change.hash] = raw
            person = self.person_of(branch.device, membership)
            author = Author(entry, chain, person, created, counts(chain, seq))
            # One change may stand in several entries of its author: the place that counts, then
            # the earlier, then the lower hash decides, whichever came first.
            place = (not author.counts, created, bytes(digest))
            if change.hash not in places or place < places[change.hash]:
                places[change.hash] = place
                authors[change.hash] = author
            changes[change.hash] = change
            if not change.deps and change.sets is not None:
                identity = identity or read_identity(change.sets.get(IDENTITY), record_id)
        if identity is None:
            return Weighed(None, [], list(changes.values()), authors, data, None)
        allowed = [
            change
            for change in changes.values()
            if self._may_own(identity, authors[change.hash].person)
        ]
        selection = select(
            allowed, lambda change: authors[change.hash].counts, identity=identity.data
        )
        counted = list(selection.counted)
        merged: Merged | None = None
        if counted:
            try:
                merged = read_fields(counted)
            except InvalidChange:
                counted = []
        return Weighed(identity, counted, list(selection.waiting), authors, data, merged)

    def _fields_of(self, number: int, record_id: bytes) -> Mapping[str, Scalar]:
        membership = self.journal.membership()
        weighed = self.weigh(number, record_id, membership, self.journal.counts(membership))
        return weighed.merged.fields if weighed.merged else {}

    def recompute(self, numbers: Iterable[int]) -> None:
        """Weigh these records anew and write what follows."""
        membership = self.journal.membership()
        self._recompute(list(numbers), membership, self.journal.counts(membership))

    def _recompute(
        self, numbers: Sequence[int], membership: Membership, counts: Callable[[int, int], bool]
    ) -> None:
        db = self.store.connection
        write = _Write()
        for number in numbers:
            record_id, old_kind, was_alive = db.execute(
                "SELECT id, kind, alive FROM record WHERE number = ?", (number,)
            ).fetchone()
            weighed = self.weigh(number, record_id, membership, counts)
            if weighed.data and record_id in membership.purged:
                db.execute("INSERT OR IGNORE INTO late VALUES (?)", (number,))
            photos = blobs.named_by(db, number) if old_kind == "post" else ()
            self._unshow(number, old_kind, write)
            self._note_waiting(number, weighed)
            identity, merged = weighed.identity, weighed.merged
            if record_id in membership.purged:
                write.photos.update(photos)
                # What did not count for a while kept its photos, and names them no more.
                write.unnamed = write.unnamed or not was_alive
            elif merged is not None:
                write.photos.update(photos)
            if identity is None or merged is None:
                db.execute(
                    "UPDATE record SET kind = NULL, owner = NULL, created = NULL, updated = NULL,"
                    " alive = 0 WHERE number = ?",
                    (number,),
                )
                write.touched.append((old_kind, number))
                if old_kind == "post":
                    write.posts.add(record_id)
                continue
            times = [weighed.authors[change.hash].created for change in weighed.counted]
            created, updated = times[0], max(times)
            alive = merged.fields.get(GONE) is not True and not membership.is_purged(
                record_id, identity.owner
            )
            db.execute(
                "UPDATE record SET kind = ?, owner = ?, created = ?, updated = ?, alive = ?"
                " WHERE number = ?",
                (identity.kind, identity.owner, created, updated, int(alive), number),
            )
            if alive:
                self._show(
                    Record(
                        number,
                        record_id,
                        identity.kind,
                        identity.owner,
                        created,
                        updated,
                        _shown(identity.kind, merged),
                    ),
                    write,
                )
            if identity.kind == "post":
                write.posts.add(record_id)
            write.touched.append((identity.kind, number))
        self._flush(write)
        if self._mark() >= int(self.store.meta("rebuilt_to") or 0):
            blobs.drop_unnamed(db, None if write.unnamed else write.photos)
        self._follow(write.posts, membership)

    def _note_waiting(self, number: int, weighed: Weighed) -> None:
        db = self.store.connection
        db.execute("DELETE FROM waiting WHERE record = ?", (number,))
        db.executemany(
            "INSERT OR IGNORE INTO waiting SELECT ?, ?, device FROM chain WHERE chain.number = ?",
            [
                (number, weighed.authors[change.hash].entry, weighed.authors[change.hash].device)
                for change in weighed.waiting
            ],
        )

    def _unshow(self, number: int, kind_name: str | None, write: _Write) -> None:
        db = self.store.connection
        kind = REGISTRY.get(kind_name or "")
        if kind is None:
            return
        if kind.name in outcomes.CONCERNED:
            sql = f"SELECT post FROM {kind.name} WHERE record = ?"
            write.posts.update(row[0] for row in db.execute(sql, (number,)))
        search.remove(db, indexed_texts(db, kind, (number,)))
        for table in kind.tables:
            db.execute(f"DELETE FROM {table.name} WHERE record = ?", (number,))

    # -- what a change of membership means for records

    def follow_membership(self, before: Membership, after: Membership) -> None:
        """Weigh anew what newly cut-off, admitted or purged devices and records touch."""
        concerned = [
            device
            for device in before.devices.keys() | after.devices.keys()
            if before.devices.get(device) is None
            or after.devices.get(device) is None
            or before.devices[device].heads != after.devices[device].heads
            or before.devices[device].person != after.devices[device].person
        ]
        numbers: set[int] = set()
        for device in concerned:
            for branch in self.journal.branches(device, Chain.CONTENT):
                numbers.update(
                    row[0]
                    for row in self.store.connection.execute(
                        "SELECT record FROM change JOIN entry ON entry.number = change.entry"
                        " WHERE chain = ?",
                        (branch.number,),
                    )
                )
        fresh = [
            name
            for name in before.purged.keys() | after.purged.keys()
            if before.purged.get(name) != after.purged.get(name)
        ]
        if fresh:
            fresh += self._drop_payloads(fresh, after)
            numbers.update(number for _id, number in self._numbers(fresh))
        if numbers:
            self.recompute(sorted(numbers))
        others = before.stewards() ^ after.stewards()
        if others:
            self._follow(outcomes.decided_by(self.store.connection, others), after)

    def is_anything_late(self) -> bool:
        """Whether changes of purged records are still here."""
        row = self.store.connection.execute("SELECT EXISTS (SELECT 1 FROM late)").fetchone()
        return bool(row[0])

    def take_late(self, membership: Membership) -> list[tuple[bytes, bytes, bytes | None]]:
        """Record id, entry hash and author of what is still here of purged records alone; to be
        dealt with in the caller's transaction, for they are not told again."""
        rows = self.store.connection.execute(
            "SELECT record.id, hash, chain, payload FROM late"
            " JOIN change ON change.record = late.record"
            " JOIN record ON record.number = change.record"
            " JOIN entry ON entry.number = change.entry WHERE payload IS NOT NULL"
        ).fetchall()
        self.store.connection.execute("DELETE FROM late")
        return [
            (record_id, digest, self.person_of(self.journal.branch(chain).device, membership))
            for record_id, digest, chain, payload in rows
            if len(decode_changes(payload) or ()) == 1
        ]

    def _drop_payloads(self, names: Sequence[bytes], membership: Membership) -> list[bytes]:
        """Take the payloads of purged entries out of the journal; their headers stay.

        Returns the ids of all records that had a change in one of them.
        """
        db = self.store.connection
        concerned: list[bytes] = []
        for some in batched(names, 500):
            marks = ",".join("?" * len(some))
            rows = db.execute(
                "SELECT number, chain, hash, salt, payload FROM entry"
                f" WHERE payload IS NOT NULL AND hash IN ({marks})",
                some,
            ).fetchall()
            for number, chain, digest, salt, payload in rows:
                branch = self.journal.branch(chain)
                person = self.person_of(branch.device, membership) or b""
                if branch.chain is Chain.CONTROL or not membership.is_purged(digest, person):
                    continue
                concerned += [record_id for record_id, _ in decode_changes(payload) or ()]
                db.execute(
                    "UPDATE entry SET payload = NULL, payload_hash = ?, payload_length = ?"
                    " WHERE number = ?",
                    (blake2b(salt + payload), len(payload), number),
                )
        return concerned

    # -- the whole

    def rebuild(self) -> None:
        """Forget everything that follows from the journal, so that it is applied anew."""
        db = self.store.connection
        for table in ("record", "change", "waiting", "late"):
            db.execute(f"DELETE FROM {table}")
        create_views(self.store.tables())
        # Until all is applied again, that no post names a photo does not say that none does.
        last = db.execute("SELECT max(number) FROM entry").fetchone()[0]
        self.store.set_meta("rebuilt_to", last or 0)
        self.store.set_meta("applied", 0)
        self.touch_everything()

    def view_hash(self) -> str:
        """A digest of all that follows from the entries alone: equal on machines that hold the
        same, and free of local numbers and the present time."""
        import hashlib

        db = self.store.connection
        digest = hashlib.blake2b(digest_size=16)
        digest.update(cbor2.dumps(canonical(self.journal.membership()), canonical=True))
        for row in db.execute(
            "SELECT id, kind, owner, created, updated FROM record WHERE alive = 1 ORDER BY id"
        ):
            digest.update(cbor2.dumps(row))
        for table in all_tables():
            digest.update(table.name.encode())
            names = ", ".join(
                f"{table.name}.{row[1]}"
                for row in db.execute(f"PRAGMA table_info({table.name})").fetchall()[1:]
            )
            for row in db.execute(
                f"SELECT record.id, {names} FROM {table.name}"
                f" JOIN record ON record.number = {table.name}.record"
                f" ORDER BY record.id, {names}"
            ):
                digest.update(cbor2.dumps(row))
        return digest.hexdigest()


def _shown(kind: str, merged: Merged) -> Mapping[str, Scalar]:
    """The fields of a record as its views have them."""
    if not merged.concurrent or kind not in REGISTRY:
        return merged.fields
    apart = {name: [value for value, _ in each] for name, each in merged.concurrent.items()}
    return REGISTRY[kind].settled(merged.fields, apart)
