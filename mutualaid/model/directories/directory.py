# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a directory holds: the values that every format and every sheet of paper is made from.

A :class:`Directory` is made in one place (``gathering``), for one audience, and holds only what
may leave for that audience: what nobody agreed to is not in it, so no writer can let it out.
"Absent" and "not agreed to" look the same: an empty string, an empty tuple, None.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from mutualaid.model.values import (
    Audience,
    ContactKind,
    Fix,
    Mode,
    Part,
    PlaceKind,
    PostKind,
    PostStatus,
    RepairOutcome,
    Repeat,
    Skill,
    Standing,
    Urgency,
)


@dataclass(frozen=True, slots=True)
class Point:
    """WGS 84, in degrees; already blurred as far as it has to be."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Contact:
    kind: ContactKind
    value: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where an imported record was first kept: the list's name, its id there, its licence."""

    name: str
    id: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Photo:
    """A JPEG without metadata."""

    data: bytes
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A neighbour, or with ``known_of`` somebody who is on a list but no member."""

    id: bytes  # the record's, 16 bytes
    code: str
    name: str
    area: str = ""
    languages: tuple[str, ...] = ()
    availability: str = ""
    skills: tuple[Skill, ...] = ()
    fixes: tuple[Fix, ...] = ()
    contacts: tuple[Contact, ...] = ()
    known_of: bool = False
    updated: int = 0  # ms
    source: Source | None = None
    more: Mapping[str, str] = field(default_factory=dict)  # what an import brought beside


@dataclass(frozen=True, slots=True)
class Promise:
    """Somebody goes, or went. ``by`` is a :class:`Person`'s id, or None; see ``Post.by``."""

    id: bytes
    by: bytes | None
    by_name: str
    standing: Standing  # one that goes
    amount: int
    part: str
    created: int  # ms


@dataclass(frozen=True, slots=True)
class Post:
    """A need or an offer. ``by`` is the id of a :class:`Person` in the same directory; None
    where its owner's name does not leave, and then ``by_name`` is empty, too."""

    id: bytes
    code: str
    kind: PostKind
    title: str
    text: str = ""
    category: str = "other"
    urgency: Urgency = Urgency.ANYTIME
    area: str = ""
    when: str = ""  # in words
    starts: int | None = None  # ms; of a repeating post the next time
    ends: int | None = None
    repeat: Repeat | None = None
    #: Begin and end of the first time, where the next is a later one: what comes back on the 31st
    #: does so on the 28th of February.
    first: tuple[int, int | None] | None = None
    created: int = 0  # ms
    updated: int = 0  # ms
    expires: int | None = None  # ms; None: standing
    mode: Mode = Mode.GIFT
    parts: tuple[Part, ...] = ()  # as wanted or given in all; one of quantity 1: no parts
    status: PostStatus = PostStatus.OPEN
    language: str = ""
    by: bytes | None = None
    by_name: str = ""
    on_behalf_of: str = ""
    contacts: tuple[Contact, ...] = ()  # the owner's
    photos: tuple[Photo, ...] = ()
    promises: tuple[Promise, ...] = ()
    source: Source | None = None
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    id: bytes
    code: str
    name: str
    kind: PlaceKind = PlaceKind.ORGANIZATION
    area: str = ""
    address: str = ""
    hours: str = ""  # canonical, see ``model.hours``
    about: str = ""
    fixes: tuple[Fix, ...] = ()
    contacts: tuple[Contact, ...] = ()
    confirmed: int | None = None  # ms
    point: Point | None = None
    updated: int = 0  # ms
    source: Source | None = None
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Repair:
    """An attempt, in the terms of the Open Repair Data Standard 0.3."""

    id: bytes
    code: str
    category: str  # a product category of the standard, or a word of one's own
    item: str
    outcome: RepairOutcome
    brand: str = ""
    problem: str = ""
    barrier: str = ""
    date: str = ""  # YYYY-MM-DD
    year: str = ""
    age: str = ""
    country: str = ""  # three letters
    place: bytes | None = None  # a Place's id, whether or not it is in the directory
    place_name: str = ""
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class GroupCard:
    """The group as it shows itself outside. ``contacts`` are for everybody: whoever sees a
    directory can ask there, answer a post, or have something withdrawn."""

    name: str
    country: str = ""  # three letters, ISO 3166-1
    tz: str = ""  # IANA
    about: str = ""
    email: str = ""
    phone: str = ""
    form: str = ""  # an https address
    where: str = ""  # in words: "the church door, Tuesdays 17:00"
    points: Mapping[str, Point] = field(default_factory=dict)  # area → a point in its middle
    id: bytes = b""  # 16 bytes; goes out as ``public_id`` only


@dataclass(frozen=True, slots=True)
class AsOf:
    """How fresh this is: which machines had been heard. No machine is named outside."""

    machines: int  # others of the group
    heard: int  # of them, within the last seven days
    latest: int | None  # ms
    oldest: int | None  # ms; when the one longest silent was last heard; None: some never


@dataclass(frozen=True, slots=True)
class Directory:
    """All that may leave for one audience, sorted: people and places by name, posts newest
    first, repairs by date."""

    group: GroupCard
    audience: Audience
    made: int  # ms
    ends: int  # ms; after that it asks to be thrown away
    as_of: AsOf
    people: tuple[Person, ...] = ()
    posts: tuple[Post, ...] = ()
    places: tuple[Place, ...] = ()
    repairs: tuple[Repair, ...] = ()
    #: Posts with a time ahead that were withdrawn after they had left in a calendar: for calendars
    #: alone, with nothing but what tells them that it does not take place.
    called_off: tuple[Post, ...] = ()


def public_id(record: bytes, what: str = "") -> UUID:
    """The id under which a record is known outside: the same in every export, and no way back
    to the record's own. ``what`` tells apart several things made from one record."""
    from mutualaid.model import keys

    digest = keys.blake2b(record + what.encode(), size=16, person=b"mutualaid/public")
    return UUID(bytes=digest, version=4)
