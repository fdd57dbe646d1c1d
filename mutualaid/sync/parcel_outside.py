# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What everybody may see of a sealed parcel, whoever holds its key; all that a relay looks at.

::

    1 byte    version, at least 1
    32 bytes  topic
    4 bytes   length of the sealed index part, big-endian
    …         the sealed index part
    …         the sealed body

The outside is the same in every version, so that a shelf keeps parcels newer than itself. What is
inside is for :mod:`mutualaid.sync.parcel`; this file imports nothing heavy.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import ClassVar, Final

from mutualaid.errors import MutualAidError

TOPIC_BYTES: Final = 32
NAME_BYTES: Final = 32
#: What stands before the sealed index part.
OUTSIDE_BYTES: Final = 1 + TOPIC_BYTES + 4
#: The sealed index part: at least a nonce and a tag of XChaCha20-Poly1305.
LEAST_INDEX: Final = 24 + 16
MOST_INDEX: Final = 256 * 1024
MOST_PARCEL: Final = 1024 * 1024


class BadParcelError(MutualAidError):
    """A parcel is torn, altered, or none at all."""

    code: ClassVar[str] = "bad_parcel"


@dataclass(frozen=True, slots=True)
class Outside:
    """The outside of one parcel."""

    version: int
    topic: bytes
    #: How many bytes from the beginning hold the outside and the sealed index part.
    head_length: int


def outside(data: bytes) -> Outside:
    """Read the outside of a parcel, or of its head alone; BadParcelError for anything else."""
    if not OUTSIDE_BYTES <= len(data) <= MOST_PARCEL or data[0] == 0:
        raise _nonsense()
    index = int.from_bytes(data[OUTSIDE_BYTES - 4 : OUTSIDE_BYTES], "big")
    head_length = OUTSIDE_BYTES + index
    if not LEAST_INDEX <= index <= MOST_INDEX or head_length > len(data):
        raise _nonsense()
    return Outside(data[0], bytes(data[1 : 1 + TOPIC_BYTES]), head_length)


def write_outside(version: int, topic: bytes, index_length: int) -> bytes:
    """Return what stands before a sealed index part of that length."""
    assert 0 < version < 256
    assert len(topic) == TOPIC_BYTES
    assert LEAST_INDEX <= index_length <= MOST_INDEX
    return bytes([version]) + topic + index_length.to_bytes(4, "big")


def name_of(parcel: bytes) -> bytes:
    """Return the 32 bytes by which every shelf calls this parcel."""
    return blake2b(parcel, digest_size=NAME_BYTES).digest()


def _nonsense() -> BadParcelError:
    return BadParcelError(
        "This is no parcel, or it was torn or altered on the way. Nothing of it was taken. It is"
        " looked for again on the other shelves and machines."
    )
