# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody else's program (Poppler) reads in a PDF."""

import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None or shutil.which("pdfinfo") is None,
    reason="Poppler is not installed (poppler-utils)",
)

#: Marks that say in which direction something is read, as Poppler writes them.
_MARKS = dict.fromkeys((0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))


def text_of(data: bytes, folder: Path) -> str:
    """All text, in logical order and with the letters of Arabic as they are typed."""
    read = _run("pdftotext", data=data, folder=folder)
    return unicodedata.normalize("NFKC", read.translate(_MARKS))


def words_of(data: bytes, folder: Path) -> str:
    """All text with single spaces between its words, whatever the lines."""
    return " ".join(text_of(data, folder).split())


def facts_of(data: bytes, folder: Path) -> dict[str, str]:
    """What the file says of itself: Title, Author, Pages, Page size, …"""
    lines = _run("pdfinfo", data=data, folder=folder, out=()).splitlines()
    parted = (line.partition(":") for line in lines)
    return {name: value.strip() for name, _, value in parted}


def _run(
    program: str, *options: str, data: bytes, folder: Path, out: tuple[str, ...] = ("-",)
) -> str:
    file = folder / "read.pdf"
    file.write_bytes(data)
    done = subprocess.run(
        [program, *options, str(file), *out], capture_output=True, check=True, timeout=60
    )
    assert not done.stderr, done.stderr
    return done.stdout.decode()
