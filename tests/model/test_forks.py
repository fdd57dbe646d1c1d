# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two entries with one number: copied profiles, cheats, and what a freeze may do to others."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mutualaid.model.content import encode_changes
from mutualaid.model.control import Freeze
from mutualaid.model.entry import Chain
from mutualaid.model.replica import Replica
from mutualaid.model.store import Store
from tests.model.street import NOW, Street, entries_of, fields_of, forge, meet, say, tell, write

POST = {"kind": "need", "title": "A ladder", "state": "open"}


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    made = Street(tmp_path)
    yield made
    made.close()


def copied(street: Street, machine: Replica) -> Replica:
    """A second machine that works with a copy of this one's files."""
    machine.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = street.directory / f"{len(street.machines)}.db"
    shutil.copy(machine.store.path, path)
    street.machines.append(Replica(Store(path, b"k" * 32), clock=lambda: NOW))
    return street.machines[-1]


def post(machine: Replica, title: str) -> bytes:
    return write(machine, machine.me, "post", {**POST, "title": title})


def settle(*machines: Replica) -> None:
    """Let everybody hear everything, and what follows from it, to the end."""
    for _ in range(12):
        before = [entries_of(machine) for machine in machines]
        for machine in machines:
            machine.refresh()
        for source in machines:
            for target in machines:
                if source is not target:
                    tell(source, target)
        if before == [entries_of(machine) for machine in machines]:
            return
    raise AssertionError("these machines never come to rest")


def views(*machines: Replica) -> set[str]:
    return {machine.applier.view_hash() for machine in machines}


@pytest.mark.parametrize("founder", [True, False])
def test_a_copied_profile_loses_nothing_whoever_it_belongs_to(
    street: Street, founder: bool
) -> None:
    ana = street.start()
    ben, carol = street.join(ana), street.join(ana)
    meet(ana, ben, carol)
    original = ana if founder else ben
    other = ben if founder else ana
    copy = copied(street, original)
    posts = [
        post(original, "one"),
        post(copy, "two"),
        post(copy, "three"),
        post(other, "four"),
        post(carol, "five"),
    ]
    machines = (ana, ben, carol, copy)
    settle(*machines)
    for machine in machines:
        for each in posts:
            assert fields_of(machine, each) is not None
        assert len(machine.membership().persons) == 3
    assert len(views(*machines)) == 1
    assert original.device.public != copy.device.public
    assert all(machine.membership().is_current(machine.device.public) for machine in machines)


def test_what_a_copied_profile_went_on_to_write_before_it_knew_counts(street: Street) -> None:
    """Carol freezes with what she holds; Ana wrote more by then, and says so."""
    ana = street.start()
    ben, carol = street.join(ana), street.join(ana)
    meet(ana, ben, carol)
    copy = copied(street, ben)
    first = post(ben, "before")
    tell(ben, carol)
    second = post(copy, "on the copy")
    later = [post(ben, f"later {number}") for number in range(3)]
    tell(copy, carol)  # carol sees both and freezes
    assert not carol.membership().is_current(ben.device.public)
    settle(ana, ben, carol, copy)
    for machine in (ana, ben, carol, copy):
        for each in (first, second, *later):
            assert fields_of(machine, each) is not None
    assert len(views(ana, ben, carol, copy)) == 1


def test_whom_a_frozen_founder_admitted_apart_belongs_once_the_founder_says_so(
    street: Street,
) -> None:
    ana = street.start()
    ben, carol = street.join(ana), street.join(ana)
    meet(ana, ben, carol)
    copy = copied(street, ana)
    post(ana, "one")
    tell(ana, ben)
    post(copy, "two")
    dora = street.join(ana)  # nobody else has heard of her
    page = post(dora, "hello")
    tell(copy, ben)  # ben freezes ana, without knowing of dora
    settle(ana, ben, carol, copy, dora)
    for machine in (ana, ben, carol, copy, dora):
        assert machine.membership().is_current(dora.device.public)
        assert fields_of(machine, page) is not None
    assert len(views(ana, ben, carol, copy, dora)) == 1


@pytest.mark.parametrize("after", [True, False])
def test_a_freeze_that_names_too_little_takes_nothing_away(street: Street, after: bool) -> None:
    """The proof of a copied profile is good; the heads named with it are a malicious member's."""
    ana = street.start()
    ben, mallory, carol = street.join(ana), street.join(ana), street.join(ana)
    posts = [post(ana, "one"), post(ben, "two"), post(carol, "three")]
    meet(ana, ben, mallory, carol)
    copy = copied(street, ana)
    posts += [post(ana, "four"), post(copy, "five")]
    mallory._mend = lambda: None  # type: ignore[method-assign]
    tell(ana, mallory)
    tell(copy, mallory)
    (fork,) = mallory.journal.forks()
    if after:
        meet(ben, carol)
        tell(ana, ben)
    say(mallory, Freeze(fork.device, fork.one, fork.other, (bytes(32),)))
    settle(ana, ben, carol, mallory, copy)
    for machine in (ana, ben, carol):
        assert len(machine.membership().persons) == 4
        assert machine.membership().is_current(machine.device.public)
        for each in posts:
            assert fields_of(machine, each) is not None
    assert len(views(ana, ben, carol, copy)) == 1


def test_what_comes_after_a_freeze_does_not_count(street: Street) -> None:
    ana = street.start()
    ben, mallory = street.join(ana), street.join(ana)
    meet(ana, ben, mallory)
    public = mallory.device.public
    ends = []
    for title in (b"a", b"b"):
        run, last = forge(ana.group, public, mallory.device, [title])
        ends.append(last)
        ana.take_in([run])
    settle(ana, ben)
    before = views(ana, ben)
    late = write(mallory, mallory.me, "post", dict(POST))
    (payload,) = (
        row[0]
        for row in mallory.store.connection.execute(
            "SELECT payload FROM entry WHERE number = (SELECT max(number) FROM entry)"
        )
    )
    run, _last = forge(ana.group, public, mallory.device, [payload], first=1, prev=ends[0])
    assert not ana.take_in([run]).refused
    settle(ana, ben)
    assert fields_of(ana, late) is None
    assert fields_of(ben, late) is None
    assert views(ana, ben) == before


def test_an_edit_beyond_the_cut_off_counts_if_somebody_built_on_it(street: Street) -> None:
    """Nobody loses work for having built on another's."""
    from mutualaid.model import crdt, keys
    from tests.model.street import weigh

    ana = street.start()
    ben, carol = street.join(ana), street.join(ana)
    place = write(ana, ana.group, "place", {"name": "Hall", "kind": "hub"})
    meet(ana, ben, carol)

    def edit(machine: Replica, **fields: str) -> None:
        data = [weigh(machine, place).data[c.hash] for c in weigh(machine, place).counted]
        change = crdt.edit(data, crdt.new_actor(keys.device_hash(machine.device.public)), fields)
        assert change is not None
        with machine.write(durable=False):
            machine.append_content([encode_changes([(place, change)])])

    copy = copied(street, ben)
    copy._mend = lambda: None  # type: ignore[method-assign]  # it never comes near again
    ben._mend = lambda: None  # type: ignore[method-assign]
    post(copy, "on the copy")
    edit(ben, area="Elm Street")
    tell(ben, carol)
    carol._mend = lambda: None  # type: ignore[method-assign]  # for now
    edit(carol, about="with a kitchen")
    run, _last = forge(ana.group, ben.device.public, ben.device, [b"x"])
    ana.take_in([run])
    tell(copy, ana)
    assert not ana.membership().is_current(ben.device.public)
    tell(carol, ana)
    for machine in (ana,):
        fields = fields_of(machine, place)
        assert fields is not None
        assert fields["about"] == "with a kitchen"
        assert fields["area"] == "Elm Street"


def test_a_fork_may_not_go_back_in_time(street: Street) -> None:
    """Or a machine that holds less of the chain would blame who passes it on."""
    ana = street.start()
    mallory, ben = street.join(ana), street.join(ana)
    public, device = mallory.device.public, mallory.device
    first, last = forge(ana.group, public, device, [b"x"])
    for machine in (ana, ben):
        assert not machine.take_in([first]).refused
    second, _last = forge(ana.group, public, device, [b"y"], first=1, prev=last)
    assert not ana.take_in([second]).refused
    early, _last = forge(ana.group, public, device, [b"z"], first=1, prev=last, created=NOW - 1)
    assert ana.take_in([early]).blame
    assert ben.take_in([early]).blame


def test_one_change_on_both_branches_is_dated_alike_everywhere(street: Street) -> None:
    from mutualaid.model import crdt, keys
    from mutualaid.model.change import IDENTITY
    from mutualaid.model.content import Identity

    ana = street.start()
    mallory, ben = street.join(ana), street.join(ana)
    meet(ana, mallory, ben)
    identity = Identity(ana.group, mallory.me, keys.random(8), "post")
    change = crdt.create(mallory.actor, {IDENTITY: identity.data, **POST})
    payload = encode_changes([(identity.record_id, change)])
    runs = [
        forge(ana.group, mallory.device.public, mallory.device, [payload], created=created)[0]
        for created in (NOW + 5, NOW + 9)
    ]
    for machine, order in ((ana, runs), (ben, runs[::-1])):
        for run in order:
            machine.take_in([run])
        machine.apply_all()
    settle(ana, ben)
    assert len(views(ana, ben)) == 1


@pytest.mark.parametrize("chain", list(Chain))
def test_two_own_branches_make_a_new_device_once(street: Street, chain: Chain) -> None:
    ana = street.start()
    ben = street.join(ana)
    meet(ana, ben)
    copy = copied(street, ben)
    before = ben.device.public
    for machine in (ben, copy):
        if chain is Chain.CONTENT:
            post(machine, "x")
        else:
            street.knock(machine)
    machines = (ana, ben, copy)
    settle(*machines)
    assert len({before, ben.device.public, copy.device.public}) == 3
    assert ben.copied_at is not None
    owners = [device.person for device in ana.membership().devices.values()]
    assert owners.count(ben.me) == 3
    assert len(views(*machines)) == 1
