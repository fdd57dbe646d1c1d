# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The published vectors for our Noise protocol: a library that changed its mind fails here.

The first is from the cacophony collection, the second from noise-c's ``noise-c-basic`` one.
"""

from dataclasses import dataclass

import pytest
from noise.connection import Keypair, NoiseConnection

from mutualaid.sync.handshake import _noise


@dataclass(frozen=True)
class Vector:
    prologue: str
    initiator_ephemeral: str
    responder_ephemeral: str
    #: (payload, message), the initiator's first, then in turn.
    messages: tuple[tuple[str, str], ...]
    handshake_hash: str | None


VECTORS = [
    Vector(
        prologue="4a6f686e2047616c74",
        initiator_ephemeral="893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a",
        responder_ephemeral="bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b",
        messages=(
            (
                "4c756477696720766f6e204d69736573",
                (
                    "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944"
                    "4c756477696720766f6e204d69736573"
                ),
            ),
            (
                "4d757272617920526f746862617264",
                (
                    "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843"
                    "ff34a6759d06e7733c83aeb5556c15bc762b664b3ba0556b1e7eaea4168bb6"
                ),
            ),
            (
                "462e20412e20486179656b",
                "79285da88da3535f52b07b70006c85706de7ddb1fd3dddac995b7e",
            ),
            (
                "4361726c204d656e676572",
                "ffdad3a7f0db4c39077f223659c5c1d107666405566ecdf4ab53bf",
            ),
        ),
        handshake_hash=None,
    ),
    Vector(
        prologue=b"prologue-noise-nn-25519-chachapoly-blake2s".hex(),
        initiator_ephemeral="90cbaef220ceb7df1d5e26cee5b8c0163768e11d51cdfcf86377d1c7c7045463",
        responder_ephemeral="68ee4293572b7c17711e379a37671f77f8e7e054eb67a30b728d7df7ee159f54",
        messages=(
            (
                b"payload-0-noise-nn-25519-chachapoly-blake2s".hex(),
                "ec2b8b7c5aac02bfccfd673f042cdceab6227fd643d9e841d1ed1a80d1f5737d"
                + b"payload-0-noise-nn-25519-chachapoly-blake2s".hex(),
            ),
            (
                b"payload-1-noise-nn-25519-chachapoly-blake2s".hex(),
                (
                    "24a44fe4dd1214fc51fec35b2235a36e4b1148bd6e8eee220d43765ebada7e55"
                    "5e71b097555814693f1a231f25acad2d26c093e05b78ddd2ff42713974c1cd05"
                    "8e4c59049decf9887bee1b5c71f3846911beae29050a14d4187c04"
                ),
            ),
        ),
        handshake_hash="6a5002fb7157c5aa50160cefe7cd4438de01533a6de62fed6cff4a8c98ac278e",
    ),
]


def side(vector: Vector, *, initiator: bool) -> NoiseConnection:
    """Our own connection, but for an ephemeral key and a prologue that are known."""
    noise = _noise(initiator, bytes.fromhex(vector.prologue))
    ephemeral = vector.initiator_ephemeral if initiator else vector.responder_ephemeral
    noise.set_keypair_from_private_bytes(Keypair.EPHEMERAL, bytes.fromhex(ephemeral))
    with pytest.warns(UserWarning, match="ephemeral keypairs is already set"):
        noise.start_handshake()
    return noise


@pytest.mark.parametrize("vector", VECTORS, ids=["cacophony", "noise-c"])
def test_published_vector(vector: Vector) -> None:
    initiator, responder = side(vector, initiator=True), side(vector, initiator=False)
    sides = [initiator, responder]
    for turn, (payload, expected) in enumerate(vector.messages):
        sender, receiver = sides[turn % 2], sides[1 - turn % 2]
        send, receive = (
            (sender.write_message, receiver.read_message)
            if turn < 2
            else (sender.encrypt, receiver.decrypt)
        )
        message = bytes(send(bytes.fromhex(payload)))
        assert message.hex() == expected
        assert bytes(receive(message)).hex() == payload
    assert initiator.get_handshake_hash() == responder.get_handshake_hash()
    if vector.handshake_hash is not None:
        assert initiator.get_handshake_hash().hex() == vector.handshake_hash
