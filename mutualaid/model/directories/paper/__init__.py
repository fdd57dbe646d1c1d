# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands on paper: the content of every sheet, without a line of drawing."""

from collections.abc import Sequence
from importlib import import_module
from typing import Final

from mutualaid.errors import BadValueError
from mutualaid.model.directories.directory import Directory
from mutualaid.model.directories.paper.extract import extract, logged_as, planned
from mutualaid.model.directories.paper.sheet import Sheet
from mutualaid.model.directories.paper.words import LANGUAGES, words_in

#: On the command line and in the window, in this order: sheet → the module that makes it.
_MODULES: Final = {
    "directory": "booklet",
    "board": "poster",
    "card": "card",
    "phone-tree": "phone_tree",
    "sign-up": "sign_up",
    "need-form": "forms",
    "offer-form": "forms",
    "repair-sheet": "repair_sheet",
}
SHEETS: Final = tuple(_MODULES)
#: Those that say nothing of anybody: everyone may print them, and no export is logged.
BLANK: Final = frozenset(("sign-up", "need-form", "offer-form", "repair-sheet"))
#: Those of which each copy has a number of its own.
NUMBERED: Final = frozenset(("need-form", "offer-form"))
MOST_COPIES: Final = 200

__all__ = [
    "BLANK",
    "LANGUAGES",
    "MOST_COPIES",
    "NUMBERED",
    "SHEETS",
    "extract",
    "logged_as",
    "make",
    "planned",
]


def make(
    name: str,
    directory: Directory,
    language: str = "en",
    *,
    post: bytes | None = None,
    numbers: Sequence[str] = (),
) -> Sheet:
    """The sheet of that name, from what may leave for the directory's audience.

    Of a blank sheet (``BLANK``) only the group's card and the day are looked at. ``post`` is whose
    card it is; it must be in the directory. ``numbers`` are those of numbered forms, one copy each
    (see ``forms.new_number``). Raises BadValueError, and NotFoundError for a post that may not
    leave.
    """
    if name not in _MODULES:
        raise BadValueError(f"“{name[:40]}” is no sheet of paper. There are: {', '.join(SHEETS)}.")
    directory = extract(name, directory, post)
    module = import_module(f"mutualaid.model.directories.paper.{_MODULES[name]}")
    sheet = module.make(name, directory, words_in(language), post=post, numbers=numbers)
    assert isinstance(sheet, Sheet)
    return sheet
