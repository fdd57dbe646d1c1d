# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever is given to a command: a clear sentence, nothing changed, nothing lost."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mutualaid.model.invitation import Invitation
from mutualaid.model.profile import DATABASE, Profile
from tests.benchmarks.processes import ROOT, environment, node
from tests.cli.conftest import Ran, Run
from tests.helpers.disks import SmallDisk

HEADER = (
    "id,data_provider,country,partner_product_category,repair_status,group_identifier,event_date,"
    "problem"
)
ROW = "mended-1,Mended,GBR,Kettle,Fixed,Mill Lane,2024-05-01,Switch"
#: Names in which nothing can be seen.
BLANK = ["   ", "\t\u00a0", "\u200b \u2060", "\u3164"]


@contextmanager
def unchanged(run: Run) -> Iterator[None]:
    """Nothing is written meanwhile."""
    before = run("doctor", "--json").document
    yield
    after = run("doctor", "--json").document
    assert after == before
    assert after["ok"]


def is_refused(ran: Ran, code: str) -> str:
    """That it failed so, in a sentence of its own; returns the sentence."""
    assert ran.code == 1
    assert ran.document["code"] == code
    sentence = ran.document["error"]
    assert isinstance(sentence, str)
    assert sentence.endswith(".")
    assert "Traceback" not in ran.err
    return sentence


def has_no_group(run: Run, at: Path) -> bool:
    return bool(run("list", "needs", "--json", at=at).document["code"] == "not_found")


# -- invitations


def flipped(text: str) -> str:
    return text[:-9] + ("a" if text[-9] != "a" else "b") + text[-8:]


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (flipped, "damaged"),
        (lambda text: text[:60], "missing"),
        (lambda text: "https://example.org/join", "not an invitation"),
        (lambda text: "", "not an invitation"),
        (lambda text: "x" * 1_000_000, "not an invitation"),
    ],
)
def test_a_damaged_invitation(harm, says: str, ana: Run, tmp_path: Path) -> None:
    text = ana("invite", "--json").document["invitation"]
    other = tmp_path / "other"
    with unchanged(ana):
        refused = ana("join", harm(text), "--me", "Bo", "--wait", "0", "--json", at=other)
        assert says in is_refused(refused, "bad_invitation")
    assert has_no_group(ana, other)


def test_an_expired_invitation(ana: Run, tmp_path: Path) -> None:
    text = Invitation.generate(bytes(range(16)), "Elm Street", expires=1_000_000_000_000).text
    other = tmp_path / "other"
    refused = ana("join", text, "--me", "Bo", "--wait", "0", "--json", at=other)
    assert "expired" in is_refused(refused, "bad_invitation")
    assert has_no_group(ana, other)


def test_an_expired_invitation_does_not_replace_one_that_is_waited_on(
    ana: Run, tmp_path: Path
) -> None:
    good = ana("invite", "--json").document["invitation"]
    other = tmp_path / "other"
    ana("join", good, "--me", "Bo", "--wait", "0", at=other)
    with Profile.open(other) as profile, profile.open_group() as group:
        asked = group.replica.invitation
        assert asked is not None
        late = Invitation(asked.group, asked.group_name, bytes(16), 1_000_000_000_000).text
    refused = ana("join", late, "--me", "Bo", "--wait", "0", "--json", at=other)
    assert "expired" in is_refused(refused, "bad_invitation")
    with Profile.open(other) as profile, profile.open_group() as group:
        assert group.replica.invitation == asked


def test_an_invitation_for_a_group_already_joined(ana: Run) -> None:
    text = ana("invite", "--json").document["invitation"]
    with unchanged(ana):
        refused = ana("join", text, "--me", "Ana", "--wait", "0", "--json")
        assert "already belong" in is_refused(refused, "bad_invitation")


def process(profile: Path, *arguments: str) -> tuple[int, Any]:
    """A command in a process of its own: its exit code, and the JSON that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "mutualaid", *arguments, "--json"],
        cwd=ROOT,
        env=environment(profile),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


def test_an_invitation_that_is_used_up(ana: Run, profile: Path, tmp_path: Path) -> None:
    """Said by a member's machine; nothing stays of the request, and a new invitation works."""
    text = ana("invite", "--uses", "1", "--json").document["invitation"]
    ben, cleo = tmp_path / "ben", tmp_path / "cleo"
    with node(profile) as address:
        how = ("--peer", address, "--no-discovery")
        assert process(ben, "join", text, "--me", "Ben", *how)[0] == 0
        code, document = process(cleo, "join", text, "--me", "Cleo", *how)
        assert (code, document["code"]) == (1, "bad_invitation")
        assert "used up" in document["error"]
        assert has_no_group(ana, cleo)
        assert {each["name"] for each in ana("list", "people", "--json").document} == {"Ana", "Ben"}
        again = ana("invite", "--json").document["invitation"]
        assert process(cleo, "join", again, "--me", "Cleo", *how)[0] == 0
    assert ana("doctor", "--json").document["devices"] == 3


# -- names and titles


@pytest.mark.parametrize("blank", BLANK)
@pytest.mark.parametrize(
    "command",
    [
        ("start", "{}", "--me", "Ana"),
        ("start", "Oak Street", "--me", "{}"),
        ("me", "--name", "{}"),
        ("skill", "add", "{}"),
        ("fix", "add", "{}"),
        ("place", "add", "{}"),
        ("notice", "add", "{}"),
        ("post", "need", "{}"),
    ],
)
def test_a_name_of_only_spaces(command: tuple[str, ...], blank: str, ana: Run) -> None:
    with unchanged(ana):
        is_refused(ana(*(part.format(blank) for part in command), "--json"), "bad_value")
    assert ana("list", "people", "--json").code == 0  # there is one group still


@pytest.mark.parametrize("blank", BLANK)
def test_joining_with_a_name_of_only_spaces(blank: str, ana: Run, tmp_path: Path) -> None:
    text = ana("invite", "--json").document["invitation"]
    other = tmp_path / "other"
    is_refused(ana("join", text, "--me", blank, "--wait", "0", "--json", at=other), "bad_value")
    assert has_no_group(ana, other)


@pytest.mark.parametrize("sign", ["x", "\u00e9", "e\u0301", "\U0001f600"])
def test_a_title_of_10_000_characters(sign: str, ana: Run) -> None:
    code = ana("post", "need", "A lift", "--json").document["code"]
    with unchanged(ana):
        for command in (("post", "offer", sign * 10_000), ("edit", code, "--title", sign * 10_000)):
            assert "140" in is_refused(ana(*command, "--json"), "bad_value")
    (need,) = ana("list", "needs", "--json").document
    assert need["title"] == "A lift"


def test_names_of_10_000_characters(ana: Run) -> None:
    long = "x" * 10_000
    with unchanged(ana):
        for command in (
            ("start", long, "--me", "Ana"),
            ("start", "Oak Street", "--me", long),
            ("me", "--name", long),
            ("skill", "add", long),
            ("fix", "add", long),
            ("place", "add", long),
        ):
            is_refused(ana(*command, "--json"), "bad_value")


# -- a file to import


@pytest.mark.parametrize(
    "data",
    [
        b"name,phone\nAna,1\n",
        f"{HEADER.replace('event_date', 'date')}\n{ROW}\n".encode(),
        bytes(range(256)) * 40,
        b"",
    ],
    ids=["another header", "one column less", "no text", "empty"],
)
def test_a_file_that_cannot_be_used(data: bytes, ana: Run, tmp_path: Path) -> None:
    file = tmp_path / "repairs.csv"
    file.write_bytes(data)
    with unchanged(ana):
        refused = ana("import", "ords", str(file), "--json")
        assert "Nothing was imported" in is_refused(refused, "bad_file")
    assert file.read_bytes() == data


def test_bad_rows_are_listed_by_line_and_the_rest_is_imported(ana: Run, tmp_path: Path) -> None:
    rows = [
        HEADER,
        ROW,
        "mended-2,Mended,GBR",
        ROW.replace("-1,", "-3,"),
        ROW.replace("-1,", "-4,").replace("2024-05-01", "last May"),
        ROW.replace("-1,", "-5,").replace("2024-05-01", "2024-02-30"),
        ROW.replace("-1,", "-6,"),
    ]
    file = tmp_path / "repairs.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    done = ana("import", "ords", str(file), "--json")
    assert done.code == 0
    problems = {problem["line"]: problem["why"] for problem in done.document["problems"]}
    assert problems.keys() == {3, 5, 6}
    assert "3 columns" in problems[3]
    assert "last May" in problems[5]
    assert "2024-02-30" in problems[6]
    (fixer,) = ana("list", "fixers", "--search", "kettle", "--json").document
    assert (fixer["name"], fixer["attempts"]) == ("Mill Lane", 3)
    said = ana("import", "ords", str(file)).err
    assert [line.partition(":")[0] for line in said.splitlines()] == ["line 3", "line 5", "line 6"]


# -- what lies on the disk

USES = (
    ("list", "needs"),
    ("post", "need", "A lift"),
    ("status",),
    ("doctor",),
    ("doctor", "--rebuild"),
    ("invite",),
)


def image(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.suffix == ".db"}


def home_of(profile: Path) -> Path:
    with Profile.open(profile) as opened:
        (directory,) = opened.directories()
    return directory


def test_a_database_from_a_newer_version(ana: Run, profile: Path) -> None:
    home = home_of(profile)
    with Profile.open(profile) as opened:
        store = opened.store(home)
        store.connection.execute("PRAGMA user_version = 999")
        store.close()
    before = image(home)
    for use in USES:
        assert "update the program" in is_refused(ana(*use, "--json"), "newer_version")
    assert image(home) == before


@pytest.mark.parametrize("kept", [0, 100, 4096, 0.5, 0.99, 0.9999])
def test_a_truncated_database(kept: float, ana: Run, profile: Path) -> None:
    ana("post", "need", "A lift")
    path = home_of(profile) / DATABASE
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(int(kept if kept > 1 else size * kept))
    before = image(path.parent)
    for use in USES:
        ran = ana(*use, "--json")
        assert "Restore a backup" in is_refused(ran, "damaged")
        assert ran.err == "" or "key to this profile" in ran.err
    assert image(path.parent) == before


def test_beside_a_truncated_database_another_group_goes_on(ana: Run, profile: Path) -> None:
    path = home_of(profile) / DATABASE
    with path.open("r+b") as file:
        file.truncate(5000)
    assert ana("start", "Oak Street", "--me", "Ana").code == 0
    assert ana("post", "need", "A lift", "--group", "Oak Street").code == 0
    assert len(ana("list", "needs", "--group", "Oak Street", "--json").document) == 1


def test_a_node_says_which_group_it_cannot_keep_in_step(ana: Run, profile: Path) -> None:
    with (home_of(profile) / DATABASE).open("r+b") as file:
        file.truncate(5000)
    with subprocess.Popen(
        [sys.executable, "-m", "mutualaid", "node", "--no-discovery", "--listen", "127.0.0.1"],
        cwd=ROOT,
        env=environment(profile),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr is not None
        assert "Restore a backup" in running.stderr.readline()
        running.terminate()
        assert running.stderr.read() == ""
    assert running.returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A disk of three mebibytes, with Ana's profile and one post on it."""
    with SmallDisk(tmp_path / "disk") as mounted:
        assert mounted.mutualaid("start", "Elm Street", "--me", "Ana").returncode == 0
        assert mounted.mutualaid("post", "need", "Before").returncode == 0
        yield mounted


def titles(disk: SmallDisk) -> list[str]:
    return [post["title"] for post in json.loads(disk.mutualaid("list", "needs", "--json").stdout)]


@pytest.mark.lab
def test_a_full_disk(disk: SmallDisk, tmp_path: Path) -> None:
    before = json.loads(disk.mutualaid("doctor", "--json").stdout)
    disk.fill()
    file = tmp_path / "repairs.csv"
    file.write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    for command in (
        ("post", "need", "No room"),
        ("import", "ords", str(file)),
        ("invite",),
        ("start", "Oak Street", "--me", "Ana"),
    ):
        failed = disk.mutualaid(*command, "--json")
        assert failed.returncode == 1
        assert json.loads(failed.stdout)["code"] == "storage"
        assert "The disk is full" in json.loads(failed.stdout)["error"]
        assert "Traceback" not in failed.stderr
    disk.make_room()
    assert json.loads(disk.mutualaid("doctor", "--json").stdout) == before
    assert disk.mutualaid("post", "need", "Room again").returncode == 0
    assert titles(disk) == ["Room again", "Before"]


@pytest.mark.lab
def test_a_disk_that_fills_while_posts_are_made(disk: SmallDisk) -> None:
    """What a command said it saved is there, however close to the end of the room."""
    disk.fill()
    disk.run("truncate", "--size=-120K", str(disk.folder / "filler"))
    saved = ["Before"]
    for number in range(40):
        done = disk.mutualaid("post", "need", f"Post {number}", "--text", "words " * 600)
        if done.returncode:
            assert "The disk is full" in done.stderr
            break
        saved.insert(0, f"Post {number}")
    else:
        raise AssertionError("there is always room")
    disk.make_room()
    assert titles(disk) == saved
    assert json.loads(disk.mutualaid("doctor", "--json").stdout)["ok"]


@pytest.mark.lab
def test_a_read_only_profile(disk: SmallDisk) -> None:
    before = json.loads(disk.mutualaid("doctor", "--json").stdout)
    disk.set_writable(False)
    for command in (
        ("post", "need", "No room"),
        ("invite",),
        ("start", "Oak Street", "--me", "Ana"),
        ("node", "--no-discovery", "--listen", "127.0.0.1"),
    ):
        failed = disk.mutualaid(*command, "--json")
        assert failed.returncode == 1
        assert json.loads(failed.stdout)["code"] == "storage"
        assert "Traceback" not in failed.stderr
    disk.set_writable(True)
    assert json.loads(disk.mutualaid("doctor", "--json").stdout) == before
    assert titles(disk) == ["Before"]


def test_a_place_where_no_profile_can_be_made(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    refused = run("start", "Elm Street", "--me", "Ana", "--json", at=tmp_path / "file" / "profile")
    is_refused(refused, "storage")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "in the way"


# -- the network


def test_a_port_in_use(ana: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, unchanged(ana):
        port = taken.getsockname()[1]
        ran = ana("node", "--no-discovery", "--listen", f"127.0.0.1:{port}", "--json")
        assert f"port {port}" in is_refused(ran, "network")
    assert ana("post", "need", "A lift").code == 0


def test_a_second_node_on_one_profile(ana: Run, profile: Path) -> None:
    with Profile.open(profile) as opened, opened.sync_lock():
        ran = ana("node", "--no-discovery", "--listen", "127.0.0.1", "--json")
        assert "Another process" in is_refused(ran, "network")
