# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What another machine lacks, in runs that it can check; and the proof of a fork."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mutualaid.errors import ProtocolError
from mutualaid.model import keys
from mutualaid.model.chains import HEAD_HASH_BYTES, Branch, Chains, Holdings, short_device
from mutualaid.model.entry import (
    BATCH_BYTES,
    ENTRY_OVERHEAD,
    MAX_BATCH_ENTRIES,
    NO_ENTRY,
    RUN_OVERHEAD,
    SIGNED_DOMAIN,
    SIGNED_EVERY,
    Chain,
    Item,
    Purged,
    Run,
    check_run,
    header_start,
    item_header,
    item_size,
)


@dataclass(frozen=True, slots=True)
class Fork:
    """Two branches of one chain, each from the first entry that differs to the first signature
    that fits (header, signature, …), and every head held of either chain of that device."""

    device: bytes
    chain: Chain
    one: tuple[bytes, ...]
    other: tuple[bytes, ...]
    heads: tuple[bytes, ...]


class Serving(Chains):
    """Chains, read out for others."""

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

    def stretch(self, branch: Branch, first: int, last: int) -> Iterator[Run]:
        """Entries of one branch in runs of which each fits a batch, for parcels.

        The last run may reach beyond ``last``, to where a signature fits. The same on every
        machine that holds them.
        """
        start = first
        while start <= last:
            run, _size = self._read_run(branch, start, last, BATCH_BYTES, 0)
            if run is None:
                beyond = min(last + SIGNED_EVERY, branch.head_seq)
                run, _size = self._read_run(branch, start, beyond, BATCH_BYTES, 0)
            if run is None:
                return  # no signature follows that fits: see doctor
            yield run
            start += len(run.items)

    def first_lacking(self, branch: Branch, theirs: Holdings) -> int:
        """The first number on this branch that a machine with these holdings lacks."""
        return self._first_lacking(branch, theirs)

    def sizes(self, branch: Branch, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Number and bytes, as they count in a batch, of entries of one branch."""
        rows = self.store.connection.execute(
            "SELECT seq, coalesce(length(payload), 0) + coalesce(length(after), 0) FROM entry"
            " WHERE chain = ? AND seq BETWEEN ? AND ? ORDER BY seq",
            (branch.number, first, last),
        )
        for seq, size in rows.fetchall():
            yield seq, size + ENTRY_OVERHEAD

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
        if items and start + len(items) - 1 == branch.head_seq:
            whole = (len(items), used)
        elif whole is None and head < branch.head_seq:
            whole = self._last_cut(branch, start, items, hashes)
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
