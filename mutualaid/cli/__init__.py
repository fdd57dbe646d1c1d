# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line: every action of the window, for scripts and for help over SSH."""

from mutualaid.cli.program import main

__all__ = ["main"]
