# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a format is: a name, what it cannot carry, and the files it makes of a directory."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from mutualaid.model.directories.directory import Directory

#: Called for each record that is written; raises to stop.
Tick = Callable[[], None]


class File(NamedTuple):
    """One file: its path inside the export, with ``/``, and its bytes in pieces."""

    path: str
    chunks: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a directory.

    ``suffix`` is that of its only file; "" where it makes a folder. ``files`` makes them, the
    same bytes for the same directory. ``carries`` names the fields that come back when the file
    is read again ("post.title"), for formats that we also read; all others are lost, and the
    plan says so. ``takes`` are the sorts of records it can hold at all: "person", "post",
    "place", "repair". ``holds_back`` says in a sentence why one record, which may leave, does
    not leave in this format, or "".
    """

    name: str  # on the command line
    title: str  # for people: "Spreadsheet (XLSX)"
    suffix: str
    takes: frozenset[str]
    files: Callable[[Directory, Tick], Iterator[File]]
    carries: frozenset[str] = frozenset()
    holds_back: Callable[[Directory, object], str] = lambda _directory, _record: ""
    reads: bool = False
    about: str = ""  # one sentence: who reads this
    loses: Mapping[str, str] = field(default_factory=dict)  # field → why, where it needs saying
    #: Whether it says of posts that left before that they were called off.
    cancels: bool = False
    #: The same in a single file, where the destination is named like one (``suffix``).
    in_one: "Format | None" = None
