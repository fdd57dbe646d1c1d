# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What came in: lists of others, each of which can be taken back, and paper."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.values import NOTHING_CHANGED, ChangeSet
from mutualaid.model.values.directories import ImportRow
from mutualaid.ui.directories.import_words import format_words
from mutualaid.ui.directories.working import Tick, WorkBar
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Button,
    Card,
    KeyedColumn,
    Look,
    Pill,
    ScrollColumn,
    Text,
    Tone,
    WordsAndButtons,
)
from mutualaid.ui.words import ago, meta, now_ms, tr

if TYPE_CHECKING:
    from mutualaid.model.group import Group

WIDTH: Final = 760


class BringInView(QWidget):
    """Two ways in, and the imports so far. ``taken_back`` once one is."""

    taken_back = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        px = theme().px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.area = ScrollColumn(QMargins(0, 0, px(4), px(24)))
        self.area.content.setMaximumWidth(px(WIDTH))
        column.addWidget(self.area)
        self._add_ways()
        self._add_imports()
        self.area.column.addStretch(1)

    def _way(self, title: str, words: str, button: Button) -> None:
        card = Card()
        holder = QWidget()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(theme().px(4))
        inner.addWidget(Text(title, Size.CARD, wrap=True))
        inner.addWidget(Text(words, quiet=True, wrap=True))
        card.column.addLayout(WordsAndButtons(holder, button))
        self.area.column.addWidget(card)

    def _add_ways(self) -> None:
        self.bring = Button(tr("Bring in a list…"), Look.PRIMARY)
        self.bring.clicked.connect(lambda: self._desk.window.run_action("import"))
        self._way(
            tr("A list that others keep"),
            tr(
                "A spreadsheet, an address book, a data package, repair data. People on it are "
                "known of, not members; how to reach them stays hidden until they were asked."
            ),
            self.bring,
        )
        self.paper = Button(tr("From paper…"), Look.SECONDARY)
        self.paper.clicked.connect(lambda: self._desk.window.run_action("from-paper"))
        self._way(
            tr("Paper that came back"),
            tr("A slip torn off the board, or a form that somebody filled in."),
            self.paper,
        )

    def _add_imports(self) -> None:
        card = Card()
        card.column.setSpacing(theme().px(10))
        card.column.addWidget(Text(tr("Lists that came in"), Size.CARD))
        self.none = Text(tr("None so far."), quiet=True, wrap=True)
        card.column.addWidget(self.none)
        self.work = WorkBar(self._desk)
        card.column.addWidget(self.work)
        self.imports = KeyedColumn[ImportRow](lambda row: row.id, self._line, spacing=8)
        self.imports.deserted.connect(self.focus_first)
        card.column.addWidget(self.imports)
        self.area.column.addWidget(card)

    # -- what the page asks -------------------------------------------------------------------

    def refresh(self) -> None:
        try:
            rows = self._desk.group.imports()
        except MutualAidError as error:
            self._desk.window.warn(str(error))
            return
        self.imports.show_rows(rows)
        self.none.setVisible(not rows)

    def on_change(self, change: ChangeSet) -> None:
        if change.members or change.concerns("import", "person"):
            self.refresh()

    def focus_first(self) -> None:
        self.bring.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- one import ---------------------------------------------------------------------------

    def _line(self, row: ImportRow) -> QWidget:
        card = Card(inset=True)
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(2))
        name = row.origin or tr("A list without a name")
        column.addWidget(Text(name, Size.STRONG, wrap=True))
        column.addWidget(
            Text(
                tr("{added} added, {changed} changed", added=row.added, changed=row.changed),
                wrap=True,
            )
        )
        who = tr("by you") if row.mine else tr("by {name}", name=row.who)
        facts = meta(
            ago(row.created, now_ms()),
            who,
            format_words().get(row.format, row.format),
            row.licence,
            tr("Code {code}", code=row.code),
        )
        column.addWidget(Text(facts, Size.META, quiet=True, wrap=True))
        if row.undone:
            card.column.addLayout(
                WordsAndButtons(words, Pill(tr("Taken back"), Tone.PLAIN, "undo"))
            )
        elif row.mine:
            back = Button(tr("Take back"), name=tr("Take back: {list}", list=name))
            back.clicked.connect(lambda: self._take_back(row))
            card.column.addLayout(WordsAndButtons(words, back))
        else:
            card.column.addWidget(words)
        return card

    def _take_back(self, row: ImportRow) -> None:
        """All of it, in a thread: a list can be long."""

        def work(group: "Group", tick: Tick) -> object:
            return group.undo_import(row.id, tick)

        def done(_change: object) -> None:
            self._desk.bridge.look()
            self._desk.window.committed_here(NOTHING_CHANGED)
            self.refresh()
            self._desk.window.tell(
                tr("Taken back: what neighbours changed since, or answered, stays.")
            )
            self.taken_back.emit()

        warn = self._desk.window.warn
        self.work.run(tr("Taking it back."), work, done, warn, warn)
