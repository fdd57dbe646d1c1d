# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How well an offer meets a need, by what both are about. Pure: no clock, no counts of people."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from mutualaid.model.matching.lexicon import Sort, lexicon
from mutualaid.model.matching.meaning import IN_TITLE, Aim, Meaning
from mutualaid.model.matching.stems import fold

#: What scores less is not shown.
FLOOR: Final = 0.6
#: Nor is what scores less than this share of the best.
SHARE: Final = 0.66

_CATEGORY: Final = 0.25
_WORD: Final = 0.7
_MOST_BY_WORDS: Final = 0.8
_CONTEXT: Final = 0.15
#: Those who write in different languages may have none in common.
FOREIGN: Final = 0.65
#: Further agreements count less and less.
_FURTHER: Final = (1.0, 0.5, 0.25, 0.12)

_HAD: Final = (Sort.THING, Sort.SPACE)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Score:
    """``words`` are those of the offer side that agree, the strongest first."""

    value: float
    words: tuple[str, ...] = ()
    category: bool = False
    times: tuple[str, ...] = ()
    foreign: bool = False  # whether the two are written in different languages


NOTHING: Final = Score(0.0)


def compare(
    need: Meaning,
    offer: Meaning,
    rarity: Callable[[str], float] = lambda stem: 1.0,
    *,
    shown: str = "offer",
) -> Score:
    """How well ``offer`` meets ``need``. ``rarity`` says of a stem how much it tells, 0 to 1;
    ``shown`` names the side whose words are given as reasons."""
    lists = lexicon()
    found: list[tuple[float, str, int]] = []
    for number, said in need.concepts.items():
        concept = lists.concepts[number]
        best = 0.0
        word = ""
        for other, worth in lists.meets[number].items():
            match = offer.concepts.get(other)
            if match is None:
                continue
            agreed = _agreement(concept.sort, lists.concepts[other].sort, need.aim, offer.aim)
            value = said.weight * match.weight * worth * agreed
            value *= min(concept.weight, lists.concepts[other].weight)
            if match.weight < IN_TITLE and _is_about(offer, lists.unlike.get(other)):
                value *= 0.5
            if value > best:
                best, word = value, (match if shown == "offer" else said).word
        if best:
            found.append((best, word, number))
    if offer.any_mending and need.aim.mend and _is_of_a_thing(need):
        found.append((0.6 * need.aim.mend, "", -1))
    found.sort(key=lambda each: (-each[0], each[1]))
    value = sum(each[0] * share for each, share in zip(found, _FURTHER, strict=False))
    by_words, words = _by_words(need, offer, rarity, shown)
    value += by_words
    if not value:
        return NOTHING
    if _conflict(need, offer):
        value *= 0.2
    foreign = bool(
        need.languages and offer.languages and need.languages.isdisjoint(offer.languages)
    )
    if foreign:
        value *= FOREIGN
    if by_words < 0.3 and _is_beside_the_point(need, [each[2] for each in found if each[0] > 0.25]):
        value *= 0.7
    category = need.category == offer.category and need.category not in ("", "other")
    if category:
        value += _CATEGORY * min(1.0, value * 2)
    times = tuple(offer.times[each] for each in need.times if each in offer.times)
    if times:
        value += 0.03
    named = dict.fromkeys(each[1] for each in found if each[1] and each[0] > 0.05)
    return Score(
        value,
        tuple(dict.fromkeys((*named, *words)))[:4],
        category,
        times[:2],
        foreign,
    )


def best(scored: Sequence[tuple[float, T]], floor: float = FLOOR) -> list[T]:
    """What is worth showing, given with its score in the order in which equals are to stand."""
    top = max((score for score, _ in scored), default=0.0)
    least = max(floor, SHARE * top)
    good = [(score, each) for score, each in scored if score >= least]
    return [each for _, each in sorted(good, key=lambda each: -each[0])]


def _agreement(sort: Sort, other: Sort, need: Aim, offer: Aim) -> float:
    """How far two posts that speak of one thing want the same with it."""
    taught = min(need.teach, offer.teach)
    if sort is Sort.CONTEXT or other is Sort.CONTEXT:
        return _CONTEXT
    if sort in _HAD and other in _HAD:
        return max(min(need.have, offer.have), min(need.mend, offer.mend), taught, 0.08)
    if sort not in _HAD and other not in _HAD:
        crossed = max(min(need.teach, offer.act), min(need.act, offer.teach))
        return max(min(need.act, offer.act), taught, 0.35 * crossed, 0.1)
    asked = max(need.have, need.mend) if sort in _HAD else need.act
    given = max(offer.have, 0.9) if other in _HAD else offer.act
    return max(0.9 * min(asked, given), taught)


def _by_words(
    need: Meaning, offer: Meaning, rarity: Callable[[str], float], shown: str
) -> tuple[float, list[str]]:
    found: dict[str, float] = {}
    small, large = sorted((need.words, offer.words), key=len)
    for stem in small:
        if stem not in large:
            continue
        one, other = need.words[stem], offer.words[stem]
        word = (other if shown == "offer" else one).word
        value = one.weight * other.weight * rarity(stem)
        found[word] = max(found.get(word, 0.0), value)
    _add_unfinished(need.unfinished, offer, found)
    _add_unfinished(offer.unfinished, need, found)
    ordered = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    value = sum(value * share for (_, value), share in zip(ordered, _FURTHER, strict=False))
    return min(_MOST_BY_WORDS, _WORD * value), [word for word, _ in ordered]


def _add_unfinished(begun: str, other: Meaning, found: dict[str, float]) -> None:
    """Words of the other post that a word may become which is still being typed."""
    if len(begun) < 4:
        return
    for said in (*other.words.values(), *other.concepts.values()):
        if said.word not in found and any(
            fold(word).startswith(begun) for word in said.word.split()
        ):
            found[said.word] = 0.9 * said.weight


def _is_about(meaning: Meaning, concepts: frozenset[int] | None) -> bool:
    """Whether a title names one of these."""
    return concepts is not None and any(
        said.weight >= IN_TITLE for number, said in meaning.concepts.items() if number in concepts
    )


def _is_beside_the_point(need: Meaning, met: list[int]) -> bool:
    """Whether a need says in its title what it is about, and only something else is met."""
    lists = lexicon()
    main = {
        number
        for number, said in need.concepts.items()
        if said.weight >= IN_TITLE and lists.concepts[number].sort is not Sort.CONTEXT
    }
    return bool(main) and main.isdisjoint(met)


def _is_of_a_thing(meaning: Meaning) -> bool:
    lists = lexicon()
    return any(lists.concepts[number].sort is Sort.THING for number in meaning.concepts)


def _conflict(need: Meaning, offer: Meaning) -> bool:
    """Whether both are about languages, or both about animals, and about different ones."""
    lists = lexicon()
    animals = {lists.numbers[name] for name in ("dog", "cat", "small_animal")}
    spoken = [
        {n for n in each.concepts if lists.concepts[n].sort is Sort.LANGUAGE}
        for each in (need, offer)
    ]
    kept = [animals & each.concepts.keys() for each in (need, offer)]
    return any(one and other and one.isdisjoint(other) for one, other in (spoken, kept))
