# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The profile's master key at rest: in the keychain, behind a passphrase, or in a private file.

``vault.json`` in the profile says which. Every database of the profile is sealed with a key that
follows from the master key, which itself never changes.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from mutualaid import paths
from mutualaid.errors import (
    BadValueError,
    DamagedError,
    LockedError,
    NewerVersionError,
    StorageError,
)
from mutualaid.model import keys
from mutualaid.model.keychain import Keychain, KeychainError, find_keychain

FILE_NAME: Final = "vault.json"
LOCK_NAME: Final = "vault.lock"
VERSION: Final = 1
PASSPHRASE_VARIABLE: Final = "MUTUALAID_PASSPHRASE_FILE"  # noqa: S105 - the name of a variable
NO_KEYRING_VARIABLE: Final = "MUTUALAID_NO_KEYRING"

_LARGEST: Final = 16_384
_BOUND_TO: Final = b"mutualaid/vault/1"
_CREATION_SECONDS: Final = 60

FILE_WARNING: Final = (
    "The key to this profile lies in a file beside it, so whoever gets hold of this computer's "
    "disk can read everything in it. Set a passphrase in Settings to close it."
)


class VaultKind(StrEnum):
    """Where the master key is kept."""

    KEYCHAIN = "keychain"
    PASSPHRASE = "passphrase"  # noqa: S105 - a kind, not a passphrase
    FILE = "file"


class FindKeychain(Protocol):
    """Returns the system's keychain, or None; see :func:`keychain.find_keychain`."""

    def __call__(self, *, may_ask: bool) -> Keychain | None: ...


@dataclass(frozen=True, slots=True)
class _InKeychain:
    account: str
    check: bytes

    kind = VaultKind.KEYCHAIN

    def as_json(self) -> dict[str, object]:
        return {"account": self.account, "check": self.check.hex()}


@dataclass(frozen=True, slots=True)
class _BehindPassphrase:
    cost: keys.PasswordCost
    salt: bytes
    box: bytes

    kind = VaultKind.PASSPHRASE

    def as_json(self) -> dict[str, object]:
        return {
            "operations": self.cost.operations,
            "memory": self.cost.memory,
            "salt": self.salt.hex(),
            "box": self.box.hex(),
        }


@dataclass(frozen=True, slots=True)
class _InFile:
    key: bytes = field(repr=False)

    kind = VaultKind.FILE

    def as_json(self) -> dict[str, object]:
        return {"key": self.key.hex()}


_Kept = _InKeychain | _BehindPassphrase | _InFile


class Vault:
    """An open vault: the master key in memory, and where it is kept."""

    __slots__ = ("_find", "_kept", "_path", "master_key")

    def __init__(
        self, path: Path, kept: _Kept, master_key: bytes, find: FindKeychain | None
    ) -> None:
        self._path = path
        self._kept = kept
        self._find = find
        self.master_key: Final = master_key

    @property
    def kind(self) -> VaultKind:
        return self._kept.kind

    @property
    def warning(self) -> str | None:
        """A lasting sentence for the person, while the key lies in the open; else None."""
        return FILE_WARNING if self.kind is VaultKind.FILE else None

    def subkey(self, purpose: str) -> bytes:
        """Return the 32-byte key for ``purpose``, such as the database of one group."""
        return keys.derive(self.master_key, purpose)

    def set_passphrase(self, new: str | None, *, cost: keys.PasswordCost = keys.MODERATE) -> None:
        """Keep the key behind ``new``, or with None in the keychain or else a private file.

        The master key stays what it is: who copied an unprotected profile before can still read
        that copy. BadValueError for a blank passphrase; StorageError changes nothing.
        """
        old = self._kept
        if new is not None:
            kept: _Kept = _behind_passphrase(self.master_key, new, cost)
        elif self.kind is VaultKind.KEYCHAIN:
            return
        else:
            kept = _in_keychain_or_file(self.master_key, self._find)
        _write(self._path, kept, self._find)
        self._kept = kept
        if isinstance(old, _InKeychain):
            _forget(old, self._find)


def vault_kind(profile_dir: Path) -> VaultKind | None:
    """Tell where a profile's key is kept without opening it; None for a new profile.

    The window asks for a passphrase first where this is ``PASSPHRASE``.
    """
    data = paths.read_limited(profile_dir / FILE_NAME, _LARGEST)
    return None if data is None else _parse(data).kind


def open_vault(
    profile_dir: Path,
    *,
    environ: Mapping[str, str] | None = None,
    passphrase: str | None = None,
    cost: keys.PasswordCost = keys.MODERATE,
    find: FindKeychain = find_keychain,
) -> Vault:
    """Open the profile's vault, or make one (and the profile's directory) where there is none.

    A new key goes behind ``passphrase`` or the one in the file that ``MUTUALAID_PASSPHRASE_FILE``
    names, else into the keychain unless ``MUTUALAID_NO_KEYRING`` is set, else into a 0600 file.
    LockedError if the key cannot be had, DamagedError if the vault is not what we wrote or is
    missing from a profile that has data, StorageError if the disk refuses.
    """
    environ = os.environ if environ is None else environ
    usable = None if environ.get(NO_KEYRING_VARIABLE, "") not in ("", "0") else find
    path = profile_dir / FILE_NAME

    def typed() -> str | None:
        return passphrase if passphrase is not None else _passphrase_from_file(environ)

    data = paths.read_limited(path, _LARGEST)
    if data is None:
        paths.make_private_directory(profile_dir)
        with _one_at_a_time(profile_dir):
            data = paths.read_limited(path, _LARGEST)
            if data is None:
                return _create(path, typed(), cost, usable)
    kept = _parse(data)
    return Vault(path, kept, _master_key(path, kept, typed, usable), usable)


def _create(
    path: Path, passphrase: str | None, cost: keys.PasswordCost, find: FindKeychain | None
) -> Vault:
    if any(next(path.parent.glob(f"{way}/*.db"), None) for way in ("*", "*/*")):
        raise DamagedError(
            f"The file {FILE_NAME}, which says where the key to this profile is, is missing from "
            f"{path.parent}. Nothing was changed. Put it back, or restore a backup into a new "
            "profile."
        )
    master_key = keys.random(keys.KEY_BYTES)
    kept: _Kept = (
        _in_keychain_or_file(master_key, find)
        if passphrase is None
        else _behind_passphrase(master_key, passphrase, cost)
    )
    _write(path, kept, find)
    return Vault(path, kept, master_key, find)


def _behind_passphrase(master_key: bytes, passphrase: str, cost: keys.PasswordCost) -> _Kept:
    if not passphrase.strip():
        raise BadValueError("A passphrase cannot be blank. Choose a few words only you would say.")
    salt = keys.random(keys.SALT_BYTES)
    box = keys.encrypt(cost.key(passphrase, salt), master_key, _BOUND_TO)
    return _BehindPassphrase(cost, salt, box)


def _in_keychain_or_file(master_key: bytes, find: FindKeychain | None) -> _Kept:
    keychain = find(may_ask=False) if find else None
    if keychain:
        # A name of its own for each profile, that says nothing about whose it is.
        account = keys.random(8).hex()
        with suppress(KeychainError):
            keychain.set(account, master_key.hex())
            return _InKeychain(account, _check_of(master_key))
    return _InFile(master_key)


def _master_key(
    path: Path, kept: _Kept, typed: Callable[[], str | None], find: FindKeychain | None
) -> bytes:
    match kept:
        case _InFile():
            paths.close_to_others(path)
            return kept.key
        case _BehindPassphrase():
            return _from_passphrase(kept, typed())
        case _InKeychain():
            return _from_keychain(kept, find)


def _from_passphrase(kept: _BehindPassphrase, passphrase: str | None) -> bytes:
    if passphrase is None:
        raise LockedError(
            "This profile is behind a passphrase. Type it in the window, or name a file that "
            f"holds it in {PASSPHRASE_VARIABLE}."
        )
    try:
        return keys.decrypt(kept.cost.key(passphrase, kept.salt), kept.box, _BOUND_TO)
    except keys.SealError:
        raise LockedError(
            "That passphrase does not open this profile. Nothing was changed; try again."
        ) from None


def _from_keychain(kept: _InKeychain, find: FindKeychain | None) -> bytes:
    if find is None:
        raise LockedError(
            "The key to this profile is in the system's keychain, which "
            f"{NO_KEYRING_VARIABLE} leaves alone. Unset it and try again."
        )
    keychain = find(may_ask=True)
    try:
        secret = keychain.get(kept.account) if keychain else None
    except KeychainError:
        keychain = None
    if keychain is None:
        raise LockedError(
            "The key to this profile is in the system's keychain, which is locked or does not "
            "answer. Unlock it, or log in to the desktop, and try again."
        )
    master_key = _unhex(secret or "")
    if len(master_key) != keys.KEY_BYTES or not keys.same(_check_of(master_key), kept.check):
        raise LockedError(
            "The key to this profile is no longer in the system's keychain. Without it nobody "
            "can read the profile; a backup can be restored into a new one."
        )
    return master_key


def _forget(kept: _InKeychain, find: FindKeychain | None) -> None:
    keychain = find(may_ask=True) if find else None
    if keychain:
        with suppress(KeychainError):
            keychain.delete(kept.account)


def _passphrase_from_file(environ: Mapping[str, str]) -> str | None:
    name = environ.get(PASSPHRASE_VARIABLE, "")
    if not name:
        return None
    path = Path(name).expanduser()
    data = paths.read_limited(path, _LARGEST)
    if data is None:
        raise LockedError(f"{PASSPHRASE_VARIABLE} names {path}, and there is no such file.")
    try:
        # Only the line's end goes: spaces may belong to the passphrase.
        passphrase = data.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise LockedError(f"{path} is not a text file in UTF-8; no passphrase was read.") from None
    if not passphrase.strip() or len(data) > _LARGEST:
        raise LockedError(f"{path} should hold a passphrase and nothing else.")
    return passphrase


def _write(path: Path, kept: _Kept, find: FindKeychain | None) -> None:
    text = json.dumps({"version": VERSION, "kind": kept.kind.value, **kept.as_json()}, indent=1)
    try:
        paths.write_whole(path, text.encode() + b"\n")
    except StorageError:
        if isinstance(kept, _InKeychain):
            _forget(kept, find)
        raise


def _parse(data: bytes) -> _Kept:
    try:
        if len(data) > _LARGEST:
            raise ValueError
        stored = json.loads(data)
        version = stored["version"]
        if isinstance(version, int) and version > VERSION:
            raise NewerVersionError(
                "This profile was made by a newer version of Mutual Aid. Nothing was changed; "
                "install that version to open it."
            )
        return _kept(VaultKind(stored["kind"]), stored)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise DamagedError(
            f"The file {FILE_NAME}, which says where the key to this profile is, is damaged. "
            "Nothing was changed. Put back an earlier copy, or restore a backup into a new profile."
        ) from None


def _kept(kind: VaultKind, stored: Mapping[str, object]) -> _Kept:
    def octets(name: str, *lengths: int) -> bytes:
        value = bytes.fromhex(str(stored[name]))
        if len(value) not in lengths:
            raise ValueError
        return value

    def number(name: str) -> int:
        value = stored[name]
        if not isinstance(value, int):
            raise TypeError
        return value

    match kind:
        case VaultKind.KEYCHAIN:
            return _InKeychain(str(stored["account"]), octets("check", 8))
        case VaultKind.FILE:
            return _InFile(octets("key", keys.KEY_BYTES))
        case VaultKind.PASSPHRASE:
            cost = keys.PasswordCost(number("operations"), number("memory"))
            if not cost.is_bounded():
                raise ValueError
            salt = octets("salt", keys.SALT_BYTES)
            return _BehindPassphrase(cost, salt, octets("box", keys.KEY_BYTES + keys.BOX_OVERHEAD))


def _check_of(master_key: bytes) -> bytes:
    return keys.derive(master_key, "vault/check")[:8]


def _unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


@contextmanager
def _one_at_a_time(profile_dir: Path) -> Iterator[None]:
    """Let one process at a time make a vault: a second key would orphan what the first seals."""
    import filelock  # only now: it takes a while, and most starts need no lock

    lock = filelock.FileLock(profile_dir / LOCK_NAME, mode=0o600)
    try:
        lock.acquire(timeout=_CREATION_SECONDS)
    except filelock.Timeout:
        raise LockedError(
            "Another Mutual Aid is setting up this profile and does not finish. Close it, then "
            "try again."
        ) from None
    except OSError as error:
        raise StorageError(
            f"A profile cannot be made in {profile_dir}. {paths.explain(error)}"
        ) from error
    try:
        yield
    finally:
        lock.release()
