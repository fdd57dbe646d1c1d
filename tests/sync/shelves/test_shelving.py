# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""All shelves of a group in the background of the process that syncs."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Self

import pytest

from mutualaid.model.group import Group
from mutualaid.model.values import PostDraft, PostKind
from mutualaid.sync import shelving
from mutualaid.sync.filling import Pace
from mutualaid.sync.folder_shelf import FolderShelf, folder_of
from mutualaid.sync.shelf import Cursor, Listing, Shelf, ShelfUnreachableError, TopicKey
from mutualaid.sync.shelving import Shelving, visit
from tests.sync.shelves.memory import MemoryShelf, Place, World

SECONDS = 30


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelving, "GATHER_S", 0.0)
    monkeypatch.setattr(shelving, "LIST_EVERY_S", 0.01)
    monkeypatch.setattr(shelving, "FIRST_RETRY_S", 0.01)


def quick(address: str) -> Shelf:
    return FolderShelf(folder_of(address), look_every=0.01)


def need(title: str) -> PostDraft:
    return PostDraft(PostKind.NEED, title)


async def until(condition: Callable[[], bool], changed: asyncio.Event) -> None:
    async with asyncio.timeout(SECONDS):
        while not condition():
            await changed.wait()
            changed.clear()


class Kept:
    """A group whose shelves are kept, as a circle does it."""

    def __init__(self, group: Group, opening: Callable[[str], Shelf] = quick) -> None:
        self.group = group
        self.changed = asyncio.Event()
        self.shelving = Shelving(
            group,
            lambda _taken: self.changed.set(),
            self.changed.set,
            opening=opening,
            pace=Pace(others=(0.0, 0.1), statements=0.0, idle=0.0, word=0.001),
        )

    async def __aenter__(self) -> Self:
        self.shelving.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.shelving.stop()

    def titles(self) -> set[str]:
        self.group.replica.apply_all()
        return {post.title for post in self.group.posts()}

    def post(self, title: str) -> None:
        self.group.post(need(title))
        self.shelving.wake()


def run(body: Awaitable[None]) -> None:
    async def all_of() -> None:
        await body
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"tasks left behind: {left}"

    asyncio.run(all_of())


def test_two_who_look_at_one_folder_hear_of_each_other(world: World, tmp_path: Path) -> None:
    ana, ben = world.start(), world.join("Ben")
    (tmp_path / "stick").mkdir()
    for group in (ana, ben):
        group.add_shelf(f"folder:{tmp_path}/stick")

    async def body() -> None:
        async with Kept(ana) as one, Kept(ben) as two:
            one.post("From Ana")
            await until(lambda: two.titles() == {"From Ana"}, two.changed)
            two.post("From Ben")
            await until(lambda: len(one.titles()) == 2, one.changed)

    run(body())


def test_a_shelf_is_used_as_soon_as_it_is_added_and_no_more_once_it_is_removed(
    world: World, tmp_path: Path
) -> None:
    ana = world.start()
    world.join("Ben")
    (tmp_path / "stick").mkdir()
    address = f"folder:{tmp_path}/stick"

    async def body() -> None:
        async with Kept(ana) as one:
            one.post("A ladder")
            ana.add_shelf(address)
            await until(
                lambda: bool(ana.shelves()[0].held and not ana.shelves()[0].waiting), one.changed
            )
            ana.remove_shelf(address)
            async with asyncio.timeout(SECONDS):
                while one.shelving._keepers:  # noqa: ASYNC110 - nobody tells of the end
                    await asyncio.sleep(0.005)

    run(body())
    assert list((tmp_path / "stick").rglob("*.parcel"))
    assert ana.shelves() == []


def test_what_is_removed_while_it_is_looked_at_stays_removed(world: World, tmp_path: Path) -> None:
    ana = world.start()
    (tmp_path / "stick").mkdir()
    address = f"folder:{tmp_path}/stick"
    ana.add_shelf(address)
    looking, go_on = asyncio.Event(), asyncio.Event()

    class Slow(FolderShelf):
        async def list(self, topic: TopicKey, after: Cursor | None) -> Listing:
            looking.set()
            await go_on.wait()
            return await super().list(topic, after)

    async def body() -> None:
        async with Kept(ana, lambda each: Slow(folder_of(each), look_every=0.01)) as one:
            await looking.wait()
            one.shelving._watching.cancel()
            ana.remove_shelf(address)
            go_on.set()
            await until(lambda: bool(one.shelving._keepers[address].status.last_heard), one.changed)

    run(body())
    assert ana.shelf_addresses() == []


def test_what_was_just_written_is_left_on_the_way_out(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, ben = world.start(), world.join("Ben")
    (tmp_path / "stick").mkdir()
    for group in (ana, ben):
        group.add_shelf(f"folder:{tmp_path}/stick")

    async def body() -> None:
        async with Kept(ana) as one:
            await until(lambda: ana.shelves()[0].reachable, one.changed)
            monkeypatch.setattr(shelving, "GATHER_S", 1000.0)
            one.post("In the last moment")

    run(body())
    asyncio.run(visit(ben, ben.shelf_addresses(), opening=quick))
    assert [post.title for post in ben.posts()] == ["In the last moment"]


def test_a_stick_that_is_not_there_is_waited_for(world: World, tmp_path: Path) -> None:
    ana = world.start()
    world.join("Ben")
    ana.add_shelf(f"folder:{tmp_path}/stick")

    async def body() -> None:
        async with Kept(ana) as one:
            one.post("A ladder")
            await until(lambda: bool(ana.shelves()[0].problem), one.changed)
            row = ana.shelves()[0]
            assert not row.reachable
            assert row.waiting > 0
            assert "Plug in the stick" in row.problem
            (tmp_path / "stick").mkdir()
            await until(lambda: ana.shelves()[0].problem == "", one.changed)
            assert ana.shelves()[0].waiting == 0

    run(body())


def test_one_shelf_that_fails_in_every_way_does_not_hold_up_another(
    world: World, tmp_path: Path, logs: object
) -> None:
    ana = world.start()
    world.join("Ben")
    (tmp_path / "stick").mkdir()
    good, bad = f"folder:{tmp_path}/stick", "relay:bad"
    ana.add_shelf(good)
    ana.add_shelf(bad)
    place = Place(address=bad, trouble=ShelfUnreachableError("It is not there.", bad))

    class Stuck(MemoryShelf):
        async def list(self, topic: TopicKey, after: Cursor | None) -> Listing:
            await asyncio.Event().wait()
            raise AssertionError

    async def body(opening: Callable[[str], Shelf], title: str) -> None:
        async with Kept(ana, lambda at: quick(at) if at == good else opening(at)) as one:
            before = len(list((tmp_path / "stick").rglob("*.parcel")))
            one.post(title)
            row = lambda: next(each for each in ana.shelves() if each.address == good)  # noqa: E731
            await until(
                lambda: (
                    len(list((tmp_path / "stick").rglob("*.parcel"))) > before and not row().waiting
                ),
                one.changed,
            )

    run(body(lambda _at: place.shelf(), "One"))
    run(body(lambda _at: Stuck(place), "Two"))


def test_an_address_that_this_version_does_not_know_is_a_sentence(world: World) -> None:
    ana = world.start()
    ana.add_shelf("later://somewhere")

    async def body() -> None:
        async with Kept(ana, shelving.open_shelf) as one:
            await until(lambda: "not the address" in ana.shelves()[0].problem, one.changed)

    run(body())


def test_a_newcomer_keeps_the_folder_by_which_they_came(world: World, tmp_path: Path) -> None:
    ana = world.start()
    (tmp_path / "stick").mkdir()
    ana.add_shelf(f"folder:{tmp_path}/stick")
    invitation = ana.invite()
    asyncio.run(visit(ana, ana.shelf_addresses(), opening=quick))
    dora = world.ask("Dora", invitation)

    async def body() -> None:
        async with Kept(dora) as one:
            await until(lambda: bool(dora.shelf_addresses()), one.changed)

    run(body())
    assert dora.shelf_addresses() == ana.shelf_addresses()
    assert dora.replica.epochs()
