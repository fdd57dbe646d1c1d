# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first minute: your name, then a group of one's own, an invitation, or a look around."""

import sys
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QProcess, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from mutualaid.ui.setup.backups import RestoreDialog
from mutualaid.ui.setup.joining import JoinFields, StartFields
from mutualaid.ui.theme import Size, set_look, theme
from mutualaid.ui.widgets import Banner, Button, Card, Form, Look, ScrollColumn, Text
from mutualaid.ui.widgets.feedback import IconLabel
from mutualaid.ui.words import tr

if TYPE_CHECKING:
    from mutualaid.model.group import Group
    from mutualaid.model.profile import Profile

WIDTH: Final = 520


class FirstRun(QWidget):
    """The window until there is a group. ``group_opened`` carries it, admitted or waiting."""

    group_opened = Signal(object)

    def __init__(self, profile: "Profile") -> None:
        super().__init__()
        self._profile = profile
        self.setWindowTitle(tr("Mutual Aid"))
        self.setAccessibleName(tr("Welcome"))
        self.setMinimumSize(560, 440)
        self.resize(860, 680)
        set_look(self, "window")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._stack = QStackedWidget()
        column.addWidget(self._stack)
        self.welcome = self._make_welcome()
        self.start_step = StartStep(profile)
        self.join_step = JoinStep(profile)
        for step in (self.welcome, self.start_step, self.join_step):
            self._stack.addWidget(step)
        for one in (self.start_step, self.join_step):
            one.left.connect(self.go_back)
            one.opened.connect(self._open)
        self.show_step(self.welcome)

    def _make_welcome(self) -> "Step":
        step = Step(
            tr("Mutual Aid"),
            tr(
                "A noticeboard, a directory and a toolshed for your neighbourhood. It works "
                "without the internet, without an account and without anybody's server. This takes "
                "a minute."
            ),
        )
        self.start = self._choice(
            step,
            "home",
            tr("Start a group"),
            tr("For your house, street or quarter. Invite the others afterwards."),
        )
        self.start.clicked.connect(lambda: self.show_step(self.start_step))
        self.join = self._choice(
            step,
            "invite",
            tr("Join with an invitation"),
            tr("A neighbour gave you a link, a card or a code."),
        )
        self.join.clicked.connect(lambda: self.show_step(self.join_step))
        self.look = self._choice(
            step,
            "search",
            tr("Look around first"),
            tr(
                "A made-up neighbourhood in a window of its own. Nothing in it is real, and it is "
                "gone when you close it."
            ),
        )
        self.look.clicked.connect(self.look_around)
        self.restore = Button(tr("Bring a backup back…"), Look.QUIET, icon="restore")
        self.restore.clicked.connect(self._restore)
        step.body.addWidget(self.restore, 0, Qt.AlignmentFlag.AlignLeading)
        step.first = self.start
        return step

    def _choice(self, step: "Step", icon: str, title: str, words: str) -> Button:
        card = Card()
        card.column.setSpacing(theme().px(2))
        button = Button(title, Look.PRIMARY if icon == "home" else Look.SECONDARY)
        button.setAccessibleDescription(words)
        row = QHBoxLayout()
        row.setSpacing(theme().px(14))
        row.addWidget(IconLabel(icon, "accent", 28))
        row.addWidget(Text(words, quiet=True, wrap=True), 1)
        row.addWidget(button)
        card.column.addLayout(row)
        step.body.addWidget(card)
        return button

    # -- going about --------------------------------------------------------------------------

    def show_step(self, step: "Step") -> None:
        self._stack.setCurrentWidget(step)
        if step is self.join_step:
            self.join_step.take_name(self.start_step.fields.me.text())
        elif step is self.start_step:
            self.start_step.take_name(self.join_step.fields.me.text())
        if step.first is not None:
            step.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def go_back(self) -> None:
        """To the three choices; what was typed stays."""
        self.show_step(self.welcome)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._stack.currentWidget() is not self.welcome:
            self.go_back()
            return
        super().keyPressEvent(event)

    def look_around(self) -> None:
        """Open the made-up neighbourhood as a program of its own, in a throw-away profile."""
        frozen = getattr(sys, "frozen", False)
        arguments = ["demo"] if frozen else ["-m", "mutualaid", "demo"]
        started, _process = QProcess.startDetached(sys.executable, arguments)
        if started:
            self.welcome.say(tr("The made-up neighbourhood opens in a moment, in its own window."))
        else:
            self.welcome.say(tr("The made-up neighbourhood cannot be opened here."), warn=True)
        self.look.setEnabled(False)
        QTimer.singleShot(4000, self.look, lambda: self.look.setEnabled(True))

    def _restore(self) -> None:
        dialog = RestoreDialog(self, None, self._profile)
        dialog.group_opened.connect(self._open)
        dialog.open()

    def _open(self, group: "Group") -> None:
        self.group_opened.emit(group)


class Step(ScrollColumn):
    """One step, in the middle of the window: a title, words, and what is to do."""

    def __init__(self, title: str, words: str) -> None:
        super().__init__()
        px = theme().px
        self.first: QWidget | None = None
        self.setAccessibleName(title)
        holder = QWidget()
        holder.setMaximumWidth(px(WIDTH))
        self.body = QVBoxLayout(holder)
        self.body.setContentsMargins(px(16), px(24), px(16), px(24))
        self.body.setSpacing(px(14))
        self.body.addWidget(Text(title, Size.PAGE, wrap=True))
        self.body.addWidget(Text(words, wrap=True))
        self._said = Banner("")
        self._said.hide()
        self._warned = Banner("", warn=True)
        self._warned.hide()
        self.body.addWidget(self._said)
        self.body.addWidget(self._warned)
        self.column.addStretch(2)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(holder, 100)
        middle.addStretch(1)
        self.column.addLayout(middle)
        self.column.addStretch(3)

    def say(self, words: str, *, warn: bool = False) -> None:
        self._said.tell("" if warn else words)
        self._warned.tell(words if warn else "")


class FieldsStep(Step):
    """A step with fields and one button; Enter in a field presses it."""

    left = Signal()
    opened = Signal(object)

    def __init__(self, title: str, words: str, verb: str, fields: Form) -> None:
        super().__init__(title, words)
        self.body.addWidget(fields)
        row = QHBoxLayout()
        row.setSpacing(theme().px(8))
        self.ok = Button(verb, Look.PRIMARY)
        self.ok.clicked.connect(self.submit)
        self.back = Button(tr("Back"), Look.QUIET, icon="back")
        self.back.clicked.connect(self.left)
        row.addWidget(self.back)
        row.addStretch(1)
        row.addWidget(self.ok)
        self.body.addLayout(row)

    def submit(self) -> None:
        """Do it; where it cannot be done the fields say why and keep what was typed."""
        QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            group = self.begin()
        finally:
            QApplication.restoreOverrideCursor()
        if group is not None:
            self.opened.emit(group)

    def begin(self) -> "Group | None":
        raise AssertionError("each step begins something of its own")


class StartStep(FieldsStep):
    def __init__(self, profile: "Profile") -> None:
        self._profile = profile
        self.fields = StartFields()
        super().__init__(
            tr("Start a group"),
            tr(
                "It begins on this machine, at once, with nobody's permission. You can invite "
                "neighbours whenever you like."
            ),
            tr("Start the group"),
            self.fields,
        )
        self.first = self.fields.me
        self.fields.me.returnPressed.connect(self.submit)
        self.fields.group.returnPressed.connect(self.submit)

    def take_name(self, name: str) -> None:
        if not self.fields.me.text():
            self.fields.me.setText(name)

    def begin(self) -> "Group | None":
        return self.fields.start(self._profile)


class JoinStep(FieldsStep):
    def __init__(self, profile: "Profile") -> None:
        self._profile = profile
        self.fields = JoinFields()
        super().__init__(
            tr("Join with an invitation"),
            tr(
                "As soon as a neighbour's machine is on the same network, it lets you in and you "
                "see their board."
            ),
            tr("Join"),
            self.fields,
        )
        self.first = self.fields.me
        self.fields.me.returnPressed.connect(self.submit)

    def take_name(self, name: str) -> None:
        if not self.fields.me.text():
            self.fields.me.setText(name)

    def begin(self) -> "Group | None":
        return self.fields.join(self._profile)
