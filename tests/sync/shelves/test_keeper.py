# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Filling and emptying a shelf, whatever the shelf does meanwhile."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutualaid.model.entry import Chain
from mutualaid.model.shelf_notes import State
from mutualaid.model.values import PostDraft, PostKind, RepairDraft, RepairOutcome
from mutualaid.sync import emptying, filling, packing, shelf_topics
from mutualaid.sync.keeper import Keeper
from mutualaid.sync.packing import Gap
from mutualaid.sync.parcel import Body, Index, Lock, Stretch, open_index, seal
from mutualaid.sync.parcel_outside import name_of
from mutualaid.sync.shelf import (
    ShelfFullError,
    ShelfLiesError,
    ShelfRefusedError,
    ShelfUnreachableError,
)
from tests.helpers.examples import examples
from tests.helpers.pictures import draft
from tests.sync.shelves.memory import Place, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def place() -> Place:
    return Place()


def need(title: str) -> PostDraft:
    return PostDraft(PostKind.NEED, title)


def titles(world: World, name: str) -> set[str]:
    return {post.title for post in world.groups[name].posts(limit=1000)}


def lock_of(world: World, name: str = "Ana") -> Lock:
    return Lock.of_epoch(world.groups[name].replica.epochs()[0])


def test_three_who_never_meet_see_one_board(world: World, place: Place) -> None:
    for name in ("Ana", "Ben", "Cleo"):
        group = world.start() if name == "Ana" else world.join(name)
    for name, group in world.groups.items():
        group.post(need(f"From {name}"))
    world.settle(place, 2)
    assert len(world.views()) == 1
    assert titles(world, "Cleo") == {"From Ana", "From Ben", "From Cleo"}
    for group in world.groups.values():
        reached = group.reached()
        assert (reached.reached, reached.machines) == (2, 2)


def test_what_everybody_has_is_neither_left_nor_fetched(world: World, place: Place) -> None:
    ana = world.start()
    ben = world.join("Ben")
    ana.post(need("A ladder"))
    world.meet(ana, ben)
    for name in ("Ana", "Ben"):
        world.visit(name, place)
    assert not place.gets
    assert all(not index.stretches for index in said(world, place, "Ana"))
    ana.post(need("A lift"))
    world.visit("Ana", place)
    world.meet(ana, ben)
    place.gets.clear()
    world.visit("Ben", place)
    assert not place.gets, "it came over the cable"


def said(world: World, place: Place, name: str) -> list[Index]:
    keeper = world.keeper(name, place)
    return [index for topic in keeper._topics.values() for index in topic.says.values()]


def test_a_round_with_nothing_new_reads_and_writes_nothing(world: World, place: Place) -> None:
    ana = world.start()
    world.join("Ben")
    ana.post(need("A ladder"))
    world.settle(place, 2)
    heads, gets, puts = len(place.heads), len(place.gets), len(place.puts)
    world.settle(place, 2)
    for name in ("Ana", "Ben"):
        world.restart(name)
    world.settle(place, 1)
    assert (len(place.heads), len(place.gets), len(place.puts)) == (heads, gets, puts)


def test_a_wiped_shelf_is_noticed_and_filled_again(world: World, place: Place) -> None:
    ana = world.start()
    world.join("Ben")
    ana.post(need("A ladder"))
    world.visit("Ana", place)
    place.wipe()
    world.visit("Ana", place)
    assert "gone" in ana.shelves()[0].notice if ana.shelves() else True
    notice = world.keeper("Ana", place).status.notice
    assert "Nothing is lost" in notice
    world.visit("Ben", place)
    assert titles(world, "Ben") == {"A ladder"}


def test_a_shelf_that_went_back_in_time_is_noticed_and_filled_again(
    world: World, place: Place
) -> None:
    ana = world.start()
    world.join("Ben")
    ana.post(need("A ladder"))
    world.visit("Ana", place)
    kept = place.keep()
    ana.post(need("A lift"))
    world.visit("Ana", place)
    place.roll_back(kept)
    world.visit("Ana", place)
    assert "gone" in world.keeper("Ana", place).status.notice
    world.visit("Ben", place)
    assert titles(world, "Ben") == {"A ladder", "A lift"}


def test_what_is_lost_in_between_is_noticed_with_the_next_list_and_left_again(
    world: World, place: Place
) -> None:
    ana = world.start()
    world.join("Ben")
    for number in range(9):
        ana.post(need(f"Number {number}"))
        world.visit("Ana", place)
    place.lose(every=3)
    world.seconds += 7200
    world.visit("Ana", place)
    assert "gone" in world.keeper("Ana", place).status.notice
    world.visit("Ben", place)
    assert len(titles(world, "Ben")) == 9


def test_others_fill_gaps_after_a_while_and_only_what_somebody_lacks(
    world: World, place: Place
) -> None:
    ana = world.start()
    ben, _cleo = world.join("Ben"), world.join("Cleo")
    ana.post(need("A ladder"))
    world.meet(ana, ben)
    world.visit("Ben", place)
    assert not any(index.stretches for index in said(world, place, "Ben"))
    world.seconds += 100
    world.visit("Ben", place)
    (left,) = (index for index in said(world, place, "Ben") if index.stretches)
    assert {stretch.device for stretch in left.stretches} != set()
    world.visit("Cleo", place)
    assert titles(world, "Cleo") == {"A ladder"}


def test_others_leave_the_room_that_a_shelf_says_it_has_to_the_authors(
    world: World, place: Place
) -> None:
    place.quota = 4 * 4096  # a quarter of it, one small parcel, is for what others wrote
    ana = world.start()
    ben, _cleo = world.join("Ben"), world.join("Cleo")
    ana.post(need("A ladder"))
    world.meet(ana, ben)
    ben.post(need("A drill"))
    world.visit("Ben", place)
    world.seconds += 100
    world.visit("Ben", place)
    world.visit("Cleo", place)
    assert titles(world, "Cleo") == {"A drill"}
    place.quota = None
    world.visit("Ben", place)
    world.seconds += 100
    world.visit("Ben", place)
    world.visit("Cleo", place)
    assert titles(world, "Cleo") == {"A drill", "A ladder"}


def test_two_who_leave_old_history_leave_the_same_parcels(world: World, place: Place) -> None:
    ana = world.start()
    ben = world.join("Ben")
    for number in range(100):
        ana.add_repair(RepairDraft("Lamp", RepairOutcome.FIXED, item=str(number)))
    world.meet(ana, ben)
    names = []
    for group in (ana, ben):
        journal = group.replica.journal
        journal.refresh()
        (branch,) = journal.branches(ana.device, Chain.CONTENT)
        pieces = list(packing.blocks(journal, Gap(branch, 3, branch.head_seq)))
        whole = [piece for piece, is_block in pieces if is_block]
        assert [(piece.first, piece.last) for piece in whole] == [(32, 63), (64, 95)]
        assert sum(piece.entries for piece, _ in pieces) == branch.head_seq - 2
        lock = Lock.of_epoch(group.replica.epochs()[0])
        made = [packing.block(journal, lock, piece) for piece in whole]
        names.append([name_of(each[0]) for each in made if each])
    assert len(names[0]) == 2
    assert names[0] == names[1]


def test_a_stranger_joins_while_nobody_is_awake(world: World, place: Place) -> None:
    ana = world.start()
    ben = world.join("Ben")
    ben.post(need("From Ben"))
    world.meet(ana, ben)
    invitation = ana.invite()
    world.visit("Ana", place)
    dora = world.ask("Dora", invitation)
    world.visit("Dora", place)
    assert not dora.joined
    assert dora.name == "Elm Street"
    assert titles(world, "Dora") == {"From Ben"}
    dora.post(need("From Dora"))
    world.visit("Dora", place)
    world.visit("Ben", place)
    assert [each.name for each in ben.members()] == ["Ana", "Ben", "Dora"]
    assert "From Dora" in titles(world, "Ben")
    world.visit("Dora", place)
    assert dora.joined
    world.settle(place, 2)
    assert len(world.views()) == 1
    assert len(ana.members()) == 3


def test_a_stranger_whose_invitation_is_used_up_is_not_let_in(world: World, place: Place) -> None:
    ana = world.start()
    invitation = ana.invite(uses=1)
    world.visit("Ana", place)
    for name in ("Dora", "Emil"):
        world.ask(name, invitation)
        world.visit(name, place)
    world.settle(place, 2)
    assert len(ana.members()) == 2
    dora, emil = world.groups["Dora"], world.groups["Emil"]
    assert dora.joined != emil.joined
    waits = emil if dora.joined else dora
    assert any("used up" in sentence for sentence in waits.advisories())


def test_a_welcome_that_was_wiped_is_left_again(world: World, place: Place) -> None:
    ana = world.start()
    invitation = ana.invite()
    world.visit("Ana", place)
    place.wipe()
    world.seconds += 7200
    world.visit("Ana", place)
    dora = world.ask("Dora", invitation)
    world.visit("Dora", place)
    assert dora.replica.epochs()


def test_entries_of_a_device_that_is_not_admitted_wait_on_the_shelf(
    world: World, place: Place
) -> None:
    """What a newcomer wrote is read again once the admit has come, by whatever road."""
    ana = world.start()
    ben = world.join("Ben")
    dora = world.ask("Dora", ana.invite())
    world.visit("Ana", place)
    world.visit("Dora", place)
    lock = lock_of(world)
    topic = place.topics[lock.topic.public]
    for name in [name for name, parcel in topic.items() if open_index(lock, parcel).joins]:
        del topic[name]  # so that only what she wrote is there, and not that she asks
    dora.post(need("From Dora"))
    world.keeper("Dora", place)._join_request = lambda _topic: None  # type: ignore[method-assign]
    world.visit("Dora", place)
    world.visit("Ben", place)
    status = world.keeper("Ben", place).status
    assert (titles(world, "Ben"), status.unread > 0) == (set(), True)
    gets = len(place.gets)
    world.visit("Ben", place, afresh=True)
    assert len(place.gets) == gets, "it is not fetched in vain"
    ana.replica.admit(dora.replica.join_request())
    world.meet(ana, ben)
    world.visit("Ben", place)
    assert titles(world, "Ben") == {"From Dora"}
    assert len(ben.members()) == 3


def test_photos_come_over_the_shelf(world: World, place: Place) -> None:
    ana = world.start()
    ben = world.join("Ben")
    ana.post(need("A ladder"), [draft(1, side=200), draft(2, side=200)])
    world.visit("Ana", place)
    world.visit("Ben", place)
    assert ben.missing_photos() == []
    puts = len(place.puts)
    world.settle(place, 2)
    assert all(not index.blobs for index in said(world, place, "Ben")[puts:])


def test_a_photo_that_somebody_lacks_is_left_by_whoever_has_it(world: World, place: Place) -> None:
    ana = world.start()
    ben = world.join("Ben")
    ana.post(need("A ladder"), [draft(1, side=200)])
    world.meet(ana, ben)  # the text alone
    assert len(ben.missing_photos()) == 1
    world.visit("Ben", place)
    world.visit("Ana", place)
    world.seconds += 100
    world.visit("Ana", place)
    world.visit("Ben", place)
    assert ben.missing_photos() == []


@pytest.mark.parametrize(
    ("trouble", "reachable"),
    [
        (ShelfUnreachableError("It is not there.", "x"), False),
        (ShelfRefusedError("It may not be read.", "x"), True),
        (ShelfLiesError("It lies.", "x"), True),
    ],
)
def test_trouble_is_said_and_passes(
    world: World, place: Place, trouble: Exception, reachable: bool
) -> None:
    ana = world.start()
    world.join("Ben")
    ana.post(need("A ladder"))
    place.trouble = trouble  # type: ignore[assignment]
    with pytest.raises(type(trouble)):
        world.visit("Ana", place)
    status = world.keeper("Ana", place).status
    assert (status.problem, status.reachable) == (str(trouble), reachable)
    place.trouble = None
    world.visit("Ana", place)
    world.visit("Ben", place)
    assert titles(world, "Ben") == {"A ladder"}
    assert world.keeper("Ana", place).status.problem == ""


def test_a_full_shelf_is_still_read_and_says_what_waits(world: World, place: Place) -> None:
    ana = world.start()
    ben = world.join("Ben")
    ben.post(need("From Ben"))
    world.visit("Ben", place)
    ana.post(need("From Ana"))
    place.full = ShelfFullError("It is full.", "x")
    with pytest.raises(ShelfFullError):
        world.visit("Ana", place)
    assert titles(world, "Ana") == {"From Ana", "From Ben"}
    status = world.keeper("Ana", place).status
    assert status.waiting > 0
    assert status.problem == "It is full."
    place.full = None
    world.visit("Ana", place)
    assert world.keeper("Ana", place).status.waiting == 0


def test_where_a_shelf_does_not_forget_what_is_outdated_is_taken_away(
    world: World, place: Place
) -> None:
    place.keeps_for_ever = True
    ana = world.start()
    world.join("Ben")
    for number in range(12):
        ana.post(need(f"Number {number}"))
        world.visit("Ana", place)
        world.visit("Ben", place)
        world.seconds += 10
    before = len(place.parcels())
    world.seconds += 3 * 86_400
    world.settle(place, 2)
    after = len(place.parcels())
    assert after < before - 8, "what Ben said and has said anew"
    assert all(not world.keeper(name, place).status.notice for name in ("Ana", "Ben"))
    world.seconds += 100 * 86_400
    world.settle(place, 2)
    assert len(place.parcels()) < 6
    world.ask("Dora", ana.invite())
    world.settle(place, 3)
    assert len(world.views()) == 1, "what a newcomer lacks is left again"


def test_statements_do_not_fill_a_shelf(world: World, place: Place) -> None:
    """All day something new comes, and each time a machine holds something else."""
    ana = world.start()
    world.join("Ben")
    world.keepers["Ben", place.address] = keeper = Keeper(
        world.groups["Ben"], place.shelf(), now=lambda: world.seconds, random=world.random
    )
    for number in range(200):
        ana.post(need(f"Number {number}"))
        world.visit("Ana", place)
        world.seconds += 60
        world.visit("Ben", place)
    mine = [
        each
        for topic in keeper._topics.values()
        for each in topic.written.values()
        if each.device == world.groups["Ben"].device
    ]
    assert 10 < len(mine) < 30
    assert len(titles(world, "Ben")) == 200


# -- what a hostile shelf can do


def flood(world: World, place: Place, count: int) -> Lock:
    lock = lock_of(world)
    topic = place.topics.setdefault(lock.topic.public, {})
    for number in range(count):
        parcel = bytearray(seal(lock, Index(), Body()))
        parcel[60:68] = number.to_bytes(8, "big")
        topic[name_of(bytes(parcel))] = bytes(parcel)
    return lock


def test_garbage_costs_a_bounded_number_of_heads_each_time(world: World, place: Place) -> None:
    ana = world.start()
    world.join("Ben")
    flood(world, place, 500)
    ana.post(need("A ladder"))
    with pytest.raises(ShelfLiesError, match="not from this group"):
        world.visit("Ana", place)
    assert len(place.heads) <= emptying.MOST_BAD + emptying.HEADS_AT_ONCE
    assert not place.gets
    for _ in range(10):
        try:
            world.visit("Ana", place)
        except ShelfLiesError:
            continue
        break
    world.visit("Ana", place)
    assert world.keeper("Ana", place).status.problem == "", "what was found out is remembered"


def test_ten_million_names_are_not_gone_through(
    world: World, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emptying, "MOST_PARCELS", 60)
    ana = world.start()
    world.join("Ben")
    lock = lock_of(world)
    topic = place.topics.setdefault(lock.topic.public, {})
    for number in range(300):
        statement = (number.to_bytes(8, "big"), bytes(64))
        parcel = seal(lock, Index(statements=(statement,)), Body())
        topic[name_of(parcel)] = parcel
    ana.post(need("A ladder"))
    world.visit("Ana", place)
    keeper = world.keeper("Ana", place)
    assert keeper.status.held <= 60 + len(place.puts)
    assert "More parcels" in keeper.status.notice
    assert len(place.heads) <= 60


def test_a_body_that_is_withheld_does_not_keep_others_from_leaving_it(
    world: World, place: Place
) -> None:
    ana = world.start()
    ben, cleo = world.join("Ben"), world.join("Cleo")
    ana.post(need("A ladder"))
    world.visit("Ana", place)
    place.withheld.update(name_of(parcel) for parcel in place.parcels())
    world.visit("Ben", place)
    assert titles(world, "Ben") == set()
    status = world.keeper("Ben", place).status
    assert status.missing > 0
    assert "does not hand it out" in status.notice
    world.meet(ana, ben)
    world.seconds += 100
    world.visit("Ben", place)
    world.seconds += 100
    world.visit("Ben", place)
    world.visit("Cleo", place)
    assert titles(world, "Cleo") == {"A ladder"}
    assert cleo.posts()


def test_what_is_listed_and_not_handed_out_is_left_there_again_under_another_name(
    world: World, place: Place
) -> None:
    """Its author sees that others were there and did not find it."""
    ana = world.start()
    world.join("Ben")
    ana.post(need("A ladder"))
    world.visit("Ana", place)
    place.withheld.update(name_of(parcel) for parcel in place.parcels())
    gets = len(place.gets)
    world.visit("Ana", place, afresh=True)
    assert len(place.gets) == gets, "nobody was there yet, so nothing is fetched"
    world.seconds += 3600
    world.visit("Ben", place)
    assert titles(world, "Ben") == set()
    world.seconds += 3600
    world.visit("Ana", place)
    assert "does not hand it out" in world.keeper("Ana", place).status.notice
    world.visit("Ben", place)
    assert titles(world, "Ben") == {"A ladder"}


def test_a_shelf_that_hands_out_nothing_is_not_filled_for_ever(world: World, place: Place) -> None:
    ana = world.start()
    world.join("Ben")
    ana.post(need("A ladder"))
    for _ in range(filling.MOST_AGAIN + 12):
        for name in ("Ana", "Ben"):
            world.seconds += 3600
            world.visit(name, place, afresh=True)
            place.withheld.update(name_of(parcel) for parcel in place.parcels())
    device = packing.short_device(ana.device)
    left = [
        index
        for index in (open_index(lock_of(world), parcel) for parcel in place.parcels())
        if any((each.device, each.chain) == (device, Chain.CONTENT) for each in index.stretches)
    ]
    assert filling.MOST_AGAIN // 2 < len(left) <= filling.MOST_AGAIN + 1


def put(world: World, place: Place, index: Index, body: Body) -> bytes:
    lock = lock_of(world)
    parcel = seal(lock, index, body)
    place.topics.setdefault(lock.topic.public, {})[name_of(parcel)] = parcel
    return name_of(parcel)


def test_an_index_that_promises_what_is_not_inside_covers_nothing(
    world: World, place: Place
) -> None:
    ana = world.start()
    ben = world.join("Ben")
    (branch,) = ana.replica.journal.branches(ana.device, Chain.CONTENT)
    ana.post(need("A ladder"))
    digest = ana.replica.journal.hash_on(branch, branch.head_seq)
    assert digest is not None
    stretch = Stretch(packing.short_device(ana.device), Chain.CONTENT, 0, branch.head_seq, digest)
    name = put(world, place, Index(stretches=(stretch,)), Body())
    world.visit("Ben", place)
    assert (
        world.keeper("Ben", place)._topics[lock_of(world).topic.public].noted[name].state
        is State.UNFIT
    )
    assert titles(world, "Ben") == set()
    assert ben.joined


def test_entries_with_a_bad_signature_are_not_taken(world: World, place: Place) -> None:
    from mutualaid.model.entry import encode_batch

    ana = world.start()
    world.join("Ben")
    ana.post(need("A ladder"))
    journal = ana.replica.journal
    (branch,) = journal.branches(ana.device, Chain.CONTENT)
    (run,) = journal.stretch(branch, 0, branch.head_seq)
    run.items[-1] = run.items[-1]._replace(signature=bytes(64))
    digest = journal.hash_on(branch, branch.head_seq)
    assert digest is not None
    stretch = Stretch(packing.short_device(ana.device), Chain.CONTENT, 0, branch.head_seq, digest)
    put(world, place, Index(stretches=(stretch,)), Body(batches=(encode_batch([run]),)))
    world.visit("Ben", place)
    assert titles(world, "Ben") == set()
    world.visit("Ana", place)
    world.visit("Ben", place)
    assert titles(world, "Ben") == {"A ladder"}, "the true ones were left beside"


def test_a_forged_word_in_anothers_name_does_not_silence_them(world: World, place: Place) -> None:
    import cbor2

    ana = world.start()
    ben = world.join("Ben")
    body = cbor2.dumps([ana.id, ana.device, 1 << 52, []])
    put(world, place, Index(statements=((body, bytes(64)), (body, bytes(64)))), Body())
    ana.post(need("A ladder"))
    world.visit("Ana", place)
    world.visit("Ben", place)
    assert titles(world, "Ben") == {"A ladder"}
    written = [
        each.device
        for topic in world.keeper("Ben", place)._topics.values()
        for each in topic.written.values()
    ]
    assert ana.device in written
    assert ben.joined


def test_stretches_without_end_are_not_remembered(
    world: World, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_topics, "MOST_STRETCHES", 500)
    ana = world.start()
    world.join("Ben")
    for number in range(20):
        many = tuple(
            Stretch(number.to_bytes(8, "big"), Chain.CONTENT, seq, seq, bytes(8))
            for seq in range(100)
        )
        put(world, place, Index(stretches=many), Body())
    world.visit("Ana", place)
    (topic,) = world.keeper("Ana", place)._topics.values()
    assert topic.stretches <= 500
    assert ana.joined


def test_a_batch_that_inflates_without_end_is_not_read(world: World, place: Place) -> None:
    import zlib

    import cbor2

    ana = world.start()
    world.join("Ben")
    pressed = zlib.compressobj(9)
    bomb = b"".join(pressed.compress(bytes(1 << 20)) for _ in range(64)) + pressed.flush()
    stretch = Stretch(b"stranger", Chain.CONTROL, 0, 0, bytes(8))
    name = put(world, place, Index((stretch,)), Body((cbor2.dumps([[], b"", bomb]),)))
    ana.post(need("A ladder"))
    world.visit("Ana", place)
    world.visit("Ben", place)
    assert titles(world, "Ben") == {"A ladder"}
    noted = world.keeper("Ben", place)._topics[lock_of(world).topic.public].noted[name]
    assert noted.state is State.UNFIT


def test_what_was_left_long_ago_and_comes_again_changes_nothing(world: World, place: Place) -> None:
    ana = world.start()
    ben = world.join("Ben")
    ana.post(need("A ladder"))
    world.visit("Ana", place)
    old = place.keep()
    world.visit("Ben", place)
    ana.withdraw(ana.posts()[0].id)
    world.settle(place, 2)
    before = world.views()
    for topic, parcels in old.items():
        place.topics[topic].update(parcels)
    world.settle(place, 1)
    assert world.views() == before
    assert ben.posts() == []


def test_a_newer_version_waits_for_a_newer_program(world: World, place: Place) -> None:
    ana = world.start()
    world.join("Ben")
    lock = lock_of(world)
    parcel = bytearray(seal(lock, Index(), Body()))
    parcel[0] = 2
    place.topics[lock.topic.public] = {name_of(bytes(parcel)): bytes(parcel)}
    ana.post(need("A ladder"))
    world.visit("Ana", place)
    status = world.keeper("Ana", place).status
    assert (status.unread, status.problem) == (1, "")


# -- anything, in any order

PEOPLE = ("Ana", "Ben", "Cleo")
STEPS = st.one_of(
    st.tuples(st.just("post"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("visit"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("visit"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("restart"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("wait"), st.sampled_from((1, 100, 7200))),
    st.tuples(st.just("lose"), st.sampled_from((1, 2, 3))),
    st.tuples(st.just("wipe"), st.none()),
    st.tuples(st.just("keep"), st.none()),
    st.tuples(st.just("back"), st.none()),
)


@settings(max_examples=examples(25))
@given(steps=st.lists(STEPS, max_size=25), seed=st.integers(0, 1000))
def test_whatever_the_shelf_does_everything_arrives_in_the_end(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, object]], seed: int
) -> None:
    world, place = World(tmp_path_factory.mktemp("world"), seed), Place()
    try:
        for name in PEOPLE:
            _ = world.start() if name == "Ana" else world.join(name)
        kept = place.keep()
        written = 0
        for what, which in steps:
            match what:
                case "post":
                    world.groups[str(which)].post(need(f"Number {written}"))
                    written += 1
                case "visit":
                    world.seconds += 2
                    world.visit(str(which), place)
                case "restart":
                    world.restart(str(which))
                case "wait":
                    world.seconds += float(str(which))
                case "lose":
                    place.lose(every=int(str(which)))
                case "wipe":
                    place.wipe()
                case "keep":
                    kept = place.keep()
                case "back":
                    place.roll_back(kept)
        world.settle(place, 5)
        assert len(world.views()) == 1
        assert all(len(titles(world, name)) == written for name in PEOPLE)
        puts = len(place.puts)
        world.settle(place, 2)
        assert len(place.puts) == puts, "and then there is rest"
    finally:
        world.close()


def test_stopping_anywhere_costs_nothing(world: World, place: Place) -> None:
    """A round that is cancelled at any of its waits is simply done again."""
    ana = world.start()
    world.join("Ben")
    for number in range(20):
        ana.post(need(f"Number {number}"))
        world.visit("Ana", place)

    async def interrupted(steps: int) -> bool:
        task = asyncio.create_task(world.keeper("Ben", place).round(afresh=True))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait([task])
        return not next(iter(done)).cancelled()

    for steps in range(0, 200, 3):
        world.restart("Ben")
        if asyncio.run(interrupted(steps)):
            break
    world.visit("Ben", place)
    assert len(titles(world, "Ben")) == 20


NEIGHBOURS = ("Ana", "Ben", "Dora", "Emil")
JOURNEYS = st.one_of(
    st.tuples(st.just("post"), st.sampled_from(NEIGHBOURS)),
    st.tuples(st.just("photo"), st.sampled_from(NEIGHBOURS)),
    st.tuples(st.just("stick"), st.sampled_from(NEIGHBOURS)),
    st.tuples(st.just("relay"), st.sampled_from(NEIGHBOURS)),
    st.tuples(st.just("restart"), st.sampled_from(NEIGHBOURS)),
    st.tuples(st.just("wipe"), st.sampled_from(("stick", "relay"))),
    st.tuples(st.just("lose"), st.sampled_from(("stick", "relay"))),
)


@settings(max_examples=examples(20))
@given(steps=st.lists(JOURNEYS, max_size=25), seed=st.integers(0, 1000))
def test_newcomers_who_meet_nobody_belong_in_the_end(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]], seed: int
) -> None:
    """Two join by what lies on a stick and a relay, both of which lose things meanwhile."""
    world = World(tmp_path_factory.mktemp("world"), seed)
    places = {"relay": Place(), "stick": Place("folder:stick", keeps_for_ever=True)}
    try:
        ana = world.start()
        world.join("Ben")
        invitation = ana.invite()
        world.visit("Ana", places["stick"])
        for name in ("Dora", "Emil"):
            world.ask(name, invitation)
        photos = 0
        for what, which in steps:
            world.seconds += 5
            match what:
                case "post":
                    world.groups[which].post(need("Something"))
                case "photo":
                    world.groups[which].post(need("Something"), [draft(photos, side=40)])
                    photos += 1
                case "restart":
                    world.restart(which)
                case "wipe":
                    places[which].wipe()
                case "lose":
                    places[which].lose(every=2)
                case place:
                    world.visit(which, places[place])
        for _ in range(4):
            for place in places.values():
                world.settle(place, 1)
        assert len(world.views()) == 1
        assert all(group.joined for group in world.groups.values())
        assert all(group.missing_photos() == [] for group in world.groups.values())
        assert all(len(group.members()) == 4 for group in world.groups.values())
    finally:
        world.close()
