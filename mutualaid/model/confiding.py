# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a command writes what is not for everybody."""

from collections.abc import Iterable, Mapping, Sequence

from mutualaid.errors import NotFoundError
from mutualaid.model import queries
from mutualaid.model.content import encode_changes
from mutualaid.model.private import Purpose, identity_of, seal_note
from mutualaid.model.values import Scalar
from mutualaid.model.writing import Writing


class Confiding(Writing):
    """Sealed notes, and records that are to be forgotten one by one."""

    def _confide(
        self, purpose: Purpose, body: Sequence[object], others: Iterable[bytes] = ()
    ) -> bytes:
        """Seal a note to oneself and to ``others``; inside a transaction. Return its record's id.

        Raises NotFoundError for somebody who does not belong, SealError for one whose key is bad.
        """
        persons = self.replica.membership().persons
        recipients = {self.me: self.replica.sealing.public}
        for person in others:
            if person not in persons:
                raise NotFoundError(
                    "This person does not belong to the group, as far as this machine knows."
                    " Nothing was sent."
                )
            recipients.setdefault(person, persons[person].sealing)
        identity = identity_of(self.id, self.me)
        fields = seal_note(identity, purpose, body, recipients)
        self._write_alone(identity.kind, fields, identity.nonce)
        return identity.record_id

    def _write_alone(
        self, kind: str, fields: Mapping[str, Scalar], nonce: bytes | None = None
    ) -> bytes:
        """Write a record with an entry of its own, which can be forgotten without another."""
        record_id, change = self._new_record(kind, fields, nonce=nonce)
        self.replica.append_content([encode_changes([(record_id, change)])])
        return record_id

    def _is_blocked(self, person: bytes) -> bool:
        return queries.is_blocked(self._db, person)

    def _name_of(self, person: bytes) -> str:
        return queries.person_name(self._db, person) or "This person"
