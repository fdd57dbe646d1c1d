# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""People, what they can do and repair, and the places of a neighbourhood."""

from dataclasses import dataclass
from enum import StrEnum

from mutualaid.model.values.talking import ContactKind


class SkillLevel(StrEnum):
    CAN = "can"
    TEACH = "teach"
    LEARN = "learn"


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
    limit: int | None = None  # at most so many promises at once, as they have stated


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
    contacts: tuple[tuple[ContactKind, str], ...] = ()  # at most one of a kind
    point: str = ""  # "latitude,longitude" in degrees, see records.sharing


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
    contacts: tuple[tuple[ContactKind, str], ...] = ()
    point: str = ""
