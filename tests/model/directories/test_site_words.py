# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of a site are all there in every language."""

import string
import tomllib
from typing import Any

import pytest

from mutualaid import paths
from mutualaid.model.directories.directory import AsOf
from mutualaid.model.directories.formats.site_words import LANGUAGES, words_in
from mutualaid.model.taxonomy import BARRIERS, CATEGORIES, PRODUCT_BY_NAME
from mutualaid.model.values import (
    ContactKind,
    Mode,
    PlaceKind,
    PostKind,
    PostStatus,
    RepairOutcome,
    SkillLevel,
    Urgency,
)

PLURALS = {"en": {"one", "other"}, "es": {"one", "other"}}
OTHERS = [language for language in LANGUAGES if language != "en"]


def flat(table: dict[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict) and not ("other" in value and len(value) < 7 and before):
            found |= flat(value, f"{before}{key}.")
        else:
            found[before + key] = value
    return found


def loaded(language: str) -> dict[str, Any]:
    text = (paths.resources() / "site" / f"{language}.toml").read_text(encoding="utf-8")
    return flat(tomllib.loads(text))


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_says_the_same_things_with_the_same_values(language: str) -> None:
    english, theirs = loaded("en"), loaded(language)
    own = {key for key in theirs if key.startswith(("product.", "barrier."))}
    assert set(theirs) - own == set(english)
    for key, value in english.items():
        forms = [value, theirs[key]]
        texts = [list(each.values()) if isinstance(each, dict) else [each] for each in forms]
        if isinstance(value, list):
            assert key == "countries" or len(value) == len(theirs[key])
            continue
        wanted = blanks(texts[0][-1])
        assert all(blanks(each) <= wanted for each in texts[1]), key
        assert blanks(texts[1][-1]) == wanted, key
    assert {key.partition(".")[2] for key in own} == {*PRODUCT_BY_NAME, *BARRIERS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_has_a_word(language: str) -> None:
    words = words_in(language)
    for table, values in (
        ("kinds", PostKind),
        ("urgency", Urgency),
        ("mode", Mode),
        ("status", PostStatus),
        ("person", SkillLevel),
        ("place", PlaceKind),
        ("outcome", RepairOutcome),
        ("contact", ContactKind),
    ):
        for value in values:
            assert words.said(f"{table}.{value}")
    for category in CATEGORIES:
        assert words.category(category.id)
    assert words.category("our own") == "our own"


def test_numbers_take_their_forms() -> None:
    english, arabic = words_in("en"), words_in("ar")
    assert english.said("fixing.people", n=1) == "1 person"
    assert english.said("fixing.people", n=1000) == "1000 people"
    found = [arabic.said("search.found", n=n) for n in (0, 1, 2, 3, 10, 11, 99, 100, 103)]
    assert found == [
        *("لا نتائج", "نتيجة واحدة", "نتيجتان", "3 نتائج", "10 نتائج"),
        *("11 نتيجة", "99 نتيجة", "100 نتيجة", "103 نتائج"),
    ]


@pytest.mark.parametrize(
    ("hours", "english", "spanish"),
    [
        ("", "", ""),
        ("by appointment", "by appointment", "by appointment"),
        (
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;OPENS=09:00;CLOSES=17:00",
            "Monday to Friday, 09:00 to 17:00",
            "De lunes a viernes, de 09:00 a 17:00",
        ),
        (
            "FREQ=WEEKLY;BYDAY=TU,TH;CLOSES=19:30;OPENS=17:00|FREQ=MONTHLY;BYDAY=1SA,-1SU",
            "Tuesdays and Thursdays, 17:00 to 19:30; first Saturday and last Sunday",
            "Los martes y los jueves, de 17:00 a 19:30; primer sábado y último domingo",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,15;OPENS=09:00",
            "On day 1 and 15 of the month, from 09:00",
            "El día 1 y 15 del mes, desde las 09:00",
        ),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "Every day", "Todos los días"),
    ],
)
def test_hours_in_words(hours: str, english: str, spanish: str) -> None:
    assert words_in("en").hours(hours) == english
    assert words_in("es").hours(hours) == spanish
    assert words_in("ar").hours(hours) or not hours


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        (AsOf(0, 0, None, None), "the only machine"),
        (AsOf(1, 1, 1, 1), "Of 1 other, 1 had been heard"),
        (AsOf(38, 31, 1, 0), "last heard on 1 January 1970"),
        (AsOf(38, 31, 1, None), "Not all of them have been heard"),
    ],
)
def test_how_fresh_it_is(as_of: AsOf, said: str) -> None:
    assert said in " ".join(words_in("en").heard(as_of, ""))
