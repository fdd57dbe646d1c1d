# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything that can leave, come in or be held back has its words."""

import os
import subprocess
import sys

import pytest

from mutualaid.model.directories.formats import NAMES
from mutualaid.model.directories.importing import FORMATS
from mutualaid.model.directories.incoming.headers import TARGETS
from mutualaid.model.directories.paper import SHEETS
from mutualaid.model.values import Audience
from mutualaid.model.values.directories import HeldWhy, ShareField
from mutualaid.ui.directories import import_words, words
from mutualaid.ui.directories.format_words import formats


def test_each_format_has_a_title_and_says_who_reads_it(qapp):
    assert tuple(formats()) == NAMES
    assert all(title and about.endswith(".") for title, about in formats().values())
    assert words.format_word("of tomorrow") == "of tomorrow"


@pytest.mark.parametrize("sheet", SHEETS)
def test_each_sheet_of_paper_has_its_words(qapp, sheet):
    assert words.sheet_word(sheet) != sheet
    assert words.sheet_word(sheet) in words.format_word(f"print:{sheet}")


def test_each_kind_of_file_that_comes_in_has_its_words(qapp):
    assert set(import_words.format_words()) == set(FORMATS)


def test_what_a_column_can_be_has_its_words(qapp):
    bare = {
        target
        for targets in TARGETS.values()
        for target in targets
        if "_" in import_words.target_word(target)
    }
    assert bare == set()


@pytest.mark.parametrize("audience", list(Audience))
def test_audiences_fields_and_reasons_have_words(qapp, audience):
    assert words.leaving_word(audience)
    assert words.export_word(audience)
    assert all(words.share_word(field) for field in ShareField)
    assert all(words.why_word(why) for why in HeldWhy)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (("name", "contact:phone", "post:K7PQ"), ("my name", "phone", "post K7PQ")),
        (("of_tomorrow",), ("of tomorrow",)),
        ((), ()),
    ],
)
def test_what_of_mine_went_out_is_listed(qapp, fields, said):
    assert all(part in words.mine_words(fields) for part in said)
    assert bool(words.mine_words(fields)) == bool(said)


def test_the_window_begins_without_what_writes_and_reads_directories():
    program = "import sys, mutualaid.app, mutualaid.ui.board.page\nprint('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    loaded = set(done.stdout.split())
    heavy = {"openpyxl", "icalendar", "vobject", "charset_normalizer", "defusedxml"}
    assert heavy.isdisjoint(loaded)
    ours = {name for name in loaded if name.startswith("mutualaid.")}
    assert not {
        name
        for name in ours
        if name.startswith(
            (
                "mutualaid.ui.directories",
                "mutualaid.ui.paper",
                "mutualaid.model.directories.formats",
                "mutualaid.model.directories.incoming",
                "mutualaid.model.directories.paper",
            )
        )
    }
