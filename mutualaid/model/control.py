# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the control chain says: one value per kind of control entry, and its bytes.

A payload is CBOR ``[type, field, …]``. Types and fields are fixed; a later version adds types.
A type this version does not know, or a payload it cannot read, decodes to None: the entry is
kept and passed on, and says nothing here.
"""

from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from itertools import pairwise
from typing import Any, ClassVar, Final

import cbor2

from mutualaid.model import keys, plain

JOIN_DOMAIN: Final = b"mutualaid/join/1"
DEVICE_DOMAIN: Final = b"mutualaid/device/1"

MAX_SEALED: Final = 512
MAX_NAMES: Final = 1000  # records, entries or keys that one control entry names

#: Receivers of one part of a rotation, which fill a payload: all parts but the last have so many.
RECEIVERS: Final = 500
#: Parts of one rotation: enough for 32,000 machines, and an end to what a cheat may announce.
MAX_PARTS: Final = 64
#: An epoch secret as it is sealed to a device.
BOX_BYTES: Final = keys.KEY_BYTES + keys.SEAL_OVERHEAD


@dataclass(frozen=True, slots=True)
class Start:
    """The first entry of a group; the hash of its payload is the group's id."""

    TYPE: ClassVar[int] = 1
    device: bytes
    signing: bytes
    sealing: bytes
    epoch: bytes  # id of the first epoch key
    nonce: bytes


@dataclass(frozen=True, slots=True)
class Invite:
    """An invitation is open. Its secret is not here, only the public key."""

    TYPE: ClassVar[int] = 2
    public: bytes
    uses: int
    ends: int  # ms; judged only by the machine that admits


@dataclass(frozen=True, slots=True)
class CloseInvite:
    """An invitation is withdrawn."""

    TYPE: ClassVar[int] = 3
    public: bytes


@dataclass(frozen=True, slots=True)
class Admit:
    """A newcomer who proved an invitation belongs from now on.

    ``proof`` is the invitation's signature, ``consent`` the device's and ``vow`` the person's,
    each over :func:`join_message`; so whoever admits cannot name keys that never asked.
    """

    TYPE: ClassVar[int] = 4
    invitation: bytes
    device: bytes
    signing: bytes
    sealing: bytes
    proof: bytes
    consent: bytes
    vow: bytes


@dataclass(frozen=True, slots=True)
class AddDevice:
    """A person's further device introduces itself, certified by the person's signing key.

    It is the first control entry of that very device.
    """

    TYPE: ClassVar[int] = 5
    person: bytes
    certificate: bytes  # over device_message


@dataclass(frozen=True, slots=True)
class Freeze:
    """A device wrote two entries with one number. ``one`` and ``other`` are header, signature, …
    of either branch, from the entry that differs to the first whose signature fits; ``heads`` are
    the hashes up to which, branch by branch, its entries count."""

    TYPE: ClassVar[int] = 6
    device: bytes
    one: tuple[bytes, ...]
    other: tuple[bytes, ...]
    heads: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class KeyShare:
    """An epoch key, sealed to a device that lacked it."""

    TYPE: ClassVar[int] = 7
    epoch: bytes
    device: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Purge:
    """Records that are forgotten for good, and the hashes of the entries whose payloads go."""

    TYPE: ClassVar[int] = 8
    records: tuple[bytes, ...]
    entries: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Rotate:
    """One part of a rotation: a new epoch, and its secret sealed to each of these devices.

    The parts are entries that follow one another in one chain. The receivers of all of them
    together are in ascending order, each named once; ``boxes`` are in the same order.
    """

    TYPE: ClassVar[int] = 9
    epoch: bytes
    part: int  # from 0
    parts: int
    devices: tuple[bytes, ...]
    boxes: tuple[bytes, ...]


Control = Start | Invite | CloseInvite | Admit | AddDevice | Freeze | KeyShare | Purge | Rotate

_BY_TYPE: Final[dict[int, type[Control]]] = {
    kind.TYPE: kind
    for kind in (Start, Invite, CloseInvite, Admit, AddDevice, Freeze, KeyShare, Purge, Rotate)
}

_SIZES: Final = {
    "device": 32,
    "signing": 32,
    "sealing": 32,
    "public": 32,
    "invitation": 32,
    "epoch": 8,
    "nonce": 16,
    "proof": 64,
    "consent": 64,
    "vow": 64,
    "person": 16,
    "certificate": 64,
}


def encode(control: Control) -> bytes:
    return cbor2.dumps([control.TYPE, *astuple(control)], canonical=True)


def decode(payload: bytes) -> Control | None:
    """The value a payload stands for, or None for what this version cannot read."""
    try:
        parts = plain.read(payload)
        kind = _BY_TYPE[parts[0]]
        names = [each.name for each in fields(kind)]
        values = [_checked(name, value) for name, value in zip(names, parts[1:], strict=True)]
        control: Control = kind(*values)
        if isinstance(control, Rotate) and not _is_part(control):
            return None
        # One payload, one meaning: what was not written canonically is not read.
        return control if encode(control) == payload else None
    except Exception:  # noqa: BLE001 - hostile bytes raise many kinds; each means "cannot be read"
        return None


def _checked(name: str, value: Any) -> Any:
    if isinstance(value, list):
        parts = tuple(value)
        if len(parts) > MAX_NAMES or not all(type(part) is bytes for part in parts):
            raise ValueError(name)
        return parts
    if name in ("uses", "ends", "part", "parts"):
        if type(value) is not int or not 0 <= value < 1 << 53:
            raise ValueError(name)
        return value
    if type(value) is not bytes or len(value) > MAX_SEALED:
        raise ValueError(name)
    if name in _SIZES and len(value) != _SIZES[name]:
        raise ValueError(name)
    return value


def _is_part(rotate: Rotate) -> bool:
    """Whether a part is one: there is one way only to write a rotation down."""
    count = len(rotate.devices)
    is_last = rotate.part == rotate.parts - 1
    return (
        rotate.part < rotate.parts <= MAX_PARTS
        and 0 < count <= RECEIVERS
        and (is_last or count == RECEIVERS)
        and len(rotate.boxes) == count
        and all(len(device) == keys.KEY_BYTES for device in rotate.devices)
        and all(one < other for one, other in pairwise(rotate.devices))
        and all(len(box) == BOX_BYTES for box in rotate.boxes)
    )


def rotation(epoch: bytes, boxes: Mapping[bytes, bytes]) -> list[Rotate]:
    """The parts of a rotation that hands each device its box; ValueError for too many or none."""
    devices = sorted(boxes)
    some = [devices[at : at + RECEIVERS] for at in range(0, len(devices), RECEIVERS)]
    if not 0 < len(some) <= MAX_PARTS:
        raise ValueError(f"a rotation for {len(devices)} machines")
    return [
        Rotate(epoch, part, len(some), tuple(each), tuple(boxes[device] for device in each))
        for part, each in enumerate(some)
    ]


def group_id(start_payload: bytes) -> bytes:
    """The 16-byte id of the group that begins with this payload."""
    return keys.blake2b(start_payload, size=16, person=b"mutualaid/group")


def join_message(
    group: bytes, invitation: bytes, device: bytes, signing: bytes, sealing: bytes
) -> bytes:
    """What a newcomer signs three times: with the invitation, the device and the person."""
    return JOIN_DOMAIN + group + invitation + device + signing + sealing


def device_message(group: bytes, person: bytes, device: bytes) -> bytes:
    """What a person's signing key signs to add a device."""
    return DEVICE_DOMAIN + group + person + device
