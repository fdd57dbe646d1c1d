# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words to what they have in common with their other forms, by Snowball's rules.

The only file that knows the stemmer. Snowball's objects belong to one thread each.
"""

import re
import threading
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import Stemmer

from mutualaid.model.text import plain

#: Languages by ISO 639-1, with the name of their algorithm.
ALGORITHMS: Final = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}

#: Begins a stem among the keys of :func:`keys`.
STEM: Final = "~"
#: Begins a word that is to be found as it stands.
EXACTLY: Final = "="
#: Languages in whose lists words are found by their number, but verbs, which end like this.
_BY_NUMBER: Final = {"es": ("ar", "er", "ir"), "fr": ("er", "ir", "re")}

#: Spanish words made small: ``mesita``, ``abuelitos``, ``cochecillo``.
_SMALL: Final = re.compile("(.{3,}?)e?c?(?:it|ill)([oa])s?")

#: A stem shorter than this is no stem.
_SHORTEST: Final = 2
_ARTICLES: Final = ("وال", "فال", "بال", "كال", "عال", "لل", "ال")
_PARTICLES: Final = ("و", "ف", "ب", "ل", "ك")
#: What stands in place of the ي with which an Arabic verb of the lists begins.
_PERSONS: Final = ("ت", "ن", "ا", "بي", "بت", "بن", "ب")

_own: Final = threading.local()


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """A word in lower case without accents; "" where it holds no letter or digit."""
    return plain(word).replace(" ", "")


@lru_cache(maxsize=65_536)
def stems(word: str, language: str) -> frozenset[str]:
    """What a word may be a form of, folded; it stands for itself in a language without rules.

    People leave out accents, so a word is stemmed with them and without.
    """
    bare = fold(word)
    if not bare:
        return frozenset()
    if language == "ar":
        return frozenset(_arabic(bare))
    stemmer = _stemmer(language)
    if stemmer is None or bare.isdigit():
        return frozenset((bare,))
    found = {fold(stemmer.stemWord(each)) for each in (bare, word.lower())}
    return frozenset(stem for stem in found if len(stem) >= _SHORTEST) or frozenset((bare,))


@lru_cache(maxsize=65_536)
def keys(word: str, language: str) -> frozenset[str]:
    """By what a word is looked up in the lists: its stem, marked, and its plain forms.

    Snowball brings Spanish and French nouns together that have nothing in common (``mesas`` and
    ``meses``), so there a stem finds only verbs, and other words are found by what is left without
    the plural.
    """
    found = {f"{STEM}{stem}" for stem in wide_stems(word, language)}
    found.add(f"{EXACTLY}{fold(word)}")
    if language in _BY_NUMBER:
        bare = fold(word)
        found |= _singular(bare, language)
        small = _SMALL.fullmatch(bare) if language == "es" else None
        if small is not None:
            found.update((small[1] + small[2], small[1] + "e", small[1]))
    return frozenset(found)


@lru_cache(maxsize=65_536)
def list_keys(word: str, language: str) -> frozenset[str]:
    """By what a word of the lists is found; a word is meant if these and its own share one."""
    verbs = _BY_NUMBER.get(language)
    if language == "ar":
        # A verb of the lists stands for all persons.
        bare = fold(word)
        found = set(stems(word, language))
        if bare.startswith("ي") and len(bare) >= 4:
            for person in _PERSONS:
                found.update(_arabic(person + bare[1:]))
        return frozenset(f"{STEM}{stem}" for stem in found)
    if verbs is None or fold(word).endswith(verbs):
        return frozenset(f"{STEM}{stem}" for stem in stems(word, language))
    return frozenset(_singular(fold(word), language))


def _singular(word: str, language: str) -> set[str]:
    """A word of Spanish or French and, where it may be a plural, its singular."""
    found = {word}
    if len(word) > 3 and word.endswith(("s", "x")):
        found.add(word[:-1])
        if language == "es" and word.endswith("es") and word[-3] not in "aeiou":
            found.add(word[:-2])
    return found


@lru_cache(maxsize=65_536)
def wide_stems(word: str, language: str) -> frozenset[str]:
    """The same, and what is left when a particle at the beginning of an Arabic word is taken off:
    to be looked up in a list of words, not to be compared."""
    narrow = stems(word, language)
    if language != "ar":
        return narrow
    found: set[str] = set()
    bare = fold(word)
    if bare[:1] in _PARTICLES and len(bare) > 3:
        found.update(_arabic(bare[1:]))
    return narrow | {stem for stem in found if len(stem) > _SHORTEST}


def _arabic(word: str) -> Iterator[str]:
    """Stems of a folded Arabic word (ه for ة, ي for ى, bare alif)."""
    for article in _ARTICLES:
        if word.startswith(article) and len(word) >= len(article) + 2:
            word = word[len(article) :]
            break
    stemmer = _stemmer("ar")
    # Folding wrote ة as ه; the rules know the ending by its other letter.
    form = f"{word[:-1]}ة" if word.endswith("ه") and len(word) > 3 else word
    # With an article before it, no letter of a noun is taken for a particle.
    stem = fold(stemmer.stemWord(f"ال{form}")) if stemmer is not None else word
    stem = stem.removeprefix("ال")
    if len(stem) <= _SHORTEST:
        stem = word
    yield stem
    if len(stem) > 3 and stem.endswith("ت"):  # before a possessive: دراجتي
        yield stem[:-1]
    if word.endswith("وا") and len(word) > 4:
        yield word[:-2]
    elif word.endswith(("ه", "ي", "ا", "ك")) and len(word) > 3:
        yield word[:-1]


def _stemmer(language: str) -> Any:
    """This thread's stemmer for a language, None where there is none."""
    made: dict[str, Any] = _own.__dict__.setdefault("made", {})
    if language not in made:
        name = ALGORITHMS.get(language)
        known = name is not None and name in Stemmer.algorithms()
        made[language] = Stemmer.Stemmer(name) if known else None
    return made[language]
