# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Groups whose machines meet on storage alone."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mutualaid.model.group import Group
from mutualaid.model.values import PostDraft, PostKind
from mutualaid.sync.parcel_outside import outside
from mutualaid.sync.shelves import read_address
from mutualaid.sync.shelving import visit
from tests.helpers.rclone import MISSING, PASSWORD, Served, served
from tests.sync.shelves.memory import World

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture(params=["s3", "webdav", "sftp"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    with served(request.param, tmp_path / "server") as running:
        yield running


def come_by(world: World, group: Group) -> None:
    world.seconds += 3600
    rows = asyncio.run(visit(group, group.shelf_addresses()))
    assert {row.problem for row in rows} == {""}
    assert all(PASSWORD not in repr(row) for row in rows)


def test_two_never_up_at_once_and_a_newcomer_come_to_one_view(server: Served, world: World) -> None:
    address = read_address(server.address("our/parcels").replace("#", _share(server)))
    ana, ben = world.start(), world.join("Ben")
    ana.add_shelf(address)
    world.meet(ana, ben)
    assert ben.shelf_addresses() == [address]
    ana.post(PostDraft(PostKind.NEED, "A ladder for Saturday"))
    ben.post(PostDraft(PostKind.OFFER, "Soup on Sundays"))
    invitation = ana.invite()
    come_by(world, ana)
    dora = world.ask("Dora", invitation)
    if address not in invitation.addresses:
        # Too long for it: told by mouth, and added by hand.
        dora.add_shelf(read_address(server.address("our/parcels")))
    asyncio.run(visit(dora, [*invitation.addresses, *dora.shelf_addresses()]))
    assert dora.replica.epochs(), "the welcome waited there"
    for _ in range(4):
        for group in (ana, ben, dora):
            come_by(world, group)
    assert len(world.views()) == 1
    assert {post.title for post in dora.posts()} == {"A ladder for Saturday", "Soup on Sundays"}
    _looks_like_parcels(server)


def _share(server: Served) -> str:
    plain = "#" not in server.address(user="", password="") and "?" in server.address()
    return "&share=yes#" if plain else "?share=yes#"


def _looks_like_parcels(server: Served) -> None:
    """All that whoever keeps the storage sees: topics, names, sizes."""
    files = [each for each in server.folder.rglob("*") if each.is_file()]
    assert files
    for file in files:
        assert re.fullmatch(r"[a-z2-7]{52}", file.parent.name)
        assert re.fullmatch(r"[a-z2-7]{52}\.parcel", file.name)
        data = file.read_bytes()
        assert len(data).bit_count() == 1, "sizes come in steps"
        outside(data)
        for word in (b"ladder", b"Soup", b"Dora", b"Elm Street"):
            assert word not in data
