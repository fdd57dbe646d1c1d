# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shelves and parcels in words: what lies where, what waits, and who can see what of it."""

import re
from enum import Enum, auto, unique
from typing import Final

from PySide6.QtCore import QLocale

from mutualaid.model.shelves import FOLDER, RELAY
from mutualaid.model.values.shelves import ShelfRow
from mutualaid.ui.words import ago, sentence, tr

#: Longer than any word; of a key, in pieces that fit anywhere.
_LONG: Final = re.compile(r"[^\s/]{25,}")
_PIECES: Final = re.compile(r".{1,13}")


@unique
class ShelfKind(Enum):
    RELAY = auto()
    FOLDER = auto()
    STORAGE = auto()


def shelf_kind(address: str) -> ShelfKind:
    if address.startswith(RELAY):
        return ShelfKind.RELAY
    return ShelfKind.FOLDER if address.startswith(FOLDER) else ShelfKind.STORAGE


def kind_word(kind: ShelfKind) -> str:
    return {
        ShelfKind.RELAY: tr("Relay"),
        ShelfKind.FOLDER: tr("Folder"),
        ShelfKind.STORAGE: tr("Storage"),
    }[kind]


def shelf_name(address: str) -> str:
    """An address as it is read: a relay without its key, a folder as its path."""
    match shelf_kind(address):
        case ShelfKind.RELAY:
            return address.removeprefix(RELAY).rpartition("/")[0] or address
        case ShelfKind.FOLDER:
            return address.removeprefix(FOLDER)
        case ShelfKind.STORAGE:
            return address


def breakable(text: str) -> str:
    """The same text, which may go on in another line after a slash and inside long keys."""
    parted = _LONG.sub(lambda found: "\u200b".join(_PIECES.findall(found[0])), text)
    return parted.replace("/", "/\u200b")


def heard_words(row: ShelfRow, now: int) -> str:
    """Whether the shelf is there, and when it last was."""
    if row.last_heard is None:
        return tr("never reached") if row.problem else tr("not looked at yet")
    if row.reachable:
        return tr("heard {when}", when=ago(row.last_heard, now))
    return tr("not there, last heard {when}", when=ago(row.last_heard, now))


def held_words(row: ShelfRow) -> str:
    """What lies on it, as this machine last saw it."""
    if row.last_heard is None:
        return ""
    if not row.held:
        return tr("Nothing lies on it yet.")
    return tr(
        "%n parcels lie on it, {size} together.",
        one="%n parcel lies on it, {size}.",
        n=row.held,
        size=QLocale().formattedDataSize(row.bytes),
    )


def open_words(row: ShelfRow) -> list[str]:
    """What is still to be done with it, a sentence each."""
    said = []
    if row.waiting:
        said.append(
            tr(
                "%n changes of yours wait to be put there.",
                one="%n change of yours waits to be put there.",
                n=row.waiting,
            )
        )
    elif row.last_heard is not None and row.reachable:
        said.append(tr("Nothing of yours waits to be put there."))
    if row.unread:
        said.append(
            tr(
                "%n parcels on it cannot be opened yet: something that comes before is missing.",
                one="%n parcel on it cannot be opened yet: something that comes before is missing.",
                n=row.unread,
            )
        )
    if row.missing:
        said.append(
            tr(
                "%n changes of others are not on it: they were not put there yet, or it hides "
                "them.",
                one="%n change of others is not on it: it was not put there yet, or it hides it.",
                n=row.missing,
            )
        )
    return said


def shelf_sentence(row: ShelfRow, now: int) -> str:
    """All that is told of a shelf, for a screen reader."""
    return sentence(
        f"{kind_word(shelf_kind(row.address))} {shelf_name(row.address)}",
        heard_words(row, now),
        *(
            said.rstrip(".")
            for said in (held_words(row), *open_words(row), row.problem, row.notice)
            if said
        ),
    )
