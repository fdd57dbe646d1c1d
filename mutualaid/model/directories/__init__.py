# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Directories: what leaves the group, as each person agreed to; what comes in, with its origin."""
