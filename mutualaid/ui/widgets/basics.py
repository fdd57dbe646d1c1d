# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts, buttons, pills, avatars, cards and the layout that wraps."""

from enum import StrEnum

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from mutualaid.ui.icons import icon as make_icon
from mutualaid.ui.theme import Size, set_look, theme
from mutualaid.ui.widgets import paint
from mutualaid.ui.widgets.paint import Tone


class Text(QLabel):
    """Words, always plain: what others wrote is never read as markup.

    ``wrap`` lets it take several lines; ``selectable`` lets it be copied (and focused).
    """

    def __init__(
        self,
        words: str = "",
        size: Size = Size.BODY,
        *,
        quiet: bool = False,
        wrap: bool = False,
        selectable: bool = False,
        tone: str = "",
    ) -> None:
        super().__init__(words)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("text-size", size.value)
        self.setProperty("quiet", "true" if quiet else "false")
        if tone:
            self.setProperty("tone", tone)
        self.setWordWrap(wrap)
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        if selectable:
            self.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )


class Look(StrEnum):
    """How much a button wants to be pressed."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    QUIET = "quiet"
    DANGER = "danger"


class Button(QPushButton):
    """A button with words; ``icon`` is a name of ours, tinted to suit."""

    def __init__(
        self, words: str, look: Look = Look.SECONDARY, *, icon: str = "", name: str = ""
    ) -> None:
        super().__init__(words)
        set_look(self, look.value)
        if icon:
            role = "on_accent" if look is Look.PRIMARY else "accent"
            self.setIcon(make_icon(icon, "need" if look is Look.DANGER else role))
        self.setAccessibleName(name or words.replace("&", "").lstrip("+ "))
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_words(self, words: str) -> None:
        """Say something else, on the button and to a screen reader."""
        self.setText(words)
        self.setAccessibleName(words.replace("&", ""))


class CheckBox(QCheckBox):
    """A check box whose words take several lines where there is little room."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self._words = words
        self.setAccessibleName(words)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _wrapped(self, width: int) -> str:
        metrics = self.fontMetrics()
        # The square, the space after it, and the border of the focus ring.
        room = width - theme().px(18 + 8 + 8)
        lines: list[str] = []
        for word in self._words.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and metrics.horizontalAdvance(longer) <= room:
                lines[-1] = longer
            else:
                lines.append(word)
        return "\n".join(lines)

    def heightForWidth(self, width: int) -> int:
        lines = self._wrapped(width).count("\n") + 1
        one = super().minimumSizeHint().height()
        return one if lines == 1 else lines * theme().px(20) + theme().px(8)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        wide = self.fontMetrics().horizontalAdvance(self._words) + theme().px(40)
        return QSize(wide, hint.height())

    def minimumSizeHint(self) -> QSize:
        widest = max(self.fontMetrics().horizontalAdvance(word) for word in self._words.split())
        return QSize(widest + theme().px(40), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wrapped = self._wrapped(self.width())
        if wrapped != self.text():
            self.setText(wrapped)


class Pill(QWidget):
    """A small label with a shape and a word: ``Pill("Need", Tone.NEED, "need")``."""

    def __init__(self, words: str, tone: Tone = Tone.PLAIN, icon: str = "") -> None:
        super().__init__()
        self._words = words
        self._tone = tone
        self._icon = icon
        self.setAccessibleName(words)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(paint.pill_width(self._words, self._icon), theme().px(22))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        direction = self.layoutDirection()
        paint.pill(painter, self.rect(), self._words, self._tone, self._icon, direction)


class Avatar(QWidget):
    """A circle with the initials of a name, in a colour that belongs to ``key``."""

    def __init__(self, name: str, key: bytes | str, diameter: int = 40) -> None:
        super().__init__()
        self._diameter = diameter
        self.set_person(name, key)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_person(self, name: str, key: bytes | str) -> None:
        self._name = name
        self._key = key
        self.setAccessibleName(name)
        self.update()

    def sizeHint(self) -> QSize:
        side = theme().px(self._diameter)
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint.avatar(QPainter(self), self.rect(), self._name, self._key)


class Hairline(QFrame):
    """One line across, to part sections."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(1)
        set_look(self, "hairline")


class Card(QFrame):
    """A frame with a column inside (``.column``); ``inset`` for one that lies on a card."""

    def __init__(self, *, inset: bool = False) -> None:
        super().__init__()
        set_look(self, "inset" if inset else "card")
        self.column = QVBoxLayout(self)
        px = theme().px
        side = px(12) if inset else px(16)
        self.column.setContentsMargins(side, px(12), side, px(12))
        self.column.setSpacing(px(4))

    def add_row(self, *widgets: QWidget, stretch_after: int = -1) -> QHBoxLayout:
        """Put widgets side by side; all free room goes after the given one."""
        row = QHBoxLayout()
        row.setSpacing(theme().px(10))
        for number, widget in enumerate(widgets):
            row.addWidget(widget)
            if number == stretch_after:
                row.addStretch(1)
        self.column.addLayout(row)
        return row


class ScrollColumn(QScrollArea):
    """A column (``.column``) that scrolls when it does not fit; never sideways."""

    def __init__(self, margins: QMargins | None = None, spacing: int = 12) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.content = QWidget()
        self.column = QVBoxLayout(self.content)
        self.column.setContentsMargins(margins or QMargins(0, 0, 0, 0))
        self.column.setSpacing(theme().px(spacing))
        self.setWidget(self.content)
        self.content.setAutoFillBackground(False)  # setWidget turns it on
        self.viewport().setAutoFillBackground(False)


class FlowLayout(QLayout):
    """Puts widgets in rows that wrap, from the leading side."""

    def __init__(self, parent: QWidget | None = None, spacing: int = 8) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(theme().px(spacing))

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        inner = rect.marginsRemoved(self.contentsMargins())
        widget = self.parentWidget()
        direction = widget.layoutDirection() if widget else Qt.LayoutDirection.LeftToRight
        x, y, row_height = inner.x(), inner.y(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            hint = item.sizeHint()
            if x + hint.width() > inner.right() + 1 and row_height:
                x, y = inner.x(), y + row_height + self.spacing()
                row_height = 0
            if move:
                place = QRect(QPoint(x, y), hint)
                item.setGeometry(QStyle.visualRect(direction, inner, place))
            x += hint.width() + self.spacing()
            row_height = max(row_height, hint.height())
        margins = self.contentsMargins()
        return y + row_height - rect.y() + margins.bottom()


def clear_layout(layout: QLayout) -> None:
    """Take everything out of a layout and let it go."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif inner is not None:
            clear_layout(inner)
