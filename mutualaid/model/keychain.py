# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The operating system's keychain, with a limit on how long it may take.

A keychain may ask the person for a password, wait for a service that never comes up, or be
missing altogether; none of that may hang the program.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE: Final = "mutualaid"

#: Seconds for what asks nobody, and for what may ask the person to unlock their keychain.
QUICK: Final = 10.0
PATIENT: Final = 90.0

#: Backends that keep a secret from who merely has the disk. Others that can be plugged into
#: ``keyring`` write plain text, or nothing at all.
_TRUSTED: Final = frozenset(
    f"keyring.backends.{name}" for name in ("SecretService", "kwallet", "libsecret", "macOS")
) | {"keyring.backends.Windows"}

Result = TypeVar("Result")


class KeychainError(Exception):
    """The keychain refused, is locked, or did not answer in time."""


class Keychain:
    """Secrets by account name; every call ends in time or raises :class:`KeychainError`."""

    __slots__ = ("_backend", "_patience")

    def __init__(self, backend: "KeyringBackend", *, patience: float = QUICK) -> None:
        self._backend = backend
        self._patience = patience

    def get(self, account: str) -> str | None:
        return within(self._patience, lambda: self._backend.get_password(SERVICE, account))

    def set(self, account: str, secret: str) -> None:
        """Keep ``secret``, and make sure that it was kept."""
        within(self._patience, lambda: self._backend.set_password(SERVICE, account, secret))
        if self.get(account) != secret:
            raise KeychainError("the keychain gives back something else than it was given")

    def delete(self, account: str) -> None:
        within(self._patience, lambda: self._backend.delete_password(SERVICE, account))


def find_keychain(*, may_ask: bool) -> Keychain | None:
    """Return the keychain of this system, None where there is none that can be trusted.

    Unless ``may_ask``, one that would first show a dialog counts as none.
    """
    try:
        return within(QUICK, lambda: _find(may_ask))
    except KeychainError:
        return None


def within(seconds: float, call: Callable[[], Result]) -> Result:
    """Return what ``call`` returns, or raise KeychainError when it raises or takes longer.

    What takes longer is left behind on a daemon thread: no system lets it be stopped.
    """
    outcome: Future[Result] = Future()

    def run() -> None:
        try:
            outcome.set_result(call())
        except Exception as error:  # noqa: BLE001 - backends raise whatever their system does
            outcome.set_exception(error)

    threading.Thread(target=run, name="keychain", daemon=True).start()
    try:
        return outcome.result(timeout=seconds)
    except TimeoutError:
        raise KeychainError("the keychain did not answer") from None
    except Exception as error:
        raise KeychainError(str(error)) from error


def _find(may_ask: bool) -> Keychain | None:
    # Looking for its backends takes keyring a tenth of a second, which only this path should pay.
    import keyring
    from keyring.backends.chainer import ChainerBackend

    chosen = keyring.get_keyring()
    candidates = ChainerBackend.backends if isinstance(chosen, ChainerBackend) else [chosen]
    for backend in candidates:
        if type(backend).__module__ in _TRUSTED and (may_ask or not _would_ask(backend)):
            return Keychain(backend, patience=PATIENT if may_ask else QUICK)
    return None


def _would_ask(backend: "KeyringBackend") -> bool:
    """Tell whether the Secret Service would first want a collection made or unlocked."""
    if not type(backend).__module__.endswith(".SecretService"):
        return False
    import secretstorage

    with closing(secretstorage.dbus_init()) as connection:
        try:
            return bool(secretstorage.Collection(connection).is_locked())
        except secretstorage.ItemNotFoundException:
            return True
