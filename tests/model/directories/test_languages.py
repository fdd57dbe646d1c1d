# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Languages as people write them, and their tags."""

import pytest

from mutualaid.model.directories.languages import name_of, tag_of


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        ("Spanish", "es"),
        ("español", "es"),
        ("ESPANOL", "es"),
        ("Deutsch", "de"),
        ("العربية", "ar"),
        ("Tiếng Việt", "vi"),
        ("中文", "zh"),
        ("pt-BR", "pt-BR"),
        ("de", "de"),
        ("Plattdüütsch", ""),
        ("", ""),
        ("xx", ""),
        ("-2+3", ""),
    ],
)
def test_a_named_language_has_its_tag(said: str, tag: str) -> None:
    assert tag_of(said) == tag


@pytest.mark.parametrize(
    ("tag", "name"),
    [("es", "Spanish"), ("ES", "Spanish"), ("pt-BR", "Portuguese (pt-BR)"), ("tlh", "tlh")],
)
def test_a_tag_has_a_name(tag: str, name: str) -> None:
    assert name_of(tag) == name
