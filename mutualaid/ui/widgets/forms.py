# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms whose rows cannot be built without labels, and the dialog that holds one."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Generic, TypeVar

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from mutualaid.ui.theme import Size, set_look, theme
from mutualaid.ui.widgets.basics import Button, FlowLayout, Look, ScrollColumn, Text
from mutualaid.ui.widgets.chips import Chip
from mutualaid.ui.widgets.feedback import Banner, announce
from mutualaid.ui.words import tr

Option = TypeVar("Option", bound=StrEnum)


class Count(QSpinBox):
    """A number from ``least`` to ``most``; a wheel passing over it changes nothing."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__()
        self.setRange(least, most)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # A stylesheet's padding does not reach the line inside.
        self.lineEdit().setTextMargins(theme().px(8), 0, 0, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class Choice(QComboBox):
    """A combo box that a wheel passing over it does not change."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def choose(self, value: object) -> None:
        """Choose by what the entry stands for."""
        self.setCurrentIndex(max(0, self.findData(value)))


class ChoiceRow(QWidget, Generic[Option]):
    """A few choices side by side, one of them taken; arrow keys move between them."""

    changed = Signal()

    def __init__(self, choices: Iterable[tuple[Option, str]], current: Option) -> None:
        super().__init__()
        flow = FlowLayout(self)
        self._group = QButtonGroup(self)
        self._choices: list[Option] = []
        for number, (choice, words) in enumerate(choices):
            chip = Chip(words, checked=choice == current)
            self._group.addButton(chip, number)
            self._choices.append(choice)
            flow.addWidget(chip)
        self._group.idToggled.connect(lambda _id, on: on and self.changed.emit())
        self.setFocusProxy(self._group.checkedButton() or self._group.buttons()[0])

    @property
    def current(self) -> Option:
        return self._choices[max(0, self._group.checkedId())]

    def choose(self, choice: Option) -> None:
        self._group.button(self._choices.index(choice)).setChecked(True)

    def button(self, choice: Option) -> Chip:
        """The chip of one choice, for its shortcut or a test."""
        found = self._group.button(self._choices.index(choice))
        assert isinstance(found, Chip)
        return found

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        for button in self._group.buttons():
            button.setAccessibleDescription(name)


class Form(QWidget):
    """Rows of a label above a field. A row without a label is a ``ValueError``.

    ``problem(field, sentence)`` marks a field; ``clear_problems()`` takes the marks away.
    """

    def __init__(self, spacing: int = 14) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme().px(spacing))
        self._problems: dict[QWidget, Text] = {}

    def add(self, label: str, field: QWidget, *, help_text: str = "") -> QWidget:
        """One row. An ``&`` in the label makes Alt and that letter go to the field."""
        self.column.addWidget(self._row(label, field, help_text))
        return field

    def add_pair(self, *rows: tuple[str, QWidget]) -> None:
        """Two or three short fields beside each other."""
        line = QHBoxLayout()
        line.setSpacing(theme().px(14))
        for label, field in rows:
            line.addWidget(self._row(label, field, ""), 1, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(line)

    def _row(self, label: str, field: QWidget, help_text: str) -> QWidget:
        plain = label.replace("&", "").strip()
        if not plain:
            raise ValueError("A row of a form needs a label.")
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(4))
        words = Text(label, Size.META, quiet=True)
        words.setBuddy(field)
        column.addWidget(words)
        column.addWidget(field)
        field.setAccessibleName(plain)
        if help_text:
            field.setAccessibleDescription(help_text)
            column.addWidget(Text(help_text, Size.META, quiet=True, wrap=True))
        problem = Text("", Size.META, wrap=True, tone="need")
        problem.hide()
        column.addWidget(problem)
        self._problems[field] = problem
        return box

    def problem(self, field: QWidget, sentence: str) -> None:
        """Say under a field what cannot be taken, and go there."""
        label = self._problems[field]
        label.setText(sentence)
        label.show()
        field.setProperty("bad", "true")
        set_look(field, field.property("look") or "")
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(field, sentence)

    def clear_problems(self) -> None:
        for field, label in self._problems.items():
            if not label.isHidden():
                label.hide()
                field.setProperty("bad", "false")
                set_look(field, field.property("look") or "")


class FormDialog(QDialog):
    """A dialog with a title, a form that scrolls, and one primary button named by its verb.

    Override ``submit``: do the work and return whether the dialog may close. A sentence for the
    person goes to ``self.form.problem(...)`` or ``self.tell(...)``. Enter in a line submits,
    Esc leaves.
    """

    def __init__(self, parent: QWidget | None, title: str, verb: str, *, width: int = 520) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        px = theme().px
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, px(20), 0, px(16))
        outer.setSpacing(px(12))
        inset = px(24)
        heading = QHBoxLayout()
        heading.setContentsMargins(inset, 0, inset, 0)
        self.heading = Text(title, Size.DETAIL)
        heading.addWidget(self.heading, 1)
        outer.addLayout(heading)
        self.banner = Banner("", warn=True)
        self.banner.hide()
        holder = QHBoxLayout()
        holder.setContentsMargins(inset, 0, inset, 0)
        holder.addWidget(self.banner)
        outer.addLayout(holder)
        self._scroll = ScrollColumn(QMargins(inset, px(2), inset, px(2)))
        self.form = Form()
        self._scroll.column.addWidget(self.form)
        self._scroll.column.addStretch(1)
        outer.addWidget(self._scroll, 1)
        self.buttons = QHBoxLayout()
        self.buttons.setContentsMargins(inset, 0, inset, 0)
        self.buttons.setSpacing(px(8))
        self.buttons.addStretch(1)
        self.cancel = Button(tr("Cancel"), Look.QUIET)
        self.cancel.clicked.connect(self.reject)
        self.ok = Button(verb, Look.PRIMARY)
        self.ok.setDefault(True)
        self.ok.clicked.connect(self.try_submit)
        self.buttons.addWidget(self.cancel)
        self.buttons.addWidget(self.ok)
        outer.addLayout(self.buttons)
        self._width = width

    def showEvent(self, event: object) -> None:
        self._fit()
        super().showEvent(event)  # type: ignore[arg-type]

    def _fit(self) -> None:
        """As tall as the form where the screen has room; else it scrolls."""
        px = theme().px
        screen = self.screen().availableGeometry() if self.screen() else None
        highest = (screen.height() if screen else 800) - 80
        parent = self.parentWidget()
        if parent is not None:
            highest = min(highest, max(420, parent.window().height() - 24))
        width = px(self._width)
        content = self._scroll.content
        wanted = content.heightForWidth(width)
        if wanted < 0:
            wanted = content.sizeHint().height()
        chrome = self.sizeHint().height() - self._scroll.sizeHint().height()
        self.resize(width, min(highest, wanted + chrome + px(8)))

    def tell(self, sentence: str) -> None:
        """Say above the form what could not be done."""
        self.banner.tell(sentence)
        announce(self, sentence)

    def try_submit(self) -> None:
        self.form.clear_problems()
        self.banner.tell("")
        if self.submit():
            self.accept()

    def submit(self) -> bool:
        """Do it; True closes the dialog."""
        return True
