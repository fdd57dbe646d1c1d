# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists with their limits and filters, one record in full, status and doctor."""

from pathlib import Path

import pytest

from mutualaid.model.demo import begin
from mutualaid.model.profile import Profile
from tests.cli.conftest import Run

POST = {
    "code", "kind", "title", "text", "category", "urgency", "area", "status", "owner", "for",
    "mode", "created", "expires", "photos",
}  # fmt: skip
SHAPES = {
    "needs": POST,
    "offers": POST,
    "mine": POST,
    "past": POST,
    "people": {"code", "name", "area", "languages", "skills", "fixes"},
    "fixers": {"code", "name", "kind", "category", "note", "attempts", "fixed"},
    "places": {"code", "name", "kind", "area", "hours", "last_confirmed"},
    "repairs": {"code", "category", "outcome", "date"},
    "notices": {"code", "text", "who"},
}


@pytest.fixture
def street(run: Run, profile: Path) -> Run:
    with Profile.open(profile) as opened, begin(opened, people=12, posts=130):
        return run


def test_every_list_has_its_shape(street: Run) -> None:
    for what, names in SHAPES.items():
        rows = street("list", what, "--json").document
        assert rows, what
        assert names <= rows[0].keys(), what
        assert len({row["code"] for row in rows}) == len(rows) or what == "fixers"


def test_limits(street: Run) -> None:
    assert len(street("list", "mine", "--limit", "3", "--json").document) == 3
    offers = street("list", "offers", "--json").document
    assert street("list", "offers", "--limit", "1000", "--json").document == offers
    assert len(street("list", "offers", "--limit", "7").out.splitlines()) == 7
    assert street("list", "offers", "--limit", "0").code == 2


def test_filters(street: Run) -> None:
    for row in street("list", "needs", "--category", "transport", "--json").document:
        assert row["category"] == "transport"
    for row in street("list", "needs", "--area", "Mill Lane", "--json").document:
        assert row["area"] == "Mill Lane"
    for row in street("list", "people", "--area", "mill lane", "--json").document:
        assert row["area"] == "Mill Lane"
    found = street("list", "offers", "--search", "ladd", "--json").document
    assert found
    assert all("adder" in row["title"] + row["text"] for row in found)
    nothing = street("list", "needs", "--search", "xylophone")
    assert (nothing.code, nothing.out) == (0, "")
    assert "Nothing found" in nothing.err


def test_an_empty_group_says_so(ana: Run) -> None:
    empty = ana("list", "offers")
    assert (empty.code, empty.out, empty.err) == (0, "", "There are no offers yet.\n")


def test_every_kind_of_record_is_shown(street: Run) -> None:
    codes = [street("list", what, "--json").document[0]["code"] for what in SHAPES]
    need = next(row for row in street("list", "needs", "--json").document if row["responses"])
    detail = street("show", need["code"], "--json").document
    codes += [detail["responses"][0]["code"]]
    for code in codes:
        shown = street("show", code, "--json")
        assert shown.code == 0
        assert {"code", "responses", "history"} <= shown.document.keys()
        assert shown.document["code"] == code
        assert shown.document["history"]
        assert code in street("show", code).out
    assert {"code", "who", "note", "state"} <= detail["responses"][0].keys()


def test_status(street: Run) -> None:
    status = street("status", "--json").document
    assert (status["group"], status["me"], status["shelves"]) == ("Elm Street", "Robin", [])
    assert isinstance(status["waiting"], int)
    assert len(status["machines"]) == 12
    assert {"name", "person", "last_heard", "behind"} <= status["machines"][0].keys()
    assert "reached" in street("status").out


def test_doctor(street: Run, tmp_path: Path) -> None:
    found = street("doctor", "--json").document
    assert found["ok"] is True
    assert found["problems"] == []
    assert found["devices"] == 12
    report = tmp_path / "report.json"
    again = street("doctor", "--rebuild", "--report", str(report), "--json").document
    assert again == found
    text = report.read_text("utf-8")
    assert found["view_hash"] in text
    for private in ("Elm Street", "Robin", "ladder", str(tmp_path)):
        assert private not in text
    assert "whole" in street("doctor").out
