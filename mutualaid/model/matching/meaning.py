# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a post is about, as far as words tell: its concepts, its other words, and whether it is
about having something, mending it, learning it, or having something done."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from mutualaid.model.matching.lexicon import LISTED, Lexicon, Phrase, Sort, lexicon
from mutualaid.model.matching.stems import ALGORITHMS, EXACTLY, STEM, fold, keys, stems
from mutualaid.model.text import UNSPACED_RUN, spell

#: How much a word says by where it stands.
IN_TITLE: Final = 1.0
IN_TEXT: Final = 0.65
IN_WHEN: Final = 0.3

#: The category under which what somebody can do is read.
OF_SKILL: Final = "skill"

#: So many small words more than of any other language settle which one it is.
_CLEAR: Final = 2.5

#: So much of a text is read; a long one has said what it is about by then.
_READ: Final = 700
#: A phrase may have so many other words inside.
_GAP: Final = 2
#: So many words after a negation are taken as negated, within a clause.
_NEGATED: Final = 3

_MARKS: Final = "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
_WORD: Final = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}\u0900-\u0dff\u0f00-\u0fff])*")
_CLAUSE: Final = re.compile(r"[.,;:!?¿¡()\n/؟،؛–—]+")
_ARABIC: Final = re.compile("[\u0600-\u06ff]")
_LATIN: Final = re.compile("[a-z\u00c0-\u024f]", re.IGNORECASE)
#: Scripts by which the language of a word is guessed.
_SCRIPTS: Final = (
    (re.compile("[\u0370-\u03ff]"), ("el",)),
    (re.compile("[\u0400-\u04ff]"), ("ru", "sr")),
    (re.compile("[\u0530-\u058f]"), ("hy",)),
    (re.compile("[\u0590-\u05ff]"), ("yi",)),
    (re.compile("[\u0900-\u097f]"), ("hi", "ne")),
    (re.compile("[\u0b80-\u0bff]"), ("ta",)),
)
_LATIN_LISTED: Final = tuple(language for language in LISTED if language != "ar")


#: What a word inside a phrase still says, by what the phrase is about.
_KEPT: Final = frozenset((Sort.CONTEXT, Sort.MARKER))
_KEPT_IN: Final = {Sort.THING: frozenset((Sort.MARKER,)), Sort.MARKER: frozenset((Sort.CONTEXT,))}


@dataclass(frozen=True, slots=True)
class Said:
    """How much a concept or a word weighs in a post, and the word of the post that says it."""

    weight: float
    word: str


@dataclass(frozen=True, slots=True)
class Aim:
    """How far a post is about having a thing, having it mended, teaching, doing; each 0 to 1."""

    have: float = 0.0
    mend: float = 0.0
    teach: float = 0.0
    act: float = 0.0


@dataclass(frozen=True, slots=True)
class Meaning:
    """Read by :func:`read`; pure and kept."""

    concepts: Mapping[int, Said]
    words: Mapping[str, Said]  # stems of words that the lists do not know
    times: Mapping[int, str]
    aim: Aim
    category: str
    any_mending: bool  # repairs, without saying what of
    languages: frozenset[str] = frozenset()  # in which it is probably written
    unfinished: str = ""  # the beginning of a word that is still being typed, folded

    @property
    def is_empty(self) -> bool:
        return not self.concepts and not self.words and not self.unfinished


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the lists say of one word in some languages."""

    concepts: tuple[int, ...]
    stems: frozenset[str]
    wide: Mapping[str, frozenset[str]]  # by listed language
    phrases: tuple[tuple[str, Mapping[str, tuple[Phrase, ...]]], ...]  # that it begins
    noise: bool
    negates: bool


@lru_cache(maxsize=20_000)
def read(
    title: str,
    text: str = "",
    when: str = "",
    category: str = "",
    language: str = "",
    *,
    wants: bool = True,
    typing: bool = False,
) -> Meaning:
    """The meaning of a post. ``wants`` is true of a need; ``typing`` says that the last word of
    the text, or of the title where there is no text, may not be finished."""
    return _Reader(lexicon(), category, wants).read(title, text, when, language, typing)


def languages_of(words: Iterable[str], declared: str) -> tuple[str, ...]:
    """The languages that words in the Latin script are probably in, most likely ones only.

    Small words tell, and words of the lists; a language without lists needs clear signs, because
    taking it for one that has lists costs little.
    """
    score: dict[str, float] = {}
    rest: list[str] = []
    for word in words:
        small = _small_word(word)
        if small is None:
            continue
        for language in small:
            score[language] = score.get(language, 0.0) + 1 / len(small)
        if not small:
            rest.append(word)
    ranked = sorted((score.get(each, 0.0) for each in _LATIN_LISTED), reverse=True)
    if ranked[0] < _CLEAR + ranked[1]:
        for word in rest:
            known = _known_in(word)
            for language in known:
                score[language] = score.get(language, 0.0) + 0.6 / len(known)
    listed = max((score.get(each, 0.0) for each in _LATIN_LISTED), default=0.0)
    best = max(score.values(), default=0.0)
    if best >= 3 and best > 2 * listed:
        likely = [each for each in score if score[each] == best]
    else:
        likely = [each for each in _LATIN_LISTED if score.get(each, 0.0) >= max(0.6 * listed, 0.1)]
        if len(likely) != 1:  # all of them, so that few combinations have to be known
            likely = list(_LATIN_LISTED)
        likely += [each for each in score if each not in LISTED and score[each] > listed]
    if declared and declared not in likely:
        likely.append(declared)
    return tuple(sorted(likely)) or _LATIN_LISTED


@lru_cache(maxsize=65_536)
def _small_word(word: str) -> tuple[str, ...] | None:
    """The languages of which it is a small word; None for one that is not in the Latin script."""
    if not _LATIN.search(word):
        return None
    bare = fold(word)
    tongues = lexicon().tongues.items()
    return tuple(each for each, tongue in tongues if each != "ar" and bare in tongue.function)


@lru_cache(maxsize=65_536)
def _known_in(word: str) -> tuple[str, ...]:
    """The languages whose lists have it."""
    lists = lexicon()
    bare = fold(word)
    return tuple(
        each
        for each in _LATIN_LISTED
        if bare in lists.tongues[each].noise
        or any(key in lists.words[each] for key in keys(word, each))
    )


@lru_cache(maxsize=65_536)
def _entry(word: str, latin: tuple[str, ...]) -> _Entry:
    lists = lexicon()
    languages = _languages_of_word(word, latin)
    bare = fold(word)
    concepts: dict[int, None] = {}
    narrow: set[str] = set()
    wide: dict[str, frozenset[str]] = {}
    phrases: list[tuple[str, Mapping[str, tuple[Phrase, ...]]]] = []
    noise = negates = False
    for language in languages:
        own = stems(word, language)
        narrow |= own
        tongue = lists.tongues.get(language)
        if tongue is not None:
            noise = noise or bare in tongue.noise or not own.isdisjoint(tongue.noise)
            negates = negates or bare in tongue.negations
        if language in lists.words:
            found = keys(word, language)
            wide[language] = found
            known = lists.words[language]
            if tongue is None or bare not in tongue.function:
                # A word as it stands goes before what it may be a form of.
                exact = [n for key in sorted(found) if key[0] != STEM for n in known.get(key, ())]
                formed = [n for stem in sorted(own) for n in known.get(f"{STEM}{stem}", ())]
                if exact:
                    formed = [n for n in formed if lists.concepts[n].sort is Sort.MARKER]
                exact += formed
                concepts.update(dict.fromkeys(exact))
                if not exact and not noise:
                    for key in sorted(found):
                        concepts.update(dict.fromkeys(known.get(key, ())))
            begun = lists.phrases[language]
            phrases += [(language, begun[key]) for key in sorted(found) if key in begun]
    short = len(bare) < 3 and not UNSPACED_RUN.fullmatch(bare)
    noise = noise or short or bare.isdigit()
    return _Entry(tuple(concepts), frozenset(narrow), wide, tuple(phrases), noise, negates)


def _languages_of_word(word: str, latin: tuple[str, ...]) -> tuple[str, ...]:
    if _LATIN.search(word):
        return latin
    if _ARABIC.search(word):
        return ("ar",)
    for script, languages in _SCRIPTS:
        if script.search(word):
            return languages
    return ("",)


class _Reader:
    """Reads one post."""

    def __init__(self, lists: Lexicon, category: str, wants: bool) -> None:
        self.lists = lists
        self.category = category
        self.wants = wants
        self.concepts: dict[int, Said] = {}
        self.words: dict[str, Said] = {}

    def read(self, title: str, text: str, when: str, language: str, typing: bool) -> Meaning:
        parts = [
            (_clauses(title[:_READ]), IN_TITLE),
            (_clauses(text[:_READ]), IN_TEXT),
            (_clauses(when[:_READ]), IN_WHEN),
        ]
        latin = languages_of(
            (word for clauses, _ in parts[:2] for clause in clauses for word in clause),
            _code(language),
        )
        for clauses, weight in parts:
            here: dict[int, Said] = {}
            for clause in clauses:
                self._clause(clause, weight, latin, here)
            self._conclude(here)
        self._follow_rules(self.concepts, anywhere=True)
        unfinished = ""
        if typing:
            unfinished = self._unfinished(text if text.strip() else title, latin)
        times = {
            number: said.word
            for number, said in self.concepts.items()
            if self.lists.concepts[number].sort is Sort.TIME
        }
        aim = self._aim()
        of_something = self._says_something()
        kept = {
            number: said
            for number, said in self.concepts.items()
            if self.lists.concepts[number].sort not in (Sort.TIME, Sort.MARKER)
        }
        return Meaning(
            kept,
            self.words,
            times,
            aim,
            self.category,
            any_mending=self._said("to_mend") >= IN_TITLE and not of_something,
            languages=frozenset(_languages(title, text, latin)),
            unfinished=unfinished,
        )

    def _conclude(self, here: dict[int, Said]) -> None:
        """Take over what a part of the post says, with what follows from it."""
        for number, said in tuple(here.items()):
            for other in self.lists.implied.get(number, ()):
                here.setdefault(other, said)
        self._follow_rules(here, anywhere=False)
        for number, said in here.items():
            _keep(self.concepts, number, said)

    def _follow_rules(self, said: dict[int, Said], *, anywhere: bool) -> None:
        triggers = self.lists.triggers
        for place in sorted({rule for number in said for rule in triggers.get(number, ())}):
            rule = self.lists.rules[place]
            if rule.anywhere is not anywhere or rule.gives in said:
                continue
            if any(each.isdisjoint(said) for each in rule.all):
                continue
            if rule.category and rule.category != self.category:
                continue
            if rule.category not in ("", OF_SKILL) and self._says_something(IN_TITLE):
                continue
            parts = [next(said[n] for n in sorted(each) if n in said) for each in rule.all]
            mean = sum(part.weight for part in parts) / len(parts)
            said[rule.gives] = Said(mean, parts[-1].word)

    def _says_something(self, least: float = 0.0) -> bool:
        """Whether it is known what a post is about, besides whom and where."""
        return any(
            self.lists.concepts[number].sort in (Sort.THING, Sort.SPACE, Sort.ACT, Sort.SKILL)
            for number, said in self.concepts.items()
            if said.weight >= least
        )

    def _clause(
        self, clause: list[str], weight: float, latin: tuple[str, ...], here: dict[int, Said]
    ) -> None:
        entries = [_entry(word, latin) for word in clause]
        taken = [False] * len(clause)
        hits: list[tuple[int, int, str]] = []  # place, concept, word
        for at, entry in enumerate(entries):
            if entry.phrases and not taken[at]:
                found = self._phrase(entries, taken, at)
                if found is not None:
                    number, places = found
                    for place in places:
                        taken[place] = True
                    said = " ".join(clause[place] for place in range(places[0], places[-1] + 1))
                    hits.append((at, number, said))
                    # Whom it is about, and what is to be done with it, still counts.
                    kept = _KEPT_IN.get(self.lists.concepts[number].sort, _KEPT)
                    hits.extend(
                        (place, each, clause[place])
                        for place in places
                        for each in entries[place].concepts
                        if self.lists.concepts[each].sort in kept
                    )
        negated = self._negated(entries, taken)
        for at, entry in enumerate(entries):
            if taken[at]:
                continue
            if entry.concepts:
                hits.extend((at, number, clause[at]) for number in entry.concepts)
            elif not entry.noise:
                for stem in entry.stems:
                    old = self.words.get(stem)
                    if old is None or old.weight < weight:
                        self.words[stem] = Said(weight, clause[at])
        for at, number, word in hits:
            if at in negated and not self.wants:  # who has no car, or cannot sew, wants it
                continue
            _keep(here, number, Said(weight, word))

    def _phrase(
        self, entries: list[_Entry], taken: list[bool], at: int
    ) -> tuple[int, list[int]] | None:
        """The longest phrase that begins here: its concept and the places of its words."""
        best: tuple[int, list[int]] | None = None
        rank = (-1, False)
        for place in range(at + 1, min(at + _GAP + 2, len(entries))):
            if taken[place]:
                continue
            for language, table in entries[at].phrases:
                own = entries[place].wide.get(language)
                if own is None or table.keys().isdisjoint(own):
                    continue
                for key in sorted(own):
                    for rest, number in table.get(key, ()):
                        names = self.lists.concepts[number].sort is not Sort.MARKER
                        if (len(rest), names) <= rank:
                            continue
                        places = self._follow(entries, taken, place, rest, language)
                        if places is not None:
                            best, rank = (number, [at, *places]), (len(rest), names)
        return best

    @staticmethod
    def _follow(
        entries: list[_Entry],
        taken: list[bool],
        at: int,
        rest: tuple[frozenset[str], ...],
        language: str,
    ) -> list[int] | None:
        places = [at]
        for wanted in rest:
            begin = places[-1] + 1
            for place in range(begin, min(begin + _GAP + 1, len(entries))):
                if taken[place]:
                    continue
                own = entries[place].wide.get(language)
                if own is not None and not wanted.isdisjoint(own):
                    places.append(place)
                    break
            else:
                return None
        return places

    @staticmethod
    def _negated(entries: list[_Entry], taken: list[bool]) -> set[int]:
        negated: set[int] = set()
        for at, entry in enumerate(entries):
            if entry.negates and not taken[at]:
                negated.update(range(at + 1, at + 1 + _NEGATED))
        return negated

    def _unfinished(self, typed: str, latin: tuple[str, ...]) -> str:
        """What the last word may become, as concepts, where that is few things."""
        if not typed or not typed[-1].isalnum():
            return ""
        words = _WORD.findall(spell(typed[-60:]))
        begun = fold(words[-1]) if words else ""
        if len(begun) < 3:
            return ""
        entry = _entry(words[-1], latin)
        if entry.concepts or entry.noise:
            return ""
        meant: set[int] = set()
        for language in (*latin, "ar"):
            if len(begun) >= 4:
                meant.update(_begun(begun, language))
        if 0 < len(meant) <= 3:
            for number in meant:
                _keep(self.concepts, number, Said(IN_TEXT, words[-1]))
        return begun

    def _aim(self) -> Aim:
        marks = {name: self._said(f"to_{name}") for name in ("have", "mend", "teach", "self")}
        things = acts = 0.0
        for number, said in self.concepts.items():
            sort = self.lists.concepts[number].sort
            if sort in (Sort.THING, Sort.SPACE):
                things = max(things, said.weight)
            elif sort in (Sort.ACT, Sort.SKILL, Sort.LANGUAGE):
                acts = max(acts, said.weight)
        have, mend, teach = marks["have"], marks["mend"], marks["teach"]
        if self.category == "repair" and not (have >= IN_TITLE and not mend):
            mend = max(mend, 0.9)
        if self.category == "learning":
            teach = max(teach, 0.8)
        if self.category == "tools" and mend < IN_TITLE:
            have = max(have, 0.9)
        if things:
            # Who names a thing wants it or gives it, unless they say what is to be done with it.
            done = 0.5 if acts >= things else 0.0
            have = max(have, 1.0 - 0.75 * max(_strong(mend), _strong(teach), done))
        act = 1.0 if acts else 0.0
        if teach >= 0.6:
            act *= 0.3 if self.wants else 0.5
        if marks["self"]:
            act, teach, have = act * 0.4, teach * 0.5, max(have, 0.9)
        return Aim(min(have, 1.0), min(mend, 1.0), min(teach, 1.0), act)

    def _said(self, marker: str) -> float:
        said = self.concepts.get(self.lists.numbers[marker])
        if said is None:
            return 0.0
        return 1.0 if said.weight >= IN_TITLE else 0.85 if said.weight >= IN_TEXT else 0.5


def _languages(title: str, text: str, latin: tuple[str, ...]) -> Iterator[str]:
    for script, languages in ((_LATIN, latin), (_ARABIC, ("ar",)), *_SCRIPTS):
        if script.search(title) or script.search(text[:_READ]):
            yield from languages


def _strong(mark: float) -> float:
    """A mark, less where it stands in the text only."""
    return mark if mark >= 0.9 else 0.4 * mark


def _keep(kept: dict[int, Said], key: int, said: Said) -> None:
    """Keep what is said where it weighs most."""
    old = kept.get(key)
    if old is None or old.weight < said.weight:
        kept[key] = said


def _clauses(text: str) -> list[list[str]]:
    """The words of a text, clause by clause."""
    if not text:
        return []
    spelled = UNSPACED_RUN.sub(_pairs, spell(text))
    return [words for clause in _CLAUSE.split(spelled) if (words := _WORD.findall(clause))]


def _pairs(run: re.Match[str]) -> str:
    text = run[0]
    return f" {' '.join(first + second for first, second in pairwise(text)) or text} "


@lru_cache(maxsize=8_192)
def _begun(begun: str, language: str) -> tuple[int, ...]:
    """The concepts of which some word begins like this."""
    ordered = _ordered(language)
    found: set[int] = set()
    at = bisect_left(ordered, (begun, ()))
    while at < len(ordered) and ordered[at][0].startswith(begun):
        found.update(ordered[at][1])
        at += 1
    return tuple(sorted(found))


@lru_cache
def _ordered(language: str) -> list[tuple[str, tuple[int, ...]]]:
    """The words of a language's lists, by the alphabet."""
    known = lexicon().words.get(language, {})
    return sorted((key.lstrip(STEM + EXACTLY), found) for key, found in known.items())


def _code(name: str) -> str:
    """The code of a declared language (``es``, ``español``), "" where it is none of ours."""
    begin = fold(name)[:2]
    return begin if begin in ALGORITHMS and begin != "ar" else ""
