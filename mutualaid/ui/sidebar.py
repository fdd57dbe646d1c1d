# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sidebar: the group and its switch, the pages, and two facts in words.

Folded, it shows icons only; every name stays as tooltip and accessible name.
"""

from typing import Final

from PySide6.QtCore import QLocale, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from mutualaid.model.values import Reached
from mutualaid.ui.icons import paint_icon
from mutualaid.ui.pages import PageSpec, page_keys
from mutualaid.ui.theme import Size, set_look, theme
from mutualaid.ui.widgets import Hairline, ScrollColumn, Text, paint
from mutualaid.ui.widgets.feedback import IconLabel
from mutualaid.ui.words import last_heard, now_ms, tr

WIDTH: Final = 220
FOLDED: Final = 68


class NavButton(QPushButton):
    """One page of the sidebar, with a figure if something waits there."""

    def __init__(self, title: str, icon: str, shortcut: str) -> None:
        super().__init__()
        self._title = title
        self._icon = icon
        self._shortcut = shortcut
        self._badge = 0
        self._badge_words = ""
        self._folded = False
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setFlat(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name()

    def set_badge(self, count: int, words: str) -> None:
        """Show a figure, which ``words`` say in full; 0 takes it away."""
        self._badge = count
        self._badge_words = words if count else ""
        self._name()
        self.update()

    def set_folded(self, folded: bool) -> None:
        self._folded = folded
        self._name()
        self.update()

    def _name(self) -> None:
        name = f"{self._title}, {self._badge_words}" if self._badge else self._title
        self.setAccessibleName(name)
        self.setToolTip(f"{name} ({self._shortcut})" if self._folded else self._shortcut)

    def sizeHint(self) -> QSize:
        return QSize(theme().px(FOLDED - 24), theme().px(36))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().px(20), theme().px(36))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        colours, px = look.colours, look.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = self.rect()
        direction = self.layoutDirection()
        on = self.isChecked()
        if on or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.accent_soft if on else colours.hairline)
            painter.drawRoundedRect(whole, px(8), px(8))
        if self.hasFocus() or (on and colours.high_contrast):
            painter.setPen(QPen(colours.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(whole.adjusted(1, 1, -1, -1), px(7), px(7))
        ink = colours.accent if on else colours.text
        side = px(20)
        start = (whole.width() - side) // 2 if self._folded else px(10)
        place = QRect(start, (whole.height() - side) // 2, side, side)
        paint_icon(painter, self._icon, paint.mirrored(place, whole, direction), ink)
        badge = self._paint_badge(painter, whole, direction)
        if not self._folded:
            words = QRect(px(40), 0, whole.width() - px(44) - badge, whole.height())
            # A wide font: a name in full says more than a bold one that is cut.
            fits = paint.text_width(self._title, Size.BODY, bold=True) <= words.width()
            paint.text(
                painter,
                paint.mirrored(words, whole, direction),
                self._title,
                colour=ink,
                bold=on and fits,
                direction=direction,
            )
        painter.end()

    def _paint_badge(self, painter: QPainter, whole: QRect, direction: Qt.LayoutDirection) -> int:
        if not self._badge:
            return 0
        look = theme()
        px = look.px
        words = QLocale().toString(self._badge)
        height = px(15) if self._folded else px(18)
        least = height if self._folded else px(22)
        width = max(least, paint.text_width(words, Size.META) + px(8))
        top = 0 if self._folded else (whole.height() - height) // 2
        place = QRect(whole.width() - width - (0 if self._folded else px(10)), top, width, height)
        place = paint.mirrored(place, whole, direction)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colours.accent)
        painter.drawRoundedRect(place, height / 2, height / 2)
        font = look.font(Size.STRONG)
        font.setPixelSize(px(11 if self._folded else 12))
        painter.setFont(font)
        painter.setPen(look.colours.on_accent)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
        return width + px(8)


class GroupButton(QPushButton):
    """The group's name and size; opens the menu to switch, start, join and invite."""

    def __init__(self) -> None:
        super().__init__()
        self._group = ""
        self._key = b""
        self._line = ""
        self._folded = False
        self.setFlat(True)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def tell(self, group: str, key: bytes, line: str) -> None:
        self._group, self._key, self._line = group, key, line
        self.setAccessibleName(tr("Group {group}, {line}", group=group, line=line))
        self.setAccessibleDescription(tr("Switch, start or join a group"))
        self.setToolTip(self.accessibleName() if self._folded else "")
        self.update()

    def set_folded(self, folded: bool) -> None:
        self._folded = folded
        self.tell(self._group, self._key, self._line)

    def sizeHint(self) -> QSize:
        return QSize(theme().px(FOLDED - 24), theme().px(44))

    minimumSizeHint = sizeHint

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        colours, px = look.colours, look.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = self.rect()
        direction = self.layoutDirection()
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.hairline)
            painter.drawRoundedRect(whole, px(8), px(8))
        if self.hasFocus():
            painter.setPen(QPen(colours.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(whole.adjusted(1, 1, -1, -1), px(7), px(7))
        side = px(36)
        start = (whole.width() - side) // 2 if self._folded else px(6)
        circle = QRect(start, (whole.height() - side) // 2, side, side)
        paint.avatar(painter, paint.mirrored(circle, whole, direction), self._group, b"")
        if self._folded:
            return
        room = whole.width() - px(52) - px(22)
        upper = QRect(px(52), px(4), room, px(20))
        used = paint.text(
            painter,
            paint.mirrored(upper, whole, direction),
            self._group,
            size=Size.STRONG,
            direction=direction,
        )
        arrow = QRect(upper.left() + used + px(4), upper.top() + px(3), px(14), px(14))
        paint_icon(painter, "down", paint.mirrored(arrow, whole, direction), colours.text)
        lower = QRect(px(52), px(23), whole.width() - px(58), px(18))
        paint.text(
            painter,
            paint.mirrored(lower, whole, direction),
            self._line,
            size=Size.META,
            colour=colours.quiet,
            direction=direction,
        )


class Sidebar(QFrame):
    """Everything at the leading side. ``page_chosen`` carries a page's name."""

    page_chosen = Signal(str)

    def __init__(self, pages: tuple[PageSpec, ...]) -> None:
        super().__init__()
        set_look(self, "sidebar")
        self.setAccessibleName(tr("Pages"))
        px = theme().px
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        column = QVBoxLayout()
        column.setContentsMargins(px(12), px(14), px(12), px(14))
        column.setSpacing(px(4))
        whole.addLayout(column, 1)
        edge = QFrame()
        edge.setFixedWidth(1)
        set_look(edge, "hairline")
        whole.addWidget(edge)
        self.group = GroupButton()
        self.group_menu = QMenu(self.group)
        self.group.clicked.connect(self._open_group_menu)
        column.addWidget(self.group)
        column.addSpacing(px(8))
        scroll = ScrollColumn(spacing=4)
        scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        pages_column = scroll.column
        column.addWidget(scroll, 1)
        self._buttons: dict[str, NavButton] = {}
        self._exclusive = QButtonGroup(self)
        self._section = Text(tr("This group"), Size.META, quiet=True)
        self._section.setIndent(px(10))
        told = False
        keys = page_keys(pages)
        for spec in pages:
            if spec.about_group and not told:
                told = True
                pages_column.addSpacing(px(10))
                pages_column.addWidget(self._section)
            button = NavButton(spec.title(), spec.icon, keys[spec.name])
            button.clicked.connect(
                lambda _checked=False, name=spec.name: self.page_chosen.emit(name)
            )
            self._buttons[spec.name] = button
            self._exclusive.addButton(button)
            pages_column.addWidget(button)
        pages_column.addStretch(1)
        self.menu_button = NavButton(tr("Menu"), "more", "F10")
        self.menu_button.setCheckable(False)
        column.addWidget(self.menu_button)
        column.addSpacing(px(4))
        column.addWidget(Hairline())
        column.addSpacing(px(6))
        self._make_facts(column)
        self._folded: bool | None = None
        self.set_folded(False)

    def _make_facts(self, column: QVBoxLayout) -> None:
        px = theme().px
        self._facts = QWidget()
        facts = QVBoxLayout(self._facts)
        facts.setContentsMargins(px(8), 0, 0, 0)
        facts.setSpacing(px(2))
        first = QHBoxLayout()
        first.setSpacing(px(6))
        self._mark = IconLabel("check", "accent", 16)
        self._saved = Text(tr("Saved on this machine"), Size.META, wrap=True)
        first.addWidget(self._mark)
        first.addWidget(self._saved, 1)
        facts.addLayout(first)
        self._reached = Text("", Size.META, quiet=True, wrap=True)
        facts.addWidget(self._reached)
        column.addWidget(self._facts)
        self._small = IconLabel("saved", "accent", 22)
        column.addWidget(self._small, 0, Qt.AlignmentFlag.AlignHCenter)
        self._small.hide()

    def _open_group_menu(self) -> None:
        self.group_menu.exec(self.group.mapToGlobal(self.group.rect().bottomLeft()))

    def show_page(self, name: str) -> None:
        """Mark the page that is in front."""
        self._buttons[name].setChecked(True)

    def set_badge(self, page: str, count: int, words: str) -> None:
        """Show beside a page how much waits there; nothing where the window has no such page."""
        if page in self._buttons:
            self._buttons[page].set_badge(count, words)

    def button(self, page: str) -> NavButton:
        return self._buttons[page]

    @property
    def folded(self) -> bool:
        return bool(self._folded)

    def set_folded(self, folded: bool) -> None:
        """Show icons only, or icons and words."""
        self.setFixedWidth(theme().px(FOLDED if folded else WIDTH))
        if folded == self._folded:
            return
        self._folded = folded
        self.group.set_folded(folded)
        for button in (*self._buttons.values(), self.menu_button):
            button.set_folded(folded)
        self._section.setVisible(not folded)
        self._facts.setVisible(not folded)
        self._small.setVisible(folded)

    def tell_reached(self, reached: Reached | None, problem: str = "") -> None:
        """The two facts: saved here, and how many machines my newest words have reached."""
        self._reached.setText(problem or reached_words(reached))
        for one in (self._facts, self._small):
            words = f"{self._saved.text()}. {self._reached.text()}"
            one.setAccessibleName(words)
            one.setToolTip(words if one is self._small else "")


def reached_words(reached: Reached | None) -> str:
    """``Reached 31 of 38 machines · last at 14:05``, or why there is nothing to reach."""
    if reached is None or reached.machines == 0:
        return tr("No other machine has joined yet")
    words = tr(
        "Reached {reached} of %n machines",
        one="Reached {reached} of %n machine",
        n=reached.machines,
        reached=QLocale().toString(reached.reached),
    )
    last = last_heard(reached.last, now_ms())
    return f"{words} · {last}" if last else words
