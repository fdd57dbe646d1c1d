# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Relays: shelves that listen on the network, and the member's side of them.

What a relay runs (``server`` and what it imports) needs neither automerge, SQLCipher, Qt nor
zeroconf, so that it runs wherever Python does; ``tests/sync/relay/test_imports.py`` holds it.
"""
