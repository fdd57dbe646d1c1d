# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How posts that may be compared are looked for in the index: by the beginnings of words."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from mutualaid.model.matching.lexicon import Sort, lexicon
from mutualaid.model.matching.meaning import Meaning
from mutualaid.model.text import UNSPACED_RUN

#: What is written together with an Arabic word before it.
_BEFORE: Final = ("", "ال", "و", "وال", "بال", "لل", "ب", "ل")
#: So many concepts and so many other words of one post are looked for.
_MOST_CONCEPTS: Final = 8
_MOST_WORDS: Final = 10
_LEAST: Final = 3


def signs(language: str) -> str:
    """An expression that finds some post in a language where there are any: its small words."""
    small = sorted(lexicon().tongues[language].function, key=lambda word: (-len(word), word))
    return " OR ".join(f'"{word}"' for word in small if word.isalnum())


def expressions(
    meaning: Meaning, languages: tuple[str, ...], *, wants: bool
) -> Iterator[tuple[str, float]]:
    """Expressions for the index, with how much it says to be found by one; ``wants`` is true of
    a need, for which offers are looked for. Concepts are looked for in ``languages``."""
    lists = lexicon()
    ordered = sorted(
        meaning.concepts.items(),
        key=lambda each: (
            lists.concepts[each[0]].sort is Sort.CONTEXT,
            -each[1].weight * lists.concepts[each[0]].weight,
            each[0],
        ),
    )
    for number, said in ordered[:_MOST_CONCEPTS]:
        concept = lists.concepts[number]
        expression = _of_concept(number, languages, wants)
        if expression:
            context = 0.2 if concept.sort is Sort.CONTEXT else 1.0
            yield expression, said.weight * concept.weight * context
    words = sorted(meaning.words.items(), key=lambda each: (-each[1].weight, each[0]))
    for stem, said in words[:_MOST_WORDS]:
        if UNSPACED_RUN.fullmatch(stem):
            yield f'"{stem}"', 0.5 * said.weight
        elif len(stem) >= _LEAST and stem.isalnum():
            yield f'"{stem}"*', 0.5 * said.weight
    if len(meaning.unfinished) >= _LEAST and meaning.unfinished.isalnum():
        yield f'"{meaning.unfinished}"*', 0.3


@lru_cache(maxsize=4096)
def _of_concept(number: int, languages: tuple[str, ...], wants: bool) -> str:
    lists = lexicon()
    related = (lists.meets if wants else lists.met)[number]
    terms: dict[str, None] = {}
    for other in related:
        for language in languages:
            for begin in lists.beginnings[other].get(language, ()):
                if len(begin) < _LEAST or not begin.isalnum():
                    continue
                for before in _BEFORE if language == "ar" else ("",):
                    terms[f'"{before}{begin}"*'] = None
    return " OR ".join(terms)
