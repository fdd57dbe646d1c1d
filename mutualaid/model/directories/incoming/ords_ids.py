# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who repair attempts of the Open Repair Data Standard are: the same wherever they are imported."""

from mutualaid.model import keys
from mutualaid.model.directories.directory import public_id


def same_id(ords_id: str) -> str:
    """One spelling for an id: the standard wants ``name-1``, real files have ``name_1``."""
    return ords_id.strip().lower().replace("_", "-")


def place_nonce(name: str, provider: str) -> bytes:
    """The nonce of a repair group's place."""
    return keys.blake2b(f"{name}\x00{provider}".encode(), size=8, person=b"mutualaid/ordspl")


def attempt_nonce(ords_id: str) -> bytes:
    """The nonce of an attempt."""
    return keys.blake2b(same_id(ords_id).encode(), size=8, person=b"mutualaid/ordsat")


def own_number(record: bytes) -> int:
    """The number in the id under which an attempt of ours goes out: ``name-number``."""
    return int.from_bytes(public_id(record, "ords").bytes[:6], "big")
