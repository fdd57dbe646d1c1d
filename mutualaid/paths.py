# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where things lie on this computer, and how a file is written so that it is whole or absent."""

import errno
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

import platformdirs

from mutualaid.errors import StorageError

PROFILE_VARIABLE: Final = "MUTUALAID_PROFILE"
APP_NAME: Final = "mutualaid"

_NO_ROOM: Final = "There is no room left on the disk: free some space and try again."
_FORBIDDEN: Final = "You may not do that there: choose another folder or change its permissions."
_IN_THE_WAY: Final = "Something that is not a folder is in the way."
_REFUSALS: Final[Mapping[int, str]] = {
    errno.ENOSPC: _NO_ROOM,
    errno.EDQUOT: _NO_ROOM,
    errno.EROFS: "The disk is read-only: choose another folder or make it writable.",
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.ENOENT: "There is no such file or folder.",
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EEXIST: _IN_THE_WAY,
    errno.EISDIR: "It is a folder, not a file.",
    errno.EIO: "The disk reports an error: copy what is on it to another one.",
}


def profile_directory(environ: Mapping[str, str] | None = None) -> Path:
    """Return the profile to use: ``MUTUALAID_PROFILE``, or one in the platform's data folder."""
    chosen = (os.environ if environ is None else environ).get(PROFILE_VARIABLE, "")
    if chosen:
        return Path(chosen).expanduser().absolute()
    return platformdirs.user_data_path(APP_NAME, appauthor=False)


def resources() -> Path:
    """Return the folder of icons: inside the package once installed, beside it in a clone."""
    package = Path(__file__).resolve().parent
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent / "resources"


def make_private_directory(path: Path) -> Path:
    """Create ``path`` and what leads to it; only this user may look in (0700). StorageError.

    A directory that is already there stays as its owner made it.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"The folder {path} cannot be made. {explain(error)}") from error
    return path


def close_to_others(path: Path) -> None:
    """Take group's and others' rights from a file, where the system has such."""
    # A file system without modes (a FAT stick) or another owner is no reason to stop.
    with suppress(OSError):
        mode = path.stat().st_mode & 0o777
        if mode & 0o077:
            path.chmod(mode & 0o700)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a private (0600) file beside ``path`` that takes its place when the block ends well.

    After a power cut there is the old file or the new one, never half of one. If the block
    raises, the old file stays and nothing else is left behind. Raises OSError as it comes.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _sync_directory(path.parent)


def write_whole(path: Path, data: bytes) -> None:
    """Write a small private file: whole or not at all. StorageError."""
    try:
        with whole_file(path) as file:
            file.write(data)
    except OSError as error:
        raise StorageError(
            f"{path.name} cannot be written in {path.parent}. {explain(error)} Nothing was changed."
        ) from error


def read_limited(path: Path, limit: int) -> bytes | None:
    """Return the content of a file, None if there is none; StorageError if it cannot be read.

    At most ``limit`` + 1 bytes are read, so that a caller sees an oversized file by its length.
    """
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"{path} cannot be read. {explain(error)}") from error


def explain(error: OSError) -> str:
    """Say in one sentence why the disk refused."""
    if sentence := _REFUSALS.get(error.errno or 0):
        return sentence
    return f"The system says: {error.strerror or error}."


def _sync_directory(path: Path) -> None:
    # A rename is durable once its directory is; Windows can neither open nor needs to sync one.
    if os.name == "nt":
        return
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
