# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A made-up language, a third longer, with accents: what is not translated or does not fit."""

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QAbstractButton, QApplication

from mutualaid.ui.bridge import Bridge
from mutualaid.ui.pages import PAGES
from mutualaid.ui.preferences import Preferences
from mutualaid.ui.shell import Shell
from mutualaid.ui.theme import Theme
from mutualaid.ui.words import tr
from tests.ui.test_shell import cut_labels, outside

ACCENTS = str.maketrans("aeiouyAEIOUcnsz", "áéíóúýÁÉÍÓÚčñšž")


class Longer(QTranslator):
    """``Post`` becomes ``[Póšt~~]``; what stands in braces, and ``%n``, stays."""

    def translate(self, context, source, disambiguation=None, n=-1):
        if context != "mutualaid":
            return None
        parts = source.replace("}", "{").split("{")
        words = "".join(
            f"{{{part}}}" if number % 2 else part.translate(ACCENTS).replace("%ñ", "%n")
            for number, part in enumerate(parts)
        )
        tail = 1 + len(source) // 3
        return f"[{words}{('~' * 5 + ' ') * (tail // 6)}{'~' * (tail % 6)}]"

    def isEmpty(self):
        return False


@pytest.fixture
def longer(qapp):
    # Owned by the application: were it collected while a later one translates, Qt would wait for
    # itself for ever, to take it off the list that it is just reading.
    translator = Longer(qapp)
    qapp.installTranslator(translator)
    yield translator
    qapp.removeTranslator(translator)


@pytest.fixture
def shell(longer, qapp, qtbot, profile, group):
    Theme.install(qapp)
    made = Shell(group, profile, Bridge(group.refresh), Preferences(None))
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show_page("board")
    made.show()
    return made


def test_a_number_takes_its_form(qapp):
    assert tr("%n neighbours", one="%n neighbour", n=1) == "1 neighbour"
    assert tr("%n neighbours", one="%n neighbour", n=0) == "0 neighbours"
    assert tr("{name} has {what}", name="Ana", what="{braces}") == "Ana has {braces}"


def test_a_translation_wins_over_the_english_singular(longer):
    assert tr("%n neighbours", one="%n neighbour", n=1).startswith("[1 ")


@pytest.mark.parametrize("size", [(1024, 600), (1280, 800)])
@pytest.mark.parametrize("name", [spec.name for spec in PAGES])
def test_a_longer_language_fits(shell, name, size):
    shell.resize(*size)
    shell.show_page(name)
    for _ in range(3):
        QApplication.processEvents()
    assert not cut_labels(shell)
    assert not outside(shell)


@pytest.mark.parametrize("name", [spec.name for spec in PAGES])
def test_every_button_is_translated(shell, name, group):
    shell.show_page(name)
    ours = {*group.areas(), *(row.name for row in group.people())}
    english = [
        button.text()
        for button in shell.page.findChildren(QAbstractButton)
        if button.text() and not button.text().startswith("[") and button.text() not in ours
    ]
    assert not english


def test_every_action_of_a_menu_is_translated(shell):
    english = [
        action.text()
        for menu in shell.menuBar().actions()
        for action in (menu, *menu.menu().actions())
        if action.text() and "[" not in action.text()
    ]
    assert not english
