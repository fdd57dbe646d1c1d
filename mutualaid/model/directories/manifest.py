# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an export says of itself, signed: what, when, as of, until when, and how to withdraw.

JSON in UTF-8, described for others in ``docs/exports.md``. The signature is Ed25519, by the key
that the exporter's machine has in this group, over ``mutualaid/export/1``, a zero byte, and the
manifest without its signature in canonical form: keys sorted, no spaces, no escapes but those
that JSON needs. Nobody's name is in it.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from mutualaid.errors import ExportError
from mutualaid.model import keys
from mutualaid.model.codes import code
from mutualaid.model.directories.directory import (
    AsOf,
    Directory,
    GroupCard,
    Person,
    Place,
    Post,
    Repair,
)
from mutualaid.model.directories.names import is_safe
from mutualaid.model.directories.writing import (
    MANIFEST,
    MANIFEST_SUFFIX,
    Hashed,
    beside,
    digest_of,
    explained,
)
from mutualaid.model.values import Audience

DOMAIN: Final = b"mutualaid/export/1\0"
VERSION: Final = 1
#: Larger ones are not read.
LARGEST: Final = 64 * 1024 * 1024

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
#: Seconds from there to the first and the last moment with a year of four digits.
_FIRST: Final = -62_135_596_800
_LAST: Final = 253_402_300_799

CONSENT: Final = (
    "Each person in here stated, field by field, what may leave and for whom. What nobody agreed"
    " to for this audience was left out. Whoever is in here can withdraw at any time; then it is"
    " left out from the next export on. Please pass on nothing that has ended, and ask the group"
    " for a new one."
)
_FOR_WHOM: Final = {
    Audience.GROUP: "members of the group only; not to be passed on",
    Audience.LINKED: "linked groups",
    Audience.PRINT: "whoever is handed a printed copy in the neighbourhood",
    Audience.PUBLIC: "everybody",
}


def iso(moment: int | None) -> str | None:
    """A time as ISO 8601 in UTC; one that has no such form is moved to the nearest that has."""
    if moment is None:
        return None
    seconds = min(max(moment // 1000, _FIRST), _LAST)
    return (_EPOCH + dt.timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def make(
    directory: Directory,
    formats: Sequence[str],
    counts: Mapping[str, int],
    files: Sequence[Hashed],
    export: bytes,
    device: keys.SigningKey,
) -> bytes:
    """The manifest of an export, signed."""
    group, as_of = directory.group, directory.as_of
    said: dict[str, Any] = {
        "mutualaid_export": VERSION,
        "what": {
            "group": group.name,
            "audience": str(directory.audience),
            "for": _FOR_WHOM[directory.audience],
            "formats": list(formats),
            **counts,
        },
        "export": code(export),
        "made": iso(directory.made),
        "ends": iso(directory.ends),
        "as_of": as_of_shape(as_of),
        "consent": CONSENT,
        "withdraw": _withdraw(group),
        "sources": _sources(directory),
        "files": [
            {"path": each.path, "bytes": each.size, "blake2b": each.digest.hex()}
            for each in sorted(files)
        ],
        "blake2b": digest_of(files).hex(),
        "signed_by": device.public.hex(),
    }
    said["signature"] = device.sign(DOMAIN + canonical(said)).hex()
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


def canonical(said: Mapping[str, Any]) -> bytes:
    """What is signed: everything but the signature."""
    rest = {name: value for name, value in said.items() if name != "signature"}
    return json.dumps(
        rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def as_of_shape(as_of: AsOf) -> dict[str, int | str | None]:
    """How fresh it is, in counts: no machine is named."""
    return {
        "other_machines": as_of.machines,
        "heard_within_7_days": as_of.heard,
        "latest": iso(as_of.latest),
        "longest_silent": iso(as_of.oldest),
    }


def _sources(directory: Directory) -> list[dict[str, str]]:
    """The lists in which some of it stood first, and under which licence: not every format has
    room for one."""
    records: tuple[Person | Post | Place | Repair, ...] = (
        *directory.people,
        *directory.posts,
        *directory.places,
        *directory.repairs,
    )
    found = {(each.source.name, each.source.licence) for each in records if each.source}
    return [{"name": name, "licence": licence} for name, licence in sorted(found)]


def _withdraw(group: GroupCard) -> dict[str, str]:
    where = {
        "email": group.email,
        "phone": group.phone,
        "form": group.form,
        "where": group.where,
    }
    told = "Tell the group, or change what you let leave on your own page."
    return {"how": told, **{name: value for name, value in where.items() if value}}


# Checking one


class Checked(NamedTuple):
    """What became of checking an export. ``said`` is the manifest as it was read; ``device`` the
    key that signed it; ``problems`` are sentences, none where it is whole."""

    said: Mapping[str, Any]
    device: bytes
    signed: bool
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """The head of a manifest, read; what is not there or odd is empty."""

    group: str
    audience: str
    formats: tuple[str, ...]
    export: str
    made: int | None
    ends: int | None

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Said":
        what = said.get("what")
        head = what if isinstance(what, dict) else {}
        formats = head.get("formats")
        return cls(
            group=_text(head.get("group")),
            audience=_text(head.get("audience")),
            formats=tuple(map(_text, formats)) if isinstance(formats, list) else (),
            export=_text(said.get("export")),
            made=_moment(said.get("made")),
            ends=_moment(said.get("ends")),
        )


def _text(value: object) -> str:
    return value[:200] if isinstance(value, str) else ""


def _moment(value: object) -> int | None:
    try:
        moment = dt.datetime.fromisoformat(_text(value))
        return int(moment.timestamp() * 1000) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def check(path: Path) -> Checked:
    """Check an export: a folder with its manifest, a file with one beside it, or a manifest.

    Raises ExportError where there is no manifest to check by.
    """
    where, root, alone = _find(path)
    said = _read(where)
    problems: list[str] = []
    device, signature = _bytes(said.get("signed_by"), 32), _bytes(said.get("signature"), 64)
    try:
        signed = keys.verify(device, DOMAIN + canonical(said), signature)
    except ValueError:
        signed = False
    if not signed:
        problems.append(
            "The signature does not fit: what the manifest says was changed after it was signed."
        )
    found: list[Hashed] = []
    named: set[str] = set()
    for entry in _entries(said):
        named.add(entry.path)
        file = alone if alone is not None else root.joinpath(*entry.path.split("/"))
        name = entry.path if alone is None else alone.name
        problem, seen = _check_file(file, entry, name)
        if problem:
            problems.append(problem)
        found.append(seen or entry)
    if digest_of(found) != _bytes(said.get("blake2b"), 32) and not problems:
        problems.append("The hash over all files does not fit what the manifest says.")
    if alone is None:
        problems += _strangers(root, where, named)
    return Checked(said, device, signed, tuple(problems))


def _find(path: Path) -> tuple[Path, Path, Path | None]:
    """The manifest, the folder its files are in, and the file where it is of a single one."""
    if path.is_dir():
        where = path / MANIFEST
    elif path.name.endswith(MANIFEST_SUFFIX):
        where = path
        return where, path.parent, path.with_name(path.name.removesuffix(MANIFEST_SUFFIX))
    elif path.name == MANIFEST:
        where = path
    else:
        where = beside(path)
        if where.is_file():
            return where, path.parent, path
    if not where.is_file():
        raise ExportError(
            f"There is no manifest for {path}. An export has {MANIFEST} in its folder, or a file"
            f" that ends in {MANIFEST_SUFFIX} beside it."
        )
    return where, where.parent, None


def _read(where: Path) -> dict[str, Any]:
    with explained(where):
        if where.stat().st_size > LARGEST:
            raise ExportError(f"The manifest {where} is too large to be one of ours.")
        data = where.read_bytes()
    try:
        said = json.loads(data.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or said.get("mutualaid_export") != VERSION:
        raise ExportError(
            f"{where} is not a manifest of Mutual Aid that this version can read. Nothing was"
            " checked."
        )
    return said


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _entries(said: Mapping[str, Any]) -> list[Hashed]:
    found: list[Hashed] = []
    listed = said.get("files")
    for entry in listed if isinstance(listed, list) else ():
        path = entry.get("path") if isinstance(entry, dict) else None
        if not isinstance(path, str) or not is_safe(path):
            raise ExportError("The manifest names a file that cannot be one. Nothing was checked.")
        size = entry.get("bytes")
        digest = _bytes(entry.get("blake2b"), 32)
        found.append(Hashed(path, size if isinstance(size, int) else -1, digest))
    return found


def _check_file(file: Path, entry: Hashed, name: str) -> tuple[str, Hashed | None]:
    """What is wrong with a file, which is called ``name`` where it stands, and what is there."""
    import hashlib

    try:
        if file.is_symlink() or not file.is_file():
            return f"{name} is missing.", None
        digest = hashlib.blake2b(digest_size=32)
        size = 0
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
                size += len(chunk)
    except OSError:
        return f"{name} cannot be read.", None
    if size != entry.size or digest.digest() != entry.digest:
        return f"{name} was changed.", None
    return "", Hashed(entry.path, size, digest.digest())


def _strangers(root: Path, where: Path, named: set[str]) -> list[str]:
    found = sorted(
        each.relative_to(root).as_posix()
        for each in root.rglob("*")
        if (each.is_symlink() or not each.is_dir()) and each != where
    )
    return [f"{path} is not in the manifest." for path in found if path not in named]


def _bytes(value: object, size: int) -> bytes:
    try:
        data = bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        data = b""
    return data if len(data) == size else bytes(size)
