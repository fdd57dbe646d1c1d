# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every key and every use of one; the only file that imports nacl.

Each use of BLAKE2b carries its own personalization or purpose, so that what is derived for one
thing can never stand in for another. Secrets do not show in ``repr``.
"""

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import ClassVar, Final

from nacl import bindings, pwhash
from nacl.exceptions import CryptoError

from mutualaid.errors import LockedError, MutualAidError

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
SALT_BYTES: Final = pwhash.argon2id.SALTBYTES
TOKEN_BYTES: Final = 16

_NONCE_BYTES: Final = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#: What :func:`encrypt` adds to the length of what it is given.
BOX_OVERHEAD: Final = _NONCE_BYTES + bindings.crypto_aead_xchacha20poly1305_ietf_ABYTES

#: What :func:`seal` adds.
SEAL_OVERHEAD: Final = bindings.crypto_box_SEALBYTES

STREAM_HEADER_BYTES: Final = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
STREAM_OVERHEAD: Final = bindings.crypto_secretstream_xchacha20poly1305_ABYTES

#: Argon2id costs. ``MODERATE`` takes about a second and 256 MiB; ``MIN`` is for tests.
MODERATE_OPS: Final = pwhash.argon2id.OPSLIMIT_MODERATE
MODERATE_MEMORY: Final = pwhash.argon2id.MEMLIMIT_MODERATE
MIN_OPS: Final = pwhash.argon2id.OPSLIMIT_MIN
MIN_MEMORY: Final = pwhash.argon2id.MEMLIMIT_MIN
MAX_OPS: Final = 16
MAX_MEMORY: Final = 1 << 30


class SealError(MutualAidError):
    """What was sealed cannot be opened, or nothing can be sealed to this key."""

    code: ClassVar[str] = "sealed"


def random(count: int) -> bytes:
    """Return ``count`` bytes from the operating system's generator."""
    return secrets.token_bytes(count)


def same(one: bytes, other: bytes) -> bool:
    """Compare two secrets without telling, by the time it takes, where they differ."""
    return hmac.compare_digest(one, other)


def blake2b(data: bytes, *, size: int = 32, key: bytes = b"", person: bytes = b"") -> bytes:
    """BLAKE2b of ``size`` bytes, optionally keyed and personalized (at most 16 bytes)."""
    return hashlib.blake2b(data, digest_size=size, key=key, person=person).digest()


def derive(key: bytes, purpose: str) -> bytes:
    """Return the 32-byte key that follows from ``key`` for ``purpose``, and for nothing else."""
    _need(key, KEY_BYTES, "key")
    return blake2b(purpose.encode(), key=key, person=b"mutualaid/derive")


def person_id(group: bytes, signing_public: bytes) -> bytes:
    """Return the 16-byte id of a person in one group; it cannot be linked to another group's."""
    _need(group, 16, "group id")
    _need(signing_public, KEY_BYTES, "public key")
    return blake2b(group + signing_public, size=16, person=b"mutualaid/person")


def device_hash(device_public: bytes) -> bytes:
    """Return the 16 bytes with which the automerge actors of a device begin."""
    _need(device_public, KEY_BYTES, "device key")
    return blake2b(device_public, size=16)


# Signatures


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key pair (RFC 8032), kept as its 32-byte seed."""

    seed: bytes = field(repr=False)
    public: bytes = field(init=False, compare=False)
    _secret: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _need(self.seed, KEY_BYTES, "seed")
        public, secret = bindings.crypto_sign_seed_keypair(self.seed)
        object.__setattr__(self, "public", public)
        object.__setattr__(self, "_secret", secret)

    @classmethod
    def generate(cls) -> "SigningKey":
        return cls(random(KEY_BYTES))

    @classmethod
    def from_seed(cls, seed: bytes) -> "SigningKey":
        return cls(seed)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of ``message``."""
        return bindings.crypto_sign(message, self._secret)[:SIGNATURE_BYTES]

    def sealing_seed(self) -> bytes:
        """Return the X25519 secret that belongs to this key (see :func:`device_sealing_key`)."""
        return bindings.crypto_sign_ed25519_sk_to_curve25519(self._secret)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether ``public`` signed ``message``; False, never an exception, for any bytes."""
    if len(signature) != SIGNATURE_BYTES or len(public) != KEY_BYTES:
        return False
    try:
        bindings.crypto_sign_open(signature + message, public)
    except CryptoError:
        return False
    return True


def is_public_key(public: bytes) -> bool:
    """Tell whether these bytes are an Ed25519 point that can sign and be sealed to."""
    return len(public) == KEY_BYTES and bindings.crypto_core_ed25519_is_valid_point(public)


# Sealing to a key


@dataclass(frozen=True, slots=True)
class SealingKey:
    """An X25519 key pair to which anybody can seal (``crypto_box_seal``)."""

    seed: bytes = field(repr=False)
    public: bytes = field(init=False, compare=False)

    def __post_init__(self) -> None:
        _need(self.seed, KEY_BYTES, "seed")
        object.__setattr__(self, "public", bindings.crypto_scalarmult_base(self.seed))

    @classmethod
    def generate(cls) -> "SealingKey":
        return cls(random(KEY_BYTES))

    @classmethod
    def from_seed(cls, seed: bytes) -> "SealingKey":
        return cls(seed)

    def open(self, sealed: bytes) -> bytes:
        """Return what was sealed to this key, or raise :class:`SealError`.

        A seal does not say who made it: whatever needs an author is signed outside.
        """
        try:
            return bindings.crypto_box_seal_open(sealed, self.public, self.seed)
        except (CryptoError, TypeError):
            raise _cannot_open() from None


def seal(public: bytes, data: bytes) -> bytes:
    """Seal ``data`` so that only the holder of the X25519 key ``public`` can open it."""
    try:
        return bindings.crypto_box_seal(data, public)
    except CryptoError:
        raise _unusable_key() from None


def device_sealing_key(device: SigningKey) -> SealingKey:
    """Return the X25519 form of a device's Ed25519 key, so that a device needs only one."""
    return SealingKey(device.sealing_seed())


def sealing_public_of(device_public: bytes) -> bytes:
    """Return the public half of :func:`device_sealing_key`; SealError if it is no such key."""
    try:
        return bindings.crypto_sign_ed25519_pk_to_curve25519(device_public)
    except CryptoError:
        raise _unusable_key() from None


# Sealing with a key that both sides hold


def encrypt(key: bytes, data: bytes, associated: bytes = b"") -> bytes:
    """XChaCha20-Poly1305 with a random nonce in front; ``associated`` is bound, not hidden."""
    _need(key, KEY_BYTES, "key")
    nonce = random(_NONCE_BYTES)
    return nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(data, associated, nonce, key)


def encrypt_alike(key: bytes, data: bytes, associated: bytes = b"") -> bytes:
    """The same with a nonce that follows from key, ``associated`` and ``data``: who holds the key
    makes the same box of the same data, and only of the same."""
    bound = len(associated).to_bytes(8, "big") + associated + data
    nonce = blake2b(bound, size=_NONCE_BYTES, key=derive(key, "nonce"), person=b"mutualaid/alike")
    return nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(data, associated, nonce, key)


def decrypt(key: bytes, box: bytes, associated: bytes = b"") -> bytes:
    """Open what either made with the same key and ``associated``, or raise SealError."""
    _need(key, KEY_BYTES, "key")
    if len(box) < BOX_OVERHEAD:
        raise _cannot_open()
    nonce, sealed = box[:_NONCE_BYTES], box[_NONCE_BYTES:]
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, associated, nonce, key)
    except CryptoError:
        raise _cannot_open() from None


class StreamWriter:
    """Seals a stream piece by piece (libsodium's ``secretstream``, XChaCha20-Poly1305).

    Pieces can be neither altered, reordered, repeated nor left out, and the last one says so.
    """

    __slots__ = ("_state", "header")

    def __init__(self, key: bytes) -> None:
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        #: To be written before the first piece.
        self.header = bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, key)

    def push(self, data: bytes, associated: bytes = b"", *, final: bool = False) -> bytes:
        """Return the next piece, ``STREAM_OVERHEAD`` bytes longer than ``data``."""
        tag = (
            bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
            if final
            else bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
        )
        return bindings.crypto_secretstream_xchacha20poly1305_push(
            self._state, data, associated or None, tag
        )


class StreamReader:
    """Opens what :class:`StreamWriter` sealed with the same key."""

    __slots__ = ("_state",)

    def __init__(self, key: bytes, header: bytes) -> None:
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(self._state, header, key)

    def pull(self, piece: bytes, associated: bytes = b"") -> tuple[bytes, bool]:
        """Return the data of the next piece and whether it is the last, or raise SealError."""
        try:
            data, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(
                self._state, piece, associated or None
            )
        except CryptoError:
            raise _cannot_open() from None
        return data, tag == bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL


@dataclass(frozen=True, slots=True)
class PasswordCost:
    """What one guess of a passphrase costs under Argon2id: passes over ``memory`` bytes."""

    operations: int
    memory: int

    def is_bounded(self) -> bool:
        """Tell whether a file that names this cost may be believed: at most 1 GiB, 16 passes."""
        return MIN_OPS <= self.operations <= MAX_OPS and MIN_MEMORY <= self.memory <= MAX_MEMORY

    def key(self, passphrase: str, salt: bytes) -> bytes:
        """Return the 32-byte key of ``passphrase`` at this cost (see :func:`password_key`)."""
        return password_key(passphrase, salt, opslimit=self.operations, memlimit=self.memory)


MODERATE: Final = PasswordCost(MODERATE_OPS, MODERATE_MEMORY)
#: For tests only.
CHEAP: Final = PasswordCost(MIN_OPS, MIN_MEMORY)


def password_key(
    passphrase: str,
    salt: bytes,
    *,
    opslimit: int = MODERATE_OPS,
    memlimit: int = MODERATE_MEMORY,
) -> bytes:
    """Return the 32-byte key of a passphrase (Argon2id); ``memlimit`` in bytes.

    The passphrase is taken in Unicode form NFC, so that it does not matter which keyboard or
    system composed its letters. LockedError if there is not enough memory.
    """
    _need(salt, SALT_BYTES, "salt")
    text = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    try:
        return pwhash.argon2id.kdf(KEY_BYTES, text, salt, opslimit=opslimit, memlimit=memlimit)
    except (MemoryError, RuntimeError) as error:
        raise LockedError(
            f"Checking a passphrase takes {memlimit >> 20} MiB of memory, which this computer "
            "does not have free. Close other programs and try again."
        ) from error


# Keys of a group


@dataclass(frozen=True, slots=True)
class EpochKey:
    """The secret all current members share until the next rotation, and what follows from it."""

    secret: bytes = field(repr=False)
    #: 8 bytes that name the key and give nothing of it away.
    id: bytes = field(init=False, compare=False)
    #: Members recognise each other by it on a channel (see :func:`recognition_token`).
    recognition: bytes = field(init=False, repr=False, compare=False)
    #: Seals parcels.
    parcel: bytes = field(init=False, repr=False, compare=False)
    #: Seed of the signing key whose public half is the topic on a relay.
    topic_seed: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _need(self.secret, KEY_BYTES, "epoch secret")
        object.__setattr__(self, "id", derive(self.secret, "epoch/id")[:8])
        object.__setattr__(self, "recognition", derive(self.secret, "epoch/recognition"))
        object.__setattr__(self, "parcel", derive(self.secret, "epoch/parcel"))
        object.__setattr__(self, "topic_seed", derive(self.secret, "epoch/topic"))

    @classmethod
    def generate(cls) -> "EpochKey":
        return cls(random(KEY_BYTES))


def recognition_token(recognition_key: bytes, handshake_hash: bytes, role: bytes) -> bytes:
    """Return the 16 bytes by which a member on this very channel shows a group without naming it.

    Bound to the handshake and the role, so a token that somebody relays or reflects is nothing.
    """
    _need(recognition_key, KEY_BYTES, "recognition key")
    message = len(role).to_bytes(1, "big") + role + handshake_hash
    return blake2b(message, size=TOKEN_BYTES, key=recognition_key, person=b"mutualaid/hello")


def _need(value: bytes, length: int, what: str) -> None:
    if len(value) != length:
        raise ValueError(f"a {what} has {length} bytes, not {len(value)}")


def _cannot_open() -> SealError:
    return SealError(
        "This was sealed for somebody else, or it was altered on the way; it cannot be opened."
    )


def _unusable_key() -> SealError:
    return SealError("That is not a usable key; nothing was sealed to it.")
