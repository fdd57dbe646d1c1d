# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happened that concerns one person, told once."""

from dataclasses import dataclass
from enum import StrEnum


class NewsKind(StrEnum):
    ANSWERED = "answered"  # my post
    RELEASED = "released"  # somebody took back what they offered me
    ACCEPTED = "accepted"  # my answer
    GOES_NOW = "goes now"  # I stood by, and am needed after all
    DECLINED = "declined"
    STANDS_BY = "stands by"  # I had a yes or took a part, and others were before me
    CROSSED = "crossed"  # somebody I look for help from stands by: two were accepted apart
    OPEN_AGAIN = "open again"  # the promise of somebody who helped me lapsed
    LAPSES = "lapses"  # my promise, soon
    LAPSED = "lapsed"
    SAID_DONE = "said done"  # a helper of mine
    DONE = "done"  # what I helped with
    THANKED = "thanked"
    COMMENTED = "commented"
    MESSAGE = "message"  # to me alone
    EXPIRES = "expires"  # my post, soon
    NOTICE = "notice"  # to everybody


@dataclass(frozen=True, slots=True)
class NewsRow:
    """One thing that happened. ``key`` tells it from every other, on all machines alike.

    ``person`` and ``who`` are empty where time did it. ``post`` is empty for a notice. Of a
    message neither text nor post should leave the window.
    """

    key: str
    kind: NewsKind
    who: str
    person: bytes
    title: str
    post: bytes
    at: int
    unread: bool
