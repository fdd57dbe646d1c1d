# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The journal: every device's two chains, kept whole; the truth from which all else is rebuilt.

This is the first durable stage, *stored*: a run of entries is taken in when its hashes and last
signature fit, it follows what is held, and its device belongs. What the entries mean is the second
stage (``apply``). There is one path for storing, whoever wrote the entry.

A chain is a line of entries; where its device wrote two entries with one number (a cheat, a
copied profile) it has branches, and both are kept. A branch knows its parent and first number.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from mutualaid.errors import ProtocolError
from mutualaid.model import control, keys
from mutualaid.model.chains import MOST_HEADS, Branch
from mutualaid.model.control import AddDevice, Start
from mutualaid.model.entry import (
    MAX_AFTER,
    NO_ENTRY,
    Chain,
    Purged,
    Run,
    Sealed,
    check_run,
    payload_hash,
    sign_entry,
)
from mutualaid.model.membership import (
    Membership,
    by_knowledge,
)
from mutualaid.model.serving import Serving

#: Branches kept of one chain: enough for any copied profile, a bound for a cheat.
MAX_BRANCHES: Final = 16
#: How often a batch is gone through for devices that it lets in itself.
MOST_TRIES: Final = 4
#: Changes of one author that wait for their cause before more of that author's are taken in.
WAITING_QUOTA: Final = 5_000


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


class Journal(Serving):
    """The journal of one group: chains that are held, read out, and added to."""

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
        plain: list[tuple[Any, ...]] = []
        others: list[tuple[Any, ...]] = []
        for seq, digest, (created, after, salt, signature, payload) in fresh:
            if after is None and type(payload) is bytes:
                # Most are like this, and the database driver asks of every None and every bytes
                # whether something adapts it, but not of a bytearray: half the time of a row.
                plain.append(
                    (
                        number,
                        chain,
                        seq,
                        created,
                        bytearray(salt),
                        bytearray(signature),
                        bytearray(digest),
                        bytearray(payload),
                    )
                )
            else:
                kept = (payload, None, None) if isinstance(payload, bytes) else (None, *payload)
                others.append((number, chain, seq, created, after, salt, signature, digest, *kept))
            number += 1
        db.executemany(
            "INSERT INTO entry (number, chain, seq, created, salt, signature, hash, payload)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            plain,
        )
        if others:
            db.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", others)
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
