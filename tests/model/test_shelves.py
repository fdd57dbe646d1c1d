# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which shelves a group has, and what is remembered of them."""

from pathlib import Path

import pytest

from mutualaid.errors import BadValueError, NotFoundError
from mutualaid.model import shelf_notes
from mutualaid.model.group import Group
from mutualaid.model.invitation import parse_invitation
from mutualaid.model.profile import Profile
from mutualaid.model.shelf_notes import Noted, State
from mutualaid.model.shelves import MOST_SHELVES, is_shelf, shown_address
from mutualaid.model.store import Store
from mutualaid.model.values import PostDraft, PostKind, ShelfRow
from tests.model.street import NOW, tell

RELAY = "relay:relay.example:47471/" + "a" * 52


@pytest.fixture
def ana(tmp_path: Path) -> Group:
    return Group.start(
        Store(tmp_path / "ana.db", b"k" * 32), "Elm Street", "Ana", clock=lambda: NOW
    )


def join(host: Group, folder: Path) -> Group:
    store = Store(folder / "ben.db", b"k" * 32)
    ben = Group.join(store, host.invite(), "Ben", clock=lambda: NOW)
    host.replica.admit(ben.replica.join_request())
    for _ in range(2):
        tell(host.replica, ben.replica)
        tell(ben.replica, host.replica)
    return ben


def test_a_relay_is_everybodys_and_a_folder_is_ones_own(ana: Group, tmp_path: Path) -> None:
    ana.add_shelf(RELAY)
    ana.add_shelf("folder:/media/stick")
    ben = join(ana, tmp_path)
    assert ana.shelf_addresses() == [RELAY, "folder:/media/stick"]
    assert ben.shelf_addresses() == [RELAY]
    ben.remove_shelf(RELAY)
    tell(ben.replica, ana.replica)
    assert ana.shelf_addresses() == ["folder:/media/stick"]
    ben.close()


def test_who_may_not_reach_into_a_machine_by_the_groups_list(ana: Group) -> None:
    """A member may write anything into the group's record; a place on others' disks is no relay."""
    for address in ("folder:/etc", "file:///etc", "local:/etc", "/etc", "x" * 300):
        try:
            ana._edit_relays({f"relay:{address}": True})
        except BadValueError:
            continue
    assert ana.shelf_addresses() == []


def test_a_token_is_not_shown_and_reaches_the_invitation(ana: Group) -> None:
    secret = f"{RELAY}#{'b' * 26}"
    ana.add_shelf(secret)
    (row,) = ana.shelves()
    assert row == ShelfRow(RELAY, local=False)
    invitation = parse_invitation(ana.invite().text)
    assert invitation.addresses == (secret,)
    assert len(invitation.text) < 300
    ana.remove_shelf(RELAY)
    assert ana.shelves() == []


def test_what_does_not_fit_an_invitation_is_left_out_of_it(ana: Group) -> None:
    for number in range(4):
        ana.add_shelf(f"{RELAY[:-1]}{number + 2}")
    invitation = parse_invitation(ana.invite(addresses=("10.0.0.1:47470",)).text)
    assert invitation.addresses[0] == f"{RELAY[:-1]}2", "what can be reached from anywhere"
    assert invitation.addresses[-1] == "10.0.0.1:47470", "there is room for that one"
    assert 1 < len(invitation.addresses) < 5


def test_there_is_an_end_to_them(ana: Group) -> None:
    for number in range(MOST_SHELVES):
        ana.add_shelf(f"folder:/{number}")
    with pytest.raises(BadValueError, match="Remove one first"):
        ana.add_shelf("folder:/more")
    with pytest.raises(BadValueError, match="letters"):
        ana.add_shelf("folder:/" + "x" * 200)
    with pytest.raises(NotFoundError):
        ana.remove_shelf("folder:/more")


def test_an_address_of_a_machine_is_none_of_a_shelf() -> None:
    assert [is_shelf(each) for each in (RELAY, "folder:/x", "s3://bucket/x")] == [True] * 3
    machines = ("10.0.0.1:47470", "[fe80::1]:47470", "localhost", "relay.example:80")
    assert not any(map(is_shelf, machines))
    assert shown_address("folder:/a#b") == "folder:/a#b"


def test_welcomes_last_as_long_as_their_invitations(ana: Group, tmp_path: Path) -> None:
    invitation = ana.invite(uses=1)
    assert ana.welcomes() == [invitation.seed]
    ana.withdraw_invitation(invitation.signing.public)
    assert ana.welcomes() == []
    join(ana, tmp_path).close()
    assert len(ana.welcomes()) == 1, "nine more may use that one"


def test_what_is_remembered_of_a_shelf_is_forgotten_with_it(ana: Group) -> None:
    db, topic = ana.replica.store.connection, b"t" * 32
    ana.add_shelf("folder:/stick")
    noted = Noted(b"n" * 32, 3, 4096, State.WAITING, NOW, b"says")
    row = ShelfRow(
        "folder:/stick", True, True, 1, 4096, 1, 2, 3, NOW, "What is wrong.", "Gone.", NOW
    )
    with ana.replica.write(durable=False):
        shelf_notes.keep(db, "folder:/stick", topic, [noted])
        shelf_notes.set_cursor(db, "folder:/stick", topic, b"c" * 40)
        shelf_notes.note_status(db, row)
    assert list(shelf_notes.parcels(db, "folder:/stick", topic)) == [noted]
    assert shelf_notes.cursor(db, "folder:/stick", topic) == b"c" * 40
    assert ana.shelves() == [row]
    ana.remove_shelf("folder:/stick")
    assert not list(shelf_notes.parcels(db, "folder:/stick", topic))
    assert shelf_notes.cursor(db, "folder:/stick", topic) is None
    assert ana.shelves() == []


def test_keys_from_a_welcome_are_taken_only_if_the_group_names_them(
    ana: Group, tmp_path: Path
) -> None:
    ben = Group.join(Store(tmp_path / "ben.db", b"k" * 32), ana.invite(), "Ben", clock=lambda: NOW)
    (epoch,) = ana.replica.epochs()
    assert ben.replica.take_epochs([epoch.secret]) == 0, "nothing of the group is known yet"
    for batch in ana.replica.journal.lacking({}):
        ben.replica.take_in(batch)
    assert ben.replica.take_epochs([b"x" * 32]) == 0
    assert ben.replica.take_epochs([epoch.secret]) == 1
    assert ben.replica.take_epochs([epoch.secret]) == 0
    assert [each.id for each in ben.replica.epochs()] == [epoch.id]
    assert not ben.joined
    ben.close()


def test_any_member_may_add_a_relay_but_not_before_the_groups_page_has_come(
    ana: Group, tmp_path: Path
) -> None:
    ben = Group.join(Store(tmp_path / "ben.db", b"k" * 32), ana.invite(), "Ben", clock=lambda: NOW)
    with pytest.raises(NotFoundError, match="has not come"):
        ben.add_shelf(RELAY)
    ben.close()


def test_a_profile_from_before_there_were_shelves_gets_them(tmp_path: Path) -> None:
    with Profile.open(tmp_path, environ={"MUTUALAID_NO_KEYRING": "1"}) as profile:
        with profile.start("Elm Street", "Ana") as group:
            group.post(PostDraft(PostKind.NEED, "A ladder"))
            store, directory = group.replica.store, group.directory
            for table in ("shelf", "shelf_topic", "shelf_parcel", "group_relay"):
                store.connection.execute(f"DROP TABLE {table}")
            store.connection.execute("PRAGMA user_version = 3")
            store.set_meta("views", 2)
        with profile.open_directory(directory) as group:
            assert group.shelves() == []
            group.add_shelf(RELAY)
            assert group.shelf_addresses() == [RELAY]
            assert [post.title for post in group.posts()] == ["A ladder"]
            assert group.health().ok
