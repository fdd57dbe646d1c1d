# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A member's copy of the whole group is read by plain automerge, and lacks nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from automerge.core import ROOT, Document

from mutualaid.errors import BadValueError
from mutualaid.model.change import InvalidChange
from mutualaid.model.directories.formats import automerge
from mutualaid.model.group import Group
from mutualaid.model.photos import photo_hash
from mutualaid.model.values import Audience, ContactKind, Millis, PostDraft, PostKind
from tests.helpers.pictures import draft
from tests.model.directories import examples
from tests.model.neighbours import Neighbours
from tests.model.street import write


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Neighbours]:
    (tmp_path / "machines").mkdir()
    made = Neighbours(tmp_path / "machines", "Ana", "Ben")
    yield made
    made.close()


def copy(group: Group, dest: Path) -> Path:
    return group.write_directory(group.plan_directory(["automerge"], Audience.GROUP), dest).path


def records(folder: Path, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "json" / f"{kind}.json").read_bytes())
    return found


def test_every_document_loads_and_says_what_the_json_says(
    street: Neighbours, tmp_path: Path
) -> None:
    ben = street["Ben"]
    post = street.need("Ana", text="Before six")
    answer = ben.help_with(post, note="I come").created
    street["Ana"].comment(post, "Thank you")
    street["Ana"].edit_post(post, title="A lift to town")
    street.meet()
    assert answer is not None
    folder = copy(ben, tmp_path / "out")
    index = json.loads((folder / "index.json").read_bytes())
    assert {each["kind"] for each in index} >= {"person", "post", "response", "comment"}
    for entry in index:
        document = Document.load((folder / entry["file"]).read_bytes())
        said = next(each for each in records(folder, entry["kind"]) if each["id"] == entry["id"])
        assert sorted(document.keys(ROOT)) == sorted(said["fields"])
    (mine,) = records(folder, "post")
    assert mine["fields"]["title"] == "A lift to town"
    assert mine["id"] == post.hex()
    history = Document.load((folder / mine["file"]).read_bytes()).get_changes([])
    assert len(history) == 2
    members = json.loads((folder / "members.json").read_bytes())
    assert [(each["name"], each["role"]) for each in members] == [
        ("Ana", "steward"),
        ("Ben", "member"),
    ]


def test_what_is_sealed_stays_sealed(street: Neighbours, tmp_path: Path) -> None:
    ana, ben = street["Ana"], street["Ben"]
    post = street.need("Ana")
    ana.set_contact(ContactKind.PHONE, "0123456789", Audience.HELPER)
    ana.send(post, ben.me, "between the two of us")
    ana.block(ben.me)
    street.meet()
    folder = copy(ana, tmp_path / "out")
    assert len(records(folder, "sealed")) == 3
    for file in folder.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert b"0123456789" not in data
            assert b"between the two" not in data


def test_kinds_and_fields_of_newer_versions_are_copied(street: Neighbours, tmp_path: Path) -> None:
    ana = street["Ana"]
    write(ana.replica, ana.me, "tool", {"name": "Ladder", "weight": 12, "made": Millis(0)})
    write(ana.replica, ana.me, "../../odd kind", {"raw": b"\x00\xff"})
    folder = copy(ana, tmp_path / "out")
    (tool,) = records(folder, "tool")
    assert tool["fields"]["name"] == "Ladder"
    assert tool["fields"]["weight"] == 12
    assert tool["fields"]["made"] == {"time": "1970-01-01T00:00:00Z", "ms": 0}
    (odd,) = records(folder, "other")
    assert odd["kind"] == "../../odd kind"
    assert odd["fields"]["raw"] == {"base64": "AP8="}
    assert odd["file"].startswith("records/other/")


def test_no_name_of_a_kind_is_in_the_way(street: Neighbours, tmp_path: Path) -> None:
    ana = street["Ana"]
    kinds = ("Post", "POST", "post", "other", "con", "a.b", "..", "x/y", "tool")
    for kind in kinds:
        write(ana.replica, ana.me, kind, {"name": kind})
    folder = copy(ana, tmp_path / "out")
    found = [each for file in (folder / "json").iterdir() for each in records(folder, file.stem)]
    assert {each["kind"] for each in found} >= set(kinds)
    assert {each.stem for each in (folder / "json").iterdir()} == {
        "person",
        "post",
        "tool",
        "other",
    }


@pytest.mark.parametrize("moment", [-1, 0, 253_402_214_399_999, 10**17])
def test_an_odd_time_is_copied(street: Neighbours, tmp_path: Path, moment: int) -> None:
    ana = street["Ana"]
    try:
        write(ana.replica, ana.me, "tool", {"made": Millis(moment)})
    except (InvalidChange, OverflowError):
        return  # it can be written by nobody
    (tool,) = records(copy(ana, tmp_path / "out"), "tool")
    assert tool["fields"]["made"]["ms"] == moment


def test_photos_are_files_named_by_their_hash(street: Neighbours, tmp_path: Path) -> None:
    ana = street["Ana"]
    ana.post(PostDraft(PostKind.OFFER, "A ladder"), [draft(1), draft(2)])
    folder = copy(ana, tmp_path / "out")
    photos = list((folder / "photos").iterdir())
    assert len(photos) == 2
    assert {each.stem for each in photos} == {
        photo_hash(each.read_bytes()).hex() for each in photos
    }


def test_all_that_was_forgotten_is_gone(street: Neighbours, tmp_path: Path) -> None:
    ana = street["Ana"]
    post = street.need("Ana", "Something private")
    ana.purge(post)
    folder = copy(ana, tmp_path / "out")
    assert not (folder / "json" / "post.json").exists()
    assert all(b"private" not in file.read_bytes() for file in folder.rglob("*.*"))


def test_a_directory_alone_is_no_group() -> None:
    with pytest.raises(BadValueError, match="made from the group"):
        automerge.FORMAT.files(examples.rich(), lambda: None)
