# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Skills, what people repair, repairs, places and notices."""

import pytest

from tests.cli.conftest import Run


def test_skills_come_and_go(ana: Run) -> None:
    added = ana("skill", "add", "Bread baking", "--level", "teach", "--note", "Sourdough", "--json")
    assert added.document["skills"] == [
        {"name": "Bread baking", "level": "teach", "note": "Sourdough"}
    ]
    (person,) = ana("list", "people", "--search", "bread", "--json").document
    assert person["name"] == "Ana"
    assert ana("skill", "remove", "Bread baking", "--json").document["skills"] == []
    assert ana("skill", "remove", "Bread baking", "--json").document["code"] == "not_found"
    assert ana("skill", "add", "   ", "--json").document["code"] == "bad_value"
    assert ana("skill", "add", "Bread", "--level", "master").code == 2


def test_what_i_fix_makes_me_a_fixer(ana: Run) -> None:
    assert ana("fix", "add", "electric kettles", "--note", "Switches", "--json").code == 0
    (fixer,) = ana("list", "fixers", "--search", "kettle", "--json").document
    expected = {
        "name": "Ana", "kind": "person", "category": "Kettle", "note": "Switches", "attempts": 0,
        "fixed": 0,
    }  # fmt: skip
    assert expected.items() <= fixer.items()
    assert ana("list", "fixers", "--category", "kettle", "--json").document == [fixer]
    assert ana("list", "fixers", "--category", "lamp", "--json").document == []
    assert ana("fix", "remove", "Kettle").code == 0
    assert ana("list", "fixers", "--json").document == []


def test_a_repair_counts_where_it_was_done(ana: Run) -> None:
    place = ana("place", "add", "Repair afternoon", "--kind", "repair", "--fix", "kettle", "--json")
    code = place.document["code"]
    added = ana(
        "repair", "add", "kettle", "--outcome", "fixed", "--item", "Blue kettle",
        "--place", code, "--date", "2025-06-07", "--json",
    )  # fmt: skip
    assert added.code == 0
    (listed,) = ana("list", "repairs", "--json").document
    expected = {
        "code": added.document["code"], "category": "Kettle", "item": "Blue kettle",
        "outcome": "fixed", "date": "2025-06-07", "place": "Repair afternoon",
    }  # fmt: skip
    assert expected.items() <= listed.items()
    (fixer,) = ana("list", "fixers", "--search", "kettle", "--json").document
    assert (fixer["code"], fixer["attempts"], fixer["fixed"]) == (code, 1, 1)
    assert ana("repair", "edit", listed["code"], "--outcome", "end-of-life").code == 0
    (fixer,) = ana("list", "fixers", "--search", "kettle", "--json").document
    assert (fixer["attempts"], fixer["fixed"]) == (1, 0)
    assert ana("show", listed["code"], "--json").document["outcome"] == "end_of_life"
    assert ana("withdraw", listed["code"]).code == 0
    assert ana("list", "repairs", "--json").document == []


@pytest.mark.parametrize("date", ["yesterday", "2025-02-30", "07.06.2025"])
def test_a_date_that_is_none_is_refused(date: str, ana: Run) -> None:
    failed = ana("repair", "add", "kettle", "--outcome", "fixed", "--date", date, "--json")
    assert failed.code == 1
    assert failed.document["code"] == "bad_value"


def test_a_place_is_described_corrected_and_confirmed(ana: Run) -> None:
    added = ana(
        "place", "add", "Bike cellar", "--kind", "workshop", "--area", "Mill Lane",
        "--hours", "Wednesday, 17:00 to 20:00", "--fix", "bike", "--json",
    )  # fmt: skip
    assert added.code == 0
    (place,) = ana("list", "places", "--json").document
    assert place == added.document
    assert (place["name"], place["kind"], place["fixes"]) == (
        "Bike cellar",
        "workshop",
        ["Bicycle"],
    )
    assert place["last_confirmed"].endswith("Z")
    shown = ana("list", "places").out
    assert "Wednesday" in shown
    edited = ana("place", "edit", place["code"], "--name", "The bike cellar", "--json").document
    assert (edited["name"], edited["area"]) == ("The bike cellar", "Mill Lane")
    assert ana("place", "confirm", place["code"]).code == 0
    assert ana("place", "edit", place["code"]).code == 2
    wrong = ana("place", "add", "Somewhere", "--hours", "when the moon is full", "--json")
    assert wrong.document["code"] == "bad_value"
    assert [row["code"] for row in ana("list", "places", "--area", "mill lane", "--json").document]
    assert ana("list", "places", "--area", "elsewhere", "--json").document == []
    assert ana("list", "places", "--category", "bicycle", "--json").document != []
    assert "The bike cellar" in ana("show", place["code"]).out


def test_a_notice_is_read_by_all(ana: Run) -> None:
    code = ana("notice", "add", "Water is off on Thursday", "--days", "3", "--json").document[
        "code"
    ]
    (notice,) = ana("list", "notices", "--search", "WATER", "--json").document
    assert (notice["code"], notice["who"]) == (code, "Ana")
    assert ana("show", code, "--json").document["text"] == "Water is off on Thursday"
    assert "Water is off" in ana("show", code).out
    assert ana("withdraw", code).code == 0
    assert ana("list", "notices", "--json").document == []


def test_a_place_says_how_it_is_reached_and_where_it_is(ana: Run) -> None:
    made = ana(
        *("place", "add", "Hall", "--contact", "phone=0123 456", "--contact", "email=a@b.org"),
        *("--point", "52.48624, -1.89041", "--json"),
    ).document
    assert made["contacts"] == [
        {"kind": "phone", "value": "0123 456"},
        {"kind": "email", "value": "a@b.org"},
    ]
    assert made["point"] == "52.4862,-1.8904"
    assert "Phone: 0123 456" in ana("show", made["code"]).out
    ana("place", "edit", made["code"], "--area", "Hill")
    less = ana("place", "edit", made["code"], "--contact", "signal=hall.01", "--json").document
    assert less["contacts"] == [{"kind": "signal", "value": "hall.01"}]
    assert less["point"] == made["point"]
    for wrong in (("--contact", "fax=1"), ("--contact", "phone"), ("--point", "here")):
        refused = ana("place", "edit", made["code"], *wrong)
        assert refused.code == 1
        assert "Traceback" not in refused.err
