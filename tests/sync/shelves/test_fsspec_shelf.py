# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Storage as a shelf: what fsspec has in itself, and real servers on loopback."""

import contextlib
import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem

from mutualaid.model.keys import SigningKey
from mutualaid.sync.fsspec_shelf import FsspecShelf
from mutualaid.sync.storage.address import StorageAddress
from mutualaid.sync.storage.files import FsspecFiles
from tests.helpers.rclone import MISSING, Served, served
from tests.sync.shelves.suite import Open, ShelfSuite

TOPIC = SigningKey(b"t" * 32)
LOOK_S = 0.01
_numbers = itertools.count(1)


class TestMemory(ShelfSuite):
    @contextlib.asynccontextmanager
    async def place(self, tmp_path: Path) -> AsyncIterator[Open]:
        fs = MemoryFileSystem(skip_instance_cache=True)
        root = f"/place-{next(_numbers)}"
        yield lambda: FsspecShelf(
            FsspecFiles(root, lambda: fs), f"memory:/{root}", look_every=LOOK_S
        )
        if fs.exists(root):
            fs.rm(root, recursive=True)


class TestLocalFileSystem(ShelfSuite):
    @contextlib.asynccontextmanager
    async def place(self, tmp_path: Path) -> AsyncIterator[Open]:
        fs = LocalFileSystem(skip_instance_cache=True)
        yield lambda: FsspecShelf(
            FsspecFiles(str(tmp_path), lambda: fs), f"local:{tmp_path}", look_every=LOOK_S
        )


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
class ServedSuite(ShelfSuite):
    """Against a server that runs as long as the class's tests do."""

    kind: ClassVar[str]
    server: ClassVar[Served]

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _served(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
        with served(cls.kind, tmp_path_factory.mktemp(cls.kind)) as cls.server:
            yield

    @contextlib.asynccontextmanager
    async def place(self, tmp_path: Path) -> AsyncIterator[Open]:
        name = f"place-{next(_numbers)}"
        if self.kind == "s3":
            (self.server.folder / name).mkdir()
        address = StorageAddress.parse(
            self.server.address(f"{name}/of parcels".replace(" ", "%20"))
        )

        def opened() -> FsspecShelf:
            shelf = FsspecShelf.at(address)
            shelf._look_every = LOOK_S
            return shelf

        yield opened


class TestS3(ServedSuite):
    kind = "s3"


class TestWebdav(ServedSuite):
    kind = "webdav"


class TestSftp(ServedSuite):
    kind = "sftp"
