# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The directories that the formats are tried on leave nothing out."""

from dataclasses import fields

import pytest

from mutualaid.model.directories.directory import Directory
from mutualaid.model.values import ContactKind, Mode, PlaceKind, RepairOutcome, Urgency
from tests.model.directories import examples


@pytest.mark.parametrize("table", ["people", "posts", "places", "repairs"])
def test_every_field_is_filled_in_some_record(table: str) -> None:
    records = getattr(examples.rich(), table)
    empty = ("", (), None, {}, 0, False)
    for field in fields(records[0]):
        assert any(getattr(record, field.name) not in empty for record in records), field.name


def test_every_choice_is_made_somewhere() -> None:
    rich = examples.rich()
    assert {place.kind for place in rich.places} == set(PlaceKind)
    assert {repair.outcome for repair in rich.repairs} == set(RepairOutcome)
    assert {post.urgency for post in rich.posts} == set(Urgency)
    assert {post.mode for post in rich.posts} == set(Mode)
    contacts = {contact.kind for person in rich.people for contact in person.contacts}
    assert contacts == set(ContactKind)


@pytest.mark.parametrize("directory", [examples.rich(), examples.large(20, 50)])
def test_who_posted_is_in_the_directory(directory: Directory) -> None:
    names = {person.id: person.name for person in directory.people}
    for post in directory.posts:
        assert post.by_name == ("" if post.by is None else names[post.by])
        for promise in post.promises:
            assert promise.by_name == ("" if promise.by is None else names[promise.by])
    for record in (*directory.people, *directory.posts, *directory.places, *directory.repairs):
        assert record.code
