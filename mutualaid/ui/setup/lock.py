# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The group's lock: what it is, who changed it last, and changing it."""

from PySide6.QtCore import Qt

from mutualaid.errors import MutualAidError
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import Banner, Button, Card, Look, Text
from mutualaid.ui.words import day, tr


class LockCard(Card):
    """One action, with what it does and what it does not."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        column = self.column
        column.setSpacing(theme().px(8))
        column.addWidget(Text(tr("The group's lock"), Size.CARD))
        for words in (
            tr(
                "One key, which every machine of the group has, opens what lies on your shelves. "
                "Changing the lock gives all machines a new key. What is left on shelves from "
                "then on opens neither with the old one nor with an invitation that is used up "
                "or taken back."
            ),
            tr(
                "Whoever had the old key can still read what was there before. An invitation that "
                "is still open opens the new lock, too: take it back first. And it puts nobody "
                "out of the group: everybody who belongs gets the new key."
            ),
        ):
            column.addWidget(Text(words, quiet=True, wrap=True))
        self.last = Text("", wrap=True)
        column.addWidget(self.last)
        self.who_may = Text("", Size.META, quiet=True, wrap=True)
        column.addWidget(self.who_may)
        self.change = Button(tr("Change the group's lock…"), Look.SECONDARY, icon="key")
        self.change.clicked.connect(self._ask)
        column.addWidget(self.change, 0, Qt.AlignmentFlag.AlignLeading)
        self.question = Banner(
            tr(
                "Every machine of the group gets a new key. That cannot be undone. Machines that "
                "are away get it when they are back."
            ),
            warn=True,
            action=tr("Change the lock"),
        )
        self.question.hide()
        self.question.acted.connect(self._change)
        column.addWidget(self.question)
        self.refresh()

    def refresh(self) -> None:
        """Say who changed it last, and who may."""
        group = self._desk.group
        try:
            rows = group.rotations()
            stewards = group.steward_names()
            may = group.may_rotate
        except MutualAidError:
            return
        if not rows:
            said = tr("It is as old as the group.")
        elif rows[0].mine:
            said = tr("You changed it last, {day}.", day=day(rows[0].at))
        else:
            who = rows[0].who or tr("A neighbour")
            said = tr("{name} changed it last, {day}.", name=who, day=day(rows[0].at))
        self.last.setText(said)
        self.change.setVisible(may)
        self.who_may.setVisible(not may)
        if not may:
            self.question.hide()
            names = tr(" or ").join(stewards)
            self.who_may.setText(
                tr("A steward can change it: {names}.", names=names)
                if names
                else tr("A steward can change it.")
            )

    def _ask(self) -> None:
        self.question.show()
        self.question.action.setFocus(Qt.FocusReason.OtherFocusReason)

    def _change(self) -> None:
        self.question.hide()
        done = self._desk.run(
            self._desk.group.rotate,
            tr("The lock is changed. Every machine gets the new key as soon as it hears of it."),
        )
        self.change.setFocus(Qt.FocusReason.OtherFocusReason)
        if done is not None:
            self.refresh()
