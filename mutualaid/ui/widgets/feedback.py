# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What tells people something: an empty list, a lasting line, a passing event."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from mutualaid.ui.icons import paint_icon
from mutualaid.ui.theme import Size, set_look, theme
from mutualaid.ui.widgets.basics import Button, Look, Text
from mutualaid.ui.words import tr


def announce(widget: QWidget, words: str) -> None:
    """Have a screen reader say something that happened without moving the focus."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))


class IconLabel(QWidget):
    """An icon that stands alone and says nothing that the words beside it do not."""

    def __init__(self, name: str, role: str = "accent", size: int = 24) -> None:
        super().__init__()
        self._name, self._role, self._size = name, role, size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon(self, name: str, role: str) -> None:
        self._name, self._role = name, role
        self.update()

    def sizeHint(self) -> QSize:
        side = theme().px(self._size)
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colour = theme().colours.role(self._role)
        paint_icon(QPainter(self), self._name, self.rect(), colour)


class EmptyState(QWidget):
    """Why a list is empty, and the one thing to do about it."""

    acted = Signal()

    def __init__(self) -> None:
        super().__init__()
        px = theme().px
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(24), px(24), px(24))
        column.setSpacing(px(8))
        column.addStretch(2)
        self._icon = IconLabel("board", "quiet", 40)
        self._title = Text("", Size.DETAIL, wrap=True)
        self._words = Text("", quiet=True, wrap=True)
        self.action = Button("", Look.PRIMARY)
        self.action.clicked.connect(self.acted)
        centre = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(self._icon, 0, centre)
        for label in (self._title, self._words):
            label.setAlignment(centre)
            label.setMaximumWidth(px(460))
            label.setMinimumWidth(min(px(460), 460))
            # Between stretches, not aligned: an aligned label could not grow with its words.
            line = QHBoxLayout()
            line.addStretch(1)
            line.addWidget(label)
            line.addStretch(1)
            column.addLayout(line)
        column.addSpacing(px(8))
        column.addWidget(self.action, 0, centre)
        column.addStretch(3)

    def tell(self, icon: str, title: str, words: str, action: str) -> None:
        """Say it; ``action`` are the words of the button."""
        self._icon.set_icon(icon, "quiet")
        self._title.setText(title)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self.action.set_words(action)
        self.action.setVisible(bool(action))
        self.setAccessibleName(title)


class Banner(QFrame):
    """A lasting line at the top of a page, with an action if there is one."""

    acted = Signal()

    def __init__(self, words: str = "", *, warn: bool = False, action: str = "") -> None:
        super().__init__()
        set_look(self, "banner-warn" if warn else "banner")
        px = theme().px
        row = QHBoxLayout(self)
        row.setContentsMargins(px(14), px(8), px(10), px(8))
        row.setSpacing(px(10))
        row.addWidget(IconLabel("warning" if warn else "info", "warn" if warn else "accent", 20))
        self._words = Text(words, wrap=True)
        row.addWidget(self._words, 1)
        self.action = Button(action, Look.QUIET)
        self.action.clicked.connect(self.acted)
        row.addWidget(self.action)
        # Not before it has its place: shown by itself it would be a window, and take the focus.
        self.action.setVisible(bool(action))
        self.setAccessibleName(words)

    def tell(self, words: str, action: str = "") -> None:
        """Say something else; nothing hides the banner."""
        self._words.setText(words)
        self.setAccessibleName(words)
        self.action.set_words(action)
        self.action.setVisible(bool(action))
        self.setVisible(bool(words))


class Toast(QFrame):
    """An event in the app, for a few seconds over the window's lower edge, with *Undo*.

    It takes no focus; Ctrl+Z does the same as its button. It stays while the mouse is over it.
    """

    STAYS = 7000  # ms

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        set_look(self, "toast")
        px = theme().px
        row = QHBoxLayout(self)
        row.setContentsMargins(px(16), px(8), px(8), px(8))
        row.setSpacing(px(8))
        self._words = Text("", wrap=False)
        row.addWidget(self._words)
        self.button = Button(tr("Undo"))
        set_look(self.button, "toast")
        self.button.clicked.connect(self._act)
        row.addWidget(self.button)
        self._undo: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._leave)
        window.installEventFilter(self)
        self.hide()

    @property
    def words(self) -> str:
        """What it says, "" when it is away."""
        return self._words.text() if self.isVisible() else ""

    def tell(self, words: str, undo: Callable[[], None] | None = None, label: str = "") -> None:
        """Show it; with ``undo`` it has a button."""
        self._undo = undo
        self._words.setText(words)
        room = max(240, self.parentWidget().width() - theme().px(160))
        self._words.setWordWrap(self._words.sizeHint().width() > room)
        self._words.setMaximumWidth(room)
        self.button.set_words(label or tr("Undo"))
        self.button.setVisible(undo is not None)
        self.show()
        self._place()
        self.raise_()
        self._timer.start(self.STAYS)
        announce(self.parentWidget() or self, words)

    def _act(self) -> None:
        undo, self._undo = self._undo, None
        self.hide()
        if undo is not None:
            undo()

    def _leave(self) -> None:
        if self.underMouse() or self.button.hasFocus():
            self._timer.start(1000)
        else:
            self.hide()

    def _place(self) -> None:
        self.adjustSize()
        whole = self.parentWidget().rect()
        x = (whole.width() - self.width()) // 2
        self.move(x, whole.height() - self.height() - theme().px(20))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False
