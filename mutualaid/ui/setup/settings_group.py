# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cards of the settings about time, notifications, and whom I do not want to hear."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QSpinBox, QVBoxLayout, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.values import BlockedRow, ChangeSet, Rules
from mutualaid.ui.page import Desk
from mutualaid.ui.setup.network_pane import preferences_of
from mutualaid.ui.talk.notifying import SystemTray
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Button,
    Card,
    CheckBox,
    Form,
    KeyedColumn,
    Look,
    Text,
    WordsAndButtons,
)
from mutualaid.ui.words import ago, now_ms, tr


class Number(QSpinBox):
    """A number that a wheel passing over it does not change."""

    def __init__(self, least: int, most: int, unit: str) -> None:
        super().__init__()
        self.setRange(least, most)
        self.setSuffix(unit)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccelerated(True)
        self.setMaximumWidth(theme().px(220))
        self.lineEdit().setTextMargins(theme().px(8), 0, theme().px(8), 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class RulesCard(Card):
    """What the group agreed on about time. Not saved by itself, since it holds for everybody."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._before = Rules()
        self.column.setSpacing(theme().px(10))
        self.column.addWidget(Text(tr("Rules of this group"), Size.CARD))
        self.column.addWidget(
            Text(tr("They hold for everybody in the group."), quiet=True, wrap=True)
        )
        self.form = Form()
        self.lapse = Number(1, 60, tr(" days"))
        self.urgent = Number(1, 168, tr(" hours"))
        self.forget = Number(7, 3650, tr(" days"))
        self.form.add(
            tr("A promise lapses after"),
            self.lapse,
            help_text=tr("When nobody says that they are still on it. They are warned before."),
        )
        self.form.add(tr("A promise for today lapses after"), self.urgent)
        self.form.add(
            tr("What is past is forgotten after"),
            self.forget,
            help_text=tr(desk.group.forgetting_reach()),
        )
        self.column.addWidget(self.form)
        self.save = Button(tr("Save the rules"), Look.PRIMARY)
        self.save.clicked.connect(self.submit)
        self.give_up = Button(tr("Cancel"), Look.QUIET, name=tr("Leave the rules as they are"))
        self.give_up.clicked.connect(lambda: self.load(again=True))
        self._buttons = self.add_row(self.save, self.give_up, stretch_after=1)
        for field in (self.lapse, self.urgent, self.forget):
            field.valueChanged.connect(self._changed)
        self.load(again=True)

    @property
    def dirty(self) -> bool:
        """Whether something was changed and is not saved yet."""
        before = self._before
        return (self.lapse.value(), self.urgent.value(), self.forget.value()) != (
            before.lapse_days,
            before.urgent_hours,
            before.forget_days,
        )

    def load(self, *, again: bool = False) -> None:
        """What holds now; not over something that is being changed, unless ``again``."""
        was = self.dirty
        had = self.save.hasFocus() or self.give_up.hasFocus()
        try:
            self._before = self._desk.group.rules()
        except MutualAidError as error:
            self._desk.window.warn(str(error))
            return
        if again or not was:
            self.lapse.setValue(self._before.lapse_days)
            self.urgent.setValue(self._before.urgent_hours)
            self.forget.setValue(self._before.forget_days)
        self._changed()
        if had and self.save.isHidden():
            self.lapse.setFocus(Qt.FocusReason.OtherFocusReason)

    def _changed(self, *_what: object) -> None:
        self.save.setVisible(self.dirty)
        self.give_up.setVisible(self.dirty)

    def submit(self) -> None:
        """Save what was changed, for everybody."""
        group, before = self._desk.group, self._before

        def undo(_made: ChangeSet) -> ChangeSet:
            return group.set_rules(before.lapse_days, before.urgent_hours, before.forget_days)

        done = self._desk.run(
            lambda: group.set_rules(
                _if_new(self.lapse.value(), before.lapse_days),
                _if_new(self.urgent.value(), before.urgent_hours),
                _if_new(self.forget.value(), before.forget_days),
            ),
            tr("The rules of the group are changed."),
            undo,
        )
        if done is not None:
            self.load(again=True)


def _if_new(value: int, before: int) -> int | None:
    return None if value == before else value


class NotifyCard(Card):
    """Whether the system tells what happens while the window is away."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._preferences = preferences_of(desk)
        self.column.setSpacing(theme().px(10))
        self.column.addWidget(Text(tr("Notifications"), Size.CARD))
        self.notify = CheckBox(tr("Tell me what happens while the window is away"))
        self.notify.setChecked(self._preferences.notify)
        self.notify.toggled.connect(self._set)
        self.column.addWidget(self.notify)
        words = tr(
            "Summed up once a minute, such as “2 neighbours answered your posts”: never a name, a "
            "title or a message. In the window, everything stands under News."
        )
        if not SystemTray.available():
            words = tr(
                "This desktop has no place for notifications that Mutual Aid can use. In the "
                "window, everything stands under News."
            )
        self.column.addWidget(Text(words, Size.META, quiet=True, wrap=True))

    def _set(self, on: bool) -> None:
        self._preferences.notify = on


class BlockedCard(Card):
    """The people I blocked, each with a way back."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.column.setSpacing(theme().px(10))
        self.column.addWidget(Text(tr("Blocked people"), Size.CARD))
        self.column.addWidget(
            Text(
                tr(
                    "You see and hear nothing of them, on all your machines, and they lose what "
                    "you opened to them. They are not told."
                ),
                quiet=True,
                wrap=True,
            )
        )
        self.nobody = Text(tr("Nobody."), quiet=True)
        self.column.addWidget(self.nobody)
        self.people = KeyedColumn[BlockedRow](lambda row: row.person, self._line, spacing=6)
        self.people.deserted.connect(self.focusNextChild)
        self.column.addWidget(self.people)
        self.load()

    def load(self) -> None:
        try:
            rows = self._desk.group.blocked()
        except MutualAidError as error:
            self._desk.window.warn(str(error))
            return
        self.people.show_rows(rows)
        self.nobody.setVisible(not rows)

    def _line(self, row: BlockedRow) -> QWidget:
        holder = QWidget()
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(2))
        column.addWidget(Text(row.name, Size.STRONG, wrap=True))
        since = tr("since {when}", when=ago(row.since, now_ms()))
        column.addWidget(Text(since, Size.META, quiet=True, wrap=True))
        button = Button(tr("Unblock"), name=tr("Unblock {name}", name=row.name))
        button.clicked.connect(lambda: self._unblock(row))
        holder.setLayout(WordsAndButtons(words, button))
        return holder

    def _unblock(self, row: BlockedRow) -> None:
        group = self._desk.group
        self._desk.run(
            lambda: group.unblock(row.person),
            tr("You see {name} again, with all they wrote meanwhile.", name=row.name),
            lambda _made: group.block(row.person),
        )
