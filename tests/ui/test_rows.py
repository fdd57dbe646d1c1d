# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Columns of cards with buttons: what stays, where the focus goes, where the words stand."""

from dataclasses import dataclass

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from mutualaid.ui.theme import Theme, theme
from mutualaid.ui.widgets import Button, CardButton, KeyedColumn, Text, WordsAndButtons
from tests.ui.helpers import Key, settle, tab_order


@dataclass(frozen=True)
class Line:
    key: int
    words: str


class LineCard(CardButton):
    def __init__(self, line: Line) -> None:
        super().__init__(f"{line.words}.")
        self.column.addLayout(
            WordsAndButtons(Text(line.words, wrap=True), Button("Yes"), Button("No"))
        )


@pytest.fixture
def column(qtbot, qapp):
    Theme.install(qapp)
    made: KeyedColumn[Line] = KeyedColumn(lambda line: line.key, LineCard)
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    settle()


def lines(*words: str) -> list[Line]:
    return [Line(ord(word[0]), word) for word in words]


def show(column: KeyedColumn[Line], *words: str) -> None:
    column.show_rows(lines(*words))
    QApplication.processEvents()


def focused() -> QWidget | None:
    return QApplication.focusWidget()


def test_what_stays_the_same_is_the_same_widget(column):
    show(column, "a", "b", "c")
    a, b, c = column.widgets
    show(column, "c", "a", "b2")
    assert column.widgets[0] is c
    assert column.widgets[1] is a
    assert column.widgets[2] is not b
    assert [row.words for row in column.rows] == ["c", "a", "b2"]
    QApplication.processEvents()
    tops = [widget.y() for widget in column.widgets]
    assert tops == sorted(tops)


def test_tab_goes_as_the_cards_stand(qtbot, qapp):
    Theme.install(qapp)
    window = QWidget()
    qtbot.addWidget(window)
    around = QVBoxLayout(window)
    before, after = Button("Before"), Button("After")
    column: KeyedColumn[Line] = KeyedColumn(lambda line: line.key, LineCard)
    for widget in (before, column, after):
        around.addWidget(widget)
    show(column, "a", "b")
    show(column, "c", "b", "a")
    order = [one for one in tab_order(window) if isinstance(one, CardButton) or one is before]
    assert order == [before, *column.widgets]
    settle()


def test_the_focus_stays_with_the_same_button_of_a_row_that_changed(column):
    show(column, "a", "b")
    no = column.widgets[1].findChildren(Button)[1]
    no.setFocus()
    show(column, "a", "b changed")
    assert focused() is column.widgets[1].findChildren(Button)[1]


def test_the_focus_goes_to_the_next_row_when_its_own_leaves(column):
    show(column, "a", "b", "c")
    column.widgets[1].setFocus()
    show(column, "a", "c")
    assert focused() is column.widgets[1]
    show(column, "a")
    assert focused() is column.widgets[0]


def test_nothing_left_is_told_to_whoever_can_place_the_focus(column, qtbot):
    show(column, "a")
    column.widgets[0].setFocus()
    with qtbot.waitSignal(column.deserted):
        column.show_rows([])


def test_arrows_go_from_card_to_card_past_their_buttons(column, qtbot):
    show(column, "a", "b", "c")
    column.widgets[0].setFocus()
    qtbot.keyClick(column.widgets[0], Key.Key_Down)
    assert focused() is column.widgets[1]
    qtbot.keyClick(column.widgets[1], Key.Key_Up)
    assert focused() is column.widgets[0]


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter, Key.Key_Space])
def test_a_card_is_pressed_by_keys(column, qtbot, key):
    show(column, "a")
    (card,) = column.widgets
    assert isinstance(card, CardButton)
    with qtbot.waitSignal(card.clicked):
        qtbot.keyClick(card, key)


def test_a_button_of_a_card_does_not_press_the_card(column, qtbot):
    show(column, "a")
    (card,) = column.widgets
    assert isinstance(card, CardButton)
    pressed = []
    card.clicked.connect(lambda: pressed.append(True))
    button = card.findChildren(Button)[0]
    qtbot.waitUntil(button.isVisible)
    with qtbot.waitSignal(button.clicked):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not pressed


def test_what_time_changes_is_said_again_and_nothing_else(qtbot, qapp):
    Theme.install(qapp)
    said = {"a": "a, just now", "b": "b, yesterday"}

    def make(line: Line) -> QWidget:
        return CardButton(said[line.words])

    made: KeyedColumn[Line] = KeyedColumn(lambda line: line.key, make)
    qtbot.addWidget(made)
    made.show_rows(lines("a", "b"))
    a, b = made.widgets
    said["a"] = "a, 1 minute ago"
    made.retell()
    assert made.widgets[0] is not a
    assert made.widgets[0].accessibleName() == "a, 1 minute ago"
    assert made.widgets[1] is b
    settle()


def laid_out(width: int, direction=Qt.LayoutDirection.LeftToRight) -> tuple[QRect, list[QRect]]:
    holder = QWidget()
    holder.setLayoutDirection(direction)
    words = Text("Some words that tell what it is about, and go on for a while", wrap=True)
    buttons = [Button("Accept"), Button("Decline")]
    layout = WordsAndButtons(words, *buttons)
    holder.setLayout(layout)
    height = layout.heightForWidth(width)
    layout.setGeometry(QRect(0, 0, width, height))
    return words.geometry(), [button.geometry() for button in buttons]


def test_buttons_stand_beside_the_words_where_there_is_room(qapp):
    Theme.install(qapp)
    words, (yes, no) = laid_out(700)
    assert words.right() < yes.left() < no.left()
    assert no.right() <= 700


def test_buttons_stand_under_the_words_where_there_is_none(qapp):
    Theme.install(qapp)
    words, (yes, no) = laid_out(theme().px(WordsAndButtons.LEAST))
    assert yes.top() >= words.bottom()
    assert yes.left() == words.left() == 0
    assert no.top() >= yes.top()


def test_right_to_left_mirrors_them(qapp):
    Theme.install(qapp)
    words, (yes, no) = laid_out(700, Qt.LayoutDirection.RightToLeft)
    assert no.left() < yes.left() < words.left()
    assert no.left() >= 0
