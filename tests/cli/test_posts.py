# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The life of a post, and what others say to it."""

from pathlib import Path

import pytest

from mutualaid.model.demo import begin
from mutualaid.model.profile import Profile
from tests.cli.conftest import Run


@pytest.fixture
def street(run: Run, profile: Path) -> Run:
    """A profile in a made-up neighbourhood, with other people's posts in it."""
    with Profile.open(profile) as opened, begin(opened, people=6, posts=12):
        return run


def test_a_post_is_listed_as_it_was_said(ana: Run) -> None:
    posted = ana(
        "post", "need", "A lift to the clinic", "--text", "Two people", "--category", "transport",
        "--urgency", "today", "--area", "North side", "--when", "16:00", "--days", "2",
        "--mode", "gift", "--parts", "2", "--for", "Mrs. Okafor", "--json",
    )  # fmt: skip
    assert posted.code == 0
    (listed,) = ana("list", "needs", "--json").document
    assert listed == posted.document
    expected = {
        "kind": "need", "title": "A lift to the clinic", "text": "Two people",
        "category": "transport", "urgency": "today", "area": "North side", "status": "open",
        "owner": "Ana", "for": "Mrs. Okafor", "mode": "gift", "parts": 2, "when": "16:00",
        "photos": [],
    }  # fmt: skip
    assert expected.items() <= listed.items()
    assert listed["created"].endswith("Z")
    assert listed["expires"] > listed["created"]
    assert "A lift to the clinic" in ana("list", "needs").out


def test_a_standing_offer_does_not_expire(ana: Run) -> None:
    offer = ana("post", "offer", "Ladder", "--mode", "lend", "--standing", "--json").document
    assert (offer["expires"], offer["mode"]) == (None, "lend")
    edited = ana("edit", offer["code"], "--days", "3", "--json").document
    assert edited["expires"] is not None
    assert ana("post", "offer", "Both", "--standing", "--days", "3").code == 2


@pytest.mark.parametrize("title", ["", "    ", "\u200b \u2060", "x" * 10_000])
def test_a_title_that_is_none_is_refused(title: str, ana: Run) -> None:
    failed = ana("post", "need", title, "--json")
    assert failed.code == 1
    assert failed.document["code"] == "bad_value"
    assert ana("list", "needs", "--json").document == []


def test_an_unknown_category_is_a_sentence_that_names_the_known(ana: Run) -> None:
    failed = ana("post", "need", "Something", "--category", "nonsense", "--json")
    assert failed.code == 1
    assert "transport" in failed.document["error"]


def test_a_post_is_corrected_and_its_history_says_so(ana: Run) -> None:
    code = ana("post", "need", "A lift", "--json").document["code"]
    edited = ana("edit", code, "--title", "A lift at four", "--urgency", "days", "--json").document
    assert (edited["title"], edited["urgency"], edited["code"]) == ("A lift at four", "days", code)
    shown = ana("show", code[:4].lower(), "--json").document
    assert shown["title"] == "A lift at four"
    assert [entry["who"] for entry in shown["history"]] == ["Ana", "Ana"]
    assert {"who", "when", "what"} <= shown["history"][0].keys()
    assert ana("edit", code).code == 2


def test_the_life_of_a_post(ana: Run) -> None:
    code = ana("post", "need", "A lift", "--json").document["code"]
    for command, status in (
        ("park", "parked"), ("take-up", "open"), ("done", "done"), ("take-up", "open"),
        ("withdraw", None),
    ):  # fmt: skip
        answer = ana(command, code, "--json")
        assert answer.code == 0
        if status is not None:
            assert answer.document["status"] == status
    assert ana("list", "needs", "--json").document == []
    (past,) = ana("list", "past", "--json").document
    assert (past["code"], past["status"]) == (code, "withdrawn")
    assert [row["code"] for row in ana("list", "mine", "--json").document] == [code]


def test_renewing_moves_the_end(ana: Run) -> None:
    before = ana("post", "need", "A lift", "--days", "1", "--json").document
    after = ana("renew", before["code"], "--days", "10", "--json").document
    assert after["expires"] > before["expires"]


def test_answering_and_taking_it_back(street: Run) -> None:
    other = next(row for row in street("list", "needs", "--json").document if not row["mine"])
    answer = street("help-with", other["code"], "--note", "I have a van", "--json")
    assert answer.code == 0
    mine = answer.document["code"]
    (shown,) = [
        row for row in street("show", other["code"], "--json").document["responses"]
        if row["code"] == mine
    ]  # fmt: skip
    assert (shown["who"], shown["note"], shown["state"]) == ("Robin", "I have a van", "offered")
    assert street("release", mine, "--json").document["state"] == "released"
    after = street("show", other["code"], "--json").document["responses"]
    assert mine not in [row["code"] for row in after if row["state"] == "offered"]


def test_what_belongs_to_others_stays_theirs(street: Run) -> None:
    other = next(row for row in street("list", "offers", "--json").document if not row["mine"])
    for arguments in (["withdraw"], ["edit", "--title", "Mine now"], ["park"], ["done"]):
        failed = street(arguments[0], other["code"], *arguments[1:], "--json")
        assert failed.code == 1
        assert failed.document["code"] == "not_allowed"
    assert street("show", other["code"], "--json").document["title"] == other["title"]


def test_a_comment_is_said_corrected_and_taken_back(street: Run) -> None:
    code = street("list", "needs", "--json").document[0]["code"]
    made = street("comment", code, "The lift is out", "--json").document["code"]
    assert street("edit", made, "--text", "The lift works again").code == 0
    assert street("edit", made, "--title", "No title").code == 1

    def texts() -> list[str]:
        return [row["text"] for row in street("show", code, "--json").document["comments"]]

    assert "The lift works again" in texts()
    assert street("withdraw", made, "--json").document["withdrawn"] is True
    assert "The lift works again" not in texts()
    assert street("comment", code, "  ", "--json").document["code"] == "bad_value"


def test_one_cannot_help_oneself(ana: Run) -> None:
    code = ana("post", "need", "A lift", "--json").document["code"]
    assert ana("help-with", code, "--json").document["code"] == "not_allowed"


@pytest.mark.parametrize(
    ("code", "error"), [("ZZZZZZZZ", "not_found"), ("O1", "bad_value"), ("", "bad_value")]
)
def test_a_code_that_is_none(code: str, error: str, ana: Run) -> None:
    for command in ("show", "withdraw", "help-with"):
        failed = ana(command, code, "--json")
        assert failed.code == 1
        assert failed.document["code"] == error


def test_a_code_of_another_kind_is_named(ana: Run) -> None:
    person = ana("me", "--json").document["code"]
    failed = ana("park", person, "--json")
    assert failed.code == 1
    assert "a person, not a need or an offer" in failed.document["error"]
