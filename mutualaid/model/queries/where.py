# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Conditions of a query and the values that fill them, gathered side by side."""

from collections.abc import Collection
from typing import Any, Self

from mutualaid.model.text import like_patterns

#: The name of the person with the id in a given column; "" where their page has not come.
NAME_OF = "coalesce((SELECT name FROM person WHERE person.person = {} LIMIT 1), '')"


class Where:
    """Conditions that must all hold. Only text of ours becomes SQL; values are bound."""

    def __init__(self) -> None:
        self._conditions: list[str] = []
        self.values: list[Any] = []

    def add(self, condition: str, *values: Any) -> Self:
        self._conditions.append(condition)
        self.values.extend(values)
        return self

    def one_of(self, column: str, values: Collection[Any]) -> Self:
        return self.add(f"{column} IN ({marks(values)})", *values)

    def words(self, column: str, typed: str) -> Self:
        """Every typed word begins a word of a column that holds ``" " + plain(text)``."""
        for pattern in like_patterns(typed):
            self.add(f"{column} LIKE ?", pattern)
        return self

    def without_blocked_posts(self, db: Any) -> Self:
        """Leave out the posts, as ``p``, of people whom I blocked. By their numbers, so that the
        board's index, which has no owners, still does; nothing is added where nobody is."""
        if not is_anybody_blocked(db):
            return self
        return self.add(
            "p.record NOT IN (SELECT record FROM post WHERE owner IN"
            " (SELECT person FROM opened_block))"
        )

    def __str__(self) -> str:
        return " AND ".join(self._conditions) or "1"


def not_blocked(db: Any, column: str) -> str:
    """What follows a condition to leave out the people whom I blocked: `` AND …``, or "" where
    there is nobody (and the query stays as it is). ``column`` holds person ids."""
    blocked = is_anybody_blocked(db)
    return f" AND {column} NOT IN (SELECT person FROM opened_block)" if blocked else ""


def is_anybody_blocked(db: Any) -> bool:
    return db.execute("SELECT 1 FROM opened_block LIMIT 1").fetchone() is not None


def marks(values: Collection[Any]) -> str:
    """As many question marks as there are values."""
    return ",".join("?" * len(values))
