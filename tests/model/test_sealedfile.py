# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A sealed file comes back whole, or not at all and with the reason."""

import errno
import os
import struct
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutualaid.errors import (
    BackupError,
    BadValueError,
    DamagedError,
    NewerVersionError,
    StorageError,
)
from mutualaid.model import keys, sealedfile
from mutualaid.model.sealedfile import PIECE_BYTES, read_sealed

HEAD = 82
SEALED = PIECE_BYTES + keys.STREAM_OVERHEAD
WORDS = "three blue kettles"


def write(path: Path, *chunks: bytes, passphrase: str = WORDS) -> Path:
    sealedfile.write_sealed(path, passphrase, chunks, cost=keys.CHEAP)
    return path


def read(path: Path, passphrase: str = WORDS) -> bytes:
    return b"".join(read_sealed(path, passphrase))


def drain(path: Path) -> None:
    for _piece in read_sealed(path, WORDS):
        pass


def with_head(path: Path, at: int, octets: bytes) -> Path:
    """Alter the head as somebody would who knows the format: with the right sum."""
    data = bytearray(path.read_bytes())
    data[at : at + len(octets)] = octets
    data[74:82] = keys.blake2b(bytes(data[:74]), size=8, person=b"mutualaid/backup")
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES]
)
def test_what_goes_in_comes_out(tmp_path: Path, size: int) -> None:
    content = keys.random(size)
    path = write(tmp_path / "backup", content)
    assert read(path) == content
    pieces = max(1, -(-size // PIECE_BYTES))
    assert path.stat().st_size == HEAD + size + pieces * keys.STREAM_OVERHEAD


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(sizes=st.lists(st.sampled_from([0, 1, 7, 1000, PIECE_BYTES, 150_000]), max_size=8))
def test_how_it_was_cut_into_chunks_does_not_matter(tmp_path: Path, sizes: list[int]) -> None:
    chunks = [bytes([number]) * size for number, size in enumerate(sizes)]
    assert read(write(tmp_path / "backup", *chunks)) == b"".join(chunks)


def test_neither_content_nor_passphrase_shows(tmp_path: Path) -> None:
    path = write(tmp_path / "backup", b"marker of the content")
    data = path.read_bytes()
    assert b"marker" not in data
    assert b"kettles" not in data
    assert data != write(tmp_path / "again", b"marker of the content").read_bytes()
    if os.name != "nt":
        assert path.stat().st_mode & 0o077 == 0


def test_a_wrong_passphrase_is_told_from_damage_and_at_once(tmp_path: Path) -> None:
    path = write(tmp_path / "backup", b"content")
    with pytest.raises(BackupError, match="passphrase does not open"):
        read_sealed(path, "three blue kettle")
    for blank in ("", "  "):
        with pytest.raises(BadValueError, match="needs a passphrase"):
            write(tmp_path / "backup", b"other", passphrase=blank)
    assert read(path) == b"content"


@pytest.mark.parametrize("kept", [*range(1, HEAD), HEAD, HEAD + 1, HEAD + 16])
def test_a_file_cut_in_its_head_is_called_cut(tmp_path: Path, kept: int) -> None:
    path = write(tmp_path / "backup", b"content")
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DamagedError, match="end of this backup is missing"):
        drain(path)


@pytest.mark.parametrize(
    "kept", [HEAD + SEALED - 1, HEAD + SEALED, HEAD + SEALED + 5, HEAD + 2 * SEALED, -1, -30]
)
def test_a_file_cut_later_is_noticed(tmp_path: Path, kept: int) -> None:
    path = write(tmp_path / "backup", keys.random(3 * PIECE_BYTES))
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DamagedError, match="end"):
        drain(path)


@pytest.mark.parametrize(
    "at",
    [0, 8, 9, 10, 13, 14, 17, 18, 34, 50, 74, 81, HEAD, HEAD + 1, HEAD + SEALED, -1],
)
def test_any_altered_byte_is_noticed(tmp_path: Path, at: int) -> None:
    path = write(tmp_path / "backup", keys.random(PIECE_BYTES + 100))
    data = bytearray(path.read_bytes())
    data[at] ^= 0x01
    path.write_bytes(data)
    with pytest.raises((BackupError, StorageError), match=r"damaged|not a backup|newer"):
        drain(path)


def test_swapped_repeated_missing_and_added_pieces_are_noticed(tmp_path: Path) -> None:
    path = write(tmp_path / "backup", keys.random(3 * PIECE_BYTES))
    data = path.read_bytes()
    head, body = data[:HEAD], data[HEAD:]
    one, two, three = body[:SEALED], body[SEALED : 2 * SEALED], body[2 * SEALED :]
    for altered in (
        head + two + one + three,
        head + one + one + two + three,
        head + one + three,
        head + two + three,
        head + three,
        data + three,
        data + b"x",
        write(tmp_path / "other", b"x").read_bytes()[:HEAD] + body,
    ):
        path.write_bytes(altered)
        with pytest.raises(DamagedError):
            drain(path)


@pytest.mark.parametrize(
    ("at", "octets"),
    [
        (10, struct.pack(">II", 1, 0xFFFFFFFF)),
        (10, struct.pack(">II", 1, 100 << 20)),
        (10, struct.pack(">II", 0xFFFFFFFF, 8)),
        (10, struct.pack(">II", 0, 0)),
        (9, b"\x02"),
        (8, b"\x00"),
    ],
)
def test_a_hostile_head_costs_nothing(
    tmp_path: Path, at: int, octets: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = with_head(write(tmp_path / "backup", b"content"), at, octets)

    def derived(*_args: object, **_kwargs: object) -> bytes:
        raise AssertionError("a key was derived at a hostile cost")

    monkeypatch.setattr(keys, "password_key", derived)
    with pytest.raises(DamagedError):
        drain(path)


def test_a_head_that_was_altered_with_its_sum_opens_nothing(tmp_path: Path) -> None:
    path = with_head(write(tmp_path / "backup", b"content"), 50, bytes(24))
    with pytest.raises(DamagedError):
        drain(path)
    path = with_head(write(tmp_path / "backup", b"content"), 18, bytes(16))
    with pytest.raises(BackupError, match="passphrase"):
        drain(path)


def test_a_newer_backup_asks_for_an_update(tmp_path: Path) -> None:
    path = tmp_path / "backup"
    path.write_bytes(sealedfile.MAGIC + b"\x02and then who knows")
    with pytest.raises(NewerVersionError, match="newer version"):
        drain(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"SQLite format 3\x00", b"\x89PNG\r\n"])
def test_another_file_is_called_that(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "backup"
    path.write_bytes(content)
    with pytest.raises(BackupError, match="not a backup"):
        drain(path)


def test_a_missing_file_and_a_folder_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="no such file"):
        drain(tmp_path / "gone")
    with pytest.raises(BackupError, match="cannot be read"):
        drain(tmp_path)
    with pytest.raises(BackupError, match="could not be written"):
        write(tmp_path / "gone" / "backup", b"content")


def test_a_file_that_changes_while_it_is_read_is_noticed(tmp_path: Path) -> None:
    path = write(tmp_path / "backup", b"content")
    pieces = read_sealed(path, WORDS)
    write(path, b"other content")
    with pytest.raises(DamagedError):
        list(pieces)


def test_a_full_disk_leaves_the_earlier_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "backup", b"earlier")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(BackupError, match="no room left"):
            write(path, b"later")
    assert read(path) == b"earlier"
    assert [each.name for each in tmp_path.iterdir()] == ["backup"]


def test_a_failing_source_leaves_the_earlier_backup(tmp_path: Path) -> None:
    path = write(tmp_path / "backup", b"earlier")

    def source() -> Iterator[bytes]:
        yield bytes(200_000)
        raise StorageError("The database cannot be read.")

    with pytest.raises(StorageError, match="database"):
        sealedfile.write_sealed(path, WORDS, source(), cost=keys.CHEAP)
    assert read(path) == b"earlier"
    assert [each.name for each in tmp_path.iterdir()] == ["backup"]


def test_memory_does_not_grow_with_the_content(tmp_path: Path) -> None:
    path = tmp_path / "backup"
    chunk = bytes(100_000)

    def peak(chunks: Iterable[bytes]) -> int:
        tracemalloc.start()
        try:
            sealedfile.write_sealed(path, WORDS, chunks, cost=keys.CHEAP)
            drain(path)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(chunk for _ in range(2))
    assert peak(chunk for _ in range(200)) < 2_000_000
