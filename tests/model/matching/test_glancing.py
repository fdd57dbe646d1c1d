# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A glance leaves out what is of no interest, and little else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.model.matching import compare, read
from mutualaid.model.matching.glancing import Interests
from mutualaid.model.matching.scoring import FLOOR
from mutualaid.model.values import PostKind
from tests.model.test_matching_set import LANGUAGES, posts


def interests_of(title: str, *, wants: bool) -> Interests:
    made = Interests()
    made.add(read(title, wants=wants), wants=wants)
    return made


@pytest.mark.parametrize(
    "text", ["Bicycles to lend", "busco bici", "un vélo", "بسكليت", "والبسكليت", "BIKE!"]
)
def test_a_word_of_any_language_is_seen(text: str) -> None:
    assert interests_of("Old bicycle", wants=False).meet("", text)


@pytest.mark.parametrize("text", ["", "A cot", "Sillas", "بيت", "bi", "Zweirad"])
def test_other_things_are_passed_over(text: str) -> None:
    assert not interests_of("Old bicycle", wants=False).meet(text, "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nearly_nothing_that_fits_is_passed_over(language: str) -> None:
    seen = fitting = 0
    offers = posts(language, PostKind.OFFER)
    for need in posts(language, PostKind.NEED).values():
        meaning = read(need["title"], need["text"], category=need["category"])
        interests = Interests()
        interests.add(meaning, wants=True)
        for name in need["fits"]:
            offer = offers[name]
            other = read(offer["title"], offer["text"], category=offer["category"], wants=False)
            if compare(meaning, other).value >= FLOOR:
                fitting += 1
                seen += interests.meet(offer["title"], offer["text"])
    assert seen >= 0.9 * fitting


@given(st.text(max_size=60), st.text(max_size=60), st.booleans())
def test_any_text_can_be_glanced_at(one: str, other: str, wants: bool) -> None:
    assert interests_of(one, wants=wants).meet(other, one) in (True, False)
    assert not Interests().meet(one, other)
