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
from mutualaid.model.values.directories import KnownRow

if TYPE_CHECKING:
    from mutualaid.model.directories.directory import Contact


class Knowing(Confiding):
    """Commands on people who are known of."""

    def known_people(self, search: str = "", limit: int = 200, offset: int = 0) -> list[KnownRow]:
        """People known of from lists, by name. Contacts are there only once they agreed."""
        return queries.known_people(self._db, self.me, self._stewards_now(), search, limit, offset)

    def known_person(self, known: bytes) -> KnownRow:
        """One of them, by the record's id; raises NotFoundError."""
        return queries.known_person(self._db, self.me, self._stewards_now(), known)

    def may_ask(self, known: bytes) -> bool:
        """Whether it is mine to ask them, and to note what they said: I brought the list, or am a
        steward."""
        row = self.known_person(known)
        return row.mine or self.replica.membership().is_steward(self.me)

    def may_take_back(self, known: bytes) -> bool:
        """Whether what was noted of how they agreed is mine to take back: it is my word, or I am
        a steward."""
        row = self.known_person(known)
        mine = any(word.mine for word in row.words)
        return mine or self.replica.membership().is_steward(self.me)

    def agree_known(self, known: bytes, how: str, audience: Audience) -> ChangeSet:
        """Note that they were asked and agreed: how, and for whom their page and their contacts
        may be. It is my word, and the contacts that are sealed to me go with it: from now on the
        group sees them. Beyond the group only the words of stewards count, of several the
        narrowest. What the list says beside stays sealed.

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
            self._mine_to_ask(known)
            said: dict[str, Scalar] = {"listed": known, "how": how, "audience": str(audience)}
            word = check(REGISTRY["listed_word"], said)
            contacts = dict.fromkeys(
                (
                    *queries.sealed_contacts(self._db, known),
                    *queries.contacts_of(self._db, known, self.me),
                )
            )
            self._purge(self._opened_about(known, self.me))
            self._write_alone("listed_word", word)
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
        """They changed their mind, or it was noted by mistake: my word goes, with the contacts
        that I opened; a steward takes the words of all others back, too. Whoever saw the contacts
        may have written them down.

        Raises NotAllowedError where only others noted it, and I am no steward.
        """
        with self._writing() as result:
            row = self._mine_to_ask(known)
            steward = self.replica.membership().is_steward(self.me)
            if row.words and not steward and not any(word.mine for word in row.words):
                by = ", ".join(dict.fromkeys(word.by for word in row.words))
                raise NotAllowedError(
                    f"That {row.name} agreed was noted by {by}. They, or a steward, can take it"
                    " back. Nothing was changed."
                )
            self._reseal(known, row)
            self._purge(self._opened_about(known, None if steward else self.me))
        return result[0]

    def forget_known(self, known: bytes) -> ChangeSet:
        """Forget somebody who is known of, and how to reach them. A steward has it forgotten on
        every machine; anybody else who brought the list takes them off it."""
        with self._writing() as result:
            self._mine_to_ask(known)
            self._forget_listed([known])
        return result[0]

    # -- within

    def _stewards_now(self) -> frozenset[bytes]:
        return self.replica.membership().stewards()

    def _mine_to_ask(self, known: bytes) -> KnownRow:
        row = self.known_person(known)
        if not (row.mine or self.replica.membership().is_steward(self.me)):
            raise NotAllowedError(
                f"Only who brought the list on which {row.name} stands, or a steward, can do this."
            )
        return row

    def _reseal(self, known: bytes, row: KnownRow) -> None:
        """Seal contacts that I opened and that are sealed to me nowhere. Those that others opened
        are not mine to pass on."""
        opened = queries.contacts_of(self._db, known, self.me)
        lost = [list(each) for each in opened if each not in row.sealed]
        if lost:
            self._confide(Purpose.KNOWN, [known, lost, []], self._confidants())

    def _opened_about(self, known: bytes, person: bytes | None) -> list[bytes]:
        """The records by which somebody said that they agreed, and opened their contacts; None:
        of everybody."""
        return [
            *queries.words_about(self._db, known, person),
            *queries.contacts_about(self._db, known, person),
        ]

    def _about(self, known: bytes) -> list[bytes]:
        """The records beside theirs that it is mine to forget."""
        whose = None if self.replica.membership().is_steward(self.me) else self.me
        return [*queries.sealed_about(self._db, known, whose), *self._opened_about(known, whose)]

    def _forget_listed(self, records: Sequence[bytes]) -> None:
        """Forget people who are known of, as far as I may; inside a transaction."""
        beside = [each for record in records for each in self._about(record)]
        if self.replica.membership().is_steward(self.me):
            self._purge([*records, *beside])
            return
        self._purge(beside)
        for record in records:
            self._edit_within(record, {GONE: True}, kind="listed")

    def _confidants(self) -> dict[bytes, bytes]:
        """The public sealing keys of whom what is sealed of a list is for: me and the stewards."""
        membership = self.replica.membership()
        stewards = [each for each in sorted(membership.stewards()) if each != self.me]
        others = {each: membership.persons[each].sealing for each in stewards[: MOST_BOXES - 1]}
        return {self.me: self.replica.sealing.public, **others}

    def _open_contacts_of_known(self, known: bytes) -> "Sequence[Contact]":
        """The contacts of somebody known of that are sealed and open to me."""
        from mutualaid.model.directories.directory import Contact

        sealed: Iterable[tuple[str, str]] = queries.sealed_contacts(self._db, known)
        return [Contact(ContactKind(kind), value) for kind, value in sealed]
