# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms of one word meet, different words do not."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.model.matching.stems import ALGORITHMS, fold, keys, list_keys, stems

PACKAGE = Path(__file__).resolve().parents[3] / "mutualaid"


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "repairing", "repairs"),
        ("en", "Kettles", "kettle"),
        ("es", "bicicletas", "bicicleta"),
        ("es", "ARREGLAR", "arreglo"),
        ("fr", "réparé", "reparer"),
        ("ar", "السيارة", "سياره"),
        ("ar", "دراجتي", "دراجة"),
        ("de", "Fahrräder", "fahrrader"),
    ],
)
def test_forms_of_a_word_share_a_stem(language: str, one: str, other: str) -> None:
    assert stems(one, language) & stems(other, language)


@pytest.mark.parametrize(
    ("language", "listed", "written"),
    [
        ("es", "mesa", "mesas"),
        ("es", "mesa", "mesita"),
        ("es", "cuna", "cunita"),
        ("es", "prestar", "presto"),
        ("fr", "gâteau", "gateaux"),
        ("ar", "يصلح", "بصلح"),
        ("ar", "سيارة", "والسيارة"),
        ("ar", "مستشفى", "للمستشفى"),
    ],
)
def test_a_word_of_the_lists_is_found(language: str, listed: str, written: str) -> None:
    assert list_keys(listed, language) & keys(written, language)


@pytest.mark.parametrize(
    ("language", "listed", "written"),
    [
        ("es", "mesa", "meses"),
        ("es", "libro", "libre"),
        ("fr", "repas", "repasse"),
        ("ar", "فرشة", "ورشة"),
    ],
)
def test_another_word_is_not_taken_for_it(language: str, listed: str, written: str) -> None:
    assert not list_keys(listed, language) & keys(written, language)


def test_every_algorithm_exists() -> None:
    for language in ALGORITHMS:
        assert stems("telefon", language), language
    assert stems("Telefon", "unheard of") == {"telefon"}


@given(st.text(max_size=30), st.sampled_from([*ALGORITHMS, ""]))
def test_any_word_has_a_stem_or_is_none(word: str, language: str) -> None:
    for found in (stems(word, language), keys(word, language), list_keys(word, language)):
        assert isinstance(found, frozenset)
    assert bool(stems(word, language)) == bool(fold(word))


def test_only_one_file_knows_the_stemmer() -> None:
    users = {
        file.relative_to(PACKAGE).as_posix()
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, ast.Import) and any(name.name == "Stemmer" for name in node.names)
    }
    assert users == {"model/matching/stems.py"}
