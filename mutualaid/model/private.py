# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Notes sealed to persons: what a box holds, and who may open it.

A sealed note is a record whose only fields are boxes, ``box:0``, ``box:1``, …, in the order of
their bytes: one for its author, one for each person it is for. A note to oneself has a second box
that nobody can open, so that others cannot tell. A box is libsodium's sealed box over

    [version, purpose, group, author, record id, recipient, body]   in CBOR,

padded to one of a few sizes. A sealed box does not say who made it. The entry does: its author
owns the record, and the box names both. So a box that somebody copies into a record of their own,
or seals in another's name, opens to nothing.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

import cbor2

from mutualaid.model import keys, plain
from mutualaid.model.content import Identity
from mutualaid.model.records.sealed import KIND
from mutualaid.model.values import Scalar

VERSION: Final = 1
BOX: Final = "box:"
#: A record with more boxes is not opened at all: each costs its readers a try.
MOST_BOXES: Final = 12
#: What a box holds is padded to one of these sizes, in bytes.
SIZES: Final = (256, 512, 1024, 2048, 4096, 8192)
#: What sealing adds.
SEAL_OVERHEAD: Final = 48

_BOX_SIZES: Final = frozenset(size + SEAL_OVERHEAD for size in SIZES)
_END: Final = b"\x80"  # then zeros (ISO/IEC 7816-4)


class Purpose(StrEnum):
    MESSAGE = "message"  # [post, to, text]
    CONTACT = "contact"  # [kind, value, audience]: one's own, for oneself
    OPENING = "opening"  # [kind, value, post or b"", to]: one's own, for somebody else
    BLOCK = "block"  # [person]
    # [post, or answer that came on paper, value, shared, to or b""]: of somebody without a machine
    BEHALF = "behalf"
    # [listed record, [[kind, value], …], [[name, value], …]]: of somebody from a list, how to reach
    # them and what the list says beside
    KNOWN = "known"


class Note(NamedTuple):
    """What a box held."""

    purpose: Purpose
    body: list[Any]


def seal_note(
    identity: Identity,
    purpose: Purpose,
    body: Sequence[object],
    recipients: Mapping[bytes, bytes],
) -> dict[str, Scalar]:
    """The fields of a sealed note. ``recipients`` maps person ids to public sealing keys.

    Raises SealError for a key to which nothing can be sealed.
    """
    boxes: list[bytes] = []
    for person, public in recipients.items():
        content = [
            VERSION,
            str(purpose),
            identity.group,
            identity.owner,
            identity.record_id,
            person,
            list(body),
        ]
        boxes.append(keys.seal(public, _padded(cbor2.dumps(content))))
    if len(boxes) == 1:
        nobody = keys.SealingKey.generate().public
        boxes.append(keys.seal(nobody, keys.random(len(boxes[0]) - SEAL_OVERHEAD)))
    return {f"{BOX}{number}": box for number, box in enumerate(sorted(boxes))}


def open_note(
    fields: Mapping[str, Scalar],
    group: bytes,
    author: bytes,
    record_id: bytes,
    me: bytes,
    sealing: keys.SealingKey,
) -> Note | None:
    """What the note of this record says to me; None where nothing in it is, or rightly is, mine.

    Never raises; a function of the fields, whatever a hostile member put there.
    """
    boxes = {name: value for name, value in fields.items() if name.startswith(BOX)}
    if len(boxes) > MOST_BOXES:
        return None
    expected = [VERSION, group, author, record_id, me]
    for _name, box in sorted(boxes.items()):
        if type(box) is not bytes or len(box) not in _BOX_SIZES:
            continue
        try:
            opened = sealing.open(box)
            version, purpose, *place, body = plain.read(_unpadded(opened))
            if [version, *place] == expected and type(body) is list:
                return Note(Purpose(purpose), body)
        except Exception:  # noqa: BLE001, S112 - not for me, or hostile bytes: nothing is said
            continue
    return None


def _padded(content: bytes) -> bytes:
    size = next(size for size in SIZES if size > len(content))
    return (content + _END).ljust(size, b"\0")


def _unpadded(padded: bytes) -> bytes:
    content = padded.rstrip(b"\0")
    if content[-1:] != _END:
        raise ValueError("the padding is wrong")
    return content[:-1]


def identity_of(group: bytes, author: bytes) -> Identity:
    """Who a new sealed note is."""
    return Identity(group, author, keys.random(8), KIND.name)
