# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people say to each other beside a post."""

from mutualaid.model.values import ChangeSet
from mutualaid.model.writing import Writing


class Talking(Writing):
    """Comments, for all to read."""

    def comment(self, on: bytes, text: str) -> ChangeSet:
        """Say something, for all, beside a post or another record."""
        self._number(on)
        return self._create("comment", {"on": on, "text": text})

    def edit_comment(self, comment: bytes, text: str) -> ChangeSet:
        return self._edit(comment, {"text": text}, kind="comment")
