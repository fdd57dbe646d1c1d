# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an export says of itself can be checked by anybody, and tells no names."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import VerifyKey

from mutualaid.errors import ExportError
from mutualaid.model.directories import manifest
from mutualaid.model.group import Group
from mutualaid.model.values import Audience
from mutualaid.model.values.directories import ShareField
from tests.model.neighbours import Neighbours


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Neighbours]:
    (tmp_path / "machines").mkdir()
    made = Neighbours(tmp_path / "machines", "Ana", "Benedikta")
    yield made
    made.close()


@pytest.fixture
def export(street: Neighbours, tmp_path: Path) -> Path:
    ana = street["Ana"]
    ana.set_share(ShareField.NAME, Audience.PUBLIC)
    plan = ana.plan_directory(["vcard", "text"], Audience.PUBLIC)
    return ana.write_directory(plan, tmp_path / "out").path


def read(folder: Path) -> dict[str, Any]:
    said = json.loads((folder / "manifest.json").read_bytes())
    assert isinstance(said, dict)
    return said


def test_it_can_be_checked_with_nothing_of_ours(export: Path) -> None:
    """As ``docs/exports.md`` describes it."""
    said = read(export)
    lines = []
    for file in said["files"]:
        data = (export / file["path"]).read_bytes()
        assert len(data) == file["bytes"]
        digest = hashlib.blake2b(data, digest_size=32).hexdigest()
        assert digest == file["blake2b"]
        lines.append(f"{digest} {len(data)} {file['path']}\n")
    whole = hashlib.blake2b("".join(sorted(lines)).encode(), digest_size=32).hexdigest()
    assert whole == said["blake2b"]
    signature = bytes.fromhex(said.pop("signature"))
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    key = VerifyKey(bytes.fromhex(said["signed_by"]))
    key.verify(b"mutualaid/export/1\0" + text.encode(), signature)


def test_it_says_what_when_until_when_and_how_to_withdraw(street: Neighbours, export: Path) -> None:
    said = read(export)
    assert said["what"] == {
        "group": "",
        "audience": "public",
        "for": "everybody",
        "formats": ["vcard", "text"],
        "people": 1,
        "posts": 0,
        "places": 0,
        "repairs": 0,
    }
    assert said["made"] == "2027-01-15T08:00:00Z"
    assert said["ends"] == "2027-04-15T08:00:00Z"
    assert said["as_of"]["other_machines"] == 1
    assert "Tell the group" in said["withdraw"]["how"]
    assert "agreed" in said["consent"]


def test_it_names_nobody(street: Neighbours, export: Path) -> None:
    data = (export / "manifest.json").read_bytes()
    for group in (street["Ana"], street["Benedikta"]):
        assert group.my_name.encode() not in data
        assert group.me.hex().encode() not in data
        assert base64.b64encode(group.me) not in data


def test_a_whole_one_has_no_problems(street: Neighbours, export: Path) -> None:
    checked = manifest.check(export)
    assert (checked.signed, checked.problems) == (True, ())
    assert checked == manifest.check(export / "manifest.json")
    assert checked.device == street["Ana"].device
    assert street["Benedikta"].signer_of_export(checked.device) == "member"
    assert street["Benedikta"].signer_of_export(bytes(32)) == "stranger"
    said = manifest.Said.of(checked.said)
    assert (said.audience, said.formats) == ("public", ("vcard", "text"))
    assert said.ends is not None
    assert said.made is not None
    assert said.made < said.ends


def change_file(folder: Path) -> None:
    (folder / "directory.vcf").write_bytes(b"changed")


def remove_file(folder: Path) -> None:
    (folder / "directory.vcf").unlink()


def add_file(folder: Path) -> None:
    (folder / "stranger.txt").write_text("hello")


def link_file(folder: Path) -> None:
    (folder / "directory.vcf").rename(folder.parent / "elsewhere")
    (folder / "directory.vcf").symlink_to(folder.parent / "elsewhere")


def rewrite(**changes: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        said = read(folder) | changes
        (folder / "manifest.json").write_text(json.dumps(said))

    return change


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (change_file, "directory.vcf was changed"),
        (remove_file, "directory.vcf is missing"),
        (link_file, "directory.vcf is missing"),
        (add_file, "stranger.txt is not in the manifest"),
        (rewrite(ends="2099-01-01T00:00:00Z"), "signature does not fit"),
        (rewrite(signature="zz"), "signature does not fit"),
        (rewrite(signed_by=7, signature=None), "signature does not fit"),
        (rewrite(blake2b="00"), "signature does not fit"),
        (rewrite(files="none"), "signature does not fit"),
    ],
)
def test_what_was_changed_is_said(
    export: Path, change: Callable[[Path], None], problem: str
) -> None:
    change(export)
    assert any(problem in each for each in manifest.check(export).problems)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"mutualaid_export": 2}',
        '{"mutualaid_export": 1, "files": [{"path": "../../etc/passwd"}]}',
        '{"mutualaid_export": 1, "files": [{"path": "/etc/passwd"}]}',
        '{"mutualaid_export": 1, "files": [7]}',
        '{"mutualaid_export": NaN}',
        "[" * 100_000,
    ],
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ExportError):
        manifest.check(tmp_path)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (None, None),
        (0, "1970-01-01T00:00:00Z"),
        (1_800_000_000_999, "2027-01-15T08:00:00Z"),
        (2**63, "9999-12-31T23:59:59Z"),
        (-(2**63), "0001-01-01T00:00:00Z"),
    ],
)
def test_any_time_has_a_form(moment: int | None, text: str | None) -> None:
    assert manifest.iso(moment) == text


def test_without_a_manifest_nothing_is_checked(tmp_path: Path) -> None:
    (tmp_path / "out.vcf").write_text("hello")
    for path in (tmp_path, tmp_path / "out.vcf", tmp_path / "nowhere"):
        with pytest.raises(ExportError, match="no manifest"):
            manifest.check(path)


def test_one_file_is_checked_by_the_manifest_beside_it(street: Neighbours, tmp_path: Path) -> None:
    ana: Group = street["Ana"]
    plan = ana.plan_directory(["vcard"], Audience.GROUP)
    dest = ana.write_directory(plan, tmp_path / "out.vcf").path
    (tmp_path / "beside.txt").write_text("of somebody else")
    for path in (dest, tmp_path / "out.vcf.manifest.json"):
        assert not manifest.check(path).problems
    dest.write_text("changed")
    assert manifest.check(dest).problems


def test_one_file_is_called_as_it_is_where_it_stands(street: Neighbours, tmp_path: Path) -> None:
    plan = street["Ana"].plan_directory(["csv"], Audience.GROUP)
    dest = street["Ana"].write_directory(plan, tmp_path / "all of it.csv").path
    dest.write_text("changed")
    assert "all of it.csv was changed." in manifest.check(dest).problems
