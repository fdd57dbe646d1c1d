# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The group itself: its notices and figures, members, machines and health."""

from dataclasses import dataclass


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
class RotationRow:
    """Somebody changed the group's lock."""

    person: bytes
    who: str
    at: int
    mine: bool


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
class Health:
    """The answer of ``doctor``."""

    ok: bool
    entries: int
    devices: int
    records: int
    view_hash: str
    problems: tuple[str, ...]
