# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The way from the command line into the window; the only command that imports Qt."""

from pathlib import Path


def open_window(directory: Path | None, group: str | None = None) -> int:
    """Open the window on a profile, until it is closed. Returns its exit code."""
    from mutualaid.app import run

    return run(directory, group)
