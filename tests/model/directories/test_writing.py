# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An export stands in its place whole, or not at all; what a crash left aside is cleared away."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mutualaid.errors import ExportError
from mutualaid.model.directories import names, writing
from mutualaid.model.directories.formats.format import File
from mutualaid.model.directories.writing import Aside
from mutualaid.model.keys import blake2b

ROOT = Path(__file__).resolve().parents[3]


def write(dest: Path, *files: tuple[str, bytes], folder: bool = True) -> list[writing.Hashed]:
    with Aside(dest, folder) as aside:
        for path, data in files:
            aside.add(File(path, (data[:2], data[2:])))
        aside.put_manifest(b"{}")
        aside.move()
        return aside.files


def test_a_folder_stands_whole(tmp_path: Path) -> None:
    files = write(tmp_path / "out", ("index.html", b"hello"), ("a/b.txt", b"more"))
    assert (tmp_path / "out" / "a" / "b.txt").read_bytes() == b"more"
    assert files[0] == ("index.html", 5, blake2b(b"hello"))
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_a_file_stands_with_its_manifest(tmp_path: Path) -> None:
    write(tmp_path / "out.vcf", ("directory.vcf", b"hello"), folder=False)
    assert {each.name for each in tmp_path.iterdir()} == {"out.vcf", "out.vcf.manifest.json"}


def test_without_links_a_file_is_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(_source: Path, _dest: Path) -> None:
        raise OSError(errno.EPERM, "")

    monkeypatch.setattr(writing.os, "link", no_links)
    write(tmp_path / "out.vcf", ("directory.vcf", b"hello"), folder=False)
    assert (tmp_path / "out.vcf").read_bytes() == b"hello"
    with pytest.raises(FileExistsError):
        write(tmp_path / "out.vcf", ("directory.vcf", b"other"), folder=False)
    assert (tmp_path / "out.vcf").read_bytes() == b"hello"


def test_many_files_are_forced_to_the_disk_at_once(tmp_path: Path) -> None:
    write(tmp_path / "out", *((f"{number}.txt", b"x") for number in range(80)))
    assert len(list((tmp_path / "out").iterdir())) == 81


def test_what_comes_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    dest = tmp_path / "out.vcf"
    with Aside(dest, folder=False) as aside:
        aside.add(File("directory.vcf", (b"ours",)))
        dest.write_bytes(b"theirs")
        with pytest.raises(FileExistsError):
            aside.move()
    assert dest.read_bytes() == b"theirs"
    folder = tmp_path / "folder"
    with Aside(folder, folder=True) as aside:
        aside.add(File("index.html", (b"ours",)))
        folder.mkdir()
        (folder / "mine").write_bytes(b"theirs")
        with pytest.raises(OSError, match="not empty"):
            aside.move()
    assert [each.name for each in folder.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    "path", ["../out", "/etc/passwd", "a//b", "CON.txt", "a b.txt", "é.txt", "x."]
)
def test_a_file_that_not_every_system_keeps_is_a_fault(tmp_path: Path, path: str) -> None:
    with Aside(tmp_path / "out", folder=True) as aside, pytest.raises(ValueError, match="called"):
        aside.add(File(path, (b"",)))


def test_two_files_of_one_name_are_a_fault(tmp_path: Path) -> None:
    with Aside(tmp_path / "out", folder=True) as aside:
        aside.add(File("Index.html", (b"",)))
        with pytest.raises(ValueError, match="called"):
            aside.add(File("index.html", (b"",)))


def test_a_name_reminds_of_a_text() -> None:
    assert names.file_name("Ana's Crêpes & more", "one") == "ana-s-crepes-more"
    assert names.file_name("خبز", "one") == "one"
    assert names.file_name("con", "one") == "one"
    assert names.is_safe("records/person/ab.automerge")


# Crashes

KILLED = """
import os, signal, sys
from pathlib import Path
from mutualaid.model.directories.formats.format import File
from mutualaid.model.directories.writing import Aside

def killed():
    yield b"half"
    os.kill(os.getpid(), signal.SIGKILL)

with Aside(Path(sys.argv[1]), folder=True) as aside:
    aside.add(File("first.txt", (b"whole",)))
    aside.add(File("second.txt", killed()))
"""


def test_a_kill_leaves_nothing_that_looks_whole_and_is_cleared(tmp_path: Path) -> None:
    dest = tmp_path / "out"
    done = subprocess.run([sys.executable, "-c", KILLED, str(dest)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".mutualaid-export-")
    write(dest, ("first.txt", b"whole"))
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_what_is_being_written_is_left_alone(tmp_path: Path) -> None:
    with Aside(tmp_path / "one", folder=True) as first:
        first.add(File("index.html", (b"one",)))
        write(tmp_path / "two", ("index.html", b"two"))
        first.move()
    assert {each.name for each in tmp_path.iterdir()} == {"one", "two"}


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    keep = tmp_path / "keep"
    keep.mkdir()
    (keep / "lock").write_bytes(b"")
    (tmp_path / ".mutualaid-export-0123456789abcdef").symlink_to(keep)
    (tmp_path / ".mutualaid-export-mine").mkdir()
    write(tmp_path / "out", ("index.html", b"x"))
    assert (keep / "lock").exists()
    assert (tmp_path / ".mutualaid-export-mine").exists()


# What the disk says


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "no room left"),
        (errno.EROFS, "only be read"),
        (errno.EACCES, "may not write"),
        (errno.EXDEV, "new folder inside"),
        (errno.EMFILE, "Too many open files"),
    ],
)
def test_what_the_disk_says_is_a_sentence(tmp_path: Path, code: int, words: str) -> None:
    with pytest.raises(ExportError, match=words), writing.explained(tmp_path / "out"):
        raise OSError(code, os.strerror(code))


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
@pytest.mark.parametrize("folder", [True, False])
def test_what_is_for_members_nobody_else_on_the_computer_reads(
    tmp_path: Path, folder: bool
) -> None:
    dest = tmp_path / "out"
    with Aside(dest, folder, shut=True) as aside:
        aside.add(File("a/b.txt" if folder else "b.txt", (b"between us",)))
        aside.put_manifest(b"{}")
        aside.move()
    for path in (dest, *dest.rglob("*"), *tmp_path.glob("out.*")):
        assert path.stat().st_mode & 0o077 == 0, path
