# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text is cleaned for keeping and folded for comparing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.model import text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  A lift\tto\nthe   clinic ", "A lift to the clinic"),
        ("two\u2028lines", "two lines"),
        ("bell\x07, null\x00", "bell , null"),
        ("abc\u202egnp.exe", "abcgnp.exe"),
        ("e\u0301", "\u00e9"),
        ("می\u200cروم", "می\u200cروم"),
    ],
)
def test_one_line(typed: str, kept: str) -> None:
    assert text.one_line(typed) == kept


def test_paragraphs_keep_their_breaks_and_nothing_else_that_is_not_seen() -> None:
    assert text.paragraphs("\r\n one \r\n\n\n\n two\x00\rthree \n") == "one\n\n two\nthree"


@given(st.text())
def test_cleaning_is_done_once(typed: str) -> None:
    for clean in (text.one_line, text.paragraphs):
        once = clean(typed)
        assert clean(once) == once
        assert unicodedata.is_normalized("NFC", once)


@pytest.mark.parametrize("blank", ["", " ", "\u200b\u200d", "\u3164", "\u00a0\u2003", "\ufeff"])
def test_what_cannot_be_seen_is_blank(blank: str) -> None:
    assert text.is_blank(blank)
    assert not text.is_blank(blank + "a")
    assert not text.is_blank(blank + "🚲")


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("  Fußgänger-Straße! ", "fussganger strasse"),
        ("Łódź, ĐÀ NẴNG", "lodz da nang"),
        ("ΆΝΝΑ Ёлка", "αννα елка"),
        ("Œuvre & Ægir", "oeuvre aegir"),
        ("أحمد عليّ", "احمد علي"),
        ("Ｋｅｔｔｌｅ", "kettle"),
    ],
)
def test_plain(written: str, compared: str) -> None:
    assert text.plain(written) == compared


@given(st.text())
def test_plain_text_has_one_space_between_words_and_nothing_to_escape(written: str) -> None:
    plain = text.plain(written)
    assert plain == " ".join(plain.split())
    assert not set("%_'\"") & set(plain)


def test_a_typed_word_must_begin_a_word_except_in_scripts_without_spaces() -> None:
    assert text.like_patterns("Ket, 100%") == ("% ket%", "% 100%")
    assert text.like_patterns("修理") == ("%修理%",)
