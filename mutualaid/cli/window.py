# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The way from the command line into the window; nothing else here imports Qt."""

from pathlib import Path


def open_window(
    directory: Path | None, group: str | None = None, *, throw_away: bool = False
) -> int:
    """Open the window on a profile until it is closed. Returns its exit code.

    One that is thrown away afterwards stays by itself: no machine nearby hears of it.
    """
    from mutualaid import app

    return app.run(directory, group, make_sync=None if throw_away else app.network)
