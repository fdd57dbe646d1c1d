# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Codes: readable, unambiguous, typed back in any shape."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.errors import BadValueError
from mutualaid.model import codes

ids = st.binary(min_size=16, max_size=16)


@given(ids, st.integers(1, codes.LONGEST))
def test_any_beginning_of_a_code_finds_its_id(record: bytes, length: int) -> None:
    low, high = codes.prefix_range(codes.code(record, length))
    assert low <= record <= high


@given(ids, ids)
def test_a_code_finds_only_ids_that_share_it(one: bytes, other: bytes) -> None:
    low, high = codes.prefix_range(codes.code(one))
    assert (low <= other <= high) == (codes.code(one) == codes.code(other))


@given(ids)
def test_a_longer_code_begins_with_the_shorter(record: bytes) -> None:
    assert codes.code(record, codes.LONGEST).startswith(codes.code(record))
    assert len(codes.code(record)) == codes.LENGTH


def test_the_alphabet_leaves_out_what_people_confuse() -> None:
    assert len(set(codes.ALPHABET)) == 32
    assert not set("0O1I") & set(codes.ALPHABET)


def test_small_letters_spaces_and_hyphens_are_accepted() -> None:
    assert codes.prefix_range(" k7qf-2m9p ") == codes.prefix_range("K7QF2M9P")


@pytest.mark.parametrize("typed", ["", "  ", "K7QO", "K7Q1", "Ana!", "7" * 26])
def test_what_cannot_be_a_code_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(BadValueError, match=r"code"):
        codes.prefix_range(typed)
