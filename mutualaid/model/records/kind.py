# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a kind of record is: its fields, its rules, its rows in the views.

Adding a kind means one file beside this one and one line in the registry (``records``). A record
is a flat map from field name to scalar. A list of things (skills, fixes) is a family of fields
with a common prefix (``skill:bread`` → ``teach``), so that two machines that add different things
at once lose neither.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from operator import itemgetter
from typing import Any

from mutualaid.model.values import Scalar


class FieldType(Enum):
    TEXT = "text"  # one line
    LONG_TEXT = "long text"
    CHOICE = "choice"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    BYTES = "bytes"
    PACKED = "packed"  # bytes of any length up to ``longest``
    TIME = "time"  # ms since 1970 UTC


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind. ``prefix`` makes it a family: the name is followed by any key.

    ``label`` names it in sentences ("title"). ``clean`` makes what a person typed canonical, or
    raises BadValueError; for a family it is given the key instead of the value. ``settle`` says,
    of several values that were written apart, which stands; without it the journal's rule does.
    """

    name: str
    type: FieldType = FieldType.TEXT
    longest: int = 200  # characters or bytes
    choices: tuple[str, ...] = ()
    required: bool = False
    prefix: bool = False
    least: int = 0
    most: int = 2**53
    label: str = ""
    clean: Callable[[str], str] | None = None
    longest_key: int = 80  # of a family: characters
    settle: Callable[[Sequence[Scalar]], Scalar] | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A record as its counting changes make it; what views are made from."""

    number: int
    id: bytes
    kind: str
    owner: bytes  # a person id, or the group id
    created: int
    updated: int
    fields: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a view. Its first column is always ``record INTEGER``, the record's number.

    ``one_row`` tables have it as primary key. ``columns`` are SQL column definitions after it;
    ``indexes`` are SQL column lists, each with its ``WHERE`` where it is of some rows only.
    """

    name: str
    columns: tuple[str, ...]
    indexes: tuple[str, ...] = ()
    one_row: bool = True


#: Table name → rows without the leading record number.
Rows = Mapping[str, Sequence[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record. ``rows`` is pure and never raises on odd values: what another version or
    a hostile member wrote is read as absent, and a record that lacks what it cannot be shown
    without has no rows.

    ``indexed`` names the text columns of the first table that search covers. The text is made
    from the row alone (:meth:`text_of`), so that the very same text is at hand when
    the row is taken out of the index.
    """

    name: str
    fields: tuple[Field, ...]
    tables: tuple[Table, ...] = ()
    rows: Callable[[Record], Rows] = lambda record: {}
    indexed: tuple[str, ...] = ()
    mark: str = ""  # put before the text: makes its first word one that nobody types
    group_may_own: bool = False
    person_may_own: bool = True
    only_one: bool = False  # an owner has one of them: its nonce is zero
    by_name: Mapping[str, Field] = field(init=False, repr=False, compare=False)
    _texts: Callable[[tuple[Any, ...]], Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {each.name: each for each in self.fields})
        columns = [column.split()[0] for column in self.tables[0].columns] if self.tables else []
        places = [columns.index(column) for column in self.indexed]
        object.__setattr__(self, "_texts", itemgetter(*places) if places else lambda row: ())

    def field_of(self, name: str) -> Field | None:
        """The field with this name, or the family to which it belongs; None if there is none."""
        found = self.by_name.get(name)
        if found is not None:
            return None if found.prefix else found
        family, colon, key = name.partition(":")
        found = self.by_name.get(family + colon)
        return found if found is not None and found.prefix and key else None

    def settled(
        self, fields: Mapping[str, Scalar], apart: Mapping[str, Sequence[Scalar]]
    ) -> Mapping[str, Scalar]:
        """The fields as they are shown; ``apart`` has the values of a field written apart from
        the one that stands in ``fields``."""
        changed: dict[str, Scalar] = {}
        for name, values in apart.items():
            found = self.field_of(name)
            if found is not None and found.settle is not None:
                changed[name] = found.settle((fields[name], *values))
        return {**fields, **changed} if changed else fields

    def text_of(self, row: tuple[Any, ...]) -> str:
        """The text that search covers, from a row of the first table without its number."""
        return self.mark + " ".join(self._texts(row)) if self.indexed else ""

    def search_text(self, record: Record) -> str:
        """The text that search covers, not yet folded; empty if the record is not searched for
        by the index."""
        if not self.indexed:
            return ""
        rows = self.rows(record).get(self.tables[0].name)
        return self.text_of(rows[0]) if rows else ""
