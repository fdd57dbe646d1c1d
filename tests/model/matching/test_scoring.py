# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a need means and what meets it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.model.matching import best, compare, lexicon, read
from mutualaid.model.matching.meaning import Meaning, languages_of
from mutualaid.model.matching.scoring import FLOOR, SHARE
from mutualaid.model.taxonomy import CATEGORIES


def need(title: str, text: str = "", category: str = "other") -> Meaning:
    return read(title, text, category=category, wants=True)


def offer(title: str, text: str = "", category: str = "other") -> Meaning:
    return read(title, text, category=category, wants=False)


def names(meaning: Meaning) -> set[str]:
    return {lexicon().concepts[number].name for number in meaning.concepts}


@pytest.mark.parametrize(
    ("wanted", "given", "not_given"),
    [
        ("Could I borrow a drill?", "Power drill to lend", "I teach people to use a drill"),
        ("A cot for our baby", "Travel cot, hardly used", "Babysitting on weekdays"),
        ("My kettle is broken", "I repair kettles and toasters", "Kettle to give away"),
        ("Learn to play the guitar", "Guitar lessons for beginners", "Guitar to give away"),
        ("A computer for school", "Laptop to give away", "Computer lessons for beginners"),
        ("A ride to the hospital", "I drive people to appointments", "First aid course"),
        ("Somebody to walk my dog", "I walk dogs in the park", "Dog basket to give away"),
        ("Turkish interpreter", "I speak Turkish", "I speak Urdu"),
        ("Taladro para el sábado", "Presto taladro y brocas", "Clases de bricolaje"),
        ("Mi lavadora no funciona", "Arreglo lavadoras", "Regalo lavadora"),
        ("Canguro para mañana", "Cuido niños por la tarde", "Regalo cuna"),
        ("Apprendre à coudre", "Cours de couture", "Machine à coudre à donner"),
        ("Garder mon chat", "Je garde les chats", "Je promène les chiens"),
        ("Vélo pour mon fils", "Vélo enfant à donner", "Je répare les vélos"),
        ("محتاج دريل", "عندي دريل للإعارة", "بعلم نجارة"),
        ("بسكليت مستعمل", "بسكليت للتبرع", "تصليح بسكليتات"),
        ("مترجم تركي", "بحكي تركي", "بحكي فارسي"),
    ],
)
def test_what_fits_is_told_from_what_shares_a_word(wanted: str, given: str, not_given: str) -> None:
    good = compare(need(wanted), offer(given)).value
    assert good >= FLOOR
    assert compare(need(wanted), offer(not_given)).value < SHARE * good


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("Puncture, can't get to work", "Bike repairs on Saturdays"),
        ("Someone to feed the cat in August", "Cuido gatos en vacaciones"),
        ("Prêt d'une échelle", "Ladder to lend"),
        ("بدي سرير لطفل", "Lit bébé à donner"),
    ],
)
def test_concepts_are_the_same_in_every_language(wanted: str, given: str) -> None:
    assert names(need(wanted)) & names(offer(given))
    assert compare(need(wanted), offer(given)).value >= FLOOR


def test_words_of_other_languages_are_compared_by_their_stems() -> None:
    wanted = need("Brauche ein Aquarellpapier für die Kinder und ein Zirkel")
    given = offer("Verschenke Zirkel und viel Aquarellpapier für Kinder")
    score = compare(wanted, given)
    assert score.value >= FLOOR
    assert {"Zirkel", "Aquarellpapier"} <= set(score.words)
    assert compare(need("プリンター用紙"), offer("プリンター用紙あげます")).value >= FLOOR


def test_an_offer_that_rules_something_out_does_not_give_it() -> None:
    assert "dog" not in names(offer("I look after cats, no dogs"))
    assert "washing_machine" in names(need("I have no washing machine"))


def test_nothing_fits_nothing() -> None:
    assert read("").is_empty
    assert compare(read(""), read("")).value == 0
    assert best([]) == []
    assert best([(FLOOR / 2, "noise")]) == []


def test_the_cut_is_near_the_best() -> None:
    assert best([(2.0, "a"), (1.9, "b"), (2.0 * SHARE - 0.01, "c")]) == ["a", "b"]
    assert best([(1.0, "first"), (1.0, "second")]) == ["first", "second"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Necesito que alguien me lleve", "es"),
        ("Je cherche quelqu'un pour", "fr"),
        ("I am looking for somebody", "en"),
        ("Ich suche jemanden, der mir mit dem Umzug hilft", "de"),
    ],
)
def test_a_language_is_known_by_its_small_words(text: str, language: str) -> None:
    assert language in languages_of(text.replace(",", "").replace("'", " ").split(), "")


def test_what_is_declared_counts_too() -> None:
    assert "tr" in languages_of(["bisiklet"], "tr")


texts = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(
            "drill lend not no taladro prestar vélo réparer دريل تصليح cat feed ? . 工具 0 ñ"
            " e\u0301 \u200f إ’s l' ½".split()
        ),
        max_size=12,
    ).map(" ".join),
)


@given(texts, texts, texts, st.sampled_from(["", "odd", *(each.id for each in CATEGORIES)]))
def test_any_text_has_a_meaning(title: str, text: str, when: str, category: str) -> None:
    for wants in (True, False):
        one = read(title, text, when, category, "xx", wants=wants, typing=True)
        read.cache_clear()
        again = read(title, text, when, category, "xx", wants=wants, typing=True)
        assert one == again
        score = compare(one, again)
        assert score == compare(one, again)
        assert score.value >= 0
        assert all(word for word in score.words)


@given(texts, texts)
def test_any_two_posts_can_be_compared(one: str, other: str) -> None:
    value = compare(need(one), offer(other)).value
    assert 0 <= value < 20
