# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Paper: choose a sheet, see its pages as they will be, print them or keep them as a PDF."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QDate, QLocale, QMargins, Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from mutualaid.model.directories.paper import (
    BLANK,
    LANGUAGES,
    MOST_COPIES,
    NUMBERED,
    SHEETS,
    logged_as,
)
from mutualaid.model.values import NOTHING_CHANGED, Audience, ChangeSet, PostFilter
from mutualaid.ui.directories.preview import PageView
from mutualaid.ui.directories.where import ask_place, open_folder
from mutualaid.ui.directories.words import (
    chosen_audience,
    export_word,
    sheet_word,
    size_words,
)
from mutualaid.ui.directories.working import Tick, WorkBar
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Banner,
    Button,
    Card,
    CheckBox,
    Choice,
    Count,
    Form,
    Look,
    ScrollColumn,
    Text,
)
from mutualaid.ui.wording import language_name
from mutualaid.ui.words import begun, kind_word, meta, tr
from mutualaid.ui.work import Worker

if TYPE_CHECKING:
    from mutualaid.model.directories.planning import Plan
    from mutualaid.model.group import Group
    from mutualaid.ui.paper import Book

#: ms after the last choice until the pages are made anew.
WAIT: Final = 150
#: So many open posts can be chosen from for a card.
OFFERED: Final = 500


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody wants on paper."""

    sheet: str
    paper: str
    language: str
    large: bool
    fold: bool
    audience: Audience
    post: bytes | None
    copies: int

    @property
    def blank(self) -> bool:
        """Whether it says nothing of anybody."""
        return self.sheet in BLANK


@dataclass(frozen=True, slots=True)
class Made:
    """A sheet that was laid out, and the plan of what is on it."""

    chosen: Chosen
    plan: "Plan"
    book: "Book"

    @property
    def what(self) -> str:
        """What the group's log calls it."""
        return logged_as(self.chosen.sheet)


def make_book(group: "Group", chosen: Chosen, tick: Tick) -> Made:
    """Look up what may stand on it, and lay it out. In the working thread."""
    from mutualaid.model.directories.paper import make, planned
    from mutualaid.model.directories.paper.forms import new_number
    from mutualaid.ui.paper import Book, Look, Paper

    audience = Audience.GROUP if chosen.blank else chosen.audience
    plan = group.plan_directory((), audience, tick=tick)
    if not chosen.blank:
        plan = planned(plan, chosen.sheet, chosen.post)
    numbers = [new_number() for _ in range(chosen.copies)] if chosen.sheet in NUMBERED else []
    sheet = make(chosen.sheet, plan.directory, chosen.language, post=chosen.post, numbers=numbers)
    look = Look(Paper(chosen.paper), large=chosen.large, fold=chosen.fold)
    return Made(chosen, plan, Book(sheet, look, tick))


class PrintView(QWidget):
    """Choices at the leading side, the pages beside them or below."""

    #: The pages that are wanted now are there; carries how many sides.
    made = Signal(int)
    #: A file was written, or the printer has it.
    done = Signal()
    told = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._made: Made | None = None
        self._again = False
        self._where: Path | None = None
        # What was laid out is drawn, printed and let go of on the same thread.
        self._worker = Worker("window-paper")
        px = theme().px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, px(12))
        column.setSpacing(px(10))
        self.said = Banner("", action=tr("Open the folder"))
        self.said.acted.connect(self._open_folder)
        self.said.hide()
        column.addWidget(self.said)
        row = QHBoxLayout()
        row.setSpacing(px(16))
        column.addLayout(row, 1)
        self.area = ScrollColumn(QMargins(0, 0, px(4), px(8)))
        self.area.setFixedWidth(px(330))
        row.addWidget(self.area)
        self._make_choices()
        self._make_buttons()
        self.area.column.addStretch(1)
        self.pages = PageView(self._worker)
        row.addWidget(self.pages, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self._make)
        self.work.ended.connect(self._ended)
        self._choose()

    def _make_choices(self) -> None:
        card = Card()
        card.column.setSpacing(theme().px(10))
        form = Form(spacing=10)
        self.sheet = Choice()
        for name in SHEETS:
            self.sheet.addItem(begun(sheet_word(name)), name)
        _narrow(self.sheet)
        form.add(tr("What to &print"), self.sheet)
        self.audience = Choice()
        for audience, words in (
            (Audience.GROUP, tr("our own group")),
            (Audience.LINKED, tr("linked groups")),
            (Audience.PRINT, tr("whoever gets the paper")),
            (Audience.PUBLIC, tr("everybody")),
        ):
            self.audience.addItem(words, audience)
        self.audience.choose(Audience.PRINT)
        self._whom = Form(spacing=10)
        self._whom.add(tr("&Who will read it"), self.audience)
        form.column.addWidget(self._whom)
        self.not_allowed = Text("", Size.META, wrap=True, tone="warn")
        form.column.addWidget(self.not_allowed)
        self.post = Choice()
        _narrow(self.post)
        self._which = Form(spacing=10)
        self._which.add(tr("Which p&ost"), self.post)
        form.column.addWidget(self._which)
        self.copies = Count(1, MOST_COPIES)
        self._how_many = Form(spacing=10)
        self._how_many.add(
            tr("How &many"),
            self.copies,
            help_text=tr("Each has a number of its own, so that none is typed in twice."),
        )
        form.column.addWidget(self._how_many)
        self.paper = Choice()
        for paper, words in (("a4", tr("A4")), ("a5", tr("A5")), ("letter", tr("Letter"))):
            self.paper.addItem(words, paper)
        if QLocale().measurementSystem() is QLocale.MeasurementSystem.ImperialUSSystem:
            self.paper.choose("letter")
        self.language = Choice()
        for language in LANGUAGES:
            self.language.addItem(language_name(language), language)
        self.language.choose(QLocale().name().partition("_")[0])
        form.add_pair((tr("P&aper"), self.paper), (tr("&Language"), self.language))
        self.large = CheckBox(tr("Large type"))
        self.fold = CheckBox(tr("To fold in the middle, as a booklet"))
        form.column.addWidget(self.large)
        form.column.addWidget(self.fold)
        card.column.addWidget(form)
        self.area.column.addWidget(card)
        for box in (self.sheet, self.audience, self.post, self.paper, self.language):
            box.currentIndexChanged.connect(self._choose)
        # Half the size is what a sheet folded in the middle has.
        self.paper.activated.connect(lambda _at: self.fold.setChecked(self._is_half))
        for check in (self.large, self.fold):
            check.toggled.connect(self._choose)
        self.copies.valueChanged.connect(self._choose)

    def _make_buttons(self) -> None:
        work, worker = WorkBar(self._desk, self._worker), self._worker
        self.work = work
        self.destroyed.connect(lambda: _let_go(work, worker))
        self.area.column.addWidget(self.work)
        self.facts = Text("", Size.META, quiet=True, wrap=True)
        self.area.column.addWidget(self.facts)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme().px(8))
        self.print = Button(tr("Print…"), Look.PRIMARY)
        self.print.clicked.connect(self._ask_printer)
        self.save = Button(tr("Save as PDF…"), Look.SECONDARY, icon="save")
        self.save.clicked.connect(self._ask_where)
        buttons.addWidget(self.print)
        buttons.addWidget(self.save)
        buttons.addStretch(1)
        self.area.column.addLayout(buttons)

    # -- what the page asks -------------------------------------------------------------------

    def refresh(self) -> None:
        self._list_posts()
        self._choose()

    def focus_first(self) -> None:
        self.sheet.setFocus(Qt.FocusReason.OtherFocusReason)

    def on_change(self, change: ChangeSet) -> None:
        if change.members or change.concerns("person", "post", "place", "repair", "group"):
            self._made = None
            if self.isVisible():
                self.refresh()

    # -- choosing -----------------------------------------------------------------------------

    @property
    def chosen(self) -> Chosen:
        sheet = str(self.sheet.currentData())
        return Chosen(
            sheet=sheet,
            paper=str(self.paper.currentData()),
            language=str(self.language.currentData()),
            large=self.large.isChecked(),
            fold=self.fold.isChecked() and sheet == "directory",
            audience=chosen_audience(self.audience),
            post=self.post.currentData() if sheet == "card" else None,
            copies=self.copies.value() if sheet in NUMBERED else 1,
        )

    @property
    def _is_half(self) -> bool:
        return self.paper.currentData() == "a5"

    def _list_posts(self) -> None:
        before = self.post.currentData()
        self.post.blockSignals(True)
        self.post.clear()
        rows = self._desk.group.posts(PostFilter(), limit=OFFERED)
        # My own first: of those I know for whom they may leave.
        for row in sorted(rows, key=lambda row: not row.mine):
            self.post.addItem(meta(row.title, kind_word(row.kind)), row.id)
        self.post.choose(before)
        self.post.blockSignals(False)

    def _choose(self, *_what: object) -> None:
        chosen = self.chosen
        self._whom.setVisible(not chosen.blank)
        self._which.setVisible(chosen.sheet == "card")
        self._how_many.setVisible(chosen.sheet in NUMBERED)
        self.fold.setVisible(chosen.sheet == "directory")
        problem = self._problem(chosen)
        self.not_allowed.setText(problem)
        self.not_allowed.setVisible(bool(problem))
        self._tell_buttons()
        if problem:
            self._made = None
            self.pages.clear()
            self.facts.setText("")
        elif (self._made is None or self._made.chosen != chosen) and self.isVisible():
            self._timer.start()

    def _problem(self, chosen: Chosen) -> str:
        if chosen.sheet == "card" and chosen.post is None:
            return tr("There is no open post to make a card of.")
        if not chosen.blank and not self._desk.group.may_export(chosen.audience):
            return tr(
                "Only an organizer prints {whom}. Ask a steward, or print it for our own group: "
                "choose “our own group”.",
                whom=export_word(chosen.audience),
            )
        return ""

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        if self._made is None:
            self._choose()

    # -- the pages ----------------------------------------------------------------------------

    def _make(self) -> None:
        """Lay it out and show the first page, in a thread; what is chosen meanwhile comes after."""
        chosen = self.chosen
        if self.work.busy:
            self._again = True
            if self._made is None:
                self.work.stop()
            return
        if self._problem(chosen) or (self._made is not None and self._made.chosen == chosen):
            return
        self._made = None
        self._tell_buttons()
        self.work.run(
            tr("Laying out the pages."),
            lambda group, tick: make_book(group, chosen, tick),
            self._show,
            self._failed,
        )

    def _show(self, made: object) -> None:
        assert isinstance(made, Made)
        if made.chosen != self.chosen:
            self._again = True
            return
        self._made = made
        self.pages.show_book(made.book)
        self.facts.setText(self._facts(made))
        self._tell_buttons()
        self.made.emit(made.book.sides)

    def _facts(self, made: Made) -> str:
        pages = tr("%n pages.", one="%n page.", n=made.book.pages)
        if made.chosen.fold:
            pages = tr(
                "{pages} Print both sides, turned over the short edge, and fold.", pages=pages
            )
        if made.chosen.blank:
            return pages
        return tr(
            "{pages} Only what people agreed to stands on it; it is written into the group's log "
            "before it leaves.",
            pages=pages,
        )

    def _failed(self, sentence: str) -> None:
        self._made = None
        self.pages.clear()
        self.facts.setText(sentence)
        self._tell_buttons()
        self.told.emit(sentence)

    def _ended(self) -> None:
        if self._again:
            self._again = False
            self._timer.start()

    def _tell_buttons(self) -> None:
        ready = self._made is not None and self._made.chosen == self.chosen
        self.print.setEnabled(ready and not self.work.busy)
        self.save.setEnabled(ready and not self.work.busy)

    # -- onto paper ---------------------------------------------------------------------------

    def _ask_where(self) -> None:
        today = QDate.currentDate().toString("yyyy-MM-dd")
        chosen = ask_place(
            self, tr("Where to keep the PDF"), f"{self.chosen.sheet}-{today}", ".pdf"
        )
        if chosen is not None:
            self.save_pdf(chosen)

    def save_pdf(self, dest: Path) -> None:
        """Write the pages into a PDF; what says something of somebody is logged first."""
        made = self._made
        if made is None:
            return

        def work(group: "Group", tick: Tick) -> object:
            from mutualaid.ui.paper import pdf

            data = pdf(made.book, tick)
            if made.chosen.blank:
                _write(dest, data)
                return len(data)
            return group.write_made(made.plan, dest, data, made.what).size

        self._leave(tr("Writing the PDF."), work, lambda size: self._saved(dest, size))

    def _saved(self, dest: Path, size: object) -> None:
        assert isinstance(size, int)
        self._where = dest
        said = tr("The PDF, {size}, is in {where}.", size=size_words(size), where=dest)
        self.said.tell(said, tr("Open the folder"))
        self._left(tr("The PDF is written."))
        self.said.action.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask_printer(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        made = self._made
        if made is None:
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setPageLayout(made.book.page_layout)
        printer.setDocName(made.book.sheet.title)
        dialog = QPrintDialog(printer, self)
        dialog.setOption(QPrintDialog.PrintDialogOption.PrintToFile, on=False)
        dialog.setWindowTitle(tr("Print"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.print_on(printer))
        QDialog.open(dialog)  # its own wants a slot

    def print_on(self, printer: Any) -> None:
        """Send the pages to a printer, once they stand in the group's log."""
        made = self._made
        if made is None:
            return

        def work(group: "Group", tick: Tick) -> object:
            from mutualaid.ui.paper import pdf

            if not made.chosen.blank:
                digest = hashlib.blake2b(pdf(made.book), digest_size=32).digest()
                group.log_made(made.plan, digest, made.what)
            made.book.print_to(printer, tick)
            return None

        self._leave(
            tr("Printing."), work, lambda _result: self._left(tr("The printer has the pages."))
        )

    def _leave(self, words: str, work: Any, done: Any) -> None:
        self.print.setEnabled(False)
        self.save.setEnabled(False)
        self.said.tell("")
        self.work.run(words, work, done, self._not_left, self._stopped)

    def _left(self, said: str) -> None:
        # Numbers of forms are used once.
        numbered = self._made is not None and self._made.chosen.sheet in NUMBERED
        self._desk.bridge.look()
        self._desk.window.committed_here(NOTHING_CHANGED)
        self._desk.window.tell(said)
        if numbered:
            self._made = None
            self._timer.start()
        self._tell_buttons()
        self.done.emit()

    def _not_left(self, sentence: str) -> None:
        self._desk.window.warn(sentence)
        # What may stand on it may have changed: look again.
        self._made = None
        self._timer.start()
        self.told.emit(sentence)

    def _stopped(self, sentence: str) -> None:
        self._desk.window.tell(sentence)
        self._tell_buttons()
        self.told.emit(sentence)

    def _open_folder(self) -> None:
        if self._where is not None:
            open_folder(self._where)


def _let_go(work: WorkBar, worker: Worker) -> None:
    """The view is gone: what is being done stops, and the thread ends."""
    work.give_up()
    worker.end()


def _write(dest: Path, data: bytes) -> None:
    """Put a file where nothing is yet, whole or not at all. In the working thread."""
    from mutualaid.model.directories import writing
    from mutualaid.paths import whole_file

    with writing.explained(dest):
        writing.check_place(dest, folder=False)
        with whole_file(dest) as file:
            file.write(data)


def _narrow(box: Choice) -> None:
    """Long entries do not make the box wider than its column."""
    box.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(12)
