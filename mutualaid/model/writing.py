# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a command writes: one durable transaction, checked values, as few entries as fit."""

import contextlib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Final

from mutualaid.errors import (
    NotAllowedError,
    NotFoundError,
)
from mutualaid.model import crdt, keys, queries
from mutualaid.model.apply import Weighed
from mutualaid.model.change import IDENTITY
from mutualaid.model.content import (
    GONE,
    MAX_CHANGES,
    Identity,
    decode_changes,
    encode_changes,
)
from mutualaid.model.entry import MAX_PAYLOAD
from mutualaid.model.reading import NONCE_SIZE, Reading
from mutualaid.model.records import REGISTRY, check
from mutualaid.model.replica import purges
from mutualaid.model.values import (
    ChangeSet,
    Scalar,
)

RESERVED: Final = frozenset((GONE,))  # set by the journal's own rules, not by a kind's
#: What one entry's payload may hold beside its changes.
PAYLOAD_ROOM: Final = 1024


class Writing(Reading):
    """What every command of a group is made of."""

    @contextlib.contextmanager
    def _writing(self) -> Iterator[list[ChangeSet]]:
        """A durable transaction; the list holds its ChangeSet afterwards."""
        result: list[ChangeSet] = []
        with self.replica.write(durable=True):
            before = self.replica.last_touched()
            membership = self.replica.membership()
            yield result
            changed = self.replica.touched_since(before)
            members = self.replica.membership() is not membership
            result.append(ChangeSet(changed.records, changed.everything, members))

    def _new_record(
        self,
        kind: str,
        fields: Mapping[str, Scalar],
        *,
        nonce: bytes | None = None,
        group_owned: bool = False,
    ) -> tuple[bytes, bytes]:
        """A record's id and first change. ``fields`` have been checked."""
        identity = Identity(
            self.id,
            self.id if group_owned else self.me,
            keys.random(NONCE_SIZE) if nonce is None else nonce,
            kind,
        )
        change = crdt.create(self.replica.actor, {IDENTITY: identity.data, **fields})
        return identity.record_id, change

    def _write_changes(self, changes: Sequence[tuple[bytes, bytes]]) -> None:
        """Sign and apply changes, as few entries as they fit in; inside a transaction."""
        payloads: list[bytes] = []
        batch: list[tuple[bytes, bytes]] = []
        size = 0
        for record_id, change in changes:
            cost = len(record_id) + len(change) + 8
            full = size + cost > MAX_PAYLOAD - PAYLOAD_ROOM or len(batch) >= MAX_CHANGES
            if batch and full:
                payloads.append(encode_changes(batch))
                batch, size = [], 0
            batch.append((record_id, change))
            size += cost
        if batch:
            payloads.append(encode_changes(batch))
        self.replica.append_content(payloads)

    def _create(
        self,
        kind: str,
        fields: Mapping[str, Scalar],
        *,
        nonce: bytes | None = None,
        group_owned: bool = False,
    ) -> ChangeSet:
        with self._writing() as result:
            record_id = self._create_within(kind, fields, nonce=nonce, group_owned=group_owned)
        done = result[0]
        return ChangeSet(done.records, done.everything, done.members, record_id)

    def _create_within(
        self,
        kind: str,
        fields: Mapping[str, Scalar],
        *,
        nonce: bytes | None = None,
        group_owned: bool = False,
    ) -> bytes:
        """Write a new record inside a transaction, as an entry of its own; return its id."""
        checked = check(REGISTRY[kind], fields)
        record_id, change = self._new_record(kind, checked, nonce=nonce, group_owned=group_owned)
        self._write_changes([(record_id, change)])
        return record_id

    def _edit(
        self,
        record_id: bytes,
        updates: Mapping[str, Scalar],
        deletes: Iterable[str] = (),
        *,
        kind: str | None = None,
    ) -> ChangeSet:
        """Change fields of a record that is one's own or the group's; None or "" deletes one."""
        with self._writing() as result:
            self._edit_within(record_id, updates, deletes, kind=kind)
        done = result[0]
        return ChangeSet(done.records, done.everything, done.members, record_id)

    def _edit_within(
        self,
        record_id: bytes,
        updates: Mapping[str, Scalar],
        deletes: Iterable[str] = (),
        *,
        kind: str | None = None,
    ) -> None:
        """What :meth:`_edit` does, inside a transaction, as an entry of its own."""
        weighed, kind_name = self._own_record(record_id, kind)
        assert weighed.merged is not None
        fields, concurrent = weighed.merged.fields, weighed.merged.concurrent
        wanted = {**dict.fromkeys(deletes), **updates}
        reserved = {name: value for name, value in wanted.items() if name in RESERVED}
        typed = {name: value for name, value in wanted.items() if name not in RESERVED}
        checked = {**check(REGISTRY[kind_name], typed, partial=True), **reserved}
        puts = {
            field: value
            for field, value in checked.items()
            if value is not None and (value != fields.get(field) or field in concurrent)
        }
        drops = [field for field, value in checked.items() if value is None and field in fields]
        data = [weighed.data[change.hash] for change in weighed.counted]
        actor = crdt.new_actor(keys.device_hash(self.device))
        change = crdt.edit(data, actor, puts, drops) if puts or drops else None
        if change is not None:
            self._write_changes([(record_id, change)])

    def _purge(self, records: Iterable[bytes]) -> None:
        """Forget records for good; inside a transaction, by somebody who may.

        Raises NotAllowedError while this machine waits to be let in: nobody would heed it.
        """
        named = self._entries_about(dict.fromkeys(records))
        if named and not self.replica.joined:
            raise NotAllowedError(
                "This can be changed as soon as a neighbour's machine has let you in. Nothing was"
                " changed."
            )
        if named:
            self.replica.append_control(*purges(named))

    def _entries_about(self, records: Iterable[bytes]) -> dict[bytes, list[bytes]]:
        """Each record with the hashes of the entries that are about these records alone, or about
        others that are forgotten already."""
        named: dict[bytes, list[bytes]] = {record: [] for record in records}
        purged = self.replica.membership().purged
        entries: dict[int, tuple[bytes, bytes, bytes]] = {}
        for record in named:
            for entry, digest, payload in self._db.execute(
                "SELECT entry.number, hash, payload FROM change"
                " JOIN entry ON entry.number = change.entry"
                " JOIN record ON record.number = change.record WHERE record.id = ?",
                (record,),
            ):
                entries[entry] = (record, bytes(digest), payload)
        for record, digest, payload in entries.values():
            # By what the entry says: to look for its changes would be to look at all there are.
            about = [id_ for id_, _change in decode_changes(payload) or ()] if payload else []
            if all(id_ in named or self._is_forgotten(id_, purged) for id_ in about):
                named[record].append(digest)
        return named

    def _is_forgotten(self, record: bytes, purged: Container[bytes]) -> bool:
        if record not in purged:
            return False
        row = self._db.execute("SELECT alive FROM record WHERE id = ?", (record,)).fetchone()
        return row is not None and not row[0]

    def _own_record(self, record_id: bytes, kind: str | None) -> tuple[Weighed, str]:
        weighed, _number = self._weigh(record_id)
        identity = weighed.identity
        if identity is None or weighed.merged is None or identity.kind not in REGISTRY:
            raise NotFoundError("There is no such record on this machine.")
        if kind is not None and identity.kind != kind:
            raise NotFoundError(f"That is not a {kind} but a {identity.kind}.")
        if identity.owner not in (self.me, self.id):
            owner = queries.person_name(self._db, identity.owner) or "somebody else"
            raise NotAllowedError(f"This belongs to {owner}; only they can change it.")
        return weighed, identity.kind
