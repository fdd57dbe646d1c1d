# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rotations between machines: who is recognised by which key, what goes first, where all end."""

from collections.abc import Iterator
from pathlib import Path

import cbor2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutualaid.model import keys
from mutualaid.model.control import KeyShare, rotation
from mutualaid.model.entry import Chain, decode_batch
from mutualaid.model.profile import Profile
from mutualaid.model.replica import Replica
from mutualaid.sync import circle
from mutualaid.sync.frames import Tag
from mutualaid.sync.handshake import Handshake
from mutualaid.sync.node import Recogniser
from mutualaid.sync.session import Part, Session
from tests.helpers.examples import examples
from tests.model.street import meet, say
from tests.sync.simulator import Host, Simulator
from tests.sync.test_hostile_member import Machines, play, profiles
from tests.sync.test_session import joined, newcomer, post, street

__all__ = ["profiles"]  # a fixture


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator(tmp_path, seed=1)
    yield made
    made.close()


def rotate(machine: Replica) -> None:
    with machine.write(durable=False):
        machine.rotate()


def share(*hosts: Host) -> None:
    """What a circle does when it sees a machine without a key."""
    for host in hosts:
        host.up.refresh()
        shares = host.up.missing_shares()
        if shares:
            say(host.up, *shares)


def recognised(one: Replica, other: Replica) -> tuple[bytes, list[str]]:
    """By which epoch two machines know each other, and who showed itself first."""
    sides = {
        "initiator": Handshake(Recogniser(lambda: [one]), initiator=True),
        "responder": Handshake(Recogniser(lambda: [other]), initiator=False),
    }
    order: list[str] = []
    wire = [("responder", message) for message in sides["initiator"].start()]
    while wire:
        side, message = wire.pop(0)
        there = "initiator" if side == "responder" else "responder"
        wire += [(there, answer) for answer in sides[side].receive(message)]
        greeting = sides[side]._greeting
        if greeting is not None and greeting._verified is not None and there not in order:
            order.append(there)
    peers = [handshake.peer for handshake in sides.values()]
    assert peers[0] is not None
    assert peers[1] is not None
    assert peers[0].known == peers[1].known
    return peers[0].known.name, order


@pytest.mark.parametrize("behind", ["initiator", "responder"])
def test_who_missed_a_rotation_is_known_by_the_older_key_and_shows_itself_first(
    simulator: Simulator, behind: str
) -> None:
    ana, ben = street(simulator, "ana", "ben")
    (old,) = ben.up.membership().epochs
    rotate(ana.up)
    pair = (ben.up, ana.up) if behind == "initiator" else (ana.up, ben.up)
    assert recognised(*pair) == (old, [behind, *({"initiator", "responder"} - {behind})])
    meet(ana.up, ben.up)
    new = ana.up.membership().epochs[-1]
    assert recognised(ben.up, ana.up) == (new, ["initiator", "responder"])


def test_who_rotated_apart_meet_on_the_last_key_they_share(simulator: Simulator) -> None:
    ana, ben = street(simulator, "ana", "ben")
    other = simulator.copy(ana, "ana again")
    other.up.begin_new_device(copied=False)
    meet(ana.up, ben.up, other.up)
    rotate(ana.up)
    meet(ana.up, ben.up, other.up)
    shared = ana.up.membership().epochs[-1]
    for _ in range(3):
        rotate(ana.up)
        rotate(other.up)
    assert recognised(ana.up, other.up)[0] == shared
    assert recognised(other.up, ana.up)[0] == shared


def test_who_knows_of_the_lock_and_has_no_key_is_still_talked_to(simulator: Simulator) -> None:
    ana, ben, carol = street(simulator, "ana", "ben", "carol")
    (old,) = ben.up.membership().epochs
    rotate(ana.up)
    dora = joined(simulator, ben, "dora")
    meet(ana.up, ben.up, carol.up)
    meet(ben.up, dora.up)
    assert dora.up.current_key() is None
    for other in (ana, ben, carol):
        assert recognised(dora.up, other.up)[0] == old
        assert recognised(other.up, dora.up)[0] == old


def test_a_machine_that_missed_a_rotation_gets_the_control_chains_first(
    simulator: Simulator,
) -> None:
    ana, ben = street(simulator, "ana", "ben")
    for number in range(40):
        post(simulator, ana, f"{number}")
    rotate(ana.up)
    newcomer(simulator, ana, "carol")
    sessions = [
        Session(one.up, Part.MEMBER, other.up.device.public)
        for one, other in ((ana, ben), (ben, ana))
    ]
    for each in sessions:
        each.begin()
    chains: list[Chain] = []
    keys_held: list[bool] = []
    for _ in range(6):
        for here, there in (sessions, sessions[::-1]):
            while (frame := here.next_frame()) is not None:
                tag, *values = cbor2.loads(frame)
                if tag == Tag.RUNS and here is sessions[0]:
                    chains += [run.chain for run in decode_batch(values[0])]
                there.receive(frame)
                keys_held.append(ben.up.current_key() == ana.up.current_key())
    assert chains == sorted(chains)
    assert set(chains) == set(Chain)
    assert keys_held[-1]


def test_a_newcomer_is_handed_every_key(simulator: Simulator) -> None:
    ana, ben = street(simulator, "ana", "ben")
    for _ in range(3):
        rotate(ana.up)
    meet(ana.up, ben.up)
    carol = joined(simulator, ben, "carol")
    assert [each.id for each in carol.up.epochs()] == [*reversed(ana.up.membership().epochs)]


@settings(
    max_examples=examples(12),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
def test_rotations_among_cuts_kills_and_newcomers_end_in_one_key_and_one_view(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    simulator = Simulator(tmp_path_factory.mktemp("street"), seed)
    try:
        random = simulator.random
        hosts = street(simulator, "ana", "ben", "carol")
        again = simulator.copy(hosts[0], "ana again")
        again.up.begin_new_device(copied=False)
        stewards = (hosts[0], again)
        written: list[bytes] = []
        for number in range(30):
            host, other = random.choice(simulator.hosts), random.choice(simulator.hosts)
            match random.randrange(9):
                case 0 | 1:
                    if host.replica is not None:
                        written.append(post(simulator, host, f"{number}"))
                case 2 | 3:
                    if other is not host and host.replica and other.replica:
                        simulator.connect(host, other)
                case 4:
                    for line in tuple(simulator.lines):
                        simulator.cut(line)
                case 5:
                    steward = random.choice(stewards)
                    if steward.replica is not None:
                        rotate(steward.up)
                        simulator.tell(steward)
                case 6 if len(simulator.hosts) < 7 and host.replica is not None:
                    guest = newcomer(simulator, host, f"guest {number}")
                    line = simulator.connect(host, guest, (Part.HOST, Part.GUEST))
                    simulator.run()
                    simulator.cut(line)
                    assert guest.up.joined
                case 7:
                    simulator.kill(host)
                case 8:
                    simulator.restart(host)
            simulator.run(simulator.now + random.uniform(0, 0.2))
        simulator.rest()
        share(*simulator.hosts)
        simulator.rest()
        assert len(simulator.views()) == 1
        current = {host.up.current_key() for host in simulator.hosts}
        assert len(current) == 1
        assert current != {None}
        for host in simulator.hosts:
            assert len(host.up.epochs()) == len(host.up.membership().epochs)
            assert not host.up.missing_shares()
            assert host.dropped == []
            rows = host.up.store.connection.execute("SELECT id FROM record WHERE alive")
            assert {bytes(row[0]) for row in rows} >= set(written)
    finally:
        simulator.close()


# -- over sockets: what machines do by themselves


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Machines share keys at once."""
    monkeypatch.setattr(circle, "SHARE_AFTER_S", (0.0, 0.05))


def test_a_rotation_is_heard_at_once_by_who_is_connected(
    profiles: tuple[Profile, Profile, Profile],
) -> None:
    async def scenario(machines: Machines) -> None:
        machines.ana.rotate()
        key = machines.ana.replica.current_key()
        assert key is not None
        await machines.until(lambda: _has(machines.ben.replica, key), "the key on the other one")
        assert [row.who for row in machines.ben.rotations()] == ["Ana"]

    play(profiles, scenario)


@pytest.mark.usefixtures("quick")
def test_who_was_handed_rubbish_and_comes_by_is_handed_the_key_again(
    profiles: tuple[Profile, Profile, Profile], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine joined apart from the rotation, and one member was quick to share nonsense."""

    async def scenario(machines: Machines) -> None:
        ana, ben, late = (each.replica for each in (machines.ana, machines.ben, machines.mallory))
        monkeypatch.setattr(Replica, "missing_shares", lambda *_: [])
        key = keys.EpochKey.generate()
        sealed = {
            each.key: keys.seal(keys.sealing_public_of(each.key), key.secret)
            for each in ana.membership().current_devices()
            if each.key != late.device.public
        }
        say(ana, *rotation(key.id, sealed))
        await machines.until(lambda: _has(ben, key), "the new key on the other machine")
        say(ben, KeyShare(key.id, late.device.public, b"rubbish"))

        def sharers() -> int:
            ana.refresh()
            return len(ana.membership().shares[late.device.public].get(key.id, {}))

        await machines.until(lambda: sharers() == 1, "the rubbish everywhere")
        meet(ana, late)
        assert late.current_key() is None
        statement = late.statement()
        ana.accept_statements([(statement.body, statement.signature)])
        async with machines.attack():
            await machines.until(lambda: sharers() == 2, "a share by somebody else")
        meet(ana, late)
        assert late.current_key() == key

    play(profiles, scenario)


def _has(machine: Replica, key: keys.EpochKey) -> bool:
    machine.refresh()
    return machine.current_key() == key
