# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text as people write it: cleaned for keeping and showing, folded for comparing and finding."""

import re
import unicodedata
from typing import Final

# Scripts written without spaces between words: Thai, Lao, Myanmar, Khmer, Japanese, Chinese; and
# Korean, where particles cling to words.
UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uaa60-\uaa7f\uac00-\ud7ff\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
UNSPACED_RUN: Final = re.compile(f"[{UNSPACED}]+")

_LETTERS: Final = {
    **dict(zip("øØłŁđĐðÐħĦıİŧŦ", "oOlLdDdDhHiItT", strict=True)),
    **dict(zip("άέήίόύώϊϋΐΰΆΈΉΊΌΎΏς", "αεηιουωιυιυαεηιουωσ", strict=True)),
    **dict(zip("ёЁґҐ", "еЕгГ", strict=True)),
    **dict(zip("أإآٱىةؤئکی", "اااايهويكي", strict=True)),
    **dict(zip("ßẞæÆœŒþÞſ", ("ss", "ss", "ae", "ae", "oe", "oe", "th", "th", "s"), strict=True)),
}
# Vowel points of Hebrew and Arabic, which are mostly left out in writing; soft hyphen, tatweel.
_LEFT_OUT: Final = "\u00ad\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u0640\u064b-\u065f\u0670"
# Pictures and signs. The tokenizer's tables are older than many of them and take them for letters.
_SIGNS: Final = (
    "\u061c\u061d\u200d\u2066-\u2069\u20a0-\u20cf\u23f0-\u23ff\u2600-\u27bf\u2b00-\u2bff"
    "\u2e00-\u2e7f\ufe00-\ufe0f\U0001f000-\U0001fbef"
)
_SPELLED: Final = re.compile(f"([{''.join(_LETTERS)}])|[{_LEFT_OUT}]+|([{_SIGNS}])")
_SPECIAL: Final = re.compile(f"[{''.join(_LETTERS)}{_LEFT_OUT}{_SIGNS}{UNSPACED}]")

#: At most this many words of what was typed are looked for.
MOST_WORDS: Final = 12

_ASCII_WORD: Final = re.compile("[a-z0-9]+")

# Control characters and line separators end up as spaces; what reverses or hides text is dropped.
_BREAKS: Final = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufeff\ud800-\udfff]+")
_NEWLINES: Final = re.compile("\r\n?|[\u2028\u2029\x0b\x0c\x85]")
_BLANK_LINES: Final = re.compile("\n{3,}")


def one_line(text: str) -> str:
    """Text on one line: no control characters, no runs of spaces, in Unicode's form C."""
    return _CONTROLS.sub("", _BREAKS.sub(" ", unicodedata.normalize("NFC", text))).strip()


def paragraphs(text: str) -> str:
    """Text that keeps its line breaks, two at most: no other control characters, in form C."""
    text = _CONTROLS.sub("", _NEWLINES.sub("\n", unicodedata.normalize("NFC", text)))
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen: spaces, joiners and fillers only."""
    return all(
        letter in "\u115f\u1160\u2800\u3164\uffa0" or unicodedata.category(letter)[0] in "ZCM"
        for letter in text
    )


def plain(text: str) -> str:
    """Text for comparing: lower case, no accents, words with one space between them."""
    if text.isascii():
        return " ".join(_ASCII_WORD.findall(text.lower()))
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFD", " ".join(words(text)).lower())
        if not "\u0300" <= letter <= "\u036f"
    )
    return " ".join(unicodedata.normalize("NFC", bare).split())


def words(text: str) -> list[str]:
    """The words of a short text, split where the tokenizer of the index splits."""
    text = spell(text)
    kinds = {letter: unicodedata.category(letter)[0] for letter in set(text)}
    bare = "".join(letter if kinds[letter] in "LNM" else " " for letter in text)
    return [word for word in bare.split() if any(kinds[letter] != "M" for letter in word)]


def spell(text: str) -> str:
    """Text with one spelling for letters that are written in several ways; case and the accents
    of Latin letters are left to the tokenizer of the index."""
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return _SPELLED.sub(_spelled, text)


def _spelled(found: re.Match[str]) -> str:
    letter, sign = found.groups()
    return _LETTERS[letter] if letter else " " if sign else ""


def needs_spelling(text: str) -> bool:
    """Whether :func:`spell`, or the cutting of text without spaces, would change anything."""
    return not text.isascii() and (
        _SPECIAL.search(text) is not None or not unicodedata.is_normalized("NFKC", text)
    )


def like_patterns(typed: str) -> tuple[str, ...]:
    """One LIKE pattern for each typed word, to be tried on ``" " + plain(text)``.

    A word must begin a word there; in scripts without spaces it may stand anywhere.
    """
    return tuple(
        f"%{word}%" if UNSPACED_RUN.search(word) else f"% {word}%"
        for word in plain(typed).split()[:MOST_WORDS]
    )
