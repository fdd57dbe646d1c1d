# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Beginning, inviting, joining, and one's own page."""

import shutil
from pathlib import Path

import pytest

from mutualaid.model.profile import Profile
from mutualaid.sync.service import visit_shelves
from tests.cli.conftest import Neighbours, Run


def test_starting_prints_the_group_and_oneself(run: Run) -> None:
    begun = run("start", "Elm Street", "--me", "Ana", "--json")
    assert begun.code == 0
    assert begun.document["group"] == "Elm Street"
    assert begun.document["me"] == "Ana"
    assert run("show", begun.document["code"], "--json").document["name"] == "Ana"


@pytest.mark.parametrize(("group", "me"), [("   ", "Ana"), ("Elm Street", "  "), ("x" * 200, "A")])
def test_names_of_nothing_are_refused(group: str, me: str, run: Run) -> None:
    failed = run("start", group, "--me", me, "--json")
    assert failed.code == 1
    assert failed.document["code"] == "bad_value"
    assert run("list", "people", "--json").code == 1  # no group was made


def test_several_groups_are_told_apart(run: Run) -> None:
    run("start", "Elm Street", "--me", "Ana")
    run("start", "Choir", "--me", "Ana")
    unclear = run("list", "needs", "--json")
    assert unclear.code == 1
    assert unclear.document["code"] == "ambiguous"
    assert "Choir" in unclear.document["error"]
    assert run("post", "need", "A tenor", "--group", "Choir").code == 0
    assert run("--group", "elm street", "list", "needs", "--json").document == []
    assert run("--group", "Nowhere", "list", "needs", "--json").document["code"] == "not_found"


def test_an_invitation_is_text_and_a_picture(ana: Run, tmp_path: Path) -> None:
    picture = tmp_path / "invitation.svg"
    made = ana("invite", "--uses", "3", "--days", "2", "--qr", str(picture), "--json")
    assert made.code == 0
    assert made.document["invitation"].startswith("mutualaid:join/")
    assert made.document["uses"] == 3
    assert b"<svg" in picture.read_bytes()
    assert ana("invite").out.startswith("mutualaid:join/")


def test_an_unknown_kind_of_picture_makes_no_invitation(ana: Run, tmp_path: Path) -> None:
    failed = ana("invite", "--qr", str(tmp_path / "invitation.docx"), "--json")
    assert failed.code == 1
    assert "No invitation was made" in failed.document["error"]


@pytest.mark.parametrize("harm", [lambda text: text[:-1], lambda text: "hello", lambda text: ""])
def test_a_damaged_invitation_changes_nothing(harm, ana: Run, tmp_path: Path) -> None:
    text = ana("invite", "--json").document["invitation"]
    other = tmp_path / "other"
    failed = ana("join", harm(text), "--me", "Bo", "--wait", "0", "--json", at=other)
    assert failed.code == 1
    assert failed.document["code"] == "bad_invitation"
    assert ana("list", "needs", "--json", at=other).document["code"] == "not_found"


def test_joining_a_group_one_belongs_to_is_refused(ana: Run) -> None:
    text = ana("invite", "--json").document["invitation"]
    failed = ana("join", text, "--me", "Ana", "--wait", "0", "--json")
    assert failed.code == 1
    assert "already" in failed.document["error"]


def test_with_nobody_near_joining_waits_and_keeps_the_request(ana: Run, tmp_path: Path) -> None:
    text = ana("invite", "--json").document["invitation"]
    other = tmp_path / "other"
    waiting = ana("join", text, "--me", "Bo", "--wait", "0", "--json", at=other)
    assert waiting.code == 1
    assert waiting.document["code"] == "waiting"
    assert waiting.document["group"] == "Elm Street"
    assert waiting.document["joined"] is False
    shown = ana("status", "--json", at=other).document
    assert (shown["me"], shown["joined"]) == ("Bo", False)


def test_my_page_shows_what_was_said(ana: Run) -> None:
    said = ana(
        "me", "--area", "North side", "--language", "Español", "--language", "English",
        "--availability", "Evenings", "--json",
    )  # fmt: skip
    assert said.code == 0
    page = said.document
    assert (page["group"], page["me"], page["name"]) == ("Elm Street", "Ana", "Ana")
    assert (page["area"], page["availability"]) == ("North side", "Evenings")
    assert sorted(page["languages"]) == ["English", "Español"]
    assert ana("me", "--name", "Ana B.", "--json").document["me"] == "Ana B."
    assert ana("me", "--name", "   ", "--json").document["code"] == "bad_value"
    assert "North side" in ana("me").out


def test_how_much_one_takes_on_is_said_or_not(ana: Run) -> None:
    assert ana("me", "--json").document["promises"] is None
    assert ana("me", "--promises", "2", "--json").document["promises"] == 2
    assert "Takes on: 2 promises at once, at most" in ana("me").out
    assert ana("me", "--any-promises", "--json").document["promises"] is None
    assert ana("me", "--promises", "2", "--any-promises").code == 2


# -- the group's lock


def test_a_steward_changes_the_lock_and_everybody_sees_who_did(
    street_of_three: Neighbours,
) -> None:
    ana, ben = street_of_three["ana"], street_of_three["ben"]
    assert ben("status", "--json").document["rotations"] == []
    done = ana("rotate", "--json")
    assert done.code == 0
    assert (done.document["group"], done.document["me"]) == ("Elm Street", "Ana")
    assert "The lock of Elm Street is changed." in ana("rotate").out
    street_of_three.meet()
    status = ben("status", "--json").document
    assert [each["who"] for each in status["rotations"]] == ["Ana", "Ana"]
    assert status["rotations"][-1]["at"] == done.document["at"]
    assert not any("key has not come" in each for each in status["advisories"])
    assert "Ana changed the group's lock" in ben("status").out


def test_who_is_no_steward_cannot_change_the_lock(street_of_three: Neighbours) -> None:
    ben = street_of_three["ben"]
    failed = ben("rotate", "--json")
    assert (failed.code, failed.document["code"]) == (1, "not_allowed")
    assert failed.document["error"].endswith("Nothing was changed. Ask Ana.")
    assert ben("status", "--json").document["rotations"] == []


def test_changing_the_lock_leaves_the_way_on_every_shelf(
    street_of_three: Neighbours, tmp_path: Path
) -> None:
    ana, ben = street_of_three["ana"], street_of_three["ben"]
    stick = tmp_path / "stick"
    stick.mkdir()
    for run in (ana, ben):
        assert run("relay", "add", f"folder:{stick}").code == 0
    before = set(stick.rglob("*.parcel"))
    assert ana("rotate").code == 0
    assert set(stick.rglob("*.parcel")) - before
    with Profile.open(street_of_three.profile("ben")) as profile, profile.open_group() as group:
        visit_shelves(profile, group)
    assert len(ben("status", "--json").document["rotations"]) == 1
    shutil.rmtree(stick)
    away = ana("rotate")
    assert away.code == 0
    assert "Plug in the stick" in away.err
