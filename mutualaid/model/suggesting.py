# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may fit, as a group's people ask for it; what works it out is imported when first asked."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mutualaid.model.reading import Reading
from mutualaid.model.values import Fit, LearningPair, PostDraft, PostRow, Suggestion

if TYPE_CHECKING:
    from mutualaid.model.matching.advisor import Advisor


class Suggesting(Reading):
    """Queries for what may fit; see :class:`mutualaid.model.matching.advisor.Advisor`."""

    _known_advisor: "Advisor | None" = None

    def suggest(self, draft: PostDraft, limit: int = 5) -> list[Suggestion]:
        """Posts and people that may already fit what is being typed; quick enough to be asked
        after each key. Posts first, the best fitting before the others."""
        return self._advisor().suggest(draft, limit)

    def suggestions_for(self, post: bytes, limit: int = 5) -> list[Suggestion]:
        """Posts and people that may fit a post that is here; raises NotFoundError."""
        return self._advisor().suggestions_for(self.post_row(self._number(post, "post")), limit)

    def fits(self, rows: Sequence[PostRow]) -> Mapping[int, Fit]:
        """Which of these posts could be for whoever asks, by number: because they fit an open
        post of theirs, or what they say they can do or want to learn."""
        return self._advisor().fits(rows)

    def learning(self, limit: int = 20, of: bytes | None = None) -> list[LearningPair]:
        """Who wants to learn what somebody can teach: one's own pairs first, then those of one
        area, then by name. ``of`` asks for those of one person alone."""
        return self._advisor().learning(limit, of)

    def _advisor(self) -> "Advisor":
        if self._known_advisor is None:
            from mutualaid.model.matching.advisor import Advisor

            self._known_advisor = Advisor(self)
        return self._known_advisor
