# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Quiet notifications by the system while the window is away.

What happens is gathered for a minute and summed up in a sentence or two (``news_words.summary``)
that names nobody and nothing. What was there when the window was left is not told again.
"""

from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.values import ChangeSet, NewsRow
from mutualaid.ui.bridge import Bridge
from mutualaid.ui.preferences import Preferences
from mutualaid.ui.talk.news_words import summary
from mutualaid.ui.words import now_ms, tr

if TYPE_CHECKING:
    from mutualaid.model.group import Group

#: ms over which what happens is gathered.
GATHER: Final = 60_000
#: ms between two looks at what time alone brings: a promise that soon lapses.
LOOK: Final = 15 * 60_000
#: So many news are looked at.
_MOST: Final = 200


class Tray(Protocol):
    """Where notifications go (``SystemTray``, or a test's)."""

    def tell(self, title: str, words: str) -> None:
        """Show one."""

    def away(self) -> None:
        """Nothing is left to tell: take the icon away."""


class SystemTray(QObject):
    """The system's own, where it has one. Its icon is there only while something was told.

    ``pressed`` when somebody pressed a notification or the icon.
    """

    pressed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._icon: QSystemTrayIcon | None = None

    @staticmethod
    def available() -> bool:
        return QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()

    def tell(self, title: str, words: str) -> None:
        if not self.available():
            return
        if self._icon is None:
            self._icon = QSystemTrayIcon(self._window.windowIcon(), self)
            self._icon.activated.connect(lambda _why: self.pressed.emit())
            self._icon.messageClicked.connect(self.pressed)
        self._icon.setToolTip(words)
        self._icon.show()
        self._icon.showMessage(title, words, self._window.windowIcon())

    def away(self) -> None:
        if self._icon is not None:
            self._icon.hide()


class Notifier(QObject):
    """Watches the window it belongs to and what comes from others; in the main thread."""

    def __init__(
        self,
        window: QWidget,
        group: "Group",
        bridge: Bridge,
        preferences: Preferences,
        tray: Tray,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._group = group
        self._preferences = preferences
        self._tray = tray
        self._began = now_ms()
        self._known: frozenset[str] | None = None
        self.gathering = QTimer(self)
        self.gathering.setSingleShot(True)
        self.gathering.setInterval(GATHER)
        self.gathering.timeout.connect(self.tell)
        self._looking = QTimer(self)
        self._looking.setInterval(LOOK)
        self._looking.timeout.connect(self.consider)
        self._looking.start()
        bridge.changed.connect(self._changed)
        window.installEventFilter(self)

    def _changed(self, _change: ChangeSet) -> None:
        self.consider()

    def consider(self) -> None:
        """Something may have happened: tell it in a minute, if nobody looks until then."""
        if self._wanted() and not self.gathering.isActive():
            self.gathering.start()

    def _wanted(self) -> bool:
        return self._preferences.notify and self.away()

    def away(self) -> bool:
        """Whether nobody looks: neither at the window nor at a dialog of it."""
        return QApplication.activeWindow() is None

    def _is_fresh(self, row: NewsRow) -> bool:
        if self._known is None:  # the window was never in front
            return row.unread and row.at >= self._began
        return row.unread and row.key not in self._known

    def tell(self) -> None:
        """Sum up what is new since the window was left, if there is anything."""
        if not self._wanted():
            return
        try:
            fresh = [row for row in self._group.news(_MOST) if self._is_fresh(row)]
        except MutualAidError:
            return  # the window says so itself when it is looked at
        if fresh:
            self._known = (self._known or frozenset()) | {row.key for row in fresh}
            self._tray.tell(tr("Mutual Aid"), summary(fresh))

    def left(self) -> None:
        """The window was left: what is there by now has been in sight."""
        try:
            self._known = frozenset(row.key for row in self._group.news(_MOST))
        except MutualAidError:
            self._known = frozenset()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowDeactivate:
            self.left()
        elif event.type() == QEvent.Type.WindowActivate:
            self.gathering.stop()
            self._tray.away()
        return False
