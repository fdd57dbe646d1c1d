# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What holds for every kind of record."""

from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlite
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.model import search
from mutualaid.model.records import REGISTRY, Kind, Record, indexed_texts, table_sql, view
from mutualaid.model.values import Millis, Scalar

kinds = pytest.mark.parametrize("kind", REGISTRY.values(), ids=lambda kind: kind.name)

odd_values: st.SearchStrategy[Scalar] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.integers(0, 2**50).map(Millis),
    st.floats(),
    st.text(st.characters(exclude_categories=()), max_size=300),
    st.binary(max_size=20),
    st.binary(min_size=16, max_size=16),
    st.sampled_from(
        ("need", "offer", "can", "learn", "fixed", "Kettle", "2026-11-22", "2026-99-99")
    ),
)


def names(kind: Kind) -> st.SearchStrategy[str]:
    """Names of fields: ours, with any key where it is a family, and those of later versions."""
    keys = st.sampled_from(("", "kettle", "Kettle", "bread", " ", "a:b", "\x00", "é" * 200))
    return st.one_of(
        st.text(max_size=10),
        *(
            keys.map(lambda key, name=each.name: name + key) if each.prefix else st.just(each.name)
            for each in kind.fields
        ),
    )


def database() -> Any:
    db = sqlite.connect(":memory:", isolation_level=None)
    for table in (table for kind in REGISTRY.values() for table in kind.tables):
        for statement in table_sql(table):
            db.execute(statement)
    for statement in search.create_sql():
        db.execute(statement)
    return db


@kinds
def test_the_registry_names_each_kind_by_its_name(kind: Kind) -> None:
    assert REGISTRY[kind.name] is kind
    assert len({each.name for each in kind.fields}) == len(kind.fields)


def test_no_two_kinds_share_a_table() -> None:
    tables = [table.name for kind in REGISTRY.values() for table in kind.tables]
    assert len(tables) == len(set(tables))


@kinds
def test_families_and_fields_are_told_apart(kind: Kind) -> None:
    for each in kind.fields:
        assert (kind.field_of(each.name) is None) == each.prefix
        if each.prefix:
            assert kind.field_of(f"{each.name}x") is each
        else:
            assert kind.field_of(f"{each.name}x") is None
    assert kind.field_of("") is None
    assert kind.field_of("no such field") is None


@kinds
@given(data=st.data())
def test_odd_values_make_rows_that_the_database_takes(kind: Kind, data: st.DataObject) -> None:
    fields = data.draw(st.dictionaries(names(kind), odd_values, max_size=12))
    record = Record(7, b"r" * 16, kind.name, b"o" * 16, 1000, 2000, fields)
    rows, text = view(record)
    assert (rows, text) == view(record)
    assert text == search.fold(kind.search_text(record))
    db = database()
    for table in kind.tables:
        for row in rows.get(table.name, ()):
            marks = ",".join("?" * (len(table.columns) + 1))
            db.execute(f"INSERT INTO {table.name} VALUES ({marks})", (7, *row))
    if text:
        assert indexed_texts(db, kind, (7,)) == [(7, text)]
        search.put(db, [(7, text)])
        search.remove(db, indexed_texts(db, kind, (7,)))
    assert indexed_texts(db, kind, (8,)) == []
    db.close()


@kinds
def test_a_record_without_fields_is_not_shown(kind: Kind) -> None:
    record = Record(1, b"r" * 16, kind.name, b"o" * 16, 0, 0, {})
    assert view(record) == ({}, "")
