# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From an empty board to done with thanks, by keyboard alone, in two windows of two neighbours."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from mutualaid.model.group import Group
from mutualaid.model.values import (
    NOTHING_CHANGED,
    Audience,
    ContactKind,
    PostFilter,
    PostStatus,
    Standing,
)
from mutualaid.ui.board import BoardPage
from mutualaid.ui.bridge import Bridge
from mutualaid.ui.post_detail import PostDetailPane
from mutualaid.ui.post_form import PostDialog
from mutualaid.ui.preferences import Preferences
from mutualaid.ui.shell import Shell
from mutualaid.ui.theme import Theme
from mutualaid.ui.widgets import Button, Text
from tests.model.neighbours import Neighbours
from tests.ui.helpers import Key, dialog, focused, press, settle, tab_to, type_text

CONTROL = Qt.KeyboardModifier.ControlModifier


class Home:
    """One neighbour in front of their window. They use nothing but keys."""

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

    def sit_down(self) -> None:
        """Turn to this window, which has heard of everything meanwhile."""
        self.street.meet()
        self.window.spread(self.bridge.take(NOTHING_CHANGED))
        self.window.activateWindow()
        self.bot.waitUntil(self.window.isActiveWindow)
        if QApplication.focusWidget() is None:
            self.board.focus_content()

    def press(self, *keys: Qt.Key) -> None:
        press(self.bot, *keys)

    def type(self, words: str) -> None:
        type_text(self.bot, words)

    def go_to(self, widget: QWidget) -> None:
        tab_to(self.bot, widget)

    def go_to_button(self, name: str) -> None:
        """Press Tab until the button with this name has the focus."""
        found = [
            one
            for one in self.pane.findChildren(Button)
            if one.accessibleName() == name and one.isVisible()
        ]
        assert found, f"there is no button {name!r}"
        self.go_to(found[0])

    def use(self, name: str) -> None:
        self.go_to_button(name)
        self.press(Key.Key_Space)

    def open_first_card(self) -> None:
        self.go_to(self.board.list)
        self.press(Key.Key_Home, Key.Key_Return)

    def answers(self) -> list[Standing]:
        assert self.pane.record is not None
        return [one.state for one in self.group.post_detail(self.pane.record).responses]

    def status(self) -> PostStatus:
        assert self.pane.record is not None
        return self.group.post_detail(self.pane.record).row.status

    def post(self, title: str) -> PostDialog:
        """Open the form by Ctrl+N and type a title."""
        self.bot.keyClick(self.board, Key.Key_N, CONTROL)
        form = dialog(PostDialog)
        self.bot.waitUntil(form.title.hasFocus)
        self.type(title)
        return form

    def close(self) -> None:
        self.bridge.stop()


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Neighbours]:
    made = Neighbours(tmp_path, "Ana", "Ben", "Cleo")
    yield made
    made.close()


@pytest.fixture
def homes(qtbot, street: Neighbours) -> Iterator[dict[str, Home]]:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    Theme.install(application)
    found = {name: Home(qtbot, street[name], street) for name in ("Ana", "Ben", "Cleo")}
    yield found
    for home in found.values():
        home.close()


def test_from_an_empty_board_to_done_with_thanks(homes, street):
    ana, ben = homes["Ana"], homes["Ben"]
    street["Ana"].set_contact(ContactKind.PHONE, "0170 1234", Audience.HELPER)

    ana.sit_down()
    assert ana.board.model.rowCount() == 0
    ana.post("A lift to the clinic")
    ana.press(Key.Key_Return)
    settle()
    assert ana.board.model.row(0).title == "A lift to the clinic"

    ben.sit_down()
    ben.open_first_card()
    assert focused() is ben.pane.note
    ben.type("I have the van free")
    ben.press(Key.Key_Tab)
    ben.type("Friday at four")
    ben.press(Key.Key_Return)
    assert ben.answers() == [Standing.OFFERED]

    ana.sit_down()
    assert ana.board.model.row(0).status is PostStatus.OFFERED
    ana.open_first_card()
    assert focused().accessibleName() == "Accept Ben"
    ana.press(Key.Key_Space)
    assert ana.answers() == [Standing.ACCEPTED]
    assert ana.status() is PostStatus.AGREED

    ben.sit_down()
    assert any("0170 1234" in one.text() for one in ben.pane.reach.findChildren(Text))
    ben.use("Say that it is done")
    assert ben.answers() == [Standing.SAID_DONE]

    ana.sit_down()
    assert ana.status() is PostStatus.SAID_DONE
    ana.use("Done")
    assert ana.status() is PostStatus.DONE
    assert ana.board.model.rowCount() == 0
    ana.go_to(ana.pane.thanks.line.words)
    ana.type("You saved the day")
    ana.press(Key.Key_Return)

    ben.sit_down()
    assert ben.pane.record is not None
    assert [one.text for one in street["Ben"].post_detail(ben.pane.record).thanks] == [
        "You saved the day"
    ]
    assert street["Ben"].posts() == []
    (past,) = street["Ben"].posts(PostFilter(past=True))
    assert past.status is PostStatus.DONE
