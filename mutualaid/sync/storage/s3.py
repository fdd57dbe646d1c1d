# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""S3 and what speaks like it, by s3fs: Garage, MinIO, Ceph, SeaweedFS, and what is for rent.

s3fs is asynchronous itself, so nothing here needs a thread. An object appears whole or not at all.
"""

import asyncio
import functools
import logging
import os
from collections.abc import Coroutine
from datetime import datetime
from typing import Any, Final, TypeVar

import aiohttp
from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.session import AioSession
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    ResponseStreamingError,
)
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.parsers import ResponseParserError
from s3fs import S3FileSystem

from mutualaid.sync.parcel_outside import MOST_PARCEL
from mutualaid.sync.storage.address import StorageAddress
from mutualaid.sync.storage.files import (
    AT_ONCE,
    CALL_S,
    MOST_ENTRIES,
    STEP_S,
    Entry,
    Trouble,
    TroubleError,
    trouble_of,
)

# They tell every request, and what it was signed with, at DEBUG.
for _name in ("aiobotocore", "botocore", "s3fs"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_T = TypeVar("_T")

#: Objects asked for in one page, and the most a server may send for anything but an object.
PAGE: Final = 1000
MOST_ANSWER: Final = 4 * 1024 * 1024
MOST_PAGES: Final = 2 * MOST_ENTRIES // PAGE
#: Where storage has no regions this is what all of it takes.
_REGION: Final = "us-east-1"
_REFUSED: Final = (401, 403)
_FULL: Final = frozenset(
    {
        "EntityTooLarge",
        "InsufficientCapacity",
        "InsufficientStorage",
        "QuotaExceeded",
        "XMinioAdminBucketQuotaExceeded",
        "XMinioStorageFull",
    }
)
#: What this machine has of its own for other purposes is not shown to a group's storage.
_NOTHING_OF_ITS_OWN: Final = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


class S3Files:
    """A bucket, or a part of one."""

    def __init__(self, address: StorageAddress) -> None:
        self._bucket = address.host
        self._prefix = f"{address.path}/" if address.path else ""
        self._address = address
        self._fs: Any = None
        self._client: Any = None
        self._connecting = asyncio.Lock()
        self._at_once = asyncio.Semaphore(2 * AT_ONCE)

    async def entries(self, folder: str) -> list[Entry]:
        return await self._in_turn(self._entries(folder))

    async def _entries(self, folder: str) -> list[Entry]:
        prefix = f"{self._prefix}{folder}/"
        found: list[Entry] = []
        asked: dict[str, str] = {}
        for _page in range(MOST_PAGES):
            page = await self._call(
                "list_objects_v2", Prefix=prefix, Delimiter="/", MaxKeys=PAGE, **asked
            )
            found += _files(page, prefix)
            after = page.get("NextContinuationToken")
            if not page.get("IsTruncated") or not after or len(found) >= MOST_ENTRIES:
                break
            if asked.get("ContinuationToken") == after:
                raise TroubleError(Trouble.NONSENSE)
            asked = {"ContinuationToken": after}
        return found[:MOST_ENTRIES]

    async def read(self, folder: str, file: str, start: int, end: int) -> bytes:
        return await self._in_turn(self._read(f"{self._prefix}{folder}/{file}", start, end))

    async def _read(self, key: str, start: int, end: int) -> bytes:
        asked = f"bytes={start}-{end - 1}"
        try:
            answer = await self._call("get_object", Key=key, Range=asked)
        except TroubleError as error:
            if error.trouble is Trouble.NONSENSE and error.why == _BEYOND:
                return b""
            raise
        # A server need not know ranges.
        status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
        skip = 0 if status == 206 else start
        most = skip + end - start
        data = bytearray()
        async with answer["Body"] as body:
            try:
                while len(data) < most:
                    chunk = await body.read(most - len(data))
                    if not chunk:
                        break
                    data += chunk
            except Exception as error:  # noqa: BLE001 - each library has its own sorts of errors
                raise _trouble(error) from None
        return bytes(data[skip:most])

    async def write(self, folder: str, file: str, data: bytes) -> None:
        key = f"{self._prefix}{folder}/{file}"
        await self._in_turn(self._call("put_object", Key=key, Body=data))

    async def remove(self, folder: str, file: str) -> None:
        key = f"{self._prefix}{folder}/{file}"
        await self._in_turn(self._call("delete_object", Key=key))

    async def close(self) -> None:
        self._fs, client, self._client = None, self._client, None
        if client is not None:
            await client.close()

    async def _in_turn(self, work: Coroutine[Any, Any, _T]) -> _T:
        try:
            async with self._at_once:
                try:
                    async with asyncio.timeout(CALL_S):
                        return await work
                except TimeoutError:
                    raise TroubleError(Trouble.AWAY) from None
        finally:
            work.close()

    async def _call(self, method: str, **asked: object) -> Any:
        try:
            fs = await self._connected()
            # What s3fs' own calls are made of, in the loop.
            return await fs._call_s3(method, Bucket=self._bucket, **asked)  # noqa: SLF001
        except Exception as error:  # noqa: BLE001 - each library has its own sorts of errors
            raise _trouble(error) from None

    async def _connected(self) -> Any:
        async with self._connecting:
            if self._fs is None:
                fs = _file_system(self._address)
                self._client = await fs.set_session()
                self._fs = fs
            return self._fs


@functools.cache
def _session() -> AioSession:
    """What reads botocore's large tables, once for all places."""
    return AioSession(session_vars=_NOTHING_OF_ITS_OWN)


def _file_system(address: StorageAddress) -> Any:
    fs = S3FileSystem(
        anon=not address.user,
        key=address.user or None,
        secret=address.secret or None,
        endpoint_url=address.endpoint or None,
        client_kwargs={"region_name": address.region or _REGION},
        config_kwargs={
            "connect_timeout": STEP_S,
            "read_timeout": STEP_S,
            "max_pool_connections": 2 * AT_ONCE,
            "retries": {"total_max_attempts": 2, "mode": "standard"},
            "s3": {"addressing_style": "path" if address.endpoint else "auto"},
            # Not all that speaks S3 knows the newer checksums.
            "request_checksum_calculation": "when_required",
            "response_checksum_validation": "when_required",
            "http_session_cls": _Session,
            "proxies": {},
            # Reads its tables on a thread, so that the loop need not wait.
            "warm_up_loader_caches": True,
        },
        session=_session(),
        asynchronous=True,
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    fs.retries = 1
    return fs


def _files(page: Any, prefix: str) -> list[Entry]:
    found: list[Entry] = []
    for each in page.get("Contents", ()):
        key, size, when = each.get("Key", ""), each.get("Size"), each.get("LastModified")
        if key.startswith(prefix) and "/" not in key[len(prefix) :] and isinstance(size, int):
            seconds = when.timestamp() if isinstance(when, datetime) else 0.0
            found.append(Entry(key[len(prefix) :], size, seconds))
    return found


class _TooMuchError(Exception):
    """A server sends more than there can be."""


class _Response(aiohttp.ClientResponse):
    """An answer that ends."""

    async def read(self) -> bytes:
        """All of it; objects are read piece by piece instead, and never so."""
        if self._body is None:
            data = bytearray()
            async for chunk in self.content.iter_any():
                data += chunk
                if len(data) > MOST_ANSWER:
                    self.close()
                    raise _TooMuchError
            self._body = bytes(data)
        return self._body


class _Straight:
    """Asks one server alone, whichever it sends to."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def request(self, method: str, **asked: Any) -> aiohttp.ClientResponse:
        return await self._session.request(method, allow_redirects=False, **asked)


class _Session(AIOHTTPSession):  # type: ignore[misc]  # it ships no types
    """Makes :class:`_Response` of what comes, and goes nowhere else."""

    async def _get_session(self, proxy_url: str | None) -> Any:
        session = await super()._get_session(proxy_url)
        session._response_class = _Response  # noqa: SLF001 - it offers no other way
        return _Straight(session)


_BEYOND: Final = "The object ends before."


def _trouble(error: Exception) -> TroubleError:
    """What an error of s3fs, or of what is below it, comes to."""
    cause = error.__cause__
    client = next((each for each in (error, cause) if isinstance(each, ClientError)), None)
    if client is not None:
        return _answered(client)
    if isinstance(error, HTTPClientError | ResponseStreamingError):
        inner = getattr(error, "kwargs", {}).get("error")
        if isinstance(inner, _TooMuchError):
            return TroubleError(Trouble.NONSENSE, "The server sends more than was asked for.")
        return TroubleError(Trouble.AWAY)
    if isinstance(error, ResponseParserError):
        return TroubleError(Trouble.NONSENSE)
    if isinstance(error, aiohttp.ClientError | NoConnectionError):
        return TroubleError(Trouble.AWAY)
    if isinstance(error, BotoCoreError):
        return TroubleError(Trouble.NONSENSE)
    return trouble_of(error)


def _answered(error: ClientError) -> TroubleError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == "NoSuchBucket":
        return TroubleError(Trouble.REFUSED, "There is no bucket of that name.")
    if code == "RequestTimeTooSkewed":
        return TroubleError(Trouble.REFUSED, "This machine's clock differs from the server's.")
    if code in ("InvalidRange", "416") or status == 416:
        return TroubleError(Trouble.NONSENSE, _BEYOND)
    if code in _FULL or status in (413, 507):
        return TroubleError(Trouble.FULL)
    if status == 404:
        return TroubleError(Trouble.ABSENT)
    if status in _REFUSED:
        return TroubleError(Trouble.REFUSED)
    if status == 429 or status >= 500:
        return TroubleError(Trouble.AWAY)
    return TroubleError(Trouble.NONSENSE)


assert MOST_ANSWER > MOST_PARCEL
