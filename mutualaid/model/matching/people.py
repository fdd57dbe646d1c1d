# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people say of themselves, read as posts are: what they can do, teach, mend and speak."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from mutualaid.model.matching.lexicon import Sort, lexicon
from mutualaid.model.matching.meaning import OF_SKILL, Aim, Meaning, Said, read
from mutualaid.model.matching.scoring import FOREIGN, compare
from mutualaid.model.queries.matching import Page
from mutualaid.model.taxonomy import product_words
from mutualaid.model.text import plain
from mutualaid.model.values import PostKind, Reason, ReasonKind, SkillLevel


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a person says of themselves."""

    meaning: Meaning
    reason: Reason
    level: SkillLevel


@dataclass(frozen=True, slots=True)
class Known:
    """A person's page with what it means."""

    page: Page
    claims: tuple[Claim, ...]
    languages: Mapping[int, str]  # concept → as they say it
    codes: frozenset[str]  # ISO codes of the same


@lru_cache(maxsize=2048)
def know(page: Page) -> Known:
    """A page with what it means; kept."""
    claims = [
        Claim(_claimed(name, note, level), Reason(_REASON[level], name), level)
        for name, level, note in page.skills
    ]
    skills = {plain(name) for name, _, _ in page.skills}
    claims += [
        Claim(_fixed(name, note, level), Reason(_FIXING[level], name), level)
        for name, level, note in page.fixes
        if plain(name) not in skills or level is not SkillLevel.LEARN
    ]
    lists = lexicon()
    codes = {concept.code: number for number, concept in enumerate(lists.concepts) if concept.code}
    languages: dict[int, str] = {}
    for name in page.languages:
        short = codes.get(plain(name))
        numbers = [short] if short is not None else list(read(name).concepts)
        for number in numbers:
            if lists.concepts[number].sort is Sort.LANGUAGE:
                languages[number] = name
    spoken = frozenset(lists.concepts[number].code for number in languages)
    return Known(page, tuple(claims), languages, spoken)


_REASON: Final = {
    SkillLevel.CAN: ReasonKind.SKILL,
    SkillLevel.TEACH: ReasonKind.SKILL,
    SkillLevel.LEARN: ReasonKind.LEARNS,
}
_FIXING: Final = {
    SkillLevel.CAN: ReasonKind.FIXES,
    SkillLevel.TEACH: ReasonKind.FIXES,
    SkillLevel.LEARN: ReasonKind.LEARNS,
}
_AIMS: Final = {
    SkillLevel.CAN: Aim(have=0.4, mend=0.8, teach=0.3, act=1.0),
    SkillLevel.TEACH: Aim(have=0.2, mend=0.8, teach=1.0, act=1.0),
    SkillLevel.LEARN: Aim(teach=1.0),
}


def _claimed(name: str, note: str, level: SkillLevel) -> Meaning:
    meaning = read(name, note, category=OF_SKILL, wants=level is SkillLevel.LEARN)
    return Meaning(
        meaning.concepts, meaning.words, {}, _AIMS[level], "", any_mending=meaning.any_mending
    )


def _fixed(name: str, note: str, level: SkillLevel) -> Meaning:
    """What somebody repairs: the product category in everyday words."""
    meaning = read(product_words(name), note, language="en", wants=False)
    concepts = dict(meaning.concepts)
    for number, concept in enumerate(lexicon().concepts):
        if concept.product == name:
            concepts[number] = Said(1.0, name)
    aim = Aim(teach=1.0) if level is SkillLevel.LEARN else Aim(mend=1.0, act=1.0)
    return Meaning(concepts, {}, {}, aim, "", any_mending=False)


def person_fits(kind: PostKind, meaning: Meaning, known: Known) -> tuple[float, tuple[Reason, ...]]:
    """How well a person meets a need, or how much an offer is what they want to learn."""
    top = 0.0
    reasons: tuple[Reason, ...] = ()
    if kind is PostKind.NEED:
        spoken = _spoken_for(meaning, known)
        if spoken is not None:
            top, reasons = 1.0, (Reason(ReasonKind.LANGUAGE, spoken),)
    for claim in known.claims:
        if (claim.level is SkillLevel.LEARN) is (kind is PostKind.NEED):
            continue
        if kind is PostKind.NEED:
            score = compare(meaning, claim.meaning)
        elif meaning.aim.teach >= 0.6:
            score = compare(claim.meaning, meaning)
        else:
            continue
        if score.value > top:
            top, reasons = score.value, (claim.reason,)
    if meaning.languages and known.codes and meaning.languages.isdisjoint(known.codes):
        top *= FOREIGN
    return top, reasons


def _spoken_for(meaning: Meaning, known: Known) -> str | None:
    """The language that a need asks for and a person speaks, where it is not to be taught."""
    if not known.languages or meaning.aim.teach >= 0.6:
        return None
    lists = lexicon()
    named = {
        number: said.weight
        for number, said in meaning.concepts.items()
        if lists.concepts[number].sort is Sort.LANGUAGE
    }
    most = max(named.values(), default=0.0)
    for number, weight in named.items():
        if weight == most and number in known.languages:
            return known.languages[number]
    return None
