# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The life of a post, and what others say to it."""

from pathlib import Path

import pytest
from PIL import Image

from mutualaid.cli.zones import machine_zone
from mutualaid.model.demo import begin
from mutualaid.model.profile import Profile
from mutualaid.model.values import PostStatus
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
    other = next(
        row
        for row in street("list", "needs", "--json").document
        if not row["mine"] and PostStatus(row["status"]).wants_help and row["ask"]
    )
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


# -- parts, times, photos


def test_parts_of_several_sorts(ana: Run) -> None:
    made = ana("post", "need", "Help", "--part", "dinners=5", "--part", "loads = 2", "--json")
    assert (made.document["parts"], made.document["ask"]) == (7, False)
    code = made.document["code"]
    shown = ana("show", code, "--json").document
    assert {row["name"]: row["wanted"] for row in shown["sorts"]} == {"dinners": 5, "loads": 2}
    edited = ana("edit", code, "--part", "dinners=3", "--ask", "--json").document
    assert (edited["parts"], edited["ask"]) == (3, True)
    single = ana("edit", code, "--parts", "4", "--json").document
    assert single["parts"] == 4
    assert ana("show", code, "--json").document["sorts"][0]["name"] == ""
    for wrong in ("dinners", "dinners=", "=", "dinners=many", "dinners=-1"):
        assert ana("post", "need", "Help", "--part", wrong).code == 2
    assert ana("post", "need", "Help", "--part", "a=1", "--parts", "2").code == 2
    assert ana("post", "need", "Help", "--part", "=3", "--json").document["code"] == "bad_value"


def test_whether_a_yes_is_needed(ana: Run) -> None:
    def ask(*options: str) -> bool:
        return bool(ana("post", "need", "A lift", *options, "--json").document["ask"])

    assert ask()
    assert not ask("--take")
    assert not ask("--parts", "2")
    assert ask("--parts", "2", "--ask")


def test_a_window_of_time_goes_by_the_clock_of_the_group(run: Run) -> None:
    run("start", "Elm Street", "--me", "Ana", "--zone", "Asia/Tokyo")
    made = run(
        "post", "need", "A lift", "--from", "2027-03-01 09:00", "--until", "11:30", "--json"
    ).document
    assert (made["from"], made["until"]) == ("2027-03-01T00:00:00.000Z", "2027-03-01T02:30:00.000Z")
    assert made["repeat"] is None
    assert made["expires"] > made["until"]
    assert "Time: 2027-03-01 09:00 to 11:30\n" in run("show", made["code"]).out
    weekly = run("edit", made["code"], "--repeat", "weekly", "--json").document
    assert (weekly["repeat"], weekly["from"]) == ("weekly", made["from"])
    assert "11:30, weekly" in run("show", made["code"]).out
    once = run("edit", made["code"], "--repeat", "once", "--until", "", "--json").document
    assert (once["repeat"], once["until"], once["from"]) == (None, None, made["from"])
    day = run("post", "need", "A lift", "--from", "2027-03-01", "--until", "2027-03-01", "--json")
    assert day.document["until"] == "2027-03-01T15:00:00.000Z"


def test_a_group_has_a_time_zone(run: Run, profile: Path) -> None:
    refused = run("start", "Elm Street", "--me", "Ana", "--zone", "Mars/Olympus", "--json")
    assert refused.document["code"] == "bad_value"
    assert not profile.exists()
    run("start", "Elm Street", "--me", "Ana")
    with Profile.open(profile) as opened, opened.open_group() as group:
        assert group.tz == machine_zone()


def test_for_somebody_who_agreed(ana: Run) -> None:
    made = ana("post", "need", "Shopping", "--for", "Mr. Ito", "--yes", "At his door", "--json")
    assert (made.document["for"], made.document["yes"]) == ("Mr. Ito", "At his door")
    assert "Their yes: Mr. Ito agreed: At his door" in ana("show", made.document["code"]).out
    assert ana("post", "need", "Shopping", "--yes", "At his door").code == 2


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "kettle.png"
    Image.new("RGB", (40, 30), "red").save(file)
    return file


def test_photos(ana: Run, picture: Path, tmp_path: Path) -> None:
    other = tmp_path / "lid.jpg"
    Image.new("RGB", (30, 40), "blue").save(other)
    made = ana("post", "offer", "A kettle", "--photo", str(picture), "--alt", "A kettle", "--json")
    assert made.err == ""
    (photo,) = made.document["photos"]
    assert (photo["alt"], photo["here"], len(photo["hash"])) == ("A kettle", True, 64)
    code = made.document["code"]
    added = ana("edit", code, "--photo", str(other), "--json")
    assert "--alt" in added.err
    assert [each["alt"] for each in added.document["photos"]] == ["A kettle", ""]
    assert "Photo 2: not described" in ana("show", code).out
    described = ana("edit", code, "--describe", "2", "Its lid", "--json").document["photos"]
    assert [each["alt"] for each in described] == ["A kettle", "Its lid"]
    assert ana("list", "offers", "--json").document[0]["photos"] == described
    file = tmp_path / "out.jpg"
    written = ana("photo", code, "2", str(file), "--json").document
    assert (written["alt"], written["bytes"]) == ("Its lid", file.stat().st_size)
    with Image.open(file) as opened:
        assert opened.size == (30, 40)
    left = ana("edit", code, "--remove-photo", "1", "--json").document["photos"]
    assert [each["alt"] for each in left] == ["Its lid"]
    missing = ana("photo", code, "2", str(tmp_path / "none.jpg"), "--json")
    assert missing.document["code"] == "not_found"
    assert not (tmp_path / "none.jpg").exists()


def test_words_and_photos_are_changed_one_after_the_other(ana: Run, picture: Path) -> None:
    code = ana("post", "offer", "A kettle", "--json").document["code"]
    for options in (
        ("--title", "A pot", "--photo", str(picture)),
        ("--photo", str(picture), "--remove-photo", "1"),
        ("--alt", "Nothing there"),
    ):
        assert ana("edit", code, *options).code == 2
    (offer,) = ana("list", "offers", "--json").document
    assert (offer["title"], offer["photos"]) == ("A kettle", [])


def test_what_is_forgotten_is_asked_twice_and_gone(ana: Run) -> None:
    code = ana("post", "need", "A ladder", "--json").document["code"]
    asked = ana("forget", code)
    assert asked.code == 2
    assert "cannot reach paper" in " ".join(asked.err.split())
    assert len(ana("list", "needs", "--json").document) == 1
    assert ana("forget", code, "--yes", "--json").document == {"code": code, "forgotten": True}
    assert ana("list", "needs", "--json").document == []
    assert ana("list", "past", "--json").document == []
    assert ana("show", code).code == 1
