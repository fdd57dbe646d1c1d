# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""People who are known of from a list: they are no members, and are asked before anybody sees how
to reach them."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mutualaid.errors import BadValueError, NotAllowedError
from mutualaid.model.confiding import Confiding
from mutualaid.model.content import GONE
from mutualaid.model.private import MOST_BOXES, Purpose
from mutualaid.model.queries import lists as queries
from mutualaid.model.records import REGISTRY, check
from mutualaid.model.records.contact import AUDIENCES
from mutualaid.model.text import is_blank
from mutualaid.model.values import Audience, ChangeSet, ContactKind, Scalar
from mutualaid.model.values.directories import KnownRow, ShareField

if TYPE_CHECKING:
    from mutualaid.model.directories.directory import Contact

#: What of the page of somebody known of there is to share.
SHARED: tuple[ShareField, ...] = (
    ShareField.NAME,
    ShareField.AREA,
    ShareField.LANGUAGES,
    ShareField.AVAILABILITY,
    ShareField.SKILLS,
    ShareField.FIXES,
)


class Knowing(Confiding):
    """Commands on people who are known of."""

    def known_people(self, search: str = "", limit: int = 200, offset: int = 0) -> list[KnownRow]:
        """People known of from lists, by name. Contacts are there only once they agreed."""
        return queries.known_people(self._db, self.me, search, limit, offset)

    def known_person(self, known: bytes) -> KnownRow:
        """One of them, by the record's id; raises NotFoundError."""
        return queries.known_person(self._db, self.me, known)

    def may_ask(self, known: bytes) -> bool:
        """Whether it is mine to ask them, and to note what they said: I brought the list, or am a
        steward."""
        row = self.known_person(known)
        return row.mine or self.replica.membership().is_steward(self.me)

    def agree_known(self, known: bytes, how: str, audience: Audience) -> ChangeSet:
        """Note that they were asked and agreed: how, and for whom their page and their contacts
        may be. From now on the group sees the contacts; what else leaves follows the audience.

        Raises BadValueError for an audience narrower than the group or without a word on how they
        agreed, NotAllowedError for somebody who neither brought the list nor is a steward.
        """
        audience = Audience(audience)
        if audience not in AUDIENCES:
            raise BadValueError(
                "Whoever agreed is at least seen by the group. Choose “group”, or one that is"
                " wider."
            )
        if is_blank(how):
            raise BadValueError("Say how they agreed, for instance “by phone, 3 May”.")
        with self._writing() as result:
            row = self._mine_to_ask(known)
            fields: dict[str, Scalar] = {f"share:{each}": str(audience) for each in SHARED}
            self._edit_within(known, {"agreed": how, **fields}, kind="listed")
            contacts = self._all_contacts(row)
            self._purge(self._about(known))
            for kind, value in contacts:
                contact: dict[str, Scalar] = {
                    "listed": known,
                    "kind": kind,
                    "value": value,
                    "audience": str(audience),
                }
                self._write_alone("listed_contact", check(REGISTRY["listed_contact"], contact))
        return result[0]

    def unagree_known(self, known: bytes) -> ChangeSet:
        """They changed their mind, or it was noted by mistake: nothing of them leaves any more,
        and their contacts are sealed again. Whoever saw them may have written them down."""
        with self._writing() as result:
            row = self._mine_to_ask(known)
            contacts = self._all_contacts(row)
            gone = ["agreed", *(f"share:{each}" for each in SHARED)]
            self._edit_within(known, {}, gone, kind="listed")
            self._purge(self._about(known))
            if contacts:
                pairs = [[kind, value] for kind, value in contacts]
                self._confide(Purpose.KNOWN, [known, pairs], self._confidants())
        return result[0]

    def forget_known(self, known: bytes) -> ChangeSet:
        """Forget somebody who is known of, and how to reach them. A steward has it forgotten on
        every machine; anybody else who brought the list takes them off it."""
        with self._writing() as result:
            self._mine_to_ask(known)
            self._forget_listed([known])
        return result[0]

    # -- within

    def _mine_to_ask(self, known: bytes) -> KnownRow:
        row = self.known_person(known)
        if not (row.mine or self.replica.membership().is_steward(self.me)):
            raise NotAllowedError(
                f"Only who brought the list on which {row.name} stands, or a steward, can do this."
            )
        return row

    def _all_contacts(self, row: KnownRow) -> list[tuple[str, str]]:
        """Their contacts, sealed or not, each once."""
        sealed = queries.sealed_contacts(self._db, row.id)
        return list(dict.fromkeys((*row.contacts, *sealed)))

    def _about(self, known: bytes) -> list[bytes]:
        """The records with their contacts that it is mine to forget."""
        steward = self.replica.membership().is_steward(self.me)
        sealed = queries.sealed_about(self._db, known, None if steward else self.me)
        shown = queries.contacts_about(self._db, known, None if steward else self.me)
        return [*sealed, *shown]

    def _forget_listed(self, records: Sequence[bytes]) -> None:
        """Forget people who are known of, as far as I may; inside a transaction."""
        beside = [each for record in records for each in self._about(record)]
        if self.replica.membership().is_steward(self.me):
            self._purge([*records, *beside])
            return
        self._purge(beside)
        for record in records:
            self._edit_within(record, {GONE: True}, ["agreed"], kind="listed")

    def _confidants(self) -> dict[bytes, bytes]:
        """The public sealing keys of whom contacts from a list are for: me and the stewards."""
        membership = self.replica.membership()
        stewards = [each for each in sorted(membership.stewards()) if each != self.me]
        others = {each: membership.persons[each].sealing for each in stewards[: MOST_BOXES - 1]}
        return {self.me: self.replica.sealing.public, **others}

    def _open_contacts_of_known(self, known: bytes) -> "Sequence[Contact]":
        """The contacts of somebody known of, as far as they are open to me, sealed or not."""
        from mutualaid.model.directories.directory import Contact

        sealed: Iterable[tuple[str, str]] = queries.sealed_contacts(self._db, known)
        return [Contact(ContactKind(kind), value) for kind, value in sealed]
