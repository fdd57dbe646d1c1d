# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The kinds of records, one file each; and the check of what a person typed."""

from collections.abc import Mapping
from typing import Any, Final

from mutualaid.model import search
from mutualaid.model.records import (
    comment,
    contact,
    decision,
    export,
    group,
    import_,
    listed,
    listed_contact,
    listed_word,
    notice,
    person,
    place,
    post,
    repair,
    response,
    sealed,
    thanks,
)
from mutualaid.model.records.checking import check
from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table

__all__ = [
    "REGISTRY",
    "VIEW_VERSION",
    "Field",
    "FieldType",
    "Kind",
    "Record",
    "Rows",
    "Table",
    "check",
    "indexed_texts",
    "table_sql",
    "view",
]

#: Raised with every change to a table, to ``rows`` or to what search covers and how it folds: a
#: database that was built by another version of these rules rebuilds its views.
VIEW_VERSION: Final = 4

REGISTRY: Final[Mapping[str, Kind]] = {
    module.KIND.name: module.KIND
    for module in (
        person,
        post,
        response,
        decision,
        thanks,
        comment,
        repair,
        place,
        notice,
        group,
        contact,
        sealed,
        export,
        listed,
        listed_contact,
        listed_word,
        import_,
    )
}


def table_sql(table: Table) -> tuple[str, ...]:
    """The statements that make one table of a view and its indexes."""
    number = "record INTEGER PRIMARY KEY" if table.one_row else "record INTEGER NOT NULL"
    return (
        f"CREATE TABLE {table.name} ({', '.join((number, *table.columns))})",
        *(
            f"CREATE INDEX {table.name}_{place} ON {table.name} ({columns}){where}{condition}"
            for place, index in enumerate(table.indexes, 1)
            for columns, where, condition in [index.partition(" WHERE ")]
        ),
    )


def view(record: Record) -> tuple[Rows, str]:
    """A record's rows and its folded text for the index ("" where it is not indexed)."""
    kind = REGISTRY[record.kind]
    rows = kind.rows(record)
    if not kind.indexed or not rows:
        return rows, ""
    return rows, search.fold(kind.text_of(rows[kind.tables[0].name][0]))


def indexed_texts(db: Any, kind: Kind, numbers: tuple[int, ...]) -> list[tuple[int, str]]:
    """What the index holds for these records, as ``search.remove`` wants it.

    To be read before the rows of the view are changed or deleted.
    """
    if not kind.indexed:
        return []
    table = kind.tables[0]
    found: list[tuple[int, str]] = []
    for at in range(0, len(numbers), 500):
        some = numbers[at : at + 500]
        marks = ",".join("?" * len(some))
        sql = f"SELECT * FROM {table.name} WHERE record IN ({marks})"
        found.extend((row[0], search.fold(kind.text_of(row[1:]))) for row in db.execute(sql, some))
    return found
