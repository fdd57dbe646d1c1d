# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happened that concerns oneself, told once on each machine."""

from collections.abc import Iterable

from mutualaid.model import queries
from mutualaid.model.values import ChangeSet, NewsRow
from mutualaid.model.writing import Writing


class Noticing(Writing):
    """The news, and which of them have been looked at on this machine."""

    def news(self, limit: int = 50) -> list[NewsRow]:
        """What happened in the last thirty days, the latest first."""
        stewards = self.replica.membership().stewards()
        return queries.news(self._db, self.me, self._now(), stewards, limit)

    def unread_news(self) -> int:
        """How many news have not been looked at."""
        return sum(row.unread for row in self.news(limit=200))

    def mark_news_read(self, keys: Iterable[str] | None = None) -> ChangeSet:
        """Note that these news, or all, have been looked at."""
        found = [row.key for row in self.news(limit=200) if row.unread]
        wanted = found if keys is None else [key for key in keys if key in set(found)]
        if not wanted:
            return ChangeSet()
        with self._writing() as result:
            queries.mark_seen(self._db, wanted, self._now())
            self._db.execute("INSERT INTO touched (kind, record) VALUES ('news', 0)")
        return result[0]
