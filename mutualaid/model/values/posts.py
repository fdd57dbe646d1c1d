# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Needs and offers, the answers to them, and what comes of both."""

from dataclasses import dataclass
from enum import StrEnum

from mutualaid.model.values.basics import Scalar


class PostKind(StrEnum):
    NEED = "need"
    OFFER = "offer"


class Urgency(StrEnum):
    TODAY = "today"
    DAYS = "days"
    WEEK = "week"
    ANYTIME = "anytime"


class Mode(StrEnum):
    """How something changes hands; a gift unless said otherwise."""

    GIFT = "gift"
    LEND = "lend"
    POOL = "pool"
    SWAP = "swap"
    HOURS = "hours"
    COST = "cost"


class PostStatus(StrEnum):
    """Derived from the owner's decisions and the answers to a post; ``EXPIRED`` and ``LAPSED``
    also from the present time."""

    OPEN = "open"
    OFFERED = "offered"  # somebody waits for a yes
    PART_COVERED = "part covered"
    AGREED = "agreed"  # all that is wanted is promised
    SAID_DONE = "said done"  # by everybody who went, not yet by the owner
    DONE = "done"
    LAPSED = "lapsed"  # a promise that nobody touched: open again
    PARKED = "parked"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

    @property
    def wants_help(self) -> bool:
        """Whether somebody may still answer."""
        return self in (self.OPEN, self.OFFERED, self.PART_COVERED, self.LAPSED)

    @property
    def is_past(self) -> bool:
        """Whether the post has left the open list, with time or by a decision."""
        return self in (self.DONE, self.PARKED, self.EXPIRED, self.WITHDRAWN)


class Standing(StrEnum):
    """Where an answer to a post stands: derived, the same on every machine, but for ``LAPSED``,
    which the present time may say before a decision does."""

    OFFERED = "offered"  # waits for a yes
    TAKEN = "taken"  # goes without asking, where the owner allows it
    ACCEPTED = "accepted"  # goes
    STANDS_BY = "stands by"  # had a yes, or took a part, and others were before them
    DECLINED = "declined"
    RELEASED = "released"  # taken back by the helper
    LAPSED = "lapsed"
    SAID_DONE = "said done"  # by the helper
    DONE = "done"  # by the owner

    @property
    def goes(self) -> bool:
        """Whether this person goes, or went."""
        return self in (self.TAKEN, self.ACCEPTED, self.SAID_DONE, self.DONE)


class Say(StrEnum):
    """What somebody decided about an answer, or about a post on another's behalf."""

    ACCEPT = "accept"
    DECLINE = "decline"
    LAPSE = "lapse"
    DONE = "done"
    TOLD = "told"  # the person without a machine was told what came of their post


class Repeat(StrEnum):
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Involvement(StrEnum):
    """What a post is to the person who looks at it, on their own page."""

    WAITING = "waiting"  # for my yes
    PROMISED = "promised"
    ASKED = "asked"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Part:
    """One sort of thing that a post wants or gives, and how many: five dinners."""

    name: str  # "" where there is only one sort
    quantity: int


@dataclass(frozen=True, slots=True)
class PostDraft:
    """What a person typed into the form for a need or an offer; checked by ``Group.post``.

    ``expires`` is a time in ms; None with ``standing`` false means the kind's default (30 days;
    food 3 days). ``parts`` is how many can be taken separately (1 to 99); where they are of
    several sorts (five dinners, three loads) ``named_parts`` says them all and ``parts`` is 1.
    ``ask`` says whether the owner's yes is needed before somebody goes; None means that it is
    needed unless there are parts to take. ``starts`` and ``ends`` are a window of time in ms;
    with ``repeat`` it is the first of many. ``consent`` says how the person it is ``on_behalf_of``
    agreed to it.
    """

    kind: PostKind
    title: str
    text: str = ""
    category: str = "other"
    urgency: Urgency = Urgency.ANYTIME
    area: str = ""
    when: str = ""
    expires: int | None = None
    standing: bool = False
    mode: Mode = Mode.GIFT
    parts: int = 1
    on_behalf_of: str = ""
    language: str = ""
    named_parts: tuple[Part, ...] = ()
    ask: bool | None = None
    starts: int | None = None
    ends: int | None = None
    repeat: Repeat | None = None
    consent: str = ""


@dataclass(frozen=True, slots=True)
class PostFilter:
    """Which posts a list shows; empty means no limit. ``search`` is what was typed."""

    kind: PostKind | None = None
    search: str = ""
    categories: tuple[str, ...] = ()
    area: str = ""
    urgency: Urgency | None = None
    owner: bytes | None = None
    past: bool = False  # False: open ones; True: expired, done, withdrawn, parked
    on_behalf: bool = False  # only those posted for somebody who has no machine


@dataclass(frozen=True, slots=True)
class PostRow:
    """One card of the board."""

    number: int  # local record number: stable on this machine, the model's row key
    id: bytes
    code: str
    kind: PostKind
    title: str
    text: str
    category: str
    urgency: Urgency
    area: str
    when: str
    mode: Mode
    parts: int
    on_behalf_of: str
    status: PostStatus
    owner: bytes
    owner_name: str
    mine: bool
    responses: int  # people who offered, and were neither declined nor took it back
    created: int
    updated: int
    expires: int | None  # None: standing
    confirmed: int | None = None  # when its owner last said that it still holds
    ask: bool = True  # whether the owner's yes is needed before somebody goes
    starts: int | None = None  # the window of time; of a repeating post the next one
    ends: int | None = None
    repeat: Repeat | None = None
    round: int = 0  # which of the repetitions ``starts`` is; 0 the first
    wanted: int = 1  # how many in all, over all sorts of parts
    covered: int = 0  # how many of them are promised
    waiting: int = 0  # people who wait for a yes
    photos: tuple[bytes, ...] = ()  # content hashes, see PhotoRow
    consent: str = ""
    photo_alt: str = ""  # what the first photo shows, in words


@dataclass(frozen=True, slots=True)
class Conflict:
    """A second value for a field, written apart from the one that stands."""

    field: str
    value: Scalar
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class PartRow:
    """How far one sort of part is covered."""

    name: str
    wanted: int
    covered: int

    @property
    def left(self) -> int:
        return max(0, self.wanted - self.covered)


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """An answer to a post and where it stands."""

    number: int
    id: bytes
    code: str
    who: str
    person: bytes
    note: str
    state: Standing
    created: int
    mine: bool
    when: str = ""  # the helper's time, in words
    amount: int = 1  # how many of ``part``
    part: str = ""
    every: bool = False  # of a repeating post: each time, not only the one answered
    round: int = 0
    on_behalf_of: str = ""  # who goes, where somebody without a machine answered
    lapses: int | None = None  # when it lapses unless touched; None where it does not
    decided_by: str = ""  # who said yes or no
    touched: int = 0
    paper: bool = False  # ``who`` wrote it down from a slip of paper


@dataclass(frozen=True, slots=True)
class ThanksRow:
    number: int
    id: bytes
    code: str
    who: str
    person: bytes
    text: str
    created: int
    mine: bool


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A photo of a post. Its bytes may not have come yet: ask ``Group.photo``."""

    hash: bytes
    alt: str
    here: bool


@dataclass(frozen=True, slots=True)
class CommentRow:
    number: int
    id: bytes
    code: str
    who: str
    person: bytes
    text: str
    created: int
    mine: bool


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One change to a record: who wrote it, when they say they did, and in words what."""

    who: str
    when: int
    what: str


@dataclass(frozen=True, slots=True)
class PostDetail:
    row: PostRow
    responses: tuple[ResponseRow, ...]
    comments: tuple[CommentRow, ...]
    history: tuple[HistoryRow, ...]
    conflicts: tuple[Conflict, ...]
    reached: int  # machines that are known to hold it, this one not counted
    machines: int  # other machines of the group
    parts: tuple[PartRow, ...] = ()
    thanks: tuple[ThanksRow, ...] = ()
    photos: tuple[PhotoRow, ...] = ()
    may_decide: bool = False  # whether whoever looks may accept and decline
    told: bool = True  # whether the person it was posted for knows how it stands


@dataclass(frozen=True, slots=True)
class MyRow:
    """One line of one's own page: what a post is to me, and my answer to it if I gave one."""

    role: Involvement
    post: PostRow
    response: ResponseRow | None = None


@dataclass(frozen=True, slots=True)
class DispatchRow:
    """A post on behalf of somebody without a machine, and what they are to be told."""

    post: PostRow
    tell: str  # in words, "" where there is nothing new to tell
    responses: tuple[ResponseRow, ...]
    told_at: int | None
