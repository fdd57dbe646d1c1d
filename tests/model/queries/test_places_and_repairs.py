# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Places, and the log of repairs."""

import pytest

from mutualaid.errors import NotFoundError
from mutualaid.model import queries
from mutualaid.model.values import Fix, Millis, PlaceKind, RepairOutcome
from tests.model.queries.conftest import GROUP, ME, NOW, Neighbourhood, ident


def test_a_place(street: Neighbourhood) -> None:
    street.put("group", {"name": "Elm Street"}, owner=GROUP)
    made = street.put(
        "place",
        {
            "name": "Library",
            "kind": "repair",
            "area": "North",
            "address": "1 High St",
            "about": "Ring twice",
            "fix:Lamp": "",
            "confirmed": Millis(NOW),
        },
        owner=GROUP,
    )
    for outcome in ("fixed", "repairable"):
        street.put(
            "repair", {"category": "Lamp", "outcome": outcome, "place": made.id}, owner=GROUP
        )
    row = queries.place(street.db, ME, made.id)
    assert (row.name, row.kind, row.area, row.address) == (
        "Library",
        PlaceKind.REPAIR,
        "North",
        "1 High St",
    )
    assert (row.fixes, row.attempts, row.fixed) == ((Fix("Lamp"),), 2, 1)
    assert (row.last_confirmed, row.editable) == (NOW, True)
    assert queries.places(street.db, ME) == [row]


def test_only_ones_own_and_the_groups_places_can_be_edited(street: Neighbourhood) -> None:
    street.put("group", {"name": "Elm Street"}, owner=GROUP)
    for name, owner in (("mine", ME), ("ours", GROUP), ("theirs", ident("Ana"))):
        street.put("place", {"name": name}, owner=owner)
    rows = queries.places(street.db, ME)
    assert {one.name: one.editable for one in rows} == {"mine": True, "ours": True, "theirs": False}


def test_places_are_found_by_what_they_say(street: Neighbourhood) -> None:
    street.put("place", {"name": "Café Über", "fix:Bicycle": "", "about": "Soup on Fridays"})
    street.put("place", {"name": "Clinic", "address": "1 High Street"})
    for typed, names in (
        ("uber", ["Café Über"]),
        ("bike", ["Café Über"]),
        ("soup fri", ["Café Über"]),
        ("high", ["Clinic"]),
        ("", ["Café Über", "Clinic"]),
        ("zoo", []),
    ):
        assert [one.name for one in queries.places(street.db, ME, typed)] == names


def test_a_place_that_is_gone(street: Neighbourhood) -> None:
    with pytest.raises(NotFoundError, match="no longer here"):
        queries.place(street.db, ME, b"?" * 16)


def test_the_log_of_repairs(street: Neighbourhood) -> None:
    place = street.put("place", {"name": "Library"}, owner=GROUP)
    shows = street.person("Pavel", outcomes=True)
    hides = street.person("Jo")
    street.put(
        "repair",
        {
            "category": "Kettle",
            "outcome": "end_of_life",
            "barrier": "too worn out",
            "item": "Electric kettle",
            "brand": "Philips",
            "problem": "leaks",
            "date": "2026-11-02",
            "place": place.id,
        },
        owner=GROUP,
    )
    street.put(
        "repair", {"category": "Lamp", "outcome": "fixed", "date": "2026-11-03"}, owner=shows
    )
    street.put(
        "repair", {"category": "Lamp", "outcome": "fixed", "date": "2026-11-01"}, owner=hides
    )
    street.post("A kettle that leaks")
    rows = queries.repairs(street.db, ME)
    assert [one.who for one in rows] == ["Pavel", "", ""]
    kettle = rows[1]
    assert (kettle.outcome, kettle.barrier) == (RepairOutcome.END_OF_LIFE, "Item too worn out")
    assert (kettle.item, kettle.brand, kettle.place_name) == (
        "Electric kettle",
        "Philips",
        "Library",
    )
    assert [one.who for one in queries.repairs(street.db, hides, category="lamps")] == [
        "Pavel",
        "Jo",
    ]
    assert queries.repairs(street.db, ME, "leak philips") == [kettle]
    assert queries.repairs(street.db, ME, place=place.id) == [kettle]
    assert queries.repairs(street.db, ME, limit=1) == rows[:1]
    assert queries.repairs(street.db, ME, "submarine") == []
