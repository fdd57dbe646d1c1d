# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes into which parcel; no I/O beside reading the journal.

Old history goes in blocks: stretches of one chain whose ends are multiples of a power of two, so
that every machine that leaves one makes the same parcel, under the same name. The rest is loose:
entries of several chains together, in an order in which they can be taken in.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from mutualaid.model.chains import Branch, Holdings, short_device
from mutualaid.model.entry import (
    BATCH_BYTES,
    MAX_BATCH_ENTRIES,
    RUN_OVERHEAD,
    Chain,
    Run,
    encode_batch,
    item_size,
)
from mutualaid.model.journal import Journal
from mutualaid.model.photos import photo_hash
from mutualaid.model.replica import JoinRequest
from mutualaid.sync.parcel import Body, Index, Lock, Stretch, seal

#: Lengths of blocks, the longest that fits first; the least is where chains must be signed.
BLOCKS: Final = (1024, 512, 256, 128, 64, 32)
#: Bytes of entries, before compression, in one block and in one loose parcel.
BLOCK_BYTES: Final = 768 * 1024
LOOSE_BYTES: Final = 384 * 1024
MOST_LOOSE_RUNS: Final = 512


class Gap(NamedTuple):
    """Entries of one branch that are not where they should be."""

    branch: Branch
    first: int
    last: int

    @property
    def entries(self) -> int:
        return self.last - self.first + 1


class Coverage:
    """Which entries and photos lie on a shelf, from what its parcels say of themselves."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._stretches: dict[tuple[bytes, Chain], dict[tuple[int, int, bytes], int]] = {}
        self._blobs: dict[bytes, int] = {}
        self._on_line: set[tuple[int, int, bytes]] = set()

    def add(self, index: Index) -> None:
        for stretch in index.stretches:
            chain = self._stretches.setdefault((stretch.device, stretch.chain), {})
            chain[stretch[2:]] = chain.get(stretch[2:], 0) + 1
        for digest in index.blobs:
            self._blobs[digest] = self._blobs.get(digest, 0) + 1

    def remove(self, index: Index) -> None:
        """Undo one :meth:`add`."""
        for stretch in index.stretches:
            chain = self._stretches[stretch.device, stretch.chain]
            chain[stretch[2:]] -= 1
            if not chain[stretch[2:]]:
                del chain[stretch[2:]]
        for digest in index.blobs:
            self._blobs[digest] -= 1
            if not self._blobs[digest]:
                del self._blobs[digest]

    def has_blob(self, digest: bytes) -> bool:
        return digest in self._blobs

    def gaps(self, branch: Branch, first: int) -> Iterator[Gap]:
        """What of a branch, from a number on, is not on the shelf."""
        at = max(first, branch.first)
        for begin, end in self._covered(branch):
            if begin > at:
                yield Gap(branch, at, begin - 1)
            at = max(at, end + 1)
        if at <= branch.head_seq:
            yield Gap(branch, at, branch.head_seq)

    def _covered(self, branch: Branch) -> list[tuple[int, int]]:
        found = self._stretches.get((short_device(branch.device), branch.chain), {})
        covered: list[tuple[int, int]] = []
        for first, last, digest in found:
            place = (branch.number, last, digest)
            if place not in self._on_line:
                if self._journal.hash_on(branch, last) != digest:
                    continue
                self._on_line.add(place)
            covered.append((first, last))
        return sorted(covered)


def needed_from(journal: Journal, branch: Branch, others: Iterable[Holdings]) -> int:
    """The first number on a branch that one of these machines lacks (beyond its head: none)."""
    key = short_device(branch.device)
    head = (branch.head_seq, branch.head_hash[:8])
    needed = branch.head_seq + 1
    for holdings in others:
        heads = holdings.get(key)
        if heads is None:
            return branch.first
        if heads[branch.chain] == (head,):
            continue
        needed = min(needed, journal.first_lacking(branch, holdings))
    return needed


def blocks(journal: Journal, gap: Gap) -> Iterator[tuple[Gap, bool]]:
    """A gap in pieces, in order; those with True are whole blocks."""
    branch, first, last = gap
    if gap.entries < BLOCKS[-1]:
        yield gap, False
        return
    sums = [0]
    for _seq, size in journal.sizes(branch, first, last):
        sums.append(sums[-1] + size)
    at = loose = first
    while at <= last:
        length = next(
            (
                each
                for each in BLOCKS
                if at % each == 0
                and at + each - 1 <= last
                and sums[at + each - first] - sums[at - first] <= BLOCK_BYTES
            ),
            0,
        )
        if not length:
            at = min(at - at % BLOCKS[-1] + BLOCKS[-1], last + 1)
            continue
        if loose < at:
            yield Gap(branch, loose, at - 1), False
        yield Gap(branch, at, at + length - 1), True
        at += length
        loose = at
    if loose <= last:
        yield Gap(branch, loose, last), False


class Pack:
    """One parcel that is being filled."""

    def __init__(self) -> None:
        self._batches: list[list[Run]] = []
        self._room = 0
        self._entries = 0
        self._runs = 0
        self.size = 0
        self.stretches: list[Stretch] = []

    def add(self, run: Run, digest: bytes) -> None:
        """One more run; ``digest`` is the beginning of the hash of its last entry."""
        size = RUN_OVERHEAD + sum(map(item_size, run.items))
        if size > self._room or self._entries + len(run.items) > MAX_BATCH_ENTRIES:
            self._batches.append([])
            self._room, self._entries = BATCH_BYTES, 0
        self._batches[-1].append(run)
        self._room -= size
        self._entries += len(run.items)
        self._runs += 1
        self.size += size
        last = run.first + len(run.items) - 1
        self.stretches.append(Stretch(short_device(run.device), run.chain, run.first, last, digest))

    @property
    def is_full(self) -> bool:
        return self.size >= LOOSE_BYTES or self._runs >= MOST_LOOSE_RUNS

    @property
    def batches(self) -> tuple[bytes, ...]:
        return tuple(encode_batch(batch) for batch in self._batches)


def runs_of(journal: Journal, gap: Gap) -> Iterator[tuple[Run, bytes]]:
    """The entries of a gap in runs, each with the beginning of the hash of its last entry."""
    for run in journal.stretch(*gap):
        digest = journal.hash_on(gap.branch, run.first + len(run.items) - 1)
        if digest is None:
            return
        yield run, digest


def block(journal: Journal, lock: Lock, gap: Gap) -> tuple[bytes, Index] | None:
    """The parcel of one block; None where it does not end with a signature that fits."""
    pack = Pack()
    for run, digest in runs_of(journal, gap):
        pack.add(run, digest)
    if not pack.stretches or pack.stretches[-1].last != gap.last:
        return None
    # One stretch, however it was cut for the batches: the same on every machine.
    whole = pack.stretches[-1]._replace(first=gap.first)
    index = Index(stretches=(whole,))
    try:
        return seal(lock, index, Body(batches=pack.batches)), index
    except ValueError:
        return None  # it does not compress: it goes in loose parcels


def loose(journal: Journal, gaps: Sequence[Gap]) -> Iterator[Pack]:
    """The entries of many gaps, in few packs, in the same order."""
    pack = Pack()
    for gap in gaps:
        for run, digest in runs_of(journal, gap):
            pack.add(run, digest)
            if pack.is_full:
                yield pack
                pack = Pack()
    if pack.stretches:
        yield pack


def photo(lock: Lock, data: bytes) -> tuple[bytes, Index]:
    """The parcel of one photo, the same whoever makes it."""
    index = Index(blobs=(photo_hash(data),))
    return seal(lock, index, Body(blobs=(data,))), index


def mixed(
    lock: Lock,
    pack: Pack | None,
    *,
    statements: Sequence[tuple[bytes, bytes]] = (),
    wants: Sequence[bytes] = (),
    join: JoinRequest | None = None,
) -> tuple[bytes, Index]:
    """A loose parcel with what its writer says beside."""
    index = Index(
        stretches=tuple(pack.stretches) if pack else (),
        statements=tuple(statements),
        wants=tuple(wants),
        joins=(join.device,) if join else (),
    )
    body = Body(batches=pack.batches if pack else (), joins=(join,) if join else ())
    return seal(lock, index, body), index


def in_order(journal: Journal, gaps: Iterable[Gap]) -> list[Gap]:
    """Gaps in the order in which their entries can be taken in: control first, by seniority."""
    members: Mapping[bytes, object] = journal.membership().devices
    places = {key: place for place, key in enumerate(members)}
    last = len(places)
    return sorted(
        gaps,
        key=lambda gap: (
            gap.branch.chain,
            places.get(gap.branch.device, last),
            gap.branch.number,
            gap.first,
        ),
    )
