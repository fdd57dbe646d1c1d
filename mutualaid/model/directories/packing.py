# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whom an export held, with which fields, packed for the log: eight bytes a person, six a post.

A part is ``version (1 byte = 1), persons (2 bytes), posts (2 bytes)``, all big-endian, then for
each person the first six bytes of the member's id and two bytes of bits, then for each post the
first six bytes of the record's id; both in order. The bits are, from the lowest: the fields of
``ShareField`` in their order, then the kinds of contacts in theirs. Two ids that begin alike
are one in 2^48 for each pair; then a person is told of an export too much.
"""

import struct
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from mutualaid.model.records.export import LONGEST_PACKED
from mutualaid.model.values import ContactKind
from mutualaid.model.values.directories import ShareField

_VERSION: Final = 1
_HEAD: Final = struct.Struct(">BHH")
_ID: Final = 6
_PERSON: Final = _ID + 2
_MOST: Final = 0xFFFF

FIELDS: Final = tuple(ShareField)
CONTACTS: Final = tuple(ContactKind)
#: Names of the bits, as ``ExportedRow.fields`` has them.
_NAMES: Final = (*map(str, FIELDS), *(f"contact:{kind}" for kind in CONTACTS))


def bit(name: str) -> int:
    """The bit of a field ("skills") or of a contact ("contact:phone")."""
    return 1 << _NAMES.index(name)


def pack(persons: Mapping[bytes, int], posts: Collection[bytes]) -> list[bytes]:
    """The parts, at least one. ``persons`` maps a member's id to bits."""
    people = sorted((id_[:_ID], bits) for id_, bits in persons.items())
    ids = sorted({id_[:_ID] for id_ in posts})
    parts: list[bytes] = []
    while people or ids or not parts:
        room = LONGEST_PACKED - _HEAD.size
        some = people[: min(_MOST, room // _PERSON)]
        people = people[len(some) :]
        room -= len(some) * _PERSON
        further = ids[: min(_MOST, room // _ID)]
        ids = ids[len(further) :]
        packed = [id_ + bits.to_bytes(2, "big") for id_, bits in some]
        parts.append(
            _HEAD.pack(_VERSION, len(some), len(further)) + b"".join(packed) + b"".join(further)
        )
    return parts


class Packed:
    """A part that can be asked; of bytes that are none it is an empty one."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._persons = self._count = self._middle = 0
        if len(data) < _HEAD.size:
            return
        version, persons, posts = _HEAD.unpack_from(data)
        middle = _HEAD.size + persons * _PERSON
        if version == _VERSION and len(data) == middle + posts * _ID:
            self._persons, self._count, self._middle = persons, posts, middle

    def _find(self, id_: bytes, start: int, width: int, count: int) -> int | None:
        """Where the entry of that id begins; nothing is unpacked to find it."""
        at = bisect_left(range(count), id_[:_ID], key=lambda place: self._id(start, width, place))
        if at < count and self._id(start, width, at) == id_[:_ID]:
            return start + at * width
        return None

    def _id(self, start: int, width: int, place: int) -> bytes:
        begins = start + place * width
        return self._data[begins : begins + _ID]

    def fields(self, person: bytes) -> tuple[str, ...]:
        """What of a person left: names of fields and contacts."""
        at = self._find(person, _HEAD.size, _PERSON, self._persons)
        if at is None:
            return ()
        bits = int.from_bytes(self._data[at + _ID : at + _PERSON], "big")
        return tuple(name for place, name in enumerate(_NAMES) if bits >> place & 1)

    def posts(self, ids: Iterable[bytes]) -> Iterator[bytes]:
        """Those of these posts that left."""
        for id_ in ids:
            if self._find(id_, self._middle, _ID, self._count) is not None:
                yield id_
