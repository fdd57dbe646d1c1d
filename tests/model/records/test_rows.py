# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the views say of records, whoever wrote them."""

from typing import Any

import pytest

from mutualaid.model import search
from mutualaid.model.records import REGISTRY, Record, view
from mutualaid.model.records.person import CAN, LEARN, TEACH
from mutualaid.model.records.post import default_expiry
from mutualaid.model.records.reading import LATEST, line, long_text
from mutualaid.model.values import Millis, Scalar

DAY = 86_400_000


def first(kind: str, fields: dict[str, Scalar]) -> dict[str, Any]:
    """The first row of the kind's first table, by column."""
    table = REGISTRY[kind].tables[0]
    rows, _ = view(Record(1, b"r" * 16, kind, b"o" * 16, 1000, 2000, fields))
    names = [column.split()[0] for column in table.columns]
    return dict(zip(names, rows[table.name][0], strict=True))


def table(kind: str, name: str, fields: dict[str, Scalar]) -> list[tuple[Any, ...]]:
    rows, _ = view(Record(1, b"r" * 16, kind, b"o" * 16, 1000, 2000, fields))
    return list(rows[name])


def post(**fields: Scalar) -> dict[str, Any]:
    return first("post", {"kind": "need", "title": "Soup", **fields})


def test_a_post_of_few_fields_has_the_usual_values() -> None:
    row = post()
    assert row["category"] == "other"
    assert (row["state"], row["urgency"], row["mode"], row["parts"]) == (0, 3, 0, 1)
    assert row["expires"] == 1000 + 30 * DAY


@pytest.mark.parametrize(
    ("fields", "expires"),
    [
        ({"expires": Millis(5000)}, 5000),
        ({"expires": 5000}, 5000),
        ({"standing": True, "expires": Millis(5000)}, None),
        ({"standing": False}, 1000 + 30 * DAY),
        ({"standing": 1}, 1000 + 30 * DAY),
        ({"category": "food"}, 1000 + 3 * DAY),
        ({"expires": -5}, 1000 + 30 * DAY),
        ({"expires": True}, 1000 + 30 * DAY),
        ({"expires": LATEST + 1}, 1000 + 30 * DAY),
        ({"expires": "tomorrow"}, 1000 + 30 * DAY),
    ],
)
def test_when_a_post_ends(fields: dict[str, Scalar], expires: int | None) -> None:
    assert post(**fields)["expires"] == expires


def test_the_default_end_follows_the_category() -> None:
    assert default_expiry(0, "food") == 3 * DAY
    assert default_expiry(0, "no such thing") == 30 * DAY


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "need"},
        {"title": "x"},
        {"kind": "wish", "title": "x"},
        {"kind": "need", "title": 5},
        {"kind": "need", "title": ""},
    ],
)
def test_a_post_without_kind_or_title_is_not_shown(fields: dict[str, Scalar]) -> None:
    assert view(Record(1, b"r" * 16, "post", b"o" * 16, 0, 0, fields)) == ({}, "")


def test_what_others_wrote_is_cut_and_cleaned() -> None:
    row = post(title="a\nb\x1b[31m" + "x" * 200, text="t" * 5000, area="\u202eevil", parts=500)
    assert row["title"] == ("a b [31m" + "x" * 200)[:140]
    assert len(row["text"]) == 4000
    assert row["area"] == "evil"
    assert row["parts"] == 1
    assert line("\x00" * 10**6, 5) == ""
    assert long_text("a\u2028b") == "a\nb"


def test_search_covers_a_post_and_its_category() -> None:
    record = Record(
        1,
        b"r" * 16,
        "post",
        b"o" * 16,
        0,
        0,
        {
            "kind": "need",
            "title": "Lift",
            "text": "two people",
            "category": "transport",
            "area": "North",
            "when": "Friday",
            "for": "Mrs. Okafor",
        },
    )
    text = REGISTRY["post"].search_text(record)
    assert text == f"{search.CATEGORY_MARK}transport Lift two people North Friday Mrs. Okafor"


def test_a_persons_fixes_and_skills() -> None:
    fields: dict[str, Scalar] = {
        "name": "Pavel",
        "fix:kettle": "brings his own solder",
        "fix:Time machine": "",
        "fix:lamps": False,
        "skill:Kettles": "teach",
        "skill:bike": "learn",
        "skill:Laptop": "can",
        "skill:bread": "wizard",
        "skillnote:bread": "sourdough",
        "skill:": "can",
        "lang:Czech": True,
        "lang:Klingon": False,
        "lang:Welsh": None,
    }
    assert table("person", "person_fix", fields) == [
        ("Bicycle", LEARN, "", 0),
        ("Kettle", TEACH, "brings his own solder", 1),
        ("Laptop", CAN, "", 0),
        ("Time machine", CAN, "", 1),
    ]
    assert table("person", "person_skill", fields) == [
        ("Kettles", TEACH, ""),
        ("Laptop", CAN, ""),
        ("bike", LEARN, ""),
        ("bread", CAN, "sourdough"),
    ]
    assert table("person", "person_language", fields) == [("Czech",)]


def test_to_fix_and_to_learn_is_to_fix() -> None:
    fields: dict[str, Scalar] = {"name": "Jo", "fix:Lamp": "", "skill:lamp": "learn"}
    assert table("person", "person_fix", fields) == [("Lamp", CAN, "", 1)]


def test_a_person_is_found_by_what_they_fix_in_everyday_words() -> None:
    words = first("person", {"name": "Pavel", "fix:Bicycle": "", "area": "Südstadt"})["words"]
    assert " bike" in words
    assert " sudstadt" in words


def test_a_repair_with_odd_values_counts_as_unknown() -> None:
    row = first(
        "repair",
        {
            "category": "kettle",
            "outcome": "exploded",
            "date": "yesterday",
            "place": b"short",
            "barrier": "too worn out",
        },
    )
    assert row["category"] == "Kettle"
    assert (row["outcome"], row["date"], row["place"], row["barrier"]) == (0, "", None, 6)


def test_a_response_or_comment_that_points_nowhere_is_not_shown() -> None:
    for kind, fields in (("response", {"post": b"x"}), ("comment", {"on": "x", "text": "hi"})):
        assert view(Record(1, b"r" * 16, kind, b"o" * 16, 0, 0, fields)) == ({}, "")
