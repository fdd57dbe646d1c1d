# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands in one cell of a table: written so that people read it and no spreadsheet runs it,
and read again the same."""

import re
from collections.abc import Iterable
from typing import Final

from mutualaid.model.directories.directory import Contact
from mutualaid.model.text import plain
from mutualaid.model.values import ContactKind

#: What makes a spreadsheet take text for a formula, also in its full-width forms, after any
#: spaces; and what we put before it.
_FORMULA: Final = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20|]|[\t\r\n]")
_GUARD: Final = "'"
_GUARDED: Final = re.compile(rf"{_GUARD}+(?:{_FORMULA.pattern})")
#: Where lists are separated by semicolons, a spreadsheet may begin a cell after one, though it
#: stands inside quotation marks.
_INNER: Final = re.compile(rf"([;\t])(?={_GUARD}*(?:{_FORMULA.pattern}))")
_INNER_GUARDED: Final = re.compile(rf"([;\t]){_GUARD}(?={_GUARD}*(?:{_FORMULA.pattern}))")

_SPLIT: Final = re.compile(r"(?<!\\)((?:\\\\)*);\s?")
_PAIR: Final = re.compile(r"(?<!\\)((?:\\\\)*): ")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)

_EMAIL: Final = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,190}\.[^\s@<>,;]{2,}")
_PHONE: Final = re.compile(r"(?:tel:)?\(?\+?\d[\d\s().\-/\u2013]{4,24}\d")
#: What a spreadsheet makes of a long number when it is not told that it is text.
_SHORTENED: Final = re.compile(r"\d[.,]\d+E\+?\d{1,2}", re.IGNORECASE)
_POINT_ZERO: Final = re.compile(r"(\d{5,})\.0+")
_LIST_MARKS: Final = re.compile(r"[;|\n•،؛]")

YES: Final = frozenset(
    plain(word)
    for word in "yes y true 1 x ✓ ✔ sí si s oui o ja j wahr verdadero vrai نعم صحيح".split()
) | {"✓", "✔"}
NO: Final = frozenset(
    plain(word) for word in "no n false 0 non nein falsch falso faux لا خطأ".split()
) | {"-", "✗"}


def guard(text: str) -> str:
    """Text as it can stand in a file that a spreadsheet opens: what it would take for a formula
    begins with an apostrophe."""
    text = _INNER.sub(rf"\1{_GUARD}", text)
    if _FORMULA.match(text) or _GUARDED.match(text):
        return _GUARD + text
    return text


def unguard(text: str) -> str:
    """What :func:`guard` was given."""
    text = text[1:] if _GUARDED.match(text) else text
    return _INNER_GUARDED.sub(r"\1", text)


# -- lists of ours


def escape(text: str) -> str:
    """A part of a list: what tells parts apart is marked."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(":", "\\:")


def join(parts: Iterable[str]) -> str:
    """Escaped parts as one cell."""
    return "; ".join(parts)


def pair(name: str, note: str) -> str:
    """An escaped part of a list with what is noted of it, where there is anything."""
    return f"{escape(name)}: {escape(note)}" if note else escape(name)


def split(text: str) -> list[str]:
    """The parts of a cell that :func:`join` made, still escaped; blank ones are left out."""
    parts: list[str] = []
    at = 0
    for found in _SPLIT.finditer(text):
        parts.append(text[at : found.start()] + found[1])
        at = found.end()
    parts.append(text[at:])
    return [part for part in parts if part.strip()]


def unpair(part: str) -> tuple[str, str]:
    """The name and the note of one part."""
    found = _PAIR.search(part)
    if found is None:
        return unescape(part).strip(), ""
    name = part[: found.start()] + found[1]
    return unescape(name).strip(), unescape(part[found.end() :]).strip()


def unescape(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


# -- lists of others


def split_loosely(text: str) -> list[str]:
    """The parts of a list that somebody typed: by semicolons, bars, lines, or else by commas."""
    parts = _LIST_MARKS.split(text) if _LIST_MARKS.search(text) else text.split(",")
    return [part for each in parts if (part := " ".join(each.split()).strip("-–* "))]


def is_email(text: str) -> bool:
    return len(text) <= 254 and _EMAIL.fullmatch(text.strip()) is not None


def is_phone(text: str) -> bool:
    """Whether a text looks like the number of a phone: seven digits or more and little else."""
    text = text.strip()
    if len(text) > 40 or _PHONE.fullmatch(text) is None:
        return False
    return 7 <= sum(letter.isdigit() for letter in text) <= 16


def is_shortened(text: str) -> bool:
    """Whether a spreadsheet made 4.47912E+11 of a long number, so that its digits are gone."""
    return _SHORTENED.fullmatch(text.strip()) is not None


def as_phone(text: str) -> str:
    """A number that a spreadsheet may have taken for an amount."""
    text = text.strip().removeprefix("tel:")
    found = _POINT_ZERO.fullmatch(text)
    return found[1] if found else text


def same_contact(contact: Contact) -> str:
    """A form of a contact in which two spellings of the same are equal: the last nine digits of
    a number, an address in lower case."""
    if contact.kind is ContactKind.PHONE:
        digits = "".join(letter for letter in contact.value if letter.isdigit())
        return f"phone:{digits[-9:]}" if len(digits) >= 5 else f"phone:{contact.value}"
    return f"{contact.kind}:{plain(contact.value) or contact.value}"
