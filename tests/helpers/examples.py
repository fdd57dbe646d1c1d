# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many examples a test by property tries where each is a whole history."""

from typing import Final

from hypothesis import settings

LONG: Final = "long"
#: So many times as many under ``--hypothesis-profile=long``.
MORE: Final = 10


def examples(count: int) -> int:
    """Return ``count``, or many more where the long run was asked for."""
    return count * MORE if settings.get_current_profile_name() == LONG else count
