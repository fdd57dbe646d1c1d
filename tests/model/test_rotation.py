# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rotations: which key is written with follows from the set of entries; who gets it; who cannot
meddle."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import cbor2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutualaid.errors import NotAllowedError
from mutualaid.model import control, keys
from mutualaid.model.chains import Holdings
from mutualaid.model.control import MAX_PARTS, KeyShare, Rotate, decode, encode, rotation
from mutualaid.model.entry import MAX_PAYLOAD
from mutualaid.model.group import Group
from mutualaid.model.membership import ControlEntry, Membership, canonical, chain_order, fold
from mutualaid.model.replica import Replica
from mutualaid.model.rotating import NO_KEY
from tests.helpers.examples import examples
from tests.model.neighbours import Neighbours
from tests.model.street import NOW, Street, forge, meet, say, tell


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    made = Street(tmp_path)
    yield made
    made.close()


@pytest.fixture
def neighbours(tmp_path: Path) -> Iterator[Neighbours]:
    """Ana, the steward, with two machines, Ben and Cleo."""
    made = Neighbours(tmp_path, "Ana", "Ben", "Cleo")
    made.further_machine("Ana")
    made.meet()
    yield made
    made.close()


def rotate(machine: Replica) -> bytes:
    """A rotation by a steward's machine; the id of its epoch."""
    before = set(machine.membership().epochs)
    with machine.write(durable=False):
        machine.rotate()
    (made,) = set(machine.membership().epochs) - before
    return made


def control_entries(machine: Replica) -> list[ControlEntry]:
    machine.journal.membership()
    return list(machine.journal._control.values())


def box(device: bytes, secret: bytes) -> bytes:
    return keys.seal(keys.sealing_public_of(device), secret)


def everybody(neighbours: Neighbours) -> list[Replica]:
    return [group.replica for group in neighbours.groups.values()]


# -- its bytes


def some_parts(count: int, epoch: bytes = b"epoch id") -> list[Rotate]:
    boxes = {keys.random(32): bytes(control.BOX_BYTES) for _ in range(count)}
    return rotation(epoch, boxes)


@pytest.mark.parametrize("count", [1, 2, 499, 500, 501, 1000, 1001])
def test_a_rotation_is_written_in_parts_that_fit_a_payload(count: int) -> None:
    parts = some_parts(count)
    assert [(each.part, each.parts) for each in parts] == [
        (number, len(parts)) for number in range(len(parts))
    ]
    devices = [device for each in parts for device in each.devices]
    assert devices == sorted(devices)
    assert len(devices) == count
    for each in parts:
        assert len(encode(each)) <= MAX_PAYLOAD
        assert decode(encode(each)) == each


def test_a_rotation_for_nobody_or_for_more_than_there_can_be_is_a_mistake_of_ours() -> None:
    for boxes in ({}, dict.fromkeys(map(_device, range(MAX_PARTS * control.RECEIVERS + 1)), b"")):
        with pytest.raises(ValueError, match="machines"):
            rotation(bytes(8), boxes)


def _device(number: int) -> bytes:
    return number.to_bytes(32, "big")


@pytest.mark.parametrize(
    "altered",
    [
        {"epoch": bytes(7)},
        {"part": 1},
        {"part": -1},
        {"part": True},
        {"parts": 0},
        {"part": 0, "parts": 2},  # all parts but the last are full
        {"part": 5000, "parts": 5001},
        {"parts": 1 << 60},
        {"devices": (), "boxes": ()},
        {"devices": (_device(1),)},
        {"devices": (_device(2), _device(1))},
        {"devices": (_device(1), _device(1))},
        {"devices": (_device(1), b"short")},
        {"boxes": (bytes(80),)},
        {"boxes": (bytes(80), bytes(81))},
        {"boxes": (bytes(80), 7)},
        {"devices": tuple(map(_device, range(501))), "boxes": (bytes(80),) * 501},
        {"devices": b"", "boxes": b""},
    ],
)
def test_what_is_not_written_as_it_must_be_is_not_read(altered: dict[str, Any]) -> None:
    fields = {
        "epoch": bytes(8),
        "part": 0,
        "parts": 1,
        "devices": (_device(1), _device(2)),
        "boxes": (bytes(80), bytes(80)),
    }
    assert decode(cbor2.dumps([9, *fields.values()], canonical=True)) is not None
    assert decode(cbor2.dumps([9, *{**fields, **altered}.values()], canonical=True)) is None


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(
    values=st.lists(
        st.one_of(st.integers(), st.binary(max_size=90), st.lists(st.binary(max_size=90))),
        max_size=6,
    )
)
def test_any_values_are_a_rotation_or_nothing(values: list[object]) -> None:
    payload = cbor2.dumps([9, *values], canonical=True)
    read = decode(payload)
    assert read is None or encode(read) == payload


# -- which epoch is written with


def test_a_rotation_reaches_every_machine(neighbours: Neighbours) -> None:
    ana = neighbours["Ana"]
    (first,) = ana.replica.membership().epochs
    assert ana.rotate().members
    neighbours.meet()
    for group in neighbours.groups.values():
        membership = group.replica.membership()
        assert membership.epochs[0] == first
        assert len(membership.epochs) == 2
        assert group.replica.current_key() == ana.replica.current_key()
        assert [each.id for each in group.replica.epochs()] == [*reversed(membership.epochs)]
        assert not group.replica.missing_shares()
    assert len({group.replica.applier.view_hash() for group in neighbours.groups.values()}) == 1
    (row,) = neighbours["Ben"].rotations()
    assert (row.who, row.at, row.mine) == ("Ana", NOW, False)
    assert ana.rotations()[0].mine


def test_a_member_who_is_no_steward_cannot_change_the_lock(neighbours: Neighbours) -> None:
    ben = neighbours["Ben"]
    before = canonical(ben.replica.membership())
    with pytest.raises(NotAllowedError, match=r"^Only a steward .* was changed\. Ask Ana\.$"):
        ben.rotate()
    void = neighbours["Ana"].replica.membership().void
    with ben.replica.write(durable=False):
        ben.replica.rotate()  # by a program that does not ask
    neighbours.meet()
    for group in neighbours.groups.values():
        membership = group.replica.membership()
        assert canonical(membership) == before
        assert membership.void == void + 1
        assert not group.rotations()
        assert group.replica.current_key() is not None


def test_a_later_rotation_goes_before_an_earlier_one_whatever_its_hash(street: Street) -> None:
    ana = street.start()
    ben = street.join(ana)
    meet(ana, ben)
    made = [rotate(ana) for _ in range(8)]
    meet(ana, ben)
    assert list(ben.membership().epochs[1:]) == made
    assert ben.current_key() == ana.current_key()


@pytest.mark.parametrize("rounds", [(1, 1), (1, 3), (4, 2)])
def test_rotations_made_apart_end_in_one_that_all_can_open(
    neighbours: Neighbours, rounds: tuple[int, int]
) -> None:
    """Two halves of a group, cut off from each other, each with newcomers of its own."""
    ana, again = neighbours["Ana"].replica, neighbours["Ana again"].replica
    ben, cleo = neighbours["Ben"].replica, neighbours["Cleo"].replica
    made = ([rotate(ana) for _ in range(rounds[0])], [rotate(again) for _ in range(rounds[1])])
    meet(ana, ben)
    meet(again, cleo)
    dora, emil = neighbours.street.join(ben), neighbours.street.join(cleo)
    meet(ana, ben, dora)
    meet(again, cleo, emil)
    assert ana.current_key() == dora.current_key() != emil.current_key() == again.current_key()
    everyone = [ana, again, ben, cleo, dora, emil]
    meet(*everyone)
    last = {each.hash: each.epoch for each in ana.membership().rotations}
    ends = [each for each in last if last[each] in (made[0][-1], made[1][-1])]
    wins = last[min(ends)]
    for machine in everyone:
        assert machine.membership().epochs[-1] == wins
        assert set(machine.membership().epochs[1:]) == {*made[0], *made[1]}
    lacking = [each for each in everyone if each.current_key() is None]
    assert lacking == [emil if wins == made[0][-1] else dora]
    assert Group(lacking[0]).advisories() == [NO_KEY]
    shares = ben.missing_shares()
    say(ben, *shares)
    meet(*everyone)
    assert len({machine.applier.view_hash() for machine in everyone}) == 1
    for machine in everyone:
        assert machine.current_key() == ana.current_key()
        assert len(machine.epochs()) == 1 + sum(rounds), "what was sealed apart opens, too"
        assert not machine.missing_shares()
    following = rotate(again)
    meet(*everyone)
    assert {machine.membership().epochs[-1] for machine in everyone} == {following}


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[ControlEntry]]:
    """The control entries of a group in which the lock was changed in all sorts of ways."""
    few = control.RECEIVERS
    control.RECEIVERS = 2  # so that each rotation has several parts
    made = Neighbours(tmp_path_factory.mktemp("busy"), "Ana", "Ben", "Cleo")
    try:
        again = made.further_machine("Ana").replica
        ana, ben, cleo = (made[name].replica for name in ("Ana", "Ben", "Cleo"))
        made.meet()
        rotate(ana)
        rotate(again)
        rotate(again)
        meet(ana, ben)
        meet(again, cleo)
        made.street.join(ben)
        say(cleo, *rotation(b"not mine", {ana.device.public: bytes(80)}))
        meet(ana, again, ben, cleo)
        stranger = keys.SigningKey.generate().public
        say(ana, *rotation(b"for all!", {stranger: bytes(80)}))
        say(again, *rotation(b"rubbish.", {each.key: bytes(80) for each in _all(ana)})[:-1])
        say(ben, *ben.missing_shares())
        for payload in (b"one", b"other"):
            run, _ = forge(ana.group, cleo.device.public, cleo.device, [payload])
            ana.take_in([run])
        meet(ana, again, ben)
        rotate(ana)
        meet(ana, again, ben)
        entries = control_entries(ana)
        assert len(ana.membership().rotations) == 5
        return ana.group, entries
    finally:
        made.close()
        control.RECEIVERS = few


def _all(machine: Replica) -> list[Any]:
    return machine.membership().current_devices()


def same(one: Membership, other: Membership) -> bool:
    return canonical(one) == canonical(other) and one == other


@settings(max_examples=examples(60))
@given(random=st.randoms(use_true_random=False))
def test_any_order_any_repetition_and_any_part_give_the_same(
    busy: tuple[bytes, list[ControlEntry]], random: Random
) -> None:
    group, entries = busy
    shuffled = [*entries, *random.sample(entries, random.randint(0, len(entries)))]
    random.shuffle(shuffled)
    assert same(fold(group, shuffled), fold(group, entries))
    some = random.sample(entries, random.randint(0, len(entries)))
    held = {entry.hash for entry in some}
    ready: set[bytes] = set()
    for entry in chain_order(entries):
        if entry.hash in held and {*entry.after, *([entry.prev] if entry.seq else [])} <= ready:
            ready.add(entry.hash)
    rest = [entry for entry in entries if entry.hash in ready]
    assert canonical(fold(group, some)) == canonical(fold(group, rest))
    membership = fold(group, some)
    assert set(membership.epochs) >= {each.epoch for each in membership.rotations}
    assert len(set(membership.epochs)) == len(membership.epochs)


@settings(max_examples=examples(60))
@given(random=st.randoms(use_true_random=False))
def test_what_is_written_with_is_what_the_rule_says(
    busy: tuple[bytes, list[ControlEntry]], random: Random
) -> None:
    """Held against the rule as it stands in a sentence, worked out the slow way."""
    group, entries = busy
    cut = random.randint(0, len(entries))
    membership = fold(group, random.sample(entries, cut) if random.random() < 0.5 else entries)
    by_hash = {entry.hash: entry for entry in entries}

    def past(entry: ControlEntry) -> set[bytes]:
        causes = {*entry.after, *([entry.prev] if entry.seq else [])}
        return causes.union(*(past_of(each) for each in causes))

    cache: dict[bytes, set[bytes]] = {}

    def past_of(name: bytes) -> set[bytes]:
        if name not in cache:
            cache[name] = past(by_hash[name])
        return cache[name]

    fit = [
        each
        for each in membership.rotations
        if all(device in membership.devices for device in each.boxes)
    ]
    newest = [each for each in fit if not any(each.hash in past_of(other.hash) for other in fit)]
    if newest:
        assert membership.epochs[-1] == min(newest, key=lambda each: each.hash).epoch
    elif membership.epochs:
        assert membership.epochs[-1] not in {each.epoch for each in membership.rotations}


# -- what a hostile, or an older, machine may do


def test_missing_parts_are_waited_for(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "RECEIVERS", 2)
    ana = street.start()
    others = [street.join(ana) for _ in range(4)]
    meet(ana, *others)
    ben = others[0]
    first = ben.membership().epochs
    theirs: Holdings = ben.journal.holdings()
    made = rotate(ana)
    (batch,) = ana.journal.lacking(theirs)
    (run,) = (each for each in batch if each.device == ana.device.public)
    assert len(run.items) == 3
    for count in (1, 2):
        ben.take_in([replace(run, items=run.items[:count])])
        assert ben.membership().epochs == first
    ben.take_in([run])
    assert ben.membership().epochs == (*first, made)
    assert ben.current_key() == ana.current_key()


def test_parts_that_do_not_belong_together_are_nothing(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "RECEIVERS", 1)
    ana = street.start()
    ben = street.join(ana)
    meet(ana, ben)
    devices = sorted(each.key for each in _all(ana))
    one, other = (
        [replace(each, epoch=epoch) for each in rotation(epoch, dict.fromkeys(devices, bytes(80)))]
        for epoch in (b"epoch  1", b"epoch  2")
    )
    (first,) = ana.membership().epochs
    for parts in (
        [one[0], other[1]],  # of two rotations
        [one[1], one[0]],  # in another order
        [one[1]],  # without a beginning
        [one[0], CLOSE, one[1]],  # with something in between
        [one[0], one[0]],
        [replace(one[0], devices=(devices[1],)), replace(one[1], devices=(devices[1],))],
        [replace(one[0], devices=(devices[1],)), replace(one[1], devices=(devices[0],))],
    ):
        say(ana, *parts, CLOSE)
        assert ana.membership().epochs == (first,)
    say(ana, *one)
    assert ana.membership().epochs == (first, b"epoch  1")
    say(ana, *one)
    assert ana.membership().epochs == (first, b"epoch  1"), "an epoch begins once"


CLOSE = control.CloseInvite(bytes(32))


def test_no_rotation_goes_back_to_a_key_that_was_there(street: Street) -> None:
    ana = street.start()
    ben = street.join(ana)
    meet(ana, ben)
    (old,) = ana.epochs()
    made = rotate(ana)
    boxes = {each.key: box(each.key, old.secret) for each in _all(ana)}
    say(ana, *rotation(old.id, boxes))
    meet(ana, ben)
    assert ben.membership().epochs == (old.id, made)


@pytest.mark.parametrize("kind", ["rubbish", "another secret", "another machine's"])
def test_boxes_that_do_not_open_leave_a_machine_as_it_was_until_somebody_shares(
    street: Street, kind: str
) -> None:
    """What it is left with is the older keys, and no content goes out under those."""
    ana = street.start()
    ben, cleo = street.join(ana), street.join(ana)
    meet(ana, ben, cleo)
    epoch = keys.EpochKey.generate()
    with ana.write(durable=False):
        ana._keep(epoch)
    boxes = {each.key: box(each.key, epoch.secret) for each in _all(ana)}
    boxes[ben.device.public] = {
        "rubbish": bytes(control.BOX_BYTES),
        "another secret": box(ben.device.public, keys.random(32)),
        "another machine's": boxes[cleo.device.public],
    }[kind]
    (old,) = ben.epochs()
    say(ana, *rotation(epoch.id, boxes))
    meet(ana, ben, cleo)
    assert cleo.current_key() == epoch
    assert (ben.current_key(), ben.epochs()) == (None, [old])
    assert Group(ben).lacks_key
    assert ben.joined
    say(cleo, *cleo.missing_shares(ben.device.public))
    meet(ana, ben, cleo)
    assert ben.current_key() == epoch
    assert not Group(ben).lacks_key


def test_a_key_that_nobody_has_is_replaced_by_the_next(street: Street) -> None:
    ana = street.start()
    ben = street.join(ana)
    meet(ana, ben)
    say(ana, *rotation(b"wrong id", {each.key: box(each.key, bytes(32)) for each in _all(ana)}))
    meet(ana, ben)
    assert ana.current_key() is ben.current_key() is None
    assert not ana.missing_shares()
    rotate(ana)
    meet(ana, ben)
    assert ben.current_key() == ana.current_key() is not None


def test_a_key_that_somebody_outside_received_is_not_written_with(street: Street) -> None:
    """It stands before all others, so that what was sealed with it meanwhile still opens."""
    ana = street.start()
    ben = street.join(ana)
    meet(ana, ben)
    (first,) = ana.membership().epochs
    epoch = keys.EpochKey.generate()
    stranger = keys.SigningKey.generate().public
    named = [*(each.key for each in _all(ana)), stranger]
    say(ana, *rotation(epoch.id, {each: box(each, epoch.secret) for each in named}))
    meet(ana, ben)
    assert ana.membership().epochs == ben.membership().epochs == (epoch.id, first)
    assert [each.id for each in ben.epochs()] == [first, epoch.id]
    assert ben.current_key() == ben.epochs()[0] == ana.current_key()
    made = rotate(ana)
    assert ana.membership().epochs == (epoch.id, first, made)


def test_who_is_let_in_by_what_came_later_spoils_nothing(street: Street) -> None:
    """The order in which a rotation and an admission come does not matter."""
    ana = street.start()
    ben = street.join(ana)
    meet(ana, ben)
    newcomer = street.knock(ben)
    ben.admit(newcomer.join_request())
    named = [each.key for each in _all(ben)]
    assert newcomer.device.public in named
    epoch = keys.EpochKey.generate()
    say(ana, *rotation(epoch.id, {each: box(each, epoch.secret) for each in named}))
    assert ana.membership().epochs[-1] != epoch.id
    meet(ana, ben)
    tell(ana, newcomer)
    for machine in (ana, ben, newcomer):
        assert machine.membership().epochs[-1] == epoch.id
        assert machine.current_key() is not None or machine is ana


def test_a_frozen_machine_receives_nothing_and_spoils_nothing_it_received(street: Street) -> None:
    ana = street.start()
    ben = street.join(ana)
    meet(ana, ben)
    before = rotate(ana)
    meet(ana, ben)
    copied = ben.device
    for payload in (b"one", b"other"):
        run, _ = forge(ana.group, copied.public, copied, [payload])
        ana.take_in([run])
    assert ana.membership().devices[copied.public].frozen
    assert ana.membership().epochs[-1] == before
    made = rotate(ana)
    assert copied.public not in ana.membership().rotations[-1].boxes
    assert not ana.missing_shares()
    meet(ana, ben)
    # Its machine learned of it, and went on as another device of the same person.
    assert ben.device != copied
    assert ben.membership().epochs[-1] == made
    assert ben.current_key() is None
    meet(ana, ben)
    say(ana, *ana.missing_shares())
    meet(ana, ben)
    assert ben.current_key() == ana.current_key()


def test_a_machine_that_was_stopped_changes_no_lock(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process has heard that this one was copied, and has not gone on as another yet."""
    ana = street.start()
    ben = street.join(ana)
    meet(ana, ben)
    for payload in (b"one", b"other"):
        run, _ = forge(ana.group, ana.device.public, ana.device, [payload])
        ben.take_in([run])
    monkeypatch.setattr(Replica, "_mend", lambda _: None)
    tell(ben, ana)
    assert ana.membership().devices[ana.device.public].frozen
    with pytest.raises(NotAllowedError, match="was stopped"):
        Group(ana).rotate()
    assert not ana.membership().rotations


def test_a_rotation_beyond_a_cut_off_does_not_count(street: Street) -> None:
    ana = street.start()
    ben = street.join(ana)
    meet(ana, ben)
    (first,) = ana.membership().epochs
    copied = ana.device
    for payload in (b"one", b"other"):
        run, _ = forge(ana.group, copied.public, copied, [payload])
        ben.take_in([run])
    assert ben.membership().devices[copied.public].frozen
    with ana.write(durable=False):
        ana.rotate()
    run_of = [run for batch in ana.journal.lacking(ben.journal.holdings()) for run in batch]
    ben.take_in([run for run in run_of if run.device == copied.public])
    assert ben.membership().epochs == (first,)


def test_an_older_program_keeps_passes_on_and_later_understands(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = street.start()
    ben, cleo = street.join(ana), street.join(ana)
    meet(ana, ben, cleo)
    (old,) = ana.epochs()
    rotate(ana)
    with monkeypatch.context() as older:
        older.delitem(control._BY_TYPE, Rotate.TYPE)
        tell(ana, ben)
        assert ben.membership().epochs == (old.id,)
        assert ben.membership().void == 1
        assert ben.current_key() == old
    tell(ben, cleo)
    assert cleo.current_key() == ana.current_key()
    at = street.machines.index(ben)
    ben.close()
    street.machines[at] = Replica(_reopened(street, at), clock=lambda: NOW)
    assert street.machines[at].current_key() == ana.current_key()


def _reopened(street: Street, at: int) -> Any:
    from mutualaid.model.store import Store

    return Store(street.directory / f"{at}.db", b"k" * 32)


def test_a_machine_to_whose_key_nothing_can_be_sealed_stops_nobody(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = street.start()
    ben, cleo = street.join(ana), street.join(ana)
    meet(ana, ben, cleo)
    sealing = keys.sealing_public_of

    def refuse(device: bytes) -> bytes:
        if device == cleo.device.public:
            raise keys.SealError("That is not a usable key.")
        return sealing(device)

    monkeypatch.setattr(keys, "sealing_public_of", refuse)
    rotate(ana)
    meet(ana, ben, cleo)
    assert ben.current_key() == ana.current_key()
    assert cleo.current_key() is None
    monkeypatch.undo()
    say(ben, *ben.missing_shares())
    meet(ana, ben, cleo)
    assert cleo.current_key() == ana.current_key()


def test_a_share_of_an_epoch_that_nobody_began_is_nothing(street: Street) -> None:
    ana = street.start()
    void = ana.membership().void
    say(ana, KeyShare(b"unheard.", ana.device.public, bytes(80)))
    assert ana.membership().void == void + 1
    assert len(ana.membership().epochs) == 1


def test_a_lock_that_could_not_be_written_down_changes_nothing(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = street.start()
    (old,) = ana.epochs()

    def fail(*_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(ana.journal, "append", fail)
    with pytest.raises(OSError, match="no room"), ana.write(durable=True):
        ana.rotate()
    monkeypatch.undo()
    ana.refresh()
    assert (ana.epochs(), ana.current_key()) == ([old], old)
    rotate(ana)
    assert len(ana.epochs()) == 2


def test_many_rotations_are_bounded_in_what_a_newcomer_is_handed(street: Street) -> None:
    ana = street.start()
    with ana.write(durable=False):
        for _ in range(70):
            ana.rotate()
    ben = street.join(ana)
    assert len(ben.epochs()) == 64
    assert ben.current_key() == ana.current_key()
    assert not ana.missing_shares()
