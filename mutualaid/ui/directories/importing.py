# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bringing in a list: a file, how it is understood, what would change, and only then the act."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from mutualaid.model.directories.incoming.item import Sort, Wanted
from mutualaid.model.directories.preview import Preview
from mutualaid.model.values import NOTHING_CHANGED
from mutualaid.model.values.directories import ImportRow
from mutualaid.ui.directories.import_lists import ImportLists
from mutualaid.ui.directories.import_words import (
    TABLES,
    clear_words,
    did_words,
    format_words,
    guessed_format,
)
from mutualaid.ui.directories.working import Tick, WorkBar
from mutualaid.ui.page import Desk
from mutualaid.ui.setup.backups import FileField, documents
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import Button, Choice, Form, FormDialog, Look, Text, announce
from mutualaid.ui.words import tr

if TYPE_CHECKING:
    from mutualaid.model.group import Group


class ImportDialog(FormDialog):
    """Two steps: choose a file; see what would happen, and do it.

    Nothing is written before the second step's button. ``looked`` when a file was read and what
    it would do is shown; ``written`` with the ImportRow; ``told`` with a sentence where something
    could not be done.
    """

    looked = Signal()
    written = Signal(object)
    told = Signal(str)

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__(parent, tr("Bring in a list"), tr("Look at it"), width=720)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk = desk
        self._preview: Preview | None = None
        self._path: Path | None = None
        self._mapping: dict[str, str] = {}
        self._sort: Sort | None = None
        self.work = WorkBar(desk)
        self._make_first()
        self._make_second()
        self._put_work_below()
        self.back = Button(tr("Another file"), Look.QUIET, icon="back")
        self.back.clicked.connect(self._begin_again)
        self.buttons.insertWidget(0, self.back)
        self._show_step(first=True)
        self.file.setFocus()

    def _put_work_below(self) -> None:
        """Outside what scrolls: it stays in sight."""
        outer = self.layout()
        assert isinstance(outer, QVBoxLayout)
        holder = QHBoxLayout()
        inset = theme().px(24)
        holder.setContentsMargins(inset, 0, inset, 0)
        holder.addWidget(self.work)
        outer.insertLayout(outer.count() - 1, holder)

    # -- the first step: a file -----------------------------------------------------------------

    def _make_first(self) -> None:
        self.first = Form()
        self.first.column.addWidget(
            Text(
                tr(
                    "A list that others keep: of people, needs and offers, places or repairs. "
                    "First you see what would be added and changed; nothing is written before. "
                    "Where it is from is kept, and one step takes all of it back."
                ),
                quiet=True,
                wrap=True,
            )
        )
        self.file = FileField("", self._ask_file)
        self.first.add(tr("&File"), self.file)
        self.file.line.textChanged.connect(self._guess)
        self.format = Choice()
        for name, words in format_words().items():
            self.format.addItem(words, name)
        self.first.add(
            tr("What &kind of file it is"),
            self.format,
            help_text=tr("By the end of its name, unless you know better."),
        )
        self.form.column.addWidget(self.first)

    def _ask_file(self, path: str) -> str:
        chosen, _ = QFileDialog.getOpenFileName(
            self,
            tr("The list to bring in"),
            path or str(documents()),
            tr(
                "Lists (*.csv *.tsv *.txt *.xlsx *.vcf *.json *.zip);;All files (*)",
            ),
        )
        return chosen

    def _guess(self) -> None:
        path = self.file.path
        if path is not None:
            self.format.choose(guessed_format(path))

    # -- the second step: what would happen -----------------------------------------------------

    def _make_second(self) -> None:
        self.second = Form(spacing=10)
        self.summary = Text("", Size.STRONG, wrap=True)
        self.second.column.addWidget(self.summary)
        self.about = Choice()
        for sort, words in (
            (Sort.PERSON, tr("people")),
            (Sort.POST, tr("needs and offers")),
            (Sort.PLACE, tr("places")),
            (Sort.REPAIR, tr("repairs")),
        ):
            self.about.addItem(words, sort)
        self.about.activated.connect(self._choose_sort)
        self._about = Form()
        self._about.add(tr("What it is &about"), self.about)
        self.second.column.addWidget(self._about)
        self.lists = ImportLists()
        self.lists.mapped.connect(self._map)
        self.lists.marked.connect(self._say_verb)
        self.readers = Text("", wrap=True)
        self.readers.hide()
        self.second.column.addWidget(self.readers)
        self.second.column.addWidget(self.lists)
        self.origin = QLineEdit()
        self.licence = QLineEdit()
        self.second.add_pair((tr("&Whose list it is"), self.origin), (tr("&Licence"), self.licence))
        self.origin.setPlaceholderText(tr("The library's list of helpers"))
        self.licence.setPlaceholderText(tr("none that we know of"))
        self.form.column.addWidget(self.second)

    def _show_step(self, *, first: bool) -> None:
        self.first.setVisible(first)
        self.second.setVisible(not first)
        self.back.setVisible(not first)
        if first:
            self.ok.set_words(tr("Look at it"))
            self.ok.setEnabled(True)
        self._fit()

    def _begin_again(self) -> None:
        self._preview = None
        self._mapping, self._sort = {}, None
        self._show_step(first=True)
        self.file.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- reading --------------------------------------------------------------------------------

    def submit(self) -> bool:
        if self.work.busy:
            return False
        self.first.clear_problems()
        self.second.clear_problems()
        if self._preview is None:
            self._look_at_file()
        elif not self._count(self._preview):
            return True
        else:
            self._bring_in(self._preview)
        return False

    def _look_at_file(self) -> None:
        path = self.file.path
        if path is None:
            self.first.problem(self.file, tr("Choose the file in which the list is."))
        elif not path.exists():
            self.first.problem(self.file, tr("There is no file {file}.", file=path))
        else:
            self._path = path
            self._mapping, self._sort = {}, None
            self.look()

    def look(self) -> None:
        """Read the file and show what it would do; nothing is written."""
        path, name = self._path, str(self.format.currentData())
        assert path is not None
        wanted = Wanted(sort=self._sort, mapping=dict(self._mapping) or None)

        def work(group: "Group", tick: Tick) -> object:
            return group.read_import(name, path, wanted, tick)

        self._busy(busy=True)
        self.work.run(
            tr("Reading the file."), work, self._show_preview, self._failed, self._stopped
        )

    def _busy(self, *, busy: bool) -> None:
        self.ok.setEnabled(not busy)
        self.back.setEnabled(not busy)
        self.first.setEnabled(not busy)
        self.second.setEnabled(not busy)
        self._fit()
        if busy:
            self.work.stop_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_preview(self, preview: object) -> None:
        assert isinstance(preview, Preview)
        self._preview = preview
        self._busy(busy=False)
        fresh = self.first.isVisible()
        did = did_words(preview)
        self.summary.setText(did)
        self._about.setVisible(preview.format in TABLES and len(preview.tables) <= 1)
        self.about.choose(preview.sort)
        self.lists.show_preview(preview, fresh=fresh)
        said = clear_words(preview)
        self.readers.setText(said)
        self.readers.setVisible(bool(said))
        if fresh or not self.origin.text():
            # What a list without a name is called hangs on whether people are on it.
            self.origin.setText(preview.origin if preview.named else "")
            self.licence.setText(preview.licence)
        self._show_step(first=False)
        self._say_verb()
        if fresh:
            self.lists.focus_first()
        announce(self, f"{did} {said}".strip())
        self.looked.emit()

    def _count(self, preview: Preview) -> int:
        """How many lines would be brought in, with what was marked by hand."""
        usual = len(preview.adds) + len(preview.changes)
        return usual + len(self.lists.anyway) - len(self.lists.left_out)

    def _say_verb(self) -> None:
        if self._preview is not None:
            count = self._count(self._preview)
            self.ok.set_words(tr("Bring in %n", n=count) if count else tr("Close"))

    def _choose_sort(self, _index: int) -> None:
        sort = Sort(self.about.currentData())
        if self._preview is not None and sort is not self._preview.sort:
            self._sort = sort
            self._mapping = {}
            self.look()

    def _map(self, mapping: Mapping[str, str]) -> None:
        self._mapping = {**self._mapping, **mapping}
        self.look()

    # -- writing --------------------------------------------------------------------------------

    def _bring_in(self, preview: Preview) -> None:
        origin, licence = self.origin.text().strip(), self.licence.text().strip()
        anyway, left_out = self.lists.anyway, self.lists.left_out

        def work(group: "Group", tick: Tick) -> object:
            return group.apply_import(
                preview,
                origin=origin,
                licence=licence,
                anyway=anyway,
                leave_out=left_out,
                tick=tick,
            )

        self._busy(busy=True)
        self.work.run(tr("Bringing it in."), work, self._done, self._failed, self._stopped)

    def _done(self, row: object) -> None:
        assert isinstance(row, ImportRow)
        self._busy(busy=False)
        self._desk.bridge.look()
        self._desk.window.committed_here(NOTHING_CHANGED)
        said = tr(
            "Brought in: {added} added, {changed} changed. “Directories” can take it back.",
            added=row.added,
            changed=row.changed,
        )
        self._desk.window.tell(said)
        self.accept()
        self.written.emit(row)

    def _failed(self, sentence: str) -> None:
        self._busy(busy=False)
        self.tell(sentence)
        self.told.emit(sentence)

    def _stopped(self, sentence: str) -> None:
        self._busy(busy=False)
        self._desk.bridge.look()
        self.tell(sentence)
        self.told.emit(sentence)

    # -- leaving --------------------------------------------------------------------------------

    def reject(self) -> None:
        if self.work.busy:
            self.work.stop()
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.work.busy:
            self.work.stop()
            event.ignore()
        else:
            super().closeEvent(event)
