# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A page's head, its search field, and the pane that shows one thing in full."""

from collections.abc import Callable

from PySide6.QtCore import QMargins, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from mutualaid.ui.icons import icon
from mutualaid.ui.theme import Size, set_look, theme
from mutualaid.ui.widgets.basics import Button, Look, ScrollColumn, Text, clear_layout
from mutualaid.ui.words import tr


class SearchField(QLineEdit):
    """Search as you type: ``searched`` comes a moment after the last key; Esc empties it."""

    searched = Signal(str)

    WAIT = 60  # ms

    def __init__(self, placeholder: str) -> None:
        super().__init__()
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(tr("Search"))
        self.setAccessibleDescription(placeholder)
        self.addAction(
            QAction(icon("search", "quiet"), "", self), QLineEdit.ActionPosition.LeadingPosition
        )
        self.setClearButtonEnabled(False)
        self._clear = QAction(icon("close", "quiet"), tr("Empty the search"), self)
        self._clear.triggered.connect(self.clear)
        self.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setVisible(False)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(self.WAIT)
        self._timer.timeout.connect(self._tell)
        self._told = ""
        self.textChanged.connect(self._typed)

    def _typed(self, words: str) -> None:
        self._clear.setVisible(bool(words))
        self._timer.start()

    def _tell(self) -> None:
        words = self.text().strip()
        if words != self._told:
            self._told = words
            self.searched.emit(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            event.accept()
            return
        super().keyPressEvent(event)


class PageHeader(QWidget):
    """Title, search, and the one primary action of a page.

    ``acted`` when the action is pressed; ``search`` is None where a page has none.
    """

    acted = Signal()

    def __init__(self, title: str, placeholder: str = "", action: str = "") -> None:
        super().__init__()
        px = theme().px
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(px(12))
        self.title = Text(title, Size.PAGE)
        self.title.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
        self._layout.addWidget(self.title)
        self._tools = QWidget()
        row = QHBoxLayout(self._tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(12))
        row.addStretch(1)
        self._layout.addWidget(self._tools, 1)
        self.search: SearchField | None = None
        if placeholder:
            self.search = SearchField(placeholder)
            self.search.setMinimumWidth(px(160))
            self.search.setMaximumWidth(px(290))
            self.search.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            row.addWidget(self.search, 4)
        self.action: Button | None = None
        if action:
            self.action = Button(action, Look.PRIMARY, icon="plus")
            self.action.clicked.connect(self.acted)
            row.addWidget(self.action)

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        # With large text the tools go under the title, so the two never need to fit in one line.
        widest = max(self.title.sizeHint().width(), self._tools.minimumSizeHint().width())
        return QSize(widest, max(hint.height(), theme().px(38)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        needed = self.title.sizeHint().width() + self._tools.minimumSizeHint().width()
        two_lines = needed + self._layout.spacing() > self.width()
        self._layout.setDirection(
            QBoxLayout.Direction.TopToBottom if two_lines else QBoxLayout.Direction.LeftToRight
        )


class DetailPane(QFrame):
    """One thing in full, at the end side, or a page of its own where there is little room.

    Put widgets into ``column``, and what stays in sight under it into ``foot``. ``left`` when its
    back button is pressed; pages handle Esc.
    """

    left = Signal()

    WIDTH = 372

    def __init__(self, name: str) -> None:
        super().__init__()
        set_look(self, "pane")
        self.setAccessibleName(name)
        px = theme().px
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._edge = QFrame()
        self._edge.setFixedWidth(1)
        set_look(self._edge, "hairline")
        row.addWidget(self._edge)
        outer = QVBoxLayout()
        outer.setContentsMargins(0, px(12), 0, 0)
        outer.setSpacing(0)
        row.addLayout(outer, 1)
        top = QHBoxLayout()
        top.setContentsMargins(px(12), 0, px(12), 0)
        self.back = Button(tr("Back"), Look.QUIET, icon="back")
        self.back.clicked.connect(self.left)
        top.addWidget(self.back)
        top.addStretch(1)
        outer.addLayout(top)
        self._scroll = ScrollColumn(QMargins(px(20), px(8), px(20), px(20)), spacing=10)
        self._scroll.content.setMaximumWidth(px(800))
        set_look(self._scroll.content, "pane")
        outer.addWidget(self._scroll, 1)
        self.foot = QVBoxLayout()
        self.foot.setSpacing(px(8))
        outer.addLayout(self.foot)
        # Not an aligned layout: that would not let wrapped words grow beyond their size hint.
        self.column = QVBoxLayout()
        self.column.setSpacing(px(10))
        self._scroll.column.addLayout(self.column)
        self._scroll.column.addStretch(1)
        self.set_alone(False)

    def set_alone(self, alone: bool) -> None:
        """Whether the pane is a page of its own now."""
        self.back.setVisible(alone)
        self._edge.setVisible(not alone)
        if alone:
            self.setMinimumWidth(0)
            self.setMaximumWidth(16777215)
        else:
            self.setFixedWidth(theme().px(self.WIDTH))

    def scroll_to_top(self) -> None:
        self._scroll.verticalScrollBar().setValue(0)


class Section(QWidget):
    """A part of a pane that is emptied and filled again when what it shows has changed.

    Nothing that is written in belongs into one.
    """

    def __init__(self, spacing: int = 8) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme().px(spacing))
        self._shown: object = None

    def fill(self, shown: object, build: Callable[[], None]) -> None:
        """Build again unless exactly this is shown already; the focus stays in the section."""
        if shown == self._shown:
            return
        before = self.focusWidget()
        had_focus = before is not None and before.hasFocus()
        words = before.accessibleName() if before is not None else ""
        self._shown = shown
        clear_layout(self.column)
        build()
        self.setVisible(self.column.count() > 0)
        # A layout shows what it gets a turn later: too late for the focus that goes there now.
        for child in self.children():
            if isinstance(child, QWidget) and not _was_hidden(child):
                child.show()
        if had_focus:
            buttons = [one for one in self.findChildren(Button) if not one.isHidden()]
            same = [one for one in buttons if one.accessibleName() == words]
            if same or buttons:
                (same or buttons)[0].setFocus(Qt.FocusReason.OtherFocusReason)


def _was_hidden(widget: QWidget) -> bool:
    return widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)
