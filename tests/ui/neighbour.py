# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A neighbour in front of their own window, on the board, who uses nothing but keys."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from mutualaid.model.group import Group
from mutualaid.model.values import NOTHING_CHANGED, PostStatus, Standing
from mutualaid.ui.board.page import BoardPage
from mutualaid.ui.bridge import Bridge
from mutualaid.ui.post.detail import PostDetailPane
from mutualaid.ui.post.form import PostDialog
from mutualaid.ui.preferences import Preferences
from mutualaid.ui.shell import Shell
from mutualaid.ui.widgets import Button, Text
from tests.model.neighbours import Neighbours
from tests.ui.helpers import Key, dialog, press, tab_to, type_text

CONTROL = Qt.KeyboardModifier.ControlModifier


class Neighbour:
    """Somebody with a window on a group of several."""

    def __init__(self, qtbot, group: Group, street: Neighbours) -> None:
        self.bot = qtbot
        self.group = group
        self.street = street
        self.bridge = Bridge(group.refresh)
        self.window = Shell(group, None, self.bridge, Preferences(None))
        qtbot.addWidget(self.window)
        self.window.resize(1280, 800)
        self.window.show()
        self.window.show_page("board")

    @property
    def board(self) -> BoardPage:
        found = self.window.page_named("board")
        assert isinstance(found, BoardPage)
        return found

    @property
    def pane(self) -> PostDetailPane:
        return self.board.pane

    # -- looking ------------------------------------------------------------------------------

    def hear(self) -> None:
        """Everything that neighbours wrote meanwhile comes, under what is being done."""
        self.street.meet()
        self.window.spread(self.bridge.take(NOTHING_CHANGED))

    def sit_down(self) -> None:
        """Turn to this window, which has heard of everything meanwhile."""
        self.hear()
        self.window.activateWindow()
        self.bot.waitUntil(self.window.isActiveWindow)
        if QApplication.focusWidget() is None:
            self.board.focus_content()

    def open(self, post: bytes) -> None:
        """Sit down; the post is shown, and the focus is where work on it begins."""
        self.sit_down()
        self.board.open_record(post)
        self.pane.focus_first()

    def reads(self, root: QWidget | None = None) -> str:
        """All the words that can be seen in the pane, or in a part of it."""
        around = root or self.pane
        return " ".join(one.text() for one in around.findChildren(Text) if one.isVisible())

    def offered(self) -> list[str]:
        """What the buttons in the pane are called."""
        return [one.accessibleName() for one in self._buttons()]

    def _buttons(self) -> list[Button]:
        return [one for one in self.pane.findChildren(Button) if one.isVisible()]

    def answers(self) -> list[Standing]:
        assert self.pane.record is not None
        return [one.state for one in self.group.post_detail(self.pane.record).responses]

    def status(self) -> PostStatus:
        assert self.pane.record is not None
        return self.group.post_detail(self.pane.record).row.status

    # -- doing, with keys alone ---------------------------------------------------------------

    def press(self, *keys: Qt.Key) -> None:
        press(self.bot, *keys)

    def type(self, words: str) -> None:
        type_text(self.bot, words)

    def go_to(self, widget: QWidget) -> None:
        tab_to(self.bot, widget)

    def use(self, name: str) -> None:
        """Press Tab until the button with this name has the focus, then Space."""
        found = [one for one in self._buttons() if one.accessibleName() == name]
        assert found, f"there is no button {name!r}, only {self.offered()}"
        self.go_to(found[0])
        self.press(Key.Key_Space)

    def open_first_card(self) -> None:
        self.go_to(self.board.list)
        self.press(Key.Key_Home, Key.Key_Return)

    def post(self, title: str) -> PostDialog:
        """Open the form by Ctrl+N and type a title."""
        self.bot.keyClick(self.board, Key.Key_N, CONTROL)
        form = dialog(PostDialog)
        self.bot.waitUntil(form.title.hasFocus)
        self.type(title)
        return form

    def close(self) -> None:
        self.bridge.stop()
