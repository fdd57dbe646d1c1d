# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answering a post: which part and how many, a note, a time, and who goes."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from mutualaid.model.values import PartRow, PostDetail, PostKind, PostRow, Standing
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import Button, CheckBox, Choice, Count, Look, Text
from mutualaid.ui.words import tr

#: Answers after which one does not answer again for the same.
_STAND: Final = (
    Standing.OFFERED,
    Standing.TAKEN,
    Standing.ACCEPTED,
    Standing.STANDS_BY,
    Standing.SAID_DONE,
    Standing.DONE,
)


class HelpLine(QWidget):
    """``answered`` when an answer was given."""

    answered = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._row: PostRow | None = None
        self._folded = True
        self._parts: tuple[PartRow, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(8))
        self.part = Choice()
        self.part.setAccessibleName(tr("Which part you take"))
        # Long names of parts are shortened rather than that the pane grows.
        self.part.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.part.setMinimumContentsLength(8)
        self.part.currentIndexChanged.connect(self._tell_most)
        self.amount = Count(1, 1)
        self.amount.setAccessibleName(tr("How many you take"))
        self._of = Text("", Size.META, quiet=True)
        self._which = QWidget()
        which = QHBoxLayout(self._which)
        which.setContentsMargins(0, 0, 0, 0)
        which.setSpacing(theme().px(8))
        which.addWidget(self.part, 1)
        which.addWidget(self.amount)
        which.addWidget(self._of)
        self.note = QLineEdit()
        self.note.setAccessibleName(tr("A note with your answer"))
        self.when = QLineEdit()
        self.when.setAccessibleName(tr("When it suits you"))
        self.when.setPlaceholderText(tr("When it suits you: Friday after five"))
        self.every = CheckBox(tr("Each time, not only the next"))
        self.whom = QLineEdit()
        self.whom.setAccessibleName(tr("Who goes, for whom you answer"))
        self.whom.setPlaceholderText(tr("Who goes: a neighbour without a computer"))
        for line in (self.note, self.when, self.whom):
            line.returnPressed.connect(self.answer)
        self._asks = Text("", Size.META, quiet=True, wrap=True)
        self.unfold = Button(tr("Answer it myself, or for somebody…"), Look.QUIET, icon="down")
        self.unfold.clicked.connect(self._unfold)
        column.addWidget(self.unfold, 0, Qt.AlignmentFlag.AlignLeading)
        self._lines = QWidget()
        outer, column = column, QVBoxLayout(self._lines)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(8))
        outer.addWidget(self._lines)
        for widget in (self._which, self.note, self.when, self.every, self.whom, self._asks):
            column.addWidget(widget)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme().px(6))
        self.button = Button(tr("I can help"), Look.PRIMARY)
        self.button.clicked.connect(self.answer)
        buttons.addWidget(self.button)
        self.for_somebody = Button(tr("For somebody else…"), Look.QUIET)
        self.for_somebody.setAccessibleName(tr("Answer for somebody without a computer"))
        self.for_somebody.clicked.connect(self._ask_whom)
        buttons.addWidget(self.for_somebody)
        buttons.addStretch(1)
        column.addLayout(buttons)
        self.clear()

    def clear(self) -> None:
        """Drop what was typed."""
        for line in (self.note, self.when, self.whom):
            line.clear()
        self.every.setChecked(False)
        self.amount.setValue(1)
        self.whom.hide()
        self.for_somebody.show()
        self._folded = True

    def _unfold(self) -> None:
        self._folded = False
        self._lines.show()
        self.unfold.hide()
        self.focus()

    def show_post(self, detail: PostDetail) -> None:
        """Show what can be answered; what is typed stays."""
        row = self._row = detail.row
        left = open_parts(detail)
        self.setVisible(bool(left))
        if not left:
            return
        # Whoever posted it for somebody else rarely answers it as well.
        folded = row.mine and self._folded
        self.unfold.setVisible(folded)
        self._lines.setVisible(not folded)
        if left != self._parts:
            self._parts = left
            self._fill_parts(left)
        several = any(part.name for part in left) or row.wanted > 1
        self._which.setVisible(several)
        self.part.setVisible(any(part.name for part in left))
        self.every.setVisible(row.repeat is not None)
        need = row.kind is PostKind.NEED
        if several and not row.ask:
            self.button.set_words(tr("Take this part") if need else tr("I take this"))
        else:
            self.button.set_words(tr("I can help") if need else tr("I could use this"))
        self.note.setPlaceholderText(
            tr("A note, if you like: I have the van free")
            if need
            else tr("A note, if you like: for Saturday, if that suits")
        )
        self._asks.setText(_asks_words(row))

    def _fill_parts(self, left: tuple[PartRow, ...]) -> None:
        chosen = self.part.currentData()
        self.part.clear()
        for part in left:
            self.part.addItem(part.name, part.name)
        self.part.choose(chosen)
        self._tell_most()

    def _tell_most(self) -> None:
        most = next((one.left for one in self._parts if one.name == self.part.currentData()), 1)
        self.amount.setMaximum(most)
        self._of.setText(tr("of %n", n=most))

    def _ask_whom(self) -> None:
        self.for_somebody.hide()
        self.whom.show()
        self.whom.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus(self) -> None:
        """Put the focus where an answer begins."""
        first: QWidget = self.part if self.part.isVisible() else self.note
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def answer(self) -> None:
        """Say that one can help."""
        row = self._row
        if row is None or not self._lines.isVisible():
            return
        group = self._desk.group
        asks = row.ask
        done = self._desk.run(
            lambda: group.help_with(
                row.id,
                self.note.text().strip(),
                when=self.when.text().strip(),
                amount=self.amount.value() if self._which.isVisible() else 1,
                part=str(self.part.currentData() or ""),
                every=self.every.isChecked() and row.repeat is not None,
                on_behalf_of=self.whom.text().strip(),
            ),
            tr("Your neighbour will see that you answered.")
            if asks
            else tr("It is yours: your neighbour sees that you go."),
            lambda made: group.release(made.created or b""),
        )
        if done is not None:
            self.clear()
            self.answered.emit()


def open_parts(detail: PostDetail) -> tuple[PartRow, ...]:
    """What whoever looks could still take; nothing where they cannot answer."""
    row = detail.row
    if not row.status.wants_help or (row.mine and not row.on_behalf_of):
        return ()
    mine = {
        one.part
        for one in detail.responses
        if one.mine and not one.on_behalf_of and one.state in _STAND
    }
    parts = detail.parts or (PartRow("", row.wanted, row.covered),)
    return tuple(part for part in parts if part.left and part.name not in mine)


def _asks_words(row: PostRow) -> str:
    if row.ask:
        return tr("{who} says yes before anybody goes.", who=row.owner_name) if not row.mine else ""
    return tr("No need to ask: whoever takes it goes.")
