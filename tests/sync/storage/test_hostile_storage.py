# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Servers of storage that stall, flood, lie, turn away and are full: an end to it, and words."""

import asyncio
import base64
import contextlib
import errno
import itertools
import logging
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fsspec.implementations.local import LocalFileSystem

from mutualaid.errors import BadValueError
from mutualaid.model.keys import SigningKey
from mutualaid.sync import fsspec_shelf
from mutualaid.sync.fsspec_shelf import FsspecShelf
from mutualaid.sync.parcel_outside import MOST_PARCEL, name_of
from mutualaid.sync.shelf import (
    ShelfError,
    ShelfFullError,
    ShelfLacksError,
    ShelfLiesError,
    ShelfRefusedError,
    ShelfUnreachableError,
)
from mutualaid.sync.shelf_files import file_name, letters, part_name
from mutualaid.sync.storage import s3, webdav
from mutualaid.sync.storage.address import StorageAddress
from mutualaid.sync.storage.files import FsspecFiles
from tests.helpers.rclone import MEMBER_KEY, MISSING, PASSWORD, Served, served
from tests.sync.shelves.suite import made_up_parcel
from tests.sync.storage.scripted import Asked, Pieces, answer, begun, scripted

TOPIC = SigningKey(b"t" * 32)
PARCEL = made_up_parcel(TOPIC, 1)
NAME = name_of(PARCEL)
SECONDS = 20
SECRET = "S3CRET-of-the-place"
KINDS = ("webdav", "s3")
XML = "application/xml"


def shelf_at(kind: str, port: int) -> FsspecShelf:
    address = {
        "webdav": f"webdav://127.0.0.1:{port}/here?tls=no#ana:{SECRET}",
        "s3": f"s3://here/there?endpoint=http://127.0.0.1:{port}#ana:{SECRET}",
    }[kind]
    return FsspecShelf.at(StorageAddress.parse(address))


def ask(
    kind: str,
    handle: Callable[[Asked], Pieces | None],
    work: Callable[[FsspecShelf], Awaitable[Any]],
) -> Any:
    """Do something with a shelf on a server that answers as *handle* does."""

    async def body() -> Any:
        async with asyncio.timeout(SECONDS), scripted(handle) as port:
            shelf = shelf_at(kind, port)
            try:
                return await work(shelf)
            except ShelfError as error:
                said = f"{error} {error!r} {error.address} {error.__cause__!r} {shelf!r}"
                assert SECRET not in said
                assert "ana:" not in said
                raise
            finally:
                await shelf.close()

    return asyncio.run(body())


def list_it(shelf: FsspecShelf) -> Awaitable[Any]:
    return shelf.list(TOPIC, None)


def get_it(shelf: FsspecShelf) -> Awaitable[Any]:
    return shelf.get(TOPIC, NAME)


def head_it(shelf: FsspecShelf) -> Awaitable[Any]:
    return shelf.head(TOPIC, NAME)


def put_it(shelf: FsspecShelf) -> Awaitable[Any]:
    return shelf.put(TOPIC, PARCEL)


def response(href: str, size: object = 4096, more: str = "") -> bytes:
    return (
        f"<d:response><d:href>{href}</d:href><d:propstat><d:prop><d:resourcetype>{more}"
        f"</d:resourcetype><d:getcontentlength>{size}</d:getcontentlength></d:prop></d:propstat>"
        "</d:response>"
    ).encode()


def multi_status(*responses: bytes) -> bytes:
    body = b"".join((b'<d:multistatus xmlns:d="DAV:">', *responses, b"</d:multistatus>"))
    return answer(207, body, Content_Type=XML)


def bucket(*keys: str, after: str = "") -> bytes:
    found = "".join(
        f"<Contents><Key>{key}</Key><Size>4096</Size>"
        "<LastModified>2026-11-22T12:00:00.000Z</LastModified></Contents>"
        for key in keys
    )
    more = f"<IsTruncated>{str(bool(after)).lower()}</IsTruncated>"
    more += f"<NextContinuationToken>{after}</NextContinuationToken>" if after else ""
    return answer(
        200, f"<ListBucketResult>{found}{more}</ListBucketResult>".encode(), Content_Type=XML
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("status", "sort"),
    [
        (401, ShelfRefusedError),
        (403, ShelfRefusedError),
        (413, ShelfFullError),
        (429, ShelfUnreachableError),
        (500, ShelfUnreachableError),
        (503, ShelfUnreachableError),
        (507, ShelfFullError),
    ],
)
@pytest.mark.parametrize("work", [list_it, get_it, put_it])
def test_what_a_server_says_is_a_sentence(
    kind: str, status: int, sort: type[ShelfError], work: Callable[[FsspecShelf], Awaitable[Any]]
) -> None:
    with pytest.raises(sort, match="Nothing is lost"):
        ask(kind, lambda asked: [answer(status, b"S\x00me <b>words</b>")], work)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("work", [list_it, put_it])
@pytest.mark.parametrize("status", [301, 302, 308, 418])
def test_a_server_that_sends_elsewhere_is_not_followed(
    kind: str, work: Callable[[FsspecShelf], Awaitable[Any]], status: int
) -> None:
    seen: list[Asked] = []

    def handle(asked: Asked) -> Pieces:
        seen.append(asked)
        return [answer(status, Location="http://127.0.0.1:1/elsewhere")]

    with pytest.raises((ShelfLiesError, ShelfRefusedError)):
        ask(kind, handle, work)
    assert all("elsewhere" not in asked.path for asked in seen)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "body",
    [b"", b"<html><p>Welcome</html>", b"{}", b"\xff\xfe\x00", b"<a>" * 1000, b"x" * 100_000],
)
def test_what_is_no_listing_is_not_taken(kind: str, body: bytes) -> None:
    status = 207 if kind == "webdav" else 200
    with contextlib.suppress(ShelfLiesError, ShelfUnreachableError):
        found = ask(kind, lambda asked: [answer(status, body, Content_Type=XML)], list_it)
        assert found.parcels == ()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_http_is_a_sentence(kind: str) -> None:
    with pytest.raises(ShelfError, match="Nothing is lost"):
        ask(kind, lambda asked: [b"SSH-2.0-OpenSSH_9.9\r\n" * 10], list_it)


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_there_is_a_sentence(kind: str) -> None:
    async def body() -> None:
        async with scripted(lambda asked: None) as port:
            pass
        shelf = shelf_at(kind, port)
        try:
            for work in (list_it, get_it, put_it):
                with pytest.raises(ShelfUnreachableError, match="tried again"):
                    await work(shelf)
        finally:
            await shelf.close()

    asyncio.run(body())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("work", [list_it, get_it, put_it])
def test_a_server_that_stalls_is_left(
    kind: str,
    work: Callable[[FsspecShelf], Awaitable[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (webdav, s3):
        monkeypatch.setattr(module, "STEP_S", 0.05)
    with pytest.raises(ShelfUnreachableError, match="tried again"):
        ask(kind, lambda asked: None, work)


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_drips_is_left(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from mutualaid.sync.storage import files

    for module in (files, webdav, s3):
        monkeypatch.setattr(module, "CALL_S", 0.3)
    start = begun(207 if kind == "webdav" else 200, Content_Type=XML)

    def handle(asked: Asked) -> Pieces:
        return itertools.chain([start, b"<a>"], itertools.repeat(b" "))

    with pytest.raises((ShelfUnreachableError, ShelfLiesError)):
        ask(kind, handle, list_it)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("piece", [b"<a></a>" * 1000, b"x" * 7000])
def test_a_listing_without_end_has_one_here(
    kind: str, piece: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webdav, "MOST_LISTING", 1 << 20)
    start = begun(207 if kind == "webdav" else 200, Content_Type=XML)

    def handle(asked: Asked) -> Pieces:
        return itertools.chain([start, b"<a>"], itertools.repeat(piece))

    with pytest.raises(ShelfLiesError, match="more than was asked for"):
        ask(kind, handle, list_it)


def test_ten_million_names_are_not_all_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    from mutualaid.sync.storage import files

    monkeypatch.setattr(files, "MOST_ENTRIES", 500)
    monkeypatch.setattr(fsspec_shelf, "MOST_FILES", 100)
    numbers = itertools.count()

    def endless() -> Iterator[bytes]:
        yield begun(207, Content_Type=XML)
        yield b'<d:multistatus xmlns:d="DAV:">'
        for number in numbers:
            yield response(f"/here/{file_name(number.to_bytes(32, 'big'))}")

    found = ask("webdav", lambda asked: endless(), list_it)
    assert len(found.parcels) == 100


def test_pages_of_a_bucket_without_end_have_one_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "MOST_PAGES", 7)
    asked_for: list[str] = []

    def handle(asked: Asked) -> Pieces:
        asked_for.append(asked.path)
        number = len(asked_for)
        key = f"there/{letters(TOPIC.public)}/{file_name(number.to_bytes(32, 'big'))}"
        return [bucket(key, after=f"page{number}")]

    found = ask("s3", handle, list_it)
    assert len(found.parcels) == len(asked_for) == 7
    with pytest.raises(ShelfLiesError):
        ask("s3", lambda asked: [bucket(after="again")], list_it)


@pytest.mark.parametrize("kind", KINDS)
def test_an_object_without_end_is_not_read_to_it(kind: str) -> None:
    for status in (200, 206):
        start = begun(status, Content_Type="application/octet-stream")
        for work in (get_it, head_it):
            endless = itertools.chain([start], itertools.repeat(b"\x01" * 65536))
            with pytest.raises((ShelfLacksError, ShelfLiesError)):
                ask(kind, lambda asked, endless=endless: endless, work)


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_knows_no_ranges_serves_heads_all_the_same(kind: str) -> None:
    parcel = made_up_parcel(TOPIC, 7, MOST_PARCEL, 100_000)

    async def work(shelf: FsspecShelf) -> bytes:
        return await shelf.head(TOPIC, name_of(parcel))

    head = ask(kind, lambda asked: [answer(200, parcel)], work)
    assert head == parcel[: 37 + 100_000]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", [0, 1, 36, 37, 300, 4095, 9000])
def test_a_head_that_is_not_whole_is_passed_over(kind: str, length: int) -> None:
    parcel = made_up_parcel(TOPIC, 7, MOST_PARCEL, 100_000)[:length]

    def handle(asked: Asked) -> Pieces:
        asked_for = asked.headers["range"].removeprefix("bytes=")
        start, end = (int(each) for each in asked_for.split("-"))
        if start >= len(parcel):
            return [answer(416)]
        return [answer(206, parcel[start : end + 1])]

    with pytest.raises(ShelfLacksError, match="not whole"):
        ask(kind, handle, head_it)


def test_what_a_listing_should_not_hold_is_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "cccc">]><d:multistatus xmlns:d="DAV:">&b;</d:multistatus>'
    with pytest.raises(ShelfLiesError):
        ask("webdav", lambda asked: [answer(207, bomb)], list_it)
    deep = b"<a>" * 100 + b"</a>" * 100
    with pytest.raises(ShelfLiesError):
        ask("webdav", lambda asked: [answer(207, deep)], list_it)
    packed = answer(207, b"\x1f\x8b" + bytes(100), Content_Encoding="gzip")
    with pytest.raises(ShelfLiesError):
        ask("webdav", lambda asked: [packed], list_it)


def test_only_parcels_are_listed() -> None:
    folder = f"/here/{letters(TOPIC.public)}"
    good = file_name(NAME)
    listing = multi_status(
        response(f"{folder}/", more="<d:collection/>"),
        response(f"{folder}/{file_name(bytes(32))}/", more="<d:collection/>"),
        response(f"http://127.0.0.1:1{folder}/{good}"),
        response(f"{folder}/{file_name(b'1' * 32)}", size=MOST_PARCEL + 1),
        response(f"{folder}/{file_name(b'2' * 32)}", size=0),
        response(f"{folder}/{file_name(b'3' * 32)}", size="-5"),
        response(f"{folder}/{file_name(b'4' * 32)}", size="9" * 50),
        response(f"{folder}/{file_name(b'5' * 32)}", size="\u0661"),
        response("../../../etc/passwd"),
        response(""),
        response(f"{folder}/{good} (1)"),
        response(f"{folder}/{part_name()}"),
        response("%2e%2e%2fx.parcel"),
    )
    found = ask("webdav", lambda asked: [listing], list_it)
    assert [each.name for each in found.parcels] == [NAME]


def test_where_a_server_does_not_move_files_they_are_written_at_once() -> None:
    files: dict[str, bytes] = {}

    def handle(asked: Asked) -> Pieces:
        name = asked.path.rpartition("/")[2]
        if asked.method == "PUT":
            files[name] = asked.body
            return [answer(201)]
        if asked.method == "GET":
            return [answer(200, files[name])] if name in files else [answer(404)]
        if asked.method == "DELETE":
            files.pop(name)
            return [answer(204)]
        return [answer({"MOVE": 502, "MKCOL": 201}.get(asked.method, 404))]

    async def work(shelf: FsspecShelf) -> bytes:
        await shelf.put(TOPIC, PARCEL)
        return await shelf.get(TOPIC, NAME)

    # Content of a PUT comes with its length: nothing here reads pieces.
    assert ask("webdav", handle, work) == PARCEL
    assert list(files) == [file_name(NAME)]


def test_a_bucket_that_is_not_there_is_a_sentence() -> None:
    body = b"<Error><Code>NoSuchBucket</Code></Error>"
    for work in (list_it, put_it):
        with pytest.raises(ShelfRefusedError, match="no bucket of that name"):
            ask("s3", lambda asked: [answer(404, body, Content_Type=XML)], work)
    body = b"<Error><Code>RequestTimeTooSkewed</Code></Error>"
    with pytest.raises(ShelfRefusedError, match="clock"):
        ask("s3", lambda asked: [answer(403, body, Content_Type=XML)], list_it)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_this_machine_but_what_was_given_is_shown_to_a_server(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login other password 0THER\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("AWS_PROFILE", "not-there")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "0THER")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "0THER")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    seen: list[Asked] = []

    def handle(asked: Asked) -> Pieces:
        seen.append(asked)
        return [answer(404)]

    async def body() -> None:
        async with scripted(handle) as port:
            address = {
                "webdav": f"webdav://127.0.0.1:{port}/here?tls=no",
                "s3": f"s3://here?endpoint=http://127.0.0.1:{port}",
            }[kind]
            shelf = FsspecShelf.at(StorageAddress.parse(address))
            with contextlib.suppress(ShelfError):
                await shelf.list(TOPIC, None)
            await shelf.close()

    asyncio.run(body())
    assert seen
    assert all("authorization" not in asked.headers for asked in seen)


@pytest.mark.parametrize("kind", KINDS)
def test_logs_hold_no_secret(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def work(shelf: FsspecShelf) -> None:
        for each in (list_it, get_it, put_it):
            with contextlib.suppress(ShelfError):
                await each(shelf)

    ask(kind, lambda asked: [answer(403)], work)
    for secret in (SECRET, base64.b64encode(f"ana:{SECRET}".encode()).decode(), "uthorization"):
        assert secret not in caplog.text


# -- what needs a real server


@pytest.fixture(scope="module")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    if MISSING:
        pytest.skip(MISSING)
    with served("sftp", tmp_path_factory.mktemp("sftp")) as server:
        yield server


def told_by(address: str) -> str:
    async def body() -> str:
        shelf = FsspecShelf.at(StorageAddress.parse(address))
        try:
            with pytest.raises(ShelfRefusedError) as told:
                await shelf.list(TOPIC, None)
            return str(told.value)
        finally:
            await shelf.close()

    return asyncio.run(body())


def test_a_server_whose_key_is_not_known_tells_it(sftp: Served) -> None:
    said = told_by(sftp.address().replace(f"?key={sftp.key}", ""))
    assert f"key={sftp.key} " in said
    assert PASSWORD not in said


def test_a_server_with_another_key_is_not_spoken_to(sftp: Served) -> None:
    other = "SHA256:" + "a" * 43
    said = told_by(sftp.address().replace(sftp.key, other))
    assert "another key than before" in said
    assert sftp.key in said


def test_a_wrong_password_is_a_sentence(sftp: Served) -> None:
    said = told_by(sftp.address(password="wr0ng"))
    assert "Check the name and the password" in said
    assert "wr0ng" not in said


def test_a_key_in_a_file_lets_in(sftp: Served) -> None:
    key = sftp.folder.parent / MEMBER_KEY
    address = sftp.address("~by key").replace("places/~by key", "~/by%20key")
    address = address.replace("#", f"&identity={key}#")

    async def body() -> None:
        shelf = FsspecShelf.at(StorageAddress.parse(address))
        try:
            await shelf.put(TOPIC, PARCEL)
            assert await shelf.get(TOPIC, NAME) == PARCEL
        finally:
            await shelf.close()

    asyncio.run(body())
    for wrong in (address.removesuffix(f":{PASSWORD}"), address.replace(PASSWORD, "wr0ng")):
        assert "its passphrase is another" in told_by(wrong)


def test_a_key_that_is_not_there_is_a_sentence(sftp: Served, tmp_path: Path) -> None:
    address = sftp.address(password="wr0ng").replace("#", f"&identity={tmp_path}/id#")
    assert "key's file is not on this machine" in told_by(address)


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
@pytest.mark.parametrize("kind", KINDS)
def test_real_servers_turn_away_who_does_not_belong(kind: str, tmp_path: Path) -> None:
    with served(kind, tmp_path) as server:
        said = told_by(server.address(password="wr0ng"))
        assert "Check the name and the password" in said
        assert "wr0ng" not in said


# -- files


def local(folder: Path, fs: LocalFileSystem | None = None) -> FsspecShelf:
    made = fs or LocalFileSystem(skip_instance_cache=True)
    return FsspecShelf(FsspecFiles(str(folder), lambda: made), "local:")


def with_local(
    folder: Path, work: Callable[[FsspecShelf], Awaitable[Any]], fs: LocalFileSystem | None = None
) -> Any:
    async def body() -> Any:
        shelf = local(folder, fs)
        try:
            return await work(shelf)
        finally:
            await shelf.close()

    return asyncio.run(body())


@pytest.mark.parametrize("length", [1, 36, 300, 4095])
def test_a_torn_file_is_not_handed_out_and_is_made_whole(tmp_path: Path, length: int) -> None:
    with_local(tmp_path, put_it)
    (path,) = tmp_path.rglob("*.parcel")
    path.write_bytes(PARCEL[:length])
    with pytest.raises(ShelfLacksError, match="not whole"):
        with_local(tmp_path, get_it)
    with_local(tmp_path, put_it)
    assert path.read_bytes() == PARCEL


@pytest.mark.parametrize(
    ("number", "sort"),
    [
        (errno.ENOSPC, ShelfFullError),
        (errno.EACCES, ShelfRefusedError),
        (errno.EIO, ShelfUnreachableError),
    ],
)
def test_a_write_that_fails_leaves_nothing_behind(
    tmp_path: Path, number: int, sort: type[ShelfError]
) -> None:
    class Failing(LocalFileSystem):
        def mv(self, *_paths: str, **_options: Any) -> None:
            raise OSError(number, "so it is")

    with pytest.raises(sort, match="Nothing is lost"):
        with_local(tmp_path, put_it, Failing(skip_instance_cache=True))
    assert not [each for each in tmp_path.rglob("*") if each.is_file()]


def test_what_was_left_unfinished_long_ago_is_taken_away(tmp_path: Path) -> None:
    import os

    with_local(tmp_path, put_it)
    (path,) = tmp_path.rglob("*.parcel")
    old, new = (path.with_name(part_name()) for _ in range(2))
    for each in (old, new):
        each.write_bytes(b"half of")
    os.utime(old, (1, 1))

    async def work(shelf: FsspecShelf) -> None:
        await shelf.list(TOPIC, None)
        await shelf.put(TOPIC, PARCEL)

    with_local(tmp_path, work)
    assert not old.exists()
    assert new.exists(), "somebody may be writing it"


def test_a_folder_that_somebody_took_away_is_made_again(tmp_path: Path) -> None:
    async def work(shelf: FsspecShelf) -> None:
        await shelf.put(TOPIC, PARCEL)
        shutil.rmtree(tmp_path / letters(TOPIC.public))
        await shelf.put(TOPIC, PARCEL)
        assert await shelf.get(TOPIC, NAME) == PARCEL

    with_local(tmp_path, work)


def test_a_place_that_is_gone_is_not_an_empty_one(tmp_path: Path) -> None:
    """Else what is waiting there would be called lost."""
    place = tmp_path / "place"

    async def work(shelf: FsspecShelf) -> None:
        await shelf.put(TOPIC, PARCEL)
        await shelf.list(TOPIC, None)
        place.rename(tmp_path / "elsewhere")
        with pytest.raises(ShelfUnreachableError):
            await shelf.list(TOPIC, None)

    with_local(place, work)


def test_what_this_machine_left_can_be_taken_away(tmp_path: Path) -> None:
    async def work(shelf: FsspecShelf) -> None:
        await shelf.put(TOPIC, PARCEL)
        await shelf.drop(TOPIC, NAME)
        await shelf.drop(TOPIC, NAME)
        assert not (await shelf.list(TOPIC, None)).parcels

    with_local(tmp_path, work)


def test_a_parcel_in_another_topics_folder_is_not_taken(tmp_path: Path) -> None:
    other = made_up_parcel(SigningKey(b"u" * 32), 1)
    folder = tmp_path / letters(TOPIC.public)
    folder.mkdir()
    (folder / file_name(name_of(other))).write_bytes(other)

    async def work(shelf: FsspecShelf) -> None:
        for each in (shelf.get, shelf.head):
            with pytest.raises(ShelfLiesError, match="another group's place"):
                await each(TOPIC, name_of(other))

    with_local(tmp_path, work)


@pytest.mark.parametrize("kind", ["s3", "webdav", "sftp"])
def test_a_missing_library_is_a_sentence_that_says_what_to_install(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import builtins
    import sys

    real = builtins.__import__

    def lacking(name: str, *rest: Any, **named: Any) -> Any:
        if name.partition(".")[0] in ("s3fs", "webdav4", "paramiko"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", lacking)
    monkeypatch.delitem(sys.modules, f"mutualaid.sync.storage.{kind}", raising=False)
    address = {
        "s3": "s3://bucket#K:S",
        "webdav": "webdav://host/dav#ana:pw",
        "sftp": "sftp://host/home#ana:pw",
    }[kind]
    with pytest.raises(BadValueError, match=rf"mutualaid\[{kind}\].*--set-up-storage"):
        fsspec_shelf.read_storage_address(address)
