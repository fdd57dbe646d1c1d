# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The published vector for the relay's Noise protocol, and what breaks its handshake.

The vector is the one for ``Noise_NK_25519_ChaChaPoly_BLAKE2s`` of the cacophony collection in the
form that noiseprotocol itself was tested with.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from noise.connection import Keypair, NoiseConnection

from mutualaid.errors import ProtocolError
from mutualaid.model.keys import SealingKey
from mutualaid.sync.ending import ChannelError, Ending
from mutualaid.sync.handshake import RelayHandshake, _relay_noise

PROLOGUE = bytes.fromhex("50726f6c6f677565313233")
RELAY_SECRET = bytes.fromhex("4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893")
RELAY_PUBLIC = bytes.fromhex("31e0303fd6418d2f8c0e78b91f22e8caed0fbe48656dcf4767e4834f701b8f62")
EPHEMERAL = {
    True: "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a",
    False: "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b",
}
MESSAGES = [
    (
        "4c756477696720766f6e204d69736573",
        (
            "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944"
            "54ae7612d1724af42adb130160a9a94ebf8c0049d31918a38863a8c1df699584"
        ),
    ),
    (
        "4d757272617920526f746862617264",
        (
            "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843"
            "986a5c929337e337ac8b4a074af12af5208c35ea046ad8c82ad9b7e612eee0"
        ),
    ),
    (
        "462e20412e20486179656b",
        "550027c7a5d450017bcb5e12b8253b1c53fd2213aeda84891d5f95",
    ),
    (
        "4361726c204d656e676572",
        "dfbce0c38210ccee35e830aca9dd8b8b3997b933e75bfc8864b759",
    ),
    (
        "4a65616e2d426170746973746520536179",
        "4c487a88330c7c65e44d430addf3d92d2a15b081a2892b96693e00b68aec0adac2",
    ),
    (
        "457567656e2042f6686d20766f6e2042617765726b",
        "471cb9f8252d8ae7b25c93f4b4aebdbf25e5baa23f14bc743559e3ef7fd065e69cfaef55ee",
    ),
]
HANDSHAKE_HASH = "bbd40bea16af673411e7faf2747b99da6af1ccfc15f6cae074b888e0066da909"


def side(*, initiator: bool) -> NoiseConnection:
    """Our own connection, but for an ephemeral key and a prologue that are known."""
    key = RELAY_PUBLIC if initiator else RELAY_SECRET
    noise = _relay_noise(initiator=initiator, key=key, prologue=PROLOGUE)
    noise.set_keypair_from_private_bytes(Keypair.EPHEMERAL, bytes.fromhex(EPHEMERAL[initiator]))
    with pytest.warns(UserWarning, match="ephemeral keypairs is already set"):
        noise.start_handshake()
    return noise


def test_published_vector() -> None:
    initiator, responder = side(initiator=True), side(initiator=False)
    sides = [initiator, responder]
    for turn, (payload, expected) in enumerate(MESSAGES):
        sender, receiver = sides[turn % 2], sides[1 - turn % 2]
        send, receive = (
            (sender.write_message, receiver.read_message)
            if turn < 2
            else (sender.encrypt, receiver.decrypt)
        )
        message = bytes(send(bytes.fromhex(payload)))
        assert message.hex() == expected
        assert bytes(receive(message)).hex() == payload
    for each in sides:
        assert each.get_handshake_hash().hex() == HANDSHAKE_HASH


def test_libsodium_knows_the_same_public_key() -> None:
    assert SealingKey(RELAY_SECRET).public == RELAY_PUBLIC


def agreed() -> tuple[RelayHandshake, RelayHandshake]:
    key = SealingKey.generate()
    member, relay = RelayHandshake.to_relay(key.public), RelayHandshake.as_relay(key.seed)
    (hello,) = member.start()
    (answer,) = relay.receive(hello)
    assert member.receive(answer) == []
    return member, relay


def test_both_ends_agree_and_large_frames_pass() -> None:
    member, relay = agreed()
    assert member.finished
    assert relay.finished
    assert member.handshake_hash == relay.handshake_hash
    size = 1 << 20
    there, here = member.sealer(size), relay.sealer(size)
    for length in (0, 1, 65_518, 65_519, 65_520, size):
        frame = bytes(length)
        assert here.open(there.seal(frame)) == frame
    with pytest.raises(ValueError, match="at most"):
        there.seal(bytes(size + 1))
    with pytest.raises(ProtocolError):
        here.open(bytes(100))


def test_a_relay_with_another_key_is_found_out() -> None:
    member = RelayHandshake.to_relay(SealingKey.generate().public)
    other = RelayHandshake.as_relay(SealingKey.generate().seed)
    with pytest.raises(ChannelError) as caught:
        other.receive(member.start()[0])
    assert caught.value.ending is Ending.NOT_OURS
    with pytest.raises(ChannelError):
        member.receive(bytes(48))


@given(st.binary(max_size=100))
def test_any_bytes_are_refused(message: bytes) -> None:
    relay = RelayHandshake.as_relay(SealingKey.generate().seed)
    with pytest.raises(ChannelError):
        relay.receive(message)
    member = RelayHandshake.to_relay(SealingKey.generate().public)
    member.start()
    with pytest.raises(ChannelError):
        member.receive(message)
