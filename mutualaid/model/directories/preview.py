# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an import would do, line by line, before anything is written; and what undoing one would."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from mutualaid.model.directories.incoming.item import Item, Problem, SeenTable, Sort


class SkipWhy(StrEnum):
    """Why a line adds and changes nothing."""

    KNOWN = "known"  # it is here, and the list says nothing new
    CHANGED_HERE = "changed here"  # somebody here changed what the list would
    PROBABLY_SAME = "probably the same"  # as something that came another way: a person decides
    MEMBER = "member"  # a member, whose page is their own
    TWICE = "twice"  # it stands in the list before
    OVER = "over"  # it ended before today
    BAD = "bad"  # it lacks something, or says what cannot be
    NOT_WANTED = "not wanted"  # of another sort than was asked for, or left out by hand


class FieldChange(NamedTuple):
    """One field that would change; "" where it was, or will be, empty."""

    name: str  # as in the kind of record: "area", "skill:Bread", "contact"
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One record of the list. ``number`` tells it apart within a preview. ``same`` is the record
    here that it is, or probably is; None for one that is new."""

    number: int
    sort: Sort
    where: str  # "line 12"
    title: str
    why: str = ""  # a sentence, of a line that is skipped or needs a word
    skip: SkipWhy | None = None
    fields: tuple[FieldChange, ...] = ()
    same: bytes | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """A file that was read, held against what is here. Nothing has been written.

    ``columns`` and ``sort`` are of the only table of a file that has one; ``tables`` are all.
    ``items`` are in the order of their numbers. ``lines`` are those of the file. ``sort`` is what
    most of it is about.
    """

    format: str
    name: str  # of the file
    hash: bytes  # BLAKE2b-256 of the file
    adds: tuple[PreviewLine, ...] = ()
    changes: tuple[PreviewLine, ...] = ()
    skips: tuple[PreviewLine, ...] = ()
    problems: tuple[Problem, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""
    named: bool = True  # whether somebody, or the file, says what the list is called: ``origin``
    file: str = ""  # what it is called otherwise, but for people: the file's name
    licence: str = ""
    sort: Sort = Sort.PERSON
    tables: tuple[SeenTable, ...] = ()
    items: tuple[Item, ...] = ()
    lines: int = 0

    @property
    def does_nothing(self) -> bool:
        return not self.adds and not self.changes

    @property
    def in_clear(self) -> tuple[str, ...]:
        """What would be kept beside posts and places for everybody in the group to read, as the
        list calls it: of people it is sealed, of repairs it is not kept."""
        return self._beside(Sort.POST, Sort.PLACE)

    @property
    def sealed(self) -> tuple[str, ...]:
        """What of people would be kept beside for who brings the list, and stewards, alone."""
        return self._beside(Sort.PERSON)

    def _beside(self, *sorts: Sort) -> tuple[str, ...]:
        written = (
            self.items[line.number] for line in (*self.adds, *self.changes) if line.sort in sorts
        )
        return tuple(dict.fromkeys(name for item in written for name in item.more))


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """What undoing an import takes away, puts back, and leaves because somebody built on it."""

    removes: tuple[PreviewLine, ...] = ()
    restores: tuple[PreviewLine, ...] = ()
    keeps: tuple[PreviewLine, ...] = ()  # ``why`` says why
