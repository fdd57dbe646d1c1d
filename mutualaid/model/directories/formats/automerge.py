# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A member's own copy of the whole group, open for other programs: nobody is locked in.

Each record is one automerge document with its whole history (``records/KIND/ID.automerge``), as
``Automerge.load`` of any automerge library reads it; the same as JSON, one file for each kind
(``json/KIND.json``), one record a line; photos as JPEG files named as posts name them
(``photos.photo_hash``); ``index.json`` and ``members.json``. What is sealed for others stays
sealed: it is bytes here as well. Kinds and fields of newer versions are copied as they are.
``docs/exports.md`` describes all of it.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from mutualaid.errors import BadValueError
from mutualaid.model import crdt
from mutualaid.model.codes import code
from mutualaid.model.content import GONE
from mutualaid.model.directories.directory import Directory
from mutualaid.model.directories.formats.format import File, Format, Tick
from mutualaid.model.directories.manifest import iso
from mutualaid.model.directories.names import is_safe
from mutualaid.model.values import Millis, Scalar

if TYPE_CHECKING:
    from mutualaid.model.reading import Reading

#: Kinds with a folder of their own; all others are in one.
_PLAIN: Final = re.compile(r"[a-z][a-z_]{0,31}", re.ASCII)
_OTHER: Final = "other"

_README: Final = """\
This is a copy of everything that the group “{name}” shares among its members, as it was on one
member's machine. It is for members only: it holds what was meant for the group and nobody else.

records/   one document for each record, with its whole history, in the open format of Automerge
           (automerge.org). Any Automerge library loads it.
json/      the same records as they stand, one file for each kind, one record on each line
photos/    the photos, as JPEG, with the names by which posts name them
index.json     every record: its code, kind, owner, times and file
members.json   who belongs, and in which role

Private messages, contacts that are not for everybody and blocks are sealed to the people whom they
concern. They are copied sealed.
"""


def _files(_directory: Directory, _tick: Tick) -> Iterator[File]:
    raise BadValueError("A copy of the whole group is made from the group, not from a directory.")


FORMAT: Final = Format(
    name="automerge",
    title="A copy of the whole group (Automerge and JSON)",
    suffix="",
    takes=frozenset(("person", "post", "place", "repair")),
    files=_files,
    about="For members: everything the group shares, so that nobody is locked in.",
)


def copy(group: "Reading", tick: Callable[[], None]) -> Iterator[File]:
    """The files of the copy. Memory holds the JSON of one kind at a time."""
    yield File("README.txt", (_README.format(name=group.name).encode(),))
    yield File("members.json", (_lines(_members(group)),))
    index: list[bytes] = []
    db = group.replica.store.connection
    rows = db.execute("SELECT number, id, kind FROM record WHERE kind IS NOT NULL").fetchall()
    membership = group.replica.membership()
    counts = group.replica.journal.counts(membership)
    placed = sorted((folder_of(kind), id_, number) for number, id_, kind in rows)
    for folder, some in groupby(placed, key=lambda each: each[0]):
        said: list[bytes] = []
        for _folder, id_, number in some:
            tick()
            weighed = group.replica.applier.weigh(number, id_, membership, counts)
            if weighed.identity is None or weighed.merged is None or not weighed.counted:
                continue
            path = f"records/{folder}/{id_.hex()}.automerge"
            authors = [weighed.authors[change.hash] for change in weighed.counted]
            about = {
                "code": code(id_),
                "id": id_.hex(),
                "kind": weighed.identity.kind,
                "owner": weighed.identity.owner.hex(),
                "created": iso(min(author.created for author in authors)),
                "updated": iso(max(author.created for author in authors)),
                "removed": weighed.merged.fields.get(GONE) is True,
                "file": path,
            }
            index.append(_json(about))
            fields = {name: _value(value) for name, value in weighed.merged.fields.items()}
            said.append(_json({**about, "fields": fields}))
            yield File(path, (crdt.save(weighed.counted, weighed.data),))
        if said:
            yield File(f"json/{folder}.json", (_lines(said),))
    yield File("index.json", (_lines(index),))
    for (digest,) in db.execute(
        "SELECT DISTINCT blob.hash FROM blob JOIN post_photo ON post_photo.hash = blob.hash"
        " ORDER BY blob.hash"
    ).fetchall():
        tick()
        row = db.execute("SELECT data FROM blob WHERE hash = ?", (digest,)).fetchone()
        if row is not None:
            yield File(f"photos/{digest.hex()}.jpg", (bytes(row[0]),))


def folder_of(kind: str) -> str:
    """The folder for records of a kind. A kind may have any name that a member's program gave
    it; those with names that could be another's, or mean something to a file system, share one."""
    return kind if _PLAIN.fullmatch(kind) and is_safe(kind) else _OTHER


def _members(group: "Reading") -> list[bytes]:
    return [
        _json(
            {
                "person": member.person.hex(),
                "page": member.code,
                "name": member.name,
                "role": member.role,
                "machines": member.devices,
                "joined": iso(member.joined),
            }
        )
        for member in group.members()
    ]


def _value(value: Scalar) -> Any:
    """A value as JSON says it: bytes as ``{"base64": …}``, times as ``{"time": …}``."""
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, Millis):
        return {"time": iso(value), "ms": int(value)}
    return value


def _json(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(", ", ": ")).encode()


def _lines(said: list[bytes]) -> bytes:
    """An array with one element a line."""
    return b"[\n" + b",\n".join(said) + b"\n]\n"
