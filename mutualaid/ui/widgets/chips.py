# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The row of filters under a page's title."""

from collections.abc import Iterable

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy

from mutualaid.ui.theme import set_look
from mutualaid.ui.words import tr


class Chip(QPushButton):
    """A filter that is on or off, with a figure if it has one."""

    def __init__(self, words: str, *, checked: bool = False) -> None:
        super().__init__(words)
        self._words = words
        self.setCheckable(True)
        self.setChecked(checked)
        self.setAutoDefault(False)
        self.setAccessibleName(words)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        set_look(self, "chip")

    def set_count(self, count: int | None) -> None:
        """Show how many there are; None shows no figure."""
        words = self._words if count is None else f"{self._words} {QLocale().toString(count)}"
        if words != self.text():
            self.setText(words)
            self.setAccessibleName(words)


class MenuChip(QPushButton):
    """A filter with a menu: ``Category`` until something is chosen, then what was chosen.

    ``chosen`` carries the key of the choice, "" for none.
    """

    chosen = Signal(str)

    def __init__(self, words: str, everything: str) -> None:
        super().__init__(words)
        self._words = words
        self._everything = everything
        self._current = ""
        self._names: dict[str, str] = {}
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        set_look(self, "chip-menu", chosen="false")
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self._show()

    @property
    def current(self) -> str:
        return self._current

    def set_choices(self, choices: Iterable[tuple[str, str]]) -> None:
        """What can be chosen, as (key, name). The menu is made when it is opened."""
        self._names = dict(choices)
        self._show()

    def choose(self, key: str) -> None:
        """Choose as if by hand."""
        if key == self._current:
            return
        self._current = key
        self._show()
        self.chosen.emit(key)

    def _show(self) -> None:
        name = self._names.get(self._current, self._current)
        words = name if self._current else self._words
        self.setText(f"{words} \N{BLACK DOWN-POINTING SMALL TRIANGLE}")
        self.setAccessibleName(
            tr("{filter}: {choice}", filter=self._words, choice=name or self._everything)
        )
        self.setToolTip(self.accessibleName())
        set_look(self, "chip-menu", chosen="true" if self._current else "false")
        self.updateGeometry()

    def _fill(self) -> None:
        self._menu.clear()
        group = QActionGroup(self._menu)
        for key, name in {"": self._everything, **self._names}.items():
            action = QAction(name.replace("&", "&&"), group)
            action.setCheckable(True)
            action.setChecked(key == self._current)
            action.triggered.connect(lambda _checked=False, key=key: self.choose(key))
            self._menu.addAction(action)
            if not key:
                self._menu.addSeparator()
