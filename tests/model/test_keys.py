# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys: published vectors, and that nothing opens, verifies or coincides that must not."""

import hashlib
import unicodedata

import nacl.exceptions
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.errors import LockedError
from mutualaid.model import keys

# RFC 8032, section 7.1, tests 1 to 3: seed, public key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
            "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e"
            "458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290"
            "ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]

#: Points of small order, which must neither verify anything nor be sealed to.
SMALL_ORDER = [
    bytes(32),
    b"\x01" + bytes(31),
    bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
]


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_published_signatures(seed: str, public: str, message: str, signature: str) -> None:
    key = keys.SigningKey.from_seed(bytes.fromhex(seed))
    assert key.public.hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    assert keys.verify(key.public, bytes.fromhex(message), bytes.fromhex(signature))


def test_blake2b_is_the_standard_one() -> None:
    assert keys.blake2b(b"abc", size=64) == hashlib.blake2b(b"abc").digest()
    assert keys.device_hash(bytes(32)) == hashlib.blake2b(bytes(32), digest_size=16).digest()


@given(
    message=st.binary(max_size=200),
    place=st.integers(min_value=0, max_value=63),
    flip=st.integers(min_value=1, max_value=255),
)
def test_an_altered_signature_or_message_is_refused(message: bytes, place: int, flip: int) -> None:
    key = keys.SigningKey.from_seed(b"s" * 32)
    signature = bytearray(key.sign(message))
    assert keys.verify(key.public, message, bytes(signature))
    assert not keys.verify(key.public, message + b"x", bytes(signature))
    signature[place] ^= flip
    assert not keys.verify(key.public, message, bytes(signature))


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=80))
def test_verify_never_raises(public: bytes, message: bytes, signature: bytes) -> None:
    assert not keys.verify(public, message, signature)
    assert not keys.verify(public.ljust(32, b"\xff")[:32], message, signature.ljust(64)[:64])


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_a_key_of_small_order_is_no_key(point: bytes) -> None:
    # With such a "key" a signature of zeros would otherwise fit any message.
    assert not keys.verify(point, b"anything", point + bytes(32))
    assert not keys.verify(point, b"anything", bytes(64))
    assert not keys.is_public_key(point)
    with pytest.raises(keys.SealError):
        keys.sealing_public_of(point)


def test_sealing_to_a_point_of_small_order_is_refused() -> None:
    with pytest.raises(keys.SealError):
        keys.seal(bytes(32), b"secret")


def test_only_ordinary_keys_are_public_keys() -> None:
    assert keys.is_public_key(keys.SigningKey.generate().public)
    assert not keys.is_public_key(b"")
    assert not keys.is_public_key(bytes(31))
    assert not keys.is_public_key(b"\xff" * 32)


def test_a_seal_opens_for_its_key_alone() -> None:
    mine, other = keys.SealingKey.generate(), keys.SealingKey.generate()
    sealed = keys.seal(mine.public, b"the number is 555 0100")
    assert mine.open(sealed) == b"the number is 555 0100"
    assert keys.SealingKey.from_seed(mine.seed).open(sealed) == b"the number is 555 0100"
    with pytest.raises(keys.SealError):
        other.open(sealed)
    with pytest.raises(keys.SealError):
        mine.open(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    for short in (b"", sealed[:10], sealed[:47]):
        with pytest.raises(keys.SealError):
            mine.open(short)


def test_a_device_needs_one_key() -> None:
    device = keys.SigningKey.generate()
    sealed = keys.seal(keys.sealing_public_of(device.public), b"epoch")
    assert keys.device_sealing_key(device).public == keys.sealing_public_of(device.public)
    assert keys.device_sealing_key(device).open(sealed) == b"epoch"


@given(data=st.binary(max_size=300), associated=st.binary(max_size=40))
def test_a_box_opens_with_its_key_and_what_it_is_bound_to(data: bytes, associated: bytes) -> None:
    box = keys.encrypt(b"k" * 32, data, associated)
    assert len(box) == len(data) + keys.BOX_OVERHEAD
    assert keys.decrypt(b"k" * 32, box, associated) == data
    for key, altered, bound in (
        (b"j" * 32, box, associated),
        (b"k" * 32, box, associated + b"x"),
        (b"k" * 32, box[:-1], associated),
        (b"k" * 32, bytes([box[0] ^ 1]) + box[1:], associated),
        (b"k" * 32, box[:-1] + bytes([box[-1] ^ 1]), associated),
        (b"k" * 32, b"", associated),
    ):
        with pytest.raises(keys.SealError):
            keys.decrypt(key, altered, bound)


def test_a_stream_is_read_in_order_and_to_its_end() -> None:
    key = keys.random(32)
    writer = keys.StreamWriter(key)
    pieces = [writer.push(b"one", b"head"), writer.push(b""), writer.push(b"three", final=True)]
    reader = keys.StreamReader(key, writer.header)
    assert reader.pull(pieces[0], b"head") == (b"one", False)
    assert reader.pull(pieces[1]) == (b"", False)
    assert reader.pull(pieces[2]) == (b"three", True)

    with pytest.raises(keys.SealError):
        keys.StreamReader(key, writer.header).pull(pieces[1])
    with pytest.raises(keys.SealError):
        keys.StreamReader(key, writer.header).pull(pieces[0], b"tail")
    with pytest.raises(keys.SealError):
        keys.StreamReader(keys.random(32), writer.header).pull(pieces[0], b"head")
    with pytest.raises(keys.SealError):
        keys.StreamReader(key, writer.header).pull(b"short")


def test_a_passphrase_gives_the_same_key_however_its_letters_were_composed() -> None:
    def key(passphrase: str, salt: bytes = b"s" * 16) -> bytes:
        return keys.password_key(passphrase, salt, opslimit=keys.MIN_OPS, memlimit=keys.MIN_MEMORY)

    assert len(key("kettle")) == 32
    assert key("café") == key(unicodedata.normalize("NFD", "café"))
    assert key("café") != key("cafe")
    assert key("café") != key("café", b"t" * 16)
    assert len(key("lone \ud800 surrogate")) == 32


def test_too_little_memory_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_args: object, **_kwargs: object) -> bytes:
        raise nacl.exceptions.RuntimeError

    monkeypatch.setattr(keys.pwhash.argon2id, "kdf", no_room)
    with pytest.raises(LockedError, match="256 MiB"):
        keys.MODERATE.key("kettle", b"s" * 16)


@pytest.mark.parametrize(
    ("operations", "memory"),
    [(0, 1 << 20), (17, 1 << 20), (1, 0), (1, 100 << 30), (-1, -1), (1 << 31, 1 << 20)],
)
def test_a_hostile_cost_is_not_believed(operations: int, memory: int) -> None:
    assert not keys.PasswordCost(operations, memory).is_bounded()
    assert keys.MODERATE.is_bounded()
    assert keys.CHEAP.is_bounded()


def test_an_epoch_key_gives_a_different_key_for_each_purpose() -> None:
    epoch = keys.EpochKey(b"e" * 32)
    derived = {epoch.secret, epoch.recognition, epoch.parcel, epoch.topic_seed}
    assert len(derived) == 4
    assert all(len(each) == 32 for each in derived)
    assert len(epoch.id) == 8
    assert not any(epoch.id in each for each in derived)
    assert epoch == keys.EpochKey(b"e" * 32)
    assert epoch != keys.EpochKey.generate()


def test_a_token_holds_for_one_handshake_and_one_role() -> None:
    key = keys.EpochKey(b"e" * 32).recognition
    token = keys.recognition_token(key, b"h" * 32, b"initiator")
    assert len(token) == 16
    others = {
        keys.recognition_token(key, b"h" * 32, b"responder"),
        keys.recognition_token(key, b"i" * 32, b"initiator"),
        keys.recognition_token(keys.EpochKey(b"f" * 32).recognition, b"h" * 32, b"initiator"),
    }
    assert token not in others
    assert len(others) == 3
    # The border between role and handshake is part of what is hashed.
    assert keys.recognition_token(key, b"bc", b"a") != keys.recognition_token(key, b"c", b"ab")


def test_a_person_has_another_id_in_each_group() -> None:
    public = keys.SigningKey.generate().public
    assert keys.person_id(b"a" * 16, public) != keys.person_id(b"b" * 16, public)
    assert len(keys.person_id(b"a" * 16, public)) == 16


def test_derived_keys_differ_by_purpose() -> None:
    assert keys.derive(b"m" * 32, "database") != keys.derive(b"m" * 32, "lock")
    assert keys.derive(b"m" * 32, "database") == keys.derive(b"m" * 32, "database")


def test_secrets_stay_out_of_what_gets_printed() -> None:
    seed = bytes(range(32, 64))
    shown = repr((keys.SigningKey(seed), keys.SealingKey(seed), keys.EpochKey(seed)))
    epoch = keys.EpochKey(seed)
    for secret in (seed, epoch.recognition, epoch.parcel, epoch.topic_seed):
        assert repr(secret) not in shown
        assert secret.hex() not in shown


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_the_wrong_length_is_a_mistake_of_ours(length: int) -> None:
    wrong = bytes(length)
    for call in (
        lambda: keys.SigningKey(wrong),
        lambda: keys.SealingKey(wrong),
        lambda: keys.EpochKey(wrong),
        lambda: keys.derive(wrong, "x"),
        lambda: keys.encrypt(wrong, b""),
        lambda: keys.decrypt(wrong, bytes(80)),
        lambda: keys.device_hash(wrong),
        lambda: keys.person_id(bytes(16), wrong),
        lambda: keys.recognition_token(wrong, b"h" * 32, b"initiator"),
    ):
        with pytest.raises(ValueError, match="bytes"):
            call()


def test_same_compares_whole_values() -> None:
    assert keys.same(b"abc", b"abc")
    assert not keys.same(b"abc", b"abd")
    assert not keys.same(b"abc", b"ab")
