# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The life of a post, as its owner leads it: posting, correcting, renewing, taking off."""

from typing import Any, Final

from mutualaid.errors import BadValueError
from mutualaid.model.values import ChangeSet, Millis, PostDraft, Scalar
from mutualaid.model.writing import Writing

DAY_MS: Final = 24 * 60 * 60 * 1000
POST_DAYS: Final = 30
FOOD_DAYS: Final = 3
MAX_DAYS: Final = 365


class Posting(Writing):
    """Commands on one's own posts."""

    def post(self, draft: PostDraft) -> ChangeSet:
        """Post a need or an offer."""
        return self._create("post", {**self._post_fields(draft), "state": "open"})

    def _post_fields(self, draft: PostDraft) -> dict[str, Scalar]:
        expires = draft.expires
        if expires is None and not draft.standing:
            days = FOOD_DAYS if draft.category == "food" else POST_DAYS
            expires = self._now() + days * DAY_MS
        if expires is not None and expires <= self._now():
            raise BadValueError("The post would end before it begins. Choose a later day.")
        return {
            "kind": str(draft.kind),
            "title": draft.title,
            "text": draft.text,
            "category": draft.category,
            "urgency": str(draft.urgency),
            "area": draft.area,
            "when": draft.when,
            "expires": Millis(expires) if expires is not None and not draft.standing else None,
            "standing": True if draft.standing else None,
            "mode": str(draft.mode),
            "parts": draft.parts if draft.parts != 1 else None,
            "for": draft.on_behalf_of,
            "lang": draft.language,
        }

    def edit_post(self, post: bytes, **changes: Any) -> ChangeSet:
        """Correct one's own post; keywords are the fields of :class:`PostDraft`."""
        names = {"on_behalf_of": "for", "language": "lang"}
        unknown = changes.keys() - set(PostDraft.__dataclass_fields__)
        if unknown:
            raise TypeError(f"a post has no {', '.join(sorted(unknown))}")
        updates: dict[str, Scalar] = {}
        for name, value in changes.items():
            if name == "expires" and value is not None:
                updates["expires"], updates["standing"] = Millis(value), None
            elif name == "standing":
                updates["standing"] = True if value else None
                if value:
                    updates["expires"] = None
            elif isinstance(value, str):
                updates[names.get(name, name)] = str(value)
            else:
                updates[names.get(name, name)] = value
        return self._edit(post, updates, kind="post")

    def withdraw(self, post: bytes) -> ChangeSet:
        """Take one's own post off the board; it can be taken up again."""
        return self._edit(post, {"state": "withdrawn"}, kind="post")

    def park(self, post: bytes) -> ChangeSet:
        """Put one's own post aside for a while."""
        return self._edit(post, {"state": "parked"}, kind="post")

    def take_up(self, post: bytes) -> ChangeSet:
        """Put a parked, withdrawn or finished post back on the board."""
        return self._edit(post, {"state": "open", **self._later(post)}, kind="post")

    def done(self, post: bytes) -> ChangeSet:
        """Say that one's own post is done."""
        return self._edit(post, {"state": "done"}, kind="post")

    def renew(self, post: bytes, days: int | None = None) -> ChangeSet:
        """Let one's own post run on from today, and say that it still holds."""
        if days is not None and not 1 <= days <= MAX_DAYS:
            raise BadValueError("A post can run on for 1 to 365 days.")
        updates = {"confirmed": Millis(self._now()), **self._later(post, days, always=True)}
        return self._edit(post, updates, kind="post")

    def _later(
        self, post: bytes, days: int | None = None, *, always: bool = False
    ) -> dict[str, Scalar]:
        """An end from today on, for a post that has one (and, unless ``always``, has passed it)."""
        weighed, _number = self._weigh(post)
        fields = weighed.merged.fields if weighed.merged else {}
        expires = fields.get("expires")
        if not isinstance(expires, int) or (not always and expires > self._now()):
            return {}
        usual = FOOD_DAYS if fields.get("category") == "food" else POST_DAYS
        return {"expires": Millis(self._now() + (days or usual) * DAY_MS)}
