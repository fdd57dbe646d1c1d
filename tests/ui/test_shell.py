# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The window: its keys, its menus, undo, and what holds on every page."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMenu, QWidget

from mutualaid.model.values import ChangeSet, PostDraft, PostKind, Reached
from mutualaid.sync.status import NetworkStatus
from mutualaid.ui.help import HelpDialog
from mutualaid.ui.pages import PAGES, page_keys
from mutualaid.ui.preferences import Preferences
from mutualaid.ui.sidebar import reached_words
from mutualaid.ui.theme import Scheme, theme
from tests.ui.helpers import Key, dialog, dialogs_open, focusables, focused, spoken_name

CONTROL = Qt.KeyboardModifier.ControlModifier
NAMES = [spec.name for spec in PAGES]


@pytest.fixture
def shell(window, qtbot):
    window.show_page("board")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield window
    theme().set_text_scale(1.0)
    theme().force(Scheme.SYSTEM)


@pytest.mark.parametrize(("name", "keys"), list(page_keys(PAGES).items()))
def test_ctrl_and_a_figure_go_to_a_page(shell, qtbot, name, keys):
    qtbot.keyClick(shell, Key(int(Key.Key_0) + int(keys[-1])), CONTROL)
    assert shell.page.name == name
    assert shell.sidebar.button(name).isChecked()


def test_f1_shows_every_key(shell, qtbot):
    qtbot.keyClick(shell, Key.Key_F1)
    help_dialog = dialog(HelpDialog)
    assert any("Ctrl+N" in label.text() for label in help_dialog.findChildren(QLabel))
    qtbot.keyClick(help_dialog, Key.Key_Escape)
    assert not dialogs_open()


def test_f10_shows_the_menu_bar(shell, qtbot):
    assert not shell.menuBar().isVisible()
    qtbot.keyClick(shell, Key.Key_F10)
    assert shell.menuBar().isVisible()
    assert [action.text().replace("&", "") for action in shell.menuBar().actions()] == [
        "Group",
        "Edit",
        "Go",
        "View",
        "Help",
    ]
    shell.menuBar().hide()


def test_every_action_of_a_menu_has_words_and_no_key_twice(shell):
    actions = [
        action
        for menu in shell.menuBar().findChildren(QMenu) + shell.findChildren(QMenu)
        for action in menu.actions()
        if not action.isSeparator()
    ]
    assert all(action.text() for action in actions)
    keys = [key.toString() for action in set(actions) for key in action.shortcuts()]
    assert len(keys) == len(set(keys))


def test_a_narrow_window_folds_the_sidebar(shell):
    shell.resize(1024, 600)
    assert shell.sidebar.folded
    button = shell.sidebar.button("people")
    assert button.accessibleName() == "People and skills"
    assert "People and skills" in button.toolTip()
    shell.resize(1280, 800)
    assert not shell.sidebar.folded


def test_the_window_fits_a_small_screen(shell):
    for name in NAMES:
        shell.show_page(name)
        assert shell.minimumSizeHint().width() <= 1024, name
        assert shell.minimumSizeHint().height() <= 600, name


def test_undo_says_what_it_undoes_and_goes_back_in_order(shell):
    undone: list[str] = []

    def undo(name: str):
        def step() -> ChangeSet:
            undone.append(name)
            return ChangeSet()

        return step

    shell.tell("Posted “A”.", undo("A"))
    shell.tell("Posted “B”.", undo("B"))
    assert shell._actions["undo"].text() == "Undo: Posted “B”."
    shell.undo()
    shell.undo()
    shell.undo()
    assert undone == ["B", "A"]
    assert not shell._actions["undo"].isEnabled()


def test_a_page_in_the_back_catches_up_when_it_comes_to_the_front(shell, elsewhere, qtbot):
    board = shell.page
    shell.show_page("people")
    elsewhere.post(PostDraft(PostKind.NEED, "Meanwhile"))
    shell.bridge.look()
    assert board.model.row(0).title != "Meanwhile"
    shell.show_page("board")
    assert board.model.row(0).title == "Meanwhile"


def test_the_group_is_named_with_its_people(shell, group):
    name = shell.sidebar.group.accessibleName()
    assert group.name in name
    assert f"{group.counts().people} neighbours" in name


@pytest.mark.parametrize(
    ("reached", "words"),
    [
        (None, "No other machine has joined yet"),
        (Reached(0, 0, None), "No other machine has joined yet"),
        (Reached(0, 1, None), "Reached 0 of 1 machine"),
        (Reached(31, 38, None), "Reached 31 of 38 machines"),
    ],
)
def test_how_far_it_came_is_said_in_words(qapp, reached, words):
    assert reached_words(reached) == words


def test_a_problem_of_the_network_is_said_where_the_state_is(shell, qtbot):
    shell.bridge.status_told.emit(NetworkStatus(problem="The port 4040 is in use."))
    qtbot.waitUntil(lambda: "The port 4040" in shell.sidebar._reached.text())


def test_the_look_is_kept(tmp_path: Path, qapp):
    preferences = Preferences(tmp_path)
    preferences.scheme = Scheme.DARK
    preferences.text_scale = 1.5
    preferences.peers = ("192.0.2.1:4000", "192.0.2.2:4000")
    preferences.announce = False
    again = Preferences(tmp_path)
    assert again.scheme is Scheme.DARK
    assert again.text_scale == 1.5
    assert again.peers == ("192.0.2.1:4000", "192.0.2.2:4000")
    assert not again.announce
    assert again.sync


def test_a_damaged_settings_file_is_as_good_as_none(tmp_path: Path, qapp):
    (tmp_path / "window.ini").write_bytes(b"\x00\xff[[[\nscheme=purple\ntext_scale=x\n")
    preferences = Preferences(tmp_path)
    assert preferences.scheme is Scheme.SYSTEM
    assert preferences.text_scale == 1.0


# -- on every page ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_control_has_a_name(shell, name):
    shell.show_page(name)
    QApplication.processEvents()
    nameless = [widget for widget in focusables(shell) if not spoken_name(widget)]
    assert not nameless


@pytest.mark.parametrize("name", NAMES)
def test_tab_reaches_everything_and_comes_around(shell, qtbot, name):
    shell.show_page(name)
    QApplication.processEvents()
    wanted = set(focusables(shell))
    start = focused()
    seen = [start]
    for _ in range(len(wanted) + 20):
        qtbot.keyClick(focused(), Key.Key_Tab)
        if focused() is start:
            break
        seen.append(focused())
    else:
        pytest.fail(f"Tab does not come around: {seen[-3:]}")
    # Of buttons that exclude each other, Tab stops at the one that is chosen.
    missed = [
        widget
        for widget in wanted - set(seen)
        if not (isinstance(widget, QAbstractButton) and widget.group())
    ]
    assert not missed


def cut_labels(root: QWidget) -> list[str]:
    """Words of labels and buttons that do not fit where they stand."""
    cut = []
    for label in root.findChildren(QLabel):
        if not label.isVisibleTo(root) or not label.text():
            continue
        wanted = (
            label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
        )
        too_wide = not label.wordWrap() and label.sizeHint().width() > label.width() + 1
        if wanted > label.height() + 1 or too_wide:
            cut.append(label.text())
    for button in root.findChildren(QAbstractButton):
        if button.isVisibleTo(root) and button.text():
            hint = button.sizeHint()
            if button.hasHeightForWidth():
                hint = QSize(button.width(), button.heightForWidth(button.width()))
            if hint.width() > button.width() + 1 or hint.height() > button.height() + 1:
                cut.append(button.text())
    return cut


def outside(root: QWidget) -> list[str]:
    """Controls that stick out of the window sideways."""
    out = []
    for widget in focusables(root):
        place = QRect(widget.mapTo(root, QPoint(0, 0)), widget.size())
        if place.left() < 0 or place.right() > root.width():
            out.append(widget.accessibleName() or str(widget))
    return out


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("size", [(1024, 600), (1600, 1000)])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_cut(shell, name, size, scale):
    # On a slow machine the news of others would come between two layouts.
    shell._soon.stop()
    theme().set_text_scale(scale)
    shell.resize(*size)
    shell.show_page(name)
    for _ in range(3):
        QApplication.processEvents()
    assert not cut_labels(shell)
    assert not outside(shell)


@pytest.mark.parametrize("name", NAMES)
def test_right_to_left_mirrors_the_page(shell, qapp, name):
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        shell.show_page(name)
        for _ in range(3):
            QApplication.processEvents()
        assert shell.sidebar.mapTo(shell, QPoint(0, 0)).x() > shell.width() / 2
        assert not cut_labels(shell)
        assert not outside(shell)
        assert not shell.grab().isNull()
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
