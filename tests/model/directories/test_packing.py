# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whom an export held fits into the group's log, and can be asked there."""

from hypothesis import given
from hypothesis import strategies as st

from mutualaid.model import keys
from mutualaid.model.directories import packing
from mutualaid.model.directories.packing import Packed
from mutualaid.model.entry import MAX_PAYLOAD
from mutualaid.model.records.export import LONGEST_PACKED

#: Told apart by how they begin, as all but one in 2^48 are.
ids = st.binary(min_size=6, max_size=6).map(lambda beginning: beginning + bytes(10))


@given(st.dictionaries(ids, st.integers(0, 2**14 - 1), max_size=40), st.sets(ids, max_size=40))
def test_what_is_packed_comes_back(persons: dict[bytes, int], posts: set[bytes]) -> None:
    (data,) = packing.pack(persons, posts)
    part = Packed(data)
    for person, bits in persons.items():
        assert sum(packing.bit(name) for name in part.fields(person)) == bits
    assert set(part.posts(posts)) == posts
    stranger = keys.blake2b(b"nobody", size=16)
    assert part.fields(stranger) == ()
    assert not list(part.posts([stranger]))


def test_a_large_neighbourhood_fits_into_one_entry() -> None:
    persons = {keys.blake2b(b"%d" % number, size=16): 511 for number in range(2000)}
    posts = {keys.blake2b(b"post %d" % number, size=16) for number in range(5000)}
    (data,) = packing.pack(persons, posts)
    assert len(data) <= LONGEST_PACKED < MAX_PAYLOAD - 4096


def test_a_larger_one_into_several() -> None:
    persons = {keys.blake2b(b"%d" % number, size=16): number % 511 for number in range(9000)}
    posts = {keys.blake2b(b"post %d" % number, size=16) for number in range(9000)}
    parts = packing.pack(persons, posts)
    assert len(parts) == 3
    assert all(len(part) <= LONGEST_PACKED for part in parts)
    read = [Packed(part) for part in parts]
    for person, bits in persons.items():
        found = [name for part in read for name in part.fields(person)]
        assert sum(packing.bit(name) for name in found) == bits
    assert {post for part in read for post in part.posts(posts)} == posts


@given(st.binary(max_size=80))
def test_any_bytes_can_be_asked(data: bytes) -> None:
    part = Packed(data)
    assert isinstance(part.fields(bytes(16)), tuple)
    assert list(part.posts([])) == []
