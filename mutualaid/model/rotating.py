# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Changing the group's lock: the command, and who did it when."""

from typing import Final

from mutualaid.errors import NotAllowedError
from mutualaid.model import queries
from mutualaid.model.values import ChangeSet
from mutualaid.model.values.machines import RotationRow
from mutualaid.model.writing import Writing

#: Told on a machine that has heard of a new lock and has no key to it.
NO_KEY: Final = (
    "The group's lock was changed, and the new key has not come to this machine yet. What you"
    " write is kept here. It goes on shelves as soon as a neighbour's machine has been near, or has"
    " left the key there."
)


class Rotating(Writing):
    """The lock of a group: the key by which members know each other and seal what they leave."""

    def rotate(self) -> ChangeSet:
        """Make a new key and seal it to every machine that belongs; cannot be undone.

        What is left on shelves from now on opens with it alone. NotAllowedError for who is no
        steward.
        """
        with self._writing() as result:
            membership = self.replica.membership()
            if not membership.is_steward(self.me):
                names = self.steward_names()
                ask = f" Ask {' or '.join(names)}." if names else ""
                raise NotAllowedError(
                    f"Only a steward can change the group's lock. Nothing was changed.{ask}"
                )
            if not membership.is_current(self.device):
                raise NotAllowedError(
                    "This machine was stopped, because it was copied, so it cannot change the"
                    " group's lock. Nothing was changed. Open the group again and try once more."
                )
            self.replica.rotate()
        return result[0]

    @property
    def may_rotate(self) -> bool:
        """Whether the person at this machine is a steward."""
        return self.replica.membership().is_steward(self.me)

    def steward_names(self) -> list[str]:
        """Who is a steward, by name; those whose page has not come yet are left out."""
        stewards = self.replica.membership().stewards()
        return sorted(filter(None, (queries.person_name(self._db, each) for each in stewards)))

    def rotations(self) -> list[RotationRow]:
        """Who changed the lock and when, the latest first."""
        membership = self.replica.membership()
        rows: list[RotationRow] = []
        for each in reversed(membership.rotations):
            person = membership.person_of(each.device) or b""
            name = queries.person_name(self._db, person)
            rows.append(RotationRow(person, name, each.created, person == self.me))
        return rows

    @property
    def lacks_key(self) -> bool:
        """Whether this machine belongs, and waits for the key to the lock that counts now."""
        return self.joined and self.replica.current_key() is None
