# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From an answer to a promise, and from a promise to what is done."""

from mutualaid.errors import NotAllowedError
from mutualaid.model import queries
from mutualaid.model.values import ChangeSet
from mutualaid.model.writing import Writing


class Answering(Writing):
    """Commands on the answers to posts, by the helper and by whoever decides."""

    def help_with(self, post: bytes, note: str = "") -> ChangeSet:
        """Say that one can help with somebody's need, or would take their offer."""
        row = queries.post_row(self._db, self.me, self._now(), self._number(post, "post"))
        if row.mine:
            raise NotAllowedError("This is your own post, so it is for others to answer.")
        if row.status not in ("open", "offered"):
            raise NotAllowedError(f"This post is {row.status}, so nobody can answer it any more.")
        return self._create("response", {"post": post, "note": note, "state": "offered"})

    def release(self, response: bytes) -> ChangeSet:
        """Take back one's own offer to help."""
        return self._edit(response, {"state": "released"}, kind="response")
