# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Search finds what was written, in every script, and nothing that was removed."""

import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlite
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.model import search

#: Characters that the tables of Python and of the tokenizer both know.
known = st.characters(exclude_categories=("Cs", "Co")).filter(
    lambda letter: unicodedata.ucd_3_2_0.category(letter) != "Cn"
)


@pytest.fixture(scope="module")
def db() -> Iterator[Any]:
    connection = sqlite.connect(":memory:", isolation_level=None)
    for statement in search.create_sql():
        connection.execute(statement)
    yield connection
    connection.close()


@pytest.fixture(autouse=True)
def _empty(db: Any) -> Iterator[None]:
    db.execute("BEGIN")
    yield
    db.execute("ROLLBACK")


def finds(db: Any, typed: str) -> list[int]:
    expression = search.match_expression(typed)
    if expression is None:
        return []
    rows = db.execute("SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid", (expression,))
    return [row[0] for row in rows]


def put(db: Any, *texts: str) -> None:
    search.put(db, [(number, search.fold(text)) for number, text in enumerate(texts, 1)])


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Extension ladder, 6 metres", "ladd"),
        ("Extension ladder, 6 metres", "6 EXT"),
        ("Déménagement à Noël", "demenag noe"),
        ("Demenagement", "démé"),
        ("Straße", "strasse"),
        ("Smørrebrød på Ærø", "smorrebrod aero"),
        ("Łódź", "lodz"),
        ("đi chợ ở Đà Nẵng", "da nang"),
        ("Ελληνικά ΜΑΘΉΜΑΤΑ", "μαθηματ"),
        ("Пироги с мёдом", "медом"),
        ("Ищу ЁЛКУ", "елку"),
        ("أحتاج إلى مساعدة", "احتاج الي"),
        ("שָׁלוֹם", "שלום"),
        ("需要有人帮忙搬家", "帮忙"),
        ("需要有人帮忙搬家", "家"),
        ("東京都の自転車修理", "自転車"),
        ("カタカナ ﾊﾝｶｸ", "ハンカク"),
        ("도서관에서 만나요", "도서관"),
        ("ต้องการคนช่วยย้ายบ้าน", "ย้ายบ้าน"),
        ("हिन्दी सीखना", "हिन्"),
        ("party🥳tonight", "tonight"),
        ("❤️help", "help"),
        ("\u2067שלום\u2069 to all", "שלום all"),
        ("l’école d'été", "ecole ete"),
        ("10 m² of lawn", "m2"),
        ("iPad修理", "ipad 修理"),
    ],
)
def test_finds(db: Any, written: str, typed: str) -> None:
    put(db, written, "nothing of the kind")
    assert finds(db, typed) == [1]


@pytest.mark.parametrize("typed", ["adder", "ladder drill", "修家", "ladder NOT metres"])
def test_does_not_find(db: Any, typed: str) -> None:
    put(db, "Extension ladder, 6 metres", "修理 搬家")
    assert finds(db, typed) == []


def test_a_category_is_found_by_its_everyday_words(db: Any) -> None:
    put(db, f"{search.CATEGORY_MARK}transport To the clinic", f"{search.CATEGORY_MARK}food Soup")
    assert finds(db, "lift") == [1]
    assert finds(db, "gro") == [2]
    assert finds(db, "clinic drive") == [1]


def test_the_marks_of_the_index_are_not_found_by_their_beginning(db: Any) -> None:
    put(db, f"{search.CATEGORY_MARK}food Soup", f"{search.REPAIR_MARK} Kettle", "0 waste")
    assert finds(db, "0") == [3]
    assert finds(db, "0q") == []


@given(st.text())
def test_nothing_that_is_typed_breaks_the_query(db: Any, typed: str) -> None:
    finds(db, typed)


@pytest.mark.parametrize("typed", ["", "  ", "!?", '"', "*", "()", "\x00", "👍"])
def test_without_a_word_there_is_nothing_to_look_for(typed: str) -> None:
    assert search.match_expression(typed) is None


@pytest.mark.parametrize("typed", ["a OR b", "NEAR(a b)", "text:a", "^a", "-a", '"a b"', "a*b"])
def test_operators_are_words_like_any_other(db: Any, typed: str) -> None:
    put(db, typed, "c")
    assert finds(db, typed) == [1]


@given(st.text(known, min_size=1, max_size=30))
def test_each_word_of_a_text_finds_it(db: Any, written: str) -> None:
    db.execute("SAVEPOINT example")
    written = unicodedata.normalize("NFC", written)
    put(db, written)
    assert search.match_expression(written) is None or finds(db, written) == [1]
    for word in written.split():
        assert search.match_expression(word) is None or finds(db, word) == [1]
    db.execute("ROLLBACK TO example")
    db.execute("RELEASE example")


@given(st.text())
def test_folding_plain_text_costs_nothing_and_folding_never_fails(written: str) -> None:
    folded = search.fold(written)
    if written.isascii():
        assert folded is written


def test_what_is_removed_leaves_no_word_behind(db: Any) -> None:
    texts = ["apple common", "quixotic common", "mango common", "violin common"]
    put(db, *texts)
    db.execute("COMMIT")
    held = "SELECT block FROM search_data"
    assert any(b"quixotic" in bytes(row[0]) for row in db.execute(held))
    search.remove(db, [(2, search.fold(texts[1]))])
    assert not any(b"uixotic" in bytes(row[0]) for row in db.execute(held))
    assert finds(db, "common") == [1, 3, 4]
    search.remove(db, [(n, search.fold(texts[n - 1])) for n in (1, 3, 4)])
    db.execute("BEGIN")
