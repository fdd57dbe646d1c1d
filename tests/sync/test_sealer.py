# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Frames cut into Noise messages and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.errors import ProtocolError
from mutualaid.sync.ending import ChannelError, Ending
from mutualaid.sync.handshake import _CHUNK, _PLAIN, MOST_FRAME, Handshake, Sealer
from tests.sync.machines import greet, neighbours

EDGES = [0, 1, _PLAIN - 2, _PLAIN - 1, _PLAIN, 2 * _PLAIN - 1, 2 * _PLAIN, MOST_FRAME]


def sealers() -> tuple[Sealer, Sealer]:
    ana, ben = neighbours()
    initiator, responder = Handshake(ana, initiator=True), Handshake(ben, initiator=False)
    greet(initiator, responder)
    return initiator.sealer(), responder.sealer()


@pytest.mark.parametrize("length", EDGES)
def test_a_frame_of_any_size_arrives_as_it_was(length: int) -> None:
    one, other = sealers()
    frame = bytes(range(256)) * (length // 256 + 1)
    message = one.seal(frame[:length])
    assert other.open(message) == frame[:length]
    assert other.open(one.seal(b"and then")) == b"and then"
    assert one.open(other.seal(b"and back")) == b"and back"


def test_a_frame_that_is_too_large_is_our_own_mistake() -> None:
    one, _ = sealers()
    with pytest.raises(ValueError, match="at most"):
        one.seal(bytes(MOST_FRAME + 1))


@given(st.binary(max_size=300))
def test_anything_that_was_not_sealed_is_refused(message: bytes) -> None:
    _, other = sealers()
    with pytest.raises(ProtocolError):
        other.open(message)


def test_a_message_that_is_too_large_is_refused() -> None:
    _, other = sealers()
    with pytest.raises(ProtocolError):
        other.open(bytes(MOST_FRAME * 2))
    one, other = sealers()
    with pytest.raises(ProtocolError):
        other.open(one._seal(0, bytes(MOST_FRAME + _PLAIN)))


def test_frames_cannot_be_swapped_dropped_repeated_or_reflected() -> None:
    one, other = sealers()
    first, second = one.seal(b"first"), one.seal(b"second")
    with pytest.raises(ProtocolError):
        other.open(second)
    assert other.open(first) == b"first"
    with pytest.raises(ProtocolError):
        other.open(first)
    with pytest.raises(ProtocolError):
        one.open(second)


def test_where_a_frame_ends_cannot_be_changed() -> None:
    """A first chunk that is full says that more follows; two messages do not become one."""
    one, other = sealers()
    whole = one.seal(bytes(_PLAIN - 1))
    assert len(whole) == _CHUNK + 16
    with pytest.raises(ProtocolError):
        other.open(whole[:_CHUNK])
    one, other = sealers()
    with pytest.raises(ProtocolError):
        other.open(one.seal(b"one") + one.seal(b"two"))


def test_an_ending_tells_why() -> None:
    one, other = sealers()
    with pytest.raises(ChannelError) as caught:
        other.open(one.seal_ending(Ending.DUPLICATE))
    assert caught.value.ending is Ending.DUPLICATE
    assert caught.value.by_peer


@pytest.mark.parametrize("code", [40, Ending.LOST, 255])
def test_an_ending_from_a_newer_version_is_a_goodbye(code: int) -> None:
    one, other = sealers()
    with pytest.raises(ChannelError) as caught:
        other.open(one._seal(5, bytes([code])))
    assert caught.value.ending is Ending.GOODBYE


@pytest.mark.parametrize("kind", [1, 4, 6, 255])
def test_an_unknown_kind_of_message_is_refused(kind: int) -> None:
    one, other = sealers()
    with pytest.raises(ProtocolError):
        other.open(one._seal(kind, b"?"))
