# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person typed is cleaned, or refused in a sentence."""

import pytest

from mutualaid.errors import BadValueError
from mutualaid.model.records import REGISTRY, check
from mutualaid.model.records.reading import LATEST
from mutualaid.model.values import Millis, PostKind, Scalar, SkillLevel

POST = REGISTRY["post"]
PERSON = REGISTRY["person"]
REPAIR = REGISTRY["repair"]
PLACE = REGISTRY["place"]


def test_a_post_is_cleaned() -> None:
    assert check(
        POST,
        {
            "kind": PostKind.NEED,
            "title": "  A\tlift\x00 to the cafe\u0301 ",
            "text": "Two people.\r\n\r\n\r\n\r\nBack by six. ",
            "area": "   ",
            "expires": 1000,
            "standing": False,
            "parts": 3,
        },
    ) == {
        "kind": "need",
        "title": "A lift to the café",
        "text": "Two people.\n\nBack by six.",
        "expires": Millis(1000),
        "standing": False,
        "parts": 3,
    }


def test_times_are_written_as_times_and_choices_as_plain_text() -> None:
    checked = check(POST, {"kind": PostKind.OFFER, "title": "Soup", "expires": 5})
    assert type(checked["expires"]) is Millis
    assert type(checked["kind"]) is str


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kind": "need"}, "The title is empty"),
        ({"kind": "need", "title": " \u200b "}, "The title is empty"),
        ({"kind": "need", "title": "x" * 10_000}, "has 10,000 characters, and at most 140 fit"),
        ({"kind": "need", "title": "x", "text": "x" * 4001}, "at most 4,000 fit"),
        ({"title": "x"}, "The kind is empty"),
        ({"kind": "swap", "title": "x"}, "not a possible kind"),
        ({"kind": "need", "title": "x", "category": "cars"}, "Possible are: arts, garden"),
        ({"kind": "need", "title": "x", "parts": 0}, "must be from 1 to 99, not 0"),
        ({"kind": "need", "title": "x", "parts": 1000}, "must be from 1 to 99, not 1,000"),
        ({"kind": "need", "title": "x", "expires": -1}, "This time cannot be kept"),
        ({"kind": "need", "title": "x", "expires": LATEST + 1}, "This time cannot be kept"),
    ],
)
def test_what_cannot_be_posted(fields: dict[str, Scalar], sentence: str) -> None:
    with pytest.raises(BadValueError, match=sentence) as error:
        check(POST, fields)
    assert str(error.value).endswith(".")


@pytest.mark.parametrize("name", ["", "   ", "\u3164", "\u202e"])
def test_a_name_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(BadValueError, match="name of a neighbour is empty"):
        check(PERSON, {"name": name})


def test_an_edit_checks_what_it_sets_and_none_deletes() -> None:
    assert check(POST, {"text": "", "area": None, "title": " New "}, partial=True) == {
        "text": None,
        "area": None,
        "title": "New",
    }
    with pytest.raises(BadValueError, match="The title is empty"):
        check(POST, {"title": ""}, partial=True)
    with pytest.raises(BadValueError, match="The title is empty"):
        check(POST, {"title": None}, partial=True)


def test_families_keep_their_keys_clean() -> None:
    assert check(
        PERSON,
        {
            "skill:  Sour\tdough ": SkillLevel.TEACH,
            "skillnote:Sour dough": "weekends",
            "fix:kettles": "",
            "fix:Time machine": "if it is here yet",
            "lang:Čeština": True,
        },
        partial=True,
    ) == {
        "skill:Sour dough": "teach",
        "skillnote:Sour dough": "weekends",
        "fix:Kettle": "",
        "fix:Time machine": "if it is here yet",
        "lang:Čeština": True,
    }
    assert check(PERSON, {"fix:Kettle": None}, partial=True) == {"fix:Kettle": None}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"skill:  ": "can"}, "has no name"),
        ({f"skill:{'x' * 81}": "can"}, "at most 80 characters"),
        ({"skill:bread": "expert"}, "not a possible skill"),
        ({f"fix:{number}": "" for number in range(401)}, "at most 400"),
    ],
)
def test_what_cannot_be_on_a_page(fields: dict[str, Scalar], sentence: str) -> None:
    with pytest.raises(BadValueError, match=sentence):
        check(PERSON, fields, partial=True)


def test_a_repair_is_written_in_the_terms_of_the_standard() -> None:
    checked = check(
        REPAIR,
        {
            "category": "electric kettle",
            "outcome": "end_of_life",
            "barrier": "too worn out",
            "date": "2026-11-22",
            "place": b"p" * 16,
        },
    )
    assert checked["category"] == "Kettle"
    assert checked["barrier"] == "Item too worn out"


@pytest.mark.parametrize("date", ["22.11.2026", "2026-02-30", "2026-11", "today", "２０２６-11-22"])
def test_a_day_that_is_none_is_refused(date: str) -> None:
    with pytest.raises(BadValueError, match="is not a date"):
        check(REPAIR, {"date": date}, partial=True)


def test_a_barrier_of_ones_own_is_refused_with_the_list() -> None:
    with pytest.raises(BadValueError, match="Spare parts not available; "):
        check(REPAIR, {"barrier": "too ugly"}, partial=True)


def test_hours_become_canonical() -> None:
    assert check(PLACE, {"name": "Library", "hours": "First Saturday, 10 to 13"})["hours"] == (
        "FREQ=MONTHLY;BYDAY=1SA;OPENS=10:00;CLOSES=13:00"
    )
    with pytest.raises(BadValueError, match="cannot be read as opening hours"):
        check(PLACE, {"name": "Library", "hours": "ring twice"})


def test_a_field_that_a_kind_does_not_have_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="have no field 'colour'"):
        check(POST, {"colour": "red"})


@pytest.mark.parametrize("fields", [{"title": 5}, {"parts": True}, {"standing": 1}, {"parts": "3"}])
def test_a_wrong_type_is_a_fault_of_ours(fields: dict[str, Scalar]) -> None:
    with pytest.raises(TypeError):
        check(POST, fields, partial=True)
