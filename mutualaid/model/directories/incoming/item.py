# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a reader makes of somebody's file: items, and what in it could not be used."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from mutualaid.model.directories.directory import Contact
from mutualaid.model.values import Scalar

#: Called while a file is read, with how much of how much is done; raises to stop.
Tick = Callable[[int, int], None]


class Sort(StrEnum):
    """What a line is about."""

    PERSON = "person"
    POST = "post"
    PLACE = "place"
    REPAIR = "repair"


@dataclass(frozen=True, slots=True)
class Item:
    """One record as a list has it.

    ``key`` is its id there ("" where it has none); ``fields`` are named as in the kind of record
    it becomes (a family as ``skill:bread``) and have not been checked; ``more`` is what the list
    says beside, by the name it has there: kept, shown, and written out again. ``place`` is the
    key of the place it belongs to, in the same file.
    """

    sort: Sort
    key: str
    where: str  # for people: "line 12", "services.csv line 3"
    fields: Mapping[str, Scalar]
    contacts: tuple[Contact, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    updated: int = 0  # ms; when the list says it was changed, or 0


class Problem(NamedTuple):
    """Something that could not be used, or was kept though it is odd."""

    where: str  # "line 12"
    why: str  # a sentence
    kept: bool = False  # the rest of that line was taken


#: In a mapping: this column is left out altogether; "" puts it into ``more``.
LEFT_OUT: Final = "-"


@dataclass(frozen=True, slots=True)
class SeenTable:
    """A table as it was understood: what it is about, which field each column is ("" for one
    that goes into ``more``, :data:`LEFT_OUT` for one that goes nowhere), and the first values of
    each. ``columns`` are named as in the header; where a file has several tables, a mapping names
    them as ``table: column``. ``remembered`` says that it was read as on an earlier day;
    ``unsure`` that it may as well be about something else, so that a person has to say."""

    name: str
    sort: Sort
    columns: Mapping[str, str]
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lines: int = 0
    remembered: bool = False
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was read. ``origin`` and ``licence`` as it states them, "" where it does not;
    ``columns`` is what a table's header said and how each column was understood, "" for one
    that goes into ``more``; of several tables see ``tables``."""

    items: tuple[Item, ...]
    problems: tuple[Problem, ...] = ()
    origin: str = ""
    licence: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    lines: int = 0
    tables: tuple[SeenTable, ...] = ()


#: How a table with this header was read before on this machine: sort and mapping, or None.
Remembered = Callable[[Sequence[str]], "tuple[Sort, Mapping[str, str]] | None"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a file is to be read, where a person said so; None means that it is guessed.
    ``mapping`` is column → field; columns that it does not name are guessed. ``tz`` (a name of the
    IANA database, "" for UTC) is where times without a zone are; ``country`` (three letters) says
    which of day and month goes first where nothing in a table tells. ``encoding`` is the name of
    that of a text file, "" where it is found out."""

    sort: Sort | None = None
    mapping: Mapping[str, str] | None = None
    tz: str = ""
    country: str = ""
    remembered: Remembered | None = None
    encoding: str = ""


class Reader(Protocol):
    """Raises ImportFileError (a sentence) where nothing of the file can be used; a line that
    cannot be used is a Problem. Bounded in memory and time whatever the file says."""

    def __call__(self, path: Path, wanted: Wanted, tick: Tick) -> Read: ...
