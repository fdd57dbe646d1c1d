# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rows of HSDS tables that belong to one record of ours, and how they are kept with it.

What has no field of ours is kept beside the record under ``table.column``, with a number between
for the second row of a table and on: ``phones.2.number``. A value that is too long for one goes on
under ``phones.2.number/2``. Where there are too many cells to keep each by itself, a row is kept
whole, as JSON, under ``phones.3``.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from mutualaid.model.directories.directory import public_id
from mutualaid.model.directories.hsds import terms
from mutualaid.model.directories.hsds.schema import TABLES
from mutualaid.model.directories.hsds.terms import Term
from mutualaid.model.records.sharing import LONGEST_MORE
from mutualaid.model.text import paragraphs

Row = dict[str, str]

#: What is kept with one record at most: names (a view shows 200), cells by themselves, bytes.
MOST_NAMES: Final = 190
MOST_CELLS: Final = 170
MOST_BYTES: Final = 36_000
LONGEST_NAME: Final = 80

_NAME: Final = re.compile(
    r"(?P<table>[a-z_]{1,40})(?:\.(?P<number>\d{1,4}))?(?:\.(?P<column>[^./][^/]{0,60}))?"
    r"(?:/(?P<part>\d{1,2}))?",
    re.ASCII,
)


def sub_id(key: str, what: str) -> str:
    """The id of something that hangs on a record that is known outside as ``key``."""
    return str(public_id(key.encode(), what))


class Bundle:
    """Rows by the stem of their table. ``key`` is the id of the row that stands for the record:
    an organization, a service or a location, as ``entity`` says. ``terms`` are those of ours that
    were said of it."""

    __slots__ = ("entity", "key", "rows", "terms")

    def __init__(self, key: str, rows: Mapping[str, list[Row]] | None = None) -> None:
        self.key = key
        self.rows: dict[str, list[Row]] = dict(rows or {})
        self.terms: set[Term] = set()
        self.entity = "service"
        for stem in ("organizations", "locations"):
            if any(row.get("id", "").lower() == key for row in self.of(stem)):
                self.entity = TABLES[stem].name

    def of(self, stem: str) -> list[Row]:
        return self.rows.get(stem, [])

    def first(self, stem: str) -> Row | None:
        found = self.rows.get(stem)
        return found[0] if found else None

    def add(self, stem: str, row: Row) -> Row:
        """Add a row, without its empty cells; one without an id is given one."""
        rows = self.rows.setdefault(stem, [])
        if "id" not in row:
            row = {"id": sub_id(self.key, f"{stem}/{len(rows) + 1}"), **row}
        row = {column: value for column, value in row.items() if value}
        rows.append(row)
        return row

    def drop(self, stem: str, row: Row) -> None:
        self.rows[stem] = [each for each in self.rows[stem] if each is not row]

    def copy(self) -> "Bundle":
        found = Bundle(self.key)
        found.rows = {stem: [dict(row) for row in rows] for stem, rows in self.rows.items()}
        found.entity, found.terms = self.entity, set(self.terms)
        return found

    # -- our own attributes

    def attributes(self) -> Iterator[tuple[Row, Term]]:
        """The attributes that are terms of ours."""
        ours = terms.known(self.of("taxonomy_terms"))
        for row in self.of("attributes"):
            term = ours.get(row.get("taxonomy_term_id", "").lower())
            if term is not None:
                yield row, term

    def details(self) -> dict[str, list[tuple[str, str]]]:
        """Detail → (type of the link, value), in the order of the file."""
        found: dict[str, list[tuple[str, str]]] = {}
        for row, term in self.attributes():
            if term.family == "detail":
                said = (row.get("link_type", ""), row.get("value", ""))
                found.setdefault(term.said, []).append(said)
        return found

    def say(self, term: Term, value: str = "", link_type: str = "", *, link_id: str = "") -> None:
        """Add an attribute of ours, of the row with the key or of another organization
        (``link_id``). Its id follows from what it says."""
        self.terms.add(term)
        link_type = link_type or term.family
        self.add(
            "attributes",
            {
                "id": sub_id(link_id or self.key, f"{term.code}/{link_type}/{value}"),
                "link_id": link_id or self.key,
                "taxonomy_term_id": term.id,
                "link_type": link_type,
                "link_entity": "organization" if link_id else self.entity,
                "value": value,
            },
        )


def keep(bundle: Bundle) -> tuple[dict[str, str], int]:
    """What of these rows is kept with the record, by name; and how many cells found no room."""
    more: dict[str, str] = {}
    size = lost = cells = 0
    order = {stem: place for place, stem in enumerate(TABLES)}
    for stem, rows in sorted(bundle.rows.items(), key=lambda each: order.get(each[0], 99)):
        for number, row in enumerate(rows, 1):
            filled = {column: value for column, value in row.items() if value}
            base = stem if number == 1 else f"{stem}.{number}"
            names = [f"{base}.{column}" for column in filled]
            each = (
                cells + len(filled) <= MOST_CELLS
                and all(len(name) <= LONGEST_NAME - 3 and _NAME.fullmatch(name) for name in names)
                and all(_is_kept_as_it_is(value) for value in filled.values())
            )
            if each:
                pairs = [
                    pair
                    for name, value in zip(names, filled.values(), strict=True)
                    for pair in _parts(name, value)
                ]
            else:
                # As ASCII on one line it is taken as it stands, whatever there is in it.
                pairs = list(_parts(f"{stem}.{number}", json.dumps(filled)))
            weight = sum(len(name) + len(value.encode()) + 8 for name, value in pairs)
            if len(more) + len(pairs) > MOST_NAMES or size + weight > MOST_BYTES:
                lost += len(filled)
                continue
            more.update(pairs)
            size += weight
            cells += len(filled) if each else 0
    return more, lost


def _is_kept_as_it_is(value: str) -> bool:
    if value.isascii() and value.isprintable():
        return value[0] != " " != value[-1]
    return value == paragraphs(value)


def _parts(name: str, value: str) -> Iterator[tuple[str, str]]:
    """A value in pieces that are kept as they are: none begins or ends with a space."""
    start, part = 0, 1
    while start < len(value) or part == 1:
        end = min(len(value), start + LONGEST_MORE)
        while (
            end < len(value)
            and end > start + 1
            and (value[end - 1].isspace() or value[end].isspace())
        ):
            end -= 1
        yield (name if part == 1 else f"{name}/{part}"), value[start:end]
        start, part = end, part + 1


def unkeep(key: str, more: Mapping[str, str]) -> tuple[Bundle, dict[str, str]]:
    """The rows that were kept with a record, and what was kept there of other lists. A row of
    which only some cells were kept may have no id."""
    pieces: dict[tuple[str, int, str], dict[int, str]] = {}
    rest: dict[str, str] = {}
    for name, value in more.items():
        found = _NAME.fullmatch(name)
        if found is None or found["table"] not in TABLES:
            rest[name] = value
            continue
        if not found["number"] and not found["column"]:
            rest[name] = value
            continue
        at = (found["table"], int(found["number"] or 1), found["column"] or "")
        pieces.setdefault(at, {})[int(found["part"] or 1)] = value
    rows: dict[tuple[str, int], Row] = {}
    for (stem, number, column), parts in sorted(pieces.items()):
        text = "".join(value for _, value in sorted(parts.items()))
        row = rows.setdefault((stem, number), {})
        if column:
            row[column] = text
        else:
            row.update(_row(text))
    tables: dict[str, list[Row]] = {}
    for (stem, _number), row in sorted(rows.items(), key=lambda each: each[0][1]):
        if row:
            tables.setdefault(stem, []).append(row)
    return Bundle(key, tables), rest


def _row(text: str) -> Row:
    """A row that was kept as JSON; an empty one where it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str) and value}
