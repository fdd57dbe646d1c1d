# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists that come in and go again, and the people they know of, on the command line."""

import os
import signal
from pathlib import Path

import pytest

from mutualaid.model.directories import importing, undoing
from mutualaid.model.group import Group
from tests.cli.conftest import Neighbours, Run

PEOPLE = "id;Name;Phone;Area;Note\n1;Rosa Díaz;+34 600 111 222;Centre;x\n2;Ben Rot;;North;\n"
PLACES = "id,Organisation,Address\n1,Food bank,Mill Lane 1\n"


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "neighbours.csv"
    path.write_text(PEOPLE, encoding="cp1252")
    return path


def test_a_trial_says_what_would_come_in(ana: Run, people: Path) -> None:
    tried = ana("import", "csv", str(people), "--dry-run", "--json").document
    assert (tried["added"], tried["changed"], tried["code"], tried["dry_run"]) == (2, 0, None, True)
    assert [line["title"] for line in tried["adds"]] == ["Rosa Díaz", "Ben Rot"]
    assert tried["tables"][0]["what"] == "person"
    assert tried["tables"][0]["columns"] == {
        "id": "id", "Name": "name", "Phone": "phone", "Area": "area", "Note": "",
    }  # fmt: skip
    assert tried["problems"][0]["kept"] is True
    said = ana("import", "csv", str(people), "--dry-run")
    assert "Note = kept beside" in said.err
    assert "Only you and the stewards will be able to read: Note." in said.err
    assert (tried["read_by_all"], tried["sealed"]) == ([], ["Note"])
    assert "Windows-1252" in said.err
    assert "2 records would be added" in said.out
    assert ana("known", "list", "--json").document == []
    assert ana("imports", "--json").document == []


def test_it_comes_in_and_goes_again(ana: Run, people: Path) -> None:
    done = ana("import", "csv", str(people), "--origin", "Parish", "--licence", "CC0", "--json")
    assert done.code == 0
    code = done.document["code"]
    (row,) = ana("imports", "--json").document
    assert (row["code"], row["who"], row["origin"], row["licence"], row["added"]) == (
        code, "Ana", "Parish", "CC0", 2,
    )  # fmt: skip
    assert "2 added" in ana("imports").out
    again = ana("import", "csv", str(people), "--origin", "Parish", "--json").document
    assert (again["added"], again["known"], again["code"]) == (0, 2, None)
    trial = ana("undo-import", code, "--dry-run", "--json").document
    assert (trial["removed"], trial["kept"]) == (2, [])
    assert len(ana("known", "list", "--json").document) == 2
    assert "2 records are gone" in ana("undo-import", code).out
    assert ana("known", "list", "--json").document == []
    assert ana("imports", "--json").document[0]["undone"] is True
    assert ana("undo-import", "ZZZZZZ", "--json").document["code"] == "not_found"


def test_everybody_reads_what_is_kept_beside_unless_it_is_left_out(
    ana: Run, tmp_path: Path
) -> None:
    path = tmp_path / "places.csv"
    path.write_text("Organisation,Address,Hours,Diagnosis\nKitchen,Mill Lane 1,,none\n")
    tried = ana("import", "csv", str(path), "--what", "place", "--dry-run")
    said = "Everybody in the group will be able to read: Diagnosis. To leave a column out: --map"
    assert said in tried.err
    asked = ("import", "csv", str(path), "--what", "place", "--map", "Diagnosis=-", "--json")
    assert ana(*asked).document["read_by_all"] == []
    assert "none" not in repr(ana("place", "list", "--json").document)


def test_a_member_who_brought_a_list_notes_it_for_the_group_alone(
    street_of_three: Neighbours, people: Path
) -> None:
    ana, ben = street_of_three["ana"], street_of_three["ben"]
    ben("import", "csv", str(people))
    street_of_three.meet()
    code = ben("known", "list", "--search", "rosa", "--json").document[0]["code"]
    said = ben("known", "agree", code, "at the door", "--audience", "public").out
    assert "It counts for group" in said
    assert "For more a steward has to note that they agreed, too." in said
    street_of_three.meet()
    plan = ana("export", "csv", "x", "--audience", "public", "--dry-run", "--json").document
    (held,) = (each for each in plan["held"] if each["code"] == code)
    assert held["said"] == "A steward has to note that they agreed, too."


def test_who_is_known_of_is_asked_first(street_of_three: Neighbours, people: Path) -> None:
    ana, ben = street_of_three["ana"], street_of_three["ben"]
    ana("import", "csv", str(people))
    street_of_three.meet()
    rosa = ben("known", "list", "--search", "rosa", "--json").document[0]
    assert (rosa["contacts"], rosa["has_contacts"], rosa["agreed"]) == ([], False, None)
    code = rosa["code"]
    assert ben("known", "agree", code, "by phone", "--json").document["code"] == "not_allowed"
    assert "not asked yet" in ana("known", "list").out
    agreed = ana("known", "agree", code, "by phone, 3 May", "--audience", "print", "--json")
    assert agreed.document["contacts"] == [{"kind": "phone", "value": "+34 600 111 222"}]
    assert agreed.document["agreed"] == "by phone, 3 May (Ana)"
    (word,) = agreed.document["words"]
    assert (word["by"], word["audience"], word["steward"]) == ("Ana", "print", True)
    street_of_three.meet()
    assert "+34 600 111 222" in ben("known", "list").out
    disagreed = ana("known", "disagree", code, "--json").document
    assert (disagreed["contacts"], disagreed["agreed"]) == ([], None)
    assert ana("known", "forget", code).code == 0
    street_of_three.meet()
    assert [row["name"] for row in ben("known", "list", "--json").document] == ["Ben Rot"]
    assert ana("known", "agree", code, "x", "--json").document["code"] == "not_found"
    place = ana("place", "add", "Kitchen", "--json").document["code"]
    assert ana("known", "forget", place, "--json").document["code"] == "bad_value"


def test_what_was_built_on_stays_and_is_said(street_of_three: Neighbours, tmp_path: Path) -> None:
    ana, ben = street_of_three["ana"], street_of_three["ben"]
    file = tmp_path / "city.csv"
    file.write_text(PLACES)
    code = ana("import", "csv", str(file), "--json").document["code"]
    street_of_three.meet()
    place = ben("list", "places", "--json").document[0]["code"]
    ben("place", "edit", place, "--area", "Mitte")
    street_of_three.meet()
    undone = ana("undo-import", code)
    assert "stays: Food bank Ben changed it since." in undone.err
    assert "0 records are gone, 0 are as before, 1 stays." in undone.out


def test_what_columns_are_can_be_said(ana: Run, tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("Foo,Bar=baz,Secret\nKitchen,Mill Lane,x\n")
    refused = ana("import", "csv", str(file), "--json")
    assert (refused.code, refused.document["code"]) == (1, "bad_file")
    assert "Nothing tells" in refused.document["error"]
    done = ana(
        "import", "csv", str(file), "--what", "place", "--map", "Foo=name",
        "--map", "Bar=baz=address", "--map", "Secret=-", "--json",
    )  # fmt: skip
    assert done.document["added"] == 1
    assert ana("list", "places", "--json").document[0]["name"] == "Kitchen"
    assert ana("import", "csv", str(file), "--map", "nonsense").code == 2
    wrong = ana("import", "csv", str(file), "--map", "Foo=colour", "--json")
    assert wrong.document["code"] == "bad_value"


def test_what_is_probably_here_comes_in_only_if_that_is_said(ana: Run, tmp_path: Path) -> None:
    ana("place", "add", "Food bank", "--area", "Mitte")
    file = tmp_path / "city.csv"
    file.write_text(PLACES)
    skipped = ana("import", "csv", str(file), "--json").document
    assert [(line["skip"], line["title"]) for line in skipped["skips"]] == [
        ("probably the same", "Food bank")
    ]
    assert ana("import", "csv", str(file), "--anyway", "--json").document["added"] == 1
    assert len(ana("list", "places", "--json").document) == 2


def test_a_file_that_is_none(ana: Run, tmp_path: Path) -> None:
    for format_ in ("csv", "xlsx", "hsds", "ords", "vcard", "murmurations"):
        missing = ana("import", format_, str(tmp_path / "nowhere"), "--json")
        assert (missing.code, missing.document["code"]) == (1, "bad_file")
    assert ana("import", "doc", str(tmp_path)).code == 2


def test_what_may_be_people_or_places_is_not_written_until_somebody_says(
    ana: Run, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Name,Phone,Email,Address\nRosa,555 1001,e@x.example,1 Elm\n")
    refused = ana("import", "csv", str(file), "--json")
    assert (refused.code, refused.document["code"]) == (1, "bad_value")
    assert "Say --what person" in refused.document["error"]
    assert ana("list", "places", "--json").document == []
    tried = ana("import", "csv", str(file), "--dry-run", "--json").document
    assert (tried["tables"][0]["what"], tried["tables"][0]["unsure"]) == ("person", True)
    assert ana("import", "csv", str(file), "--what", "person", "--json").document["added"] == 1
    assert ana("list", "places", "--json").document == []


def test_stopped_by_ctrl_c_it_says_what_is_in_and_how_it_goes_again(
    ana: Run, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 1)
    monkeypatch.setattr(undoing, "BATCH", 1)
    before = signal.getsignal(signal.SIGINT)  # ignored, where the tests run in the background
    write, undo = Group._write_batch, Group._undo_some

    def interrupted_write(*given: object) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return write(*given)  # type: ignore[arg-type]

    def interrupted_undo(*given: object) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return undo(*given)  # type: ignore[arg-type, func-returns-value]

    with monkeypatch.context() as patch:
        patch.setattr(Group, "_write_batch", interrupted_write)
        stopped = ana("import", "csv", str(people), "--json")
        code = ana("imports", "--json").document[0]["code"]
        assert (stopped.code, stopped.document["code"]) == (1, "stopped")
        assert (stopped.document["import"], stopped.document["added"]) == (code, 1)
        assert f"undo-import {code}" in stopped.document["error"]
    assert ana("import", "csv", str(people), "--json").document["added"] == 1
    with monkeypatch.context() as patch:
        patch.setattr(Group, "_write_batch", interrupted_write)
        more = people.with_name("more.csv")
        more.write_text("Name,Phone\nA,555 1001\nB,555 1002\nC,555 1003\n")
        code = ana("import", "csv", str(more), "--json").document["import"]
    assert ana("import", "csv", str(more), "--origin", "more", "--json").code == 0
    with monkeypatch.context() as patch:
        patch.setattr(Group, "_undo_some", interrupted_undo)
        latest = ana("imports", "--json").document[0]
        assert latest["added"] == 2
        undone = ana("undo-import", latest["code"], "--json")
        assert (undone.code, undone.document["code"]) == (1, "stopped")
        assert (undone.document["import"], undone.document["undone"]) == (latest["code"], 1)
    assert ana("undo-import", latest["code"], "--json").document["removed"] == 1
    assert ana("undo-import", code, "--json").document["removed"] == 1
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_while_a_list_is_read_or_a_directory_written(
    ana: Run, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_given: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    def read(self: Group, *_given: object, **_named: object) -> None:
        interrupt()
        _given[3](0, 1)  # type: ignore[operator]

    with monkeypatch.context() as patch:
        patch.setattr(Group, "read_import", lambda self, *given, **named: read(self, *given))
        stopped = ana("import", "csv", str(people), "--json")
    assert (stopped.code, stopped.document["code"]) == (1, "stopped")
    assert "Nothing was written" in stopped.document["error"]

    def write(_self: Group, _plan: object, _dest: Path, *, tick: object) -> None:
        interrupt()
        tick(0, 1)  # type: ignore[operator]

    monkeypatch.setattr(Group, "write_directory", write)
    stopped = ana("export", "csv", str(tmp_path / "out"), "--json")
    assert (stopped.code, stopped.document["code"]) == (1, "stopped")


def test_one_record_is_one_record(ana: Run, tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text("Name,Phone\nRosa,555 1001\n")
    assert "1 record would be added" in ana("import", "csv", str(file), "--dry-run").out
    assert "1 record added" in ana("import", "csv", str(file)).out
    assert "1 record was there already" in ana("import", "csv", str(file)).out
    code = ana("imports", "--json").document[0]["code"]
    assert "1 record is gone, 0 are as before" in ana("undo-import", code).out


def test_of_many_columns_the_first_are_shown(ana: Run, tmp_path: Path) -> None:
    file = tmp_path / "wide.csv"
    more = [f"c{number}" for number in range(60)]
    file.write_text(",".join(["Name", "Phone", *more]) + "\nRosa,555 1001" + "," * 60 + "\n")
    said = ana("import", "csv", str(file), "--dry-run").err
    assert "c27 = kept beside, … and 32 more columns" in said
    file.write_text(",".join(f"c{number}" for number in range(20_000)) + "\nx\n")
    refused = ana("import", "csv", str(file), "--dry-run", "--json")
    assert (refused.code, refused.document["code"]) == (1, "bad_file")
    assert "more than 500 columns in line 1" in refused.document["error"]


def test_the_encoding_of_a_list_can_be_said(ana: Run, tmp_path: Path) -> None:
    file = tmp_path / "volunteers.csv"
    file.write_bytes("Name;Telefon\nJürgen Größe;0151 123\n".encode("mac_roman"))
    tried = ana("import", "csv", str(file), "--encoding", "mac-roman", "--dry-run", "--json")
    assert [line["title"] for line in tried.document["adds"]] == ["Jürgen Größe"]
    assert tried.document["problems"] == []
    guessed = ana("import", "csv", str(file), "--dry-run").err
    assert "It was read as" in guessed
    for name in ("klingon", "base64", "rot13", "zip", "idna", "x" * 300):
        refused = ana("import", "csv", str(file), "--encoding", name, "--json")
        assert (refused.code, refused.document["code"]) == (1, "bad_value")
    assert ana("import", "vcard", str(file), "--encoding", "utf-8").code == 2
