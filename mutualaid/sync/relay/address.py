# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of relays, as they stand in a group's list of shelves.

::

    relay:HOST:PORT/KEY              a relay as it listens
    relay:https://HOST[:PORT][/PATH]/KEY    one behind a reverse proxy that speaks TLS
    …/KEY#TOKEN                      with a token from the relay's keeper

KEY is the relay's X25519 key in base32: whoever has the address can tell the relay from anything
else, with no certificate authority. TOKEN is a secret of the group.
"""

import base64
import binascii
from dataclasses import dataclass, field, replace
from typing import Final, Self

from mutualaid.errors import BadValueError
from mutualaid.sync.addresses import Address, parse_address

DEFAULT_PORT: Final = 47471
PREFIX: Final = "relay:"
KEY_BYTES: Final = 32
TOKEN_BYTES: Final = 16
_TLS: Final = "https://"
_TLS_PORT: Final = 443
_LONGEST: Final = 1000


@dataclass(frozen=True, slots=True)
class RelayAddress:
    """Where a relay is, and by which key it is known."""

    at: Address
    key: bytes
    #: Inside TLS, at this path of a reverse proxy.
    tls: bool = False
    path: str = "/"
    token: bytes = field(default=b"", repr=False)

    def __str__(self) -> str:
        """The address without its token, fit to be shown."""
        if not self.tls:
            return f"{PREFIX}{self.at}/{_encode(self.key)}"
        host = f"[{self.at.host}]" if ":" in self.at.host else self.at.host
        port = "" if self.at.port == _TLS_PORT else f":{self.at.port}"
        path = self.path.rstrip("/")
        return f"{PREFIX}{_TLS}{host}{port}{path}/{_encode(self.key)}"

    @property
    def secret_text(self) -> str:
        """The address with its token, as it is kept and given to members."""
        return f"{self}#{_encode(self.token)}" if self.token else str(self)

    def with_token(self, token: bytes) -> Self:
        """The same relay, by a keeper's token."""
        return replace(self, token=token)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an address; BadValueError if it is none."""
        stripped = text.strip()
        if not stripped.startswith(PREFIX) or len(stripped) > _LONGEST:
            raise _bad(text)
        rest, _, token = stripped[len(PREFIX) :].partition("#")
        where, _, key = rest.rpartition("/")
        tls = where.startswith(_TLS)
        path = "/"
        if tls:
            where, slash, after = where[len(_TLS) :].partition("/")
            path = slash + after or "/"
            # What a path may hold without being escaped; more is not needed here.
            if not all(sign.isalnum() or sign in "/-._~" for sign in path) or not path.isascii():
                raise _bad(text)
        try:
            at = parse_address(where, _TLS_PORT if tls else DEFAULT_PORT)
        except BadValueError:
            raise _bad(text) from None
        return cls(
            at,
            _decode(key, KEY_BYTES, text),
            tls,
            path,
            _decode(token, TOKEN_BYTES, text) if token else b"",
        )


def encode_token(token: bytes) -> str:
    """A token as a keeper hands it on."""
    return _encode(token)


def _encode(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()


def _decode(text: str, length: int, whole: str) -> bytes:
    try:
        data = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        raise _bad(whole) from None
    if len(data) != length or _encode(data) != text.lower():
        raise _bad(whole)
    return data


def _bad(text: str) -> BadValueError:
    shown = text.strip()
    shown = shown if len(shown) <= 80 else shown[:79] + "…"
    return BadValueError(
        f"“{shown}” is not the address of a relay; it looks like"
        f" relay:example.org:{DEFAULT_PORT}/ and 52 letters and digits, as “mutualaid relay serve”"
        " prints it. Nothing was changed."
    )
