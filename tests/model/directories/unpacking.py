# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""All that some bytes say, however they are wrapped: for tests of what must not leave."""

import base64
import binascii
import gzip
import html
import io
import quopri
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{8,}={0,2}")
_HEX: Final = re.compile(rb"(?:[0-9A-Fa-f]{2}){8,}")
_ESCAPED: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2}))")
_BETWEEN_DIGITS: Final = re.compile(rb"(?<=\d)[ ().\-](?=\d)")
_DEEPEST: Final = 3


def readings(data: bytes, deep: int = 0) -> Iterator[bytes]:
    """The bytes in every way in which they can be read, in lower case."""
    yield data.lower()
    if deep == _DEEPEST:
        return
    for inner in _inside(data):
        yield from readings(inner, deep + 1)
    for plain in _plain(data):
        if plain != data:
            yield plain.lower()


def _inside(data: bytes) -> Iterator[bytes]:
    """What a container holds, with the names of its files."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield archive.read(name)
    if data.startswith(b"\x1f\x8b"):
        yield gzip.decompress(data)
    for start in re.finditer(rb"stream\r?\n", data):  # of a PDF
        try:
            yield zlib.decompressobj().decompress(data[start.end() :])
        except zlib.error:
            continue
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield data.decode("utf-16").encode()


def _plain(data: bytes) -> Iterator[bytes]:
    """Without what mail, addresses, pages and scripts put around text."""
    unfolded = data.replace(b"\r\n ", b"").replace(b"\r\n\t", b"").replace(b"\n ", b"")
    yield unfolded
    yield quopri.decodestring(unfolded)
    yield unquote_to_bytes(data.replace(b"+", b" "))
    text = data.decode("utf-8", "replace")
    yield html.unescape(text).encode("utf-8", "surrogatepass")
    yield _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)), text).encode(
        "utf-8", "surrogatepass"
    )
    yield re.sub(rb"<[^>]{0,300}>", b"", data)
    yield _BETWEEN_DIGITS.sub(b"", data)
    yield data.replace(b"\0", b"")  # UTF-16 and 32 of plain letters
    yield b"\n".join(_decoded(data))


def _decoded(data: bytes) -> Iterator[bytes]:
    for found in _HEX.findall(data):
        yield binascii.unhexlify(found)
    for found in _BASE64.findall(unwrapped(data)):
        text = found.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
        for start in range(4):  # wherever the text began in what was encoded
            some = text[start:]
            some = some[: len(some) - (len(some) % 4 == 1)]
            with_end = some + b"=" * (-len(some) % 4)
            yield base64.b64decode(with_end)


def unwrapped(data: bytes) -> bytes:
    """Without the line ends within long base64."""
    return re.sub(rb"(?<=[A-Za-z0-9+/]{60})\r?\n(?=[A-Za-z0-9+/])", b"", data)
