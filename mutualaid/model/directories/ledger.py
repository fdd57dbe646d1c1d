# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a directory is gathered for, and what is noted meanwhile: what stays, and whose is what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mutualaid.model.codes import code
from mutualaid.model.directories.directory import AsOf, Person
from mutualaid.model.membership import Membership
from mutualaid.model.records.sharing import AUDIENCES, UNSAID
from mutualaid.model.values import Audience
from mutualaid.model.values.directories import Held, HeldWhy, ShareField

#: Told how many records are done, of how many; raises to stop.
Progress = Callable[[int, int], None]

_GROUP: Final = AUDIENCES.index(Audience.GROUP)


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom a directory is made, by whom, when, and what is left out by hand (record ids)."""

    group: bytes
    me: bytes
    audience: Audience
    now: int
    ends: int
    leave_out: frozenset[bytes] = frozenset()
    as_of: AsOf = field(default_factory=lambda: AsOf(0, 0, None, None))


class Ledger:
    """One reading, sort by sort.

    ``shown`` has, by member, the page that leaves; ``shares`` what each member let leave, whether
    or not their page does; ``members`` maps the record of a page, a post, a promise or a repair to
    the member whose it is.
    """

    def __init__(self, db: Any, membership: Membership, asked: Asked, tick: Progress) -> None:
        self.db = db
        self.asked = asked
        self.held: list[Held] = []
        self.members: dict[bytes, bytes] = {}
        self.shown: dict[bytes, Person] = {}
        self.shares: dict[bytes, Mapping[ShareField, int]] = {}
        self._persons = membership.persons
        #: Those of now: beyond the group only their word counts on who is no member.
        self.stewards = membership.stewards()
        self._level = AUDIENCES.index(asked.audience)
        #: Whether it is for anybody beyond the group.
        self.outside = self._level > _GROUP
        self._tick = tick
        self._done = 0
        self._total = sum(
            db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("person", "listed", "post", "place", "repair")
        )

    def step(self) -> None:
        """One record more."""
        self._done += 1
        self._tick(min(self._done, self._total), self._total)

    def may(self, share: int | None) -> bool:
        """Whether what is for ``share`` (a place in ``AUDIENCES``) may leave for whom this is."""
        return (UNSAID if share is None else share) >= self._level

    def lets(self, member: bytes, share: ShareField) -> bool:
        """Whether a member lets something of theirs leave; who is gone lets nothing go outside."""
        if self.outside and member not in self._persons:
            return False
        return self.may(self.shares.get(member, {}).get(share))

    def is_gone(self, member: bytes) -> bool:
        """Whether somebody's things stay because they do not belong any more."""
        return self.outside and member not in self._persons

    def stays(
        self,
        sort: str,
        id_: bytes,
        title: str,
        why: HeldWhy,
        field_name: str = "",
        said: str = "",
    ) -> None:
        """Note that a record, or one field of one that leaves, stays; ``said`` is a sentence where
        ``why`` does not tell all."""
        self.held.append(Held(sort, id_, code(id_), title, field_name, why, said=said))

    def is_left_out(self, sort: str, id_: bytes, title: str) -> bool:
        """Whether a record is left out by hand, which is noted."""
        if id_ not in self.asked.leave_out:
            return False
        self.stays(sort, id_, title, HeldWhy.LEFT_OUT)
        return True

    def by_record(self, sql: str) -> dict[int, list[tuple[Any, ...]]]:
        """Rows without their first column, by it: a record's number."""
        found: dict[int, list[tuple[Any, ...]]] = {}
        for number, *rest in self.db.execute(sql):
            found.setdefault(number, []).append(tuple(rest))
        return found
