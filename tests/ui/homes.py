# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A window in front of one of several neighbours, for tests that need more than one person."""

from PySide6.QtWidgets import QApplication

from mutualaid.model.group import Group
from mutualaid.model.values import NOTHING_CHANGED, PostDraft, PostKind
from mutualaid.ui.bridge import Bridge
from mutualaid.ui.preferences import Preferences
from mutualaid.ui.shell import Shell
from mutualaid.ui.theme import Theme
from tests.model.neighbours import Neighbours
from tests.ui.helpers import settle


class Home:
    """Ana's window; ``meet`` brings to it what the others did."""

    def __init__(self, qtbot, street: Neighbours, name: str = "Ana") -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        Theme.install(application)
        self.street = street
        self.group: Group = street[name]
        self.bridge = Bridge(self.group.refresh)
        self.window = Shell(self.group, None, self.bridge, Preferences(None))
        qtbot.addWidget(self.window)
        self.window.resize(1280, 800)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)

    def meet(self) -> None:
        """All hear all, and the window of it."""
        self.street.meet()
        self.window.spread(self.bridge.take(NOTHING_CHANGED))
        QApplication.processEvents()

    def offer(self, who: str, title: str = "A drill", **more) -> bytes:
        """Something that one of the street offers."""
        made = self.street[who].post(PostDraft(PostKind.OFFER, title, **more)).created
        assert made is not None
        self.street.meet()
        return made

    def answer(self, who: str, post: bytes, note: str = "", **more) -> bytes:
        """An answer that has reached the window."""
        made = self.street[who].help_with(post, note, **more).created
        assert made is not None
        self.meet()
        return made

    def close(self) -> None:
        self.bridge.stop()
        settle()
