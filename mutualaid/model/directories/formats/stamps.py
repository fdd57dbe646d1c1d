# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Times as ISO 8601."""

import datetime as dt
from typing import Final

from mutualaid.model.times import zone_of

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LATEST: Final = 253_370_764_800_000  # ms; the year 9999


def utc(at: int) -> dt.datetime:
    """A time in ms, to the second. Not by a timestamp: Windows knows none after the year 3000."""
    return _EPOCH + min(max(at, 0), _LATEST) // 1000 * dt.timedelta(seconds=1)


def stamp(at: int) -> str:
    """A time in ms, in UTC: 2026-11-22T14:00:00Z."""
    return utc(at).strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp_in(at: int, zone: str) -> str:
    """A time in ms as the clocks of a zone show it, with their distance from UTC."""
    return utc(at).astimezone(zone_of(zone)).isoformat()
