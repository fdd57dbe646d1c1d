# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Storage with a password: known on one machine alone, unless the person says otherwise."""

from pathlib import Path

import pytest

from mutualaid.errors import NotFoundError
from mutualaid.model.group import Group
from mutualaid.model.store import Store
from mutualaid.model.values import ShelfRow
from tests.model.street import NOW
from tests.model.test_shelves import RELAY, join

PLACE = "webdav://cloud.example.org/dav"
SECRET = "p4ssw0rd-of-Ana"
PRIVATE = f"{PLACE}#ana:{SECRET}"
SHARED = f"{PLACE}?share=yes#ana:{SECRET}"


@pytest.fixture
def ana(tmp_path: Path) -> Group:
    return Group.start(
        Store(tmp_path / "ana.db", b"k" * 32), "Elm Street", "Ana", clock=lambda: NOW
    )


def test_a_secret_stays_on_this_machine(ana: Group, tmp_path: Path) -> None:
    ana.add_shelf(RELAY)
    ana.add_shelf(PRIVATE)
    ben = join(ana, tmp_path)
    assert ana.shelf_addresses() == [RELAY, PRIVATE]
    assert ben.shelf_addresses() == [RELAY]
    assert ana.shelves() == [ShelfRow(RELAY, local=False), ShelfRow(PLACE, local=True)]
    assert SECRET not in "".join(ana.invite().addresses)
    assert ana.invite().addresses == (RELAY,)
    ben.close()


def test_a_new_password_takes_the_place_of_the_old_one(ana: Group) -> None:
    ana.add_shelf(PRIVATE)
    ana.add_shelf(PRIVATE + "2")
    assert ana.shelf_addresses() == [PRIVATE + "2"]
    assert len(ana.shelves()) == 1


@pytest.mark.parametrize("meant", [PLACE, PRIVATE])
def test_what_is_removed_is_forgotten_with_its_secret(ana: Group, meant: str) -> None:
    ana.add_shelf(PRIVATE)
    ana.remove_shelf(meant)
    assert ana.shelves() == []
    kept = ana.replica.store.connection.execute("SELECT key, value FROM meta").fetchall()
    assert SECRET not in repr(kept)
    with pytest.raises(NotFoundError) as told:
        ana.remove_shelf(PLACE)
    assert SECRET not in str(told.value)


def test_a_secret_is_shared_when_the_person_says_so(ana: Group, tmp_path: Path) -> None:
    ana.add_shelf(SHARED)
    ben = join(ana, tmp_path)
    assert ben.shelf_addresses() == [SHARED]
    assert ben.shelves() == [ShelfRow(f"{PLACE}?share=yes", local=False)]
    ben.remove_shelf(f"{PLACE}?share=yes")
    assert ben.shelf_addresses() == []
    ben.close()


def test_a_secret_that_somebody_else_wrote_without_saying_so_is_not_used(ana: Group) -> None:
    """Else a member could have this machine open a key's file, or take a place for its own."""
    for address in (PRIVATE, "sftp://example.org/x?identity=/home/ana/.ssh/id#ana"):
        ana._edit_relays({f"relay:{address}": True})
    assert ana.shelf_addresses() == []


def test_a_long_secret_fits(ana: Group) -> None:
    ana.add_shelf(PRIVATE + "x" * 300)
    assert ana.shelf_addresses() == [PRIVATE + "x" * 300]
