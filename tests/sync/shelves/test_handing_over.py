# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""After a rotation: the way from the old topic to the new one, for whoever was away."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mutualaid.model import control, keys
from mutualaid.model.chains import short_device
from mutualaid.model.control import rotation
from mutualaid.model.entry import Chain
from mutualaid.model.group import Group
from mutualaid.model.membership import canonical
from mutualaid.model.values import PostDraft, PostKind
from mutualaid.sync import emptying
from mutualaid.sync.handing_over import stragglers
from mutualaid.sync.parcel import Body, Index, Lock, Stretch, open_body, open_index, seal
from mutualaid.sync.parcel_file import read_file, write_file
from mutualaid.sync.parcel_outside import name_of
from mutualaid.sync.shelf import ShelfError, ShelfFullError, ShelfRefusedError
from tests.model.street import forge, say
from tests.sync.shelves.memory import MemoryShelf, Place, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture(params=[False, True], ids=["relay", "folder"])
def place(request: pytest.FixtureRequest) -> Place:
    return Place(keeps_for_ever=request.param)


def need(title: str) -> PostDraft:
    return PostDraft(PostKind.NEED, title)


def titles(world: World, name: str) -> set[str]:
    return {post.title for post in world.groups[name].posts(limit=1000)}


def lock(group: Group, age: int = 0) -> Lock:
    """The lock of an epoch this machine holds, the newest with age 0."""
    return Lock.of_epoch(group.replica.epochs()[age])


def indexes(place: Place, at: Lock) -> list[Index]:
    return [open_index(at, parcel) for parcel in place.topics.get(at.topic.public, {}).values()]


def chains_at(place: Place, at: Lock) -> set[Chain]:
    return {each.chain for index in indexes(place, at) for each in index.stretches}


def share(group: Group) -> None:
    """What a circle does when it sees a machine without a key."""
    shares = group.replica.missing_shares()
    if shares:
        say(group.replica, *shares)


def elm_street(world: World, *names: str) -> list[Group]:
    """Who met once, and is in step."""
    groups = [world.start() if name == "Ana" else world.join(name) for name in ("Ana", *names)]
    world.meet(*groups)
    return groups


def test_who_was_away_finds_the_way_from_the_old_topic_to_the_new(
    world: World, place: Place
) -> None:
    ana, ben, cleo = elm_street(world, "Ben", "Cleo")
    ana.post(need("Before"))
    world.visit("Ana", place)
    old = lock(ana)
    before = set(place.topics[old.topic.public])
    ana.rotate()
    ana.post(need("After"))
    world.visit("Ana", place)
    new = lock(ana)
    handed = [
        parcel for name, parcel in place.topics[old.topic.public].items() if name not in before
    ]
    assert handed
    assert {each.chain for parcel in handed for each in open_index(old, parcel).stretches} == {
        Chain.CONTROL
    }
    assert all(not open_index(old, parcel).blobs for parcel in handed)
    assert all(not open_body(old, parcel).epochs for parcel in handed)
    assert Chain.CONTENT in chains_at(place, new)
    for group, name in ((ben, "Ben"), (cleo, "Cleo")):
        world.visit(name, place)
        assert titles(world, name) == {"Before", "After"}
        assert group.replica.current_key() == ana.replica.current_key()
    world.settle(place, 3)
    assert len(world.views()) == 1
    for name, group in world.groups.items():
        assert not stragglers(group.replica)
        status = world.keeper(name, place).status
        assert (status.problem, status.notice, status.unread, status.waiting) == ("", "", 0, 0)


def test_the_control_chains_are_left_again_until_everybody_has_come(
    world: World, place: Place
) -> None:
    """First by whoever changed the lock, later by whoever is there; and then no more."""
    ana, ben, _cleo = elm_street(world, "Ben", "Cleo")
    old = lock(ana)
    ana.rotate()
    world.visit("Ana", place)
    world.visit("Ben", place)
    assert ben.replica.current_key() == ana.replica.current_key()
    for name in ("Ana", "Ben"):
        place.wipe()
        world.seconds += 7200
        for _ in range(2):
            world.visit(name, place)
            world.seconds += 100
        assert chains_at(place, old) == {Chain.CONTROL}, name
    place.wipe()
    world.seconds += 7200
    for _ in range(2):
        world.visit("Ben", place)
        world.seconds += 100
    world.visit("Cleo", place)
    world.settle(place, 2)
    assert len(world.views()) == 1
    place.wipe()
    world.settle(place, 2)
    assert not indexes(place, old), "everybody is past it"


def test_nothing_is_left_twice_on_an_old_topic(world: World, place: Place) -> None:
    ana, *_ = elm_street(world, "Ben", "Cleo", "Dora")
    old = lock(ana)
    ana.rotate()
    for name in ("Ana", "Ben"):
        world.visit(name, place)
    count = len(place.topics[old.topic.public])
    for _ in range(4):
        for name in ("Ana", "Ben"):
            world.seconds += 7200
            world.visit(name, place, afresh=True)
    assert len(place.topics[old.topic.public]) == count
    world.restart("Ben")
    world.visit("Ben", place, afresh=True)
    assert len(place.topics[old.topic.public]) == count


def test_two_rotations_while_away_are_found_one_after_the_other(world: World, place: Place) -> None:
    ana, _ben, cleo = elm_street(world, "Ben", "Cleo")
    for number in (1, 2, 3):
        ana.rotate()
        ana.post(need(f"After {number}"))
        for name in ("Ana", "Ben"):
            world.visit(name, place)
    world.visit("Cleo", place)
    assert titles(world, "Cleo") == {"After 1", "After 2", "After 3"}
    assert cleo.replica.current_key() == ana.replica.current_key()
    world.settle(place, 2)
    assert len(world.views()) == 1


def test_after_many_rotations_only_some_topics_are_looked_at(world: World, place: Place) -> None:
    """The newest, and, however old, the one on which somebody may be."""
    ana, _ben, cleo = elm_street(world, "Ben", "Cleo")
    for _ in range(30):
        ana.rotate()
        world.visit("Ana", place)
    world.visit("Ben", place)
    world.visit("Ana", place)
    listed: list[bytes] = []
    real = MemoryShelf.list

    async def count(self: MemoryShelf, topic: keys.SigningKey, after: Any) -> Any:
        listed.append(topic.public)
        return await real(self, topic, after)

    with pytest.MonkeyPatch.context() as watched:
        watched.setattr(MemoryShelf, "list", count)
        ana.post(need("After"))
        world.visit("Ana", place)
        assert lock(ana, 30).topic.public in listed
        assert len(set(listed)) == 4
        listed.clear()
        world.visit("Ana", place, afresh=True)
        assert len(set(listed)) == 17
    world.visit("Cleo", place)
    assert titles(world, "Cleo") == {"After"}
    assert cleo.replica.current_key() == ana.replica.current_key()


def test_what_somebody_wrote_who_had_not_heard_of_it_is_read_and_left_anew(
    world: World, place: Place
) -> None:
    ana, ben, cleo = elm_street(world, "Ben", "Cleo")
    old = lock(ana)
    ana.rotate()
    ben.post(need("From Ben"))
    world.visit("Ben", place)
    assert Chain.CONTENT in chains_at(place, old)
    world.visit("Ana", place)
    assert titles(world, "Ana") == {"From Ben"}
    world.visit("Ben", place)
    new = lock(ben)
    device = short_device(ben.device)
    stretches = [each for index in indexes(place, new) for each in index.stretches]
    assert any((each.device, each.chain) == (device, Chain.CONTENT) for each in stretches)
    assert cleo.joined
    world.settle(place, 2)
    assert len(world.views()) == 1


def test_rotations_made_apart_meet_on_a_shelf(world: World, place: Place) -> None:
    """Two halves of a group that never saw each other since; each let somebody in."""
    ana, ben, cleo = elm_street(world, "Ben", "Cleo")
    again = world.again("Ana")
    world.meet(ana, again, ben, cleo)
    ana.rotate()
    again.rotate()
    world.meet(ana, ben)
    world.meet(again, cleo)
    dora = world.ask("Dora", cleo.invite(uses=1))
    cleo.replica.admit(dora.replica.join_request())
    world.meet(again, cleo, dora)
    for group in (ana, ben, cleo, dora):
        group.post(need(f"From {group.my_name}"))
    for _ in range(4):
        for name, group in world.groups.items():
            world.seconds += 1800
            world.visit(name, place)
            share(group)
    assert len({group.replica.membership().epochs[-1] for group in world.groups.values()}) == 1
    assert len({group.replica.current_key() for group in world.groups.values()}) == 1
    world.settle(place, 3)
    assert len(world.views()) == 1
    assert titles(world, "Dora") == {"From Ana", "From Ben", "From Cleo", "From Dora"}


def test_who_joined_apart_from_the_rotation_is_led_to_the_key_that_was_shared(
    world: World, place: Place
) -> None:
    ana, ben, _cleo = elm_street(world, "Ben", "Cleo")
    ana.rotate()
    dora = world.ask("Dora", ben.invite(uses=1))
    ben.replica.admit(dora.replica.join_request())
    world.meet(ben, dora)
    dora.post(need("From Dora"))
    world.visit("Dora", place)
    world.visit("Ben", place)
    world.visit("Ana", place)
    share(ana)
    ana.post(need("From Ana"))
    world.visit("Ana", place)
    world.visit("Dora", place)
    assert dora.replica.current_key() == ana.replica.current_key()
    assert "From Ana" in titles(world, "Dora")
    world.settle(place, 3)
    assert len(world.views()) == 1


@pytest.mark.parametrize("sharers", [1, 3])
def test_who_was_handed_rubbish_says_where_it_stands_and_is_given_the_key_anew(
    world: World, place: Place, sharers: int
) -> None:
    """A member is quicker than all others with a share that does not open."""
    ana, ben, cleo = elm_street(world, "Ben", "Cleo")
    mallory = [ben, cleo, ana][:sharers]
    ana.rotate()
    world.meet(ana, ben, cleo)
    old = lock(ana, 1)
    dora = world.ask("Dora", ben.invite(uses=1))
    for each in (ana, ben, cleo):
        each.replica.missing_shares = lambda *_: []  # type: ignore[method-assign]
    ben.replica.admit(dora.replica.join_request())
    key = ana.replica.current_key()
    assert key is not None
    say(ben.replica, *_shares(dora, lock_key(ana, 1)))
    for each in mallory:
        say(each.replica, control.KeyShare(key.id, dora.device, b"rubbish"))
        world.meet(ana, ben, cleo)
    world.meet(ana, ben, cleo, dora)
    assert (dora.joined, dora.replica.current_key()) == (True, None)
    dora.post(need("From Dora"))
    for _ in range(6):
        for name in world.groups:
            world.seconds += 100
            world.visit(name, place)
    assert Chain.CONTENT not in chains_at(place, old)
    assert (dora.replica.current_key() == key) == (sharers < 3), "only so many are written"
    assert ("From Dora" in titles(world, "Ana")) == (sharers < 3)
    membership = ana.replica.membership()
    assert len(membership.shares[dora.device][key.id]) <= 3


def lock_key(group: Group, age: int) -> keys.EpochKey:
    return group.replica.epochs()[age]


def _shares(newcomer: Group, *epochs: keys.EpochKey) -> list[control.KeyShare]:
    public = keys.sealing_public_of(newcomer.device)
    return [
        control.KeyShare(each.id, newcomer.device, keys.seal(public, each.secret))
        for each in epochs
    ]


def test_who_has_heard_of_the_lock_and_has_no_key_leaves_nothing_that_was_written(
    world: World, place: Place
) -> None:
    ana, ben, _cleo = elm_street(world, "Ben", "Cleo")
    old = lock(ben)
    epoch = keys.EpochKey.generate()
    boxes = {each.key: bytes(80) for each in ana.replica.membership().current_devices()}
    say(ana.replica, *rotation(epoch.id, boxes))
    world.meet(ana, ben)
    ben.post(need("From Ben"))
    ben.invite()
    world.visit("Ben", place)
    assert chains_at(place, old) == {Chain.CONTROL}
    assert set(place.topics) == {old.topic.public}, "and no welcome under an old key"
    assert world.keeper("Ben", place).status.waiting > 0
    assert any("new key has not come" in each for each in ben.advisories())
    ana.rotate()
    world.meet(ana, ben)
    world.visit("Ben", place)
    assert world.keeper("Ben", place).status.waiting == 0
    assert Chain.CONTENT not in chains_at(place, old)
    world.seconds += 100  # another machine, whoever changed the lock, might have been quicker
    world.visit("Ben", place)
    world.visit("Cleo", place)
    assert "From Ben" in titles(world, "Cleo")


def test_what_is_put_while_the_lock_is_changed_goes_on_no_old_topic(
    world: World, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, *_ = elm_street(world, "Ben")
    old = lock(ana)
    for number in range(4):
        ana.post(need(f"Number {number}"))
    put = MemoryShelf.put

    async def rotate_first(self: MemoryShelf, topic: keys.SigningKey, parcel: bytes) -> None:
        await put(self, topic, parcel)
        if len(ana.replica.epochs()) == 1:
            ana.rotate()

    monkeypatch.setattr(MemoryShelf, "put", rotate_first)
    monkeypatch.setattr("mutualaid.sync.packing.LOOSE_BYTES", 1)
    world.visit("Ana", place)
    assert len(ana.replica.epochs()) == 2
    written = [each for index in indexes(place, old) for each in index.stretches]
    assert len([each for each in written if each.chain is Chain.CONTENT]) <= 1
    world.visit("Ana", place)
    world.visit("Ben", place)
    assert len(titles(world, "Ben")) == 4


# -- welcomes


def test_a_rotation_reseals_open_invitations_and_no_others(world: World, place: Place) -> None:
    """Who finds an invitation that is used up reads nothing that was left since."""
    ana, _ben = elm_street(world, "Ben")
    used, still_open = ana.invite(uses=1), ana.invite(uses=2)
    withdrawn = ana.invite(uses=1)
    ana.post(need("Before"))
    world.visit("Ana", place)
    world.ask("Dora", used)
    world.visit("Dora", place)
    world.visit("Ana", place)
    world.visit("Dora", place)
    assert world.groups["Dora"].joined
    ana.withdraw_invitation(withdrawn.signing.public)
    ana.rotate()
    ana.post(need("After"))
    world.visit("Ana", place)
    for name, invitation in (("Mallory", used), ("Mona", withdrawn)):
        finder = world.ask(name, invitation)
        world.visit(name, place)
        assert len(finder.replica.epochs()) <= 1
        assert finder.replica.current_key() != ana.replica.current_key()
        assert "After" not in titles(world, name)
        assert not finder.joined
        for at in (lock(ana), lock(ana, 1)):
            assert all(not index.joins or name == "Dora" for index in indexes(place, at)) or (
                at.topic.public == lock(ana, 1).topic.public
            )
    emil = world.ask("Emil", still_open)
    world.visit("Emil", place)
    assert titles(world, "Emil") == {"Before", "After"}
    assert len(emil.replica.epochs()) == 2
    world.visit("Ana", place)
    world.visit("Emil", place)
    assert emil.joined
    for name in ("Mallory", "Mona"):
        world.visit(name, place)
        assert "After" not in titles(world, name)
        assert any("Ask the person" in each for each in world.groups[name].advisories())
        world.groups.pop(name).close()


def test_welcomes_are_left_anew_once(world: World, place: Place) -> None:
    ana, _ben = elm_street(world, "Ben")
    welcome = Lock.of_invitation(ana.invite())
    world.visit("Ana", place)
    (first,) = place.topics[welcome.topic.public].values()
    assert len(open_body(welcome, first).epochs) == 1
    ana.rotate()
    world.visit("Ana", place)
    last = [*place.topics[welcome.topic.public].values()][-1]
    assert open_body(welcome, last).epochs == tuple(
        each.secret for each in reversed(ana.replica.epochs())
    )
    assert len(place.topics[welcome.topic.public]) == (1 if place.keeps_for_ever else 2)
    there = set(place.topics[welcome.topic.public])
    puts = sum(name in there for name in place.puts)
    for _ in range(2):
        world.seconds += 7200
        world.visit("Ana", place)
        world.restart("Ana")
    assert set(place.topics[welcome.topic.public]) == there
    assert sum(name in there for name in place.puts) == puts


def test_a_newcomer_with_an_older_welcome_is_led_on(world: World, place: Place) -> None:
    """The inviter's machine is off since before the rotation."""
    ana, ben = elm_street(world, "Ben")
    invitation = ben.invite(uses=1)
    world.visit("Ben", place)
    world.meet(ana, ben)
    ana.rotate()
    ana.post(need("After"))
    world.visit("Ana", place)
    dora = world.ask("Dora", invitation)
    dora.post(need("From Dora"))
    world.visit("Dora", place)
    assert (dora.joined, dora.replica.current_key()) == (False, None)
    assert Chain.CONTENT not in {
        each.chain
        for index in indexes(place, lock(dora))
        for each in index.stretches
        if each.device == short_device(dora.device)
    }
    world.visit("Ana", place)
    world.visit("Ana", place)
    world.visit("Dora", place)
    assert dora.joined
    assert titles(world, "Dora") == {"After", "From Dora"}
    world.settle(place, 3)
    assert len(world.views()) == 1


# -- whoever still has an old key


def test_a_full_old_topic_does_not_hold_up_the_new_one(
    world: World, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, _ben = elm_street(world, "Ben")
    old = lock(ana)
    put = MemoryShelf.put
    trouble: list[ShelfError] = [ShelfFullError("It is full.", "x")]

    async def refuse_old(self: MemoryShelf, topic: keys.SigningKey, parcel: bytes) -> None:
        if topic.public == old.topic.public and trouble:
            raise trouble[0]
        await put(self, topic, parcel)

    monkeypatch.setattr(MemoryShelf, "put", refuse_old)
    ana.rotate()
    ana.post(need("After"))
    for error in (trouble[0], ShelfRefusedError("It may not be written.", "x")):
        trouble[:] = [error]
        with pytest.raises(type(error)):
            world.visit("Ana", place)
        assert world.keeper("Ana", place).status.problem == str(error)
        assert Chain.CONTENT in chains_at(place, lock(ana))
    trouble.clear()
    world.visit("Ana", place)
    world.visit("Ben", place)
    assert titles(world, "Ben") == {"After"}


def test_rubbish_on_an_old_topic_holds_nobody_up(
    world: World, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emptying, "MOST_PARCELS", 150)
    ana, ben, _cleo = elm_street(world, "Ben", "Cleo")
    old = lock(ana)
    ana.rotate()
    world.meet(ana, ben)
    for group in (ana, ben):
        group.post(need("After"))
    topic = place.topics.setdefault(old.topic.public, {})
    for number in range(200):
        parcel = bytearray(seal(old, Index(), Body()))
        parcel[60:68] = number.to_bytes(8, "big")
        topic[name_of(bytes(parcel))] = bytes(parcel)
    for name in ("Ana", "Ben", "Ana", "Ben"):
        world.visit(name, place, afresh=True)
        world.seconds += 100
        world.visit(name, place)
        status = world.keeper(name, place).status
        assert (status.problem, status.reachable, status.waiting) == ("", True, 0)
        assert status.notice
    written = {each.device for index in indexes(place, lock(ana)) for each in index.stretches}
    assert {short_device(group.device) for group in (ana, ben)} <= written
    assert world.keeper("Ana", place).due() > world.seconds + 1000, "it is not asked over and over"


def test_whoever_says_that_the_way_lies_there_does_not_hide_it(world: World, place: Place) -> None:
    """An index in the old topic that promises all control entries, and a parcel without them."""
    ana, _ben = elm_street(world, "Ben")
    old = lock(ana)
    ana.rotate()
    journal = ana.replica.journal
    promised = []
    for branch in journal.all_branches():
        digest = journal.hash_on(branch, branch.head_seq)
        assert digest is not None
        if branch.chain is Chain.CONTROL:
            device = short_device(branch.device)
            promised.append(Stretch(device, branch.chain, 0, branch.head_seq, digest))
    parcel = seal(old, Index(stretches=tuple(promised)), Body())
    place.topics.setdefault(old.topic.public, {})[name_of(parcel)] = parcel
    world.visit("Ana", place)
    world.visit("Ben", place)
    assert _ben.replica.current_key() == ana.replica.current_key()


def test_a_copied_machine_that_was_away_learns_of_it_and_goes_on(
    world: World, place: Place
) -> None:
    """A frozen device is given no key; it reads in the old topic why, and is given one anew."""
    ana, ben, cleo = elm_street(world, "Ben", "Cleo")
    copied = ben.replica.device
    heads = ben.replica.journal.branches(copied.public, Chain.CONTENT)[0]
    for payload in (b"one", b"other"):
        run, _ = forge(
            ana.id,
            copied.public,
            copied,
            [payload],
            first=heads.head_seq + 1,
            prev=heads.head_hash,
            created=heads.head_created,
        )
        ana.replica.take_in([run])
    assert ana.replica.membership().devices[copied.public].frozen
    ana.rotate()
    ana.post(need("After"))
    world.visit("Ana", place)
    world.visit("Ben", place)
    assert ben.replica.device != copied
    assert titles(world, "Ben") == set()
    for _ in range(3):
        for name, group in world.groups.items():
            world.seconds += 100
            world.visit(name, place)
            share(group)
    assert titles(world, "Ben") == {"After"}
    assert cleo.joined
    world.settle(place, 2)
    assert len(world.views()) == 1
    assert stragglers(ana.replica), "it may still be listening"
    world.seconds += 190 * 86_400
    assert not stragglers(ana.replica)


def test_whoever_has_nothing_new_to_say_is_waited_for_all_the_same(
    world: World, place: Place
) -> None:
    ana, _ben, cleo = elm_street(world, "Ben", "Cleo")
    ana.rotate()
    world.visit("Ana", place)
    world.visit("Ben", place)
    world.seconds += 400 * 86_400
    (left,) = stragglers(ana.replica).values()
    assert len(left) == 2, "Ben's word has not come back yet"
    world.visit("Ana", place, afresh=True)
    (left,) = stragglers(ana.replica).values()
    assert len(left) == 1
    world.visit("Cleo", place)
    assert cleo.replica.current_key() == ana.replica.current_key()


def test_who_meets_on_a_cable_alone_is_not_waited_for(world: World, place: Place) -> None:
    ana, ben = elm_street(world, "Ben")
    old = lock(ana)
    ana.rotate()
    world.meet(ana, ben)
    assert not stragglers(ana.replica)
    ana.post(need("After"))
    world.visit("Ana", place)
    assert old.topic.public not in place.topics


def test_the_way_is_carried_in_a_file(world: World, tmp_path: Path) -> None:
    ana, ben = elm_street(world, "Ben")
    ana.rotate()
    ana.post(need("After"))
    write_file(ana, tmp_path / "parcels", everything=False)
    read = read_file(ben, tmp_path / "parcels")
    assert (read.strange, read.unfit, read.waiting) == (0, 0, 0)
    assert titles(world, "Ben") == {"After"}
    assert canonical(ben.replica.membership()) == canonical(ana.replica.membership())


def test_an_older_program_is_still_heard(
    world: World, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It keeps what it cannot read, goes on under the old key, and is read there."""
    ana, ben = elm_street(world, "Ben")
    ana.rotate()
    with monkeypatch.context() as older:
        older.delitem(control._BY_TYPE, control.Rotate.TYPE)
        world.meet(ana, ben)
        ben.post(need("From Ben"))
        world.visit("Ben", place)
    world.visit("Ana", place)
    assert titles(world, "Ana") == {"From Ben"}
    ana.post(need("After"))
    world.visit("Ana", place)
    world.restart("Ben")
    world.visit("Ben", place)
    assert titles(world, "Ben") == {"From Ben", "After"}
