# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lines of vCard 2.1, 3.0 and 4.0 as phones and mail programs write them, one by one.

Read line by line and by hand: an address book is never quite right, and one odd line must cost no
more than itself. (The expression by which vobject reads a line takes time that doubles with every
comma of a line that is not closed.) Nothing here raises; time and memory grow with the file.
"""

import binascii
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

#: What is longer than this is not read: a picture, or somebody's mistake.
LONGEST_LINE: Final = 64 * 1024

_NAME: Final = re.compile(r"(?:([A-Za-z0-9_-]{1,64})\.)?([A-Za-z0-9_-]{1,64})\s*(?=[;:])")
# Values cannot be read in two ways, so that a line that does not fit is given up at once.
_PARAMETER: Final = re.compile(
    r""";([A-Za-z0-9_-]*)(?:=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*))?(?=[;:])"""
)
_VALUE: Final = re.compile(r'"([^"]*)"|([^",]+)')
_CARET: Final = re.compile(r"\^([n^'])")
_CARETS: Final = {"n": "\n", "^": "^", "'": '"'}
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_ENCODINGS: Final = frozenset(("QUOTED-PRINTABLE", "BASE64", "B", "7BIT", "8BIT"))
_CHARSET: Final = re.compile(rb'CHARSET="?([A-Za-z0-9_:.-]{1,40})', re.IGNORECASE)
_CHARSETS: Final = re.compile(
    r"utf-?(8|16(le|be)?)|(us-)?ascii|latin-?1|(iso|windows|cp|koi8|mac|tis)[a-z0-9_-]*"
    r"|(gb|big5|shift|sjis|euc)[a-z0-9_-]*",
    re.IGNORECASE,
)


class Line(NamedTuple):
    """A line, unfolded. ``number`` is that of its first line in the file, ``at`` how many bytes
    have been read; ``cut`` says that it was too long, and only its beginning is here."""

    number: int
    at: int
    data: bytes
    cut: bool


@dataclass(frozen=True, slots=True)
class Property:
    """A line that could be read. Names are in upper case; a parameter without a name, as vCard
    2.1 has it, is a ``TYPE`` or an ``ENCODING``. ``value`` is text, still escaped."""

    line: int
    group: str
    name: str
    parameters: Mapping[str, tuple[str, ...]]
    value: str

    def parameter(self, name: str) -> str:
        """The first value of a parameter, or ""."""
        values = self.parameters.get(name)
        return values[0] if values else ""

    @property
    def types(self) -> frozenset[str]:
        """What its TYPE says, in upper case."""
        return frozenset(value.upper() for value in self.parameters.get("TYPE", ()))


def lines(data: bytes) -> Iterator[Line]:
    """The lines of a file, unfolded, blank ones left out. Lines end with CR, LF or both."""
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    parts: list[bytes] = []
    number, first, size, quoted = 0, 0, 0, False
    handle = io.BytesIO(data)
    for raw in handle:
        number += 1
        raw = raw.rstrip(b"\r\n")
        if parts:
            if quoted and parts[-1].endswith(b"=") and not _is_mark(raw):
                parts[-1] = parts[-1][:-1]
            elif raw[:1] in {b" ", b"\t"}:
                raw = raw[1:]
            elif parts[-1].endswith(b"=") and raw.strip() and b":" not in raw:
                # Some old phones fold like that without saying so.
                parts[-1] = parts[-1][:-1]
            else:
                yield _line(first, handle.tell(), parts, size)
                parts, size = [], 0
        elif raw[:1] in {b" ", b"\t"}:
            raw = raw.lstrip()
        if not parts:
            if not raw.strip():
                continue
            first = number
            quoted = b"QUOTED-PRINTABLE" in raw.partition(b":")[0].upper()
        size += len(raw)
        if size <= LONGEST_LINE or not parts:
            parts.append(raw[: LONGEST_LINE + 1])
    if parts:
        yield _line(first, handle.tell(), parts, size)


def _is_mark(raw: bytes) -> bool:
    return raw[:10].upper().startswith((b"END:VCARD", b"BEGIN:VCAR"))


def _line(first: int, at: int, parts: list[bytes], size: int) -> Line:
    return Line(first, at, b"".join(parts), size > LONGEST_LINE)


def read(line: Line) -> Property | None:
    """What a line says, or None where it cannot be read."""
    text = _text(line.data, _charset(line.data))
    head = _NAME.match(text)
    if head is None:
        return None
    group, name = head[1] or "", head[2].upper().replace("_", "-")
    parameters: dict[str, tuple[str, ...]] = {}
    at = head.end()
    while text[at] != ":":
        found = _PARAMETER.match(text, at)
        if found is None:
            return None
        at = found.end()
        _add(parameters, found[1], found[2])
    value = text[at + 1 :]
    encoding = parameters.get("ENCODING", ("",))[0].upper()
    if encoding in {"QUOTED-PRINTABLE", "Q"}:
        decoded = binascii.a2b_qp(value.encode())
        value = _text(decoded, parameters.get("CHARSET", ("",))[0])
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    return Property(line.number, group, name, parameters, value)


def _add(parameters: dict[str, tuple[str, ...]], name: str, said: str | None) -> None:
    if said is None:
        value = name
        name = "ENCODING" if name.upper() in _ENCODINGS else "TYPE"
        values: tuple[str, ...] = (value,) if value else ()
    else:
        values = tuple(
            _CARET.sub(lambda found: _CARETS[found[1]], quoted or bare.strip())
            for quoted, bare in _VALUE.findall(said)
        )
        if len(values) == 1 and name.upper() == "TYPE" and "," in values[0]:
            values = tuple(values[0].split(","))  # TYPE="home,voice"
    name = name.upper()
    parameters[name] = (*parameters.get(name, ()), *values)


def _charset(data: bytes) -> str:
    found = _CHARSET.search(data.partition(b":")[0])
    return found[1].decode("ascii") if found else ""


def _text(data: bytes, charset: str) -> str:
    """Bytes as text: as they say, or as UTF-8, or as what Windows writes in western Europe."""
    for name in (charset, "utf-8"):
        try:
            if _CHARSETS.fullmatch(name):
                return data.decode(name)
        except (LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")


def split(value: str, separator: str) -> list[str]:
    """The parts of a value, unescaped."""
    if "\\" not in value:
        return value.split(separator)
    parts: list[str] = []
    start = at = 0
    while at < len(value):
        if value[at] == "\\":
            at += 1
        elif value[at] == separator:
            parts.append(unescape(value[start:at]))
            start = at + 1
        at += 1
    return [*parts, unescape(value[start:])]


def unescape(value: str) -> str:
    """A value as text."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
