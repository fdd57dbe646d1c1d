# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An invitation as text: what is shown as a QR code, sent as a link, or printed on a card.

``mutualaid:join/`` and a frame in base32 (RFC 4648, no padding), which survives upper and lower
case, line breaks, and being typed from paper. The frame, for good, whatever the version:

    length of the body (2 bytes) · body, its first byte the version · checksum (4 bytes)

Body of version 1: version, group id (16), seed (16), end in ms (6; 0: none), then the group's
name and the addresses, each a length byte and UTF-8, the addresses with their number in front.
What follows is for later versions of 1 and is skipped.

The seed is a secret: who has the text can ask to join. The group's log holds only the public key.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from mutualaid.errors import InvitationError
from mutualaid.model import keys

SCHEME: Final = "mutualaid:join/"
_SCHEME_TYPED: Final = re.compile(r"mutualaid:\s*/{0,2}join/", re.IGNORECASE)
VERSION: Final = 1
SEED_BYTES: Final = 16
NAME_BYTES: Final = 48

#: Longest text: a QR code of this many characters is read by a phone off a screen or a card.
LONGEST: Final = 299

_LENGTH_BYTES: Final = 2
_CHECK_BYTES: Final = 4
_FIXED_BYTES: Final = 1 + 16 + SEED_BYTES + 6
_LARGEST_BODY: Final = (LONGEST - len(SCHEME)) * 5 // 8 - _LENGTH_BYTES - _CHECK_BYTES
#: As much of a pasted text as is looked at; an invitation of a later version may be longer.
_READ: Final = 20_000

#: What base32 does not use, as people mistake it for.
_MISTAKEN: Final = str.maketrans({"0": "O", "1": "I", "8": "B"})
#: Marks that turn the direction of text: in a name they could make it read as another.
_DIRECTION_MARKS: Final = frozenset(
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a newcomer needs: the group, the secret, where to knock.

    The name is cut to ``NAME_BYTES`` of UTF-8 and cleaned, and addresses beyond what the text
    holds are left out, so that every invitation has a text that fits its QR code.
    """

    group: bytes
    group_name: str
    seed: bytes = field(repr=False)
    #: Milliseconds since 1970 UTC; None: open until it is withdrawn or used up.
    expires: int | None = None
    #: Where the group can be reached if it is not found on the local network, best first.
    addresses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.group) != 16 or len(self.seed) != SEED_BYTES:
            raise ValueError("a group id and a seed have 16 bytes each")
        if self.expires is not None and not 0 < self.expires < 1 << 48:
            raise ValueError("an invitation ends at a time after 1970")
        object.__setattr__(self, "group_name", _clean(self.group_name))
        room = _LARGEST_BODY - _FIXED_BYTES - 1 - len(self.group_name.encode()) - 1
        object.__setattr__(self, "addresses", tuple(_fitting(self.addresses, room)))

    @classmethod
    def generate(
        cls,
        group: bytes,
        group_name: str,
        *,
        expires: int | None = None,
        addresses: tuple[str, ...] = (),
    ) -> "Invitation":
        """Return an invitation with a fresh secret."""
        return cls(group, group_name, keys.random(SEED_BYTES), expires, addresses)

    @property
    def signing(self) -> keys.SigningKey:
        """The key with which a newcomer proves that they hold the invitation."""
        return keys.SigningKey(keys.blake2b(self.seed, person=b"mutualaid/invite"))

    @property
    def recognition(self) -> bytes:
        """The key by which members who know only the public key recognise the holder."""
        return invitation_recognition(self.signing.public)

    @property
    def text(self) -> str:
        """The invitation as a link, at most ``LONGEST`` ASCII characters."""
        name = self.group_name.encode()
        body = bytearray([VERSION])
        body += self.group + self.seed + (self.expires or 0).to_bytes(6, "big")
        body += bytes([len(name)]) + name + bytes([len(self.addresses)])
        for address in self.addresses:
            octets = address.encode()
            body += bytes([len(octets)]) + octets
        frame = len(body).to_bytes(_LENGTH_BYTES, "big") + body
        return SCHEME + base64.b32encode(frame + _checksum(frame)).decode().rstrip("=").lower()

    @property
    def qr_text(self) -> str:
        """The same in capitals, which make a QR code with a third fewer dots."""
        return self.text.upper()

    def is_expired(self, now: int) -> bool:
        """Tell whether its end has passed by this machine's clock (ms)."""
        return self.expires is not None and now >= self.expires


def invitation_recognition(public: bytes) -> bytes:
    """Return the recognition key of an open invitation from its public key (see ``keys``)."""
    return keys.blake2b(public, person=b"mutualaid/guest")


def parse_invitation(text: str) -> Invitation:
    """Read an invitation out of what was pasted, typed or scanned, or raise InvitationError.

    Whatever stands around it (spaces, line breaks, quotation marks, angle brackets, a whole
    e-mail) does no harm. Whether it is still open is for the group to say.
    """
    text = text[:_READ]
    scheme = _SCHEME_TYPED.search(text)
    if scheme:
        frame = _frame(_letters(text[scheme.end() :]))
    else:
        # Only the letters, perhaps; but then they are beyond doubt, or this is something else.
        try:
            frame = _frame(_letters(text))
        except InvitationError:
            raise _not_one() from None
    body = frame[_LENGTH_BYTES:-_CHECK_BYTES]
    if body[0] > VERSION:
        raise InvitationError(
            "This invitation was made by a newer version of Mutual Aid. Update this one, then "
            "paste the invitation again."
        )
    try:
        return _parse_body(body)
    except (IndexError, ValueError):
        raise _damaged() from None


def _letters(text: str) -> str:
    """Drop what line wrapping, quoting and grouping put between the letters."""
    return "".join(c for c in text if not (c.isspace() or c in "<>-\u00ad\u200b\ufeff"))


def _frame(letters: str) -> bytes:
    """Return the frame at the beginning of ``letters``; what follows it is somebody's text."""
    head = _decode(letters[:8])
    if len(head) < _LENGTH_BYTES:
        raise _cut_short()
    size = _LENGTH_BYTES + int.from_bytes(head[:_LENGTH_BYTES], "big") + _CHECK_BYTES
    count = -(-size * 8 // 5)
    frame = _decode(letters[:count])
    if len(frame) < size:
        raise _cut_short()
    if not keys.same(_checksum(frame[:-_CHECK_BYTES]), frame[-_CHECK_BYTES:]):
        raise _damaged()
    if size == _LENGTH_BYTES + _CHECK_BYTES:
        raise _damaged()
    return frame


def _decode(letters: str) -> bytes:
    """Decode as many whole bytes of base32 as ``letters`` begins with."""
    usable = letters.upper().translate(_MISTAKEN)
    whole = len(usable) - len(usable) % 8
    tail = usable[whole:]
    try:
        octets = base64.b32decode(usable[:whole])
        if tail:
            # The bits of the last letter that fill no byte are not looked at.
            padded = base64.b32decode(tail.ljust(8, "A"))
            octets += padded[: len(tail) * 5 // 8]
    except (binascii.Error, ValueError):
        raise _damaged() from None
    return octets


def _parse_body(body: bytes) -> Invitation:
    end = int.from_bytes(body[33:39], "big")
    fields = _fields(body, _FIXED_BYTES)
    name = next(fields)
    addresses = tuple(fields)
    return Invitation(body[1:17], name, body[17:33], end or None, addresses)


def _fields(body: bytes, at: int) -> Iterator[str]:
    """Yield the name, then each address; IndexError where the body ends before they do."""

    def one(at: int) -> tuple[str, int]:
        end = at + 1 + body[at]
        if end > len(body):
            raise IndexError
        return body[at + 1 : end].decode(), end

    name, at = one(at)
    yield name
    count, at = body[at], at + 1
    for _ in range(count):
        address, at = one(at)
        yield address


def _clean(name: str) -> str:
    kept = "".join(
        c
        for c in unicodedata.normalize("NFC", name)
        if unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") and c not in _DIRECTION_MARKS
    ).strip()
    return kept.encode()[:NAME_BYTES].decode(errors="ignore").strip()


def _fitting(addresses: tuple[str, ...], room: int) -> Iterator[str]:
    for address in addresses:
        size = 1 + len(address.encode())
        if not address or not address.isprintable() or len(address.encode()) > 255:
            raise ValueError(f"{address!r} is no address")
        if size <= room:
            room -= size
            yield address


def _checksum(frame: bytes) -> bytes:
    return keys.blake2b(frame, size=_CHECK_BYTES, person=b"mutualaid/check")


def _not_one() -> InvitationError:
    return InvitationError(
        f"This is not an invitation. One begins with {SCHEME} and goes on with many letters; "
        "ask for it again, or scan its QR code."
    )


def _cut_short() -> InvitationError:
    return InvitationError(
        "The end of this invitation is missing. Copy all of it, down to its last letter, or scan "
        "its QR code."
    )


def _damaged() -> InvitationError:
    return InvitationError(
        "This invitation has been damaged on the way: at least one letter is wrong. Copy it "
        "again, or ask for a new one."
    )
