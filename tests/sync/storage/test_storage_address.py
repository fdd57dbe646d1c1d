# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of storage, and where their secrets do not go."""

import subprocess
import sys
from pathlib import Path

import pytest

from mutualaid.errors import BadValueError
from mutualaid.model.shelves import is_local, is_private, is_shelf, shown_address
from mutualaid.sync.shelves import open_shelf, read_address
from mutualaid.sync.storage.address import StorageAddress

ROOT = Path(__file__).parents[3]
KEY = "SHA256:" + "aB+/" * 10 + "xyz"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("s3://bucket", "s3://bucket"),
        ("s3://bucket/a/b/#K:S/e+c=", "s3://bucket/a/b#K:S/e+c="),
        (
            "s3://bucket/a?endpoint=https://s3.example.org/&region=eu-west-3#K:S",
            "s3://bucket/a?endpoint=https://s3.example.org&region=eu-west-3#K:S",
        ),
        ("s3://b?endpoint=http://[::1]:9000#K:S", "s3://b?endpoint=http://[::1]:9000#K:S"),
        ("s3://K:S@bucket/a", "s3://bucket/a#K:S"),
        ("webdav://cloud.example.org/dav#ana:p w".replace(" ", "%20"), None),
        ("webdav://ana:p%40ss@cloud.example.org:443/dav/", "webdav://cloud.example.org/dav#ana:p%40ss"),
        ("davs://cloud.example.org:8443/dav", "webdav://cloud.example.org:8443/dav"),
        ("webdav://10.0.0.1/dav?tls=no&share=yes#a:b", None),
        ("webdav://c.example.org/my%20parcels", None),
        ("sftp://ana:pw@example.org:22/home/ana?key=" + KEY + "=", f"sftp://example.org/home/ana?key={KEY}#ana:pw"),
        (f"sftp://[2001:db8::1]:2222/~/parcels?key={KEY}#ana:pw", None),
        (f"sftp://example.org/x?key={KEY}&identity=/home/ana/.ssh/id#ana", None),
    ],
)  # fmt: skip
def test_an_address_is_read_and_kept_in_one_form(typed: str, kept: str | None) -> None:
    found = StorageAddress.parse(typed)
    assert found.secret_text == (kept or typed)
    assert StorageAddress.parse(found.secret_text) == found
    assert str(found) == shown_address(found.secret_text)


@pytest.mark.parametrize(
    "typed",
    [
        "s3://",
        "s3://bad bucket#K:S3CRET",
        "s3://buck\u00e9t#K:S3CRET",
        "s3://K:S3C/RET@bucket",
        "s3://bucket#S3CRET",
        "s3://bucket?endpoint=ftp://host#K:S3CRET",
        "s3://bucket?endpoint=https://u:S3CRET@host",
        "s3://bucket?endpoint=https://host/../x#K:S3CRET",
        "s3://bucket?region=a/b#K:S3CRET",
        "s3://bucket?tls=no#K:S3CRET",
        "s3://bucket/../other#K:S3CRET",
        "s3://bucket/a//b#K:S3CRET",
        "s3://bucket/%2e%2e/b#K:S3CRET",
        "s3://bucket/a%0ab#K:S3CRET",
        "s3://bucket/" + "a" * 300 + "#K:S3CRET",
        "webdav://#ana:S3CRET",
        "webdav:///path#ana:S3CRET",
        "webdav://host:99999/#ana:S3CRET",
        "webdav://ana:S3CRET@host/#ana:S3CRET",
        "webdav://host/#:S3CRET",
        "webdav://host/#ana:S3CRET%0a",
        "webdav://host/?tls=maybe#ana:S3CRET",
        "webdav://host/?tls=no&tls=no#ana:S3CRET",
        "webdav://host/?password=S3CRET",
        "sftp://host/",
        "sftp://host/?key=md5:S3CRET#ana:pw",
        "sftp://host/?identity=/etc/key&share=yes#ana:S3CRET",
        "file:///etc/passwd#a:S3CRET",
        "local:///etc/passwd#a:S3CRET",
        "ftp://ana:S3CRET@host/",
        "S3CRET",
        "simplecache::s3://bucket#K:S3CRET",
        "://S3CRET",
        "s3://bucket#K:S3CRET" + "x" * 2000,
    ],
)
def test_what_is_none_is_a_sentence_without_its_secret(typed: str) -> None:
    with pytest.raises(BadValueError, match="othing was changed") as told:
        StorageAddress.parse(typed)
    assert "S3C" not in str(told.value)


def test_the_secret_is_neither_shown_nor_told() -> None:
    found = StorageAddress.parse("webdav://h.example.org/dav#anabelle:S3CRET")
    assert "S3CRET" not in f"{found} {found!r}"
    assert "anabelle" not in f"{found} {found!r}"
    shelf = open_shelf(found.secret_text)
    assert shelf.address == "webdav://h.example.org/dav"


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("webdav://host/dav#ana:pw", True),
        ("webdav://host/dav", False),
        ("webdav://host/dav?share=yes#ana:pw", False),
        ("webdav://host/dav?tls=no&share=yes#ana:pw", False),
        ("webdav://host/share=yes#ana:pw", True),
        ("webdav://host/dav#ana:pw?share=yes", True),
        ("webdav://host/dav?share=no#ana:pw", True),
        ("relay:https://host/key#token", False),
        ("relay:host:1/key#token", False),
        ("folder:/media/a#b", False),
    ],
)
def test_a_secret_is_of_this_machine_alone_unless_the_person_says_otherwise(
    address: str, private: bool
) -> None:
    assert is_shelf(address)
    assert is_private(address) is private
    assert is_local(address) is (private or address.startswith("folder:"))


def test_the_program_does_without_what_storage_needs() -> None:
    program = (
        "import sys\n"
        "import mutualaid.sync.fsspec_shelf, mutualaid.sync.service\n"
        "from mutualaid.sync.storage.address import StorageAddress\n"
        "print('\\n'.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    extras = {"aiobotocore", "aiohttp", "botocore", "fsspec", "httpx", "paramiko", "s3fs"}
    assert extras.isdisjoint(done.stdout.split())


def test_typed_addresses_are_read_by_their_kind() -> None:
    assert read_address(" davs://ana:pw@host/dav ") == "webdav://host/dav#ana:pw"
    with pytest.raises(BadValueError, match="is not the address of storage"):
        read_address("gopher://host/")
    with pytest.raises(BadValueError, match="is not the address"):
        open_shelf("gopher://host/")
