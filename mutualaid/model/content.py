# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the content chain carries: changes of records, and who a record is."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import cbor2

from mutualaid.model import plain
from mutualaid.model.entry import MAX_PAYLOAD
from mutualaid.model.keys import blake2b
from mutualaid.model.values import Scalar

CHANGES: Final = 1  # type of a content payload: [1, [[record id, change], …]]
GONE: Final = "_gone"  # a field that takes a record off every list
IDENTITY_FIXED: Final = 16 + 16 + 8  # group, owner, nonce; then the kind's name
LONGEST_KIND: Final = 32
MAX_CHANGES: Final = 1000


class Identity(NamedTuple):
    """Who a record is: carried by its first change, hashed to its id."""

    group: bytes
    owner: bytes
    nonce: bytes
    kind: str

    @property
    def data(self) -> bytes:
        return self.group + self.owner + self.nonce + self.kind.encode()

    @property
    def record_id(self) -> bytes:
        return blake2b(self.data, size=16)


def read_identity(data: Scalar, record_id: bytes) -> Identity | None:
    """The identity in a first change, or None if it is malformed or another record's."""
    if type(data) is not bytes:
        return None
    if not IDENTITY_FIXED < len(data) <= IDENTITY_FIXED + LONGEST_KIND:
        return None
    if blake2b(data, size=16) != record_id:
        return None
    try:
        return Identity(data[:16], data[16:32], data[32:40], data[40:].decode("ascii"))
    except UnicodeDecodeError:
        return None


def encode_changes(changes: Sequence[tuple[bytes, bytes]]) -> bytes:
    """The payload that carries these changes, as (record id, change)."""
    return cbor2.dumps([CHANGES, [list(each) for each in changes]])


def decode_changes(payload: bytes) -> list[tuple[bytes, bytes]] | None:
    """What :func:`encode_changes` wrote, or None: the entry is void (or from a later version)."""
    try:
        kind, pairs = plain.read(payload)
        if kind != CHANGES or type(pairs) is not list or len(pairs) > MAX_CHANGES:
            return None
        seen: set[bytes] = set()
        found: list[tuple[bytes, bytes]] = []
        for record_id, change in pairs:
            well_formed = (
                type(record_id) is bytes
                and len(record_id) == 16
                and record_id not in seen
                and type(change) is bytes
                and len(change) <= MAX_PAYLOAD
            )
            if not well_formed:
                return None
            seen.add(record_id)
            found.append((record_id, change))
        return found
    except Exception:  # noqa: BLE001 - hostile bytes raise many kinds
        return None
