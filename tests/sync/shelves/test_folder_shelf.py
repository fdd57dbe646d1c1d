# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A folder as a shelf, and all that happens to folders and sticks."""

import asyncio
import contextlib
import errno
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mutualaid.errors import BadValueError
from mutualaid.model.keys import SigningKey
from mutualaid.sync import folder_shelf
from mutualaid.sync.folder_shelf import FolderShelf, folder_of, make_folder
from mutualaid.sync.parcel_outside import name_of
from mutualaid.sync.shelf import (
    ShelfFullError,
    ShelfLacksError,
    ShelfLiesError,
    ShelfRefusedError,
    ShelfUnreachableError,
)
from tests.sync.shelves.suite import Open, ShelfSuite, made_up_parcel

TOPIC = SigningKey(b"t" * 32)


class TestFolderShelf(ShelfSuite):
    @contextlib.asynccontextmanager
    async def place(self, tmp_path: Path) -> AsyncIterator[Open]:
        yield lambda: FolderShelf(tmp_path, look_every=0.01)


def names_in(folder: Path) -> set[bytes]:
    listing = asyncio.run(FolderShelf(folder).list(TOPIC, None))
    return {each.name for each in listing.parcels}


def put(folder: Path, parcel: bytes) -> Path:
    asyncio.run(FolderShelf(folder).put(TOPIC, parcel))
    (path,) = (
        each for each in folder.rglob("*.parcel") if name_of(each.read_bytes()) == name_of(parcel)
    )
    return path


def test_a_file_is_named_by_its_content_and_lies_in_its_topic(tmp_path: Path) -> None:
    path = put(tmp_path, made_up_parcel(TOPIC, 1))
    assert path.name == path.name.lower()
    assert [each.name for each in path.parent.iterdir()] == [path.name], "nothing else is left"
    assert path.parent.parent == tmp_path


@pytest.mark.parametrize(
    "copy",
    [
        "{stem} (conflicted copy 2026-11-22 101500).parcel",
        "{stem}.sync-conflict-20261122-101500-ABCDEFG.parcel",
        "{stem} (1).parcel",
        ".syncthing.{stem}.parcel.tmp",
        ".{stem}.parcel.~a1b2",
        "{stem}.parcel.part",
        "~{stem}.parcel",
        "desktop.ini",
        "é.parcel",
        "{stem}",
    ],
)
def test_conflicting_and_unfinished_copies_are_passed_over(tmp_path: Path, copy: str) -> None:
    path = put(tmp_path, made_up_parcel(TOPIC, 1))
    shutil.copy(path, path.with_name(copy.format(stem=path.stem)))
    assert names_in(tmp_path) == {name_of(path.read_bytes())}


def test_names_in_capitals_are_the_same_names(tmp_path: Path) -> None:
    parcel = made_up_parcel(TOPIC, 1)
    path = put(tmp_path, parcel)
    path.rename(path.with_name(path.name.upper()))
    assert names_in(tmp_path) == {name_of(parcel)}
    assert asyncio.run(FolderShelf(tmp_path).get(TOPIC, name_of(parcel))) == parcel
    asyncio.run(FolderShelf(tmp_path).put(TOPIC, parcel))
    assert len(list(path.parent.iterdir())) == 1


@pytest.mark.parametrize("length", [0, 1, 36, 300, 4095, 4097])
def test_a_torn_file_is_not_handed_out_and_is_made_whole_by_whoever_has_it(
    tmp_path: Path, length: int
) -> None:
    parcel = made_up_parcel(TOPIC, 1)
    path = put(tmp_path, parcel)
    path.write_bytes((parcel + b"x")[:length])
    shelf = FolderShelf(tmp_path)
    for ask in (shelf.head, shelf.get):
        with pytest.raises(ShelfLacksError, match="not whole"):
            asyncio.run(ask(TOPIC, name_of(parcel)))
    asyncio.run(shelf.put(TOPIC, parcel))
    assert path.read_bytes() == parcel


def test_nothing_is_made_where_the_stick_is_not(tmp_path: Path) -> None:
    """Else this machine's own disk would fill behind the place of the stick."""
    gone = tmp_path / "stick"
    shelf = FolderShelf(gone)
    with pytest.raises(ShelfUnreachableError, match="Plug in the stick"):
        asyncio.run(shelf.put(TOPIC, made_up_parcel(TOPIC, 1)))
    with pytest.raises(ShelfUnreachableError):
        asyncio.run(shelf.list(TOPIC, None))
    assert not gone.exists()


def test_the_empty_place_of_a_stick_is_not_taken_for_the_stick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the place stays when the stick is pulled out."""
    stick = tmp_path / "stick"
    stick.mkdir()
    disks = {stick: 2, tmp_path: 1}
    monkeypatch.setattr(folder_shelf, "device_of", disks.__getitem__)
    shelf = FolderShelf(stick)
    asyncio.run(shelf.put(TOPIC, made_up_parcel(TOPIC, 1)))
    disks[stick] = 1
    for ask in (shelf.put(TOPIC, made_up_parcel(TOPIC, 2)), shelf.list(TOPIC, None)):
        with pytest.raises(ShelfUnreachableError, match="Plug in the stick"):
            asyncio.run(ask)
    disks[stick] = 3  # another stick, or the same at another port
    assert len(asyncio.run(shelf.list(TOPIC, None)).parcels) == 1


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, ShelfFullError),
        (errno.EFBIG, ShelfFullError),
        (errno.EROFS, ShelfRefusedError),
        (errno.EACCES, ShelfRefusedError),
        (errno.EIO, ShelfUnreachableError),
        (errno.ENODEV, ShelfUnreachableError),
        (errno.EINVAL, ShelfUnreachableError),
    ],
)
def test_what_a_disk_does_while_writing_is_a_sentence_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Exception]
) -> None:
    before = put(tmp_path, made_up_parcel(TOPIC, 1))

    def fail(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(folder_shelf.os, "fsync", fail)
        with pytest.raises(kind, match=r"waits on this|nothing is lost|tried again") as told:
            put(tmp_path, made_up_parcel(TOPIC, 2))
    assert str(tmp_path) in str(told.value)
    assert [each.name for each in before.parent.iterdir()] == [before.name]


def test_what_was_left_unfinished_long_ago_is_taken_away(tmp_path: Path) -> None:
    path = put(tmp_path, made_up_parcel(TOPIC, 1))
    old = path.with_name(f".{'0' * 16}{folder_shelf.PART}")
    new = path.with_name(f".{'1' * 16}{folder_shelf.PART}")
    for each in (old, new):
        each.write_bytes(b"half of")
    os.utime(old, (0, 0))
    put(tmp_path, made_up_parcel(TOPIC, 2))
    assert not old.exists()
    assert new.exists(), "somebody may be writing it"


def take_one_away(folder: Path) -> None:
    next(folder.rglob("*.parcel")).unlink()


def test_files_that_vanish_begin_a_new_list(tmp_path: Path) -> None:
    async def body() -> None:
        shelf = FolderShelf(tmp_path)
        parcels = [made_up_parcel(TOPIC, seed) for seed in range(4)]
        for parcel in parcels:
            await shelf.put(TOPIC, parcel)
        before = await shelf.list(TOPIC, None)
        take_one_away(tmp_path)
        after = await shelf.list(TOPIC, before.cursor)
        assert after.reset
        assert len(after.parcels) == 3
        assert after.cursor.generation != before.cursor.generation

    asyncio.run(body())


def test_another_run_of_the_program_lists_from_the_beginning(tmp_path: Path) -> None:
    put(tmp_path, made_up_parcel(TOPIC, 1))
    cursor = asyncio.run(FolderShelf(tmp_path).list(TOPIC, None)).cursor
    listing = asyncio.run(FolderShelf(tmp_path).list(TOPIC, cursor))
    assert listing.reset
    assert len(listing.parcels) == 1


def test_a_link_that_leads_nowhere_and_a_folder_with_a_parcels_name_do_no_harm(
    tmp_path: Path,
) -> None:
    path = put(tmp_path, made_up_parcel(TOPIC, 1))
    path.with_name("a" * 52 + ".parcel").symlink_to(tmp_path / "nowhere")
    path.with_name("b" * 52 + ".parcel").mkdir()
    assert names_in(tmp_path) == {name_of(path.read_bytes())}


def test_a_parcel_in_another_topics_folder_is_not_taken(tmp_path: Path) -> None:
    other = SigningKey(b"u" * 32)
    parcel = made_up_parcel(other, 1)
    path = put(tmp_path, made_up_parcel(TOPIC, 1))
    shelf = FolderShelf(tmp_path)
    asyncio.run(shelf.put(other, parcel))
    (stray,) = (each for each in tmp_path.rglob("*.parcel") if each.parent != path.parent)
    shutil.copy(stray, path.parent)
    with pytest.raises(ShelfLiesError, match="another group's place"):
        asyncio.run(shelf.get(TOPIC, name_of(parcel)))


@pytest.mark.parametrize("address", ["folder:", "folder:  ", "folder:a\0b", "folder:a\nb", "/a"])
def test_what_is_no_folder_is_a_sentence(address: str) -> None:
    with pytest.raises(BadValueError, match="folder:/media/stick"):
        folder_of(address)


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadValueError, match="Nothing was changed"):
        make_folder(f"folder:{tmp_path}/file/stick")
    assert make_folder(f"folder:{tmp_path}/a/b").is_dir()
