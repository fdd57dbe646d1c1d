# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Paper that comes back: a code and what was written beside it, typed in for somebody else.

What is written is a signed entry like any other: it says who typed it in, for whom, and that it
came on paper.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from mutualaid.errors import AmbiguousError, BadValueError, NotAllowedError, NotFoundError
from mutualaid.model import codes, queries
from mutualaid.model.answering import Answering
from mutualaid.model.contacts import checked_contact
from mutualaid.model.private import MOST_BOXES, Purpose
from mutualaid.model.records.post import SHARES
from mutualaid.model.text import one_line, plain
from mutualaid.model.values import (
    Audience,
    ChangeSet,
    ContactKind,
    PostDraft,
    PostRow,
    Scalar,
    Standing,
)

#: So many posts are named where a code may mean several.
_NAMED: Final = 4
_GONE: Final = (Standing.DECLINED, Standing.RELEASED)


class OnPaper(NamedTuple):
    """The post that a code on paper means."""

    id: bytes
    code: str
    title: str


class Slips(Answering):
    """Commands for whoever types in what others wrote on paper."""

    def slip(
        self, code: str, who: str, text: str, *, contact: str = "", part: str = "", amount: int = 1
    ) -> ChangeSet:
        """Write down the answer of ``who`` to the post with this code; ``created`` is the answer.

        ``contact`` is how ``who`` is reached: it goes, sealed, to the post's owner (and, where the
        post is for somebody without a machine, to the stewards). ``part`` and ``amount`` as in
        :meth:`help_with`.

        Raises BadValueError for what cannot be a code, AmbiguousError, NotFoundError, which names
        posts whose code is nearly the same, and NotAllowedError where the post cannot be answered
        any more or this was typed in before.
        """
        name = one_line(who)
        if not name:
            raise BadValueError(
                "It is not said whose answer this is. Type the name that stands on the slip."
            )
        value = _reach(contact)
        with self._writing() as result:
            row = self.post_row(self._number(self.post_on_paper(code).id, "post"))
            self._refuse_closed(row, name)
            self._refuse_twice(row, name)
            chosen = self._chosen_part(row, part, amount, name)
            fields: dict[str, Scalar] = {
                "post": row.id,
                "note": text,
                "part": chosen,
                "amount": amount if amount != 1 else None,
                "round": row.round or None,
                "for": name,
                "paper": True,
                "state": "offered",
            }
            created = self._create_within("response", fields)
            if value:
                self._confide(
                    Purpose.BEHALF, [created, value, False, b""], self._who_looks_after(row)
                )
        return _made(result, created)

    def slip_contact(self, response: bytes) -> str:
        """How somebody who answered on paper is reached, where that is open to me; else ""."""
        return queries.slip_contact(self._db, response)

    def paper_form(
        self,
        draft: PostDraft,
        form: str,
        *,
        contact: str = "",
        share: Audience | None = None,
        share_for: Audience | None = None,
    ) -> ChangeSet:
        """Post what somebody wrote on a printed form; ``created`` is the post.

        ``draft.on_behalf_of`` is who filled it in. ``share`` and ``share_for`` say for whom the
        post and that name may leave, as ticked there; ``contact`` is sealed as by
        :meth:`set_behalf_contact`. Raises BadValueError for a number that was never printed,
        NotAllowedError where this form was typed in before.
        """
        from dataclasses import replace

        from mutualaid.model.directories.paper.forms import checked_number

        number = checked_number(form)
        if not one_line(draft.on_behalf_of):
            raise BadValueError(
                "It is not said who filled in this form. Type the name that stands on it."
            )
        said = replace(draft, consent=draft.consent or f"paper form {number}")
        value = _reach(contact)
        shares = dict(zip(SHARES, (share, None, share_for), strict=True))
        with self._writing() as result:
            self._refuse_used(number)
            fields: dict[str, Scalar] = {
                **self._post_fields(said),
                **{name: str(each) for name, each in shares.items() if each is not None},
                "paper": number,
                "state": "open",
            }
            created = self._create_within("post", fields)
            if value:
                others = self._who_looks_after(self.post_row(self._number(created, "post")))
                self._confide(Purpose.BEHALF, [created, value, False, b""], others)
        return _made(result, created)

    # -- finding what a code on paper means

    def post_on_paper(self, code: str) -> "OnPaper":
        """The post whose code begins as typed: id, code, title. Errors as of :meth:`slip`."""
        try:
            low, high = codes.prefix_range(code)
        except BadValueError as error:
            raise BadValueError(f"{error}{self._did_you_mean(code)}") from None
        found = [
            OnPaper(id_, codes.code(id_), title)
            for id_, title in self._db.execute(
                "SELECT r.id, p.title FROM record AS r JOIN post AS p ON p.record = r.number"
                " WHERE r.id BETWEEN ? AND ? AND r.alive ORDER BY r.id LIMIT ?",
                (low, high, _NAMED + 1),
            )
        ]
        if len(found) == 1:
            return found[0]
        typed = codes.clean(code)
        if found:
            more = " and others" if len(found) > _NAMED else ""
            raise AmbiguousError(
                f"Several codes begin with {typed}: {_named(found[:_NAMED])}{more}. Nothing was"
                " written. Type all of the code."
            )
        kind = self._db.execute(
            "SELECT kind FROM record WHERE id BETWEEN ? AND ? AND alive AND kind <> 'sealed'",
            (low, high),
        ).fetchone()
        if kind is not None:
            raise NotFoundError(
                f"{typed} is the code of a {kind[0]}, not of a need or an offer. Nothing was"
                " written. Look at the slip again."
            )
        raise NotFoundError(
            f"No need or offer here has the code {typed}. Nothing was written. It may be over and"
            f" forgotten, or not have come to this machine yet.{self._did_you_mean(code)}"
        )

    def _did_you_mean(self, code: str) -> str:
        """The posts whose code is one slip of the pen away, as a sentence; "" for none."""
        near = list(self._near(code))
        return f" Did you mean {_named(near[:_NAMED])}?" if near else ""

    def _near(self, code: str) -> Iterator["OnPaper"]:
        typed = "".join(sign for sign in code.upper() if sign.isalnum())[: codes.LONGEST]
        if len(typed) < codes.LENGTH - 1:
            return  # too little to tell a slip of the pen from another code
        for id_, title in self._db.execute(
            "SELECT r.id, p.title FROM post AS p JOIN record AS r ON r.number = p.record"
            " WHERE r.alive ORDER BY p.state, p.created DESC"
        ):
            shown = codes.code(id_)
            if is_near(typed, shown):
                yield OnPaper(id_, shown, title)

    # -- what is refused

    def _refuse_closed(self, row: PostRow, who: str) -> None:
        try:
            self._refuse_to_answer(row, every=False, goes=who)
        except NotAllowedError as error:
            raise NotAllowedError(
                f"“{row.title}”: {error} Nothing was written. Tell {who}, and thank them."
            ) from None

    def _refuse_twice(self, row: PostRow, who: str) -> None:
        for answer in self._answers(row):
            same = plain(answer.on_behalf_of) == plain(who) and answer.state not in _GONE
            if same and answer.paper and not answer.mine:
                raise NotAllowedError(
                    f"{answer.who} has typed in already what {answer.on_behalf_of} answered"
                    f" ({answer.code}). Nothing was written."
                )

    def _refuse_used(self, number: str) -> None:
        row = self._db.execute(
            "SELECT r.id, p.title FROM post_paper AS f JOIN post AS p ON p.record = f.record"
            " JOIN record AS r ON r.number = f.record WHERE f.form = ? LIMIT 1",
            (number,),
        ).fetchone()
        if row is not None:
            raise NotAllowedError(
                f"Form {number} has been typed in already: {codes.code(row[0])}, “{row[1]}”."
                " Nothing was written. If this is another form, look at its number again; a copy"
                " of a form cannot be used."
            )

    def _who_looks_after(self, row: PostRow) -> list[bytes]:
        """Its owner, and the stewards where it is for somebody without a machine."""
        people = self._caretakers(row.id) if row.on_behalf_of else [row.owner]
        members = self.replica.membership().persons
        known = [each for each in people if each != self.me and each in members]
        return known[: MOST_BOXES - 1]


def is_near(typed: str, code: str) -> bool:
    """Whether one slip of the pen makes one of the other: a letter wrong, missing or too many, or
    two neighbours that changed places. Letters that no code has may stand for any."""
    if len(typed) == len(code):
        unlike = [
            at
            for at, (one, other) in enumerate(zip(typed, code, strict=True))
            if one != other and one in codes.ALPHABET
        ]
        if len(unlike) == 2 and unlike[1] == unlike[0] + 1:
            first, second = unlike
            return typed[first] == code[second] and typed[second] == code[first]
        return len(unlike) <= 1
    longer, shorter = (typed, code) if len(typed) > len(code) else (code, typed)
    if len(longer) != len(shorter) + 1:
        return False
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))


def _reach(contact: str) -> str:
    """However somebody is reached, as it is kept; "" where nothing was said."""
    if not contact.strip():
        return ""
    return checked_contact(ContactKind.OTHER, contact, Audience.HELPER)


def _named(posts: list["OnPaper"]) -> str:
    *most, last = [f"{each.code} (“{each.title}”)" for each in posts]
    return f"{', '.join(most)} or {last}" if most else last


def _made(result: list[ChangeSet], record: bytes) -> ChangeSet:
    done = result[0]
    return ChangeSet(done.records, done.everything, done.members, record)
