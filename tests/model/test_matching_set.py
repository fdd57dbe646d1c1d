# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The labelled needs and offers by which matching is judged are well formed."""

import tomllib
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from mutualaid.model.taxonomy import CATEGORY_BY_ID, PRODUCT_BY_NAME
from mutualaid.model.values import PostKind, SkillLevel, Urgency

DATA = Path(__file__).resolve().parent.parent / "data" / "matching"
LANGUAGES = ("en", "es", "fr", "ar")

each_language = pytest.mark.parametrize("language", LANGUAGES)


@lru_cache
def read(name: str) -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def posts(language: str, kind: PostKind) -> dict[str, dict[str, Any]]:
    return {post["id"]: post for post in read(language)["post"] if post["kind"] == kind}


def people(language: str) -> dict[str, dict[str, Any]]:
    return {person["id"]: person for person in read(language)["person"]}


def test_ids_are_unique_over_all_languages() -> None:
    ids = Counter(
        entry["id"]
        for language in LANGUAGES
        for entry in (*read(language)["post"], *read(language)["person"])
    )
    assert [one for one, times in ids.items() if times > 1] == []


def test_there_are_enough_posts() -> None:
    counts = {language: len(read(language)["post"]) for language in LANGUAGES}
    assert min(counts.values()) >= 60
    assert sum(counts.values()) >= 240


@each_language
def test_each_post_is_one_that_the_app_could_keep(language: str) -> None:
    for post in read(language)["post"]:
        kind = PostKind(post["kind"])
        assert post["id"].startswith(f"{language}-{'n' if kind is PostKind.NEED else 'o'}"), post
        assert post["title"].strip(), post
        assert post["area"].strip(), post
        assert isinstance(post["text"], str), post
        assert isinstance(post["when"], str), post
        assert post["category"] in CATEGORY_BY_ID, post
        assert Urgency(post["urgency"]), post


@each_language
def test_no_post_is_both_a_need_and_an_offer(language: str) -> None:
    needs, offers = posts(language, PostKind.NEED), posts(language, PostKind.OFFER)
    assert len(needs) + len(offers) == len(read(language)["post"])
    assert not needs.keys() & offers.keys()
    assert not {need["title"] for need in needs.values()} & {
        offer["title"] for offer in offers.values()
    }
    assert not [offer for offer in offers.values() if "fits" in offer or "people" in offer]


@each_language
def test_each_need_says_what_fits_and_it_exists(language: str) -> None:
    offers, persons = posts(language, PostKind.OFFER), people(language)
    for need in posts(language, PostKind.NEED).values():
        assert len(set(need["fits"])) == len(need["fits"]), need
        assert set(need["fits"]) <= offers.keys(), need
        assert set(need["people"]) <= persons.keys(), need


@each_language
def test_most_needs_but_not_all_have_an_offer_that_fits(language: str) -> None:
    needs = posts(language, PostKind.NEED)
    met = sum(bool(need["fits"]) for need in needs.values())
    assert 0.8 * len(needs) <= met < len(needs)


@each_language
def test_every_category_occurs(language: str) -> None:
    assert {post["category"] for post in read(language)["post"]} == CATEGORY_BY_ID.keys()


@each_language
def test_people_have_known_levels_and_products(language: str) -> None:
    assert len(people(language)) >= 12
    for person in people(language).values():
        assert person["id"].startswith(f"{language}-p"), person
        assert person["languages"], person
        assert person["skills"] or person["fixes"], person
        for skill in person["skills"]:
            assert skill["name"].strip(), person
            assert SkillLevel(skill["level"]), person
        assert set(person["fixes"]) <= PRODUCT_BY_NAME.keys(), person


@each_language
def test_learners_want_to_learn_and_teachers_teach(language: str) -> None:
    persons, pairs = people(language), read(language)["learning"]
    assert len(pairs) >= 4
    for pair in pairs:
        wanted = {"name": pair["skill"], "level": "learn"}
        assert wanted in persons[pair["learner"]]["skills"], pair
        levels = [skill["level"] for skill in persons[pair["teacher"]]["skills"]]
        assert "teach" in levels, pair
        assert pair["learner"] != pair["teacher"], pair


def test_what_fits_across_languages_exists_in_another_language() -> None:
    needs = {one for language in LANGUAGES for one in posts(language, PostKind.NEED)}
    offers = {one for language in LANGUAGES for one in posts(language, PostKind.OFFER)}
    crossing = read("cross")["cross"]
    assert len(crossing) >= 16
    assert len({cross["need"] for cross in crossing}) == len(crossing)
    for cross in crossing:
        assert cross["need"] in needs, cross
        assert cross["fits"], cross
        assert set(cross["fits"]) <= offers, cross
        assert all(offer[:2] != cross["need"][:2] for offer in cross["fits"]), cross
