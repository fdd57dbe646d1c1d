# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Points on the map made as coarse as they have to be before they leave."""

import math
from typing import Final

from mutualaid.model.directories.directory import Point

#: A point that leaves the group is the middle of a square about 1.1 km wide: 0.01 degrees of
#: latitude, and as many of longitude as are about as wide there.
STEP: Final = 0.01


def blurred(lat: float, lon: float) -> Point:
    """The middle of the square on the map that this point lies in: of all points of a square the
    same, so that many exports tell no more than one."""
    south = math.floor(lat / STEP)
    middle = (south + 0.5) * STEP
    wide = STEP * max(1, round(1 / max(math.cos(math.radians(middle)), STEP)))
    east = (math.floor(lon / wide) + 0.5) * wide
    return Point(round(max(-90.0, min(90.0, middle)), 4), round(max(-180.0, min(180.0, east)), 4))
