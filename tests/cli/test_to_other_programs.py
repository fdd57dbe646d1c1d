# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From one group to another, and back home, by the formats of other programs."""

from pathlib import Path

import icalendar
import pytest
import vobject

from tests.cli.conftest import Run

PUBLIC = ("--audience", "public")


@pytest.fixture
def ana(ana: Run) -> Run:
    """Ana, who says of everything that it is for the public."""
    assert ana("me", "--area", "Mill", "--language", "Deutsch", "--language", "العربية").code == 0
    assert ana("skill", "add", "Bread", "--level", "teach", "--note", "slow; sour").code == 0
    assert ana("skill", "add", "Welding", "--level", "learn").code == 0
    assert ana("fix", "add", "Kettle", "--note", "new seals").code == 0
    assert ana("contact", "set", "phone", "+1 416 555 0101", *PUBLIC).code == 0
    assert ana("contact", "set", "email", "ana@post.example", *PUBLIC).code == 0
    for field in ("name", "area", "languages", "skills", "fixes", "posts"):
        assert ana("consent", "set", field, "public").code == 0
    drill = ("post", "offer", "Drill, to lend", "--mode", "lend", "--category", "tools")
    assert ana(*drill, "--standing", "--area", "Mill").code == 0
    meals = ("post", "need", "Meals", "--text", "Soft food.\nNo nuts.", "--category", "food")
    assert ana(*meals, "--parts", "14", "--when", "before seven").code == 0
    place = ana(
        *("place", "add", "Repair café", "--kind", "repair", "--area", "Mill"),
        *("--hours", "First Saturday, 10 to 13", "--fix", "Kettle", "--json"),
    )
    assert ana("consent", "place", place.document["code"], "public").code == 0
    return ana


def export(run: Run, dest: Path, form: str) -> Path:
    done = run("export", form, str(dest), *PUBLIC)
    assert done.code == 0, done.err + done.out
    return dest


def counts(run: Run, *arguments: str, at: Path | None = None) -> tuple[int, int, int]:
    """How many were added, changed, and neither."""
    done = run("import", *arguments, "--json", at=at)
    assert done.code == 0, done.out
    said = done.document
    return said["added"], said["changed"], said["known"] + said["skipped"]


@pytest.mark.parametrize(
    ("form", "name", "records"),
    [("vcard", "street.vcf", 2), ("murmurations", "profiles", 3), ("murmurations", "all.json", 3)],
)
def test_out_home_and_over_to_the_neighbours(
    ana: Run, tmp_path: Path, form: str, name: str, records: int
) -> None:
    dest = export(ana, tmp_path / name, form)
    assert ana("check-export", str(dest)).code == 0
    # At home it says nothing new.
    assert counts(ana, form, str(dest)) == (0, 0, records)

    oak = tmp_path / "oak"
    assert ana("start", "Oak Lane", "--me", "Ben", at=oak).code == 0
    assert counts(ana, form, str(dest), "--dry-run", at=oak) == (records, 0, 0)
    assert ana("list", "places", "--json", at=oak).document == []
    assert counts(ana, form, str(dest), at=oak) == (records, 0, 0)
    assert counts(ana, form, str(dest), at=oak) == (0, 0, records)
    (place,) = ana("list", "places", "--json", at=oak).document
    expected = {"name": "Repair café", "kind": "repair", "area": "Mill"}
    expected["hours"] = "FREQ=MONTHLY;BYDAY=1SA;OPENS=10:00;CLOSES=13:00"
    assert expected.items() <= place.items()
    (log,) = ana("imports", "--json", at=oak).document
    assert (log["origin"], log["format"]) == ("Elm Street", form)
    assert ana("undo-import", log["code"], at=oak).code == 0
    assert ana("list", "places", "--json", at=oak).document == []


def test_ana_is_known_of_next_door(ana: Run, tmp_path: Path) -> None:
    dest = export(ana, tmp_path / "street.vcf", "vcard")
    oak = tmp_path / "oak"
    assert ana("start", "Oak Lane", "--me", "Ben", at=oak).code == 0
    assert counts(ana, "vcard", str(dest), at=oak) == (2, 0, 0)
    (known,) = ana("known", "list", "--json", at=oak).document
    assert known["name"] == "Ana"
    assert known["languages"] == ["Deutsch", "العربية"]
    assert set(known["skills"]) == {"Bread", "Welding"}
    assert known["fixes"] == ["Kettle"]
    assert known["origin"] == "Elm Street"
    assert (known["contacts"], known["has_contacts"], known["agreed"]) == ([], True, None)


def test_posts_arrive_next_door_as_they_are(ana: Run, tmp_path: Path) -> None:
    dest = export(ana, tmp_path / "profiles", "murmurations")
    oak = tmp_path / "oak"
    assert ana("start", "Oak Lane", "--me", "Ben", at=oak).code == 0
    assert counts(ana, "murmurations", str(dest), at=oak) == (3, 0, 0)
    names = ("kind", "title", "text", "category", "area", "when", "mode", "parts", "expires")
    for what in ("needs", "offers"):
        (mine,) = ana("list", what, "--json").document
        (theirs,) = ana("list", what, "--json", at=oak).document
        assert {name: mine[name] for name in names} == {name: theirs[name] for name in names}
        assert theirs["for"] == "Elm Street"


def test_other_programs_read_it(ana: Run, tmp_path: Path) -> None:
    book = export(ana, tmp_path / "street.vcf", "vcard").read_text("utf-8")
    assert [card.fn.value for card in vobject.readComponents(book)] == ["Ana", "Repair café"]
    calendar = export(ana, tmp_path / "street.ics", "icalendar").read_bytes()
    (event,) = icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    assert event["summary"] == "Repair session: Repair café"
    assert event["rrule"]["BYDAY"] == ["1SA"]


def test_what_is_called_off_is_cancelled(ana: Run, tmp_path: Path) -> None:
    tomorrow = ("--from", "tomorrow 18:00", "--until", "tomorrow 19:00")
    made = ana("post", "need", "Lift", "--category", "transport", *tomorrow, "--json")
    assert made.code == 0, made.out
    before = export(ana, tmp_path / "before.ics", "icalendar").read_bytes()
    assert ana("withdraw", made.document["code"]).code == 0
    after = export(ana, tmp_path / "after.ics", "icalendar").read_bytes()
    (one,), (other,) = (
        [
            event
            for event in icalendar.Calendar.from_ical(data).walk("VEVENT")
            if "Lift" in event["summary"]
        ]
        for data in (before, after)
    )
    assert (one["status"], other["status"]) == ("CONFIRMED", "CANCELLED")
    assert one["uid"] == other["uid"]
