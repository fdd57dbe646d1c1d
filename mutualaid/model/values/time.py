# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a group agreed on about time, and how near an end is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mutualaid.model.values.posts import Repeat

HOUR_MS: Final = 60 * 60 * 1000
DAY_MS: Final = 24 * HOUR_MS

_PERIOD: Final[dict[Repeat | None, int]] = {
    Repeat.WEEKLY: 7 * DAY_MS,
    Repeat.MONTHLY: 31 * DAY_MS,
}


class ExpiryWarning(StrEnum):
    """How soon a post ends."""

    WEEK = "week"  # within seven days
    DAY = "day"  # within one


@dataclass(frozen=True, slots=True)
class Rules:
    """After how long, in ms, things happen by themselves in a group.

    ``lapse_ms``: a promise that nobody touches; ``urgent_ms``: the same for what is wanted today;
    ``forget_ms``: what is past is forgotten.
    """

    lapse_ms: int = 6 * DAY_MS
    urgent_ms: int = 24 * HOUR_MS
    forget_ms: int = 90 * DAY_MS

    @property
    def lapse_days(self) -> int:
        return self.lapse_ms // DAY_MS

    @property
    def urgent_hours(self) -> int:
        return self.urgent_ms // HOUR_MS

    @property
    def forget_days(self) -> int:
        return self.forget_ms // DAY_MS

    def limit(self, *, urgent: bool, repeat: Repeat | None = None) -> int:
        """How long a promise may stay untouched, in ms.

        What comes back weekly or monthly has so much longer: nobody should have to say every few
        days that they still come every month.
        """
        return (self.urgent_ms if urgent else self.lapse_ms) + _PERIOD.get(repeat, 0)
