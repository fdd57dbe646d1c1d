# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Long lists with check marks: by keyboard, by mouse, for a screen reader, in both directions."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from mutualaid.ui.directories.lines import Checked, LineFace, LineList, LineModel
from mutualaid.ui.theme import Theme
from tests.ui.helpers import Key, press

MARK = Qt.ItemDataRole.CheckStateRole


def face(name: str) -> LineFace:
    return LineFace(title=name, line="with phone", pill="Person", trailing="K7PQ")


@pytest.fixture
def model(qapp) -> LineModel[str]:
    made: LineModel[str] = LineModel(
        key=str, face=face, sentence=lambda name: f"{name}, phone.", checked=True
    )
    made.replace(["Ana", "Ben", "Cleo"])
    return made


@pytest.fixture
def view(qapp, qtbot, model) -> LineList:
    Theme.install(qapp)
    made = LineList("What would leave", face)
    made.setModel(model)
    qtbot.addWidget(made)
    made.resize(500, 400)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.setFocus()
    return made


def marks(model: LineModel[str]) -> list[bool]:
    rows = range(model.rowCount())
    return [Qt.CheckState(model.index(at).data(MARK)) is Checked for at in rows]


def test_it_is_a_model_like_any_other(model, qtmodeltester):
    qtmodeltester.check(model)


def test_space_takes_a_line_out_and_in_again(view, model, qtbot):
    with qtbot.waitSignal(model.toggled):
        press(qtbot, Key.Key_Home, Key.Key_Down, Key.Key_Space)
    assert marks(model) == [True, False, True]
    assert model.left_out == {"Ben"}
    press(qtbot, Key.Key_Space)
    assert marks(model) == [True, True, True]


def test_a_click_does_the_same(view, model, qtbot):
    place = view.visualRect(model.index(2)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert marks(model) == [True, True, False]


def test_enter_opens_a_line(view, model, qtbot):
    with qtbot.waitSignal(view.opened) as opened:
        press(qtbot, Key.Key_Home, Key.Key_Return)
    assert opened.args == ["Ana"]


def test_what_was_taken_out_stays_out_of_another_list(model):
    model.mark(["Ana"])
    model.replace(["Ana", "Dora"])
    assert marks(model) == [False, True]


def test_without_marks_there_is_nothing_to_toggle(qapp):
    made: LineModel[str] = LineModel(key=str, face=face, sentence=str)
    made.replace(["Ana"])
    made.toggle(made.index(0))
    assert made.index(0).data(MARK) is None
    assert made.left_out == set()
    assert not made.flags(made.index(0)) & Qt.ItemFlag.ItemIsUserCheckable


def test_the_mark_stands_at_the_leading_side(view, model):
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    model.mark(["Ana", "Ben", "Cleo"])
    without = view.grab().toImage()
    model.mark([])
    left = view.grab().toImage()
    half = left.width() // 2
    assert left.copy(0, 0, half, 40) != without.copy(0, 0, half, 40)
    assert left.copy(half, 0, half, 40) == without.copy(half, 0, half, 40)
    view.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    right = view.grab().toImage()
    model.mark(["Ana", "Ben", "Cleo"])
    without = view.grab().toImage()
    assert right.copy(half, 0, half, 40) != without.copy(half, 0, half, 40)
    assert right.copy(0, 0, half, 40) == without.copy(0, 0, half, 40)
