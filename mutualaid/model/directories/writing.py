# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Putting an export in its place: whole, or not at all.

Everything is made in a folder aside (``.mutualaid-export-…``), beside where it is to stand, and
forced to the disk. Only then is it renamed, which is one act. A folder that a crash left aside is
cleared away by the next export to the same place; while one is in use, a lock says so.
"""

import contextlib
import ctypes
import errno
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, Self

from filelock import FileLock, Timeout

from mutualaid.errors import ExportError
from mutualaid.model.directories.formats import format_named
from mutualaid.model.directories.formats.format import File, Format
from mutualaid.model.directories.names import is_safe

MANIFEST: Final = "manifest.json"
MANIFEST_SUFFIX: Final = ".manifest.json"

_ASIDE: Final = ".mutualaid-export-"
_ASIDE_NAME: Final = re.compile(re.escape(_ASIDE) + r"[0-9a-f]{16}", re.ASCII)
_LOCK: Final = "lock"
_WHOLE: Final = "whole"
#: So many files are forced to the disk one by one; more of them all at once.
_ONE_BY_ONE: Final = 64

_WHY: Final = {
    errno.ENOSPC: "there is no room left on the disk",
    errno.EDQUOT: "there is no room left on the disk for you",
    errno.EROFS: "the disk can only be read",
    errno.EACCES: "you may not write there",
    errno.EPERM: "you may not write there",
    errno.ENOTDIR: "something on the way there is a file, not a folder",
    errno.ENOENT: "the folder in which it should stand is not there",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EIO: "the disk does not answer as it should",
    errno.EXDEV: "it is the top folder of a disk; choose a new folder inside it",
    errno.EBUSY: "it is the top folder of a disk, or in use; choose a new folder inside it",
    errno.EEXIST: "something else was put there meanwhile",
    errno.ENOTEMPTY: "something else was put there meanwhile",
}


class Hashed(NamedTuple):
    """A file of an export: its path there, its size in bytes, and BLAKE2b-256 of its bytes."""

    path: str
    size: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Written:
    """Where an export stands now. ``export`` is the id of its entry in the group's log."""

    path: Path
    files: tuple[Hashed, ...]
    size: int
    export: bytes


def refused(dest: Path, error: OSError) -> ExportError:
    """Why nothing could be written, as a sentence."""
    why = _WHY.get(error.errno or 0, error.strerror or "the disk refused")
    return ExportError(f"Nothing was written to {dest}: {why}.")


@contextlib.contextmanager
def explained(dest: Path) -> Iterator[None]:
    """Errors of the disk as ExportError."""
    try:
        yield
    except OSError as error:
        raise refused(dest, error) from error


def digest_of(files: Iterable[Hashed]) -> bytes:
    """BLAKE2b-256 over all that left: of each file, by path, a line ``digest size path``, digest
    in hexadecimal, with LF at its end, in UTF-8."""
    lines = sorted(f"{each.digest.hex()} {each.size} {each.path}\n" for each in files)
    return hashlib.blake2b("".join(lines).encode(), digest_size=32).digest()


def check_place(dest: Path, *, folder: bool) -> None:
    """Raise ExportError where an export cannot stand, before anything is made."""
    parent = dest.parent
    if folder and dest.is_dir() and not dest.is_symlink():
        if any(dest.iterdir()):
            raise ExportError(
                f"There is something in the folder {dest} already. Nothing was written. Choose a"
                " new folder, or an empty one."
            )
    elif os.path.lexists(dest):
        raise ExportError(
            f"There is something at {dest} already. Nothing was written. Choose another name."
        )
    if not folder and os.path.lexists(beside(dest)):
        raise ExportError(
            f"There is something at {beside(dest)} already. Nothing was written. Choose another"
            " name."
        )
    if not parent.is_dir():
        code = errno.ENOTDIR if any(each.is_file() for each in dest.parents) else errno.ENOENT
        raise refused(dest, OSError(code, ""))


def beside(dest: Path) -> Path:
    """Where the manifest of a single file stands."""
    return dest.with_name(dest.name + MANIFEST_SUFFIX)


@dataclass(slots=True)
class Aside:
    """The folder aside, for one export to ``dest``. A context; whatever is still in it when it
    ends is removed. What is ``shut`` only whoever wrote it can read."""

    dest: Path
    folder: bool
    shut: bool = False
    files: list[Hashed] = field(default_factory=list)
    _path: Path = field(init=False)
    _lock: FileLock = field(init=False)
    _names: set[str] = field(default_factory=set)

    def __enter__(self) -> Self:
        parent = self.dest.parent
        _clear(parent)
        self._path = parent / f"{_ASIDE}{secrets.token_hex(8)}"
        self._path.mkdir(mode=0o700)
        self._lock = FileLock(self._path / _LOCK)
        try:
            self._lock.acquire(timeout=0)
            self.whole.mkdir()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()
        shutil.rmtree(self._path, ignore_errors=True)

    @property
    def whole(self) -> Path:
        return self._path / _WHOLE

    def add(self, file: File) -> None:
        """Write one file and note its hash."""
        if not is_safe(file.path) or file.path.lower() in self._names:
            raise ValueError(f"no file of an export can be called {file.path!r}")
        self._names.add(file.path.lower())
        target = self.whole.joinpath(*file.path.split("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.blake2b(digest_size=32)
        size = 0
        with target.open("xb") as out:
            for chunk in file.chunks:
                out.write(chunk)
                digest.update(chunk)
                size += len(chunk)
            out.flush()
            if len(self.files) < _ONE_BY_ONE:
                os.fsync(out.fileno())
        self.files.append(Hashed(file.path, size, digest.digest()))

    def put_manifest(self, data: bytes) -> None:
        """Write what says of all the rest what it is, and force everything to the disk."""
        with (self.whole / MANIFEST).open("xb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        self.sync()

    def sync(self) -> None:
        """Force everything to the disk."""
        if self.shut:
            _shut(self.whole)
        if len(self.files) > _ONE_BY_ONE:
            _sync_everything(self.whole)
        for folder, _folders, _files in os.walk(self.whole):
            _sync_folder(Path(folder))

    def move(self) -> None:
        """Let it stand in its place; raises OSError, and then nothing stands there."""
        if self.folder:
            if os.name == "nt" and self.dest.is_dir():
                self.dest.rmdir()
            self.whole.rename(self.dest)
            _sync_folder(self.dest.parent)
            return
        manifest = self.whole / MANIFEST
        is_manifest_there = manifest.exists()
        if is_manifest_there:
            # First, so that no moment sees a file without what says what it is.
            _place(manifest, beside(self.dest))
        try:
            _place(self.whole / self.files[0].path, self.dest)
        except BaseException:
            if is_manifest_there:
                beside(self.dest).unlink()
            raise
        _sync_folder(self.dest.parent)


def _place(source: Path, dest: Path) -> None:
    """Rename, and never over something."""
    try:
        os.link(source, dest)
    except FileExistsError:
        raise
    except OSError:
        # A file system without links, as on most sticks.
        if os.path.lexists(dest):
            raise FileExistsError(errno.EEXIST, "") from None
        source.rename(dest)
    else:
        source.unlink()


def _clear(parent: Path) -> None:
    """Take away what a crash left aside here."""
    try:
        found = [each for each in parent.iterdir() if _ASIDE_NAME.fullmatch(each.name)]
    except OSError:
        return
    for each in found:
        if each.is_symlink() or not each.is_dir():
            continue
        lock = FileLock(each / _LOCK)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            continue  # in use, or not ours to clear
        lock.release()
        shutil.rmtree(each, ignore_errors=True)


def _shut(path: Path) -> None:
    """Let nobody else on this computer read it, where the file system knows such a thing."""
    for folder, _folders, files in os.walk(path):
        with contextlib.suppress(OSError):
            Path(folder).chmod(0o700)
        for name in files:
            with contextlib.suppress(OSError):
                Path(folder, name).chmod(0o600)


def _sync_folder(path: Path) -> None:
    """Force what a folder lists to the disk, where the system can."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sync_everything(path: Path) -> None:
    """Many files at once: one call for all of them where there is one."""
    syncfs = getattr(ctypes.CDLL(None), "syncfs", None) if os.name == "posix" else None
    if syncfs is not None:
        # Linux: the disk it lies on, and not whatever else is slow.
        handle = os.open(path, os.O_RDONLY)
        try:
            if syncfs(handle) == 0:
                return
        finally:
            os.close(handle)
    if hasattr(os, "sync"):
        os.sync()
        return
    for each in path.rglob("*"):
        if each.is_file():
            with each.open("rb+") as file:
                os.fsync(file.fileno())


# Where the files of each format stand


def format_for(name: str, dest: Path, *, alone: bool) -> Format:
    """The format; alone, in one file where its destination is named like one."""
    format_ = format_named(name)
    one = format_.in_one
    if alone and one is not None and dest.suffix.lower() == one.suffix:
        return one
    return format_


def in_place(file: File, format_: Format, *, alone: bool) -> File:
    """A file of a format where it stands in the export."""
    if alone or format_.suffix:
        return file
    return file._replace(path=f"{format_.name}/{file.path}")
