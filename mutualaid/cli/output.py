# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the commands print: one JSON document, or text that is safe on a terminal."""

import json
import shutil
import sys
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import TextIO

import click

#: What JSON is made of here; every shape is written out in ``shapes``.
Json = str | int | float | bool | None | Sequence["Json"] | dict[str, "Json"]

_LATEST_MS = 253_402_300_799_000  # the last second that ISO 8601 writes with four digits
_DAY_MS = 86_400_000
#: Line break and tab, and the two joiners that Persian, Hindi and emoji need.
_HARMLESS = "\n\t\u200c\u200d"


def iso(milliseconds: int) -> str:
    """A time as ISO 8601 in UTC; what lies outside the years 1970 to 9999 is moved to its edge."""
    clamped = min(max(milliseconds, 0), _LATEST_MS)
    moment = datetime.fromtimestamp(clamped // 1000, UTC).replace(microsecond=clamped % 1000 * 1000)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_or_none(milliseconds: int | None) -> str | None:
    """As :func:`iso`; None stays None."""
    return None if milliseconds is None else iso(milliseconds)


def local(milliseconds: int, zone: tzinfo | None = None) -> str:
    """A time as people read it, in this machine's time zone or another."""
    # Two days from either edge, no time zone leads beyond it.
    clamped = min(max(milliseconds, 2 * _DAY_MS), _LATEST_MS - 2 * _DAY_MS)
    return datetime.fromtimestamp(clamped / 1000, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def plain(text: str) -> str:
    """Text that another member wrote, without what could steer the terminal that shows it."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        sign
        for sign in text
        if sign in _HARMLESS or unicodedata.category(sign) not in ("Cc", "Cf", "Cs")
    )


def one_line(text: str) -> str:
    """As :func:`plain`, with line breaks turned into spaces."""
    return " ".join(plain(text).split())


def width(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in text
    )


def cut(text: str, columns: int) -> str:
    """The text, shortened with an ellipsis where it is wider than that many columns."""
    if width(text) <= columns:
        return text
    kept, used = [], 0
    for sign in text:
        used += width(sign)
        if used > columns - 1:
            break
        kept.append(sign)
    return "".join(kept).rstrip() + "…"


def table(rows: Sequence[Sequence[str]], *, flexible: int) -> str:
    """Rows as aligned columns; on a terminal the flexible column is cut so that a row fits.

    Written into a pipe or a file nothing is cut.
    """
    if not rows:
        return ""
    cells = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(width(row[column]) for row in cells) for column in range(len(cells[0]))]
    if sys.stdout.isatty():
        room = shutil.get_terminal_size().columns - 1
        others = sum(wide + 2 for column, wide in enumerate(widths) if column != flexible and wide)
        widths[flexible] = min(widths[flexible], max(16, room - others))
        for row in cells:
            row[flexible] = cut(row[flexible], widths[flexible])
    lines = []
    for row in cells:
        padded = [
            cell + " " * (wide - width(cell))
            for cell, wide in zip(row, widths, strict=True)
            if wide
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def prepare_streams() -> None:
    """Make sure that no character in somebody's name can stop the output half-way."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def write_json(document: Json, stream: TextIO | None = None) -> None:
    """Print one JSON document and nothing else."""
    out = stream or sys.stdout
    unicode_out = (out.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(document, ensure_ascii=not unicode_out, indent=2 if out.isatty() else None)
    click.echo(text, file=out)


def say(message: str) -> None:
    """A message for people, on standard error."""
    click.echo(message, err=True)
