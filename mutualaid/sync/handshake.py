# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The channel's cryptography, bytes in and bytes out; the only file that imports noise.

Between members ``Noise_NN_25519_ChaChaPoly_BLAKE2s``, then recognition inside it (what is said
there is in :mod:`mutualaid.sync.recognition`), one Noise message to each WebSocket message;
afterwards one frame to each. To a relay ``Noise_NK`` with the key in its address, and nothing
else. No I/O: :mod:`mutualaid.sync.channel` and :mod:`mutualaid.sync.relay.socket` drive this over
sockets.
"""

from collections.abc import Collection, Sequence
from typing import Final, cast

from cryptography.exceptions import InvalidTag
from noise.connection import Keypair, NoiseConnection
from noise.exceptions import NoiseHandshakeError, NoiseInvalidMessage, NoiseValueError

from mutualaid.errors import ProtocolError
from mutualaid.sync.ending import ChannelError, Ending, from_wire
from mutualaid.sync.recognition import ENDING, Greeting, Peer, RefusedError, Replica

PROTOCOL_NAME: Final = b"Noise_NN_25519_ChaChaPoly_BLAKE2s"
PROLOGUE: Final = b"mutualaid/channel/1"
RELAY_PROTOCOL_NAME: Final = b"Noise_NK_25519_ChaChaPoly_BLAKE2s"
RELAY_PROLOGUE: Final = b"mutualaid/relay/1"

#: The most that a session hands over at once; beyond 64 KiB nothing gets faster.
MOST_FRAME: Final = 256 * 1024

#: Noise's own limit (Noise specification, section 3), with the 16 bytes of the tag.
_CHUNK: Final = 65_535
_PLAIN: Final = _CHUNK - 16
_FRAME: Final = 0


def message_length(frame: int) -> int:
    """How long a frame of that length is over the wire, with its kind and tags."""
    return frame + 1 + 16 * ((frame + 1) // _PLAIN + 1)


MOST_MESSAGE: Final = message_length(MOST_FRAME)


class Handshake:
    """Noise, then recognition: WebSocket messages in and out, in the end a peer; no I/O.

    ``receive`` raises :class:`ChannelError` when it fails; a :class:`RefusedError` carries the
    messages that are still to be sent. *groups* limits what an initiator may choose.
    """

    def __init__(
        self, replica: Replica, *, initiator: bool, groups: Collection[bytes] | None = None
    ) -> None:
        self.initiator = initiator
        self._replica = replica
        self._groups = groups
        self._noise = _noise(initiator)
        self._greeting: Greeting | None = None

    @property
    def matched(self) -> bool:
        """The other holds a key of ours: it may send more than ``GREETING_BYTES``."""
        return self._greeting is not None and self._greeting.matched

    @property
    def peer(self) -> Peer | None:
        return self._greeting.peer if self._greeting else None

    def start(self) -> list[bytes]:
        """Return what this side sends unasked."""
        return [bytes(self._noise.write_message())] if self.initiator else []

    def receive(self, message: bytes) -> list[bytes]:
        """Take one message of the other side and return the answers."""
        if self._greeting is None:
            answers = self._agree(message)
            self._greeting = Greeting(
                self._replica, self.handshake_hash, initiator=self.initiator, groups=self._groups
            )
            return answers + self._encrypt(self._greeting.start())
        try:
            plain = self._noise.decrypt(message)
        except NoiseInvalidMessage:
            raise ChannelError(Ending.BROKE_PROTOCOL) from None
        try:
            return self._encrypt(self._greeting.receive(plain))
        except RefusedError as refused:
            refused.last_words = tuple(self._encrypt(refused.last_words))
            raise

    @property
    def handshake_hash(self) -> bytes:
        """32 bytes that only the two ends share, the same for both, different every time."""
        return cast("bytes", self._noise.get_handshake_hash())

    def sealer(self) -> "Sealer":
        """Return what turns frames into messages and back, once there is a peer."""
        assert self.peer is not None
        return Sealer(self._noise)

    def _agree(self, message: bytes) -> list[bytes]:
        return _agree(self._noise, message, initiator=self.initiator)

    def _encrypt(self, messages: Sequence[bytes]) -> list[bytes]:
        return [cast("bytes", self._noise.encrypt(message)) for message in messages]


class RelayHandshake:
    """``Noise_NK`` between a member and a relay, whose key the member knows; no I/O.

    The relay proves its key, the member shows nothing. ``receive`` raises :class:`ChannelError`
    with ``NOT_OURS`` when the other side is something else, or a relay with another key.
    """

    def __init__(self, noise: NoiseConnection, *, initiator: bool) -> None:
        self.initiator = initiator
        self._noise = noise

    @classmethod
    def to_relay(cls, public: bytes) -> "RelayHandshake":
        """The member's side; *public* is the relay's X25519 key of 32 bytes."""
        noise = _relay_noise(initiator=True, key=public)
        return cls(noise, initiator=True)

    @classmethod
    def as_relay(cls, secret: bytes) -> "RelayHandshake":
        """The relay's side."""
        return cls(_relay_noise(initiator=False, key=secret), initiator=False)

    @property
    def finished(self) -> bool:
        return cast("bool", self._noise.handshake_finished)

    def start(self) -> list[bytes]:
        """Return what this side sends unasked."""
        return [bytes(self._noise.write_message())] if self.initiator else []

    def receive(self, message: bytes) -> list[bytes]:
        """Take the only message of the other side and return the answers."""
        return _agree(self._noise, message, initiator=self.initiator)

    @property
    def handshake_hash(self) -> bytes:
        """As :attr:`Handshake.handshake_hash`."""
        return cast("bytes", self._noise.get_handshake_hash())

    def sealer(self, most_frame: int) -> "Sealer":
        """Return what turns frames of at most that length into messages and back."""
        assert self.finished
        return Sealer(self._noise, most_frame)


class Sealer:
    """Frames to WebSocket messages and back, after the handshake; no I/O.

    A frame is cut into Noise messages of the largest size; only the last is shorter (if need be,
    empty), so where a frame ends is authenticated too.
    """

    __slots__ = ("_most_frame", "_most_message", "_noise")

    def __init__(self, noise: NoiseConnection, most_frame: int = MOST_FRAME) -> None:
        self._noise = noise
        self._most_frame = most_frame
        self._most_message = message_length(most_frame)

    def seal(self, frame: bytes) -> bytes:
        """Return the message that carries *frame*, of at most ``most_frame`` bytes.

        Messages must be sent in the order in which they were sealed.
        """
        if len(frame) > self._most_frame:
            raise ValueError(f"a frame has at most {self._most_frame} bytes, not {len(frame)}")
        return self._seal(_FRAME, frame)

    def seal_ending(self, ending: Ending) -> bytes:
        """Return the message that says why this side is about to close."""
        return self._seal(ENDING, bytes([ending]))

    def open(self, message: bytes) -> bytes:
        """Return the frame in *message*.

        Raises :class:`ProtocolError` for anything the other side did not seal next, and
        :class:`ChannelError` when it says that it closes.
        """
        decrypt = self._noise.decrypt
        chunks = [message[start : start + _CHUNK] for start in range(0, len(message), _CHUNK)]
        if len(message) > self._most_message or not chunks or len(chunks[-1]) == _CHUNK:
            raise _unreadable()
        try:
            plain = [decrypt(chunk) for chunk in chunks]
        except NoiseInvalidMessage:
            raise _unreadable() from None
        kind, plain[0] = plain[0][:1], plain[0][1:]
        frame = plain[0] if len(plain) == 1 else b"".join(plain)
        if kind == bytes([_FRAME]):
            return frame
        if kind == bytes([ENDING]) and len(frame) == 1:
            raise ChannelError(from_wire(frame[0]), by_peer=True)
        raise _unreadable()

    def _seal(self, kind: int, body: bytes) -> bytes:
        encrypt = self._noise.encrypt
        first = _PLAIN - 1
        message = [encrypt(bytes([kind]) + body[:first])]
        message += [
            encrypt(body[start : start + _PLAIN]) for start in range(first, len(body) + 1, _PLAIN)
        ]
        return message[0] if len(message) == 1 else b"".join(message)


def _noise(initiator: bool, prologue: bytes = PROLOGUE) -> NoiseConnection:
    noise = NoiseConnection.from_name(PROTOCOL_NAME)
    noise.set_prologue(prologue)
    if initiator:
        noise.set_as_initiator()
    else:
        noise.set_as_responder()
    noise.start_handshake()
    return noise


def _relay_noise(
    *, initiator: bool, key: bytes, prologue: bytes = RELAY_PROLOGUE
) -> NoiseConnection:
    """*key* is the relay's public key for the initiator, its secret for the relay."""
    noise = NoiseConnection.from_name(RELAY_PROTOCOL_NAME)
    noise.set_prologue(prologue)
    if initiator:
        noise.set_as_initiator()
        noise.set_keypair_from_public_bytes(Keypair.REMOTE_STATIC, key)
    else:
        noise.set_as_responder()
        noise.set_keypair_from_private_bytes(Keypair.STATIC, key)
    noise.start_handshake()
    return noise


def _agree(noise: NoiseConnection, message: bytes, *, initiator: bool) -> list[bytes]:
    """Take the other side's half of a handshake of two messages, without payloads."""
    try:
        payload = noise.read_message(message)
        answers = [] if initiator else [bytes(noise.write_message())]
    # A zero point is a ValueError, a wrong length a NoiseValueError, a forgery InvalidTag.
    except (ValueError, NoiseValueError, NoiseHandshakeError, InvalidTag):
        raise ChannelError(Ending.NOT_OURS) from None
    if payload:
        raise ChannelError(Ending.NOT_OURS)
    return answers


def _unreadable() -> ProtocolError:
    return ProtocolError("The other machine sent something unreadable; it was dropped.")
