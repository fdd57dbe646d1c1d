# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lists of words that come with the program are whole."""

import tomllib
from pathlib import Path

import pytest

from mutualaid.model.matching.lexicon import LISTED, Sort, lexicon
from mutualaid.model.taxonomy import CATEGORIES, CATEGORY_BY_ID, PRODUCT_BY_NAME
from mutualaid.paths import resources

WORDS = resources() / "words"
ROOT = Path(__file__).resolve().parents[3]


def test_the_lists_are_packaged() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    data = project["tool"]["setuptools"]["package-data"]["mutualaid.resources"]
    assert "words/*.toml" in data
    assert len(list(WORDS.glob("*.toml"))) >= 8


def test_no_concept_stands_in_two_places() -> None:
    seen: dict[str, str] = {}
    for file in sorted(WORDS.glob("*.toml")):
        if file.name in ("languages.toml", "rules.toml"):
            continue
        for sort, table in tomllib.loads(file.read_text(encoding="utf-8")).items():
            assert Sort(sort)
            for name in table:
                assert name not in seen, f"{name} is in {file.name} and in {seen[name]}"
                seen[name] = file.name


def test_every_concept_has_words_in_every_language() -> None:
    for file in sorted(WORDS.glob("*.toml")):
        if file.name in ("languages.toml", "rules.toml"):
            continue
        for table in tomllib.loads(file.read_text(encoding="utf-8")).values():
            for name, concept in table.items():
                for language in LISTED:
                    assert concept.get(language, "").strip(), f"{name} has no word in {language}"


def test_products_are_those_of_the_taxonomy() -> None:
    products = {concept.product for concept in lexicon().concepts} - {""}
    assert products <= PRODUCT_BY_NAME.keys()
    # Whoever repairs something is found by what is broken.
    assert PRODUCT_BY_NAME.keys() - products == {"Misc"}


def test_there_is_something_for_every_category_of_posts() -> None:
    """Rules and lists name no category that is not there."""
    rules = tomllib.loads((WORDS / "rules.toml").read_text(encoding="utf-8"))["rule"]
    named = {rule["category"] for rule in rules if "category" in rule} - {"skill"}
    assert named <= CATEGORY_BY_ID.keys()
    assert len(lexicon().concepts) >= 10 * len(CATEGORIES)


@pytest.mark.parametrize("language", LISTED)
def test_each_language_has_many_words(language: str) -> None:
    lists = lexicon()
    assert len(lists.words[language]) >= 1_000
    assert len(lists.phrases[language]) >= 200
    assert lists.tongues[language].function
    assert lists.tongues[language].negations


def test_what_is_meant_the_same_meets_best() -> None:
    lists = lexicon()
    kettle, appliance = lists.numbers["kettle"], lists.numbers["appliance"]
    toaster = lists.numbers["toaster"]
    assert lists.meets[kettle][kettle] == 1
    assert 0 < lists.meets[kettle][appliance] < 1
    assert toaster not in lists.meets[kettle]
    for need, offers in lists.meets.items():
        for offer, worth in offers.items():
            assert 0 < worth <= 1
            assert lists.met[offer][need] == worth
