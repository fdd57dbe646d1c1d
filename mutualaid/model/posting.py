# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The life of a post, as its owner leads it: posting, correcting, renewing, taking off."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from mutualaid.errors import BadValueError
from mutualaid.model import queries, times
from mutualaid.model.album import Album
from mutualaid.model.records.post import LONGEST_PART, MOST_OF_A_PART, MOST_PARTS
from mutualaid.model.text import one_line
from mutualaid.model.values import ChangeSet, Millis, Part, PhotoDraft, PostDraft, Repeat, Scalar

DAY_MS: Final = 24 * 60 * 60 * 1000
POST_DAYS: Final = 30
FOOD_DAYS: Final = 3
MAX_DAYS: Final = 365

#: Names in :class:`PostDraft` and in the record, where they differ.
_NAMES: Final = {"on_behalf_of": "for", "language": "lang", "consent": "yes"}
_WINDOW: Final = ("starts", "ends", "repeat")


class Posting(Album):
    """Commands on one's own posts."""

    def post(self, draft: PostDraft, photos: Sequence[PhotoDraft] = ()) -> ChangeSet:
        """Post a need or an offer, with up to four photos (see ``photos.prepare``)."""
        fields = {**self._post_fields(draft), "state": "open"}
        with self._writing() as result:
            post = self._create_within("post", {**fields, **self._keep_photos(photos)})
        return dataclasses.replace(result[0], created=post)

    def _post_fields(self, draft: PostDraft) -> dict[str, Scalar]:
        expires = draft.expires
        if expires is None and not draft.standing:
            expires = self._now() + _usual_days(draft.category) * DAY_MS
            if draft.repeat is not None:
                expires = self._now() + MAX_DAYS * DAY_MS
            elif draft.ends is not None or draft.starts is not None:
                # Until the window is over, however far ahead it lies.
                expires = max(expires, (draft.ends or draft.starts or 0) + DAY_MS)
        if expires is not None and expires <= self._now():
            raise BadValueError("The post would end before it begins. Choose a later day.")
        named = _named_parts(draft.named_parts)
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
            "parts": draft.parts if draft.parts != 1 and not named else None,
            **named,
            "ask": draft.ask,
            **self._window_fields(draft.starts, draft.ends, draft.repeat),
            "for": draft.on_behalf_of,
            "yes": draft.consent if draft.on_behalf_of else None,
            "lang": draft.language,
        }

    def _window_fields(
        self, starts: int | None, ends: int | None, repeat: str | None
    ) -> dict[str, Scalar]:
        wanted = Repeat(repeat) if repeat is not None else None
        times.check_window(starts, ends, wanted, self._now(), queries.group_tz(self._db))
        return {
            "starts": Millis(starts) if starts is not None else None,
            "ends": Millis(ends) if ends is not None else None,
            "repeat": str(repeat) if repeat is not None else None,
        }

    def edit_post(self, post: bytes, **changes: Any) -> ChangeSet:
        """Correct one's own post; keywords are the fields of :class:`PostDraft`."""
        unknown = changes.keys() - set(PostDraft.__dataclass_fields__)
        if unknown:
            raise TypeError(f"a post has no {', '.join(sorted(unknown))}")
        fields = self.fields(post)
        updates: dict[str, Scalar] = {}
        deletes: list[str] = []
        window = {name: changes.pop(name) for name in _WINDOW if name in changes}
        if window:
            wanted: dict[str, Any] = {name: fields.get(name) for name in _WINDOW} | window
            updates.update(self._window_fields(**wanted))
            # The repetitions are counted from their beginning.
            updates["round"] = None
        named: tuple[Part, ...] | None = changes.pop("named_parts", None)
        if named is not None:
            sorts = _named_parts(named)
            deletes = [name for name in fields if name.startswith("part:") and name not in sorts]
            updates.update(sorts)
        if "parts" in changes and named is None:
            deletes = [name for name in fields if name.startswith("part:")]
        for name, value in changes.items():
            if name == "expires" and value is not None:
                updates["expires"], updates["standing"] = Millis(value), None
            elif name == "standing":
                updates["standing"] = True if value else None
                if value:
                    updates["expires"] = None
            elif isinstance(value, str):
                updates[_NAMES.get(name, name)] = str(value)
            else:
                updates[_NAMES.get(name, name)] = value
        return self._edit(post, updates, deletes, kind="post")

    def withdraw(self, post: bytes) -> ChangeSet:
        """Take one's own post off the board; it can be taken up again."""
        return self._edit(post, {"state": "withdrawn"}, kind="post")

    def park(self, post: bytes) -> ChangeSet:
        """Put one's own post aside for a while."""
        return self._edit(post, {"state": "parked"}, kind="post")

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
        fields = self.fields(post)
        expires = fields.get("expires")
        if not isinstance(expires, int) or (not always and expires > self._now()):
            return {}
        usual = MAX_DAYS if fields.get("repeat") else _usual_days(fields.get("category"))
        return {"expires": Millis(self._now() + (days or usual) * DAY_MS)}


def _usual_days(category: Scalar) -> int:
    return FOOD_DAYS if category == "food" else POST_DAYS


def _named_parts(parts: Iterable[Part]) -> Mapping[str, Scalar]:
    """The fields for parts of several sorts."""
    fields: dict[str, Scalar] = {}
    for part in parts:
        name = one_line(part.name)
        if not name:
            raise BadValueError("A part has no name. Say what it is, for instance “dinners”.")
        if len(name) > LONGEST_PART:
            raise BadValueError(
                f"The name of a part can have at most {LONGEST_PART} characters; “{name[:20]}…”"
                f" has {len(name)}. Shorten it."
            )
        if not 1 <= part.quantity <= MOST_OF_A_PART:
            raise BadValueError(
                f"There can be from 1 to {MOST_OF_A_PART} {name}, not {part.quantity:,}."
            )
        if f"part:{name}" in fields:
            raise BadValueError(f"“{name}” is there twice. Say each part once.")
        fields[f"part:{name}"] = part.quantity
    if len(fields) > MOST_PARTS:
        raise BadValueError(f"A post can have at most {MOST_PARTS} sorts of parts.")
    return fields
