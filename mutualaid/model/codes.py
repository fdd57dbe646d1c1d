# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Short readable codes for ids, to be spoken, printed on tear-off strips and typed back.

A code is the beginning of an id, five bits to a letter. The alphabet leaves out 0, O, 1 and I,
which people confuse on paper. Eight letters are shown; any beginning may be typed, and up to
``LONGEST`` letters tell apart two ids that share the first eight.
"""

from typing import Final

from mutualaid.errors import BadValueError

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH: Final = 8
LONGEST: Final = 25  # 125 of the 128 bits of an id

_VALUES: Final = {letter: value for value, letter in enumerate(ALPHABET)}
_PAIRS: Final = tuple(first + second for first in ALPHABET for second in ALPHABET)
_IGNORED: Final = str.maketrans("", "", " -\t\n\r\u00a0\u2010\u2011\u2012\u2013")


def code(of: bytes, length: int = LENGTH) -> str:
    """The first letters of an id of 16 bytes."""
    if length == LENGTH:
        bits = int.from_bytes(of[:5], "big")
        pairs = _PAIRS
        return (
            pairs[bits >> 30]
            + pairs[bits >> 20 & 1023]
            + pairs[bits >> 10 & 1023]
            + pairs[bits & 1023]
        )
    bits = int.from_bytes(of[:16], "big")
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(123, 123 - 5 * length, -5))


def clean(text: str) -> str:
    """The letters of a typed code, in upper case, without spaces and hyphens.

    Raises :class:`BadValueError` for what cannot be the beginning of a code.
    """
    letters = text.translate(_IGNORED).upper()
    if not letters:
        raise BadValueError("No code was given. A code looks like K7QF 2M9P; type it as printed.")
    if wrong := next((letter for letter in letters if letter not in _VALUES), None):
        raise BadValueError(
            f"“{wrong}” cannot be in a code. Codes are made of the digits 2 to 9 and of letters "
            "without O and I; look at it again."
        )
    if len(letters) > LONGEST:
        raise BadValueError("This is too long for a code. A code has 8 letters and digits.")
    return letters


def prefix_range(text: str) -> tuple[bytes, bytes]:
    """The lowest and highest id (16 bytes each) whose code begins with the typed letters."""
    letters = clean(text)
    value = 0
    for letter in letters:
        value = value << 5 | _VALUES[letter]
    free = 128 - 5 * len(letters)
    low = value << free
    return low.to_bytes(16, "big"), (low | (1 << free) - 1).to_bytes(16, "big")
