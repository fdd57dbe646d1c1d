# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who goes: what comes of a post, of the answers to it and of the decisions about them.

Two devices of an owner, or two dispatchers of one post, may each say yes to somebody else while
the network is cut, and two helpers may each take the last part. Nothing of that is lost or
overwritten. :func:`settle` is a pure function of what was written, free of clocks and of the order
in which it came, so every machine that holds the same says the same:

* Of several decisions about one answer, the owner's stands before a steward's; then the one with
  the lower record id, which is a hash.
* For each sort of part, those go who were accepted by the owner, then those accepted by a steward,
  then, where no yes is needed, those who took a part; in each of these by the lower id. Each goes
  whose amount still fits. The others stand by, and go as soon as somebody before them steps back.
* Whoever was accepted *also*, by somebody who knew that all was promised, goes in any case, and
  takes nobody's place.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from mutualaid.model.values import PostStatus, Say, Standing


@dataclass(frozen=True, slots=True)
class Ask:
    """What a post wants or gives. ``parts`` maps each sort to how many, in the order shown."""

    owner: bytes
    state: PostStatus  # OPEN, PARKED, DONE or WITHDRAWN: what the owner decided
    parts: Mapping[str, int]
    ask: bool  # whether somebody has to say yes before anybody goes
    on_behalf: bool  # whether a steward may decide as well


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a post, as the helper wrote it."""

    id: bytes
    person: bytes
    part: str
    amount: int
    round: int
    every: bool  # stands for each repetition from ``round`` on
    released: bool
    done: int | None  # the round that the helper said is done
    touched: int  # ms: when the helper last said that it still holds
    on_behalf: bool = False  # whether somebody without a machine goes, and not ``person``


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody said about an answer, or (``answer`` None) about a round of the post.

    ``lapsed`` says that the promise lapsed unless it was touched after that time, by the helper's
    own clock; a promise that was touched meanwhile, on a machine that was apart, still holds.
    """

    id: bytes
    person: bytes
    answer: bytes | None
    say: Say
    also: bool = False
    lapsed: int | None = None
    round: int = 0
    at: int = 0  # ms; for people, decides nothing


@dataclass(frozen=True, slots=True)
class Stand:
    """Where one answer stands, and by whose decision."""

    standing: Standing
    by: bytes | None = None
    at: int = 0  # when that was decided, ms


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one round of a post.

    ``status`` leaves the present time out: it is never EXPIRED, and LAPSED only where that was
    decided. ``covered`` maps each sort of part to how many are promised. ``oldest`` and
    ``newest`` are when the promises that still hold were last touched, ms; None without one.
    """

    status: PostStatus
    covered: Mapping[str, int]
    stands: Mapping[bytes, Stand]
    oldest: int | None
    newest: int | None

    @property
    def waiting(self) -> int:
        """How many answers wait for a yes."""
        return sum(stand.standing is Standing.OFFERED for stand in self.stands.values())


#: Rounds that are told apart in any case, and how much is weighed for one post at most: answers
#: times rounds.
LEAST_ROUNDS: Final = 8
MOST_SETTLED: Final = 20_000

_OWNER: Final = 0
_STEWARD: Final = 1
_NOBODY: Final = 2
_NO_DECISION: Final = ((None, _NOBODY),)


def rounds_of(
    answers: Collection[Answer], decisions: Iterable[Decision], first: int, *, repeats: bool
) -> list[int]:
    """The rounds of a post that may differ: what comes of any other is as of the last before it.

    Of a post that does not repeat there is only the first. Of one that a member floods with
    answers to ever further rounds, only the nearest are told apart.
    """
    if not repeats:
        return [first]
    named = {answer.round for answer in answers}
    named.update(answer.done for answer in answers if answer.done is not None)
    named.update(decision.round for decision in decisions if decision.answer is None)
    apart = sorted({first, *(at for each in named for at in (each, each + 1) if at >= first)})
    return apart[: max(LEAST_ROUNDS, MOST_SETTLED // (len(answers) + 1))]


def settle(
    ask: Ask,
    answers: Collection[Answer],
    decisions: Iterable[Decision],
    stewards: Collection[bytes],
    round_: int = 0,
) -> Outcome:
    """What comes of one round of a post; see the head of this module for the rule."""
    ranked = _ranked(ask, decisions, stewards)
    done = ask.state is PostStatus.DONE or any(
        decision.say is Say.DONE and decision.round == round_
        for decision, _rank in ranked.get(None, ())
    )
    stands: dict[bytes, Stand] = {}
    queue: list[tuple[bool, int, bytes, Answer, Decision | None]] = []
    for answer in answers:
        if answer.person == ask.owner and not (ask.on_behalf or answer.on_behalf):
            continue  # nobody answers their own post
        if answer.round != round_ and not (answer.every and answer.round <= round_):
            continue
        decision, rank = ranked.get(answer.id, _NO_DECISION)[0]
        if decision is not None and decision.say is Say.LAPSE and not _lapsed(answer, decision):
            decision, rank = None, _NOBODY
        out = _out(answer, decision)
        if out is not None:
            stands[answer.id] = out
        elif decision is not None:
            queue.append((decision.also, rank, answer.id, answer, decision))
        elif ask.ask:
            stands[answer.id] = Stand(Standing.OFFERED)
        else:
            queue.append((False, _NOBODY, answer.id, answer, None))
    covered = dict.fromkeys(ask.parts, 0)
    touched: list[int] = []
    for _also, _rank, id_, answer, decision in sorted(queue, key=lambda each: each[:3]):
        wanted = ask.parts.get(answer.part)
        fits = wanted is not None and covered[answer.part] + answer.amount <= wanted
        if not fits and not (decision is not None and decision.also):
            stands[id_] = _decided(Standing.STANDS_BY, decision)
            continue
        covered[answer.part] = covered.get(answer.part, 0) + answer.amount
        if done or (decision is not None and decision.say is Say.DONE):
            stands[id_] = _decided(Standing.DONE, decision)
        elif answer.done == round_:
            stands[id_] = _decided(Standing.SAID_DONE, decision)
        else:
            going = Standing.TAKEN if decision is None else Standing.ACCEPTED
            stands[id_] = _decided(going, decision)
            touched.append(max(answer.touched, decision.at if decision else 0))
    return Outcome(
        _status(ask, done, covered, stands),
        covered,
        stands,
        min(touched, default=None),
        max(touched, default=None),
    )


def may_decide(ask: Ask, person: bytes, stewards: Collection[bytes]) -> bool:
    """Whether this person may say who goes."""
    return _rank(ask, person, stewards) is not None


def _rank(ask: Ask, person: bytes, stewards: Collection[bytes]) -> int | None:
    if person == ask.owner:
        return _OWNER
    return _STEWARD if ask.on_behalf and person in stewards else None


def _ranked(
    ask: Ask, decisions: Iterable[Decision], stewards: Collection[bytes]
) -> dict[bytes | None, list[tuple[Decision, int]]]:
    """The decisions of whoever may decide, by answer, the one that stands first."""
    ranked: dict[bytes | None, list[tuple[Decision, int]]] = {}
    for decision in decisions:
        rank = _rank(ask, decision.person, stewards)
        if rank is not None and decision.say is not Say.TOLD:
            ranked.setdefault(decision.answer, []).append((decision, rank))
    for several in ranked.values():
        several.sort(key=lambda each: (each[1], each[0].id))
    return ranked


def _lapsed(answer: Answer, decision: Decision) -> bool:
    return decision.lapsed is not None and answer.touched <= decision.lapsed


def _out(answer: Answer, decision: Decision | None) -> Stand | None:
    """Where an answer stands that takes nobody's place; None for one that may go."""
    if answer.released:
        return Stand(Standing.RELEASED)
    if decision is None:
        return None
    if decision.say is Say.DECLINE:
        return _decided(Standing.DECLINED, decision)
    if _lapsed(answer, decision) and decision.say is not Say.DONE:
        return _decided(Standing.LAPSED, decision)
    return None


def _decided(standing: Standing, decision: Decision | None) -> Stand:
    return Stand(standing, decision.person, decision.at) if decision else Stand(standing)


def _status(
    ask: Ask, done: bool, covered: Mapping[str, int], stands: Mapping[bytes, Stand]
) -> PostStatus:
    if done:
        return PostStatus.DONE
    if ask.state is not PostStatus.OPEN:
        return ask.state
    found = {stand.standing for stand in stands.values()}
    if all(covered[part] >= wanted for part, wanted in ask.parts.items()):
        if found & {Standing.TAKEN, Standing.ACCEPTED}:
            return PostStatus.AGREED
        return PostStatus.SAID_DONE if Standing.SAID_DONE in found else PostStatus.DONE
    if any(covered.values()):
        return PostStatus.PART_COVERED
    if Standing.OFFERED in found:
        return PostStatus.OFFERED
    return PostStatus.LAPSED if Standing.LAPSED in found else PostStatus.OPEN
