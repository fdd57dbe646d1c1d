# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files are whole or absent, private, and refusals of the disk are sentences."""

import errno
import os
import stat
from pathlib import Path

import pytest

from mutualaid import paths
from mutualaid.errors import StorageError

needs_modes = pytest.mark.skipif(os.name == "nt", reason="Windows has no such file modes")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_environment_chooses_the_profile(tmp_path: Path) -> None:
    assert paths.profile_directory({"MUTUALAID_PROFILE": str(tmp_path)}) == tmp_path


def test_without_it_the_profile_is_in_the_data_folder() -> None:
    for environ in ({}, {"MUTUALAID_PROFILE": ""}):
        chosen = paths.profile_directory(environ)
        assert chosen.is_absolute()
        assert "mutualaid" in chosen.parts


def test_a_relative_profile_does_not_move_with_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert paths.profile_directory({"MUTUALAID_PROFILE": "here"}) == tmp_path / "here"


@needs_modes
def test_a_private_directory_is_closed_to_others(tmp_path: Path) -> None:
    made = paths.make_private_directory(tmp_path / "a" / "b")
    assert mode_of(made) == 0o700

    chosen = tmp_path / "chosen"
    chosen.mkdir()
    chosen.chmod(0o755)
    assert mode_of(paths.make_private_directory(chosen)) == 0o755


@needs_modes
def test_a_file_can_be_closed_to_others(tmp_path: Path) -> None:
    file = tmp_path / "vault.json"
    file.write_bytes(b"")
    file.chmod(0o644)
    paths.close_to_others(file)
    assert mode_of(file) == 0o600
    paths.close_to_others(tmp_path / "gone")


def test_a_file_in_the_way_of_a_directory_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(StorageError, match="in the way"):
        paths.make_private_directory(tmp_path / "taken")
    with pytest.raises(StorageError, match="in the way"):
        paths.make_private_directory(tmp_path / "taken" / "below")


def test_a_file_is_replaced_whole_and_nothing_else_stays(tmp_path: Path) -> None:
    target = tmp_path / "vault.json"
    paths.write_whole(target, b"one")
    paths.write_whole(target, b"two")
    assert target.read_bytes() == b"two"
    assert [each.name for each in tmp_path.iterdir()] == ["vault.json"]


@needs_modes
def test_a_written_file_is_for_this_user_alone(tmp_path: Path) -> None:
    target = tmp_path / "vault.json"
    target.write_bytes(b"")
    target.chmod(0o644)
    paths.write_whole(target, b"secret")
    assert mode_of(target) == 0o600


def test_a_failure_half_way_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "backup"
    target.write_bytes(b"old")

    def stopped_half_way() -> None:
        with paths.whole_file(target) as file:
            file.write(b"half of the ne")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        stopped_half_way()
    assert target.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["backup"]


def test_the_new_file_is_on_the_disk_before_it_takes_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "vault.json"
    synced: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda _descriptor: synced.append(target.exists()))
    paths.write_whole(target, b"x")
    assert synced[0] is False
    if os.name != "nt":
        assert synced == [False, True]


def test_a_full_disk_is_a_sentence_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "vault.json"
    target.write_bytes(b"old")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="no room left"):
        paths.write_whole(target, b"new")
    assert target.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["vault.json"]


def test_a_missing_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no such file or folder"):
        paths.write_whole(tmp_path / "gone" / "vault.json", b"x")


def test_reading_stops_at_the_limit(tmp_path: Path) -> None:
    target = tmp_path / "vault.json"
    assert paths.read_limited(target, 4) is None
    target.write_bytes(b"0123456789")
    assert paths.read_limited(target, 4) == b"01234"
    with pytest.raises(StorageError, match="cannot be read"):
        paths.read_limited(tmp_path, 4)


@pytest.mark.parametrize(
    "number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EISDIR, errno.EIO, errno.EMFILE]
)
def test_every_refusal_is_a_whole_sentence(number: int) -> None:
    sentence = paths.explain(OSError(number, os.strerror(number)))
    assert sentence[0].isupper()
    assert sentence.endswith(".")
