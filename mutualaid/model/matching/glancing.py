# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a post may be of interest at all: a look at the beginnings of its words, many times
quicker than reading it."""

import re
from collections.abc import Iterable
from typing import Final

from mutualaid.model.matching.lexicon import Sort, lexicon
from mutualaid.model.matching.meaning import Meaning
from mutualaid.model.matching.stems import fold
from mutualaid.model.text import UNSPACED_RUN

#: Words are looked up by so many letters first.
_FIRST: Final = 3
_WORD: Final = re.compile(r"[^\W_]{3,}")
#: A form of a word has at most so many letters more than the word's beginning.
_LONGER: Final = 5
#: So many letters may be written together with an Arabic word before it.
_PARTICLES: Final = range(4)


class Interests:
    """What somebody looks for and gives."""

    def __init__(self) -> None:
        self._begin: dict[str, list[str]] = {}
        self._everything = False

    def add(self, meaning: Meaning, *, wants: bool) -> None:
        """Take in a post or page; ``wants`` is true of a need."""
        lists = lexicon()
        related = lists.meets if wants else lists.met
        for number in meaning.concepts:
            if lists.concepts[number].sort is not Sort.CONTEXT:
                self.add_concepts(related[number])
        for stem in meaning.words:
            self._add(stem)
        self._everything = self._everything or meaning.any_mending

    def add_concepts(self, numbers: Iterable[int]) -> None:
        """Take in concepts as they are."""
        beginnings = lexicon().beginnings
        for number in numbers:
            for listed in beginnings[number].values():
                for begin in listed:
                    self._add(begin)

    def _add(self, begin: str) -> None:
        if UNSPACED_RUN.search(begin):
            self._everything = True
        elif len(begin) >= _FIRST:
            known = self._begin.setdefault(begin[:_FIRST], [])
            if begin not in known:
                known.append(begin)

    def meet(self, *texts: str) -> bool:
        """Whether some word of a post begins like one of what is looked for."""
        if self._everything:
            return True
        begun = self._begin
        for text in texts:
            for word in _WORD.findall(text):
                bare = fold(word)
                for at in _PARTICLES if bare[:1] >= "\u0600" else (0,):
                    for begin in begun.get(bare[at : at + _FIRST], ()):
                        if bare.startswith(begin, at) and len(bare) - at <= len(begin) + _LONGER:
                            return True
        return False
