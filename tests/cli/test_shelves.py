# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shelves by command, and parcels in files."""

from pathlib import Path

import pytest

from tests.cli.conftest import Neighbours, Ran, Run


def titles(ran: Ran) -> set[str]:
    return {post["title"] for post in ran.document}


def test_a_folder_is_added_shown_and_removed(ana: Run, tmp_path: Path) -> None:
    address = f"folder:{tmp_path / 'stick'}"
    assert ana("relay", "list", "--json").document == []
    assert "relay add" in ana("relay", "list").out
    added = ana("relay", "add", address, "--json").document
    assert (added["address"], added["reachable"], added["local"]) == (address, True, True)
    (shown,) = ana("status", "--json").document["shelves"]
    assert shown["address"] == address
    assert shown["last_heard"]
    assert address in ana("status").out
    assert ana("relay", "list", "--json").document == [shown]
    assert ana("relay", "remove", address).code == 0
    assert ana("status", "--json").document["shelves"] == []
    again = ana("relay", "remove", address, "--json")
    assert (again.code, again.document["code"]) == (1, "not_found")


def test_a_folder_behind_a_link_is_known_by_both_names(ana: Run, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    ana("relay", "add", f"folder:{tmp_path / 'link'}")
    assert ana("relay", "remove", f"folder:{tmp_path / 'link'}").code == 0
    assert ana("relay", "list", "--json").document == []


def test_a_relay_belongs_to_the_group_and_is_kept_though_it_does_not_answer(
    ana: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "relay:127.0.0.1:1/" + "a" * 52
    added = ana("relay", "add", address, "--json")
    assert added.code == 0
    assert (added.document["reachable"], added.document["local"]) == (False, False)
    assert "Nothing is lost" in added.err
    assert ana("relay", "remove", address).code == 0


@pytest.mark.parametrize("address", ["", "stick", "folder:", "relay:nowhere", "ftp://somewhere/x"])
def test_what_is_no_shelf_is_refused_in_a_sentence(ana: Run, address: str) -> None:
    ran = ana("relay", "add", address, "--json")
    assert (ran.code, ran.document["code"]) == (1, "bad_value")
    assert ana("relay", "list", "--json").document == []


def test_there_is_an_end_to_shelves(ana: Run, tmp_path: Path) -> None:
    for number in range(8):
        assert ana("relay", "add", f"folder:{tmp_path}/{number}").code == 0
    assert ana("relay", "add", f"folder:{tmp_path}/9").code == 1
    assert ana("relay", "add", f"folder:{tmp_path}/1").code == 0, "that one is there already"
    assert ana("relay", "add", f"folder:{tmp_path}/{'x' * 200}", "--json").code == 1


def test_a_file_carries_what_was_written(tmp_path: Path, run: Run) -> None:
    street = Neighbours(tmp_path, run, "ana", "ben")
    street["ana"]("post", "need", "A ladder")
    file = tmp_path / "parcels"
    written = street["ana"]("parcel", "write", str(file), "--json").document
    assert written["bytes"] == file.stat().st_size
    assert b"ladder" not in file.read_bytes()
    read = street["ben"]("parcel", "read", str(file), "--json").document
    assert read["entries"] > 0
    assert read["problems"] == []
    assert titles(street["ben"]("list", "needs", "--json")) == {"A ladder"}
    again = street["ben"]("parcel", "read", str(file), str(file), "--json").document
    assert (again["entries"], again["photos"]) == (0, 0)
    assert street["ben"]("relay", "list", "--json").document == [], "a file is no shelf"


def test_only_what_is_new_where_that_is_asked_for(tmp_path: Path, run: Run) -> None:
    street = Neighbours(tmp_path, run, "ana", "ben")
    for number in range(60):
        street["ana"]("post", "need", f"Number {number}")
    street["ana"]("parcel", "write", str(tmp_path / "one"))
    street["ben"]("parcel", "read", str(tmp_path / "one"))
    street["ben"]("parcel", "write", str(tmp_path / "back"))
    street["ana"]("parcel", "read", str(tmp_path / "back"))
    street["ana"]("post", "need", "One more")
    new = street["ana"]("parcel", "write", str(tmp_path / "new"), "--new", "--json").document
    everything = street["ana"]("parcel", "write", str(tmp_path / "all"), "--json").document
    assert new["entries"] < 5
    assert everything["entries"] > 60
    street["ben"]("parcel", "read", str(tmp_path / "new"))
    assert "One more" in titles(street["ben"]("list", "needs", "--json"))


def test_joining_by_files_alone(tmp_path: Path, run: Run) -> None:
    """The invitation, and three walks with a stick."""
    ana, ben = (
        (lambda *arguments, at=tmp_path / name: run(*arguments, at=at)) for name in ("ana", "ben")
    )
    ana("start", "Elm Street", "--me", "Ana")
    ana("post", "need", "A ladder")
    invitation = ana("invite", "--json").document["invitation"]
    ana("parcel", "write", str(tmp_path / "1"))
    assert ben("join", invitation, "--me", "Ben", "--wait", "0").code == 1
    assert ben("parcel", "write", str(tmp_path / "2")).code == 1, "there is no key yet"
    assert not ben("parcel", "read", str(tmp_path / "1"), "--json").document["joined"]
    assert titles(ben("list", "needs", "--json")) == {"A ladder"}
    ben("post", "offer", "Bread")
    ben("parcel", "write", str(tmp_path / "2"))
    assert ana("parcel", "read", str(tmp_path / "2"), "--json").document["admitted"] == 1
    assert titles(ana("list", "offers", "--json")) == {"Bread"}
    ana("parcel", "write", str(tmp_path / "3"))
    assert ben("parcel", "read", str(tmp_path / "3"), "--json").document["joined"]
    hashes = {each("doctor", "--json").document["view_hash"] for each in (ana, ben)}
    assert len(hashes) == 1


def test_a_file_of_another_group_is_said_to_be_one(tmp_path: Path, run: Run) -> None:
    for name in ("ana", "zoe"):
        run("start", f"{name} Street", "--me", name, at=tmp_path / name)
    run("parcel", "write", str(tmp_path / "file"), at=tmp_path / "zoe")
    ran = run("parcel", "read", str(tmp_path / "file"), "--json", at=tmp_path / "ana")
    assert ran.code == 1
    assert "another group" in ran.document["error"]


def test_a_file_that_is_cut_short_is_read_up_to_there(tmp_path: Path, run: Run) -> None:
    street = Neighbours(tmp_path, run, "ana", "ben")
    for number in range(70):
        street["ana"]("post", "need", f"Number {number}")
    file = tmp_path / "file"
    written = street["ana"]("parcel", "write", str(file), "--json").document
    assert written["parcels"] > 1
    file.write_bytes(file.read_bytes()[:-100])
    ran = street["ben"]("parcel", "read", str(file), "--json")
    assert ran.code == 0
    assert ran.document["problems"] == [
        "file ends in the middle of a parcel; what comes before it was read."
    ]
    assert ran.document["entries"] > 0


@pytest.mark.parametrize(
    "content",
    [b"", b"x", b"PK\x03\x04" + bytes(9000), b"\x8bmutualaid parcels 1\n", bytes(1 << 21)],
    ids=["empty", "short", "archive", "nothing", "zeros"],
)
def test_what_is_no_file_of_parcels_is_a_sentence(ana: Run, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    ran = ana("parcel", "read", str(file), "--json")
    assert ran.code == 1
    assert "Nothing was taken in" in ran.document["error"]


def test_a_file_that_cannot_be_read_or_written_is_a_sentence(ana: Run, tmp_path: Path) -> None:
    for arguments in (("read", str(tmp_path / "none")), ("write", str(tmp_path / "no" / "where"))):
        ran = ana("parcel", *arguments, "--json")
        assert (ran.code, ran.document["code"]) == (1, "storage")
        assert "Nothing was changed" in ran.document["error"]
    (tmp_path / "kept").write_bytes(b"before")
    assert ana("parcel", "write", str(tmp_path / "kept" / "x")).code == 1
    assert (tmp_path / "kept").read_bytes() == b"before"


def test_a_file_off_a_folder_shelf_is_taken_too(tmp_path: Path, run: Run) -> None:
    street = Neighbours(tmp_path, run, "ana", "ben")
    street["ana"]("post", "need", "A ladder")
    street["ana"]("relay", "add", f"folder:{tmp_path / 'stick'}")
    files = [str(each) for each in (tmp_path / "stick").rglob("*.parcel")]
    assert files
    ran = street["ben"]("parcel", "read", *files)
    assert ran.code == 0, ran.err
    assert titles(street["ben"]("list", "needs", "--json")) == {"A ladder"}
