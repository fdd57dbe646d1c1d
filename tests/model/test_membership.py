# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who belongs follows from the set of control entries, never from their order."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutualaid.model import keys
from mutualaid.model.control import CloseInvite, Freeze, Invite, KeyShare, Purge, decode, encode
from mutualaid.model.entry import MAX_AFTER, NO_ENTRY, Chain
from mutualaid.model.membership import (
    ControlEntry,
    Membership,
    canonical,
    chain_order,
    fold,
    header_place,
    proves_fork,
)
from tests.helpers.examples import examples
from tests.model.street import ENDS, Street, forge, meet, say, tell


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    made = Street(tmp_path)
    yield made
    made.close()


def control_entries(street: Street) -> list[ControlEntry]:
    return list(street.machines[0].journal._control.values())


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[ControlEntry]]:
    """The control entries of a group in which a good deal happened, some of it apart."""
    street = Street(tmp_path_factory.mktemp("busy"))
    try:
        ana = street.start()
        ben, carol = street.join(ana), street.join(ana)
        meet(ana, ben, carol)
        newcomer = street.knock(ana)
        meet(ana, ben, carol)
        for host in (ben, carol):  # apart, by the same invitation
            host.admit(newcomer.join_request())
        say(ben, Purge((bytes(16),), (bytes(32),)))
        say(carol, Invite(bytes(32), 0, ENDS), Invite(b"i" * 32, 3, ENDS), CloseInvite(b"i" * 32))
        say(ana, KeyShare(bytes(8), bytes(32), b""), CloseInvite(b"i" * 32))
        forked = [
            forge(ana.group, ben.device.public, ben.device, [payload])[0]
            for payload in (b"one", b"other")
        ]
        for run in forked:  # both machines see both, and freeze apart
            ana.take_in([run])
            carol.take_in([run])
        ben.begin_new_device(copied=True)
        late = street.knock(ben)
        ben.admit(late.join_request())
        meet(ana, ben, carol)
        meet(ana, ben, carol)
        assert any(device.frozen for device in ana.membership().devices.values())
        return ana.group, control_entries(street)
    finally:
        street.close()


def same(one: Membership, other: Membership) -> bool:
    return (
        canonical(one) == canonical(other)
        and one.heads == other.heads
        and (one.waiting, one.void, one.shares) == (other.waiting, other.void, other.shares)
    )


@settings(max_examples=examples(60))
@given(random=st.randoms(use_true_random=False))
def test_any_order_gives_the_same_fold(
    busy: tuple[bytes, list[ControlEntry]], random: Random
) -> None:
    group, entries = busy
    shuffled = list(entries)
    random.shuffle(shuffled)
    assert same(fold(group, shuffled), fold(group, entries))
    assert same(fold(group, shuffled + shuffled), fold(group, entries))
    assert chain_order(shuffled) == chain_order(entries)


@settings(max_examples=examples(60))
@given(random=st.randoms(use_true_random=False))
def test_what_lacks_a_cause_waits_and_changes_nothing(
    busy: tuple[bytes, list[ControlEntry]], random: Random
) -> None:
    group, entries = busy
    some = random.sample(entries, random.randint(0, len(entries)))
    held = {entry.hash for entry in some}
    ready: list[ControlEntry] = []
    for entry in chain_order(entries):
        causes = {*entry.after, *((entry.prev,) if entry.seq else ())}
        if entry.hash in held and causes <= {each.hash for each in ready}:
            ready.append(entry)
    whole, known = fold(group, some), fold(group, ready)
    assert canonical(whole) == canonical(known)
    assert whole.waiting == len(some) - len(ready)


def test_who_was_let_in_apart_belongs_once(busy: tuple[bytes, list[ControlEntry]]) -> None:
    group, entries = busy
    membership = fold(group, entries)
    assert len(membership.persons) == len({each.person for each in membership.devices.values()})
    assert membership.waiting == 0


def test_nothing_makes_a_group_without_its_beginning(
    busy: tuple[bytes, list[ControlEntry]],
) -> None:
    group, entries = busy
    for entry in entries:
        if entry.seq == 0 and entry.after == ():
            rest = [each for each in entries if each is not entry]
            assert fold(group, rest).persons.keys() <= fold(group, entries).persons.keys()
    assert fold(bytes(16), entries).persons == {}


def test_more_heads_than_one_entry_can_name_lock_nobody_out(street: Street) -> None:
    """Many machines that wrote apart: the next to write still builds on why it belongs."""
    ana = street.start()
    others = [street.join(ana) for _ in range(MAX_AFTER + 2)]
    meet(ana, *others[:3])
    for other in others:
        tell(ana, other)
    for other in others:
        say(other, Invite(keys.random(32), 1, ENDS))
    for other in others:
        tell(other, ana)
    assert len(ana.membership().heads) > MAX_AFTER
    newcomer = street.knock(ana)
    ana.admit(newcomer.join_request())
    tell(ana, newcomer)
    assert newcomer.joined
    say(newcomer, Invite(keys.random(32), 1, ENDS))
    before = ana.membership().void
    tell(newcomer, ana)
    assert ana.membership().void == before


def test_a_freeze_by_somebody_who_shares_no_past_changes_nothing(street: Street) -> None:
    ana = street.start()
    ben = street.join(ana)
    meet(ana, ben)
    stranger = keys.SigningKey.generate()
    runs = [
        forge(ana.group, ben.device.public, ben.device, [payload])[0] for payload in (b"1", b"2")
    ]
    for run in runs:
        ben.journal.own_device = ben.device.public
        ana.take_in([run])
    (freeze,) = [
        each.control for each in ana.journal._control.values() if isinstance(each.control, Freeze)
    ]
    entries = [
        each for each in ana.journal._control.values() if not isinstance(each.control, Freeze)
    ]
    strange = ControlEntry(b"s" * 32, stranger.public, 0, NO_ENTRY, (), 0, freeze, encode(freeze))
    without, with_it = fold(ana.group, entries), fold(ana.group, [*entries, strange])
    assert canonical(without) == canonical(with_it)
    assert with_it.void == without.void + 1


def test_many_freezes_of_one_device_cost_one_pass(street: Street) -> None:
    """Or a member could make every machine fold for hours."""
    ana = street.start()
    ben = street.join(ana)
    meet(ana, ben)
    for payload in (b"1", b"2"):
        run, _last = forge(ana.group, ben.device.public, ben.device, [payload])
        ana.take_in([run])
    frozen = next(
        each for each in ana.journal._control.values() if isinstance(each.control, Freeze)
    )
    many = [
        replace(frozen, hash=keys.random(32), seq=frozen.seq, after=frozen.after)
        for _ in range(2000)
    ]
    membership = fold(ana.group, [*ana.journal._control.values(), *many])
    assert membership.devices[ben.device.public].frozen


def test_a_freeze_proves_nothing_with_anothers_headers(street: Street) -> None:
    ana = street.start()
    ben = street.join(ana)
    meet(ana, ben)
    for payload in (b"1", b"2"):
        run, _last = forge(ana.group, ben.device.public, ben.device, [payload])
        ana.take_in([run])
    freeze = next(
        each.control for each in ana.journal._control.values() if isinstance(each.control, Freeze)
    )
    assert proves_fork(ana.group, freeze)
    for altered in (
        replace(freeze, device=ana.device.public),
        replace(freeze, other=freeze.one),
        replace(freeze, one=()),
        replace(freeze, heads=()),
        replace(freeze, one=(freeze.one[0], bytes(64))),
        replace(freeze, one=(b"no header", freeze.one[1])),
    ):
        assert not proves_fork(ana.group, altered)
    assert not proves_fork(bytes(16), freeze)


@pytest.mark.parametrize("what", [[1, 1 << 34, 1 << 34, 0, 0, 0, 0, 0, 0, 0], [1], 7, b"", None])
def test_a_header_that_is_none_is_nothing(what: object) -> None:
    import cbor2

    assert header_place(cbor2.dumps(what)) is None


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(payload=st.binary(max_size=200))
def test_any_bytes_are_a_control_entry_or_nothing(payload: bytes) -> None:
    control = decode(payload)
    assert control is None or encode(control) == payload


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(payload=st.binary(max_size=120), chain=st.sampled_from(list(Chain)))
def test_any_payload_of_a_member_is_borne(street: Street, payload: bytes, chain: Chain) -> None:
    if not street.machines:
        street.join(street.start())
    ana, mallory = street.machines[:2]
    heads = mallory.journal.branches(mallory.device.public, chain)
    run, _last = forge(
        ana.group,
        mallory.device.public,
        mallory.device,
        [payload],
        chain=chain,
        first=heads[0].head_seq + 1 if heads else 0,
        prev=heads[0].head_hash if heads else NO_ENTRY,
    )
    for machine in (ana, mallory):
        assert not machine.take_in([run]).refused
        machine.apply_all()
    assert ana.applier.view_hash() == mallory.applier.view_hash()
