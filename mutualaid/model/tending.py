# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a group agreed on about time, and what each machine does by itself because of it."""

from typing import Final

from mutualaid.errors import NotFoundError
from mutualaid.model import queries
from mutualaid.model.content import Identity
from mutualaid.model.reading import NO_NONCE
from mutualaid.model.values import ChangeSet, Rules, Scalar
from mutualaid.model.writing import Writing

#: Said wherever something is forgotten.
FORGETTING_REACH: Final = (
    "Forgetting reaches every machine of the group, as each hears of it. It cannot reach paper,"
    " screenshots and backups of other people, or what somebody remembers."
)


class Tending(Writing):
    """The group's rules about time, and the housekeeping that follows from them."""

    def rules(self) -> Rules:
        """What the group agreed on about time."""
        return queries.rules(self._db)

    def set_rules(
        self,
        lapse_days: int | None = None,
        urgent_hours: int | None = None,
        forget_days: int | None = None,
    ) -> ChangeSet:
        """Change what the group agreed on; what is None stays.

        ``lapse_days`` (1 to 60) and, for what is wanted today, ``urgent_hours`` (1 to 168): after
        how long a promise lapses that nobody touched. ``forget_days`` (7 to 3650): after how long
        what is past is forgotten.
        """
        wanted: dict[str, Scalar] = {
            "lapse_days": lapse_days,
            "urgent_hours": urgent_hours,
            "forget_days": forget_days,
        }
        updates = {name: value for name, value in wanted.items() if value is not None}
        group = Identity(self.id, self.id, NO_NONCE, "group").record_id
        try:
            return self._edit(group, updates, kind="group")
        except NotFoundError:
            raise NotFoundError(
                "The group's own page has not come to this machine yet. Nothing was changed; try"
                " again when a neighbour's machine was near."
            ) from None

    def forgetting_reach(self) -> str:
        """What forgetting reaches and what it cannot, in a sentence for people."""
        return FORGETTING_REACH
