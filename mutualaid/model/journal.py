# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The journal: every device's two chains, kept whole; the truth from which all else is rebuilt.

This is the first durable stage, *stored*: a run of entries is taken in when its hashes and last
signature fit, it follows what is held, and its device belongs. What the entries mean is the second
stage (``apply``). There is one path for storing, whoever wrote the entry.

A chain is a line of entries; where its device wrote two entries with one number (a cheat, a
copied profile) it has branches, and both are kept. A branch knows its parent and first number.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from mutualaid.errors import ProtocolError
from mutualaid.model import control, keys
from mutualaid.model.control import AddDevice, Admit, Freeze, Start
from mutualaid.model.entry import (
    BATCH_BYTES,
    MAX_AFTER,
    MAX_BATCH_ENTRIES,
    NO_ENTRY,
    RUN_OVERHEAD,
    SIGNED_DOMAIN,
    SIGNED_EVERY,
    Chain,
    Item,
    Purged,
    Run,
    Sealed,
    check_run,
    header_start,
    item_header,
    item_size,
    payload_hash,
    sign_entry,
)
from mutualaid.model.membership import (
    ControlEntry,
    Membership,
    by_knowledge,
    fold,
    is_proven,
    proves_fork,
)
from mutualaid.model.store import Store

HEAD_HASH_BYTES: Final = 8
#: Branches kept of one chain: enough for any copied profile, a bound for a cheat.
MAX_BRANCHES: Final = 16
#: And those that somebody named who froze the device: others may have built on them.
MOST_HEADS: Final = 64
#: How often a batch is gone through for devices that it lets in itself.
MOST_TRIES: Final = 4
#: Changes of one author that wait for their cause before more of that author's are taken in.
WAITING_QUOTA: Final = 5_000

#: A head as told to others: sequence number and the first 8 bytes of its hash.
Head = tuple[int, bytes]
#: Device hash (first 8 bytes) → heads of the control chain, heads of the content chain.
Holdings = Mapping[bytes, tuple[tuple[Head, ...], tuple[Head, ...]]]


class Refusal(StrEnum):
    """Why a run was not stored; it may be asked for again, elsewhere or later."""

    UNKNOWN_DEVICE = "nobody admitted its device"
    GAP = "it does not follow what is held"
    BAD = "its signature or form is wrong"
    QUOTA = "too much of its author's waits for its cause"
    BRANCHES = "its chain has too many branches"
    PURGE = "payloads are missing that nobody purged"


@dataclass(slots=True)
class Accepted:
    """What :meth:`Journal.accept` did."""

    stored: int = 0
    control: bool = False
    forked: bool = False
    refused: list[tuple[Run, Refusal]] = field(default_factory=list)

    @property
    def blame(self) -> bool:
        """Whether the machine that sent this broke the protocol."""
        return any(reason is Refusal.BAD for _run, reason in self.refused)


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


@dataclass(frozen=True, slots=True)
class Fork:
    """Two branches of one chain, each from the first entry that differs to the first signature
    that fits (header, signature, …), and every head held of either chain of that device."""

    device: bytes
    chain: Chain
    one: tuple[bytes, ...]
    other: tuple[bytes, ...]
    heads: tuple[bytes, ...]


@lru_cache(maxsize=8192)
def short_device(device: bytes) -> bytes:
    """The 8 bytes by which machines that know a device name it to each other."""
    return keys.device_hash(device)[:8]


class Journal:
    """The journal of one group in one :class:`Store`; caches chain heads and control entries.

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

    def lacking(self, theirs: Holdings) -> Iterator[list[Run]]:
        """Batches of what another machine lacks, in the order in which it can take them in.

        Control first, by seniority, so that each device is admitted before it speaks. Nothing
        here changes the journal, and what is stored meanwhile is not included.
        """
        members = self.membership().devices
        last = len(members)

        def place(branch: Branch) -> tuple[int, int, int]:
            member = members.get(branch.device)
            return (branch.chain, member.seniority if member else last, branch.number)

        batch: list[Run] = []
        room = BATCH_BYTES
        entries = 0
        for branch in sorted(self._by_number.values(), key=place):
            head = branch.head_seq
            start = self._first_lacking(branch, theirs)
            while start <= head:
                run, size = self._read_run(branch, start, head, room, entries)
                if run is not None:
                    batch.append(run)
                    start += len(run.items)
                    entries += len(run.items)
                    room -= size
                elif not batch:
                    break  # no signature follows that fits: see doctor
                if run is None or start <= head:
                    yield batch
                    batch, room, entries = [], BATCH_BYTES, 0
        if batch:
            yield batch

    def _first_lacking(self, branch: Branch, theirs: Holdings) -> int:
        """The first number on this branch that the other lacks (beyond its head: nothing)."""
        heads = theirs.get(short_device(branch.device), ((), ()))[branch.chain]
        start = branch.first
        strange = False
        for seq, short in heads:
            at = self._hash_at(branch, min(seq, branch.head_seq))
            if seq <= branch.head_seq:
                if at is not None and at[:HEAD_HASH_BYTES] == short:
                    start = max(start, seq + 1)
                else:
                    strange = True
            elif len(heads) == 1 and len(self.branches(branch.device, branch.chain)) == 1:
                # They are ahead; if it is on another branch, their entries will show it.
                start = branch.head_seq + 1
        if strange and start == branch.first:
            # A head that is on no line of ours: the chain forked somewhere, so show all of it.
            return branch.first
        return start

    def _read_run(
        self, branch: Branch, start: int, head: int, room: int, entries: int
    ) -> tuple[Run | None, int]:
        """As much of a branch as fits, cut only where a signature was seen to fit.

        Others blame whoever sends a run that does not check out. The heads of branches were
        checked when they were stored; any other place is checked here. None if nothing fits into
        what is left of a batch; into an empty one the entries up to the next signature always fit.
        """
        previous = self._hash_at(branch, start - 1) if start else NO_ENTRY
        assert previous is not None
        items: list[Item] = []
        hashes: list[bytes] = [previous]
        used = RUN_OVERHEAD
        whole: tuple[int, int] | None = None  # entries and bytes up to the last good cut
        fresh = entries == 0
        for item, digest in self._items(branch, start, head):
            size = item_size(item)
            full = used + size > room or entries + len(items) >= MAX_BATCH_ENTRIES
            if full and (not fresh or items):
                if whole is None:
                    whole = self._last_cut(branch, start, items, hashes)
                if whole is not None or not fresh:
                    break
            items.append(item)
            hashes.append(digest)
            used += size
            if full and self._signature_fits(branch, start, items, hashes, len(items)):
                whole = (len(items), used)
                break
        if start + len(items) - 1 == branch.head_seq:
            whole = (len(items), used)
        if whole is None:
            return None, 0
        kept = items[: whole[0]]
        return Run(branch.device, branch.chain, start, previous, kept), whole[1]

    def _items(self, branch: Branch, start: int, head: int) -> Iterator[tuple[Item, bytes]]:
        rows = self.store.connection.execute(
            "SELECT created, after, salt, signature, payload, payload_hash, payload_length, hash"
            " FROM entry WHERE chain = ? AND seq BETWEEN ? AND ? ORDER BY seq",
            (branch.number, start, head),
        )
        with contextlib.closing(rows):
            for created, after, salt, signature, payload, hashed, length, digest in rows:
                kept = payload if payload is not None else Purged(hashed, length)
                yield Item(created, after, salt, signature, kept), digest

    def _signature_fits(
        self, branch: Branch, start: int, items: Sequence[Item], hashes: Sequence[bytes], count: int
    ) -> bool:
        """Whether the last of the first ``count`` items carries a signature that fits."""
        header = item_header(
            header_start(self.group, branch.device, branch.chain),
            start + count - 1,
            hashes[count - 1],
            items[count - 1],
        )
        return keys.verify(branch.device, SIGNED_DOMAIN + header, items[count - 1].signature)

    def _last_cut(
        self, branch: Branch, start: int, items: Sequence[Item], hashes: Sequence[bytes]
    ) -> tuple[int, int] | None:
        for count in range(len(items), 0, -1):
            if self._signature_fits(branch, start, items, hashes, count):
                return count, RUN_OVERHEAD + sum(map(item_size, items[:count]))
        return None

    def forks(self) -> list[Fork]:
        """Every chain with more than one branch, with the proof."""
        found: list[Fork] = []
        for (device, chain), branches in self._branches.items():
            for branch in branches:
                if branch.parent is None:
                    continue
                one = self._proof(self._by_number[branch.parent], branch.first)
                other = self._proof(branch, branch.first)
                if one and other:
                    found.append(Fork(device, chain, one, other, self.heads()[device]))
        return found

    def _proof(self, branch: Branch, seq: int) -> tuple[bytes, ...]:
        """Header, signature, … from this number to the first whose signature fits."""
        while seq < branch.first and branch.parent is not None:
            branch = self._by_number[branch.parent]
        previous = self._hash_at(branch, seq - 1) if seq else NO_ENTRY
        if previous is None:
            return ()
        start = header_start(self.group, branch.device, branch.chain)
        proof: list[bytes] = []
        for item, digest in self._items(branch, seq, seq + SIGNED_EVERY):
            header = item_header(start, seq, previous, item)
            proof += (header, item.signature)
            if keys.verify(branch.device, SIGNED_DOMAIN + header, item.signature):
                return tuple(proof)
            previous = digest
            seq += 1
        return ()

    # -- storing

    def append(
        self, device: keys.SigningKey, chain: Chain, payloads: Sequence[bytes], created: int
    ) -> list[int]:
        """Write entries of one's own, inside the caller's transaction; return their numbers."""
        branches = self._branches.get((device.public, chain))
        branch = branches[0] if branches else None
        numbers: list[int] = []
        for payload in payloads:
            seq = branch.head_seq + 1 if branch else 0
            prev = branch.head_hash if branch else NO_ENTRY
            # In a chain time never goes back, whatever this machine's clock does.
            when = max(created, branch.head_created if branch else 0)
            after = self._after(chain, prev)
            sealed = sign_entry(device, self.group, chain, seq, prev, after, when, payload)
            if branch is None:
                branch = self._new_branch(device.public, chain, None, 0)
            numbers += self._store(branch, [sealed])
        return numbers

    def _after(self, chain: Chain, prev: bytes) -> bytes | None:
        """The control heads this machine knows, if they changed since this chain named them."""
        heads = self.membership().heads
        if chain is Chain.CONTROL:
            heads = tuple(head for head in heads if head != prev)
            if len(heads) > MAX_AFTER:
                # Those that know most: among what they know is why this device belongs.
                heads = tuple(by_knowledge(heads, self._control)[:MAX_AFTER])
            return b"".join(heads) or None
        named = b"".join(heads[:MAX_AFTER])
        if named == self.store.meta("after"):
            return None
        self.store.set_meta("after", named)
        return named

    def accept(self, runs: Sequence[Run]) -> Accepted:
        """Store runs that another machine sent, inside the caller's transaction.

        A run that breaks a rule is refused whole and changes nothing; the others go on.
        """
        result = Accepted()
        pending = list(runs)
        for again in range(MOST_TRIES):
            refused: list[tuple[Run, Refusal]] = []
            progress = False
            for run in pending:
                reason = self._accept_run(run, result)
                if reason is None:
                    progress = True
                else:
                    refused.append((run, reason))
            # Who admits may stand behind who was admitted: try the unknown once more.
            unknown = [run for run, reason in refused if reason is Refusal.UNKNOWN_DEVICE]
            if again + 1 < MOST_TRIES and progress and unknown and result.control:
                result.refused += [
                    each for each in refused if each[1] is not Refusal.UNKNOWN_DEVICE
                ]
                pending = unknown
            else:
                result.refused += refused
                break
        return result

    def _accept_run(self, run: Run, result: Accepted) -> Refusal | None:
        known = run.device in self._vouched or run.device == self.own_device
        if not known and not self._introduces(run):
            return Refusal.UNKNOWN_DEVICE
        if run.chain is Chain.CONTENT and self._over_quota(run.device):
            return Refusal.QUOTA
        try:
            checked = check_run(self.group, run)
        except ProtocolError:
            return Refusal.BAD
        if not self._purges_cover(run, checked):
            return Refusal.PURGE if run.chain is Chain.CONTENT else Refusal.BAD
        place = self._place(run, checked)
        if place is None:
            return Refusal.GAP
        branch, fresh = place
        if not fresh:
            return None
        if branch is None or branch.head_seq != fresh[0].seq - 1:
            held = self._branches.get((run.device, run.chain), [])
            if len(held) >= MAX_BRANCHES and not self._is_named(run.device, fresh, len(held)):
                return Refusal.BRANCHES
            if fresh[0].item.created < self._created_before(branch, fresh[0].seq):
                return Refusal.BAD
            parent = branch.number if branch else (held[0].number if held else None)
            result.forked |= bool(held)
            branch = self._new_branch(run.device, run.chain, parent, fresh[0].seq)
        elif fresh[0].item.created < branch.head_created:
            return Refusal.BAD
        if run.chain is Chain.CONTENT:
            # Not for the control chain: nothing of it is ever purged, and asking would fold anew.
            fresh = self._without_purged(run.device, fresh)
        self._store(branch, fresh)
        result.stored += len(fresh)
        result.control |= run.chain is Chain.CONTROL
        return None

    def _is_named(self, device: bytes, fresh: Sequence[Sealed], held: int) -> bool:
        """Whether a cut-off names one of these entries as one up to which the device counts."""
        known = self.membership().devices.get(device)
        heads = known.heads if known and known.heads and held < MOST_HEADS else ()
        return any(sealed.hash in heads for sealed in fresh)

    def _created_before(self, branch: Branch | None, seq: int) -> int:
        """When the entry before this number was made, on a branch's line; 0 before the first."""
        while branch is not None and branch.first >= seq:
            branch = self._by_number[branch.parent] if branch.parent is not None else None
        if branch is None:
            return 0
        row = self.store.connection.execute(
            "SELECT created FROM entry WHERE chain = ? AND seq = ?", (branch.number, seq - 1)
        ).fetchone()
        return int(row[0]) if row else 0

    def _introduces(self, run: Run) -> bool:
        """Whether a control run of an unknown device shows by itself that it belongs."""
        if run.chain is not Chain.CONTROL or run.first != 0:
            return False
        payload = run.items[0].payload
        if not isinstance(payload, bytes):
            return False
        first = control.decode(payload)
        if isinstance(first, Start):
            return self._begins(first, payload, run.device)
        return isinstance(first, AddDevice) and self._is_certified(first, run.device)

    def _over_quota(self, device: bytes) -> bool:
        row = self.store.connection.execute(
            "SELECT count(*) FROM waiting WHERE device = ?", (self._devices.get(device, -1),)
        ).fetchone()
        return bool(row[0] > WAITING_QUOTA)

    def _purges_cover(self, run: Run, checked: Sequence[Sealed]) -> bool:
        missing = [each for each in checked if isinstance(each.item.payload, Purged)]
        if not missing:
            return True
        membership = self.membership()
        person = membership.person_of(run.device) or b""
        return run.chain is Chain.CONTENT and all(
            membership.is_purged(each.hash, person) for each in missing
        )

    def _without_purged(self, device: bytes, fresh: list[Sealed]) -> list[Sealed]:
        """Late payloads of what was purged meanwhile are dropped on the way in."""
        membership = self.membership()
        if not membership.purged:
            return fresh
        person = membership.person_of(device) or b""
        kept: list[Sealed] = []
        for sealed in fresh:
            payload = sealed.item.payload
            if isinstance(payload, bytes) and membership.is_purged(sealed.hash, person):
                gone = Purged(payload_hash(sealed.item.salt, payload), len(payload))
                kept.append(sealed._replace(item=sealed.item._replace(payload=gone)))
            else:
                kept.append(sealed)
        return kept

    def _place(self, run: Run, checked: list[Sealed]) -> tuple[Branch | None, list[Sealed]] | None:
        """Where a checked run goes on: the branch its first new entry follows, and what is new.

        None when the entry before it is not held. A branch whose head is not right before the
        first new entry is where a new branch forks off.
        """
        branches = self._branches.get((run.device, run.chain), [])
        for branch in branches:
            if branch.head_seq == run.first - 1 and branch.head_hash == run.prev:
                return branch, checked
        if run.first == 0:
            if run.prev != NO_ENTRY:
                return None
            lines = list(branches)
        else:
            lines = [each for each in branches if self._hash_at(each, run.first - 1) == run.prev]
            if not lines:
                return None
        if not branches:
            return None, checked
        newest = checked[-1]
        for branch in branches:
            if self._hash_at(branch, newest.seq) == newest.hash:
                return branch, []  # held, and so is all before it
        last: Branch | None = None
        for index, sealed in enumerate(checked):
            going_on = [each for each in lines if self._hash_at(each, sealed.seq) == sealed.hash]
            if not going_on:
                return self._line_end(lines, sealed.seq - 1, last), checked[index:]
            lines = going_on
            last = going_on[0]
        return last, []

    def _line_end(self, lines: list[Branch], seq: int, last: Branch | None) -> Branch | None:
        """Of branches that share the entry ``seq``, the one that ends there, else one owning it."""
        if seq < 0:
            return None
        for branch in lines:
            if branch.head_seq == seq:
                return branch
        branch = last or lines[0]
        while branch.first > seq and branch.parent is not None:
            branch = self._by_number[branch.parent]
        return branch

    def _new_branch(self, device: bytes, chain: Chain, parent: int | None, first: int) -> Branch:
        db = self.store.connection
        number = self._devices.get(device)
        if number is None:
            db.execute("INSERT INTO device (key) VALUES (?)", (device,))
            number = db.execute("SELECT last_insert_rowid()").fetchone()[0]
            self._devices[device] = number
        db.execute(
            "INSERT INTO chain (device, kind, parent, first, head_seq, head_hash, head_created)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (number, int(chain), parent, first, first - 1, NO_ENTRY, 0),
        )
        row = db.execute("SELECT last_insert_rowid()").fetchone()
        branch = Branch(row[0], device, chain, parent, first, first - 1, NO_ENTRY, 0)
        self._add_branch(branch)
        return branch

    def _store(self, branch: Branch, fresh: Sequence[Sealed]) -> list[int]:
        """Write checked entries at the end of a branch: the one path into the journal."""
        db = self.store.connection
        first = db.execute("SELECT coalesce(max(number), 0) + 1 FROM entry").fetchone()[0]
        number = first
        chain = branch.number
        rows: list[tuple[Any, ...]] = []
        for seq, digest, (created, after, salt, signature, payload) in fresh:
            if type(payload) is bytes:
                rows.append(
                    (number, chain, seq, created, after, salt, signature, digest, payload, None,
                     None)
                )  # fmt: skip
            else:
                rows.append(
                    (number, chain, seq, created, after, salt, signature, digest, None, *payload)
                )
            number += 1
        db.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        newest = fresh[-1]
        branch.head_seq = newest.seq
        branch.head_hash = newest.hash
        branch.head_created = newest.item.created
        db.execute(
            "UPDATE chain SET head_seq = ?, head_hash = ?, head_created = ? WHERE number = ?",
            (branch.head_seq, branch.head_hash, branch.head_created, branch.number),
        )
        if branch.chain is Chain.CONTROL:
            for sealed in fresh:
                self._remember_control(branch, sealed)
            self._control_upto = number - 1
            self._membership = None
        return list(range(first, number))

    def counts(self, membership: Membership) -> Callable[[int, int], bool]:
        """A test, by branch and sequence number, of whether an entry is within its cut-off."""
        limits: dict[int, int] = {}
        for device in membership.devices.values():
            if device.heads is None:
                continue
            for chain in Chain:
                for branch in self.branches(device.key, chain):
                    limits.setdefault(branch.number, -1)
                for branch in self.branches(device.key, chain):
                    self._raise_limits(branch, device.heads, limits)
        if not limits:
            return lambda _branch, _seq: True
        return lambda branch, seq: seq <= limits.get(branch, seq)

    def _raise_limits(
        self, branch: Branch, heads: frozenset[bytes], limits: dict[int, int]
    ) -> None:
        """Let what stands on a branch up to a named head count, and the line it forked from."""
        named = list(heads)
        newest: int | None = None
        for at in range(0, len(named), 500):
            some = named[at : at + 500]
            marks = ",".join("?" * len(some))
            row = self.store.connection.execute(
                f"SELECT max(seq) FROM entry WHERE chain = ? AND hash IN ({marks})",
                (branch.number, *some),
            ).fetchone()
            if row[0] is not None:
                newest = max(row[0], -1 if newest is None else newest)
        if newest is None:
            return
        limits[branch.number] = max(limits[branch.number], newest)
        first, parent = branch.first, branch.parent
        while parent is not None:
            limits[parent] = max(limits[parent], first - 1)
            first, parent = self._by_number[parent].first, self._by_number[parent].parent

    def problems(self) -> list[str]:
        """Check every chain anew, hash by hash and signature by signature."""
        found: list[str] = []
        for branch in self._by_number.values():
            start, previous = branch.first, b""
            while start <= branch.head_seq:
                run, _size = self._read_run(branch, start, branch.head_seq, BATCH_BYTES, 0)
                if run is None:
                    found.append(f"A chain of entries breaks at number {start}.")
                    break
                try:
                    checked = check_run(self.group, run)
                except ProtocolError:
                    found.append(f"Entries from number {start} on do not fit their signature.")
                    break
                previous = checked[-1].hash
                start += len(run.items)
            if previous and start > branch.head_seq and previous != branch.head_hash:
                found.append("The head of a chain is not the one that was noted.")
        return found
