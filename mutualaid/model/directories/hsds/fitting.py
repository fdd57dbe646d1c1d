# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of lists of others, made to fit the tables of HSDS before they go out again.

What came in may have cells of the wrong type, references to nothing, or lack what must be filled.
It goes out without what does not fit, and the row as it came goes along in an attribute of ours,
from which reading puts it back: nothing is lost, and every package is valid.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from mutualaid.model.directories.hsds.bundle import Bundle, Row, sub_id
from mutualaid.model.directories.hsds.schema import BY_RESOURCE, TABLES, Table, is_uuid
from mutualaid.model.directories.hsds.terms import Term

#: What stands in for something that must be filled and is not: another column, or these words.
_INSTEAD: Final[Mapping[str, tuple[str, str]]] = {
    "organizations.name": ("alternate_name", ""),
    "organizations.description": ("name", ""),
    "services.name": ("alternate_name", ""),
    "services.status": ("", "active"),
    "locations.location_type": ("", "physical"),
    "programs.description": ("name", ""),
    "taxonomies.description": ("name", ""),
    "taxonomy_terms.description": ("name", ""),
}
_ROW: Final = Term("detail", "row")


def fit(bundles: Iterable[Bundle], present: Mapping[str, Iterable[str]]) -> Iterator[Bundle]:
    """The same bundles with rows that fit. ``present`` has, by the stem of a table, ids that are
    there beside."""
    whole = list(bundles)
    for bundle in whole:
        _with_organizations(bundle, whole, present)
    ids = {stem: set(found) for stem, found in present.items()}
    for bundle in whole:
        for stem, rows in bundle.rows.items():
            ids.setdefault(stem, set()).update(row.get("id", "") for row in rows)
    while True:
        fitter = _Fitter(ids)
        found = [fitter.bundle(bundle) for bundle in whole]
        left = {stem: set(present.get(stem, ())) | fitter.taken.get(stem, set()) for stem in ids}
        if left == ids:
            yield from found
            return
        ids = left  # a row that cannot go takes along what must refer to it


def _with_organizations(
    bundle: Bundle, whole: Iterable[Bundle], present: Mapping[str, Iterable[str]]
) -> None:
    """Every service needs an organization: one that its list does not have is made up from it."""
    known = {row.get("id") for each in whole for row in each.of("organizations")}
    known.update(present.get("organizations", ()))
    for row in bundle.of("services"):
        wanted = row.get("organization_id", "")
        if wanted in known or not row.get("name"):
            continue
        own = wanted if is_uuid(wanted) else sub_id(bundle.key, "organization")
        said = {
            "id": own,
            "name": row["name"],
            "description": row.get("description") or row["name"],
        }
        if wanted != own:
            bundle.say(_ROW, _said("services", row), "services")
            row["organization_id"] = own
        bundle.add("organizations", said)
        known.add(own)


def as_it_came(value: str) -> tuple[str, Row] | None:
    """The table and the row that an attribute brings back, or None for one that does not."""
    try:
        said = json.loads(value)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or said.get("table") not in TABLES:
        return None
    row = said.get("row")
    if not isinstance(row, dict):
        return None
    return said["table"], {
        name: text for name, text in row.items() if isinstance(text, str) and text
    }


def _said(stem: str, row: Row) -> str:
    return json.dumps({"table": stem, "row": row}, ensure_ascii=False)


class _Fitter:
    """One round. ``taken`` has the ids of the rows that go, by the stem of their table."""

    def __init__(self, ids: Mapping[str, set[str]]) -> None:
        self._ids = ids
        self._seen: dict[tuple[str, str], Row] = {}  # as they came
        self._once: set[tuple[str, str, str]] = set()
        self.taken: dict[str, set[str]] = {}

    def bundle(self, bundle: Bundle) -> Bundle:
        found = Bundle(bundle.key)
        found.entity = bundle.entity
        found.terms = set(bundle.terms)
        unfit: list[tuple[str, Row]] = []
        for stem, rows in bundle.rows.items():
            for row in rows:
                before = self._seen.setdefault((stem, row.get("id", "")), row)
                if before is not row:
                    if before != row:  # two lists, or two rows of one, use the same id
                        unfit.append((stem, row))
                    continue
                fitting = self._row(TABLES[stem], row)
                if fitting is not None:
                    self.taken.setdefault(stem, set()).add(fitting["id"])
                    found.rows.setdefault(stem, []).append(fitting)
                if fitting != row:
                    unfit.append((stem, row))
        for stem, row in unfit:
            found.say(_ROW, _said(stem, row), stem)
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
        return row.get(other, "") if other else words
