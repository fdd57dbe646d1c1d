# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python -m tests.lab.parcels ADDRESS COUNT [TITLE]``: post so often, one parcel for each.

Works on the profile of its surroundings, with a relay's shelf. With a COUNT of 0 it only takes
what is there. At the end it prints ``done`` and how many parcels it saw on the shelf.
"""

import asyncio
import os
import sys
from pathlib import Path

from mutualaid.model.group import Group
from mutualaid.model.profile import Profile
from mutualaid.model.values import PostDraft, PostKind
from mutualaid.sync.keeper import Keeper
from mutualaid.sync.relay.client import RelayShelf
from mutualaid.sync.shelf import topic_key


async def leave(group: Group, address: str, count: int, title: str) -> int:
    """Post, and leave each post on the shelf before the next; return the parcels there."""
    shelf = RelayShelf(address)
    try:
        keeper = Keeper(group, shelf)
        await keeper.round()
        for number in range(count):
            group.post(PostDraft(PostKind.NEED, f"{title} {number}"))
            await keeper.round()
        key = topic_key(group.replica.epochs()[0])
        found, cursor, more = 0, None, True
        while more:
            listing = await shelf.list(key, cursor)
            found, cursor, more = found + len(listing.parcels), listing.cursor, listing.more
        return found
    finally:
        await shelf.close()


def main() -> int:
    """Run on the profile that the environment names."""
    address, count = sys.argv[1], int(sys.argv[2])
    title = sys.argv[3] if len(sys.argv) > 3 else ""
    folder = Path(os.environ["MUTUALAID_PROFILE"])
    with Profile.open(folder, environ={"MUTUALAID_NO_KEYRING": "1"}) as profile:
        (directory,) = profile.directories()
        with profile.open_directory(directory) as group:
            found = asyncio.run(leave(group, address, count, title))
    print(f"done {found}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
