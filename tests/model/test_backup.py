# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A profile in one file and back: whole or not at all, and as a new device."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mutualaid.errors import BackupError, DamagedError, MutualAidError
from mutualaid.model import keys
from mutualaid.model.backup import restore_backup, write_backup
from mutualaid.model.group import Group
from mutualaid.model.profile import GROUPS, GroupState, Profile
from mutualaid.model.values import PostDraft, PostKind
from tests.model.street import meet

ENVIRONMENT = {"MUTUALAID_NO_KEYRING": "1"}
WORDS = "six words that nobody will guess"


def profile(tmp_path: Path, name: str) -> Profile:
    return Profile.open(tmp_path / name, environ=ENVIRONMENT)


@pytest.fixture
def ana(tmp_path: Path) -> Iterator[Profile]:
    with profile(tmp_path, "ana") as opened:
        yield opened


def backup(source: Profile) -> Path:
    path = source.directory / "backup"
    write_backup(source, path, WORDS, cost=keys.CHEAP)
    return path


def post(group: Group, title: str) -> bytes:
    created = group.post(PostDraft(PostKind.NEED, title)).created
    assert created is not None
    return created


def titles(group: Group) -> set[str]:
    return {row.title for row in group.posts()}


def test_a_restored_profile_goes_on_beside_the_original_and_loses_nothing(
    tmp_path: Path, ana: Profile
) -> None:
    with ana.start("Elm Street", "Ana") as group:
        post(group, "before")
        path = backup(ana)
        post(group, "after the backup")
        with profile(tmp_path, "new") as new:
            restored = restore_backup(new, path, WORDS)
            assert restored.groups == ("Elm Street",)
            with new.open_group() as again:
                assert again.me == group.me
                assert again.device != group.device
                assert titles(again) == {"before"}
                post(again, "on the restored one")
                for _ in range(3):
                    meet(group.replica, again.replica)
                    group.refresh()
                    again.refresh()
                for each in (group, again):
                    assert titles(each) == {"before", "after the backup", "on the restored one"}
                    assert not any(row.frozen for row in each.machines())
                one, other = (each.replica.applier.view_hash() for each in (group, again))
                assert one == other


def test_a_group_that_still_waits_goes_on_waiting(tmp_path: Path, ana: Profile) -> None:
    with ana.start("Elm Street", "Ana") as group, profile(tmp_path, "ben") as ben:
        ben.join(group.invite(), "Ben").close()
        path = backup(ben)
        with profile(tmp_path, "new") as new:
            restore_backup(new, path, WORDS)
            (info,) = new.groups()
            assert info.state is GroupState.JOINING
            with new.open_group() as again:
                group.replica.admit(again.replica.join_request())
                meet(group.replica, again.replica)
                assert again.joined


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_torn_backup_leaves_nothing_behind(tmp_path: Path, ana: Profile, kept: float) -> None:
    with ana.start("Elm Street", "Ana") as group:
        for number in range(80):
            post(group, f"Post {number}")
    path = backup(ana)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    with profile(tmp_path, "new") as new:
        with pytest.raises(MutualAidError):
            restore_backup(new, path, WORDS)
        assert new.groups() == []
        home = new.directory / GROUPS
        assert not home.exists() or not list(home.iterdir())


def test_a_wrong_passphrase_restores_nothing(tmp_path: Path, ana: Profile) -> None:
    ana.start("Elm Street", "Ana").close()
    path = backup(ana)
    with profile(tmp_path, "new") as new:
        with pytest.raises(MutualAidError):
            restore_backup(new, path, "another")
        assert new.groups() == []


def test_a_backup_does_not_go_into_a_profile_that_has_the_group(ana: Profile) -> None:
    ana.start("Elm Street", "Ana").close()
    path = backup(ana)
    with pytest.raises(BackupError, match="in this profile already"):
        restore_backup(ana, path, WORDS)
    assert len(ana.groups()) == 1


def test_a_restore_that_was_killed_half_way_can_be_done_again(
    tmp_path: Path, ana: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana.start("Elm Street", "Ana").close()
    path = backup(ana)
    with profile(tmp_path, "new") as new:
        kept = tmp_path / "kept"

        def killed(directory: Path) -> None:
            shutil.copytree(new.directory, kept)
            raise DamagedError("killed")

        monkeypatch.setattr(new, "finish", killed)
        with pytest.raises(DamagedError):
            restore_backup(new, path, WORDS)
    with profile(tmp_path, "kept") as again:
        assert list((again.directory / GROUPS).iterdir())
        assert again.groups() == []
        restore_backup(again, path, WORDS)
        assert [info.state for info in again.groups()] == [GroupState.MEMBER]
