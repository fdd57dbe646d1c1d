# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The master key at rest: every way of keeping it, every way of not getting it."""

import json
import os
import stat
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mutualaid.errors import (
    BadValueError,
    DamagedError,
    LockedError,
    NewerVersionError,
    StorageError,
)
from mutualaid.model import keys, vault
from mutualaid.model.keychain import Keychain
from mutualaid.model.vault import Vault, VaultKind, open_vault, vault_kind
from tests.model.test_keychain import FakeBackend

NO_KEYRING: Mapping[str, str] = {"MUTUALAID_NO_KEYRING": "1"}


class Finder:
    """A system with one keychain, or (backend None) with none."""

    def __init__(self, backend: FakeBackend | None) -> None:
        self.backend = backend
        self.asked: list[bool] = []

    def __call__(self, *, may_ask: bool) -> Keychain | None:
        self.asked.append(may_ask)
        return Keychain(self.backend, patience=5) if self.backend else None


def opened(directory: Path, passphrase: str | None = None, **environ: str) -> Vault:
    return open_vault(
        directory,
        environ=environ or NO_KEYRING,
        passphrase=passphrase,
        cost=keys.CHEAP,
        find=Finder(None),
    )


def with_keychain(directory: Path, finder: Finder) -> Vault:
    return open_vault(directory, environ={}, cost=keys.CHEAP, find=finder)


# In a file


def test_without_keychain_or_passphrase_the_key_lies_in_a_private_file(tmp_path: Path) -> None:
    profile = tmp_path / "new" / "profile"
    first = opened(profile)
    assert first.kind is VaultKind.FILE
    assert first.warning
    assert "passphrase" in first.warning
    assert len(first.master_key) == 32
    if os.name != "nt":
        assert stat.S_IMODE((profile / "vault.json").stat().st_mode) == 0o600
        assert stat.S_IMODE(profile.stat().st_mode) == 0o700
    assert opened(profile).master_key == first.master_key
    assert opened(tmp_path / "other").master_key != first.master_key


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file modes")
def test_a_key_file_that_was_opened_to_others_is_closed_again(tmp_path: Path) -> None:
    opened(tmp_path)
    (tmp_path / "vault.json").chmod(0o644)
    opened(tmp_path)
    assert stat.S_IMODE((tmp_path / "vault.json").stat().st_mode) == 0o600


def test_no_keyring_is_not_even_looked_for(tmp_path: Path) -> None:
    finder = Finder(FakeBackend())
    made = open_vault(tmp_path, environ=NO_KEYRING, find=finder)
    made.set_passphrase(None)
    assert made.kind is VaultKind.FILE
    assert finder.asked == []


# In the keychain


def test_a_keychain_keeps_the_key_and_the_profile_does_not(tmp_path: Path) -> None:
    finder = Finder(FakeBackend())
    first = with_keychain(tmp_path, finder)
    assert first.kind is VaultKind.KEYCHAIN
    assert first.warning is None
    assert first.master_key.hex() not in (tmp_path / "vault.json").read_text()
    assert with_keychain(tmp_path, finder).master_key == first.master_key
    # Nobody is asked while a profile is made; a locked keychain may ask when it is opened.
    assert finder.asked == [False, True]


def test_the_name_in_the_keychain_says_nothing(tmp_path: Path) -> None:
    backend = FakeBackend()
    with_keychain(tmp_path / "a", Finder(backend))
    with_keychain(tmp_path / "b", Finder(backend))
    accounts = {account for _service, account in backend.kept}
    assert len(accounts) == 2
    assert all(len(account) == 16 for account in accounts)


def test_a_keychain_that_keeps_nothing_is_not_relied_on(tmp_path: Path) -> None:
    for number, backend in enumerate((FakeBackend(forgets=True), FakeBackend(refuses=True))):
        assert with_keychain(tmp_path / str(number), Finder(backend)).kind is VaultKind.FILE


def test_a_locked_keychain_is_a_sentence(tmp_path: Path) -> None:
    backend = FakeBackend()
    with_keychain(tmp_path, Finder(backend))
    backend.refuses = True
    for finder in (Finder(backend), Finder(None)):
        with pytest.raises(LockedError, match="Unlock it"):
            with_keychain(tmp_path, finder)


def test_a_key_gone_from_the_keychain_is_a_sentence(tmp_path: Path) -> None:
    backend = FakeBackend()
    with_keychain(tmp_path, Finder(backend))
    (name,) = backend.kept
    for instead in ("", "not hex", "00" * 32):
        backend.kept[name] = instead
        with pytest.raises(LockedError, match="no longer in the system's keychain"):
            with_keychain(tmp_path, Finder(backend))
    backend.kept.clear()
    with pytest.raises(LockedError, match="no longer in the system's keychain"):
        with_keychain(tmp_path, Finder(backend))


def test_a_key_in_the_keychain_cannot_be_had_without_it(tmp_path: Path) -> None:
    with_keychain(tmp_path, Finder(FakeBackend()))
    with pytest.raises(LockedError, match="MUTUALAID_NO_KEYRING"):
        open_vault(tmp_path, environ=NO_KEYRING, find=Finder(None))


def test_a_failed_write_leaves_nothing_in_the_keychain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path, _data: bytes) -> None:
        raise StorageError("There is no room left on the disk.")

    monkeypatch.setattr(vault.paths, "write_whole", full)
    backend = FakeBackend()
    with pytest.raises(StorageError, match="no room"):
        with_keychain(tmp_path, Finder(backend))
    assert backend.kept == {}


# Behind a passphrase


def test_a_passphrase_opens_the_profile_and_a_wrong_one_does_not(tmp_path: Path) -> None:
    first = opened(tmp_path, "kettle on the stove")
    assert first.kind is VaultKind.PASSPHRASE
    assert first.warning is None
    assert first.master_key.hex() not in (tmp_path / "vault.json").read_text()
    assert opened(tmp_path, "kettle on the stove").master_key == first.master_key
    before = (tmp_path / "vault.json").read_bytes()
    with pytest.raises(LockedError, match="does not open"):
        opened(tmp_path, "kettle on the stovе")
    with pytest.raises(LockedError, match="behind a passphrase"):
        opened(tmp_path)
    assert (tmp_path / "vault.json").read_bytes() == before


def test_a_file_can_hold_the_passphrase(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_bytes(b"\xef\xbb\xbf two words \r\n")
    profile = tmp_path / "profile"
    made = opened(profile, MUTUALAID_PASSPHRASE_FILE=str(file))
    assert made.kind is VaultKind.PASSPHRASE
    assert opened(profile, " two words ").master_key == made.master_key
    assert opened(profile, MUTUALAID_PASSPHRASE_FILE=str(file)).master_key == made.master_key


@pytest.mark.parametrize("content", [b"", b"\n", b"  \n", b"\xff\xfe\x00", b"x" * 20_000])
def test_a_useless_passphrase_file_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "passphrase"
    file.write_bytes(content)
    profile = tmp_path / "profile"
    with pytest.raises(LockedError, match="passphrase"):
        opened(profile, MUTUALAID_PASSPHRASE_FILE=str(file))
    assert vault_kind(profile) is None


def test_a_missing_passphrase_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LockedError, match="no such file"):
        opened(tmp_path / "profile", MUTUALAID_PASSPHRASE_FILE=str(tmp_path / "gone"))
    with pytest.raises(StorageError, match="cannot be read"):
        opened(tmp_path / "profile", MUTUALAID_PASSPHRASE_FILE=str(tmp_path))


def test_a_passphrase_can_be_set_changed_and_taken_away(tmp_path: Path) -> None:
    made = opened(tmp_path)
    made.set_passphrase("one", cost=keys.CHEAP)
    assert (made.kind, made.warning) == (VaultKind.PASSPHRASE, None)
    made.set_passphrase("two", cost=keys.CHEAP)
    with pytest.raises(LockedError):
        opened(tmp_path, "one")
    assert opened(tmp_path, "two").master_key == made.master_key
    made.set_passphrase(None)
    assert made.kind is VaultKind.FILE
    assert opened(tmp_path).master_key == made.master_key


def test_a_passphrase_takes_the_key_out_of_the_keychain(tmp_path: Path) -> None:
    backend = FakeBackend()
    made = with_keychain(tmp_path, Finder(backend))
    made.set_passphrase("one", cost=keys.CHEAP)
    assert backend.kept == {}
    assert opened(tmp_path, "one").master_key == made.master_key
    made.set_passphrase(None)
    assert made.kind is VaultKind.KEYCHAIN
    made.set_passphrase(None)
    assert len(backend.kept) == 1
    assert with_keychain(tmp_path, Finder(backend)).master_key == made.master_key


@pytest.mark.parametrize("blank", ["", "  ", "\n"])
def test_a_blank_passphrase_changes_nothing(tmp_path: Path, blank: str) -> None:
    with pytest.raises(BadValueError):
        opened(tmp_path / "new", blank)
    assert vault_kind(tmp_path / "new") is None
    made = opened(tmp_path)
    with pytest.raises(BadValueError):
        made.set_passphrase(blank, cost=keys.CHEAP)
    assert made.kind is VaultKind.FILE
    assert opened(tmp_path).master_key == made.master_key


def test_an_unwritable_disk_leaves_the_vault_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = opened(tmp_path)

    def read_only(_path: Path, _data: bytes) -> None:
        raise StorageError("The disk is read-only.")

    monkeypatch.setattr(vault.paths, "write_whole", read_only)
    with pytest.raises(StorageError):
        made.set_passphrase("one", cost=keys.CHEAP)
    assert made.kind is VaultKind.FILE
    assert opened(tmp_path).master_key == made.master_key


# What is wrong with the files


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\x00",
        b"[]",
        b"null",
        b"{}",
        b'{"version": 1, "kind": "stone"}',
        b'{"version": 1, "kind": "file"}',
        b'{"version": 1, "kind": "file", "key": "abcd"}',
        b'{"version": 1, "kind": "file", "key": "' + b"zz" * 32 + b'"}',
        b'{"version": 1, "kind": "keychain", "account": "x", "check": ""}',
        b"[" * 16_000,
        b" " * 20_000,
    ],
)
def test_a_damaged_vault_is_a_sentence_and_stays(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vault.json").write_bytes(content)
    with pytest.raises(DamagedError, match="damaged"):
        opened(tmp_path)
    assert (tmp_path / "vault.json").read_bytes() == content


@pytest.mark.parametrize(
    "change",
    [{"memory": 100 << 30}, {"operations": 0}, {"operations": "many"}, {"salt": ""}, {"box": "00"}],
)
def test_an_altered_passphrase_vault_is_a_sentence(
    tmp_path: Path, change: dict[str, object]
) -> None:
    opened(tmp_path, "one")
    path = tmp_path / "vault.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(DamagedError, match="damaged"):
        opened(tmp_path, "one")


def test_a_newer_vault_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "vault.json").write_text('{"version": 2, "kind": "stone"}')
    with pytest.raises(NewerVersionError, match="newer version"):
        opened(tmp_path)


@pytest.mark.parametrize("place", ["group/group.db", "groups/one/journal.db"])
def test_a_profile_with_data_gets_no_second_key(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).write_bytes(b"sealed")
    with pytest.raises(DamagedError, match="missing"):
        opened(tmp_path)
    assert vault_kind(tmp_path) is None


def test_a_place_where_nothing_can_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(StorageError):
        opened(tmp_path / "taken")
    with pytest.raises(StorageError):
        opened(tmp_path / "taken" / "profile")


def test_two_that_make_one_profile_at_once_get_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        vaults = list(pool.map(lambda _: opened(tmp_path), range(16)))
    assert len({each.master_key for each in vaults}) == 1


def test_the_kind_can_be_read_without_opening(tmp_path: Path) -> None:
    assert vault_kind(tmp_path) is None
    opened(tmp_path, "one")
    assert vault_kind(tmp_path) is VaultKind.PASSPHRASE


def test_each_purpose_has_its_own_key(tmp_path: Path) -> None:
    made = opened(tmp_path)
    assert made.subkey("database/a") != made.subkey("database/b")
    assert opened(tmp_path).subkey("database/a") == made.subkey("database/a")
    assert made.master_key.hex() not in repr(made)
