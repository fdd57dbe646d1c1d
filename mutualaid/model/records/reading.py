# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading fields that somebody else wrote: what is not of the right type or size is absent.

Nothing here raises. Text comes out without the control characters that would forge another line
of the window, break a terminal or turn the reading direction.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from mutualaid.model.text import one_line, paragraphs
from mutualaid.model.values import Scalar

#: No time beyond this is believed (the year 5138); it also fits every database and date library.
LATEST: Final = 100_000_000_000_000

_MOST_OF_A_FAMILY: Final = 200


def line(value: Scalar, longest: int = 200) -> str:
    """One line of text, or ""."""
    if value.__class__ is not str:
        return ""
    text: str = value.strip()
    if text.isprintable():
        return text if len(text) <= longest else text[:longest]
    return one_line(text[: longest * 2])[:longest]


def long_text(value: Scalar, longest: int = 4000) -> str:
    """Text of several lines, or ""."""
    if value.__class__ is not str:
        return ""
    text: str = value
    if text.isprintable():
        return text if len(text) <= longest else text[:longest]
    return paragraphs(text[: longest * 2])[:longest]


def integer(value: Scalar, least: int, most: int, default: int) -> int:
    """A whole number within bounds, or the default."""
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return int(value)
    return default


def time(value: Scalar) -> int | None:
    """A time in ms since 1970, or None."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LATEST:
        return int(value)
    return None


def identity(value: Scalar) -> bytes | None:
    """An id of 16 bytes, or None."""
    return value if isinstance(value, bytes) and len(value) == 16 else None


def family(fields: Mapping[str, Scalar], prefix: str) -> Iterator[tuple[str, Scalar]]:
    """The members of a family of fields, by key in order; blank keys and null values are absent."""
    start = len(prefix)
    found = sorted(
        (key, value)
        for name, value in fields.items()
        if name.startswith(prefix) and value is not None and (key := line(name[start:], 80).strip())
    )
    yield from found[:_MOST_OF_A_FAMILY]
