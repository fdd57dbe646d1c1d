# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A database with views and nothing else, to put records into."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlite

from mutualaid.model import outcomes, search
from mutualaid.model.opened import TABLES as OPENED
from mutualaid.model.records import REGISTRY, Record, indexed_texts, table_sql, view
from mutualaid.model.store import all_tables
from mutualaid.model.values import Scalar

NOW = 1_795_000_000_000
MINUTE = 60_000
DAY = 86_400_000


def ident(name: str) -> bytes:
    """An id of 16 bytes for a name."""
    return hashlib.blake2b(name.encode(), digest_size=16).digest()


ME = ident("me")
GROUP = ident("group")


class Neighbourhood:
    """Records and their views, written as the journal's applier writes them."""

    def __init__(self) -> None:
        self.db: Any = sqlite.connect(":memory:", isolation_level=None)
        self.db.execute(
            "CREATE TABLE record (number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, kind TEXT,"
            " owner BLOB, created INTEGER, updated INTEGER, alive INTEGER NOT NULL DEFAULT 0)"
        )
        for table in (*all_tables(), *OPENED.values()):
            for statement in table_sql(table):
                self.db.execute(statement)
        self.db.execute("CREATE TABLE blob (hash BLOB)")
        for statement in search.create_sql():
            self.db.execute(statement)
        self.number = 0

    def put(
        self,
        kind: str,
        fields: Mapping[str, Scalar],
        *,
        owner: bytes = ME,
        created: int = NOW - DAY,
        updated: int | None = None,
        id: bytes | None = None,  # noqa: A002 the name of the field
    ) -> Record:
        self.number += 1
        updated = created if updated is None else updated
        record = Record(
            self.number, id or ident(f"{self.number}"), kind, owner, created, updated, fields
        )
        self.db.execute(
            "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, 1)",
            (record.number, record.id, kind, owner, created, updated),
        )
        rows, text = view(record)
        for table, some in rows.items():
            for row in some:
                marks = ",".join("?" * (len(row) + 1))
                self.db.execute(f"INSERT INTO {table} VALUES ({marks})", (record.number, *row))
        if text:
            search.put(self.db, [(record.number, text)])
        if kind in outcomes.CONCERNED:
            outcomes.follow(self.db, [rows[kind][0][0]], [])
        elif kind == "post":
            outcomes.follow(self.db, outcomes.answered(self.db, [record.id]), [])
        return record

    def take_out(self, record: Record) -> None:
        kind = REGISTRY[record.kind]
        search.remove(self.db, indexed_texts(self.db, kind, (record.number,)))
        for table in kind.tables:
            self.db.execute(f"DELETE FROM {table.name} WHERE record = ?", (record.number,))
        self.db.execute("UPDATE record SET alive = 0 WHERE number = ?", (record.number,))

    def person(self, name: str, **fields: Scalar) -> bytes:
        """A neighbour; returns the member's id."""
        member = ident(name)
        self.put("person", {"name": name, **fields}, owner=member)
        return member

    def post(
        self, title: str = "Soup", *, owner: bytes = ME, created: int = NOW - DAY, **fields: Scalar
    ) -> Record:
        return self.put(
            "post", {"kind": "need", "title": title, **fields}, owner=owner, created=created
        )


@pytest.fixture
def street() -> Iterator[Neighbourhood]:
    made = Neighbourhood()
    yield made
    made.db.close()
