# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One's own ways to be reached: who may have them, who has them, and taking them back.

What was opened to somebody cannot be unseen. Closing it has the sealed record forgotten on every
machine that hears of it; what they wrote down, or a machine that keeps things, it does not reach.
"""

import contextlib
from typing import Final

from mutualaid.errors import BadValueError, NotAllowedError, NotFoundError
from mutualaid.model import queries
from mutualaid.model.confiding import Confiding
from mutualaid.model.keys import SealError
from mutualaid.model.private import MOST_BOXES, Purpose
from mutualaid.model.records import REGISTRY, check
from mutualaid.model.values import (
    NOTHING_CHANGED,
    Audience,
    ChangeSet,
    ContactKind,
    ContactRow,
    OpenContactRow,
    OpenedRow,
)

#: Said wherever a contact is closed or made narrower.
CANNOT_BE_UNSEEN: Final = (
    "Whoever had it may have written it down: that cannot be unseen. From now on it is not there"
    " for them any more, on every machine that hears of this."
)
_LEAST_DIGITS: Final = 3


class Contacts(Confiding):
    """Contacts with an audience each, opened person by person, post by post."""

    def set_contact(
        self, kind: ContactKind, value: str | None, audience: Audience = Audience.HELPER
    ) -> ChangeSet:
        """Keep one way to be reached, of which there is one of a kind; "" or None forgets it.

        For ``me`` and ``helper`` it is sealed, for wider audiences the group can read it. What
        stood before is forgotten. Where the value changes, those to whom it is open get the new
        one; where nobody is to have it any more, it is closed to them.
        """
        shown = checked_contact(kind, value, audience) if value and value.strip() else ""
        with self._writing() as result:
            current = [row for row in self.contacts() if row.kind is kind]
            if [(row.value, row.audience) for row in current] != (
                [(shown, audience)] if shown else []
            ):
                self._replace(kind, shown, audience)
        return result[0]

    def _replace(self, kind: ContactKind, value: str, audience: Audience) -> None:
        self._purge(queries.contact_records(self._db, self.me, kind))
        if value and audience.sealed:
            self._confide(Purpose.CONTACT, [str(kind), value, str(audience)])
        elif value:
            fields = {"kind": str(kind), "value": value, "audience": str(audience)}
            self._write_alone("contact", check(REGISTRY["contact"], fields))
        self._mend_openings()

    def _mend_openings(self) -> None:
        """Let what is open to others be what they may have now; inside a transaction.

        Also where it was opened on one machine while another changed the contact or blocked the
        person.
        """
        stray = self._stray_openings()
        opened = {(to, kind, value, post) for _, to, kind, value, post in self._openings()}
        for _id, person, kind, _value, post in stray:
            values = () if self._is_blocked(person) else self._for_others().get(kind, ())
            again = {(person, kind, value, post) for value in values}
            if values and not again & opened:
                with contextlib.suppress(NotFoundError, SealError):
                    self._open(person, kind, values[0], post)
                opened |= again
        self._purge([each.record for each in stray])

    def mend_openings(self) -> ChangeSet:
        """As :meth:`_mend_openings`, in a transaction of its own; nothing where all is well."""
        if not self._stray_openings():
            return NOTHING_CHANGED
        with self._writing() as result:
            self._mend_openings()
        return result[0]

    def _stray_openings(self) -> list[queries.Opening]:
        """What is open to people who should not have it, or not this value any more."""
        openings = self._openings()
        values = self._for_others() if openings else {}
        return [
            each
            for each in openings
            if each.value not in values.get(each.kind, ()) or self._is_blocked(each.person)
        ]

    def _openings(self) -> list[queries.Opening]:
        return queries.openings(self._db, self.me)

    def _for_others(self) -> dict[ContactKind, list[str]]:
        """The values of my contacts that may be open to somebody."""
        values: dict[ContactKind, list[str]] = {}
        for row in self.contacts():
            if row.audience is not Audience.ME:
                values.setdefault(row.kind, []).append(row.value)
        return values

    def contacts(self) -> list[ContactRow]:
        """One's own, by kind."""
        return queries.contacts(self._db, self.me, self._now())

    def contacts_of(self, person: bytes) -> list[OpenContactRow]:
        """How somebody can be reached, as far as it is open to me."""
        return queries.contacts_of(self._db, self.me, person, self._now())

    def who_has(self) -> list[OpenedRow]:
        """To whom one's contacts are open, by person and post."""
        return queries.who_has(self._db, self.me, self._now())

    # -- opening and closing

    def open_contact(self, person: bytes, post: bytes | None = None) -> ChangeSet:
        """Open one's contacts whose audience is ``helper`` to a person, beside a post or not."""
        if person == self.me:
            raise NotAllowedError("These are your own contacts; open them to somebody else.")
        with self._writing() as result:
            if post is not None:
                self._number(post, "post")
            if person not in self.replica.membership().persons:
                raise NotFoundError("There is no such person in the group. Nothing was opened.")
            if self._is_blocked(person):
                raise NotAllowedError(
                    f"You blocked {self._name_of(person)}, so nothing was opened. Unblock them"
                    " first."
                )
            if not self._helpers_contacts():
                raise BadValueError(
                    "You have no contact for helpers yet, so there is nothing to open. Write one"
                    " down on your page, for “helper”, and try again."
                )
            self._open_helpers(person, post or b"")
        return result[0]

    def close_contact(self, person: bytes, post: bytes | None = None) -> ChangeSet:
        """Close what was opened to a person: beside one post, or everywhere. It cannot be unseen
        (:data:`CANNOT_BE_UNSEEN`)."""
        with self._writing() as result:
            self._close(person, post)
        return result[0]

    def _open_contacts(self, person: bytes, post: bytes) -> None:
        """Open to an accepted helper what is for helpers; inside a transaction. Never fails on
        account of that person: a yes must not depend on their keys."""
        if person == self.me or self._is_blocked(person):
            return
        try:
            self._open_helpers(person, post)
            self._share_behalf(person, post)
        except (NotFoundError, SealError):
            return

    def _close_contacts(self, person: bytes, post: bytes) -> None:
        """Close to somebody what was opened beside a post; inside a transaction."""
        self._close(person, post)
        shared = queries.behalf_records(self._db, self.me, post, person)
        self._purge([each[0] for each in shared])

    def _helpers_contacts(self) -> list[ContactRow]:
        return [row for row in self.contacts() if row.audience is Audience.HELPER]

    def _open_helpers(self, person: bytes, post: bytes) -> None:
        have = {
            (kind, value, beside)
            for _id, _to, kind, value, beside in queries.openings(self._db, self.me, person)
        }
        for row in self._helpers_contacts():
            if (row.kind, row.value, post) not in have:
                self._open(person, row.kind, row.value, post)

    def _open(self, person: bytes, kind: ContactKind, value: str, post: bytes) -> None:
        self._confide(Purpose.OPENING, [str(kind), value, post, person], [person])

    def _close(self, person: bytes, post: bytes | None) -> None:
        opened = queries.openings(self._db, self.me, person)
        self._purge([each.record for each in opened if post is None or each.post == post])

    # -- for somebody without a machine

    def set_behalf_contact(self, post: bytes, value: str, *, share: bool = False) -> ChangeSet:
        """Note the number of the person a post is for: sealed to its owner and the stewards.

        With ``share`` it also opens to the helper who is accepted. "" forgets it.
        """
        shown = checked_contact(ContactKind.PHONE, value, Audience.HELPER) if value.strip() else ""
        with self._writing() as result:
            row = self.post_row(self._number(post, "post"))
            stewards = self._caretakers(post)
            if not row.on_behalf_of:
                raise NotAllowedError(
                    "This post is for its owner, who has contacts of their own. Only a post for"
                    " somebody else can have a number beside it."
                )
            if self.me not in stewards:
                raise NotAllowedError(
                    f"Only {row.owner_name or 'the owner'}, who posted this for"
                    f" {row.on_behalf_of}, or a steward can note a number for it."
                )
            before = queries.behalf_records(self._db, self.me, post)
            self._purge([each[0] for each in before])
            if shown:
                others = [each for each in stewards if each != self.me][: MOST_BOXES - 1]
                self._confide(Purpose.BEHALF, [post, shown, share, b""], others)
        return result[0]

    def behalf_contact(self, post: bytes) -> str:
        """The number of the person a post is for, "" where there is none or it is not open to
        me."""
        found = self._behalf(post)
        return found[0] if found else ""

    def behalf_is_shared(self, post: bytes) -> bool:
        """Whether that number is to open to the helper who is accepted."""
        found = self._behalf(post)
        return found is not None and found[1]

    def _behalf(self, post: bytes) -> tuple[str, bool] | None:
        caretakers = self._caretakers(post)
        return queries.behalf(self._db, post, caretakers[0], caretakers[1:])

    def _caretakers(self, post: bytes) -> list[bytes]:
        """The post's owner, then the stewards."""
        owner = self.post_row(self._number(post, "post")).owner
        return [owner, *sorted(self.replica.membership().stewards() - {owner})]

    def _share_behalf(self, person: bytes, post: bytes) -> None:
        """Open the number beside a post on behalf to who goes, if it is to be."""
        found = self._behalf(post)
        if found is None or not found[1]:
            return
        have = [value for _id, to, value in queries.behalf_records(self._db, self.me, post, person)]
        if found[0] not in have:
            self._confide(Purpose.BEHALF, [post, found[0], True, person], [person])


def checked_contact(kind: ContactKind, value: str, audience: Audience) -> str:
    """The value as it is kept; raises BadValueError for what cannot be a contact of its kind."""
    fields = {"kind": str(kind), "value": value, "audience": str(Audience.GROUP)}
    shown = str(check(REGISTRY["contact"], fields)["value"])
    digits = sum(letter.isdigit() for letter in shown)
    if kind is ContactKind.PHONE and digits < _LEAST_DIGITS:
        raise BadValueError(f"“{shown[:40]}” is no phone number. Write its digits and try again.")
    before, at, after = shown.partition("@")
    if kind is ContactKind.EMAIL and not (before and at and after):
        raise BadValueError(
            f"“{shown[:40]}” is no email address. It has an @ in the middle; write it again."
        )
    Audience(audience)
    return shown
