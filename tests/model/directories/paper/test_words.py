# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words on paper: the same sentences in every language, plurals, dates, and text of others."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.errors import BadValueError
from mutualaid.model.directories.paper.words import (
    LANGUAGES,
    clean,
    isolated,
    language_of,
    words_in,
)
from mutualaid.model.taxonomy import BARRIERS, CATEGORIES, OTHER_PRODUCTS, PRODUCT_CATEGORIES
from mutualaid.model.values import (
    Audience,
    ContactKind,
    Mode,
    PlaceKind,
    PostKind,
    SkillLevel,
    Urgency,
)
from mutualaid.paths import resources

PLURALS = {"zero", "one", "two", "few", "many", "other"}
NEEDED = {"en": {"one", "other"}, "es": {"one", "other"}, "ar": PLURALS}
NOW = 1_795_356_000_000  # 2026-11-22T14:00:00Z, a Sunday


def table(language: str) -> dict[str, Any]:
    return tomllib.loads((resources() / "paper" / f"{language}.toml").read_text("utf-8"))


def sentences(of: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Every sentence by its name; one with plurals is a mapping of them."""
    found: dict[str, Any] = {}
    for name, value in of.items():
        if isinstance(value, dict) and not value.keys() <= PLURALS:
            found |= sentences(value, f"{path}{name}.")
        else:
            found[path + name] = value
    return found


def places(said: Any) -> set[str]:
    forms = said.values() if isinstance(said, dict) else [said]
    return {place for form in forms for place in re.findall(r"\{(\w+)\}", str(form))}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_says_all_that_english_says(language: str) -> None:
    english, other = sentences(table("en")), sentences(table(language))
    assert other.keys() == english.keys()
    for name, said in english.items():
        assert places(other[name]) == places(said), name
        assert isinstance(other[name], dict) == isinstance(said, dict), name
        if isinstance(said, dict) and len({*other[name].values()}) > 1:
            assert NEEDED[language] <= other[name].keys(), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty_or_left_in_english(language: str) -> None:
    english, other = sentences(table("en")), sentences(table(language))
    for name, said in other.items():
        assert said != "", name
        # Names that are the same everywhere, and what is only places and marks.
        if language == "ar" and isinstance(said, str) and re.search("[A-Za-z]{3}", english[name]):
            bare = re.sub(r"\{\w+\}", "", said)
            assert not re.search("[A-Za-z]{3}", bare), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_of_ours_has_a_name(language: str) -> None:
    said = table(language)
    assert said["category"].keys() == {one.id for one in CATEGORIES}
    assert said["product"].keys() == {one.name for one in (*PRODUCT_CATEGORIES, *OTHER_PRODUCTS)}
    assert said["barrier"].keys() == set(BARRIERS)
    assert said["urgency"].keys() == {one.value for one in Urgency}
    assert said["mode"].keys() == {one.value for one in Mode}
    assert said["place"].keys() == {one.value for one in PlaceKind}
    assert said["contact"].keys() == {one.value for one in ContactKind}
    assert said["audience"].keys() == {one.value for one in Audience}
    assert said["directory"].keys() >= {one.value for one in SkillLevel}
    assert said["post"].keys() >= {one.value for one in PostKind}
    assert len(said["months"]) == 12
    assert len(said["weekdays"]) == 7
    assert len(said["digits"]) == 10


@pytest.mark.parametrize(
    ("language", "n", "said"),
    [
        ("en", 1, "1 person"),
        ("en", 0, "0 people"),
        ("es", 1, "1 persona"),
        ("es", 21, "21 personas"),
        ("ar", 1, "شخص واحد"),
        ("ar", 2, "شخصان"),
        ("ar", 3, "٣ أشخاص"),
        ("ar", 11, "١١ شخصًا"),
        ("ar", 100, "١٠٠ شخص"),
        ("ar", 103, "١٠٣ أشخاص"),
        ("ar", 111, "١١١ شخصًا"),
    ],
)
def test_plurals(language: str, n: int, said: str) -> None:
    assert words_in(language).say("directory.people_count", n=n) == said


def test_a_day_is_that_of_the_group() -> None:
    late = NOW + 9 * 3_600_000  # 23:00 in London, already tomorrow in Berlin
    english = words_in("en")
    assert plain(english.date(late, "Europe/London")) == "22 November 2026"
    assert plain(english.date(late, "Europe/Berlin")) == "23 November 2026"
    assert plain(words_in("es").date(NOW, "")) == "22 de noviembre de 2026"
    assert plain(words_in("ar").date(NOW, "")) == "٢٢ نوفمبر ٢٠٢٦"


def plain(text: str) -> str:
    return text.translate(dict.fromkeys(map(ord, "\u2068\u2069")))


def test_a_window_of_time() -> None:
    english = words_in("en")
    hour = 3_600_000
    assert plain(english.span(NOW, NOW + hour, "")) == "Sunday, 22 November 2026, 14:00 to 15:00"
    assert plain(english.span(NOW, None, "")) == "Sunday, 22 November 2026, 14:00"
    over = plain(english.span(NOW, NOW + 20 * hour, ""))
    assert over == "Sunday, 22 November 2026, 14:00 to Monday, 23 November 2026, 10:00"


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (
            "FREQ=WEEKLY;BYDAY=TU,TH;OPENS=17:00;CLOSES=19:30",
            "every Tuesday, every Thursday, 17:00 to 19:30",
        ),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE;OPENS=09:00", "Monday to Wednesday, from 09:00"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "every day"),
        ("FREQ=MONTHLY;BYDAY=1SA,-1SU", "first Saturday of the month, last Sunday of the month"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "on these days of the month: 1, 15"),
        ("whenever", "whenever"),
    ],
)
def test_opening_hours(hours: str, said: str) -> None:
    assert plain(words_in("en").opening(hours)) == said


@pytest.mark.parametrize("language", LANGUAGES)
@given(at=st.integers(0, 100_000_000_000_000))
def test_any_time_can_be_said(language: str, at: int) -> None:
    assert words_in(language).moment(at, "Pacific/Kiritimati")


@given(st.text(max_size=60))
def test_text_of_others_can_turn_nothing_round(text: str) -> None:
    shown = clean(text)
    assert not re.search(
        "[\u202a-\u202e\u2066-\u2069\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", shown
    )
    kept = isolated(text)
    assert kept.count("\u2068") == kept.count("\u2069") <= 1


def test_what_is_filled_in_fills_in_nothing_further() -> None:
    said = words_in("en").say("post.by_for", name="{person}", person="%s {name}")
    assert plain(said) == "From {person}, for %s {name}"


def test_joiners_and_emoji_stay() -> None:
    assert clean("👩🏽\u200d🍳 می\u200cخواهم\nx") == "👩🏽\u200d🍳 می\u200cخواهم\nx"


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("es_MX.UTF-8", "es"),
        ("ar-EG", "ar"),
        ("en", "en"),
        ("C", "en"),
        ("de_DE", "en"),
        ("", "en"),
        ("est_EE", "en"),
    ],
)
def test_the_language_of_a_locale(locale: str, language: str) -> None:
    assert language_of(locale) == language


def test_a_language_without_words() -> None:
    with pytest.raises(BadValueError, match="en, es, ar"):
        words_in("tlh")
