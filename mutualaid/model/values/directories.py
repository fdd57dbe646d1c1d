# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may leave, for whom; what would leave, and what did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mutualaid.model.values.talking import Audience


class ShareField(StrEnum):
    """What each person says of themselves may leave, and for whom; contacts have an audience of
    their own. Unsaid means ``group``: it does not leave."""

    NAME = "name"  # without it nothing else of a page leaves
    AREA = "area"
    LANGUAGES = "languages"
    AVAILABILITY = "availability"
    SKILLS = "skills"
    FIXES = "fixes"
    REPAIRS = "repairs"  # attempts written down by this person
    POSTS = "posts"  # needs and offers that say nothing else themselves
    HELPING = "helping"  # that this person goes or went to help


@dataclass(frozen=True, slots=True)
class PostShares:
    """For whom a post may leave, its photos, and the name of the person it is for."""

    post: Audience
    photos: Audience
    on_behalf_of: Audience


class HeldWhy(StrEnum):
    NO_CONSENT = "no consent"  # its owner did not agree to this audience
    NO_NAME = "no name"  # the name does not leave, so neither does the page
    NO_CONTACT = "no contact"  # a format wants one, and there is none that may leave
    LEFT_OUT = "left out"  # by hand
    FORMAT = "format"  # this format cannot hold it
    PAST = "past"  # not open any more


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A record that would leave, and which of its fields."""

    sort: str  # person, post, place, repair
    id: bytes
    code: str
    title: str  # as the group sees it
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """Something that stays: a whole record (``field`` is ""), or one field of one that leaves.
    ``format`` names the format that holds it back, "" for all."""

    sort: str
    id: bytes
    code: str
    title: str
    field: str
    why: HeldWhy
    format: str = ""
    said: str = ""  # a sentence, where the format has one


@dataclass(frozen=True, slots=True)
class Loss:
    """A field that a format cannot carry, and how many records have one."""

    format: str
    field: str  # "post.mode"
    count: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class ExportRow:
    """An export in the group's log."""

    number: int
    id: bytes
    code: str
    who: str
    mine: bool
    created: int  # ms
    audience: Audience
    formats: tuple[str, ...]  # names of formats, or "print:board"
    people: int
    posts: int
    places: int
    repairs: int
    ends: int  # ms
    ended: bool
    hash: bytes  # BLAKE2b-256 over names and bytes of what left
    failed: bool = False  # written into the log, but then could not be written to its place


@dataclass(frozen=True, slots=True)
class ExportedRow:
    """An export that something of mine went out with."""

    export: ExportRow
    fields: tuple[str, ...]  # ShareField values, "contact:phone", "post:CODE"


@dataclass(frozen=True, slots=True)
class GroupContact:
    """How the group shows itself outside: see ``directories.directory.GroupCard``. ``points`` is
    area → (latitude, longitude)."""

    about: str = ""
    email: str = ""
    phone: str = ""
    form: str = ""
    where: str = ""
    points: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownWord:
    """Somebody's word that a person who is known of was asked and agreed."""

    by: str  # a name
    mine: bool
    steward: bool  # only such a word counts beyond the group
    how: str
    audience: Audience


@dataclass(frozen=True, slots=True)
class KnownRow:
    """Somebody from a list who is no member. Contacts are there only once they agreed; ``sealed``
    and ``more`` only for those to whom they are sealed: who brought the list, and stewards."""

    number: int
    id: bytes
    code: str
    name: str
    area: str
    languages: tuple[str, ...]
    availability: str
    skills: tuple[str, ...]
    fixes: tuple[str, ...]
    origin: str
    licence: str
    words: tuple[KnownWord, ...]  # who noted that they agreed, mine first, then stewards'
    contacts: tuple[tuple[str, str], ...]  # by those whose word it is
    sealed: tuple[tuple[str, str], ...]  # what would be shown
    has_contacts: bool
    mine: bool  # whether I brought them in
    more: Mapping[str, str] = field(default_factory=dict)  # what the list says beside

    @property
    def agreed(self) -> str:
        """How they agreed, and who says so; "" while nobody does."""
        return "; ".join(f"{word.how} ({word.by})" for word in self.words)

    @property
    def leaves_for(self) -> Audience | None:
        """For whom their page may be: of stewards' words the narrowest; without one the group;
        None while they were not asked."""
        if not self.words:
            return None
        ladder = list(Audience)
        said = [word.audience for word in self.words if word.steward]
        return min(said, key=ladder.index, default=Audience.GROUP)


@dataclass(frozen=True, slots=True)
class ImportRow:
    """An import, as the group sees it."""

    id: bytes
    code: str
    who: str
    mine: bool
    created: int  # ms
    format: str
    origin: str
    licence: str
    added: int
    changed: int
    undone: bool
