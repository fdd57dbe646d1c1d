# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every device's two chains as they are held: heads and branches, the control entries, the fold.

A chain is a line of entries; where its device wrote two entries with one number (a cheat, a
copied profile) it has branches, and both are kept. A branch knows its parent and first number.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from mutualaid.model import control, keys
from mutualaid.model.control import AddDevice, Admit, Freeze, Start
from mutualaid.model.entry import (
    NO_ENTRY,
    Chain,
    Item,
    Sealed,
)
from mutualaid.model.membership import (
    ControlEntry,
    Membership,
    fold,
    is_proven,
    proves_fork,
)
from mutualaid.model.store import Store

HEAD_HASH_BYTES: Final = 8
#: Heads of one chain that are told or named: branches beyond those of a copied profile are kept
#: where somebody who froze the device named them, for others may have built on them.
MOST_HEADS: Final = 64

#: A head as told to others: sequence number and the first 8 bytes of its hash.
Head = tuple[int, bytes]
#: Device hash (first 8 bytes) → heads of the control chain, heads of the content chain.
Holdings = Mapping[bytes, tuple[tuple[Head, ...], tuple[Head, ...]]]


@dataclass(slots=True)
class Branch:
    number: int
    device: bytes
    chain: Chain
    parent: int | None
    first: int
    head_seq: int
    head_hash: bytes
    head_created: int


@lru_cache(maxsize=8192)
def short_device(device: bytes) -> bytes:
    """The 8 bytes by which machines that know a device name it to each other."""
    return keys.device_hash(device)[:8]


class Chains:
    """The chains of one group in one :class:`Store`; caches chain heads and control entries.

    The caches hold for as long as no other connection commits: call :meth:`refresh` first, and
    :meth:`forget` after a transaction that failed.
    """

    def __init__(self, store: Store, group: bytes) -> None:
        self.store = store
        self.group = group
        self._seen_version: int | None = None
        #: This machine's device: its own entries are taken in before anybody admitted it.
        self.own_device: bytes | None = None
        self.forget()

    # -- caches

    def forget(self) -> None:
        """Drop every cache; the next :meth:`refresh` reads anew."""
        self._branches: dict[tuple[bytes, Chain], list[Branch]] = {}
        self._by_number: dict[int, Branch] = {}
        self._devices: dict[bytes, int] = {}
        self._control: dict[bytes, ControlEntry] = {}
        self._control_upto = 0
        #: Devices that some entry held lets in, whether or not that entry counts (any more): their
        #: entries are stored, so that what is stored depends on no order.
        self._vouched: set[bytes] = set()
        self._signing: dict[bytes, bytes] = {}  # person → signing key, likewise
        self._membership: Membership | None = None
        self._seen_version = None

    def refresh(self) -> bool:
        """Catch up with what other connections committed; tell whether there was anything."""
        version = self.store.data_version()
        if version == self._seen_version:
            return False
        self._load()
        self._seen_version = version
        return True

    def _load(self) -> None:
        db = self.store.connection
        self._devices = {key: number for number, key in db.execute("SELECT * FROM device")}
        by_number = {number: key for key, number in self._devices.items()}
        self._branches, self._by_number = {}, {}
        for number, device, kind, *rest in db.execute("SELECT * FROM chain ORDER BY number"):
            branch = Branch(number, by_number[device], Chain(kind), *rest)
            self._add_branch(branch)
        self._load_control()

    def _add_branch(self, branch: Branch) -> None:
        self._branches.setdefault((branch.device, branch.chain), []).append(branch)
        self._by_number[branch.number] = branch

    def _load_control(self) -> None:
        # CROSS JOIN: chain by chain, by its index; the planner would walk every entry there is.
        rows = self.store.connection.execute(
            "SELECT entry.number, chain.number, seq, created, after, hash, payload"
            " FROM chain CROSS JOIN entry ON entry.chain = chain.number"
            " WHERE kind = 0 AND entry.number > ? ORDER BY entry.number",
            (self._control_upto,),
        ).fetchall()
        for number, chain, seq, created, after, digest, payload in rows:
            branch = self._by_number[chain]
            self._control_upto = number
            self._remember_control(
                branch, Sealed(seq, digest, Item(created, after, b"", b"", payload))
            )
        if rows:
            self._membership = None

    def _remember_control(self, branch: Branch, sealed: Sealed) -> None:
        item = sealed.item
        assert isinstance(item.payload, bytes)
        previous = self._hash_at(branch, sealed.seq - 1) if sealed.seq else NO_ENTRY
        after = item.after or b""
        entry = self._control[sealed.hash] = ControlEntry(
            hash=sealed.hash,
            device=branch.device,
            seq=sealed.seq,
            prev=previous or NO_ENTRY,
            after=tuple(after[at : at + 32] for at in range(0, len(after), 32)),
            created=item.created,
            control=control.decode(item.payload),
            payload=item.payload,
        )
        self._note_vouched(entry)

    def _note_vouched(self, entry: ControlEntry) -> None:
        match entry.control:
            case Start(signing=signing) if self._begins(entry.control, entry.payload, entry.device):
                self._vouched.add(entry.device)
            case Admit(signing=signing) if is_proven(self.group, entry.control):
                self._vouched.add(entry.control.device)
            case AddDevice() if self._is_certified(entry.control, entry.device):
                self._vouched.add(entry.device)
                return
            case _:
                return
        self._signing[keys.person_id(self.group, signing)] = signing

    def is_vouched(self, device: bytes) -> bool:
        """Whether an entry held lets this device in, even if that entry does not count."""
        return device in self._vouched

    def is_vouched_person(self, person: bytes) -> bool:
        """The same for a person."""
        return person in self._signing

    def _begins(self, start: Start, payload: bytes, device: bytes) -> bool:
        return control.group_id(payload) == self.group and start.device == device

    def _is_certified(self, add: AddDevice, device: bytes) -> bool:
        signing = self._signing.get(add.person)
        message = control.device_message(self.group, add.person, device)
        return signing is not None and keys.verify(signing, message, add.certificate)

    def membership(self) -> Membership:
        """Who belongs, folded from the control entries held."""
        if self._membership is None:
            self._membership = fold(self.group, self._control.values())
        return self._membership

    # -- reading

    def branches(self, device: bytes, chain: Chain) -> Sequence[Branch]:
        return self._branches.get((device, chain), ())

    def all_branches(self) -> Iterator[Branch]:
        return iter(self._by_number.values())

    def branch(self, number: int) -> Branch:
        return self._by_number[number]

    def _hash_at(self, branch: Branch, seq: int) -> bytes | None:
        """The hash of the entry with this number on the branch's line, its parents included."""
        while seq < branch.first:
            if branch.parent is None:
                return None
            branch = self._by_number[branch.parent]
        if seq == branch.head_seq:
            return branch.head_hash
        if seq > branch.head_seq:
            return None
        row = self.store.connection.execute(
            "SELECT hash FROM entry WHERE chain = ? AND seq = ?", (branch.number, seq)
        ).fetchone()
        return bytes(row[0]) if row else None

    def short_hash(self, device: bytes, chain: Chain, seq: int) -> bytes | None:
        """The hash, as told in holdings, of the entry with this number; None if it is not held."""
        for branch in reversed(self._branches.get((device, chain), [])):
            found = self._hash_at(branch, seq)
            if found is not None:
                return found[:HEAD_HASH_BYTES]
        return None

    def hash_on(self, branch: Branch, seq: int) -> bytes | None:
        """The hash, as told in holdings, of the entry with this number on the branch's line."""
        found = self._hash_at(branch, seq)
        return found[:HEAD_HASH_BYTES] if found is not None else None

    def devices(self) -> list[bytes]:
        """The keys of all devices of which an entry is held or that some entry lets in."""
        return [*{*self._vouched, *(device for device, _chain in self._branches)}]

    def holdings(self) -> Holdings:
        """What this machine holds, chain by chain."""
        return self.holdings_of({device for device, _chain in self._branches})

    def holdings_of(self, devices: Iterable[bytes]) -> Holdings:
        """The part of :meth:`holdings` that is about these devices (full keys)."""
        return {
            short_device(device): (
                self._heads(device, Chain.CONTROL),
                self._heads(device, Chain.CONTENT),
            )
            for device in devices
        }

    def _heads(self, device: bytes, chain: Chain) -> tuple[Head, ...]:
        branches = self._branches.get((device, chain), ())
        return tuple(
            sorted((branch.head_seq, branch.head_hash[:HEAD_HASH_BYTES]) for branch in branches)
        )

    def heads(self) -> dict[bytes, tuple[bytes, ...]]:
        """Device → the hashes of every head held of its chains."""
        heads: dict[bytes, tuple[bytes, ...]] = {}
        for branch in self._by_number.values():
            heads[branch.device] = (*heads.get(branch.device, ()), branch.head_hash)
        return heads

    def freeze_of(self, device: bytes) -> Freeze | None:
        """A freeze of this device that is held and proven."""
        for entry in self._control.values():
            freeze = entry.control
            if not isinstance(freeze, Freeze) or freeze.device != device:
                continue
            if proves_fork(self.group, freeze):
                return freeze
        return None
