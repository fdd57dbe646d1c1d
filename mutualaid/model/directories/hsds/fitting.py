# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of lists of others, made to fit the tables of HSDS before they go out again.

What came in may have cells of the wrong type, references to nothing, or lack what must be filled.
It goes out without what does not fit, and the row as it came goes along in an attribute of ours,
from which reading puts it back: nothing is lost, and every package is valid.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from mutualaid.model.directories.hsds.bundle import Bundle, Row, sub_id
from mutualaid.model.directories.hsds.place import UNNAMED
from mutualaid.model.directories.hsds.schema import BY_RESOURCE, TABLES, Table, is_uuid
from mutualaid.model.directories.hsds.terms import Term

#: What stands in for something that must be filled and is not: another column, then these words.
_INSTEAD: Final[Mapping[str, tuple[str, str]]] = {
    "organizations.name": ("alternate_name", UNNAMED),
    "organizations.description": ("name", UNNAMED),
    "services.name": ("alternate_name", UNNAMED),
    "services.status": ("", "active"),
    "locations.location_type": ("", "physical"),
    "programs.description": ("name", ""),
    "taxonomies.description": ("name", ""),
    "taxonomy_terms.description": ("name", ""),
}
#: Said of an organization that stands for one that its list does not have.
MADE_UP: Final = "made up"
_ROW: Final = Term("detail", "row")


def fit(bundles: Iterable[Bundle], present: Mapping[str, Iterable[str]]) -> Iterator[Bundle]:
    """The same bundles with rows that fit. ``present`` has, by the stem of a table, ids that are
    there beside."""
    whole = [_Original(bundle.copy(), bundle) for bundle in bundles]
    _with_uuids([each.changed for each in whole])
    organizations = {row.get("id") for each in whole for row in each.changed.of("organizations")}
    organizations.update(present.get("organizations", ()))
    for each in whole:
        _with_organizations(each.changed, organizations)
    ids = {stem: set(found) for stem, found in present.items()}
    for each in whole:
        for stem, rows in each.changed.rows.items():
            ids.setdefault(stem, set()).update(row.get("id", "") for row in rows)
    ours = set(present.get("taxonomy_terms", ()))
    while True:
        fitter = _Fitter(ids, ours)
        found = [fitter.bundle(each) for each in whole]
        left = {stem: set(present.get(stem, ())) | fitter.taken.get(stem, set()) for stem in ids}
        if left == ids:
            yield from found
            return
        ids = left  # a row that cannot go takes along what must refer to it


class _Original(NamedTuple):
    """The rows of a bundle as they are changed, and, at the same places, as they came."""

    changed: Bundle
    original: Bundle


def _with_uuids(bundles: Iterable[Bundle]) -> None:
    """Give ids that are no UUIDs one, here and where they are referred to."""
    whole = list(bundles)
    odd = {
        own.lower(): sub_id("", own.lower())
        for bundle in whole
        for rows in bundle.rows.values()
        for row in rows
        if (own := row.get("id", "")) and not is_uuid(own)
    }
    if not odd:
        return
    for bundle in whole:
        for stem, rows in bundle.rows.items():
            for row in rows:
                for column in TABLES[stem].columns:
                    value = row.get(column.name, "").lower()
                    if column.type == "uuid" and value in odd:
                        row[column.name] = odd[value]
        bundle.key = odd.get(bundle.key, bundle.key)


def _with_organizations(bundle: Bundle, known: set[str | None]) -> None:
    """Every service needs an organization: one that its list does not have is made up from it."""
    for row in bundle.of("services"):
        wanted = row.get("organization_id", "")
        if wanted in known:
            continue
        own = wanted if is_uuid(wanted) else sub_id(bundle.key, "organization")
        row["organization_id"] = own
        name = row.get("name") or UNNAMED
        said = {"id": own, "name": name, "description": row.get("description") or name}
        bundle.add("organizations", said)
        bundle.say(Term("detail", "record"), MADE_UP, "record", link_id=own)
        known.add(own)


class AsItCame(NamedTuple):
    """A row that did not fit, and the id of the one that went in its place, "" for none."""

    stem: str
    row: Row
    instead: str


def as_it_came(value: str) -> AsItCame | None:
    """What an attribute brings back, or None for one that does not."""
    try:
        said = json.loads(value)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or said.get("table") not in TABLES:
        return None
    row, instead = said.get("row"), said.get("instead", "")
    if not isinstance(row, dict) or not isinstance(instead, str):
        return None
    texts = {name: text for name, text in row.items() if isinstance(text, str) and text}
    return AsItCame(said["table"], texts, instead)


def _said(stem: str, row: Row, instead: str) -> str:
    said = {"table": stem, "row": row, "instead": instead}
    return json.dumps(said, ensure_ascii=False)


class _Fitter:
    """One round. ``taken`` has the ids of the rows that go, by the stem of their table."""

    def __init__(self, ids: Mapping[str, set[str]], ours: set[str]) -> None:
        self._ids = ids
        self._ours = ours  # terms: what is said by them was just said
        self._seen: dict[tuple[str, str], Row] = {}  # as they came
        self._once: set[tuple[str, str, str]] = set()
        self.taken: dict[str, set[str]] = {}

    def bundle(self, each: _Original) -> Bundle:
        bundle, original = each
        found = Bundle(bundle.key)
        found.entity = bundle.entity
        found.terms = set(bundle.terms)
        unfit: list[tuple[str, Row, str]] = []
        for stem, rows in bundle.rows.items():
            came = original.of(stem)
            for place, row in enumerate(rows):
                before = came[place] if place < len(came) else row
                same = self._seen.setdefault((stem, row.get("id", "")), row)
                if same is not row:
                    if same != row:  # two lists, or two rows of one, use the same id
                        unfit.append((stem, before, ""))
                    continue
                fitting = self._row(TABLES[stem], row)
                if fitting is not None:
                    self.taken.setdefault(stem, set()).add(fitting["id"])
                    found.rows.setdefault(stem, []).append(fitting)
                if fitting != before and row.get("taxonomy_term_id") not in self._ours:
                    unfit.append((stem, before, fitting["id"] if fitting else ""))
        for stem, before, instead in unfit:
            found.say(_ROW, _said(stem, before, instead), stem)
        return found

    def _row(self, table: Table, row: Row) -> Row | None:
        """The row with what fits of it, or None where it cannot go at all."""
        fitting: Row = {}
        for column in table.columns:
            value = row.get(column.name, "")
            if value and not self._fits(table, column.name, value):
                value = ""
            if not value and column.required:
                value = self._instead(table, column.name, row)
                if not value:
                    return None
            if value:
                fitting[column.name] = value
        for column in table.columns:
            if column.unique and column.name in fitting and column.name != "id":
                self._once.add((table.stem, column.name, fitting[column.name]))
        return fitting

    def _fits(self, table: Table, name: str, value: str) -> bool:
        column = table.by_name[name]
        if not column.takes(value):
            return False
        if column.refers and value not in self._ids.get(BY_RESOURCE[column.refers].stem, ()):
            return False
        return not (column.unique and (table.stem, name, value) in self._once)

    def _instead(self, table: Table, name: str, row: Row) -> str:
        other, words = _INSTEAD.get(f"{table.stem}.{name}", ("", ""))
        return row.get(other, "") or words
