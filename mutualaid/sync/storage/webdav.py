# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""WebDAV (RFC 4918), by webdav4: Nextcloud, ownCloud, and what web hosts offer.

Listing and reading go past webdav4's own, which hold a whole answer in memory and ask once more
for each file: here an answer has an end, whatever the server sends.
"""

import contextlib
import io
import logging
from collections.abc import Iterable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import unquote
from xml.parsers import expat

import httpx
from webdav4.client import (
    BadGatewayError,
    ForbiddenOperation,
    HTTPError,
    InsufficientStorage,
    ResourceConflict,
    ResourceLocked,
    ResourceNotFound,
)
from webdav4.fsspec import WebdavFileSystem

from mutualaid.sync.parcel_outside import MOST_PARCEL
from mutualaid.sync.storage.address import StorageAddress
from mutualaid.sync.storage.files import (
    AT_ONCE,
    CALL_S,
    STEP_S,
    Entry,
    FsspecFiles,
    Trouble,
    TroubleError,
    bounded,
    trouble_of,
)

#: The most a server may send for one listing, and for anything else.
MOST_LISTING: Final = 64 * 1024 * 1024
MOST_ANSWER: Final = 2 * MOST_PARCEL

_ASKED: Final = (
    '<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><resourcetype/>'
    "<getcontentlength/><getlastmodified/></prop></propfind>"
)
_MULTI_STATUS: Final = 207
_DEEPEST: Final = 32
_LONGEST_TEXT: Final = 4096
_FULL: Final = (413, 507)
_REFUSED: Final = (401, 403, 405)

# They tell every request at INFO and DEBUG.
for _name in ("httpcore", "httpx"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class WebdavFiles(FsspecFiles):
    """A folder on a WebDAV server."""

    def __init__(self, address: StorageAddress) -> None:
        super().__init__(address.path)
        at = address.at(443 if address.tls else 80)
        host = f"[{at.host}]" if ":" in at.host else at.host
        self._base = httpx.URL(f"http{'s' if address.tls else ''}://{host}:{at.port}")
        self._auth = (address.user, address.secret) if address.user else None
        #: Whether the server moves files; some behind a proxy do not.
        self._moves = True

    def connect(self) -> Any:
        return WebdavFileSystem(
            self._base,
            auth=self._auth,
            retry=False,
            transport=_Bounded(self._base),
            timeout=STEP_S,
            follow_redirects=False,
            # No proxy, and no password from a file that is meant for something else.
            trust_env=False,
            headers={"Accept-Encoding": "identity", "User-Agent": "mutualaid"},
            skip_instance_cache=True,
        )

    def disconnect(self, fs: Any) -> None:
        fs.client.http.close()

    def list_files(self, fs: Any, path: str) -> Iterable[Entry]:
        url = fs.client.join_url(path, add_trailing_slash=True)
        headers = {"Depth": "1", "Content-Type": "application/xml; charset=utf-8"}
        with fs.client.http.stream("PROPFIND", url, content=_ASKED, headers=headers) as answer:
            _check(answer.status_code)
            if answer.status_code != _MULTI_STATUS:
                raise TroubleError(Trouble.NONSENSE)
            listing = _Listing()
            for chunk in answer.iter_raw():
                yield from listing.feed(chunk)
            yield from listing.feed(b"", last=True)

    def read_file(self, fs: Any, path: str, start: int, end: int) -> bytes:
        headers = {"Range": f"bytes={start}-{end - 1}"}
        with fs.client.http.stream("GET", fs.client.join_url(path), headers=headers) as answer:
            if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                return b""
            _check(answer.status_code)
            # A server need not know ranges.
            skip = 0 if answer.status_code == httpx.codes.PARTIAL_CONTENT else start
            most = skip + end - start
            data = bytearray()
            for chunk in answer.iter_raw():
                data += chunk
                if len(data) >= most:
                    break
            return bytes(data[skip:most])

    def write_file(self, fs: Any, path: str, data: bytes) -> None:
        try:
            fs.client.upload_fileobj(io.BytesIO(data), path, overwrite=True, size=len(data))
        except (HTTPError, ResourceNotFound) as error:
            # RFC 4918, 9.7.1: what it is to lie in is missing. Some say simply that it is.
            if isinstance(error, HTTPError) and error.status_code != httpx.codes.CONFLICT:
                raise
            raise FileNotFoundError(path) from None

    def move_file(self, fs: Any, old: str, new: str) -> None:
        if self._moves:
            try:
                fs.client.move(old, new, overwrite=True)
                return
            except (BadGatewayError, ForbiddenOperation, HTTPError) as error:
                if isinstance(error, HTTPError) and error.status_code not in (400, 405, 501):
                    raise
                self._moves = False
        # Then a reader may meet half of a file, whose name does not fit and which it passes over.
        self.write_file(fs, new, self.read_file(fs, old, 0, MOST_PARCEL + 1))
        with contextlib.suppress(Exception):
            self.remove_file(fs, old)

    def remove_file(self, fs: Any, path: str) -> None:
        fs.client.remove(path)

    def is_there(self, fs: Any, path: str) -> bool:
        with contextlib.suppress(FileNotFoundError):
            for _each in self.list_files(fs, path):
                break
            return True
        return False

    def trouble(self, error: Exception) -> TroubleError:
        if isinstance(error, HTTPError):
            try:
                _check(error.status_code)
            except Exception as told:  # noqa: BLE001 - what it raises is what is looked for
                return trouble_of(told)
        if isinstance(error, ResourceNotFound):
            return TroubleError(Trouble.ABSENT)
        if isinstance(error, InsufficientStorage):
            return TroubleError(Trouble.FULL)
        if isinstance(error, ForbiddenOperation):
            return TroubleError(Trouble.REFUSED)
        if isinstance(error, ResourceConflict):
            return TroubleError(Trouble.REFUSED, "Its path leads through what is no folder.")
        if isinstance(error, ResourceLocked | BadGatewayError | httpx.TransportError):
            return TroubleError(Trouble.AWAY)
        return trouble_of(error)


def _check(status: int) -> None:
    """Raise what a status means, unless it means success."""
    if status in (404, 410):
        raise FileNotFoundError
    if status in _FULL:
        raise TroubleError(Trouble.FULL)
    if status in _REFUSED:
        raise TroubleError(Trouble.REFUSED)
    if 300 <= status < 400:
        raise TroubleError(
            Trouble.NONSENSE, "The server sends to another address; use that one, if it is right."
        )
    if status in (423, 429) or status >= 500:
        raise TroubleError(Trouble.AWAY)
    if not 200 <= status < 300:
        raise TroubleError(Trouble.NONSENSE)


class _Bounded(httpx.BaseTransport):
    """Speaks to one server alone, and reads no more of it than there can be."""

    def __init__(self, base: httpx.URL) -> None:
        self._base = base
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        self._inner = httpx.HTTPTransport(trust_env=False, limits=limits)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        if (url.scheme, url.host, url.port) != (
            self._base.scheme,
            self._base.host,
            self._base.port,
        ):
            raise TroubleError(Trouble.NONSENSE, "The server sends to another one.")
        answer = self._inner.handle_request(request)
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            answer.close()
            raise TroubleError(Trouble.NONSENSE)
        assert isinstance(answer.stream, httpx.SyncByteStream)
        most = MOST_LISTING if request.method == "PROPFIND" else MOST_ANSWER
        answer.stream = _End(answer.stream, most)
        return answer

    def close(self) -> None:
        self._inner.close()


class _End(httpx.SyncByteStream):
    """A stream that ends."""

    def __init__(self, inner: httpx.SyncByteStream, most: int) -> None:
        self._inner = inner
        self._most = most

    def __iter__(self) -> Iterator[bytes]:
        return bounded(self._inner, self._most, CALL_S)

    def close(self) -> None:
        self._inner.close()


class _Listing:
    """The files in an answer to PROPFIND, as they come; nothing but the present one is kept."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        # None has a reason for one here, and what could be done with it is well known.
        self._parser.StartDoctypeDeclHandler = self._no_doctype
        self._depth = 0
        self._open = ""
        self._fields: dict[str, str] = {}
        self._found: list[Entry] = []

    def feed(self, data: bytes, *, last: bool = False) -> list[Entry]:
        """Take in a piece; return the files that are complete with it."""
        try:
            self._parser.Parse(data, last)
        except expat.ExpatError:
            raise TroubleError(Trouble.NONSENSE) from None
        found, self._found = self._found, []
        return found

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise TroubleError(Trouble.NONSENSE)
        name = name.removeprefix("DAV: ")
        if name == "response":
            self._fields.clear()
        elif name == "collection":
            self._fields["collection"] = "yes"
        self._open = name if name in ("href", "getcontentlength", "getlastmodified") else ""

    def _text(self, text: str) -> None:
        if self._open:
            known = self._fields.get(self._open, "")
            self._fields[self._open] = (known + text)[:_LONGEST_TEXT]

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._open = ""
        if name != "DAV: response" or "collection" in self._fields:
            return
        size = self._fields.get("getcontentlength", "").strip()
        path = unquote(self._fields.get("href", "").strip())
        if path and size.isascii() and size.isdigit() and len(size) < 16:
            when = self._fields.get("getlastmodified", "")
            self._found.append(Entry(path.rpartition("/")[2], int(size), _seconds(when)))

    def _no_doctype(self, *_about: object) -> None:
        raise TroubleError(Trouble.NONSENSE)


def _seconds(when: str) -> float:
    try:
        return parsedate_to_datetime(when.strip()).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
