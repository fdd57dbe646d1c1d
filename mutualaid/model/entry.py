# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Journal entries: their bytes, their hashes, and the check of a whole run of them.

An entry is header, signature, payload. The header is deterministic CBOR (RFC 8949, section
4.2.1): an array of version, group id (16 bytes), device key (32), chain (0 control, 1 content),
sequence number, ``prev`` (32), ``after`` (null, or the concatenated 32-byte hashes of the control
heads its author knew), created (ms), payload hash (32), payload length. The payload hash is
BLAKE2b-256 over 16 random bytes, the salt, and the payload, so that a header alone does not
betray a short payload once it is forgotten. The signature is Ed25519 by the device over
``SIGNED_DOMAIN`` and the header. ``prev`` is BLAKE2b-256 over the previous header and signature;
one checked signature therefore vouches for every entry before it.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import cbor2

from mutualaid.errors import ProtocolError
from mutualaid.model import keys, plain

VERSION: Final = 1
SIGNED_DOMAIN: Final = b"mutualaid/entry/1"
MAX_PAYLOAD: Final = 60 * 1024
MAX_AFTER: Final = 16  # control heads in one header
SALT_SIZE: Final = 16
SIGNATURE_SIZE: Final = 64
NO_ENTRY: Final = bytes(32)  # prev of the first entry of a chain
LATEST_TIME: Final = 1 << 53

#: Every entry whose number is one less than a multiple of this carries a signature that fits, or
#: its chain ends before it. So a fork can be proven with a bounded number of headers.
SIGNED_EVERY: Final = 32

#: What a writer puts into a batch, by :func:`item_size` and ``RUN_OVERHEAD``.
BATCH_BYTES: Final = 192 * 1024
#: What a reader accepts: one entry beyond, for a run can be cut only where a signature fits.
MAX_BATCH_BYTES: Final = BATCH_BYTES + MAX_PAYLOAD + 1024
ENTRY_OVERHEAD: Final = 96  # what an entry adds to a batch beside payload and heads
RUN_OVERHEAD: Final = 128
MAX_BATCH_ENTRIES: Final = 4096
COMPRESSION_LEVEL: Final = 1


class Chain(IntEnum):
    """A device's two chains: membership and keys, never purged; and everything else."""

    CONTROL = 0
    CONTENT = 1


class Purged(NamedTuple):
    """What is left of a payload that was purged."""

    hash: bytes
    length: int


class Item(NamedTuple):
    """What one entry adds to its run."""

    created: int
    after: bytes | None
    salt: bytes
    signature: bytes
    payload: bytes | Purged


class Sealed(NamedTuple):
    """An entry of a run that was checked: the item with its place and hash."""

    seq: int
    hash: bytes
    item: Item


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive entries of one chain. ``prev`` is the hash of the entry before the first."""

    device: bytes
    chain: Chain
    first: int
    prev: bytes
    items: Sequence[Item] = field(repr=False)


def uint(value: int) -> bytes:
    """CBOR of a non-negative integer, shortest form."""
    return _SMALL[value] if value < len(_SMALL) else _uint(value)


def _uint(value: int) -> bytes:
    if value < 24:
        return value.to_bytes(1, "big")
    if value < 0x100:
        return b"\x18" + value.to_bytes(1, "big")
    if value < 0x10000:
        return b"\x19" + value.to_bytes(2, "big")
    if value < 0x100000000:
        return b"\x1a" + value.to_bytes(4, "big")
    return b"\x1b" + value.to_bytes(8, "big")


#: Most sequence numbers and lengths, ready made: a first sync asks for two an entry.
_SMALL: Final = tuple(map(_uint, range(4096)))


def item_size(item: Item) -> int:
    """What an entry takes in a batch before compression, in bytes."""
    length = len(item.payload) if isinstance(item.payload, bytes) else 0
    return ENTRY_OVERHEAD + length + len(item.after or b"")


def header_start(group: bytes, device: bytes, chain: Chain) -> bytes:
    """The part of a header that all entries of a chain share."""
    return b"\x8a\x01\x50" + group + b"\x58\x20" + device + uint(chain)


def after_bytes(after: bytes | None) -> bytes:
    return b"\xf6" if after is None else cbor2.dumps(after)


def payload_hash(salt: bytes, payload: bytes) -> bytes:
    return blake2b(salt + payload, digest_size=32).digest()


def build_header(
    start: bytes,
    seq: int,
    prev: bytes,
    after: bytes | None,
    created: int,
    content_hash: bytes,
    length: int,
) -> bytes:
    """The header of one entry; ``start`` is from :func:`header_start`."""
    return b"".join(
        (
            start,
            uint(seq),
            b"\x58\x20",
            prev,
            after_bytes(after),
            uint(created),
            b"\x58\x20",
            content_hash,
            uint(length),
        )
    )


def item_header(start: bytes, seq: int, prev: bytes, item: Item) -> bytes:
    if isinstance(item.payload, Purged):
        content_hash, length = item.payload
    else:
        content_hash, length = payload_hash(item.salt, item.payload), len(item.payload)
    return build_header(start, seq, prev, item.after, item.created, content_hash, length)


def entry_hash(header: bytes, signature: bytes) -> bytes:
    return blake2b(header + signature, digest_size=32).digest()


def sign_entry(
    device: keys.SigningKey,
    group: bytes,
    chain: Chain,
    seq: int,
    prev: bytes,
    after: bytes | None,
    created: int,
    payload: bytes,
) -> Sealed:
    """Make the entry that follows ``prev`` in a chain of one's own."""
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"a payload of {len(payload)} bytes")
    salt = keys.random(SALT_SIZE)
    item = Item(created, after, salt, b"", payload)
    header = item_header(header_start(group, device.public, chain), seq, prev, item)
    signature = device.sign(SIGNED_DOMAIN + header)
    return Sealed(seq, entry_hash(header, signature), item._replace(signature=signature))


def check_run(group: bytes, run: Run) -> list[Sealed]:
    """Chain the hashes of a run and check its last signature.

    Returns the entries with their hashes. Raises ProtocolError when the signature, or that of an
    entry that must carry one (``SIGNED_EVERY``), does not fit: then nothing of the run is to be
    believed, and who sent it is to blame, not its author.
    """
    start = header_start(group, run.device, run.chain)
    prev = run.prev
    seq = run.first
    checked: list[Sealed] = []
    header = b""
    # The loop of the first sync: it stays flat for speed and equals item_header and entry_hash.
    few = len(_SMALL)
    for item in run.items:
        created, after, salt, signature, payload = item
        if isinstance(payload, bytes):
            content_hash = blake2b(salt + payload, digest_size=32).digest()
            length = len(payload)
        else:
            content_hash, length = payload
        header = b"%b%b\x58\x20%b%b%b\x58\x20%b%b" % (
            start,
            _SMALL[seq] if seq < few else _uint(seq),
            prev,
            b"\xf6" if after is None else after_bytes(after),
            _uint(created),
            content_hash,
            _SMALL[length] if length < few else _uint(length),
        )
        prev = blake2b(header + signature, digest_size=32).digest()
        checked.append(Sealed(seq, prev, item))
        seq += 1
        if seq % SIGNED_EVERY == 0 and not keys.verify(
            run.device, SIGNED_DOMAIN + header, signature
        ):
            raise ProtocolError("An entry lacks its author's signature where it must have one.")
    if not checked or not keys.verify(
        run.device, SIGNED_DOMAIN + header, checked[-1].item.signature
    ):
        raise ProtocolError("A run of entries does not carry its author's signature.")
    return checked


# -- batches: runs on the wire, in parcels and in backups ------------------------------------------


def encode_batch(runs: Sequence[Run]) -> bytes:
    """Runs as bytes: columns, so that what repeats compresses and what is random is not tried.

    Layout, CBOR: ``[runs, salts and signatures, zlib(payloads)]``, each run an array of device,
    chain, first, prev, created of the first, steps of created, lengths (a purged payload's as
    −1 − length), ``{index: after}``, ``{index: hash of a purged payload}``.
    """
    tables: list[list[object]] = []
    fixed: list[bytes] = []
    payloads: list[bytes] = []
    for run in runs:
        steps: list[int] = []
        lengths: list[int] = []
        afters: dict[int, bytes] = {}
        purged: dict[int, bytes] = {}
        previous = run.items[0].created
        for index, (created, after, salt, signature, payload) in enumerate(run.items):
            steps.append(created - previous)
            previous = created
            if after is not None:
                afters[index] = after
            fixed.append(salt)
            fixed.append(signature)
            if isinstance(payload, bytes):
                lengths.append(len(payload))
                payloads.append(payload)
            else:
                lengths.append(-1 - payload[1])
                purged[index] = payload[0]
        tables.append(
            [
                run.device,
                int(run.chain),
                run.first,
                run.prev,
                run.items[0].created,
                steps,
                lengths,
                afters,
                purged,
            ]
        )
    return cbor2.dumps(
        [tables, b"".join(fixed), zlib.compress(b"".join(payloads), COMPRESSION_LEVEL)]
    )


def decode_batch(data: bytes) -> list[Run]:
    """Read what :func:`encode_batch` wrote; hostile until proven otherwise.

    Raises ProtocolError on anything malformed; never inflates past ``MAX_BATCH_BYTES``.
    """
    try:
        tables, fixed, packed = plain.read(data)
        if type(fixed) is not bytes:
            raise ProtocolError("A batch of entries is malformed.")
        inflater = zlib.decompressobj()
        payloads = inflater.decompress(packed, MAX_BATCH_BYTES)
        if inflater.unconsumed_tail or not inflater.eof:
            raise ProtocolError("A batch of entries inflates past its bound or is torn.")
        return list(_read_runs(tables, fixed, payloads))
    except ProtocolError:
        raise
    except Exception as error:  # cbor2 and zlib raise many kinds; all mean the same here
        raise ProtocolError(f"A batch of entries cannot be read ({error}).") from error


def _read_runs(tables: Any, fixed: bytes, payloads: bytes) -> Iterator[Run]:
    entries = sum(len(table[6]) for table in tables)
    step = SALT_SIZE + SIGNATURE_SIZE
    if entries > MAX_BATCH_ENTRIES or entries * step != len(fixed):
        raise ProtocolError("A batch of entries has the wrong size.")
    at = 0
    position = 0
    size = 0
    for device, chain, first, prev, created, steps, lengths, afters, purged in tables:
        _check_table(device, chain, first, prev, created, steps, lengths, afters)
        items: list[Item] = []
        begun = position
        for index, length in enumerate(lengths):
            created += steps[index]
            payload: bytes | Purged
            if length >= 0:
                payload = payloads[position : position + length]
                if len(payload) != length:
                    raise ProtocolError("A batch of entries is too short.")
                position += length
            else:
                content_hash = purged[index]
                if type(content_hash) is not bytes or len(content_hash) != 32:
                    raise ProtocolError("A purged entry lacks its hash.")
                payload = Purged(content_hash, -1 - length)
            items.append(
                Item(
                    created,
                    afters.get(index) if afters else None,
                    fixed[at : at + SALT_SIZE],
                    fixed[at + SALT_SIZE : at + step],
                    payload,
                )
            )
            at += step
        # The sum of item_size over the run, by column.
        size += RUN_OVERHEAD + ENTRY_OVERHEAD * len(items)
        size += position - begun + sum(map(len, afters.values()))
        if size > MAX_BATCH_BYTES:
            raise ProtocolError("A batch of entries is too large.")
        yield Run(device, Chain(chain), first, prev, items)
    if position != len(payloads):
        raise ProtocolError("A batch of entries has bytes left over.")


def _check_table(
    device: Any,
    chain: Any,
    first: Any,
    prev: Any,
    created: Any,
    steps: list[Any],
    lengths: list[Any],
    afters: Mapping[Any, Any],
) -> None:
    well_formed = (
        type(device) is bytes
        and len(device) == 32
        and chain in (0, 1)
        and type(first) is int
        and 0 <= first < LATEST_TIME
        and type(prev) is bytes
        and len(prev) == 32
        and type(created) is int
        and 0 < len(lengths) == len(steps)
        and set(map(type, steps)) == {int}
        and set(map(type, lengths)) == {int}
        and min(steps) >= 0
        and 0 <= created <= created + sum(steps) < LATEST_TIME
        and max(lengths) <= MAX_PAYLOAD
        and min(lengths) >= -1 - MAX_PAYLOAD
        and all(
            type(after) is bytes and len(after) % 32 == 0 and len(after) <= 32 * MAX_AFTER
            for after in afters.values()
        )
    )
    if not well_formed:
        raise ProtocolError("A run of entries is malformed.")
