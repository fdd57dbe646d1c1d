# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Neighbours, what they can do, and who fixes what."""

import pytest

from mutualaid.errors import NotFoundError
from mutualaid.model import queries
from mutualaid.model.values import Fix, Scalar, Skill, SkillLevel
from tests.model.queries.conftest import GROUP, ME, Neighbourhood, ident


def names(street: Neighbourhood, search: str = "", limit: int = 200, offset: int = 0) -> list[str]:
    return [one.name for one in queries.people(street.db, ME, search, limit, offset)]


def test_a_neighbours_page(street: Neighbourhood) -> None:
    fields: dict[str, Scalar] = {
        "area": "South side",
        "availability": "Tuesdays",
        "lang:English": True,
        "lang:Czech": True,
        "skill:Sourdough": "teach",
        "skillnote:Sourdough": "rye",
        "skill:Kettle": "teach",
        "fix:Lamp": "LED too",
    }
    member = street.person("Pavel", **fields)
    row = queries.person(street.db, ME, member)
    assert (row.name, row.area, row.availability) == ("Pavel", "South side", "Tuesdays")
    assert row.languages == ("Czech", "English")
    assert row.skills == (
        Skill("Kettle", SkillLevel.TEACH),
        Skill("Sourdough", SkillLevel.TEACH, "rye"),
    )
    assert row.fixes == (Fix("Lamp", "LED too"),)
    assert not row.mine
    assert queries.person(street.db, member, row.id) == queries.people(street.db, member)[0]
    assert queries.person_name(street.db, member) == "Pavel"
    assert queries.person_name(street.db, b"?" * 16) == ""


def test_somebody_whose_page_has_not_come(street: Neighbourhood) -> None:
    with pytest.raises(NotFoundError, match="not on this machine yet"):
        queries.person(street.db, ME, ident("nobody"))


def test_people_come_by_name_whatever_its_accents(street: Neighbourhood) -> None:
    for name in ("zoe", "Élodie", "Ana", "Emil", "Ömer"):
        street.person(name)
    assert names(street) == ["Ana", "Élodie", "Emil", "Ömer", "zoe"]
    assert names(street, limit=2, offset=1) == ["Élodie", "Emil"]


def test_people_are_found_by_all_that_their_page_says(street: Neighbourhood) -> None:
    street.person("Pavel Dvořák", area="South side", **{"fix:Bicycle": "", "lang:Czech": True})
    street.person(
        "Jo", availability="evenings", **{"skill:Sourdough": "can", "skillnote:Sourdough": "rye"}
    )
    street.person("美咲", **{"skill:自転車修理": "can"})
    for typed in ("dvor", "pav sou", "bike", "cze", "DVOŘÁK"):
        assert names(street, typed) == ["Pavel Dvořák"], typed
    for typed in ("sour", "rye even", "jo"):
        assert names(street, typed) == ["Jo"], typed
    assert names(street, "修理") == ["美咲"]
    assert names(street, "vor") == []
    assert names(street, "%") == names(street)


def test_who_fixes_kettles(street: Neighbourhood) -> None:
    pavel = street.person("Pavel", outcomes=True, **{"fix:Kettle": "", "skill:kettle": "teach"})
    jo = street.person("Jo", **{"fix:Kettle": "evenings only"})
    street.person("Lena", **{"skill:Kettles": "learn"})
    hours = "FREQ=MONTHLY;BYDAY=1SA;OPENS=10:00;CLOSES=13:00"
    library = street.put(
        "place",
        {"name": "Library", "hours": hours, "area": "North", "fix:Toaster": ""},
        owner=GROUP,
    )
    for outcome, date in (("fixed", "2026-10-02"), ("repairable", "2026-11-02"), ("fixed", "")):
        for owner in (pavel, jo):
            street.put(
                "repair", {"category": "Kettle", "outcome": outcome, "date": date}, owner=owner
            )
        street.put(
            "repair",
            {"category": "Kettle", "outcome": outcome, "date": date, "place": library.id},
            owner=GROUP,
        )
    street.put("repair", {"category": "Lamp", "outcome": "fixed"}, owner=pavel)
    found = queries.fixers(street.db, ME, "electric kettle")
    assert [
        (one.name, one.kind, one.level, one.attempts, one.fixed, one.last) for one in found
    ] == [
        ("Jo", "person", SkillLevel.CAN, 0, 0, ""),
        ("Pavel", "person", SkillLevel.TEACH, 3, 2, "2026-11-02"),
        ("Library", "place", None, 3, 2, "2026-11-02"),
        ("Lena", "person", SkillLevel.LEARN, 0, 0, ""),
    ]
    assert found[0].note == "evenings only"
    assert (found[2].when, found[2].area) == (hours, "North")
    own = queries.fixers(street.db, jo, "jo")
    assert [(one.attempts, one.mine) for one in own] == [(3, True)]
    assert queries.fixers(street.db, ME, "kettle", limit=2) == found[:2]
    assert queries.fixers(street.db, ME, category="kettles") == found
    assert [one.name for one in queries.fixers(street.db, ME, area="north")] == ["Library"] * 2
    assert [one.category for one in queries.fixers(street.db, ME, "library")] == [
        "Kettle",
        "Toaster",
    ]
    assert [one.name for one in queries.fixers(street.db, ME, "kettle eve")] == ["Jo"]
    assert queries.fixers(street.db, ME, "submarine") == []


def test_a_place_that_named_a_category_and_tried_it_stands_there_once(
    street: Neighbourhood,
) -> None:
    place = street.put("place", {"name": "Library", "fix:Lamp": "bring a bulb"}, owner=GROUP)
    street.put("repair", {"category": "Lamp", "outcome": "fixed", "place": place.id}, owner=GROUP)
    found = queries.fixers(street.db, ME)
    assert [(one.category, one.note, one.attempts) for one in found] == [
        ("Lamp", "bring a bulb", 1)
    ]


def test_the_list_of_categories(street: Neighbourhood) -> None:
    street.person("Pavel", **{"fix:Kettle": "", "fix:Time machine": ""})
    street.person("Lena", **{"skill:Kettles": "learn"})
    library = street.put("place", {"name": "Library"}, owner=GROUP)
    for _ in range(2):
        street.put(
            "repair", {"category": "Kettle", "outcome": "fixed", "place": library.id}, owner=GROUP
        )
    rows = {one.category: one for one in queries.fix_categories(street.db)}
    assert list(rows) == sorted(rows, key=str.lower)
    kettle = rows["Kettle"]
    assert (kettle.fixers, kettle.learners, kettle.attempts) == (2, 1, 2)
    assert rows["Time machine"].fixers == 1
    assert (rows["Toaster"].fixers, rows["Toaster"].attempts) == (0, 0)

    def found(typed: str) -> list[str]:
        return [one.category for one in queries.fix_categories(street.db, typed)]

    assert found("puncture") == ["Bicycle"]
    assert found("pavel") == ["Kettle", "Time machine"]
    assert found("library") == ["Kettle"]
    assert found("submarine") == []
