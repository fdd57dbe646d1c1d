# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cursors, running hashes and topics."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.model.keys import EpochKey, verify
from mutualaid.sync.shelf import BEGINNING, CURSOR_BYTES, Cursor, run_on, topic_key

CURSORS = st.builds(
    Cursor,
    st.binary(min_size=16, max_size=16),
    st.integers(0, (1 << 63) - 1),
    st.binary(min_size=16, max_size=16),
)


@given(CURSORS)
def test_a_cursor_comes_back_from_its_bytes(cursor: Cursor) -> None:
    assert len(cursor.encode()) == CURSOR_BYTES
    assert Cursor.decode(cursor.encode()) == cursor


@pytest.mark.parametrize("data", [b"", bytes(39), bytes(41), b"\xff" * 40])
def test_anything_else_is_no_cursor(data: bytes) -> None:
    with pytest.raises(ValueError, match="cursor"):
        Cursor.decode(data)


def test_the_beginning_is_all_zero() -> None:
    assert BEGINNING.encode() == bytes(CURSOR_BYTES)


def test_the_running_hash_depends_on_every_name_and_their_order() -> None:
    one, other = b"a" * 32, b"b" * 32
    start = BEGINNING.running
    ways = {
        run_on(run_on(start, one), other),
        run_on(run_on(start, other), one),
        run_on(start, one),
        run_on(start, other),
        start,
    }
    assert len(ways) == 5


def test_a_topic_follows_from_the_epoch_and_signs() -> None:
    epoch = EpochKey.generate()
    key = topic_key(epoch)
    assert key.public == topic_key(epoch).public
    assert verify(key.public, b"request", key.sign(b"request"))
    assert topic_key(EpochKey.generate()).public != key.public
