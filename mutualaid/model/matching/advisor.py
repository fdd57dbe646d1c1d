# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may fit: posts and people for a post, also while it is typed; whose board this is.

All of it is worked out here and now, on this machine alone, from what is said on posts and pages.
Nobody is ranked by what they did, nobody's load is shown, and nothing of it is kept or sent.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from mutualaid.model import queries
from mutualaid.model.matching import Meaning, Score, best, compare, lexicon, read
from mutualaid.model.matching.finding import expressions, signs
from mutualaid.model.matching.glancing import Interests
from mutualaid.model.matching.lexicon import LISTED
from mutualaid.model.matching.people import Claim, Known, know, person_fits
from mutualaid.model.queries.matching import Candidate, Page
from mutualaid.model.text import plain
from mutualaid.model.values import (
    Fit,
    LearningPair,
    PersonRow,
    PostDraft,
    PostKind,
    PostRow,
    Reason,
    ReasonKind,
    SkillLevel,
    Suggestion,
)

if TYPE_CHECKING:
    from mutualaid.model.reading import Reading

#: Of what one word or concept finds, so many of the newest are looked at.
_MOST_FOUND: Final = 250
#: So many posts are compared.
_MOST_COMPARED: Final = 160
#: Of so few records it is not asked in which languages they are.
_FEW: Final = 500
#: So many of one's own posts are looked at for what fits them.
_MOST_OWN: Final = 30
#: A page of the board is only glanced at: so much of each text is read for it.
_GLANCE: Final = 120
#: Places of a list that people get, where posts would fill it.
_FOR_PEOPLE: Final = 2

_OTHER: Final = {PostKind.NEED: PostKind.OFFER, PostKind.OFFER: PostKind.NEED}


class Advisor:
    """Queries for what may fit, for one person on one machine."""

    def __init__(self, reading: "Reading") -> None:
        self._replica = reading.replica
        self._db = reading.replica.store.connection
        self.me = reading.me
        self._person = reading.person
        self._post_row = reading.post_row
        self._people: tuple[int, list[Known]] | None = None
        self._written: tuple[int, tuple[str, ...]] | None = None

    def _now(self) -> int:
        return self._replica.clock()

    def suggest(self, draft: PostDraft, limit: int = 5) -> list[Suggestion]:
        """Posts and people that may already fit what is being typed; quick enough to be asked
        after each key. Posts first, the best fitting before the others."""
        meaning = _read_draft(draft)
        window = (draft.starts or 0, draft.ends or 0) if draft.repeat is None else (0, 0)
        return self._suggest(draft.kind, meaning, draft.area, window, (self.me,), limit)

    def suggestions_for(self, row: PostRow, limit: int = 5) -> list[Suggestion]:
        """Posts and people that may fit a post that is here."""
        window = (row.starts or 0, row.ends or 0) if row.repeat is None else (0, 0)
        meaning = _read_row(row)
        return self._suggest(row.kind, meaning, row.area, window, {self.me, row.owner}, limit)

    def fits(self, rows: Sequence[PostRow]) -> Mapping[int, Fit]:
        """Which of these posts could be for whoever asks, by number: because they fit an open
        post of theirs, or what they say they can do or want to learn."""
        own = [
            (kind, mine, _read_candidate(kind, mine))
            for kind, mine in queries.posts_of(self._db, self._now(), self.me, _MOST_OWN)
        ]
        me = next((known for known in self._everybody() if known.page.person == self.me), None)
        if me is not None and self._is_full(me.page):
            me = None
        rarity = self._rarity()
        interests = _interests(own, me)
        found: dict[int, Fit] = {}
        for row in rows:
            if row.mine or not row.status.wants_help:
                continue
            if not interests.meet(row.title, row.text[:_GLANCE]):
                continue
            fit = self._fit(row, own, me, rarity)
            if fit is not None:
                found[row.number] = fit
        return found

    def learning(self, limit: int = 20, of: bytes | None = None) -> list[LearningPair]:
        """Who wants to learn what somebody can teach: one's own pairs first, then those of one
        area, then by name. ``of`` asks for those of one person alone."""
        people = self._everybody()
        pairs: list[tuple[tuple[bool, bool, int, int], Known, Known, Claim, Claim]] = []
        taught: dict[int | str, list[tuple[int, Claim]]] = {}
        for place, known in enumerate(people):
            for claim in known.claims:
                if claim.level is SkillLevel.TEACH:
                    keys: list[int | str] = [*claim.meaning.concepts, *claim.meaning.words]
                    for key in keys:
                        taught.setdefault(key, []).append((place, claim))
        for place, learner in enumerate(people):
            for wish in learner.claims:
                if wish.level is not SkillLevel.LEARN:
                    continue
                for other, claim in _teachers(wish, taught):
                    teacher = people[other]
                    if of is not None and of not in (learner.page.person, teacher.page.person):
                        continue
                    if other == place or self._is_full(teacher.page):
                        continue
                    if compare(wish.meaning, claim.meaning).value < _LEARN_FLOOR:
                        continue
                    mine = self.me in (learner.page.person, teacher.page.person)
                    near = _same_area(learner.page.area, teacher.page.area)
                    pairs.append(
                        ((not mine, not near, place, other), learner, teacher, wish, claim)
                    )
        pairs.sort(key=lambda each: each[0])
        return [
            LearningPair(
                self._person(learner.page.person),
                self._person(teacher.page.person),
                wish.reason.what,
                claim.reason.what,
                tuple(_near(learner.page.area, teacher.page.area)) + tuple(_limit(teacher.page)),
            )
            for _, learner, teacher, wish, claim in pairs[:limit]
        ]

    # -- posts

    def _suggest(
        self,
        kind: PostKind,
        meaning: Meaning,
        area: str,
        window: tuple[int, int],
        but: Iterable[bytes],
        limit: int,
    ) -> list[Suggestion]:
        if meaning.is_empty or limit < 1:
            return []
        people = self._people_for(kind, meaning, area, set(but))[:limit]
        room = limit - min(len(people), _FOR_PEOPLE, limit - 1)
        posts = self._posts_for(kind, meaning, area, window, tuple(but), room)
        return [*posts, *people][:limit]

    def _posts_for(
        self,
        kind: PostKind,
        meaning: Meaning,
        area: str,
        window: tuple[int, int],
        but: tuple[bytes, ...],
        limit: int,
    ) -> list[Suggestion]:
        wanted = _OTHER[kind]
        rarity = self._rarity()
        numbers = self._found(kind, meaning)
        scored: list[tuple[float, tuple[Candidate, Score]]] = []
        for candidate in queries.open_posts(self._db, self._now(), wanted, numbers, but):
            if _is_apart(window, (candidate.starts, candidate.ends)):
                continue
            other = _read_candidate(wanted, candidate)
            needs = kind is PostKind.NEED
            score = (
                compare(meaning, other, rarity)
                if needs
                else compare(other, meaning, rarity, shown="need")
            )
            if score.value:
                scored.append((score.value, (candidate, score)))
        # Those in one's own language come first; of equals, those of the same area, the newest.
        scored.sort(key=lambda each: (not _same_area(area, each[1][0].area), -each[1][0].created))
        found: list[Suggestion] = []
        for candidate, score in sorted(best(scored), key=lambda each: each[1].foreign):
            row = self._post_row(candidate.number)
            if row.status.wants_help:
                found.append(Suggestion(row, None, _reasons(score, row.category, area, row.area)))
            if len(found) == limit:
                break
        return found

    def _found(self, kind: PostKind, meaning: Meaning) -> list[int]:
        """Numbers of the posts that say most of what this one says, in other words as well."""
        worth: dict[int, float] = {}
        languages = self._languages()
        for expression, weight in expressions(meaning, languages, wants=kind is PostKind.NEED):
            numbers = queries.numbers_with(self._db, expression, _MOST_FOUND)
            for number in numbers:
                worth[number] = worth.get(number, 0.0) + weight
        return sorted(worth, key=lambda number: (-worth[number], -number))[:_MOST_COMPARED]

    def _languages(self) -> tuple[str, ...]:
        """The languages of the lists in which some post is written."""
        highest = queries.highest_number(self._db)
        if self._written is None or self._written[0] != highest:
            found = [each for each in LISTED if queries.numbers_with(self._db, signs(each), 1)]
            self._written = highest, tuple(found if highest > _FEW else LISTED)
        return self._written[1]

    def _rarity(self) -> Callable[[str], float]:
        """How much it tells that two posts have a word in common; asked only where they do."""
        many = 3 + queries.highest_number(self._db) / 200
        known: dict[str, float] = {}

        def rarity(stem: str) -> float:
            if stem not in known:
                found = len(queries.numbers_with(self._db, f'"{stem}"*', _MOST_FOUND))
                known[stem] = 1 / (1 + max(0, found - 2) / many)
            return known[stem]

        return rarity

    # -- people

    def _people_for(
        self, kind: PostKind, meaning: Meaning, area: str, but: set[bytes]
    ) -> list[Suggestion]:
        scored: list[tuple[float, tuple[Known, tuple[Reason, ...]]]] = []
        for known in self._everybody():
            if known.page.person in but:
                continue
            score, reasons = person_fits(kind, meaning, known)
            if score:
                scored.append((score, (known, reasons)))
        scored.sort(key=lambda each: not _same_area(area, each[1][0].page.area))
        found: list[Suggestion] = []
        for known, reasons in best(scored, _PERSON_FLOOR):
            page = known.page
            if self._is_full(page):
                continue
            more = (*_near(area, page.area), *_limit(page))
            found.append(Suggestion(None, self._person_row(page), (*reasons, *more)))
            if len(found) == _MOST_PEOPLE:
                break
        return found

    def _person_row(self, page: Page) -> PersonRow:
        return self._person(page.person)

    def _is_full(self, page: Page) -> bool:
        return page.limit is not None and queries.is_at_limit(self._db, page.person, page.limit)

    def _everybody(self) -> list[Known]:
        """Everybody's page, read once until one of them, or a block, changes."""
        revision = self._replica.last_touched()
        if self._people is not None:
            then, people = self._people
            if then == revision:
                return people
            changed = self._replica.touched_since(then)
            if not changed.concerns("person", "block", "opened"):
                self._people = revision, people
                return people
        people = [know(page) for page in queries.pages(self._db)]
        self._people = revision, people
        return people

    # -- the board

    def _fit(
        self,
        row: PostRow,
        own: Sequence[tuple[PostKind, Candidate, Meaning]],
        me: Known | None,
        rarity: Callable[[str], float],
    ) -> Fit | None:
        meaning = _read_row(row, _GLANCE)
        if meaning.is_empty:
            return None
        top: tuple[float, Candidate, Score] | None = None
        for kind, mine, other in own:
            if kind is row.kind:
                continue
            if row.kind is PostKind.NEED:
                score = compare(meaning, other, rarity, shown="need")
            else:
                score = compare(other, meaning, rarity)
            if score.value >= _FIT_FLOOR and (top is None or score.value > top[0]):
                top = score.value, mine, score
        if top is not None:
            _, mine, score = top
            number = queries.post_row(self._db, self.me, self._now(), mine.number)
            return Fit(number.id, mine.title, _reasons(score, row.category, mine.area, row.area))
        if me is not None:
            score_, reasons = person_fits(row.kind, meaning, me)
            if score_ >= _PERSON_FLOOR:
                return Fit(None, "", reasons)
        return None


#: What people say of themselves is short: what scores less is not shown.
_PERSON_FLOOR: Final = 0.5
_FIT_FLOOR: Final = 0.6
_LEARN_FLOOR: Final = 0.5
_MOST_PEOPLE: Final = 3


def _read_draft(draft: PostDraft) -> Meaning:
    return read(
        draft.title,
        draft.text,
        draft.when,
        draft.category,
        draft.language,
        wants=draft.kind is PostKind.NEED,
        typing=True,
    )


def _read_candidate(kind: PostKind, post: Candidate) -> Meaning:
    return read(
        post.title,
        post.text,
        post.when,
        post.category,
        post.language,
        wants=kind is PostKind.NEED,
    )


def _read_row(row: PostRow, most: int | None = None) -> Meaning:
    """``most`` is how many characters of the text are read."""
    wants = row.kind is PostKind.NEED
    return read(row.title, row.text[:most], row.when, row.category, wants=wants)


def _interests(own: Iterable[tuple[PostKind, Candidate, Meaning]], me: Known | None) -> Interests:
    """What one's own posts and page are about."""
    interests = Interests()
    for kind, _, meaning in own:
        interests.add(meaning, wants=kind is PostKind.NEED)
    if me is not None:
        for claim in me.claims:
            interests.add(claim.meaning, wants=claim.level is SkillLevel.LEARN)
        interests.add_concepts(me.languages)
    return interests


def _teachers(
    wish: Claim, taught: Mapping[int | str, Sequence[tuple[int, Claim]]]
) -> Iterable[tuple[int, Claim]]:
    meets = lexicon().meets
    keys: list[int | str] = [other for number in wish.meaning.concepts for other in meets[number]]
    keys.extend(wish.meaning.words)
    found: dict[tuple[int, Reason], tuple[int, Claim]] = {}
    for key in keys:
        for place, claim in taught.get(key, ()):
            found.setdefault((place, claim.reason), (place, claim))
    return found.values()


def _reasons(score: Score, category: str, area: str, other_area: str) -> tuple[Reason, ...]:
    found: list[Reason] = []
    if score.words:
        found.append(Reason(ReasonKind.WORDS, ", ".join(score.words)))
    if score.category:
        found.append(Reason(ReasonKind.CATEGORY, category))
    found.extend(_near(area, other_area))
    found.extend(Reason(ReasonKind.TIME, each) for each in score.times[:1])
    return tuple(found)


def _near(area: str, other: str) -> Iterable[Reason]:
    if _same_area(area, other):
        yield Reason(ReasonKind.AREA, other)


def _limit(page: Page) -> Iterable[Reason]:
    if page.limit is not None:
        yield Reason(ReasonKind.LIMIT, str(page.limit))


def _same_area(one: str, other: str) -> bool:
    return bool(one and other) and (one == other or plain(one) == plain(other))


def _is_apart(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two windows of time, where both are given, exclude each other."""
    if not one[0] or not other[0]:
        return False
    return max(one[0], other[0]) > min(one[1] or math.inf, other[1] or math.inf)
