# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Full-text search: how text is indexed, and how what a person types becomes a query.

The index is an FTS5 table without content, ``detail=none``: for each word the numbers of the
records that hold it, nothing else. SQLite's own tokenizer folds case and the accents of Latin
letters. :func:`fold` adds what it lacks: letters that do not decompose (ß, ø, ł), Greek, Russian,
Arabic and Hebrew spelling variants, full-width forms, and overlapping pairs of characters for
scripts that put no spaces between words.

A row is removed with the very text that was indexed (:func:`remove`), because only that rewrites
the index pages: tables with ``contentless_delete=1`` keep the words of a deleted row, behind a
tombstone, until some later merge, even with ``secure-delete``.
"""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Final

from mutualaid.model.taxonomy import categories_named
from mutualaid.model.text import MOST_WORDS, UNSPACED_RUN, needs_spelling, plain, spell, words

#: Begins the word that stands for a post's category in the index.
CATEGORY_MARK: Final = "0q"

#: The word that every repair has in the index.
REPAIR_MARK: Final = "0r"


def create_sql() -> tuple[str, ...]:
    """The statements that make the empty index."""
    return (
        (
            "CREATE VIRTUAL TABLE search USING fts5(text, content='', detail=none,"
            " prefix='1',"
            " tokenize=\"unicode61 remove_diacritics 2 categories 'L* N* Co M*'\")"
        ),
        "INSERT INTO search(search, rank) VALUES ('secure-delete', 1)",
        # Merging segments less eagerly makes a first sync a tenth faster and no search slower.
        "INSERT INTO search(search, rank) VALUES ('automerge', 8)",
    )


def fold(text: str) -> str:
    """Text as it goes into the index. Pure; the same text always gives the same words."""
    if not needs_spelling(text):
        return text
    return UNSPACED_RUN.sub(_pairs, spell(text))


def put(db: Any, rows: Iterable[tuple[int, str]]) -> None:
    """Index records: (number, folded text). None of them may be in the index already."""
    db.executemany("INSERT INTO search(rowid, text) VALUES (?, ?)", rows)


def remove(db: Any, rows: Iterable[tuple[int, str]]) -> None:
    """Take records out of the index for good, given exactly the text they were put in with."""
    db.executemany("INSERT INTO search(search, rowid, text) VALUES ('delete', ?, ?)", rows)


def match_expression(typed: str) -> str | None:
    """An FTS5 expression for what a person typed, or None where it holds no word.

    Every word is looked for as the beginning of a word; a record must hold all of them. A word
    that begins the name of a category also finds the posts of that category. Nothing that is typed
    acts as an operator.
    """
    terms: list[str] = []
    for word in words(typed)[:MOST_WORDS]:
        terms.extend(_terms(word))
    return " AND ".join(dict.fromkeys(terms)) or None


def _pairs(run: re.Match[str]) -> str:
    """``東京都`` → ``東京 京都 都``: each pair, and the last character for itself."""
    text = run[0]
    pairs = [first + second for first, second in pairwise(text)]
    return f" {' '.join([*pairs, text[-1]])} "


def _terms(word: str) -> Iterable[str]:
    """The FTS5 terms that one typed word stands for."""
    at = 0
    for run in UNSPACED_RUN.finditer(word):
        if run.start() > at:
            yield f'"{word[at : run.start()]}"*'
        text = run[0]
        if len(text) == 1:
            yield f'"{text}"*'
        yield from (f'"{text[i : i + 2]}"' for i in range(len(text) - 1))
        at = run.end()
    if at == len(word):
        return
    last = word[at:]
    # The beginning of a mark is looked for as it stands: as a prefix it would find everything.
    begins_mark = CATEGORY_MARK.startswith(last) or REPAIR_MARK.startswith(last)
    term = f'"{last}"' if begins_mark else f'"{last}"*'
    named = categories_named(plain(last)) if at == 0 else ()
    alternatives = [term, *(f'"{CATEGORY_MARK}{each}"' for each in named)]
    yield f"({' OR '.join(alternatives)})" if named else term
