# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The outside of parcels: read from any bytes, and from nothing else."""

import subprocess
import sys
from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.sync.parcel_outside import (
    LEAST_INDEX,
    MOST_INDEX,
    MOST_PARCEL,
    OUTSIDE_BYTES,
    BadParcelError,
    Outside,
    name_of,
    outside,
    write_outside,
)

TOPIC = bytes(range(32))


@given(st.integers(1, 255), st.integers(LEAST_INDEX, 2000), st.integers(0, 2000))
def test_what_is_written_is_read(version: int, index: int, body: int) -> None:
    head = write_outside(version, TOPIC, index) + bytes(index)
    expected = Outside(version, TOPIC, OUTSIDE_BYTES + index)
    assert outside(head) == expected
    assert outside(head + bytes(body)) == expected


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = outside(data)
    except BadParcelError:
        return
    assert OUTSIDE_BYTES + LEAST_INDEX <= found.head_length <= len(data)
    assert found.topic == data[1:33]


def test_nonsense_is_refused_in_a_sentence() -> None:
    good = write_outside(1, TOPIC, LEAST_INDEX) + bytes(LEAST_INDEX)
    outside(good + bytes(MOST_PARCEL - len(good)))
    for bad in (
        b"",
        good[:-1],
        bytes(1) + good[1:],
        good + bytes(MOST_PARCEL - len(good) + 1),
        good[: OUTSIDE_BYTES - 4] + (LEAST_INDEX - 1).to_bytes(4, "big") + good[OUTSIDE_BYTES:],
        good[: OUTSIDE_BYTES - 4] + (MOST_INDEX + 1).to_bytes(4, "big") + bytes(MOST_INDEX + 1),
        good[: OUTSIDE_BYTES - 4] + b"\xff\xff\xff\xff" + good[OUTSIDE_BYTES:],
    ):
        with pytest.raises(BadParcelError, match="Nothing of it was taken"):
            outside(bad)


def test_a_name_is_the_hash_of_the_content() -> None:
    assert name_of(b"parcel") == blake2b(b"parcel", digest_size=32).digest()


def test_it_weighs_nothing() -> None:
    program = (
        "import sys, mutualaid.sync.parcel_outside\n"
        "print(*(n for n in sys.modules if n.startswith('mutualaid.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) == {
        "mutualaid.errors",
        "mutualaid.sync",
        "mutualaid.sync.parcel_outside",
    }
