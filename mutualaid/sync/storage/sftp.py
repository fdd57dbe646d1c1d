# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""SFTP, by fsspec's file system over paramiko."""

import base64
import contextlib
import hashlib
import logging
from collections.abc import Iterable
from typing import Any, Final

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem

from mutualaid.sync.storage.address import StorageAddress
from mutualaid.sync.storage.files import (
    STEP_S,
    Entry,
    FsspecFiles,
    Trouble,
    TroubleError,
    entry,
    trouble_of,
)

#: Signs of life to the server, so that a connection in use is not dropped, in seconds.
_ALIVE_S: Final = 60
_HOME: Final = "~"

# Whatever it has to tell it also raises.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


class SftpFiles(FsspecFiles):
    """A folder of an account on an SSH server."""

    def __init__(self, address: StorageAddress) -> None:
        if address.path == _HOME or address.path.startswith(f"{_HOME}/"):
            root = address.path.removeprefix(_HOME).strip("/") or "."
        else:
            root = f"/{address.path}"
        # Of several threads one would read the answer to another.
        super().__init__(root, at_once=1)
        self._address = address

    def connect(self) -> Any:
        at = self._address.at(22)
        identity, secret = self._address.identity, self._address.secret
        fs = _FileSystem(
            at.host,
            port=at.port,
            username=self._address.user,
            host_key_policy=_KnownKey(self._address.host_key),
            # Only what was given for this place is shown to its server.
            **({"pkey": _key(identity, secret)} if identity else {"password": secret}),
            allow_agent=False,
            look_for_keys=False,
            timeout=STEP_S,
            banner_timeout=STEP_S,
            auth_timeout=STEP_S,
            skip_instance_cache=True,
        )
        fs.ftp.get_channel().settimeout(STEP_S)
        fs.client.get_transport().set_keepalive(_ALIVE_S)
        return fs

    def is_alive(self, fs: Any) -> bool:
        transport = fs.client.get_transport()
        return transport is not None and bool(transport.is_active())

    def disconnect(self, fs: Any) -> None:
        fs.client.close()

    def list_files(self, fs: Any, path: str) -> Iterable[Entry]:
        # Not all at once, as fsspec has it: there may be no end.
        for stat in fs.ftp.listdir_iter(path):
            found = entry(fs._decode_stat(stat, path))  # noqa: SLF001 - nothing else reads one
            if found is not None:
                yield found

    def move_file(self, fs: Any, old: str, new: str) -> None:
        try:
            fs.mv(old, new)
        except OSError:
            # A server that only knows how to rename where nothing is yet.
            with contextlib.suppress(OSError):
                fs.ftp.remove(new)
            fs.ftp.rename(old, new)

    def remove_file(self, fs: Any, path: str) -> None:
        fs.ftp.remove(path)

    def trouble(self, error: Exception) -> TroubleError:
        if isinstance(error, paramiko.AuthenticationException):
            return TroubleError(Trouble.REFUSED)
        if isinstance(error, paramiko.SFTPError):
            return TroubleError(Trouble.NONSENSE)
        if isinstance(error, paramiko.SSHException):
            return TroubleError(Trouble.AWAY)
        return trouble_of(error)


def _key(file: str, passphrase: str) -> Any:
    """The private key in a file of any sort that SSH uses."""
    for sort in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return sort.from_private_key_file(file, password=passphrase or None)
        except OSError:
            why = "The key's file is not on this machine, or cannot be read."
            raise TroubleError(Trouble.REFUSED, why) from None
        except Exception:  # noqa: BLE001, S112 - each sort has its own ways to say it is another
            continue
    why = "The key's file holds no key, or its passphrase is another."
    raise TroubleError(Trouble.REFUSED, why)


class _FileSystem(SFTPFileSystem):  # type: ignore[misc]  # it ships no types
    """Leaves no connection open where none came to be."""

    def _connect(self) -> None:
        try:
            super()._connect()
        except BaseException:
            self.client.close()
            raise


class _KnownKey(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]  # it ships no types
    """Takes the server with one key, and no other."""

    def __init__(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint

    def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:
        del client, hostname
        digest = hashlib.sha256(key.asbytes()).digest()
        found = f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"
        if found == self._fingerprint:
            return
        if self._fingerprint:
            why = (
                f"The server shows another key than before: {found}. Ask its keeper whether that"
                " is right, and do not use it otherwise."
            )
        else:
            why = (
                f"The server shows the key {found}. If its keeper says the same, add the address"
                f" again with key={found} behind a “?”."
            )
        raise TroubleError(Trouble.REFUSED, why)
