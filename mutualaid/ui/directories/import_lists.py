# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an import would do, in lists, and how each column of a table is understood."""

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QStackedWidget, QVBoxLayout, QWidget

from mutualaid.model.directories.incoming.item import LEFT_OUT, Item, Problem, SeenTable
from mutualaid.model.directories.preview import Preview, PreviewLine, SkipWhy
from mutualaid.ui.directories.import_words import added_words, changed_words, target_word
from mutualaid.ui.directories.lines import LineFace, LineList, LineModel
from mutualaid.ui.directories.words import sort_word
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Chip,
    Choice,
    FlowLayout,
    ScrollColumn,
    Text,
    Tone,
    WordsAndButtons,
    clear_layout,
)
from mutualaid.ui.words import meta, sentence, tr

ADDED: Final = "added"
CHANGED: Final = "changed"
DOUBTS: Final = "doubts"
SKIPPED: Final = "skipped"
PROBLEMS: Final = "problems"
COLUMNS: Final = "columns"
#: So many first values of a column are shown.
SAMPLES: Final = 3


def _added(line: PreviewLine, items: Sequence[Item]) -> LineFace:
    words = added_words(items[line.number]) if line.number < len(items) else ""
    return LineFace(
        title=line.title,
        line=tr(line.why) if line.why else (tr("with {fields}", fields=words) if words else ""),
        pill=sort_word(line.sort.value),
        trailing=line.where,
    )


def _changed(line: PreviewLine) -> LineFace:
    return LineFace(
        title=line.title,
        line=changed_words(line.fields),
        pill=sort_word(line.sort.value),
        trailing=line.where,
    )


def _skipped(line: PreviewLine) -> LineFace:
    return LineFace(
        title=line.title or line.where,
        line=tr(line.why),
        pill=sort_word(line.sort.value),
        trailing=line.where,
    )


def _problem(problem: tuple[int, Problem]) -> LineFace:
    _number, said = problem
    kept = tr("The rest of it is taken.") if said.kept else ""
    return LineFace(title=said.where, line=meta(tr(said.why), kept), tone=Tone.WARN)


class ImportLists(QWidget):
    """``mapped`` with columns and what they are from now on, once somebody said so; ``marked``
    when a line was taken out, or in, by hand."""

    mapped = Signal(object)
    marked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._items: tuple[Item, ...] = ()
        px = theme().px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        row = QWidget()
        flow = FlowLayout(row)
        self._group = QButtonGroup(self)
        self.chips = {
            ADDED: Chip(tr("Adds"), checked=True),
            CHANGED: Chip(tr("Changes")),
            DOUBTS: Chip(tr("Probably here already")),
            SKIPPED: Chip(tr("Left alone")),
            PROBLEMS: Chip(tr("Problems")),
            COLUMNS: Chip(tr("Columns")),
        }
        for chip in self.chips.values():
            self._group.addButton(chip)
            flow.addWidget(chip)
        self._group.buttonToggled.connect(lambda _chip, on: on and self._choose())
        column.addWidget(row)
        faces: dict[str, Any] = {
            ADDED: lambda line: _added(line, self._items),
            CHANGED: _changed,
            DOUBTS: _skipped,
            SKIPPED: _skipped,
            PROBLEMS: _problem,
        }
        names = {
            ADDED: tr("What would be added"),
            CHANGED: tr("What would change"),
            DOUBTS: tr("What is probably here already; a check mark adds it all the same"),
            SKIPPED: tr("What is left alone, and why"),
            PROBLEMS: tr("What cannot be used, or is odd"),
        }
        self._stack = QStackedWidget()
        self._stack.setMinimumHeight(px(230))
        self.models: dict[str, LineModel[Any]] = {}
        self.views: dict[str, QWidget] = {}
        for name, face in faces.items():
            model: LineModel[Any] = LineModel(
                key=lambda one: one[0] if isinstance(one, tuple) else one.number,
                face=face,
                sentence=lambda one, face=face: _sentence(face(one)),
                checked=name in (ADDED, CHANGED, DOUBTS),
                parent=self,
            )
            model.toggled.connect(self.marked)
            view = LineList(names[name], face)
            view.setModel(model)
            view.selectionModel().currentChanged.connect(self._say_whole)
            self.models[name] = model
            self.views[name] = view
            self._stack.addWidget(view)
        self.columns = ColumnList()
        self.columns.mapped.connect(self.mapped)
        self.views[COLUMNS] = self.columns
        self._stack.addWidget(self.columns)
        column.addWidget(self._stack, 1)
        #: All that the chosen line says: on the line itself it may not fit.
        self.whole = Text("", Size.META, quiet=True, wrap=True, selectable=True)
        self.whole.setAccessibleName(tr("The chosen line"))
        self.whole.hide()
        column.addWidget(self.whole)

    def show_preview(self, preview: Preview, *, fresh: bool) -> None:
        """Show what it would do; ``fresh`` for another file than before."""
        self._items = preview.items
        rows: dict[str, Sequence[Any]] = {
            ADDED: preview.adds,
            CHANGED: preview.changes,
            DOUBTS: [one for one in preview.skips if one.skip is SkipWhy.PROBABLY_SAME],
            SKIPPED: [one for one in preview.skips if one.skip is not SkipWhy.PROBABLY_SAME],
            PROBLEMS: tuple(enumerate(preview.problems)),
        }
        for name, lines in rows.items():
            # Numbers tell lines apart within one preview alone.
            self.models[name].left_out = {one.number for one in lines} if name == DOUBTS else set()
            self.models[name].replace(lines)
            self.chips[name].set_count(len(lines))
            self.chips[name].setVisible(bool(lines) or name == ADDED)
        self.columns.show_tables(preview.tables)
        self.chips[COLUMNS].setVisible(bool(preview.tables))
        current = next(name for name, chip in self.chips.items() if chip.isChecked())
        if fresh or not self.chips[current].isVisibleTo(self):
            first = next((name for name in rows if rows[name]), ADDED)
            self.chips[first].setChecked(True)
        self._choose()

    def _say_whole(self, current: QModelIndex, _before: QModelIndex) -> None:
        said = current.data(Qt.ItemDataRole.AccessibleTextRole)
        self.whole.setText(str(said) if said else "")
        self.whole.setVisible(bool(said))

    @property
    def left_out(self) -> frozenset[int]:
        """Numbers of lines that are not to be brought in."""
        out = self.models[ADDED].left_out | self.models[CHANGED].left_out
        return frozenset(one for one in out if isinstance(one, int))

    @property
    def anyway(self) -> frozenset[int]:
        """Numbers of lines that are probably here and are added all the same."""
        doubts = self.models[DOUBTS]
        return frozenset(row.number for row in doubts.rows) - frozenset(
            one for one in doubts.left_out if isinstance(one, int)
        )

    def focus_first(self) -> None:
        self._stack.currentWidget().setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self) -> None:
        name = next(name for name, chip in self.chips.items() if chip.isChecked())
        view = self.views[name]
        self._stack.setCurrentWidget(view)
        current = view.currentIndex() if isinstance(view, LineList) else QModelIndex()
        self._say_whole(current, QModelIndex())


class ColumnList(ScrollColumn):
    """Each column of each table with its first values, and what it is."""

    mapped = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[SeenTable, ...] = ()
        self.boxes: dict[str, Choice] = {}

    def show_tables(self, tables: tuple[SeenTable, ...]) -> None:
        if tables == self._shown:
            return
        had = next((name for name, box in self.boxes.items() if box.hasFocus()), None)
        self._shown = tables
        clear_layout(self.column)
        self.boxes = {}
        if any(table.remembered for table in tables):
            said = tr("Understood as the last time on this machine; change what is wrong.")
            self.column.addWidget(Text(said, quiet=True, wrap=True))
        for table in tables:
            if len(tables) > 1:
                self.column.addWidget(Text(table.name, Size.STRONG, wrap=True))
            for name, target in table.columns.items():
                self.column.addWidget(self._line(table, name, target, alone=len(tables) == 1))
        self.column.addStretch(1)
        if had in self.boxes:
            self.boxes[had].setFocus(Qt.FocusReason.OtherFocusReason)
        first = next(iter(self.boxes.values()), None)
        self.setFocusProxy(first or self.verticalScrollBar())

    def _line(self, table: SeenTable, name: str, target: str, *, alone: bool) -> QWidget:
        from mutualaid.model.directories.incoming.headers import TARGETS

        holder = QWidget()
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(2))
        column.addWidget(Text(name, Size.STRONG, wrap=True))
        samples = [one for one in table.samples.get(name, ()) if one][:SAMPLES]
        if samples:
            shown = " · ".join(one[:40] for one in samples)
            column.addWidget(Text(shown, Size.META, quiet=True, wrap=True))
        box = Choice()
        box.addItem(tr("kept beside it"), "")
        box.addItem(tr("left out"), LEFT_OUT)
        for one in TARGETS[table.sort]:
            box.addItem(target_word(one), one)
        if box.findData(target) < 0:
            box.addItem(target_word(target), target)
        box.choose(target)
        box.setAccessibleName(tr("What the column “{name}” is", name=name))
        key = name if alone else f"{table.name}: {name}"
        box.activated.connect(lambda _at: self._map(key, box, target))
        self.boxes[key] = box
        holder.setLayout(WordsAndButtons(words, box))
        return holder

    def _map(self, key: str, box: Choice, before: str) -> None:
        after = str(box.currentData())
        if after != before:
            self.mapped.emit({key: after})


def _sentence(face: LineFace) -> str:
    return sentence(face.pill, face.title, face.line, face.trailing)
