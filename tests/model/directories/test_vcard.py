# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Address books: what we write, other people's readers read; and out and in is the same."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from mutualaid.model.directories.directory import Directory, Person, Place, public_id
from mutualaid.model.directories.formats import format_named
from mutualaid.model.directories.incoming.item import Item, Sort, Wanted
from mutualaid.model.directories.incoming.vcard import read
from tests.helpers.examples import examples as tries
from tests.model.directories import as_fields, examples, strategies

FORMAT = format_named("vcard")


def written(directory: Directory) -> bytes:
    (file,) = FORMAT.files(directory, lambda: None)
    assert file.path.endswith(FORMAT.suffix)
    return b"".join(file.chunks)


def back(data: bytes, tmp_path: Path) -> tuple[Item, ...]:
    path = tmp_path / "book.vcf"
    path.write_bytes(data)
    found = read(path, Wanted(), lambda done, whole: None)
    assert found.problems == ()
    return found.items


def assert_same(records: tuple[Person, ...] | tuple[Place, ...], items: list[Item]) -> None:
    assert len(items) == len(records)
    for record, item in zip(records, items, strict=True):
        assert item.key == str(public_id(record.id))
        assert as_fields.said(item) == as_fields.carried(record, FORMAT)
        assert item.contacts == tuple(dict.fromkeys(record.contacts))
        assert item.more == record.more
        assert item.updated == record.updated // 1000 * 1000


@pytest.mark.parametrize("directory", [examples.rich(), examples.bare()], ids=["rich", "bare"])
def test_out_and_in_is_the_same(directory: Directory, tmp_path: Path) -> None:
    directory = replace(directory, people=(*directory.people, strange()))
    items = back(written(directory), tmp_path)
    assert_same(directory.people, [item for item in items if item.sort == Sort.PERSON])
    assert_same(directory.places, [item for item in items if item.sort == Sort.PLACE])


def strange() -> Person:
    """A page that says things which are marks in a card."""
    return replace(
        examples.people()[0],
        id=bytes(16),
        name="END:VCARD",
        area="\\;\\,\\n",
        languages=('Plat^t "düütsch"; yes, this', "^n^'"),
        availability="BEGIN:VCARD",
    )


# One folder for all examples: each overwrites the file of the one before.
@settings(max_examples=tries(40))
@given(strategies.directories())
def test_whatever_it_holds_comes_back(
    tmp_path_factory: pytest.TempPathFactory, directory: Directory
) -> None:
    if not directory.people and not directory.places:
        return
    items = back(written(directory), tmp_path_factory.getbasetemp())
    assert_same(directory.people, [item for item in items if item.sort == Sort.PERSON])
    assert_same(directory.places, [item for item in items if item.sort == Sort.PLACE])
