# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Parcels: what stands in PARCELS.md, and what hostile ones cost."""

import json
import zlib
from pathlib import Path

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.model import control, keys
from mutualaid.model.entry import Chain
from mutualaid.model.photos import MOST_TAKEN
from mutualaid.sync import parcel as parcels
from mutualaid.sync.parcel import (
    BadParcelError,
    Body,
    Index,
    Lock,
    NewerParcelError,
    OtherParcelError,
    Stretch,
    open_body,
    open_index,
    read_index,
    reseal,
    seal,
    write_index,
)
from mutualaid.sync.parcel_outside import MOST_PARCEL, name_of, outside, write_outside
from tests.sync import parcel_reader

VECTORS = json.loads((Path(__file__).parent.parent / "data/parcels/vectors.json").read_text())
LOCK = Lock.of_epoch(keys.EpochKey(bytes.fromhex(VECTORS["epoch secret"])))
GROUP = bytes.fromhex(VECTORS["group"])


def read_all(data: bytes) -> tuple[Index, Body]:
    return open_index(LOCK, data), open_body(LOCK, data)


# -- the description


@pytest.mark.parametrize("vector", VECTORS["parcels"], ids=lambda each: each["about"][:12])
def test_a_reader_from_the_description_reads_what_ours_reads(vector: dict[str, str]) -> None:
    data = bytes.fromhex(vector["parcel"])
    theirs = parcel_reader.read(
        parcel_reader.Keys.of_epoch(bytes.fromhex(VECTORS["epoch secret"])), data, GROUP
    )
    index, body = open_index(LOCK, data), open_body(LOCK, data)
    assert theirs.name.hex() == vector["name"]
    assert open_index(LOCK, data[: outside(data).head_length]) == index
    assert [tuple(each) for each in theirs.index.get(1, [])] == [
        (each.device, int(each.chain), *each[2:]) for each in index.stretches
    ]
    assert theirs.index.get(2, []) == list(index.blobs)
    assert [tuple(each) for each in theirs.index.get(3, [])] == list(index.statements)
    assert theirs.body.get(2, []) == list(body.blobs)
    runs = [run for batch in body.runs() for run in batch]
    assert parcels.claims(index, runs)
    assert len(theirs.entries) == sum(len(run.items) for run in runs)
    for stretch in index.stretches:
        (last,) = (
            each
            for each in theirs.entries
            if each.chain == stretch.chain and each.seq == stretch.last
        )
        assert last.hash[:8] == stretch.hash
        assert last.hash.hex() == VECTORS["last hashes"][stretch.chain.name.lower()]


def test_the_keys_follow_as_described() -> None:
    found = parcel_reader.Keys.of_epoch(bytes.fromhex(VECTORS["epoch secret"]))
    assert (found.parcel.hex(), found.topic.hex()) == (VECTORS["parcel key"], VECTORS["topic"])
    assert (LOCK.seal, LOCK.topic.public) == (found.parcel, found.topic)


def test_a_welcome_is_found_and_read_with_the_invitation_alone() -> None:
    seed = bytes.fromhex(VECTORS["invitation seed"])
    data = bytes.fromhex(VECTORS["welcome"]["parcel"])
    theirs = parcel_reader.read(parcel_reader.Keys.of_invitation(seed), data, GROUP)
    lock = Lock.of_seed(seed)
    assert lock.topic.public.hex() == VECTORS["welcome topic"]
    assert open_body(lock, data).epochs == (bytes.fromhex(VECTORS["epoch secret"]),)
    assert theirs.body[4] == [bytes.fromhex(VECTORS["epoch secret"])]


@pytest.mark.parametrize("vector", VECTORS["bad"], ids=lambda each: each["about"])
def test_what_is_bad_is_so_in_a_sentence(vector: dict[str, str]) -> None:
    data = bytes.fromhex(vector["parcel"])
    with pytest.raises(BadParcelError, match=r"Nothing|stays") as told:
        read_all(data)
    assert told.value.code == vector["error"]


# -- our own

devices = st.binary(min_size=8, max_size=8)
stretches = st.builds(
    lambda device, chain, first, more, digest: Stretch(device, chain, first, first + more, digest),
    devices,
    st.sampled_from(Chain),
    st.integers(0, 1 << 40),
    st.integers(0, 5000),
    devices,
)
indexes = st.builds(
    Index,
    st.lists(stretches, max_size=20).map(tuple),
    st.lists(st.binary(min_size=32, max_size=32), max_size=5).map(tuple),
    st.lists(
        st.tuples(st.binary(max_size=300), st.binary(min_size=64, max_size=64)), max_size=3
    ).map(tuple),
    st.lists(devices, max_size=9).map(tuple),
    st.lists(st.binary(min_size=32, max_size=32), max_size=2).map(tuple),
)
bodies = st.builds(
    Body,
    st.lists(st.binary(max_size=9000), max_size=3).map(tuple),
    st.lists(st.binary(max_size=9000), max_size=3).map(tuple),
)


@given(indexes, bodies)
def test_what_is_sealed_is_read_and_has_a_size_that_tells_little(index: Index, body: Body) -> None:
    data = seal(LOCK, index, body)
    assert open_index(LOCK, data) == index
    assert open_body(LOCK, data) == body
    assert read_index(write_index(index)) == index
    assert len(data) in {4096 << n for n in range(9)}
    assert outside(data).head_length in {512 << n for n in range(8)}
    assert seal(LOCK, index, body) == data, "the same content is the same parcel"


def test_a_reader_from_the_description_follows_a_rotation() -> None:
    vector = VECTORS["rotation"]
    payload = bytes.fromhex(vector["payload"])
    epoch, secret = parcel_reader.rotated(payload, bytes.fromhex(vector["device seed"]))
    assert (epoch.hex(), secret.hex()) == (vector["epoch id"], vector["epoch secret"])
    assert parcel_reader.Keys.of_epoch(secret).topic.hex() == vector["topic"]
    part = control.decode(payload)
    assert isinstance(part, control.Rotate)
    device = keys.SigningKey(bytes.fromhex(vector["device seed"]))
    box = part.boxes[part.devices.index(device.public)]
    assert keys.EpochKey(keys.device_sealing_key(device).open(box)).id == part.epoch == epoch


@given(indexes, bodies)
def test_what_is_left_once_more_is_the_same_under_another_name(index: Index, body: Body) -> None:
    data = seal(LOCK, index, body)
    again = reseal(LOCK, data)
    assert name_of(again) != name_of(data)
    assert read_all(again) == (index, body)
    assert (len(again), outside(again)) == (len(data), outside(data))


@given(st.integers(0, 4095), st.integers(1, 255))
def test_no_byte_can_be_altered(place: int, by: int) -> None:
    data = bytearray(seal(LOCK, Index(wants=(b"x" * 8,)), Body(batches=(b"y",))))
    data[place] ^= by
    with pytest.raises(BadParcelError):
        read_all(bytes(data))


@given(st.binary(max_size=200))
def test_bytes_of_nobody_are_no_parcel(data: bytes) -> None:
    for read in (open_index, open_body):
        with pytest.raises(BadParcelError):
            read(LOCK, data)


def test_a_photo_of_the_largest_size_fits() -> None:
    data = seal(LOCK, Index(blobs=(bytes(32),)), Body(blobs=(bytes(MOST_TAKEN),)))
    assert len(data) == MOST_PARCEL


def test_what_is_too_large_is_not_made() -> None:
    with pytest.raises(ValueError, match="a parcel of"):
        seal(LOCK, Index(), Body(batches=(bytes(MOST_PARCEL),)))


# -- what only somebody with the key can do


def forged(index: bytes, body: bytes = b"\xa0") -> bytes:
    """A parcel with any content, sealed as it should be."""

    def box(content: bytes, part: bytes) -> bytes:
        padded = len(content).to_bytes(4, "big") + content
        return keys.encrypt(LOCK.seal, padded, b"\x01" + LOCK.topic.public + part)

    sealed = box(index, b"index")
    return write_outside(1, LOCK.topic.public, len(sealed)) + sealed + box(body, b"body")


def test_an_index_that_inflates_to_a_gigabyte_is_stopped_early() -> None:
    pressed = zlib.compressobj(9)
    bomb = b"".join(pressed.compress(bytes(1 << 20)) for _ in range(64)) + pressed.flush()
    with pytest.raises(BadParcelError):
        open_index(LOCK, forged(bomb))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xa0 no zlib",
        zlib.compress(b""),
        zlib.compress(b"\x80"),
        zlib.compress(cbor2.dumps({1: [[b"1" * 8, 0, 5, 4, b"2" * 8]]})),
        zlib.compress(cbor2.dumps({1: [[b"1" * 8, 7, 0, 4, b"2" * 8]]})),
        zlib.compress(cbor2.dumps({1: [[b"1" * 8, 0, 0, 1 << 60, b"2" * 8]]})),
        zlib.compress(cbor2.dumps({1: [[b"1", 0, 0, 1, b"2" * 8]]})),
        zlib.compress(cbor2.dumps({1: [[b"1" * 8, 0, 0, 1, b"2" * 8]] * 5000})),
        zlib.compress(cbor2.dumps({2: [b"short"]})),
        zlib.compress(cbor2.dumps({3: [[b"body", b"short"]]})),
        zlib.compress(cbor2.dumps({4: {}})),
        zlib.compress(cbor2.dumps({5: [bytes(32)] * 5})),
        zlib.compress(b"\x9f\xff"),
    ],
)
def test_an_index_of_nonsense_is_refused(content: bytes) -> None:
    with pytest.raises(BadParcelError):
        open_index(LOCK, forged(content))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80",
        cbor2.dumps({1: ["text"]}),
        cbor2.dumps({1: [b""] * 17}),
        cbor2.dumps({2: [bytes(MOST_TAKEN + 1)]}),
        cbor2.dumps({3: [[bytes(32)] * 7]}),
        cbor2.dumps({3: [[]]}),
        cbor2.dumps({4: [bytes(31)]}),
    ],
)
def test_a_body_of_nonsense_is_refused(content: bytes) -> None:
    with pytest.raises(BadParcelError):
        open_body(LOCK, forged(zlib.compress(b"\xa0"), content))


def test_what_a_later_version_of_one_adds_is_skipped() -> None:
    data = forged(zlib.compress(cbor2.dumps({2: [bytes(32)], 9: "later"})), cbor2.dumps({9: [1]}))
    assert open_index(LOCK, data) == Index(blobs=(bytes(32),))
    assert open_body(LOCK, data) == Body()


def test_another_group_and_a_newer_version_are_told_apart() -> None:
    other = Lock.of_epoch(keys.EpochKey(b"o" * 32))
    with pytest.raises(OtherParcelError):
        open_index(LOCK, seal(other, Index(), Body()))
    newer = bytearray(seal(LOCK, Index(), Body()))
    newer[0] = 9
    with pytest.raises(NewerParcelError):
        open_index(LOCK, bytes(newer))


def test_an_index_is_held_against_what_is_inside() -> None:
    assert parcels.claims(Index(), [])
    stretch = Stretch(bytes(8), Chain.CONTENT, 0, 3, bytes(8))
    assert not parcels.claims(Index(stretches=(stretch,)), [])
