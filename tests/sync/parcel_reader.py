# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A reader of parcels written from ``PARCELS.md`` alone; nothing of the program is used here."""

import hashlib
import zlib
from dataclasses import dataclass
from typing import Any

import cbor2
from nacl import bindings


def blake2b(data: bytes, size: int = 32, key: bytes = b"", person: bytes = b"") -> bytes:
    return hashlib.blake2b(data, digest_size=size, key=key, person=person).digest()


def derive(key: bytes, purpose: str) -> bytes:
    return blake2b(purpose.encode("ascii"), key=key, person=b"mutualaid/derive")


@dataclass
class Keys:
    parcel: bytes
    topic: bytes

    @classmethod
    def of_epoch(cls, secret: bytes) -> "Keys":
        return cls._of(derive(secret, "epoch/parcel"), derive(secret, "epoch/topic"))

    @classmethod
    def of_invitation(cls, seed: bytes) -> "Keys":
        secret = blake2b(seed, person=b"mutualaid/welcom")
        return cls._of(derive(secret, "welcome/parcel"), derive(secret, "welcome/topic"))

    @classmethod
    def _of(cls, parcel: bytes, topic_seed: bytes) -> "Keys":
        return cls(parcel, bindings.crypto_sign_seed_keypair(topic_seed)[0])


@dataclass
class Entry:
    device: bytes
    chain: int
    seq: int
    created: int
    payload: bytes | None
    hash: bytes


@dataclass
class Contents:
    name: bytes
    index: dict[int, Any]
    body: dict[int, Any]
    entries: list[Entry]


def read(keys: Keys, parcel: bytes, group: bytes) -> Contents:
    """All that is in a parcel; AssertionError where it does not follow the description."""
    assert len(parcel) in {4096 << n for n in range(9)}
    assert parcel[0] == 1
    topic, length = parcel[1:33], int.from_bytes(parcel[33:37], "big")
    assert topic == keys.topic
    head = 37 + length
    assert head in {512 << n for n in range(8)}
    index = _open(keys, parcel[37:head], b"index")
    body = _open(keys, parcel[head:], b"body")
    inside = cbor2.loads(body)
    entries = [entry for batch in inside.get(1, []) for entry in _batch(batch, group)]
    return Contents(blake2b(parcel), cbor2.loads(zlib.decompress(index)), inside, entries)


def _open(keys: Keys, box: bytes, part: bytes) -> bytes:
    associated = b"\x01" + keys.topic + part
    nonce, sealed = box[:24], box[24:]
    padded = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
        sealed, associated, nonce, keys.parcel
    )
    length = len(associated).to_bytes(8, "big")
    key = derive(keys.parcel, "nonce")
    assert nonce == blake2b(length + associated + padded, 24, key, b"mutualaid/alike")
    size = int.from_bytes(padded[:4], "big")
    assert not any(padded[4 + size :])
    return padded[4 : 4 + size]


def _batch(batch: bytes, group: bytes) -> list[Entry]:
    runs, fixed, packed = cbor2.loads(batch)
    payloads = zlib.decompress(packed)
    found: list[Entry] = []
    for device, chain, first, before, created, steps, lengths, afters, forgotten in runs:
        for place, length in enumerate(lengths):
            salt, signature, fixed = fixed[:16], fixed[16:80], fixed[80:]
            created += steps[place]
            if length >= 0:
                payload, payloads = payloads[:length], payloads[length:]
                digest, long = blake2b(salt + payload), length
            else:
                payload, digest, long = None, forgotten[place], -1 - length
            seq = first + place
            header = cbor2.dumps(
                [1, group, device, chain, seq, before, afters.get(place), created, digest, long],
                canonical=True,
            )
            if place + 1 == len(lengths) or seq % 32 == 31:
                message = b"mutualaid/entry/1" + header
                bindings.crypto_sign_open(signature + message, device)
            before = blake2b(header + signature)
            found.append(Entry(device, chain, seq, created, payload, before))
    assert not fixed
    assert not payloads
    return found


def rotated(payload: bytes, device_seed: bytes) -> tuple[bytes, bytes]:
    """Id and secret of the epoch that a rotation of one part hands to the device of this seed."""
    number, epoch, part, parts, devices, boxes = cbor2.loads(payload)
    assert (number, part, parts) == (9, 0, 1)
    assert devices == sorted(devices)
    assert len(devices) == len(boxes) <= 500
    public, secret = bindings.crypto_sign_seed_keypair(device_seed)
    box = boxes[devices.index(public)]
    opened = bindings.crypto_box_seal_open(
        box,
        bindings.crypto_sign_ed25519_pk_to_curve25519(public),
        bindings.crypto_sign_ed25519_sk_to_curve25519(secret),
    )
    assert derive(opened, "epoch/id")[:8] == epoch
    return epoch, opened
