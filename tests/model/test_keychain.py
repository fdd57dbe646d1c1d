# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The system's keychain: only a trusted one, and never one that hangs."""

import threading

import keyring
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend

from mutualaid.model import keychain
from mutualaid.model.keychain import Keychain, KeychainError, find_keychain, within


class FakeBackend(KeyringBackend):
    """A keychain in memory that can refuse, or forget."""

    # Never chosen by the library itself, which looks at every subclass there is.
    priority = -1  # type: ignore[assignment]

    def __init__(self, *, refuses: bool = False, forgets: bool = False) -> None:
        super().__init__()
        self.refuses = refuses
        self.forgets = forgets
        self.kept: dict[tuple[str, str], str] = {}

    def _check(self) -> None:
        if self.refuses:
            raise keyring.errors.KeyringLocked("the collection is locked")

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        if not self.forgets:
            self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        del self.kept[service, username]


class Trusted(FakeBackend):
    """Stands for a backend that this system's keyring would pick."""


Trusted.__module__ = "keyring.backends.macOS"


def test_a_keychain_keeps_and_forgets() -> None:
    chain = Keychain(FakeBackend())
    assert chain.get("a") is None
    chain.set("a", "secret")
    assert chain.get("a") == "secret"
    chain.delete("a")
    assert chain.get("a") is None
    with pytest.raises(KeychainError):
        chain.delete("a")


def test_a_refusal_is_one_kind_of_error() -> None:
    with pytest.raises(KeychainError, match="locked"):
        Keychain(FakeBackend(refuses=True)).get("a")
    with pytest.raises(KeychainError, match="something else"):
        Keychain(FakeBackend(forgets=True)).set("a", "secret")


def test_a_keychain_that_does_not_answer_does_not_hang_us() -> None:
    answer = threading.Event()
    try:
        with pytest.raises(KeychainError, match="did not answer"):
            within(0.01, answer.wait)
    finally:
        answer.set()
        for thread in threading.enumerate():
            if thread.name == "keychain":
                thread.join()


@pytest.mark.parametrize(
    "chosen", [FakeBackend(), keyring.backends.fail.Keyring(), keyring.backends.null.Keyring()]
)
def test_an_unknown_backend_is_not_trusted(
    chosen: KeyringBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", lambda: chosen)
    assert find_keychain(may_ask=True) is None


def test_the_systems_own_is_found_alone_or_in_a_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    trusted = Trusted()
    monkeypatch.setattr(keyring, "get_keyring", lambda: trusted)
    found = find_keychain(may_ask=False)
    assert found
    found.set("a", "secret")
    assert trusted.kept == {("mutualaid", "a"): "secret"}

    monkeypatch.setattr(
        keyring.backends.chainer.ChainerBackend, "backends", [FakeBackend(), trusted]
    )
    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.chainer.ChainerBackend)
    found = find_keychain(may_ask=False)
    assert found
    assert found.get("a") == "secret"


def test_one_that_would_show_a_dialog_counts_only_where_it_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", Trusted)
    monkeypatch.setattr(keychain, "_would_ask", lambda _backend: True)
    assert find_keychain(may_ask=False) is None
    assert find_keychain(may_ask=True)


def test_a_broken_keychain_service_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> KeyringBackend:
        raise OSError("no bus")

    monkeypatch.setattr(keyring, "get_keyring", broken)
    assert find_keychain(may_ask=True) is None
