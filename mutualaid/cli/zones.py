# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whose clock a typed time is read by."""

import warnings
import zoneinfo
from typing import TYPE_CHECKING

from mutualaid.errors import BadValueError

if TYPE_CHECKING:
    from mutualaid.model.group import Group


def machine_zone() -> str:
    """The IANA name of this machine's time zone; "" where it has none."""
    import tzlocal

    with warnings.catch_warnings(action="ignore"):  # that there is none is nobody's fault
        try:
            return str(tzlocal.get_localzone_name() or "")
        except (LookupError, OSError, ValueError):
            return ""


def checked_zone(name: str) -> str:
    """The name of a time zone as a person typed it; BadValueError where there is none."""
    try:
        return zoneinfo.ZoneInfo(name).key
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise BadValueError(
            f"“{name[:40]}” is not the name of a time zone. Nothing was changed. Such names look "
            "like Europe/Berlin or America/Toronto."
        ) from None


def zone_of(group: "Group") -> str:
    """The group's time zone; this machine's in a group that has none."""
    return group.tz or machine_zone()
