# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bytes of a file that somebody gave us, as far as they can be read at once."""

import stat
from pathlib import Path
from typing import Final

from mutualaid.errors import ImportFileError

LARGEST_FILE: Final = 100 * 1024 * 1024


def content(path: Path, smaller: str) -> bytes:
    """All of a file of at most 100 MB. ``smaller`` says what to do with a larger one.

    Raises ImportFileError for what cannot be read, is too large, or is no file at all: a pipe or
    a device would be waited on, or read, for ever.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            what = "a folder" if stat.S_ISDIR(found.st_mode) else "no file"
            raise ImportFileError(f"{path.name} is {what}. Nothing was imported. Choose a file.")
        if found.st_size > LARGEST_FILE:
            raise ImportFileError(
                f"{path.name} is larger than 100 MB. Nothing was imported. {smaller}"
            )
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)[:LARGEST_FILE]
    except OSError as error:
        raise ImportFileError(
            f"The file {path} cannot be read: {error.strerror}. Nothing was imported."
        ) from error
