# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bringing in repair data that others publish, with a report of the lines that cannot be used."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPlainTextEdit, QWidget

from mutualaid.model.ords import LICENCE, ImportRecord, import_file
from mutualaid.model.profile import Profile
from mutualaid.model.values import NOTHING_CHANGED, ImportReport
from mutualaid.ui.page import Desk
from mutualaid.ui.setup.backups import FileField, WorkDialog, documents
from mutualaid.ui.theme import theme
from mutualaid.ui.widgets import Button, Look, Text
from mutualaid.ui.widgets.feedback import announce
from mutualaid.ui.words import tr

#: Records between two steps of the progress bar.
STEP: Final = 50


class ImportDialog(WorkDialog):
    """Read a file of repair attempts (Open Repair Data Standard 0.3, CSV) into the group.

    Lines that cannot be used are listed when the rest is in; then the dialog stays to be read.
    """

    #: From the working thread: how many records of how many have been read.
    moved = Signal(int, int)
    #: The file was read; carries the ImportReport.
    reported = Signal(object)

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__(parent, tr("Bring in repair data"), tr("Import"))
        self._desk = desk
        self.form.column.addWidget(
            Text(
                tr(
                    "Repair groups publish what they tried to repair and what came of it. Each "
                    "repair group in the file becomes a place, with its attempts; what is here "
                    "already is left alone."
                ),
                quiet=True,
                wrap=True,
            )
        )
        self.file = FileField("", self._ask_file)
        self.form.add(
            tr("&File"), self.file, help_text=tr("Open Repair Data Standard 0.3, as CSV in UTF-8.")
        )
        self.licence = QLineEdit(LICENCE)
        self.form.add(tr("&Licence"), self.licence, help_text=tr("Under which the file is shared."))
        self.said = Text("", wrap=True)
        self.said.hide()
        self.form.column.addWidget(self.said)
        self.lines = QPlainTextEdit()
        self.lines.setReadOnly(True)
        self.lines.setTabChangesFocus(True)
        self.lines.setMinimumHeight(theme().px(160))
        self.lines.setAccessibleName(tr("Lines that could not be used"))
        self.lines.hide()
        self.form.column.addWidget(self.lines)
        self.again = Button(tr("Import another file"), Look.QUIET)
        self.again.clicked.connect(self._begin_again)
        self.again.hide()
        self.buttons.insertWidget(0, self.again)
        self.moved.connect(self._show_progress)
        self._read = False
        self.file.setFocus()

    def _ask_file(self, path: str) -> str:
        chosen, _ = QFileDialog.getOpenFileName(
            self,
            tr("The repair data to bring in"),
            path or str(documents()),
            tr("Tables (*.csv *.tsv *.txt);;All files (*)"),
        )
        return chosen

    def submit(self) -> bool:
        if self._read:
            return True
        path, profile = self.file.path, self._desk.profile
        if path is None or not path.is_file():
            self.form.problem(self.file, tr("Choose the file in which the repair data is."))
        elif profile is None:
            self.tell(tr("There is no profile to bring it into."))
        else:
            licence = self.licence.text().strip() or LICENCE
            self.progress.setRange(0, 0)
            self.run(lambda: self._bring_in(profile, path, licence), self._done)
        return False

    # -- in the working thread ----------------------------------------------------------------

    def _bring_in(self, profile: Profile, path: Path, licence: str) -> ImportReport:
        directory = self._desk.group.directory
        with Profile(profile.directory, profile.vault).open_directory(directory) as own:
            return import_file(own, path, licence=licence, progress=self._counted)

    def _counted(self, records: Sequence[ImportRecord]) -> Iterator[ImportRecord]:
        for number, record in enumerate(records):
            if number % STEP == 0:
                self.moved.emit(number, len(records))
            yield record
        self.moved.emit(len(records), len(records))

    # -- what came of it ----------------------------------------------------------------------

    def _show_progress(self, done: int, of: int) -> None:
        # Read to the end, it is written: that takes a while too, and nobody knows how long.
        self.progress.setRange(0, of if done < of else 0)
        self.progress.setValue(done)

    def _done(self, report: object) -> None:
        assert isinstance(report, ImportReport)
        self._desk.bridge.look()
        self._desk.window.committed_here(NOTHING_CHANGED)
        said = report_sentence(report)
        if report.problems:
            self._show_report(said, report)
        else:
            self._desk.window.tell(said)
            self.accept()
        self.reported.emit(report)

    def _show_report(self, said: str, report: ImportReport) -> None:
        self._read = True
        self.said.setText(said)
        self.said.show()
        self.lines.setPlainText(
            "\n".join(
                tr("Line {number}: {why}", number=problem.line, why=problem.why)
                for problem in report.problems
            )
        )
        self.lines.show()
        self.again.show()
        self.file.setEnabled(False)
        self.licence.setEnabled(False)
        self.cancel.hide()
        self.ok.set_words(tr("Close"))
        self._fit()
        self.lines.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, said)

    def _begin_again(self) -> None:
        """The same form for the corrected file, or another one."""
        self._read = False
        self.said.hide()
        self.lines.hide()
        self.again.hide()
        self.file.setEnabled(True)
        self.licence.setEnabled(True)
        self.cancel.show()
        self.ok.set_words(tr("Import"))
        self._fit()
        self.file.setFocus(Qt.FocusReason.OtherFocusReason)


def report_sentence(report: ImportReport) -> str:
    """What an import did, in words."""
    words = [
        tr("%n records were added.", one="%n record was added.", n=report.added)
        if report.added
        else tr("Nothing new was added.")
    ]
    if report.known:
        words.append(tr("%n were here already.", one="%n was here already.", n=report.known))
    if report.problems:
        words.append(
            tr(
                "%n lines could not be used; correct them and import the file again.",
                one="%n line could not be used; correct it and import the file again.",
                n=len(report.problems),
            )
        )
    return " ".join(words)
