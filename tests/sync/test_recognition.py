# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who recognises whom, who shows itself first, and what everybody else learns: nothing."""

import itertools
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutualaid.model.keys import EpochKey, SigningKey
from mutualaid.sync.ending import ChannelError, Ending, from_wire
from mutualaid.sync.handshake import Handshake
from mutualaid.sync.recognition import MOST_INTRODUCTION, Greeting
from tests.sync.machines import CHOIR, STREET, Machine, greet, join, neighbours


def shake(one: Machine, other: Machine) -> tuple[Handshake, Handshake]:
    """A handshake that must succeed."""
    initiator, responder = pair(one, other)
    outcome = greet(initiator, responder)
    assert not outcome.errors
    assert initiator.peer is not None
    assert responder.peer is not None
    return initiator, responder


def pair(one: Machine, other: Machine) -> tuple[Handshake, Handshake]:
    return Handshake(one, initiator=True), Handshake(other, initiator=False)


def endings(one: Machine, other: Machine) -> dict[str, Ending]:
    """How a handshake that must fail did so."""
    initiator, responder = pair(one, other)
    outcome = greet(initiator, responder)
    assert initiator.peer is None or responder.peer is None
    return {side: error.ending for side, error in outcome.errors.items()}


def messages_until_shown(one: Machine, other: Machine) -> list[str]:
    """Which side's device the other end came to know, in order."""
    initiator, responder = pair(one, other)
    order = []
    seen: set[str] = set()
    wire = [("responder", message) for message in initiator.start()]
    while wire:
        side, message = wire.pop(0)
        here, there = (responder, "initiator") if side == "responder" else (initiator, "responder")
        wire += [(there, answer) for answer in here.receive(message)]
        greeting = here._greeting
        if greeting is not None and greeting._verified is not None and there not in seen:
            seen.add(there)
            order.append(there)
    return order


def test_two_members_prove_themselves_to_each_other() -> None:
    ana, ben = neighbours()
    initiator, responder = shake(ana, ben)
    assert initiator.peer is not None
    assert responder.peer is not None
    assert initiator.peer.group == responder.peer.group == STREET
    assert initiator.peer.device == ben.device(STREET).public
    assert responder.peer.device == ana.device(STREET).public
    assert initiator.peer.invitation is None
    assert initiator.handshake_hash == responder.handshake_hash


def test_every_handshake_has_its_own_hash() -> None:
    ana, ben = neighbours()
    assert shake(ana, ben)[0].handshake_hash != shake(ana, ben)[0].handshake_hash


def test_machines_without_a_common_group_learn_nothing() -> None:
    (ana, _), (stranger, _) = neighbours(), neighbours(group=CHOIR)
    assert endings(ana, stranger) == {"initiator": Ending.NO_COMMON_GROUP}


@pytest.mark.parametrize("groups", [0, 1, 3, 15])
def test_a_stranger_sees_the_same_whatever_groups_there_are(groups: int) -> None:
    member = Machine()
    for number in range(groups):
        join(number.to_bytes(16, "big"), EpochKey.generate(), [member, Machine()])
    outcome = greet(Handshake(Machine(), initiator=True), Handshake(member, initiator=False))
    assert [len(message) for message in outcome.sent["responder"]] == [48, 1 + 16 * 16 + 16]
    assert outcome.errors["initiator"].ending is Ending.NO_COMMON_GROUP


def test_a_machine_in_the_middle_is_no_member() -> None:
    """It speaks to each as the other, and passes on what each says inside its own encryption."""
    ana, ben = neighbours()
    to_ana, to_ben = Relay(initiator=False), Relay(initiator=True)
    ana_side, ben_side = pair(ana, ben)
    to_ana.noise.read_message(ana_side.start()[0])
    (agreed,) = ben_side.receive(bytes(to_ben.noise.write_message()))
    to_ben.noise.read_message(agreed)
    # Its two handshakes have different hashes, so nobody's tokens are worth anything elsewhere.
    (tokens,) = ana_side.receive(bytes(to_ana.noise.write_message()))
    (answer,) = ben_side.receive(to_ben.noise.encrypt(to_ana.noise.decrypt(tokens)))
    with pytest.raises(ChannelError) as caught:
        ana_side.receive(to_ana.noise.encrypt(to_ben.noise.decrypt(answer)))
    assert caught.value.ending is Ending.NO_COMMON_GROUP


class Relay:
    """One half of a machine in the middle."""

    def __init__(self, *, initiator: bool) -> None:
        self.noise = Handshake(Machine(), initiator=initiator)._noise


def test_tokens_reflected_to_their_sender_are_not_recognised() -> None:
    ana, _ = neighbours()
    relay = Relay(initiator=False)
    handshake = Handshake(ana, initiator=True)
    relay.noise.read_message(handshake.start()[0])
    (tokens,) = handshake.receive(bytes(relay.noise.write_message()))
    with pytest.raises(ChannelError) as caught:
        handshake.receive(relay.noise.encrypt(relay.noise.decrypt(tokens)))
    assert caught.value.ending is Ending.NO_COMMON_GROUP


# Epochs


def test_on_one_epoch_the_initiator_shows_itself_first() -> None:
    ana, ben = neighbours()
    assert messages_until_shown(ana, ben) == ["initiator", "responder"]


@pytest.mark.parametrize("behind", ["initiator", "responder"])
def test_who_missed_a_rotation_shows_itself_first(behind: str) -> None:
    ana, ben = neighbours()
    ahead, late = (ben, ana) if behind == "initiator" else (ana, ben)
    ahead.epochs[STREET].insert(0, EpochKey.generate())
    assert late.epochs[STREET] == ahead.epochs[STREET][1:]
    assert messages_until_shown(ana, ben)[0] == behind


def test_groups_that_rotated_apart_meet_on_the_last_epoch_they_share() -> None:
    ana, ben = neighbours()
    shared = ana.epochs[STREET][0]
    for machine in (ana, ben):
        machine.epochs[STREET][:0] = [EpochKey.generate() for _ in range(3)]
    initiator, responder = shake(ana, ben)
    assert initiator.peer is not None
    assert responder.peer is not None
    assert initiator.peer.known.name == responder.peer.known.name == shared.id
    assert messages_until_shown(ana, ben) == ["initiator", "responder"]


@pytest.mark.parametrize("removed_calls", [True, False])
def test_a_removed_device_is_refused_and_learns_no_device(removed_calls: bool) -> None:
    ana, removed = neighbours()
    ana.epochs[STREET].insert(0, EpochKey.generate())
    ana.current[STREET].discard(removed.device(STREET).public)
    one, other = (removed, ana) if removed_calls else (ana, removed)
    initiator, responder = pair(one, other)
    outcome = greet(initiator, responder)
    honest, bad = (responder, initiator) if removed_calls else (initiator, responder)
    assert honest.peer is None
    assert bad.peer is None
    name = "initiator" if removed_calls else "responder"
    assert outcome.errors[name].ending is Ending.NOT_ADMITTED
    assert outcome.errors[name].by_peer
    assert bad._greeting is not None
    assert bad._greeting._verified is None


def test_a_machine_that_asks_the_other_to_go_first_must_hold_no_newer_key() -> None:
    """A removed machine as initiator, pretending to hold a newer key than it does."""
    ana, removed = neighbours()
    ana.epochs[STREET].insert(0, EpochKey.generate())
    removed.epochs[STREET].insert(0, EpochKey.generate())
    ana.current[STREET].discard(removed.device(STREET).public)
    assert endings(removed, ana)["responder"] is Ending.NOT_ADMITTED


@given(
    st.integers(0, 5),
    st.lists(st.booleans(), max_size=4),
    st.lists(st.booleans(), max_size=4),
)
@settings(max_examples=60)
def test_members_who_share_any_recent_epoch_meet(
    common: int, of_ana: list[bool], of_ben: list[bool]
) -> None:
    ana, ben = neighbours()
    for _ in range(common):
        join(STREET, EpochKey.generate(), [ana, ben])
    ana.epochs[STREET][:0] = [EpochKey.generate() for _ in of_ana]
    ben.epochs[STREET][:0] = [EpochKey.generate() for _ in of_ben]
    shake(ana, ben)


def proof_in(handshake: Handshake, sealed: bytes) -> bytes:
    """What a peer of this handshake reads as the other's proof."""
    plain: bytes = handshake._noise.decrypt(sealed)
    return plain[17:] if plain[0] == 2 else plain[1:]


@dataclass(frozen=True)
class Stolen:
    """A signature that somebody else once made."""

    public: bytes
    signature: bytes

    def sign(self, message: bytes) -> bytes:
        return self.signature


@pytest.mark.parametrize("thief_calls", [True, False])
def test_a_member_cannot_pass_itself_off_as_another(thief_calls: bool) -> None:
    """Not even with the proof that the other gave it on a channel of their own."""
    ana, ben, thief = neighbours(3)
    calls, answers = pair(ben, thief) if thief_calls else pair(thief, ben)
    (answer,) = answers.receive(calls.start()[0])
    (tokens,) = calls.receive(answer)
    (tokens,) = answers.receive(tokens)
    (choice,) = calls.receive(tokens)
    proof = (
        proof_in(answers, choice) if thief_calls else proof_in(calls, answers.receive(choice)[0])
    )
    stolen = Stolen(proof[:32], proof[32:96])
    assert stolen.public == ben.device(STREET).public
    thief.signer = lambda known: stolen  # type: ignore[method-assign, assignment, return-value]
    one, other = (thief, ana) if thief_calls else (ana, thief)
    refused = endings(one, other)["responder" if thief_calls else "initiator"]
    assert refused is Ending.BROKE_PROTOCOL


# Several groups


def test_one_group_per_connection_and_both_see_the_others() -> None:
    ana, ben = neighbours()
    join(CHOIR, EpochKey.generate(), [ana, ben])
    initiator, _ = shake(ana, ben)
    assert initiator.peer is not None
    assert initiator.peer.group == STREET
    assert initiator.peer.shared == (CHOIR,)


def test_the_initiator_may_ask_for_one_group() -> None:
    ana, ben = neighbours()
    join(CHOIR, EpochKey.generate(), [ana, ben])
    initiator = Handshake(ana, initiator=True, groups={CHOIR})
    responder = Handshake(ben, initiator=False)
    greet(initiator, responder)
    assert initiator.peer is not None
    assert responder.peer is not None
    assert initiator.peer.group == responder.peer.group == CHOIR
    assert responder.peer.device == ana.device(CHOIR).public != ana.device(STREET).public


def test_many_groups_still_find_the_one_they_share() -> None:
    ana, ben = neighbours()
    for machine, number in itertools.product((ana, ben), range(40)):
        join(bytes([id(machine) % 251, number]) * 8, EpochKey.generate(), [machine])
    shake(ana, ben)


# Invitations


@pytest.mark.parametrize("guest_calls", [True, False])
def test_a_guest_meets_a_host_and_shows_itself_first(guest_calls: bool) -> None:
    host, _ = neighbours()
    invitation = SigningKey.generate()
    host.hosting.append((STREET, invitation.public))
    guest = Machine(visiting=[(STREET, invitation)])
    one, other = (guest, host) if guest_calls else (host, guest)
    initiator, responder = shake(one, other)
    hosts, guests = (responder, initiator) if guest_calls else (initiator, responder)
    assert hosts.peer is not None
    assert guests.peer is not None
    assert hosts.peer.device is None
    assert hosts.peer.invitation == guests.peer.invitation == invitation.public
    assert guests.peer.device == host.device(STREET).public
    assert messages_until_shown(one, other)[0] == ("initiator" if guest_calls else "responder")


def test_two_guests_of_one_invitation_do_not_take_each_other_for_hosts() -> None:
    invitation = SigningKey.generate()
    one, other = (Machine(visiting=[(STREET, invitation)]) for _ in range(2))
    assert endings(one, other) == {"initiator": Ending.NO_COMMON_GROUP}


@pytest.mark.parametrize("guest_calls", [True, False])
def test_knowing_an_invitations_public_key_lets_nobody_in(guest_calls: bool) -> None:
    host, _ = neighbours()
    invitation, forged = SigningKey.generate(), SigningKey.generate()
    host.hosting.append((STREET, invitation.public))
    guest = Machine(visiting=[(STREET, invitation)])
    guest.signer = lambda known: forged  # type: ignore[method-assign]
    one, other = (guest, host) if guest_calls else (host, guest)
    refused = endings(one, other)["responder" if guest_calls else "initiator"]
    assert refused is Ending.BROKE_PROTOCOL


# Introductions


@pytest.mark.parametrize("length", [1, 3000, MOST_INTRODUCTION])
@pytest.mark.parametrize("new_one_calls", [True, False])
def test_a_device_not_heard_of_is_accepted_by_its_introduction(
    length: int, new_one_calls: bool
) -> None:
    ana, new = neighbours()
    ana.current[STREET].discard(new.device(STREET).public)
    new.introductions[STREET] = ana.convinced_by = bytes(length)
    shake(*((new, ana) if new_one_calls else (ana, new)))


def test_a_bad_introduction_is_refused() -> None:
    ana, new = neighbours()
    ana.current[STREET].discard(new.device(STREET).public)
    new.introductions[STREET] = b"let me in"
    ana.convinced_by = b"please"
    assert endings(new, ana) == {
        "initiator": Ending.NOT_ADMITTED,
        "responder": Ending.NOT_ADMITTED,
    }


def test_a_process_that_reaches_itself_by_whatever_way_notices() -> None:
    ana, _ = neighbours()
    assert endings(ana, ana) == dict.fromkeys(("initiator", "responder"), Ending.THIS_MACHINE)


@pytest.mark.parametrize("ahead", [None, "initiator", "responder"])
def test_two_copies_of_a_machine_each_see_proof_of_the_other(
    ahead: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each on its own; nobody can be talked into believing that it was copied."""
    ana, _ = neighbours()
    copy = Machine(dict(ana.epochs), dict(ana.current), devices=dict(ana.devices))
    for side, machine in (("initiator", ana), ("responder", copy)):
        if side == ahead:
            machine.epochs[STREET] = [EpochKey.generate(), *machine.epochs[STREET]]
    initiator, responder = pair(ana, copy)
    echo = Greeting._echo

    def in_two_processes(greeting: Greeting, *, mine: bool) -> bytes:
        return bytes([mine]) + echo(greeting, mine=mine)[1:]

    monkeypatch.setattr(Greeting, "_echo", in_two_processes)
    outcome = greet(initiator, responder)
    assert {side: error.ending for side, error in outcome.errors.items()} == dict.fromkeys(
        ("initiator", "responder"), Ending.SAME_DEVICE
    )
    assert not any(error.by_peer for error in outcome.errors.values())
    assert from_wire(Ending.SAME_DEVICE) is from_wire(Ending.THIS_MACHINE) is Ending.GOODBYE


# Whatever comes


def feed(handshake: Handshake, messages: list[bytes]) -> None:
    for message in messages:
        handshake.receive(message)


@given(st.lists(st.binary(max_size=400), min_size=1, max_size=6), st.booleans())
def test_random_bytes_end_the_handshake_and_nothing_else(
    messages: list[bytes], initiator: bool
) -> None:
    ana, _ = neighbours()
    handshake = Handshake(ana, initiator=initiator)
    handshake.start()
    with pytest.raises(ChannelError):
        feed(handshake, [*messages, b""])
    assert handshake.peer is None


@given(st.data())
@settings(max_examples=200)
def test_what_is_said_inside_the_encryption_out_of_turn_or_shape_ends_it(
    data: st.DataObject,
) -> None:
    """A stranger who does the Noise handshake properly, then says anything at all."""
    ana, _ = neighbours()
    relay = Relay(initiator=True)
    handshake = Handshake(ana, initiator=False)
    (answer,) = handshake.receive(bytes(relay.noise.write_message()))
    relay.noise.read_message(answer)
    messages = data.draw(
        st.lists(
            st.one_of(
                st.binary(max_size=1100),
                st.builds(
                    lambda tag, count: bytes([tag]) + bytes(16 * count),
                    st.integers(0, 6),
                    st.integers(0, 66),
                ),
            ),
            min_size=3,
            max_size=5,
        )
    )
    with pytest.raises(ChannelError) as caught:
        feed(handshake, [relay.noise.encrypt(message) for message in messages])
    assert not handshake.matched
    assert getattr(caught.value, "last_words", ()) == ()


@given(st.integers(0, 3), st.data())
def test_one_flipped_bit_anywhere_ends_the_handshake(which: int, data: st.DataObject) -> None:
    ana, ben = neighbours()
    initiator, responder = pair(ana, ben)
    sides = [responder, initiator]
    message = initiator.start()[0]
    for turn in range(5):
        if turn == which:
            place = data.draw(st.integers(0, len(message) * 8 - 1))
            # X25519 ignores the highest bit of a point, but the hash does not.
            changed = bytearray(message)
            changed[place // 8] ^= 1 << place % 8
            message = bytes(changed)
        try:
            answers = sides[turn % 2].receive(message)
        except ChannelError:
            break
        assert answers, "the handshake went through"
        message = answers[0]
    else:
        pytest.fail("the handshake went through")
    assert initiator.peer is None
    assert responder.peer is None


def test_replayed_messages_are_worth_nothing() -> None:
    ana, ben = neighbours()
    initiator, responder = pair(ana, ben)
    sent = greet(initiator, responder).sent
    again = Handshake(ben, initiator=False)
    again.receive(sent["initiator"][0])
    with pytest.raises(ChannelError):
        again.receive(sent["initiator"][1])
    assert not again.matched
    calling = Handshake(ana, initiator=True)
    calling.start()
    with pytest.raises(ChannelError):
        calling.receive(sent["responder"][0])


def test_a_message_twice_ends_the_handshake() -> None:
    ana, ben = neighbours()
    initiator, responder = pair(ana, ben)
    (answer,) = responder.receive(initiator.start()[0])
    (tokens,) = initiator.receive(answer)
    responder.receive(tokens)
    with pytest.raises(ChannelError):
        responder.receive(tokens)


def test_the_end_of_the_handshake_is_not_reached_by_asking_each_other_to_go_first() -> None:
    """``YOU_FIRST`` to somebody who has shown itself already is out of turn."""
    ana, ben = neighbours()
    ana.epochs[STREET].insert(0, EpochKey.generate())
    ben.epochs[STREET].insert(0, EpochKey.generate())
    initiator, responder = pair(ana, ben)
    (answer,) = responder.receive(initiator.start()[0])
    (tokens,) = initiator.receive(answer)
    (tokens,) = responder.receive(tokens)
    (choice,) = initiator.receive(tokens)
    (you_first,) = responder.receive(choice)
    initiator.receive(you_first)
    with pytest.raises(ChannelError):
        initiator.receive(responder._noise.encrypt(bytes([4])))


@pytest.mark.parametrize("count", [0, 1, 15, 17, 80])
def test_tokens_come_in_sixteens_and_not_too_many(count: int) -> None:
    ana, _ = neighbours()
    relay = Relay(initiator=True)
    handshake = Handshake(ana, initiator=False)
    (answer,) = handshake.receive(bytes(relay.noise.write_message()))
    relay.noise.read_message(answer)
    with pytest.raises(ChannelError):
        handshake.receive(relay.noise.encrypt(bytes([1]) + bytes(16 * count)))


def test_nothing_rides_along_with_the_key_agreement() -> None:
    ana, _ = neighbours()
    relay = Relay(initiator=True)
    with pytest.raises(ChannelError) as caught:
        Handshake(ana, initiator=False).receive(bytes(relay.noise.write_message(b"hello")))
    assert caught.value.ending is Ending.NOT_OURS


LOW_ORDER_POINTS = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


@pytest.mark.parametrize("point", LOW_ORDER_POINTS)
def test_a_point_that_leads_to_a_known_secret_is_refused(point: str) -> None:
    """RFC 7748, section 6.1: an all-zero shared secret."""
    ana, _ = neighbours()
    with pytest.raises(ChannelError) as caught:
        Handshake(ana, initiator=False).receive(bytes.fromhex(point))
    assert caught.value.ending is Ending.NOT_OURS
    calling = Handshake(ana, initiator=True)
    calling.start()
    with pytest.raises(ChannelError):
        calling.receive(bytes.fromhex(point) + bytes(16))
