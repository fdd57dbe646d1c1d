# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The group's log of exports: who took out what, for whom, and until when it holds."""

from typing import Final

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.values import ChangeSet
from mutualaid.model.values.directories import ExportRow
from mutualaid.ui.directories.words import export_word, formats_words, until_words, went_words
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Button,
    Card,
    EmptyState,
    KeyedColumn,
    Look,
    Pill,
    ScrollColumn,
    Text,
    Tone,
)
from mutualaid.ui.words import ago, day, meta, now_ms, tr

#: So many are shown before a button shows more.
SHOWN: Final = 20
WIDTH: Final = 760


class LogView(QWidget):
    """The latest first. Everybody in the group can read it. ``out_asked`` to take something out."""

    out_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._shown = SHOWN
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._stack = QStackedWidget()
        column.addWidget(self._stack)
        self.area = ScrollColumn(QMargins(0, 0, theme().px(4), theme().px(24)))
        self.area.content.setMaximumWidth(theme().px(WIDTH))
        # There is nothing to press in it, so that the arrows have to reach it to scroll.
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setAccessibleName(tr("What left"))
        words = tr("Whatever is taken out is written down here first, for everybody in the group.")
        self.area.column.addWidget(Text(words, quiet=True, wrap=True))
        self.rows = KeyedColumn[ExportRow](lambda row: row.id, export_card)
        self.area.column.addWidget(self.rows)
        self.more = Button(tr("Show more"), Look.QUIET)
        self.more.clicked.connect(self._show_more)
        self.area.column.addWidget(self.more)
        self.area.column.addStretch(1)
        self.empty = EmptyState()
        self.empty.tell(
            "directory",
            tr("Nothing has been taken out yet"),
            tr("When somebody does, it stands here: who, when, for whom, and what."),
            tr("Take out a directory"),
        )
        self.empty.acted.connect(self.out_asked)
        self._stack.addWidget(self.area)
        self._stack.addWidget(self.empty)

    def load(self) -> None:
        try:
            rows = self._desk.group.exports(limit=self._shown + 1)
        except MutualAidError as error:
            self._desk.window.warn(str(error))
            return
        self.rows.show_rows(rows[: self._shown])
        self.more.setVisible(len(rows) > self._shown)
        self._stack.setCurrentWidget(self.area if rows else self.empty)

    refresh = load

    def on_change(self, change: ChangeSet) -> None:
        if change.members or change.concerns("export", "person"):
            self.load()

    def focus_first(self) -> None:
        if self._stack.currentWidget() is self.empty:
            self.empty.action.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.area.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_more(self) -> None:
        self._shown += SHOWN
        self.load()


def export_card(row: ExportRow) -> QWidget:
    """One export, as everybody sees it."""
    card = Card()
    who = tr("You") if row.mine else row.who
    title = Text(tr("{who}, {whom}", who=who, whom=export_word(row.audience)), Size.CARD, wrap=True)
    line = card.add_row(title)
    if row.failed:
        line.addWidget(Pill(tr("Was not written"), Tone.WARN, "warning"))
    elif row.ended:
        line.addWidget(Pill(tr("Ended"), Tone.PLAIN, "clock"))
    card.column.addWidget(Text(formats_words(row.formats), wrap=True))
    card.column.addWidget(Text(went_words(row), wrap=True))
    facts = meta(
        tr("{day}, {ago}", day=day(row.created), ago=ago(row.created, now_ms())),
        until_words(row),
        tr("Code {code}", code=row.code),
    )
    card.column.addWidget(Text(facts, Size.META, quiet=True, wrap=True))
    return card
