# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From an answer to a promise, and from a promise to what is done."""

from typing import Final, NamedTuple

from mutualaid.errors import AlreadyCoveredError, BadValueError, NotAllowedError, NotFoundError
from mutualaid.model import outcomes, queries
from mutualaid.model.contacts import Contacts
from mutualaid.model.content import GONE
from mutualaid.model.outcomes import Settled
from mutualaid.model.posting import Posting
from mutualaid.model.talking import Talking
from mutualaid.model.text import one_line
from mutualaid.model.values import (
    ChangeSet,
    DispatchRow,
    Millis,
    MyRow,
    PostRow,
    PostStatus,
    ResponseRow,
    Say,
    Scalar,
    Standing,
)

#: Standings of an answer whose person still means to go.
_HOLDS: Final = (Standing.TAKEN, Standing.ACCEPTED)


class _Case(NamedTuple):
    """An answer with the post it is to, and all that bears on who goes."""

    row: PostRow
    settled: Settled
    answer: ResponseRow


class Answering(Posting, Talking, Contacts):
    """Commands on the answers to posts, by the helper and by whoever decides."""

    # -- the helper

    def help_with(
        self,
        post: bytes,
        note: str = "",
        *,
        when: str = "",
        amount: int = 1,
        part: str = "",
        every: bool = False,
        on_behalf_of: str = "",
    ) -> ChangeSet:
        """Say that one can help with somebody's need, or would take their offer.

        ``amount`` is how many of ``part`` (one of the post's sorts; it may be left out where there
        is only one). ``when`` is the helper's time, in words. Of a repeating post the answer is
        for the next time, or with ``every`` for each from then on. ``on_behalf_of`` names who
        goes, where that is somebody without a machine.
        """
        with self._writing() as result:
            row = self.post_row(self._number(post, "post"))
            self._refuse_to_answer(row, every=every, goes=one_line(on_behalf_of))
            part = self._chosen_part(row, part, amount, one_line(on_behalf_of))
            fields: dict[str, Scalar] = {
                "post": post,
                "note": note,
                "when": when,
                "part": part,
                "amount": amount if amount != 1 else None,
                "round": row.round or None,
                "every": True if every else None,
                "for": on_behalf_of,
                "state": "offered",
            }
            created = self._create_within("response", fields)
        return _made(result, created)

    def _refuse_to_answer(self, row: PostRow, *, every: bool, goes: str) -> None:
        if row.mine and not row.on_behalf_of and not goes:
            raise NotAllowedError("This is your own post, so it is for others to answer.")
        if row.status is PostStatus.AGREED:
            raise NotAllowedError(
                "All that is wanted here is promised already, so nobody else is needed. A comment"
                " can say that you would stand by."
            )
        if not row.status.wants_help:
            raise NotAllowedError(f"This post is {row.status}, so nobody can answer it any more.")
        if every and row.repeat is None:
            raise BadValueError("This post is for one time only, so “each time” cannot be said.")

    def _chosen_part(self, row: PostRow, part: str, amount: int, goes: str) -> str:
        """The sort of part, checked; nobody may take more than is left, or twice of one.

        ``goes`` is who goes where it is not me.
        """
        settled = self._settled(row.id)
        answers = self._answers(row)
        covered = queries.covered(settled, row.round, answers)
        left = {name: wanted - covered[name] for name, wanted in settled.ask.parts.items()}
        if part not in left:
            still = [name for name, count in left.items() if count > 0]
            if not part and len(still) == 1:
                part = still[0]
            else:
                named = ", ".join(f"“{name}” ({left[name]} left)" for name in still)
                raise BadValueError(
                    f"Say which part you take: {named}."
                    if named and "" not in left
                    else f"This post has no part called “{part[:40]}”; leave it out."
                )
        what = f" of “{part}”" if part else ""
        if amount < 1:
            raise BadValueError(f"{amount} is no part{what}: take at least 1.")
        if left[part] < 1:
            raise BadValueError(
                f"Nothing{what} is left: all is promised already. Choose another part, or say in a"
                " comment that you would stand by."
            )
        if amount > left[part]:
            raise BadValueError(
                f"Only {left[part]}{what} of {settled.ask.parts[part]} are left, so {amount} cannot"
                " be taken. Take fewer and try again."
            )
        for answer in answers:
            again = answer.mine and answer.part == part and answer.on_behalf_of == goes
            if again and (answer.state in _HOLDS or answer.state is Standing.OFFERED):
                raise NotAllowedError(
                    f"You have answered this already ({answer.code}). Take that back first, if"
                    " you want to answer otherwise."
                )
        return part

    def release(self, response: bytes) -> ChangeSet:
        """Take back one's own offer to help."""
        with self._writing() as result:
            case = self._case(response)
            self._refuse_of_others(case)
            if case.answer.state is Standing.DONE:
                raise NotAllowedError("This is done already, so it cannot be taken back.")
            self._edit_within(response, {"state": "released"}, kind="response")
        return _made(result, response)

    def still_on_it(self, response: bytes) -> ChangeSet:
        """Say that a promise still holds, so that it does not lapse: the helper, or who decides."""
        with self._writing() as result:
            case = self._case(response)
            stand = case.settled.outcome(case.row.round).stands.get(response)
            live = (*_HOLDS, Standing.OFFERED, Standing.STANDS_BY)
            if stand is None or (stand.standing not in live and not case.answer.mine):
                raise NotAllowedError(
                    f"This answer is {case.answer.state}, so there is no promise to keep alive."
                )
            if case.answer.mine:
                self._touch(case.settled, response)
            elif case.settled.may_decide(self.me):
                self._decide(case, Say.ACCEPT, {"touched": Millis(self._now())})
            else:
                self._refuse_of_others(case)
        return _made(result, response)

    def _touch(self, settled: Settled, response: bytes) -> None:
        before = next((each.touched for each in settled.answers if each.id == response), 0)
        # Later than before even where this machine's clock went back.
        touched = Millis(max(self._now(), before + 1))
        self._edit_within(response, {"touched": touched, "state": "offered"}, kind="response")

    def send(self, post: bytes, to: bytes, text: str) -> ChangeSet:
        """As :meth:`Talking.send`; whoever has promised to help shows by it that they still do."""
        with self._writing() as result:
            created = self._send(post, to, text)
            settled = outcomes.read(self._db, post, self._stewards())
            if settled is not None:
                stands = settled.outcome(self.post_row(settled.number).round).stands
                for answer in settled.answers:
                    stand = stands.get(answer.id)
                    if answer.person == self.me and stand and stand.standing in _HOLDS:
                        self._touch(settled, answer.id)
        return _made(result, created)

    # -- who decides

    def accept(self, response: bytes, *, also: bool = False, instead: bool = False) -> ChangeSet:
        """Say yes to an answer: its person goes. Contacts for helpers open to them.

        Where all that is wanted is promised, AlreadyCoveredError asks for one of two:
        ``also`` has this person go beside the others, ``instead`` thanks others and takes their
        yes back. A promise that lapsed makes room by itself.
        """
        with self._writing() as result:
            case = self._case(response)
            self._refuse_to_decide(case)
            if case.answer.state is Standing.RELEASED:
                raise NotAllowedError(
                    f"{_who(case.answer)} took this answer back, so it cannot be accepted. Ask them"
                    " to answer again."
                )
            if not case.row.status.wants_help and case.row.status is not PostStatus.AGREED:
                raise NotAllowedError(
                    f"This post is {case.row.status}, so nobody can be accepted any more. Put it"
                    " back on the board first."
                )
            others = self._in_the_way(case)
            for lapsed in [each for each in others if each.state is Standing.LAPSED]:
                self._lapse(self._case(lapsed.id))
            going = [each for each in others if each.state is not Standing.LAPSED]
            names = tuple(_who(each) for each in going)
            if going and not also and not instead:
                raise AlreadyCoveredError(
                    f"All that is wanted here is promised: {', '.join(names)} already"
                    f" {'goes' if len(names) == 1 else 'go'}. Say whether {_who(case.answer)} goes"
                    " as well, or instead.",
                    names,
                )
            for each in going if instead else ():
                self._decide(self._case(each.id), Say.DECLINE)
                self._close_contacts(each.person, case.row.id)
            self._decide(case, Say.ACCEPT, {"also": True if going and also else None})
            if not case.answer.mine:
                self._open_contacts(case.answer.person, case.row.id)
        return _made(result, response)

    def _in_the_way(self, case: _Case) -> list[ResponseRow]:
        """Whose promise lapsed, and who has to step back so that this answer fits: the last in
        order first. Nobody has to where it fits as things are."""
        others = [
            row
            for row in self._answers(case.row)
            if row.part == case.answer.part and row.id != case.answer.id
        ]
        lapsed = [row for row in others if row.state is Standing.LAPSED]
        going = sorted((row for row in others if row.state.goes), key=lambda row: row.id)
        room = case.settled.ask.parts.get(case.answer.part, 0) - sum(row.amount for row in going)
        out: list[ResponseRow] = []
        while going and case.answer.amount > room:
            out.append(going.pop())
            room += out[-1].amount
        return [*lapsed, *out]

    def decline(self, response: bytes, note: str = "") -> ChangeSet:
        """Say no to an answer, or take a yes back; ``note`` goes to its person alone."""
        with self._writing() as result:
            case = self._case(response)
            self._refuse_to_decide(case)
            if case.answer.state in (Standing.RELEASED, Standing.DONE):
                raise NotAllowedError(
                    f"This answer is {case.answer.state}, so there is nothing to decline."
                )
            self._decide(case, Say.DECLINE)
            if not case.answer.mine:
                self._close_contacts(case.answer.person, case.row.id)
                if note.strip():
                    self._send(case.row.id, case.answer.person, note)
        return _made(result, response)

    def undecide(self, response: bytes) -> ChangeSet:
        """Take back what one decided about an answer, which then stands as before: to undo a yes
        or a no. What opened with a yes closes."""
        with self._writing() as result:
            case = self._case(response)
            self._refuse_to_decide(case)
            mine = [
                each.id
                for each in case.settled.decisions
                if each.answer == response and each.person == self.me
            ]
            if not mine:
                raise NotAllowedError(
                    "You have not decided about this answer, so there is nothing to take back."
                )
            for decision in mine:
                self._edit_within(decision, {GONE: True}, kind="decision")
            if not case.answer.mine:
                self._close_contacts(case.answer.person, case.row.id)
        return _made(result, response)

    def _lapse(self, case: _Case) -> None:
        """Write down that a promise lapsed, unless its helper touched it meanwhile elsewhere."""
        touched = next(each.touched for each in case.settled.answers if each.id == case.answer.id)
        decided = case.answer.decided_by != ""
        say = Say.ACCEPT if decided else Say.LAPSE
        self._decide(case, say, {"lapsed": Millis(touched)})
        if not case.answer.mine:
            self._close_contacts(case.answer.person, case.row.id)

    def _decide(self, case: _Case, say: Say, more: dict[str, Scalar] | None = None) -> None:
        """Write what I say about an answer: the same decision again, where I made one before."""
        fields: dict[str, Scalar] = {"say": str(say), "also": None, "lapsed": None, **(more or {})}
        if say is Say.DONE or (more is not None and "touched" in more):
            del fields["also"]  # who went, or goes on, does so in no other way than before
        mine = [
            each.id
            for each in case.settled.decisions
            if each.answer == case.answer.id and each.person == self.me
        ]
        for decision in mine:
            self._edit_within(decision, fields, kind="decision")
        if not mine:
            about = {"post": case.row.id, "response": case.answer.id}
            self._create_within("decision", {**about, **fields})

    # -- done, and thanks

    def done(self, post: bytes, response: bytes | None = None) -> ChangeSet:
        """Say that a post is done, or what one person did for it.

        Who decides ends the post with it (of a repeating one this time only), or says so of one
        answer. Who goes says it of their own part; the post is then *said done*.
        """
        with self._writing() as result:
            row = self.post_row(self._number(post, "post"))
            settled = self._settled(post)
            if row.status in (PostStatus.DONE, PostStatus.WITHDRAWN):
                raise NotAllowedError(f"This post is {row.status} already.")
            if not settled.may_decide(self.me):
                self._say_done(row, settled, response)
            elif response is not None:
                case = self._case(response)
                if case.row.id != post or not case.answer.state.goes:
                    raise NotAllowedError(
                        f"{_who(case.answer)} does not go for this post, so it cannot be said that"
                        " they did it. Accept them first."
                    )
                self._decide(case, Say.DONE)
            elif row.mine and row.repeat is not None:
                said = {f"did:{row.round}": Millis(self._now()), "round": row.round + 1}
                self._edit_within(post, said, kind="post")
            elif row.mine:
                self._edit_within(post, {"state": "done"}, kind="post")
            else:
                fields: dict[str, Scalar] = {
                    "post": post,
                    "say": "done",
                    "round": row.round or None,
                }
                self._create_within("decision", fields)
        return _made(result, post)

    def _say_done(self, row: PostRow, settled: Settled, response: bytes | None) -> None:
        stands = settled.outcome(row.round).stands
        mine = [
            answer
            for answer in settled.answers
            if answer.person == self.me and response in (None, answer.id) and answer.id in stands
        ]
        going = [answer for answer in mine if stands[answer.id].standing in _HOLDS]
        if not going:
            standing = stands[mine[-1].id].standing if mine else None
            raise NotAllowedError(_not_agreed(row, standing))
        for answer in going:
            fields: dict[str, Scalar] = {"state": "done", "did": row.round or None}
            self._edit_within(answer.id, fields, kind="response")

    def thank(self, post: bytes, text: str) -> ChangeSet:
        """Say thanks beside a post, for all to read: whoever had a part in it."""
        with self._writing() as result:
            row = self.post_row(self._number(post, "post"))
            settled = self._settled(post)
            answers = self._answers(row)
            part = settled.may_decide(self.me) or any(each.mine for each in answers)
            if not part:
                raise NotAllowedError(
                    "Thanks are between those who asked and those who helped. A comment can be"
                    " written by everybody."
                )
            stands = settled.outcome(row.round).stands.values()
            helped = any(answer.done is not None for answer in settled.answers)
            if not helped and not any(stand.standing.goes for stand in stands):
                raise NotAllowedError(
                    "Nobody goes for this post yet, so there is nobody to thank. Accept somebody"
                    " first."
                )
            created = self._create_within("thanks", {"post": post, "text": text})
        return _made(result, created)

    def take_up(self, post: bytes) -> ChangeSet:
        """Put a parked, withdrawn or finished post back on the board."""
        with self._writing() as result:
            settled = self._settled(post)
            ends = [
                each.id
                for each in settled.decisions
                if each.answer is None and each.person == self.me and each.say is Say.DONE
            ]
            for decision in ends:
                self._purge([decision])
            if settled.ask.owner == self.me or not ends:
                self._edit_within(post, {"state": "open", **self._later(post)}, kind="post")
        return _made(result, post)

    # -- for people without a machine

    def told(self, post: bytes) -> ChangeSet:
        """Note that the person a post is for was told how it stands."""
        with self._writing() as result:
            row = self.post_row(self._number(post, "post"))
            settled = self._settled(post)
            if not row.on_behalf_of:
                raise NotAllowedError(
                    "This post is for its owner, who sees for themselves how it stands."
                )
            if not settled.may_decide(self.me):
                raise NotAllowedError(
                    f"Only {row.owner_name or 'the owner'}, who posted this for"
                    f" {row.on_behalf_of}, or a steward can note that they were told."
                )
            about = queries.telling(row, self._answers(row)).digest
            fields: dict[str, Scalar] = {"post": post, "say": "told", "about": about}
            self._create_within("decision", fields)
        return _made(result, post)

    # -- one's own

    def my_page(self) -> list[MyRow]:
        """What waits for my yes, what I promised, what I asked, what was done; in that order."""
        return queries.my_page(self._db, self.me, self._now(), self._stewards())

    def waiting_for_me(self) -> int:
        """How many answers wait for my yes."""
        return queries.waiting(self._db, self.me, self._now(), self._stewards())

    def dispatch(self) -> list[DispatchRow]:
        """The posts on behalf of others that I may look after, those with something to tell
        first."""
        return queries.dispatch(self._db, self.me, self._now(), self._stewards())

    # -- what commands look up

    def _answers(self, row: PostRow) -> list[ResponseRow]:
        return queries.responses(self._db, self.me, self._now(), row)

    def _settled(self, post: bytes) -> Settled:
        settled = outcomes.read(self._db, post, self._stewards())
        if settled is None:
            raise NotFoundError("This post is no longer here. Its owner may have removed it.")
        return settled

    def _case(self, response: bytes) -> _Case:
        number = self._number(response, "response")
        found = self._db.execute("SELECT post FROM response WHERE record = ?", (number,)).fetchone()
        if found is None:
            raise NotFoundError("This answer is no longer here.")
        settled = self._settled(found[0])
        row = self.post_row(settled.number)
        for answer in self._answers(row):
            if answer.id == response:
                return _Case(row, settled, answer)
        raise NotAllowedError("This answer was for another time, which is over.")

    def _refuse_of_others(self, case: _Case) -> None:
        if not case.answer.mine:
            raise NotAllowedError(f"This belongs to {case.answer.who}; only they can change it.")

    def _refuse_to_decide(self, case: _Case) -> None:
        if not case.settled.may_decide(self.me):
            steward = " or a steward" if case.row.on_behalf_of else ""
            owner = case.row.owner_name or "the owner"
            raise NotAllowedError(f"Only {owner}, whose post this is,{steward} can say who goes.")


def _made(result: list[ChangeSet], record: bytes) -> ChangeSet:
    done = result[0]
    return ChangeSet(done.records, done.everything, done.members, record)


def _who(answer: ResponseRow) -> str:
    return answer.on_behalf_of or answer.who or "a neighbour"


def _not_agreed(row: PostRow, standing: Standing | None) -> str:
    if standing is None:
        return (
            "You have not answered this post, so it is not yours to finish. Its owner says when it"
            " is done."
        )
    if standing is Standing.SAID_DONE:
        return "You have said already that this is done."
    return (
        f"Nothing is agreed with you here: your answer is {standing}. Once"
        f" {row.owner_name or 'the owner'} accepts it, you can say that it is done."
    )
