# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What words mean: concepts of neighbourhood life, with the words for them in several languages.

The lists are files in ``resources/words``; their README says how to add to them.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final

from mutualaid.model.matching.stems import EXACTLY, STEM, fold, list_keys, stems
from mutualaid.model.text import plain
from mutualaid.paths import resources

#: The languages that the lists of concepts are written in.
LISTED: Final = ("ar", "en", "es", "fr")


class Sort(StrEnum):
    """What a concept is: this decides how a word of one post can meet a word of another."""

    THING = "thing"  # can be had, and mended
    SPACE = "space"  # can be used or lived in
    ACT = "act"  # done for somebody
    SKILL = "skill"  # done, and taught
    LANGUAGE = "language"
    CONTEXT = "context"  # whom or where it is about
    TIME = "time"
    MARKER = "marker"  # says which of these a post is about: to have, to mend, to teach


@dataclass(frozen=True, slots=True)
class Concept:
    name: str
    sort: Sort
    weight: float  # how much it says that two posts share it; 1 as a rule
    product: str  # the product category of the repair standard that it is, or ""
    code: str  # of a language: its ISO 639 code


@dataclass(frozen=True, slots=True)
class Rule:
    """Where one of each set is said, a concept is meant: in one part of a post, or anywhere in it;
    where it has a ``category``, only in posts of that, and only if nothing else is meant."""

    all: tuple[frozenset[int], ...]
    gives: int
    anywhere: bool
    category: str


#: A phrase after its first two words: what each further word may be, and the concept.
Phrase = tuple[tuple[frozenset[str], ...], int]


@dataclass(frozen=True, slots=True)
class Tongue:
    """The small words of a language."""

    function: frozenset[str]  # folded; by these a language is recognised
    noise: frozenset[str]  # stems that say nothing of what a post is about
    negations: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All concepts, by number; ``words`` by language, then by stem."""

    concepts: tuple[Concept, ...]
    numbers: Mapping[str, int]
    words: Mapping[str, Mapping[str, tuple[int, ...]]]
    #: By language, by the first word, by the second.
    phrases: Mapping[str, Mapping[str, Mapping[str, tuple[Phrase, ...]]]]
    #: Concept of a need → concept of an offer → how well it meets the need, up to 1.
    meets: Mapping[int, Mapping[int, float]]
    #: The same the other way round: concept of an offer → concepts of needs.
    met: Mapping[int, Mapping[int, float]]
    #: Concept of a need → what an offer is rather about that speaks of it in passing.
    unlike: Mapping[int, frozenset[int]]
    #: By concept and language, the beginnings of its words, to be looked for in the index.
    beginnings: tuple[Mapping[str, tuple[str, ...]], ...]
    tongues: Mapping[str, Tongue]
    rules: tuple[Rule, ...]
    #: The rules, by place, of which a concept is in the first set.
    triggers: Mapping[int, tuple[int, ...]]
    #: What else is meant by a concept.
    implied: Mapping[int, tuple[int, ...]]

    def number(self, name: str) -> int:
        return self.numbers[name]


@cache
def lexicon() -> Lexicon:
    """The lists that come with the program, read once."""
    folder = resources() / "words"
    tables: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.glob("*.toml")):
        if file.name not in ("languages.toml", "rules.toml"):
            for sort, listed in tomllib.loads(file.read_text(encoding="utf-8")).items():
                tables.update({name: {**table, "sort": sort} for name, table in listed.items()})
    tongues = tomllib.loads((folder / "languages.toml").read_text(encoding="utf-8"))
    rules = tomllib.loads((folder / "rules.toml").read_text(encoding="utf-8"))["rule"]
    return _build(tables, tongues, rules)


def _build(
    tables: Mapping[str, Any], tongues: Mapping[str, Any], listed_rules: Iterable[Mapping[str, Any]]
) -> Lexicon:
    numbers = {name: number for number, name in enumerate(tables)}
    concepts = tuple(
        Concept(
            name,
            Sort(table["sort"]),
            table.get("weight", 1.0),
            table.get("product", ""),
            table.get("code", ""),
        )
        for name, table in tables.items()
    )
    small = {
        language: Tongue(
            frozenset(map(fold, table["function"].split())),
            frozenset(
                stem
                for word in f"{table['function']} {table.get('noise', '')}".split()
                for stem in (*stems(word, language), fold(word))
            ),
            frozenset(map(fold, table.get("negations", "").split())),
        )
        for language, table in tongues.items()
    }
    words: dict[str, dict[str, list[int]]] = {language: {} for language in LISTED}
    phrases: dict[str, dict[str, dict[str, tuple[Phrase, ...]]]] = {each: {} for each in LISTED}
    beginnings: list[dict[str, tuple[str, ...]]] = []
    for number, table in enumerate(tables.values()):
        begin: dict[str, tuple[str, ...]] = {}
        spoken = ", ".join(table.get(language, "") for language in ("en", "es", "fr"))
        for language in LISTED:
            found: dict[str, None] = {}
            # The name of a language is understood in each.
            listed = spoken if table["sort"] == "language" and language != "ar" else ""
            for text in (listed or table.get(language, "")).split(","):
                parts = _telling(plain(text).split(), small[language])
                if not parts:
                    continue
                if text.strip().startswith(EXACTLY):
                    first, rest = frozenset((f"{EXACTLY}{''.join(parts)}",)), []
                else:
                    first, *rest = [list_keys(part, language) for part in parts]
                for stem in first:
                    if rest:
                        _add_phrase(phrases[language].setdefault(stem, {}), rest, number)
                    else:
                        words[language].setdefault(stem, []).append(number)
                # Of a phrase, its longest word is looked for.
                telling = [part for part in parts if part not in small[language].noise]
                if telling:
                    key = max(telling, key=len)
                    found[min(list_keys(key, language), key=len).removeprefix(STEM)] = None
            begin[language] = tuple(found)
        beginnings.append(begin)
    meets = _meets(
        [(table.get("is", ()), table.get("by", ())) for table in tables.values()], numbers
    )
    met: dict[int, dict[int, float]] = {}
    for need, offers in meets.items():
        for offer, worth in offers.items():
            met.setdefault(offer, {})[need] = worth
    made = tuple(
        Rule(
            tuple(
                frozenset(numbers[name] for name in ([one] if isinstance(one, str) else one))
                for one in rule["all"]
            ),
            numbers[rule["gives"]],
            rule.get("anywhere", False),
            rule.get("category", ""),
        )
        for rule in listed_rules
    )
    triggers: dict[int, tuple[int, ...]] = {}
    for place, rule in enumerate(made):
        for number in rule.all[0]:
            triggers[number] = (*triggers.get(number, ()), place)
    return Lexicon(
        concepts,
        numbers,
        {
            language: {stem: tuple(dict.fromkeys(found)) for stem, found in known.items()}
            for language, known in words.items()
        },
        phrases,
        meets,
        met,
        {
            numbers[name]: frozenset(numbers[other] for other in table["unlike"])
            for name, table in tables.items()
            if "unlike" in table
        },
        tuple(beginnings),
        small,
        made,
        triggers,
        {
            numbers[name]: tuple(numbers[other] for other in table["also"])
            for name, table in tables.items()
            if "also" in table
        },
    )


def _add_phrase(
    table: dict[str, tuple[Phrase, ...]], rest: list[frozenset[str]], number: int
) -> None:
    second, *further = rest
    for key in sorted(second):
        table[key] = (*table.get(key, ()), (tuple(further), number))


def _telling(parts: list[str], tongue: Tongue) -> list[str]:
    """The words of a phrase without its small ones, where two or more are left: “silla de
    ruedas” is also “silla con ruedas”."""
    told = [part for part in parts if part not in tongue.function or part in tongue.negations]
    return told if len(told) > 1 else parts


def _meets(
    links: Iterable[tuple[Iterable[str], Iterable[str]]], numbers: Mapping[str, int]
) -> Mapping[int, Mapping[int, float]]:
    """Something more general meets a need, and so does something more particular, less surely;
    what is only related (``by``, as ``name`` or ``name:worth``) in one direction."""
    above: dict[int, dict[int, float]] = {}
    others: dict[int, list[tuple[int, float]]] = {}
    for number, (parents, by) in enumerate(links):
        above[number] = {numbers[name]: 0.85 for name in parents}
        others[number] = [
            (numbers[name], float(worth or 0.8))
            for name, _, worth in (each.partition(":") for each in by)
        ]
    for over in above.values():
        for parent in tuple(over):
            for grandparent in above[parent]:
                over.setdefault(grandparent, 0.6)
    meets: dict[int, dict[int, float]] = {number: {number: 1.0} for number in above}
    for number, over in above.items():
        for parent, worth in over.items():
            meets[number].setdefault(parent, worth)
            meets[parent].setdefault(number, worth * 0.9)
    for number, listed in others.items():
        for other, worth in listed:
            meets[number][other] = max(meets[number].get(other, 0), worth)
    return meets
