# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Points on the map made as coarse as they have to be before they leave."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from mutualaid.model.directories.directory import Point

#: A point that leaves the group is the middle of a cell about half a kilometre wide and high:
#: so many degrees of latitude, and as many of longitude as are about as wide there.
STEP: Final = 0.005
#: The true point lies within so many metres.
RADIUS_M: Final = 500


def blur(point: Point) -> Point:
    """The middle of the cell that a point lies in: of all points of a cell the same, so that many
    exports tell no more than one. The middle of a cell stays what it is."""
    middle = (math.floor(point.lat / STEP) + 0.5) * STEP
    wide = STEP * max(1, round(1 / max(math.cos(math.radians(middle)), STEP)))
    east = (math.floor(point.lon / wide) + 0.5) * wide
    return Point(round(max(-90.0, min(90.0, middle)), 4), round(max(-180.0, min(180.0, east)), 4))


def bounds(points: Sequence[Point]) -> tuple[float, float, float, float] | None:
    """West, south, east and north of them, as RFC 7946 orders them; None without points.

    West is greater than east where the short way around them crosses the antimeridian.
    """
    if not points:
        return None
    lons = sorted({point.lon for point in points})
    gaps = [(after - before, after, before) for before, after in pairwise(lons)]
    gaps.append((lons[0] + 360 - lons[-1], lons[0], lons[-1]))
    _, west, east = max(gaps)
    lats = [point.lat for point in points]
    return west, min(lats), east, max(lats)
