# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The immutable values that pass between the rooms: what queries return and commands take.

Ids are 16-byte ``bytes``. ``code`` is the short readable form of a record id (see ``codes``).
Times are milliseconds since 1970 UTC, as ``int``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

#: A value of one field of a record. ``Millis`` is an ``int`` that automerge keeps as a timestamp.
Scalar = str | int | float | bool | bytes | None


class Millis(int):
    """Milliseconds since 1970-01-01 UTC; written to automerge as a timestamp, not an integer."""

    __slots__ = ()


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


class SkillLevel(StrEnum):
    CAN = "can"
    TEACH = "teach"
    LEARN = "learn"


class PostStatus(StrEnum):
    """Derived from the owner's decisions, the responses and (``EXPIRED`` only) the present time."""

    OPEN = "open"
    OFFERED = "offered"
    PARKED = "parked"
    DONE = "done"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class RepairOutcome(StrEnum):
    """Repair status of the Open Repair Data Standard 0.3."""

    UNKNOWN = "unknown"
    FIXED = "fixed"
    REPAIRABLE = "repairable"
    END_OF_LIFE = "end_of_life"


class PlaceKind(StrEnum):
    ORGANIZATION = "organization"
    HUB = "hub"
    KITCHEN = "kitchen"
    CLINIC = "clinic"
    WORKSHOP = "workshop"
    REPAIR = "repair"


# -- what changed -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What one commit changed, told to every view.

    ``records`` maps the name of a kind ("post", "person", …) to the local record numbers that
    were added, changed or removed. ``everything`` is set where the list would be too long
    (first sync, rebuild): views then read anew. ``members`` says that membership, devices or the
    group's own settings changed. ``created`` is the record that a command made, if it made one.
    """

    records: Mapping[str, frozenset[int]] = field(default_factory=dict)
    everything: bool = False
    members: bool = False
    created: bytes | None = None

    def concerns(self, *kinds: str) -> bool:
        """Whether a view that shows records of these kinds has to look again."""
        return self.everything or any(self.records.get(kind) for kind in kinds)


NOTHING_CHANGED: Final = ChangeSet()


# -- posts ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PostDraft:
    """What a person typed into the form for a need or an offer; checked by ``Group.post``.

    ``expires`` is a time in ms; None with ``standing`` false means the kind's default (30 days;
    food 3 days). ``parts`` is how many can be taken separately (1 to 99).
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
    responses: int
    created: int
    updated: int
    expires: int | None  # None: standing


@dataclass(frozen=True, slots=True)
class Conflict:
    """A second value for a field, written apart from the one that stands."""

    field: str
    value: Scalar
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class ResponseRow:
    number: int
    id: bytes
    code: str
    who: str
    person: bytes
    note: str
    state: str
    created: int
    mine: bool


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


# -- people, skills, fixers, places -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Skill:
    name: str
    level: SkillLevel
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fix:
    """A product category (Open Repair Data name) that a person or place repairs."""

    category: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    number: int
    id: bytes
    code: str
    person: bytes  # the member
    name: str
    area: str
    languages: tuple[str, ...]
    availability: str
    skills: tuple[Skill, ...]
    fixes: tuple[Fix, ...]
    mine: bool
    outcomes: bool = False  # whether others see what came of this person's repairs


@dataclass(frozen=True, slots=True)
class FixerRow:
    """A person or a place that repairs one product category, with what came of it."""

    number: int
    id: bytes
    code: str
    name: str
    kind: str  # "person" or "place"
    category: str
    note: str
    area: str
    when: str  # availability of a person, hours of a place
    level: SkillLevel | None
    attempts: int
    fixed: int
    last: str  # date of the last attempt, YYYY-MM-DD, or ""
    mine: bool


@dataclass(frozen=True, slots=True)
class FixCategoryRow:
    """One line of the list of product categories."""

    category: str
    fixers: int  # people and places that can
    learners: int
    attempts: int
    places: int = 0  # how many of the fixers are places


@dataclass(frozen=True, slots=True)
class RepairDraft:
    category: str
    outcome: RepairOutcome
    item: str = ""  # in the person's words: "Rice cooker"
    brand: str = ""
    problem: str = ""
    barrier: str = ""
    date: str = ""  # YYYY-MM-DD; "" is today
    place: bytes | None = None
    year: str = ""
    age: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class RepairRow:
    number: int
    id: bytes
    code: str
    category: str
    item: str
    brand: str
    problem: str
    outcome: RepairOutcome
    barrier: str
    date: str
    place_name: str
    who: str
    mine: bool


@dataclass(frozen=True, slots=True)
class PlaceDraft:
    name: str
    kind: PlaceKind = PlaceKind.ORGANIZATION
    area: str = ""
    address: str = ""
    hours: str = ""  # canonical text of structured hours, see records.place
    about: str = ""
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceRow:
    number: int
    id: bytes
    code: str
    name: str
    kind: PlaceKind
    area: str
    address: str
    hours: str
    about: str
    fixes: tuple[Fix, ...]
    attempts: int
    fixed: int
    last_confirmed: int | None
    editable: bool


@dataclass(frozen=True, slots=True)
class NoticeRow:
    number: int
    id: bytes
    code: str
    text: str
    who: str
    created: int
    expires: int | None
    mine: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures for the chips and badges of the window."""

    needs: int
    offers: int
    people: int
    places: int


# -- machines ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MachineRow:
    """A device of the group as this machine knows it."""

    device: bytes
    name: str  # "Ana's machine", "Ana's second machine"
    person: str
    this: bool
    last_heard: int | None
    behind: int | None  # how many of the entries held here it is not known to hold; None unknown
    frozen: bool


@dataclass(frozen=True, slots=True)
class Reached:
    """What *reached n of m machines* says: of my newest entry."""

    reached: int
    machines: int
    last: int | None  # when the last statement that counts was made


@dataclass(frozen=True, slots=True)
class MemberRow:
    person: bytes
    code: str
    name: str
    role: str
    role_until: int | None
    devices: int
    joined: int
    removed: bool


@dataclass(frozen=True, slots=True)
class ImportProblem:
    line: int
    why: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: records added, rows already known, rows refused with their line."""

    added: int
    known: int
    places: int
    problems: tuple[ImportProblem, ...]


@dataclass(frozen=True, slots=True)
class Health:
    """The answer of ``doctor``."""

    ok: bool
    entries: int
    devices: int
    records: int
    view_hash: str
    problems: tuple[str, ...]
