# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file behind a passphrase, written and read as a stream: the container of a backup.

The head, 82 bytes, integers big-endian:

    magic (8) · version (1) · derivation, 1: Argon2id (1) · operations (4) · memory in KiB (4) ·
    salt (16) · check (16) · stream header (24) · BLAKE2b-64 of the head so far (8)

Then libsodium's ``secretstream`` (XChaCha20-Poly1305) in pieces of 64 KiB, the last one shorter
or as long and marked as final; the first is bound to the head. Nothing can be altered, left out,
swapped, appended or cut off without being noticed.

``check`` follows from the passphrase as the content's key does, for another purpose: it tells a
wrong passphrase from a damaged file, and a guess costs a whole Argon2id with it or without it.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mutualaid import paths
from mutualaid.errors import BackupError, BadValueError, DamagedError, NewerVersionError
from mutualaid.model import keys

# As in PNG: the first byte is no text, and a transfer that rewrites line ends destroys it.
MAGIC: Final = b"\x89MAB\r\n\x1a\n"
VERSION: Final = 1
PIECE_BYTES: Final = 65_536

_ARGON2ID: Final = 1
_CHECK_BYTES: Final = 16
_SUM_BYTES: Final = 8
_HEAD: Final = struct.Struct(
    f">{len(MAGIC)}sBBII{keys.SALT_BYTES}s{_CHECK_BYTES}s{keys.STREAM_HEADER_BYTES}s{_SUM_BYTES}s"
)
_SEALED_PIECE: Final = PIECE_BYTES + keys.STREAM_OVERHEAD


@dataclass(frozen=True, slots=True)
class _Head:
    cost: keys.PasswordCost
    salt: bytes
    check: bytes
    stream_header: bytes

    def packed(self) -> bytes:
        cost = self.cost
        values = (MAGIC, VERSION, _ARGON2ID, cost.operations, cost.memory >> 10, self.salt)
        head = _HEAD.pack(*values, self.check, self.stream_header, b"")[:-_SUM_BYTES]
        return head + _sum(head)


def write_sealed(
    path: Path,
    passphrase: str,
    chunks: Iterable[bytes],
    *,
    cost: keys.PasswordCost = keys.MODERATE,
) -> None:
    """Seal ``chunks``, of whatever sizes, into ``path``; the file is whole or as it was before.

    BadValueError for a blank passphrase; BackupError if the disk refuses. What ``chunks`` itself
    raises comes through, and nothing is written. Holds two chunks and one piece in memory.
    """
    if not passphrase.strip():
        raise BadValueError("A backup needs a passphrase. Choose a few words only you would say.")
    salt = keys.random(keys.SALT_BYTES)
    content_key, check = _keys(passphrase, salt, cost)
    stream = keys.StreamWriter(content_key)
    head = _Head(cost, salt, check, stream.header).packed()
    try:
        with paths.whole_file(path) as file:
            file.write(head)
            for piece in _seal(stream, head, chunks):
                file.write(piece)
    except OSError as error:
        raise BackupError(
            f"The backup {path} could not be written. {paths.explain(error)} An earlier file of "
            "that name is as it was."
        ) from error


def read_sealed(path: Path, passphrase: str) -> Iterator[bytes]:
    """Check passphrase and head at once, then return the content, piece by piece.

    **The end is part of what is checked**: until the iterator is exhausted without an exception
    the file may still turn out to be cut or altered, so nothing that was read may be relied on.

    BackupError for a file that is missing, no backup, or behind another passphrase; DamagedError
    for one that is cut or altered; NewerVersionError. Holds one piece in memory.
    """
    try:
        with path.open("rb") as file:
            octets = file.read(_HEAD.size)
    except OSError as error:
        raise _not_read(path, error) from error
    head = _parse_head(octets)
    content_key, check = _keys(passphrase, head.salt, head.cost)
    if not keys.same(check, head.check):
        raise BackupError(
            "That passphrase does not open this backup. Nothing was changed; try again."
        )
    return _open(path, octets, keys.StreamReader(content_key, head.stream_header))


def _seal(stream: keys.StreamWriter, head: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    bound = head
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        # A full piece waits for what comes next: it may be the last.
        done = 0
        while len(waiting) - done > PIECE_BYTES:
            yield stream.push(bytes(waiting[done : done + PIECE_BYTES]), bound)
            done += PIECE_BYTES
            bound = b""
        del waiting[:done]
    yield stream.push(bytes(waiting), bound, final=True)


def _open(path: Path, head: bytes, stream: keys.StreamReader) -> Iterator[bytes]:
    bound = head
    try:
        with path.open("rb") as file:
            if file.read(len(head)) != head:
                raise _altered()
            piece = file.read(_SEALED_PIECE)
            while True:
                following = file.read(_SEALED_PIECE)
                if len(piece) < keys.STREAM_OVERHEAD:
                    raise _cut_short()
                try:
                    data, final = stream.pull(piece, bound)
                except keys.SealError:
                    # The last piece of a file that was cut in the middle of a piece fails, too.
                    whole = following or len(piece) == _SEALED_PIECE
                    raise (_altered() if whole else _cut_or_altered()) from None
                if final != (not following):
                    raise _altered() if final else _cut_short()
                if data:
                    yield data
                if final:
                    return
                piece, bound = following, b""
    except OSError as error:
        raise _not_read(path, error) from error


def _parse_head(octets: bytes) -> _Head:
    if not octets.startswith(MAGIC[: len(octets)]) or not octets:
        raise BackupError(
            "This is not a backup that Mutual Aid made. Choose the file that you saved with "
            "‘backup’."
        )
    if len(octets) > len(MAGIC) and octets[len(MAGIC)] > VERSION:
        raise NewerVersionError(
            "This backup was made by a newer version of Mutual Aid. Nothing was changed; install "
            "that version to restore it."
        )
    if len(octets) < _HEAD.size:
        raise _cut_short()
    _magic, version, derivation, operations, memory, salt, check, header, total = _HEAD.unpack(
        octets
    )
    cost = keys.PasswordCost(operations, memory << 10)
    if (
        not keys.same(total, _sum(octets[:-_SUM_BYTES]))
        or (version, derivation) != (VERSION, _ARGON2ID)
        or not cost.is_bounded()
    ):
        raise _altered()
    return _Head(cost, salt, check, header)


def _keys(passphrase: str, salt: bytes, cost: keys.PasswordCost) -> tuple[bytes, bytes]:
    """Return the key of the content and the check value."""
    key = cost.key(passphrase, salt)
    return keys.derive(key, "backup/content"), keys.derive(key, "backup/check")[:_CHECK_BYTES]


def _sum(head: bytes) -> bytes:
    return keys.blake2b(head, size=_SUM_BYTES, person=b"mutualaid/backup")


def _not_read(path: Path, error: OSError) -> BackupError:
    return BackupError(f"The backup {path} cannot be read. {paths.explain(error)}")


def _cut_short() -> DamagedError:
    return DamagedError(
        "The end of this backup is missing. Nothing was changed; copy the file again from where it "
        "was saved, or use another backup."
    )


def _altered() -> DamagedError:
    return DamagedError(
        "This backup has been altered or damaged. Nothing was changed; copy the file again from "
        "where it was saved, or use another backup."
    )


def _cut_or_altered() -> DamagedError:
    return DamagedError(
        "This backup is damaged, or its end is missing. Nothing was changed; copy the file again "
        "from where it was saved, or use another backup."
    )
