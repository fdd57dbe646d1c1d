# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A local-first noticeboard, directory and toolshed that a neighbourhood owns."""

__version__ = "0.1.0"
