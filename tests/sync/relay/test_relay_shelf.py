# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A relay is a shelf like any other."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from mutualaid.sync.relay.client import RelayShelf
from tests.sync.relay.places import running
from tests.sync.shelves.suite import Open, ShelfSuite


class TestRelayShelf(ShelfSuite):
    @contextlib.asynccontextmanager
    async def place(self, tmp_path: Path) -> AsyncIterator[Open]:
        async with running(tmp_path / "relay") as relay:
            yield lambda: RelayShelf(relay.address("127.0.0.1"))
