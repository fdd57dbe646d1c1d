# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes into which parcel."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.model import keys
from mutualaid.model.chains import Branch, short_device
from mutualaid.model.content import encode_changes
from mutualaid.model.entry import Chain, check_run
from mutualaid.model.replica import Replica
from mutualaid.sync import packing
from mutualaid.sync.packing import Coverage, Gap
from mutualaid.sync.parcel import Index, Lock, Stretch, claims, open_body, open_index
from mutualaid.sync.parcel_outside import MOST_PARCEL
from tests.model.street import Street

ENTRIES = 300
LARGE = 40


@pytest.fixture(scope="module")
def ana(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replica]:
    """Somebody with many small entries, and then some of the largest, which do not compress."""
    street = Street(tmp_path_factory.mktemp("street"))
    made = street.start()
    small = [encode_changes([(keys.random(16), b"small")]) for _ in range(ENTRIES)]
    large = [encode_changes([(keys.random(16), keys.random(59_000))]) for _ in range(LARGE)]
    with made.write(durable=False):
        made.journal.append(made.device, Chain.CONTENT, [*small, *large], made.clock())
    yield made
    street.close()


def branch_of(replica: Replica) -> Branch:
    (branch,) = replica.journal.branches(replica.device.public, Chain.CONTENT)
    return branch


spans = st.tuples(st.integers(0, ENTRIES + LARGE - 1), st.integers(0, ENTRIES + LARGE - 1)).map(
    lambda pair: (min(pair), max(pair))
)


@given(spans)
def test_a_gap_falls_into_blocks_and_the_rest_in_order(ana: Replica, span: tuple[int, int]) -> None:
    pieces = list(packing.blocks(ana.journal, Gap(branch_of(ana), *span)))
    at = span[0]
    for piece, is_block in pieces:
        assert piece.first == at
        at = piece.last + 1
        if is_block:
            assert piece.entries in packing.BLOCKS
            assert piece.first % piece.entries == 0
    assert at == span[1] + 1


@given(spans)
def test_loose_parcels_hold_what_they_say_and_fit(ana: Replica, span: tuple[int, int]) -> None:
    lock = Lock.of_epoch(ana.epochs()[0])
    covered = Coverage(ana.journal)
    for pack in packing.loose(ana.journal, [Gap(branch_of(ana), *span)]):
        data, index = packing.mixed(lock, pack)
        assert len(data) <= MOST_PARCEL
        assert open_index(lock, data) == index
        runs = [run for batch in open_body(lock, data).runs() for run in batch]
        assert claims(index, runs)
        for run in runs:
            check_run(ana.group, run)
        covered.add(index)
    gaps = [gap[1:] for gap in covered.gaps(branch_of(ana), 0)]
    last = ENTRIES + LARGE - 1
    assert gaps == [gap for gap in ((0, span[0] - 1), (span[1] + 1, last)) if gap[0] <= gap[1]]


def test_blocks_are_whole_parcels(ana: Replica) -> None:
    lock = Lock.of_epoch(ana.epochs()[0])
    made = 0
    for piece, is_block in packing.blocks(ana.journal, Gap(branch_of(ana), 0, ENTRIES - 1)):
        if is_block:
            parcel = packing.block(ana.journal, lock, piece)
            assert parcel is not None
            (stretch,) = parcel[1].stretches
            assert (stretch.first, stretch.last) == piece[1:]
            made += 1
    assert made >= 2


@given(st.lists(spans, max_size=8), st.lists(st.integers(0, 7), max_size=4))
def test_coverage_is_what_was_added_and_not_taken_away(
    ana: Replica, held: list[tuple[int, int]], gone: list[int]
) -> None:
    branch = branch_of(ana)
    covered = Coverage(ana.journal)
    indexes = []
    for first, last in held:
        digest = ana.journal.hash_on(branch, last)
        assert digest is not None
        device = short_device(branch.device)
        indexes.append(Index((Stretch(device, Chain.CONTENT, first, last, digest),)))
        covered.add(indexes[-1])
    left = list(held)
    for place in {each for each in gone if each < len(held)}:
        covered.remove(indexes[place])
        left.remove(held[place])
    there = {seq for first, last in left for seq in range(first, last + 1)}
    missing = {seq for gap in covered.gaps(branch, 0) for seq in range(gap.first, gap.last + 1)}
    assert missing == set(range(ENTRIES + LARGE)) - there


def test_what_lies_of_another_branch_covers_nothing(ana: Replica) -> None:
    branch = branch_of(ana)
    covered = Coverage(ana.journal)
    device = short_device(branch.device)
    covered.add(Index((Stretch(device, Chain.CONTENT, 0, branch.head_seq, b"strange."),)))
    (gap,) = covered.gaps(branch, 5)
    assert gap[1:] == (5, branch.head_seq)


def test_needed_from(ana: Replica, tmp_path: Path) -> None:
    branch = branch_of(ana)
    head = branch.head_seq
    mine = ana.journal.holdings()
    part = {
        short_device(branch.device): (
            (),
            ((10, ana.journal.hash_on(branch, 10) or b""),),
        )
    }
    assert packing.needed_from(ana.journal, branch, []) == head + 1
    assert packing.needed_from(ana.journal, branch, [mine]) == head + 1
    assert packing.needed_from(ana.journal, branch, [mine, part]) == 11
    assert packing.needed_from(ana.journal, branch, [mine, part, {}]) == 0
