# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Directories out, by command: what may leave, the plan, the act, the log, the check."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.cli.conftest import Neighbours, Run
from tests.helpers.disks import SmallDisk


@pytest.fixture
def sharing(ana: Run) -> Run:
    """Ana, who lets her name, her area and her posts leave."""
    for field in ("name", "area", "posts"):
        assert ana("consent", "set", field, "print").code == 0
    ana("me", "--area", "Hill")
    ana("post", "need", "Soup")
    return ana


def test_what_may_leave_is_said_and_shown(ana: Run) -> None:
    before = ana("consent", "list", "--json").document
    assert set(before.values()) == {"group"}
    after = ana("consent", "set", "skills", "public", "--json").document
    assert after == before | {"skills": "public"}
    assert "public" in ana("consent", "list").out
    assert ana("consent", "set", "salary", "public").code == 2
    assert ana("consent", "set", "name", "everybody").code == 2


def test_posts_and_places_say_for_themselves(ana: Run) -> None:
    post = ana("post", "need", "Soup", "--json").document["code"]
    place = ana("place", "add", "Hall", "--json").document["code"]
    said = ana("consent", "post", post, "print", "--photos", "public", "--json").document
    assert said == {"code": post, "post": "print", "photos": "public", "for": "group"}
    assert ana("consent", "post", post, "--json").document == said
    assert ana("consent", "place", place, "--json").document["place"] == "group"
    ana("consent", "place", place, "linked")
    assert ana("consent", "place", place).out == "linked\n"
    assert ana("consent", "post", place).code == 1


def test_the_plan_lists_what_leaves_and_what_stays(sharing: Run, tmp_path: Path) -> None:
    sharing("me", "--language", "English")
    done = sharing("export", "vcard,text", "--audience", "print", "--dry-run", "--json")
    plan = done.document
    assert set(plan) == {"audience", "formats", "leaves", "held", "losses", "as_of", "ends"}
    assert plan["formats"] == ["vcard", "text"]
    assert [(each["sort"], each["title"]) for each in plan["leaves"]] == [
        ("person", "Ana"),
        ("post", "Soup"),
    ]
    assert plan["leaves"][0]["fields"] == ["name", "area"]
    (held,) = plan["held"]
    assert (held["sort"], held["title"], held["field"], held["why"], held["format"]) == (
        "person",
        "Ana",
        "languages",
        "no consent",
        "",
    )
    assert {
        key: value
        for key, value in next(each for each in plan["losses"] if each["field"] == "post").items()
        if key != "why"
    } == {"format": "vcard", "field": "post", "count": 1}
    assert plan["as_of"]["other_machines"] == 0
    text = sharing("export", "vcard", "--audience", "print", "--dry-run").out
    assert "Would leave, for “print”: 1 person." in text
    assert "languages" in text
    assert "Nothing was written" in text
    assert not sharing("exports", "--json").document


def test_an_export_and_its_log_and_its_check(sharing: Run, tmp_path: Path) -> None:
    dest = tmp_path / "out"
    done = sharing(
        "export", "vcard,text,site", str(dest), "--audience", "print", "--days", "7", "--json"
    ).document
    assert (done["people"], done["posts"], done["audience"]) == (1, 1, "print")
    assert done["formats"] == ["vcard", "text", "site"]
    assert {each.name for each in dest.iterdir()} == {
        "manifest.json",
        "site",
        "directory.txt",
        "directory.vcf",
    }
    (logged,) = sharing("exports", "--json").document
    assert logged == {key: done[key] for key in logged}
    (mine,) = sharing("exports", "--with-me", "--json").document
    assert mine["fields"][:3] == ["name", "area", "posts"]
    assert done["code"] in sharing("exports").out
    checked = sharing("check-export", str(dest), "--json")
    assert checked.code == 0
    assert (checked.document["ok"], checked.document["signer"]) == (True, "member")
    assert checked.document["export"] == done["code"]
    (dest / "directory.txt").write_text("changed")
    spoiled = sharing("check-export", str(dest), "--json")
    assert spoiled.code == 1
    assert spoiled.document["problems"] == ["directory.txt was changed."]


def test_anybody_can_check_one(sharing: Run, tmp_path: Path) -> None:
    dest = tmp_path / "out.vcf"
    sharing("export", "vcard", str(dest), "--audience", "print")
    checked = sharing("check-export", str(dest), "--json", at=tmp_path / "no profile")
    assert checked.code == 0
    assert checked.document["signer"] == "unknown"
    assert "Signed" in sharing("check-export", str(dest)).out


def test_all_formats_at_once(sharing: Run, tmp_path: Path) -> None:
    done = sharing("export", "all", str(tmp_path / "out"), "--json")
    assert done.code == 0
    assert "automerge" in done.document["formats"]
    outside = sharing("export", "all", "--audience", "public", "--dry-run", "--json").document
    assert len(outside["formats"]) == len(done.document["formats"]) - 1
    assert sharing("check-export", str(tmp_path / "out")).code == 0


def test_what_is_left_out_stays(sharing: Run, tmp_path: Path) -> None:
    code = sharing("list", "needs", "--json").document[0]["code"]
    plan = sharing(
        "export", "text", "--audience", "print", "--leave-out", code, "--dry-run", "--json"
    ).document
    assert not plan["leaves"]
    assert [each["why"] for each in plan["held"] if each["sort"] == "post"] == ["left out"]


def test_changing_ones_mind_says_what_left(sharing: Run, tmp_path: Path) -> None:
    sharing("export", "vcard", str(tmp_path / "out.vcf"), "--audience", "print")
    said = sharing("consent", "set", "area", "group")
    assert "went out before with 1 of the exports" in said.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("pdf", "{dest}"), 1, "no format"),
        (("vcard", "{dest}", "--days", "0"), 1, "at least a day"),
        (("vcard", "{dest}", "--days", "400"), 1, "366 days"),
        (("automerge", "{dest}", "--audience", "public"), 1, "copy of the whole group"),
        (("vcard", "{dest}", "--audience", "me"), 2, "audience"),
        (("vcard", "{dest}", "--leave-out", "ZZZZ"), 1, "Nothing here has a code"),
        (("vcard",), 2, "DEST"),
        (("vcard", "{dest}/a/b"), 1, "is not there"),
    ],
)
def test_what_cannot_be_done_is_said(
    sharing: Run, tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    dest = tmp_path / "out"
    ran = sharing("export", *(each.format(dest=dest) for each in arguments))
    assert ran.code == code
    assert words in ran.err
    assert not dest.exists()
    assert not sharing("exports", "--json").document


def test_a_member_takes_a_copy_only(street_of_three: Neighbours, tmp_path: Path) -> None:
    ben = street_of_three["ben"]
    refused = ben("export", "vcard", str(tmp_path / "out.vcf"), "--audience", "print", "--json")
    assert refused.code == 1
    assert refused.document["code"] == "not_allowed"
    assert ben("export", "automerge", str(tmp_path / "copy")).code == 0
    assert ben("group-contact", "--email", "a@example.org").code == 1


def test_the_group_says_where_it_can_be_asked(ana: Run) -> None:
    assert "would not know whom to ask" in ana("group-contact").err
    said = ana(
        *("group-contact", "--email", "elm@example.org", "--form", "https://example.org/ask"),
        *("--point", "Hill=52.1,-1.25", "--point", "Dale=1,2", "--json"),
    ).document
    assert said["points"] == {"Dale": [1.0, 2.0], "Hill": [52.1, -1.25]}
    less = ana("group-contact", "--point", "Dale=", "--form", "", "--json").document
    assert (less["email"], less["form"], less["points"]) == (
        "elm@example.org",
        "",
        {"Hill": [52.1, -1.25]},
    )
    for wrong in (("--point", "Hill"), ("--point", "Hill=x,y"), ("--form", "ftp://x")):
        assert ana("group-contact", *wrong).code == 1
    assert ana("group-contact", "--json").document == less


# Real disks


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with SmallDisk(tmp_path / "disk", "400k") as mounted:
        yield mounted


def export(disk: SmallDisk, profile: Path, dest: str) -> CompletedProcess[str]:
    program = ("-m", "mutualaid", "--profile", str(profile))
    return disk.run(sys.executable, *program, "export", "site", str(disk.folder / dest), "--json")


@pytest.mark.lab
def test_a_disk_that_is_full_or_read_only(sharing: Run, profile: Path, disk: SmallDisk) -> None:
    del sharing
    there = disk.folder / "out"
    assert export(disk, profile, "out").returncode == 0
    assert "index.html" in disk.run("ls", str(there)).stdout
    disk.fill()
    full = export(disk, profile, "more")
    assert full.returncode == 1
    assert "no room left" in json.loads(full.stdout)["error"]
    assert "Traceback" not in full.stderr
    disk.set_writable(False)
    fixed = export(disk, profile, "more")
    assert fixed.returncode == 1
    assert "only be read" in json.loads(fixed.stdout)["error"]
    assert disk.run("ls", "-A", str(disk.folder)).stdout.split() == ["filler", "out"]
    top = disk.run("ls", "-A", os.fspath(there)).stdout
    assert "manifest.json" in top


def test_an_export_is_shown_by_its_code(sharing: Run, tmp_path: Path) -> None:
    done = sharing("export", "vcard", str(tmp_path / "out.vcf"), "--audience", "print", "--json")
    code = done.document["code"]
    shown = sharing("show", code, "--json").document
    assert (shown["code"], shown["formats"]) == (code, ["vcard"])
    assert shown["of_me"] == ["name", "area"]
    assert "Of you: name, area" in sharing("show", code).out


@pytest.mark.parametrize("name", ["csv", "murmurations"])
def test_one_format_of_several_files_in_a_single_one(
    sharing: Run, tmp_path: Path, name: str
) -> None:
    suffix = {"csv": ".csv", "murmurations": ".json"}[name]
    assert sharing("export", name, str(tmp_path / "folder"), "--audience", "print").code == 0
    assert (tmp_path / "folder" / "manifest.json").is_file()
    dest = tmp_path / f"one{suffix}"
    assert sharing("export", name, str(dest), "--audience", "print").code == 0
    assert dest.is_file()
    assert sharing("check-export", str(dest)).code == 0


def test_what_is_written_says_what_is_in_it(ana: Run, tmp_path: Path) -> None:
    starts = "tomorrow 9:00"
    said = ana("export", "geojson", str(tmp_path / "map.geojson"), "--audience", "public").out
    assert "An empty directory written to" in said
    code = ana("post", "need", "Lift", "--from", starts, "--json").document["code"]
    assert "1 post written to" in ana("export", "icalendar", str(tmp_path / "a.ics")).out
    ana("withdraw", code)
    said = ana("export", "icalendar", str(tmp_path / "b.ics")).out
    assert "1 event that is called off written to" in said
