# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything that needs a screen. Only here is Qt imported."""

from mutualaid.ui.singletons import keep_singletons

keep_singletons()
