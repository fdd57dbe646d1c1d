# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the control chain says: one value per kind of control entry, and its bytes.

A payload is CBOR ``[type, field, …]``. Types and fields are fixed; a later version adds types.
A type this version does not know, or a payload it cannot read, decodes to None: the entry is
kept and passed on, and says nothing here.
"""

from dataclasses import astuple, dataclass, fields
from typing import Any, ClassVar, Final

import cbor2

from mutualaid.model import keys, plain

JOIN_DOMAIN: Final = b"mutualaid/join/1"
DEVICE_DOMAIN: Final = b"mutualaid/device/1"

MAX_SEALED: Final = 512
MAX_NAMES: Final = 1000  # records, entries or keys that one control entry names


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


Control = Start | Invite | CloseInvite | Admit | AddDevice | Freeze | KeyShare | Purge

_BY_TYPE: Final[dict[int, type[Control]]] = {
    kind.TYPE: kind
    for kind in (Start, Invite, CloseInvite, Admit, AddDevice, Freeze, KeyShare, Purge)
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
    if name in ("uses", "ends"):
        if type(value) is not int or not 0 <= value < 1 << 53:
            raise ValueError(name)
        return value
    if type(value) is not bytes or len(value) > MAX_SEALED:
        raise ValueError(name)
    if name in _SIZES and len(value) != _SIZES[name]:
        raise ValueError(name)
    return value


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
