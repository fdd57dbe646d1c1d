# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shelves: relays, folders and sticks on which a group leaves sealed parcels."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShelfRow:
    """A shelf as this machine last saw it."""

    address: str
    #: Known on this machine alone (a folder, a stick), not to the whole group.
    local: bool
    #: Whether the last attempt reached it; False until the first.
    reachable: bool = False
    #: Parcels on it, as far as this machine looks, and their bytes.
    held: int = 0
    bytes: int = 0
    #: Parcels on it that cannot be used yet: something is still missing that comes before them.
    unread: int = 0
    #: Entries of this machine that somebody lacks and that are not on it yet.
    waiting: int = 0
    #: Entries whose authors said they wrote them, and that neither this machine nor this shelf has:
    #: not left there yet, or hidden.
    missing: int = 0
    #: When it last answered, in ms.
    last_heard: int | None = None
    #: What is wrong, in a sentence; "" when all is well.
    problem: str = ""
    #: What was noticed lately, and when: something was gone from the shelf, and was left again.
    notice: str = ""
    noticed: int | None = None
