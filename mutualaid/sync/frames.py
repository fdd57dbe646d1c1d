# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the frames of a sync conversation are called; see ``session`` and ``fetching``."""

from enum import IntEnum


class Tag(IntEnum):
    HELLO = 0
    HAVE = 1
    RUNS = 2
    SEEN = 3
    TIMES = 4
    STATEMENTS = 5
    JOIN = 6
    WELCOME = 7
    REFUSED = 8
    WANT = 9
    PIECE = 10
    LACK = 11
    HERE = 12
