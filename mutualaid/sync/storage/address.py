# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of storage.

::

    s3://BUCKET[/PATH]?endpoint=https://HOST[&region=REGION]#KEY:SECRET
    webdav://HOST[:PORT]/PATH#USER:PASSWORD         inside TLS; in the clear with ?tls=no
    sftp://HOST[:PORT]/PATH?key=SHA256:…#USER:PASSWORD      key: the server's, as ssh shows it
    sftp://HOST[:PORT]/PATH?key=SHA256:…&identity=FILE#USER[:PASSPHRASE]

What is behind ``#`` is secret: it is never shown, logged or sent. It may also be written as in
other URLs, ``webdav://USER:PASSWORD@HOST/PATH``. With ``share=yes`` among the options the address
stands in the group's record, secret and all; otherwise one with a secret is known on this machine
alone. A path for SFTP begins at the root, or with ``~`` where the account begins.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from string import ascii_letters, digits
from typing import Final, Self, TypedDict
from urllib.parse import quote, unquote

from mutualaid.errors import BadValueError
from mutualaid.sync.addresses import Address, parse_address

_LONGEST: Final = 1000
_LONGEST_PATH: Final = 200
_HTTPS: Final = "https://"
_HTTP: Final = "http://"
_BUCKET_SIGNS: Final = frozenset(ascii_letters + digits + ".-_")
#: What a path, and what is behind ``#``, may hold without being escaped.
_PATH_SAFE: Final = "/-._~"
_BEHIND_SAFE: Final = "/-._~+=!*(),;"


class StorageKind(StrEnum):
    """How a place is spoken to."""

    S3 = "s3"
    WEBDAV = "webdav"
    SFTP = "sftp"


_SCHEMES: Final = {
    "s3": StorageKind.S3,
    "webdav": StorageKind.WEBDAV,
    "webdavs": StorageKind.WEBDAV,
    "davs": StorageKind.WEBDAV,
    "sftp": StorageKind.SFTP,
    "ssh": StorageKind.SFTP,
}
_OPTIONS: Final = {
    StorageKind.S3: {"endpoint", "region", "share"},
    StorageKind.WEBDAV: {"tls", "share"},
    StorageKind.SFTP: {"key", "identity", "share"},
}
_EXAMPLES: Final = {
    StorageKind.S3: "s3://bucket/path?endpoint=https://s3.example.org#KEY:SECRET",
    StorageKind.WEBDAV: (
        "webdav://cloud.example.org/remote.php/dav/files/ana/parcels#ana:PASSWORD"
    ),
    StorageKind.SFTP: "sftp://example.org/home/ana/parcels?key=SHA256:…#ana:PASSWORD",
}


@dataclass(frozen=True, slots=True)
class StorageAddress:
    """A place on storage, and what this machine says to be let in."""

    kind: StorageKind
    #: ``HOST[:PORT]``; the bucket's name for S3.
    host: str
    #: Without a slash at either end; "" is where the place itself begins. As it is, not escaped.
    path: str
    endpoint: str = ""
    region: str = ""
    tls: bool = True
    #: The fingerprint of an SFTP server's key; "" accepts none, and says which it has.
    host_key: str = ""
    #: A file with a private key for SFTP.
    identity: str = ""
    #: The person said that everybody in the group may know the secret.
    shared: bool = False
    user: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)

    def __str__(self) -> str:
        """The address without its secret, fit to be shown."""
        path = f"/{quote(self.path, safe=_PATH_SAFE)}" if self.path else ""
        options = {
            "endpoint": quote(self.endpoint, safe=":/[]-._~"),
            "region": self.region,
            "tls": "" if self.tls else "no",
            "key": quote(self.host_key, safe=":/+"),
            "identity": quote(self.identity, safe=_PATH_SAFE),
            "share": "yes" if self.shared else "",
        }
        query = "&".join(f"{name}={value}" for name, value in options.items() if value)
        return f"{self.kind}://{self.host}{path}{'?' if query else ''}{query}"

    @property
    def secret_text(self) -> str:
        """The address with its secret, as it is kept."""
        if not self.user:
            return str(self)
        secret = f":{quote(self.secret, safe=_BEHIND_SAFE)}" if self.secret else ""
        return f"{self}#{quote(self.user, safe=_BEHIND_SAFE)}{secret}"

    def at(self, default_port: int) -> Address:
        """Where to connect to; not for S3."""
        return parse_address(self.host, default_port)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an address; BadValueError, without what may be secret in it, if it is none."""
        stripped = text.strip()
        scheme, sign, rest = stripped.partition("://")
        kind = _SCHEMES.get(scheme.lower())
        if not sign or kind is None:
            raise _unknown(scheme if sign else "")
        if len(stripped) > _LONGEST or not stripped.isprintable() or " " in stripped:
            raise _bad(kind, "It is too long, or has blanks or other signs that none has.")
        place, _, secret = rest.partition("#")
        place, _, query = place.partition("?")
        host, _, path = place.partition("/")
        before, at, host = host.rpartition("@")
        if at and secret:
            raise _bad(kind, "It has a name before @ and another behind #.")
        user, _, password = (before if at else secret).partition(":")
        found = cls(
            kind,
            host if kind is StorageKind.S3 else _host(kind, host),
            _path(kind, path),
            **_options(kind, query),
            user=unquote(user),
            secret=unquote(password),
        )
        found._check()
        return found

    def _check(self) -> None:
        bucket = self.kind is StorageKind.S3
        if bucket and (not 1 <= len(self.host) <= 255 or not _BUCKET_SIGNS.issuperset(self.host)):
            raise _bad(self.kind, "There is no bucket in it.")
        if self.user and not (self.user + self.secret).isprintable():
            raise _bad(self.kind, "The name or the password has signs that none has.")
        if self.secret and not self.user:
            raise _bad(self.kind, "There is a password in it, and nobody's name.")
        if bucket and bool(self.user) != bool(self.secret):
            raise _bad(self.kind, "Behind # belongs the key, a colon, and the key's secret.")
        if self.kind is StorageKind.SFTP and not self.user:
            raise _bad(self.kind, "The account's name is missing behind #.")
        if self.identity and self.shared:
            raise _bad(self.kind, "A key in a file of this machine cannot be shared.")


def _host(kind: StorageKind, text: str) -> str:
    default = 443 if kind is StorageKind.WEBDAV else 22
    try:
        found = parse_address(text, default)
    except BadValueError:
        raise _bad(kind, "There is no host in it.") from None
    if found.port != default:
        return str(found)
    return f"[{found.host}]" if ":" in found.host else found.host


def _path(kind: StorageKind, text: str) -> str:
    path = unquote(text).strip("/")
    parts = path.split("/") if path else []
    if any(part in ("", ".", "..") for part in parts):
        raise _bad(kind, "Its path leads elsewhere.")
    if not path.isprintable() or "\\" in path or len(path) > _LONGEST_PATH:
        raise _bad(kind, "Its path is too long, or has signs that none has.")
    return path


class _Options(TypedDict):
    endpoint: str
    region: str
    tls: bool
    host_key: str
    identity: str
    shared: bool


def _options(kind: StorageKind, query: str) -> _Options:
    given: dict[str, str] = {}
    for each in filter(None, query.split("&")):
        name, sign, value = each.partition("=")
        value = unquote(value)
        if name not in _OPTIONS[kind] or name in given or not sign or not value.isprintable():
            allowed = ", ".join(sorted(_OPTIONS[kind]))
            raise _bad(kind, f"Behind ? may stand {allowed}, each once.")
        given[name] = value
    for name in ("share", "tls"):
        if given.get(name, "yes") not in ("yes", "no"):
            raise _bad(kind, f"Behind {name}= belongs yes or no.")
    region = given.get("region", "")
    if region and not all(sign.isalnum() or sign == "-" for sign in region):
        raise _bad(kind, "There is no such region.")
    identity = given.get("identity", "")
    return {
        "endpoint": _endpoint(kind, given.get("endpoint", "")),
        "region": region,
        "tls": given.get("tls", "yes") == "yes",
        "host_key": _fingerprint(kind, given.get("key", "")),
        "identity": str(Path(identity).expanduser().absolute()) if identity else "",
        "shared": given.get("share", "no") == "yes",
    }


def _endpoint(kind: StorageKind, text: str) -> str:
    if not text:
        return ""
    scheme = next((each for each in (_HTTPS, _HTTP) if text.startswith(each)), "")
    host, _, path = text.removeprefix(scheme).rstrip("/").partition("/")
    wrong = _bad(kind, "Behind endpoint= belongs where the storage is, such as https://HOST.")
    if not scheme or any(sign in path for sign in "@?#%\\") or ".." in path:
        raise wrong
    try:
        at = parse_address(host, 443 if scheme == _HTTPS else 80)
    except BadValueError:
        raise wrong from None
    shown = f"[{at.host}]" if ":" in at.host else at.host
    port = "" if at.port == (443 if scheme == _HTTPS else 80) else f":{at.port}"
    return f"{scheme}{shown}{port}{'/' if path else ''}{path}"


def _fingerprint(kind: StorageKind, text: str) -> str:
    if not text:
        return ""
    value = text.removeprefix("SHA256:").rstrip("=")
    if len(value) != 43 or not all(sign.isalnum() or sign in "+/" for sign in value):
        raise _bad(kind, "Behind key= belongs the key of the server, SHA256: and 43 signs.")
    return f"SHA256:{value}"


def _bad(kind: StorageKind, why: str) -> BadValueError:
    return BadValueError(
        f"This is not an address of storage as it should be. {why} One looks like"
        f" {_EXAMPLES[kind]} and nothing was changed."
    )


def _unknown(scheme: str) -> BadValueError:
    shown = f"“{scheme[:20]}://…”" if scheme.isprintable() and scheme else "This"
    return BadValueError(
        f"{shown} is not the address of storage that parcels can be left on: that begins with"
        " s3://, webdav:// or sftp://. Nothing was changed."
    )
