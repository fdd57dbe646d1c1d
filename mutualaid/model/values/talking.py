# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What passes between two people alone: threads, ways to reach somebody, blocks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ContactKind(StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    SIGNAL = "signal"
    ADDRESS = "address"
    OTHER = "other"


class Audience(StrEnum):
    """Who may see something, each wider than the one before."""

    ME = "me"
    HELPER = "helper"  # whom I accepted
    GROUP = "group"
    LINKED = "linked"  # linked groups
    PRINT = "print"  # a printed directory
    PUBLIC = "public"

    @property
    def sealed(self) -> bool:
        """Whether what is kept for this audience is sealed even to the group."""
        return self in (self.ME, self.HELPER)


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One of my own ways to be reached."""

    kind: ContactKind
    value: str
    audience: Audience
    since: int


@dataclass(frozen=True, slots=True)
class OpenContactRow:
    """A way to reach somebody that is open to me: for a post, or, with ``audience`` ``group`` and
    wider, to everybody."""

    kind: ContactKind
    value: str
    audience: Audience
    post: bytes | None
    title: str  # of the post, "" where it is not here
    since: int


@dataclass(frozen=True, slots=True)
class OpenedRow:
    """Who has one of my contacts: a person, for a post, or everybody (``person`` is empty)."""

    kind: ContactKind
    value: str
    person: bytes
    name: str
    post: bytes | None
    title: str
    since: int
    audience: Audience


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message of a private thread."""

    number: int
    id: bytes
    code: str
    who: str
    person: bytes
    text: str
    created: int
    mine: bool
    unread: bool


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A private thread with one other person beside one post."""

    post: bytes
    title: str  # "" where the post is not here (any more)
    person: bytes
    name: str
    text: str  # the last message
    mine: bool  # whether the last message is mine
    at: int
    unread: int


@dataclass(frozen=True, slots=True)
class Unread:
    """What others said and this machine's person has not looked at yet.

    ``threads`` counts private threads, ``messages`` the messages in them; ``comments`` has, for
    each post that is mine, or that I answered or spoke about, how many are new.
    """

    threads: int = 0
    messages: int = 0
    comments: Mapping[bytes, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.messages or self.comments)


@dataclass(frozen=True, slots=True)
class BlockedRow:
    person: bytes
    name: str
    since: int
